"""Who decides on routes, as a user meets it: what goes together, what is refused, and what results say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

import farbell as fb

LINK = fb.Given(success_probability=1.0, attempt_period_s="1 ms", herald_delay_s="1 ms")
LATE = [
    fb.LinkState(processing_s="1 ms"),
    fb.CentralControl(place="d", processing_s="1 ms"),
    fb.CentralControl(place="d", mode="reactive"),
    fb.LocalControl(retry_s="1 ms"),
]
late = pytest.mark.parametrize("plane", LATE, ids=["link state", "controller", "controller, asked", "neighbours"])


def square(plane: Any = None, **fields: Any) -> fb.Scenario:
    """Certain pairs each millisecond around a - b - c - d - a; one demand from a to c, over b if nothing is said."""
    demand = fb.Demand(name="D", node_a="a", node_b="c", traffic=fb.BackToBack()).replace(**fields.pop("demand", {}))
    return fb.Scenario(
        duration_s="0.5 s",
        memories=[fb.Memory(name="memory", slots=4)],
        nodes=[fb.Node(name=name, memory="memory") for name in "abcd"],
        links=[
            fb.Link(node_a=x, node_b=y, fiber=fb.Fiber(length_m="20 km"), generation=LINK) for x, y in ("ab", "bc", "cd", "da")
        ],
        demands=[demand],
        control_plane=plane or fb.IdealControl(),
    ).replace(**fields)


def times(results: fb.Results, kind: str) -> list[float]:
    return [row["time_s"] for row in results.trace().rows() if row["kind"] == kind]


def test_ideal_is_what_there_was() -> None:
    """Neither a message nor a column of it."""
    results = fb.run(square())
    assert "control_messages" not in results.replicas
    assert square() == square().replace(control_plane=fb.IdealControl())


@late
def test_a_link_that_is_taken_down_and_given_back(plane: Any) -> None:
    changes = [fb.Change(link="b--c", at_s=0.1), fb.Change(link="b--c", at_s=0.3, generation=LINK)]
    results = fb.run(square(plane, changes=changes), trace=True)
    up = [t for t in times(results, "circuit_up") if 0.1 < t < 0.3]
    assert up and results.pairs["delivered_s"].max() > 0.49
    assert {row["reason"] for row in results.requests.rows()} == {"none"}
    told = {"instant_failure_notice", "instant_link_state"}
    assert not told & {note["name"] for note in results.approximations}


@late
@pytest.mark.parametrize("patience", [None, "80 ms"])
def test_requests_without_a_route(plane: Any, patience: str | None) -> None:
    """Both ways are cut for a while: who does not wait is refused when the news has come."""
    both = fb.Failure(links=["a--b", "d--a"], down=[(0.1, 0.2)])
    demand = {"traffic": fb.Poisson(rate_hz=200), "deadline_s": patience}
    results = fb.run(square(plane, demand=demand, failures=[both], heartbeat_period_s="1 ms"))
    reasons = {row["reason"] for row in results.requests.rows()}
    assert ("route_lost" in reasons) is (patience is None)
    delivered = results.pairs["delivered_s"]
    assert ((delivered > 0.11) & (delivered < 0.2)).sum() == 0 and (delivered > 0.22).sum() > 10


@late
def test_hop_by_hop_and_several_at_a_time(plane: Any) -> None:
    cut = fb.Failure(nodes=["b"], mtbf_s="40 ms", mttr_s="40 ms")
    demand = {"concurrent_requests": 2, "deadline_s": "60 ms", "generate_when_idle": True}
    results = fb.run(
        square(plane, demand=demand, reservation="hop_by_hop", failures=[cut], heartbeat_period_s="1 ms"), replicas=3
    )
    assert results.replicas["control_messages"].min() > 10
    assert (results.replicas["messages"] >= results.replicas["control_messages"]).all()


@late
def test_programs_ask_by_what_is_known(plane: Any) -> None:
    got = []

    class Ask(fb.Program):
        def run(self, node: Any) -> Iterator[Any]:
            for _ in range(40):
                pair = yield node.entangle("c", timeout_s=0.05)
                if isinstance(pair, fb.TimedOut | fb.Refused):
                    continue
                got.append((yield node.measure(pair.qubit)))

    class Take(fb.Program):
        def run(self, node: Any) -> Iterator[Any]:
            while True:
                pair = yield node.accept("a")
                yield node.measure(pair.qubit)

    cut = fb.Failure(links=["a--b"], down=[(0.05, 0.4)])
    scenario = square(plane, demand={"traffic": fb.ByPrograms()}, failures=[cut], heartbeat_period_s="1 ms")
    results = fb.run(scenario, programs={"a": Ask(), "c": Take()})
    assert len(got) >= 20
    assert results.replicas["control_messages"].min() > 0


@late
@pytest.mark.parametrize(
    "fields, path",
    [
        ({"control": "ideal"}, "/control_plane/kind"),
        ({"messages": fb.ClassicalMessages(jitter_s="1 us")}, "/messages"),
        ({"ghz_demands": [fb.GhzDemand(name="g", users=["a", "b", "c"])]}, "/ghz_demands"),
        ({"failures": [fb.Failure(nodes=["b"], down=[(0.1, 0.2)])]}, "/heartbeat_period_s"),
    ],
)
def test_what_does_not_go_together(plane: Any, fields: dict[str, Any], path: str) -> None:
    with pytest.raises(fb.SpecError) as refused:
        fb.compile(square(plane, **fields))
    assert refused.value.path == path
    assert plane.to_dict()["kind"] in str(refused.value) or path == "/control_plane/kind"


@pytest.mark.parametrize(
    "fields, path",
    [
        ({"routing": fb.Routing(kind="widest")}, "/routing/kind"),
        ({"routing": fb.Routing(fidelity_constrained=True)}, "/routing/fidelity_constrained"),
        ({"demand": {"route": ["a", "d", "c"]}}, "/demands/0"),
        ({"demand": {"swapping": fb.Tree(order=["b"]), "route": ["a", "b", "c"]}}, "/demands/0"),
    ],
)
def test_what_cannot_be_searched_for(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(fb.SpecError) as refused:
        fb.compile(square(fb.LocalControl(), **fields))
    assert refused.value.path == path and "local" in str(refused.value)


def test_routes_from_outside_are_not_searched_for() -> None:
    with fb.live(square(fb.LocalControl(), demand={"traffic": fb.Poisson(rate_hz=50)})) as run:
        run.advance(until_s=0.1)
        run.install_routes("D", [["a", "d", "c"]])
        run.advance(until_s=0.5)
        results = run.results()
    links = dict(zip(results.links["link"], results.links["successes"], strict=True))
    assert links["c--d"] > 0


def test_a_place_that_is_none() -> None:
    with pytest.raises(fb.SpecError) as refused:
        fb.compile(square(fb.CentralControl(place="e")))
    assert refused.value.path == "/control_plane/place"
    apart = square(fb.CentralControl(place="far"))
    apart = apart.replace(nodes=[*apart.nodes, fb.Node(name="far", memory="memory")])
    with pytest.raises(fb.SpecError, match="a node to which links lead from"):
        fb.compile(apart)


def test_a_kind_that_is_none() -> None:
    document = json.loads(square().to_json()) | {"control_plane": {"kind": "locla"}}
    with pytest.raises(fb.SpecError) as refused:
        fb.Scenario.from_json(json.dumps(document))
    assert refused.value.path == "/control_plane/kind"
    assert all(kind in str(refused.value) for kind in ("ideal", "central", "link_state", "local"))
    assert "local" in str(refused.value.nearest)


def test_who_will_not_wait_for_the_controller() -> None:
    asked = fb.CentralControl(place="c", mode="reactive", processing_s="1 ms")
    fb.compile(square(demand={"max_wait_s": "0.5 ms"}))
    with pytest.raises(fb.SpecError, match="the question for routes before"):
        fb.compile(square(asked, demand={"max_wait_s": "1.5 ms"}))


def test_a_link_that_is_closed_makes_no_pairs_for_those_who_have_not_heard() -> None:
    """The circuit is asked for over it once more, and waits: attempts are in vain until the news comes."""
    late = {"control_plane": fb.LinkState(processing_s="100 ms"), "changes": [fb.Change(link="b--c", at_s=0.1)]}
    until, after = fb.run(square(duration_s=0.0999)), fb.run(square(duration_s=0.18, **late))
    link = list(after.links["link"]).index("b--c")
    assert after.links["attempts"][link] > until.links["attempts"][link] + 10
    assert 0 <= after.links["successes"][link] - until.links["successes"][link] <= 1  # one that was under way


def test_failures_by_hand_need_heartbeats_too() -> None:
    with fb.live(square(fb.LinkState())) as run, pytest.raises(fb.SpecError, match="/heartbeat_period_s: found nothing"):
        run.fail("b--c")
    with fb.live(square(fb.LinkState(), heartbeat_period_s="1 ms")) as run:
        run.fail("b--c")
        run.advance(by_s="50 ms")
        assert run.links["known_down"].any()
