"""How far a study is: a bar on the terminal."""

from __future__ import annotations

from typing import Any

__all__ = ["Progress"]


class Progress:
    """Points that are done, and an estimate of the time left, if it is to be shown.

    Parameters
    ----------
    show : bool
        Whether it is.
    points : int
        How many there are.
    """

    def __init__(self, show: bool, points: int) -> None:
        self._bar: Any = None
        if show:
            from tqdm import tqdm

            self._bar = tqdm(total=points, desc="sweep", unit=" points", leave=False, mininterval=0.2)

    def update(self, done: int, failed: int) -> None:
        """So many points are done, so many of them failed."""
        if self._bar is not None:
            if failed:
                self._bar.set_postfix_str(f"{failed} failed", refresh=False)
            self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """The end."""
        if self._bar is not None:
            self._bar.close()
