"""Runs that are held: the same as those that are not, and what acting on them does."""

from __future__ import annotations

import contextlib
import math
import random
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import farbell as fb
from farbell._core import LiveRun as Core
from farbell.in_force import RouteInForce


def ring(**changes: object) -> fb.Scenario:
    return fb.ring(6, length_m="10 km", duration_s=0.3, seed=3).replace(**changes)


def busy() -> fb.Scenario:
    """Several demands at random times that share a ring, with deadlines and little memory."""
    demands = [
        fb.Demand(node_a="n0", node_b="n3", name="a", traffic=fb.Poisson(rate_hz=60), deadline_s=0.03, pairs_per_request=2),
        fb.Demand(node_a="n1", node_b="n4", name="b", traffic=fb.Poisson(rate_hz=60), max_queue=3, use="measure"),
        fb.Demand(node_a="n2", node_b="n5", name="c", traffic=fb.BackToBack(), concurrent_requests=2),
    ]
    return ring(demands=demands, routing=fb.Routing(alternatives=2))


SCENARIOS: dict[str, Callable[[], fb.Scenario]] = {
    "chain": lambda: fb.chain(nodes=4, length_m="15 km", duration_s=0.3, seed=1),
    "busy ring": busy,
    "weighted fair": lambda: busy().replace(scheduler="weighted_fair"),
    "hop by hop": lambda: busy().replace(reservation="hop_by_hop", on_deadlock="release"),
    "failures": lambda: busy().replace(
        failures=[fb.Failure(links=["n1--n2"], mtbf_s=0.05, mttr_s=0.02), fb.Failure(nodes=["n5"], down=[(0.1, 0.2)])],
        heartbeat_period_s=0.002,
    ),
    "changes": lambda: busy().replace(changes=[fb.Change(at_s=0.1, link="n0--n1"), fb.Change(at_s=0.15, link="n5--n0")]),
    "summary": lambda: busy().replace(record="summary", warm_up_s=0.05),
    "event limit": lambda: busy().replace(limits=fb.Limits(max_events=2_000)),
    "GHZ states": lambda: fb.star(3, length_m="5 km", duration_s=0.1, seed=2).replace(
        ghz_demands=[fb.GhzDemand(name="ghz", users=["n1", "n2", "n3"], center="n0")]
    ),
}


def same(x: fb.Results, y: fb.Results) -> None:
    """Equal to the last bit, but for the clock on the wall."""
    assert list(x.tables) == list(y.tables)
    for tables, others in ((x.tables, y.tables), (x.profiles, y.profiles)):
        for name in tables:
            assert tables[name].columns == others[name].columns
            for column in tables[name].columns:
                np.testing.assert_array_equal(tables[name][column], others[name][column], err_msg=f"{name}, {column}")
    for name in ("batches", "moments", "latency_sketch", "fidelity_histogram"):
        np.testing.assert_array_equal(getattr(x, name), getattr(y, name), err_msg=name)


def same_rows(x: fb.ResultTable, y: fb.ResultTable, columns: tuple[str, ...]) -> None:
    assert len(x) > 0
    for column in columns:
        np.testing.assert_array_equal(x[column], y[column], err_msg=column)


PAIRS = ("demand", "request", "delivered_s", "fidelity", "age_s", "swaps")


def scenario_of(name: str) -> fb.Scenario:
    return SCENARIOS[name]()


@pytest.mark.parametrize("name", SCENARIOS)
def test_many_small_steps_are_one_run(name: str) -> None:
    scenario = scenario_of(name)
    draw = random.Random(name)
    with fb.live(scenario) as run:
        while not run.over:
            run.advance(by_s=min(draw.expovariate(1 / 0.004), run.left_s))
            # To look changes nothing.
            for table in (run.nodes, run.links, run.demands, run.requests, run.pairs(), run.ended_requests()):
                len(table)
            assert run.routes.keys() == set(run.demand_names)
            assert len(run.circuits) >= len(run.demand_names)
        results = run.results()
    same(results, fb.run(scenario))
    assert "steered" not in results.provenance


def test_one_step_is_one_run_and_so_are_pauses() -> None:
    scenario = busy()
    whole = fb.run(scenario)
    run = fb.live(scenario)
    while not run.advance(until_s=scenario.duration_s, pause_after_s=1e-9):
        assert run.time_s < scenario.duration_s
    assert run.over and run.ended == "horizon"
    same(run.results(), whole)


def test_rows_that_do_not_fit_into_memory_go_to_files() -> None:
    scenario = fb.chain(nodes=2, length_m="1 km", duration_s=20, seed=1)
    with fb.live(scenario, memory_limit="100 kB") as run:
        run.advance(until_s=20)
        results = run.results()
    whole = fb.run(scenario)
    assert len(whole.pairs) > 70_000
    same_rows(results.pairs, whole.pairs, PAIRS)


def test_a_run_that_ends_before_its_time_is_partial() -> None:
    scenario = busy()
    run = fb.live(scenario)
    run.advance(until_s="100 ms")
    results = run.results()
    whole = fb.run(scenario)
    assert results.partial and results.replicas["simulated_s"].tolist() == [0.1]
    before = whole.pairs[whole.pairs["delivered_s"] <= 0.1]
    same_rows(results.pairs, before, PAIRS)
    assert results is run.results()
    assert run.over and run.time_s == 0.1
    with pytest.raises(fb.RunError, match="results have been taken"):
        run.advance(by_s=0.1)


def test_what_is_seen_is_what_results_say() -> None:
    scenario = busy()
    run = fb.live(scenario)
    run.advance(until_s=0.3)
    pairs, ended, open_now = run.pairs(), run.ended_requests(), run.requests
    demands, nodes, links = run.demands, run.nodes, run.links
    results = run.results()
    same_rows(pairs, results.pairs, PAIRS)
    closed = results.requests[results.requests["status"] != "open"]
    assert sorted(zip(ended["demand"], ended["request"], ended["status"], ended["finished_s"], strict=True)) == sorted(
        zip(closed["demand"], closed["request"], closed["status"], closed["finished_s"], strict=True)
    )
    assert len(open_now) == len(results.requests) - len(closed) == demands["requests_open"].sum()
    for column in ("requests_asked", "requests_done", "requests_timed_out", "requests_refused", "pairs", "rejected_pairs"):
        assert demands[column].tolist() == results.demands[column].tolist(), column
    for column in ("swaps", "failed_swaps", "lost_qubits", "cut_offs", "slots"):
        assert nodes[column].tolist() == results.nodes[column].tolist(), column
    for column in ("attempts", "successes"):
        assert links[column].tolist() == results.links[column].tolist(), column


def test_rows_are_numbered_for_those_who_ask_again() -> None:
    run = fb.live(busy())
    seen = np.concatenate(
        [
            run.pairs(first=count)["number"]
            for step in range(1, 31)
            for count in [len(run.pairs())]
            if run.advance(until_s=step / 100) or step == 30
        ]
    )
    assert seen.tolist() == list(range(len(run.pairs())))
    assert len(run.pairs(first=10**9)) == 0


def test_booked_slots_are_not_free() -> None:
    run = fb.live(fb.chain(nodes=3, length_m="10 km", duration_s=0.1))
    assert run.nodes["free_slots"].tolist() == run.nodes["slots"].tolist()
    run.advance(until_s=0.01)
    assert run.circuits[0].state == "up"
    assert (run.nodes["slots"] - run.nodes["free_slots"]).tolist() == [1, 2, 1]


# ---- routes ----------------------------------------------------------------------------------------------------------------

AROUND = ("n0", "n5", "n4", "n3")
STRAIGHT = ("n0", "n1", "n2", "n3")


def test_a_route_installed_at_the_start_is_that_of_the_demand() -> None:
    scenario = ring()
    run = fb.live(scenario)
    assert [route.nodes for route in run.routes["n0->n3"]] == [STRAIGHT]
    assert run.install_routes("n0->n3", [AROUND]) == (RouteInForce(AROUND, True),)
    assert run.installed("n0->n3") and run.demands["installed"].tolist() == [True]
    run.advance(until_s=0.3)
    (demand,) = scenario.demands
    given = fb.run(scenario.replace(demands=[demand.replace(route=AROUND)]))
    same_rows(run.results().pairs, given.pairs, PAIRS)


def test_circuits_that_lead_elsewhere_are_released_or_stay() -> None:
    for release, route in ((True, AROUND), (False, STRAIGHT)):
        run = fb.live(ring())
        run.advance(until_s=0.1)
        assert run.circuits[0].route == STRAIGHT
        run.install_routes("n0->n3", [AROUND], release_others=release)
        run.advance(until_s=0.2)
        assert run.circuits[0].route == route and run.circuits[0].state == "up"
        assert (run.nodes["slots"] - run.nodes["free_slots"]).sum() == 2 * len(route) - 2
        before = len(run.pairs())
        run.advance(until_s=0.3)
        assert len(run.pairs()) > before


def test_routes_that_are_removed_leave_the_demand_to_routing() -> None:
    run = fb.live(ring())
    run.install_routes("n0->n3", [AROUND])
    run.advance(until_s=0.1)
    assert [route.nodes for route in run.remove_routes("n0->n3")] == [STRAIGHT]
    assert not run.installed("n0->n3")
    run.advance(until_s=0.2)
    assert run.circuits[0].route == STRAIGHT
    with pytest.raises(fb.SpecError, match="whose routes were installed"):
        run.remove_routes("n0->n3")


def test_of_installed_routes_the_next_is_taken_where_one_is_down() -> None:
    run = fb.live(ring())
    run.install_routes("n0->n3", [AROUND, STRAIGHT])
    run.fail("n4--n5")
    run.advance(until_s=0.1)
    assert [(route.nodes, route.usable) for route in run.routes["n0->n3"]] == [(STRAIGHT, True), (AROUND, False)]
    assert run.circuits[0].route == STRAIGHT
    run.restore("n4--n5")
    assert run.routes["n0->n3"][0].nodes == AROUND


def test_an_installed_route_is_not_replaced_when_it_fails() -> None:
    demand = fb.Demand(node_a="n0", node_b="n3", name="d", traffic=fb.Table(at_s=[0.1, 0.2]), deadline_s=1)
    run = fb.live(ring(demands=[demand]))
    run.install_routes("d", [AROUND])
    run.fail("n5")
    run.advance(until_s=0.25)
    # Both wait for the repair: their demand has a deadline.
    assert run.requests["request"].tolist() == [0, 1] and run.demands["routed"].tolist() == [False]
    run.restore("n5")
    run.advance(until_s=0.3)
    assert len(run.pairs()) > 0


def test_a_demand_without_a_usable_route_is_refused() -> None:
    demand = fb.Demand(node_a="n0", node_b="n3", name="d", traffic=fb.Table(at_s=[0.2]))
    run = fb.live(ring(demands=[demand], changes=[fb.Change(at_s=0.1, link="n4--n5")]))
    run.advance(until_s=0.15)
    assert run.install_routes("d", [AROUND])[0].usable is False
    run.advance(until_s=0.3)
    assert run.ended_requests()["reason"].tolist() == ["no_route"]


@pytest.mark.parametrize(
    "routes, path, allowed",
    [
        ([], "/routes", "at least one"),
        ([[]], "/routes/0", "from node_a"),
        ([["n0"]], "/routes/0", "from node_a"),
        ([["n0", "n2", "n3"]], "/routes/0/1", 'neighbour of "n0"'),
        ([["n0", "m5", "n4", "n3"]], "/routes/0/1", "name of a node"),
        ([["n1", "n2", "n3"]], "/routes/0/0", "node_a"),
        ([["n0", "n1", "n2"]], "/routes/0/2", "node_b"),
        ([["n0", "n1", "n0", "n5"]], "/routes/0/2", "not on the route already"),
        ([STRAIGHT, STRAIGHT], "/routes/1", "differ"),
        ("n0", "/routes", "a list"),
        (["n0"], "/routes/0", "a list"),
        ([["n0", 1]], "/routes/0/1", "name of a node"),
    ],
)
def test_routes_that_are_none_change_nothing(routes: object, path: str, allowed: str) -> None:
    run = fb.live(ring())
    with pytest.raises(fb.SpecError) as error:
        run.install_routes("n0->n3", routes)  # type: ignore[arg-type]
    assert error.value.path == path and allowed in error.value.allowed
    assert not run.installed("n0->n3")
    run.advance(until_s=0.3)
    same(run.results(), fb.run(ring()))


def test_routes_are_checked_as_compile_checks_them() -> None:
    scenario = ring()
    # Too few slots at n5, too high a fidelity for so many hops, and an order that means one route only.
    small = scenario.memories[0].replace(name="small", slots=1)
    nodes = [node.replace(memory="small") if node.name == "n5" else node for node in scenario.nodes]
    run = fb.live(scenario.replace(memories=[*scenario.memories, small], nodes=nodes))
    with pytest.raises(fb.SpecError, match="2 slots that the demand needs"):
        run.install_routes("n0->n3", [AROUND])
    (demand,) = fb.ring(6, length_m="10 km", duration_s=0.3).demands
    assert fb.live(scenario.replace(demands=[demand.replace(swapping=fb.Doubling())])).install_routes("n0->n3", [AROUND])
    tree = demand.replace(swapping=fb.Tree(order=["n1", "n2"]), route=STRAIGHT)
    with pytest.raises(fb.SpecError, match="routes are to be installed"):
        fb.live(scenario.replace(demands=[tree])).install_routes("n0->n3", [AROUND])
    large = fb.ring(12, length_m="10 km", duration_s=0.1)
    near = large.demands[0].replace(node_b="n1", min_fidelity=0.95, name="near")
    held = fb.live(large.replace(demands=[near]))
    with pytest.raises(fb.SpecError, match="min_fidelity"):
        held.install_routes("near", [["n0", *(f"n{i}" for i in range(11, 0, -1))]])


# ---- failures --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("heartbeat", [None, 0.002])
@pytest.mark.parametrize("names", [("n1--n2",), ("n1",), ("n2", "n4--n5")])
def test_a_failure_by_hand_is_one_of_the_scenario(names: tuple[str, ...], heartbeat: float | None) -> None:
    scenario = busy().replace(heartbeat_period_s=heartbeat)
    # Odd ticks, at which nothing else happens.
    down_s, up_s = 0.100000000123, 0.200000000321
    run = fb.live(scenario)
    run.advance(until_s=down_s)
    run.fail(*names)
    run.advance(until_s=up_s)
    run.restore(*names)
    run.advance(until_s=0.3)
    results = run.results()
    planned = fb.run(fb.without(scenario, *names, down=[(down_s, up_s)]))
    same_rows(results.pairs, planned.pairs, PAIRS)
    same_rows(results.requests, planned.requests, ("demand", "request", "status", "reason", "finished_s"))
    columns = ("node", "link", "down_s", "noticed_s", "up_s")
    same_rows(results.failures, planned.failures, columns)
    assert set(results.failures["failure"]) == {"by hand"}
    for name in ("node_availability", "demand_availability"):
        same_rows(results.tables[name], planned.tables[name], results.tables[name].columns)
    assert results.provenance["steered"]["actions"] == 2


def test_elements_fail_and_come_back_once() -> None:
    run = fb.live(ring(failures=[fb.Failure(links=["n0--n1"], down=[(0.0, 1.0)])]))
    run.advance(until_s=0.1)
    assert run.links["up"].tolist()[0] is False
    # Two hold it down: it is up when the last ends.
    run.fail("n0--n1", "n3")
    with pytest.raises(fb.SpecError, match="not failed by hand already"):
        run.fail("n3")
    run.restore("n0--n1", "n3")
    assert run.links["up"].tolist()[0] is False and run.nodes["up"].all()
    for action in (run.fail, run.restore):
        with pytest.raises(fb.SpecError, match="at least one name"):
            action()
        with pytest.raises(fb.SpecError) as error:
            action("n33")
        assert error.value.nearest == "n3"
        with pytest.raises(fb.SpecError, match="names that differ"):
            action("n2", "n2")
        with pytest.raises(fb.SpecError) as error:
            action("N3")
        assert error.value.nearest == "n3"
        with pytest.raises(fb.SpecError) as error:
            action(["n3"])  # type: ignore[arg-type]
        assert (error.value.path, error.value.found) == ("/names/0", "['n3']")
    with pytest.raises(fb.SpecError, match="was failed by hand"):
        run.restore("n2")


def test_what_is_no_demand_or_no_flag_is_refused() -> None:
    run = fb.live(ring())
    demand = run.demand_names[0]
    for unknown in ([demand], {}, None, 0):
        with pytest.raises(fb.SpecError) as error:
            run.routes_of(unknown)  # type: ignore[arg-type]
        assert (error.value.path, error.value.found) == ("/demand", repr(unknown))
    routes = [route.nodes for route in run.routes_of(demand)]
    for value in ("no", None, 2):
        with pytest.raises(fb.SpecError) as error:
            run.install_routes(demand, routes, release_others=value)  # type: ignore[arg-type]
        assert (error.value.path, error.value.allowed) == ("/release_others", "True or False")
        with pytest.raises(fb.SpecError) as error:
            run.remove_routes(demand, release_others=value)  # type: ignore[arg-type]
        assert (error.value.path, error.value.allowed) == ("/release_others", "True or False")
    with pytest.raises(fb.SpecError, match="names of nodes"):
        run.install_routes(demand, [set(routes[0])])  # type: ignore[list-item]
    assert not run.installed(demand)


@pytest.mark.filterwarnings("error")
def test_a_run_with_failures_may_end_before_anything_has_happened() -> None:
    run = fb.live(ring(failures=[fb.Failure(links=["n0--n1"], down=[(0.1, 0.2)])]))
    assert np.isnan(run.results().summary()["availability"]).all()


def test_results_of_a_steered_run_are_kept_and_not_replayed(tmp_path: Path) -> None:
    run = fb.live(ring())
    run.advance(until_s=0.1)
    run.fail("n1")
    run.advance(until_s=0.3)
    results = run.results()
    results.save(tmp_path / "kept", report=False)
    again = fb.load_results(tmp_path / "kept")
    same_rows(again.failures, results.failures, ("failure", "node", "down_s"))
    log = again.provenance["steered"]
    assert log == {"actions": 1, "first": [{"time_s": 0.1, "action": "fail", "nodes": ["n1"], "links": []}]}
    with pytest.raises(fb.SpecError, match="cannot be replayed"):
        again.explain(request=0)


# ---- requests --------------------------------------------------------------------------------------------------------------


def test_a_request_by_hand_is_one_of_the_traffic() -> None:
    at_s = [0.010000000123, 0.120000000321]
    demand = fb.Demand(node_a="n0", node_b="n3", name="d", traffic=fb.Table(at_s=[]), pairs_per_request=3)
    run = fb.live(ring(demands=[demand]))
    for number, time_s in enumerate(at_s):
        run.advance(until_s=time_s)
        assert run.ask("d") == number
        assert run.requests["request"].tolist() == [number]
    run.advance(until_s=0.3)
    planned = fb.run(ring(demands=[demand.replace(traffic=fb.Table(at_s=at_s))]))
    results = run.results()
    same_rows(results.pairs, planned.pairs, PAIRS)
    same_rows(results.requests, planned.requests, ("request", "status", "asked_s", "finished_s"))


def test_a_request_by_hand_says_what_it_wants() -> None:
    demand = fb.Demand(node_a="n0", node_b="n3", name="d", traffic=fb.Table(at_s=[]))
    run = fb.live(ring(demands=[demand]))
    run.ask("d", pairs=10**6, min_fidelity=0.999, timeout_s="50 ms")
    assert run.requests["due_s"].tolist() == [0.05] and run.requests["min_fidelity"].tolist() == [0.999]
    run.advance(until_s=0.1)
    assert run.ended_requests()["status"].tolist() == ["timed_out"]
    assert run.ended_requests()["finished_s"].tolist() == [0.05]
    for wrong, path in (
        ({"pairs": 0}, "/pairs"),
        ({"pairs": 1.5}, "/pairs"),
        ({"pairs": 2**60}, "/pairs"),
        ({"min_fidelity": 1.5}, "/min_fidelity"),
        ({"min_fidelity": math.nan}, "/min_fidelity"),
        ({"timeout_s": 0}, "/timeout_s"),
        ({"timeout_s": 1e-30}, "/timeout_s"),
        ({"timeout_s": "1 km"}, "/timeout_s"),
    ):
        with pytest.raises(fb.SpecError) as error:
            run.ask("d", **wrong)  # type: ignore[arg-type]
        assert error.value.path == path
    assert len(run.requests) == 0


@pytest.mark.parametrize("traffic", [fb.Continuous(), fb.BackToBack(), fb.ByPrograms()])
def test_traffic_without_room_for_others_is_refused(traffic: object) -> None:
    run = fb.live(ring(demands=[fb.Demand(node_a="n0", node_b="n3", name="d", traffic=traffic)]))
    with pytest.raises(fb.SpecError, match="leaves room for requests from outside"):
        run.ask("d")


# ---- whatever is done -----------------------------------------------------------------------------------------------------


def act_at_random(run: fb.LiveRun, draw: random.Random) -> None:
    """Any action; what is refused changes nothing."""
    demand, step = draw.choice(run.scenario.demands), draw.choice([1, -1])
    first, last = int(demand.node_a[1:]), int(demand.node_b[1:])
    way = [f"n{(first + k * step) % 6}" for k in range((step * (last - first)) % 6 + 1)]
    element = draw.choice([*run.nodes["node"], *run.links["link"]])
    flag = draw.random() < 0.5
    actions: list[Callable[[], object]] = [
        lambda: run.install_routes(demand.name, [way], release_others=flag),
        lambda: run.remove_routes(demand.name, release_others=flag),
        lambda: run.fail(element),
        lambda: run.restore(element),
        lambda: run.ask(demand.name, pairs=draw.randint(1, 3), timeout_s=draw.choice([None, 0.02])),
    ]
    with contextlib.suppress(fb.SpecError):
        draw.choice(actions)()


def steered_at_random(scenario: fb.Scenario, seed: int) -> fb.Results:
    draw = random.Random(seed)
    with fb.live(scenario) as run:
        while not run.over:
            act_at_random(run, draw)
            nodes, demands = run.nodes, run.demands
            assert (nodes["free_slots"] <= nodes["slots"]).all()
            ended = sum(demands[f"requests_{how}"] for how in ("done", "timed_out", "refused"))
            assert (demands["requests_asked"] == ended + demands["requests_open"]).all()
            assert all(circuit.state != "idle" or circuit.route == () for circuit in run.circuits)
            run.advance(by_s=min(draw.expovariate(1 / 0.003), run.left_s))
        return run.results()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "changes", [{}, {"reservation": "hop_by_hop", "on_deadlock": "release"}, {"heartbeat_period_s": 0.001}]
)
def test_whatever_is_done_is_done_again_the_same(changes: dict[str, object], seed: int) -> None:
    scenario = busy().replace(**changes)
    results = steered_at_random(scenario, seed)
    assert results.provenance["steered"]["actions"] > 20 and not results.partial
    same(steered_at_random(scenario, seed), results)


# ---- errors ----------------------------------------------------------------------------------------------------------------


def test_times_that_cannot_be_reached() -> None:
    run = fb.live(ring())
    run.advance(until_s=0.1)
    for wrong in (
        {"until_s": 0.05},
        {"until_s": 0.4},
        {"until_s": math.nan},
        {"until_s": -1},
        {"by_s": 0.3},
        {"by_s": -0.1},
        {},
    ):
        with pytest.raises(fb.SpecError) as error:
            run.advance(**wrong)  # type: ignore[arg-type]
        assert error.value.path in ("/until_s", "/by_s")
    with pytest.raises(fb.SpecError, match="one of them"):
        run.advance(until_s=0.2, by_s=0.1)
    assert run.advance(until_s=run.time_s) and run.time_s == 0.1


def test_a_demand_that_is_none() -> None:
    run = fb.live(scenario_of("GHZ states"))
    for name in ("ghz", "nobody"):
        with pytest.raises(fb.SpecError, match="demand for pairs"):
            run.routes_of(name)


def test_a_run_that_is_over_takes_no_more() -> None:
    run = fb.live(ring())
    run.advance(until_s=0.3)
    for action in (
        lambda: run.advance(until_s=0.3),
        lambda: run.fail("n1"),
        lambda: run.install_routes("n0->n3", [AROUND]),
        lambda: run.ask("n0->n3"),
    ):
        with pytest.raises(fb.RunError, match="over"):
            action()
    assert len(run.nodes) == 6


def test_a_limit_of_events_ends_it() -> None:
    run = fb.live(ring(), max_events=100)
    assert run.advance(until_s=0.3) is False
    assert run.over and run.ended == "event_limit" and run.results().partial


def test_programs_are_not_held() -> None:
    with pytest.raises(fb.SpecError, match="live run"):
        fb.live(ring(programs=[fb.BoundProgram(node="n0", program="farbell.programs.examples:nothing")]))


def test_a_closed_run_is_over() -> None:
    with fb.live(ring()) as run:
        run.advance(until_s=0.1)
    run.close()
    assert run.over and run.time_s == 0.1
    with pytest.raises(fb.RunError, match="closed"):
        run.results()


def test_one_thread_at_a_time() -> None:
    run = fb.live(fb.chain(nodes=20, length_m="1 km", duration_s=1000))
    going_on = threading.Thread(target=lambda: run.advance(until_s=1000, pause_after_s=2))
    going_on.start()
    refused = 0
    while going_on.is_alive():
        try:
            run.fail("n3")
            run.restore("n3")
        except fb.RunError as error:
            assert "another thread" in str(error)
            refused += 1
    going_on.join()
    assert refused > 0
    run.close()


def test_numbers_out_of_range_are_no_crash() -> None:
    run = Core(fb.compile(ring()))
    for action in (
        lambda: run.fail(nodes=[6], links=[]),
        lambda: run.restore(nodes=[], links=[99]),
        lambda: run.routes(1),
        lambda: run.ask(7),
        lambda: run.install_routes(2, [["n0"]]),
    ):
        with pytest.raises(IndexError):
            action()


def test_stated_routes_are_taken_in_turn_again_once_installed_ones_are_removed() -> None:
    both = [fb.WeightedRoute(nodes=STRAIGHT), fb.WeightedRoute(nodes=AROUND)]
    table = fb.Table(at_s=[0.01, 0.02, 0.11, 0.12, 0.21, 0.22, 0.23])
    scenario = ring()
    demands = [demand.replace(routes=both, traffic=table, pairs_per_request=1) for demand in scenario.demands]
    run = fb.live(scenario.replace(demands=demands))
    assert [route.nodes for route in run.routes["n0->n3"]] == [STRAIGHT, AROUND]

    def hops_over(a: str, b: str, until_s: float) -> int:
        run.advance(until_s=until_s)
        made = dict(zip(run.links["link"].tolist(), run.links["successes"].tolist(), strict=True))
        return int(made[f"{a}--{b}"])

    assert (hops_over("n0", "n1", 0.1) > 0) and (hops_over("n5", "n0", 0.1) > 0)
    before = hops_over("n0", "n1", 0.1)
    run.install_routes("n0->n3", [AROUND])
    assert hops_over("n0", "n1", 0.2) == before
    run.remove_routes("n0->n3")
    assert hops_over("n0", "n1", 0.3) > before
