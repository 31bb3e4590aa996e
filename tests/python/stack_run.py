"""Runs with a stack on every node: control planes that lose and delay, and what a run must leave behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import farbell as fb

DELAY_S = 1e-5  # of a link


def chain(
    nodes: int = 3, slots: int = 6, *, fidelity: float = 1.0, p: float = 0.2, memory: Any = None, **options: Any
) -> fb.Scenario:
    """Links of 2 km that try every 10 us."""
    generation = fb.Given(success_probability=p, attempt_period_s="10 us", state=fb.Werner(fidelity=fidelity))
    return fb.chain(
        nodes,
        length_m=2000.0,
        generation=generation,
        memory=fb.Memory(name="memory", slots=slots, **(memory or {})),
        demands=[],
        **{"duration_s": 20e-3, **options},
    )


class Ledger:
    """What both ends of every pair say of it, by its name."""

    def __init__(self) -> None:
        self.halves: dict[Any, dict[str, Any]] = {}
        self.errors: Counter[str] = Counter()

    def note(self, node: Any, pair: Any) -> None:
        self.halves.setdefault(pair.id, {})[node.name] = pair

    def agrees(self) -> bool:
        """Whether each pair that one end believes in is the other's, too, and names it as its partner."""
        for halves in self.halves.values():
            believed = {name: pair for name, pair in halves.items() if not pair.expired}
            if not believed:
                continue
            if len(believed) != 2:
                return False
            (one, a), (other, b) = believed.items()
            if (a.peer, b.peer) != (other, one) or a._both != b._both[::-1]:
                return False
        return True


class Control:
    """Channels of all nodes over a control plane that loses the frames of some numbers, and delays all by chance."""

    def __init__(self, lose: Any = (), jitter_s: float = 0.0, share: float = 0.0, **options: Any) -> None:
        self.lose, self.jitter_s, self.share, self.options = set(lose), jitter_s, share, options
        self.sent = 0
        self.lost: list[Any] = []

    def __call__(self, node: Any) -> Any:
        control = self

        class Channel(fb.stack.Channel):
            def transmit(self, peer: str, frame: Any) -> None:
                number, control.sent = control.sent, control.sent + 1
                if number in control.lose or (control.share and self.node.random.random() < control.share):
                    control.lost.append(frame)
                elif control.jitter_s:
                    late_s = self.node.random.uniform(0, control.jitter_s)
                    self.node.wait(late_s)._waits = lambda _: fb.stack.Channel.transmit(self, peer, frame)
                else:
                    super().transmit(peer, frame)

        return Channel(node, **self.options)


def asks(peer: str, ledger: Ledger, times: int = 5, hold_s: float = 200e-6, **wish: Any) -> Any:
    """Asks for one pair after the other, and keeps each for a while, so that news of it can come."""

    def alice(node: Any) -> Iterator[Any]:
        for _ in range(times):
            try:
                pair = yield node.network.create(peer, **wish)
            except (fb.TimedOut, fb.stack.RequestError) as error:
                ledger.errors[getattr(error, "code", "TIMEOUT")] += 1
                continue
            ledger.note(node, pair)
            yield node.wait(hold_s)
            if pair.qubit is not None:
                node.release(pair.qubit)
        yield node.wait(2e-3)
        node.network.close(peer)

    return alice


def accepts(peer: str, ledger: Ledger, hold_s: float = 200e-6) -> Any:
    def let_go(node: Any, pair: Any) -> Iterator[Any]:
        yield node.wait(hold_s)
        if pair.qubit is not None:
            node.release(pair.qubit)

    def bob(node: Any) -> Iterator[Any]:
        while True:
            pair = yield node.network.accept(peer)
            ledger.note(node, pair)
            node.start(let_go(node, pair))

    return bob


def counted(scenario: fb.Scenario, program: Any = None) -> Any:
    """The program, and at the end of the run how many memory slots of its node are free."""

    def last(node: Any) -> Iterator[Any]:
        yield node.wait(scenario.duration_s * 0.99 - node.now_s)
        free = 0
        while True:
            try:
                yield node.create_qubit()
            except fb.Refused:
                break
            free += 1
        node.record(free=free)

    def run(node: Any) -> Iterator[Any]:
        node.start(last(node))
        if program is not None:
            yield from program(node)
        else:
            yield node.wait(0)

    return run


def run(scenario: fb.Scenario, programs: dict[str, Any], seed: int = 1, **layers: Any) -> fb.Results:
    """With slots counted at every node; all must be free."""
    every = {node.name: counted(scenario, programs.get(node.name)) for node in scenario.nodes}
    results = fb.run(scenario, programs=fb.stack.on(scenario, every, **layers), progress=False, seed=seed)
    free = [row["free"] for row in results.records.rows() if row["free"] == row["free"]]
    assert free == [scenario.memories[0].slots] * len(scenario.nodes)
    return results
