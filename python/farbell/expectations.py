"""Expectations of a run: read from a file or a dict, made from results, and compared with results.

An expectation of a quantity is one of three: a number, which is to be met; bounds (``min``, ``max``), within which the
quantity is to lie; or an estimate (``value``, with ``low`` and ``high``), which an earlier run made. An estimate is to be
met by the same run (seed, replicas, minor version), and to agree within both confidence intervals by any other.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from farbell._core import SpecError, __version__
from farbell.analysis.intervals import rate_interval
from farbell.ghz import GHZ_COUNTS, ghz_summary
from farbell.record import Record
from farbell.summary import COUNTS, ESTIMATES, summary
from farbell.table import ResultTable
from farbell.topology.network import nearest

__all__ = [
    "FALSE_ALARMS",
    "GHZ_QUANTITIES",
    "QUANTITIES",
    "Expectations",
    "check",
    "expectations",
    "expectations_text",
    "read_expectations",
]

#: Highest probability that the check of another run of the same scenario finds a difference.
FALSE_ALARMS = 1e-4
# Numbers of the same run differ by rounding only: of the file, and of mathematical libraries.
_ROUNDING = 1e-9
# Fewer replicas say too little about the scatter of what is counted once a replica.
_REPLICAS_FOR_COUNTS = 10

#: What may be expected of a demand: columns of :meth:`farbell.Results.summary`.
QUANTITIES = (*COUNTS, *ESTIMATES)
_GHZ_ESTIMATES = {name: ESTIMATES[name] for name in ("rate_hz", "fidelity")}
_GHZ_LATENCIES = ("latency_mean_s",)
#: The same of a GHZ demand: columns of :meth:`farbell.Results.ghz_summary`.
GHZ_QUANTITIES = (*GHZ_COUNTS, *_GHZ_ESTIMATES, *_GHZ_LATENCIES)

_ALL_QUANTITIES = tuple(dict.fromkeys((*QUANTITIES, *GHZ_QUANTITIES)))

_RULES = ("value", "bounds", "intervals", "none")
_VERDICTS = ("agrees", "differs", "not compared")


@dataclass(frozen=True)
class Expectation:
    """One number, its bounds or the interval around it, and the rule by which it is compared; nan for what is not said."""

    rule: str
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan

    def times(self, factor: float) -> Expectation:
        return Expectation(self.rule, self.value * factor, self.low * factor, self.high * factor)

    @property
    def has_interval(self) -> bool:
        return math.isfinite(self.low) and math.isfinite(self.high)


@dataclass(frozen=True)
class Source:
    """The run that estimates come from."""

    seed: int
    replicas: int
    farbell: str
    level: float

    def is_run_of(self, record: Record) -> bool:
        """Whether results are of the same run: equal seeds give equal draws within a minor version."""
        return (
            self.seed == record.provenance["seed"]
            and self.replicas == record.provenance["replicas"]
            and _minor(self.farbell) == _minor(record.provenance["farbell"])
        )


@dataclass(frozen=True)
class Expectations:
    """Demand -> quantity -> what is expected of it; and where estimates come from."""

    demands: Mapping[str, Mapping[str, Expectation]]
    source: Source | None = None


def _minor(version: str) -> list[str]:
    return version.split(".")[:2]


# Reading. Nothing unknown is ignored; an error says where, what was found and what is allowed.


def _step(name: str) -> str:
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _found(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= 60 else text[:57] + "..."


def _object(value: object, at: str, what: str, known: Iterable[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise SpecError(at, _found(value), f"an object ({what})")
    names = list(known)
    for name in value:
        if name not in names:
            raise SpecError(
                at + _step(str(name)),
                f"the unknown name {_found(name)}",
                f"{what}: {', '.join(names)}",
                nearest(str(name), names),
            )
    return value


def _number(value: object, at: str, allowed: str = "a number") -> float:
    number = math.nan
    if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
        with contextlib.suppress(OverflowError):
            number = float(value)
    if not math.isfinite(number):
        raise SpecError(at, _found(value), allowed)
    return number


def _number_or_null(value: object, at: str) -> float:
    return math.nan if value is None else _number(value, at, "a number, or null for what was not measured")


def _ordered(low: float, high: float, at: str, names: str) -> None:
    if low > high:
        raise SpecError(at, f"{names} = {low:g}, {high:g}", "the lower one first")


def _expectation(value: object, at: str) -> Expectation:
    if not isinstance(value, Mapping):
        return Expectation("value", _number(value, at, "a number, or an object with min and max, or with value, low and high"))
    members = _object(value, at, "an expectation", ("min", "max", "value", "low", "high"))
    if "value" in members:
        for name in ("min", "max"):
            if name in members:
                raise SpecError(at + _step(name), "min or max beside value", "bounds or a value, not both")
        if ("low" in members) != ("high" in members):
            raise SpecError(at, "one end of an interval", "both low and high, or neither")
        low, high = (_number_or_null(members.get(name), at + _step(name)) for name in ("low", "high"))
        _ordered(low, high, at, "low, high")
        return Expectation("intervals", _number_or_null(members["value"], at + "/value"), low, high)
    for name in ("low", "high"):
        if name in members:
            raise SpecError(
                at + _step(name), f"{name} without a value", "min and max for bounds; low and high belong to a value"
            )
    if not members:
        raise SpecError(at, "an empty object", "min, max or both, or a value")
    low = _number(members["min"], at + "/min") if "min" in members else -math.inf
    high = _number(members["max"], at + "/max") if "max" in members else math.inf
    _ordered(low, high, at, "min, max")
    return Expectation("bounds", math.nan, low, high)


def _whole(value: object, at: str, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise SpecError(at, _found(value), f"a whole number of at least {least}")
    return value


def _source(value: object) -> Source:
    names = ("seed", "replicas", "farbell", "level")
    members = _object(value, "/run", "the run that values come from", names)
    for name in names:
        if name not in members:
            raise SpecError(f"/run/{name}", "nothing", "the run that values come from: " + ", ".join(names))
    level = _number(members["level"], "/run/level")
    if not 0 < level < 1:
        raise SpecError("/run/level", f"{level:g}", "a confidence level, above 0 and below 1")
    if not isinstance(members["farbell"], str):
        raise SpecError("/run/farbell", _found(members["farbell"]), "a version, as text")
    return Source(
        _whole(members["seed"], "/run/seed", 0), _whole(members["replicas"], "/run/replicas", 1), members["farbell"], level
    )


def _from_document(document: object, quantities_of: Mapping[str, Sequence[str]]) -> Expectations:
    top = _object(document, "", "expectations", ("run", "demands"))
    if "demands" not in top:
        raise SpecError("/demands", "nothing", "expectations by name of the demand")
    found = {}
    for demand, quantities in _object(top["demands"], "/demands", "the demands of the scenario", quantities_of).items():
        at = "/demands" + _step(demand)
        members = _object(quantities, at, "quantities", quantities_of[demand])
        found[demand] = {name: _expectation(value, at + _step(name)) for name, value in members.items()}
    source = _source(top["run"]) if "run" in top else None
    if source is None and any(e.rule == "intervals" for quantities in found.values() for e in quantities.values()):
        raise SpecError("/run", "nothing", "the run that values come from; or min and max instead of values")
    return Expectations(found, source)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise SpecError("", f"the name {_found(twice)} twice", "each name once in an object")
    return members


def _constant(word: str) -> float:
    raise SpecError("", word, "JSON, which has no NaN and no Infinity")


def read_expectations(
    expected: Mapping[str, Any] | str | os.PathLike[str], demands: Sequence[str], ghz_demands: Sequence[str] = ()
) -> Expectations:
    """Expectations from a dict or a JSON file, checked.

    Parameters
    ----------
    expected : mapping, str or path
        What `Results.expectations` gives, or one's own; or the file that holds it.
    demands, ghz_demands : sequence of str
        Names of the demands of the scenario, and of its GHZ demands.

    Raises
    ------
    SpecError
        If they are no expectations, or name a demand or a quantity that is not known.
    OSError
        If the file cannot be read.
    """
    quantities_of = {**dict.fromkeys(demands, QUANTITIES), **dict.fromkeys(ghz_demands, GHZ_QUANTITIES)}
    if isinstance(expected, Mapping):
        return _from_document(expected, quantities_of)
    file = Path(expected)
    try:
        document = json.loads(file.read_bytes(), object_pairs_hook=_members, parse_constant=_constant)
        return _from_document(document, quantities_of)
    except SpecError as error:
        raise SpecError(f"{file}: {error.path or '/'}", error.found, error.allowed, error.nearest) from None
    except (ValueError, RecursionError) as error:
        raise SpecError(f"{file}", str(error), "expectations in JSON") from None


# Estimates of a run.


def _counts(
    record: Record, table: ResultTable, demand: int, columns: Mapping[str, str], level: float
) -> dict[str, Expectation]:
    """What was counted, summed over the replicas; its interval from their scatter, where they are enough."""
    mine = table.codes("demand") == demand
    replicas = len(record.tables["replicas"])
    found = {}
    for name, column in columns.items():
        counts = np.asarray(table[column][mine], dtype=np.float64)
        low = high = math.nan
        if replicas >= _REPLICAS_FOR_COUNTS:
            interval = rate_interval(counts[:, None], np.ones((len(counts), 1)), level=level)
            low, high = interval.low * replicas, interval.high * replicas
        found[name] = Expectation("intervals", float(counts.sum()), low, high)
    return found


def _estimates(record: Record, level: float) -> dict[str, dict[str, Expectation]]:
    """Demand -> quantity -> its value, with an interval where there is one."""
    sources: list[tuple[ResultTable, str, Mapping[str, str], Mapping[str, str], tuple[str, ...]]]
    sources = [(summary(record, level), "demands", COUNTS, ESTIMATES, ())]
    if record.network.ghz_demand_names:
        sources.append((ghz_summary(record, level), "ghz_demands", GHZ_COUNTS, _GHZ_ESTIMATES, _GHZ_LATENCIES))
    found = {}
    for figures, table, counts, estimates, latencies in sources:
        for row, demand in zip(figures.rows(), figures.codes("demand").tolist(), strict=True):
            quantities = _counts(record, record.tables[table], demand, counts, level)
            for name, pattern in estimates.items():
                value, low, high = (row[pattern.format(end)] for end in ("", "_low", "_high"))
                quantities[name] = Expectation("intervals", value, low, high)
            quantities |= {name: Expectation("intervals", row[name]) for name in latencies}
            found[str(row["demand"])] = quantities
    return found


def _written(expectation: Expectation) -> dict[str, float | int | None]:
    def plain(value: float) -> float | int | None:
        if not math.isfinite(value):
            return None
        # Twelve digits also for the ends: an interval may have no width, and is to hold its value after rounding.
        return int(value) if value == int(value) and abs(value) < 2**53 else float(f"{value:.12g}")

    members = {"value": plain(expectation.value)}
    if expectation.has_interval:
        members |= {"low": plain(expectation.low), "high": plain(expectation.high)}
    return members


def expectations(record: Record) -> dict[str, Any]:
    """The results of a run as expectations of the next; :meth:`farbell.Results.expectations` describes it."""
    if record.partial:
        raise ValueError("the run ended early: what it gives is not what to expect")
    replicas = record.provenance["replicas"]
    counted = replicas >= _REPLICAS_FOR_COUNTS
    intervals = len(ESTIMATES) + counted * len(COUNTS), len(_GHZ_ESTIMATES) + counted * len(GHZ_COUNTS)
    demands = len(record.network.demand_names), len(record.network.ghz_demand_names)
    comparisons = max(sum(a * b for a, b in zip(intervals, demands, strict=True)), 1)
    # Two intervals lie apart only if one of them misses the truth.
    level = 1 - FALSE_ALARMS / (2 * max(comparisons, 1))
    return {
        "run": {"seed": record.provenance["seed"], "replicas": replicas, "farbell": __version__, "level": level},
        "demands": {
            demand: {name: _written(expectation) for name, expectation in quantities.items()}
            for demand, quantities in _estimates(record, level).items()
        },
    }


def expectations_text(document: Mapping[str, Any]) -> str:
    """What `expectations` gives as JSON, one quantity a line: a change shows as the lines that it touches."""

    def line(value: object) -> str:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)

    lines = ["{", f' "run": {line(document["run"])},', ' "demands": {']
    for number, (demand, quantities) in enumerate(document["demands"].items(), 1):
        lines.append(f"  {line(demand)}: {{")
        lines += [f"   {line(name)}: {line(expectation)}," for name, expectation in quantities.items()]
        lines[-1] = lines[-1].removesuffix(",")
        lines.append("  }," if number < len(document["demands"]) else "  }")
    return "\n".join([*lines, " }", "}"]) + "\n"


# Comparing.


def _same(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=_ROUNDING, abs_tol=1e-12) or (math.isnan(a) and math.isnan(b))


def _compared(expected: Expectation, found: Expectation, same_run: bool) -> tuple[str, str]:
    """The rule that was applied, and the verdict."""

    def verdict(agrees: bool) -> str:
        return "agrees" if agrees else "differs"

    if expected.rule == "bounds":
        return "bounds", verdict(expected.low <= found.value <= expected.high)
    if expected.rule == "value" or same_run:
        return "value", verdict(_same(expected.value, found.value))
    if not (expected.has_interval and found.has_interval):
        return "none", "not compared"
    slack = _ROUNDING * max(abs(expected.value), abs(found.value))
    return "intervals", verdict(expected.low <= found.high + slack and found.low <= expected.high + slack)


def check(record: Record, expected: Expectations) -> ResultTable:
    """One row for each expectation; :meth:`farbell.Results.check` describes it."""
    source = expected.source
    same_run = source is not None and source.is_run_of(record)
    estimates = _estimates(record, source.level if source else 0.95)
    demands = record.network.demand_names + record.network.ghz_demand_names
    rows: list[dict[str, float]] = []
    for demand, quantities in expected.demands.items():
        for quantity, expectation in quantities.items():
            found = estimates[demand][quantity]
            if source is not None and expectation.rule == "intervals" and quantity in (*COUNTS, *GHZ_COUNTS):
                # Counts are sums over the replicas.
                expectation = expectation.times(len(record.tables["replicas"]) / source.replicas)
            rule, verdict = _compared(expectation, found, same_run)
            rows.append(
                {
                    "demand": demands.index(demand),
                    "quantity": _ALL_QUANTITIES.index(quantity),
                    "verdict": _VERDICTS.index(verdict),
                    "rule": _RULES.index(rule),
                    "found": found.value,
                    "found_low": found.low,
                    "found_high": found.high,
                    "expected": expectation.value,
                    "expected_low": expectation.low,
                    "expected_high": expectation.high,
                }
            )
    names = (
        "demand",
        "quantity",
        "verdict",
        "rule",
        *(f"{of}{end}" for of in ("found", "expected") for end in ("", "_low", "_high")),
    )
    kinds = dict.fromkeys(names[:4], np.int64)
    columns = {name: np.array([row[name] for row in rows], dtype=kinds.get(name, np.float64)) for name in names}
    words = {"demand": demands, "quantity": _ALL_QUANTITIES, "verdict": _VERDICTS, "rule": _RULES}
    return ResultTable(columns, words)
