"""Which router? The same demands under each, with common random numbers, beside what no router can beat."""

from __future__ import annotations

import html
import math
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from farbell._core import Model, Routing, Scenario, SpecError
from farbell.analysis.intervals import rate_interval
from farbell.bounds import capacities, demand_bounds
from farbell.record import MOMENTS
from farbell.results import Results
from farbell.route_search import KINDS, PURIFYING, Metric, Route, demand_routes
from farbell.running import compile, run
from farbell.table import ResultTable

__all__ = ["RouterComparison", "compare", "fairness"]

#: Beside the kinds of routing: a word for one.
_WORDS = {"shortest": "hops"}
_UNREACHABLE = re.compile(r"/demands/(\d+)/min_fidelity")


def fairness(rates: Sequence[float]) -> float:
    """Jain's index: 1 where all get the same, 1/n where one of n gets everything; nan where nobody gets anything.

    R. Jain, D.-M. Chiu and W. R. Hawe, DEC Research Report TR-301 (1984).
    """
    squares = math.fsum(rate * rate for rate in rates)
    return math.fsum(rates) ** 2 / (len(rates) * squares) if squares > 0 else math.nan


@dataclass(frozen=True)
class RouterComparison:
    """Routers side by side, on the same demands.

    Attributes
    ----------
    table : ResultTable
        A row a router: ``throughput_hz`` (pairs per second of all demands together), ``useful_hz`` with its interval
        (those that were delivered, of at least the ``min_fidelity`` of their demand), mean ``fidelity`` of the pairs
        delivered, ``latency_s`` (mean over the requests that were served; nan where requests have no end), ``fairness``
        (Jain's index of the useful rates), ``messages_hz`` (classical messages), ``cpu_s`` (to find routes and to run), and
        ``unserved``: demands that the router gives no route that can reach their ``min_fidelity``.
    demands : ResultTable
        A row a router and demand: the ``route`` that is preferred at the start, what is expected of it
        (``expected_fidelity``, ``lane_hz``: :class:`farbell.routing.Route`), and what became of it (``useful_hz``,
        ``fidelity``).
    min_cut_hz : float
        Sum over the demands of what each could get alone over all paths at once.
    throughput_bound_hz : float
        What all can get together at most, by a linear programme; nan without scipy.
    title : str
        Name of the scenario.

    Examples
    --------
    >>> import farbell as fb
    >>> found = fb.routing.compare(fb.ring(5, length_m="10 km", duration_s="0.1 s"), ["hops", "widest"])
    >>> found.table["router"].tolist(), bool((found.table["throughput_hz"] < found.min_cut_hz).all())
    (['hops', 'widest'], True)
    """

    table: ResultTable
    demands: ResultTable
    min_cut_hz: float
    throughput_bound_hz: float
    title: str

    def plot(self, ax: Any = None) -> Any:
        """Rates of each router, and the bounds."""
        from farbell.routing.plots import draw_router_rates

        return draw_router_rates(self, ax)

    def overview(self) -> Any:
        """A figure of rates, fidelities and fairness."""
        from farbell.routing.plots import draw_routers

        return draw_routers(self)

    @property
    def _bounds(self) -> str:
        most = "" if math.isnan(self.throughput_bound_hz) else f"{self.throughput_bound_hz:.6g} /s together, "
        return f"No router delivers more than {most}{self.min_cut_hz:.6g} /s with each demand alone on the network."

    def __repr__(self) -> str:
        return f"{self.title}\n{self.table!r}\n{self._bounds}"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.title)}</p>{self.table._repr_html_()}<p>{html.escape(self._bounds)}</p>"


def _served(scenario: Scenario) -> tuple[Model, list[int]]:
    """The model without the demands whose fidelity no route of the router reaches, and the numbers of the others."""
    left = list(range(len(scenario.demands)))
    while True:
        demands = [scenario.demands[i] for i in left]
        try:
            return compile(scenario.replace(demands=demands)), left
        except SpecError as error:
            found = _UNREACHABLE.fullmatch(error.path)
            if not found or not demands[int(found[1])].min_fidelity > 0:
                raise
            del left[int(found[1])]


def _rows(router: str, names: list[str], scenario: Scenario, **how: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    began = time.process_time()
    model, served = _served(scenario)
    results = run(model, progress=False, **how)
    cpu_s = time.process_time() - began
    by_demand = _of_demands(router, names, results, demand_routes(model), served)
    seconds = results.batch_seconds
    pairs, fidelities = results.batches[..., 0].sum(axis=1), results.batches[..., 1].sum(axis=1)
    useful = rate_interval(pairs, seconds)
    done, latency = (np.nan_to_num(results.moments[..., MOMENTS.index(m)]) for m in ("requests_done", "latency_mean_s"))
    rejected = int(results.demands["rejected_pairs"].sum())
    return {
        "router": router,
        "throughput_hz": float((pairs.sum() + rejected) / seconds.sum()),
        "useful_hz": useful.value,
        "useful_low_hz": useful.low,
        "useful_high_hz": useful.high,
        "fidelity": float(fidelities.sum() / pairs.sum()) if pairs.sum() else math.nan,
        "latency_s": float((done * latency).sum() / done.sum()) if done.sum() else math.nan,
        "fairness": fairness([row["useful_hz"] for row in by_demand]),
        "messages_hz": float(results.replicas["messages"].sum() / results.replicas["simulated_s"].sum()),
        "cpu_s": cpu_s,
        "unserved": len(scenario.demands) - len(served),
    }, by_demand  # fmt: skip


def _of_demands(
    router: str, names: list[str], results: Results, routes: list[Route], served: list[int]
) -> list[dict[str, Any]]:
    seconds = results.batch_seconds.sum()
    nothing = {"route": "", "expected_fidelity": math.nan, "lane_hz": 0.0, "useful_hz": 0.0, "fidelity": math.nan}
    rows: list[dict[str, Any]] = [{"router": router, "demand": name, **nothing} for name in names]
    for place, (number, route) in enumerate(zip(served, routes, strict=True)):
        pairs, fidelities = (float(results.batches[:, place, :, column].sum()) for column in (0, 1))
        rows[number] |= {
            "route": " - ".join(route.nodes),
            "expected_fidelity": route.fidelity,
            "lane_hz": route.rate_hz,
            "useful_hz": pairs / seconds,
            "fidelity": fidelities / pairs if pairs else math.nan,
        }
    return rows


def _routing(scenario: Scenario, router: str) -> Routing:
    """That of the scenario with another kind, without what this kind does not have."""
    kind = cast(Metric, _WORDS.get(router, router))
    of_kind: dict[str, Any] = {"kind": kind}
    if kind != "entanglement_rate":
        of_kind["coherence_s"] = None
    if kind in PURIFYING:
        of_kind["fidelity_constrained"] = False
    else:
        of_kind["max_purification_rounds"] = None
    if kind in (*PURIFYING, "greedy_fidelity"):
        of_kind["alternatives"] = 1
    try:
        return scenario.routing.replace(**of_kind)
    except SpecError as error:
        raise SpecError("routers", repr(router), error.allowed, error.nearest) from None


def compare(
    scenario: Scenario,
    routers: Iterable[str] | str | None = None,
    *,
    replicas: int = 1,
    threads: int | None = None,
    seed: int | None = None,
) -> RouterComparison:
    """The same demands under several routers, with common random numbers.

    Each link's attempts are drawn from a stream of their own for each demand, so that what routers have in common falls out of
    their difference.

    Parameters
    ----------
    scenario : Scenario
        The network and its demands.
    routers : iterable of str, optional
        Kinds of routing (``routing.kind``); ``"shortest"`` is a word for ``"hops"``. Left out: all, those that purify only
        if all demands have a ``min_fidelity``. Other fields of ``routing`` are kept, as far as the kind has them.
    replicas, threads, seed : optional
        As for :func:`farbell.run`.

    Returns
    -------
    RouterComparison
        With tables and figures. A demand whose ``min_fidelity`` a router's routes cannot reach is left out of its run, and
        counts with a rate of 0.

    Raises
    ------
    SpecError
        A router is unknown, there is no demand, or the scenario is wrong: no links join the nodes of a demand, for one.

    References
    ----------
    Common random numbers: A. M. Law, Simulation Modeling and Analysis (McGraw-Hill, 2015), section 11.2.

    Examples
    --------
    >>> import farbell as fb
    >>> network = fb.grid(3, 3, length_m="10 km", duration_s="0.1 s")
    >>> fb.routing.compare(network, ["hops", "fidelity"]).demands["route"].tolist()[0]
    'r0c0 - r0c1 - r0c2 - r1c2 - r2c2'
    """
    if not scenario.demands:
        raise SpecError("scenario/demands", "nothing", "at least one demand")
    if routers is None:
        asked = all(demand.min_fidelity > 0 for demand in scenario.demands)
        routers = [kind for kind in KINDS if asked or kind not in PURIFYING]
    names = [routers] if isinstance(routers, str) else list(routers)
    if not names:
        raise SpecError("routers", "nothing", "at least one kind of routing")
    routings = [_routing(scenario, name) for name in names]
    # What no router can beat does not depend on what pairs are good for.
    free = compile(scenario.replace(demands=[demand.replace(min_fidelity=0.0) for demand in scenario.demands]))
    rows, by_demand = [], []
    for name, routing in zip(names, routings, strict=True):
        routed = scenario.replace(routing=routing)
        row, demands = _rows(name, free.demand_names, routed, replicas=replicas, threads=threads, seed=seed)
        rows.append(row)
        by_demand += demands
    try:
        together = capacities(free).throughput().total_hz
    except ImportError:
        together = math.nan
    return RouterComparison(
        _table(rows), _table(by_demand), float(demand_bounds(free)["flow_hz"].sum()), together, scenario.name or "scenario"
    )


def _table(rows: list[dict[str, Any]]) -> ResultTable:
    return ResultTable({name: np.array([row[name] for row in rows]) for name in rows[0]})
