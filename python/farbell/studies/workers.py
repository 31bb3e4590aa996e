"""Where blocks are simulated: threads, processes, or a dask cluster, all as executors of `concurrent.futures`."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from types import SimpleNamespace
from typing import Any

from farbell._core import RunError, SpecError
from farbell._extras import require
from farbell.running import at_least_one
from farbell.studies.blocks import Block, Job, simulate
from farbell.topology.network import nearest

__all__ = ["Task", "Workers", "workers_of"]

#: A scenario as JSON, and jobs whose values are put in it.
Task = tuple[str, Sequence[Job]]

_EXECUTORS = ("thread", "process", "dask")
_START_S = 120
# Times that a pool is started anew after a worker died: what killed it may still be about.
_STARTS = 10


def simulate_all(task: Task, keep_going: Callable[[], bool]) -> list[Block]:
    """The blocks of a task, as far as it was not ended."""
    text, jobs = task
    blocks = []
    for job in jobs:
        block = simulate(text, job, keep_going)
        if block is None:
            break
        blocks.append(block)
    return blocks


class Workers:
    """An executor for tasks.

    Parameters
    ----------
    executor : Executor
        Where they are done.
    at_a_time : int
        How many it does at a time.
    """

    #: Seconds that a task should take: long against what it costs to hand one over, short against the patience of who waits.
    task_s = 0.1

    def __init__(self, executor: Executor, at_a_time: int) -> None:
        self._executor, self._at_a_time = executor, at_a_time
        # Read by those who work. No lock, so that a process that is killed cannot take one with it.
        self._ended: Any = SimpleNamespace(value=0)

    @property
    def at_a_time(self) -> int:
        """How many tasks are done at a time."""
        return self._at_a_time

    def submit(self, task: Task) -> Future[list[Block]]:
        """Hands a task over."""
        return self._executor.submit(simulate_all, task, lambda: not self._ended.value)

    def restart(self) -> None:
        """After a worker died and its tasks were lost."""

    def stop(self) -> None:
        """What is under way is not wanted any more."""
        self._ended.value = 1
        self._executor.shutdown(wait=True, cancel_futures=True)


# In a worker process: whether what it does is still wanted.
_wanted: Any = SimpleNamespace(value=0)


def _start_process(ended: Any) -> None:
    global _wanted
    _wanted = ended
    # Ctrl-C is the business of the process that started this one; its death is the end of this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def end_with_parent() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()


def _simulate_in_process(task: Task) -> list[Block]:
    return simulate_all(task, lambda: not _wanted.value)


def _ready() -> None:
    """What a new worker process is asked first, so that it has loaded everything."""


class _Processes(Workers):
    """Processes; those that die are replaced."""

    def __init__(self, count: int) -> None:
        if getattr(multiprocessing.current_process(), "_inheriting", False):
            # The main module of a script is imported by each worker process: it would start workers of its own.
            raise RuntimeError(_GUARD)
        self._context = multiprocessing.get_context("spawn")
        super().__init__(self._started(count), count)

    def _started(self, count: int) -> Executor:
        self._ended = self._context.RawValue("b", 0)
        executor = ProcessPoolExecutor(count, self._context, _start_process, (self._ended,))
        try:
            for future in [executor.submit(_ready) for _ in range(count)]:
                future.result(_START_S)
        except (BrokenExecutor, FutureTimeoutError):
            executor.shutdown(wait=False, cancel_futures=True)
            raise RunError(f"the worker processes did not start. {_GUARD}") from None
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            raise
        return executor

    def submit(self, task: Task) -> Future[list[Block]]:
        return self._executor.submit(_simulate_in_process, task)

    def restart(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)
        for left in reversed(range(_STARTS)):
            try:
                self._executor = self._started(self._at_a_time)
                return
            except RunError:
                if not left:
                    raise


_GUARD = "In a script, put what runs a study under `if __name__ == '__main__':`, or use executor='thread'."


def _simulate_elsewhere(task: Task) -> list[Block]:
    return simulate_all(task, lambda: True)


class _Given(Workers):
    """An executor that someone else made, and ends."""

    def submit(self, task: Task) -> Future[list[Block]]:
        return self._executor.submit(_simulate_elsewhere, task)

    def restart(self) -> None:
        raise RunError("the executor that was given lost a worker and takes no more tasks")

    def stop(self) -> None:
        """What waits is cancelled by whoever waits for it; what is under way is let be."""


class _Dask(_Given):
    """The workers of a dask cluster, as many as there are at the time."""

    task_s = 0.5

    def __init__(self, client: Any, most: int | None, owned: bool) -> None:
        super().__init__(client.get_executor(pure=False), most or 1)
        self._client, self._most, self._owned = client, most, owned

    @property
    def at_a_time(self) -> int:
        return self._most or max(1, sum(self._client.ncores().values()))

    def stop(self) -> None:
        self._executor.shutdown(wait=False)  # which cancels what is under way
        if self._owned:
            self._client.close()


def _dask_client(workers: int | None) -> tuple[Any, bool]:
    """The client in whose context this is, or one of a local cluster; whether it is the latter."""
    distributed = require("distributed", "executor='dask'")
    try:
        return distributed.get_client(), False
    except ValueError:
        return distributed.Client(n_workers=workers, threads_per_worker=1, dashboard_address=None), True


def workers_of(executor: Any, count: int | None) -> Workers:
    """The workers that the arguments of :meth:`farbell.Sweep.run` describe.

    Raises
    ------
    SpecError
        If there is no such executor.
    RunError
        If processes do not start.
    ImportError
        If dask is missing.
    """
    if count is not None:
        count = at_least_one("workers", count)
    if executor == "dask":
        client, owned = _dask_client(count)
        return _Dask(client, count, owned)
    if type(executor).__module__.split(".")[0] == "distributed":
        if getattr(executor, "asynchronous", False) or not hasattr(executor, "get_executor"):
            raise SpecError("executor", repr(executor), "a dask.distributed.Client that is not asynchronous")
        return _Dask(executor, count, owned=False)
    if isinstance(executor, Executor):
        if count is None:
            raise SpecError("workers", "nothing", "how many tasks the executor that is given does at a time")
        return _Given(executor, count)
    processors = count or os.cpu_count() or 1
    if executor == "thread":
        return Workers(ThreadPoolExecutor(processors, "farbell"), processors)
    if executor == "process":
        return _Processes(processors)
    allowed = f"{', '.join(map(repr, _EXECUTORS))}, a dask.distributed.Client or an Executor of concurrent.futures"
    raise SpecError("executor", repr(executor), allowed, nearest(str(executor), _EXECUTORS))
