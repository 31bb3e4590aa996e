"""What the nodes of a network know of it: links, memories and routes, as a controller would tell them."""

from __future__ import annotations

from farbell import route_search
from farbell._core import Link, LinkModel, Memory, Scenario
from farbell.hardware import link_model
from farbell.stack import estimates

__all__ = ["Map"]


class Map:
    """A network as its nodes know it: what is declared, nothing that happens.

    Parameters
    ----------
    scenario : Scenario
        The network.

    Examples
    --------
    >>> import farbell as fb
    >>> known = fb.stack.Map(fb.chain(3, demands=[]))
    >>> known.route("n0", "n2"), round(known.attainable_fidelity("n0", "n1"), 3)
    (('n0', 'n1', 'n2'), 0.992)
    """

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._memories = {memory.name: memory for memory in scenario.memories}
        self._nodes = {node.name: node for node in scenario.nodes}
        self._links: dict[tuple[str, str], Link] = {}
        for link in scenario.links:
            for ends in ((link.node_a, link.node_b), (link.node_b, link.node_a)):
                self._links.setdefault(ends, link)
        self._stations = {station.name: station for station in scenario.stations}
        self._interfaces = scenario.interfaces
        self._models: dict[tuple[str, str], LinkModel] = {}
        self._routes: dict[tuple[str, str], tuple[str, ...] | None] = {}

    def joined(self, a: str, b: str) -> bool:
        """Whether a link joins two nodes."""
        return (a, b) in self._links

    def memory(self, node: str) -> Memory:
        """Of a node."""
        return self._memories[self._nodes[node].memory]

    def link(self, a: str, b: str) -> LinkModel:
        """What the hardware between two neighbours does."""
        ends = min(a, b), max(a, b)
        if ends not in self._models:
            link = self._links[ends]
            station = self._stations.get(getattr(link.generation, "station", ""))
            self._models[ends] = link_model(link, self.memory(link.node_a), self.memory(link.node_b), station, self._interfaces)
        return self._models[ends]

    def attainable_fidelity(self, a: str, b: str) -> float:
        """Of the best herald of a link between neighbours, at its emission."""
        outcomes = self.link(a, b).table.outcomes
        return max((outcome.fidelity for outcome in outcomes if outcome.probability > 0), default=0.0)

    def route(self, a: str, b: str) -> tuple[str, ...] | None:
        """Nodes of the way of least cost, both ends among them; None: there is none."""
        if (a, b) not in self._routes:
            found = route_search.k_shortest_paths(self._scenario, a, b, 1)
            self._routes[a, b] = found[0].nodes if found else None
        return self._routes[a, b]

    def swapped_fidelity(self, nodes: tuple[str, ...], link_fidelities: list[float]) -> float:
        """Of pairs swapped along a route at once, if each link has a Werner state of that fidelity."""
        whole: estimates.Correlators = (1.0, -1.0, 1.0)
        for f in link_fidelities:
            w = (4 * f - 1) / 3
            whole = estimates.product(whole, (w, w, w))
        for node in nodes[1:-1]:
            whole = estimates.product(whole, estimates.swap(self.memory(node)))
        return estimates.fidelity(whole)

    def link_fidelity(self, nodes: tuple[str, ...], fidelity: float) -> float:
        """Which each link must have, all the same, so that pairs swapped along a route at once have this fidelity."""
        low, high = 0.25, 1.0
        if self.swapped_fidelity(nodes, [high] * (len(nodes) - 1)) < fidelity:
            return 1.0 + 1e-9  # not even perfect links
        for _ in range(60):
            middle = (low + high) / 2
            enough = self.swapped_fidelity(nodes, [middle] * (len(nodes) - 1)) >= fidelity
            low, high = (low, middle) if enough else (middle, high)
        return high
