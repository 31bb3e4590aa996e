"""A live run that several threads look at, and one controller acts on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TypeVar

from farbell.live_run import LiveRun

__all__ = ["Lease", "Session", "Taken", "UnderWay"]

_Seen = TypeVar("_Seen")

#: Real time for which the run goes on before those who look at it have their turn.
SLICE_S = 0.05


class Taken(Exception):
    """Another controller steers the run."""

    def __init__(self, holder: str, left_s: float) -> None:
        super().__init__(holder, left_s)
        self.holder = holder
        self.left_s = left_s


class UnderWay(Exception):
    """The run goes on at the moment, for a request or by the clock."""


class Lease:
    """Who steers: the first that acts, until it gives up or has not acted for a while.

    Parameters
    ----------
    seconds : float
        For so long it may be silent.
    clock : callable
        Real time, in seconds.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._holder: str | None = None
        self._until = 0.0

    @property
    def left_s(self) -> float:
        """Seconds for which the holder may still be silent."""
        return max(0.0, self._until - self._clock()) if self._holder is not None else 0.0

    @property
    def holder(self) -> str | None:
        """Who steers; None if nobody does."""
        return self._holder if self.left_s > 0 else None

    def hold(self, controller: str) -> None:
        """Takes the lease, or renews it. Raises Taken if another has it."""
        holder = self.holder
        if holder is not None and holder != controller:
            raise Taken(holder, self.left_s)
        self._holder, self._until = controller, self._clock() + self.seconds

    def give_up(self, controller: str) -> None:
        """Lets others steer. Raises Taken if another has the lease."""
        self.hold(controller)
        self._holder = None


class Session:
    """A live run and who may do what to it when.

    Parameters
    ----------
    run : LiveRun
        The run.
    lease_s : float
        Seconds for which a controller may be silent before another can take over.
    """

    def __init__(self, run: LiveRun, lease_s: float) -> None:
        self._run = run
        self._lock = Lock()
        self._going_on = False
        self.lease = Lease(lease_s)
        #: Whether the server is about to stop: what goes on stops soon.
        self.closing = False
        #: Whether simulated time goes by the clock.
        self.paced = False

    def look(self, look: Callable[[LiveRun], _Seen]) -> _Seen:
        """Looks at the run, between two stretches of it."""
        with self._lock:
            return look(self._run)

    def act(self, controller: str, action: Callable[[LiveRun], _Seen]) -> _Seen:
        """Acts on the run. Raises Taken, or UnderWay."""
        with self._lock:
            self.lease.hold(controller)
            if self._going_on:
                raise UnderWay
            return action(self._run)

    @contextmanager
    def going_on(self, controller: str) -> Iterator[None]:
        """For whoever lets simulated time pass; others that act are refused meanwhile. Raises Taken, or UnderWay."""
        with self._lock:
            self.lease.hold(controller)
            if self._going_on or self.paced:
                raise UnderWay
            self._going_on = True
        try:
            yield
        finally:
            with self._lock:
                self._going_on = False

    def step(self, until_s: float, controller: str) -> bool:
        """Goes on towards a time for a moment of real time. True: there is no more to do."""
        with self._lock:
            self.lease.hold(controller)
            return self.closing or self._run.advance(until_s=until_s, pause_after_s=SLICE_S) or self._run.over

    def step_by_clock(self, until_s: float) -> None:
        """The same where no controller asks for it."""
        with self._lock:
            if not (self.closing or self._run.over) and until_s > self._run.time_s:
                self._run.advance(until_s=until_s, pause_after_s=SLICE_S)

    def give_up(self, controller: str) -> None:
        """Lets another controller steer."""
        with self._lock:
            self.lease.give_up(controller)
