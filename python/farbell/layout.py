"""Where to draw the nodes of a network: at their coordinates, or where they get in each other's way least."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from farbell._core import Scenario

__all__ = ["Places", "places"]

Floats = npt.NDArray[np.float64]

# Larger networks are laid out by their distances to so many nodes only.
_PIVOTS = 64
_STRESS_ROUNDS = 200
_STRESS_NODES = 300


@dataclass(frozen=True)
class Places:
    """Coordinates of the nodes.

    Attributes
    ----------
    x, y : numpy.ndarray
        One value a node.
    x_label, y_label : str
        What they are, with unit; empty if they mean nothing.
    aspect : float
        Length of a step in y over that of the same step in x.
    """

    x: Floats
    y: Floats
    x_label: str
    y_label: str
    aspect: float


def places(scenario: Scenario) -> Places:
    """Geographic coordinates if every node has them, else plane ones, else computed ones.

    Parameters
    ----------
    scenario : Scenario
        The network.
    """
    nodes = scenario.nodes
    if nodes and all(n.latitude_deg is not None and n.longitude_deg is not None for n in nodes):
        latitude = np.array([n.latitude_deg for n in nodes], dtype=np.float64)
        longitude = np.array([n.longitude_deg for n in nodes], dtype=np.float64)
        # A degree of latitude is longer than one of longitude.
        aspect = 1 / max(math.cos(math.radians(float(latitude.min() + latitude.max()) / 2)), 0.01)
        return Places(longitude, latitude, "longitude (°E)", "latitude (°N)", aspect)
    if nodes and all(n.x_m is not None and n.y_m is not None for n in nodes):
        x = np.array([n.x_m for n in nodes], dtype=np.float64) / 1000
        y = np.array([n.y_m for n in nodes], dtype=np.float64) / 1000
        return Places(x, y, "x (km)", "y (km)", 1.0)
    number = {node.name: i for i, node in enumerate(nodes)}
    x, y = _computed(len(nodes), [(number[link.node_a], number[link.node_b]) for link in scenario.links]).T
    return Places(x, y, "", "", 1.0)


def _hops(count: int, edges: Sequence[tuple[int, int]], sources: Sequence[int]) -> Floats:
    """Hops from each source to each node; unconnected nodes are a little further than the furthest connected one."""
    neighbours: list[list[int]] = [[] for _ in range(count)]
    for a, b in edges:
        neighbours[a].append(b)
        neighbours[b].append(a)
    hops = np.full((len(sources), count), -1.0)
    for row, source in zip(hops, sources, strict=True):
        row[source] = 0
        front = [source]
        while front:
            step = row[front[0]] + 1
            following = []
            for node in front:
                for other in neighbours[node]:
                    if row[other] < 0:
                        row[other] = step
                        following.append(other)
            front = following
    hops[hops < 0] = hops.max() + 2
    return hops


def _computed(count: int, edges: Sequence[tuple[int, int]]) -> Floats:
    """Positions whose distances are close to the numbers of hops: classical scaling, then stress majorisation."""
    if count < 2:
        return np.zeros((count, 2))
    sources = np.unique(np.linspace(0, count - 1, min(count, _PIVOTS if count > _STRESS_NODES else count)).astype(int))
    hops = _hops(count, edges, sources.tolist())
    squares = hops**2
    centred = squares - squares.mean(axis=0) - squares.mean(axis=1, keepdims=True) + squares.mean()
    _, scale, axes = np.linalg.svd(-centred / 2, full_matrices=False)
    spots: Floats = (axes[:2] * np.sqrt(scale[:2, None] / math.sqrt(len(sources) / count))).T
    # The sign of an axis is arbitrary: the first node comes first, and lies low.
    spots *= np.where(spots[0] > 0, -1, 1)
    if count > _STRESS_NODES:
        return spots
    # Nodes on the same spot would stay there.
    angle = 2.399963 * np.arange(count)
    spots = spots + 1e-3 * hops.max() * np.column_stack([np.cos(angle), np.sin(angle)])
    weights = 1 / np.maximum(hops, 1) ** 2
    np.fill_diagonal(weights, 0)
    inverse = np.linalg.pinv(np.diag(weights.sum(axis=1)) - weights)
    for _ in range(_STRESS_ROUNDS):
        apart = np.linalg.norm(spots[:, None] - spots[None], axis=2)
        pull = -weights * hops / np.maximum(apart, 1e-9)
        np.fill_diagonal(pull, 0)
        np.fill_diagonal(pull, -pull.sum(axis=1))
        spots = inverse @ (pull @ spots)
    return spots
