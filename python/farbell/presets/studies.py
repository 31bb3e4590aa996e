"""What published studies print as numbers or say in words, for whoever does them again."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

from farbell._core import SpecError
from farbell._nearest import nearest_names
from farbell.presets.listing import PlatformTable

__all__ = ["study_points"]


@cache
def _points() -> tuple[dict[str, Any], ...]:
    text = (Path(__file__).parents[1] / "data" / "studies.json").read_text(encoding="utf-8")
    return tuple(json.loads(text)["points"])


def study_points(study: str) -> PlatformTable:
    """Points of a published study.

    Parameters
    ----------
    study : str
        ``"nv_chain"`` or ``"afc_eit"``: NV repeaters, and two kinds of ensembles, in the paper of NetSquid (T. Coopmans et al.,
        Commun. Phys. 4, 164 (2021)).

    Returns
    -------
    PlatformTable
        A row a point: ``quantity``; ``number``, NaN where it is none; ``value`` in words; ``where`` it stands in the paper;
        ``public``, False where it is only drawn in a figure, and so is not compared with anything; ``note``.

    Raises
    ------
    SpecError
        There is no such study.

    Examples
    --------
    >>> import farbell as fb
    >>> points = fb.presets.study_points("nv_chain")
    >>> points["number"][[text.startswith("end-to-end fidelity, 500 km") for text in points["quantity"]]].tolist()
    [0.39]
    """
    known = list(dict.fromkeys(point["study"] for point in _points()))
    if study not in known:
        raise SpecError("study", repr(study), f"one of {', '.join(known)}", nearest_names(str(study), known))
    rows = [point for point in _points() if point["study"] == study]
    told = [value if isinstance(value := row["value"], str) else "" if value is None else json.dumps(value) for row in rows]
    return PlatformTable(
        {
            "quantity": [row["quantity"] for row in rows],
            "number": [float(row["value"]) if isinstance(row["value"], (int, float)) else math.nan for row in rows],
            "value": told,
            "where": [row["where"] for row in rows],
            "public": [row["public"] for row in rows],
            "note": [row["note"] for row in rows],
        }
    )
