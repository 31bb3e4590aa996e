"""Fair rates of anything with limits, and of the demands of a network; what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import farbell as fb

LINK = fb.Given(success_probability=0.01, attempt_period_s="1 ms")


@st.composite
def shared_things(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Use, limits and weights over many powers of ten; the last limit holds for all."""
    many, limits = draw(st.integers(1, 6)), draw(st.integers(0, 6))
    power = st.floats(-4, 4).map(lambda exponent: 10.0**exponent)
    use = [[draw(st.one_of(st.just(0.0), power)) for _ in range(many)] for _ in range(limits)]
    return (
        np.array([*use, [1.0] * many]),
        np.array([draw(power) for _ in range(limits + 1)]),
        np.array([draw(st.floats(-2, 2).map(lambda exponent: 10.0**exponent)) for _ in range(many)]),
    )


@settings(max_examples=150, deadline=None)
@given(shared_things(), st.integers(0, 2**32 - 1))
def test_nothing_that_is_possible_is_fairer(drawn: tuple[np.ndarray, np.ndarray, np.ndarray], seed: int) -> None:
    """Proportional: for any possible rates x the sum of w (x - r) / r is not above 0, which is what makes r the optimum.

    Max-min: each has a limit that is reached, at which nobody has more for its weight.
    """
    use, limits, weights = drawn
    fair = fb.analysis.fair_rates(use, limits, weights=weights.tolist())
    assert (use @ fair.rates <= limits * (1 + 1e-12)).all() and (fair.rates > 0).all()
    rng = np.random.default_rng(seed)
    for _ in range(30):
        other = fair.rates * 10 ** rng.uniform(-2, 2, len(weights))
        other /= (use @ other / limits).max()
        assert weights @ ((other - fair.rates) / fair.rates) <= 1e-6 * weights.sum()
    level = fb.analysis.fair_rates(use, limits, kind="max_min", weights=weights.tolist())
    assert (use @ level.rates <= limits * (1 + 1e-9)).all()
    per_weight = level.rates / weights
    for mine in range(len(weights)):
        reached = level.full & (use[:, mine] > 0)
        assert any((per_weight[use[row] > 0] <= per_weight[mine] * (1 + 1e-6)).all() for row in np.flatnonzero(reached))


def test_who_can_have_nothing_does_not_count() -> None:
    fair = fb.analysis.fair_rates([[1, 0, 0], [1, 1, 1]], [0.0, 2.0], kind="max_min")
    assert fair.rates.tolist() == [0.0, 1.0, 1.0] and fair.full.tolist() == [False, True]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"use": [[1.0]], "limits": [1.0], "kind": "even"}, "kind"),
        ({"use": [1.0], "limits": [1.0]}, "use"),
        ({"use": [[-1.0]], "limits": [1.0]}, "use"),
        ({"use": [[float("nan")]], "limits": [1.0]}, "use"),
        ({"use": [[float("inf"), 1.0]], "limits": [1.0], "kind": "max_min"}, "use"),
        ({"use": [[1.0]], "limits": [1.0, 2.0]}, "limits"),
        ({"use": [[1.0]], "limits": [-1.0]}, "limits"),
        ({"use": [[1.0]], "limits": [1.0], "weights": [0.0]}, "weights"),
        ({"use": [[1.0]], "limits": [1.0], "weights": [float("inf")]}, "weights"),
        ({"use": [[1.0, 0.0]], "limits": [1.0]}, "limits"),
        ({"use": [[1.0]], "limits": [float("inf")]}, "limits"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message} "):
        fb.analysis.fair_rates(**arguments)


def line(**fields: Any) -> fb.Scenario:
    asks = [fb.Demand(node_a=a, node_b=b, traffic=fb.Poisson(rate_hz=9)) for a, b in (("n0", "n2"), ("n0", "n1"))]
    return fb.chain(3, length_m="20 km", memory=fb.Memory(name="m", slots=2), generation=LINK, demands=asks).replace(**fields)


def test_rates_know_the_hardware() -> None:
    """Seconds of lanes, swaps that fail, and messages of 0.1 ms a hop: three ways of a circuit for each request."""
    scenario = line()
    failing = scenario.replace(nodes=[node.replace(swap_success_probability=0.5) for node in scenario.nodes])
    table = fb.routing.fair_rates(failing).table
    assert table["seconds_per_pair"] == pytest.approx([2 * 0.2 / 1 + 3 * 2e-4, 0.1 + 3 * 1e-4], rel=1e-12)
    assert table["alone_hz"] == pytest.approx(1 / table["seconds_per_pair"], rel=1e-12)
    assert fb.routing.fair_rates(failing, seconds_per_pair={"n0->n1": 5.0}).table["seconds_per_pair"][1] == 5.0


def test_weights_move_shares() -> None:
    """The long one takes both slots of n1, the other one of them: 2 x + y = 2, and x : y / 2 as 1 : 0.5 = 2 x : y."""
    found = fb.routing.fair_rates(line(), weights={"n0->n1": 0.5}).table
    assert found["rate_hz"] * found["seconds_per_pair"] == pytest.approx([2 / 3, 2 / 3], rel=1e-8)
    assert found["limited_by"].tolist() == ["n1", "n1"]
    heavier = fb.routing.fair_rates(line(), "max_min", weights={"n0->n1": 3.0}).rates_hz
    assert heavier["n0->n1"] == pytest.approx(3 * heavier["n0->n2"], rel=1e-9)


def test_admission_keeps_what_was_said_of_deadlines() -> None:
    scenario = line()
    late = scenario.demands[0].replace(deadline_s=1, admission=fb.Admission(by_deadline=True), pairs_per_request=4)
    admitted = fb.routing.admit_fairly(scenario.replace(demands=[late, scenario.demands[1]]), load=0.5, burst=3)
    rates = fb.routing.fair_rates(scenario.replace(demands=[late, scenario.demands[1]])).table["rate_hz"]
    first, second = (demand.admission for demand in admitted.demands)
    assert first == fb.Admission(rate_hz=0.5 * rates[0] / 4, burst=3, by_deadline=True)
    assert second == fb.Admission(rate_hz=0.5 * rates[1], burst=3)


@pytest.mark.parametrize("rate_hz", [1, 1.5, 3, 7, 6e3])
def test_a_whole_bucket_is_taken_at_once(rate_hz: float) -> None:
    """However intervals between tokens are rounded to ticks: all of them are rounded alike."""
    scenario = line(control="ideal")
    asked = fb.OneOff(requests=9, at_s=0.01)
    demand = scenario.demands[0].replace(traffic=asked, admission=fb.Admission(rate_hz=rate_hz, burst=4))
    results = fb.run(scenario.replace(demands=[demand]), progress=False)
    assert results.requests["reason"].tolist().count("rate_exceeded") == 5


@pytest.mark.parametrize(
    ("path", "fields", "arguments"),
    [
        ("kind", {}, {"kind": "even"}),
        ("weights/n0->n9", {}, {"weights": {"n0->n9": 1.0}}),
        ("weights/n0->n1", {}, {"weights": {"n0->n1": 0.0}}),
        ("seconds_per_pair/n0->n1", {}, {"seconds_per_pair": {"n0->n1": float("inf")}}),
        ("/demands", {"demands": []}, {}),
        ("/demands/0", {"nodes": [node.replace(swap_success_probability=0.0) for node in line().nodes]}, {}),
        ("/switches", {"switches": [fb.OpticalSwitch(name="s", links=["n0--n1"])]}, {}),
        ("/nodes/0/parallel_links", {"nodes": [node.replace(parallel_links=1) for node in line().nodes]}, {}),
        ("/links/0/distillation", {"links": [link.replace(distillation=fb.Distillation()) for link in line().links]}, {}),
        ("/ghz_demands", {"ghz_demands": [fb.GhzDemand(name="g", users=["n0", "n1"])]}, {}),
        ("/rounds", {"rounds": fb.Rounds(round_s=1, attempt_s=0.5)}, {}),
    ],
)
def test_what_fair_rates_do_not_know_is_refused(path: str, fields: dict[str, Any], arguments: dict[str, Any]) -> None:
    if "links" in fields:
        slots = fb.Memory(name="m", slots=8)
        fields = fields | {"memories": [slots], "demands": [demand.replace(width=2) for demand in line().demands]}
    with pytest.raises(fb.SpecError) as refused:
        fb.routing.fair_rates(line(**fields), **arguments)
    assert refused.value.path == path


@pytest.mark.parametrize("load", [0.0, 1.1, float("nan")])
def test_loads_are_shares(load: float) -> None:
    with pytest.raises(fb.SpecError, match="load"):
        fb.routing.admit_fairly(line(), load=load)


def test_traffic_that_cannot_be_refused_is() -> None:
    scenario = line()
    asks = [demand.replace(traffic=fb.BackToBack()) for demand in scenario.demands]
    with pytest.raises(fb.SpecError, match="/demands/0/admission"):
        fb.compile(fb.routing.admit_fairly(scenario.replace(demands=asks)))


def test_refusals_are_told() -> None:
    """By name in the table of requests, and in the story of one."""
    scenario = line(duration_s=3)
    slow = [demand.replace(admission=fb.Admission(rate_hz=0.5)) for demand in scenario.demands]
    results = fb.run(scenario.replace(demands=slow), progress=False)
    assert set(results.requests["reason"].tolist()) == {"none", "rate_exceeded"}
    refused = np.flatnonzero(results.requests["reason"] == "rate_exceeded")[0]
    number = int(results.requests["request"][refused])
    story = str(results.explain(request=number, demand=str(results.requests["demand"][refused])))
    assert "more often than it may" in story
