"""Routers of rounds of one's own: the same records as those that are built in, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx
import numpy as np
import pytest

import farbell as fb
from farbell.hooks import LanePath, RoundView

LINK = fb.Given(success_probability=0.03, attempt_period_s="0.1 ms", herald_delay_s="0.1 ms", state=fb.Werner(fidelity=0.97))


def network(router: Any, seed: int = 1, **fields: Any) -> fb.Scenario:
    """Ten nodes in a ring with chords, no two links alike; four demands, of which two are wide where that counts."""
    rng = np.random.default_rng(seed)
    pairs = {(i, (i + 1) % 10) for i in range(10)} | {(0, 5), (2, 7), (3, 8), (1, 4)}
    links = [
        fb.Link(
            node_a=f"n{a}",
            node_b=f"n{b}",
            fiber=fb.Fiber(length_m=float(rng.uniform(1e3, 2e4))),
            generation=LINK.replace(success_probability=float(rng.uniform(0.01, 0.1))),
        )
        for a, b in sorted(pairs)
    ]
    demands = [
        fb.Demand(
            name=f"D{k}",
            node_a=f"n{a}",
            node_b=f"n{b}",
            width=w if isinstance(router, fb.ShortestRouter) else 1,
            traffic=fb.Poisson(rate_hz=40),
        )
        for k, (a, b, w) in enumerate([(0, 6, 1), (9, 4, 2), (7, 1, 1), (3, 5, 2)])
    ]
    return fb.Scenario(
        seed=seed,
        duration_s="2 s",
        memories=[fb.Memory(name="m", slots=6, t2_s="0.1 s")],
        nodes=[fb.Node(name=f"n{i}", memory="m", swap_success_probability=0.8) for i in range(10)],
        links=links,
        demands=demands,
        routing=fb.Routing(kind="length"),
        rounds=fb.Rounds(router=router, round_s="10 ms", attempt_s="8 ms", channels=2),
    ).replace(**fields)


def records(scenario: fb.Scenario, **hooks: Callable[[RoundView], Any]) -> dict[str, dict[str, list[str]]]:
    results = fb.run(scenario, replicas=2, hooks=hooks or None)
    return {
        table: {name: [str(value) for value in getattr(results, table)[name]] for name in getattr(results, table).columns}
        for table in ("pairs", "requests", "links", "nodes", "demands")
    }


def shortest(view: RoundView) -> list[LanePath]:
    """First come, first served: each its route, if it is free in its full width."""
    lanes, slots, given = dict(view.links), dict(view.slots), []
    link_of = {frozenset(nodes): link for link, nodes in view.ends.items()}
    for wish in view.demands:
        route = wish.routes[0]
        hops = [link_of[frozenset(hop)] for hop in zip(route, route[1:], strict=False)]
        needed = {node: wish.width * (1 if node in (route[0], route[-1]) else 2) for node in route}
        if all(lanes.get(hop, 0) >= wish.width for hop in hops) and all(slots[node] >= count for node, count in needed.items()):
            given.append(LanePath(wish.demand, route, wish.width))
            for hop in hops:
                lanes[hop] -= wish.width
            for node, count in needed.items():
                slots[node] -= count
    return given


def multipath(view: RoundView) -> list[LanePath]:
    """In turn, the fewest hops through what there is, until nobody finds a way; ties as a queue finds them."""
    left, given = dict(view.links), []
    waiting = list(view.demands)
    order = {f"n{i}": i for i in range(10)}
    while waiting:
        for wish in list(waiting):
            graph = networkx.Graph()
            graph.add_nodes_from(order)
            graph.add_edges_from(view.ends[link] for link, pairs in left.items() if pairs)
            before = {wish.node_a: wish.node_a}
            queue = [wish.node_a]
            for node in queue:
                for other in sorted(graph[node], key=order.__getitem__):
                    if other not in before:
                        before[other] = node
                        queue.append(other)
            if wish.node_b not in before:
                waiting.remove(wish)
                continue
            way = [wish.node_b]
            while way[-1] != wish.node_a:
                way.append(before[way[-1]])
            way.reverse()
            for hop in zip(way, way[1:], strict=False):
                (link,) = (name for name, ends in view.ends.items() if set(ends) == set(hop))
                left[link] -= 1
            given.append(LanePath(wish.demand, way))
    return given


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_shortest_router_as_a_hook(seed: int) -> None:
    scenario = network(fb.ShortestRouter(), seed)
    built_in = records(scenario)
    assert built_in == records(scenario, assign_lanes=shortest)
    assert len(built_in["pairs"]["fidelity"]) > 50


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_multipath_as_a_hook(seed: int) -> None:
    scenario = network(fb.MultipathGlobalRouter(), seed)
    built_in = records(scenario)
    assert built_in == records(scenario, join_pairs=multipath)
    assert len(built_in["pairs"]["fidelity"]) > 50


def test_a_hook_that_does_less() -> None:
    """Only one demand is ever served; luck is that of the others' lanes."""
    scenario = network(fb.ShortestRouter())

    def only_d0(view: RoundView) -> list[LanePath]:
        return [path for path in shortest(view) if path.demand == "D0"]

    results = fb.run(scenario, hooks={"assign_lanes": only_d0})
    pairs = dict(zip(results.demands["demand"], results.demands["pairs"], strict=True))
    assert pairs["D0"] > 0 and pairs["D1"] == pairs["D2"] == pairs["D3"] == 0


def test_what_views_know() -> None:
    views: list[RoundView] = []

    def look(view: RoundView) -> list[LanePath]:
        views.append(view)
        return []

    scenario = network(fb.ShortestRouter())
    fb.run(scenario, hooks={"assign_lanes": look})
    first = views[0]
    assert set(first.links) == set(first.success) == set(first.ends) == set(fb.compile(scenario).link_names)
    assert set(first.links.values()) == {2} and set(first.slots.values()) == {6}
    attempts = 80
    link = scenario.links[0]
    name = f"{link.node_a}--{link.node_b}"
    assert first.success[name] == pytest.approx(1 - (1 - link.generation.success_probability) ** attempts)  # type: ignore[union-attr]
    assert all(
        wish.routes[0][0] == wish.node_a and wish.routes[0][-1] == wish.node_b for view in views for wish in view.demands
    )
    assert [view.round for view in views] == sorted({view.round for view in views})

    joined: list[RoundView] = []

    def see(view: RoundView) -> list[LanePath]:
        joined.append(view)
        return []

    results = fb.run(network(fb.MultipathGlobalRouter()), hooks={"join_pairs": see})
    assert sum(sum(view.links.values()) for view in joined) == results.links["successes"].sum() > 0
    assert all(not view.slots for view in joined)


# ---- what is refused -------------------------------------------------------------------------------------------------

LANES: dict[str, tuple[Any, str]] = {
    "no link": ([LanePath("D0", ["n0", "n3", "n6"])], '(free lanes) between "n0" and "n3"'),
    "too wide": ([LanePath("D0", ["n0", "n5", "n6"], 3)], '(free lanes) between "n0" and "n5"'),
    "taken": ([LanePath("D0", ["n0", "n5", "n6"], 2)] * 2, '(free lanes) between "n0" and "n5"'),
    "other ends": ([LanePath("D0", ["n0", "n5"])], "does not lead from node_a to node_b"),
    "twice": ([LanePath("D0", ["n0", "n5", "n0", "n5", "n6"])], "visits a node twice"),
    "no node": ([LanePath("D0", ["n0", "n55", "n6"])], "'n55', which is no node; did you mean 'n5'?"),
    "no demand": ([LanePath("D9", ["n0", "n5", "n6"])], "'D9', which does not take part"),
    "no width": ([LanePath("D0", ["n0", "n5", "n6"], 0)], "of width 0"),
    "no path": ([["n0", "n5", "n6"]], "where a LanePath is allowed"),
    "no list": (None, "where a list of LanePath is allowed"),
}
ALWAYS = [fb.Demand(name="D0", node_a="n0", node_b="n6")]


@pytest.mark.parametrize("case", LANES)
def test_lanes_that_do_not_exist(case: str) -> None:
    given, why = LANES[case]
    with pytest.raises(fb.RunError) as refused:
        fb.run(network(fb.ShortestRouter(), demands=ALWAYS), hooks={"assign_lanes": lambda view: given})
    assert 'hook "assign_lanes"' in str(refused.value) and "in round 0" in str(refused.value) and why in str(refused.value)


def test_slots_that_are_not_there() -> None:
    few = network(fb.ShortestRouter(), demands=ALWAYS, memories=[fb.Memory(name="m", slots=3)])
    with pytest.raises(fb.RunError, match="too few free slots"):
        fb.run(few, hooks={"assign_lanes": lambda view: [LanePath("D0", ["n0", "n5", "n6"], 2)]})


def test_pairs_that_are_not_there() -> None:
    scenario = network(fb.MultipathGlobalRouter(), demands=ALWAYS)
    with pytest.raises(fb.RunError) as refused:
        fb.run(scenario, hooks={"join_pairs": lambda view: [LanePath("D0", ["n0", "n5", "n6"], 3)]})
    assert 'hook "join_pairs", demand "D0", in round' in str(refused.value) and "(free pairs) between" in str(refused.value)


@pytest.mark.parametrize(
    "router, name",
    [
        (fb.QCastRouter(), "assign_lanes"),
        (fb.MultipathGlobalRouter(), "assign_lanes"),
        (fb.ShortestRouter(), "join_pairs"),
        (None, "join_pairs"),
    ],
)
def test_where_no_part_can_be_taken(router: Any, name: str) -> None:
    scenario = network(router or fb.ShortestRouter())
    if router is None:
        scenario = scenario.replace(rounds=None)
    with pytest.raises(fb.SpecError) as refused:
        fb.run(scenario, hooks={name: shortest})
    assert refused.value.path == f"hooks/{name}"


def test_hooks_of_circuits_are_not_asked() -> None:
    with pytest.raises(fb.SpecError) as refused:
        fb.run(network(fb.ShortestRouter()), hooks={"swap": lambda view: True})
    assert refused.value.path == "/rounds" and "assign_lanes" in str(refused.value)


def test_a_hook_that_raises() -> None:
    with pytest.raises(fb.RunError, match=r'hook "assign_lanes", in round \d+: ZeroDivisionError') as refused:
        fb.run(network(fb.ShortestRouter()), hooks={"assign_lanes": lambda view: 1 / 0})
    assert isinstance(refused.value.__cause__, ZeroDivisionError)
