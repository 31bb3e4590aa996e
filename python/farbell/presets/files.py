"""Scenario files that name a platform: its values are written out when the file is read, so that a scenario stays data."""

from __future__ import annotations

import json
from typing import Any

from farbell._core import SpecError
from farbell.presets.platform import Platform, platform

__all__ = ["once", "with_presets"]

KEY = "platform"


def _preset(holder: dict[str, Any], path: str, part: str) -> Platform:
    name = holder.pop(KEY)
    try:
        found = platform(name)
        if part == "interface":
            found.interface_values  # noqa: B018 - or it has none
        if part == "retrieval":
            _ = found.retrieval
    except SpecError as error:
        raise SpecError(f"{path}/{KEY}", error.found, error.allowed, error.nearest) from None
    if part == "detector" and any(parameter.name == "detector_efficiency" for parameter in found.parameters):
        return found
    if found.cannot and part not in ("interface", "retrieval"):
        raise SpecError(f"{path}/{KEY}", repr(name), f"one whose links can be simulated: {found.cannot}")
    return found


def _values(preset: Platform, part: str) -> dict[str, Any]:
    if part == "interface":
        kind = {"converter": "frequency_converter", "transducer": "transducer"}[preset.kind]
        return {"kind": kind, "name": preset.name, **preset.interface_values}
    spec: Any = preset.fiber(0) if part == "fiber" else getattr(preset, part)
    values: dict[str, Any] = json.loads(spec.to_json())
    return values


def _fill(holder: dict[str, Any], values: dict[str, Any]) -> None:
    for name, value in values.items():
        if isinstance(value, dict) and isinstance(holder.get(name), dict):
            _fill(holder[name], value)
        else:
            holder.setdefault(name, value)


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """For ``json.loads``: refuses what the reader of scenarios refuses."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice, which whoever reads the text refuses with its place")
    return found


def _names(holder: Any) -> bool:
    return isinstance(holder, dict) and KEY in holder


def with_presets(text: str) -> str:
    """The text of a scenario with the values of the presets that it names, their notes and their sources.

    What the file states itself stays. A text without presets, or that is no scenario, is returned as it is.
    """
    if f'"{KEY}"' not in text:
        return text
    try:
        data = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError):
        return text
    if not isinstance(data, dict):
        return text
    notes: list[str] = []
    credits: list[str] = []

    def fill(holder: dict[str, Any], path: str, part: str) -> None:
        preset = _preset(holder, path, part)
        values = _values(preset, part)
        if part == "fiber":
            del values["length_m"]  # the link's own
        own = holder.get("kind", values.get("kind"))
        if own != values.get("kind"):
            raise SpecError(
                f"{path}/kind",
                repr(own),
                f"{values['kind']}, the {'kind' if part == 'interface' else 'scheme'} of {preset.name}",
            )
        _fill(holder, values)
        notes.extend(getattr(preset, f"{part}_notes"))
        credits.extend(preset.credits)

    for kind, part in (("memories", "memory"), ("stations", "station"), ("interfaces", "interface")):
        for number, holder in enumerate(data[kind] if isinstance(data.get(kind), list) else ()):
            for inner in ("detector", "retrieval"):  # before the station's or the memory's own, which then fill gaps alone
                if isinstance(holder, dict) and _names(holder.get(inner)):
                    fill(holder[inner], f"/{kind}/{number}/{inner}", inner)
            if _names(holder):
                fill(holder, f"/{kind}/{number}", part)
    for number, link in enumerate(data["links"] if isinstance(data.get("links"), list) else ()):
        for part in ("fiber", "generation"):
            if isinstance(link, dict) and _names(link.get(part)):
                fill(link[part], f"/links/{number}/{part}", part)
    for number, change in enumerate(data["changes"] if isinstance(data.get("changes"), list) else ()):
        if isinstance(change, dict) and _names(change.get("generation")):
            fill(change["generation"], f"/changes/{number}/generation", "generation")
    for name, told in (("notes", notes), ("credits", credits)):
        stated = data.get(name, [])
        if told and isinstance(stated, list):
            data[name] = list(dict.fromkeys([*told, *stated]) if all(isinstance(x, str) for x in stated) else stated)
    return json.dumps(data)
