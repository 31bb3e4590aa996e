"""What the command line prints about a scenario and its results: plain text."""

from __future__ import annotations

import itertools
import json
import math
import re
import textwrap
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from farbell._core import Scenario
from farbell.analysis.flows import Throughput
from farbell.availability import failure_lines
from farbell.bounds import Forbidden
from farbell.deadlocks import deadlock_count, deadlock_lines, waiting_lines
from farbell.describe import counted, hardware_rows, quantity, unit_of
from farbell.design import Elasticities, Requirements, Scaling, TargetPlacement
from farbell.placing import Placement
from farbell.results import Results
from farbell.studies import Study
from farbell.table import ResultTable, cell_text
from farbell.time_shares import time_shares_lines

if TYPE_CHECKING:
    from farbell.freespace import View
    from farbell.netqasm import Outcome

# Demands whose waits are told; `Results.time_shares` has all.
_MOST_WAITS = 20
# Parameters that are shown of those that limit a network.
_MOST_LIMITS = 8

# A note that says where one parameter comes from: "Memory: t2_s = 10, from ...", "Assumed: slots = 8".
_ORIGIN = re.compile(r"(?P<kind>[^:]+): (?P<name>\w+) = (?P<value>[-+.e\d]+?)(?:, from (?P<source>.+?))?\.?")


def text_table(headers: Sequence[str], rows: Sequence[Sequence[str]], left: Collection[int]) -> str:
    """Columns as wide as their widest cell, aligned right but for those in `left`."""
    widths = [max(len(cell) for cell in column) for column in zip(headers, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        aligned = [
            cell.ljust(width) if i in left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return "  ".join(aligned).rstrip()

    return "\n".join([line(headers), line(["-" * width for width in widths]), *(line(row) for row in rows)])


def _origins(notes: Iterable[str]) -> tuple[dict[tuple[str, str], str], list[str]]:
    """Where parameters come from, by name and value in words, as far as notes say so; and the notes that say something else."""
    origins, others = {}, []
    for note in notes:
        match = _ORIGIN.fullmatch(note)
        if match:
            origins[match["name"], quantity(float(match["value"]), unit_of(match["name"]))] = (
                match["source"] or match["kind"].lower()
            )
        else:
            others.append(note)
    return origins, others


def hardware_table(scenario: Scenario, origins: Mapping[tuple[str, str], str]) -> str:
    """Every hardware parameter of a scenario, and where it comes from."""
    rows = [
        (device, name, text, origins.get((name.rpartition("/")[2], text), "")) for device, name, text in hardware_rows(scenario)
    ]
    return text_table(["hardware", "parameter", "value", "from"], rows, left={0, 1, 3})


def _wrapped(title: str, lines: Iterable[str]) -> list[str]:
    filled = [textwrap.fill(line, 110, initial_indent="  - ", subsequent_indent="    ") for line in lines]
    return [title, *filled] if filled else []


def sizes_text(scenario: Scenario) -> str:
    """How many nodes, links and demands it has."""
    sizes = [(len(scenario.nodes), "node"), (len(scenario.links), "link"), (len(scenario.demands), "demand")]
    if scenario.ghz_demands:
        sizes.append((len(scenario.ghz_demands), "GHZ demand"))
    return ", ".join(counted(number, thing) for number, thing in sizes)


def scenario_text(scenario: Scenario) -> str:
    """What is about to run: sizes, hardware, and what the scenario says of its own parameters."""
    sizes = sizes_text(scenario)
    origins, notes = _origins(scenario.notes)
    parts = [
        f"{scenario.name or 'unnamed'}: {sizes}, {quantity(scenario.duration_s, 's')}, seed {scenario.seed}",
        hardware_table(scenario, origins),
        "\n".join(_wrapped("Notes:", notes)),
        "\n".join(_wrapped("Credits:", scenario.credits)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _number(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}g}" if math.isfinite(value) else "-"


def _interval(row: Mapping[str, Any], name: str, unit: str = "", digits: int = 3) -> str:
    value, low, high = (row[f"{name}{end}{unit}"] for end in ("", "_low", "_high"))
    if not math.isfinite(value):
        return "-"
    if not (math.isfinite(low) and math.isfinite(high)):
        return _number(value, digits)
    return f"{_number(value, digits)} [{_number(low, digits)}, {_number(high, digits)}]"


def _seconds(value: float) -> str:
    return quantity(float(f"{value:.3g}"), "s") if math.isfinite(value) else "-"


def results_text(results: Results) -> str:
    """A table of the demands, and the approximations in force."""
    demands = list(results.summary().rows())
    counts = ["asked", "delivered", "timed_out"]
    # Rare, and then worth a column.
    counts += [name for name in ("refused", "rejected_pairs") if any(row[name] for row in demands)]
    headers = ["demand", *(name.replace("_", " ") for name in counts)]
    headers += ["pairs/s", "fidelity", "latency p50", "p95", "key fraction"]
    rows = [
        [
            str(row["demand"]),
            *(f"{row[name]:,}" for name in counts),
            _interval(row, "rate", "_hz"),
            _interval(row, "fidelity", digits=4),
            _seconds(row["latency_p50_s"]),
            _seconds(row["latency_p95_s"]),
            _number(row["key_fraction"]),
        ]
        for row in demands
    ]
    legend = "Asked, delivered, timed out: requests; latencies are those of requests delivered. Brackets: 95 % confidence."
    tables = [text_table(headers, rows, left={0})] if rows or not results.scenario.ghz_demands else []
    tables += [_ghz_table(results)] if results.scenario.ghz_demands else []
    approximations = [f"{entry['name']}: {entry['description']}" for entry in results.approximations]
    waits = list(time_shares_lines(results))[:_MOST_WAITS]
    stuck = list(deadlock_lines(results))
    waiting = list(waiting_lines(results))
    failures = list(failure_lines(results))
    partial = ["PARTIAL: the run ended before its duration was simulated."] if results.partial else []
    return "\n".join(
        [
            "\n\n".join(tables),
            legend,
            *(["", "Where the time went:", *(f"  - {line}" for line in waits)] if waits else []),
            *(["", "Failures:", *(f"  - {line}" for line in failures)] if failures else []),
            "",
            *_wrapped("Deadlocks:", stuck),
            *([""] if stuck else []),
            *_wrapped("Programs that wait:", waiting),
            *([""] if waiting else []),
            *_wrapped("Approximations in force:", approximations or ["none"]),
            "",
            *partial,
        ]
    )


def _ghz_table(results: Results) -> str:
    headers = ["GHZ demand", "users", "asked", "delivered", "timed out", "refused", "states/s", "fidelity", "mean latency"]
    rows = [
        [
            str(row["demand"]),
            *(f"{row[name]:,}" for name in ("users", "asked", "delivered", "timed_out", "refused")),
            _interval(row, "rate", "_hz"),
            _interval(row, "fidelity", digits=4),
            _seconds(row["latency_mean_s"]),
        ]
        for row in results.ghz_summary().rows()
    ]
    return text_table(headers, rows, left={0})


def _plain(value: object) -> object:
    """What JSON can hold: null for what was not measured."""
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def plain_rows(table: ResultTable) -> list[dict[str, object]]:
    return [{name: _plain(value) for name, value in row.items()} for row in table.rows()]


def _expected(row: Mapping[str, Any]) -> str:
    value, low, high = row["expected"], row["expected_low"], row["expected_high"]
    if row["rule"] != "bounds":
        return _precise(value) if row["rule"] != "intervals" else f"{_precise(value)} [{_number(low)}, {_number(high)}]"
    if math.isfinite(low) and math.isfinite(high):
        return f"{low:g} to {high:g}"
    return f"at least {low:g}" if math.isfinite(low) else f"at most {high:g}"


def _precise(value: float) -> str:
    return _number(value, 10)


def check_table(checked: ResultTable) -> str:
    """Expectations beside what was found."""
    rows = []
    for row in checked.rows():
        found = _precise(row["found"])
        if row["rule"] == "intervals":
            found += f" [{_number(row['found_low'])}, {_number(row['found_high'])}]"
        rows.append([row["demand"], row["quantity"], _expected(row), found])
    return text_table(["demand", "quantity", "expected", "found"], rows, left={0, 1})


def check_text(checked: ResultTable, file: str, results: Results) -> str:
    """What differs from the expectations in a file, and how much was compared."""
    verdicts, rules = checked["verdict"].tolist(), checked["rule"].tolist()
    differ = checked[checked["verdict"] == "differs"]
    lines = ["Not as expected:", check_table(differ), ""] if len(differ) else []
    counts = [f"{verdicts.count('agrees')} of {len(verdicts)} expectations in {file} are met"]
    if "intervals" in rules:
        counts.append(f"{rules.count('intervals')} compared by confidence intervals, since this is another run")
    if "none" in rules:
        counts.append(f"{rules.count('none')} not compared, since they have none")
    names = results.network.demand_names + results.network.ghz_demand_names
    unnamed = len(set(names) - set(checked["demand"].tolist()))
    if unnamed:
        counts.append(f"{counted(unnamed, 'demand')} of the scenario {'is' if unnamed == 1 else 'are'} not in the file")
    return "\n".join([*lines, "; ".join(counts) + "."])


def study_text(study: Study) -> str:
    """A table of points and demands, and the points that failed."""
    table = study.table()
    varied = table.columns[1 : 1 + len(study.sweep.paths)]
    headers = [*varied, "demand", "replicas", "pairs/s", "fidelity", "latency p50", "key fraction"]
    rows = [
        [
            *(cell_text(row[name]) for name in varied),
            str(row["demand"]),
            f"{row['replicas']:,}" + ("" if row["state"] in ("all replicas", "precise") else f" ({row['state']})"),
            _interval(row, "rate", "_hz"),
            _interval(row, "fidelity", digits=4),
            _seconds(row["latency_p50_s"]),
            _number(row["key_fraction"]),
        ]
        for row in table.rows()
    ]
    parts = [text_table(headers, rows, left={len(varied)})] if rows else []
    ghz = study.ghz_table()
    if len(ghz):
        parts.append(repr(ghz))
    failed = [f"point {row['point']}: {row['error']}" for row in study.errors.rows()]
    if failed:
        parts.append("\n".join(_wrapped("Failed:", failed)))
    return "\n\n".join([*parts, f"{study.headline}. Brackets: 95 % confidence."])


def study_json(study: Study) -> dict[str, Any]:
    """The same for programs."""
    return {
        "complete": study.complete,
        "demands": plain_rows(study.table()),
        "ghz_demands": plain_rows(study.ghz_table()),
        "errors": plain_rows(study.errors),
    }


def scaling_text(answer: Scaling) -> str:
    """A table of sizes, what limits the largest network that delivers, and the answer in words."""
    latency = "latency_p50_s" if np.isfinite(answer.table["latency_p50_s"]).any() else "pair_age_p50_s"
    priced = bool(np.isfinite(answer.table["cost"]).any())
    headers = [
        answer.vary,
        *(["nodes"] if answer.vary != "nodes" else []),
        "slots",
        "fibre km",
        *(["cost"] if priced else []),
        "pairs/s",
        "fidelity",
        "latency p50" if latency == "latency_p50_s" else "pair age p50",
        "slots used",
        "messages/pair",
        "target",
        "note",
    ]
    rows = [
        [
            cell_text(row["size"]),
            *([f"{row['nodes']:,}"] if answer.vary != "nodes" else []),
            f"{row['memory_slots']:,.0f}",
            cell_text(row["fiber_km"]),
            *([cell_text(row["cost"])] if priced else []),
            _interval(row, "rate", "_hz"),
            _interval(row, "fidelity", digits=4),
            _seconds(row[latency]),
            cell_text(row["occupied_slots"]),
            cell_text(row["messages_per_pair"]),
            row["reached"],
            row["note"],
        ]
        for row in answer.table.rows()
    ]
    parts = [text_table(headers, rows, left={len(headers) - 2, len(headers) - 1})]
    if len(answer.exponents):
        laws = [
            [
                row["figure"],
                f"{answer.vary}^x" if row["law"] == "power" else f"exp(x {answer.vary})",
                f"{row['exponent']:.3g} ({row['low']:.3g} to {row['high']:.3g})",
                f"{100 * row['scatter']:.2g} %",
            ]
            for row in answer.exponents.rows()
        ]
        parts.append(text_table(["grows like", "law", "x", "points are off by"], laws, left={0, 1}))
    if answer.limits is not None:
        parts.append(limits_text(answer.limits, f"what limits it at {answer.vary} = {answer.limits_at:g}"))
    return "\n\n".join([*parts, answer.sentence])


def limits_text(limits: Elasticities, title: str) -> str:
    """The parameters that matter most for rate or fidelity, with intervals."""

    def gain(row: Mapping[str, Any], quantity: str) -> str:
        value, low, high = (row[f"{quantity}_gain{end}"] for end in ("", "_low", "_high"))
        return "-" if math.isnan(value) else f"{value:.3g} ({low:.3g} to {high:.3g})"

    rows = [[row["parameter"], gain(row, "rate"), gain(row, "fidelity"), row["note"]] for row in limits.ranked()[:_MOST_LIMITS]]
    return text_table([title, "gain of rate", "gain of fidelity", "note"], rows, left={0, 3})


def scaling_json(answer: Scaling) -> str:
    """The same for programs."""
    return _json(
        {
            "sizes": plain_rows(answer.table),
            "breaks_at": answer.breaks_at,
            "fits": [asdict(law) for law in answer.fits],
            "exponents": plain_rows(answer.exponents),
            "limits_at": answer.limits_at,
            "limits": plain_rows(answer.limits.table) if answer.limits is not None else [],
            "sentence": answer.sentence,
        }
    )


def requirements_text(answer: Requirements) -> str:
    """Today's parameters and those that the target takes."""
    rows = [
        [row["parameter"], *(cell_text(row[name]) for name in ("today", "required", "factor"))] for row in answer.table.rows()
    ]
    return text_table(["parameter", "today", "required", "factor"], rows, left={0}) + "\n\n" + answer.sentence


def requirements_json(answer: Requirements) -> str:
    """The same for programs."""
    figures = {"cost": answer.cost, "rate_hz": answer.rate_hz, "fidelity": answer.fidelity}
    return _json(
        {**figures, "factors": dict(answer.factors), "required": plain_rows(answer.table), "sentence": answer.sentence}
    )


def bounds_text(tables: Mapping[str, ResultTable], most: Throughput | None) -> str:
    """What each demand can get at most, beside what a run gave it if there was one."""
    parts = []
    for table, title, unit in ((tables["demands"], "demand", "pairs"), (tables["ghz_demands"], "GHZ demand", "states")):
        if not len(table):
            continue
        ran = "share" in table.columns
        headers = [title, *([f"{unit}/s", "share"] if ran else []), "at most", "its route", "any route", "limited by", "bits/s"]
        rows = [
            [
                str(row["demand"]),
                *([_interval(row, "rate", "_hz"), f"{row['share']:.1%}"] if ran else []),
                *(_number(row[name], 4) for name in ("bound_hz", "route_hz", "flow_hz")),
                str(row["limited_by"]),
                _number(row["capacity_hz"], 4),
            ]
            for row in table.rows()
        ]
        parts.append(text_table(headers, rows, left={0, len(headers) - 2}))
    legend = (
        "At most: per second, by any protocol; the lower of what its route and what any routes allow.\n"
        "Bits: secret bits, by any use of the same light."
    )
    ghz = "\nGHZ demands: by the smallest cut between any two users. Of their fidelity there is no bound."
    parts.append(legend + (ghz if len(tables["ghz_demands"]) else ""))
    if most is not None:
        least = min(most.rates_hz.values(), default=0.0)
        words = f"All demands of pairs together: at most {most.total_hz:.4g} pairs/s, of which the least gets {least:.4g}"
        parts.append(f"{words}; limited by {', '.join(most.bottlenecks[:8]) or 'nothing'}.")
    return "\n\n".join(parts)


def bounds_json(tables: Mapping[str, ResultTable], most: Throughput | None, over: Forbidden | None) -> str:
    """The same for programs."""
    return _json(
        {
            **{name: plain_rows(table) for name, table in tables.items()},
            "together": None if most is None else {**asdict(most), "rates_hz": dict(most.rates_hz)},
            "forbidden": None if over is None else {**asdict(over), "sentence": str(over)},
        }
    )


def placement_text(placement: Placement, answer: TargetPlacement | None) -> str:
    """Paths, what was tried for the target, and the answer in words."""
    lengths = {frozenset((link.node_a, link.node_b)): link.length_m for link in placement.links}
    rows = []
    for (a, b), paths in placement.paths.items():
        for path in paths:
            spans = [lengths[frozenset(hop)] for hop in itertools.pairwise(path)]
            rows.append([f"{a}->{b}", ", ".join(path[1:-1]) or "-", _number(max(spans) / 1e3, 4), _number(sum(spans) / 1e3, 4)])
    parts = [text_table(["ends", "repeaters on the way", "longest span km", "length km"], rows, left={0, 1})]
    if answer is not None:
        tried = [
            [
                f"{row['repeaters']}",
                _number(row["longest_span_m"] / 1e3, 4),
                _interval(row, "rate", "_hz"),
                _interval(row, "fidelity", digits=4),
                f"{row['replicas']}",
                row["reached"],
                row["why"],
            ]
            for row in answer.tried.rows()
        ]
        headers = ["repeaters", "longest span km", "pairs/s", "fidelity", "replicas", "target", "why not"]
        parts.append(text_table(headers, tried, left={5, 6}))
        parts.append(f"{answer.sentence} Of each try the slowest and the worst demand. Brackets: 95 % confidence.")
    else:
        how = "the fewest that do" if placement.optimal else f"{placement.least} or more are needed"
        parts.append(f"{counted(placement.cost, 'repeater')} ({how}): {', '.join(placement.repeaters) or 'none'}.")
    return "\n\n".join(parts)


def placement_json(placement: Placement, answer: TargetPlacement | None) -> str:
    """The same for programs."""
    return _json(
        {
            "repeaters": list(placement.repeaters),
            "least": placement.least if answer is None else answer.least,
            "paths": [{"ends": list(ends), "paths": [list(path) for path in paths]} for ends, paths in placement.paths.items()],
            "links": [asdict(link) for link in placement.links],
            "tried": plain_rows(answer.tried) if answer is not None else [],
            "demands": plain_rows(answer.results.summary()) if answer is not None else [],
        }
    )


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(_finite(value), indent=2, allow_nan=False)


def _finite(value: Any) -> Any:
    """Numbers that JSON has no word for as null."""
    if isinstance(value, Mapping):
        return {name: _finite(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(member) for member in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def passes_text(seen: View) -> str:
    """Passes of a satellite, with the time of day in UTC."""
    headers = ["station", "rise (UTC)", "for", "highest", "nearest", "Sun"]
    rows = [
        [
            str(row["station"]),
            (seen.start + timedelta(seconds=float(row["rise_s"]))).strftime("%Y-%m-%d %H:%M:%S"),
            f"{row['set_s'] - row['rise_s']:.0f} s",
            f"{row['max_elevation_deg']:.1f} deg",
            f"{row['min_distance_m'] / 1e3:.0f} km",
            f"{row['sun_elevation_deg']:.1f} deg",
        ]
        for row in seen.passes.rows()
    ]
    if rows:
        return text_table(headers, rows, left={0, 1})
    heights = (f"{seen.elevation_deg[i].max():.1f} deg high over {one.name}" for i, one in enumerate(seen.stations))
    return f"no passes: at most {', '.join(heights)}, below {seen.min_elevation_deg:g} deg"


def returned_text(outcome: Outcome) -> str:
    """A line for each role that returned: when, and what."""
    ended_s = {(row["replica"], row["node"]): row["time_s"] for row in outcome.results.records.rows()}
    lines = [
        f"{f'replica {replica}: ' if len(outcome.returned) > 1 else ''}{role}, after "
        f"{_seconds(ended_s[replica, outcome.application.roles[role]])}: {json.dumps(value)}"
        for replica, roles in enumerate(outcome.to_json())
        for role, value in roles.items()
    ]
    return "\n".join(lines)


def pairs_text(results: Results) -> str:
    """Pairs that applications asked for: a run of theirs has an end of its own, so that rates say nothing."""
    rows = [
        [
            str(row["demand"]),
            f"{row['asked']:,}",
            f"{row['pairs']:,}",
            _interval(row, "fidelity", digits=4),
            _seconds(row["latency_p50_s"]),
        ]
        for row in results.summary().rows()
        if row["asked"]
    ]
    return text_table(["demand", "asked", "pairs", "fidelity", "latency p50"], rows, left={0})


def results_json(results: Results, folder: Path | None, checked: ResultTable | None = None) -> dict[str, Any]:
    """The same as `results_text` and `check_text`, for programs."""
    checks = {} if checked is None else {"check": plain_rows(checked)}
    return {
        "scenario": results.scenario.name,
        "partial": results.partial,
        "demands": plain_rows(results.summary()),
        "ghz_demands": plain_rows(results.ghz_summary()),
        "deadlocks": deadlock_count(results),
        "first_deadlocks": list(deadlock_lines(results)),
        "failures": list(failure_lines(results)),
        **checks,
        "approximations": [dict(entry) for entry in results.approximations],
        "provenance": dict(results.provenance),
        "folder": None if folder is None else str(folder),
    }
