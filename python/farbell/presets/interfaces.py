"""From published parameters of converters and transducers to fields of their specs."""

from __future__ import annotations

from typing import TypeAlias

from farbell._core import FrequencyConverter, Transducer
from farbell.presets.mapping import Assumed, Origin
from farbell.presets.rules import metres

__all__ = ["INTERFACES", "KINDS", "Interface"]

Interface: TypeAlias = FrequencyConverter | Transducer
#: Kind of a preset -> what it becomes.
KINDS: dict[str, type[FrequencyConverter] | type[Transducer]] = {"converter": FrequencyConverter, "transducer": Transducer}


def _of(platform: str, field: str, parameter: str, remark: str = "") -> Origin:
    if field.endswith("wavelength_m"):
        return Origin(field, (f"{platform}/{parameter}",), metres, remark or "in metres")
    return Origin(field, (f"{platform}/{parameter}",), remark=remark)


_NO_NOISE = Assumed("noise_photons", 0.0, "no value in the rows: not that there is none")
_NV, _RB, _SIV = "converter_nv_637_1588", "converter_rb_780_1517", "converter_siv_737_1350"
_ENSEMBLE, _SAHU, _JILA = "converter_ensemble_rb_telecom", "transducer_sahu2022", "transducer_jila_2025"
_YB, _MCKENNA = "transducer_yb_yvo4_2024", "transducer_mckenna2020"

#: Name of a preset -> its fields. What is missing nobody published in these rows: whoever uses it states it.
INTERFACES: dict[str, tuple[Origin | Assumed, ...]] = {
    _NV: (
        _of(_NV, "from_wavelength_m", "wavelength_in"),
        _of(_NV, "to_wavelength_m", "wavelength_out"),
        _of(_NV, "efficiency", "efficiency"),
        _NO_NOISE,
    ),
    _RB: (
        _of(_RB, "from_wavelength_m", "wavelength_in"),
        _of(_RB, "to_wavelength_m", "wavelength_out"),
        _of(_RB, "efficiency", "efficiency", "of the device; the filter's transmission is taken to be part of it"),
        Origin(
            "noise_rate_hz",
            (f"{_RB}/noise_density_1517nm", f"{_RB}/filter_linewidth"),
            lambda density, width_hz: float(f"{density * width_hz / 1e6:.9g}"),
            "density times line width of the filter",
        ),
        _of(_RB, "bandwidth_hz", "filter_linewidth"),
    ),
    _SIV: (
        _of(_SIV, "from_wavelength_m", "wavelength_in"),
        _of(_SIV, "to_wavelength_m", "wavelength_out"),
        _of(_SIV, "efficiency", "efficiency"),
        _NO_NOISE,
    ),
    _ENSEMBLE: (
        _of(_ENSEMBLE, "to_wavelength_m", "wavelength_out"),
        _of(_ENSEMBLE, "efficiency", "efficiency_liu2024"),
        _NO_NOISE,
    ),
    _SAHU: (
        _of(_SAHU, "efficiency", "total_efficiency"),
        _of(_SAHU, "added_noise_photons", "added_noise_photons"),
    ),
    _JILA: (
        _of(_JILA, "efficiency", "efficiency"),
        _of(_JILA, "added_noise_photons", "input_referred_added_noise"),
        _of(_JILA, "bandwidth_hz", "bandwidth"),
        Origin("duty_cycle", (f"{_JILA}/duty_cycle",)),
    ),
    _YB: (
        _of(_YB, "efficiency", "efficiency", "'percent-level' in its source"),
        _of(_YB, "added_noise_photons", "added_noise", "taken to be referred to the input"),
    ),
    _MCKENNA: (
        _of(_MCKENNA, "efficiency", "efficiency"),
        Assumed("added_noise_photons", 0.0, "no value in the rows: not that there is none"),
        _of(_MCKENNA, "bandwidth_hz", "bandwidth"),
    ),
}
