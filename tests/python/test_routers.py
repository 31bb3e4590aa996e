"""Kinds of routing that are no plain sums: against all simple paths of small random networks, networkx, and runs."""

from __future__ import annotations

import itertools
import math
import random
from typing import Any

import networkx as nx
import pytest

import farbell as fb
from farbell.route_search import KINDS

MEMORIES = {
    "good": fb.Memory(name="good", slots=8),
    "noisy": fb.Memory(name="noisy", slots=8, two_qubit_gate_reliability=0.9, single_qubit_gate_reliability=0.97),
}
#: By the element of the Bell measurement (docs/physics/bell_measurement.md): factors p1 p2, p1 p2 and p2.
SWAP_PARAMETER = {"good": 1.0, "noisy": 0.9 * (1 + 2 * 0.97) / 3}
PURIFYING = ("q_path", "q_leap")
ONE_ROUTE = ("greedy_fidelity", *PURIFYING)
PERIOD_S = 1 / 131072  # sums of its multiples are exact


def given(success_probability: float, fidelity: float) -> fb.Given:
    state = fb.Werner(fidelity=fidelity)
    return fb.Given(success_probability=success_probability, attempt_period_s=PERIOD_S, state=state)


def random_network(seed: int, *, nodes: int = 6, links: int = 9, alike: bool = False, **fields: Any) -> fb.Scenario:
    """Links and nodes of random quality; some links in parallel. `alike`: few values, so that many routes are equally wide."""
    draw = random.Random(seed)
    named = [fb.Node(name=f"n{i}", memory=draw.choice(["good", "noisy"])) for i in range(nodes)]
    made = []
    for i in range(links):
        a, b = draw.sample(range(nodes), 2)
        success = draw.choice([0.25, 0.5]) if alike else draw.uniform(0.05, 0.95)
        made.append(
            fb.Link(
                name=f"l{i}", node_a=f"n{a}", node_b=f"n{b}", fiber=fb.Fiber(length_m=draw.uniform(1e3, 1e4)),
                generation=given(success, draw.uniform(0.8, 1.0)),
            )
        )  # fmt: skip
    return fb.Scenario(memories=list(MEMORIES.values()), nodes=named, links=made, duration_s=1e-2, **fields)


def simple_paths(scenario: fb.Scenario, a: str, b: str) -> list[list[str]]:
    graph = nx.Graph()
    graph.add_nodes_from(node.name for node in scenario.nodes)
    graph.add_edges_from((link.node_a, link.node_b) for link in scenario.links)
    return list(nx.all_simple_paths(graph, a, b))


def werner_parameter(fidelity: float) -> float:
    return (4 * fidelity - 1) / 3


def links_between(scenario: fb.Scenario, a: str, b: str) -> list[fb.Link]:
    return [link for link in scenario.links if {link.node_a, link.node_b} == {a, b}]


def largest_parameter(scenario: fb.Scenario, path: list[str]) -> float:
    """Of the pairs of a path, over the best of parallel links."""
    memory = {node.name: node.memory for node in scenario.nodes}
    werner = math.prod(SWAP_PARAMETER[memory[node]] for node in path[1:-1])
    for a, b in itertools.pairwise(path):
        werner *= max(werner_parameter(link.generation.state.fidelity) for link in links_between(scenario, a, b))
    return werner


def seconds_of_hops(scenario: fb.Scenario, path: list[str]) -> list[float]:
    return [
        PERIOD_S / max(link.generation.success_probability for link in links_between(scenario, a, b))
        for a, b in itertools.pairwise(path)
    ]


@pytest.mark.parametrize("seed", range(40))
def test_by_fidelity_the_best_of_all_paths_come_first(seed: int) -> None:
    scenario = random_network(seed + 1000)
    found = fb.routing.k_shortest_paths(scenario, "n0", "n1", 6, metric="fidelity")
    expected = sorted((largest_parameter(scenario, path) for path in simple_paths(scenario, "n0", "n1")), reverse=True)
    assert [math.exp(-route.cost) for route in found] == pytest.approx(expected[:6], rel=1e-9)
    for route in found:
        assert math.exp(-route.cost) == pytest.approx(largest_parameter(scenario, list(route.nodes)), rel=1e-9)
        assert route.fidelity == pytest.approx((1 + 3 * math.exp(-route.cost)) / 4, rel=1e-9)


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("k", [1, 2, 5, 100])
def test_the_widest_of_all_paths_come_first(seed: int, k: int) -> None:
    """With successes of 1/4 and 1/2 ties are ties."""
    scenario = random_network(seed + 2000, nodes=7, links=13, alike=True)
    order = {node.name: i for i, node in enumerate(scenario.nodes)}
    ranked = []
    for path in simple_paths(scenario, "n0", "n1"):
        seconds = [round(s / PERIOD_S) for s in seconds_of_hops(scenario, path)]
        ranked.append((max(seconds), sum(seconds), len(path), [order[node] for node in path], path))
    found = fb.routing.k_shortest_paths(scenario, "n0", "n1", k, metric="widest")
    assert [list(route.nodes) for route in found] == [path for *_, path in sorted(ranked)[:k]]
    for route in found:
        assert route.cost == pytest.approx(max(seconds_of_hops(scenario, list(route.nodes))), rel=1e-12)
        assert route.rate_hz == pytest.approx(1 / route.cost, rel=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_fidelity_and_width_are_those_of_networkx(seed: int) -> None:
    """On 40 nodes: Dijkstra's algorithm where swaps cost nothing, and the widest path on the largest spanning tree."""
    draw = random.Random(seed)
    graph = nx.gnm_random_graph(40, 90, seed=seed)
    links = []
    for a, b, edge in graph.edges(data=True):
        success, fidelity = draw.uniform(0.05, 0.95), draw.uniform(0.8, 1.0)
        edge["loss"], edge["success"] = -math.log(werner_parameter(fidelity)), success
        links.append(fb.Link(node_a=f"n{a}", node_b=f"n{b}", fiber=fb.Fiber(length_m=1e3), generation=given(success, fidelity)))
    nodes = [fb.Node(name=f"n{i}", memory="good") for i in range(40)]
    model = fb.compile(fb.Scenario(memories=[MEMORIES["good"]], nodes=nodes, links=links, duration_s=1.0))
    a, b = draw.sample(range(40), 2)
    if not nx.has_path(graph, a, b):
        assert fb.routing.k_shortest_paths(model, f"n{a}", f"n{b}", 3, metric="widest") == []
        return
    best = fb.routing.shortest_path(model, f"n{a}", f"n{b}", metric="fidelity")
    assert best.cost == pytest.approx(nx.dijkstra_path_length(graph, a, b, weight="loss"), rel=1e-9)
    tree = nx.maximum_spanning_tree(graph, weight="success")
    width = min(graph[x][y]["success"] for x, y in itertools.pairwise(nx.shortest_path(tree, a, b)))
    assert fb.routing.shortest_path(model, f"n{a}", f"n{b}", metric="widest").cost == pytest.approx(PERIOD_S / width, rel=1e-12)


def test_a_search_by_pairs_of_bottleneck_and_sum_loses() -> None:
    """From n0 to n2 one way is wide and long, the other narrower and short; the last link is narrower than both."""
    ways = [("n0", "n1", 0.5), ("n1", "n4", 0.5), ("n4", "n2", 0.5), ("n0", "n2", 0.4), ("n2", "n3", 0.1)]
    nodes = [fb.Node(name=f"n{i}", memory="good") for i in range(5)]
    links = [fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=1e3), generation=given(p, 1.0)) for a, b, p in ways]
    scenario = fb.Scenario(memories=[MEMORIES["good"]], nodes=nodes, links=links, duration_s=1.0)
    assert fb.routing.shortest_path(scenario, "n0", "n2", metric="widest").nodes == ("n0", "n1", "n4", "n2")
    assert fb.routing.shortest_path(scenario, "n0", "n3", metric="widest").nodes == ("n0", "n2", "n3")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "multicommodity"])
@pytest.mark.parametrize("seed", range(8))
def test_every_router_returns_paths_that_exist_and_demands_take_the_first(kind: str, seed: int) -> None:
    k = 1 if kind in ONE_ROUTE else 4
    scenario = random_network(seed, nodes=8, links=16, routing=fb.Routing(kind=kind, alternatives=k))
    paths = simple_paths(scenario, "n0", "n1")
    if kind in PURIFYING and paths:
        found = [fb.routing.route(scenario, "n0", "n1", min_fidelity=0.6)]
    else:
        found = [] if kind in PURIFYING else fb.routing.k_shortest_paths(scenario, "n0", "n1", k)
    assert len(found) == min(k, len(paths))
    names = {link.name: {link.node_a, link.node_b} for link in scenario.links}
    for route in found:
        assert list(route.nodes) in paths
        assert [names[link] for link in route.links] == [{a, b} for a, b in itertools.pairwise(route.nodes)]
    assert len({route.nodes for route in found}) == len(found)
    if not found:
        return
    demand = fb.Demand(node_a="n0", node_b="n1", width=2, min_fidelity=0.6 if kind in PURIFYING else 0.0)
    model = fb.compile(scenario.replace(demands=[demand]))
    assert model.alternatives == [[list(route.nodes) for route in found]]
    assert fb.routing.demand_routes(model) == found[:1]


@pytest.mark.parametrize("memory", MEMORIES)
def test_the_fidelity_expected_of_one_swap_is_that_of_a_run(memory: str) -> None:
    """Werner pairs that never wait: one swap, whatever its noise, is one factor."""
    links = [given(1.0, 0.95), given(1.0, 0.9)]
    scenario = fb.Scenario(
        memories=[MEMORIES[memory]],
        nodes=[fb.Node(name=f"n{i}", memory=memory) for i in range(3)],
        links=[
            fb.Link(node_a=f"n{i}", node_b=f"n{i + 1}", fiber=fb.Fiber(length_m=1e3), generation=how)
            for i, how in enumerate(links)
        ],
        demands=[fb.Demand(node_a="n0", node_b="n2")],
        routing=fb.Routing(kind="fidelity"),
        duration_s=1e-3,
    )
    (route,) = fb.routing.demand_routes(scenario)
    expected = werner_parameter(0.95) * werner_parameter(0.9) * SWAP_PARAMETER[memory]
    assert route.fidelity == pytest.approx((1 + 3 * expected) / 4, rel=1e-12)
    pairs = fb.run(scenario, progress=False).pairs
    assert len(pairs) > 0
    assert pairs["fidelity"] == pytest.approx(route.fidelity, abs=1e-9)


def test_distilled_links_count_as_what_they_give() -> None:
    """DEJMPS of two Werner pairs of 0.9 gives 0.9264; two pairs are used up, so that the link is half as wide."""
    fiber, plain = fb.Fiber(length_m=1e3), given(0.5, 0.9)
    link = fb.Link(node_a="n0", node_b="n1", fiber=fiber, generation=plain, distillation=fb.Distillation())
    nodes = [fb.Node(name=name, memory="good") for name in ("n0", "n1")]
    scenario = fb.Scenario(memories=[MEMORIES["good"]], nodes=nodes, links=[link], duration_s=1.0)
    route = fb.routing.shortest_path(scenario, "n0", "n1", metric="fidelity")
    good, bad = 0.9, 0.1 / 3
    assert route.fidelity == pytest.approx((good**2 + bad**2) / ((good + bad) ** 2 + (2 * bad) ** 2), rel=1e-9)
    assert fb.routing.shortest_path(scenario, "n0", "n1", metric="widest").cost == pytest.approx(2 * PERIOD_S / 0.5)


def test_new_routes_are_found_by_the_same_kind_when_links_go_down() -> None:
    """Of three ways the one with the best pairs goes down: the next best is taken, not the shortest."""
    ways = {"n2": 0.99, "n3": 0.97, "n4": 0.9}
    links = [
        fb.Link(node_a=end, node_b=node, fiber=fb.Fiber(length_m=1e3), generation=given(1.0, fidelity))
        for node, fidelity in ways.items()
        for end in ("n0", "n1")
    ]
    direct = fb.Link(node_a="n0", node_b="n1", fiber=fb.Fiber(length_m=1e3), generation=given(1.0, 0.8))
    scenario = fb.Scenario(
        memories=[MEMORIES["good"]],
        nodes=[fb.Node(name=f"n{i}", memory="good") for i in range(5)],
        links=[direct, *links],
        demands=[fb.Demand(node_a="n0", node_b="n1")],
        changes=[fb.Change(at_s=5e-3, link="n0--n2")],
        routing=fb.Routing(kind="fidelity"),
        duration_s=1e-2,
    )
    pairs = fb.run(scenario, progress=False).pairs
    expected = {round((1 + 3 * werner_parameter(ways[node]) ** 2) / 4, 9) for node in ("n2", "n3")}
    assert {round(float(f), 9) for f in pairs["fidelity"]} == expected


@pytest.mark.parametrize("kind", ["widest", "entanglement_rate", "greedy_fidelity", "q_path", "q_leap", "multicommodity"])
def test_ghz_demands_ask_for_costs_that_add_up(kind: str) -> None:
    star = fb.star(leaves=3, length_m="20 km", demands=[]).replace(
        ghz_demands=[fb.GhzDemand(name="trio", users=["n1", "n2", "n3"])]
    )
    fb.compile(star.replace(routing=fb.Routing(kind="fidelity")))
    with pytest.raises(fb.SpecError) as error:
        fb.compile(star.replace(routing=fb.Routing(kind=kind)))
    assert error.value.path == "/routing/kind"


# The comparison.


def contested(**fields: Any) -> fb.Scenario:
    """Two demands across a grid whose middle is fast and noisy."""
    grid = fb.grid(3, 3, memory=fb.Memory(name="m", slots=8), generation=given(0.05, 0.98), demands=[], duration_s="20 ms")
    links = [link.replace(generation=given(0.3, 0.93)) if "r1c1" in (link.node_a, link.node_b) else link for link in grid.links]
    demands = [fb.Demand(node_a="r0c0", node_b="r2c2"), fb.Demand(node_a="r0c1", node_b="r2c1")]
    return grid.replace(**{"links": links, "demands": demands, **fields})


def test_a_comparison_says_what_runs_say() -> None:
    scenario = contested()
    found = fb.routing.compare(scenario, ["shortest", "widest", "fidelity"], seed=5)
    assert found.table["router"].tolist() == ["shortest", "widest", "fidelity"]
    for row, kind in zip(found.table.rows(), ("hops", "widest", "fidelity"), strict=True):
        results = fb.run(scenario.replace(routing=fb.Routing(kind=kind)), seed=5, progress=False)
        summary = results.summary()
        assert row["useful_hz"] == pytest.approx(float(summary["rate_hz"].sum()))
        assert row["throughput_hz"] == row["useful_hz"]
        assert row["messages_hz"] == pytest.approx(float(results.replicas["messages"][0]) / 0.02)
        rates = summary["rate_hz"]
        assert row["fairness"] == pytest.approx(float(rates.sum() ** 2 / (2 * (rates**2).sum())))
        assert row["unserved"] == 0
    routes = dict(zip(zip(found.demands["router"], found.demands["demand"], strict=True), found.demands["route"], strict=True))
    assert routes["fidelity", "r0c1->r2c1"] == "r0c1 - r0c0 - r1c0 - r2c0 - r2c1"
    assert routes["widest", "r0c1->r2c1"] == "r0c1 - r1c1 - r2c1"
    assert routes["fidelity", "r0c0->r2c2"] == "r0c0 - r0c1 - r0c2 - r1c2 - r2c2"
    assert found.min_cut_hz >= found.throughput_bound_hz > 0
    assert "No router delivers more than" in repr(found) and "<table" in found._repr_html_()


def test_demands_whose_fidelity_a_router_misses_count_as_unserved() -> None:
    # Over r1c1 two links of 0.93 leave 0.866.
    demands = [fb.Demand(node_a="r0c1", node_b="r2c1", min_fidelity=0.9), fb.Demand(node_a="r0c0", node_b="r0c2")]
    found = fb.routing.compare(contested().replace(demands=demands), ["hops", "fidelity"])
    assert found.table["unserved"].tolist() == [1, 0]
    first = found.demands[found.demands["demand"] == "r0c1->r2c1"]
    assert first["route"].tolist()[0] == "" and first["useful_hz"].tolist()[0] == 0.0
    assert first["fidelity"][1] > 0.9
    assert found.table["fairness"][0] == pytest.approx(0.5)


@pytest.mark.parametrize("seed", range(6))
def test_no_router_beats_the_bounds(seed: int) -> None:
    """Random networks. In a time of N pairs their number may exceed the bound by 6.5 standard deviations, and the pairs that
    are on their way at the ends of the run: false alarms below 1e-9 a row."""
    scenario = random_network(seed + 500, nodes=7, links=14).replace(
        seed=random.randrange(2**32),
        demands=[
            fb.Demand(node_a="n0", node_b="n1", width=2, min_fidelity=0.5),
            fb.Demand(node_a="n2", node_b="n3", width=2, min_fidelity=0.8),
        ],
    )
    if not simple_paths(scenario, "n0", "n1") or not simple_paths(scenario, "n2", "n3"):
        return
    in_rounds = ["q_pass", "q_cast", "multipath_local", "multipath_global", "shortest_in_rounds", "greedy_in_rounds"]
    found = fb.routing.compare(scenario, [*KINDS, *in_rounds])
    assert (found.table["bound_hz"] <= found.throughput_bound_hz * (1 + 1e-6)).all()
    for rate, bound in zip(found.table["throughput_hz"].tolist(), found.table["bound_hz"].tolist(), strict=True):
        most = bound * scenario.duration_s
        assert rate * scenario.duration_s <= most + 6.5 * math.sqrt(most) + 4


def in_rounds(scenario: fb.Scenario, **fields: Any) -> fb.Scenario:
    rounds = fb.Rounds(router=fb.QCastRouter(link_state_hops=1), round_s="1 ms", attempt_s="0.5 ms", channels=2)
    return scenario.replace(**{"rounds": rounds, "routing": fb.Routing(kind="hops"), **fields})


@pytest.mark.parametrize("stated", [False, True], ids=["rounds given", "rounds in the scenario"])
def test_routers_in_rounds_stand_beside_kinds_of_routing(stated: bool) -> None:
    scenario = in_rounds(contested())
    given = {} if stated else {"rounds": scenario.rounds}
    asked = ["shortest", "q_cast", "shortest_in_rounds", "q_pass"]
    plain = contested(routing=fb.Routing(kind="hops"))
    found = fb.routing.compare(scenario if stated else plain, asked, seed=4, **given)
    assert found.table["runs"].tolist() == ["circuits", "rounds", "rounds", "rounds"]
    runs = {
        "shortest": plain,
        "q_cast": scenario,
        "shortest_in_rounds": scenario.replace(rounds=scenario.rounds.replace(router=fb.ShortestRouter())),
        "q_pass": scenario.replace(
            rounds=scenario.rounds.replace(router=fb.QPassRouter(link_state_hops=1)),
            routing=fb.Routing(kind="hops", alternatives=5),
        ),
    }
    for row in found.table.rows():
        results = fb.run(runs[row["router"]], seed=4, progress=False)
        assert row["useful_hz"] == pytest.approx(float(results.summary()["rate_hz"].sum()))
        assert row["messages_hz"] == pytest.approx(float(results.replicas["messages"][0]) / 0.02)
    routes = {(row["router"], row["demand"]): (row["route"], row["routes"]) for row in found.demands.rows()}
    assert routes["q_cast", "r0c0->r2c2"] == ("", 0)
    assert routes["shortest_in_rounds", "r0c0->r2c2"] == ("r0c0 - r0c1 - r0c2 - r1c2 - r2c2", 1)
    assert any(note.startswith("q_pass chooses from 5 paths") for note in found.notes)
    assert any("luck is common within either only" in note for note in found.notes)
    assert not any("chosen to fit" in note for note in found.notes)
    assert all(note in repr(found) and note in found._repr_html_() for note in found.notes)


def test_with_rounds_all_routers_of_both_sorts_are_compared() -> None:
    found = fb.routing.compare(in_rounds(contested()))
    kinds = [kind for kind in KINDS if kind not in PURIFYING]
    expected = [*kinds, "q_pass", "q_cast", "multipath_local", "multipath_global", "shortest_in_rounds", "greedy_in_rounds"]
    assert found.table["router"].tolist() == expected
    assert all(f"\n{router} " in repr(found) and f"<td>{router}</td>" in found._repr_html_() for router in expected)


def test_fusion_is_compared_where_states_are_mixtures_of_bell_states() -> None:
    scenario = in_rounds(contested(state="bell_diagonal"))
    assert "ghz_fusion" in fb.routing.compare(scenario).table["router"].tolist()
    with pytest.raises(fb.SpecError) as error:
        fb.routing.compare(in_rounds(contested()), ["ghz_fusion"])
    assert error.value.path == "/state"


def test_words_for_routers() -> None:
    words, names = (fb.routing.compare(in_rounds(contested()), kinds) for kinds in (["shortest", "qcast"], ["hops", "q_cast"]))
    assert words.table["router"].tolist() == ["shortest", "qcast"]
    assert words.table["throughput_hz"].tolist() == names.table["throughput_hz"].tolist()


def test_widths_count_where_a_router_keeps_to_them() -> None:
    demands = [demand.replace(width=2) for demand in contested().demands]
    found = fb.routing.compare(in_rounds(contested(demands=demands)), ["q_cast", "shortest_in_rounds"])
    assert "q_cast chooses widths itself: those of demands do not count" in found.notes
    wide, narrow = (
        fb.routing.compare(in_rounds(contested(demands=[d.replace(width=w) for d in demands])), ["shortest_in_rounds", "hops"])
        for w in (2, 1)
    )
    assert wide.table["bound_hz"][0] > narrow.table["bound_hz"][0]
    assert wide.table["bound_hz"][1] == pytest.approx(2 * narrow.table["bound_hz"][1])


@pytest.mark.parametrize("seed", range(12))
def test_rounds_that_are_chosen_fit_every_router(seed: int) -> None:
    """Whatever the links, delays and processing."""
    draw = random.Random(seed)
    scenario = random_network(seed, nodes=9, links=18)
    nodes = [node.replace(processing_delay_s=draw.choice([0, 1e-5, 1e-3])) for node in scenario.nodes]
    links = [link.replace(fiber=fb.Fiber(length_m=draw.uniform(0, 3e5))) for link in scenario.links]
    paths = simple_paths(scenario, "n0", "n1")
    if not paths:
        return
    asked = [fb.Demand(node_a="n0", node_b="n1", width=draw.choice([1, 2]))]
    scenario = scenario.replace(nodes=nodes, links=links, demands=asked, duration_s=0.2)
    routers = ["q_pass", "q_cast", "multipath_local", "multipath_global", "shortest_in_rounds", "greedy_in_rounds"]
    found = fb.routing.compare(scenario, routers)
    assert any("chosen to fit the links" in note for note in found.notes)
    assert found.table["router"].tolist() == routers


def test_what_rounds_do_not_have_is_refused_with_its_place() -> None:
    demands = [demand.replace(width=2, distillation=fb.Distillation()) for demand in contested().demands]
    with pytest.raises(fb.SpecError) as error:
        fb.routing.compare(contested(demands=demands), ["hops", "q_cast"])
    assert error.value.path == "/demands/0/distillation"


def test_the_bound_of_poisson_demands_is_what_they_ask_for() -> None:
    traffic = fb.Poisson(rate_hz=7)
    demands = [demand.replace(traffic=traffic, pairs_per_request=3) for demand in contested().demands]
    table = fb.routing.compare(contested(demands=demands), ["hops"]).table
    assert table["bound_hz"].tolist() == pytest.approx([42], rel=1e-6)
    picky = [demand.replace(min_fidelity=0.5) for demand in demands]
    assert fb.routing.compare(contested(demands=picky), ["hops"]).table["bound_hz"][0] > 1000


def test_fairness() -> None:
    from farbell.routing.comparison import fairness

    assert fairness([3.0, 3.0, 3.0]) == pytest.approx(1)
    assert fairness([5.0, 0.0, 0.0, 0.0]) == pytest.approx(1 / 4)
    assert math.isnan(fairness([0.0, 0.0]))


@pytest.mark.parametrize(
    "routers, path, nearest", [(["hopps"], "routers", '"hops"'), ([], "routers", ""), (["hops", "wide"], "routers", '"widest"')]
)
def test_unknown_routers_are_refused(routers: list[str], path: str, nearest: str) -> None:
    with pytest.raises(fb.SpecError) as error:
        fb.routing.compare(contested(), routers)
    assert (error.value.path, error.value.nearest) == (path, nearest)


def test_networks_without_demands_or_with_disconnected_ones_are_refused() -> None:
    with pytest.raises(fb.SpecError, match="at least one demand"):
        fb.routing.compare(contested().replace(demands=[]))
    scenario = contested()
    alone = scenario.replace(nodes=[*scenario.nodes, fb.Node(name="alone", memory="m")])
    with pytest.raises(fb.SpecError, match="no usable links join"):
        fb.routing.compare(alone.replace(demands=[fb.Demand(node_a="r0c0", node_b="alone")]), ["widest"])
