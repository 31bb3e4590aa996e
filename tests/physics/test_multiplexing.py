"""Trains of many modes: pairs an attempt against the closed form, and in which modes they come against coins tossed for every mode.

About 115,000 trains detect an error of 9 % of the pairs that a train makes. The chi-square tests have a false-alarm rate of 1e-7
each, and reject modes that succeed 15 % more often (in a shared train, which is mostly full, twice as often).
"""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

import farbell as fb
from oracle import fock
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


# ---- what it costs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("modes", [2, 3])
def test_shared_detectors_by_every_way_to_click(modes: int) -> None:
    """Single clicks of a few modes on one pair of detectors: every pattern of photons and dark counts of every mode, summed."""
    eta_a, eta_b, overlap, bright, dark_mean = 0.4, 0.3, 0.8, 0.3, 0.05
    seen: dict[tuple[bool, bool], Any] = {}
    for pattern in product((False, True), repeat=2):
        state = {}
        vacuum = (0,) * len(fock.MODES)
        for a, b in product((0, 1), repeat=2):
            amplitude = math.sqrt((bright if a else 1 - bright) * (bright if b else 1 - bright))
            branch = {(2 * a + b, vacuum): amplitude}
            branch = fock.emit(branch, "A", "early", eta_a, overlap, 0) if a else branch
            branch = fock.emit(branch, "B", "early", eta_b, overlap, 0) if b else branch
            state.update(branch)
        clicked = {("early", 1): pattern[0], ("early", 2): pattern[1]}
        seen[pattern] = fock.conditional_memories(state, clicked, 0.0)
    per_mode = 1 - math.exp(-dark_mean / modes)  # a dark count is told to be of any mode
    success, states = 0.0, {1: np.zeros((4, 4), dtype=complex), 2: np.zeros((4, 4), dtype=complex)}
    for photons in product(seen, repeat=modes):
        for dark in product((False, True), repeat=2 * modes):
            counts = [(photons[j][0] or dark[2 * j], photons[j][1] or dark[2 * j + 1]) for j in range(modes)]
            clicking = [j for j in range(modes) if any(counts[j])]
            if len(clicking) != 1 or all(counts[clicking[0]]):
                continue
            j = clicking[0]
            others = math.prod(np.trace(seen[photons[k]]).real for k in range(modes) if k != j)
            weight = others * math.prod(per_mode if each else 1 - per_mode for each in dark)
            states[1 if counts[j][0] else 2] += weight * seen[photons[j]]
            success += weight * np.trace(seen[photons[j]]).real
    train = fb.Multiplexing(modes=modes, shared_detectors=True)
    click = fb.SingleClick(station="s", bright_state=bright, multiplexing=train)
    link = fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m=0), generation=click)
    station = fb.Station(name="s", visibility=overlap, detector=fb.Detector(window_s=1e-6, dark_count_rate_hz=dark_mean / 1e-6))
    a, b = (fb.Memory(name="m", efficiency=eta, dephasing_attempts=100) for eta in (eta_a, eta_b))
    model = fb.hardware.link_model(link, a, b, station)
    assert model.success_probability == pytest.approx(success, rel=1e-12)
    for outcome in model.table.outcomes:
        rho = states[int(outcome.pattern)]
        assert np.allclose(outcome.density_matrix, rho / np.trace(rho), atol=1e-12)
    alone = fb.hardware.link_model(link.replace(generation=click.replace(multiplexing=None)), a, b, station)
    assert model.coherence_left[0] == pytest.approx(alone.coherence_left[0] ** modes, rel=1e-12)


def test_shared_detectors_of_double_clicks() -> None:
    """Without dark counts: one of M modes heralds, and of all others both photons are lost in the fibre."""
    eta, modes = 0.02, 40
    train = fb.Multiplexing(modes=modes, shared_detectors=True)
    memory, station = fb.Memory(name="m", efficiency=eta), fb.Station(name="s")
    link = fb.Link(
        node_a="a", node_b="b", fiber=fb.Fiber(length_m=0), generation=fb.DoubleClick(station="s", multiplexing=train)
    )
    model = fb.hardware.link_model(link, memory, memory, station)
    assert model.success_probability == pytest.approx(modes * eta**2 / 2 * (1 - eta) ** (2 * (modes - 1)), rel=1e-12)
    assert model.table.fidelity == pytest.approx(1, abs=1e-12)


def test_a_run_with_shared_detectors() -> None:
    """Attempts to success are geometric with the model's probability: 1,500 pairs, of which the mean is within 6 sigma."""
    scenario = link(0.5, "own")
    station = fb.Station(name="s", local_overhead_s=1e-6)
    train = fb.Multiplexing(modes=20, shared_detectors=True)
    how = fb.DoubleClick(station="s", multiplexing=train)
    memories = [memory.replace(efficiency=0.1) for memory in scenario.memories]
    edge = scenario.links[0].replace(generation=how, fiber=fb.Fiber(length_m=100))
    made = scenario.replace(stations=[station], memories=memories, links=[edge], seed=5)
    p = fb.hardware.link_model(edge, memories[0], memories[0], station).success_probability
    results = fb.run(made)
    attempts, pairs = int(results.links["attempts"].sum()), int(results.links["successes"].sum())
    assert pairs > 200
    assert abs(pairs - p * attempts) < 6 * math.sqrt(p * (1 - p) * attempts)


def test_a_switch_loses_light_in_both_arms() -> None:
    station, memory = fb.Station(name="s"), fb.Memory(name="m")
    train = fb.Multiplexing(modes=1, switch_loss_db=1.5)
    left = 10 ** (-3.0 / 10)
    for how in (
        fb.DoubleClick(station="s", multiplexing=train),
        fb.MidpointSource(statistics="deterministic", mean_pairs=0.5, multiplexing=train),
    ):
        edge = fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m=0), generation=how)
        made = fb.hardware.link_model(edge, memory, memory, station)
        assert made.success_probability == pytest.approx(left / 2, rel=1e-12)


@pytest.mark.parametrize("click", [fb.SingleClick(station="s", bright_state=0.3), fb.DoubleClick(station="s")])
def test_crosstalk_is_background(click: fb.SingleClick | fb.DoubleClick) -> None:
    """Of 30 photons that may each leak in, from either arm, to either detector: nearly Poissonian, photon by photon."""
    others, leak, eta = 30, 1e-3, 0.3
    x = others * leak
    photons = 0.3 if isinstance(click, fb.SingleClick) else 0.5
    crossed = click.replace(multiplexing=fb.Multiplexing(modes=others + 1, crosstalk=x))
    memory, station = fb.Memory(name="m", efficiency=eta), fb.Station(name="s")
    edge = fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m=0), generation=crossed)
    made = fb.hardware.link_model(edge, memory, memory, station)
    dark = 1 - (1 - photons * leak * eta / 2) ** (2 * others)  # at least one in a detector
    optics = {"efficiency_a": eta, "efficiency_b": eta, "dark_count_probability": dark}
    kind = fb.hardware.double_click if isinstance(click, fb.DoubleClick) else fb.hardware.single_click
    table = kind(**optics, **({} if isinstance(click, fb.DoubleClick) else {"bright_state": 0.3}))
    assert made.mode_success_probability == pytest.approx(table.success_probability, rel=1e-3)
    assert made.table.fidelity == pytest.approx(table.fidelity, abs=1e-5)
    assert "poissonian_crosstalk" in made.approximations


def test_costs_that_are_refused() -> None:
    with pytest.raises(fb.SpecError, match=r"mode_separation_s.*shared_detectors"):
        fb.Multiplexing(modes=3, mode_separation_s=1e-6, shared_detectors=True)
    with pytest.raises(fb.SpecError, match=r"train.*shared_detectors"):
        fb.Multiplexing(modes=3, train="shared", shared_detectors=True)
    for wrong in ({"modes": 1}, {"modes": 3, "shared_detectors": True}):
        with pytest.raises(fb.SpecError, match=r"/crosstalk"):
            fb.Multiplexing(crosstalk=0.1, **wrong)  # type: ignore[arg-type]
    shared = fb.Multiplexing(modes=3, shared_detectors=True)
    memory = fb.Memory(name="m")
    given = fb.Given(success_probability=0.1, attempt_period_s=1)
    for how in (given.replace(multiplexing=shared), fb.MidpointSource(mean_pairs=0.1, multiplexing=shared)):
        edge = fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m=0), generation=how)
        with pytest.raises(fb.SpecError, match=r"/multiplexing/shared_detectors"):
            fb.hardware.link_model(edge, memory, memory)
    lossy = given.replace(multiplexing=fb.Multiplexing(modes=3, switch_loss_db=1))
    with pytest.raises(fb.SpecError, match=r"/multiplexing/switch_loss_db"):
        fb.hardware.link_model(fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m=0), generation=lossy), memory, memory)
