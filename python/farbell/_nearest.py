"""Known names that are most like an unknown one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like ``name``, whatever the case of its letters, or nothing."""
    folded = {one.casefold(): one for one in known}
    return folded.get(next(iter(difflib.get_close_matches(name.casefold(), folded, 1)), ""), "")


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """The end of a sentence that refuses a name."""
    likely = nearest(str(name), known)
    return f", did you mean {likely!r}?" if likely else ""


def nearest_names(name: str, known: Iterable[str], most: int = 3) -> str:
    """The known names most like ``name``, or nothing: first those that begin with it, then those that have it as a part."""
    names = list(known)
    parts = [one for one in names if len(name) > 1 and name in one]
    parts.sort(key=lambda one: (not one.startswith(name), len(one)))
    alike = difflib.get_close_matches(name, names, most, cutoff=0.45)
    return ", ".join(dict.fromkeys([*parts, *alike][:most]))
