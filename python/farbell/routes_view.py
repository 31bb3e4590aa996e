"""What somebody knows who finds routes: a hook, or a program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from farbell import _extras

__all__ = ["RoutesView"]


@dataclass(frozen=True)
class RoutesView:
    """What the hook ``"find_routes"`` is asked: which routes a demand has.

    Attributes
    ----------
    demand : str
        Its name.
    node_a, node_b : str
        Its ends.
    alternatives : int
        So many routes are wanted at most, the best first.
    time_s : float
        Simulated time.
    costs : dict
        Of each link that can be used, as who decides for the demand knows it: what ``routing.kind`` compares, for ``"widest"``
        and ``"entanglement_rate"`` seconds per pair.
    ends : dict
        Of each link of the network, its two nodes.

    Examples
    --------
    The way over which the largest cost is least:

    >>> import networkx
    >>> import farbell as fb
    >>> def widest(view):
    ...     graph = view.graph()
    ...     tree = networkx.minimum_spanning_tree(graph, weight="cost")
    ...     return [networkx.shortest_path(tree, view.node_a, view.node_b)]
    >>> results = fb.run(fb.ring(5, length_m="10 km", duration_s=0.1), hooks={"find_routes": widest})
    >>> len(results.pairs) > 0
    True
    """

    demand: str
    node_a: str
    node_b: str
    alternatives: int
    time_s: float
    costs: dict[str, float]
    ends: dict[str, tuple[str, str]]

    def graph(self) -> Any:
        """The links that can be used as a :class:`networkx.Graph`, ``cost`` on its edges; of parallel ones the cheapest.

        Raises
        ------
        ModuleNotFoundError
            Without networkx: ``pip install 'farbell[graph]'``.
        """
        networkx = _extras.require("networkx", "view.graph()")
        graph = networkx.Graph()
        graph.add_nodes_from((self.node_a, self.node_b))
        for link, cost in self.costs.items():
            a, b = self.ends[link]
            if not graph.has_edge(a, b) or cost < graph.edges[a, b]["cost"]:
                graph.add_edge(a, b, cost=cost)
        return graph
