"""Ctrl-C while something is made that must not be lost half-way."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

__all__ = ["Interrupts", "held_interrupts"]


class Interrupts:
    """Whether Ctrl-C was pressed. As a handler of the signal it notes the first press and raises at the second."""

    def __init__(self) -> None:
        self.pressed = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.pressed:
            raise KeyboardInterrupt
        self.pressed = True


@contextlib.contextmanager
def held_interrupts() -> Iterator[Interrupts]:
    """Holds Ctrl-C back, for whoever is inside to ask for; an inner one shares the outer one's.

    Only where Ctrl-C would raise KeyboardInterrupt here: another handler, and other threads, are left alone.
    """
    before = signal.getsignal(signal.SIGINT)
    if isinstance(before, Interrupts):
        yield before
        return
    held = Interrupts()
    if before is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
        yield held
        return
    signal.signal(signal.SIGINT, held)
    try:
        yield held
    finally:
        signal.signal(signal.SIGINT, before)
