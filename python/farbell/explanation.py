"""What an explanation holds, and how it shows itself: as text, as HTML, as plain data."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from farbell.describe import counted, quantity
from farbell.table import ResultTable

__all__ = ["REASONS", "DeliveredPair", "Explanation", "Happening", "Step", "request_sentence"]

_SHOWN_HAPPENINGS = 120
_SHOWN_STEPS = 12
_SHOWN_PAIRS = 6
#: Why a request was refused, in words.
REASONS = {
    "no_route": "no route",
    "route_lost": "its route was lost",
    "queue_full": "the queue was full",
    "not_served": "it was not served in time",
    "node_down": "one of its ends was down",
    "network_full": "too many requests were open in the network",
    "not_admitted": "its demand's rule or hook did not admit it",
    "rate_exceeded": "its demand had asked more often than it may",
    "deadline_unreachable": "it would not have been done by its deadline",
}


@dataclass(frozen=True)
class Happening:
    """Something that happened, and when."""

    time_s: float
    kind: str
    text: str


@dataclass(frozen=True)
class Step:
    """A stretch of time, and what it was spent on."""

    start_s: float
    end_s: float
    kind: str
    text: str

    @property
    def seconds(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True)
class DeliveredPair:
    """A pair that a request got, or a GHZ or graph state.

    Attributes
    ----------
    pair : int
        Its number, unique in the replica; -1 for a state of several users.
    delivered_s, fidelity : float
        When, and how good.
    made_of : tuple of int
        Numbers of the elementary pairs that swaps, or swaps and a fusion, joined to it.
    critical_path : tuple of Step
        What it waited for, without gaps: each step began when what had held it up was over.
    """

    pair: int
    delivered_s: float
    fidelity: float
    made_of: tuple[int, ...]
    critical_path: tuple[Step, ...]


@dataclass(frozen=True, repr=False)
class Explanation:
    """What happened to one request.

    Attributes
    ----------
    demand, request, replica
        Which one.
    asked_s, started_s, ended_s : float
        nan for what never came.
    status, reason : str
        How it ended.
    pairs_asked, pairs_delivered : int
        Of a GHZ demand they are states. 0 asked: without end.
    route : tuple of str
        Nodes of its demand's route at the start of the run; a GHZ demand, and one that other routers of rounds serve, has none.
    arms : tuple of tuple of str
        Routes from a GHZ demand's center to its users, at the start of the run.
    window_s : (float, float)
        Simulated time that is told of.
    waits : tuple of Step
        What the request as a whole waited for, from when it was asked to its end.
    happenings : tuple of Happening
    pairs : tuple of DeliveredPair
    warnings : tuple of str
    trace : ResultTable
        The rows behind it.
    asked_by : str
        Program, node and line that asked for it, if one did.

    Examples
    --------
    >>> import farbell as fb
    >>> scenario = fb.chain(nodes=3, length_m=20e3, duration_s=0.1, traffic=fb.BackToBack())
    >>> told = fb.run(scenario).explain(request=2)
    >>> told.status, len(told.pairs), told.pairs[0].critical_path[-1].kind
    ('done', 1, 'message')
    """

    demand: str
    request: int
    replica: int
    asked_s: float
    started_s: float
    ended_s: float
    status: str
    reason: str
    pairs_asked: int
    pairs_delivered: int
    route: tuple[str, ...]
    arms: tuple[tuple[str, ...], ...]
    window_s: tuple[float, float]
    waits: tuple[Step, ...]
    happenings: tuple[Happening, ...]
    pairs: tuple[DeliveredPair, ...]
    warnings: tuple[str, ...]
    trace: ResultTable
    asked_by: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data, for programs; None for times that never came."""
        data = {name: value for name, value in vars(self).items() if name != "trace"}
        for name in ("waits", "happenings", "pairs"):
            data[name] = [asdict(item) for item in data[name]]
        return {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in data.items()}

    def __repr__(self) -> str:
        return "\n".join(_text(self))

    def _repr_html_(self) -> str:
        return "".join(_html(self))


def request_sentence(row: Mapping[str, Any], request: int) -> str:
    """What a row of a trace about a request of the demand says to those who follow one of them."""
    who = "the request" if row["request"] == request else f"request {row['request']}"
    if row["kind"] == "request_asked":
        if who != "the request":
            return ""
        return "the request is asked" + (f", behind {counted(row['count'], 'other')}" if row["count"] else "")
    if row["request"] > request:
        return ""
    if row["kind"] == "request_started":
        return f"{who} is served from here on"
    detail = row["detail"]
    how = {"done": "is done", "timed_out": "times out"}.get(detail, f"is refused: {REASONS.get(detail, detail)}")
    return f"{who} {how}"


def _span(value: float) -> str:
    return quantity(value, "s", 4) if value else "0 s"


def _one(told: Explanation) -> str:
    return "state" if told.arms else "pair"


def _headline(told: Explanation) -> str:
    one = _one(told)
    asked = f"{one}s without end" if told.pairs_asked == 0 else f"{told.pairs_asked} {one}{'s' if told.pairs_asked > 1 else ''}"
    how = told.status.replace("_", " ") + (f" ({REASONS[told.reason]})" if told.reason in REASONS else "")
    return (
        f"Request {told.request} of {told.demand}, replica {told.replica}: {how}, {told.pairs_delivered} of {asked} delivered"
    )


def _facts(told: Explanation) -> list[str]:
    lines = [f"route     {' - '.join(told.route)} (at the start of the run)"] if told.route else []
    lines += [f"arm       {' - '.join(arm)} (at the start of the run)" for arm in told.arms]
    lines.append(f"asked     {told.asked_s:.9g} s" + (f" by {told.asked_by}" if told.asked_by else ""))
    for name, time in (("started", told.started_s), ("ended", told.ended_s)):
        lines.append(f"{name.ljust(9)} " + ("never" if math.isnan(time) else f"+{_span(time - told.asked_s)}"))
    return lines


def _clipped(items: Sequence[Any], most: int) -> tuple[Sequence[Any], int, Sequence[Any]]:
    """The first and the last of many, and how many between them are left out."""
    if len(items) <= most:
        return items, 0, ()
    tail = most // 3
    return items[: most - tail], len(items) - most, items[-tail:]


def _timeline(told: Explanation) -> Iterator[tuple[str, str]]:
    head, cut, tail = _clipped(told.happenings, _SHOWN_HAPPENINGS)
    for item in head:
        yield _since(told, item.time_s), item.text
    if cut:
        yield "...", f"{cut:,} more, all in `happenings`"
    for item in tail:
        yield _since(told, item.time_s), item.text


def _since(told: Explanation, time_s: float) -> str:
    delta = time_s - told.asked_s
    return f"{'-' if delta < 0 else '+'}{_span(abs(delta))}"


def _paths(told: Explanation) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A title and the steps of each pair shown."""
    head, _, tail = _clipped(told.pairs, _SHOWN_PAIRS)
    for place, pair in enumerate(told.pairs):
        if len(head) <= place < len(told.pairs) - len(tail):
            continue
        last = told.pairs[place - 1].delivered_s if place else told.started_s
        made = ", ".join(map(str, pair.made_of[:12])) + (", ..." if len(pair.made_of) > 12 else "")
        which = _one(told) if told.arms else f"pair {pair.pair}"
        title = (
            f"{place + 1}. {which}, {_since(told, pair.delivered_s)}, fidelity {pair.fidelity:.4f}, "
            f"made of {made}; {_span(pair.delivered_s - last)} after {'the one before' if place else 'the start'}"
        )
        cut = max(0, len(pair.critical_path) - _SHOWN_STEPS)
        steps = [(_span(step.seconds), step.text) for step in pair.critical_path[cut:]]
        if cut:
            before = pair.critical_path[cut].start_s - pair.critical_path[0].start_s
            steps.insert(0, ("...", f"{cut:,} steps before, in all {_span(before)}"))
        yield title, steps


def _text(told: Explanation) -> Iterator[str]:
    yield _headline(told)
    for warning in told.warnings:
        yield f"WARNING: {warning}"
    yield from (f"  {line}" for line in _facts(told))
    yield "\nWhat it waited for"
    width = max([len(_span(step.seconds)) for step in told.waits], default=0)
    yield from (f"  {_span(step.seconds).rjust(width)}  {step.text}" for step in told.waits)
    yield "\nWhat happened, since it was asked"
    lines = list(_timeline(told))
    width = max([len(time) for time, _ in lines], default=0)
    yield from (f"  {time.rjust(width)}  {text}" for time, text in lines)
    if told.pairs:
        yield f"\nEach {_one(told)}, and what it waited for last of all (the critical path, in order)"
        for title, steps in _paths(told):
            yield f"  {title}"
            width = max([len(time) for time, _ in steps], default=0)
            yield from (f"       {time.rjust(width)}  {text}" for time, text in steps)
        if len(told.pairs) > _SHOWN_PAIRS:
            yield f"  {len(told.pairs) - _SHOWN_PAIRS:,} more {_one(told)}s, all in `pairs`"


def _html_table(rows: Sequence[tuple[str, str]]) -> str:
    style = 'style="text-align:right;white-space:nowrap;vertical-align:top"'
    body = "".join(
        f'<tr><td {style}>{html.escape(a)}</td><td style="text-align:left">{html.escape(b)}</td></tr>' for a, b in rows
    )
    return f"<table>{body}</table>"


def _html(told: Explanation) -> Iterator[str]:
    yield f"<p><b>{html.escape(_headline(told))}</b></p>"
    for warning in told.warnings:
        yield f'<p style="background:#fff3cd;color:#000;padding:.3em">{html.escape(warning)}</p>'
    yield "<pre>" + html.escape("\n".join(_facts(told))) + "</pre>"
    yield "<p><b>What it waited for</b></p>"
    yield _html_table([(_span(step.seconds), step.text) for step in told.waits])
    yield "<details><summary><b>What happened</b>, since it was asked</summary>"
    yield _html_table(list(_timeline(told))) + "</details>"
    if told.pairs:
        yield f"<p><b>Each {_one(told)}, and what it waited for last of all</b></p>"
        for title, steps in _paths(told):
            yield f"<details open><summary>{html.escape(title)}</summary>{_html_table(steps)}</details>"
