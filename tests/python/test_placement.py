"""Placement of repeaters: against all subsets and all paths of small maps; on a real map, where its answer is simulated."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import farbell as fb

ENDS = ["Delft", "Enschede", "Maastricht", "Groningen"]


@pytest.fixture(scope="module")
def surfnet() -> fb.Scenario:
    return fb.topology.from_map("surfnet", detour_factor=1.5)


# Brute force.


@st.composite
def maps(draw) -> nx.Graph:
    nodes = draw(st.integers(3, 7))
    graph = nx.Graph()
    graph.add_nodes_from(map(str, range(nodes)))
    for i in range(1, nodes):
        graph.add_edge(str(draw(st.integers(0, i - 1))), str(i), length_m=float(draw(st.integers(1, 4))))
    for a, b in draw(st.lists(st.sampled_from(list(itertools.combinations(map(str, range(nodes)), 2))), max_size=6)):
        graph.add_edge(a, b, length_m=float(draw(st.integers(1, 4))))
    return graph


def elementary(graph: nx.Graph, span_m: float) -> nx.Graph:
    lengths = dict(nx.all_pairs_dijkstra_path_length(graph, weight="length_m"))
    short = nx.Graph()
    short.add_nodes_from(graph)
    short.add_edges_from((a, b) for a, b in itertools.combinations(graph, 2) if lengths[a].get(b, 1e9) <= span_m)
    return short


def choices(
    short: nx.Graph, pair: tuple[str, str], ends: set[str], standing: set[str], most: int | None, disjoint: int
) -> list:
    """All sets of `disjoint` paths of a pair over the standing repeaters that share none, as lists of inner nodes."""
    inner = short.subgraph((standing - ends) | set(pair))
    paths = [path[1:-1] for path in nx.all_simple_paths(inner, *pair)]
    if most is not None:
        paths = [path for path in paths if len(path) <= most]
    sets = itertools.combinations(paths, disjoint)
    return [chosen for chosen in sets if len(set(nodes_of(chosen))) == len(nodes_of(chosen))]


def nodes_of(paths) -> list[str]:
    return list(itertools.chain.from_iterable(paths))


def serves(options: list[list], capacity: int | None, used: dict[str, int]) -> bool:
    """Whether each pair can take one of its choices so that no repeater has more than it can."""
    if not options:
        return True
    if capacity is None:
        return all(options)
    for chosen in options[0]:
        for node in nodes_of(chosen):
            used[node] = used.get(node, 0) + 1
        good = max(used.values(), default=0) <= capacity and serves(options[1:], capacity, used)
        for node in nodes_of(chosen):
            used[node] -= 1
        if good:
            return True
    return False


def fewest(short: nx.Graph, pairs: list, most: int | None, disjoint: int, capacity: int | None) -> int | None:
    ends = {end for pair in pairs for end in pair}
    locations = sorted(set(short) - ends)
    for count in range(len(locations) + 1):
        for standing in itertools.combinations(locations, count):
            options = [choices(short, pair, ends, set(standing), most, disjoint) for pair in pairs]
            if serves(options, capacity, {}):
                return count
    return None


def assert_valid(
    found: fb.Placement, short: nx.Graph, pairs: list, most: int | None, disjoint: int, capacity: int | None
) -> None:
    ends = {end for pair in pairs for end in pair}
    assert list(found.paths) == pairs
    used = [node for paths in found.paths.values() for path in paths for node in path[1:-1]]
    assert set(used) == set(found.repeaters)
    assert not ends & set(used)
    assert capacity is None or max(map(used.count, used), default=0) <= capacity
    for (a, b), paths in found.paths.items():
        assert len(set(paths)) == len(paths) == disjoint
        inner = [node for path in paths for node in path[1:-1]]
        assert len(set(inner)) == len(inner)
        for path in paths:
            assert path[0] == a and path[-1] == b
            assert nx.is_path(short, path)
            assert most is None or len(path) - 2 <= most
    hops = {frozenset(hop) for paths in found.paths.values() for path in paths for hop in itertools.pairwise(path)}
    assert {frozenset((link.node_a, link.node_b)) for link in found.links} == hops
    assert len(found.links) == len(hops)


@settings(max_examples=150, deadline=None)
@given(maps(), st.data())
def test_no_placement_has_fewer_repeaters(graph: nx.Graph, data) -> None:
    names = list(graph)
    ends = data.draw(st.lists(st.sampled_from(names), min_size=2, max_size=3, unique=True), "ends")
    span_m = data.draw(st.integers(2, 6), "span")
    most = data.draw(st.sampled_from([None, 0, 1, 2]), "most")
    disjoint = data.draw(st.sampled_from([1, 1, 2]), "disjoint")
    capacity = data.draw(st.sampled_from([None, 1, 2]), "capacity")
    pairs = list(itertools.combinations(ends, 2))
    short = elementary(graph, span_m)
    best = fewest(short, pairs, most, disjoint, capacity)
    asked = {"ends": ends, "max_span_m": span_m, "max_repeaters": most, "disjoint_paths": disjoint, "capacity": capacity}
    try:
        found = fb.placement(graph, **asked)
    except fb.SpecError as error:
        assert best is None
        assert_would_do(graph, pairs, error, asked)
    else:
        assert found.cost == found.least == best
        assert_valid(found, short, pairs, most, disjoint, capacity)
    try:
        quick = fb.placement(graph, **asked, method="greedy")
    except fb.SpecError:
        return
    assert best is not None and quick.least <= best <= quick.cost
    assert_valid(quick, short, pairs, most, disjoint, capacity)


def assert_would_do(graph: nx.Graph, pairs: list, error: fb.SpecError, asked: dict) -> None:
    """What the refusal asks for is needed: a step less than that forbids the pairs, whatever else is allowed."""
    words = error.allowed.split()
    if error.path == "max_span_m":
        needed = float(words[2]) * 1e3
        assert needed > asked["max_span_m"]
        assert fewest(elementary(graph, needed - 0.5), pairs, None, 1, None) is None
    elif error.path == "max_repeaters" and words[0] == "at":
        short = elementary(graph, asked["max_span_m"])
        assert fewest(short, pairs, int(words[2].strip(",")) - 1, 1, None) is None
    elif error.path == "max_repeaters":
        assert (
            fewest(elementary(graph, asked["max_span_m"]), pairs, asked["max_repeaters"], asked["disjoint_paths"], None) is None
        )
    elif error.path == "disjoint_paths":
        short = elementary(graph, asked["max_span_m"])
        assert fewest(short, pairs, None, int(words[2].strip(":")) + 1, None) is None
    else:
        assert error.path == "capacity"
        short, least = elementary(graph, asked["max_span_m"]), int(words[2])
        rest = asked["max_repeaters"], asked["disjoint_paths"]
        assert fewest(short, pairs, *rest, least - 1) is None
        assert fewest(short, pairs, *rest, least) is not None


# A real map.


def test_a_placement_on_a_real_map_is_simulated(surfnet: fb.Scenario) -> None:
    """A target, the spans and repeaters that it allows, the placement, and a run that meets it."""
    hardware = fb.platform("projected_nv_10x")
    limits = fb.placement_limits(rate_hz=5, memory=hardware.memory)
    found = fb.placement(surfnet, ends=["Delft", "Eindhoven", "Utrecht"], max_span_m=limits["max_span_m"] * 0.8)
    assert found.optimal
    scenario = found.scenario(memory=hardware.memory, duration_s="5 s", seed=1)
    assert [node.name for node in scenario.nodes] == ["Delft", "Eindhoven", "Utrecht", *found.repeaters]
    assert max(link.fiber.length_m for link in scenario.links) <= limits["max_span_m"]
    assert any("Internet Topology Zoo" in credit for credit in scenario.credits)
    results = fb.run(scenario, progress=False)
    table = results.bounds()
    assert len(table) == 3
    assert np.all(table["rate_low_hz"] > 5)
    assert np.all(table["share_low"] < 1)
    assert fb.bounds.forbidding_bound(scenario, {"rate_hz": 5}) is None


def test_disjoint_paths_outlive_a_repeater(surfnet: fb.Scenario) -> None:
    """The links of one repeater go down: the demand goes on over the other path."""
    found = fb.placement(surfnet, ends=["Delft", "Maastricht"], max_span_m="100 km", disjoint_paths=2)
    scenario = found.scenario(memory=fb.platform("projected_nv_10x").replace(slots=8).memory, duration_s="4 s", seed=3)
    model = fb.compile(scenario)
    used = set(model.routes[0])
    lost = next(node for node in found.repeaters if node in used)
    cut = [
        fb.Change(at_s=1, link=name)
        for name, link in zip(model.link_names, scenario.links, strict=True)
        if lost in (link.node_a, link.node_b)
    ]
    pairs = fb.run(scenario.replace(changes=cut), progress=False).pairs
    assert pairs["delivered_s"].max() > 3


def test_more_is_needed_where_more_is_asked(surfnet: fb.Scenario) -> None:
    costs = [
        fb.placement(surfnet, ends=ENDS, max_span_m=span, **more).cost
        for span, more in [("130 km", {}), ("100 km", {}), ("130 km", {"disjoint_paths": 2})]
    ]
    assert costs[0] < costs[1]
    assert costs[0] < costs[2]


def test_the_heuristic_comes_close(surfnet: fb.Scenario) -> None:
    for span in ("100 km", "130 km"):
        exact = fb.placement(surfnet, ends=ENDS, max_span_m=span)
        greedy = fb.placement(surfnet, ends=ENDS, max_span_m=span, method="greedy")
        assert exact.cost <= greedy.cost <= exact.cost + 2


def test_the_heuristic_on_a_large_map() -> None:
    large = fb.waxman(400, alpha=0.08, beta=0.4, side_m="600 km", layout_seed=5)
    found = fb.placement(large, ends=[f"n{i}" for i in range(12)], max_span_m="120 km", method="greedy")
    assert len(found.paths) == 66
    assert max(link.length_m for link in found.links) <= 120e3
    assert found.scenario().links


def test_paths_go_by_the_shortest_fibres(surfnet: fb.Scenario) -> None:
    found = fb.placement(surfnet, ends=ENDS[:2], max_span_m="100 km")
    lengths = {frozenset((link.node_a, link.node_b)): link.fiber.length_m for link in surfnet.links}
    for link in found.links:
        assert link.way[0] == link.node_a and link.way[-1] == link.node_b
        assert sum(lengths[frozenset(hop)] for hop in itertools.pairwise(link.way)) == pytest.approx(link.length_m)
        route = fb.routing.shortest_path(surfnet.replace(demands=[]), link.node_a, link.node_b, metric="length")
        assert link.length_m == pytest.approx(route.length_m)


@pytest.mark.parametrize("asked, message", [
    ({"max_span_m": "30 km"}, "at least 95.2313 km, which Delft and Enschede need between Zwolle and Enschede"),
    ({"max_span_m": "100 km", "max_repeaters": 1}, "the fewest between Delft and Enschede with spans of at most 100 km"),
    ({"max_span_m": "100 km", "disjoint_paths": 2}, "only Zwolle join Delft and Enschede"),
    ({"max_span_m": "100 km", "capacity": 1}, "at least 3 paths a repeater"),
    ({"max_span_m": "0 km"}, "at least"),
    ({"max_span_m": "1 kg"}, "max_span_m"),
    ({"max_span_m": 1e5, "disjoint_paths": 0}, "disjoint_paths"),
    ({"max_span_m": 1e5, "max_repeaters": -1}, "max_repeaters"),
    ({"max_span_m": 1e5, "capacity": 0}, "capacity"),
    ({"max_span_m": 1e5, "method": "best"}, "'exact' or 'greedy'"),
    ({"max_span_m": 1e5, "locations": ["Delft"]}, "a node that is no end"),
    ({"max_span_m": 1e5, "locations": ["Zwole"]}, "Zwolle"),
    ({"max_span_m": 1e5, "locations": []}, "max_span_m"),
    ({"max_span_m": 1e5, "ends": ["Delft"]}, "two different nodes"),
    ({"max_span_m": 1e5, "ends": ["Delft", "Enschde"]}, "Enschede"),
    ({"max_span_m": 1e5, "ends": [("Delft", "Enschede"), ("Enschede", "Delft")]}, "no pair twice"),
    ({"max_span_m": 1e5, "ends": [("Delft", "Enschede"), "Zwolle"]}, "pairs of names"),
])  # fmt: skip
def test_what_cannot_be_is_refused(surfnet: fb.Scenario, asked: dict, message: str) -> None:
    with pytest.raises(fb.SpecError, match=message):
        fb.placement(surfnet, **{"ends": ENDS, **asked})


def test_what_cannot_be_reached_is_refused() -> None:
    with pytest.raises(fb.SpecError, match="a number above 0"):
        fb.placement_limits(rate_hz=0)
    with pytest.raises(fb.SpecError, match="same for any length"):
        fb.placement_limits(rate_hz=1, generation=fb.Given(success_probability=0.1, attempt_period_s="1 ms"))
    with pytest.raises(fb.SpecError, match="one span of no length"):
        fb.placement_limits(rate_hz=1e12)
    with pytest.raises(fb.SpecError, match="one span of no length"):
        fb.placement_limits(rate_hz=1, fidelity=0.9999)


def test_a_target_limits_spans_and_repeaters() -> None:
    slow, fast = (fb.placement_limits(rate_hz=rate)["max_span_m"] for rate in (1, 100))
    assert fast < slow
    good, better = (fb.placement_limits(rate_hz=1, fidelity=f)["max_repeaters"] for f in (0.8, 0.95))
    assert better < good
    chain = fb.chain(2, length_m=fast)
    assert fb.compile(chain).link_table()["rate_hz"][0] == pytest.approx(100, rel=1e-3)


# For a target.


def test_more_repeaters_are_tried_where_the_simulation_says_no(surfnet: fb.Scenario) -> None:
    memory = fb.platform("projected_nv_10x").replace(slots=16).memory
    asked = {"ends": ["Delft", "Enschede", "Maastricht"], "target": {"rate": 1, "fidelity": 0.8}}
    found = fb.placement_for_target(surfnet, **asked, memory=memory, duration_s="5 s", progress=False)
    assert found.least == found.tried["repeaters"][0] < found.placement.cost == found.tried["repeaters"][-1]
    assert found.tried["reached"].tolist()[-1] == "yes" and "yes" not in found.tried["reached"].tolist()[:-1]
    assert not found.optimal and "bounds demand 4 at least" in found.sentence
    summary = found.results.summary()
    assert summary["rate_low_hz"].min() >= 1 and summary["fidelity_low"].min() >= 0.8
    assert found.results.scenario == found.scenario
    assert np.all(np.diff(found.tried["longest_span_m"]) < 0) and np.all(np.diff(found.tried["repeaters"]) > 0)
    # One that was tried before, and what bounds demand: as placement() itself says.
    limits = fb.placement_limits(rate_hz=1, fidelity=0.8, memory=memory)
    assert fb.placement(surfnet, ends=asked["ends"], max_span_m=limits["max_span_m"], capacity=8).cost == found.least
    span = found.tried["longest_span_m"][0]
    assert fb.placement(surfnet, ends=asked["ends"], max_span_m=span, capacity=8).cost == found.least
    assert fb.placement(surfnet, ends=asked["ends"], max_span_m=span - 1, capacity=8).cost > found.least


def test_no_fewer_repeaters_at_any_nodes_reach_the_target() -> None:
    """All placements of fewer on a line, simulated."""
    line = fb.chain(7, length_m="20 km")
    asked = {"ends": ["n0", "n6"], "target": {"rate": 60}, "duration_s": "4 s"}
    found = fb.placement_for_target(line, **asked, progress=False)
    assert found.placement.cost == 2
    for count in range(found.placement.cost):
        for chosen in itertools.combinations(range(1, 6), count):
            stops = [0, *chosen, 6]
            lengths = [20e3 * (b - a) for a, b in itertools.pairwise(stops)]
            network = fb.chain(len(stops), length_m=lengths, duration_s="4 s")
            row = next(fb.run(network, replicas=4, progress=False).summary().rows())
            assert row["rate_low_hz"] < 60


@pytest.mark.parametrize("asked, message", [
    ({"target": {"rate": 20, "fidelity": 0.8}}, "most 68.8. km .*its route allows at most 4.313, .* Enschede--Zwolle"),
    ({"target": {"rate": 1e6}}, "one span of no length"),
    ({"target": {"rate": 1, "fidelity": 0.97}}, "paths of at most 1 repeater"),
    ({"target": {"rate": 1, "fidelity": 0.95}}, "less: of placements of 4 repeaters the best has 4, where .* gets"),
    ({"target": {"rate": 1}, "max_repeaters": 0}, "at least 3, the fewest between Delft and Enschede"),
    ({"target": {"rate": 1}, "capacity": 1}, "at least 2 paths a repeater"),
    ({"target": {}}, "a rate or a fidelity above 0"),
    ({"target": {"rte": 1}}, "one of rate"),
    ({"target": {"rate": 1}, "memory": fb.Memory(name="m", slots=1)}, "at least 2: Delft is an end of 2 pairs"),
    ({"target": {"rate": 1}, "max_replicas": 0}, "max_replicas"),
    ({"target": {"rate": 1}, "method": "best"}, "'exact' or 'greedy'"),
    ({"target": {"rate": 1}, "generation": fb.Given(success_probability=0.1, attempt_period_s="1 ms")}, "same for any length"),
])  # fmt: skip
def test_a_target_that_cannot_be_met_names_what_forbids_it(surfnet: fb.Scenario, asked: dict, message: str) -> None:
    hardware = {"memory": fb.platform("projected_nv_10x").replace(slots=16).memory, "duration_s": "2 s", "progress": False}
    with pytest.raises(fb.SpecError, match=message):
        fb.placement_for_target(surfnet, **{"ends": ["Delft", "Enschede", "Maastricht"], **hardware, **asked})


@pytest.mark.usefixtures("without_scipy")
def test_without_scipy_the_extra_is_named(surfnet: fb.Scenario) -> None:
    asked = {"ends": ENDS[:2], "max_span_m": "100 km"}
    assert fb.placement(surfnet, **asked, method="greedy").cost == 3
    with pytest.raises(ImportError, match=r"pip install 'farbell\[optimize\]'"):
        fb.placement(surfnet, **asked)
