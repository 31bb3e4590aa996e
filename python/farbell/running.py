"""From a scenario to results: compile it, run it, watch it."""

from __future__ import annotations

import math
import operator
import os
import platform
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from farbell import _core
from farbell._core import Model, Protocol, Scenario, SpecError
from farbell._interrupts import held_interrupts
from farbell.bounds.capacities import compiled
from farbell.record import Code, Network, profiles_of, tables_of, ticks_per_s
from farbell.results import Results
from farbell.storage import Spill
from farbell.table import ResultTable
from farbell.trace import TRACE_ROWS, checked_window
from farbell.use_over_time import time_bins

if TYPE_CHECKING:
    from farbell.programs.host import Host

__all__ = ["Interrupted", "compile", "run"]

_Work = TypeVar("_Work")
_BYTES = {"": 1, "B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during a run.

    Attributes
    ----------
    partial : Results or Study
        What had been simulated by then.

    Examples
    --------
    >>> import farbell as fb
    >>> try:
    ...     results = fb.run(fb.chain(nodes=3, length_m=20e3, duration_s=0.1))
    ... except fb.Interrupted as stop:
    ...     results = stop.partial
    >>> results.partial
    False
    """

    def __init__(self, partial: Any) -> None:
        super().__init__("the run was interrupted; what it had simulated is in .partial")
        self.partial = partial


def compile(scenario: Scenario) -> Model:
    """Checks a scenario and works out what does not change during a run: routes, herald tables, times in ticks.

    Parameters
    ----------
    scenario : Scenario
        What to simulate.

    Returns
    -------
    Model
        Constant; :func:`run` takes it in place of the scenario, as often as one likes.

    Raises
    ------
    SpecError
        If the scenario is wrong.

    Examples
    --------
    >>> import farbell as fb
    >>> model = fb.compile(fb.chain(nodes=3, length_m=20e3))
    >>> [len(route) for route in model.routes]
    [3]
    """
    return _compiled(scenario)


def _compiled(scenario: Scenario) -> Model:
    model = compiled(scenario)
    Network.of(model)  # names are looked up here once, not in every run
    return model


def memory_bytes(text: int | str) -> int:
    """Of `memory_limit`."""
    if isinstance(text, int) and not isinstance(text, bool) and text >= 0:
        return text
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)", text.strip()) if isinstance(text, str) else None
    if match is None or match[2] not in _BYTES:
        raise SpecError("memory_limit", repr(text), 'a number of bytes, or text such as "64 MB"')
    return int(float(match[1]) * _BYTES[match[2]])


def at_least_one(name: str, value: int) -> int:
    try:
        number = 0 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = 0
    if number < 1:
        raise SpecError(name, repr(value), "a whole number of at least 1")
    return number


def threads_for(most: int, threads: int | None) -> int:
    """As many as there are processors, and at most so many, if nothing is said."""
    return min(most, os.cpu_count() or 1) if threads is None else at_least_one("threads", threads)


def seconds_above_0(name: str, value: float) -> float:
    """An argument that is a time."""
    try:
        seconds = math.nan if isinstance(value, (bool, str)) else float(value)
    except (TypeError, ValueError):
        seconds = math.nan
    if not seconds > 0:
        raise SpecError(name, repr(value), "a number of seconds above 0")
    return seconds


def _trace_window(trace: bool | tuple[float, float]) -> tuple[bool, float, float | None]:
    """Whether to trace, from when and until when."""
    if isinstance(trace, bool):
        return trace, 0.0, None
    return True, *checked_window("trace", trace, "true, false, or ")


def provenance_of(seed: int, replicas: int, threads: int) -> dict[str, Any]:
    """Versions, machine and seed of a run."""
    import numpy

    return {
        "farbell": _core.__version__,
        "compiler": _core.compiler,
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        # Not platform.platform(), which starts a process to ask for the processor's name.
        "platform": f"{platform.system()}-{platform.release()}",
        "machine": platform.machine(),
        "seed": seed,
        "replicas": replicas,
        "threads": threads,
    }


class _Bar:
    """A progress bar on standard error, if there is to be one."""

    def __init__(self, show: bool, replicas: int, title: str) -> None:
        self._bar: Any = None
        if show:
            from tqdm import tqdm

            layout = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"
            self._bar = tqdm(total=1.0, desc=title or "run", bar_format=layout, leave=False)
        self._replicas = replicas

    def update(self, done: float, ended: int) -> None:
        if self._bar is not None:
            if self._replicas > 1:
                self._bar.set_postfix_str(f"{ended} of {self._replicas} replicas", refresh=False)
            self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


def with_progress(work: Iterable[_Work], title: str, show: bool | None) -> Iterator[_Work]:
    """The items, with a progress bar; by default if standard error is a terminal."""
    if not (sys.stderr.isatty() if show is None else show):
        yield from work
        return
    from tqdm import tqdm

    yield from tqdm(work, desc=title, leave=False)


def run(
    scenario: Scenario | Model,
    *,
    replicas: int = 1,
    threads: int | None = None,
    seed: int | None = None,
    record: str | None = None,
    progress: bool | None = None,
    memory_limit: int | str = "16 MB",
    max_events: int | None = None,
    max_wall_s: float | None = None,
    trace: bool | tuple[float, float] = False,
    time_shares: bool = True,
    programs: Mapping[str, Any] | Protocol | None = None,
    allow: Sequence[str] = (),
    hooks: Mapping[str, Callable[[Any], Any] | Protocol] | None = None,
    on_error: Literal["stop", "go_on"] = "stop",
    out: str | Path | None = None,
) -> Results:
    """Simulates a scenario.

    Parameters
    ----------
    scenario : Scenario or Model
        What to simulate.
    replicas : int
        Independent repetitions.
    threads : int, optional
        Replicas that run at the same time; left out: one for each processor. Results do not depend on it.
    seed, record : optional
        In place of the scenario's own.
    progress : bool, optional
        Whether to show a progress bar; left out: if standard error is a terminal.
    memory_limit : int or str
        Rows of pairs and requests beyond so many bytes go to Parquet files in a temporary folder.
    max_events, max_wall_s : optional
        Limits per replica, in place of the scenario's own; a replica that reaches one ends early.
    trace : bool or (float, float)
        Whether to write down everything that happens, for :meth:`Results.trace`; two times in seconds bound a window of
        simulated time. At most 1,048,576 rows, all replicas together.
    time_shares : bool
        Whether to say where the time went, for :meth:`Results.time_shares`; it takes a few per cent of the run.
    programs : dict or Protocol, optional
        Node name -> :class:`farbell.Program`, function of a node that yields, or list of them. A run with programs has one
        thread, and refuses more. For every two nodes whose programs may share pairs, and that no demand with traffic
        :class:`ByPrograms` joins, such a demand is added to the scenario. Or a :class:`Protocol` of C++, which is what all
        nodes do, on all threads; if the scenario has no such demand, one is added for every two nodes that a link joins.
    allow : list of str
        Modules from which programs that the scenario itself names may be imported; no other code of a scenario runs.
    hooks : dict, optional
        Decision point (``"swap"``, ``"discard"``, ``"admit"``) -> function that takes a view of what is known there, with
        the columns of rules as attributes, and returns True or False; or a :class:`Protocol` of C++ (:func:`load_protocol`).
        It decides for every demand for pairs, none of which may have a rule for that point. ``"route"`` -> function that takes
        a :class:`farbell.hooks.RouteView` and returns one of its routes, or None: none for now. ``"find_routes"`` -> function
        that takes a :class:`farbell.hooks.RoutesView` and returns the routes that a demand has, as lists of names of nodes, or
        a protocol that does so. In rounds ``"assign_lanes"`` and ``"join_pairs"`` -> functions of a
        :class:`farbell.hooks.RoundView` that return a list of :class:`farbell.hooks.LanePath`, ``"fuse_pairs"`` -> function of
        a :class:`farbell.hooks.FusionView` that returns groups of pairs, or protocols that do so. ``"schedule"`` -> function of
        a :class:`farbell.hooks.ScheduleView`, a link that waits for a turn at an optical switch, that returns a number: the
        highest goes first. A run with functions as hooks has one thread.
    on_error : {"stop", "go_on"}
        What follows when a hook for ``"route"``, ``"find_routes"``, ``"assign_lanes"``, ``"join_pairs"`` or ``"fuse_pairs"``,
        in Python or C++, raises, or gives what does not exist: the run ends, or what is built in decides instead, that once.
        Then ``results.provenance["errors"]`` has the first 100 messages, and ``"errors_in_all"`` their number.
    out : str or Path, optional
        Folder in which to save the results, also those of a run that was interrupted.

    Returns
    -------
    Results
        The same, to the last bit, for any number of threads.

    Raises
    ------
    SpecError
        If the scenario is wrong.
    RunError
        If the run failed, or its trace outgrew its limit. If a program or a hook failed, the message names it, its node, the
        line and the simulated time, and the attribute ``partial`` holds the results of the replicas before, and what was
        recorded until then.
    KeyboardInterrupt
        On Ctrl-C; its attribute ``partial`` holds the results so far.

    Examples
    --------
    >>> import farbell as fb
    >>> results = fb.run(fb.chain(nodes=3, length_m=20e3, duration_s=0.1), replicas=2, seed=7)
    >>> results.replicas["simulated_s"].tolist()
    [0.1, 0.1]
    """
    if not isinstance(scenario, (Scenario, Model)):
        raise TypeError(f"run() takes a Scenario or a Model, not {type(scenario).__name__}")
    replicas = at_least_one("replicas", replicas)
    workers = threads_for(replicas, threads)
    if max_events is not None:
        max_events = at_least_one("max_events", max_events)
    if max_wall_s is not None:
        max_wall_s = seconds_above_0("max_wall_s", max_wall_s)
    limit = memory_bytes(memory_limit)
    traced, trace_from_s, trace_until_s = _trace_window(trace)
    changes: dict[str, Any] = {"seed": seed, "record": record}
    changes = {name: value for name, value in changes.items() if value is not None}
    given = scenario if isinstance(scenario, Scenario) else scenario.scenario
    wanted = given.replace(**changes) if changes else given
    of_nodes = None
    in_cpp = None
    if isinstance(programs, Protocol):
        from farbell.extensions import with_demands_of_links

        in_cpp = programs
        wanted = with_demands_of_links(wanted, in_cpp)
    elif programs is not None or wanted.programs:
        if threads is not None and workers > 1:
            raise SpecError("threads", repr(threads), "1, or left out: programs share Python's one thread")
        from farbell.programs.binding import with_programs

        wanted, of_nodes = with_programs(wanted, programs or {}, allow)
        workers = 1
    model = scenario if isinstance(scenario, Model) and wanted is given else _compiled(wanted)
    host = None
    if of_nodes is not None:
        from farbell.programs.host import Host

        host = Host(model, of_nodes)
    functions: dict[str, Any] = {}
    protocols: dict[str, Protocol] = {}
    if hooks is not None:
        from farbell.hook_calls import checked

        functions, protocols = checked(hooks, model)
        if functions:
            workers = 1
    if on_error not in ("stop", "go_on"):
        raise SpecError("on_error", repr(on_error), '"stop" or "go_on"')
    if on_error == "go_on":
        from farbell.hook_calls import MAY_GO_ON

        if not MAY_GO_ON.keys() & {*functions, *protocols}:
            about = ", ".join(MAY_GO_ON)
            raise SpecError("on_error", '"go_on"', f'"stop" without one of the hooks whose errors it is about: {about}')
    network = Network.of(model)
    provenance = provenance_of(model.scenario.seed, replicas, workers)
    if traced:
        provenance["trace_s"] = [trace_from_s, model.scenario.duration_s if trace_until_s is None else trace_until_s]
    if hooks:
        provenance["hooks"] = sorted(hooks)
    if on_error == "go_on":
        provenance["on_error"] = on_error
    if in_cpp is not None or protocols:
        from farbell.extensions import provenance_of_protocols

        provenance["protocols"] = provenance_of_protocols(protocols, in_cpp)
    provenance["started"] = datetime.now(timezone.utc).isoformat(timespec="seconds")
    wall, cpu = time.perf_counter(), time.process_time()
    with held_interrupts() as interrupts:
        spill = Spill()
        bar = _Bar(sys.stderr.isatty() if progress is None else progress, replicas, model.scenario.name)

        def progressed(done: float, ended: int) -> bool:
            bar.update(done, ended)
            return not interrupts.pressed

        try:
            output = _core.run(
                model,
                replicas=replicas,
                threads=workers,
                memory_limit_bytes=limit,
                max_events=max_events,
                max_wall_s=max_wall_s,
                trace=traced,
                trace_from_s=trace_from_s,
                trace_until_s=trace_until_s,
                trace_rows=TRACE_ROWS,
                account_time=time_shares,
                bins=time_bins(len(network.node_names), len(network.link_names), replicas),
                on_block=spill.take,
                on_progress=progressed,
                programs=host if in_cpp is None else in_cpp,
                decisions=functions or None,
                protocols=protocols,
                goes_on=on_error == "go_on",
            )
        finally:
            bar.close()
            spilled = spill.close()
        provenance["wall_s"] = round(time.perf_counter() - wall, 3)
        provenance["cpu_s"] = round(time.process_time() - cpu, 3)

        if output["errors"]:
            provenance |= {"errors": output["errors"], "errors_in_all": output["errors_in_all"]}
        if output["failure"] is not None:
            provenance["failed_replica"] = len(output["tables"]["replicas"]["replica"])
        columns = {**output["tables"], **spilled}
        results = Results(
            scenario=model.scenario,
            network=network,
            tables=tables_of(columns, network),
            batches=output["batches"],
            moments=output["moments"],
            latency_sketch=output["latency_sketch"],
            fidelity_histogram=output["fidelity_histogram"],
            provenance=provenance,
            profiles=_profiles(output["tables"], network, model.scenario, host, in_cpp),
            code=Code(in_cpp or of_nodes, hooks) if in_cpp or of_nodes is not None or hooks else None,
        )
        if out is not None:
            results.save(out)
    if output["interrupted"] or interrupts.pressed:
        raise Interrupted(results)
    if output["failure"] is not None:
        failure = output["failure"]
        failure.partial = results
        raise failure
    if output["errors"]:
        first, count = output["errors"][0], output["errors_in_all"]
        warnings.warn(f"the run went on without {count} answer(s) of a hook; the first: {first}", RuntimeWarning, stacklevel=2)
    return results


def _profiles(
    tables: Mapping[str, Any], network: Network, scenario: Scenario, host: Host | None, in_cpp: Protocol | None
) -> Mapping[str, Any]:
    profiles = profiles_of(tables, network, ticks_per_s(scenario), None if host is None else host.notes.rows)
    if in_cpp is not None:
        return {**profiles, "records": ResultTable(tables["records"], network.categories)}
    return profiles if host is None else {**profiles, **host.records.tables()}
