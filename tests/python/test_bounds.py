"""From scenarios to capacities, the table of bounds, and the bound that forbids a target."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import farbell as fb

PERIOD_S = 1e-3


def given(success_probability: float = 0.5, period_s: float = PERIOD_S) -> fb.Given:
    return fb.Given(success_probability=success_probability, attempt_period_s=period_s)


def chain(nodes: int = 3, slots: int = 4, **fields: object) -> fb.Scenario:
    fields = {"generation": given(), "control": "ideal", **fields}
    return fb.chain(nodes, memory=fb.Memory(name="m", slots=slots), **fields)


def rates(scenario: fb.Scenario, kind: str = "pairs") -> list[float]:
    return [link.rate_hz for link in fb.bounds.capacities(scenario, kind).links]


def with_link(scenario: fb.Scenario, **fields: object) -> fb.Scenario:
    """The first link changed."""
    return scenario.replace(links=[scenario.links[0].replace(**fields), *scenario.links[1:]])


def test_a_link_makes_lanes_times_successes_over_period() -> None:
    assert rates(chain(slots=4)) == pytest.approx([2000, 2000])
    nodes = chain(slots=4).nodes
    small = fb.Memory(name="small", slots=1)
    scenario = chain(slots=4).replace(memories=[fb.Memory(name="m", slots=4), small])
    scenario = scenario.replace(nodes=[nodes[0].replace(memory="small"), *nodes[1:]])
    assert rates(scenario) == pytest.approx([500, 2000])
    assert rates(chain(timing="slotted", slot_s="2 ms")) == pytest.approx([1000, 1000])


@pytest.mark.parametrize("distillation, needed", [
    (fb.Distillation(), 2),
    (fb.Distillation(rounds=["dejmps"] * 3), 8),
    (fb.Distillation(rounds=["dejmps"] * 3, scheme="pumping"), 4),
])  # fmt: skip
def test_distilled_pairs_take_several(distillation: fb.Distillation, needed: int) -> None:
    assert rates(with_link(chain(slots=16, width=8), distillation=distillation)) == pytest.approx([8000 / needed, 8000])
    demand = fb.Demand(node_a="n0", node_b="n2", width=8, distillation=distillation)
    scenario = chain(slots=16, demands=[demand])
    capacities = fb.bounds.capacities(scenario)
    assert capacities.throughput().total_hz == pytest.approx(4000 / needed)
    assert fb.bounds.route_bounds(scenario)[0].rate_hz == pytest.approx(4000 / needed)


def test_of_a_link_that_changes_the_best_state_counts() -> None:
    better, worse = (fb.Change(at_s=0.1, link="n0--n1", generation=given(p)) for p in (0.8, 0.1))
    assert rates(chain().replace(changes=[worse, better])) == pytest.approx([3200, 2000])
    assert rates(chain().replace(changes=[worse])) == pytest.approx([2000, 2000])
    # The slower clock is not hidden by the faster: a slot may change hands within its period.
    slow = fb.Change(at_s=0.1, link="n0--n1", generation=given(0.5, 10.0))
    poisson = chain(traffic=fb.Poisson(rate_hz=1), length_m="200 km", control="messages")
    assert "n0" in fb.bounds.capacities(poisson).slots
    assert "n0" not in fb.bounds.capacities(poisson.replace(changes=[slow])).slots


def test_slots_are_shared_where_circuits_last() -> None:
    lasting = fb.bounds.capacities(chain())
    assert lasting.slots == {"n0": 4, "n1": 4, "n2": 4}
    # Two of the four slots of n1 to each side.
    assert lasting.max_flow("n0", "n2") == fb.analysis.MaxFlow(1000.0, (), ("n1",))
    assert lasting.widest_path("n0", "n2").rate_hz == pytest.approx(1000)
    for fields in (
        {"traffic": fb.Poisson(rate_hz=1)},
        {"demands": [fb.Demand(node_a="n0", node_b="n2", deadline_s=1)]},
        {"demands": [fb.Demand(node_a="n0", node_b="n2", reservation_s=1)]},
        {"changes": [fb.Change(at_s=0.1, link="n0--n1")]},
        {"changes": [fb.Change(at_s=0.1, link="n0--n1", generation=given(0))]},
    ):
        assert fb.bounds.capacities(chain(**fields)).slots == {}
    # Messages that take longer than a period keep slots idle between two circuits.
    poisson = {"traffic": fb.Poisson(rate_hz=1), "control": "messages"}
    assert set(fb.bounds.capacities(chain(length_m="100 km", **poisson)).slots) == {"n0", "n1", "n2"}
    assert fb.bounds.capacities(chain(length_m="99 km", **poisson)).slots == {}
    assert fb.bounds.capacities(chain(length_m="100 km", reservation="hop_by_hop", **poisson)).slots == {}


def test_slots_that_change_hands_serve_more_than_one_circuit_a_period() -> None:
    """One slot, certain success once a second for each of two demands that ask in turn: more than a pair a second."""
    demands = [
        fb.Demand(name=f"d{i}", node_a="n0", node_b="n1", traffic=fb.Table(at_s=[0.5 * i + 1.1 * k for k in range(1, 40)]))
        for i in range(2)
    ]
    scenario = chain(2, 1, generation=given(1, 1.0), demands=demands, duration_s=50)
    pairs = len(fb.run(scenario, progress=False).pairs)
    flow = fb.bounds.capacities(scenario).max_flow("n0", "n1").rate_hz
    assert pairs == 78
    assert flow == pytest.approx(2)


def test_links_that_take_turns_share_a_permit() -> None:
    scenario = chain(generation=given(0.1))
    turns = scenario.replace(nodes=[node.replace(parallel_links=1) for node in scenario.nodes])
    capacities = fb.bounds.capacities(turns)
    assert capacities.permits == {"n0": 1, "n1": 1, "n2": 1}
    # The demand has one lane: nine failures a success, on both links.
    assert capacities.max_flow("n0", "n2").rate_hz == pytest.approx(1 / (2 * 9 * PERIOD_S))
    assert capacities.throughput().total_hz == pytest.approx(1 / (2 * 9 * PERIOD_S))
    assert fb.bounds.capacities(turns, "plob").permits == {}
    hurried = turns.replace(demands=[turns.demands[0].replace(deadline_s=1)])
    assert fb.bounds.capacities(hurried).permits == {}


def test_swaps_that_fail_choose_the_path() -> None:
    """Two hops of 500 pairs a second with swaps of 1/2, or one of 200."""
    links = [
        fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=0), generation=given(p))
        for a, b, p in (("a", "r", 0.5), ("r", "b", 0.5), ("a", "b", 0.2))
    ]
    nodes = [fb.Node(name=name, memory="m", swap_success_probability=0.5) for name in "arb"]
    scenario = fb.Scenario(memories=[fb.Memory(name="m", slots=1)], nodes=nodes, links=links, duration_s=1)
    capacities = fb.bounds.capacities(scenario)
    path = capacities.widest_path("a", "b")
    assert path.nodes == ("a", "b") and path.rate_hz == pytest.approx(200)
    # Half of the slot of r goes to each side: 250, of which the bound takes all as if no swap failed, and 200.
    assert capacities.max_flow("a", "b").rate_hz == pytest.approx(450)
    unswapped = scenario.replace(links=links[:2], memories=[fb.Memory(name="m", slots=2)])
    assert fb.bounds.capacities(unswapped).max_flow("a", "b").swap_probability == 0.5
    assert fb.bounds.capacities(unswapped).widest_path("a", "b").rate_hz == pytest.approx(250)


def test_routes_and_widths() -> None:
    ring = fb.ring(4, memory=fb.Memory(name="m", slots=16), generation=given(), control="ideal", demands=[])
    ring = with_link(ring, generation=given(0.1))

    def bound(**fields: object) -> fb.bounds.RouteBound:
        routing = fields.pop("routing", fb.Routing())
        demand = fb.Demand(node_a="n0", node_b="n2", **fields)
        return fb.bounds.route_bounds(ring.replace(demands=[demand], routing=routing))[0]

    assert bound(route=["n0", "n1", "n2"]) == fb.bounds.RouteBound(100.0, "n0--n1")
    assert bound(route=["n0", "n3", "n2"]).rate_hz == 500
    assert bound(route=["n0", "n1", "n2"], width=3).rate_hz == pytest.approx(300)
    assert bound(route=["n0", "n1", "n2"], traffic=fb.BackToBack(), concurrent_requests=2).rate_hz == pytest.approx(200)
    assert bound(routing=fb.Routing(alternatives=2)).rate_hz == 500


def test_the_table_says_what_limits_whom() -> None:
    demands = [
        fb.Demand(name="far", node_a="n0", node_b="n2", width=2),
        fb.Demand(name="near", node_a="n0", node_b="n1", traffic=fb.Poisson(rate_hz=10), pairs_per_request=3),
    ]
    results = fb.run(chain(slots=8, demands=demands, duration_s=5), progress=False)
    table = results.bounds(0.9)
    assert table["demand"].tolist() == ["far", "near"]
    assert table["rate_hz"].tolist() == results.summary(0.9)["rate_hz"].tolist()
    assert table["rate_low_hz"].tolist() == results.summary(0.9)["rate_low_hz"].tolist()
    assert table["asked_hz"][0] == math.inf
    assert table["asked_hz"][1] == pytest.approx(results.summary()["asked"][1] * 3 / 5)
    assert table["limited_by"].tolist() == ["n0--n1", "n0--n1"]
    assert table["bound_hz"].tolist() == pytest.approx([1000, 500])
    assert table["share"].tolist() == pytest.approx((table["rate_hz"] / table["bound_hz"]).tolist())
    assert "limited_by" in repr(table) and table.to_pandas()["limited_by"][0] == "n0--n1"


def test_the_table_of_no_demand_and_of_saved_results(tmp_path: Path) -> None:
    assert len(fb.run(chain(demands=[]), progress=False).bounds()) == 0
    results = fb.run(chain(duration_s=0.1), progress=False)
    results.save(tmp_path / "run", report=False)
    assert fb.load_results(tmp_path / "run").bounds().equals(results.bounds())


def test_the_report_has_the_bound(tmp_path: Path) -> None:
    page = fb.run(chain(duration_s=0.1), progress=False).write_report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<th>at most (1/s)</th>" in page
    assert "<td>500</td>" in page


def test_what_forbids_a_target() -> None:
    wide = chain(slots=8, demands=[fb.Demand(node_a="n0", node_b="n2", width=2)])
    assert fb.bounds.forbidding_bound(wide, {"rate_hz": 999}) is None
    by_route = fb.bounds.forbidding_bound(wide, {"rate_hz": 1001})
    assert by_route is not None and by_route.bound == pytest.approx(1000) and by_route.links == ("n0--n1",)
    assert "its route at width 2 allows at most 1000" in str(by_route)
    by_cut = fb.bounds.forbidding_bound(wide, {"rate_hz": 2001})
    assert by_cut is not None and by_cut.bound == pytest.approx(2000) and "the cut at n1" in str(by_cut)
    by_link = fb.bounds.forbidding_bound(chain(2, slots=8), {"rate_hz": 4001})
    assert by_link is not None and by_link.links == ("n0--n1",) and "the cut at n0--n1" in str(by_link)


def test_what_forbids_a_fidelity() -> None:
    noisy = chain(generation=given().replace(state=fb.Werner(fidelity=0.9)))
    found = fb.bounds.forbidding_bound(noisy, {"rate_hz": 1, "fidelity": 0.9})
    assert found is not None and found.quantity == "fidelity"
    # Two Werner pairs swapped: F = 1/4 + 3/4 w^2.
    assert found.bound == pytest.approx(0.25 + 0.75 * ((4 * 0.9 - 1) / 3) ** 2, abs=1e-6)
    assert str(found).startswith("n0->n2: a fidelity of 0.9 is asked")
    assert fb.bounds.forbidding_bound(noisy, {"fidelity": found.bound - 1e-6}) is None


def test_a_target_of_one_demand() -> None:
    demands = [fb.Demand(name="far", node_a="n0", node_b="n2"), fb.Demand(name="near", node_a="n0", node_b="n1")]
    scenario = with_link(chain(slots=8, demands=demands), generation=given(0.9))
    assert fb.bounds.forbidding_bound(scenario, {"rate_hz": 800}, demand="near") is None
    found = fb.bounds.forbidding_bound(scenario, {"rate_hz": 800})
    assert found is not None and found.demand == "far"


@pytest.mark.parametrize("call, message", [
    (lambda: fb.bounds.capacities(chain(), "ebits"), "'pairs' or 'plob'"),
    (lambda: fb.bounds.forbidding_bound(chain(), {"rate": 1}), "rate_hz, fidelity"),
    (lambda: fb.bounds.forbidding_bound(chain(), {"rate_hz": -1}), "at least 0"),
    (lambda: fb.bounds.forbidding_bound(chain(), {"fidelity": 1.1}), "0 to 1"),
    (lambda: fb.bounds.forbidding_bound(chain(), {"rate_hz": 1}, demand="x"), "a demand: n0->n2"),
])  # fmt: skip
def test_nonsense_is_refused(call, message: str) -> None:
    with pytest.raises(fb.SpecError, match=message):
        call()
