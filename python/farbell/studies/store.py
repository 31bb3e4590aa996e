"""Where a study keeps its blocks: an SQLite file, or one in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from farbell.kept_file import KeptFile, listed_differences, unlike
from farbell.studies.blocks import Block
from farbell.studies.plan import Plan
from farbell.studies.points import Sweep

__all__ = ["Store"]

_FORMAT = 2
_SHOWN_VALUES = 5
_BLOCKS = """
CREATE TABLE block (
    point INTEGER NOT NULL, first_replica INTEGER NOT NULL, replicas INTEGER NOT NULL,
    wall_s REAL NOT NULL, cpu_s REAL NOT NULL, data BLOB NOT NULL, error TEXT,
    PRIMARY KEY (point, first_replica, replicas)
)
"""


class Store:
    """Blocks by point and replica, with the sweep that they belong to.

    Parameters
    ----------
    path : Path, optional
        The file; left out: memory.
    """

    def __init__(self, path: Path | None) -> None:
        self._file = KeptFile(path, "study", _FORMAT, ("key", "sweep", "plan", "provenance"), _BLOCKS)

    @property
    def path(self) -> Path | None:
        return self._file.path

    def open(self, sweep: Sweep, plan: Plan, provenance: dict[str, Any]) -> None:
        """Takes the store for a run of `sweep`.

        Raises
        ------
        SpecError
            If it holds another sweep, or is of another version.
        OSError
            If it cannot be written, or another run uses it.
        """
        head = {"key": sweep.key, "sweep": sweep.document, "plan": plan.to_json(), "provenance": json.dumps(provenance)}
        self._file.open(head, lambda there: differences(Sweep.of_document(there["sweep"]), sweep))
        try:
            with self._file.writing() as connection:
                connection.execute("UPDATE study SET plan = ?", (plan.to_json(),))
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Ends the run; one in memory stays for readers."""
        self._file.close()

    def keep(self, blocks: Iterable[tuple[int, int, int, Block]]) -> None:
        """Writes blocks (point, first replica, replicas, what they gave), all or none."""
        rows = [(point, first, count, b.wall_s, b.cpu_s, b.data, b.error) for point, first, count, b in blocks]
        with self._file.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO block VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def forget_errors(self) -> None:
        """Points that failed may be tried again."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM block WHERE error IS NOT NULL")

    # Reading, also while another process writes.

    def study(self) -> tuple[Sweep, Plan, dict[str, Any]]:
        """The sweep, the plan of the latest run, and where the first one ran."""
        head = self._file.head()
        return Sweep.of_document(head["sweep"]), Plan.from_json(head["plan"]), json.loads(head["provenance"])

    def blocks(self, point: int | None = None, *, data: bool = True) -> Iterator[tuple[int, int, int, Block]]:
        """Of a point, or of all: point, first replica, replicas, what they gave; `data` or only whether it was an error."""
        columns = f"point, first_replica, replicas, {'data' if data else 'zeroblob(0)'}, error, wall_s, cpu_s"
        where, of = ("", ()) if point is None else (" WHERE point = ?", (point,))
        with self._file.reading() as connection:
            for row in connection.execute(f"SELECT {columns} FROM block{where} ORDER BY point, first_replica", of):
                yield row[0], row[1], row[2], Block(*row[3:])


def differences(there: Sweep, here: Sweep) -> str:
    """What a store's sweep has that this one has not, and the other way round."""
    found = []
    if there.paths != here.paths:
        found.append(f"it varies {', '.join(there.paths)}; this one {', '.join(here.paths)}")
    elif len(there) != len(here):
        found.append(f"it has {len(there)} points; this one {len(here)}")
    for path in there.paths:
        if path in here.paths:
            ours, theirs = (list(dict.fromkeys(json.dumps(v[path]) for v in s.values)) for s in (here, there))
            if ours != theirs:
                found.append(f"its {path} are {_short(theirs)}; this one's {_short(ours)}")
    # The first points tell apart what is not varied.
    documents = [json.loads(s.base or s.scenarios[0]) for s in (there, here)]
    found += list(unlike(documents[0], documents[1])) if not found or there.base != here.base else []
    return listed_differences(found) or "the order of its points"


def _short(values: list[str]) -> str:
    return ", ".join(values[:_SHOWN_VALUES]) + (", ..." if len(values) > _SHOWN_VALUES else "")
