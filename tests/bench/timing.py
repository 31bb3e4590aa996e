"""Clocks of the workloads."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


class Timer:
    """CPU and wall seconds of a block."""

    def __enter__(self) -> Timer:
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.cpu_s, self.wall_s = time.process_time() - self._cpu, time.perf_counter() - self._wall


def best_ns(call: Callable[..., Any], *arguments: Any, calls: int = 100_000) -> float:
    """Nanoseconds of one call, loop included: the least of nine stretches."""

    def stretch() -> float:
        with Timer() as timer:
            for _ in range(calls):
                call(*arguments)
        return timer.cpu_s / calls * 1e9

    return min(stretch() for _ in range(9))


def best_cpu_s(work: Callable[[], object], rounds: int = 5) -> float:
    found = []
    for _ in range(rounds):
        before = time.process_time()
        work()
        found.append(time.process_time() - before)
    return min(found)
