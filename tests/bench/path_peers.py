"""The searches of other packages for routes, beside Farbell's."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

RoutesOfPeer = tuple[str, Callable[[str, str], Any], Callable[[str, str], list[float]]]


def routes_of_networkx(edges: list[tuple[str, str, float]]) -> RoutesOfPeer:
    import networkx

    graph = networkx.Graph()
    graph.add_weighted_edges_from(edges)

    def ten(a: str, b: str) -> list[float]:
        paths = itertools.islice(networkx.shortest_simple_paths(graph, a, b, weight="weight"), 10)
        return [networkx.path_weight(graph, path, "weight") for path in paths]

    return "networkx", lambda a, b: networkx.dijkstra_path(graph, a, b), ten


def routes_of_igraph(edges: list[tuple[str, str, float]]) -> RoutesOfPeer:
    import igraph

    graph = igraph.Graph.TupleList(edges, weights=True)

    def ten(a: str, b: str) -> list[float]:
        paths = graph.get_k_shortest_paths(a, b, k=10, weights="weight", output="epath")
        return [sum(graph.es[path]["weight"]) for path in paths]

    return "igraph", lambda a, b: graph.get_shortest_paths(a, b, weights="weight", output="epath"), ten
