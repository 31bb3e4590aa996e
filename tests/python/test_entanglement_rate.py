"""Routes of the least expected time (Caleffi 2017), against the recursion on all simple paths."""

from __future__ import annotations

import random

import pytest

import farbell as fb
from python.test_routers import links_between, random_network, seconds_of_hops, simple_paths

SPEED_M_PER_S = fb.Fiber(length_m=1.0).speed_m_per_s


def network(seed: int) -> fb.Scenario:
    """Swaps that fail, take time, and wait for messages over links of very different lengths."""
    draw = random.Random(seed)
    scenario = random_network(seed, nodes=7, links=13)
    slow = fb.Memory(name="noisy", slots=8, two_qubit_gate_s=2e-5, measurement_s=1e-5)
    nodes = [node.replace(swap_success_probability=draw.choice([1.0, 0.5, 0.8])) for node in scenario.nodes]
    links = [link.replace(fiber=fb.Fiber(length_m=draw.uniform(1e2, 2e4))) for link in scenario.links]
    return scenario.replace(memories=[scenario.memories[0], slow], nodes=nodes, links=links)


def time_of(scenario: fb.Scenario, path: list[str]) -> float:
    """T = (the longer of both halves + swap + the longer message) / success, halves of floor(n/2) links and the rest."""
    seconds = seconds_of_hops(scenario, path)
    fastest = [
        max(links_between(scenario, a, b), key=lambda link: link.generation.success_probability)
        for a, b in zip(path, path[1:], strict=False)
    ]
    delays = [round(link.fiber.length_m / SPEED_M_PER_S * 1e12) / 1e12 for link in fastest]
    nodes = {node.name: node for node in scenario.nodes}
    memories = {memory.name: memory for memory in scenario.memories}

    def of(left: int, right: int) -> float:
        if right - left == 1:
            return seconds[left]
        middle = left + (right - left) // 2
        node = nodes[path[middle]]
        memory = memories[node.memory]
        swap = memory.single_qubit_gate_s + memory.two_qubit_gate_s + memory.measurement_s
        message = max(sum(delays[left:middle]), sum(delays[middle:right]))
        return (max(of(left, middle), of(middle, right)) + swap + message) / node.swap_success_probability

    return of(0, len(seconds))


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("k", [1, 3, 50])
def test_the_fastest_of_all_paths_come_first(seed: int, k: int) -> None:
    scenario = network(seed)
    found = fb.routing.k_shortest_paths(scenario, "n0", "n1", k, metric="entanglement_rate")
    expected = sorted(time_of(scenario, path) for path in simple_paths(scenario, "n0", "n1"))[:k]
    assert [route.cost for route in found] == pytest.approx(expected, rel=1e-9)
    for route in found:
        assert route.cost == pytest.approx(time_of(scenario, list(route.nodes)), rel=1e-9)


def line_and_detour(detour: list[float], direct: list[float], after: list[float], success: float) -> fb.Scenario:
    """From a to x over either way, each link with its seconds per pair (in ms); from x on to b."""
    links, names = [], ["a", "x"]

    def way(seconds: list[float], start: str, end: str) -> None:
        before = start
        for i, ms in enumerate(seconds):
            node = end if i + 1 == len(seconds) else f"v{len(names)}"
            if node not in names:
                names.append(node)
            how = fb.Given(success_probability=1e-2, attempt_period_s=ms * 1e-5)
            links.append(fb.Link(node_a=before, node_b=node, fiber=fb.Fiber(length_m=1.0), generation=how))
            before = node

    way(detour, "a", "x")
    way(direct, "a", "x")
    way(after, "x", "b")
    nodes = [fb.Node(name=name, memory="m", swap_success_probability=success) for name in names]
    memory = fb.Memory(name="m", slots=4)
    return fb.Scenario(memories=[memory], nodes=nodes, links=links, duration_s=1.0, control="ideal")


def test_a_sum_loses() -> None:
    """Four links of 1 ms make a pair a millisecond where swaps succeed; one of 3 ms, the lesser sum, one in three."""
    scenario = line_and_detour([1, 1, 1, 1], [3], [1], success=1.0)
    assert fb.routing.shortest_path(scenario, "a", "x", metric="seconds_per_pair").hops == 1
    fastest = fb.routing.shortest_path(scenario, "a", "x", metric="entanglement_rate")
    assert fastest.hops == 4 and fastest.cost == pytest.approx(1e-3)


def test_the_best_way_to_a_node_is_not_the_beginning_of_the_best_way_on() -> None:
    """Two links of 4 ms, swaps that succeed half the time: 8 ms to x, against 10 ms over the direct link.
    One more link of 10 ms: with three links 40 ms, with two 20 ms. A search that keeps the best way to each node loses."""
    scenario = line_and_detour([4, 4], [10], [10], success=0.5)
    to_x = fb.routing.shortest_path(scenario, "a", "x", metric="entanglement_rate")
    to_b = fb.routing.shortest_path(scenario, "a", "b", metric="entanglement_rate")
    assert (to_x.hops, to_x.cost) == (2, pytest.approx(8e-3))
    assert (to_b.hops, to_b.cost) == (2, pytest.approx(20e-3))


def test_runs_take_the_mean_of_the_longer_wait() -> None:
    """The recursion takes the longer of the mean waits: a run is slower.

    For two equal geometric waits of success p the mean of the longer is (3 - 2p) / (p (2 - p)) attempts. 3,900 pairs one after
    the other, each time with a deviation below its mean: seen off by a tenth less than once in 1e9.
    """
    success, period_s = 0.02, 1e-5
    link = fb.Given(success_probability=success, attempt_period_s=period_s)
    scenario = fb.chain(
        3, memory=fb.Memory(name="m", slots=2), generation=link, length_m=1.0, duration_s=3.0, control="ideal",
        routing=fb.Routing(kind="entanglement_rate"),
    )  # fmt: skip
    (route,) = fb.routing.demand_routes(scenario)
    assert route.cost == pytest.approx(period_s / success, rel=1e-9)
    scenario = scenario.replace(demands=[scenario.demands[0].replace(pipelined=False, traffic=fb.BackToBack())])
    pairs = len(fb.run(scenario, progress=False).pairs)
    longer_s = period_s * (3 - 2 * success) / (success * (2 - success))
    assert pairs == pytest.approx(scenario.duration_s / longer_s, rel=0.1)


def test_routes_beyond_the_coherence_time_are_none() -> None:
    scenario = line_and_detour([1, 1, 1, 1], [3], [10], success=1.0)
    routing = fb.Routing(kind="entanglement_rate", alternatives=2, coherence_s=2e-3)
    found = fb.routing.k_shortest_paths(scenario.replace(routing=routing), "a", "x", 2)
    assert [route.hops for route in found] == [4]
    demands = [fb.Demand(node_a="a", node_b="b")]
    with pytest.raises(fb.SpecError, match=r"at least 0\.01 s") as error:
        fb.compile(scenario.replace(routing=routing, demands=demands))
    assert error.value.path == "/routing/coherence_s"
    with pytest.raises(fb.SpecError) as error:
        fb.compile(scenario.replace(routing=fb.Routing(kind="hops", coherence_s=1.0)))
    assert error.value.path == "/routing/coherence_s"
