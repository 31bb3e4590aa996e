"""Failures as a user meets them: one line to ask, and tables that say what happened."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import farbell as fb

LINK = fb.Given(success_probability=1.0, attempt_period_s="1 ms", herald_delay_s="1 ms")


def square(**fields: object) -> fb.Scenario:
    """Certain pairs each millisecond around a - b - c - d - a; one demand from a to c, over b if nothing is said."""
    demand = fb.Demand(name="D", node_a="a", node_b="c", traffic=fb.BackToBack()).replace(**fields.pop("demand", {}))  # type: ignore[arg-type]
    return fb.Scenario(
        duration_s="1 s",
        memories=[fb.Memory(name="memory", slots=4)],
        nodes=[fb.Node(name=name, memory="memory") for name in "abcd"],
        links=[
            fb.Link(node_a=x, node_b=y, fiber=fb.Fiber(length_m="1 km"), generation=LINK) for x, y in ("ab", "bc", "cd", "da")
        ],
        demands=[demand],
    ).replace(**fields)


def only(table: fb.ResultTable) -> dict[str, object]:
    (row,) = table.rows()
    return row


def test_a_detour_while_a_node_is_down_and_back() -> None:
    results = fb.run(fb.without(square(demand={"reservation_s": "10 ms"}), "b", down=[(0.2, 0.4)]), trace=True)
    assert only(results.failures) == {
        "replica": 0, "failure": "b", "node": "b", "link": None, "down_s": 0.2, "noticed_s": 0.2, "up_s": 0.4,
    }  # fmt: skip
    assert results.node_availability["up_s"].tolist() == [1, 0.8, 1, 1]
    assert results.links["up_s"].tolist() == [0.8, 0.8, 1, 1]
    row = only(results.demand_availability)
    assert (row["route_s"], row["interruptions"], row["recoveries"]) == (1, 1, 1)
    assert 0 < row["recovery_max_s"] < 0.01  # type: ignore[operator]
    swaps = results.nodes["swaps"]
    assert swaps[1] > 0 and swaps[3] > 0
    # Over b again from the first circuit after the repair on.
    trace = results.trace()
    swapped = {node: trace["time_s"][(trace["kind"] == "swap") & (trace["node"] == node)] for node in "bd"}
    assert np.all((swapped["d"] > 0.2) & (swapped["d"] < 0.41)) and np.any(swapped["b"] > 0.41)
    assert not np.any((swapped["b"] >= 0.2) & (swapped["b"] < 0.4))


@pytest.mark.parametrize(
    ("demand", "outcome"),
    [
        ({"traffic": fb.OneOff(requests=300)}, "node_down"),
        ({"traffic": fb.Table(at_s=[0.0, 0.3])}, "node_down"),
        ({"traffic": fb.OneOff(requests=300), "deadline_s": "10 s"}, "waits"),
        ({"traffic": fb.Continuous()}, "waits"),
        ({"traffic": fb.BackToBack()}, "waits"),
    ],
)
def test_requests_without_a_route(demand: dict[str, object], outcome: str) -> None:
    results = fb.run(fb.without(square(demand=demand), "c", down=[(0.2, 0.4)]))
    reasons = set(results.requests["reason"].tolist())
    delivered_s = results.pairs["delivered_s"]
    assert not np.any((delivered_s > 0.21) & (delivered_s < 0.4))
    row = only(results.demand_availability)
    assert row["route_s"] == 0.8
    if outcome == "waits":
        assert reasons == {"none"} and np.any(delivered_s > 0.4)
        assert row["recoveries"] == 1 and 0.2 < row["recovery_max_s"] < 0.21  # type: ignore[operator]
    else:
        assert "node_down" in reasons and row["refused_node_down"] == np.sum(results.requests["reason"] == "node_down")
        assert np.all(results.requests["finished_s"][results.requests["reason"] == "node_down"] < 0.4)


def test_heartbeats_delay_the_detour() -> None:
    at_once = fb.without(square(), "b--c", down=[(0.2, 0.4)])
    slow = at_once.replace(heartbeat_period_s="10 ms", missed_heartbeats=3)
    row = only(fb.run(slow).failures)
    # Due at 5 us after each 10 ms; the first missed is that of 0.20 s.
    assert row["noticed_s"] == pytest.approx(0.220005, abs=1e-12)
    recovery = [only(fb.run(s).demand_availability)["recovery_max_s"] for s in (at_once, slow)]
    assert recovery[1] - recovery[0] == pytest.approx(0.02, abs=2e-3)  # type: ignore[operator]
    names = {entry["name"] for entry in fb.run(slow).approximations}
    assert {"instant_link_state", "lasting_control_plane"} <= names and "instant_failure_notice" not in names
    assert "instant_failure_notice" in {entry["name"] for entry in fb.run(at_once).approximations}


def test_short_outages_go_unnoticed() -> None:
    scenario = fb.without(square(), "b--c", down=[(0.2, 0.205)]).replace(heartbeat_period_s="10 ms", missed_heartbeats=3)
    row = only(fb.run(scenario).failures)
    assert np.isnan(row["noticed_s"]) and row["up_s"] == 0.205  # type: ignore[call-overload]
    # A node has lost its circuits, and says so.
    results = fb.run(fb.without(square(), "b", down=[(0.2, 0.205)]).replace(heartbeat_period_s="10 ms", missed_heartbeats=3))
    assert np.isnan(only(results.failures)["noticed_s"])  # type: ignore[call-overload]
    assert np.sum(results.pairs["delivered_s"] > 0.21) > 100


def test_nothing_changes_where_nothing_fails_in_time() -> None:
    plain, late = fb.run(square()), fb.run(fb.without(square(), "b", down=[(2, 3)]))
    assert plain.pairs.equals(late.pairs) and plain.requests.equals(late.requests)


def test_results_keep_their_failures(tmp_path: Path) -> None:
    results = fb.run(fb.without(square(), "b", down=[(0.2, 0.4)]))
    back = fb.load_results(results.save(tmp_path / "out", report=False))
    for name in ("failures", "node_availability", "demand_availability"):
        assert back.tables[name].equals(results.tables[name])
    # Of a run without failures nothing stays behind in the same folder.
    assert "failures" not in fb.load_results(fb.run(square()).save(tmp_path / "out", report=False)).tables
    with pytest.raises(fb.SpecError, match="scenario with failures"):
        _ = fb.run(square()).failures


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({}, "nodes"),
        ({"nodes": ["a"]}, "down"),
        ({"nodes": ["a"], "mtbf_s": 1}, "mttr_s"),
        ({"nodes": ["a"], "mttr_s": 1}, "mtbf_s"),
        ({"nodes": ["a"], "mtbf_s": 1, "mttr_s": 1, "down": [(1, 2)]}, "down"),
        ({"nodes": ["a"], "down": [(1, 2), (2, 3)]}, "down/1/0"),
        ({"nodes": ["a"], "down": [(2, 2)]}, "down/0/1"),
    ],
)
def test_bad_failures(fields: dict[str, object], path: str) -> None:
    with pytest.raises(fb.SpecError) as error:
        fb.compile(square(failures=[fb.Failure(**fields)]))  # type: ignore[arg-type]
    assert error.value.path == f"/failures/0/{path}"


def test_who_asks_for_nothing_looks_for_no_route() -> None:
    """Until its request comes, long after the failure; that has a route."""
    lonely = square(demand={"traffic": fb.OneOff(at_s="0.5 s")})
    results = fb.run(fb.without(lonely, "b", down=[(0.2, 0.9)]))
    assert results.requests["status"].tolist() == ["done"]
    swaps = dict(zip(results.nodes["node"].tolist(), results.nodes["swaps"].tolist(), strict=True))
    assert swaps["d"] == 1 and swaps["b"] == 0


def test_without_names_what_is_there() -> None:
    with pytest.raises(fb.SpecError) as error:
        fb.without(fb.example("surfnet"), "Utrecth")
    assert error.value.nearest == "Utrecht"
    with pytest.raises(fb.SpecError, match="at least one"):
        fb.without(square())


def with_regions(**regions: str) -> fb.Scenario:
    """Nodes of the square by the region in which they stand."""
    scenario = square()
    of = {node: region for region, nodes in regions.items() for node in nodes}
    return scenario.replace(nodes=[node.replace(region=of.get(node.name, "")) for node in scenario.nodes])


def test_a_region_fails_as_one() -> None:
    scenario = with_regions(north="bd", south="a")
    power = fb.Failure(regions=["north"], down=[(0.2, 0.4)])
    by_name = fb.Failure(name="north", nodes=["b", "d"], down=[(0.2, 0.4)])
    results, same = (fb.run(scenario.replace(failures=[failure])) for failure in (power, by_name))
    assert results.failures["node"].tolist() == ["b", "d"] and set(results.failures["failure"].tolist()) == {"north"}
    assert results.pairs.equals(same.pairs) and results.demand_availability.equals(same.demand_availability)
    assert fb.without(scenario, "north", down=[(0.2, 0.4)]).failures[0] == power


@pytest.mark.parametrize(
    ("failure", "index", "nearest"),
    [
        ({"regions": ["nroth"]}, 0, "north"),
        ({"regions": ["south", "west"]}, 1, None),
        ({"regions": ["north"], "nodes": ["d"]}, 0, None),
        ({"regions": ["north", "north"]}, 1, None),
    ],
)
def test_regions_that_are_refused(failure: dict[str, list[str]], index: int, nearest: str | None) -> None:
    scenario = with_regions(north="bd", south="a")
    with pytest.raises(fb.SpecError) as error:
        fb.compile(scenario.replace(failures=[fb.Failure(mtbf_s=1, mttr_s=1, **failure)]))
    assert error.value.path == f"/failures/0/regions/{index}" and (error.value.nearest or None) == nearest
    with pytest.raises(fb.SpecError, match="none has one"):
        fb.compile(square(failures=[fb.Failure(regions=["north"], mtbf_s=1, mttr_s=1)]))


def test_a_divided_fibre_fails_as_one() -> None:
    long = fb.chain(nodes=2, length_m="90 km")
    divided = fb.topology.with_repeaters(fb.without(long, "n0--n1", down=[(1, 2)]), span_limit_m="30 km")
    assert divided.failures[0].links == tuple(link.name or f"{link.node_a}--{link.node_b}" for link in divided.links)
    fb.compile(divided)


LAST_S, GAP_S = 0.03, 0.005


def surfnet() -> fb.Scenario:
    """Busy for 20 ms; then each pair of users in turn asks for all memory slots along its route."""
    scenario = fb.example("surfnet")
    slots = min(memory.slots for memory in scenario.memories)
    link = fb.Given(success_probability=0.5, attempt_period_s="20 us", herald_delay_s="20 us")
    demands = [
        demand.replace(
            name=f"D{i}",
            traffic=fb.Table(at_s=[0.001 * k + 1e-4 * i for k in range(15)]),
            pairs_per_request=1,
            deadline_s="5 ms" if i % 2 else None,
        )
        for i, demand in enumerate(scenario.demands)
    ]
    demands += [
        demand.replace(name=f"last {i}", traffic=fb.OneOff(at_s=LAST_S + GAP_S * i), width=slots // 2, deadline_s=GAP_S)
        for i, demand in enumerate(scenario.demands)
    ]
    return scenario.replace(
        links=[edge.replace(generation=link) for edge in scenario.links], demands=demands, duration_s=LAST_S + GAP_S * 10
    )


@pytest.mark.parametrize("heartbeats", [{}, {"heartbeat_period_s": "0.5 ms", "missed_heartbeats": 2}])
def test_each_element_of_surfnet_in_turn(heartbeats: dict[str, object]) -> None:
    """No request is lost without a reason; and afterwards each node has all its slots: who needs them gets them at once."""
    scenario = surfnet().replace(**heartbeats)
    names = [node.name for node in scenario.nodes] + [link.name or f"{link.node_a}--{link.node_b}" for link in scenario.links]
    reasons: set[str] = set()
    for name in names:
        results = fb.run(fb.without(scenario, name, down=[(0.005, 0.012)]))
        requests = results.requests
        refused = requests["status"] == "refused"
        assert np.array_equal(requests["reason"] != "none", refused), name
        assert not np.any(requests["status"] == "open"), name
        reasons |= set(requests["reason"][refused].tolist())
        assert only(results.failures)["up_s"] == 0.012, name
        last = np.char.startswith(requests["demand"].astype(str), "last")
        assert np.all(requests["started_s"][last] - requests["asked_s"][last] < GAP_S) and np.sum(last) == 10, name
    # A node that is back is known to be so only when its neighbours have heard of it.
    assert {"node_down"} <= reasons <= {"node_down", "no_route"}
