"""Ctrl-C: while something is made that must not be lost half-way, and while a library works that does not look for it."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TypeVar

__all__ = ["Interrupts", "held_interrupts", "interruptible"]

T = TypeVar("T")
# How long Ctrl-C may wait.
_LOOK_S = 0.1


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


def interruptible(work: Callable[[], T]) -> T:
    """What `work` returns or raises, though it may be far from Python for long: Ctrl-C ends the wait for it.

    It works in a thread of its own, and must let others run (release the interpreter's lock). One that was given up goes on
    unheard until it is done, or until the process ends, which does not wait for it.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()  # Ctrl-C comes to the main thread alone
    made: list[T] = []
    failed: list[BaseException] = []

    def take() -> None:
        try:
            made.append(work())
        except BaseException as error:  # is raised where it is waited for
            failed.append(error)

    worker = threading.Thread(target=take, name="farbell solver", daemon=True)
    worker.start()
    while worker.is_alive():
        worker.join(_LOOK_S)
    if failed:
        raise failed[0]
    return made[0]
