"""Scenario files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from farbell._core import Scenario, SpecError
from farbell.presets.files import once, with_presets

__all__ = ["load", "read"]


def load(path: str | os.PathLike[str]) -> Scenario:
    """Reads a scenario file.

    Parameters
    ----------
    path : str or path
        A JSON file. A memory, station, fibre or generation in it may name a preset, ``"platform": "nv_delft_2019_lab"``, whose
        values it then has where it states none itself: docs/guide/choosing_a_platform.md. A block ``"devices"`` draws values
        for each device, as :func:`spread` does: docs/guide/scenario_files.md.

    Returns
    -------
    Scenario
        What it says.

    Raises
    ------
    SpecError
        If it is no scenario. The error names the file, the place in it, what was found and what is allowed.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> import farbell as fb
    >>> from pathlib import Path
    >>> _ = Path("chain.json").write_text(fb.example("chain").to_json())
    >>> fb.load("chain.json") == fb.example("chain")
    True
    """
    file = Path(path)
    try:
        return read(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise SpecError(f"{file}", f"byte {error.start} is not UTF-8", "a scenario in JSON") from None
    except SpecError as error:
        raise SpecError(f"{file}: {error.path or '/'}", error.found, error.allowed, error.nearest) from None


def read(text: str) -> Scenario:
    """The scenario that the text of a file stands for, with its presets and its devices.

    Parameters
    ----------
    text : str
        JSON.

    Raises
    ------
    SpecError
        If it is no scenario.
    """
    text, devices = _without(DEVICES, with_presets(text))
    scenario = Scenario.from_json(text)
    if devices is None:
        return scenario
    from farbell.device_words import with_devices

    return with_devices(scenario, devices[0])


DEVICES = "devices"


def _without(name: str, text: str) -> tuple[str, list[Any] | None]:
    """The text without a member of its object, and what the member holds; a text without it, or that is no object, as it is."""
    if f'"{name}"' not in text:
        return text, None
    try:
        data = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError):  # the reader says what is wrong
        return text, None
    if not isinstance(data, dict) or name not in data:
        return text, None
    value = data.pop(name)
    return json.dumps(data), [value]
