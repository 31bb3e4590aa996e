"""Trains of many modes: pairs an attempt against the closed form, and in which modes they come against coins tossed for every mode.

About 115,000 trains detect an error of 9 % of the pairs that a train makes. The chi-square tests have a false-alarm rate of 1e-7
each, and reject modes that succeed 15 % more often (in a shared train, which is mostly full, twice as often).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

import farbell as fb
from physics.sampling import SEED, Estimate, assert_sampled

PERIOD_S, APART_S, MODES, LANES = 1e-3, 1e-6, 40, 3
TRAIN_S = PERIOD_S + (MODES - 1) * APART_S
REPLICAS, DURATION_S = 24, 5.0


def link(p: float, train: str) -> fb.Scenario:
    how = fb.Given(
        success_probability=p,
        attempt_period_s=PERIOD_S,
        multiplexing=fb.Multiplexing(modes=MODES, mode_separation_s=APART_S, train=train),  # type: ignore[arg-type]
    )
    ends = [fb.Node(name=name, memory="m") for name in "ab"]
    return fb.Scenario(
        seed=SEED,
        duration_s=DURATION_S,
        memories=[fb.Memory(name="m", slots=LANES)],
        nodes=ends,
        links=[fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m=0), generation=how)],
        demands=[fb.Demand(node_a="a", node_b="b", width=LANES)],
        control="ideal",
    )


def pairs_a_train(p: float, train: str) -> float:
    """All lanes together."""
    if train == "own":
        return LANES * (1 - (1 - p) ** MODES)
    return float(sum(min(LANES, k) * stats.binom.pmf(k, MODES, p) for k in range(MODES + 1)))


def modes_of(results: fb.Results) -> npt.NDArray[np.int64]:
    """In which mode of its train each pair came: it is delivered at the start of its mode."""
    within = np.rint(np.asarray(results.pairs["delivered_s"]) * 1e12).astype(np.int64) % round(TRAIN_S * 1e12)
    return within // round(APART_S * 1e12)


def tossed(p: float, train: str, trains: int) -> npt.NDArray[np.int64]:
    """The same, a coin for every mode."""
    coins = np.random.default_rng(SEED)
    found = []
    for _ in range(trains):
        if train == "own":
            hits = coins.random((LANES, MODES)) < p
            found += [int(lane.argmax()) for lane in hits if lane.any()]
        else:
            found += np.flatnonzero(coins.random(MODES) < p)[:LANES].tolist()
    return np.array(found)


def same_law(some: npt.NDArray[np.int64], others: npt.NDArray[np.int64]) -> float:
    counts = [np.bincount(modes, minlength=MODES) for modes in (some, others)]
    return float(stats.chi2_contingency(counts).pvalue)


@pytest.mark.parametrize("train", ["own", "shared"])
@pytest.mark.parametrize("p", [0.002, 0.05])
def test_pairs_a_train(p: float, train: str) -> None:
    results = fb.run(link(p, train), replicas=REPLICAS)
    trains = results.links["attempts"][0] / LANES
    assert trains == math.floor(DURATION_S / TRAIN_S) + 1
    expected = pairs_a_train(p, train)
    # The spread of the law, or a little more: that of so few replicas is itself uncertain.
    spread = math.sqrt(MODES * p * (1 - p) if train == "shared" else expected * (1 - expected / LANES))
    found = Estimate(float(np.mean(results.links["successes"])) / trains, spread / math.sqrt(trains * REPLICAS))
    assert_sampled(found, expected, 1e-9, detects=0.09 * expected)


@pytest.mark.parametrize(("train", "seen"), [("own", 0.0575), ("shared", 0.1)])
def test_modes_of_pairs(train: str, seen: float) -> None:
    modes = modes_of(fb.run(link(0.05, train), replicas=4))
    assert same_law(modes, tossed(0.05, train, 12_000)) > 1e-7
    assert same_law(modes, tossed(seen, train, 12_000)) < 1e-7


def test_one_mode_is_no_multiplexing() -> None:
    plain = link(0.05, "own").replace(
        links=[link(0.05, "own").links[0].replace(generation=fb.Given(success_probability=0.05, attempt_period_s=PERIOD_S))]
    )
    for train in ("own", "shared"):
        how = plain.links[0].generation.replace(multiplexing=fb.Multiplexing(modes=1, mode_separation_s="1 us", train=train))  # type: ignore[arg-type]
        alone = plain.replace(links=[plain.links[0].replace(generation=how)])
        assert (fb.run(alone).pairs["delivered_s"] == fb.run(plain).pairs["delivered_s"]).all()


def test_model_of_a_link() -> None:
    station = fb.Station(name="s", detector=fb.Detector(efficiency=0.8, window_s=1e-8))
    memory = fb.Memory(name="m", efficiency=0.3)
    click = fb.DoubleClick(station="s")
    one = fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m=20e3), generation=click)
    many = one.replace(generation=click.replace(multiplexing=fb.Multiplexing(modes=500, mode_separation_s="0.2 us")))
    single, train = (fb.hardware.link_model(each, memory, memory, station) for each in (one, many))
    p = single.success_probability
    assert train.mode_success_probability == p == single.mode_success_probability
    assert math.isclose(train.success_probability, 1 - (1 - p) ** 500, rel_tol=1e-12)
    assert math.isclose(train.period_s, single.period_s + 499 * 0.2e-6, rel_tol=1e-12)
    assert (train.emission_a_s, train.herald_b_s, train.table.fidelity) == (
        single.emission_a_s,
        single.herald_b_s,
        single.table.fidelity,
    )


def test_refusals() -> None:
    memory = fb.Memory(name="m")
    slow = fb.Station(name="s", local_overhead_s="10 us", detector=fb.Detector(window_s="100 ns", dead_time_s="1 us"))

    def model(station: fb.Station, apart: str) -> fb.LinkModel:
        click = fb.SingleClick(station="s", bright_state=0.1, multiplexing=fb.Multiplexing(modes=3, mode_separation_s=apart))
        return fb.hardware.link_model(
            fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m=1e3), generation=click), memory, memory, station
        )

    with pytest.raises(fb.SpecError, match=r"mode_separation_s.*at least the detectors' window_s"):
        model(slow, "50 ns")
    with pytest.raises(fb.SpecError, match=r"dead_time_s.*from one mode to the next"):
        model(slow, "1 us")
    model(slow, "1.1 us")
    model(slow, "0 s")
    with pytest.raises(fb.SpecError, match=r"/modes"):
        fb.Multiplexing(modes=0)
    scenario = link(0.1, "own").replace(tick="ns")
    how = scenario.links[0].generation.replace(multiplexing=fb.Multiplexing(modes=3, mode_separation_s="1 ps"))
    with pytest.raises(fb.SpecError, match=r"/links/0/generation/multiplexing/mode_separation_s.*at least one tick"):
        fb.compile(scenario.replace(links=[scenario.links[0].replace(generation=how)]))


@pytest.mark.parametrize(("train", "modes"), [("own", MODES * LANES), ("shared", MODES)])
def test_bounds_count_every_mode(train: str, modes: int) -> None:
    """No rate is above the bound for the light that is sent."""
    scenario = link(0.01, train)
    fibre = fb.Fiber(length_m=10e3)
    scenario = scenario.replace(links=[scenario.links[0].replace(fiber=fibre)])
    assert fb.bounds.attempt_modes(scenario.links[0].generation, LANES) == modes
    eta = 10 ** (-0.2)
    capacity = fb.bounds.capacities(scenario, "plob").links[0].rate_hz
    assert math.isclose(capacity, -math.log2(1 - eta) * MODES * LANES / TRAIN_S, rel_tol=1e-9)
