"""How far a study is: a bar on a terminal, a table in a notebook."""

from __future__ import annotations

import contextlib
import html
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from farbell.table import ResultTable

__all__ = ["SHOWN_POINTS", "Progress", "shown"]

#: Points that the table of a notebook has: those that were finished last.
SHOWN_POINTS = 5
# A table is sent to the notebook this often at most.
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

        self._bar: Any = tqdm(total=points, desc="sweep", unit=" points", leave=False, mininterval=0.2)

    def update(self, done: int, failed: int) -> None:
        if failed:
            self._bar.set_postfix_str(f"{failed} failed", refresh=False)
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        self._bar.close()


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
        table = self._latest()
        self._handle.update(self._html(f"<p>{html.escape(text)}</p>{table._repr_html_() if len(table) else ''}"))

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
    elif wanted or (wanted is None and sys.stderr.isatty()):
        progress = _Bar(points)
    try:
        yield progress
    finally:
        progress.close()
