"""Known names that are most like an unknown one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like ``name``, or nothing."""
    return next(iter(difflib.get_close_matches(name, list(known), 1)), "")


def nearest_names(name: str, known: Iterable[str], most: int = 3) -> str:
    """The known names most like ``name``, nearest first, or nothing."""
    return ", ".join(difflib.get_close_matches(name, list(known), most, cutoff=0.45))
