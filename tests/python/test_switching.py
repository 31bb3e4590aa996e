"""`fb.switching`: what is refused, and switches whose messages take time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import farbell as fb
from farbell.switching import EntanglementSwitch

USERS = ["n1", "n2", "n3"]
ASKS = {("n1", "n2"): 2.0, ("n3", "n1"): 3.0}


def star(length_m: float = 10e3, slots: int = 8, **options: Any) -> fb.Scenario:
    link = fb.Given(success_probability=0.1, attempt_period_s="1 ms", herald_delay_s="0.1 ms", state=fb.Werner(fidelity=0.95))
    memory = fb.Memory(name="m", slots=slots)
    return fb.star(3, length_m=length_m, generation=link, memory=memory, demands=[], **({"duration_s": 20.0} | options))


def run(switch: EntanglementSwitch, scenario: fb.Scenario) -> fb.Results:
    return fb.run(switch.on(scenario), programs=switch.programs(), progress=False)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("users", {"users": ["n1"]}),
        ("users", {"users": ["n1", "n1"]}),
        ("users", {"users": ["n0", "n1"]}),
        ("size", {"size": 1}),
        ("size", {"size": 4}),
        ("size", {"size": 2.0}),
        ("buffer", {"buffer": 0}),
        ("buffer", {"buffer": 1.5}),
        ("buffer", {"buffer": float("nan")}),
        ("decide", {"decide": "random"}),
        ("purify", {"purify": "both"}),
        ("purify", {"purify": "pairs"}),
        ("purify", {"purify": "pairs", "size": 3, "requests": {("n1", "n2", "n3"): 1.0}}),
        ("basis", {"basis": "W"}),
        ("max_queue", {"max_queue": 0}),
        ("max_queue", {"max_queue": 1.5}),
        ("requests", {"requests": {}}),
        ("requests", {"requests": {"n1+n2": 1.0}}),
        ("requests", {"requests": {("n1", "n9"): 1.0}}),
        ("requests/n1+n2", {"requests": {("n1", "n2"): 0.0}}),
        ("success", {"success": {("n1", "n2"): 0.5}}),
        ("success/n1+n2", {"requests": ASKS, "success": {("n1", "n2"): 1.5}}),
    ],
)
def test_bad_switches_are_refused(path: str, fields: dict[str, Any]) -> None:
    with pytest.raises(fb.SpecError) as refused:
        EntanglementSwitch(**({"users": USERS} | fields))
    assert refused.value.path == path


@pytest.mark.parametrize(("path", "fields"), [("hub", {"hub": "h"}), ("users", {"users": ["n1", "n7"]})])
def test_nodes_must_exist(path: str, fields: dict[str, Any]) -> None:
    with pytest.raises(fb.SpecError) as refused:
        EntanglementSwitch(**({"users": USERS} | fields)).on(star())
    assert refused.value.path == path


@pytest.mark.parametrize(
    ("path", "scenario"),
    [
        ("failures", star().replace(failures=[fb.Failure(name="storm", nodes=["n1"], down=[(1.0, 2.0)])])),
        ("messages", star(messages=fb.ClassicalMessages(loss_probability=0.1, retransmission_timeout_s=1e-2))),
        ("messages", star(messages=fb.ClassicalMessages(lost=[3], retransmission_timeout_s=1e-2))),
    ],
)
def test_what_a_switch_would_wait_for_in_vain_is_refused(path: str, scenario: fb.Scenario) -> None:
    with pytest.raises(fb.SpecError) as refused:
        EntanglementSwitch(USERS).on(scenario)
    assert refused.value.path == path


def test_other_demands_stay() -> None:
    """One that joins the hub with a user has the name that the switch's would have."""
    other = fb.Demand(node_a="n0", node_b="n1", traffic=fb.Poisson(rate_hz=5.0))
    results = run(EntanglementSwitch(USERS), star(duration_s=2.0).replace(demands=[other]))
    assert {demand.name for demand in results.scenario.demands[1:]} == {"n0->n1 by programs", "n0->n2", "n0->n3"}
    assert "state" in results.records["what"].tolist()
    assert "n0->n1" in results.requests["demand"].tolist()


@pytest.mark.parametrize("purify", ["none", "links", "pairs"])
@pytest.mark.parametrize("jitter_s", [0.0, 1e-3])
def test_messages_that_take_time(purify: Any, jitter_s: float) -> None:
    """Halves and news find each other by their numbers, late or not; each request is served once, and nobody keeps a slot."""
    scenario = star(messages=fb.ClassicalMessages(jitter_s=jitter_s))
    results = run(EntanglementSwitch(USERS, requests=ASKS, purify=purify), scenario)
    states = results.records[results.records["what"] == "state"]
    assert len(set(states["number"].tolist())) == len(states) > 60
    assert states["fidelity"].min() > 0.85
    stock = results.records[results.records["what"] == "stock"]
    asked = int(states["number"].max()) + 1
    assert asked - len(states) <= stock["waiting"].max() + 3
    # From asking to the news of what was seen: at least the way to a user.
    assert states["waited_s"].min() >= 5e-5


def test_a_cut_off_keeps_pairs_young() -> None:
    """A pair with a user is given up after 20 ms; decay tells."""
    memory = fb.Memory(name="m", slots=8, t2_s=0.1)
    scenario = star(length_m=0.0, control="ideal").replace(memories=[memory])
    seldom = {("n1", "n2"): 0.5, ("n1", "n3"): 0.5}
    young, old = (
        run(EntanglementSwitch(USERS, requests=seldom, lifetime_s=lifetime_s), scenario.replace(duration_s=100.0)).records
        for lifetime_s in (lambda dice: 0.02, None)
    )
    least, mean = (np.nanmean(records["fidelity"][records["what"] == "state"]) for records in (young, old))
    assert least > mean + 0.1
    assert set(young["stored"][young["what"] == "stock"].astype(int)) >= {0, 1, 2}


def test_a_switch_is_the_same_in_every_replica() -> None:
    """Nothing of one replica is left for the next."""
    switch = EntanglementSwitch(USERS, requests=ASKS)
    scenario = switch.on(star(duration_s=3.0))
    two = fb.run(scenario, programs=switch.programs(), replicas=2, progress=False).records
    again = fb.run(scenario, programs=switch.programs(), replicas=2, progress=False).records
    assert set(two["replica"].tolist()) == {0, 1}
    assert two["time_s"].tolist() == again["time_s"].tolist()


def test_the_nearest_name_is_told() -> None:
    with pytest.raises(fb.SpecError) as refused:
        EntanglementSwitch(["n1", "n22"]).on(star())
    assert refused.value.nearest == "n2"
