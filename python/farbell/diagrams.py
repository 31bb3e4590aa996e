"""Space-time and message sequence diagrams of a stretch of a run."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from farbell._core import SpecError
from farbell.describe import counted, quantity
from farbell.diagram_window import Window, window_of
from farbell.record import Record
from farbell.round_story import DROPPED
from farbell.svg import Canvas, Diagram
from farbell.views import COLORS

__all__ = ["message_sequence", "space_time"]

Row = Mapping[str, Any]
Style = dict[str, str | float]

_MOST_MARKS = 6000
_MOST_ROWS = 400
_BLUE, _ORANGE, _GREEN, _PINK, _YELLOW, _SKY, _BLACK = COLORS
_GREY = "#777777"
_MESSAGES = {
    "swap_result": ("result of a swap", _PINK, ""),
    "loss_notice": ("news of a loss", _ORANGE, "5 3"),
    "distillation_bit": ("bit of distillation", _PINK, "1 2"),
    "fusion_outcomes": ("outcomes of a fusion", _PINK, ""),
    "set_up": ("set-up and release", _GREY, "2 3"),
    "confirm": ("set-up and release", _GREY, "2 3"),
    "release": ("set-up and release", _GREY, "2 3"),
}
# What became of a state, by the kind of its row.
_STATES = {"ghz_delivery": "delivered", "ghz_rejected": "rejected", "ghz_surplus": "is surplus"}


# ---- space and time ------------------------------------------------------------------------------------------------


@dataclass
class _Half:
    """A memory that holds half of a pair."""

    node: str
    other: str
    pair: int
    start_s: float
    known_s: float = math.inf
    locked_s: float = math.inf
    moved_s: tuple[float, float] = (math.inf, math.inf)  # into a memory qubit
    shared_s: float = math.inf  # when the last user knows the state that it is part of
    end_s: float = math.inf
    why: str = "still held"


@dataclass
class _Stays:
    """Which memories are held from when to when."""

    ends: Mapping[str, tuple[str, str]]
    halves: list[_Half] = field(default_factory=list)
    held: dict[int, dict[str, _Half]] = field(default_factory=lambda: defaultdict(dict))  # pair -> node -> its half
    # Node, and when its gates are over -> pairs that are fused there.
    fusing: dict[tuple[str, float], list[int]] = field(default_factory=lambda: defaultdict(list))
    parts: dict[int, list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )  # pair of a state -> those that became the state

    def take(self, row: Row) -> None:
        kind, node, pair, time = row["kind"], row["node"], row["pair"], row["time_s"]
        if kind == "link_success":
            a, b = self.ends[row["link"]]
            self.held[pair] = {a: _Half(a, b, pair, time), b: _Half(b, a, pair, time)}
            self.halves += self.held[pair].values()
        elif kind == "herald" and node in self.held[pair]:
            self.held[pair][node].known_s = row["until_s"]
        elif kind == "storing" and node in self.held[pair]:
            self.held[pair][node].moved_s = time, row["until_s"]
        elif kind == "fusion_started" and node in self.held[pair]:
            self.held[pair][node].locked_s = time
            self.fusing[node, row["until_s"]].append(pair)
        elif kind == "state_joined":
            self.parts[row["right"]].append(pair)
        elif kind in {"fusion", "fusion_failed"}:
            for fused in self.fusing.pop((node, time), []):
                self.end(fused, node, time, "fused" if row["circuit"] >= 0 else "measured")  # in rounds one may be left alone
                for half in self.held[fused].values():
                    half.shared_s = row["until_s"]
        elif kind.startswith("ghz_"):
            why = "delivered" if kind == "ghz_delivery" else kind.replace("ghz_", "")
            shared = [
                (number, half) for number, halves in self.held.items() for half in halves.values() if half.shared_s == time
            ]
            for number, half in shared:
                self.end(number, half.node, time, f"in a state that is {why}")
        elif kind == "swap_started":
            for one in (row["left"], row["right"]):
                if node in self.held[one]:
                    self.held[one][node].locked_s = time
        elif kind == "swap":
            for one in (row["left"], row["right"]):
                self.end(one, node, time, "measured in a swap" if pair >= 0 else "lost in a failed swap")
                if pair >= 0:
                    self.held[pair].update(self.held.pop(one))
        elif kind in {"qubit_lost", "qubit_released", "qubit_measured"}:
            why = {"qubit_lost": "dropped: its other half is lost", "qubit_released": "dropped: the circuit is given back"}
            for one in [pair, *self.parts.get(pair, [])]:
                self.end(one, node, time, why.get(kind, "measured by its user"))
        elif kind == "qubit_dropped":
            self.end(pair, node, time, f"dropped: {DROPPED[row['detail']]}")
        elif kind == "cut_off":
            for one in [node] if row["detail"] == "memory" else list(self.held[pair]):
                self.end(pair, one, time, "given up: it has waited too long")
        elif kind == "distillation":
            for one in list(self.held[row["right"]]):
                self.end(row["right"], one, time, "used up in distillation")
        elif kind == "qubit_discarded":
            self.end(pair, node, time, "not kept in distillation")
        elif kind in {"delivery", "pair_rejected", "pair_surplus"}:
            for one in [pair, *self.parts.pop(pair, [])]:
                for end in list(self.held[one]):
                    self.end(one, end, time, kind.replace("pair_", "").replace("delivery", "delivered"))

    def end(self, pair: int, node: str, time: float, why: str) -> None:
        half = self.held[pair].pop(node, None)
        if half is not None:
            half.end_s, half.why = time, why


def _spans(rows: Iterable[Row], end_s: float) -> list[tuple[str, float, float, int]]:
    """Link, start, end and number of lanes of each stretch of attempts."""
    open_: dict[str, tuple[float, int]] = {}
    spans = []
    for row in rows:
        if row["kind"] == "lanes_given":  # in rounds
            spans.append((row["link"], row["time_s"], min(row["until_s"], end_s), row["count"]))
        if row["kind"] != "attempting":
            continue
        link, time = row["link"], row["time_s"]
        since, lanes = open_.get(link, (time, 0))
        if lanes and time > since:
            spans.append((link, since, time, lanes))
        open_[link] = (time, row["count"])
    return spans + [(link, since, end_s, lanes) for link, (since, lanes) in open_.items() if lanes and since < end_s]


def _places(record: Record, route: Sequence[str], left: float, right: float) -> dict[str, float]:
    """Where the nodes stand: at their distances along the fibre, or evenly where that would crowd them."""
    length: dict[frozenset[str], float] = {}
    for link in record.scenario.links:
        length.setdefault(frozenset((link.node_a, link.node_b)), link.fiber.length_m)
    at = [0.0]
    for pair in pairwise(route):
        at.append(at[-1] + length[frozenset(pair)])
    width = right - left
    crowded = len(route) > 1 and (at[-1] <= 0 or min(b - a for a, b in pairwise(at)) / at[-1] < 0.6 / (len(route) - 1))
    if crowded:
        at = [float(i) for i in range(len(route))]
    return {node: left + width * x / max(at[-1], 1e-300) for node, x in zip(route, at, strict=True)}


def _time_axis(canvas: Canvas, window: Window, top: float, bottom: float, left: float, right: float) -> None:
    span = window.end_s - window.start_s
    step = 10 ** math.floor(math.log10(span / 4))
    step *= next(k for k in (1, 2, 5, 10) if span / (step * k) <= 10)
    first = math.ceil((window.start_s - window.origin_s) / step - 1e-9)
    for k in range(first, first + 12):
        time = window.origin_s + k * step
        y = top + (bottom - top) * (time - window.start_s) / span
        if y > bottom + 0.5:
            break
        canvas.line(left, y, right, y, stroke="#eeeeee")
        canvas.text(left - 8, y + 4, quantity(k * step, "s", 6) if k else "0", text_anchor="end", fill="#444444")


def _node_names(canvas: Canvas, places: Mapping[str, float], top: float, bottom: float) -> None:
    narrow = len(places) > 1 and min(b - a for a, b in pairwise(places.values())) < 9 * max(map(len, places))
    for node, x in places.items():
        canvas.line(x, top, x, bottom, stroke="#999999")
        turn = (
            {"transform": f"rotate(-40 {x:.1f} {top - 8:.1f})", "text_anchor": "start"} if narrow else {"text_anchor": "middle"}
        )
        shown = node if len(node) <= 18 else node[:17] + "…"
        canvas.text(x, top - 8, shown, font_weight="600", **turn)


def space_time(
    record: Record,
    *,
    request: int | None = None,
    demand: str | None = None,
    replica: int = 0,
    window_s: tuple[float, float] | None = None,
) -> Diagram:
    """See :func:`farbell.plot.space_time`."""
    window = window_of(record, request, demand, replica, window_s, every=False)
    if not window.routes:
        raise SpecError("demand", f"{window.demand}, which has no route", "a demand with a route")
    ends = {name: (k.node_a, k.node_b) for name, k in zip(record.network.link_names, record.scenario.links, strict=True)}
    panels = [_panel(window, ends, arm) for arm in range(len(window.routes))]
    marks = sum(len(panel.halves) * 3 + len(panel.spans) + len(panel.messages) for panel in panels)
    if marks > _MOST_MARKS:
        raise SpecError(
            "window_s",
            f"{marks:,} marks to draw in {window.start_s:.9g} to {window.end_s:.9g} s",
            f"a window of at most {_MOST_MARKS:,}",
        )
    # Nodes that are not on the first route, such as those of rerouted demands: they are drawn beside it.
    others = [sorted({n for half in panel.halves for n in (half.node, half.other)} - set(panel.route)) for panel in panels]
    left, top, aside = 90.0, 118.0, 40.0
    wide = max(710.0, 90.0 * len(panels)) / len(panels)
    right = left + wide * len(panels) + aside * sum(map(len, others))
    height = min(2400.0, max(460.0, 2.2 * marks))
    bottom = top + height
    begin = left
    for panel, beside in zip(panels, others, strict=True):
        end = begin + wide
        panel.places = _places(record, panel.route, begin + 20, end - 20)
        panel.places.update((node, end + aside * (i + 0.5)) for i, node in enumerate(beside))
        begin = end + aside * len(beside)
    canvas = Canvas(right + 200.0, bottom + 64)

    def y(time: float) -> float:
        return top + height * (min(max(time, window.start_s), window.end_s) - window.start_s) / (window.end_s - window.start_s)

    _time_axis(canvas, window, top, bottom, left, right)
    for panel in panels:
        _draw_panel(canvas, panel, window, ends, y, top, bottom)
    fusions = [row for row in window.rows if row["kind"] == "fusion"]
    centers = [panel.places[panel.route[0]] for panel in panels]
    for row in fusions:
        tip = f"{row['node']} fuses {counted(row['count'], 'pair')}"
        at = centers if window.of_states else [panel.places[row["node"]] for panel in panels if row["node"] in panel.places]
        if window.of_states:
            canvas.line(at[0], y(row["time_s"]), at[-1], y(row["time_s"]), tip, stroke=_GREEN, stroke_dasharray="2 3")
        for x in at:
            _diamond(canvas, x, y(row["time_s"]), tip, _GREEN)
    users = [panel.places[panel.route[-1]] for panel in panels]
    _draw_labels(canvas, window, [centers[0], *users] if not window.of_states else users, y, right)
    _legend(canvas, window, [half for panel in panels for half in panel.halves], any(panel.spans for panel in panels))
    return Diagram(canvas.svg(window.title), window.title)


@dataclass
class _Panel:
    """A route and what happens along it: of a GHZ demand one arm."""

    route: tuple[str, ...]
    rows: Sequence[Row]
    halves: Sequence[_Half]
    spans: Sequence[tuple[str, float, float, int]]
    messages: Sequence[Row]
    places: dict[str, float] = field(default_factory=dict)


def _panel(window: Window, ends: Mapping[str, tuple[str, str]], arm: int) -> _Panel:
    shared = {"fusion", "ghz_delivery", "ghz_rejected", "ghz_surplus"}
    rows = [row for row in window.rows if not window.of_states or row["circuit"] == arm or row["kind"] in shared]
    stays = _Stays(ends)
    for row in rows:
        if row["demand"] is not None:
            stays.take(row)
    messages = [r for r in rows if r["kind"] == "message" and r["node"] != r["to_node"]]
    return _Panel(window.routes[arm], rows, stays.halves, _spans(rows, window.end_s), messages)


def _draw_panel(
    canvas: Canvas,
    panel: _Panel,
    window: Window,
    ends: Mapping[str, tuple[str, str]],
    y: Callable[[float], float],
    top: float,
    bottom: float,
) -> None:
    places = panel.places
    for link, since, until, lanes in panel.spans:
        if not all(node in places for node in ends[link]):
            continue
        a, b = sorted(places[node] for node in ends[link])
        tip = f"{link}: {lanes} lane{'s' if lanes > 1 else ''} attempting for {quantity(until - since, 's', 4)}"
        opacity = min(0.5, 0.2 + 0.06 * lanes)
        canvas.box(a + 0.3 * (b - a), y(since), 0.4 * (b - a), y(until) - y(since), tip, fill=_SKY, fill_opacity=opacity)
    _node_names(canvas, places, top, bottom)
    _draw_halves(canvas, panel.halves, places, window, y)
    for row in panel.messages:
        label, color, dashes = _MESSAGES[row["detail"]]
        if row["node"] in places and row["to_node"] in places and row["until_s"] >= window.start_s:
            tip = f"{label} from {row['node']} to {row['to_node']}"
            _slanted(canvas, row, places, window, y, color, dashes, tip, 1.4 if len(panel.messages) < 200 else 0.6)
    for row in panel.rows:
        if row["kind"] == "swap" and row["node"] in places:
            _draw_swap(canvas, row, places[row["node"]], y(row["time_s"]))


def _slanted(
    canvas: Canvas,
    row: Row,
    places: Mapping[str, float],
    window: Window,
    y: Callable[[float], float],
    color: str,
    dashes: str,
    tip: str,
    width: float,
) -> None:
    """A message, cut where the window ends."""
    x1, x2, sent, arrives = places[row["node"]], places[row["to_node"]], row["time_s"], row["until_s"]
    tip = f"{tip}: {quantity(arrives - sent, 's', 4)}" + (f", pair {row['pair']}" if row["pair"] >= 0 else "")

    def x(time: float) -> float:
        return x1 + (x2 - x1) * ((time - sent) / (arrives - sent) if arrives > sent else 1.0)

    begin, end = max(sent, window.start_s), min(arrives, window.end_s)
    style: Style = {"stroke_width": width, **({"stroke_dasharray": dashes} if dashes else {})}
    if arrives <= window.end_s:
        canvas.arrow(x(begin) if arrives > sent else x1, y(begin), x2, y(arrives), color, tip, **style)
    elif end > begin:
        canvas.line(x(begin), y(begin), x(end), y(end), tip, stroke=color, **style)


def _draw_halves(
    canvas: Canvas, halves: Sequence[_Half], places: Mapping[str, float], window: Window, y: Callable[[float], float]
) -> None:
    gaps = [abs(a - b) for a, b in pairwise(sorted(places.values()))]
    wide = min(6.0, max(1.5, min(gaps, default=60.0) / 12))
    busy: dict[tuple[str, bool], list[float]] = defaultdict(list)  # until when each place beside a node is taken
    for half in halves:
        x, away = places[half.node], places[half.other] > places[half.node]
        lanes = busy[half.node, away]
        lane = next((i for i, until in enumerate(lanes) if until <= half.start_s), len(lanes))
        lanes[lane : lane + 1] = [half.end_s]
        shift = 2.5 + lane * (wide + 1)
        x += shift if away else -shift - wide
        tip = f"{half.node} holds half of pair {half.pair}, {half.why}"
        if half.end_s < math.inf:
            tip += f" after {quantity(half.end_s - half.start_s, 's', 4)}"
        known, locked = min(half.known_s, half.end_s), min(half.locked_s, half.end_s)
        bars = [(half.start_s, known, "#c9c9c9"), (known, locked, _YELLOW), (locked, half.end_s, _GREEN)]
        bars.append((half.moved_s[0], min(half.moved_s[1], half.end_s), _PINK))
        for since, until, color in bars:
            if since < until and since < window.end_s:
                canvas.box(x, y(since), wide, y(until) - y(since), tip, fill=color)
        # The herald, from the middle of the link.
        if half.known_s < math.inf:
            middle = (places[half.node] + places[half.other]) / 2
            tip = f"pair {half.pair} made; {half.node} knows {quantity(half.known_s - half.start_s, 's', 4)} later"
            canvas.line(middle, y(half.start_s), places[half.node], y(half.known_s), tip, stroke=_BLUE, stroke_width=1.2)
            canvas.dot(middle, y(half.start_s), 2.6, _BLUE, tip)


def _draw_swap(canvas: Canvas, row: Row, x: float, y: float) -> None:
    pairs = f"pairs {row['left']} and {row['right']}"
    if row["detail"] == "failed":
        tip = f"swap of {pairs} at {row['node']} failed"
        for s in (1, -1):
            canvas.line(x - 5, y - 5 * s, x + 5, y + 5 * s, tip, stroke=_ORANGE, stroke_width=3.0)
        return
    tip = f"{row['node']} swaps {pairs} to pair {row['pair']}" + (": junk, a half was lost before" if row["stale"] else "")
    vain = row["detail"] == "in_vain"
    _diamond(canvas, x, y, tip + (": in vain" if vain else ""), "#ffffff" if row["stale"] or vain else _GREEN)


def _diamond(canvas: Canvas, x: float, y: float, tip: str, fill: str) -> None:
    canvas.polygon([(x, y - 6), (x + 6, y), (x, y + 6), (x - 6, y)], tip, fill=fill, stroke="#00513a", stroke_width=1.2)


def _draw_labels(canvas: Canvas, window: Window, ends: Sequence[float], y: Callable[[float], float], right: float) -> None:
    """What happened to requests and to the pairs or states they got, on the right; a delivery is drawn across to its ends."""
    texts: list[tuple[float, str, bool]] = []
    for row in window.rows:
        kind = row["kind"]
        if kind == "delivery":
            texts.append((row["time_s"], f"pair {row['pair']} delivered, F {row['fidelity']:.3f}", True))
        elif kind == "pair_rejected":
            texts.append((row["time_s"], f"pair {row['pair']} rejected, F {row['fidelity']:.3f}", True))
        elif kind == "pair_surplus":
            texts.append((row["time_s"], f"pair {row['pair']} is surplus", True))
        elif kind in {"ghz_delivery", "ghz_rejected"}:
            texts.append((row["time_s"], f"state {_STATES[kind]}, F {row['fidelity']:.3f}", True))
        elif kind == "ghz_surplus":
            texts.append((row["time_s"], f"state {_STATES[kind]}", True))
        elif kind in {"request_asked", "request_started", "request_ended"}:
            word = {"request_asked": "asked", "request_started": "served"}.get(kind, str(row["detail"]).replace("_", " "))
            texts.append((row["time_s"], f"request {row['request']} {word}", False))
        elif kind in {"circuit_up", "circuit_waits", "circuit_gone"} and row["time_s"] >= window.start_s:
            word = {"circuit_up": "up", "circuit_gone": "gone"}.get(kind, f"waits for slots at {row['to_node']}")
            texts.append((row["time_s"], f"{window.circuit(row)} {word}", False))
        elif kind == "round_begun":
            texts.append((row["time_s"], f"round {row['count']}", False))
        elif kind == "link_changed":
            texts.append((row["time_s"], f"{row['link']} {'down' if row['detail'] == 'down' else 'changes'}", False))
    first, last = min(ends), max(ends)
    below = -math.inf
    shown = set()
    for time, text, across in texts:
        if across:
            canvas.line(first, y(time), last, y(time), text, stroke=_BLACK, stroke_width=1.6)
            for x in ends:
                canvas.dot(x, y(time), 4, _BLACK, text)
        place = max(y(time), below + 13)
        if (time, text) in shown or place > y(time) + 60:
            continue
        shown.add((time, text))
        below = place
        canvas.line(last if across else right - 20, y(time), right + 4, place, stroke="#999999", stroke_width=0.8)
        canvas.text(right + 7, place + 4, text, font_size=11, font_weight="600" if across else "400")


def _legend(canvas: Canvas, window: Window, halves: Sequence[_Half], attempts: bool) -> None:
    canvas.text(20, 24, window.title, font_size=16, font_weight="600")
    origin = "asked" if window.origin_s != window.start_s or window.title.startswith("Request") else "the start of the window"
    canvas.text(
        20, 42, f"Time runs down, from {origin} at {window.origin_s:.9g} s. Point at a mark to read what it is.", fill="#444444"
    )
    entries = [("box", _SKY, "attempts")] if attempts else []
    if halves:
        fuses = any(row["kind"] in {"fusion", "fusion_failed"} for row in window.rows)
        gates = "swap, fusion" if window.of_states else "fusion" if fuses else "swap"
        entries += [("box", "#c9c9c9", "memory, herald on its way"), ("box", _YELLOW, "memory waits"), ("box", _GREEN, gates)]
        entries += [("box", _PINK, "moved to memory")] if any(half.moved_s[0] < math.inf for half in halves) else []
        entries += [("line", _BLUE, "herald")]
    known: dict[str, tuple[str, str, str]] = {}
    for row in window.rows:
        if row["kind"] != "message" or row["node"] == row["to_node"]:
            continue
        label, color, dashes = _MESSAGES[row["detail"]]
        known[label] = ("dash" if dashes else "line", color, label)
    if any(row["kind"] in {"delivery", "ghz_delivery"} for row in window.rows):
        known["delivery"] = ("line", _BLACK, "delivery")
    x = 20.0
    for shape, color, label in [*entries, *known.values()]:
        if shape == "box":
            canvas.box(x, 54, 14, 10, fill=color, fill_opacity=0.6 if color == _SKY else 1.0)
        else:
            canvas.line(
                x, 59, x + 16, 59, stroke=color, stroke_width=2, **({"stroke_dasharray": "4 3"} if shape == "dash" else {})
            )
        canvas.text(x + 20, 63, label, font_size=11)
        x += 34 + 6.2 * len(label)


# ---- message sequences ---------------------------------------------------------------------------------------------


def _noted(row: Row) -> tuple[str, str, str]:
    """What a row that is no message says beside its node's line: where, text and colour; no text for what is left out."""
    kind, pair = row["kind"], row["pair"]
    if kind == "swap":
        pairs, vain = f"{row['left']} + {row['right']}", row["detail"] == "in_vain"
        return (
            row["node"],
            f"swap {pairs} fails" if pair < 0 else f"swap {pairs} = {pair}{' (junk)' * row['stale']}{' (in vain)' * vain}",
            _GREEN if pair >= 0 and not vain else _ORANGE,
        )
    texts = {
        "fusion": (f"fuses {counted(row['count'], 'pair')}", _GREEN),
        "fusion_failed": (f"fusion of {counted(row['count'], 'pair')} fails", _ORANGE),
        "qubit_dropped": (f"drops {pair}: {row['detail']}", _GREY),
        "qubit_lost": (f"drops {pair}: other half lost", _ORANGE),
        "notice_held": (f"{pair} is lost, but in a swap", _ORANGE),
        "qubit_released": (f"drops {pair}: circuit given back", _GREY),
        "qubit_measured": (f"measures {pair} in {str(row['detail']).upper()}", _BLACK),
        "storing": (f"moves {pair} to memory", _PINK),
        "slots_freed": ("gives slots back", _GREY),
    }
    text, color = texts.get(kind, ("", ""))
    return row["node"] or "", text, color


def _banner(row: Row, window: Window) -> str:
    """What a row says across all lines."""
    kind, who = row["kind"], row["demand"]
    if kind == "delivery":
        return f"pair {row['pair']} delivered to request {row['request']} of {who}, fidelity {row['fidelity']:.4f}"
    if kind == "request_ended":
        return f"request {row['request']} of {who}: {str(row['detail']).replace('_', ' ')}"
    if kind in {"request_asked", "request_started"}:
        return f"request {row['request']} of {who} {'asked' if kind == 'request_asked' else 'served from here on'}"
    if kind in {"pair_rejected", "pair_surplus"}:
        return f"pair {row['pair']} {'rejected' if kind == 'pair_rejected' else 'is surplus'}"
    if kind == "ghz_delivery":
        return f"state delivered to request {row['request']} of {who}, fidelity {row['fidelity']:.4f}"
    if kind in {"ghz_rejected", "ghz_surplus"}:
        return f"state {_STATES[kind]}"
    if kind == "circuit_waits":
        return f"{window.circuit(row)} of {who} waits for slots at {row['to_node']}"
    if kind in {"circuit_asked", "circuit_up", "circuit_gone"}:
        return f"{window.circuit(row)} of {who} {kind.removeprefix('circuit_').replace('asked', 'asked for')}"
    if kind == "round_begun":
        return f"round {row['count']}, with {who}"
    if kind in {"chain_joined", "chain_broken"}:
        return f"chain of {counted(row['count'], 'hop')} of {who}" + (
            ", one of which has no pair" if kind == "chain_broken" else ""
        )
    if kind == "link_changed":
        return f"link {row['link']} {'goes down' if row['detail'] == 'down' else 'changes'}"
    return ""


def message_sequence(
    record: Record,
    *,
    request: int | None = None,
    demand: str | None = None,
    replica: int = 0,
    window_s: tuple[float, float] | None = None,
) -> Diagram:
    """See :func:`farbell.plot.message_sequence`."""
    window = window_of(record, request, demand, replica, window_s, every=True)
    ends = {name: (k.node_a, k.node_b) for name, k in zip(record.network.link_names, record.scenario.links, strict=True)}
    rows = [
        r for r in window.rows if r["time_s"] >= window.start_s and not (r["kind"] == "message" and r["node"] == r["to_node"])
    ]
    # One line of the picture for each thing that happens, in order; a message takes two: sent, and arrived.
    lines: list[tuple[float, int, Row, bool]] = []
    for number, row in enumerate(rows):
        if row["kind"] in {"message", "herald"}:
            if row["kind"] == "message":
                lines.append((row["time_s"], number, row, False))
            if row["until_s"] <= window.end_s:
                lines.append((row["until_s"], number, row, True))
        elif row["kind"] == "link_success" or _noted(row)[1] or _banner(row, window):
            lines.append((row["time_s"], number, row, False))
    lines.sort(key=lambda line: line[:2])
    if len(lines) > _MOST_ROWS:
        raise SpecError(
            "window_s",
            f"{len(lines):,} lines to draw in {window.start_s:.9g} to {window.end_s:.9g} s",
            f"a window of at most {_MOST_ROWS}",
        )
    seen = {n for _, _, r, _ in lines for n in (r["node"], r["to_node"], *ends.get(r["link"], ())) if n is not None}
    # The center of a GHZ demand stands amid its arms.
    before, after = window.routes[: len(window.routes) // 2], window.routes[len(window.routes) // 2 :]
    along = [node for route in before for node in reversed(route[1:])] + [node for route in after for node in route]
    nodes = [n for n in dict.fromkeys(along) if n in seen or not seen]
    nodes += [n for n in record.network.node_names if n in seen and n not in nodes]
    top, step = 100.0, 19.0
    bottom = top + step * (len(lines) + 1)
    canvas = Canvas(1000, bottom + 20)
    canvas.text(20, 24, window.title, font_size=16, font_weight="600")
    canvas.text(
        20,
        42,
        f"Messages in order, not to scale; times count from {window.origin_s:.9g} s. Numbers are those of pairs.",
        fill="#444444",
    )
    places = {n: 150 + 760 * (i / max(len(nodes) - 1, 1)) for i, n in enumerate(nodes)}
    _node_names(canvas, places, top, bottom)
    sent: dict[int, float] = {}
    last_s = math.nan
    for place, (time, _, row, arrived) in enumerate(lines):
        y = top + step * (place + 1)
        if time != last_s:
            canvas.text(
                84,
                y + 4,
                quantity(time - window.origin_s, "s", 6) if time != window.origin_s else "0",
                text_anchor="end",
                fill="#444444",
                font_size=11,
            )
            last_s = time
        _draw_line(canvas, window, row, arrived, y, top, places, ends, sent)
    for row in rows:
        if row["kind"] == "message" and row["until_s"] > window.end_s and id(row) in sent:
            x1, x2 = places[row["node"]], places[row["to_node"]]
            canvas.line(
                x1,
                sent[id(row)],
                x1 + (x2 - x1) * 0.5,
                bottom,
                "arrives after the window",
                stroke=_MESSAGES[row["detail"]][1],
                stroke_dasharray="3 3",
            )
    return Diagram(canvas.svg(window.title), window.title)


def _draw_line(
    canvas: Canvas,
    window: Window,
    row: Row,
    arrived: bool,
    y: float,
    top: float,
    places: Mapping[str, float],
    ends: Mapping[str, tuple[str, str]],
    sent: dict[int, float],
) -> None:
    kind = row["kind"]
    if kind == "message":
        label, color, dashes = _MESSAGES[row["detail"]]
        if not arrived:
            sent[id(row)] = y
            return
        x1, x2, y1 = places[row["node"]], places[row["to_node"]], sent.get(id(row), top)
        style: Style = {"stroke_width": 1.5, **({"stroke_dasharray": dashes} if dashes else {})}
        canvas.arrow(x1, y1, x2, y, color, f"{label}, {quantity(row['until_s'] - row['time_s'], 's', 4)} on its way", **style)
        words = {
            "swap_result": "result",
            "loss_notice": "lost",
            "set_up": "set-up",
            "confirm": "confirmed",
            "release": "release",
            "distillation_bit": "bit",
            "fusion_outcomes": "outcomes",
        }
        text = words[row["detail"]] + (f" {row['pair']}" if row["pair"] >= 0 else "")
        canvas.text(
            x2 - 12 if x2 > x1 else x2 + 12, y - 3, text, font_size=10, fill=color, text_anchor="end" if x2 > x1 else "start"
        )
    elif kind == "link_success":
        a, b = (places[node] for node in ends[row["link"]])
        sent[-1 - row["pair"]] = y
        canvas.line(a, y, b, y, f"{row['link']} makes pair {row['pair']}", stroke=_BLUE, stroke_width=2.2)
        canvas.text((a + b) / 2, y - 3, f"{row['pair']}", text_anchor="middle", font_size=10, fill=_BLUE, font_weight="600")
    elif kind == "herald":
        made = sent.get(-1 - row["pair"])
        if made is not None:
            x = places[row["node"]]
            others = [
                places[n] for pair in ends.values() if row["node"] in pair for n in pair if n != row["node"] and n in places
            ]
            canvas.dot(x, y, 3.5, _BLUE, f"{row['node']} knows of pair {row['pair']}")
            left = bool(others) and max(others) <= x
            anchor = "end" if left else "start"
            canvas.text(x - 7 if left else x + 7, y + 4, f"knows {row['pair']}", font_size=10, fill=_BLUE, text_anchor=anchor)
    elif banner := _banner(row, window):
        xs = list(places.values()) or [150.0]
        canvas.line(min(xs) - 30, y, max(xs) + 30, y, banner, stroke="#bbbbbb")
        middle = (min(xs) + max(xs)) / 2
        canvas.box(middle - 3.2 * len(banner), y - 8, 6.4 * len(banner), 16, fill="#ffffff", stroke="#bbbbbb", rx=3.0)
        canvas.text(
            middle, y + 4, banner, text_anchor="middle", font_size=11, font_weight="600" if kind == "delivery" else "400"
        )
    else:
        node, text, color = _noted(row)
        x = places[node]
        canvas.box(x - 4, y - 4, 8, 8, text, fill=color)
        right = x < 700
        canvas.text(x + 8 if right else x - 8, y + 4, text, font_size=11, fill=color, text_anchor="start" if right else "end")
