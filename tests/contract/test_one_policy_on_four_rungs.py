"""One policy, to swap as soon as possible, said on the four rungs: chosen, as a rule, as a hook, and as a program at each node.

The first three draw from the same streams and make the same trace, record by record. Programs ask over a demand for each hop
and read streams of their own: where links are sure and swaps do not fail nothing but frames hangs on a draw, and all that both
tell must be equal to the tick: attempts, pairs made, swaps, deliveries with fidelities and ages, and how long slots are taken.

What decisions see is tested by light cones: what happens at one node changes nothing elsewhere before news of it can be there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import farbell as fb

many = settings(max_examples=40, deadline=None, print_blob=True, database=None)


@st.composite
def chains(draw: Any, sure: bool = True) -> fb.Scenario:
    """Sure links, whose periods, news and fibres differ; memories that spoil all Bell states alike."""
    hops = draw(st.integers(2, 5))
    times = st.sampled_from([1.0e-6, 3.3e-6, 7.1e-6, 10e-6, 23e-6])
    memory = fb.Memory(
        name="inner",
        slots=2,
        depolarising_s=draw(st.sampled_from([1e-3, 0.1])),
        dephasing_s=draw(st.sampled_from([None, 5e-3])),
        two_qubit_gate_s=draw(st.sampled_from([0.0, 2e-6, 50e-6])),
        measurement_s=draw(st.sampled_from([0.0, 1.5e-6])),
    )
    links = [
        fb.Link(
            node_a=f"n{k}",
            node_b=f"n{k + 1}",
            fiber=fb.Fiber(length_m=draw(st.sampled_from([0.0, 100.0, 1234.5, 20e3]))),
            generation=fb.Given(
                success_probability=1.0 if sure else draw(st.sampled_from([0.05, 0.3])),
                attempt_period_s=draw(times),
                herald_delay_s=draw(st.just(0.0) | times),
                state=fb.Werner(fidelity=draw(st.sampled_from([0.9, 1.0]))),
            ),
        )
        for k in range(hops)
    ]
    return fb.Scenario(
        memories=[memory, memory.replace(name="end", slots=1)],
        nodes=[
            fb.Node(
                name=f"n{k}", memory="inner" if 0 < k < hops else "end", processing_delay_s=draw(st.sampled_from([0.0, 5e-6]))
            )
            for k in range(hops + 1)
        ],
        links=links,
        demands=[fb.Demand(node_a="n0", node_b=f"n{hops}", traffic=fb.Continuous())],
        control=draw(st.sampled_from(["messages", "ideal"])),
        duration_s=2e-3,
        seed=draw(st.integers(0, 2**32)),
    )


def rows(table: Any, *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*(table[name].tolist() for name in names), strict=True))


def trace(scenario: fb.Scenario, **how: Any) -> dict[str, list[str]]:
    table = fb.run(scenario, trace=True, progress=False, **how).trace()
    return {name: [str(value) for value in table[name]] for name in table.columns}


@many
@given(chains() | chains(sure=False))
def test_chosen_ruled_and_hooked_are_the_same_to_the_bit(scenario: fb.Scenario) -> None:
    chosen = trace(scenario)
    ruled = scenario.replace(demands=[scenario.demands[0].replace(rules=[fb.Rule(do="swap", when="true")])])
    assert chosen == trace(ruled)
    assert chosen == trace(scenario, hooks={"swap": lambda view: True})


# ---- as a program at each node ------------------------------------------------------------------------------------------


class SwapAsap(fb.Program):
    """Node k of a chain. Each swap is told to both ends, which put together what they know of their pairs.

    A pair is delivered when both ends know of it; fibres are known, so that either end can tell when the other does. `halves`:
    the first node's qubits by their pairs, for the record.
    """

    def __init__(self, k: int, last: int, start_s: float, halves: dict[Any, Any]) -> None:
        self.k, self.last, self.start_s, self.halves = k, last, start_s, halves
        self.peers = tuple(f"n{i}" for i in (k - 1, k + 1) if 0 <= i <= last)

    def run(self, node: Any) -> Iterator[Any]:
        held: tuple[list[Any], list[Any]] = [], []  # towards the first node, towards the last
        ends = "n0", f"n{self.last}"

        def swap(a: Any, b: Any) -> Iterator[Any]:
            outcome = yield node.bell_measure(a.qubit, b.qubit)
            node.record(swapped=True)
            known_s = max(node.now_s + node.delay_s(end) for end in ends)
            for end in ends:
                node.send(end, (a.id, b.id, outcome, known_s, min(a.born_s, b.born_s)))

        def comes(side: int, pair: Any) -> None:
            held[side].append(pair)
            if 0 < self.k < self.last:
                if all(held):
                    node.start(swap(held[0].pop(0), held[1].pop(0)))
            elif self.k == 0:
                self.halves[pair.id] = pair.qubit

        def from_before() -> Iterator[Any]:
            while True:
                comes(0, (yield node.accept(f"n{self.k - 1}")))

        def from_next() -> Iterator[Any]:
            yield node.wait(self.start_s - 2 * node.delay_s(f"n{self.k + 1}"))
            asked = [node.entangle(f"n{self.k + 1}") for _ in range(2)]  # one is always in line: the circuit goes on
            while True:
                pair = yield asked.pop(0)
                asked.append(node.entangle(f"n{self.k + 1}"))
                comes(1, pair)

        if self.k > 0:
            node.start(from_before())
        if self.k < self.last:
            node.start(from_next())
        if self.k in (0, self.last):
            yield from self.deliver(node, held[self.k == 0])
        yield node.wait(0)

    def deliver(self, node: Any, mine: list[Any]) -> Iterator[Any]:
        swaps: dict[Any, Any] = {}  # of the pair nearer to this end: with which, ...
        while True:
            left, right, outcome, known_s, born_s = (yield node.receive_any()).content
            near, far = (left, right) if self.k == 0 else (right, left)
            swaps[near] = far, outcome, known_s, born_s
            path = list(self.path(mine[0].id, swaps)) if mine else []
            if len(path) == self.last - 1:
                pair = mine.pop(0)
                node.start(self.delivered(node, pair, path))

    def path(self, near: Any, swaps: dict[Any, Any]) -> Iterator[Any]:
        while near in swaps:
            yield swaps[near]
            near = swaps[near][0]

    def delivered(self, node: Any, pair: Any, path: list[Any]) -> Iterator[Any]:
        yield node.wait(max(0.0, max(known_s for _, _, known_s, _ in path) - node.now_s))
        for gate in [gate for _, outcome, _, _ in path for gate in outcome.corrections] if self.k else ["i"]:
            yield node.gate(gate, pair.qubit)
        if self.k:
            fidelity = fb.truth.fidelity(self.halves[path[-1][0]], pair.qubit)
            node.record(fidelity=fidelity, swaps=len(path), age_s=node.now_s - min(born_s for *_, born_s in path))
        yield node.wait(0)  # what is recorded comes first
        node.release(pair.qubit)


def by_programs(scenario: fb.Scenario) -> fb.Results:
    """As if one circuit were set up from end to end: every hop begins after that round trip."""
    last, halves = len(scenario.links), {}
    start_s = 0.0
    if scenario.control == "messages":
        fibres_s = sum(link.fiber.length_m / link.fiber.speed_m_per_s for link in scenario.links)
        start_s = 2 * (fibres_s + sum(node.processing_delay_s for node in scenario.nodes[1:-1]))
    programs = {f"n{k}": SwapAsap(k, last, start_s, halves) for k in range(last + 1)}
    return fb.run(scenario.replace(demands=[]), programs=programs, trace=True, progress=False)


@many
@given(chains())
def test_chosen_and_programmed_tell_the_same(scenario: fb.Scenario) -> None:
    chosen, programmed = fb.run(scenario, trace=True, progress=False), by_programs(scenario)
    records, table = programmed.records, chosen.trace()
    made = [sorted(rows(t[t["kind"] == "link_success"], "time_s", "link")) for t in (table, programmed.trace())]
    assert made[0] == made[1]
    swapped = records[records["swapped"] == 1]
    assert sorted(rows(swapped, "time_s", "node")) == sorted(rows(table[table["kind"] == "swap"], "time_s", "node"))
    delivered, pairs = records[~np.isnan(records["fidelity"])], chosen.pairs
    assert len(delivered) == len(pairs)
    assert delivered["time_s"].tolist() == pairs["delivered_s"].tolist()
    assert delivered["swaps"].tolist() == pairs["swaps"].tolist()
    np.testing.assert_allclose(delivered["fidelity"], pairs["fidelity"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(delivered["age_s"], pairs["age_s"], rtol=0, atol=1e-15)
    for name in ("attempts", "successes"):
        assert programmed.links[name].tolist() == chosen.links[name].tolist()
    np.testing.assert_allclose(programmed.nodes["slot_seconds"], chosen.nodes["slot_seconds"], rtol=0, atol=1e-15)


# ---- decisions see what the node knows ----------------------------------------------------------------------------------


def seen_at(scenario: fb.Scenario, node: str) -> list[tuple[float, ...]]:
    """All that the hooks of a node see, in order."""
    seen = []

    def swap(view: Any) -> bool:
        if view.node == node:
            both = (getattr(view, f"{name}_{side}") for name in ("age_s", "estimated_fidelity", "pair_hops") for side in "ab")
            seen.append((view.time_s, *both))
        return True

    fb.run(scenario, hooks={"swap": swap}, progress=False)
    return seen


def test_what_happens_elsewhere_is_seen_when_news_of_it_can_have_come() -> None:
    """Swaps of n1 fail in one world and succeed in the other. At n3 both look alike until light from the first is there."""
    link = fb.Given(success_probability=0.2, attempt_period_s=1e-5, state=fb.Werner(fidelity=0.95))
    memory = fb.Memory(name="memory", slots=2, depolarising_s=1e-2)
    world = fb.chain(5, length_m="20 km", memory=memory, generation=link, duration_s=0.02, seed=5)
    other = world.replace(
        nodes=[node.replace(swap_success_probability=0.0) if node.name == "n1" else node for node in world.nodes]
    )
    table = fb.run(world, trace=True, progress=False).trace()
    swaps = table[(table["kind"] == "swap") & (table["node"] == "n1")]
    news_s = swaps["time_s"][0] + 2 * 20e3 / 2e8
    one, two = (seen_at(scenario, "n3") for scenario in (world, other))
    before = [[view for view in seen if view[0] < news_s] for seen in (one, two)]
    assert before[0] == before[1] != []
    assert one != two


def test_programs_see_the_same_before_news_has_come() -> None:
    """As above: all that the programs of n3 and n4 are told, and when."""
    link = fb.Given(success_probability=0.2, attempt_period_s=1e-5, state=fb.Werner(fidelity=0.95))
    memory = fb.Memory(name="memory", slots=2, depolarising_s=1e-2)
    told: list[list[tuple[Any, ...]]] = []

    def swapper(node: Any) -> Iterator[Any]:
        before, after = (f"n{int(node.name[1]) + step}" for step in (-1, 1))
        while True:
            one, two = yield fb.all_of(node.accept(before), node.entangle(after))
            told[-1].append((node.name, node.now_s, one.estimated_fidelity, two.estimated_fidelity, one.born_s, two.born_s))
            outcome = yield node.bell_measure(one.qubit, two.qubit)
            for end in ("n0", "n4"):
                node.send(end, (outcome is None, node.now_s))

    def end(node: Any) -> Iterator[Any]:
        while True:
            pair = yield (node.entangle("n1") if node.name == "n0" else node.accept("n3"))
            told[-1].append((node.name, node.now_s, pair.estimated_fidelity, pair.born_s))
            message = yield node.receive_any()
            told[-1].append((node.name, node.now_s, message.sender, message.content[0]))
            node.release(pair.qubit)

    for success in (1.0, 0.0):
        told.append([])
        world = fb.chain(5, length_m="20 km", memory=memory, generation=link, demands=[], duration_s=0.02, seed=5)
        nodes = [node.replace(swap_success_probability=success) if node.name == "n1" else node for node in world.nodes]
        programs = {f"n{k}": swapper if 0 < k < 4 else end for k in range(5)}
        fb.run(world.replace(nodes=nodes), programs=programs, progress=False)
    first_s = min(row[1] for row in told[0] if row[0] == "n1")
    for name, hops in (("n2", 1), ("n3", 2), ("n4", 3)):
        before = [[row for row in rows_ if row[0] == name and row[1] < first_s + hops * 1e-4] for rows_ in told]
        assert before[0] == before[1]
    assert told[0] != told[1]
