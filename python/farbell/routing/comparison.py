"""Which router? The same demands under each, with common random numbers, beside what no router can beat.

Routers with circuits and routers in rounds stand in one table.
"""

from __future__ import annotations

import html
import math
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

import numpy as np

from farbell._core import Model, Rounds, Routing, Scenario, SpecError
from farbell.analysis.intervals import rate_interval
from farbell.bounds import capacities, lane_bounds
from farbell.bounds.multicommodity import offered_hz
from farbell.record import MOMENTS
from farbell.results import Results
from farbell.route_search import Route, demand_routes
from farbell.routing.entries import Entry, default_routers, entries
from farbell.running import compile, run
from farbell.table import ResultTable

__all__ = ["RouterComparison", "compare", "fairness"]

_UNREACHABLE = re.compile(r"/demands/(\d+)/min_fidelity")


class _Whole(ResultTable):
    """Shown with all its rows."""

    _shown_rows = None


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
        A row a router: ``runs`` (with ``"circuits"`` or in ``"rounds"``), ``throughput_hz`` (pairs per second of all demands
        together), ``useful_hz`` with its interval (those that were delivered, of at least the ``min_fidelity`` of their
        demand), mean ``fidelity`` of the pairs delivered, ``latency_s`` (mean over the requests that were served; nan where
        requests have no end), ``fairness`` (Jain's index of the useful rates), ``messages_hz`` (classical messages),
        ``cpu_s`` (to find routes and to run), ``unserved`` (demands that the router gives no route that can reach their
        ``min_fidelity``), and ``bound_hz``: what no run of this sort can exceed but by luck, with the widths of its demands
        or the lanes of its rounds, and what Poisson requests ask for (nan without scipy).
    demands : ResultTable
        A row a router and demand: the ``route`` that is preferred at the start (empty where routes are found anew in each
        round) and how many ``routes`` it has, what is expected of it
        (``expected_fidelity``, ``lane_hz``: :class:`farbell.routing.Route`), and what became of it (``useful_hz``,
        ``fidelity``).
    min_cut_hz : float
        Sum over the demands of what each could get alone over all paths at once.
    throughput_bound_hz : float
        What all can get together at most with all memory slots, by a linear programme; nan without scipy.
    title : str
        Name of the scenario.
    notes : tuple of str
        What the comparison had to choose, and what cannot be compared.

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
    notes: tuple[str, ...] = ()

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
        return f"No router delivers more than {most}{self.min_cut_hz:.6g} /s with each demand alone, on all memory slots."

    def __repr__(self) -> str:
        return "\n".join([self.title, repr(self.table), self._bounds, *(f"Note: {note}." for note in self.notes)])

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{html.escape(text)}</p>" for text in (self._bounds, *(f"Note: {note}." for note in self.notes)))
        return f"<p>{html.escape(self.title)}</p>{self.table._repr_html_()}{said}"


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


def _rows(entry: Entry, names: list[str], **how: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    router, scenario = entry.router, entry.scenario
    began = time.process_time()
    model, served = _served(scenario)
    results = run(model, progress=False, **how)
    cpu_s = time.process_time() - began
    routes = demand_routes(model) if entry.runs == "circuits" or router == "shortest_in_rounds" else None
    by_demand = _of_demands(router, names, results, routes, [len(found) for found in model.alternatives], served)
    seconds = results.batch_seconds
    pairs, fidelities = results.batches[..., 0].sum(axis=1), results.batches[..., 1].sum(axis=1)
    useful = rate_interval(pairs, seconds)
    done, latency = (np.nan_to_num(results.moments[..., MOMENTS.index(m)]) for m in ("requests_done", "latency_mean_s"))
    rejected = int(results.demands["rejected_pairs"].sum())
    return {
        "router": router,
        "runs": entry.runs,
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
    router: str, names: list[str], results: Results, routes: list[Route] | None, counts: list[int], served: list[int]
) -> list[dict[str, Any]]:
    """`routes`: none where they are found in each round."""
    seconds = results.batch_seconds.sum()
    nothing = {
        "route": "",
        "routes": 0,
        "expected_fidelity": math.nan,
        "lane_hz": 0.0,
        "useful_hz": 0.0,
        "fidelity": math.nan,
    }
    rows: list[dict[str, Any]] = [{"router": router, "demand": name, **nothing} for name in names]
    for place, number in enumerate(served):
        pairs, fidelities = (float(results.batches[:, place, :, column].sum()) for column in (0, 1))
        rows[number] |= {"useful_hz": pairs / seconds, "fidelity": fidelities / pairs if pairs else math.nan}
        if routes is None:
            rows[number]["lane_hz"] = math.nan
            continue
        route = routes[place]
        rows[number] |= {
            "route": " - ".join(route.nodes),
            "routes": counts[place],
            "expected_fidelity": route.fidelity,
            "lane_hz": route.rate_hz,
        }
    return rows


def _for_anything(scenario: Scenario) -> Scenario:
    return scenario.replace(demands=[demand.replace(min_fidelity=0.0) for demand in scenario.demands])


def _bound_hz(model: Model, asked_hz: Sequence[float]) -> float:
    """What all demands can get together with their own widths, over any routes; in rounds with the lanes of a round."""
    found = capacities(model)
    limits = zip(found.demands, lane_bounds(model), asked_hz, strict=True)
    try:
        return found.throughput([replace(demand, most_hz=min(lanes, asked)) for demand, lanes, asked in limits]).total_hz
    except ImportError:
        return math.nan


def compare(
    scenario: Scenario,
    routers: Iterable[str] | str | None = None,
    *,
    rounds: Rounds | None = None,
    replicas: int = 1,
    threads: int | None = None,
    seed: int | None = None,
) -> RouterComparison:
    """The same demands under several routers, with common random numbers.

    Each link's attempts are drawn from a stream of their own for each demand, and in rounds for each of its lanes and rounds,
    so that what routers have in common falls out of their difference. Between runs with circuits and in rounds luck is not
    shared.

    Parameters
    ----------
    scenario : Scenario
        The network and its demands.
    routers : iterable of str, optional
        Kinds of routing (``routing.kind``), which run with circuits; ``"shortest"`` is a word for ``"hops"``. Routers of
        rounds: ``"q_cast"``, ``"q_pass"``, ``"multipath_local"``, ``"multipath_global"``, ``"ghz_fusion"``,
        ``"shortest_in_rounds"``, ``"greedy_in_rounds"``. Left out: all kinds, those that purify only if all demands have a
        ``min_fidelity``, ``"multicommodity"`` only with scipy, and the routers of rounds if the scenario has ``rounds``.
        Other fields of ``routing`` are kept, as far as the kind has them.
    rounds : Rounds, optional
        For the routers of rounds. Left out: the ``rounds`` of the scenario, or else rounds that fit its links, which the
        notes of the comparison state: attempts for the median time in which a lane makes a pair, then time for news to cross
        the network and for a swap.
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
        A router is unknown, there is no demand, or the scenario is wrong: no links join the nodes of a demand, or it has
        something that a router of rounds does not, for two.
    ImportError
        ``"multicommodity"`` is asked for, and scipy is missing: ``pip install 'farbell[optimize]'``.

    References
    ----------
    Common random numbers: A. M. Law, Simulation Modeling and Analysis (McGraw-Hill, 2015), section 11.2.

    Examples
    --------
    >>> import farbell as fb
    >>> network = fb.grid(3, 3, length_m="10 km", duration_s="0.1 s")
    >>> fb.routing.compare(network, ["hops", "fidelity"]).demands["route"].tolist()[0]
    'r0c0 - r0c1 - r0c2 - r1c2 - r2c2'
    >>> fb.routing.compare(network, ["hops", "q_cast"]).table["runs"].tolist()
    ['circuits', 'rounds']
    """
    if not scenario.demands:
        raise SpecError("scenario/demands", "nothing", "at least one demand")
    notes: list[str] = []
    if routers is None:
        missing = [] if find_spec("scipy") else ["multicommodity"]
        routers = default_routers(scenario, missing)
        notes += ["multicommodity is left out: it needs pip install 'farbell[optimize]'"] if missing else []
    names = [routers] if isinstance(routers, str) else list(routers)
    if not names:
        raise SpecError("routers", "nothing", "at least one kind of routing")
    entered = entries(scenario, names, rounds)
    notes += _notes(scenario, entered, stated=rounds is not None or scenario.rounds is not None)
    # What no router can beat does not depend on what pairs are good for.
    free = compile(_for_anything(scenario).replace(routing=Routing(), rounds=None))
    # Pairs that are rejected come on top of those that are asked for.
    asked_hz = [math.inf if demand.min_fidelity > 0 else offered_hz(demand) for demand in scenario.demands]
    rows, by_demand = [], []
    bounds: dict[str, float] = {}
    for entry in entered:
        row, demands = _rows(entry, free.demand_names, replicas=replicas, threads=threads, seed=seed)
        # Routers of rounds have lanes as they like, but for the one that keeps to the widths of demands.
        alike = entry.router if entry.router == "shortest_in_rounds" else entry.runs
        if alike not in bounds:
            bounded = free if alike == "circuits" else compile(_for_anything(entry.scenario))
            bounds[alike] = _bound_hz(bounded, asked_hz)
        rows.append({**row, "bound_hz": bounds[alike]})
        by_demand += demands
    all_slots = capacities(free)
    try:
        together = all_slots.throughput().total_hz
    except ImportError:
        together = math.nan
    alone = math.fsum(all_slots.max_flow(one.node_a, one.node_b).rate_hz / one.pairs_needed for one in all_slots.demands)
    return RouterComparison(
        _Whole(_columns(rows)),
        ResultTable(_columns(by_demand)),
        alone,
        together,
        scenario.name or "scenario",
        tuple(dict.fromkeys(notes)),
    )


def _notes(scenario: Scenario, entered: Sequence[Entry], *, stated: bool) -> list[str]:
    notes = [note for entry in entered for note in entry.notes]
    of_rounds = next((entry.scenario.rounds for entry in entered if entry.runs == "rounds"), None)
    if of_rounds is None:
        return notes
    count = math.floor(scenario.duration_s / of_rounds.round_s)
    how = f"rounds of {of_rounds.round_s:g} s with {of_rounds.attempt_s:g} s of attempts, {of_rounds.channels} lanes a link"
    notes.append(f"{how}{'' if stated else ', chosen to fit the links since the scenario states none'}: {count} in the run")
    if any(entry.runs == "circuits" for entry in entered):
        notes.append("circuits keep slots and attempt all the time, rounds begin anew; luck is common within either only")
    return notes


def _columns(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}
