"""Figures of networks and results. Functions take and return matplotlib axes; diagrams of what happened are SVG.

matplotlib comes with ``pip install 'farbell[plot]'``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import cycle
from typing import Any

import numpy as np

from farbell import diagrams, views
from farbell._core import Scenario, SpecError
from farbell._extras import require
from farbell.analysis import BrightStatePoint
from farbell.layout import places
from farbell.results import Results
from farbell.summary import ESTIMATES
from farbell.svg import Diagram
from farbell.table import ResultTable
from farbell.time_shares import SHARES
from farbell.topology.network import nearest

__all__ = [
    "chain",
    "estimates",
    "fidelity",
    "ghz_fidelity",
    "latency",
    "map",
    "message_sequence",
    "occupancy",
    "overview",
    "rate_distance",
    "space_time",
    "time_shares",
    "tradeoff",
]

_LABELLED_NODES = 25


def new_axes(ax: Any) -> Any:
    """The axes to draw on: those given, or those of a new figure."""
    pyplot = require("matplotlib.pyplot", "farbell.plot")
    return pyplot.subplots(layout="constrained")[1] if ax is None else ax


def _text(name: str) -> str:
    """A name as it is: a dollar sign would start a formula."""
    return name.replace("$", r"\$")


def _styles() -> Iterator[dict[str, str]]:
    """Colours first, then the same ones with other dashes."""
    for dashes in cycle(("-", "--", ":")):
        for color in views.COLORS:
            yield {"color": color, "linestyle": dashes}


def map(network: Scenario | Results, ax: Any = None) -> Any:
    """The network: nodes at their coordinates, links coloured by the pairs they made.

    Parameters
    ----------
    network : Scenario or Results
        A scenario is drawn in grey. Nodes without coordinates are placed by computation, ends of demands are circled.
    ax : matplotlib.axes.Axes, optional
        Where to draw; left out: on a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import farbell as fb
    >>> fb.plot.map(fb.example("surfnet")).get_xlabel()
    'longitude (°E)'
    """
    ax = new_axes(ax)
    collections = require("matplotlib.collections", "farbell.plot")
    scenario = network if isinstance(network, Scenario) else network.scenario
    where = places(scenario)
    names = [node.name for node in scenario.nodes]
    number = {name: i for i, name in enumerate(names)}
    points = np.column_stack([where.x, where.y])
    ends = np.array([(number[link.node_a], number[link.node_b]) for link in scenario.links], dtype=int).reshape(-1, 2)
    used = np.zeros(len(ends), dtype=bool)
    if isinstance(network, Results):
        use = views.link_use(network)
        used = use > 0
        busy = collections.LineCollection(points[ends[used]], cmap="cividis_r", linewidths=2.5, zorder=2)
        busy.set_array(use[used])
        busy.set_clim(0, use.max() if used.any() else 1)
        ax.add_collection(busy)
        ax.figure.colorbar(busy, ax=ax, label="pairs made by the link (1/s)")
    ax.add_collection(collections.LineCollection(points[ends[~used]], colors=views.UNUSED, linewidths=1, zorder=1))
    ax.scatter(where.x, where.y, s=16, color="black", zorder=3)
    users = sorted(
        {number[name] for demand in scenario.demands for name in (demand.node_a, demand.node_b)}
        | {number[name] for demand in scenario.ghz_demands for name in demand.users}
    )
    ax.scatter(where.x[users], where.y[users], s=70, facecolors="none", edgecolors=views.COLORS[1], zorder=4)
    labelled = users if len(users) <= 2 * _LABELLED_NODES else []
    for i in range(len(points)) if len(points) <= _LABELLED_NODES else labelled:
        ax.annotate(_text(names[i]), points[i], xytext=(4, 4), textcoords="offset points", fontsize=7)
    ax.set_aspect(where.aspect, adjustable="datalim")
    ax.autoscale_view()
    if where.x_label:
        ax.set(xlabel=where.x_label, ylabel=where.y_label)
    else:
        ax.set_axis_off()
    return ax


def _demand(results: Results, demand: int | str) -> int:
    names = results.network.demand_names
    if isinstance(demand, str):
        if demand not in names:
            raise ValueError(f"demand is {demand!r}; allowed: {', '.join(names)}")
        return names.index(demand)
    return range(len(names))[demand]


def chain(results: Results, demand: int | str = 0, ax: Any = None) -> Any:
    """One demand along its route: pairs per second of each link beside those end to end.

    Parameters
    ----------
    results : Results
        What to draw.
    demand : int or str
        Number or name of the demand.
    ax : matplotlib.axes.Axes, optional
        Where to draw; left out: on a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import farbell as fb
    >>> results = fb.run(fb.chain(nodes=4, length_m=20e3, duration_s=0.2))
    >>> fb.plot.chain(results).get_xlabel()
    'distance along the route (km)'
    """
    ax = new_axes(ax)
    number = _demand(results, demand)
    route, hops = results.network.routes[number], views.route_links(results)[number]
    lengths = results.network.link_models["length_m"][hops] / 1000
    position = np.concatenate([[0], np.cumsum(lengths)])
    use = views.link_use(results)[hops]
    ax.hlines(use, position[:-1], position[1:], colors=views.COLORS[0], linewidths=3, label="each link")
    row = results.summary()[[number]]
    rate, low, high = (float(row[name][0]) for name in ("rate_hz", "rate_low_hz", "rate_high_hz"))
    ax.axhline(rate, color=views.COLORS[1], label="end to end, with its 95 % interval")
    if high > low:
        ax.axhspan(low, high, color=views.COLORS[1], alpha=0.25, linewidth=0)
    above = ax.secondary_xaxis("top")
    above.set_xticks(position, [_text(name) for name in route], rotation=45, ha="left", fontsize=8)
    for x in position:
        ax.axvline(x, color=views.UNUSED, linewidth=0.6, zorder=0)
    ax.set(xlabel="distance along the route (km)", ylabel="pairs (1/s)")
    ax.set_ylim(bottom=0)
    ax.legend()
    return ax


def rate_distance(results: Results | Iterable[Results], ax: Any = None) -> Any:
    """Rate of each demand against the length of its route, beside the PLOB bound of a fibre without repeaters.

    Parameters
    ----------
    results : Results, or several
        What to draw; several runs get a colour each.
    ax : matplotlib.axes.Axes, optional
        Where to draw; left out: on a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        Points with 95 % intervals; a demand without pairs is a triangle at its upper limit. The bound, in ebits per
        mode, is put on the same axis by the modes that the fastest link of any route sends per second:
        docs/physics/bounds.md says how.

    Examples
    --------
    >>> import farbell as fb
    >>> runs = [fb.run(fb.chain(nodes=n, length_m=20e3, duration_s=0.2)) for n in (2, 3, 4)]
    >>> fb.plot.rate_distance(runs).get_yscale()
    'log'
    """
    ax = new_axes(ax)
    runs = [results] if isinstance(results, Results) else list(results)
    channels: list[views.DirectChannel | None] = []
    every: list[views.RatePoint] = []
    for run, style in zip(runs, _styles(), strict=False):
        points = views.rate_points(run)
        every += points
        channels += views.direct_channels(run)
        seen = [p for p in points if p.rate_hz > 0]
        rates = np.array([p.rate_hz for p in seen])
        bars = np.abs([[p.low_hz for p in seen], [p.high_hz for p in seen]] - rates)
        label = _text(run.scenario.name) or "rate"
        ax.errorbar(
            [p.distance_m / 1000 for p in seen], rates, yerr=bars, fmt="o", capsize=3, color=style["color"], label=label
        )
        unseen = [p for p in points if p.rate_hz == 0]
        ax.scatter([p.distance_m / 1000 for p in unseen], [p.high_hz for p in unseen], marker="v", color=style["color"])
    curve = views.plob_curve(channels)
    if curve is not None:
        label = f"PLOB bound, {curve.attenuation_db_per_km:.3g} dB/km, {curve.modes_per_s:.3g} modes/s"
        ax.plot(curve.distance_m / 1000, curve.rate_hz, color="black", linestyle="--", label=label)
        # The bound falls by orders of magnitude where there is nothing else to see.
        shown = [p.rate_hz or p.high_hz for p in every]
        ax.set_ylim(bottom=min(shown) / 30)
    ax.set(xlabel="length of the route (km)", ylabel="pairs (1/s)")
    if every:
        ax.set_yscale("log")
        ax.legend()
    else:
        _none_yet(ax, "no demand has a route")
    return ax


def estimates(table: ResultTable, x: str, y: str = "rate_hz", hue: str | None = None, ax: Any = None) -> Any:
    """A column of a table over another, with its confidence intervals.

    Parameters
    ----------
    table : ResultTable
        With a row a point: that of :meth:`farbell.Study.table`.
    x, y : str
        Columns.
    hue : str, optional
        Column whose values have a line each.
    ax : matplotlib.axes.Axes, optional
        Where to draw; left out: on a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        Bars are the intervals of `y`, if the table has them. Points are joined where no two of a line have the same `x`.

    Raises
    ------
    SpecError
        If there is no such column.

    Examples
    --------
    >>> import farbell as fb
    >>> network = fb.chain(nodes=3, length_m="20 km", duration_s="0.2 s")
    >>> table = fb.sweep(network, {"demands/*/width": [1, 2, 4]}).run().table()
    >>> fb.plot.estimates(table, x="width").get_ylabel()
    'rate_hz'
    """
    for name in filter(None, (x, y, hue)):
        if name not in table:
            raise SpecError("column", repr(name), f"a column: {', '.join(table.columns)}", nearest(name, table.columns))
    ax = new_axes(ax)
    groups = list(dict.fromkeys(table[hue].tolist())) if hue else [None]
    for group, style in zip(groups, _styles(), strict=False):
        rows = table[table[hue] == group] if hue else table
        places = rows[x].tolist()
        ends = [ESTIMATES[y].format(end) for end in ("_low", "_high")] if y in ESTIMATES else []
        bars = np.abs([rows[end] - rows[y] for end in ends]) if ends and all(end in rows for end in ends) else None
        line = style["linestyle"] if len(set(places)) == len(places) else "none"
        shown = f"{hue} = {group:g}" if isinstance(group, (int, float)) else _text(str(group))
        label = {"label": shown} if hue else {}
        ax.errorbar(places, rows[y], yerr=bars, fmt="o", capsize=3, color=style["color"], linestyle=line, **label)
    values = table[x]
    if values.dtype.kind in "iuf" and len(values) and values.min() > 0 and values.max() >= 100 * values.min():
        ax.set_xscale("log")
    ax.set(xlabel=_text(x), ylabel=_text(y))
    if hue and len(table):
        ax.legend()
    return ax


def _none_yet(ax: Any, text: str) -> None:
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", color="grey")


def fidelity(results: Results, ax: Any = None) -> Any:
    """Distribution of the fidelities of each demand's delivered pairs; more than twelve demands are drawn as one.

    Parameters
    ----------
    results : Results
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Where to draw; left out: on a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import farbell as fb
    >>> results = fb.run(fb.chain(nodes=3, length_m=20e3, duration_s=0.2))
    >>> fb.plot.fidelity(results).get_xlabel()
    'fidelity at delivery'
    """
    ax = new_axes(ax)
    edges, shares = views.fidelity_shares(results)
    for (name, share), style in zip(shares.items(), _styles(), strict=False):
        ax.stairs(share, edges, label=_text(name), **style)
    if shares:
        filled = np.flatnonzero(sum(shares.values()))
        ax.set_xlim(edges[max(filled[0] - 2, 0)], edges[min(filled[-1] + 3, len(edges) - 1)])
        ax.legend(fontsize=8)
    else:
        _none_yet(ax, "no pair was delivered")
    ax.set(xlabel="fidelity at delivery", ylabel="share of the pairs, per 0.01")
    return ax


def ghz_fidelity(results: Results | Iterable[Results], ax: Any = None) -> Any:
    """Mean fidelity of the states of GHZ demands against the number of their users.

    Parameters
    ----------
    results : Results, or several
        What to draw, with 95 % intervals; several runs get a colour each. Demands without a state are left out.
    ax : matplotlib.axes.Axes, optional
        Where to draw; left out: on a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import farbell as fb
    >>> star = fb.star(leaves=4, length_m=1e3, duration_s=0.5)
    >>> demands = [fb.GhzDemand(name=f"{n}", users=["n1", "n2", "n3", "n4"][:n], traffic=fb.OneOff()) for n in (2, 3, 4)]
    >>> fb.plot.ghz_fidelity(fb.run(star.replace(demands=[], ghz_demands=demands))).get_xlabel()
    'users'
    """
    ax = new_axes(ax)
    runs = [results] if isinstance(results, Results) else list(results)
    drawn = 0
    for run, style in zip(runs, _styles(), strict=False):
        rows = [row for row in run.ghz_summary().rows() if row["states"]]
        means = np.array([row["fidelity"] for row in rows])
        bars = np.abs([[row["fidelity_low"] for row in rows], [row["fidelity_high"] for row in rows]] - means)
        label = _text(run.scenario.name) or "states"
        ax.errorbar([row["users"] for row in rows], means, yerr=bars, fmt="o", capsize=3, color=style["color"], label=label)
        drawn += len(rows)
    if drawn:
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.legend()
    else:
        _none_yet(ax, "no state was delivered")
    ax.set(xlabel="users", ylabel="fidelity at delivery")
    return ax


def latency(results: Results, ax: Any = None) -> Any:
    """Share of the delivered requests of each demand that took at most so long; requests that timed out are not in it.

    Parameters
    ----------
    results : Results
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Where to draw; left out: on a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import farbell as fb
    >>> traffic = fb.BackToBack()
    >>> results = fb.run(fb.chain(nodes=3, length_m=20e3, duration_s=0.2, traffic=traffic))
    >>> fb.plot.latency(results).get_xlabel()
    'time from asked to delivered (s)'
    """
    ax = new_axes(ax)
    shares = views.latency_shares(results)
    for (name, (seconds, share)), style in zip(shares.items(), _styles(), strict=False):
        ax.plot(seconds, share, drawstyle="steps-post", label=_text(name), **style)
    if shares:
        ax.set_xscale("log")
        ax.legend(fontsize=8)
    else:
        _none_yet(ax, "no request was delivered in full")
    ax.set(xlabel="time from asked to delivered (s)", ylabel="share of the delivered requests", ylim=(0, 1.02))
    return ax


def _tradeoff_points(item: Any) -> Iterator[tuple[str, float, float]]:
    if isinstance(item, Results | ResultTable):
        table = item.summary() if isinstance(item, Results) else item
        names = [item.scenario.name or "results"] * len(table) if isinstance(item, Results) else table["demand"]
        yield from zip(names, table["rate_hz"].tolist(), table["fidelity"].tolist(), strict=True)
    elif isinstance(item, BrightStatePoint):
        yield "single click", item.rate_hz, item.fidelity
    else:
        label, rate_hz, fidelity = item
        yield str(label), float(rate_hz), float(fidelity)


def tradeoff(points: Results | ResultTable | Iterable[Any], ax: Any = None) -> Any:
    """Rate against fidelity, with the Pareto front marked: the points that no other beats in both.

    Parameters
    ----------
    points : Results, ResultTable, or an iterable
        Each item is a run's results (a point for every demand that delivered pairs), a table with the columns ``demand``,
        ``rate_hz`` and ``fidelity`` such as ``results.summary()``, a point of
        :func:`farbell.analysis.bright_state_tradeoff`, or a tuple (label, pairs per second, fidelity). Points with the
        same label are one series.
    ax : matplotlib.axes.Axes, optional
        Where to draw; left out: on a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        Points on the front are filled and joined by a grey line, the others are hollow.

    Examples
    --------
    >>> import farbell as fb
    >>> points = [("double click", 18.0, 0.975), ("single click", 15.2, 0.959), ("single click", 75.5, 0.884)]
    >>> fb.plot.tradeoff(points).get_xlabel()
    'fidelity'
    """
    ax = new_axes(ax)
    items = [points] if isinstance(points, Results | ResultTable) else points
    rows = [row for item in items for row in _tradeoff_points(item) if row[1] > 0]
    labels = [label for label, _, _ in rows]
    rate = np.array([row[1] for row in rows])
    fidelity = np.array([row[2] for row in rows])
    front = views.pareto_front(rate, fidelity)
    for label, style in zip(dict.fromkeys(labels), _styles(), strict=False):
        mine = np.array([other == label for other in labels])
        color = style["color"]
        ax.scatter(fidelity[mine & front], rate[mine & front], color=color, label=_text(label), zorder=3)
        ax.scatter(fidelity[mine & ~front], rate[mine & ~front], facecolors="none", edgecolors=color, zorder=3)
    if rows:
        order = np.flatnonzero(front)[np.argsort(fidelity[front], kind="stable")]
        ax.plot(fidelity[order], rate[order], color=views.UNUSED, label="Pareto front", zorder=2)
        ax.set_yscale("log")
        ax.legend(fontsize=8)
    else:
        _none_yet(ax, "no pair was delivered")
    ax.set(xlabel="fidelity", ylabel="pairs (1/s)")
    return ax


def time_shares(results: Results, ax: Any = None) -> Any:
    """Where the time went: a bar for each demand, divided into what its requests waited for.

    Parameters
    ----------
    results : Results
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Where to draw; left out: on a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import farbell as fb
    >>> results = fb.run(fb.chain(nodes=4, length_m=20e3, duration_s=0.2))
    >>> fb.plot.time_shares(results).get_xlabel()
    'share of the time with requests'
    """
    ax = new_axes(ax)
    table = results.time_shares()
    table = table[table["seconds"] > 0]
    names = [_text(name) for name in table["demand"]]
    left = np.zeros(len(names))
    for share in SHARES:
        values = np.asarray(table[share])
        if np.any(values > 0):
            ax.barh(names, values, left=left, color=views.SHARE_COLORS[share], label=share.replace("_", " "))
        left += values
    if names:
        ax.invert_yaxis()
        ax.legend(fontsize=8, ncols=4, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    else:
        _none_yet(ax, "no demand had a request")
    ax.set(xlabel="share of the time with requests", xlim=(0, 1))
    return ax


def occupancy(results: Results, ax: Any = None, *, most: int = 40) -> Any:
    """Memory in use over simulated time: the share of each node's slots that hold a qubit.

    Parameters
    ----------
    results : Results
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Where to draw; left out: on a new figure.
    most : int
        So many of the busiest nodes are drawn.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import farbell as fb
    >>> results = fb.run(fb.chain(nodes=4, length_m=20e3, duration_s=0.2))
    >>> fb.plot.occupancy(results).get_xlabel()
    'simulated time (s)'
    """
    ax = new_axes(ax)
    use = views.node_time_use(results, most)
    if use is None:
        raise ValueError("these results hold no occupancy; allowed: results of a version that records it")
    mesh = ax.pcolormesh(use.edges_s, np.arange(len(use.names) + 1), use.share, cmap="Blues", vmin=0, vmax=1)
    ax.figure.colorbar(mesh, ax=ax, label="share of the slots in use")
    ax.set_yticks(np.arange(len(use.names)) + 0.5, [_text(name) for name in use.names], fontsize=8)
    ax.invert_yaxis()
    ax.set(xlabel="simulated time (s)")
    if len(use.names) < use.total:
        ax.set_title(f"{len(use.names)} of {use.total:,} nodes: the busiest", fontsize=10)
    return ax


def space_time(
    results: Results,
    *,
    request: int | None = None,
    demand: str | None = None,
    replica: int = 0,
    window_s: tuple[float, float] | None = None,
) -> Diagram:
    """A space-time diagram: the nodes of a route across, time down; attempts, memories, swaps, messages and deliveries.

    Of a GHZ demand all arms beside each other, each from the center to its user; along a tree it is refused.

    Parameters
    ----------
    results : Results
        What to draw; the replica is replayed unless the run was traced.
    request : int, optional
        Draw the time of this request.
    demand : str, optional
        Name of the demand; may be left out if there is only one.
    replica : int
        Number of the replica.
    window_s : (float, float), optional
        Draw this stretch of simulated time, at most 6,000 marks.

    Returns
    -------
    Diagram
        SVG: shows itself in notebooks; ``save(path)`` writes it. Point at a mark to read what it is.

    Raises
    ------
    SpecError
        If there is no such request, demand or replica, or too much to draw.

    Examples
    --------
    >>> import farbell as fb
    >>> results = fb.run(fb.chain(nodes=4, length_m=20e3, duration_s=0.2, traffic=fb.BackToBack()))
    >>> fb.plot.space_time(results, request=1)
    <Diagram Request 1 of n0->n3, replica 0>
    """
    return diagrams.space_time(results, request=request, demand=demand, replica=replica, window_s=window_s)


def message_sequence(
    results: Results,
    *,
    request: int | None = None,
    demand: str | None = None,
    replica: int = 0,
    window_s: tuple[float, float] | None = None,
) -> Diagram:
    """A message sequence diagram: a line for each node, and what happens in order, not to scale.

    Parameters
    ----------
    results : Results
        What to draw; the replica is replayed unless the run was traced.
    request : int, optional
        Draw the time of this request.
    demand : str, optional
        Draw only what belongs to this demand; left out, and no request either: all of them.
    replica : int
        Number of the replica.
    window_s : (float, float), optional
        Draw this stretch of simulated time, at most 400 lines.

    Returns
    -------
    Diagram
        SVG: shows itself in notebooks; ``save(path)`` writes it.

    Raises
    ------
    SpecError
        If there is no such request, demand or replica, or too much to draw.

    Examples
    --------
    >>> import farbell as fb
    >>> results = fb.run(fb.chain(nodes=4, length_m=20e3, duration_s=0.2, traffic=fb.BackToBack()))
    >>> fb.plot.message_sequence(results, window_s=(0.0, 0.005))
    <Diagram All demands, replica 0>
    """
    return diagrams.message_sequence(results, request=request, demand=demand, replica=replica, window_s=window_s)


def overview(results: Results, axes: Any = None) -> Any:
    """Map, rate against distance, fidelities and latencies in one figure.

    Parameters
    ----------
    results : Results
        What to draw.
    axes : sequence of matplotlib.axes.Axes, optional
        Four of them; left out: a new figure.

    Returns
    -------
    numpy.ndarray
        The four axes.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.plot.overview(fb.run(fb.chain(nodes=3, length_m=20e3, duration_s=0.2))).shape
    (4,)
    """
    if axes is None:
        pyplot = require("matplotlib.pyplot", "farbell.plot")
        axes = pyplot.subplots(2, 2, figsize=(12, 9), layout="constrained")[1]
    flat = np.asarray(axes).ravel()
    for draw, ax in zip((map, rate_distance, fidelity, latency), flat, strict=True):
        draw(results, ax=ax)
    return flat
