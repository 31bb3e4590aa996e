"""Numbers and hardware parameters in words, for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from farbell._core import Scenario

__all__ = ["counted", "hardware_rows", "quantity", "unit_of"]

# Longest suffix first: `speed_m_per_s` ends in `_s`, too.
_UNITS = (
    ("_rad_per_sqrt_s", "rad/sqrt(s)"),
    ("_s_per_sqrt_m", "s/sqrt(m)"),
    ("_per_km_nm", "1/(km nm)"),
    ("_db_per_km", "dB/km"),
    ("_s_per_m2", "s/m2"),
    ("_m_per_s", "m/s"),
    ("_rad", "rad"),
    ("_db", "dB"),
    ("_w", "W"),
    ("_hz", "Hz"),
    ("_deg", "deg"),
    ("_m", "m"),
    ("_s", "s"),
)
_PREFIXES = {
    "s": ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"), (1e-12, "ps")),
    "m": ((1e3, "km"), (1.0, "m"), (1e-3, "mm"), (1e-9, "nm")),
    "W": ((1.0, "W"), (1e-3, "mW"), (1e-6, "uW"), (1e-9, "nW")),
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


def _parameters(device: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    """Fields and their values; those of a part with its name, as "retrieval/efficiency"."""
    for name, value in device.items():
        if isinstance(value, Mapping):
            yield from _parameters(value, f"{within}{name}/")
        elif within or name not in ("name", "kind"):
            yield within + name, value


def _span(name: str, values: Sequence[float]) -> str:
    low, high = min(values), max(values)
    return _text(name, low) if low == high else f"{_text(name, low)} to {_text(name, high)}"


def _fiber_rows(fibers: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Parameters of all fibres together. What none of them has is not listed, but for attenuation and speed."""
    values: dict[str, list[float]] = {"length_m": [], "attenuation_db_per_km": [], "speed_m_per_s": []}
    kept = set(values)
    for fiber in fibers:
        for name, value in _parameters(fiber):
            if isinstance(value, (int, float)):
                values.setdefault(name, []).append(value)
    yield from ((name, _span(name, found)) for name, found in values.items() if found and (name in kept or any(found)))
    spans = [span for fiber in fibers for span in fiber.get("spans", [])]
    if spans:
        losses = [span["loss_db"] for span in spans if "loss_db" in span]
        lost = f", with a loss of {_span('loss_db', losses)} in {len(losses)} of them" if losses else ""
        yield "spans", f"{counted(len(spans), 'span')} of {_span('length_m', [span['length_m'] for span in spans])}{lost}"


def hardware_rows(scenario: Scenario) -> list[tuple[str, str, str]]:
    """Device, parameter and value: memories, stations with their detectors, interfaces, and the spread over the fibres.

    Parameters
    ----------
    scenario : Scenario
        The network.
    """
    data = json.loads(scenario.to_json())
    rows = []
    for kind, devices in (("memory", "memories"), ("station", "stations"), ("", "interfaces")):
        for device in data.get(devices, []):
            label = f"{kind or device['kind'].replace('_', ' ')} {device['name']}"
            rows += [(label, name, _text(name.rpartition("/")[2], value)) for name, value in _parameters(device)]
    fibers = [link["fiber"] for link in data.get("links", [])]
    rows += [(counted(len(fibers), "fibre"), name, text) for name, text in _fiber_rows(fibers)]
    return rows
