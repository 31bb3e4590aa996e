"""All presets, as a table."""

from __future__ import annotations

from farbell._core import SpecError
from farbell._nearest import nearest_names
from farbell.presets.catalogue import CATALOGUE
from farbell.presets.platform import platform
from farbell.table import ResultTable

__all__ = ["PlatformTable", "platforms"]


class PlatformTable(ResultTable):
    """A table that is shown whole.

    Examples
    --------
    >>> import farbell as fb
    >>> len(fb.presets.PlatformTable({"name": range(20)}).__repr__().splitlines())
    22
    """

    _shown_rows = None


def platforms(kind: str | None = None) -> PlatformTable:
    """All presets of published hardware.

    Parameters
    ----------
    kind : str, optional
        Only those of a kind: ``"NV"``, ``"ion"``, ``"atom"``, ``"rare earth"``, ``"detector"``, ...

    Returns
    -------
    ResultTable
        A row a preset: ``name``, ``kind``, ``year`` of its latest source, ``maturity`` (lab, projected, component), ``links``
        (the scheme, or ``no`` where none can be simulated yet), the number of published ``values``, and what it is ``about``.

    Raises
    ------
    SpecError
        There is no such kind.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.platforms(kind="SnV")[["name", "year", "maturity", "links"]]
    name               year  maturity   links
    -----------------  ----  ---------  ------------
    snv_computaex2026  2026  projected  single_click
    snv_debroux2021    2021  lab        no
    snv_rosenthal2024  2024  lab        no
    snv_resch2025      2025  lab        no
    """
    kinds = list(dict.fromkeys(described.kind for described in CATALOGUE.values()))
    if kind is not None and kind not in kinds:
        raise SpecError("kind", repr(kind), f"one of {', '.join(kinds)}", nearest_names(str(kind), kinds))
    found = [platform(name) for name, described in CATALOGUE.items() if kind in (None, described.kind)]
    rows = [p.published or tuple(row for parameter in p.parameters for row in parameter.rows) for p in found]
    return PlatformTable(
        {
            "name": [p.name for p in found],
            "kind": [p.kind for p in found],
            "year": [max(row.year for row in each) for each in rows],
            "maturity": [p.maturity for p in found],
            "links": [p.scheme or "no" for p in found],
            "values": [len(each) for each in rows],
            "about": [p.about for p in found],
        }
    )
