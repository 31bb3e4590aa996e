"""Routers of one's own: a hook of Python and a protocol in C++ in place of the searches that are built in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import networkx
import numpy as np
import pytest

import farbell as fb
from out_of_tree.building import built

LINK = fb.Given(success_probability=0.4, attempt_period_s="0.5 ms", herald_delay_s="0.5 ms", state=fb.Werner(fidelity=0.97))


def mesh(seed: int, **fields: Any) -> fb.Scenario:
    """Twelve nodes, links of random lengths and chances, demands across, links that fail and change."""
    rng = np.random.default_rng(seed)
    names = [f"n{i}" for i in range(12)]
    pairs = [(names[i], names[(i + 1) % 12]) for i in range(12)]
    pairs += [(names[i], names[j]) for i in range(12) for j in range(i + 2, 12) if rng.random() < 0.12 and (i, j) != (0, 11)]
    links = [
        fb.Link(
            name=f"{a}~{b}",
            node_a=a,
            node_b=b,
            fiber=fb.Fiber(length_m=float(rng.uniform(1e3, 1e5))),
            generation=LINK.replace(
                success_probability=float(rng.uniform(0.1, 0.9)), state=fb.Werner(fidelity=float(rng.uniform(0.9, 1)))
            ),
        )
        for a, b in pairs
    ]
    demands = [
        fb.Demand(name=f"D{k}", node_a=f"n{a}", node_b=f"n{b}", traffic=fb.Poisson(rate_hz=60), deadline_s="0.1 s")
        for k, (a, b) in enumerate([(0, 6), (3, 9), (7, 1), (10, 4)])
    ]
    return fb.Scenario(
        seed=seed,
        duration_s="0.6 s",
        memories=[fb.Memory(name="memory", slots=6)],
        nodes=[fb.Node(name=name, memory="memory", swap_success_probability=0.9) for name in names],
        links=links,
        demands=demands,
        failures=[fb.Failure(links=[link.name for link in links[:6]], mtbf_s="0.2 s", mttr_s="0.1 s")],
        changes=[fb.Change(link=links[7].name, at_s=0.2), fb.Change(link=links[7].name, at_s=0.4, generation=LINK)],
        heartbeat_period_s="2 ms",
    ).replace(**fields)


def trace(scenario: fb.Scenario, finder: Any = None) -> dict[str, list[str]]:
    hooks = None if finder is None else {"find_routes": finder}
    table = fb.run(scenario, trace=True, hooks=hooks).trace()
    return {name: [str(value) for value in table[name]] for name in table.columns}


def least(view: fb.hooks.RoutesView) -> list[Sequence[str]]:
    """The k least sums; networkx knows how."""
    graph = view.graph()
    if not networkx.has_path(graph, view.node_a, view.node_b):
        return []
    return list(islice(networkx.shortest_simple_paths(graph, view.node_a, view.node_b, weight="cost"), view.alternatives))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("out_of_tree"), "shortest_way", "awkward")


@pytest.fixture(scope="module")
def in_cpp(folder: Path) -> fb.Protocol:
    return fb.load_protocol(folder / "shortest_way.so")


PLANES = {
    "ideal": fb.IdealControl(),
    "link state": fb.LinkState(processing_s="3 ms"),
    "controller, asked": fb.CentralControl(place="n5", mode="reactive", processing_s="1 ms"),
}


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize("kind, alternatives", [("seconds_per_pair", 1), ("length", 3), ("fidelity", 1)])
def test_a_router_as_word_as_hook_and_in_cpp_gives_equal_traces(
    in_cpp: fb.Protocol, plane: str, kind: Any, alternatives: int
) -> None:
    """Built in, by networkx, and with one route in C++; costs are random, so that no two routes are equal."""
    for seed in (1, 2, 3):
        scenario = mesh(seed, control_plane=PLANES[plane], routing=fb.Routing(kind=kind, alternatives=alternatives))
        word = trace(scenario)
        assert word == trace(scenario, least)
        if alternatives == 1:  # it has other second routes
            assert word == trace(scenario, in_cpp)


@pytest.mark.parametrize("reservation", ["ledger", "hop_by_hop"])
def test_whichever_way_slots_are_booked(in_cpp: fb.Protocol, reservation: Any) -> None:
    scenario = mesh(4, reservation=reservation, on_deadlock="release" if reservation == "hop_by_hop" else "report")
    assert trace(scenario) == trace(scenario, least) == trace(scenario, in_cpp)


def test_a_router_that_differs_makes_other_routes() -> None:
    """The longest way round, in hops: more swaps, fewer pairs."""

    def longest(view: fb.hooks.RoutesView) -> list[list[str]]:
        graph = view.graph()
        return [max(networkx.all_simple_paths(graph, view.node_a, view.node_b), key=len)] if graph.size() else []

    ring = fb.ring(6, length_m="10 km", generation=LINK, duration_s="0.5 s", demands=[fb.Demand(node_a="n0", node_b="n1")])
    results = fb.run(ring, hooks={"find_routes": longest})
    assert set(results.pairs["swaps"].tolist()) == {4}
    assert set(fb.run(ring).pairs["swaps"].tolist()) == {0}


def test_what_a_view_knows() -> None:
    seen: list[fb.hooks.RoutesView] = []

    def look(view: fb.hooks.RoutesView) -> list[Sequence[str]]:
        seen.append(view)
        return least(view)

    scenario = mesh(1, routing=fb.Routing(kind="length", alternatives=2))
    model = fb.compile(scenario)
    fb.run(model, hooks={"find_routes": look})
    start = seen[:4]
    assert [(view.demand, view.node_a, view.node_b) for view in start] == [
        (d.name, d.node_a, d.node_b) for d in scenario.demands
    ]
    lengths = dict(zip(model.link_names, model.link_table()["length_m"].tolist(), strict=True))
    assert all(view.time_s == 0 and view.alternatives == 2 and view.costs == lengths for view in start)
    later = seen[4:]
    assert later and all(view.time_s > 0 and view.costs.keys() < lengths.keys() for view in later)
    assert all(view.ends == {link.name: (link.node_a, link.node_b) for link in scenario.links} for view in seen)


def test_results_do_not_depend_on_threads(in_cpp: fb.Protocol) -> None:
    one, two = (fb.run(mesh(5), hooks={"find_routes": in_cpp}, replicas=4, threads=threads) for threads in (1, 2))
    assert two.provenance["threads"] == 2 and one.provenance["protocols"]["find_routes"]["name"] == "shortest_way"
    assert one.pairs["delivered_s"].tolist() == two.pairs["delivered_s"].tolist()


# ---- what is refused -------------------------------------------------------------------------------------------------

RING = fb.ring(
    5, length_m="10 km", generation=LINK, duration_s="0.1 s", demands=[fb.Demand(name="D", node_a="n0", node_b="n2")]
)
AGAINST: dict[str, tuple[Any, str]] = {
    "no link": ([["n0", "n3", "n2"]], 'without a link that can be used between "n0" and "n3"'),
    "no such node": ([["n0", "n7", "n2"]], "which is no node"),
    "no name": ([["n0", ["n1"], "n2"]], "over ['n1'], which is no node"),
    "other end": ([["n0", "n1"]], "does not lead from node_a to node_b"),
    "nothing in it": ([[]], "does not lead from node_a to node_b"),
    "twice": ([["n0", "n1", "n0", "n1", "n2"]], "visits a node twice"),
    "too many": ([["n0", "n1", "n2"], ["n0", "n4", "n3", "n2"]], "at most 1"),
    "none at the start": ([], "each demand has one at the start"),
    "no list": ("n0", "where a list of routes is allowed"),
    "names in a row": (["n0", "n1", "n2"], "where a list of names of nodes is allowed"),
    "nothing": (None, "where a list of routes is allowed"),
}


@pytest.mark.parametrize("case", AGAINST)
def test_a_router_that_gives_what_does_not_exist(case: str) -> None:
    given, why = AGAINST[case]
    with pytest.raises(fb.RunError) as refused:
        fb.run(RING, hooks={"find_routes": lambda view: given})
    assert 'hook "find_routes", demand "D", at 0 s' in str(refused.value) and why in str(refused.value)


def test_a_router_that_raises() -> None:
    def fails(view: fb.hooks.RoutesView) -> list[list[str]]:
        if view.time_s > 0:
            raise LookupError("lost its map")
        return [["n0", "n1", "n2"]]

    cut = fb.Failure(links=["n1--n2"], down=[(0.02, 0.03)])
    demand = fb.Demand(name="D", node_a="n0", node_b="n2", traffic=fb.BackToBack())
    with pytest.raises(fb.RunError, match=r"at 0\.02 s: LookupError: lost its map") as refused:
        fb.run(RING.replace(failures=[cut], demands=[demand]), hooks={"find_routes": fails})
    assert isinstance(refused.value.__cause__, LookupError)


def test_a_run_that_goes_on() -> None:
    """With the search that is built in, wherever the router fails."""

    def always_wrong(view: fb.hooks.RoutesView) -> list[list[str]]:
        if view.demand == "D0":
            raise LookupError("lost its map")
        return [[view.node_a, view.node_b]] if view.demand == "D1" else []

    scenario = mesh(6)
    with pytest.warns(RuntimeWarning, match="lost its map"):
        results = fb.run(scenario, hooks={"find_routes": always_wrong}, on_error="go_on", trace=True)
    told = results.provenance["errors"]
    assert len(told) == results.provenance["errors_in_all"] >= 4
    assert any('demand "D1"' in text and "without a link" in text for text in told)
    assert results.trace(0) is not None
    plain = fb.run(scenario)
    served = dict(zip(plain.demands["demand"], plain.demands["pairs"], strict=True))
    going_on = dict(zip(results.demands["demand"], results.demands["pairs"], strict=True))
    assert all(going_on[name] > 0 for name in served)
    with pytest.warns(RuntimeWarning):
        alike = fb.run(scenario, hooks={"find_routes": lambda view: 1 / 0}, on_error="go_on")
    assert alike.pairs["delivered_s"].tolist() == plain.pairs["delivered_s"].tolist()


def test_errors_that_are_kept_are_few() -> None:
    """A controller is asked before each circuit."""
    demand = fb.Demand(name="D", node_a="n0", node_b="n2", traffic=fb.Table(at_s=[0.02 * k for k in range(150)]))
    asked = RING.replace(demands=[demand], duration_s=3.2, control_plane=fb.CentralControl(place="n3", mode="reactive"))
    with pytest.warns(RuntimeWarning, match="division by zero"):
        results = fb.run(asked, hooks={"find_routes": lambda view: 1 / 0}, on_error="go_on")
    assert len(results.provenance["errors"]) == 100 < results.provenance["errors_in_all"]


def test_going_on_is_about_routes_and_rounds() -> None:
    for hooks in (None, {}, {"swap": lambda view: True}):
        with pytest.raises(fb.SpecError) as refused:
            fb.run(RING, hooks=hooks, on_error="go_on")
        assert refused.value.path == "on_error"
    with pytest.raises(fb.SpecError, match="goon"):
        fb.run(RING, hooks={"find_routes": least}, on_error="goon")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "parameters, why",
    [
        ({"second": 3}, 'without a link that can be used between "n0" and "n3"'),
        ({"second": 77}, "a node of number 77, which does not exist"),
        ({"second": -1}, "each demand has one at the start"),
        ({"fails": 1}, "lost its map"),
    ],
)
def test_a_router_in_cpp_that_gives_what_does_not_exist(folder: Path, parameters: dict[str, float], why: str) -> None:
    given = fb.load_protocol(folder / "awkward.so", "given", **parameters)
    with pytest.raises(fb.RunError) as refused:
        fb.run(RING, hooks={"find_routes": given})
    assert 'protocol "given", "find_routes", demand "D", at 0 s: ' in str(refused.value) and why in str(refused.value)
    with pytest.warns(RuntimeWarning, match='protocol "given"'):
        results = fb.run(RING, hooks={"find_routes": given}, on_error="go_on", replicas=3, trace=True)
    assert results.provenance["errors"][0] == str(refused.value) and results.provenance["errors_in_all"] == 3
    plain = fb.run(RING, replicas=3, trace=True)
    assert all(results.trace(replica).equals(plain.trace(replica)) for replica in range(3))


@pytest.mark.parametrize(
    "fields, why",
    [
        ({"routing": fb.Routing(fidelity_constrained=True)}, "fidelity_constrained"),
        ({"control_plane": fb.LocalControl()}, "local"),
        ({"demands": [fb.Demand(node_a="n0", node_b="n2", route=["n0", "n1", "n2"])]}, "/demands/0"),
        (
            {"demands": [fb.Demand(node_a="n0", node_b="n2", routes=[fb.WeightedRoute(nodes=["n0", "n1", "n2"])])]},
            "/demands/0",
        ),
        ({"routing": fb.Routing(kind="multicommodity")}, "multicommodity"),
        (
            {"routing": fb.Routing(kind="q_path"), "demands": [fb.Demand(node_a="n0", node_b="n2", width=2, min_fidelity=0.6)]},
            "purification",
        ),
    ],
)
def test_where_no_search_can_be_replaced(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(fb.SpecError, match=why) as refused:
        fb.run(RING.replace(**fields), hooks={"find_routes": least})
    assert refused.value.path == "hooks/find_routes"


def test_a_protocol_that_finds_no_routes(folder: Path) -> None:
    with pytest.raises(fb.SpecError, match="it does: swap"):
        fb.run(RING, hooks={"find_routes": fb.load_protocol(folder / "awkward.so", "always")})
