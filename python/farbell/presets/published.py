"""Published values, one a row, as they were printed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["PublishedValue", "published"]


@dataclass(frozen=True)
class PublishedValue:
    """One published value: which platform and parameter, and where it was read.

    Attributes
    ----------
    platform, parameter : str
        Whose value it is, and what.
    value : float, bool or str
        In the stated unit; a few are words or yes and no.
    unit : str
        ``1`` for plain numbers.
    source : str
        The work, and where in it.
    year : int
        Of the source.
    confidence : str
        ``verified`` (read in the source), ``secondary`` (read in a work that cites the source) or ``derived`` (worked out from
        printed values, as the note says).
    note : str
        Errors, limits and how it was printed.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.presets.published()[0].source
    'Coopmans et al., NetSquid, Commun. Phys. 4, 164 (arXiv:2010.12535) Suppl. Note 4 / Table II'
    """

    platform: str
    parameter: str
    value: float | bool | str
    unit: str
    source: str
    year: int
    confidence: str
    note: str = ""


@cache
def published() -> tuple[PublishedValue, ...]:
    """The published values that the presets are made of.

    Returns
    -------
    tuple of PublishedValue
        In the stated units.

    Examples
    --------
    >>> import farbell as fb
    >>> sorted({row.confidence for row in fb.presets.published()})
    ['derived', 'secondary', 'verified']
    """
    table = json.loads((Path(__file__).parents[1] / "data" / "platforms.json").read_text(encoding="utf-8"))
    return tuple(PublishedValue(**row) for row in table["entries"])


@cache
def rows_of() -> dict[str, dict[str, PublishedValue]]:
    """Platform -> parameter -> its row."""
    found: dict[str, dict[str, PublishedValue]] = {}
    for row in published():
        found.setdefault(row.platform, {})[row.parameter] = row
    return found
