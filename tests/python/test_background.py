"""`fb.background`: what is refused, what is recorded, and that nothing is left from one replica to the next."""

from __future__ import annotations

import math
from typing import Any

import pytest

import farbell as fb
from farbell.background import ContinuousDistribution, metrics

ASKS = {("n0", "n2"): 4.0, ("n2", "n1"): 2.0}


def chain(**options: Any) -> fb.Scenario:
    link = fb.Given(success_probability=0.1, attempt_period_s="1 ms", herald_delay_s="0.1 ms", state=fb.Werner(fidelity=0.95))
    memory = fb.Memory(name="m", slots=8)
    return fb.chain(3, length_m="10 km", generation=link, memory=memory, demands=[], **({"duration_s": 10.0} | options))


def run(plan: ContinuousDistribution, scenario: fb.Scenario, **options: Any) -> Any:
    return fb.run(plan.on(scenario), programs=plan.programs(scenario), progress=False, **options).records


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("cutoff_s", {"cutoff_s": 0.0}),
        ("cutoff_s", {"cutoff_s": math.nan}),
        ("buffer", {"buffer": 0}),
        ("buffer", {"buffer": 1.5}),
        ("buffer", {"buffer": math.inf}),
        ("swap_rate_hz", {"swap_rate_hz": -1.0}),
        ("swap_rate_hz", {"swap_rate_hz": math.inf}),
        ("max_swaps", {"max_swaps": 0}),
        ("max_swaps", {"max_swaps": 1.5}),
        ("max_wait_s", {"max_wait_s": -1.0}),
        ("requests", {"requests": {"n0": 1.0}}),
        ("requests", {"requests": {("n0", "n0"): 1.0}}),
        ("requests", {"requests": {("n0", "n1", "n2"): 1.0}}),
        ("requests/n0+n1", {"requests": {("n0", "n1"): 0.0}}),
    ],
)
def test_bad_fields_are_refused(path: str, fields: dict[str, Any]) -> None:
    with pytest.raises(fb.SpecError) as refused:
        ContinuousDistribution(**({"cutoff_s": 1.0} | fields))
    assert refused.value.path == path


@pytest.mark.parametrize(
    ("path", "scenario", "asks"),
    [
        ("requests", chain(), {("n0", "n7"): 1.0}),
        ("requests/n0+n2", chain().replace(links=chain().links[:1]), {("n0", "n2"): 1.0}),
        ("failures", chain().replace(failures=[fb.Failure(name="storm", nodes=["n1"], down=[(1.0, 2.0)])]), {}),
        ("messages", chain(messages=fb.ClassicalMessages(loss_probability=0.1, retransmission_timeout_s=1e-2)), {}),
        ("messages", chain(messages=fb.ClassicalMessages(lost=[3], retransmission_timeout_s=1e-2)), {}),
    ],
)
def test_scenarios_that_do_not_fit_are_refused(path: str, scenario: fb.Scenario, asks: Any) -> None:
    with pytest.raises(fb.SpecError) as refused:
        ContinuousDistribution(1.0, requests=asks).on(scenario)
    assert refused.value.path == path


def test_other_demands_stay() -> None:
    """One that joins neighbours has the name that the demand of their link would have."""
    other = fb.Demand(node_a="n0", node_b="n1", traffic=fb.Poisson(rate_hz=5.0))
    scenario = chain(duration_s=2.0).replace(demands=[other])
    plan = ContinuousDistribution(1.0, requests=ASKS)
    assert [demand.name for demand in plan.on(scenario).demands[1:]] == ["n0->n1 by programs", "n1->n2"]
    assert "pair" in run(plan, scenario)["what"].tolist()


def test_requests_wait_or_are_refused() -> None:
    """Without a time they wait for pairs; with one they are refused when it is over, and none is served that began later."""
    slow = chain(duration_s=60.0)
    patient = run(ContinuousDistribution(0.015, requests=ASKS), slow)
    assert "refused" not in patient["what"].tolist()
    hasty = run(ContinuousDistribution(0.015, requests=ASKS, max_wait_s=0.02), slow)
    refused = hasty[hasty["what"] == "refused"]
    assert len(refused) > 10
    # News of a pair that was given up on the way, or the token's way back, takes a message.
    assert refused["waited_s"].min() >= 0.02 - 1e-9
    assert refused["waited_s"].max() < 0.02 + 1e-3
    assert hasty["waited_s"][hasty["what"] == "pair"].max() < 0.02 + 1e-3
    assert patient["waited_s"][patient["what"] == "pair"].max() > 0.02 + 1e-3


def test_no_pair_outlives_its_cut_off() -> None:
    """But for the time that news and answers take."""
    plan = ContinuousDistribution(0.05, buffer=4, swap_rate_hz=50.0, max_swaps=3, requests=ASKS)
    used = run(plan, chain(duration_s=60.0))
    ages = used["age_s"][used["what"] == "pair"]
    assert len(ages) > 100
    assert ages.max() < 0.05 + 1e-3


def test_requests_only() -> None:
    """Without background swaps pairs are those of links; what is served farther is swapped for it."""
    records = run(ContinuousDistribution(1.0, buffer=2, requests=ASKS), chain(duration_s=30.0))
    used = records[records["what"] == "pair"]
    assert set(used["swaps"][used["group"] == "n0+n2"].tolist()) == {1.0}
    assert set(used["swaps"][used["group"] == "n2+n1"].tolist()) == {0.0}


def test_without_requests_and_swaps_neighbours_are_those_of_links() -> None:
    records = run(ContinuousDistribution(0.05, buffer=2), chain(duration_s=30.0))
    peers = {(row["node"], row["peers"]) for row in records.rows()}
    assert peers == {
        ("n0", ""),
        ("n0", "n1"),
        ("n1", ""),
        ("n1", "n0"),
        ("n1", "n2"),
        ("n1", "n0+n2"),
        ("n2", ""),
        ("n2", "n1"),
    }


def test_every_replica_begins_anew() -> None:
    plan = ContinuousDistribution(0.2, swap_rate_hz=5.0, requests=ASKS)
    two, again = (run(plan, chain(), replicas=2, seed=3) for _ in range(2))
    assert set(two["replica"].tolist()) == {0, 1}
    assert two["time_s"].tolist() == again["time_s"].tolist()
    assert (two["time_s"][two["what"] == "stock"] == 0).sum() == 6
    averaged = metrics(two, 10.0, warm_up_s=1.0)
    assert averaged["node"].tolist() == ["n0", "n1", "n2"]
    assert (averaged["degree_low"] < averaged["degree_high"]).all()


def test_warm_up_ends_before_the_run() -> None:
    with pytest.raises(ValueError, match=r"warm_up_s is 10.0; allowed: from 0 to below the duration, 10.0"):
        metrics(run(ContinuousDistribution(0.2), chain()), 10.0, warm_up_s=10.0)
