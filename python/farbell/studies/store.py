"""Where a study keeps its blocks: an SQLite file, or one in memory."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import socket
import sqlite3
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from farbell import _core
from farbell._core import SpecError
from farbell.studies.blocks import Block
from farbell.studies.plan import Plan
from farbell.studies.points import Sweep

__all__ = ["Store"]

_FORMAT = 1
_SHOWN_DIFFERENCES = 5

_SCHEMA = """
CREATE TABLE study (
    id INTEGER PRIMARY KEY CHECK (id = 1), format INTEGER NOT NULL, farbell TEXT NOT NULL, key TEXT NOT NULL,
    sweep TEXT NOT NULL, plan TEXT NOT NULL, provenance TEXT NOT NULL
);
CREATE TABLE block (
    point INTEGER NOT NULL, first_replica INTEGER NOT NULL, replicas INTEGER NOT NULL,
    wall_s REAL NOT NULL, cpu_s REAL NOT NULL, data BLOB NOT NULL, error TEXT,
    PRIMARY KEY (point, first_replica, replicas)
);
"""


class _Lock:
    """The right to write a store: a locked file beside it. The system takes it back from a process that dies."""

    def __init__(self, store: Path) -> None:
        self._path = store.with_name(store.name + "-lock")
        self._file: IO[str] | None = None

    def take(self) -> None:
        while self._file is None:
            file = open(self._path, "a+", encoding="utf-8")  # noqa: SIM115
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                holder = file.read().strip() or "another process"
                file.close()
                raise BlockingIOError(
                    errno.EWOULDBLOCK, f"another run uses this store ({holder}); wait for its end, or stop it", str(self._path)
                ) from None
            # It may have been removed by the one who had it, between opening and locking.
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file.fileno()), os.stat(self._path)):
                    self._file = file
                    break
            file.close()
        self._file.truncate(0)
        self._file.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        self._file.flush()

    def release(self) -> None:
        if self._file is not None:
            self._path.unlink(missing_ok=True)
            self._file.close()
            self._file = None


@contextlib.contextmanager
def _said(path: Path | None) -> Iterator[None]:
    """SQLite's errors as OSError: which file, what happened, what is left."""
    try:
        yield
    except sqlite3.DatabaseError as problem:
        text = str(problem)
        number, words = errno.EIO, text
        if "full" in text:
            number, words = errno.ENOSPC, "no space left for the study; every block that was finished before is kept"
        elif "readonly" in text or "unable to open" in text:
            number, words = errno.EACCES, f"the store of the study cannot be opened or written ({text})"
        elif "not a database" in text or "malformed" in text:
            words = f"no store of a study ({text})"
        raise OSError(number, words, str(path)) from None


class Store:
    """Blocks by point and replica, with the sweep that they belong to.

    Parameters
    ----------
    path : Path, optional
        The file; left out: memory.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._lock = None if path is None else _Lock(path)
        self._connection: sqlite3.Connection | None = None

    def open(self, sweep: Sweep, plan: Plan, provenance: dict[str, Any]) -> None:
        """Takes the store for a run of `sweep`.

        Raises
        ------
        SpecError
            If it holds another sweep, or is of another version.
        OSError
            If it cannot be written, or another run uses it.
        """
        if self._lock is not None:
            self._lock.take()
        try:
            with _said(self.path):
                connection = self._connected("rwc")
                try:
                    self._claim(connection, sweep, plan, provenance)
                    if self.path is not None:
                        # A block that was committed survives the death of the process; readers need not wait.
                        connection.execute("PRAGMA journal_mode = WAL")
                        connection.execute("PRAGMA synchronous = NORMAL")
                except BaseException:
                    # What it is not is left as it is.
                    connection.close()
                    raise
        except BaseException:
            self.close()
            raise
        self._connection = connection
        if self.path is None:
            weakref.finalize(self, connection.close)

    def _connected(self, mode: str) -> sqlite3.Connection:
        where = ":memory:" if self.path is None else f"{self.path.absolute().as_uri()}?mode={mode}"
        # Of several threads no two use it at the same time.
        return sqlite3.connect(where, uri=True, isolation_level=None, timeout=30, check_same_thread=False)

    def _claim(self, connection: sqlite3.Connection, sweep: Sweep, plan: Plan, provenance: dict[str, Any]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        with contextlib.closing(connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")) as rows:
            tables = {name for (name,) in rows}
        if not tables:
            for statement in filter(str.strip, _SCHEMA.split(";")):
                connection.execute(statement)
            row = (_FORMAT, _core.__version__, sweep.key, sweep.document, plan.to_json(), json.dumps(provenance))
            connection.execute("INSERT INTO study VALUES (1, ?, ?, ?, ?, ?, ?)", row)
        else:
            version, key, document = _head(connection, tables, self.path, "farbell, key, sweep")
            if version != _core.__version__:
                raise SpecError(
                    "store", f"{self.path}, of farbell {version}", f"a store of farbell {_core.__version__}, or a new file"
                )
            if key != sweep.key:
                raise SpecError(
                    "store",
                    f"{self.path}, of another sweep: {differences(Sweep.of_document(document), sweep)}",
                    "a store of this sweep, or a new file",
                )
            connection.execute("UPDATE study SET plan = ?", (plan.to_json(),))
        connection.execute("COMMIT")

    def close(self) -> None:
        """Ends the run; one in memory stays for readers."""
        if self.path is not None and self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                # One file again, which can be read where nothing can be written; not while someone reads it.
                self._connection.execute("PRAGMA busy_timeout = 0")
                self._connection.execute("PRAGMA journal_mode = DELETE")
            self._connection.close()
            self._connection = None
        if self._lock is not None:
            self._lock.release()

    def keep(self, blocks: Iterable[tuple[int, int, int, Block]]) -> None:
        """Writes blocks (point, first replica, replicas, what they gave), all or none."""
        assert self._connection is not None
        rows = [(point, first, count, b.wall_s, b.cpu_s, b.data, b.error) for point, first, count, b in blocks]
        with _said(self.path):
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.executemany("INSERT OR REPLACE INTO block VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
                self._connection.execute("COMMIT")
            except sqlite3.Error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def forget_errors(self) -> None:
        """Points that failed may be tried again."""
        assert self._connection is not None
        with _said(self.path):
            self._connection.execute("DELETE FROM block WHERE error IS NOT NULL")

    # Reading, also while another process writes.

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        if self._connection is not None:
            yield self._connection
            return
        with _said(self.path):
            connection = self._connected("ro")
            try:
                yield connection
            finally:
                connection.close()

    def study(self) -> tuple[Sweep, Plan, dict[str, Any]]:
        """The sweep, the plan of the latest run, and where the first one ran."""
        with self._reading() as connection:
            rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            sweep, plan, provenance = _head(connection, {name for (name,) in rows}, self.path, "sweep, plan, provenance")
        return Sweep.of_document(sweep), Plan.from_json(plan), json.loads(provenance)

    def blocks(self, point: int | None = None, *, data: bool = True) -> Iterator[tuple[int, int, int, Block]]:
        """Of a point, or of all: point, first replica, replicas, what they gave; `data` or only whether it was an error."""
        columns = f"point, first_replica, replicas, {'data' if data else 'zeroblob(0)'}, error, wall_s, cpu_s"
        where, of = ("", ()) if point is None else (" WHERE point = ?", (point,))
        with self._reading() as connection:
            for row in connection.execute(f"SELECT {columns} FROM block{where} ORDER BY point, first_replica", of):
                yield row[0], row[1], row[2], Block(*row[3:])


def _head(connection: sqlite3.Connection, tables: set[str], path: Path | None, columns: str) -> tuple[Any, ...]:
    if not {"study", "block"} <= tables:
        raise SpecError("store", f"{path}, an SQLite file of something else", "a store of a study, or a new file")
    (found,) = connection.execute("SELECT format FROM study").fetchone()
    if found != _FORMAT:
        raise SpecError("store", f"{path}, of format {found}", f"format {_FORMAT}")
    row: tuple[Any, ...] = connection.execute(f"SELECT {columns} FROM study").fetchone()
    return row


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
    found += list(_unlike(documents[0], documents[1], "")) if not found or there.base != here.base else []
    more = len(found) - _SHOWN_DIFFERENCES
    return "; ".join(found[:_SHOWN_DIFFERENCES] + ([f"and {more} more"] if more > 0 else [])) or "the order of its points"


def _short(values: list[str]) -> str:
    return ", ".join(values[:_SHOWN_DIFFERENCES]) + (", ..." if len(values) > _SHOWN_DIFFERENCES else "")


def _unlike(there: Any, here: Any, path: str) -> Iterator[str]:
    if isinstance(there, dict) and isinstance(here, dict):
        for name in dict.fromkeys([*there, *here]):
            yield from _unlike(there.get(name), here.get(name), f"{path}/{name}")
    elif isinstance(there, list) and isinstance(here, list) and len(there) == len(here):
        for i, (a, b) in enumerate(zip(there, here, strict=True)):
            yield from _unlike(a, b, f"{path}/{i}")
    elif there != here:
        a, b = (text if len(text) <= 40 else text[:37] + "..." for text in map(json.dumps, (there, here)))
        yield f"its {path} is {a}; this one's {b}"
