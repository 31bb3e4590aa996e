"""Builders: shapes, coordinates and graphs become the scenarios that were asked for, or a SpecError."""

from __future__ import annotations

import math
import random
from collections import deque
from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import farbell as fb

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)
PLACES = st.tuples(LATITUDES, LONGITUDES)
CITIES = {"Delft": (52.007, 4.356), "Den Haag": (52.077, 4.299), "Leiden": (52.158, 4.493)}

LAYOUT_42 = [(77396.0, 43888.0), (85860.0, 69737.0), (9418.0, 97562.0), (76114.0, 78606.0)]
LINKS_42 = [("n0", "n1"), ("n0", "n3"), ("n1", "n3"), ("n3", "n2")]


def connected(scenario: fb.Scenario) -> bool:
    neighbours: dict[str, set[str]] = {node.name: set() for node in scenario.nodes}
    for link in scenario.links:
        neighbours[link.node_a].add(link.node_b)
        neighbours[link.node_b].add(link.node_a)
    seen, queue = {scenario.nodes[0].name}, deque([scenario.nodes[0].name])
    while queue:
        new = neighbours[queue.popleft()] - seen
        seen |= new
        queue.extend(new)
    return len(seen) == len(scenario.nodes)


def delivered(scenario: fb.Scenario) -> list[int]:
    return [int(pairs) for pairs in fb.run(scenario).demands["pairs"]]


def unit_vector(place: tuple[float, float]) -> tuple[float, float, float]:
    latitude, longitude = map(math.radians, place)
    return math.cos(latitude) * math.cos(longitude), math.cos(latitude) * math.sin(longitude), math.sin(latitude)


@given(PLACES, PLACES)
def test_great_circle_agrees_with_the_chord_through_the_earth(a: tuple[float, float], b: tuple[float, float]) -> None:
    chord = math.dist(unit_vector(a), unit_vector(b))
    expected = 2 * math.asin(min(1.0, chord / 2)) * 6_371_008.8
    # Near opposite points a chord of length 2 determines the angle to about sqrt(eps) only.
    assert fb.topology.great_circle_m(a, b) == pytest.approx(expected, rel=1e-9, abs=1.0)


@given(PLACES, PLACES)
def test_great_circle_is_symmetric_and_at_most_half_the_circumference(a: tuple[float, float], b: tuple[float, float]) -> None:
    length = fb.topology.great_circle_m(a, b)
    assert length == fb.topology.great_circle_m(b, a)
    assert 0 <= length <= math.pi * 6_371_008.8


def test_great_circle_of_a_quarter_meridian() -> None:
    assert fb.topology.great_circle_m((0, 0), (90, 0)) == pytest.approx(10_007_557, abs=1)


@pytest.mark.parametrize(
    "scenario, nodes, links",
    [
        (fb.chain(), 5, 4),
        (fb.chain(2), 2, 1),
        (fb.ring(7), 7, 7),
        (fb.star(5), 6, 5),
        (fb.grid(3, 4), 12, 17),
        (fb.grid(1, 4), 4, 3),
        (fb.grid(4, 1), 4, 3),
        (fb.torus(3, 4), 12, 24),
    ],
    ids=lambda value: value.name if isinstance(value, fb.Scenario) else str(value),
)
def test_shapes_have_their_size_and_are_connected(scenario: fb.Scenario, nodes: int, links: int) -> None:
    assert (len(scenario.nodes), len(scenario.links)) == (nodes, links)
    assert connected(scenario)
    assert {link.fiber.length_m for link in scenario.links} == {20_000.0}


@pytest.mark.parametrize("scenario", [fb.chain(), fb.ring(), fb.star(), fb.grid(2, 3), fb.torus(3, 3)], ids=lambda s: s.name)
def test_shapes_deliver_with_default_hardware(scenario: fb.Scenario) -> None:
    assert min(delivered(scenario)) > 100


def test_names_of_nodes() -> None:
    assert [node.name for node in fb.chain(3).nodes] == ["n0", "n1", "n2"]
    assert [node.name for node in fb.grid(2, 2).nodes] == ["r0c0", "r0c1", "r1c0", "r1c1"]
    assert {link.node_a for link in fb.star(3).links} == {"n0"}


def test_default_hardware_says_what_it_is_and_what_is_assumed() -> None:
    scenario = fb.chain()
    assert scenario.memories[0].name == "projected_nv_10x"
    assert any(note.startswith("Assumed: ") for note in scenario.notes)
    assert any("such device exists" in note for note in scenario.notes)
    assert any("arXiv:2010.12535" in credit for credit in scenario.credits)


def test_hardware_of_ones_own_leaves_nothing_assumed() -> None:
    memory = fb.Memory(name="mine", slots=2)
    stated = fb.chain(3, memory=memory, generation=fb.Given(success_probability=0.5, attempt_period_s=1e-4))
    derived = fb.chain(3, memory=memory, station=fb.Station(name="lab", visibility=0.9))
    for scenario in (stated, derived):
        assert scenario.memories == (memory,)
        assert not scenario.notes
        assert not scenario.credits
    assert not stated.stations
    assert derived.links[0].generation == fb.DoubleClick(station="lab")


def test_one_word_changes_the_scheme() -> None:
    scenario = fb.chain(3, generation=fb.SingleClick(station="midpoint", bright_state=0.05))
    assert scenario.stations == fb.chain(3).stations
    assert min(delivered(scenario)) > 100


def test_only_what_is_taken_from_the_preset_is_noted() -> None:
    notes = fb.chain(3, memory=fb.Memory(name="mine", slots=2)).notes
    assert notes
    assert all(note.startswith("Station: ") for note in notes)


def test_options_reach_their_place() -> None:
    scenario = fb.chain(
        3,
        length_m=["10 km", 5000],
        attenuation_db_per_km=0.3,
        speed_m_per_s="2.1e5 km/s",
        demands=[("n0", "n1"), fb.Demand(node_a="n0", node_b="n2", width=1)],
        width=2,
        traffic=fb.Poisson(rate_hz=3),
        duration_s="2 min",
        seed=5,
        control="ideal",
        name="mine",
        notes=["hello"],
        credits=["me"],
    )
    assert [link.fiber.length_m for link in scenario.links] == [10_000, 5_000]
    assert {(link.fiber.attenuation_db_per_km, link.fiber.speed_m_per_s) for link in scenario.links} == {(0.3, 2.1e8)}
    assert [demand.width for demand in scenario.demands] == [2, 1]
    assert scenario.demands[0].traffic == fb.Poisson(rate_hz=3)
    assert scenario.demands[1].traffic == fb.Continuous()
    assert (scenario.duration_s, scenario.seed, scenario.control, scenario.name) == (120, 5, "ideal", "mine")
    assert scenario.notes[-1] == "hello"
    assert scenario.credits[0] == "me"


def test_what_a_builder_sets_itself_cannot_be_given_twice() -> None:
    with pytest.raises(TypeError, match="links"):
        fb.chain(3, links=[])


@pytest.mark.parametrize(
    "make, path, nearest",
    [
        (lambda: fb.chain(1), "nodes", ""),
        (lambda: fb.chain(True), "nodes", ""),
        (lambda: fb.ring(2), "nodes", ""),
        (lambda: fb.star(1), "leaves", ""),
        (lambda: fb.grid(1, 1), "columns", ""),
        (lambda: fb.chain(3, length_m="20 kg"), "length_m", "km"),
        (lambda: fb.chain(3, length_m=-1.0), "length_m", ""),
        (lambda: fb.chain(3, length_m=math.nan), "length_m", ""),
        (lambda: fb.chain(3, length_m=["1 km"]), "length_m", ""),
        (lambda: fb.chain(3, length_m=["1 km", "2 kg"]), "length_m/1", "km"),
        (lambda: fb.chain(3, demands="end"), "demands", "ends"),
        (lambda: fb.chain(3, demands=["n0"]), "demands/0", ""),
        (lambda: fb.from_coordinates(CITIES, [("Delft", "Leidn")], detour_factor=1.5), "links/0", "Leiden"),
        (lambda: fb.from_coordinates(CITIES, [("Delft", "Delft")], detour_factor=1.5), "links/0", ""),
        (
            lambda: fb.from_coordinates(CITIES, [("Delft", "Leiden"), ("Leiden", "Delft")], detour_factor=1),
            "links/1",
            "",
        ),
        (lambda: fb.from_coordinates(CITIES, [("Delft", "Leiden")], detour_factor=0.99), "detour_factor", ""),
        (lambda: fb.from_coordinates(CITIES, [("Delft", "Leiden")], detour_factor=math.nan), "detour_factor", ""),
        (lambda: fb.from_coordinates(CITIES, [("Delft", "Leiden")], detour_factor=math.inf), "detour_factor", ""),
        (lambda: fb.from_coordinates({"a": (91, 0)}, [], detour_factor=1), "nodes/a", ""),
        (lambda: fb.from_coordinates({"a": (0, 181)}, [], detour_factor=1), "nodes/a", ""),
        (lambda: fb.torus(2, 3), "rows", ""),
        (lambda: fb.torus(3, 2), "columns", ""),
        (lambda: fb.waxman(1), "nodes", ""),
        (lambda: fb.waxman(alpha=0), "alpha", ""),
        (lambda: fb.waxman(alpha=math.inf), "alpha", ""),
        (lambda: fb.waxman(beta=1.01), "beta", ""),
        (lambda: fb.waxman(beta=math.nan), "beta", ""),
        (lambda: fb.waxman(side_m="0 km"), "side_m", ""),
        (lambda: fb.waxman(layout_seed=-1), "layout_seed", ""),
        (lambda: fb.waxman(alpha=1e-6, join=False), "join", ""),
        (lambda: fb.random_geometric(radius_m="1 kn"), "radius_m", "km"),
        (lambda: fb.random_geometric(radius_m=0, join=False), "join", ""),
        (lambda: fb.metro_backbone(2), "hubs", ""),
        (lambda: fb.metro_backbone(3, 0), "metro_nodes", ""),
        (lambda: fb.metro_backbone(3, 1, metro="ring"), "metro_nodes", ""),
        (lambda: fb.metro_backbone(backbone="mush"), "backbone", "mesh"),
        (lambda: fb.metro_backbone(metro="start"), "metro", "star"),
        (lambda: fb.metro_backbone(backbone_length_m=-1), "backbone_length_m", ""),
        (lambda: fb.chain(span_limit_m=0), "span_limit_m", ""),
        (lambda: fb.topology.with_repeaters(fb.chain(), span_limit_m="-1 km"), "span_limit_m", ""),
        (lambda: fb.topology.with_repeaters(fb.chain(), span_limit_m="1 kg"), "span_limit_m", "km"),
        (lambda: fb.topology.from_map("surfnett", detour_factor=1.5), "name", "surfnet"),
        (lambda: fb.topology.from_map("dfn", detour_factor=1.5), "map dfn", ""),
    ],
)
def test_wrong_arguments_are_refused_by_name(make, path: str, nearest: str) -> None:
    with pytest.raises(fb.SpecError) as error:
        make()
    assert (error.value.path, error.value.nearest) == (path, nearest)


def test_detour_factor_has_no_default() -> None:
    with pytest.raises(TypeError, match="detour_factor"):
        fb.from_coordinates(CITIES, [("Delft", "Leiden")])


@given(st.dictionaries(st.text(min_size=1, max_size=8), PLACES, min_size=2, max_size=6), st.floats(1, 3))
def test_lengths_from_coordinates(nodes: dict[str, tuple[float, float]], factor: float) -> None:
    names = list(nodes)
    scenario = fb.from_coordinates(nodes, pairwise(names), detour_factor=factor)
    assert {node.name: (node.latitude_deg, node.longitude_deg) for node in scenario.nodes} == nodes
    for link in scenario.links:
        assert link.fiber.length_m == fb.topology.great_circle_m(nodes[link.node_a], nodes[link.node_b]) * factor
    assert f"{factor:g}" in scenario.notes[0]


def test_shortest_link_is_a_demand_that_is_served() -> None:
    scenario = fb.from_coordinates(
        CITIES, [("Den Haag", "Leiden"), ("Delft", "Den Haag")], detour_factor=1.5, demands="shortest_link"
    )
    assert [(demand.node_a, demand.node_b) for demand in scenario.demands] == [("Delft", "Den Haag")]
    assert delivered(scenario)[0] > 0


def test_from_networkx_graph_with_lengths() -> None:
    graph = nx.path_graph(4)
    nx.set_edge_attributes(graph, {edge: 1000.0 * (edge[0] + 1) for edge in graph.edges}, "length_m")
    scenario = fb.from_networkx(graph)
    assert [node.name for node in scenario.nodes] == ["0", "1", "2", "3"]
    assert [link.fiber.length_m for link in scenario.links] == [1000, 2000, 3000]
    assert scenario.notes[0] == "Fibre lengths are the attribute length_m of 3 of 3 links."


def test_from_networkx_knows_the_nodes_of_the_graph() -> None:
    graph = nx.grid_2d_graph(2, 2)
    nx.set_edge_attributes(graph, 20e3, "length_m")
    scenario = fb.from_networkx(graph, demands=[((0, 0), (1, 1)), ("(0, 1)", (1, 0))])
    assert [(demand.node_a, demand.node_b) for demand in scenario.demands] == [("(0, 0)", "(1, 1)"), ("(0, 1)", "(1, 0)")]
    with pytest.raises(fb.SpecError, match=r"^demands/1: found \(2, 2\); allowed: a node of the graph"):
        fb.from_networkx(graph, demands=[((0, 0), (1, 1)), ((0, 0), (2, 2))])
    with pytest.raises(fb.SpecError, match=r"^demands/0: found 3; allowed: a Demand or a pair"):
        fb.from_networkx(graph, demands=[3])
    with pytest.raises(TypeError, match="takes a networkx graph, not int"):
        fb.from_networkx(3)


def test_builders_refuse_demands_between_unknown_nodes() -> None:
    with pytest.raises(fb.SpecError, match=r"^demands/1: found 'n33'; allowed: the name of a node; did you mean n3\?"):
        fb.chain(nodes=4, demands=[("n0", "n2"), ("n0", "n33")])


def test_from_networkx_lists_what_it_changes() -> None:
    graph = nx.MultiDiGraph(name="<b>metro</b>")
    graph.add_edge("a", "b", span="12 km")
    graph.add_edge("b", "a", span="10 km")
    graph.add_edge("b", "b", span="1 km")
    graph.add_edge(1, "1", span="3 km")
    scenario = fb.from_networkx(graph, length_attribute="span")
    assert scenario.name == "<b>metro</b>"
    assert [(link.node_a, link.node_b, link.fiber.length_m) for link in scenario.links] == [
        ("a", "b", 10_000),
        ("1 (2)", "1 (3)", 3_000),
    ]
    assert scenario.notes[1:5] == (
        "Merged parallel links, the shortest of each kept: a--b (2).",
        "Dropped loops: b (1).",
        "Names that several nodes share, or lack, got the node's id added: '1'.",
        "The graph is directed; its links are used both ways.",
    )


def test_from_networkx_mixes_stated_and_estimated_lengths() -> None:
    graph = nx.Graph()
    for name, (latitude, longitude) in CITIES.items():
        graph.add_node(name, lat=latitude, lon=str(longitude))
    graph.add_edge("Delft", "Den Haag", length_km=11)
    graph.add_edge("Den Haag", "Leiden")
    scenario = fb.from_networkx(graph, length_attribute="length_km", detour_factor=1.4)
    stated, estimated = (link.fiber.length_m for link in scenario.links)
    assert stated == 11_000
    assert estimated == fb.topology.great_circle_m(CITIES["Den Haag"], CITIES["Leiden"]) * 1.4
    assert scenario.notes[1] == "That holds for 1 of 2 links."
    assert scenario.notes[2] == "Fibre lengths are the attribute length_km of 1 of 2 links."


@pytest.mark.parametrize(
    "attributes, options, path",
    [
        ({}, {}, "graph/edges/a,b"),
        ({"km": 3}, {"length_attribute": "km"}, "graph/edges/a,b"),
        ({"length_km": -3}, {"length_attribute": "length_km"}, "graph/edges/a,b"),
        ({"length_km": "nan"}, {"length_attribute": "length_km"}, "graph/edges/a,b"),
        ({"length_km": "1e400"}, {"length_attribute": "length_km"}, "graph/edges/a,b"),
        ({"length_km": "far"}, {"length_attribute": "length_km"}, "graph/edges/a,b"),
        ({}, {"detour_factor": 1.5}, "graph"),
    ],
)
def test_from_networkx_refuses_links_without_a_good_length(attributes, options, path: str) -> None:
    graph = nx.Graph()
    graph.add_edge("a", "b", **attributes)
    graph.add_edge("b", "c", length_m=5, km="1 km", length_km=1)
    with pytest.raises(fb.SpecError) as error:
        fb.from_networkx(graph, **options)
    assert error.value.path == path


def test_unknown_length_attribute_names_the_nearest() -> None:
    graph = nx.Graph()
    graph.add_edge("a", "b", length_km=5)
    with pytest.raises(fb.SpecError) as error:
        fb.from_networkx(graph, length_attribute="lenght_km")
    assert error.value.nearest == "length_km"


def test_nodes_without_coordinates_are_dropped_only_when_asked() -> None:
    graph = nx.path_graph(["Delft", "nowhere", "Leiden"])
    nx.add_path(graph, ["Delft", "Leiden"])
    for name in ("Delft", "Leiden"):
        graph.nodes[name].update(latitude=CITIES[name][0], longitude=CITIES[name][1])
    with pytest.raises(fb.SpecError, match="no coordinates for nowhere"):
        fb.from_networkx(graph, detour_factor=1.5)
    scenario = fb.from_networkx(graph, detour_factor=1.5, drop_unplaced=True)
    assert [node.name for node in scenario.nodes] == ["Delft", "Leiden"]
    assert "Dropped nodes without coordinates: nowhere, and their 2 links." in scenario.notes


# ---- random and hierarchical networks -----------------------------------------------------------------------------------


def degrees(scenario: fb.Scenario) -> dict[str, int]:
    return {node.name: sum(node.name in (link.node_a, link.node_b) for link in scenario.links) for node in scenario.nodes}


def positions(scenario: fb.Scenario) -> dict[str, tuple[float, float]]:
    return {node.name: (node.x_m, node.y_m) for node in scenario.nodes}


def test_every_node_of_a_torus_has_four_links() -> None:
    assert set(degrees(fb.torus(3, 5)).values()) == {4}


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 60), st.integers(0, 2**63), st.floats(0.01, 2), st.floats(0.01, 1))
def test_waxman_networks_are_connected_and_as_long_as_they_are_drawn(nodes: int, seed: int, alpha: float, beta: float) -> None:
    scenario = fb.waxman(nodes, alpha=alpha, beta=beta, side_m="50 km", layout_seed=seed)
    assert scenario == fb.waxman(nodes, alpha=alpha, beta=beta, side_m="50 km", layout_seed=seed)
    assert len(scenario.nodes) == nodes
    assert connected(scenario)
    place = positions(scenario)
    assert all(0 <= x <= 50e3 and x == int(x) for spot in place.values() for x in spot)
    for link in scenario.links:
        assert link.fiber.length_m == pytest.approx(math.dist(place[link.node_a], place[link.node_b]), abs=1e-3)
    fb.compile(scenario)  # no link twice


def test_waxman_links_are_as_frequent_as_its_law_says() -> None:
    """About 11,000 links drawn in 40 networks, against the sum of their probabilities. Sees errors of 7 %; false alarms below
    1e-9 (Bernstein's inequality at 7 standard deviations)."""
    expected = variance = 0.0
    links = 0
    for seed in random.sample(range(2**62), 40):
        scenario = fb.waxman(60, alpha=0.3, beta=0.5, layout_seed=seed)
        added = sum(note.count("--") for note in scenario.notes if note.startswith("Links added"))
        links += len(scenario.links) - added
        spots = list(positions(scenario).values())
        apart = [math.dist(a, b) for i, a in enumerate(spots) for b in spots[:i]]
        chances = [0.5 * math.exp(-d / (0.3 * max(apart))) for d in apart]
        expected += sum(chances)
        variance += sum(p * (1 - p) for p in chances)
    assert abs(links - expected) < 7 * math.sqrt(variance)


@pytest.mark.parametrize("radius_m", [5e3, 20e3, 60e3])
def test_random_geometric_networks_link_what_is_near(radius_m: float) -> None:
    scenario = fb.random_geometric(40, radius_m=radius_m, layout_seed=random.randrange(2**63))
    assert connected(scenario)
    place = positions(scenario)
    near = {frozenset((a, b)) for a in place for b in place if a < b and math.dist(place[a], place[b]) <= radius_m}
    drawn = {frozenset((link.node_a, link.node_b)) for link in scenario.links}
    assert near <= drawn
    added = [note for note in scenario.notes if note.startswith("Links added")]
    assert len(drawn - near) == sum(note.count("--") for note in added)
    # Links that join parts are those of a shortest spanning tree between them.
    tree = nx.Graph(
        [
            (a, b, {"weight": 0 if frozenset((a, b)) in near else math.dist(place[a], place[b])})
            for a in place
            for b in place
            if a < b
        ]
    )
    least = sum(data["weight"] for *_, data in nx.minimum_spanning_edges(tree))
    assert sum(math.dist(*(place[name] for name in pair)) for pair in drawn - near) == pytest.approx(least)


def test_random_layouts_do_not_depend_on_the_seed_of_the_run() -> None:
    a, b = fb.waxman(seed=1), fb.waxman(seed=2)
    assert a.links == b.links and a.nodes == b.nodes and a != b
    assert fb.waxman(layout_seed=1).nodes != a.nodes


def test_a_random_layout_is_the_same_everywhere() -> None:
    scenario = fb.waxman(4, alpha=1, beta=1, layout_seed=42)
    assert [(node.x_m, node.y_m) for node in scenario.nodes] == LAYOUT_42
    assert [(link.node_a, link.node_b) for link in scenario.links] == LINKS_42


@pytest.mark.parametrize("backbone, long", [("ring", 5), ("mesh", 10)])
@pytest.mark.parametrize("metro, short", [("star", 15), ("ring", 20)])
def test_metro_backbones(backbone: str, long: int, metro: str, short: int) -> None:
    scenario = fb.metro_backbone(5, 3, backbone=backbone, metro=metro, backbone_length_m="80 km", metro_length_m="7 km")
    assert connected(scenario)
    hubs = {f"h{i}" for i in range(5)}
    between = [link for link in scenario.links if {link.node_a, link.node_b} <= hubs]
    assert (len(between), len(scenario.links) - len(between)) == (long, short)
    place = positions(scenario)
    for link in scenario.links:
        assert link.fiber.length_m == pytest.approx(math.dist(place[link.node_a], place[link.node_b]))
    assert min(link.fiber.length_m for link in between) == 80e3
    assert fb.compile(scenario).routes[0][0] == "h0m1"


# ---- repeaters ----------------------------------------------------------------------------------------------------------


@given(st.floats(1, 300), st.floats(5, 400))
def test_spans_are_equal_and_within_the_limit(length_km: float, limit_km: float) -> None:
    scenario = fb.chain(2, length_m=length_km * 1e3, span_limit_m=limit_km * 1e3)
    spans = [link.fiber.length_m for link in scenario.links]
    assert len(set(spans)) == 1
    assert spans[0] <= limit_km * 1e3
    assert sum(spans) == pytest.approx(length_km * 1e3)
    assert len(spans) == max(1, math.ceil(length_km / limit_km))
    assert len(scenario.nodes) == len(spans) + 1
    assert connected(scenario)


def test_repeaters_stand_between_the_ends() -> None:
    scenario = fb.chain(2, length_m="100 km", span_limit_m="30 km")
    assert [(node.name, node.x_m, node.y_m) for node in scenario.nodes] == [
        ("n0", 0, 0), ("n1", 100e3, 0), ("n0~n1~1", 25e3, 0), ("n0~n1~2", 50e3, 0), ("n0~n1~3", 75e3, 0),
    ]  # fmt: skip
    assert [(link.node_a, link.node_b) for link in scenario.links] == [
        ("n0", "n0~n1~1"), ("n0~n1~1", "n0~n1~2"), ("n0~n1~2", "n0~n1~3"), ("n0~n1~3", "n1"),
    ]  # fmt: skip
    assert scenario.notes[-1].startswith("3 repeaters on fibres longer than 30 km")
    assert fb.compile(scenario).routes == [["n0", "n0~n1~1", "n0~n1~2", "n0~n1~3", "n1"]]


@given(PLACES, PLACES)
def test_repeaters_on_a_map_divide_the_great_circle(a: tuple[float, float], b: tuple[float, float]) -> None:
    whole = fb.topology.great_circle_m(a, b)
    if not 1e3 < whole < 0.99 * math.pi * 6_371_008.8:
        return
    scenario = fb.from_coordinates({"a": a, "b": b}, [("a", "b")], detour_factor=1.2, span_limit_m=whole * 1.2 / 3.5)
    on_the_way = [(node.latitude_deg, node.longitude_deg) for node in scenario.nodes if "~" in node.name]
    for start, end in pairwise([a, *on_the_way, b]):
        assert fb.topology.great_circle_m(start, end) == pytest.approx(whole / 4, rel=1e-6)


def test_repeaters_on_a_finished_scenario() -> None:
    given_link = fb.Given(success_probability=0.1, attempt_period_s=1e-3)
    memory = fb.Memory(name="m", slots=4)
    chain = fb.chain(3, length_m=["100 km", "10 km"], memory=memory)
    end, *others = chain.nodes
    route = fb.Demand(node_a="n2", node_b="n0", route=["n2", "n1", "n0"])
    chain = chain.replace(demands=[route])
    divided = fb.topology.with_repeaters(chain, span_limit_m="50 km")
    assert divided.demands[0].route == ("n2", "n1", "n0~n1~1", "n0")
    several = chain.replace(demands=[route.replace(route=[], routes=[fb.WeightedRoute(nodes=route.route, weight=2)])])
    (one,) = fb.topology.with_repeaters(several, span_limit_m="50 km").demands[0].routes
    assert one == fb.WeightedRoute(nodes=["n2", "n1", "n0~n1~1", "n0"], weight=2)
    assert fb.topology.with_repeaters(chain, span_limit_m="100 km") == chain
    fb.compile(divided)

    # What a link states holds for its whole length, and a repeater needs hardware.
    stated = chain.replace(links=[link.replace(generation=given_link) for link in chain.links])
    with pytest.raises(fb.SpecError) as error:
        fb.topology.with_repeaters(stated, span_limit_m="50 km")
    assert error.value.path == "links/0/generation"
    spans = fb.topology.with_repeaters(
        stated, span_limit_m="50 km", generation=given_link.replace(success_probability=0.3)
    ).links
    assert [link.generation.success_probability for link in spans] == [0.3, 0.3, 0.1]
    uneven = chain.replace(nodes=[end.replace(swap_success_probability=0.5), *others])
    with pytest.raises(fb.SpecError, match="hardware differs"):
        fb.topology.with_repeaters(uneven, span_limit_m="50 km")
    repeater = fb.Node(name="any", memory="m", swap_success_probability=0.7)
    nodes = fb.topology.with_repeaters(uneven, span_limit_m="50 km", repeater=repeater).nodes
    assert (nodes[-1].name, nodes[-1].swap_success_probability, nodes[-1].x_m) == ("n0~n1~1", 0.7, 50e3)
    changing = chain.replace(changes=[fb.Change(at_s=0.5, link="n0--n1")])
    with pytest.raises(fb.SpecError, match="changes during the run"):
        fb.topology.with_repeaters(changing, span_limit_m="50 km")


def test_a_link_with_a_name_gives_it_to_its_repeaters() -> None:
    chain = fb.chain(2, length_m="100 km", demands=[])
    twins = [link.replace(name=name) for link in chain.links for name in ("north", "south")]
    nodes = fb.topology.with_repeaters(chain.replace(links=twins), span_limit_m="60 km").nodes
    assert [node.name for node in nodes] == ["n0", "n1", "north~1", "south~1"]


@pytest.mark.parametrize("limit_m", [20e3, 50e3])
def test_maps_with_repeaters(limit_m: float) -> None:
    scenario = fb.topology.from_map("surfnet", detour_factor=1.3, span_limit_m=limit_m)
    assert max(link.fiber.length_m for link in scenario.links) <= limit_m
    assert all(node.latitude_deg is not None for node in scenario.nodes)
    assert connected(scenario)
    whole = fb.topology.from_map("surfnet", detour_factor=1.3)
    assert sum(link.fiber.length_m for link in scenario.links) == pytest.approx(
        sum(link.fiber.length_m for link in whole.links)
    )
