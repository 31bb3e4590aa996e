"""The linear programme of the flows of several demands, and the paths of its solution. See docs/physics/bounds.md."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from farbell._core import SpecError
from farbell._extras import require
from farbell._interrupts import interruptible

if TYPE_CHECKING:
    from farbell.analysis.flows import Capacities, FlowDemand, LinkCapacity

__all__ = ["ROUNDING", "FlowProgramme", "Flows"]

# Shares of a capacity that are rounding.
ROUNDING = 1e-9
# Smallest rate that the solver tells from none, in units of the largest capacity.
_RESOLVED = 1e-7
# What a step costs beside what it uses of a link, so that links of any capacity are not walked in circles.
_STEP = 1e-6

Path = tuple[tuple[str, ...], tuple[str, ...], float]


@dataclass(frozen=True)
class Flows:
    """Rates by demand, what limits them, and the paths (nodes, links, rate) where they were asked for."""

    rates: Mapping[str, float]
    bottlenecks: tuple[str, ...]
    paths: Mapping[str, list[Path]] = field(default_factory=dict)


class FlowProgramme:
    """The linear programme of the flows of all demands; those of one source that avoid the same nodes are one flow.

    Columns: for each such source and link the flow one way and the other, then the rates of the demands. All in units of the
    largest capacity.
    """

    def __init__(self, capacities: Capacities, demands: list[FlowDemand]) -> None:
        self._optimize = require("scipy.optimize", "Capacities.throughput()")
        sparse = require("scipy.sparse", "Capacities.throughput()")
        self.links = [link for link in capacities.links if link.rate_hz > 0]
        links, place = self.links, capacities._places
        self.sources = {key: i for i, key in enumerate(dict.fromkeys(map(self._source, demands)))}
        self.demands, self.flows = demands, 2 * len(links) * len(self.sources)
        finite = [link.rate_hz for link in links if math.isfinite(link.rate_hz)]
        self.unit = max(finite, default=1.0)
        self.columns = self.flows + len(demands)
        self.closed: list[int] = []

        balance: list[tuple[int, int, float]] = []
        limits: list[tuple[int, int, float]] = []
        shared: list[str] = []
        of_link: dict[str, list[tuple[int, float]]] = {link.name: [] for link in links}
        for node, available, taken in capacities._budgets:
            if any(taken_s > 0 for _, taken_s in taken):
                for link, taken_s in taken:
                    of_link[link.name].append((len(links) + len(shared), taken_s * self.unit / available))
                shared.append(node)
        for (source, avoids), s in self.sources.items():
            for i, link in enumerate(links):
                for way, (start, end) in enumerate(((link.node_a, link.node_b), (link.node_b, link.node_a))):
                    column = self._column(s, i, way)
                    balance.append((s * len(place) + place[start], column, -1.0))
                    balance.append((s * len(place) + place[end], column, 1.0))
                    limits.append((i, column, 1.0))
                    limits += [(row, column, share) for row, share in of_link[link.name] if share > 0]
                    if start in avoids and start != source:
                        self.closed.append(column)
        #: Pairs that leave the source for one that is delivered.
        self.used = [d.pairs_needed / capacities._best_swaps(d.node_a, d.node_b) for d in demands]
        for d, (demand, used) in enumerate(zip(demands, self.used, strict=True)):
            s = self.sources[self._source(demand)]
            balance.append((s * len(place) + place[demand.node_b], self.flows + d, -used))
            balance.append((s * len(place) + place[demand.node_a], self.flows + d, used))

        def matrix(entries: list[tuple[int, int, float]], rows: int) -> Any:
            where, columns, values = zip(*entries, strict=True)
            return sparse.csr_matrix((values, (where, columns)), shape=(rows, self.columns))

        self.balance = matrix(balance, len(place) * len(self.sources))
        self.limits = matrix(limits, len(links) + len(shared))
        self.most = [link.rate_hz / self.unit for link in links] + [1.0] * len(shared)
        self.limit_names = [link.name for link in links] + shared

    @staticmethod
    def _source(demand: FlowDemand) -> tuple[str, frozenset[str]]:
        return demand.node_a, demand.avoids - {demand.node_a, demand.node_b}

    def _column(self, source: int, link: int, way: int) -> int:
        return 2 * (source * len(self.links) + link) + way

    def _solve(self, cost: Any, bounds: Any, above: Any = None, at_least: Any = None) -> Any:
        """`above` @ x >= `at_least`, beside what always holds; columns beyond those of the programme are in `above` alone."""
        sparse = require("scipy.sparse", "Capacities.throughput()")
        more = len(cost) - self.columns
        matrix, balance = (
            sparse.hstack([whole, sparse.csr_matrix((whole.shape[0], more))], format="csr") if more else whole
            for whole in (self.limits, self.balance)
        )
        most = np.array(self.most)
        if above is not None:
            matrix, most = sparse.vstack([matrix, -above], format="csr"), np.concatenate([most, -np.asarray(at_least)])
        finite = np.isfinite(most)
        zeros = np.zeros(balance.shape[0])
        used, up_to = matrix[finite], most[finite]
        found = interruptible(
            lambda: self._optimize.linprog(cost, A_ub=used, b_ub=up_to, A_eq=balance, b_eq=zeros, bounds=bounds, method="highs")
        )
        if found.status == 3:
            raise SpecError("demands", "a demand whose rate nothing limits", "links of finite capacity between its ends")
        if found.status != 0:
            raise ArithmeticError(f"the linear programme was not solved: {found.message}")
        prices = np.zeros(len(most))
        prices[finite] = -found.ineqlin.marginals
        return found, prices

    def _bounds(self) -> Any:
        bounds = np.zeros((self.columns, 2))
        bounds[:, 1] = math.inf
        bounds[self.closed, 1] = 0.0
        bounds[self.flows :, 1] = [demand.most_hz / self.unit for demand in self.demands]
        return bounds

    def _named(self, rates: Any) -> dict[str, float]:
        return {demand.name: max(0.0, float(rate)) * self.unit for demand, rate in zip(self.demands, rates, strict=True)}

    def _priced(self, prices: Any) -> set[str]:
        return {name for name, price in zip(self.limit_names, prices, strict=False) if price > ROUNDING}

    def _in_order(self, names: set[str]) -> tuple[str, ...]:
        return tuple(name for name in dict.fromkeys(self.limit_names) if name in names)

    def total(self) -> tuple[dict[str, float], tuple[str, ...]]:
        cost = np.zeros(self.columns)
        cost[self.flows :] = -1.0
        found, prices = self._solve(cost, self._bounds())
        return self._named(found.x[self.flows :]), self._in_order(self._priced(prices))

    def fair(self) -> tuple[dict[str, float], tuple[str, ...]]:
        """The least rate is raised as far as can be; whoever has a price at that point gets no more; on with the others."""
        sparse = require("scipy.sparse", "Capacities.throughput()")
        count = len(self.demands)
        rates = np.full(count, math.nan)
        bottlenecks: set[str] = set()
        # One more column: the least rate of the demands that are not settled.
        cost = np.zeros(self.columns + 1)
        cost[-1] = -1.0
        while np.isnan(rates).any():
            free = np.flatnonzero(np.isnan(rates))
            rows = np.arange(count)
            ones = sparse.csr_matrix((np.ones(count), (rows, self.flows + rows)), shape=(count, self.columns + 1))
            least = sparse.csr_matrix((-np.ones(len(free)), (free, [self.columns] * len(free))), shape=ones.shape)
            bounds = np.vstack([self._bounds(), [[0, math.inf]]])
            capped = bounds[self.flows : -1, 1]
            # A hair less than what is settled, so that rounding makes nothing infeasible.
            at_least = np.where(np.isnan(rates), 0.0, np.maximum(np.nan_to_num(rates) * (1 - ROUNDING) - _RESOLVED, 0.0))
            found, prices = self._solve(cost, bounds, ones + least, at_least)
            level = found.x[-1]
            held = np.isnan(rates) & ((prices[len(self.most) :] > ROUNDING) | (capped <= level * (1 + ROUNDING)))
            if not held.any():
                raise ArithmeticError("the linear programme gave no prices")
            bottlenecks |= self._priced(prices)
            rates[held] = level
        return self._named(rates), self._in_order(bottlenecks)

    # ---- paths -----------------------------------------------------------------------------------------------------------

    def paths(self, rates: Mapping[str, float]) -> dict[str, list[Path]]:
        """Of the flow that gives these rates and uses least of the links: along paths, by demand."""
        cost = np.zeros(self.columns)
        use = np.array([_STEP + (self.unit / link.rate_hz if math.isfinite(link.rate_hz) else 0.0) for link in self.links])
        cost[: self.flows] = np.tile(np.repeat(use, 2), len(self.sources))
        bounds = self._bounds()
        # Not quite what was found, so that rounding makes nothing infeasible.
        found_rates = np.array([rates[demand.name] / self.unit for demand in self.demands])
        bounds[self.flows :] = np.maximum(found_rates - _RESOLVED * (1 + found_rates), 0.0)[:, None]
        found, _ = self._solve(cost, bounds)
        left = [self._edges(found.x, s) for s in range(len(self.sources))]
        out: dict[str, list[Path]] = {}
        for d, demand in enumerate(self.demands):
            edges = left[self.sources[self._source(demand)]]
            parts = self._parted(demand, edges, float(found.x[self.flows + d]) * self.used[d])
            whole = math.fsum(amount for *_, amount in parts)
            out[demand.name] = [(nodes, links, amount / whole * rates[demand.name]) for nodes, links, amount in parts]
        return out

    def _edges(self, x: Any, source: int) -> dict[str, dict[tuple[str, int], float]]:
        """Flow by node that it leaves, and (node, link) to which it goes; what flows both ways over a link cancels."""
        edges: dict[str, dict[tuple[str, int], float]] = {}
        for i, link in enumerate(self.links):
            flow = float(x[self._column(source, i, 0)] - x[self._column(source, i, 1)])
            start, end = (link.node_a, link.node_b) if flow > 0 else (link.node_b, link.node_a)
            if abs(flow) > ROUNDING:
                edges.setdefault(start, {})[end, i] = abs(flow)
        return edges

    def _parted(self, demand: FlowDemand, edges: dict[str, dict[tuple[str, int], float]], flow: float) -> list[Path]:
        """A path of fewest links takes as much as fits through it, until nothing is left."""
        out: list[Path] = []
        while flow > ROUNDING and (path := _fewest_links(edges, demand.node_a, demand.node_b)):
            amount = min(flow, *(edges[start][step] for start, step in path))
            flow -= amount
            for start, step in path:
                edges[start][step] -= amount
                if edges[start][step] <= ROUNDING:
                    del edges[start][step]
            nodes = (demand.node_a, *(node for _, (node, _) in path))
            out.append((nodes, tuple(self._name(i) for _, (_, i) in path), amount))
        return out

    def _name(self, link: int) -> str:
        found: LinkCapacity = self.links[link]
        return found.name


def _fewest_links(edges: Mapping[str, Mapping[tuple[str, int], float]], a: str, b: str) -> list[tuple[str, tuple[str, int]]]:
    came: dict[str, tuple[str, tuple[str, int]] | None] = {a: None}
    line = deque([a])
    while line and b not in came:
        node = line.popleft()
        for step in edges.get(node, ()):
            if step[0] not in came:
                came[step[0]] = node, step
                line.append(step[0])
    path = []
    before = came.get(b)
    while before is not None:
        path.append(before)
        before = came[before[0]]
    return path[::-1]
