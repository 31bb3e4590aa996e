"""The workloads of programs that run on nodes, for `workloads.py`; farbell is imported when one is run."""

from __future__ import annotations

from typing import Any

from timing import best_cpu_s


def measure_program_steps(steps: int) -> dict[str, float]:
    """Messages to and fro, a step each; the time of a run of ten, and of the generators' own code, is taken off."""
    import farbell as fb

    two = fb.compile(
        fb.chain(2, length_m=1e3, duration_s=1e3, demands=[fb.Demand(node_a="n0", node_b="n1", traffic=fb.ByPrograms())])
    )

    def player(peer: str, ball: int, turns: int) -> Any:
        def play(node: Any) -> Any:
            if ball:
                yield node.send(peer, ball)
            for _ in range(turns):
                yield node.receive(peer)
                yield node.send(peer, ball)

        return play

    class Still:
        def receive(self, peer: str) -> None: ...
        def send(self, peer: str, content: object) -> None: ...

    def run(turns: int) -> None:
        fb.run(two, programs={"n0": player("n1", 1, turns), "n1": player("n0", 0, turns)}, progress=False)

    def bodies(turns: int) -> None:
        for ball in (0, 1):
            for _ in player("n0", ball, turns)(Still()):
                pass

    run(10)
    both = steps // 2
    whole = best_cpu_s(lambda: run(both)) - best_cpu_s(lambda: run(10))
    body = best_cpu_s(lambda: bodies(both))
    return {"step_us": (whole - body) / steps * 1e6, "body_us": body / steps * 1e6}


def measure_program_teleport(duration_s: float) -> dict[str, float]:
    """A qubit is made, turned and teleported over a repeater, again and again; the far end corrects and reads it."""
    import farbell as fb

    links = fb.Given(success_probability=0.5, attempt_period_s=1e-5)
    memory = fb.Memory(name="memory", slots=4, t1_s=10.0, t2_s=1.0)
    three = fb.compile(
        fb.chain(
            3,
            length_m=1e3,
            generation=links,
            memory=memory,
            duration_s=duration_s,
            demands=[fb.Demand(node_a="n0", node_b="n2", traffic=fb.ByPrograms())],
        )
    )
    received = 0

    def alice(node: Any) -> Any:
        while True:
            qubit = yield node.create_qubit()
            yield node.gate("rx", qubit, angle_rad=1.0)
            pair = yield node.entangle("n2")
            outcome = yield node.bell_measure(qubit, pair.qubit)
            yield node.send("n2", outcome)

    def bob(node: Any) -> Any:
        nonlocal received
        while True:
            pair = yield node.accept("n0")
            outcome = yield node.receive("n0")
            if outcome.parity:
                yield node.gate("x", pair.qubit)
            if outcome.phase:
                yield node.gate("z", pair.qubit)
            yield node.measure(pair.qubit)
            received += 1

    def run() -> None:
        nonlocal received
        received = 0
        fb.run(three, programs={"n0": alice, "n2": bob}, progress=False)

    run()
    return {"teleported_per_cpu_s": received / best_cpu_s(run)}


def measure_program_swaps(nodes: int, duration_s: float) -> dict[str, float]:
    """Swap as soon as possible, by a program on each node and by the policy built in: CPU time of a pair from end to end."""
    import farbell as fb

    links = fb.Given(success_probability=0.5, attempt_period_s=5e-6, herald_delay_s=5e-6, state=fb.Werner(fidelity=0.98))
    memory = fb.Memory(name="memory", slots=4, depolarising_s=0.1, dephasing_s=0.04)
    names = [f"n{i}" for i in range(nodes)]
    last = names[-1]

    class First(fb.Program):
        peers = (names[1],)

        def run(self, node: Any) -> Any:
            while True:
                pair = yield node.entangle(names[1])
                yield node.measure(pair.qubit)

    class Inner(fb.Program):
        def __init__(self, i: int) -> None:
            self.peers = (names[i - 1], names[i + 1])

        def run(self, node: Any) -> Any:
            before, after = self.peers
            while True:
                left, right = node.accept(before), node.entangle(after)
                a = yield left
                b = yield right
                outcome = yield node.bell_measure(a.qubit, b.qubit)
                node.send(last, outcome)

    class Last(fb.Program):
        peers = (names[-2],)

        def run(self, node: Any) -> Any:
            while True:
                pair = yield node.accept(names[-2])
                phase = parity = 0
                for name in names[1:-1]:
                    outcome = yield node.receive(name)
                    phase ^= outcome.phase
                    parity ^= outcome.parity
                if parity:
                    yield node.gate("x", pair.qubit)
                if phase:
                    yield node.gate("z", pair.qubit)
                yield node.measure(pair.qubit)
                node.record(parity=parity)

    programs = {names[0]: First(), **{names[i]: Inner(i) for i in range(1, nodes - 1)}, last: Last()}

    def with_traffic(traffic: Any) -> Any:
        demand = fb.Demand(node_a=names[0], node_b=last, traffic=traffic)
        return fb.compile(
            fb.chain(
                nodes, length_m=1e3, generation=links, memory=memory, demands=[demand], duration_s=duration_s, record="summary"
            )
        )

    own, built_in = with_traffic(fb.ByPrograms()), with_traffic(fb.Continuous())

    def by_programs() -> float:
        return float(len(fb.run(own, programs=programs, progress=False).records))

    def by_policy() -> float:
        return float(fb.run(built_in, progress=False).demands["pairs"].sum())

    cost = {}
    for work in (by_programs, by_policy):
        pairs = work()
        cost[work] = best_cpu_s(work) / pairs
    return {
        "ratio": cost[by_programs] / cost[by_policy],
        "pair_ms": cost[by_programs] * 1e3,
        "swap_us": cost[by_programs] / (nodes - 2) * 1e6,
    }
