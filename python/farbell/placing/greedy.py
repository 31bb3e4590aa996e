"""A heuristic for maps that are too large for the integer programme."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable

from farbell.placing.problem import Problem, Solved

__all__ = ["greedy"]


def _routed(problem: Problem, pairs: Iterable[int], allowed: set[int], free: set[int]) -> list[list[list[int]]] | None:
    """Pair by pair, path by path the cheapest: a repeater costs 1 unless it is `free` or used already; then length counts."""
    used = dict.fromkeys(allowed, 0)
    free = set(free)
    paths: list[list[list[int]]] = [[] for _ in problem.pairs]
    longest = sum(max(near.values(), default=0.0) for near in problem.near) + 1
    for pair in pairs:
        a, b = problem.pairs[pair]
        most = problem.capacity if problem.capacity is not None else math.inf
        open_ = {u for u in allowed if used[u] < most}
        for _ in range(problem.disjoint_paths):
            path = _cheapest(problem, (a, b), open_, free, longest, no_direct=any(len(p) == 2 for p in paths[pair]))
            if path is None:
                return None
            for u in path[1:-1]:
                used[u] += 1
                open_.discard(u)
                free.add(u)
            paths[pair].append(path)
    return paths


def _cheapest(
    problem: Problem, pair: tuple[int, int], allowed: set[int], free: set[int], longest: float, *, no_direct: bool
) -> list[int] | None:
    """By cost, with at most so many repeaters: labels (cost, repeaters) that no other beats in both."""
    a, b = pair
    most = len(allowed) if problem.max_repeaters is None else problem.max_repeaters
    heap: list[tuple[float, int, int, tuple[int, ...]]] = [(0.0, 0, a, (a,))]
    fewest: dict[int, int] = {}
    while heap:
        cost, hops, node, path = heapq.heappop(heap)
        if node == b:
            return list(path)
        # Labels come by cost: a later one is of use only if it has fewer repeaters.
        if fewest.get(node, most + 2) <= hops:
            continue
        fewest[node] = hops
        for other, length in problem.near[node].items():
            if (
                other in path
                or (other != b and (other not in allowed or hops == most))
                or (no_direct and (node, other) == pair)
            ):
                continue
            more = length / longest + (other != b and other not in free)
            heapq.heappush(heap, (cost + more, hops + 1, other, (*path, other)))
    return None


def greedy(problem: Problem) -> Solved | None:
    """Routes all pairs so that they share repeaters, then takes away repeaters, one by one, that the others can replace."""
    best: set[int] | None = None
    paths: list[list[list[int]]] = []

    def length(pair: int) -> float:
        a, b = problem.pairs[pair]
        return problem.near[a].get(b, math.inf)

    orders = [list(range(len(problem.pairs))), list(range(len(problem.pairs)))[::-1]]
    orders += [sorted(orders[0], key=length), sorted(orders[0], key=length, reverse=True)]
    for order in orders:
        found = _routed(problem, order, set(problem.locations), set())
        if found is None:
            continue
        chosen = {u for of in found for path in of for u in path[1:-1]}
        shrinking = True
        while shrinking:
            shrinking = False
            uses = {u: sum(u in path for of in found for path in of) for u in chosen}
            for u in sorted(chosen, key=lambda u: (uses[u], u)):
                fewer = _routed(problem, order, chosen - {u}, chosen)
                if fewer is not None:
                    found, shrinking = fewer, True
                    chosen = {v for of in found for path in of for v in path[1:-1]}
                    break
        if best is None or len(chosen) < len(best):
            best, paths = chosen, found
    return None if best is None else Solved(sorted(best), paths, 0)
