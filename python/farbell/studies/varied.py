"""What a sweep varies: plain values, short names for their columns, and what a scenario says at a path."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from farbell._core import Fiber, Poisson, Scenario, SpecError

__all__ = ["Values", "columns", "plain", "quantity", "short_names", "value_at"]

#: Path, or argument of a factory -> value that JSON can hold.
Values = Mapping[str, Any]

# Between the ends of a link and of a demand that have no name of their own.
_JOINTS = {"links": "--", "demands": "->"}

# Unit at the end of an argument's name -> the number that a text such as "20 km" stands for.
_QUANTITIES: dict[str, Callable[[str], float]] = {
    "_m": lambda text: Fiber(length_m=text).length_m,
    "_s": lambda text: Scenario(duration_s=text).duration_s,
    "_hz": lambda text: Poisson(rate_hz=text).rate_hz,
}


def plain(value: Any, path: str) -> Any:
    """A value as JSON can hold it: specs as dicts, numpy's numbers as Python's.

    Raises
    ------
    SpecError
        If it cannot.
    """
    if isinstance(value, (np.generic, np.ndarray)):
        value = value.tolist()
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    if isinstance(value, Mapping):
        return {str(name): plain(member, f"{path}/{name}") for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(member, f"{path}/{i}") for i, member in enumerate(value)]
    if value is None or isinstance(value, (bool, int, str)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise SpecError(path, repr(value), "a finite number, text, true, false, null, a list, an object, or a spec such as Werner")


def short_names(paths: Sequence[str], taken: Collection[str]) -> dict[str, str]:
    """Path -> the shortest end of it that no other path and none of `taken` has."""
    steps = {path: path.removeprefix("/").split("/") for path in paths}

    def end(path: str, length: int) -> str:
        return "/".join(steps[path][-length:])

    def short(path: str) -> str:
        for length in range(1, len(steps[path]) + 1):
            name = end(path, length)
            if name not in taken and all(end(other, length) != name for other in paths if other != path):
                return name
        return f"varied_{end(path, len(steps[path]))}"

    return {path: short(path) for path in paths}


def _label(element: Mapping[str, Any], of: str) -> str:
    name = element.get("name") or ""
    return name if name or of not in _JOINTS else f"{element['node_a']}{_JOINTS[of]}{element['node_b']}"


def value_at(document: Any, path: str) -> Any:
    """What a scenario, as plain dicts and lists, has at a path; of several places the first."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in path.removeprefix("/").split("/")]
    for before, step in zip(["", *steps], steps, strict=False):
        if isinstance(document, Mapping):
            document = document.get(step)
        else:
            named = [element for element in document if isinstance(element, Mapping) and _label(element, before) == step]
            document = named[0] if named else document[0 if step == "*" else int(step)]
    return document


def quantity(name: str, text: str) -> float | str:
    """A factory's argument as a number, if it is text with a unit that its name states; else the text."""
    for unit, parse in _QUANTITIES.items():
        if name.endswith(unit):
            with contextlib.suppress(SpecError):
                return parse(text)
    return text


def columns(named: Iterable[tuple[str, Sequence[Any]]]) -> tuple[dict[str, Any], dict[str, tuple[str, ...]]]:
    """Columns of numbers where all values are (null: nan), else of words; and the words."""
    arrays: dict[str, Any] = {}
    words: dict[str, tuple[str, ...]] = {}
    for name, values in named:
        kinds = {type(value) for value in values}
        if kinds == {int}:
            arrays[name] = np.array(values, dtype=np.int64)
        elif kinds <= {int, float, type(None)} and kinds != {type(None)}:
            arrays[name] = np.array([math.nan if value is None else value for value in values], dtype=np.float64)
        else:
            texts = [value if isinstance(value, str) else json.dumps(value) for value in values]
            words[name] = tuple(dict.fromkeys(texts))
            number = {text: i for i, text in enumerate(words[name])}
            arrays[name] = np.array([number[text] for text in texts], dtype=np.int64)
    return arrays, words
