"""Ensembles and weak coherent pulses: photon numbers added up, limits of small efficiency, gains, phases, runs, refusals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import farbell as fb
from oracle import fock_light
from oracle.scenario import GENERATION
from physics.sampling import assert_sampled, estimate, samples_to_detect
from physics.test_link_runs import check_success, clicks, lasting, run, station
from physics.test_single_click import NAMES, random_optics, single

#: Successes that detect 2 % of a small success probability, and some to spare.
SUCCESSES = samples_to_detect(0.02, 1)
ENSEMBLE, PULSES = fb.Memory(name="rubidium", light=fb.EnsembleLight()), fb.WeakCoherentLight(mean_photons=0.4)


def near_rows(table: fb.hardware.HeraldTable, success: float, rows: list[Any]) -> None:
    """Photon numbers that the brute force leaves out are fewer than 1e-10."""
    assert table.success_probability == pytest.approx(success, abs=1e-9)
    assert table.truncation_error == 0
    assert len(table.outcomes) == len(rows)
    for outcome, (*pattern, frame, probability, rho) in zip(table.outcomes, rows, strict=True):
        assert (outcome.pattern, outcome.frame) == ("".join(map(str, pattern)), frame)
        assert outcome.probability == pytest.approx(probability, abs=1e-9)
        np.testing.assert_allclose(outcome.density_matrix, rho, rtol=0, atol=1e-9)
        assert np.linalg.eigvalsh(outcome.density_matrix).min() > -1e-12


# ---- photon numbers added up -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number_resolving", [False, True])
@pytest.mark.parametrize("seed", range(9))
def test_ensembles_against_numbers_added_up(seed: int, number_resolving: bool) -> None:
    rng, optics = random_optics(seed)
    excitation = rng.uniform(0.01, 0.2, size=2)  # 0.2^15 = 3e-11
    table = fb.hardware.ensemble_click(
        **dict(zip(NAMES, optics, strict=True)),
        bright_state=excitation[0],
        bright_state_b=excitation[1],
        number_resolving=number_resolving,
    )
    near_rows(table, *fock_light.ensemble_click(*optics, *excitation, number_resolving))


@pytest.mark.parametrize("late_bin_lost", [False, True])
@pytest.mark.parametrize("number_resolving", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_pulses_against_numbers_added_up(seed: int, number_resolving: bool, late_bin_lost: bool) -> None:
    rng, optics = random_optics(seed)
    means, afterpulse = rng.uniform(0.05, 1.0, size=2), rng.uniform(0, 0.3)
    options = {"number_resolving": number_resolving, "late_bin_lost": late_bin_lost}
    table = fb.hardware.pulse_click(
        **dict(zip(NAMES, optics, strict=True)),
        mean_photons=means[0],
        mean_photons_b=means[1],
        afterpulse_probability=afterpulse,
        **options,
    )
    near_rows(table, *fock_light.pulse_click(*optics, *means, **options, afterpulse=afterpulse))


@pytest.mark.parametrize("tells_empty", [False, True])
@pytest.mark.parametrize("seed", range(9))
def test_pulses_sent_against_numbers_added_up(seed: int, tells_empty: bool) -> None:
    rng = np.random.default_rng(seed)
    fields: dict[str, Any] = {"pair_fidelity": rng.uniform(0.5, 1), "heralded": bool(seed % 3)}
    if fields["heralded"]:
        fields |= {"herald_efficiency": rng.uniform(0.2, 1), "false_herald_probability": rng.uniform(0, 0.2)}
    arrives, mean, light = rng.uniform(), rng.uniform(0.05, 1.5), rng.uniform(0, 0.2)
    success, rows = fock_light.sent_pulse(GENERATION["sender_receiver"] | fields, arrives, mean, light * arrives, tells_empty)
    table = fb.hardware.sender_receiver(
        fb.SenderReceiver(**fields), arrives, background_photons=light, tells_empty=tells_empty, mean_photons=mean
    )
    assert table.success_probability == pytest.approx(success, abs=1e-9)
    assert len(table.outcomes) == len(rows)
    for outcome, (probability, rho, empty) in zip(table.outcomes, rows, strict=True):
        assert outcome.probability == pytest.approx(probability, abs=1e-9)
        assert outcome.empty == [False, empty]
        np.testing.assert_allclose(outcome.density_matrix, rho, rtol=0, atol=1e-9)


# ---- what can be written down ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [1e-3, 0.03, 0.3])
def test_ensembles_of_rare_clicks(p: float) -> None:
    """Of all clicks those of one excitation in all are entangled; the click rate of n excitations is n times as high."""
    eta = 1e-8
    table = fb.hardware.ensemble_click(efficiency_a=eta, efficiency_b=eta, bright_state=p)
    assert table.success_probability == pytest.approx(2 * eta * p / (1 - p), rel=1e-6)
    assert table.fidelity == pytest.approx((1 - p) * (1 + (1 - p) ** 2) / 2, rel=1e-6)
    if p < 0.01:  # to leading order
        assert (table.success_probability, table.fidelity) == (
            pytest.approx(2 * p * eta, rel=0.01),
            pytest.approx(1 - 2 * p, abs=p**1.5),
        )
    overlapping = fb.hardware.ensemble_click(efficiency_a=eta, efficiency_b=eta, bright_state=p, visibility=0.81)
    assert overlapping.outcomes[0].density_matrix[1, 2] == pytest.approx(0.9 * table.outcomes[0].density_matrix[1, 2], rel=1e-6)


def test_an_ensemble_of_few_excitations_is_as_a_memory_that_emits_one_photon() -> None:
    p, optics = 1e-6, {"efficiency_a": 0.3, "efficiency_b": 0.2, "visibility": 0.9, "dark_count_probability": 1e-7}
    ensembles = fb.hardware.ensemble_click(**optics, bright_state=p)
    atoms = fb.hardware.single_click(**optics, bright_state=p)
    assert ensembles.success_probability == pytest.approx(atoms.success_probability, rel=1e-5)
    assert ensembles.fidelity == pytest.approx(atoms.fidelity, rel=1e-5)


@pytest.mark.parametrize("dark", [0.0, 1e-3])
@pytest.mark.parametrize("mean", [0.1, 0.6, 4.0])
def test_gain_and_error_rate_of_one_sender(mean: float, dark: float) -> None:
    """Q = 1 - (1 - Y0) exp(-eta mu) of Ma, Qi, Zhao and Lo; errors are half the clicks without a photon, and misalignment."""
    eta, fidelity = 0.05, 0.97
    how = fb.SenderReceiver(false_herald_probability=dark, pair_fidelity=fidelity)
    table = fb.hardware.sender_receiver(how, eta, mean_photons=mean)
    gain = 1 - (1 - dark) * math.exp(-eta * mean)
    assert table.success_probability == pytest.approx(gain, rel=1e-12)
    misalignment = 2 * (1 - fidelity) / 3
    error = (dark * math.exp(-eta * mean) / 2 + misalignment * -math.expm1(-eta * mean)) / gain
    assert (1 - table.outcomes[0].correlations[3, 3]) / 2 == pytest.approx(error, rel=1e-9)
    # Only single photons are entangled with the sender.
    single_photons = eta * mean * math.exp(-mean) * (4 * fidelity - 1) / 3 / gain
    assert table.outcomes[0].correlations[1, 1] == pytest.approx(single_photons, rel=1e-9)


@pytest.mark.parametrize(("mu_a", "mu_b"), [(0.1, 0.1), (0.5, 0.2), (3.0, 1.0)])
def test_gains_of_two_senders(mu_a: float, mu_b: float) -> None:
    """Of pulses in unlike and in like bins: Ma and Razavi; detectors see the intensities of light of one phase, averaged."""
    eta_a, eta_b, dark, visibility = 0.2, 0.1, 1e-4, 0.9
    table = fb.hardware.pulse_click(
        efficiency_a=eta_a,
        efficiency_b=eta_b,
        mean_photons=mu_a,
        mean_photons_b=mu_b,
        dark_count_probability=dark,
        visibility=visibility,
    )
    x, y, quiet = mu_a * eta_a, mu_b * eta_b, 1 - dark
    phases = 2 * np.pi * np.arange(64) / 64  # exact for all powers of cos below the 64th

    def one_click(first: float, second: float) -> float:
        swing = math.sqrt(visibility * first * second) * np.cos(phases)
        one, two = quiet * np.exp(-(first + second) / 2 - swing), quiet * np.exp(-(first + second) / 2 + swing)
        return float(np.mean(one * (1 - two) + two * (1 - one)))

    unlike, like = one_click(x, 0) * one_click(y, 0), one_click(x, y) * one_click(0, 0)
    assert table.success_probability == pytest.approx((unlike + like) / 2, rel=1e-9)
    zz = sum(outcome.probability * outcome.correlations[3, 3] for outcome in table.outcomes)
    assert zz == pytest.approx((like - unlike) / (like + unlike), rel=1e-9)


def test_without_several_photons_pulses_are_photons_that_are_often_missing() -> None:
    mu, optics = 1e-5, {"efficiency_a": 0.3, "efficiency_b": 0.2, "visibility": 0.9}
    # A click in each bin of two pulses: one photon of each, or two of one, which are random and in one bin.
    table = fb.hardware.pulse_click(**optics, mean_photons=mu)
    photons = fb.hardware.double_click(**optics)
    assert table.success_probability == pytest.approx(mu**2 * photons.success_probability, rel=1e-4)
    assert table.fidelity == pytest.approx(photons.fidelity, rel=1e-4)


# ---- links -----------------------------------------------------------------------------------------------------------------


def link(generation: Any, **fields: Any) -> fb.Link:
    return fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m=20e3), generation=generation, **fields)


def test_ensembles_of_a_link() -> None:
    how = fb.SingleClick(station="station", bright_state=0.05, bright_state_b=0.1, phase_sigma_rad=0.3)
    memory = ENSEMBLE.replace(
        efficiency=0.4, background_photons=0.01, photon_lifetime_s="50 ns", initialisation_reliability=0.9
    )
    model = fb.hardware.link_model(link(how), memory, memory, station(0.95, 1e-4))
    share = 1 - math.exp(-2)
    eta = 0.4 * 10**-0.2 * share
    dark = 1 - (1 - 1e-4) * math.exp(-0.01 * 0.4 * 10**-0.2)
    success, rows = fock_light.ensemble_click(eta, eta, 0.95, dark, 0.05, 0.1)
    assert model.success_probability == pytest.approx(success, rel=1e-9)
    for outcome, (*_, rho) in zip(model.table.outcomes, rows, strict=True):
        xx = 2 * (rho[1, 2] + rho[0, 3]).real
        assert outcome.correlations[1, 1] == pytest.approx(0.81 * math.exp(-0.045) * xx, rel=1e-9)
    assert set(model.approximations) == {"initialisation_depolarising", "excitations_as_one"}


def test_bright_state_of_ensembles_is_traded_as_of_atoms() -> None:
    """The highest rate at a fidelity is where it is just reached: F = (1 - p)(1 + (1 - p)^2)/2 for rare clicks."""
    memory, how = ENSEMBLE.replace(efficiency=1e-6), fb.SingleClick(station="station", bright_state=0.5)
    best = fb.analysis.optimal_bright_state(link(how), memory, memory, station(), fidelity=0.9)
    kept = 1 - best.bright_state
    assert kept * (1 + kept**2) / 2 == pytest.approx(0.9, abs=1e-5)


def test_pulses_of_a_link_with_crosstalk() -> None:
    how = fb.DoubleClick(station="station", multiplexing=fb.Multiplexing(modes=4, crosstalk=0.02))
    memory = fb.Memory(name="laser", light=PULSES, efficiency=0.5)
    model = fb.hardware.link_model(link(how), memory, memory, station(0.95, 1e-4))
    eta = 0.5 * 10**-0.2
    dark = 1 - (1 - 1e-4) * math.exp(-0.02 * 0.2 * eta)  # a bin has half of a pulse's photons on average
    success, _ = fock_light.pulse_click(eta, eta, 0.95, dark, 0.4, 0.4)
    assert model.mode_success_probability == pytest.approx(success, rel=1e-9)
    assert set(model.approximations) == {"tagged_pulses", "poissonian_crosstalk"}


def test_pulses_sent_over_a_link() -> None:
    how, receiver = fb.SenderReceiver(sender="node_b"), fb.Memory(name="receiver", efficiency=0.3)
    model = fb.hardware.link_model(link(how), receiver, fb.Memory(name="laser", light=PULSES, efficiency=0.5))
    table = fb.hardware.sender_receiver(how, 0.15 * 10**-0.4, mean_photons=0.4)
    assert model.success_probability == pytest.approx(table.success_probability, rel=1e-12)
    assert set(model.approximations) == {"tagged_pulses", "several_photons_a_memory"}


def test_ensembles_in_runs() -> None:
    optics = 0.3, 0.3, 0.9, 1e-3
    success, rows = fock_light.ensemble_click(*optics, 0.1, 0.1)
    scenario = clicks(efficiency=0.3, station=station(0.9, 1e-3), memories=[ENSEMBLE.replace(name="memory", efficiency=0.3)])
    results = run(lasting(single(scenario, bright_state=0.1), 1e-6, success, SUCCESSES))
    check_success(results, success, 1e-9)
    psi = np.array([[0, 1, 1, 0], [0, 1, -1, 0]]) / math.sqrt(2)
    fidelity = sum(p * (psi[frame - 2] @ rho @ psi[frame - 2]).real for _, frame, p, rho in rows)
    assert_sampled(estimate(results.pairs["fidelity"]), fidelity, 1e-9, detects=0.005)


def test_pulses_in_runs() -> None:
    success, rows = fock_light.pulse_click(0.5, 0.5, 0.9, 1e-3, 0.4, 0.4)
    memory = fb.Memory(name="memory", light=PULSES, efficiency=0.5)
    results = run(lasting(clicks(station=station(0.9, 1e-3), memories=[memory]), 1e-6, success, SUCCESSES))
    check_success(results, success, 1e-9)
    assert "tagged_pulses" in [note["name"] for note in results.approximations]
    psi = np.array([[0, 1, 1, 0], [0, 1, -1, 0]]) / math.sqrt(2)
    fidelity = sum(p * (psi[frame - 2] @ rho @ psi[frame - 2]).real for *_, frame, p, rho in rows)
    assert_sampled(estimate(results.pairs["fidelity"]), fidelity, 1e-9, detects=0.005)


# ---- refusals --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("light", [fb.EnsembleLight(), PULSES])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("double_excitation_probability", 0.1),
        ("photon_dephasing", 0.1),
        ("dephasing_attempts", 100),
        ("retrieval", fb.Retrieval()),
        ("communication", fb.CommunicationQubits()),
        ("charge_check", fb.ChargeCheck(batch_attempts=10, check_s=1e-6)),
    ],
)
def test_what_is_said_of_emitters_of_one_photon_is_refused(light: Any, field: str, value: Any) -> None:
    with pytest.raises(fb.SpecError, match=f"/{field}.*with light of kind"):
        fb.Memory(name="m", light=light, **{field: value})


ATOM, LASER = fb.Memory(name="atom"), fb.Memory(name="laser", light=PULSES)
DOUBLE, SINGLE = fb.DoubleClick(station="station"), fb.SingleClick(station="station", bright_state=0.1)


@pytest.mark.parametrize(
    ("generation", "memories", "refusal"),
    [
        (DOUBLE, (ENSEMBLE, ENSEMBLE), 'light null, or of kind "weak_coherent", for a double click'),
        (SINGLE, (LASER, LASER), 'light null, or of kind "ensemble", for a single click'),
        (SINGLE, (ENSEMBLE, ATOM), "light of the same kind at both ends"),
        (DOUBLE, (ATOM, LASER), "light of the same kind at both ends"),
        (fb.SenderReceiver(), (ENSEMBLE, ATOM), 'light null, or of kind "weak_coherent"'),
        (fb.SenderReceiver(), (ATOM, LASER), "light null, for a memory that receives"),
        (fb.MidpointSource(mean_pairs=0.1), (ATOM, LASER), "light null, for a memory that absorbs light of a source"),
        (
            SINGLE.replace(alignment=fb.Alignment(polarisation_sigma_rad=0.1)),
            (ENSEMBLE, ENSEMBLE),
            "/alignment/polarisation_sigma_rad",
        ),
        (DOUBLE.replace(alignment=fb.Alignment(arrival_jitter_s=1e-9)), (LASER, LASER), "/alignment/arrival_jitter_s"),
    ],
)
def test_light_that_is_not_of_the_scheme_is_refused(
    generation: Any, memories: tuple[fb.Memory, fb.Memory], refusal: str
) -> None:
    with pytest.raises(fb.SpecError, match=refusal):
        fb.hardware.link_model(link(generation), *memories, station() if hasattr(generation, "station") else None)


def test_polarisation_mode_dispersion_is_refused() -> None:
    fiber = fb.Fiber(length_m=20e3, pmd_s_per_sqrt_m="0.1 ps/sqrt(km)")
    with pytest.raises(fb.SpecError, match="/link/fiber/pmd_s_per_sqrt_m"):
        fb.hardware.link_model(link(SINGLE).replace(fiber=fiber), ENSEMBLE, ENSEMBLE, station())


@pytest.mark.parametrize("wrong", [0.0, -1.0, 101.0, float("nan")])
def test_numbers_of_photons_are_checked(wrong: float) -> None:
    with pytest.raises(fb.SpecError, match="mean_photons"):
        fb.WeakCoherentLight(mean_photons=wrong)
    with pytest.raises(fb.SpecError, match="mean_photons"):
        fb.hardware.pulse_click(efficiency_a=0.1, efficiency_b=0.1, mean_photons=wrong)
    with pytest.raises(fb.SpecError, match="mean_photons"):
        fb.hardware.sender_receiver(fb.SenderReceiver(), 0.1, mean_photons=wrong)
    with pytest.raises(fb.SpecError, match="bright_state"):
        fb.hardware.ensemble_click(efficiency_a=0.1, efficiency_b=0.1, bright_state=wrong)


@pytest.mark.parametrize("offset_ns", [0.3, 1.1, 2.7, 5.9, 7.3, 8.1, 9.7, 12.3])
def test_an_offset_alike_every_time_only_lowers_the_overlap(offset_ns: float) -> None:
    """Photons exp(-t/2 tau) that are late by d overlap by exp(-d/tau): whatever the last bits, nothing else changes."""
    memory = fb.Memory(name="m", light=fb.WeakCoherentLight(mean_photons=0.3), photon_lifetime_s="12 ns", efficiency=0.5)
    station = fb.Station(name="s", detector=fb.Detector(efficiency=0.9, window_s="100 ns"), visibility=0.9)
    late = fb.DoubleClick(station="s", alignment=fb.Alignment(arrival_offset_s=offset_ns * 1e-9))
    found, alike = (
        fb.hardware.link_model(
            fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m="10 km"), generation=how),
            memory,
            memory,
            station.replace(visibility=visibility),
        )
        for how, visibility in (
            (late, 0.9),
            (fb.DoubleClick(station="s"), 0.9 * math.exp(-offset_ns / 12)),
        )
    )
    assert found.success_probability == pytest.approx(alike.success_probability, rel=1e-12)
    assert found.table.fidelity == pytest.approx(alike.table.fidelity, abs=1e-12)
