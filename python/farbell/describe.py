"""Numbers and hardware parameters in words, for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from farbell._core import Scenario

__all__ = ["counted", "hardware_rows", "quantity", "unit_of"]

# Longest suffix first: `speed_m_per_s` ends in `_s`, too.
_UNITS = (
    ("_db_per_km", "dB/km"),
    ("_m_per_s", "m/s"),
    ("_hz", "Hz"),
    ("_deg", "deg"),
    ("_m", "m"),
    ("_s", "s"),
)
_PREFIXES = {
    "s": ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"), (1e-12, "ps")),
    "m": ((1e3, "km"), (1.0, "m")),
}


def quantity(value: float, unit: str, digits: int = 6) -> str:
    """A number with a prefix that suits its size: 5e-06 s is "5 us"."""
    for scale, prefixed in _PREFIXES.get(unit, ()):
        if abs(value) >= scale * (1 - 1e-12):
            return f"{value / scale:.{digits}g} {prefixed}"
    return f"{value:.{digits}g} {unit}".rstrip()


def counted(number: int, thing: str) -> str:
    """So many of something: "1 link", "2,000 links"."""
    return f"{number:,} {thing}{'s' if number != 1 else ''}"


def unit_of(name: str) -> str:
    """The unit that a field's name ends in, or nothing."""
    return next((unit for suffix, unit in _UNITS if name.endswith(suffix)), "")


def _text(name: str, value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return quantity(value, unit_of(name))
    return str(value)


def _parameters(device: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in device.items():
        if isinstance(value, Mapping):
            yield from _parameters(value)
        elif name != "name":
            yield name, _text(name, value)


def _span(name: str, values: Sequence[float]) -> str:
    low, high = min(values), max(values)
    return _text(name, low) if low == high else f"{_text(name, low)} to {_text(name, high)}"


def hardware_rows(scenario: Scenario) -> list[tuple[str, str, str]]:
    """Device, parameter and value: memories, stations with their detectors, and the spread over the fibres.

    Parameters
    ----------
    scenario : Scenario
        The network.
    """
    data = json.loads(scenario.to_json())
    rows = []
    for kind, devices in (("memory", data.get("memories", [])), ("station", data.get("stations", []))):
        for device in devices:
            rows += [(f"{kind} {device['name']}", name, text) for name, text in _parameters(device)]
    fibers = [link["fiber"] for link in data.get("links", [])]
    for name in ("length_m", "attenuation_db_per_km", "speed_m_per_s"):
        values = [fiber[name] for fiber in fibers if name in fiber]
        if values:
            rows.append((f"{len(values)} fibres", name, _span(name, values)))
    return rows
