"""Hooks that choose routes."""

from __future__ import annotations

from typing import Any

import pytest

import farbell as fb

ASK = {"traffic": fb.Poisson(rate_hz=2000), "deadline_s": "5 ms"}


def grid(**changes: Any) -> fb.Scenario:
    """Three demands over a grid of three by three, whose memories cannot hold all of their circuits."""
    memory = fb.Memory(name="m", slots=3)
    link = fb.Given(success_probability=0.3, attempt_period_s="20 us", herald_delay_s="20 us", state=fb.Werner(fidelity=0.97))
    nodes = [fb.Node(name=f"{row}{column}", memory="m") for row in "abc" for column in "123"]
    ends = [(f"{row}{c}", f"{row}{c + 1}") for row in "abc" for c in (1, 2)]
    ends += [(f"{one}{c}", f"{other}{c}") for one, other in ("ab", "bc") for c in (1, 2, 3)]
    links = [fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m="8 km"), generation=link) for a, b in ends]
    demands = [
        fb.Demand(name="across", node_a="a1", node_b="c3", **ASK),
        fb.Demand(name="back", node_a="c1", node_b="a3", **ASK),
        fb.Demand(name="short", node_a="a2", node_b="b2", **ASK),
    ]
    given = {"memories": [memory], "nodes": nodes, "links": links, "demands": demands, "duration_s": "60 ms", "seed": 3}
    given["routing"] = fb.Routing(alternatives=3)
    return fb.Scenario(**{**given, **changes})


def as_built_in(view: fb.hooks.RouteView) -> fb.hooks.Candidate:
    """What is booked without a hook: the first that is up and has the slots; else the preferred one is waited for."""
    preferred = view.preferred
    if preferred.has_slots:
        return preferred
    behind = (route for route in view.routes[preferred.number :] if route.is_up and route.has_slots)
    return next(behind, preferred)


SCENARIOS = {
    "contention": grid(),
    "two at a time": grid(demands=[d.replace(concurrent_requests=2) for d in grid().demands]),
    "links fail": grid(failures=[fb.Failure(nodes=["b2"], mtbf_s="8 ms", mttr_s="4 ms")]),
    "heartbeats": grid(failures=[fb.Failure(nodes=["b2"], mtbf_s="8 ms", mttr_s="4 ms")], heartbeat_period_s="0.2 ms"),
    "a link goes and comes": grid(changes=[fb.Change(link="a1--a2", at_s="20 ms"), fb.Change(link="a2--b2", at_s="10 ms")]),
    "weighted fair": grid(scheduler="weighted_fair"),
    "earliest deadline": grid(scheduler="earliest_deadline"),
    "ideal control": grid(control="ideal"),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_hook_that_chooses_as_the_ledger_does_changes_nothing(name):
    scenario = SCENARIOS[name]
    built_in, hooked = (fb.run(scenario, trace=True, hooks=hooks) for hooks in (None, {"route": as_built_in}))
    assert (built_in.trace()["kind"] == "circuit_waits").any()
    assert built_in.trace().equals(hooked.trace())
    assert built_in.pairs.equals(hooked.pairs)


def test_what_a_hook_sees():
    seen = []

    def look(view):
        seen.append(view)
        return view.preferred

    fb.run(grid(), hooks={"route": look})
    first = seen[0]
    assert (first.circuit, first.routes[0].hops, len(first.routes)) == (0, len(first.routes[0].nodes) - 1, 3)
    for view in seen:
        demand = next(d for d in grid().demands if d.name == view.demand)
        for number, route in enumerate(view.routes):
            assert route.number == number and route.nodes[0] == demand.node_a and route.nodes[-1] == demand.node_b
            assert route.length_m == pytest.approx(8e3 * route.hops)
            assert route.slots_needed == (1, *[2] * (route.hops - 1), 1)
            assert all(0 <= free <= 3 for free in route.free_slots) and route.is_up
            assert all(
                {a, b} == set(link.split("--")) for a, b, link in zip(route.nodes, route.nodes[1:], route.links, strict=False)
            )
    assert any(not route.has_slots for view in seen for route in view.routes)


def test_another_choice_is_taken():
    def longest(view):
        return view.routes[-1]

    alone = grid(demands=[fb.Demand(node_a="a1", node_b="a2")], routing=fb.Routing(alternatives=2))
    results = fb.run(alone, hooks={"route": longest}, trace=True)
    assert set(results.links["link"][results.links["attempts"] > 0]) == {"a1--b1", "b1--b2", "a2--b2"}
    assert len(results.pairs) > 0


@pytest.mark.parametrize("name", ["contention", "links fail", "heartbeats", "weighted fair"])
def test_a_run_that_goes_on_without_its_hook_is_the_one_without(name):
    scenario = SCENARIOS[name]
    plain = fb.run(scenario, trace=True)
    for hook, why in ((lambda view: 1 / 0, "ZeroDivisionError"), (lambda view: view.routes[0].nodes, "one of view.routes")):
        with pytest.warns(RuntimeWarning, match="went on without"):
            results = fb.run(scenario, trace=True, hooks={"route": hook}, on_error="go_on")
        assert results.trace().equals(plain.trace())
        errors = results.provenance["errors"]
        assert len(errors) == min(100, results.provenance["errors_in_all"])
        assert all(text.startswith('hook "route", demand "') and why in text for text in errors)


def test_none_waits_until_the_ledger_looks_again():
    def late(view):
        return view.routes[0] if view.time_s > 0.03 else None

    better = fb.Change(link="b3--c3", at_s="40 ms", generation=grid().links[0].generation)
    one = grid(demands=[grid().demands[0]], changes=[better])
    results = fb.run(one, hooks={"route": late}, trace=True)
    trace = results.trace()
    waits = trace[trace["kind"] == "circuit_waits"]
    assert len(waits) and set(waits["to_node"]) == {None}
    assert results.pairs["delivered_s"].min() > 0.04


def test_what_is_refused():
    def gives(value):
        return lambda view: value

    for value in (0, True, "a1", grid()):
        with pytest.raises(fb.RunError, match=r'hook "route", demand "\w+", at .* s: TypeError: it returned .*view.routes'):
            fb.run(grid(), hooks={"route": gives(value)})
    stale = []

    def keeps(view):
        stale.append(view.routes[0])
        return stale[0]

    with pytest.raises(fb.RunError, match=r"one of view\.routes"):
        fb.run(grid(), hooks={"route": keeps})

    def fails(view):
        raise LookupError("no such road")

    with pytest.raises(fb.RunError, match=r'hook "route".*LookupError: no such road'):
        fb.run(grid(), hooks={"route": fails})
    with pytest.raises(fb.SpecError, match="hop_by_hop"):
        fb.run(grid(reservation="hop_by_hop"), hooks={"route": as_built_in})
    with pytest.raises(fb.SpecError, match="one of its routes, or None"):
        fb.run(grid(), hooks={"route": 1})
    with pytest.raises(fb.SpecError, match=r"hooks: found \[.*a dict of decision point"):
        fb.run(grid(), hooks=[as_built_in])
    with pytest.raises(fb.SpecError, match="decision points: swap, discard, admit, route"):
        fb.run(grid(), hooks={"routes": as_built_in})
    # A rule says yes or no; a route is neither.
    with pytest.raises(fb.SpecError):
        fb.Rule(do="route", when="true")


def test_programs_and_a_hook_for_routes():
    def first(node):
        for _ in range(5):
            pair = yield node.entangle("a2")
            node.release(pair.qubit)
        node.record(done=True)

    def second(node):
        while True:
            pair = yield node.accept("a1")
            node.release(pair.qubit)

    asked = []

    def choose(view):
        asked.append(view.demand)
        return view.preferred

    results = fb.run(grid(demands=[]), programs={"a1": first, "a2": second}, hooks={"route": choose})
    assert results.records["done"].tolist() == [True] and set(asked) == {"a1->a2"}


def test_a_run_with_a_hook_for_routes_is_replayed_with_it():
    results = fb.run(grid(), hooks={"route": lambda view: view.routes[-1]})
    traced = fb.run(grid(), hooks={"route": lambda view: view.routes[-1]}, trace=True)
    assert results.trace().equals(traced.trace())
