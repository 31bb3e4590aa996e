"""Presets against the experiments that their values come from: plausibility, with what is known not to agree."""

from __future__ import annotations

import math

import pytest

import farbell as fb
from physics.cases import case

PUBLISHED = {(row.platform, row.parameter): row.value for row in fb.presets.published()}


def link_of(platform: fb.presets.Platform, length_m: float) -> fb.hardware.LinkModel:
    return fb.hardware.link_model(platform.link(length_m), platform.memory, platform.memory, platform.station)


def test_nv_link_of_two_metres() -> None:
    """B14: rates within 2 % and, of a rate that is published as 6, 15 %; fidelities within two standard errors, of 0.02."""
    expected = case("B14").expected
    nv = fb.platform("nv_delft_2019_lab")
    link = "nv_humphreys2018_link"
    for bright_state, rate_hz, fidelity in (
        (0.3, expected["rate_Hz"], PUBLISHED[link, "fidelity_alpha_0.3"]),
        (0.05, PUBLISHED[link, "entangling_rate_alpha_0.05"], PUBLISHED[link, "fidelity_alpha_0.05"]),
    ):
        model = link_of(nv.replace(bright_state=bright_state), case("B14").parameters["distance_m"])
        assert model.period_s == pytest.approx(PUBLISHED[link, "attempt_period"], rel=0.01)
        assert model.success_probability / model.period_s == pytest.approx(rate_hz, rel=0.02 if rate_hz > 10 else 0.15)
        assert abs(model.table.fidelity - fidelity) < 2 * 0.02
    assert expected["rate_Hz"] / expected["decoherence_Hz"] == pytest.approx(expected["eta_link_ratio"])


def test_time_bin_ions_need_a_mode_overlap_of_94_percent() -> None:
    """B15: fidelity 0.97 is all that is published; without other errors (1 + V) / 2 gives the overlap that it takes."""
    wanted = case("B15").expected["F"]
    assert PUBLISHED["ion_ba_saha2025_timebin", "fidelity"] == wanted
    table = fb.hardware.double_click(efficiency_a=0.01, efficiency_b=0.01, visibility=2 * wanted - 1)
    assert table.fidelity == pytest.approx(wanted, abs=1e-9)


def test_strontium_pairs_from_ion_photon_pairs() -> None:
    """Two ion-photon pairs with white noise, swapped by a perfect station: 0.955 against 0.940(5)."""
    half = (4 * PUBLISHED["ion_sr_stephenson2020", "ion_photon_fidelity"] - 1) / 3
    memory = fb.Memory(name="sr", efficiency=0.02, initialisation_reliability=half)
    link = fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m=4), generation=fb.DoubleClick(station="s"))
    model = fb.hardware.link_model(link, memory, memory, fb.Station(name="s"))
    assert model.table.fidelity == pytest.approx((1 + 3 * half**2) / 4, abs=1e-12)
    assert 0 < model.table.fidelity - PUBLISHED["ion_sr_stephenson2020", "fidelity"] < 0.02


def test_rubidium_over_33_km() -> None:
    """B16: between half and twice the rate; fidelities within 0.08, 0.034 at 33 km.

    The efficiency is that of the published success probability, so the rate tests timing and loss alone. The case's 0.01 per
    second is a later quotation: the paper has one pair in 208 s.
    """
    found = case("B16")
    atoms = fb.platform("rb_vanleent2022_33km")
    length_m = 1e3 * found.parameters["fibre_km"]
    rate_hz = link_of(atoms, length_m).success_probability / link_of(atoms, length_m).period_s
    assert rate_hz == pytest.approx(found.expected["rate_Hz"], rel=0.5)
    assert 1 < rate_hz / PUBLISHED["rb_vanleent2022_33km", "rate_33km_exact"] < 2
    comparison = fb.design.compare_platforms([atoms], length_m=length_m)
    assert comparison.at_length["fidelity"][0] == pytest.approx(found.expected["F"], abs=0.05)
    for km in (6, 11, 23):
        got = fb.design.compare_platforms([atoms], length_m=1e3 * km).at_length["fidelity"][0]
        assert got == pytest.approx(PUBLISHED["rb_vanleent2022_33km", f"fidelity_{km}km"], abs=0.08)


def test_a_run_makes_pairs_as_often_as_the_comparison_says() -> None:
    """A chain of two with one slot: Poisson with mean 400; six standard errors, 30 %, are exceeded in one run in 1e8."""
    atoms = fb.platform("trapped_ion_avis2022_baseline").replace(slots=1)
    rate_hz = fb.design.compare_platforms([atoms], length_m="10 km").at_length["rate_hz"][0]
    scenario = fb.chain(2, length_m="10 km", platform=atoms, duration_s=400 / rate_hz, seed=11)
    pairs = fb.run(scenario, progress=False).summary()["pairs"][0]
    assert abs(pairs - 400) < 6 * math.sqrt(400)
