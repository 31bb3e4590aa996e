"""Where the time went: shares add up to the time with requests, and are what they must be where theory knows it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import farbell as fb
from farbell.time_shares import SHARES
from oracle.scenarios import SCENARIOS
from physics.runs import SLOT_S, SLOTTED, chains, slotted_link
from physics.sampling import assert_sampled, share


def busy_seconds(results: fb.Results, demand: int) -> float:
    """Time integral of a demand's open requests, of which no more count than may be served at a time."""
    requests = results.requests
    mine = requests.codes("demand") == demand
    end = np.where(np.isnan(requests["finished_s"]), results.replicas["simulated_s"][0], requests["finished_s"])
    times = np.concatenate([requests["asked_s"][mine], end[mine]])
    order = np.argsort(times)
    number = np.cumsum(np.repeat([1, -1], np.count_nonzero(mine))[order])
    most = results.scenario.demands[demand].concurrent_requests
    return float(np.sum(np.minimum(number, most)[:-1] * np.diff(times[order])))


@pytest.mark.parametrize("name", SCENARIOS)
def test_shares_add_up_to_the_time_with_requests(name: str) -> None:
    results = fb.run(fb.Scenario.from_json(json.dumps(SCENARIOS[name])), threads=1, progress=False)
    for number, row in enumerate(results.time_shares().rows()):
        assert row["seconds"] == pytest.approx(busy_seconds(results, number), rel=1e-9, abs=1e-15)
        if row["seconds"] > 0:
            assert sum(row[share_] for share_ in SHARES) == pytest.approx(1, abs=1e-9)
            assert all(row[share_] >= -1e-12 for share_ in SHARES)


def shares(scenario: fb.Scenario) -> dict[str, Any]:
    results = fb.run(scenario, threads=1, progress=False)
    return dict(next(results.time_shares().rows()))


def test_a_lone_link_waits_for_itself() -> None:
    """Set-up takes a round trip of 2 x 5 us; every pair then 10 us, heralds included."""
    link = fb.Given(success_probability=1, attempt_period_s=10e-6, herald_delay_s=10e-6)
    scenario = chains([link], length_m=1e3, demand={"traffic": fb.OneOff(), "pairs_per_request": 9}, duration_s=1e-3)
    row = shares(scenario)
    assert row["seconds"] == pytest.approx(100e-6)
    assert row["messages"] == pytest.approx(0.1)
    assert row["links"] == pytest.approx(0.9)


def test_results_on_their_way_are_messages() -> None:
    """Three nodes: heralds after 10 us, the swap takes 3 us, its result 5 us; the next pairs begin when the slots are free."""
    link = fb.Given(success_probability=1, attempt_period_s=10e-6, herald_delay_s=10e-6)
    memory = fb.Memory(name="m", slots=2, measurement_s=3e-6)
    demand = {"traffic": fb.OneOff(), "pairs_per_request": 1}
    row = shares(chains([link] * 2, length_m=1e3, memories=[memory], demand=demand, duration_s=1e-3))
    assert row["seconds"] == pytest.approx(38e-6)  # 20 us of set-up
    assert row["messages"] == pytest.approx(25 / 38)
    assert row["operations"] == pytest.approx(3 / 38)
    assert row["links"] == pytest.approx(10 / 38)


def test_failed_swaps_cost_their_share() -> None:
    """Sure links, a swap in each slot that succeeds with q: of the slots 1 - q are in vain. 60,000 slots see an error of 2 %."""
    q, slots = 0.6, 60_000
    demand = {"traffic": fb.BackToBack(), "pipelined": False}
    scenario = chains(
        [slotted_link(1.0)] * 2,
        swap_success_probability=q,
        demand=demand,
        duration_s=slots * SLOT_S,
        record="summary",
        **SLOTTED,
    )
    row = shares(scenario)
    found = share(round(row["failed_swaps"] * slots), slots, 1 - q)
    assert_sampled(found, 1 - q, 1e-3, detects=0.02)
    assert row["links"] == pytest.approx(1 - row["failed_swaps"], abs=5e-3)  # a tick of a slot is neither


def test_shorter_cut_offs_cost_more() -> None:
    """Two links of equal success: without a cut-off nothing is lost to it, with shorter ones more and more."""
    found = []
    for slots in (None, 40, 10, 3):
        demand = {"traffic": fb.BackToBack(), "cutoff": slots and fb.Cutoff(age_s=slots * SLOT_S)}
        scenario = chains([slotted_link(0.05)] * 2, demand=demand, duration_s=50_000 * SLOT_S, record="summary", **SLOTTED)
        found.append(shares(scenario)["cut_offs"])
    assert found[0] == 0
    assert 0 < found[1] < found[2] - 0.1 < found[3] - 0.3


def test_waiting_for_slots_is_for_memories() -> None:
    """Two demands share one slot: while one is served for ever, the other waits for memories all the time."""
    link = fb.Given(success_probability=1, attempt_period_s=10e-6)
    scenario = fb.Scenario(
        duration_s=1e-3,
        memories=[fb.Memory(name="m", slots=1)],
        nodes=[fb.Node(name=name, memory="m") for name in "ab"],
        links=[fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m=1), generation=link)],
        demands=[fb.Demand(name=name, node_a="a", node_b="b") for name in ("first", "second")],
    )
    first, second = fb.run(scenario, progress=False).time_shares().rows()
    assert second["memories"] == 1
    assert first["links"] > 0.99
