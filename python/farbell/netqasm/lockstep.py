"""A function that blocks, in a thread of its own that runs only while the simulation waits for it."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable, Generator
from types import FrameType, TracebackType
from typing import Any, ClassVar

__all__ = ["Lockstep", "Stopped"]

#: Seconds that a thread has to unwind by itself before an exception is raised in it.
_PATIENCE_S = 0.2


class Stopped(BaseException):
    """Unwinds a function whose run has ended."""


class Lockstep:
    """Of its thread and the simulation's one runs at a time: results cannot depend on how threads are scheduled."""

    _mine: ClassVar[threading.local] = threading.local()

    def __init__(self, name: str, body: Callable[[], Any], owner: Any) -> None:
        self._body = body
        self._owner = owner
        self._go, self._back = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._work: Generator[Any, Any, Any] | None = None
        self._answer: Any = None
        self._error: BaseException | None = None
        self._stopping = False
        self.ended = False

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
        self._go.release()
        self._back.acquire()

    def ask(self, work: Generator[Any, Any, Any]) -> Any:
        """For the function: has the simulation do something, and waits for its value or what it raises."""
        if not self._stopping:
            self._work = work
            self._back.release()
            self._go.acquire()
        if self._stopping:
            raise Stopped
        error, self._error = self._error, None
        if error is not None:
            raise error
        return self._answer

    def _run(self) -> None:
        self._mine.owner = self._owner
        self._go.acquire()
        try:
            self._answer = None if self._stopping else self._body()
        except Stopped:
            pass
        except BaseException as error:
            self._answer, self._error = None, error
        self.ended = True
        self._back.release()

    def stop(self) -> None:
        """Ends the thread, wherever it is."""
        thread = self._thread
        if thread.ident is None:
            return
        self._stopping = True
        self._go.release()
        thread.join(_PATIENCE_S)
        while thread.is_alive():
            # It does not wait for the simulation: it computes, or swallows what is raised.
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(Stopped))
            self._go.release()
            thread.join(_PATIENCE_S)

    def frame(self) -> FrameType | None:
        """Where the function is."""
        return sys._current_frames().get(self._thread.ident or 0)


def line_of(frame: FrameType | None, folder: str) -> str:
    """File and line of the innermost frame whose code lies in a folder."""
    while frame is not None:
        if frame.f_code.co_filename.startswith(folder):
            return f"{frame.f_code.co_filename}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


def line_of_error(trace: TracebackType | None, folder: str) -> str:
    """The same for what was raised."""
    found = ""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith(folder):
            found = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found
