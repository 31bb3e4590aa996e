"""Points of a sweep: one scenario for each combination of values."""

from __future__ import annotations

import hashlib
import html
import inspect
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from farbell._core import Scenario, SpecError
from farbell.studies.varied import Values, plain, quantity, value_at
from farbell.table import cell_text
from farbell.topology.network import nearest

if TYPE_CHECKING:
    from farbell.studies.study import Study

__all__ = ["Point", "Sweep", "sweep"]

_SHOWN_POINTS = 10


@dataclass(frozen=True)
class Point:
    """One point of a sweep.

    Attributes
    ----------
    index : int
        Its number, from 0.
    values : mapping
        Path, or argument of a factory -> value, as given.
    scenario : Scenario
        What is simulated there.
    """

    index: int
    values: Values
    scenario: Scenario


class _Points(Sequence[Point]):
    """Points whose scenarios are made when they are asked for: the next one differs in a few numbers only."""

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep

    def __len__(self) -> int:
        return len(self._sweep.values)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        return Point(number, self._sweep.values[number], self._sweep.scenario(number))


@dataclass(frozen=True, repr=False)
class Sweep:
    """Scenarios that differ in stated values; :func:`farbell.sweep` makes it, :meth:`run` simulates it.

    Attributes
    ----------
    base : str
        The scenario that all points share but for their values, as JSON; empty if a factory made each.
    values : tuple of mappings
        For each point: path, or argument of the factory -> value.
    scenarios : tuple of str
        For each point the scenario that the factory made, as JSON; empty if there is a base.

    Examples
    --------
    >>> import farbell as fb
    >>> network = fb.chain(nodes=3, length_m="20 km", duration_s="0.2 s")
    >>> sweep = fb.sweep(network, {"memories/*/t2_s": ["10 ms", "1 s"], "demands/*/width": [1, 2]})
    >>> sweep
    <Sweep of 4 points: memories/*/t2_s x 2, demands/*/width x 2>
    >>> sweep.points[3].scenario.memories[0].t2_s
    1.0
    """

    base: str
    values: tuple[Values, ...]
    scenarios: tuple[str, ...] = ()

    @property
    def points(self) -> Sequence[Point]:
        """The points in order: the last path varies fastest."""
        return _Points(self)

    @property
    def paths(self) -> tuple[str, ...]:
        """What is varied."""
        return tuple(self.values[0])

    @cached_property
    def _base(self) -> Scenario:
        return Scenario.from_json(self.base)

    def scenario(self, point: int) -> Scenario:
        """The scenario of a point."""
        if self.scenarios:
            return Scenario.from_json(self.scenarios[point])
        return self._base.with_values(dict(self.values[point]))

    @cached_property
    def document(self) -> str:
        """All of it as canonical JSON: equal for equal sweeps."""
        fields = {"base": self.base, "points": self.values, "scenarios": self.scenarios}
        return json.dumps(fields, separators=(",", ":"), allow_nan=False)

    @cached_property
    def key(self) -> str:
        """Hash of everything that decides what is simulated, seeds included."""
        return hashlib.sha256(self.document.encode()).hexdigest()

    @classmethod
    def of_document(cls, text: str) -> Sweep:
        """The sweep that :attr:`document` describes."""
        fields = json.loads(text)
        return cls(fields["base"], tuple(fields["points"]), tuple(fields["scenarios"]))

    def column(self, path: str) -> list[Any]:
        """The value of each point; texts with units ("10 ms") as numbers in SI units."""
        values = [point[path] for point in self.values]
        first = {value: point for point, value in reversed(list(enumerate(values))) if isinstance(value, str)}
        read = {text: self._read(path, text, point) for text, point in first.items()}
        return [read[value] if isinstance(value, str) else value for value in values]

    def _read(self, path: str, text: str, point: int) -> float | str:
        if not self.base and "/" not in path:
            return quantity(path, text)
        value = value_at(self.scenario(point).to_dict(), path)
        return value if isinstance(value, float) else text

    def __len__(self) -> int:
        return len(self.values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sweep) and self.document == other.document

    def __hash__(self) -> int:
        return hash(self.key)

    def run(
        self,
        store: str | Path | None = None,
        *,
        executor: Any = "thread",
        workers: int | None = None,
        replicas: int | None = None,
        max_relative_error: float | None = None,
        min_replicas: int | None = None,
        max_replicas: int | None = None,
        stop_on: Sequence[str] = ("rate_hz",),
        stop_demands: Sequence[str] | None = None,
        replicas_per_task: int = 10,
        retry_failed: bool = False,
        progress: bool | None = None,
    ) -> Study:
        """Simulates every point.

        Parameters
        ----------
        store : str or Path, optional
            SQLite file that keeps what was finished; a run that was stopped goes on from there. Left out: memory.
        executor : {"thread", "process", "dask"}, dask.distributed.Client or concurrent.futures.Executor
            Where points are simulated. Threads are enough for most studies: the core does not hold Python's lock. Processes
            survive the death of one of them. A Client takes a study to a cluster; "dask" is the current Client, or else a
            local cluster for the time of this run. An Executor, `mpi4py.futures.MPIPoolExecutor` say, needs `workers`.
        workers : int, optional
            How many at a time; left out: one for each processor, or as many threads as the cluster has. Results do not
            depend on it, nor on the executor.
        replicas : int, optional
            Independent repetitions of each point, 1 if left out.
        max_relative_error : float, optional
            In place of `replicas`: repeat each point until the half-width of the 95 % confidence intervals of `stop_on` is
            at most this share of the value, for every demand.
        min_replicas, max_replicas : int, optional
            Fewest (10) and most (1,000) repetitions with `max_relative_error`.
        stop_on : sequence of str
            ``rate_hz``, ``fidelity`` or both.
        stop_demands : sequence of str, optional
            Names of the demands whose intervals count; left out: all.
        replicas_per_task : int
            Repetitions that are simulated and stored together. With `max_relative_error` the decision to stop is made at
            multiples of it, on repetitions in the order of their numbers.
        retry_failed : bool
            Whether points that failed in an earlier run on this store are tried again.
        progress : bool, optional
            Whether to show a progress bar; left out: if standard error is a terminal.

        Returns
        -------
        Study
            What every point gave, the same to the last bit for any executor, number of workers and interruptions. Points
            that failed are in its ``errors``.

        Raises
        ------
        SpecError
            If an argument is wrong, or `store` holds another sweep or is of another version of Farbell.
        OSError
            If `store` cannot be written, or another run uses it. What was finished is in it.
        RunError
            If the worker processes do not start.
        ImportError
            If ``executor="dask"`` finds no dask.
        Interrupted
            On Ctrl-C: a KeyboardInterrupt whose ``partial`` is the Study so far.

        Examples
        --------
        >>> import farbell as fb
        >>> network = fb.chain(nodes=3, length_m="20 km", duration_s="0.2 s")
        >>> study = fb.sweep(network, {"demands/*/width": [1, 2]}).run(replicas=2)
        >>> study.table()["width"].tolist(), study.complete
        ([1, 2], True)
        """
        from farbell.studies.driver import run
        from farbell.studies.plan import plan

        chosen = plan(
            replicas=replicas,
            max_relative_error=max_relative_error,
            min_replicas=min_replicas,
            max_replicas=max_replicas,
            stop_on=stop_on,
            stop_demands=stop_demands,
            replicas_per_task=replicas_per_task,
        )
        return run(self, chosen, store=store, executor=executor, workers=workers, retry_failed=retry_failed, progress=progress)

    def __repr__(self) -> str:
        counts = ", ".join(f"{path} x {len({json.dumps(v[path]) for v in self.values})}" for path in self.paths)
        return f"<Sweep of {len(self):,} point{'s' if len(self) != 1 else ''}: {counts}>"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(path)}</th>" for path in self.paths)
        cells = [[cell_text(values[path]) for path in self.paths] for values in self.values[:_SHOWN_POINTS]]
        body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in cells)
        more = f"<p>{len(self):,} points</p>" if len(self) > _SHOWN_POINTS else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def sweep(
    scenario: Scenario | Callable[..., Scenario],
    vary: Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]],
    **fixed: Any,
) -> Sweep:
    """One scenario for each combination of values.

    Parameters
    ----------
    scenario : Scenario or callable
        What is varied; or a function that makes scenarios, such as :func:`farbell.chain`.
    vary : mapping or sequence of mappings
        Path -> its values, for all combinations; or one mapping a point, path -> value, all with the same paths. A path
        leads to a field: ``"memories/*/t2_s"``, ``"links/a--b/fiber/length_m"``; in a list a step is the name of an
        element, its number, or ``*`` for all. Values are numbers, text with a unit ("10 ms"), or specs. For a function a
        name without ``/`` is one of its arguments; paths are for the scenario that it makes.
    **fixed
        Further arguments of the function.

    Returns
    -------
    Sweep
        All points keep the seed of the scenario, so that they differ by what is varied and not by chance; ``"seed"`` can
        be varied as well.

    Raises
    ------
    SpecError
        If a path matches nothing, or a value is not allowed where it leads.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.sweep(fb.chain, {"nodes": [4, 8, 16]}, length_m="20 km")
    <Sweep of 3 points: nodes x 3>
    >>> fb.sweep(fb.example("chain"), [{"seed": 1, "duration_s": 2}, {"seed": 2, "duration_s": 1}])
    <Sweep of 2 points: seed x 2, duration_s x 2>
    """
    given = list(_points(vary))
    points = tuple({path: plain(value, path) for path, value in point.items()} for point in given)
    if isinstance(scenario, Scenario):
        if fixed:
            name = next(iter(fixed))
            raise SpecError(name, repr(fixed[name]), "arguments beside a function only; fields of a scenario are in `vary`")
        for values in points:
            scenario.with_values(dict(values))
        return Sweep(scenario.to_json(), points)
    if not callable(scenario):
        raise TypeError(f"sweep() takes a Scenario or a function that makes one, not {type(scenario).__name__}")
    _check_arguments(scenario, [name for name in points[0] if "/" not in name], fixed)
    return Sweep("", points, tuple(_made(scenario, values, fixed).to_json() for values in given))


def _points(vary: Any) -> Iterator[Values]:
    if isinstance(vary, Mapping):
        if not vary:
            raise SpecError("vary", "{}", "at least one path with its values")
        axes = {str(path): _axis(str(path), values) for path, values in vary.items()}
        for combination in itertools.product(*axes.values()):
            yield dict(zip(axes, combination, strict=True))
        return
    if isinstance(vary, str) or not isinstance(vary, Sequence) or not vary:
        raise SpecError("vary", repr(vary), "a dict of paths and their values, or a list of one dict a point")
    for i, point in enumerate(vary):
        if not isinstance(point, Mapping) or not point:
            raise SpecError(f"vary/{i}", repr(point), "a dict of paths and a value for each")
        if set(point) != set(vary[0]):
            raise SpecError(f"vary/{i}", ", ".join(map(str, point)), f"the paths of the first point: {', '.join(vary[0])}")
        yield {str(path): point[path] for path in vary[0]}


def _axis(path: str, values: Any) -> list[Any]:
    if isinstance(values, (str, Mapping)) or not isinstance(values, (Sequence, np.ndarray)) or len(values) == 0:
        raise SpecError(path, repr(values), "a list of values, at least one")
    return list(values)


def _check_arguments(factory: Callable[..., Scenario], varied: Sequence[str], fixed: Mapping[str, Any]) -> None:
    both = [name for name in varied if name in fixed]
    if both:
        raise SpecError(both[0], "an argument both varied and fixed", "one or the other")
    parameters = inspect.signature(factory).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return
    for name in [*varied, *fixed]:
        if name not in parameters:
            raise SpecError(name, "an unknown argument", f"an argument: {', '.join(parameters)}", nearest(name, parameters))


def _made(factory: Callable[..., Scenario], values: Values, fixed: Mapping[str, Any]) -> Scenario:
    arguments = {name: value for name, value in values.items() if "/" not in name}
    try:
        scenario = factory(**fixed, **arguments)
    except TypeError as error:
        allowed = f"arguments that {getattr(factory, '__name__', 'the function')}() takes"
        raise SpecError("vary", f"{json.dumps(list(arguments))}: {error}", allowed) from error
    if not isinstance(scenario, Scenario):
        raise TypeError(f"the function makes a {type(scenario).__name__}, not a Scenario")
    return scenario.with_values({path: value for path, value in values.items() if "/" in path})
