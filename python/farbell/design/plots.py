"""Figures of scaling, elasticities and requirements, on matplotlib axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from farbell._extras import require
from farbell.plot import new_axes
from farbell.views import COLORS, UNUSED

if TYPE_CHECKING:
    from farbell.design.scaling import Scaling
    from farbell.design.search import Requirements
    from farbell.design.sensitivity import Elasticities

__all__ = ["draw_elasticities", "draw_requirements", "draw_scaling", "draw_scaling_overview"]

_GREY = "#777777"
_REACHED = {"yes": COLORS[2], "unsure": COLORS[4], "no": COLORS[1]}


def draw_scaling(scaling: Scaling, ax: Any = None) -> Any:
    """Rate against size with its intervals, coloured by whether the target is reached; a law, if one holds; the fidelity."""
    ax = new_axes(ax)
    table = scaling.table
    size, rate = table["size"], table["rate_hz"]
    for word, color in _REACHED.items():
        mine = (table["reached"] == word) & (rate > 0)
        if mine.any():
            low, high = table["rate_low_hz"][mine], table["rate_high_hz"][mine]
            bars = np.clip([rate[mine] - low, high - rate[mine]], 0, None)
            ax.errorbar(size[mine], rate[mine], yerr=bars, fmt="o", color=color, label=f"target reached: {word}")
    short = (table["note"] != "") & (rate > 0)
    if short.any():
        ax.plot(size[short], rate[short], "o", color="white", markersize=3, zorder=3)
        ax.plot([], [], "o", color=_GREY, markerfacecolor="white", label="short run")
    if scaling.fits and scaling.fits[0].holds:
        best = scaling.fits[0]
        there = rate > 0
        shape = size**best.exponent if best.law == "power" else np.exp(best.exponent * size)
        factor = np.exp(np.mean(np.log(rate[there]) - np.log(shape[there])))
        name = f"size^{best.exponent:.2f}" if best.law == "power" else f"exp({best.exponent:.3g} size)"
        ax.plot(size[there], factor * shape[there], "--", color=COLORS[0], label=name)
    if scaling.target.rate_hz > 0:
        ax.axhline(scaling.target.rate_hz, color=UNUSED, linestyle=":", label="target rate")
    right = ax.twinx()
    right.plot(size, table["fidelity"], "s:", color=_GREY, markersize=4)
    if scaling.target.fidelity > 0:
        right.axhline(scaling.target.fidelity, color=UNUSED, linestyle="-.")
        ax.plot([], [], color=UNUSED, linestyle="-.", label="target fidelity")
    right.set_ylabel("fidelity (squares)", color=_GREY)
    right.set_ylim(0, 1.02)
    if (rate > 0).any():
        ax.set_yscale("log")
    _scale_sizes(ax, scaling)
    ax.set_ylabel("pairs per second of a demand")
    ax.legend(loc="lower left")
    return ax


def _scale_sizes(ax: Any, scaling: Scaling) -> None:
    if (scaling.table["size"] > 0).all():
        ax.set_xscale("log")
    ax.set_xlabel(scaling.vary)


#: Panels beside that of rate and fidelity: label -> column and its name in the legend.
_PANELS = (
    (
        "latency (s)",
        (
            ("latency_p50_s", "requests, median"),
            ("latency_p95_s", "requests, 95 %"),
            ("pair_age_p50_s", "pairs, median"),
            ("pair_age_p95_s", "pairs, 95 %"),
        ),
    ),
    ("memory slots, classical messages", (("occupied_slots", "slots occupied"), ("messages_per_pair", "messages per pair"))),
    ("what it takes", (("nodes", "nodes"), ("memory_slots", "memory slots"), ("fiber_km", "km of fibre"), ("cost", "cost"))),
)


def draw_scaling_overview(scaling: Scaling) -> Any:
    """Four panels: rate and fidelity, latency, memory use and messages, and what the network is made of."""
    pyplot = require("matplotlib.pyplot", "farbell.plot")
    axes = pyplot.subplots(2, 2, figsize=(12, 9), layout="constrained")[1].ravel()
    draw_scaling(scaling, axes[0])
    size = scaling.table["size"]
    laws = {row["figure"]: row for row in scaling.exponents.rows()}
    for ax, (label, columns) in zip(axes[1:], _PANELS, strict=True):
        for (column, name), color in zip(columns, COLORS, strict=False):
            values = scaling.table[column]
            there = np.isfinite(values) & (values > 0)
            if there.any():
                law = laws.get(column)
                shown = f"{name}, size^{law['exponent']:.2f}" if law and law["law"] == "power" else name
                ax.plot(size[there], values[there], "o-", color=color, label=shown)
                if column not in ("nodes", "memory_slots", "fiber_km", "cost"):
                    short = there & (scaling.table["note"] != "")
                    ax.plot(size[short], values[short], "o", color="white", markersize=3)
        if ax.lines:
            ax.set_yscale("log")
            ax.legend()
        else:
            ax.text(0.5, 0.5, "none", transform=ax.transAxes, ha="center", va="center", color=_GREY)
        _scale_sizes(ax, scaling)
        ax.set_ylabel(label)
    return axes


def draw_elasticities(elasticities: Elasticities, ax: Any = None, *, most: int = 12) -> Any:
    """Gains of rate and fidelity, the strongest on top."""
    rows = elasticities.ranked()[:most][::-1]
    if ax is None:
        pyplot = require("matplotlib.pyplot", "farbell.plot")
        ax = pyplot.subplots(figsize=(9, 1.5 + 0.35 * len(rows)), layout="constrained")[1]
    place = np.arange(len(rows))
    for offset, quantity, color in ((0.2, "rate", COLORS[0]), (-0.2, "fidelity", COLORS[1])):
        gain, low, high = (np.nan_to_num([row[f"{quantity}_gain{end}"] for row in rows]) for end in ("", "_low", "_high"))
        ax.barh(
            place + offset, gain, height=0.38, color=color, label=quantity, xerr=np.clip([gain - low, high - gain], 0, None)
        )
    ax.axvline(0, color="black", linewidth=0.8)
    ax.set_yticks(place, [row["parameter"] for row in rows])
    ax.set_xlabel("gain: relative change per relative improvement")
    ax.grid(axis="x", color=UNUSED, linewidth=0.5)
    ax.set_axisbelow(True)
    ax.legend()
    return ax


def draw_requirements(requirements: Requirements, ax: Any = None) -> Any:
    """Cost and rate of everything tried; what nothing cheaper beats is the front."""
    ax = new_axes(ax)
    tried = requirements.tried
    done = tried["reached"] == 1
    shown = np.isfinite(tried["rate_hz"])
    for mine, color, label in ((~done & shown, COLORS[1], "misses the target"), (done, COLORS[2], "reaches the target")):
        ax.scatter(tried["cost"][mine], tried["rate_hz"][mine], s=8, color=color, label=label)
    front = (tried["on_front"] == 1) & shown
    order = np.argsort(tried["cost"][front])
    ax.plot(tried["cost"][front][order], tried["rate_hz"][front][order], color=COLORS[0], linewidth=0.8, label="Pareto front")
    ax.scatter([requirements.cost], [requirements.rate_hz], marker="*", s=120, color="black", label="requirement", zorder=3)
    ax.set_xscale("log")
    ax.set_xlabel("cost: sum of the factors")
    ax.set_ylabel("pairs per second of a demand")
    ax.legend()
    return ax
