"""Hardware in words: every part of a scenario is listed, by a name of its own."""

from __future__ import annotations

import pytest

import farbell as fb
from farbell.describe import hardware_rows, quantity

LIGHT = fb.ClassicalLight(power_to_a_w=2e-3, raman_per_km_nm=2e-9, filter_bandwidth_m="0.1 nm")
SPANS = [fb.FiberSpan(length_m="2 km", loss_db=1.1), fb.FiberSpan(length_m="3 km")]


def test_interfaces_and_parts_have_rows_of_their_own() -> None:
    rows = {(device, name): text for device, name, text in hardware_rows(fb.example("hybrid"))}
    assert rows["memory crystal", "efficiency"] == "0.5"
    assert rows["memory crystal", "retrieval/efficiency"] == "0.6"
    assert rows["transducer upwards", "to_wavelength_m"] == "1532 nm"
    assert rows["frequency converter to_the_ion", "noise_photons"] == "0.0001"
    assert rows["encoding converter bins_to_polarisation", "to_encoding"] == "polarisation"
    assert len(rows) == len(hardware_rows(fb.example("hybrid")))  # none twice


def test_fibres_are_told_with_all_that_they_do_to_light() -> None:
    chain = fb.chain(3, length_m="5 km")
    plain = [name for device, name, _ in hardware_rows(chain) if device == "2 fibres"]
    assert plain == ["length_m", "attenuation_db_per_km", "speed_m_per_s"]
    first = chain.links[0].fiber.replace(spans=SPANS, wavelength_m="1550 nm", classical_light=LIGHT)
    links = [chain.links[0].replace(fiber=first), chain.links[1].replace(fiber=chain.links[1].fiber.replace(length_m="7 km"))]
    rows = {name: text for device, name, text in hardware_rows(chain.replace(links=links)) if device == "2 fibres"}
    assert rows["length_m"] == "5 km to 7 km"
    assert rows["wavelength_m"] == "1550 nm"
    assert rows["classical_light/power_to_a_w"] == "2 mW"
    assert rows["spans"] == "2 spans of 2 km to 3 km, with a loss of 1.1 dB in 1 of them"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(1.55e-6, "m", "1550 nm"), (0.06, "m", "60 mm"), (0.0, "m", "0 m"), (25e3, "m", "25 km"), (2e-5, "W", "20 uW")],
)
def test_quantities_have_prefixes_that_suit_them(value: float, unit: str, text: str) -> None:
    assert quantity(value, unit) == text
