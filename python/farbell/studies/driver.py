"""Runs a sweep: hands out blocks, keeps what comes back, and decides after each whether a point needs more."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from farbell._core import InternalError, RunError, SpecError
from farbell._interrupts import Interrupts, held_interrupts
from farbell.running import Interrupted, provenance_of
from farbell.studies.blocks import Block, Job
from farbell.studies.plan import FAILED, Plan, Tally
from farbell.studies.points import Sweep
from farbell.studies.progress import SHOWN_POINTS, Progress, shown
from farbell.studies.store import Store
from farbell.studies.study import Study
from farbell.studies.varied import Values
from farbell.studies.workers import Workers, workers_of
from farbell.topology.network import nearest

__all__ = ["run"]

# What a block is taken to last until some are through.
_FIRST_JOB_S = 0.1
_MOST_JOBS = 64
_TASKS_A_WORKER = 2
# How often a block may be under way, alone, when a worker dies, until it is taken for the cause.
_MOST_DEATHS = 3
_POLL_S = 0.1

# Point and number of the block.
_Place = tuple[int, int]


def run(
    sweep: Sweep,
    plan: Plan,
    *,
    store: str | Path | None,
    executor: Any,
    workers: int | None,
    retry_failed: bool,
    progress: bool | None,
) -> Study:
    """What :meth:`farbell.Sweep.run` does, its plan being made."""
    _check_demands(sweep, plan)
    kept = Store(None if store is None else Path(store))
    provenance = provenance_of(sweep.scenario(0).seed, plan.most, 1)
    provenance["started"] = datetime.now(timezone.utc).isoformat(timespec="seconds")
    with held_interrupts() as interrupts:
        kept.open(sweep, plan, provenance)
        try:
            if retry_failed:
                kept.forget_errors()
            driver = _Driver(sweep, plan, kept, interrupts)
            study = Study(sweep, plan, kept, provenance, driver.tallies)
            with shown(progress, len(sweep), lambda: study.shown_rows(study.rows_of(driver.latest))) as progressed:
                driver.run(executor, workers, progressed)
        finally:
            kept.close()
    if interrupts.pressed:
        raise Interrupted(study)
    return study


def _check_demands(sweep: Sweep, plan: Plan) -> None:
    if plan.demands is None:
        return
    first = sweep.scenario(0)
    names = [demand.name or f"{demand.node_a}->{demand.node_b}" for demand in first.demands]
    names += [demand.name for demand in first.ghz_demands]
    for name in plan.demands:
        if name not in names:
            raise SpecError("stop_demands", repr(name), f"a demand: {', '.join(names)}", nearest(name, names))


class _Driver:
    """One run of a sweep."""

    def __init__(self, sweep: Sweep, plan: Plan, store: Store, interrupts: Interrupts) -> None:
        self._sweep, self._plan, self._store, self._interrupts = sweep, plan, store, interrupts
        self._values = [_json(values) if sweep.base else "" for values in sweep.values]
        self.tallies = [Tally(plan, lambda point=point: sweep.scenario(point)) for point in range(len(sweep))]
        self._have: set[_Place] = set()
        self._take_stored()
        self._done = sum(not tally.open for tally in self.tallies)
        self._failed = sum(tally.state == FAILED for tally in self.tallies)
        # Points that need a block for certain, in order, and the next block of each that nobody has been given.
        self._needy = deque(point for point, tally in enumerate(self.tallies) if tally.open)
        self._next = [tally.blocks for tally in self.tallies]
        self._under_way: dict[Future[list[Block]], list[_Place]] = {}
        self._suspects: deque[_Place] = deque()
        self._deaths: dict[_Place, int] = {}
        self._job_s = _FIRST_JOB_S
        # Points that were finished last.
        self.latest: deque[int] = deque(maxlen=SHOWN_POINTS)

    def _take_stored(self) -> None:
        decide = self._plan.error is not None
        for point, first, count, block in self._store.blocks(data=decide):
            number = self._plan.number(first, count)
            if number is not None:
                self._have.add((point, number))
                self.tallies[point].take(number, block)

    def run(self, executor: Any, count: int | None, progress: Progress) -> None:
        """Until every point has what it needs, or Ctrl-C."""
        if not self._needy:
            return
        workers = workers_of(executor, count)
        try:
            # Blocks that nobody needs any more may still be under way at the end.
            while self._done < len(self.tallies) and not self._interrupts.pressed:
                self._hand_out(workers)
                if not (self._under_way or self._suspects):
                    raise InternalError("a sweep with points that are not finished has nothing to do for them")
                progress.update(self._done, self._failed)
                for future in wait(self._under_way, _POLL_S, FIRST_COMPLETED).done:
                    self._take_back(future, workers)
            self._take_what_is_done()
        finally:
            for future in self._under_way:
                future.cancel()
            workers.stop()

    # Handing out.

    def _hand_out(self, workers: Workers) -> None:
        while self._suspects and not self.tallies[self._suspects[0][0]].open:
            self._suspects.popleft()
        if self._suspects:
            # One at a time, so that it is clear with which of them a worker dies.
            if not self._under_way:
                self._submit(workers, [self._suspects.popleft()])
            return
        most = _TASKS_A_WORKER * workers.at_a_time
        while len(self._under_way) < most:
            places = list(self._places(self._jobs(workers)))
            if not places:
                return
            self._submit(workers, places)

    def _jobs(self, workers: Workers) -> int:
        """How many make a task: fewer at the end, so that no worker has a long one while others have none."""
        by_time = int(workers.task_s / max(self._job_s, 1e-6))
        by_rest = len(self._needy) // (_TASKS_A_WORKER * workers.at_a_time)
        return max(1, min(by_time, by_rest, _MOST_JOBS))

    def _places(self, most: int) -> Iterator[_Place]:
        """Blocks to do next: those that are needed whatever the others say; without any, what may be needed."""
        found = 0
        while self._needy and found < most:
            point = self._needy[0]
            place = self._fresh(point)
            # With a decision pending only those before the first decision are certain, and the one after those that are there.
            if not self.tallies[point].open or place is None or not self._certain(place):
                self._needy.popleft()
                continue
            self._next[point] = place[1] + 1
            found += 1
            yield place
        if not found:
            for point, tally in enumerate(self.tallies):
                place = self._fresh(point) if tally.open else None
                if place is not None:
                    self._next[point] = place[1] + 1
                    yield place
                    return

    def _fresh(self, point: int) -> _Place | None:
        """The next block of a point that nobody has and nobody was given."""
        number = self._next[point]
        while (point, number) in self._have:
            number += 1
        return (point, number) if number < self._plan.blocks else None

    def _certain(self, place: _Place) -> bool:
        if self._plan.error is None:
            return True
        point, number = place
        before_decision = -(-self._plan.fewest // self._plan.per_task)
        return number < max(before_decision, self.tallies[point].blocks + 1)

    def _submit(self, workers: Workers, places: list[_Place]) -> None:
        if self._sweep.base:
            groups = [(self._sweep.base, places)]
        else:
            groups = [(self._sweep.scenarios[point], [(point, number)]) for point, number in places]
        for text, group in groups:
            jobs: list[Job] = [(point, self._values[point], number, *self._plan.block(number)) for point, number in group]
            try:
                self._under_way[workers.submit((text, jobs))] = group
            except BrokenExecutor:
                self._suspects.extend(group)
                self._lost(workers)

    # Taking back.

    def _take_back(self, future: Future[list[Block]], workers: Workers) -> None:
        places = self._under_way.pop(future, None)
        if places is None:
            return
        try:
            blocks = future.result()
        except Exception as problem:
            # Errors of a scenario are in its block.
            if not _is_death(problem):
                raise RunError(f"the workers cannot simulate: {type(problem).__name__}: {problem}") from problem
            alone = len(places) == 1 and not self._under_way
            if alone:
                self._blame(places[0], problem)
            else:
                self._suspects.extend(places)
            if isinstance(problem, BrokenExecutor):
                self._lost(workers)
            return
        self._keep(places, blocks)

    def _blame(self, place: _Place, problem: BaseException) -> None:
        self._deaths[place] = self._deaths.get(place, 0) + 1
        if self._deaths[place] < _MOST_DEATHS:
            self._suspects.append(place)
            return
        text = f"the worker died {_MOST_DEATHS} times while it simulated this (was it killed, is there too little memory?)"
        self._keep([place], [Block(b"", f"{type(problem).__name__}: {text}: {problem}")])

    def _lost(self, workers: Workers) -> None:
        """A pool of processes goes with the first of them that dies: everything that was under way is done again."""
        for future, places in self._under_way.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                self._keep(places, future.result())
            else:
                self._suspects.extend(places)
        self._under_way.clear()
        # Ctrl-C may be what ended it.
        if not self._interrupts.pressed:
            workers.restart()

    def _take_what_is_done(self) -> None:
        for future in [future for future in self._under_way if future.done() and not future.cancelled()]:
            if future.exception() is None:
                self._keep(self._under_way.pop(future), future.result())

    def _keep(self, places: list[_Place], blocks: list[Block]) -> None:
        # Blocks of a point that ended meanwhile are as if they had never been.
        wanted = [(place, block) for place, block in zip(places, blocks, strict=False) if self.tallies[place[0]].open]
        self._store.keep((point, *self._plan.block(number), block) for (point, number), block in wanted)
        for (point, number), block in wanted:
            self._have.add((point, number))
            self._job_s += 0.2 * (block.wall_s - self._job_s)
            tally = self.tallies[point]
            if not tally.open:
                continue
            if not tally.take(number, block):
                self._done += 1
                self._failed += tally.state == FAILED
                self.latest.append(point)
            elif self._plan.error is not None:
                self._needy.appendleft(point)
        # What a worker did not come to, because someone told it to end.
        self._suspects.extend(places[len(blocks) :])


def _is_death(problem: Exception) -> bool:
    """Whether a worker went away, rather than found something wrong."""
    # That of dask has no name without loading dask.
    return isinstance(problem, (BrokenExecutor, CancelledError)) or type(problem).__name__ in (
        "KilledWorker",
        "CommClosedError",
    )


def _json(values: Values) -> str:
    return json.dumps(values, separators=(",", ":"))
