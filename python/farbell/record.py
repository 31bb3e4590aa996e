"""What a run recorded, as the core hands it over, with names put to its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from farbell._core import Model, Protocol, Scenario
from farbell.table import ResultTable
from farbell.trace import REFUSAL_REASONS, REQUEST_STATUS, TRACE_WORDS, Note, trace_table
from farbell.use_over_time import LinkUse, NodeUse

__all__ = ["Code", "Network", "Record", "batch_seconds", "profiles_of", "tables_of", "ticks_per_s"]

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.uint64]

#: Names of the tables, those with one row an event first.
TABLES = ("pairs", "requests", "links", "nodes", "demands", "time_spent", "replicas", "deadlocks")
#: Those of scenarios with GHZ demands.
GHZ_TABLES = ("ghz_states", "ghz_requests", "ghz_demands", "ghz_batches")
#: Which may be larger than memory.
ROW_TABLES = TABLES[:2] + GHZ_TABLES[:2]
#: Those of scenarios with failures.
FAILURE_TABLES = ("failures", "node_availability", "demand_availability")
#: Tables over simulated time, and the trace if there is one.
PROFILES = ("occupancy", "link_use", "trace")
#: Those of runs with programs, whose words are their own.
PROGRAM_TABLES = ("records", "processes")
#: Shapes of the statistics: batches a replica, buckets of the latency sketch, bins of the fidelity histogram.
BATCHES, LATENCY_BUCKETS, FIDELITY_BINS = 32, 2048, 100
#: What the columns of `Record.batches` and `Record.moments` hold.
BATCH_SUMS = ("pairs", "fidelity_sum", "xx_sum", "yy_sum", "zz_sum", "requests_done", "latency_sum_s")
MOMENTS = (
    "pairs",
    "fidelity_mean",
    "fidelity_m2",
    "latency_mean_s",
    "latency_m2_s2",
    "requests_done",
    "fidelity_min",
    "fidelity_max",
)

_BASES = ("z", "x")
_ENDED = ("horizon", "event_limit", "wall_limit", "interrupted", "deadlock")
_OTHER = ("holder", "ahead")
_FIDELITY_KIND = ("exact", "sampled")


@dataclass(frozen=True)
class Network:
    """The names behind the numbers of a run, and what was compiled for it."""

    node_names: tuple[str, ...]
    link_names: tuple[str, ...]
    demand_names: tuple[str, ...]
    ghz_demand_names: tuple[str, ...]
    failure_names: tuple[str, ...]
    routes: tuple[tuple[str, ...], ...]
    ghz_arms: tuple[tuple[tuple[str, ...], ...], ...]
    state: str
    approximations: tuple[Mapping[str, str], ...]
    link_models: ResultTable

    def route(self, demand: str, circuit: int) -> tuple[str, ...]:
        """Of a demand's circuit at the start, as far as it is known; a GHZ demand has one to each user."""
        if demand in self.ghz_demand_names:
            return self.ghz_arms[self.ghz_demand_names.index(demand)][circuit]
        return self.routes[self.demand_names.index(demand)]

    def along_tree(self, ghz_demand: str) -> bool:
        """Whether it is served along a tree, and not from one center."""
        return len({arm[0] for arm in self.ghz_arms[self.ghz_demand_names.index(ghz_demand)]}) != 1

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that every run of it has."""
        return TABLES + (GHZ_TABLES if self.ghz_demand_names else ()) + (FAILURE_TABLES if self.failure_names else ())

    @property
    def sampled(self) -> bool:
        """Whether states follow one trajectory of the noise, so that fidelities are right on average only."""
        return self.state in ("stabilizer", "ket")

    @classmethod
    def of(cls, model: Model) -> Network:
        """The network of a model, made once for each."""
        if model not in _NETWORKS:
            _NETWORKS[model] = cls._made_of(model)
        return _NETWORKS[model]

    @classmethod
    def _made_of(cls, model: Model) -> Network:
        links = tuple(model.link_names)
        facts = {name: values for name, values in model.link_table().items() if name != "link"}
        return cls(
            node_names=tuple(model.node_names),
            link_names=links,
            demand_names=tuple(model.demand_names),
            ghz_demand_names=tuple(model.ghz_demand_names),
            failure_names=tuple(model.failure_names),
            routes=tuple(tuple(route) for route in model.routes),
            ghz_arms=tuple(tuple(map(tuple, arms)) for arms in model.ghz_arms),
            state=model.state,
            approximations=tuple(dict(entry) for entry in model.approximations),
            link_models=ResultTable({"link": np.arange(len(links)), **facts}, {"link": links}),
        )

    @cached_property
    def categories(self) -> dict[str, tuple[str, ...]]:
        """Column -> words, for every column of words in any table."""
        return {
            # Those for GHZ states are numbered after those for pairs.
            "demand": self.demand_names + self.ghz_demand_names,
            "link": self.link_names,
            "node": self.node_names,
            "failure": self.failure_names,
            "status": REQUEST_STATUS,
            "reason": REFUSAL_REASONS,
            "ended": _ENDED,
            "other": self.demand_names,
            "other_is": _OTHER,
            "basis_a": _BASES,
            "basis_b": _BASES,
            "to_node": self.node_names,
            "fidelity_kind": _FIDELITY_KIND,
            **TRACE_WORDS,
        }


_NETWORKS: WeakKeyDictionary[Model, Network] = WeakKeyDictionary()


@dataclass(frozen=True)
class Code:
    """Programs and hooks of a run, by which it can be replayed. No copy, and no file, has them.

    Attributes
    ----------
    programs : mapping or Protocol, optional
        Node -> its programs, each with its title; or what all nodes do, in C++.
    hooks : mapping, optional
        Decision point -> function, or protocol in C++.
    """

    programs: Mapping[str, Sequence[tuple[str, Any]]] | Protocol | None = None
    hooks: Mapping[str, Callable[[Any], Any] | Protocol] | None = None

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        return _no_code, ()


def _no_code() -> None:
    return None


@dataclass(frozen=True, eq=False, repr=False)
class Record:
    """Everything that is known about a run.

    Attributes
    ----------
    scenario : Scenario
        What was run.
    network : Network
        Names, routes, links, and the approximations that were in force.
    tables : mapping
        Name -> table.
    batches : numpy.ndarray
        ``[replica, demand, batch, column]``: pairs, and sums of their fidelity, xx, yy, zz; requests done, and the sum of
        their latency; in 32 equal stretches of the simulated time after the warm-up.
    moments : numpy.ndarray
        ``[replica, demand, column]``, the columns being ``farbell.record.MOMENTS``.
    latency_sketch : numpy.ndarray
        ``[demand, bucket]``: requests by latency; see :func:`farbell.analysis.latency_quantile`.
    fidelity_histogram : numpy.ndarray
        ``[demand, bin]``: delivered pairs by fidelity, 100 equal bins from 0 to 1.
    provenance : mapping
        Versions, seed, machine, times.
    profiles : mapping
        Name -> table over simulated time: ``occupancy``, ``link_use``, and ``trace`` of a run that was traced.
    code : Code, optional
        The programs and hooks of the run, in memory only.
    """

    scenario: Scenario
    network: Network
    tables: Mapping[str, ResultTable]
    batches: Floats
    moments: Floats
    latency_sketch: Counts
    fidelity_histogram: Counts
    provenance: Mapping[str, Any]
    profiles: Mapping[str, ResultTable] = field(default_factory=dict)
    code: Code | None = None

    @property
    def partial(self) -> bool:
        """Whether any replica ended before the scenario's duration was simulated."""
        ended = self.tables["replicas"].codes("ended")
        return bool(np.any(ended != 0)) or len(ended) < self.provenance["replicas"]

    @property
    def batch_seconds(self) -> Floats:
        """Simulated seconds of each batch, ``[replica, batch]``; less in one that a replica did not finish."""
        return batch_seconds(self.scenario, self.tables["replicas"]["simulated_s"], self.batches.shape[2])


def batch_seconds(scenario: Scenario, simulated_s: Floats, count: int) -> Floats:
    """Simulated seconds of each of `count` batches, ``[replica, batch]``, from those of each replica."""
    warm_up, duration = scenario.warm_up_s, scenario.duration_s
    starts = warm_up + (duration - warm_up) / count * np.arange(count)
    seconds: Floats = np.clip(np.asarray(simulated_s)[:, None] - starts, 0, (duration - warm_up) / count)
    return seconds


class _Tables(Mapping[str, ResultTable]):
    """Tables that are made when they are asked for: a run of a millisecond need not wait for those that nobody looks at."""

    def __init__(self, names: Sequence[str], make: Callable[[str], ResultTable]) -> None:
        self._names, self._make, self._made = names, make, dict[str, ResultTable]()

    def __getitem__(self, name: str) -> ResultTable:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def tables_of(columns: Mapping[str, Any], network: Network) -> Mapping[str, ResultTable]:
    """The core's columns, or a source of columns, as tables with words.

    Parameters
    ----------
    columns : mapping
        Name of a table -> its columns.
    network : Network
        The words.
    """
    return _Tables(network.tables, lambda name: ResultTable(columns[name], network.categories))


def ticks_per_s(scenario: Scenario) -> float:
    """Resolution of simulated time."""
    return {"ps": 1e12, "ns": 1e9}[scenario.tick]


def profiles_of(
    columns: Mapping[str, Any], network: Network, ticks: float, notes: Sequence[Note] | None = None
) -> Mapping[str, ResultTable]:
    """The core's tables over simulated time, as far as there are any.

    Parameters
    ----------
    columns : mapping
        Name of a table -> its columns.
    network : Network
        The words.
    ticks : float
        Ticks per second.
    notes : sequence of Note, optional
        Of a run with programs.
    """

    def make(name: str) -> ResultTable:
        if name == "trace":
            return trace_table(columns["trace"], ticks, network.categories, notes)
        ends, sums = columns["use_ends"], columns[name]
        if name == "occupancy":
            slots = columns["nodes"]["slots"][: len(network.node_names)]
            return ResultTable(NodeUse(ends, sums, ticks, slots), network.categories)
        return ResultTable(LinkUse(ends, sums, ticks, len(network.link_names)), network.categories)

    return _Tables([name for name in PROFILES if name in columns], make)
