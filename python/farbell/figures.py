"""The figures of the HTML report, as data for plotly.js."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from farbell import views
from farbell.describe import quantity
from farbell.layout import places
from farbell.record import Record

__all__ = ["fidelity_figure", "latency_figure", "map_figure", "rate_figure", "time_use_figure"]

Figure = dict[str, Any]

# Cividis from little to much: told apart with any kind of colour vision, and in print.
_SCALE = ("#fde725", "#e1cc55", "#c5b26d", "#a59c74", "#86867a", "#69707d", "#4b5a7c", "#1d4274", "#00224e")
# Shares of what there is: nothing is white.
_SHARES = ("#ffffff", "#deebf7", "#c6dbef", "#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#08519c", "#08306b")
# Networks with more nodes than this are drawn finer.
_LARGE = 300
_DASHES = ("solid", "dash", "dot")


def numbers(values: npt.ArrayLike, digits: int = 6) -> list[float | None]:
    """Numbers for JSON: rounded, and nothing for what is not finite."""
    floats = np.asarray(values, dtype=np.float64).ravel().tolist()
    return [float(f"{x:.{digits}g}") if math.isfinite(x) else None for x in floats]


def _text(name: str) -> str:
    """A name in plotly's labels, which know some HTML."""
    return html.escape(name)


def _layout(x: str, y: str, **more: Any) -> Figure:
    layout: Figure = {
        "margin": {"l": 70, "r": 20, "t": 20, "b": 50},
        "xaxis": {"title": {"text": x}, "gridcolor": "#e5e5e5", "zeroline": False},
        "yaxis": {"title": {"text": y}, "gridcolor": "#e5e5e5", "zeroline": False},
        "plot_bgcolor": "#fff",
        "hovermode": "closest",
        "legend": {"font": {"size": 11}},
    }
    for key, value in more.items():
        layout[key] = {**layout[key], **value} if isinstance(layout.get(key), dict) else value
    return layout


def _style(i: int) -> Figure:
    dash = _DASHES[i // len(views.COLORS) % len(_DASHES)]
    return {"color": views.COLORS[i % len(views.COLORS)], "dash": dash, "width": 2}


def _segments(ends: npt.NDArray[np.int64], x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> Figure:
    """Lines with gaps between them."""
    gap = np.full(len(ends), np.nan)
    return {
        "x": numbers(np.column_stack([x[ends[:, 0]], x[ends[:, 1]], gap])),
        "y": numbers(np.column_stack([y[ends[:, 0]], y[ends[:, 1]], gap])),
    }


def map_figure(record: Record) -> Figure:
    """The network, links coloured by the pairs they made, nodes by how much of their memory was in use."""
    scenario = record.scenario
    where = places(scenario)
    names = record.network.node_names
    number = {name: i for i, name in enumerate(names)}
    ends = np.array([(number[k.node_a], number[k.node_b]) for k in scenario.links], dtype=np.int64).reshape(-1, 2)
    use, held = views.link_use(record), views.node_use(record)
    # Unused links, then the used ones in as many traces as there are colours.
    most = float(use.max()) if use.size and use.max() > 0 else 1.0
    shade = np.where(use > 0, 1 + np.minimum(use / most * len(_SCALE), len(_SCALE) - 1).astype(int), 0)
    link_labels = [
        f"{_text(name)}<br>{quantity(link.fiber.length_m, 'm', 4)}<br>{rate:.4g} pairs/s"
        for name, link, rate in zip(record.network.link_names, scenario.links, use, strict=True)
    ]
    data: list[Figure] = []
    for level, color in enumerate((views.UNUSED, *_SCALE)):
        if (shade == level).any():
            line = {"color": color, "width": 3.5 if level else 1}
            trace = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "showlegend": False, "line": line}
            data.append({**trace, **_segments(ends[shade == level], where.x, where.y)})
    # Lines have no labels of their own: a dot in the middle carries them, and the scale of colours.
    colored = {
        "size": 5,
        "color": numbers(use[use > 0]),
        "cmin": 0,
        "cmax": most,
        "colorscale": [[i / (len(_SCALE) - 1), color] for i, color in enumerate(_SCALE)],
        "colorbar": {"title": {"text": "pairs made by<br>the link (1/s)"}, "thickness": 14},
    }
    for members, marker in ((use > 0, colored), (use == 0, {"size": 5, "opacity": 0})):
        if members.any():
            middle = ends[members]
            data.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "x": numbers((where.x[middle[:, 0]] + where.x[middle[:, 1]]) / 2),
                    "y": numbers((where.y[middle[:, 0]] + where.y[middle[:, 1]]) / 2),
                    "showlegend": False,
                    "hoverinfo": "text",
                    "hovertext": [link_labels[i] for i in np.flatnonzero(members)],
                    "marker": marker,
                }
            )
    users = sorted({number[name] for demand in scenario.demands for name in (demand.node_a, demand.node_b)})
    others = sorted(set(number.values()) - set(users))
    large = len(names) > _LARGE
    ring = {"color": views.COLORS[1], "width": 1 if large else 2.5}
    groups: tuple[tuple[str, list[int], Figure], ...] = (
        ("ends of demands", users, {"size": 6 if large else 11, "color": "#fff", "line": ring}),
        ("other nodes", others, {"size": 3 if large else 6, "color": "#333"}),
    )
    for label, members, style in groups:
        if members:
            named = len(names) <= 25 or (members is users and len(users) <= 40)
            data.append(
                {
                    "type": "scatter",
                    "mode": "markers+text" if named else "markers",
                    "name": label,
                    "x": numbers(where.x[members]),
                    "y": numbers(where.y[members]),
                    "text": [_text(names[i]) for i in members],
                    "textposition": "top right",
                    "textfont": {"size": 10},
                    "hoverinfo": "text",
                    "hovertext": [f"{_text(names[i])}<br>memory in use {held[i]:.1%} of the time" for i in members],
                    "marker": style,
                }
            )
    bare = {"visible": False} if not where.x_label else {}
    return {
        "data": data,
        "layout": _layout(
            where.x_label,
            where.y_label,
            xaxis=bare,
            yaxis={"scaleanchor": "x", "scaleratio": where.aspect, **bare},
            legend={"orientation": "h", "y": 1.04},
            margin={"l": 70, "r": 20, "t": 30, "b": 50},
        ),
    }


def rate_figure(record: Record) -> Figure | None:
    """Rate of each demand against the length of its route, beside the PLOB bound; None without a demand with a route."""
    points = views.rate_points(record)
    if not points:
        return None
    data: list[Figure] = []
    seen = [p for p in points if p.rate_hz > 0]
    unseen = [p for p in points if p.rate_hz == 0]

    def labels(some: Iterable[views.RatePoint]) -> list[str]:
        return [
            f"{_text(p.demand)}<br>{quantity(p.distance_m, 'm', 4)}<br>{p.rate_hz:.4g} pairs/s "
            f"[{p.low_hz:.3g}, {p.high_hz:.3g}]<br>PLOB bound of this route {p.bound_hz:.3g} 1/s"
            for p in some
        ]

    if seen:
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "delivered, 95 % interval",
                "x": numbers([p.distance_m / 1000 for p in seen]),
                "y": numbers([p.rate_hz for p in seen]),
                "error_y": {
                    "type": "data",
                    "symmetric": False,
                    "array": numbers([p.high_hz - p.rate_hz for p in seen]),
                    "arrayminus": numbers([p.rate_hz - p.low_hz for p in seen]),
                },
                "marker": {"size": 9, "color": views.COLORS[0]},
                "hoverinfo": "text",
                "hovertext": labels(seen),
            }
        )
    if unseen:
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "none delivered: upper limit",
                "x": numbers([p.distance_m / 1000 for p in unseen]),
                "y": numbers([p.high_hz for p in unseen]),
                "marker": {"size": 10, "symbol": "triangle-down-open", "color": views.COLORS[0]},
                "hoverinfo": "text",
                "hovertext": labels(unseen),
            }
        )
    curve = views.plob_curve(views.direct_channels(record))
    lowest = min(p.rate_hz or p.high_hz for p in points) / 30
    highest = max(p.rate_hz or p.high_hz for p in points) * 10
    if curve is not None:
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"PLOB bound, {curve.attenuation_db_per_km:.3g} dB/km, {curve.modes_per_s:.3g} modes/s",
                "x": numbers(curve.distance_m / 1000),
                "y": numbers(curve.rate_hz),
                "line": {"color": "#000", "dash": "dash", "width": 2},
                "hoverinfo": "x+y",
            }
        )
        highest = max(highest, float(curve.rate_hz.max()) * 2)
    limits = [math.log10(lowest), math.log10(highest)] if lowest > 0 else None
    return {
        "data": data,
        "layout": _layout(
            "length of the route (km)",
            "pairs (1/s)",
            xaxis={"rangemode": "tozero"},
            yaxis={"type": "log", "exponentformat": "power", "dtick": 1, **({"range": limits} if limits else {})},
            legend={"orientation": "h", "y": 1.12},
        ),
    }


def fidelity_figure(record: Record) -> Figure | None:
    """Distributions of the fidelities; None if no pair was delivered."""
    edges, shares = views.fidelity_shares(record)
    if not shares:
        return None
    filled = np.flatnonzero(sum(shares.values()))
    first, last = max(int(filled[0]) - 1, 0), min(int(filled[-1]) + 2, len(edges) - 1)
    data: list[Figure] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": _text(name),
            "x": numbers(edges[first : last + 1]),
            "y": [*numbers(share[first:last], 4), 0],
            "line": {**_style(i), "shape": "hv"},
            "hoverinfo": "x+y+name",
        }
        for i, (name, share) in enumerate(shares.items())
    ]
    return {"data": data, "layout": _layout("fidelity at delivery", "share of the pairs, per 0.01")}


def latency_figure(record: Record) -> Figure | None:
    """Share of the requests against latency; None if no request was delivered in full."""
    shares = views.latency_shares(record)
    if not shares:
        return None
    data: list[Figure] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": _text(name),
            "x": numbers(seconds),
            "y": numbers(share, 4),
            "line": {**_style(i), "shape": "hv"},
            "hoverinfo": "x+y+name",
        }
        for i, (name, (seconds, share)) in enumerate(shares.items())
    ]
    layout = _layout(
        "time from asked to delivered (s)",
        "share of the delivered requests",
        xaxis={"type": "log", "exponentformat": "power"},
        yaxis={"range": [0, 1.02]},
    )
    return {"data": data, "layout": layout}


def time_use_figure(use: views.TimeUse | None, what: str) -> Figure | None:
    """A heat map of names against simulated time; None if nothing was recorded."""
    if use is None or not use.names:
        return None
    times = [quantity(float(s), "s", 4) for s in use.edges_s]
    data: list[Figure] = [
        {
            "type": "heatmap",
            "x": numbers(use.edges_s),
            "y": [_text(name) for name in use.names],
            "z": [numbers(row, 4) for row in use.share],
            "zmin": 0,
            "zmax": 1,
            "colorscale": [[i / (len(_SHARES) - 1), color] for i, color in enumerate(_SHARES)],
            "colorbar": {"title": {"text": what, "side": "right"}, "thickness": 14, "tickformat": ".0%"},
            "hoverinfo": "text",
            "hovertext": [
                [f"{_text(name)}<br>{a} to {b}<br>{share:.1%}" for (a, b), share in zip(pairwise(times), row, strict=True)]
                for name, row in zip(use.names, use.share, strict=True)
            ],
        }
    ]
    layout = _layout(
        "simulated time (s)",
        "",
        yaxis={"type": "category", "autorange": "reversed", "automargin": True, "dtick": 1, "tickfont": {"size": 10}},
        margin={"l": 110, "r": 20, "t": 30, "b": 50},
        plot_bgcolor="#ddd",
    )
    return {"data": data, "layout": layout}
