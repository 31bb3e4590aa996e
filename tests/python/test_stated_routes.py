"""Routes that demands state: taken in turn by weight, shared among those that are left, refused where they are wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import farbell as fb

SURE = fb.Given(success_probability=1.0, attempt_period_s="1 ms")
ROUNDS = fb.Rounds(router=fb.QCastRouter(), round_s="10 ms", attempt_s="5 ms")
SHORT, LONG = ["n0", "n1", "n2"], ["n0", "n3", "n2"]


def ring(demand: fb.Demand | None = None, nodes: int = 4, **fields: Any) -> fb.Scenario:
    memory = fb.Memory(name="m", slots=fields.pop("slots", 8))
    given: dict[str, Any] = {"duration_s": "1 s", "control": "ideal", "demands": [demand or both(1, 1)], **fields}
    return fb.ring(nodes, length_m="0 km", memory=memory, generation=SURE).replace(**given)


def both(first: float, second: float, **fields: Any) -> fb.Demand:
    routes = [fb.WeightedRoute(nodes=SHORT, weight=first), fb.WeightedRoute(nodes=LONG, weight=second)]
    return fb.Demand(node_a="n0", node_b="n2", routes=routes, **fields)


def first_links(results: fb.Results) -> list[int]:
    """Successes over n0--n1 and n3--n0."""
    made = dict(zip(results.links["link"].tolist(), results.links["successes"].tolist(), strict=True))
    return [made["n0--n1"], made["n3--n0"]]


@pytest.mark.parametrize(
    "weights, expected", [((3, 1), [75, 25]), ((1, 1), [50, 50]), ((2, 3), [40, 60]), ((1e-9, 1e3), [0, 100])]
)
def test_requests_share_routes_by_weight(weights: tuple[float, float], expected: list[int]) -> None:
    """A hundred requests of one pair, one after another: exact, since 100 is a multiple of the sum of the weights."""
    table = fb.Table(at_s=[i / 128 for i in range(100)])
    results = fb.run(ring(both(*weights, traffic=table), duration_s="2 s"), progress=False)
    assert results.demands["pairs"].tolist() == [100]
    assert first_links(results) == expected


def test_circuits_of_a_demand_take_routes_side_by_side() -> None:
    results = fb.run(ring(both(2, 1, traffic=fb.BackToBack(), concurrent_requests=3)), progress=False)
    short, long = first_links(results)
    assert long > 0 and short == 2 * long


def test_reservations_that_expire_change_the_route() -> None:
    """Of 10 stretches of 100 ms the routes have 5 each; each makes a pair a millisecond, give or take one a stretch."""
    results = fb.run(ring(both(1, 1, reservation_s="100 ms")), progress=False)
    assert all(abs(pairs - 500) <= 10 for pairs in first_links(results))
    kept = fb.run(ring(both(1, 1)), progress=False)
    assert first_links(kept)[1] == 0  # nothing makes it change


def test_a_circuit_waits_for_the_route_whose_turn_it_is() -> None:
    """n1 has one slot left of the two that a node on the way needs; the first request has its turn there, and waits for it."""
    holder = fb.Demand(name="holder", node_a="n0", node_b="n1")
    traffic = fb.OneOff(requests=4, at_s=0.1)
    scenario = ring(slots=8)
    few = fb.Memory(name="few", slots=2)
    nodes = [node.replace(memory="few") if node.name == "n1" else node for node in scenario.nodes]
    scenario = scenario.replace(memories=[*scenario.memories, few], nodes=nodes)
    one = fb.run(scenario.replace(demands=[holder, both(1, 1, traffic=traffic)]), progress=False)
    assert one.demands["pairs"].tolist()[1] == 0
    # A second circuit has the other turn, and takes all requests.
    two = fb.run(scenario.replace(demands=[holder, both(1, 1, traffic=traffic, concurrent_requests=2)]), progress=False)
    assert two.demands["pairs"].tolist()[1] == 4 and first_links(two)[1] == 4


def test_what_is_left_is_shared_and_what_is_down_waits_or_is_refused() -> None:
    table = fb.Table(at_s=[i / 100 for i in range(100)])
    down = [fb.Failure(links=["n0--n1"], down=[("250 ms", "750 ms")])]
    results = fb.run(ring(both(1, 1, traffic=table), failures=down), progress=False)
    assert results.demands["pairs"].tolist() == [100]
    short, long = first_links(results)
    # 25 requests before the failure and 25 after it are shared; a half-done turn may go either way.
    assert abs(short - 25) <= 1 and short + long == 100
    cut = [*down, fb.Failure(links=["n3--n0"], down=[("400 ms", "500 ms")])]
    refused = fb.run(ring(both(1, 1, traffic=table), failures=cut), progress=False).requests
    assert {"route_lost", "no_route"} & set(refused["reason"].tolist())
    patient = fb.run(ring(both(1, 1, traffic=table, deadline_s="1 s"), failures=cut), progress=False)
    assert patient.demands["pairs"].tolist() == [100]


def test_bounds_know_stated_routes() -> None:
    only = fb.Demand(node_a="n0", node_b="n2", routes=[fb.WeightedRoute(nodes=LONG)])
    slow = fb.Given(success_probability=0.5, attempt_period_s="1 ms")
    scenario = ring(only)
    links = [link.replace(generation=slow) if link.node_a == "n3" else link for link in scenario.links]
    down = [fb.Failure(links=["n1--n2"], down=[("1 ms", "2 ms")])]
    (bound,) = fb.bounds.route_bounds(scenario.replace(links=links, failures=down))
    assert bound.rate_hz == pytest.approx(500)
    assert fb.bounds.lane_bounds(scenario.replace(links=links)) == pytest.approx([1000])


def test_the_router_states_routes_from_a_file_too(tmp_path: Path) -> None:
    scenario = ring(fb.Demand(node_a="n0", node_b="n2", traffic=fb.BackToBack(), concurrent_requests=4), slots=4)
    routed = scenario.replace(routing=fb.Routing(kind="multicommodity"))
    stated = fb.routing.multicommodity(scenario)
    assert {route.nodes: route.weight for route in stated.demands[0].routes} == {tuple(SHORT): 2000, tuple(LONG): 2000}
    assert fb.compile(routed).scenario == stated == fb.routing.multicommodity(stated)
    assert [route.nodes for route in fb.routing.demand_routes(routed)] == [tuple(SHORT)]
    results = fb.run(routed, progress=False)
    assert results.summary()["rate_hz"][0] > 1.9 * fb.run(scenario, progress=False).summary()["rate_hz"][0] > 0
    (tmp_path / "net.json").write_text(routed.to_json(), encoding="utf-8")
    command = [sys.executable, "-m", "farbell", "run", "net.json", "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["demands"][0]["pairs"] == results.demands["pairs"][0]
    study = fb.sweep(routed, {"seed": [1, 2]}).run(replicas=1, workers=1, progress=False)
    assert (study.table()["pairs"] > 0).all() and not study.errors


def test_demands_that_state_routes_keep_them_and_the_largest_total_may_leave_one_with_nothing() -> None:
    fixed = fb.Demand(name="fixed", node_a="n0", node_b="n2", route=LONG)
    stated = fb.routing.multicommodity(
        ring(fb.Demand(node_a="n0", node_b="n2"), demands=[fixed, fb.Demand(node_a="n0", node_b="n2")])
    )
    assert stated.demands[0] == fixed and len(stated.demands[1].routes) == 1
    # A line of one slot a lane: the long demand takes what two short ones could have.
    line = fb.chain(3, memory=fb.Memory(name="m", slots=2), generation=SURE, length_m="0 km")
    ends = [("n0", "n1"), ("n1", "n2"), ("n0", "n2")]
    asked = line.replace(demands=[fb.Demand(node_a=a, node_b=b, width=2 if a + b != "n0n2" else 1) for a, b in ends])
    fair = fb.routing.multicommodity(asked)
    assert all(demand.routes for demand in fair.demands)
    with pytest.raises(fb.SpecError, match='objective "fair"'):
        fb.routing.multicommodity(asked, objective="total")


def test_little_traffic_takes_the_quickest_way() -> None:
    demands = [fb.Demand(node_a="n0", node_b="n2", traffic=fb.Poisson(rate_hz=5)), fb.Demand(node_a="n1", node_b="n3")]
    (route,) = fb.routing.multicommodity(ring(demands=demands, nodes=5)).demands[0].routes
    assert route.nodes == tuple(SHORT) and route.weight == pytest.approx(5, rel=1e-5)


NAME = "/demands/0/routes"
WRONG: list[tuple[list[dict[str, Any]], dict[str, Any], str, str]] = [
    ([{"nodes": ["n0", "n9", "n2"]}], {}, f"{NAME}/0/nodes/1", "n9"),
    ([{"nodes": SHORT}, {"nodes": ["n0", "n2"]}], {}, f"{NAME}/1/nodes/1", "a neighbour of"),
    ([{"nodes": ["n0", "n1", "n0", "n3", "n2"]}], {}, f"{NAME}/0/nodes/2", "not on the route already"),
    ([{"nodes": ["n1", "n2"]}], {}, f"{NAME}/0/nodes/0", 'node_a, "n0"'),
    ([{"nodes": ["n0", "n1"]}], {}, f"{NAME}/0/nodes/1", 'node_b, "n2"'),
    ([{"nodes": []}], {}, f"{NAME}/0/nodes", "from node_a to node_b"),
    ([{"nodes": SHORT, "weight": -1}], {}, f"{NAME}/0/weight", "-1"),
    ([{"nodes": SHORT, "weight": 0}], {}, f"{NAME}/0/weight", "0"),
    ([{"nodes": SHORT, "wieght": 1}], {}, f"{NAME}/0/wieght", "weight"),
    ([{"nodes": SHORT}, {"nodes": SHORT, "weight": 2}], {}, f"{NAME}/1/nodes", "there already"),
    ([{"nodes": SHORT}], {"route": LONG}, NAME, "no `route`"),
    ([{"nodes": SHORT}, {"nodes": LONG}], {"swapping": {"kind": "tree", "order": ["n1"]}}, NAME, "names places along it"),
    ([{"nodes": SHORT}, {"nodes": LONG}], {"width": 5}, "/demands/0/width", "two for each"),
]


@pytest.mark.parametrize("routes, more, path, message", WRONG)
def test_wrong_routes_are_refused(routes: list[dict[str, Any]], more: dict[str, Any], path: str, message: str) -> None:
    document = json.loads(ring(fb.Demand(node_a="n0", node_b="n2")).to_json())
    document["demands"] = [{"node_a": "n0", "node_b": "n2", "routes": routes, **more}]
    with pytest.raises(fb.SpecError) as error:
        fb.compile(fb.Scenario.from_json(json.dumps(document)))
    assert error.value.path == path
    assert message in str(error.value)


def test_a_route_that_cannot_reach_the_fidelity_or_the_patience_is_refused() -> None:
    poor = fb.Given(success_probability=1.0, attempt_period_s="1 ms", state=fb.Werner(fidelity=0.8))
    scenario = ring(both(1, 1, min_fidelity=0.9))
    links = [link.replace(generation=poor) if link.node_a == "n2" else link for link in scenario.links]
    with pytest.raises(fb.SpecError, match="its route of 2 hops reaches"):
        fb.compile(scenario.replace(links=links))
    far = [link.replace(fiber=fb.Fiber(length_m="100 km")) if link.node_a == "n2" else link for link in scenario.links]
    with pytest.raises(fb.SpecError, match="round trip over its route"):
        fb.compile(ring(both(1, 1, max_wait_s="0.9 ms"), control="messages", links=far))


@pytest.mark.parametrize(
    "changes, path",
    [
        ({"routing": fb.Routing(kind="q_path")}, NAME),
        (
            {
                "rounds": ROUNDS,
                "routing": fb.Routing(kind="hops"),
            },
            NAME,
        ),
    ],
)
def test_where_routes_are_decided_otherwise_stated_ones_are_refused(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(fb.SpecError) as error:
        fb.compile(ring(both(1, 1, min_fidelity=0.5 if "rounds" not in changes else 0.0), **changes))
    assert error.value.path == path


@pytest.mark.parametrize(
    "routing, path",
    [
        ({"alternatives": 2}, "/routing/alternatives"),
        ({"fidelity_constrained": True}, "/routing/fidelity_constrained"),
        ({"coherence_s": 1.0}, "/routing/coherence_s"),
    ],
)
def test_what_the_router_does_not_have_is_refused(routing: dict[str, Any], path: str) -> None:
    with pytest.raises(fb.SpecError) as error:
        fb.compile(ring(fb.Demand(node_a="n0", node_b="n2"), routing=fb.Routing(kind="multicommodity", **routing)))
    assert error.value.path == path


def test_the_router_refuses_rounds_ghz_demands_and_questions_about_two_nodes() -> None:
    asked = ring(fb.Demand(node_a="n0", node_b="n2"), routing=fb.Routing(kind="multicommodity"))
    with pytest.raises(fb.SpecError, match="/routing/kind"):
        fb.compile(asked.replace(rounds=ROUNDS))
    with pytest.raises(fb.SpecError, match="/rounds"):
        fb.routing.multicommodity(asked.replace(rounds=ROUNDS))
    with pytest.raises(fb.SpecError, match="/routing/kind"):
        fb.compile(asked.replace(ghz_demands=[fb.GhzDemand(name="g", users=["n0", "n1", "n2"])]))
    with pytest.raises(fb.SpecError, match="shares links among all demands"):
        fb.routing.k_shortest_paths(asked, "n0", "n2", 1)


@pytest.mark.usefixtures("without_scipy")
def test_without_scipy_the_extra_is_named() -> None:
    with pytest.raises(ImportError, match=r"pip install 'farbell\[optimize\]'"):
        fb.compile(ring(fb.Demand(node_a="n0", node_b="n2"), routing=fb.Routing(kind="multicommodity")))


def test_a_hook_chooses_whatever_the_turn_is() -> None:
    table = fb.Table(at_s=[i / 100 for i in range(50)])
    scenario = ring(both(3, 1, traffic=table))
    hooked = fb.run(scenario, hooks={"route": lambda view: view.routes[1]}, progress=False)
    assert hooked.demands["pairs"].tolist() == [50] and first_links(hooked) == [0, 50]
