"""What programs write down, and what they waited for at the end of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from farbell._core import RunError
from farbell.table import ResultTable

if TYPE_CHECKING:
    from farbell.programs.host import Process

__all__ = ["Records"]

_TYPES = {bool: "bool", int: "int", float: "float", str: "str"}
_OWN = ("time_s", "replica", "node", "program")


def _plain(value: Any) -> Any:
    """A scalar of numpy as Python's own."""
    return value.item() if isinstance(value, np.generic) else value


class Records:
    """Rows of ``results.records`` and ``results.processes``."""

    def __init__(self) -> None:
        self._rows: list[tuple[float, int, str, str, Mapping[str, Any]]] = []
        self._types: dict[str, str] = {}
        self._waiting: list[tuple[int, str, str, str, str, str, float]] = []

    def add(self, time_s: float, replica: int, node: str, program: str, values: dict[str, Any]) -> None:
        for name, value in values.items():
            if name in _OWN:
                raise RunError(f"record({name}=...): every row has a column of that name already")
            value = values[name] = _plain(value)
            if type(value) not in _TYPES:
                raise RunError(f"record({name}={value!r}): allowed are whole numbers, numbers, true or false, and text")
            kind = _TYPES[type(value)]
            before = self._types.setdefault(name, kind)
            if before == kind or (before, kind) == ("float", "int"):
                continue
            if (before, kind) == ("int", "float"):
                self._types[name] = "float"
                continue
            raise RunError(f"record({name}={value!r}): a value of type {kind} in a column of type {before}")
        self._rows.append((time_s, replica, node, program, values))

    def waiting(self, replica: int, process: Process, what: str, why: str) -> None:
        self._waiting.append((replica, process.node.name, process.program, what, why, process.line, process.since_s))

    def tables(self) -> dict[str, ResultTable]:
        """By their names in the results."""
        return {"records": self._written(), "processes": self._unfinished()}

    def _written(self) -> ResultTable:
        rows = self._rows
        columns: dict[str, Any] = {
            "time_s": np.array([row[0] for row in rows], dtype=float),
            "replica": np.array([row[1] for row in rows], dtype=np.int64),
        }
        words = {}
        for i, name in ((2, "node"), (3, "program")):
            columns[name], words[name] = _words([row[i] for row in rows])
        for name, kind in self._types.items():
            found = [row[4].get(name) for row in rows]
            if kind == "str":
                columns[name], words[name] = _words(["" if x is None else x for x in found])
            elif any(x is None for x in found) or kind == "float":
                columns[name] = np.array([np.nan if x is None else float(x) for x in found])
            else:
                columns[name] = np.array(found, dtype=bool if kind == "bool" else np.int64)
        return ResultTable(columns, words)

    def _unfinished(self) -> ResultTable:
        rows = self._waiting
        columns: dict[str, Any] = {"replica": np.array([row[0] for row in rows], dtype=np.int64)}
        words = {}
        for i, name in ((1, "node"), (2, "program"), (3, "waits_for"), (4, "why"), (5, "line")):
            columns[name], words[name] = _words([row[i] for row in rows])
        columns["since_s"] = np.array([row[6] for row in rows], dtype=float)
        return ResultTable(columns, words)


def _words(found: Sequence[Any]) -> tuple[Any, tuple[str, ...]]:
    known = {word: number for number, word in enumerate(dict.fromkeys(found))}
    return np.array([known[word] for word in found], dtype=np.uint32), tuple(known)
