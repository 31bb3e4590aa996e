"""Networks drawn at random on a square: the same seed gives the same network on every platform."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from farbell._core import Memory, Scenario, SpecError
from farbell.topology.network import Demands, Generation, Place, Span, build, checked_count, checked_number, parsed_length_m

__all__ = ["random_geometric", "waxman"]

Floats: TypeAlias = npt.NDArray[np.float64]
Pair: TypeAlias = tuple[int, int]


class _Square:
    """Nodes at random places of a square, at whole metres."""

    def __init__(self, nodes: int, side_m: float | str, layout_seed: int) -> None:
        checked_count(nodes, 2, "nodes")
        side = parsed_length_m(side_m, "side_m")
        if not side > 0:
            raise SpecError("side_m", repr(side_m), "a length above 0")
        # Doubles of this generator are the same in every version of numpy (NEP 19 names the bit generator).
        self.random = np.random.Generator(np.random.PCG64(checked_count(layout_seed, 0, "layout_seed")))
        self.spots: Floats = np.rint(self.random.random((nodes, 2)) * side)
        self.names = [f"n{i}" for i in range(nodes)]

    def distances_m(self, node: int, first: int = 0) -> Floats:
        """From a node to those from `first` on."""
        apart = self.spots[first:] - self.spots[node]
        return np.asarray(np.hypot(apart[:, 0], apart[:, 1]), dtype=np.float64)

    def parts(self, pairs: Iterable[Pair]) -> list[list[int]]:
        """The nodes by connected part, that of the first node first."""
        leader = list(range(len(self.names)))

        def find(node: int) -> int:
            while leader[node] != node:
                leader[node] = leader[leader[node]]
                node = leader[node]
            return node

        for a, b in pairs:
            a, b = find(a), find(b)
            leader[max(a, b)] = min(a, b)
        groups: dict[int, list[int]] = {}
        for node in range(len(self.names)):
            groups.setdefault(find(node), []).append(node)
        return list(groups.values())

    def joins(self, parts: list[list[int]]) -> list[Pair]:
        """Links that make one part of all: again and again the shortest from the first part to the rest."""
        part_of = {node: part for part in parts for node in part}
        nearest = np.full(len(self.names), math.inf)
        by = np.zeros(len(self.names), dtype=np.int64)
        inside = np.zeros(len(self.names), dtype=bool)
        added: list[Pair] = []
        part = parts[0]
        while True:
            inside[part] = True
            for node in part:
                distances = self.distances_m(node)
                closer = distances < nearest
                nearest[closer], by[closer] = distances[closer], node
            if inside.all():
                return added
            outer = int(np.argmin(np.where(inside, math.inf, nearest)))
            added.append((int(by[outer]), outer))
            part = part_of[outer]

    def scenario(self, title: str, about: str, pairs: list[Pair], join: bool, **options: Any) -> Scenario:
        parts = self.parts(pairs)
        told = [about]
        if len(parts) > 1:
            if not join:
                raise SpecError(
                    "join", f"False, and {len(parts)} parts that no link joins", "another layout_seed, more links, or join=True"
                )
            added = self.joins(parts)
            pairs = [*pairs, *added]
            listed = ", ".join(f"{self.names[a]}--{self.names[b]}" for a, b in added)
            told.append(f"Links added to join {len(parts)} parts, the shortest that do: {listed}.")
        spans = []
        for a, b in pairs:
            spans.append(Span(self.names[a], self.names[b], round(math.dist(self.spots[a], self.spots[b]), 3)))
        furthest = int(np.argmax(self.distances_m(0)))
        return build(
            title=title,
            places=[Place(name, x_m=float(x), y_m=float(y)) for name, (x, y) in zip(self.names, self.spots, strict=True)],
            spans=spans,
            choices={"far": lambda: [(self.names[0], self.names[furthest])]},
            told=told,
            **options,
        )


def waxman(
    nodes: int = 50,
    *,
    alpha: float = 0.2,
    beta: float = 0.4,
    side_m: float | str = "100 km",
    layout_seed: int = 0,
    join: bool = True,
    memory: Memory | None = None,
    generation: Generation | None = None,
    demands: Demands = "far",
    duration_s: float | str = 1.0,
    seed: int = 0,
    **options: Any,
) -> Scenario:
    """A Waxman network: nodes "n0", "n1", ... at random places of a square, near ones linked more often than far ones.

    Two nodes at distance d are linked with probability ``beta * exp(-d / (alpha * L))``, where L is the largest distance
    between two nodes.

    Parameters
    ----------
    nodes : int
        Number of nodes; at least 2.
    alpha : float
        How far links reach, above 0: the larger, the more long ones.
    beta : float
        Probability of a link of no length, above 0 and at most 1.
    side_m : float or str
        Side of the square in metres, or text with a unit. Fibres are as long as the straight lines between their ends.
    layout_seed : int
        Decides places and links, and nothing else: ``seed`` is that of the run.
    join : bool
        Where the links drawn leave several parts, add the shortest links that join them, listed in ``notes``. False:
        such a network is refused.
    memory, generation, duration_s, seed, **options
        As for :func:`farbell.chain`.
    demands : "far", or a list of Demand or of pairs of node names
        Who asks for pairs; "far" is one continuous demand from "n0" to the node furthest from it.

    Returns
    -------
    Scenario
        The network, connected, with positions at its nodes.

    Raises
    ------
    SpecError
        A value is out of range, or the network is not connected and ``join`` is false.

    References
    ----------
    B. M. Waxman, "Routing of multipoint connections", IEEE J. Sel. Areas Commun. 6(9), 1617 (1988).

    Examples
    --------
    >>> import farbell as fb
    >>> network = fb.waxman(30, layout_seed=7)
    >>> len(network.nodes), network == fb.waxman(30, layout_seed=7)
    (30, True)
    """
    square = _Square(nodes, side_m, layout_seed)
    checked_number(alpha, "alpha", 0, math.inf)
    checked_number(beta, "beta", 0, 1)
    reach_m = alpha * max(float(square.distances_m(i).max()) for i in range(nodes))
    pairs: list[Pair] = []
    for i in range(nodes - 1):
        # Nodes at one place have no largest distance: any two of them are linked with probability beta.
        decay = np.exp(-square.distances_m(i, i + 1) / reach_m) if reach_m > 0 else 1.0
        drawn = square.random.random(nodes - 1 - i) < beta * decay
        pairs += [(i, i + 1 + int(j)) for j in np.flatnonzero(drawn)]
    about = f"A Waxman network: alpha = {alpha:g}, beta = {beta:g}, layout seed {layout_seed}."
    return square.scenario(
        f"waxman network of {nodes}", about, pairs, join,
        memory=memory, generation=generation, demands=demands, duration_s=duration_s, seed=seed, **options,
    )  # fmt: skip


def random_geometric(
    nodes: int = 50,
    *,
    radius_m: float | str = "25 km",
    side_m: float | str = "100 km",
    layout_seed: int = 0,
    join: bool = True,
    memory: Memory | None = None,
    generation: Generation | None = None,
    demands: Demands = "far",
    duration_s: float | str = 1.0,
    seed: int = 0,
    **options: Any,
) -> Scenario:
    """A random geometric network: nodes "n0", "n1", ... at random places of a square, linked up to a distance.

    Parameters
    ----------
    nodes : int
        Number of nodes; at least 2.
    radius_m : float or str
        Nodes at most so far apart are linked; in metres, or text with a unit.
    side_m, layout_seed, join
        As for :func:`farbell.waxman`.
    memory, generation, demands, duration_s, seed, **options
        As for :func:`farbell.waxman`.

    Returns
    -------
    Scenario
        The network, connected, with positions at its nodes.

    Raises
    ------
    SpecError
        A value is out of range, or the network is not connected and ``join`` is false.

    References
    ----------
    E. N. Gilbert, "Random plane networks", J. Soc. Ind. Appl. Math. 9, 533 (1961).

    Examples
    --------
    >>> import farbell as fb
    >>> network = fb.random_geometric(40, radius_m="30 km", layout_seed=1)
    >>> max(link.fiber.length_m for link in network.links) <= 30e3
    True
    """
    square = _Square(nodes, side_m, layout_seed)
    radius = parsed_length_m(radius_m, "radius_m")
    pairs: list[Pair] = []
    for i in range(nodes - 1):
        pairs += [(i, i + 1 + int(j)) for j in np.flatnonzero(square.distances_m(i, i + 1) <= radius)]
    about = f"A random geometric network: links up to {radius / 1e3:g} km, layout seed {layout_seed}."
    return square.scenario(
        f"random geometric network of {nodes}", about, pairs, join,
        memory=memory, generation=generation, demands=demands, duration_s=duration_s, seed=seed, **options,
    )  # fmt: skip
