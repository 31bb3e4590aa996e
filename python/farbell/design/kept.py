"""Evaluations of a search that are kept, so that none is made twice."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType

from farbell._core import Scenario
from farbell.kept_file import KeptFile, listed_differences, unlike

__all__ = ["Kept"]

Figures = tuple[float, float]

_FORMAT = 2
_EVALUATIONS = "CREATE TABLE evaluation (factors TEXT PRIMARY KEY, rate REAL, fidelity REAL)"


def _number(value: float | None) -> float:
    return math.nan if value is None else value


class Kept:
    """Factors -> rate and fidelity, in memory and, if there is a file, there.

    A search that is deterministic goes the same way again: started anew with the same file, it finds its first evaluations
    there, and goes on where it was interrupted.
    """

    def __init__(self, store: str | Path | None, scenario: Scenario, seed: int, replicas: int) -> None:
        self._file = None if store is None else KeptFile(Path(store), "search", _FORMAT, ("key",), _EVALUATIONS)
        self._of = {"scenario": json.loads(scenario.to_json()), "seed": seed, "replicas": replicas}
        self._lock = threading.Lock()
        self._made: dict[str, Figures] = {}

    def get(self, factors: Mapping[str, float], evaluate: Callable[[], Figures]) -> Figures:
        """What was found before, or is found now."""
        key = json.dumps(dict(factors))
        if key not in self._made:
            figures = evaluate()
            with self._lock:
                if self._file is not None:
                    with self._file.writing() as connection:
                        connection.execute("INSERT OR IGNORE INTO evaluation VALUES (?, ?, ?)", (key, *figures))
                self._made[key] = figures
        return self._made[key]

    def items(self) -> Iterator[tuple[dict[str, float], Figures]]:
        """Everything evaluated, in the order of the factors."""
        for key in sorted(self._made):
            yield json.loads(key), self._made[key]

    def __enter__(self) -> Kept:
        """Takes the file.

        Raises
        ------
        SpecError
            If it is of another search, or of another version.
        OSError
            If it cannot be written, or another run uses it.
        """
        if self._file is not None:
            of = self._of
            self._file.open(
                {"key": json.dumps(of, sort_keys=True)},
                lambda there: listed_differences(list(unlike(json.loads(there["key"]), of))),
            )
            with self._file.reading() as connection:
                # A figure that is not a number comes back as none.
                rows = connection.execute("SELECT factors, rate, fidelity FROM evaluation")
                self._made = {key: (_number(rate), _number(fidelity)) for key, rate, fidelity in rows}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()
