"""A run as one HTML file that loads nothing from any host."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

from farbell._core import RunError, SpecError
from farbell._extras import require
from farbell.analysis.latency import LATENCY_RELATIVE_ERROR
from farbell.availability import failure_lines
from farbell.bounds import route_bounds
from farbell.deadlocks import deadlock_lines
from farbell.describe import counted, hardware_rows, quantity
from farbell.diagrams import message_sequence, space_time
from farbell.figures import fidelity_figure, latency_figure, map_figure, rate_figure, time_use_figure
from farbell.ghz import ghz_summary
from farbell.record import Record
from farbell.summary import summary
from farbell.table import cell_text
from farbell.time_shares import SHARES, time_shares
from farbell.views import SHARE_COLORS, TimeUse, link_time_use, node_time_use

__all__ = ["write_report"]

# Longer tables are cut in the page; the folder of results has all of them.
_MOST_ROWS = 200
# Events that are replayed for a drawing, at most.
_MOST_REPLAYED = 1_000_000
_LONGEST_SCENARIO = 300_000
_BUTTONS = ["toImage", "zoom2d", "pan2d", "resetScale2d"]
_CONFIG = {"responsive": True, "displaylogo": False, "modeBarButtons": [_BUTTONS]}


def _escaped(value: object) -> str:
    return html.escape(str(value))


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """A table whose cells are HTML already."""
    head = "".join(f"<th>{text}</th>" for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _list(items: Iterable[str], otherwise: str) -> str:
    lines = [f"<li>{_escaped(item)}</li>" for item in items]
    return f"<ul>{''.join(lines)}</ul>" if lines else f"<p>{otherwise}</p>"


def _with_interval(row: Mapping[str, Any], name: str, unit: str = "") -> str:
    value, low, high = (cell_text(row[f"{name}{end}{unit}"]) for end in ("", "_low", "_high"))
    return value if "-" in (low, high) else f"{value} <small>[{low}, {high}]</small>"


def _seconds(value: float) -> str:
    return "-" if np.isnan(value) else quantity(value, "s", 3)


def _latency(row: Mapping[str, Any], name: str) -> str:
    value, low, high = (row[f"{name}{end}_s"] for end in ("", "_low", "_high"))
    if np.isnan(value):
        return "-"
    return f"{_seconds(value)} <small>[{_seconds(low)}, {'&infin;' if np.isinf(high) else _seconds(high)}]</small>"


def _cut(count: int, what: str, file: str) -> str:
    return f'<p class="note">The first {_MOST_ROWS} of {count:,} {what}; all are in {file}.</p>' if count > _MOST_ROWS else ""


def _demand_section(record: Record) -> str:
    table = summary(record)
    bounds = route_bounds(record.scenario)
    heads = ["demand", "route", "asked", "delivered", "timed out", "refused", "open", "pairs"]
    heads += [
        "rate (1/s)",
        "at most (1/s)",
        "fidelity",
        "latency p50",
        "latency p95",
        "secret-key fraction",
        "secret key (bit/s)",
    ]
    rows = (
        [
            _escaped(row["demand"]),
            f"{quantity(row['length_m'], 'm', 4)} <small>{counted(row['hops'], 'hop')}</small>" if row["hops"] else "none",
            *(f"{row[name]:,}" for name in ("asked", "delivered", "timed_out", "refused", "open", "pairs")),
            _with_interval(row, "rate", "_hz"),
            cell_text(bound.rate_hz) if np.isfinite(bound.rate_hz) else "-",
            _with_interval(row, "fidelity"),
            _latency(row, "latency_p50"),
            _latency(row, "latency_p95"),
            _with_interval(row, "key_fraction"),
            _with_interval(row, "key_rate", "_hz"),
        ]
        for row, bound in zip(table[:_MOST_ROWS].rows(), bounds, strict=False)
    )
    return (
        "<h2>Demands</h2>"
        + _table(heads, rows)
        + _cut(len(table), "demands", "summary.csv")
        + '<p class="note">Counted after the warm-up. Asked, delivered, timed out, refused and open are requests. '
        "Brackets: 95 % confidence intervals that take the correlation in time into account. At most: what the slowest link of "
        "the route makes with the width of the demand, times the chance that all swaps succeed; - where routers choose routes "
        "anew. Latencies are those of the "
        f"requests delivered, within {LATENCY_RELATIVE_ERROR:.0%}; requests that timed out are not among them. "
        "Secret key: asymptotic, BBM92, from the averaged error rates of the delivered pairs.</p>"
    )


def _ghz_section(record: Record) -> str:
    if not record.network.ghz_demand_names:
        return ""
    table = ghz_summary(record)
    counts = ("users", "asked", "delivered", "timed_out", "refused", "open", "states", "rejected_states")
    heads = ["GHZ demand", *(name.replace("_", " ") for name in counts), "rate (1/s)", "fidelity", "mean latency"]
    rows = (
        [
            _escaped(row["demand"]),
            *(f"{row[name]:,}" for name in counts),
            _with_interval(row, "rate", "_hz"),
            _with_interval(row, "fidelity"),
            _seconds(row["latency_mean_s"]) if row["delivered"] else "-",
        ]
        for row in table[:_MOST_ROWS].rows()
    )
    return "<h2>GHZ demands</h2>" + _table(heads, rows) + _cut(len(table), "GHZ demands", "ghz_demands.parquet")


def _rate_note(has_points: bool) -> str:
    if not has_points:
        return "<p>No demand has a route.</p>"
    return (
        '<p class="note">Rate of each demand against the length of its route. The line is the PLOB bound: what one fibre '
        "without repeaters could at most give, &minus;log<sub>2</sub>(1&nbsp;&minus;&nbsp;&eta;) ebits per mode, times the "
        "modes that the fastest link of any route sends per second (lanes of the demand &times; modes per attempt / attempt "
        "period; a double click uses two time bins, a given link counts as one mode), at the least attenuation of any "
        "route. The bound for a demand's own route is in its label. Rates are pairs per second of any fidelity, not ebits.</p>"
    )


def _link_section(record: Record) -> str:
    links, models = record.scenario.links, record.network.link_models
    counts = record.tables["links"]
    owner = counts.codes("link")
    attempts = np.bincount(owner, weights=counts["attempts"].astype(float), minlength=len(links))
    successes = np.bincount(owner, weights=counts["successes"].astype(float), minlength=len(links))
    heads = ["link", "length", "success per attempt", "attempt period", "fidelity when made", "attempts", "successes"]
    rows = (
        [
            _escaped(model["link"]),
            quantity(model["length_m"], "m", 4),
            f"{model['success_probability']:.4g}",
            quantity(model["attempt_period_s"], "s", 4),
            cell_text(model["fidelity"]),
            f"{attempts[i]:,.0f}",
            f"{successes[i]:,.0f}",
        ]
        for i, model in enumerate(models[:_MOST_ROWS].rows())
    )
    cut = _cut(len(links), "links", "links.parquet")
    return f"<details><summary>Links ({len(links):,})</summary>{_table(heads, rows)}{cut}</details>"


def _time_share_section(record: Record) -> Iterator[str]:
    table = time_shares(record)
    table = table[table["seconds"] > 0]
    if not len(table):
        return
    used = [name for name in SHARES if np.any(table[name] > 0)]
    yield "<h2>Where the time went</h2>"
    rows = []
    for row in table[:_MOST_ROWS].rows():
        parts = (
            f'<span style="width:{100 * row[name]:.4g}%;background:{SHARE_COLORS[name]}"></span>'
            for name in used
            if row[name] > 0
        )
        shares = (f"{row[name]:.1%}" if row[name] > 0 else "" for name in used)
        rows.append([_escaped(row["demand"]), f'<div class="bar">{"".join(parts)}</div>', *shares])
    heads = [f'<span class="key" style="background:{SHARE_COLORS[name]}"></span> {name.replace("_", " ")}' for name in used]
    yield _table(["demand", "", *heads], rows)
    yield _cut(len(table), "demands", "time_spent.parquet")
    meanings = "; ".join(f"{name.replace('_', ' ')}: {SHARES[name]}" for name in used)
    what = "What the requests of each demand waited for, by the decisive path of each delivered pair."
    yield f'<p class="note">{what} {meanings}.</p>'


def _time_use_section(record: Record, figures: Mapping[str, Any]) -> Iterator[str]:
    def note(use: TimeUse | None, what: str, meaning: str) -> str:
        cut = f"{len(use.names)} of {use.total:,} {what}: the busiest. " if use and len(use.names) < use.total else ""
        return f'<p class="note">{cut}{meaning} Mean over the replicas.</p>'

    if "occupancy" in figures:
        yield "<h2>Memory in use over time</h2>" + _plot("occupancy")
        yield note(node_time_use(record), "nodes", "Share of each node's memory slots that hold a qubit.")
    if "link_use" in figures:
        yield "<h2>Links attempting over time</h2>" + _plot("link_use")
        meaning = "Share of the lanes whose circuit is up that attempt; the others hold a pair, or wait. Grey: no circuit."
        yield note(link_time_use(record), "links", meaning)


def _diagram_section(record: Record) -> Iterator[str]:
    """How the first pair came about, replayed as far as that is quick and the drawing can be read."""
    head = next(record.tables["pairs"].batches(), None)
    if head is None or not len(head):
        return
    pair = next(head[:1].rows())
    mine = record.tables["replicas"]["replica"] == pair["replica"]
    events, simulated_s = (float(record.tables["replicas"][name][mine].sum()) for name in ("events", "simulated_s"))
    if events * pair["delivered_s"] > _MOST_REPLAYED * simulated_s:
        return
    window = (max(0.0, pair["delivered_s"] - 1.05 * pair["age_s"]), pair["delivered_s"] + 0.02 * pair["age_s"])
    try:
        drawn = [
            draw(record, demand=pair["demand"], replica=pair["replica"], window_s=window)
            for draw in (space_time, message_sequence)
        ]
    except (SpecError, RunError):  # too much to draw
        return
    yield "<h2>The first pair, in space and time</h2>"
    yield from (diagram._repr_html_() for diagram in drawn)
    yield (
        '<p class="note">From the emission of its oldest photon to its delivery, replayed from the scenario and its seed. '
        "fb.plot.space_time and fb.plot.message_sequence draw any other window or request, farbell explain tells of one.</p>"
    )


def _scenario_section(record: Record) -> str:
    text = record.scenario.to_json()
    if len(text) > _LONGEST_SCENARIO:
        return '<p class="note">The scenario is in scenario.json.</p>'
    return f"<details><summary>Scenario</summary><pre>{_escaped(text)}</pre></details>"


def _plot(name: str, kind: str = "") -> str:
    return f'<div id="{name}" class="plot {kind}"></div>'


def _pair_sections(record: Record, figures: Mapping[str, Any]) -> Iterator[str]:
    yield _demand_section(record)
    yield "<h2>Rate against distance</h2>"
    if "rate" in figures:
        yield _plot("rate")
    yield _rate_note("rate" in figures)
    yield '<div class="pair"><div><h2>Fidelity</h2>'
    yield _plot("fidelity") if "fidelity" in figures else "<p>No pair was delivered.</p>"
    yield "</div><div><h2>Latency</h2>"
    yield _plot("latency") if "latency" in figures else "<p>No request was delivered in full.</p>"
    yield "</div></div>"
    yield from _time_share_section(record)


def _body(record: Record, figures: Mapping[str, Any]) -> Iterator[str]:
    scenario, provenance = record.scenario, record.provenance
    replicas = record.tables["replicas"]
    yield f"<h1>{_escaped(scenario.name or 'Simulation')}</h1>"
    if scenario.description:
        yield f"<p>{_escaped(scenario.description)}</p>"
    warm_up = f" after {quantity(scenario.warm_up_s, 's')} of warm-up" if scenario.warm_up_s else ""
    ghz = f", {counted(len(scenario.ghz_demands), 'GHZ demand')}" if scenario.ghz_demands else ""
    yield (
        f'<p class="facts">{counted(len(scenario.nodes), "node")}, {counted(len(scenario.links), "link")}, '
        f"{counted(len(scenario.demands), 'demand')}{ghz}; "
        f"{counted(len(replicas), 'replica')} of {quantity(scenario.duration_s, 's')}{warm_up}; "
        f"seed {scenario.seed}; farbell {_escaped(provenance['farbell'])}</p>"
    )
    if record.partial:
        ended = ", ".join(sorted(set(replicas["ended"].tolist()) - {"horizon"}))
        why = f" ({ended.replace('_', ' ')})" if ended else ""
        yield f'<p class="partial">Partial: the run ended before its duration was simulated{why}.</p>'
    for line in deadlock_lines(record):
        yield f'<p class="partial">{_escaped(line)}</p>'
    if failures := list(failure_lines(record)):
        yield "<h2>Failures</h2><ul>" + "".join(f"<li>{_escaped(line)}</li>" for line in failures) + "</ul>"
    yield "<h2>Map</h2>" + _plot("map", "map")
    yield _ghz_section(record)
    if scenario.demands or not scenario.ghz_demands:
        yield from _pair_sections(record, figures)
    yield from _time_use_section(record, figures)
    yield from _diagram_section(record)
    yield "<h2>Hardware</h2>"
    rows = [[_escaped(cell) for cell in row] for row in hardware_rows(scenario)]
    yield _table(["device", "parameter", "value"], rows, "words")
    yield _link_section(record)
    yield "<h2>Approximations in force</h2>"
    yield _list((f"{entry['name']}: {entry['description']}" for entry in record.network.approximations), "None.")
    if scenario.notes:
        yield "<h2>Notes</h2>" + _list(scenario.notes, "")
    if scenario.credits:
        yield "<h2>Credits</h2>" + _list(scenario.credits, "")
    yield "<h2>Provenance</h2>"
    yield _table(["", ""], [[_escaped(name), _escaped(value)] for name, value in provenance.items()], "words")
    yield _scenario_section(record)


def _for_script(value: object) -> str:
    """JSON that can stand in a script of a page, whatever its strings hold."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _hash(script: str) -> str:
    """The name by which the page's policy lets a script run; no other can, not even one smuggled in by a name."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def write_report(record: Record, path: Path) -> Path:
    """Writes the HTML report of a run.

    Parameters
    ----------
    record : Record
        The run.
    path : Path
        The file.

    Raises
    ------
    ImportError
        If plotly is missing; the message names the extra that brings it.
    """
    plotly = require("plotly.offline", "report.html").get_plotlyjs().replace("\r\n", "\n")
    made = {
        "map": map_figure(record),
        "rate": rate_figure(record),
        "fidelity": fidelity_figure(record),
        "latency": latency_figure(record),
        "occupancy": time_use_figure(node_time_use(record), "slots in use"),
        "link_use": time_use_figure(link_time_use(record), "lanes attempting"),
    }
    figures = {name: figure for name, figure in made.items() if figure is not None}
    script = (
        f"const figures = {_for_script(figures)};\n"
        f"for (const [id, f] of Object.entries(figures)) Plotly.newPlot(id, f.data, f.layout, {_for_script(_CONFIG)});"
    )
    template = Template(files("farbell").joinpath("report_template.html").read_text(encoding="utf-8"))
    page = template.substitute(
        title=_escaped(record.scenario.name or "Farbell"),
        script_hashes=f"{_hash(plotly)} {_hash(script)}",
        body="\n".join(_body(record, figures)),
        plotly=plotly,
        figures=script,
    )
    path.write_text(page, encoding="utf-8")
    return path
