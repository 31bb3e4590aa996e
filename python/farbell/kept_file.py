"""Files in which what was finished is kept, by SQLite: one run writes, and all that it committed survives its death."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import socket
import sqlite3
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from farbell._core import SpecError, __version__

__all__ = ["KeptFile", "listed_differences", "unlike"]

_SHOWN_DIFFERENCES = 5


class _Lock:
    """The right to write a file: a locked one beside it. The system takes it back from a process that dies."""

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
        # The name of the holder is for others to read; the lock is held without it.
        with contextlib.suppress(OSError):
            self._file.truncate(0)
            self._file.write(f"process {os.getpid()} on {socket.gethostname()}\n")
            self._file.flush()

    def release(self) -> None:
        if self._file is not None:
            self._path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None


class KeptFile:
    """An SQLite file, or one in memory, with a table `what` of one row that says what it is of.

    Parameters
    ----------
    path : Path, optional
        The file; left out: memory.
    what : str
        What is kept: "study".
    layout : int
        Number of the format.
    head : tuple of str
        Columns of the row, texts: `key` among them, which is the same for what may go on with the file.
    tables : str
        Statements that make the other tables.
    """

    def __init__(self, path: Path | None, what: str, layout: int, head: tuple[str, ...], tables: str) -> None:
        self.path = path
        self._what, self._layout, self._columns, self._tables = what, layout, head, tables
        self._lock = None if path is None else _Lock(path)
        self._connection: sqlite3.Connection | None = None

    def open(self, head: Mapping[str, str], difference: Callable[[Mapping[str, str]], str]) -> None:
        """Takes the file for a run; of a file that is there, `difference` says how its head differs from this one.

        Raises
        ------
        SpecError
            If it is of something else, or of another version.
        OSError
            If it cannot be written, or another run uses it.
        """
        if self._lock is not None:
            self._lock.take()
        try:
            with self._said():
                connection = self._connected("rwc")
                try:
                    self._claim(connection, head, difference)
                    if self.path is not None:
                        # What was committed survives the death of the process; readers need not wait.
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

    def _claim(
        self, connection: sqlite3.Connection, head: Mapping[str, str], difference: Callable[[Mapping[str, str]], str]
    ) -> None:
        connection.execute("BEGIN IMMEDIATE")
        if not _tables(connection):
            columns = ", ".join(f"{name} TEXT NOT NULL" for name in self._columns)
            first = "id INTEGER PRIMARY KEY CHECK (id = 1), format INTEGER NOT NULL, farbell TEXT NOT NULL"
            connection.execute(f"CREATE TABLE {self._what} ({first}, {columns})")
            for statement in filter(str.strip, self._tables.split(";")):
                connection.execute(statement)
            marks = ", ".join("?" * len(self._columns))
            row = (self._layout, __version__, *(head[name] for name in self._columns))
            connection.execute(f"INSERT INTO {self._what} VALUES (1, ?, ?, {marks})", row)
        else:
            there = self._head(connection)
            if there["farbell"] != __version__:
                allowed = f"a store of farbell {__version__}, or a new file"
                raise SpecError("store", f"{self.path}, of farbell {there['farbell']}", allowed)
            if there["key"] != head["key"]:
                allowed = f"a store of this {self._what}, or a new file"
                raise SpecError("store", f"{self.path}, of another {self._what}: {difference(there)}", allowed)
        connection.execute("COMMIT")

    def _head(self, connection: sqlite3.Connection) -> dict[str, str]:
        if self._what not in _tables(connection):
            raise SpecError(
                "store", f"{self.path}, an SQLite file of something else", f"a store of a {self._what}, or a new file"
            )
        (found,) = connection.execute(f"SELECT format FROM {self._what}").fetchone()
        if found != self._layout:
            raise SpecError("store", f"{self.path}, of format {found}", f"format {self._layout}")
        names = ("farbell", *self._columns)
        row = connection.execute(f"SELECT {', '.join(names)} FROM {self._what}").fetchone()
        return dict(zip(names, row, strict=True))

    def head(self) -> dict[str, str]:
        """The row that says what it is of."""
        with self.reading() as connection:
            return self._head(connection)

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction of the run that has the file: all of it is kept, or none."""
        assert self._connection is not None
        with self._said():
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """To read, also while another process writes."""
        if self._connection is not None:
            yield self._connection
            return
        with self._said():
            connection = self._connected("ro")
            try:
                yield connection
            finally:
                connection.close()

    def close(self) -> None:
        """Ends the run; what is in memory stays for readers."""
        if self.path is not None and self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                # One file again, which can be read where nothing can be written; not while someone reads it.
                self._connection.execute("PRAGMA busy_timeout = 0")
                self._connection.execute("PRAGMA journal_mode = DELETE")
            self._connection.close()
            self._connection = None
        if self._lock is not None:
            self._lock.release()

    @contextlib.contextmanager
    def _said(self) -> Iterator[None]:
        """SQLite's errors as OSError: which file, what happened, what is left."""
        try:
            yield
        except sqlite3.DatabaseError as problem:
            text = str(problem)
            number, words = errno.EIO, text
            kept = "what was finished before is kept"
            if "full" in text:
                number, words = errno.ENOSPC, f"no space left for the {self._what}; {kept}"
            elif "disk I/O" in text:
                words = f"the store of the {self._what} cannot be written ({text}: the disk, a quota or a limit); {kept}"
            elif "readonly" in text or "unable to open" in text:
                number, words = errno.EACCES, f"the store of the {self._what} cannot be opened or written ({text})"
            elif "not a database" in text or "malformed" in text:
                words = f"no store of a {self._what} ({text})"
            raise OSError(number, words, str(self.path)) from None


def _tables(connection: sqlite3.Connection) -> set[str]:
    with contextlib.closing(connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")) as rows:
        return {name for (name,) in rows}


def unlike(there: Any, here: Any, path: str = "") -> Iterator[str]:
    """Where two documents differ, in words."""
    if isinstance(there, dict) and isinstance(here, dict):
        for name in dict.fromkeys([*there, *here]):
            yield from unlike(there.get(name), here.get(name), f"{path}/{name}")
    elif isinstance(there, list) and isinstance(here, list) and len(there) == len(here):
        for i, (a, b) in enumerate(zip(there, here, strict=True)):
            yield from unlike(a, b, f"{path}/{i}")
    elif there != here:
        a, b = (text if len(text) <= 40 else text[:37] + "..." for text in map(json.dumps, (there, here)))
        yield f"its {path} is {a}; this one's {b}"


def listed_differences(found: list[str]) -> str:
    """The first of them."""
    more = len(found) - _SHOWN_DIFFERENCES
    return "; ".join(found[:_SHOWN_DIFFERENCES] + ([f"and {more} more"] if more > 0 else []))
