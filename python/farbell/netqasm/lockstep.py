"""A function that blocks, in a thread of its own that runs only while the simulation waits for it."""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, ClassVar

from farbell._core import RunError
from farbell._interrupts import Interrupts

__all__ = ["Lockstep", "Stopped"]

#: Real time after which one side looks whether the other is still to be waited for.
_PATIENCE_S = 0.2
#: Times that a thread is told to end before it is left to itself: it swallows every exception, and ends with the process.
_TRIES = 50


class Stopped(BaseException):
    """Unwinds a function whose run has ended."""


class Lockstep:
    """Of its thread and the simulation's one runs at a time: results cannot depend on how threads are scheduled."""

    _mine: ClassVar[threading.local] = threading.local()

    def __init__(self, body: Callable[[], Any], owner: Any, folder: str, max_wall_s: float | None = None) -> None:
        self._body = body
        self._owner = owner
        self._folder = folder
        self._max_wall_s = max_wall_s
        self._go: SimpleQueue[None] = SimpleQueue()
        self._back: SimpleQueue[None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._work: Generator[Any, Any, Any] | None = None
        self._answer: Any = None
        self._error: BaseException | None = None
        self._stopping = False
        self.ended = False
        #: File and line at which it was stopped.
        self.left_at: str | None = None

    @classmethod
    def owner(cls) -> Any:
        """Of the thread that asks; None outside."""
        return getattr(cls._mine, "owner", None)

    def drive(self) -> Generator[Any, Any, Any]:
        """For the simulation: yields what the function waits for; its value is what the function returns."""
        try:
            self._thread.start()
            self._resume(None, None)
            while not self.ended:
                assert self._work is not None
                try:
                    answer = yield from self._work
                except Exception as error:
                    self._resume(None, error)
                else:
                    self._resume(answer, None)
            if self._error is not None:
                raise self._error
            return self._answer
        finally:
            self.stop()

    def _resume(self, answer: Any, error: BaseException | None) -> None:
        self._answer, self._error = answer, error
        self._go.put(None)
        began = time.monotonic()
        while True:
            try:
                return self._back.get(timeout=_PATIENCE_S)
            except Empty:
                pass
            held = signal.getsignal(signal.SIGINT)
            if isinstance(held, Interrupts) and held.pressed:
                raise KeyboardInterrupt
            if self._max_wall_s is not None and time.monotonic() - began > self._max_wall_s:
                raise RunError(f"it computes for more than {self._max_wall_s:g} s, {self._line()}")

    def ask(self, work: Generator[Any, Any, Any]) -> Any:
        """For the function: has the simulation do something, and waits for its value or what it raises."""
        if not self._stopping:
            self._work = work
            self._back.put(None)
            self._go.get()
        if self._stopping:
            raise Stopped
        error, self._error = self._error, None
        if error is not None:
            raise error
        return self._answer

    def _run(self) -> None:
        self._mine.owner = self._owner
        self._go.get()
        try:
            self._answer = None if self._stopping else self._body()
        except Stopped:
            pass
        except BaseException as error:
            self._answer, self._error = None, error
        self.ended = True
        self._back.put(None)

    def stop(self) -> None:
        """Ends the thread, wherever it is."""
        thread = self._thread
        if thread.ident is None or self.ended:
            return
        if self.left_at is None:
            self.left_at = self._line()
        self._stopping = True
        self._go.put(None)
        thread.join(_PATIENCE_S)
        for _ in range(_TRIES):
            if not thread.is_alive():
                break
            # It does not wait for the simulation: it computes, or swallows what is raised.
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(Stopped))
            thread.join(_PATIENCE_S)

    def _line(self) -> str:
        """File and line at which the function is: of the innermost frame whose code lies in the folder."""
        frame = sys._current_frames().get(self._thread.ident or 0)
        while frame is not None:
            if frame.f_code.co_filename.startswith(self._folder):
                return f"{frame.f_code.co_filename}:{frame.f_lineno}"
            frame = frame.f_back
        return ""


def line_of_error(trace: TracebackType | None, folder: str) -> str:
    """File and line of the innermost frame of what was raised whose code lies in a folder."""
    found = ""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith(folder):
            found = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found
