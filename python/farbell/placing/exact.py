"""The integer programme: the fewest repeaters there can be, or which requirement forbids any.

The link-based formulation of J. Rabbie, K. Chakraborty, G. Avis and S. Wehner, npj Quantum Information 8, 5 (2022).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from farbell._core import SpecError
from farbell._extras import require
from farbell._interrupts import interruptible
from farbell.placing.problem import Problem, Solved

__all__ = ["exact", "infeasible"]


class Programme:
    """Columns: a repeater or none at each location, then each arc used or not by each commodity.

    A commodity is one path of a pair; all paths of a pair together where nothing counts the repeaters of a single path.
    """

    def __init__(self, problem: Problem, locations: Sequence[int]) -> None:
        self.problem, self.locations = problem, list(locations)
        copies, self.each = (1, problem.disjoint_paths) if problem.max_repeaters is None else (problem.disjoint_paths, 1)
        self.commodities: list[tuple[int, list[tuple[int, int]], int]] = []
        self.columns = len(self.locations)
        for pair in range(len(problem.pairs)):
            arcs = problem.arcs(problem.pairs[pair], self.locations)
            for _ in range(copies):
                self.commodities.append((pair, arcs, self.columns))
                self.columns += len(arcs)

    def _rows(self) -> tuple[list[dict[int, float]], list[float], list[float]]:
        """Coefficients, least and most of every row."""
        rows: list[dict[int, float]] = []
        lows: list[float] = []
        highs: list[float] = []

        def add(row: dict[int, float], low: float, high: float) -> None:
            rows.append(row)
            lows.append(low)
            highs.append(high)

        column = {u: i for i, u in enumerate(self.locations)}
        by_pair: dict[tuple[int, int], dict[int, float]] = {}
        by_location: dict[int, dict[int, float]] = {}
        direct: dict[int, dict[int, float]] = {}
        for pair, arcs, first in self.commodities:
            a, b = self.problem.pairs[pair]
            balance: dict[int, dict[int, float]] = {a: {}}
            for i, (u, v) in enumerate(arcs, first):
                balance.setdefault(u, {})[i] = 1.0
                balance.setdefault(v, {})[i] = -1.0
                if u in column:
                    by_pair.setdefault((pair, u), {})[i] = 1.0
                    by_location.setdefault(u, {})[i] = 1.0
                elif v == b:
                    direct.setdefault(pair, {})[i] = 1.0
            for node, row in balance.items():
                if node != b:
                    add(row, self.each * (node == a), self.each * (node == a))
            if self.problem.max_repeaters is not None:
                add(dict.fromkeys(range(first, first + len(arcs)), 1.0), 0, self.problem.max_repeaters + 1)
        for (_, u), row in by_pair.items():
            add({**row, column[u]: -1.0}, -math.inf, 0)
        for row in direct.values():
            add(row, 0, 1)
        if self.problem.capacity is not None:
            for u, row in by_location.items():
                add({**row, column[u]: -float(self.problem.capacity)}, -math.inf, 0)
        return rows, lows, highs

    def solve(self, *, shortest: bool = False, time_limit_s: float | None = None) -> Solved | None:
        """The fewest repeaters, or, with all locations taken, the shortest paths; None if there are no such paths."""
        np = require("numpy", "fb.placement()")
        optimize = require("scipy.optimize", "fb.placement(method='exact')")
        sparse = require("scipy.sparse", "fb.placement(method='exact')")
        rows, lows, highs = self._rows()
        entries = [(r, c, value) for r, row in enumerate(rows) for c, value in row.items()]
        if any(low > 0 and not row for row, low in zip(rows, lows, strict=True)):
            return None
        where, columns, values = zip(*entries, strict=True)
        matrix = sparse.csr_matrix((values, (where, columns)), shape=(len(rows), self.columns))
        cost, least = np.zeros(self.columns), np.zeros(self.columns)
        if shortest:
            least[: len(self.locations)] = 1.0
            for _, arcs, first in self.commodities:
                cost[first : first + len(arcs)] = [self.problem.near[u][v] for u, v in arcs]
            cost /= max(cost.max(), 1e-300)
        else:
            cost[: len(self.locations)] = 1.0
        # With repeaters chosen, paths that share only these are a flow, whose corners are whole.
        whole = np.ones(self.columns)
        if self.problem.max_repeaters is None and self.problem.capacity is None:
            whole[len(self.locations) :] = 0.0
        found = interruptible(
            lambda: optimize.milp(
                cost,
                integrality=whole,
                bounds=optimize.Bounds(least, np.ones(self.columns)),
                constraints=optimize.LinearConstraint(matrix, lows, highs),
                options={} if time_limit_s is None else {"time_limit": time_limit_s},
            )
        )
        if found.status == 2:
            return None
        if found.x is None:
            raise TimeoutError(f"no placement was found in {time_limit_s:g} s; method='greedy' is quick")
        if not shortest:
            chosen = [u for i, u in enumerate(self.locations) if found.x[i] > 0.5]
            # Without locations the programme has no whole numbers, and HiGHS no bound of its own.
            bound = found.fun if found.mip_dual_bound is None else found.mip_dual_bound
            return Solved(chosen, [], max(0, math.ceil(bound - 1e-6)))
        paths: list[list[list[int]]] = [[] for _ in self.problem.pairs]
        for pair, arcs, first in self.commodities:
            after: dict[int, list[int]] = {}
            for i, (u, v) in enumerate(arcs, first):
                if found.x[i] > 0.5:
                    after.setdefault(u, []).append(v)
            a, b = self.problem.pairs[pair]
            for _ in range(self.each):
                path = [a]
                while path[-1] != b:
                    path.append(after[path[-1]].pop())
                paths[pair].append(path)
        return Solved(sorted({u for of in paths for path in of for u in path[1:-1]}), paths, 0)


def exact(problem: Problem, time_limit_s: float | None) -> Solved | None:
    """First how few repeaters do, then the shortest paths over them."""
    fewest = Programme(problem, problem.locations).solve(time_limit_s=time_limit_s)
    if fewest is None:
        return None
    paths = Programme(problem, fewest.chosen).solve(shortest=True)
    if paths is None:
        raise ArithmeticError("the integer programme gave repeaters that join nothing")
    return Solved(paths.chosen, paths.paths, fewest.least)


def infeasible(problem: Problem) -> SpecError:
    """Why no pair by itself is the reason: disjoint paths that are too long, or the capacity of the repeaters."""
    for pair in problem.pairs:
        if Programme(replace(problem, pairs=(pair,), capacity=None), problem.locations).solve() is None:
            a, b = (problem.names[end] for end in pair)
            allowed = f"more: {a} and {b} have no {problem.disjoint_paths} disjoint paths with so few repeaters each"
            return SpecError("max_repeaters", str(problem.max_repeaters), allowed)
    low, high = problem.capacity or 0, len(problem.pairs) * problem.disjoint_paths
    while high - low > 1:
        middle = (low + high) // 2
        found = Programme(replace(problem, capacity=middle), problem.locations).solve()
        low, high = (low, middle) if found is not None else (middle, high)
    return SpecError("capacity", str(problem.capacity), f"at least {high} paths a repeater, for all pairs together")
