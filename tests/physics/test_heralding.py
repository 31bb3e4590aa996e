"""Double-click heralding: cases B01, B09, B11, the brute-force Fock calculation of the oracle, and limits."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

import farbell as fb
from oracle import fock
from physics.cases import assert_close, case

B01, B09, B11 = case("B01"), case("B09"), case("B11")

PSI = {2: np.array([0, 1, 1, 0]) / math.sqrt(2), 3: np.array([0, 1, -1, 0]) / math.sqrt(2)}


@pytest.mark.parametrize("setting", B01.expected)
def test_double_click_case(setting: str) -> None:
    eta, dark, visibility = (float(x) for x in re.fullmatch(r"eta=(.*),pd=(.*),V=(.*)", setting).groups())
    table = fb.hardware.double_click(efficiency_a=eta, efficiency_b=eta, visibility=visibility, dark_count_probability=dark)
    assert_close(table.success_probability, B01.expected[setting]["p_success"], B01.tolerance)
    assert_close(table.fidelity, B01.expected[setting]["F"], B01.tolerance)
    assert table.truncation_error == 0


def test_the_fidelity_is_that_of_the_matrix() -> None:
    table = fb.hardware.double_click(efficiency_a=0.4, efficiency_b=0.1, visibility=0.8, dark_count_probability=0.01)
    for outcome in table.outcomes:
        psi = PSI[outcome.frame]
        assert outcome.fidelity == pytest.approx((psi @ outcome.density_matrix @ psi).real, abs=1e-14)


@pytest.mark.parametrize("seed", range(50))
def test_against_every_photon_followed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    efficiency_a, efficiency_b, visibility = rng.uniform(size=3)
    # A third each: no dark counts, few, many.
    dark = [0.0, 10 ** rng.uniform(-8, -3), rng.uniform(0, 0.5)][seed % 3]
    success, rows = fock.double_click(efficiency_a, efficiency_b, visibility, dark)
    table = fb.hardware.double_click(
        efficiency_a=efficiency_a, efficiency_b=efficiency_b, visibility=visibility, dark_count_probability=dark
    )
    assert table.success_probability == pytest.approx(success, abs=1e-12)
    assert len(table.outcomes) == len(rows)
    for outcome, (early, late, frame, probability, rho) in zip(table.outcomes, rows, strict=True):
        assert outcome.pattern == f"{early}{late}"
        assert outcome.frame == frame
        assert outcome.probability == pytest.approx(probability, abs=1e-12)
        np.testing.assert_allclose(outcome.density_matrix, rho, rtol=0, atol=1e-12)


@pytest.mark.parametrize("efficiency", [1e-3, 1e-6, 1e-10])
def test_rare_photons_succeed_with_half_the_product(efficiency: float) -> None:
    """P -> eta_A eta_B / 2 and F -> (1 + V) / 2, to a relative precision that does not suffer from small numbers."""
    table = fb.hardware.double_click(efficiency_a=efficiency, efficiency_b=2 * efficiency, visibility=0.7)
    assert table.success_probability == pytest.approx(efficiency**2, rel=1e-12)
    assert table.fidelity == pytest.approx(0.85, abs=1e-12)


def test_distinguishable_photons_leave_a_classical_mixture() -> None:
    for outcome in fb.hardware.double_click(efficiency_a=0.5, efficiency_b=0.2, visibility=0).outcomes:
        np.testing.assert_allclose(outcome.density_matrix, np.diag([0, 0.5, 0.5, 0]), atol=1e-14)


def test_dark_counts_alone_leave_noise() -> None:
    dark = 0.01
    table = fb.hardware.double_click(efficiency_a=0, efficiency_b=0, dark_count_probability=dark)
    assert table.success_probability == pytest.approx((2 * dark * (1 - dark)) ** 2, rel=1e-12)
    for outcome in table.outcomes:
        np.testing.assert_allclose(outcome.density_matrix, np.eye(4) / 4, atol=1e-14)


def test_no_light_no_herald() -> None:
    table = fb.hardware.double_click(efficiency_a=0, efficiency_b=1)
    assert table.success_probability == 0
    assert table.outcomes == []


@pytest.mark.parametrize("name", ["efficiency_a", "efficiency_b", "visibility", "dark_count_probability"])
@pytest.mark.parametrize("value", [-0.1, 1.5, math.nan])
def test_optics_out_of_range_are_refused(name: str, value: float) -> None:
    with pytest.raises(fb.SpecError, match=name):
        fb.hardware.double_click(**{"efficiency_a": 0.5, "efficiency_b": 0.5, name: value})


@pytest.mark.parametrize("visibility", B11.expected)
def test_hong_ou_mandel(visibility: str) -> None:
    coincidences = fb.hardware.hong_ou_mandel(float(visibility))
    assert coincidences == pytest.approx(B11.expected[visibility], abs=B11.tolerance)
    assert coincidences == pytest.approx(fock.hong_ou_mandel(float(visibility)), abs=1e-14)


def midpoint(length_km: float, **generation: float) -> tuple[fb.Link, fb.Memory, fb.Station]:
    link = fb.Link(
        node_a="a",
        node_b="b",
        fiber=fb.Fiber(length_m=1e3 * length_km),
        generation=fb.DoubleClick(station="midpoint", **generation),
    )
    return link, fb.Memory(name="ion", efficiency=0.5), fb.Station(name="midpoint", local_overhead_s=10e-6)


@pytest.mark.parametrize("length", B09.expected)
def test_attempt_clock(length: str) -> None:
    expected = B09.expected[length]
    link, memory, station = midpoint(float(length.removeprefix("L=")))
    model = fb.hardware.link_model(link, memory, memory, station)
    p = model.success_probability
    assert_close(p, expected["p"], B09.tolerance)
    assert_close(model.period_s, expected["attempt_s"], B09.tolerance)
    assert_close(model.period_s / p, expected["mean_time_s"], B09.tolerance)
    assert math.ceil(math.log(0.5) / math.log1p(-p)) == expected["median_attempts"]
    assert math.ceil(math.log(0.01) / math.log1p(-p)) == expected["p99_attempts"]


@pytest.mark.parametrize("position", [0.0, 0.3, 0.5, 1.0])
def test_photons_meet_wherever_the_station_stands(position: float) -> None:
    link, memory, station = midpoint(40, station_position=position)
    model = fb.hardware.link_model(link, memory, memory, station)
    to_a, to_b = 2e-4 * position, 2e-4 * (1 - position)
    assert model.emission_a_s + to_a == pytest.approx(model.emission_b_s + to_b, abs=1e-15)
    assert min(model.emission_a_s, model.emission_b_s) == 0
    decided = max(to_a, to_b) + 10e-6
    assert model.herald_a_s == pytest.approx(decided + to_a, abs=1e-15)
    assert model.herald_b_s == pytest.approx(decided + to_b, abs=1e-15)
    assert model.period_s == max(model.herald_a_s, model.herald_b_s)


def test_a_failed_initialisation_depolarises_its_memory() -> None:
    link, memory, station = midpoint(10)
    worse = memory.replace(initialisation_reliability=0.9)
    ideal = fb.hardware.link_model(link, memory, memory, station)
    model = fb.hardware.link_model(link, worse, memory, station)
    assert model.success_probability == ideal.success_probability
    assert "initialisation_depolarising" in model.approximations
    for noisy, clean in zip(model.table.outcomes, ideal.table.outcomes, strict=True):
        expected = clean.correlations.copy()
        expected[1:] *= 0.9
        np.testing.assert_allclose(noisy.correlations, expected, atol=1e-14)


def test_a_given_link_is_taken_at_its_word() -> None:
    link = fb.Link(
        node_a="a",
        node_b="b",
        fiber=fb.Fiber(length_m=1e5),
        generation=fb.Given(success_probability=0.2, attempt_period_s=1e-3, herald_delay_s=5e-4, state=fb.Werner(fidelity=0.9)),
    )
    memory = fb.Memory(name="bad", efficiency=0.1, initialisation_reliability=0.5)
    model = fb.hardware.link_model(link, memory, memory)
    assert (model.success_probability, model.period_s, model.herald_a_s) == (0.2, 1e-3, 5e-4)
    assert model.table.fidelity == pytest.approx(0.9, abs=1e-15)
    assert model.approximations == {}


def test_a_link_needs_the_station_it_names() -> None:
    link, memory, station = midpoint(10)
    with pytest.raises(fb.SpecError, match="midpoint"):
        fb.hardware.link_model(link, memory, memory)
    with pytest.raises(fb.SpecError, match="elsewhere"):
        fb.hardware.link_model(link, memory, memory, station.replace(name="elsewhere"))
