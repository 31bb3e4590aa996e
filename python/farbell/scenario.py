"""Scenario files."""

from __future__ import annotations

import os
from pathlib import Path

from farbell._core import Scenario, SpecError
from farbell.presets.files import with_presets

__all__ = ["load"]


def load(path: str | os.PathLike[str]) -> Scenario:
    """Reads a scenario file.

    Parameters
    ----------
    path : str or path
        A JSON file. A memory, station, fibre or generation in it may name a preset, ``"platform": "nv_delft_2019_lab"``, whose
        values it then has where it states none itself: docs/guide/choosing_a_platform.md.

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
        return Scenario.from_json(with_presets(file.read_text(encoding="utf-8")))
    except UnicodeDecodeError as error:
        raise SpecError(f"{file}", f"byte {error.start} is not UTF-8", "a scenario in JSON") from None
    except SpecError as error:
        raise SpecError(f"{file}: {error.path or '/'}", error.found, error.allowed, error.nearest) from None
