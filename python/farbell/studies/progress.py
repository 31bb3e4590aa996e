"""How far a study is: a bar, and on terminals and in notebooks the points that were finished last."""

from __future__ import annotations

import contextlib
import html
import math
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from farbell.table import ResultTable

__all__ = ["SHOWN_POINTS", "Progress", "shown"]

#: Points that the table has.
SHOWN_POINTS = 5
# A table is made this often at most.
_TABLE_S = 1.0


class Progress:
    """Shows nothing; others do."""

    def update(self, done: int, failed: int) -> None:
        """So many points are done, so many of them failed."""

    def close(self) -> None:
        """The end."""


class _Bar(Progress):
    """Points that are done, and an estimate of the time left."""

    def __init__(self, points: int) -> None:
        from tqdm import tqdm

        self._points, self._tqdm = points, tqdm
        self._bar: Any = None

    def update(self, done: int, failed: int) -> None:
        if self._bar is None:
            # What a store had already says nothing of the time that the rest takes.
            self._bar = self._tqdm(total=self._points, initial=done, desc="sweep", unit=" points", leave=False, mininterval=0.2)
        if failed:
            self._bar.set_postfix_str(f"{failed} failed", refresh=False)
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


class _Terminal(Progress):
    """The same over a table of the points that were finished last, on lines that are written again and again."""

    def __init__(self, points: int, latest: Callable[[], ResultTable]) -> None:
        from tqdm import tqdm

        self._points, self._latest, self._meter = points, latest, tqdm.format_meter
        self._start = time.monotonic()
        self._shown = -math.inf
        self._initial: int | None = None
        self._lines = 0

    def update(self, done: int, failed: int) -> None:
        now = time.monotonic()
        if self._initial is None:
            self._initial = done
        if now - self._shown < _TABLE_S:
            return
        self._shown = now
        size, rows = shutil.get_terminal_size(), self._latest()
        meter = self._meter(
            done, self._points, now - self._start, initial=self._initial, prefix="sweep", unit=" points",
            postfix=f"{failed} failed" if failed else None, ncols=size.columns - 1,
        )  # fmt: skip
        # A line that the terminal broke in two could not be written over.
        lines = [
            line[: size.columns - 1] for line in [meter, *(repr(rows).splitlines() if len(rows) else ())][: size.lines - 1]
        ]
        self._write("".join(f"{line}\n" for line in lines))
        self._lines = len(lines)

    def _write(self, text: str) -> None:
        up = f"\x1b[{self._lines}A\r\x1b[J" if self._lines else ""
        sys.stderr.write(up + text)
        sys.stderr.flush()

    def close(self) -> None:
        self._write("")


class _LiveTable(Progress):
    """The same, and the table of the points that were finished last, in a cell of a notebook."""

    def __init__(self, points: int, latest: Callable[[], ResultTable]) -> None:
        from IPython.display import HTML, display

        self._points, self._latest, self._html = points, latest, HTML
        self._start = self._shown = time.monotonic()
        self._first: int | None = None
        self._handle: Any = display(HTML(""), display_id=True)

    def update(self, done: int, failed: int) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = done
        if now - self._shown < _TABLE_S:
            return
        self._shown = now
        text = f"{done:,} of {self._points:,} points" + (f", {failed:,} failed" if failed else "")
        fresh = done - self._first
        if fresh:
            text += f", about {(self._points - done) * (now - self._start) / fresh:,.0f} s left"
        rows = self._latest()
        self._handle.update(self._html(f"<p>{html.escape(text)}</p>{rows._repr_html_() if len(rows) else ''}"))

    def close(self) -> None:
        # The study shows itself.
        self._handle.update(self._html(""))


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return ipython is not None and getattr(ipython.get_ipython(), "kernel", None) is not None


@contextlib.contextmanager
def shown(wanted: bool | None, points: int, latest: Callable[[], ResultTable]) -> Iterator[Progress]:
    """Progress, where and how it can be seen.

    Parameters
    ----------
    wanted : bool, optional
        Whether it is to be shown; None: in notebooks and on terminals.
    points : int
        How many there are.
    latest : callable
        Gives the rows of the points that were finished last.
    """
    progress = Progress()
    if wanted is not False and _in_notebook():
        progress = _LiveTable(points, latest)
    elif wanted is not False and sys.stderr.isatty():
        progress = _Terminal(points, latest)
    elif wanted:
        progress = _Bar(points)
    try:
        yield progress
    finally:
        progress.close()
