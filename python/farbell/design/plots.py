"""Figures of scaling, elasticities and requirements, on matplotlib axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from farbell._extras import require
from farbell.plot import new_axes
from farbell.views import COLORS, UNUSED

if TYPE_CHECKING:
    from farbell.design.platform_comparison import PlatformComparison
    from farbell.design.scaling import Scaling
    from farbell.design.search import Requirements
    from farbell.design.sensitivity import Elasticities

__all__ = [
    "draw_elasticities",
    "draw_platform_rates",
    "draw_platform_tradeoff",
    "draw_platforms",
    "draw_requirements",
    "draw_scaling",
    "draw_scaling_overview",
]

_GREY = "#777777"
#: Sizes that have a tick each.
_MOST_TICKS = 12
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
    """Sizes as ticks, plain numbers on the other axis: less than a decade has no room for powers of ten."""
    ticker = require("matplotlib.ticker", "farbell.plot")
    size = scaling.table["size"]
    if (size > 0).all():
        ax.set_xscale("log")
    if len(size) <= _MOST_TICKS:
        ax.set_xticks(size, [f"{value:g}" for value in size])
        ax.xaxis.set_minor_locator(ticker.NullLocator())
    if ax.get_yscale() == "log":
        for axis in (ax.yaxis.set_major_formatter, ax.yaxis.set_minor_formatter):
            axis(ticker.LogFormatter(minor_thresholds=(1, 0.4)))
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
    """Everything tried: rate against cost and, on a figure of its own, fidelity against cost; what is the best for its cost."""
    axes = [ax]
    if ax is None:
        pyplot = require("matplotlib.pyplot", "farbell.plot")
        axes = list(pyplot.subplots(1, 2, figsize=(12, 5), layout="constrained")[1])
    tried, target = requirements.tried, requirements.target
    cost, done = tried["cost"], tried["reached"] == 1
    shown = np.isfinite(tried["rate_hz"])
    # The front has three dimensions; each panel cuts it where the other figure is as good as asked.
    panels = (
        ("rate_hz", "pairs per second of a demand", target.rate_hz, requirements.rate_hz,
         tried["fidelity"] >= target.fidelity, f"best at fidelity {target.fidelity:g}" if target.fidelity else "best"),
        ("fidelity", "fidelity", target.fidelity, requirements.fidelity,
         tried["rate_hz"] >= target.rate_hz, f"best at {target.rate_hz:g} pairs/s" if target.rate_hz else "best"),
    )  # fmt: skip
    for panel, (figure, label, wanted, found, other, name) in zip(axes, panels, strict=False):
        for mine, color, words in ((~done & shown, COLORS[1], "misses the target"), (done, COLORS[2], "reaches the target")):
            panel.scatter(cost[mine], tried[figure][mine], s=8, color=color, label=words)
        order = np.argsort(cost)[(other & shown)[np.argsort(cost)]]
        best = np.maximum.accumulate(tried[figure][order]) if len(order) else order
        panel.step(cost[order], best, where="post", color=COLORS[0], linewidth=1.2, label=f"Pareto front: {name}")
        panel.scatter([requirements.cost], [found], marker="*", s=120, color="black", label="requirement", zorder=3)
        if wanted > 0:
            panel.axhline(wanted, color=UNUSED, linestyle=":", label="target")
        panel.set_xscale("log")
        panel.set_xlabel("cost: sum of the factors")
        panel.set_ylabel(label)
        panel.legend()
    return axes[0]


def draw_platform_rates(comparison: PlatformComparison, ax: Any = None) -> Any:
    """Rate against length, a line a platform; hollow where the fidelity is missed."""
    ax = new_axes(ax)
    table = comparison.table
    for number, name in enumerate(dict.fromkeys(table["platform"].tolist())):
        mine = table["platform"] == name
        length_km, rate = table["length_m"][mine] / 1e3, table["rate_hz"][mine]
        reached = table["reached"][mine] == "yes"
        color, dashes = COLORS[number % len(COLORS)], ("-", "--", ":")[number // len(COLORS) % 3]
        ax.plot(length_km, rate, dashes, color=color, label=name)
        ax.plot(length_km[reached], rate[reached], "o", color=color)
        ax.plot(length_km[~reached], rate[~reached], "o", color=color, markerfacecolor="white")
    ax.set(xlabel="length of the link (km)", ylabel="pairs per second of a memory qubit", yscale="log")
    ax.set_title(f"filled: fidelity of at least {comparison.target_fidelity:g}", fontsize=9)
    ax.legend(fontsize=6)
    return ax


def draw_platform_tradeoff(comparison: PlatformComparison, ax: Any = None) -> Any:
    """Coherence time against duration of a two-qubit gate, coloured by maturity."""
    ax = new_axes(ax)
    table = comparison.at_length
    timed = (table["two_qubit_gate_s"] > 0) & np.isfinite(table["t2_s"])
    for number, maturity in enumerate(dict.fromkeys(table["maturity"].tolist())):
        mine = timed & (table["maturity"] == maturity)
        ax.plot(table["two_qubit_gate_s"][mine], table["t2_s"][mine], "o", color=COLORS[number], label=maturity)
    names: dict[tuple[float, float], list[str]] = {}
    for name, gate_s, t2_s in zip(*(table[c][timed].tolist() for c in ("platform", "two_qubit_gate_s", "t2_s")), strict=True):
        names.setdefault((gate_s, t2_s), []).append(name)
    middle = np.sqrt(table["two_qubit_gate_s"][timed].min() * table["two_qubit_gate_s"][timed].max()) if timed.any() else 0
    for where, those in names.items():  # towards the middle, where there is room
        side = ("left", 4) if where[0] <= middle else ("right", -4)
        ax.annotate(
            "\n".join(those), where, xytext=(side[1], 0), textcoords="offset points", fontsize=6, ha=side[0], va="center"
        )
    ax.margins(x=0.1)
    ax.set(xlabel="duration of a two-qubit gate (s)", ylabel="coherence time (s)", xscale="log", yscale="log")
    ax.tick_params(axis="x", which="minor", labelsize=6)  # within a decade all ticks have numbers
    ax.legend(fontsize=7)
    return ax


def draw_platforms(comparison: PlatformComparison) -> Any:
    """Both of the above, and the fidelity at the length asked for."""
    pyplot = require("matplotlib.pyplot", "farbell.plot")
    figure, (rates, fidelity, tradeoff) = pyplot.subplots(1, 3, figsize=(15, 5), layout="constrained")
    draw_platform_rates(comparison, rates)
    rates.get_legend().remove()
    figure.legend(*rates.get_legend_handles_labels(), loc="outside lower center", ncols=6, fontsize=7)
    table = comparison.at_length
    colors = [COLORS[2] if word == "yes" else UNUSED for word in table["reached"]]
    fidelity.barh(table["platform"], table["fidelity"], color=colors)
    fidelity.axvline(comparison.target_fidelity, color="black", linestyle="--")
    fidelity.set(xlabel=f"fidelity at {comparison.length_m / 1e3:g} km", xlim=(0, 1))
    fidelity.invert_yaxis()
    fidelity.tick_params(axis="y", labelsize=7)
    draw_platform_tradeoff(comparison, tradeoff)
    return figure
