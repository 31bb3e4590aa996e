"""Evaluations of a search that are kept, so that none is made twice."""

from __future__ import annotations

import hashlib
import json
import math
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType

from farbell._core import Scenario, SpecError, __version__

__all__ = ["Kept"]

Figures = tuple[float, float]


def _number(value: float | None) -> float:
    return math.nan if value is None else value


class Kept:
    """Factors -> rate and fidelity, in memory and, if there is a file, there.

    A search that is deterministic goes the same way again: started anew with the same file, it finds its first evaluations
    there, and goes on where it was interrupted.
    """

    def __init__(self, file: sqlite3.Connection | None) -> None:
        self._file, self._lock = file, threading.Lock()
        self._made: dict[str, Figures] = {}
        if file is not None:
            # A figure that is not a number comes back as none.
            rows = file.execute("SELECT factors, rate, fidelity FROM evaluations")
            self._made = {key: (_number(rate), _number(fidelity)) for key, rate, fidelity in rows}

    @classmethod
    def of(cls, store: str | Path | None, scenario: Scenario, seed: int, replicas: int) -> Kept:
        """Opens a file, or makes it.

        Raises
        ------
        SpecError
            If the file is of another search, or no such file.
        """
        if store is None:
            return cls(None)
        mine = {
            "scenario": hashlib.sha256(scenario.to_json().encode()).hexdigest(),
            "seed": str(seed),
            "replicas": str(replicas),
            "farbell": __version__,
        }
        try:
            file = sqlite3.connect(store, check_same_thread=False, isolation_level=None, timeout=10)
            file.execute("PRAGMA journal_mode=WAL")
            file.execute("CREATE TABLE IF NOT EXISTS search (name TEXT PRIMARY KEY, value TEXT)")
            file.execute("CREATE TABLE IF NOT EXISTS evaluations (factors TEXT PRIMARY KEY, rate REAL, fidelity REAL)")
            there = dict(file.execute("SELECT name, value FROM search"))
            if not there:
                file.executemany("INSERT INTO search VALUES (?, ?)", mine.items())
        except sqlite3.Error as error:
            raise SpecError("store", repr(str(store)), f"a file of a search that can be written ({error})") from None
        other = [name for name in mine if there and there.get(name) != mine[name]]
        if other:
            file.close()
            said = ", ".join(f"{name} {there.get(name, 'none')[:12]} instead of {mine[name][:12]}" for name in other)
            raise SpecError("store", repr(str(store)), f"the file of this search, not of another one ({said})")
        return cls(file)

    def get(self, factors: Mapping[str, float], evaluate: Callable[[], Figures]) -> Figures:
        """What was found before, or is found now."""
        key = json.dumps(dict(factors))
        if key not in self._made:
            figures = evaluate()
            with self._lock:
                if self._file is not None:
                    try:
                        self._file.execute("INSERT OR IGNORE INTO evaluations VALUES (?, ?, ?)", (key, *figures))
                    except sqlite3.Error as error:
                        raise OSError(f"the search's file cannot be written ({error}); what is in it is kept") from None
                self._made[key] = figures
        return self._made[key]

    def items(self) -> Iterator[tuple[dict[str, float], Figures]]:
        """Everything evaluated, in the order of the factors."""
        for key in sorted(self._made):
            yield json.loads(key), self._made[key]

    def __enter__(self) -> Kept:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()
