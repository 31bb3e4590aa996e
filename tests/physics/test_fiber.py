"""Fibre loss and delay (B12)."""

from __future__ import annotations

import math

import pytest

import farbell as fb
from physics.cases import assert_close, case

B12 = case("B12")


@pytest.mark.parametrize("length", B12.expected)
def test_transmission_and_delay(length: str) -> None:
    expected = B12.expected[length]
    assert_close(fb.hardware.fiber_transmission(length), expected["eta"], B12.tolerance)
    assert_close(fb.hardware.fiber_delay_s(length), expected["delay_s"], B12.tolerance)


@pytest.mark.parametrize("length", B12.expected)
def test_an_attenuation_length_is_another_attenuation(length: str) -> None:
    """exp(-L / 22 km) is 10 / (22 ln 10) dB/km, not 0.2: the two differ by 16 % at 250 km."""
    per_km = 10 / (22 * math.log(10))
    assert_close(fb.hardware.fiber_transmission(length, per_km), B12.expected[length]["eta_Latt22"], B12.tolerance)


def test_nonsense_is_refused() -> None:
    for call in (
        lambda: fb.hardware.fiber_transmission(-1),
        lambda: fb.hardware.fiber_transmission("10 parsec"),
        lambda: fb.hardware.fiber_transmission(1, -0.2),
        lambda: fb.hardware.fiber_delay_s(1, 0),
        lambda: fb.hardware.fiber_delay_s(1, 4e8),
    ):
        with pytest.raises(fb.SpecError):
            call()
