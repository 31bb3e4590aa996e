"""Capacities (C13, E06), secret-key fractions (E01) and the CHSH value (E03), through the public API."""

from __future__ import annotations

import math

import numpy as np
import pytest

import farbell as fb
from farbell.analysis import fiber_transmissivity
from physics.cases import assert_close, case

C13, E01, E03, E06 = case("C13"), case("E01"), case("E03"), case("E06")


@pytest.mark.parametrize("length", C13.expected)
def test_capacities(length: str) -> None:
    expected = C13.expected[length]
    transmissivity = fiber_transmissivity(1000 * float(length.removesuffix("km")))
    assert_close(transmissivity, fb.hardware.fiber_transmission(length), 1e-14)
    # The expected values were computed from 1 - eta rounded to a double, which shows at 500 km (relative 8e-8).
    tolerance = C13.tolerance + 2**-54 / transmissivity
    for value, bound in (
        (fb.analysis.plob_bound(transmissivity), expected["PLOB"]),
        (fb.analysis.tgw_bound(transmissivity), expected["TGW"]),
        (fb.analysis.repeater_bound(transmissivity, 0), expected["PLOB"]),
    ):
        assert value == pytest.approx(bound, rel=tolerance, abs=0)
    assert_close(fb.analysis.repeater_bound(transmissivity, 1), expected["one_repeater"], C13.tolerance)
    assert_close(fb.analysis.repeater_bound(transmissivity, 3), expected["three_repeaters"], C13.tolerance)


def test_capacities_hold_their_precision_where_light_is_faint() -> None:
    """1 - eta would be 1 in double precision: the bound is eta / ln 2."""
    assert_close(fb.analysis.plob_bound(1e-20), 1e-20 / math.log(2), 1e-14)
    assert_close(fb.analysis.tgw_bound(1e-20), 2e-20 / math.log(2), 1e-14)
    assert fb.analysis.plob_bound(1) == fb.analysis.tgw_bound(1) == math.inf
    assert fb.analysis.plob_bound(0) == fb.analysis.tgw_bound(0) == 0


@pytest.mark.parametrize("setting", E06.expected)
def test_where_a_square_root_scaling_overtakes_the_bound(setting: str) -> None:
    coefficient = float(setting.removeprefix("c="))
    distance_m = fb.analysis.crossing_distance_m(coefficient)
    assert_close(distance_m / 1000, E06.expected[setting], E06.tolerance)
    for step, above in ((0.99, False), (1.01, True)):
        transmissivity = fiber_transmissivity(step * distance_m)
        assert (coefficient * math.sqrt(transmissivity) > fb.analysis.plob_bound(transmissivity)) == above
    assert_close(fb.analysis.crossing_distance_m(coefficient, 0.16), distance_m * 0.2 / 0.16, 1e-12)


def test_thresholds() -> None:
    assert_close(fb.analysis.error_threshold("bbm92"), E01.expected["bb84_Q"], E01.tolerance)
    assert_close(fb.analysis.error_threshold("six_state"), E01.expected["six_state_Q"], E01.tolerance)
    assert_close(fb.analysis.error_threshold("device_independent"), E01.expected["di_Q"], E01.tolerance)


@pytest.mark.parametrize("error", E01.expected["r_bb84"])
def test_key_fractions(error: str) -> None:
    q = float(error)
    assert_close(fb.analysis.bbm92_key_fraction(q), E01.expected["r_bb84"][error], E01.tolerance)
    assert_close(fb.analysis.six_state_key_fraction(q), E01.expected["r_six"][error], E01.tolerance)


@pytest.mark.parametrize("error", E01.expected["r_bb84"])
def test_key_fractions_of_a_state(error: str) -> None:
    """The same numbers from the Werner state whose error rate is Q in every basis."""
    pair = fb.states.PairDensity.werner(1 - 1.5 * float(error))
    xx, yy, zz = (pair.expectation(paulis) for paulis in ("XX", "YY", "ZZ"))
    assert_close(fb.analysis.key_fraction("bbm92", xx, yy, zz), E01.expected["r_bb84"][error], E01.tolerance)
    assert_close(fb.analysis.key_fraction("six_state", xx, yy, zz), E01.expected["r_six"][error], E01.tolerance)


def chsh_of(pair: fb.states.PairDensity) -> float:
    return fb.analysis.chsh(xx=pair.expectation("XX"), zz=pair.expectation("ZZ"))


def test_chsh_values() -> None:
    ideal = fb.states.PairDensity.bell("Phi+")
    assert_close(chsh_of(ideal), E03.expected["ideal"], E03.tolerance)
    assert_close(chsh_of(fb.states.PairDensity.werner(0.95)), E03.expected["Werner F=.95"], E03.tolerance)
    at_the_limit = fb.states.PairDensity.werner((1 + 3 * math.sqrt(0.5)) / 4)
    assert_close(chsh_of(at_the_limit), E03.expected["visibility .7071 gives"], E03.tolerance)
    aged = ideal.decay_to(2e-3, t1_s=10e-3, t2_s=5e-3)
    assert_close(chsh_of(aged), E03.expected["Phi+ aged 2 ms, T1=10,T2=5 ms both"], E03.tolerance)


def test_chsh_by_brute_force() -> None:
    """The operator of the four settings, on random states."""
    x, z = np.array([[0, 1], [1, 0]]), np.diag([1, -1])
    plus, minus = (z + x) / math.sqrt(2), (z - x) / math.sqrt(2)
    operator = np.kron(z, plus) + np.kron(z, minus) + np.kron(x, plus) - np.kron(x, minus)
    rng = np.random.default_rng(3)
    for _ in range(50):
        root = rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4))
        rho = root @ root.conj().T / np.trace(root @ root.conj().T).real
        pair = fb.states.PairDensity.from_matrix(rho)
        assert chsh_of(pair) == pytest.approx(np.trace(rho @ operator).real, abs=1e-12)
        # The best settings are at least as good.
        assert fb.analysis.maximal_chsh(pair.correlations) >= abs(chsh_of(pair)) - 1e-12


def test_best_settings_of_a_turned_state() -> None:
    """Local rotations do not change what the best settings see."""
    rng = np.random.default_rng(5)
    turn_a, turn_b = (np.linalg.qr(rng.normal(size=(3, 3)))[0] for _ in range(2))
    turned = turn_a @ np.diag([0.9, -0.7, 0.8]) @ turn_b.T
    assert_close(fb.analysis.maximal_chsh(turned), 2 * math.hypot(0.9, 0.8), 1e-12)


@pytest.mark.parametrize("call", [
    lambda: fb.analysis.plob_bound(1.1),
    lambda: fb.analysis.tgw_bound(-0.1),
    lambda: fb.analysis.repeater_bound(0.5, -1),
    lambda: fb.analysis.crossing_distance_m(1),
    lambda: fb.analysis.binary_entropy(-0.1),
    lambda: fb.analysis.six_state_key_fraction(0, 1, 0),
    lambda: fb.analysis.key_fraction("e91", 1, -1, 1),
    lambda: fb.analysis.maximal_chsh([[1, 0], [0, 1]]),
])  # fmt: skip
def test_nonsense_is_refused(call) -> None:
    with pytest.raises(ValueError):
        call()
