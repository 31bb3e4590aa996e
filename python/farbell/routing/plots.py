"""Figures of routers side by side, on matplotlib axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from farbell._extras import require
from farbell.plot import new_axes
from farbell.views import COLORS, UNUSED

if TYPE_CHECKING:
    from farbell.routing.comparison import RouterComparison

__all__ = ["draw_router_rates", "draw_routers"]


# Bounds so many times what was reached are said and not drawn to scale: they would hide what differs.
_FAR = 3


def draw_router_rates(comparison: RouterComparison, ax: Any = None) -> Any:
    """The useful rate of each router with its interval, that of all pairs, and the bounds as lines."""
    ax = new_axes(ax)
    table = comparison.table
    place = np.arange(len(table))
    useful = table["useful_hz"]
    ax.plot(table["throughput_hz"], place, "o", markersize=10, color=UNUSED, label="all pairs")
    bars = np.clip([useful - table["useful_low_hz"], table["useful_high_hz"] - useful], 0, None)
    ax.errorbar(useful, place, xerr=bars, fmt="o", capsize=3, color=COLORS[0], label="useful pairs")
    reached = np.nan_to_num([table["throughput_hz"], table["useful_high_hz"]]).max()
    bound = np.nan_to_num(table["bound_hz"])
    far = bound > _FAR * reached
    ax.plot(bound[~far], place[~far], "|", markersize=22, color="black")
    ax.plot([], [], "|", markersize=7, color="black", label="bound: these widths or rounds (LP)")
    for row in place[far]:
        ax.annotate(
            f"bound: {bound[row]:.4g} >",
            (1, row - 0.12),
            xycoords=("axes fraction", "data"),
            fontsize=7,
            ha="right",
            va="bottom",
        )
    for value, dashes, name in (
        (comparison.throughput_bound_hz, "--", "bound: all slots (LP)"),
        (comparison.min_cut_hz, ":", "bound: all slots, each demand alone (min-cut)"),
    ):
        if np.isfinite(value) and value <= _FAR * reached:
            ax.axvline(value, color="black", linestyle=dashes, label=name)
        elif np.isfinite(value):
            ax.plot([], [], color="black", linestyle=dashes, label=f"{name}: {value:.4g} /s, beyond")
    ax.set_xlim(left=0)
    ax.set_yticks(place, table["router"])
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.set_xlabel("pairs per second of all demands")
    ax.legend(fontsize=7, loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2)
    return ax


def draw_routers(comparison: RouterComparison) -> Any:
    """The rates, and fidelity and fairness beside them."""
    pyplot = require("matplotlib.pyplot", "farbell.plot")
    figure, (rates, shares) = pyplot.subplots(1, 2, figsize=(12, 5), layout="constrained")
    draw_router_rates(comparison, rates)
    table = comparison.table
    place = np.arange(len(table))
    for offset, column, color in ((-0.2, "fidelity", COLORS[1]), (0.2, "fairness", COLORS[2])):
        shares.barh(place + offset, np.nan_to_num(table[column]), height=0.38, color=color, label=column)
    shares.set_yticks(place, table["router"])
    shares.invert_yaxis()
    shares.set(xlim=(0, 1), xlabel="mean fidelity; fairness (Jain)")
    shares.legend(fontsize=7, loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2)
    return figure
