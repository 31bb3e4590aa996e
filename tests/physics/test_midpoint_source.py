"""A source of pairs between memories that absorb: case B10, pair numbers added up, symmetry, limits, timing, runs."""

from __future__ import annotations

import math
import re
from itertools import product
from typing import Any

import numpy as np
import pytest

import farbell as fb
from oracle import fock
from oracle.scenario import GENERATION
from physics.cases import case
from physics.runs import chains
from physics.sampling import samples_to_detect
from physics.test_link_runs import check_success, lasting, run

B10 = case("B10")

#: Successes that detect 2 % of a small success probability, and some to spare.
SUCCESSES = samples_to_detect(0.02, 1)


@pytest.mark.parametrize("setting", B10.expected)
def test_case(setting: str) -> None:
    """Gain and error rate of key distribution: heralds are detectors' clicks, false ones their background."""
    pattern = "lambda=(.*),etaA=(.*),etaB=(.*),Y0=(.*),ed=(.*)"
    lam, eta_a, eta_b, background, misaligned = (float(x) for x in re.fullmatch(pattern, setting).groups())
    source = fb.MidpointSource(
        mean_pairs=2 * lam, false_herald_probability=background, pair_fidelity=(1 + 3 * (1 - 2 * misaligned)) / 4
    )
    table = fb.hardware.pair_source(source, eta_a, eta_b)
    (outcome,) = table.outcomes
    errors = (1 - outcome.correlations[3, 3]) / 2
    assert table.success_probability == pytest.approx(B10.expected[setting]["Q"], rel=B10.tolerance["Q_rel"])
    assert errors == pytest.approx(B10.expected[setting]["E"], abs=B10.tolerance["E_abs"])
    assert table.truncation_error == 0


def random_source(seed: int) -> tuple[fb.MidpointSource, dict[str, Any], float, float]:
    rng = np.random.default_rng(seed)
    one = seed % 4 == 0
    fields: dict[str, Any] = {
        "statistics": "deterministic" if one else "down_conversion",
        "mean_pairs": rng.uniform(0.01, 1),
        "spectral_purity": 1.0 if one or seed % 4 == 1 else rng.uniform(0.1, 1),
        "pair_fidelity": rng.uniform(0.5, 1),
        "heralded": bool(seed % 3),
    }
    if fields["heralded"]:
        fields |= {"herald_efficiency": rng.uniform(0.2, 1), "false_herald_probability": rng.uniform(0, 0.1)}
    absorption_a, absorption_b = rng.uniform(size=2)
    return fb.MidpointSource(**fields), GENERATION["midpoint_source"] | fields, absorption_a, absorption_b


@pytest.mark.parametrize("seed", range(40))
def test_against_pair_numbers_added_up(seed: int) -> None:
    source, fields, *absorptions = random_source(seed)
    success, rho, left_out = fock.pair_source(fields, *absorptions, most=100)
    assert left_out < 1e-12
    table = fb.hardware.pair_source(source, *absorptions)
    assert table.success_probability == pytest.approx(success, abs=2e-12)
    (outcome,) = table.outcomes
    assert outcome.frame == 0
    np.testing.assert_allclose(outcome.density_matrix, rho, rtol=0, atol=1e-10)


def test_the_light_is_the_same_in_every_basis() -> None:
    """Fock states of up to 4 pairs, turned in polarisation: results in X are as correlated as those in Z, in Y with the other sign.

    Losses are taken mode by mode after the turn; numbers of pairs n are those of the light, and all m of them are coherent.
    """
    absorption, lam = (0.6, 0.3), 0.4

    def turned(n: int, unitary: np.ndarray) -> np.ndarray:
        """<k, n - k| U |m, n - m> for n photons in two modes."""
        out = np.zeros((n + 1, n + 1), dtype=complex)
        for m in range(n + 1):
            # a_H^+ -> u_00 a_H^+ + u_10 a_V^+, to the powers m and n - m: coefficients of polynomials.
            poly = np.array([1.0 + 0j])
            for column in [0] * m + [1] * (n - m):
                poly = np.convolve(poly, unitary[:, column][::-1])  # ascending powers of H
            for k in range(n + 1):
                out[k, m] = poly[k] * math.sqrt(
                    math.factorial(k) * math.factorial(n - k) / math.factorial(m) / math.factorial(n - m)
                )
        return out

    def sign(h: int, v: int, eta: float) -> float:
        saw_h, saw_v = 1 - (1 - eta) ** h, 1 - (1 - eta) ** v
        return saw_h * (1 - saw_v) - saw_v * (1 - saw_h)

    half = math.sqrt(0.5)
    bases = {"z": np.eye(2), "x": half * np.array([[1, 1], [1, -1]]), "y": half * np.array([[1, -1j], [1, 1j]])}
    found = {}
    for name, unitary in bases.items():
        found[name] = 0.0
        for n in range(5):
            rotation = turned(n, unitary)
            amplitude = rotation @ np.eye(n + 1) @ rotation.T / math.sqrt(n + 1)  # both ends are read in the same basis
            assert np.sum(abs(amplitude) ** 2) == pytest.approx(1, abs=1e-12)
            weight = (n + 1) * lam**n / (1 + lam) ** (n + 2)
            found[name] += weight * sum(
                abs(amplitude[j, k]) ** 2 * sign(j, n - j, absorption[0]) * sign(k, n - k, absorption[1])
                for j, k in product(range(n + 1), repeat=2)
            )
    assert found["x"] == pytest.approx(found["z"], abs=1e-12)
    assert found["y"] == pytest.approx(-found["z"], abs=1e-12)


def test_many_spectral_modes_make_poisson_numbers() -> None:
    mean, a, b = 0.5, 0.3, 0.6
    table = fb.hardware.pair_source(fb.MidpointSource(mean_pairs=mean, spectral_purity=1e-7), a, b)
    both = 1 - math.exp(-mean * a) - math.exp(-mean * b) + math.exp(-mean * (a + b - a * b))
    assert table.success_probability == pytest.approx(both, rel=1e-6)
    (outcome,) = table.outcomes
    zz = 2 * (math.exp(-mean / 2 * (a + b - a * b)) - math.exp(-mean / 2 * (a + b)))
    assert outcome.correlations[3, 3] == pytest.approx(zz / both, rel=1e-6)


def test_few_pairs() -> None:
    """mu eta_A eta_B heralds, and a relative precision that does not suffer from small numbers."""
    for mean, eta in ((1e-3, 1e-9), (1e-6, 1e-4)):
        table = fb.hardware.pair_source(fb.MidpointSource(mean_pairs=mean), eta, 2 * eta)
        assert table.success_probability == pytest.approx(2 * mean * eta**2, rel=3 * mean + 3 * eta)
        assert 1 - table.fidelity < 3 * mean
    one = fb.hardware.pair_source(fb.MidpointSource(statistics="deterministic", mean_pairs=0.3), 0.2, 0.4)
    assert one.success_probability == pytest.approx(0.3 * 0.2 * 0.4, abs=1e-15)
    assert one.fidelity == pytest.approx(1, abs=1e-15)


def test_without_heralds_the_vacuum_stays() -> None:
    source = fb.MidpointSource(statistics="deterministic", mean_pairs=0.3, heralded=False)
    table = fb.hardware.pair_source(source, 0.2, 0.4)
    assert table.success_probability == 1
    assert table.fidelity == pytest.approx((1 + 3 * 0.3 * 0.2 * 0.4) / 4, abs=1e-15)


def test_no_light_no_herald() -> None:
    table = fb.hardware.pair_source(fb.MidpointSource(mean_pairs=0.1), 0, 1)
    assert table.success_probability == 0
    assert table.outcomes == []


def source_link(**fields: Any) -> fb.Link:
    return fb.Link(
        node_a="a", node_b="b", fiber=fb.Fiber(length_m=40e3), generation=fb.MidpointSource(mean_pairs=0.1, **fields)
    )


@pytest.mark.parametrize("initialisation_s", [0.0, 1e-4, 1e-3])
@pytest.mark.parametrize("position", [0.0, 0.3, 0.5, 1.0])
def test_timing(position: float, initialisation_s: float) -> None:
    memory = fb.Memory(name="m", efficiency=0.5, initialisation_s=initialisation_s)
    model = fb.hardware.link_model(source_link(source_position=position, local_overhead_s=1e-6), memory, memory)
    to_a, to_b = 2e-4 * position, 2e-4 * (1 - position)
    assert model.emission_a_s - model.emission_b_s == pytest.approx(to_a - to_b, abs=1e-15)
    assert min(model.emission_a_s, model.emission_b_s) == pytest.approx(max(initialisation_s, min(to_a, to_b)), abs=1e-15)
    assert model.herald_a_s == pytest.approx(max(model.emission_a_s, model.emission_b_s + 2e-4) + 1e-6, abs=1e-15)
    assert model.period_s == max(model.herald_a_s, model.herald_b_s)
    alone = fb.hardware.link_model(source_link(source_position=position, local_overhead_s=1e-6, heralded=False), memory, memory)
    assert alone.herald_b_s == pytest.approx(model.emission_b_s + 1e-6, abs=1e-15)


def test_the_memory_absorbs() -> None:
    good, bad = fb.Memory(name="m", efficiency=0.8), fb.Memory(name="m", efficiency=0.2, initialisation_reliability=0.9)
    model = fb.hardware.link_model(source_link(source_position=0.25), good, bad)
    table = fb.hardware.pair_source(fb.MidpointSource(mean_pairs=0.1), 0.8 * 10**-0.2, 0.2 * 10**-0.6)
    assert model.success_probability == pytest.approx(table.success_probability, rel=1e-14)
    assert model.table.outcomes[0].correlations[1, 1] == pytest.approx(0.9 * table.outcomes[0].correlations[1, 1], abs=1e-14)
    assert set(model.approximations) == {"initialisation_depolarising", "several_photons_a_memory"}


@pytest.mark.parametrize("heralded", [True, False])
def test_in_runs(heralded: bool) -> None:
    generation = fb.MidpointSource(mean_pairs=0.3, heralded=heralded, local_overhead_s=1e-6, source_position=0.3)
    scenario = chains([generation], memories=[fb.Memory(name="memory", efficiency=0.7)], duration_s=1.0)
    success, rho, _ = fock.pair_source(GENERATION["midpoint_source"] | {"mean_pairs": 0.3, "heralded": heralded}, 0.7, 0.7)
    period_s = 1e-6
    results = run(lasting(scenario, period_s, success, SUCCESSES if heralded else 1000))
    if heralded:
        check_success(results, success, 1e-9)
    np.testing.assert_allclose(results.pairs["fidelity"], (rho[0, 0] + rho[0, 3]).real, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"mean_pairs": 0.0}, "/mean_pairs"),
        ({"mean_pairs": 1.1, "statistics": "deterministic"}, "/mean_pairs"),
        ({"spectral_purity": 0.0}, "/spectral_purity"),
        ({"spectral_purity": 0.9, "statistics": "deterministic"}, "/spectral_purity"),
        ({"pair_fidelity": 0.2}, "/pair_fidelity"),
        ({"heralded": False, "herald_efficiency": 0.9}, "/herald_efficiency"),
        ({"heralded": False, "false_herald_probability": 0.1}, "/false_herald_probability"),
        ({"source_position": 1.5}, "/source_position"),
    ],
)
def test_unphysical_sources_are_refused(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(fb.SpecError) as error:
        fb.MidpointSource(**({"mean_pairs": 0.1} | fields))
    assert error.value.path == path


def test_light_of_every_mode_counts_for_the_bound() -> None:
    """Two polarisations of three spectral modes, over the longer arm."""
    link = source_link(spectral_purity=0.4, source_position=0.25)
    scenario = fb.Scenario(
        duration_s=1e-2,
        memories=[fb.Memory(name="m")],
        nodes=[fb.Node(name="a", memory="m"), fb.Node(name="b", memory="m")],
        links=[link],
        demands=[fb.Demand(node_a="a", node_b="b")],
    )
    assert fb.bounds.attempt_modes(link.generation) == 6
    model = fb.compile(scenario)
    period_s = float(model.link_table()["attempt_period_s"][0])
    bound = -math.log2(1 - 10**-0.6) * 6 / period_s
    assert fb.bounds.capacities(model, "plob").links[0].rate_hz == pytest.approx(bound, rel=1e-9)
