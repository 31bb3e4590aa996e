"""Routes: against networkx and against all simple paths; alternatives and fidelity-constrained routes in runs."""

from __future__ import annotations

import itertools
import random

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import farbell as fb

MEMORY = fb.Memory(name="m", slots=8)


def link(success_probability: float = 0.5, fidelity: float = 1.0, period_s: float = 1e-5) -> fb.Given:
    state = fb.Werner(fidelity=fidelity)
    return fb.Given(success_probability=success_probability, attempt_period_s=period_s, state=state)


def network(graph: nx.Graph, **fields: object) -> fb.Scenario:
    return fb.from_networkx(graph, memory=MEMORY, generation=link(), **fields)


@st.composite
def graphs(draw, most_nodes: int) -> nx.Graph:
    """Lengths of few whole metres: many ties, zeros among them; or of many, in steps whose sums are exact."""
    nodes = draw(st.integers(2, most_nodes))
    pairs = list(itertools.combinations(range(nodes), 2))
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, unique=True))
    lengths = draw(st.sampled_from([st.integers(0, 3), st.just(1), st.integers(0, 2**20).map(lambda n: n / 1024)]))
    graph = nx.Graph()
    graph.add_nodes_from(range(nodes))
    for a, b in chosen:
        graph.add_edge(a, b, length_m=float(draw(lengths)))
    return graph


def cost_of(graph: nx.Graph, nodes: list[int]) -> float:
    """Summed from the far end, as docs/physics/protocol.md says."""
    cost = 0.0
    for a, b in reversed(list(itertools.pairwise(nodes))):
        cost += graph[a][b]["length_m"]
    return cost


@given(graphs(7), st.integers(1, 30))
def test_routes_are_the_first_of_all_simple_paths(graph: nx.Graph, k: int) -> None:
    every = sorted(nx.all_simple_paths(graph, 0, 1), key=lambda nodes: (cost_of(graph, nodes), len(nodes), nodes))
    found = fb.routing.k_shortest_paths(network(graph), "0", "1", k, metric="length")
    assert [list(map(int, route.nodes)) for route in found] == every[:k]
    assert [route.cost for route in found] == [cost_of(graph, nodes) for nodes in every[:k]]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 3, 10**6]))
def test_costs_are_those_of_networkx(seed: int, longest: int) -> None:
    draw = random.Random(seed)
    graph = nx.gnm_random_graph(40, 90, seed=seed)
    for _, _, edge in graph.edges(data=True):
        edge["length_m"] = float(draw.randint(1, longest))
    model = fb.compile(network(graph))
    a, b = draw.sample(range(40), 2)
    found = fb.routing.k_shortest_paths(model, str(a), str(b), 25, metric="length")
    if not nx.has_path(graph, a, b):
        assert found == []
        return
    expected = itertools.islice(nx.shortest_simple_paths(graph, a, b, weight="length_m"), 25)
    assert [route.cost for route in found] == [cost_of(graph, nodes) for nodes in expected]
    assert fb.routing.shortest_path(model, str(a), str(b), metric="length") == found[0]


@pytest.mark.parametrize("metric", ["hops", "length", "seconds_per_pair"])
def test_routes_exist_and_are_in_order(metric: str) -> None:
    scenario = fb.waxman(300, alpha=0.1, layout_seed=random.randrange(2**32))
    model = fb.compile(scenario)
    links = dict(zip(model.link_names, scenario.links, strict=True))
    lengths = {name: each.fiber.length_m for name, each in links.items()}
    table = model.link_table()
    seconds = dict(zip(table["link"], 1 / table["rate_hz"], strict=True))
    found = fb.routing.k_shortest_paths(model, "n0", "n299", 40, metric=metric)
    assert len({route.nodes for route in found}) == 40
    assert [route.cost for route in found] == sorted(route.cost for route in found)
    for route in found:
        assert len(set(route.nodes)) == len(route.nodes) == route.hops + 1
        assert (route.nodes[0], route.nodes[-1]) == ("n0", "n299")
        for name, a, b in zip(route.links, route.nodes, route.nodes[1:], strict=False):
            assert {links[name].node_a, links[name].node_b} == {a, b}
        costs = {"hops": lambda _: 1, "length": lengths.get, "seconds_per_pair": seconds.get}[metric]
        assert route.cost == pytest.approx(sum(costs(name) for name in route.links), rel=1e-12)
        assert route.length_m == pytest.approx(sum(lengths[name] for name in route.links), rel=1e-12)


def test_demands_take_the_route_that_the_query_gives() -> None:
    scenario = fb.random_geometric(60, layout_seed=3, routing=fb.Routing(kind="hops", alternatives=5))
    model = fb.compile(scenario)
    demand = scenario.demands[0]
    found = fb.routing.k_shortest_paths(scenario, demand.node_a, demand.node_b, 5)
    assert model.alternatives == [[list(route.nodes) for route in found]]
    assert model.routes == [model.alternatives[0][0]]


def test_the_cheapest_of_parallel_links_counts_and_hopeless_ones_do_not() -> None:
    fiber = fb.Fiber(length_m=1e3)
    scenario = fb.Scenario(
        memories=[MEMORY],
        nodes=[fb.Node(name=name, memory="m") for name in "abc"],
        links=[
            fb.Link(name="poor", node_a="a", node_b="b", fiber=fiber, generation=link(0.1)),
            fb.Link(name="good", node_a="b", node_b="a", fiber=fiber, generation=link(0.5)),
            fb.Link(name="same", node_a="a", node_b="b", fiber=fiber, generation=link(0.5)),
            fb.Link(name="dead", node_a="b", node_b="c", fiber=fiber, generation=link(0.0)),
        ],
        duration_s=1.0,
    )
    assert [route.links for route in fb.routing.k_shortest_paths(scenario, "a", "b", 9)] == [("good",)]
    assert fb.routing.k_shortest_paths(scenario, "a", "c", 9) == []
    with pytest.raises(fb.SpecError, match="that usable links join"):
        fb.routing.shortest_path(scenario, "a", "c")


@pytest.mark.parametrize(
    "arguments, path, nearest",
    [
        (("n0", "n2", 0), "k", ""),
        (("n0", "n2", -1), "k", ""),
        (("n0", "n2", 1.5), "k", ""),
        (("n0", "n22", 1), "b", "n2"),
        (("m0", "n2", 1), "a", "n0"),
        (("n0", "n0", 1), "b", ""),
    ],
)
def test_wrong_questions_are_refused(arguments, path: str, nearest: str) -> None:
    with pytest.raises(fb.SpecError) as error:
        fb.routing.k_shortest_paths(fb.ring(3), *arguments)
    assert (error.value.path, error.value.nearest) == (path, nearest)


def test_unknown_metric_names_the_nearest() -> None:
    with pytest.raises(fb.SpecError) as error:
        fb.routing.shortest_path(fb.ring(3), "n0", "n1", metric="lenght")  # type: ignore[arg-type]
    assert (error.value.path, error.value.nearest) == ("metric", '"length"')


def two_ways(**routing: object) -> fb.Scenario:
    """A ring of five, for two demands from n0 to n2: the short way makes pairs of fidelity 0.82, the long one of about 0.96."""
    ring = fb.ring(5, memory=fb.Memory(name="m", slots=2), generation=link(fidelity=0.99), demands=[], duration_s="10 ms")
    links = [each.replace(generation=link(fidelity=0.9)) if i < 2 else each for i, each in enumerate(ring.links)]
    demands = [fb.Demand(name=name, node_a="n0", node_b="n2") for name in ("first", "second")]
    return ring.replace(links=links, demands=demands, routing=fb.Routing(kind="hops", **routing))


def test_a_full_route_sends_the_next_demand_another_way() -> None:
    alone = fb.run(two_ways())
    assert (alone.demands["pairs"] > 0).tolist() == [True, False]
    both = fb.run(two_ways(alternatives=2))
    assert (both.demands["pairs"] > 0).tolist() == [True, True]
    assert both.links["successes"].min() > 0


def test_fidelity_constrained_routes() -> None:
    choosy = fb.Demand(node_a="n0", node_b="n2", min_fidelity=0.9)
    assert fb.compile(two_ways(alternatives=2).replace(demands=[choosy.replace(min_fidelity=0.5)])).routes == [
        ["n0", "n1", "n2"]
    ]
    for routing in ({"alternatives": 2}, {"fidelity_constrained": True}):
        with pytest.raises(fb.SpecError, match=r"at most 0\.81.*its route of 2 hops") as error:
            fb.compile(two_ways(**routing).replace(demands=[choosy]))
        assert error.value.path == "/demands/0/min_fidelity"
    scenario = two_ways(alternatives=2, fidelity_constrained=True).replace(demands=[choosy])
    assert fb.compile(scenario).alternatives == [[["n0", "n4", "n3", "n2"]]]
    assert fb.run(scenario).pairs["fidelity"].min() > 0.9
    with pytest.raises(fb.SpecError, match=r"at most 0\.97.*any of its 2 least-cost routes"):
        fb.compile(scenario.replace(demands=[choosy.replace(min_fidelity=0.99)]))
    # A demand that asks for no fidelity is not constrained.
    assert fb.compile(scenario.replace(demands=[choosy.replace(min_fidelity=0.0)])).routes == [["n0", "n1", "n2"]]


@pytest.mark.parametrize("alternatives", [0, -1, 1.5])
def test_alternatives_out_of_range_are_refused(alternatives: float) -> None:
    with pytest.raises(fb.SpecError, match="alternatives"):
        fb.Routing(alternatives=alternatives)


def test_orders_by_position_have_one_route() -> None:
    scenario = two_ways(alternatives=2)
    tree, other = scenario.demands[0].replace(swapping=fb.Tree(order=["n1"])), scenario.demands[1]
    compiled = fb.compile(scenario.replace(demands=[tree, other]))
    assert [len(routes) for routes in compiled.alternatives] == [1, 2]
    poor = scenario.replace(
        demands=[tree.replace(min_fidelity=0.9)], routing=fb.Routing(kind="hops", alternatives=2, fidelity_constrained=True)
    )
    with pytest.raises(fb.SpecError, match="its route of 2 hops") as error:
        fb.compile(poor)
    assert error.value.path == "/demands/0/min_fidelity"


def test_distillation_makes_more_routes_good_enough() -> None:
    routing = fb.Routing(kind="hops", alternatives=2, fidelity_constrained=True)
    scenario = two_ways().replace(routing=routing, memories=[fb.Memory(name="m", slots=4)])
    plain = fb.Demand(node_a="n0", node_b="n2", min_fidelity=0.85, width=2)
    distilled = plain.replace(distillation=fb.Distillation())
    assert [len(fb.compile(scenario.replace(demands=[demand])).alternatives[0]) for demand in (plain, distilled)] == [1, 2]


def test_what_links_must_allow_is_checked_on_every_alternative() -> None:
    scenario = two_ways()
    slow = link().replace(herald_delay_s=1e-4)
    demand = scenario.demands[0].replace(cutoff=fb.Cutoff(age_s=5e-5))
    delayed = scenario.replace(
        demands=[demand], links=[*scenario.links[:3], scenario.links[3].replace(generation=slow), scenario.links[4]]
    )
    distils = scenario.replace(links=[*scenario.links[:4], scenario.links[4].replace(distillation=fb.Distillation())])
    for each, path in ((delayed, "/demands/0/cutoff/age_s"), (distils, "/demands/0/width")):
        fb.compile(each)
        with pytest.raises(fb.SpecError) as error:
            fb.compile(each.replace(routing=fb.Routing(kind="hops", alternatives=2)))
        assert error.value.path == path


def test_a_set_up_hop_by_hop_keeps_the_route_for_which_it_set_out() -> None:
    both = fb.run(two_ways(alternatives=2).replace(reservation="hop_by_hop"))
    assert (both.demands["pairs"] > 0).tolist() == [True, False]
    down = fb.Change(at_s=0.0, link="n0--n1")
    detour = fb.run(two_ways(alternatives=2).replace(reservation="hop_by_hop", changes=[down]))
    assert detour.links["successes"][2:].min() > 0
