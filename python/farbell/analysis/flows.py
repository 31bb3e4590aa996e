"""What a network can deliver at most: cuts, widest paths and flows of several demands over links of limited rate.

See docs/physics/bounds.md.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from farbell._core import SpecError
from farbell.analysis.cuts import Cut, Cuts
from farbell.analysis.flow_programme import ROUNDING, FlowProgramme, Flows

__all__ = ["Capacities", "FlowDemand", "LinkCapacity", "MaxFlow", "PathFlow", "Throughput", "WidestPath"]

Objective = Literal["total", "fair"]
# A path that carries less of a demand's flow is rounding.
_LEAST_SHARE = 1e-6


@dataclass(frozen=True)
class LinkCapacity:
    """What one link can make.

    Attributes
    ----------
    name, node_a, node_b : str
        The link and its ends.
    rate_hz : float
        Pairs, or ebits, per second at most.
    slot_s : float
        Time for which one memory slot at each end is taken per pair; 0 where slots do not limit it.
    permit_s : float
        Time for which the link keeps one of the permits of each end to attempt, per pair.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.analysis.LinkCapacity("a--b", "a", "b", rate_hz=20.0).slot_s
    0.0
    """

    name: str
    node_a: str
    node_b: str
    rate_hz: float
    slot_s: float = 0.0
    permit_s: float = 0.0


@dataclass(frozen=True)
class FlowDemand:
    """Two nodes that ask for pairs.

    Attributes
    ----------
    name, node_a, node_b : str
        The demand and its ends.
    pairs_needed : float
        End-to-end pairs that one delivered pair takes: more than 1 where they are distilled, or where ends do not always
        read theirs; infinite where they never do.
    most_hz : float
        Rate that it cannot exceed for other reasons.
    avoids : frozenset of str
        Nodes that its pairs cannot pass.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.analysis.FlowDemand("a->b", "a", "b").pairs_needed
    1.0
    """

    name: str
    node_a: str
    node_b: str
    pairs_needed: float = 1.0
    most_hz: float = math.inf
    avoids: frozenset[str] = frozenset()


@dataclass(frozen=True)
class MaxFlow:
    """The most that two nodes can share over all paths at once, and the cut that says so.

    Attributes
    ----------
    rate_hz : float
        The bound.
    links, nodes : tuple of str
        The minimum cut: links and nodes without which nothing joins the two; their capacities add up to the flow.
    swap_probability : float
        Chance that all Bell measurements of the best path succeed, by which the capacity of the cut was multiplied.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.analysis.Capacities.of({("a", "b"): 3, ("b", "c"): 2, ("a", "c"): 1}).max_flow("a", "c")
    MaxFlow(rate_hz=3.0, links=('b--c', 'a--c'), nodes=(), swap_probability=1.0)
    """

    rate_hz: float
    links: tuple[str, ...]
    nodes: tuple[str, ...]
    swap_probability: float = 1.0


@dataclass(frozen=True)
class WidestPath:
    """The one path over which two nodes can share most.

    Attributes
    ----------
    rate_hz : float
        The bound: capacity of its narrowest link or node, times the chance that all its Bell measurements succeed.
    nodes, links : tuple of str
        The path; empty if nothing joins the two.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.analysis.Capacities.of({("a", "b"): 3, ("b", "c"): 2, ("a", "c"): 1}).widest_path("a", "c")
    WidestPath(rate_hz=2.0, nodes=('a', 'b', 'c'), links=('a--b', 'b--c'))
    """

    rate_hz: float
    nodes: tuple[str, ...]
    links: tuple[str, ...]


@dataclass(frozen=True)
class Throughput:
    """The most that several demands can get at the same time.

    Attributes
    ----------
    total_hz : float
        Sum of the rates.
    rates_hz : mapping of str to float
        Rate of each demand in one best solution.
    bottlenecks : tuple of str
        Links and nodes that are full and whose capacity limits the result.

    Examples
    --------
    >>> import farbell as fb
    >>> line = fb.analysis.Capacities.of({("a", "b"): 2, ("b", "c"): 3})
    >>> best = line.throughput([("a", "b"), ("a", "c")], objective="fair")
    >>> {name: round(rate, 9) for name, rate in best.rates_hz.items()}, best.bottlenecks
    ({'a->b': 1.0, 'a->c': 1.0}, ('a--b',))
    """

    total_hz: float
    rates_hz: Mapping[str, float]
    bottlenecks: tuple[str, ...]


@dataclass(frozen=True)
class PathFlow:
    """What one demand gets over one path, of a flow of all demands together.

    Attributes
    ----------
    demand : str
        Name of the demand.
    nodes, links : tuple of str
        The path, from the demand's first end to its second.
    rate_hz : float
        What is delivered over it.

    Examples
    --------
    >>> import farbell as fb
    >>> square = fb.analysis.Capacities.of({("a", "b"): 2, ("b", "d"): 2, ("a", "c"): 1, ("c", "d"): 1})
    >>> [(flow.nodes, round(flow.rate_hz, 6)) for flow in square.path_flows([("a", "d")])]
    [(('a', 'b', 'd'), 2.0), (('a', 'c', 'd'), 1.0)]
    """

    demand: str
    nodes: tuple[str, ...]
    links: tuple[str, ...]
    rate_hz: float


@dataclass(frozen=True)
class Capacities:
    """Rates that the links of a network cannot exceed, what they share at nodes, and what follows for demands.

    Attributes
    ----------
    links : tuple of LinkCapacity
        The links; each may be used either way.
    slots : mapping of str to float
        Memory slots of a node, which its links share; a node that is not named has any number.
    permits : mapping of str to float
        How many links of a node may attempt at the same time; all of a node that is not named.
    swaps : mapping of str to float
        Probability that a Bell measurement at a node succeeds; 1 for a node that is not named.
    demands : tuple of FlowDemand
        Who asks, if nobody else is named.

    Notes
    -----
    A delivered pair uses up one pair of each link of its path, and the slots of the nodes on the way for as long as these
    pairs take. So no protocol delivers more than a flow does: L. R. Ford and D. R. Fulkerson, Canadian Journal of Mathematics
    8, 399 (1956); with capacities of quantum channels S. Pirandola, Communications Physics 2, 51 (2019).

    Examples
    --------
    >>> import farbell as fb
    >>> capacities = fb.analysis.Capacities.of({("a", "b"): 3, ("b", "c"): 2})
    >>> capacities.max_flow("a", "c").rate_hz
    2.0
    """

    links: tuple[LinkCapacity, ...]
    slots: Mapping[str, float] = field(default_factory=dict)
    permits: Mapping[str, float] = field(default_factory=dict)
    swaps: Mapping[str, float] = field(default_factory=dict)
    demands: tuple[FlowDemand, ...] = ()

    @classmethod
    def of(cls, rates_hz: Mapping[tuple[str, str], float]) -> Capacities:
        """Links of the given rates, between two nodes each, and nothing else that limits.

        Parameters
        ----------
        rates_hz : mapping
            ``(node_a, node_b)`` -> pairs per second, at least 0.

        Raises
        ------
        SpecError
            A rate is below 0 or no number.
        """
        for (a, b), rate in rates_hz.items():
            if not rate >= 0:
                raise SpecError(f"rates_hz/{a}--{b}", repr(rate), "a rate, at least 0")
        return cls(tuple(LinkCapacity(f"{a}--{b}", a, b, float(rate)) for (a, b), rate in rates_hz.items()))

    # What nodes allow.

    @cached_property
    def _names(self) -> list[str]:
        """The nodes that have links."""
        return list(dict.fromkeys(node for link in self.links for node in (link.node_a, link.node_b)))

    @cached_property
    def _places(self) -> dict[str, int]:
        return {node: i for i, node in enumerate(self._names)}

    def _checked(self, name: str, node: str) -> str:
        if node not in self._places:
            nodes = ", ".join(self._names[:12]) + (", ..." if self._names[12:] else "")
            raise SpecError(name, repr(node), f"a node with a link: {nodes}")
        return node

    @cached_property
    def _budgets(self) -> list[tuple[str, float, list[tuple[LinkCapacity, float]]]]:
        """What is shared at a node: its name, how much there is, and how long each of its links takes one of it per pair."""
        budgets = []
        for available, taken_s in ((self.slots, "slot_s"), (self.permits, "permit_s")):
            of: dict[str, list[tuple[LinkCapacity, float]]] = {node: [] for node in available}
            for link in self.links:
                for node in (link.node_a, link.node_b):
                    if link.rate_hz > 0 and node in of:
                        of[node].append((link, getattr(link, taken_s)))
            budgets += [(node, available[node], links) for node, links in of.items()]
        return budgets

    @cached_property
    def _passing(self) -> dict[str, float]:
        """What passes a node at most: a pair on its way takes what two of the links take."""
        rates: dict[str, float] = {}
        for node, available, links in self._budgets:
            taken = sum(sorted(taken_s for _, taken_s in links)[:2])
            if taken > 0:
                rates[node] = min(available / taken, rates.get(node, math.inf))
        return rates

    @cached_property
    def _ending(self) -> dict[str, float]:
        """What starts or ends at a node at most: a pair takes what one of the links takes."""
        rates: dict[str, float] = {}
        for node, available, links in self._budgets:
            taken = min((taken_s for _, taken_s in links), default=0.0)
            # Where it has slots for all that its links make, it is not what limits.
            made = math.fsum(link.rate_hz for link, _ in links)
            if taken > 0 and available / taken < made * (1 - ROUNDING):
                rates[node] = min(available / taken, rates.get(node, math.inf))
        return rates

    @cached_property
    def _neighbours(self) -> dict[str, list[tuple[str, LinkCapacity]]]:
        out: dict[str, list[tuple[str, LinkCapacity]]] = {node: [] for node in self._names}
        for link in self.links:
            if link.rate_hz > 0:
                out[link.node_a].append((link.node_b, link))
                out[link.node_b].append((link.node_a, link))
        return out

    @cached_property
    def _swaps_fail(self) -> bool:
        return any(probability < 1 for probability in self.swaps.values())

    @cached_property
    def _cuts(self) -> Cuts:
        place = self._places
        links = [(place[link.node_a], place[link.node_b], link.rate_hz) for link in self.links]
        return Cuts(len(place), links, {place[node]: rate for node, rate in self._passing.items() if node in place})

    # Bounds for two nodes.

    def max_flow(self, a: str, b: str) -> MaxFlow:
        """The most that two nodes can share over all paths at once: the smallest cut between them.

        Parameters
        ----------
        a, b : str
            The nodes.

        Returns
        -------
        MaxFlow
            The bound, and the links and nodes of a smallest cut. 0, and no cut, if nothing joins the two.

        Raises
        ------
        SpecError
            A name is no node's, or both are the same.

        References
        ----------
        S. Pirandola, Communications Physics 2, 51 (2019): multi-path capacity. The flow is found as by
        E. A. Dinic, Soviet Mathematics Doklady 11, 1277 (1970).
        """
        if self._checked("a", a) == self._checked("b", b):
            raise SpecError("b", repr(b), "another node than a")
        return self._max_flow(self._smallest_cut(a, b), self._best_swaps(a, b) if self._swaps_fail else 1.0)

    def _smallest_cut(self, a: str, b: str) -> Cut:
        place, ending = self._places, self._ending
        return self._cuts.smallest(place[a], place[b], ending.get(a, math.inf), ending.get(b, math.inf))

    def _max_flow(self, cut: Cut, swaps: float) -> MaxFlow:
        if cut.flow == 0:
            return MaxFlow(0.0, (), ())
        links, nodes = (self.links[i].name for i in cut.links), (self._names[i] for i in cut.nodes)
        return MaxFlow(cut.flow * swaps, tuple(links), tuple(nodes), swaps)

    def multipartite_flow(self, users: Iterable[str]) -> MaxFlow:
        """The most GHZ or connected graph states that several nodes can share: the smallest cut between any two of them.

        Parameters
        ----------
        users : sequence of str
            The nodes, at least two.

        Returns
        -------
        MaxFlow
            The bound, and the links and nodes of a cut that leaves users on either side. A state takes at least one pair, and
            at least one ebit, across every such cut. Whether Bell measurements succeed does not count: fusions need none.

        Raises
        ------
        SpecError
            A name is no node's, is there twice, or there is only one.

        References
        ----------
        S. Pirandola, IET Quantum Communication 1, 22 (2020); S. Baeuml, K. Azuma, G. Kato and D. Elkouss, Communications
        Physics 3, 55 (2020): with perfect operations and memories at least half of the bound can be reached.

        Examples
        --------
        >>> import farbell as fb
        >>> star = fb.analysis.Capacities.of({("c", "a"): 3, ("c", "b"): 2, ("c", "d"): 4})
        >>> star.multipartite_flow(["a", "b", "d"])
        MaxFlow(rate_hz=2.0, links=('c--b',), nodes=(), swap_probability=1.0)
        """
        named = list(users)
        if len(named) < 2 or len(set(named)) < len(named):
            raise SpecError("users", repr(named), "two nodes or more, each once")
        for user in named:
            self._checked("users", user)
        # A cut between any two users lies between the first and one of the others.
        cuts = [self._smallest_cut(named[0], user) for user in named[1:]]
        return self._max_flow(min(cuts, key=lambda cut: cut.flow), 1.0)

    def widest_path(self, a: str, b: str) -> WidestPath:
        """The most that two nodes can share over one path.

        Parameters
        ----------
        a, b : str
            The nodes.

        Returns
        -------
        WidestPath
            Of equally wide paths one with the fewest links.

        Raises
        ------
        SpecError
            A name is no node's, or both are the same.

        References
        ----------
        S. Pirandola, Communications Physics 2, 51 (2019): single-path capacity.
        """
        if self._checked("a", a) == self._checked("b", b):
            raise SpecError("b", repr(b), "another node than a")
        through = self._passing | {node: self._ending.get(node, math.inf) for node in (a, b)}
        best = WidestPath(0.0, (), ())
        # With Bell measurements that fail a narrower, shorter path may be better: each width is tried until no other can be.
        for width in sorted({link.rate_hz for link in self.links} | set(through.values()), reverse=True):
            if width <= best.rate_hz:
                break
            swaps, path = self._best_path(a, b, width, through)
            if swaps * width > best.rate_hz:
                best = WidestPath(swaps * width, (a, *(node for node, _ in path)), tuple(link.name for _, link in path))
        return best

    def _best_swaps(self, a: str, b: str) -> float:
        """How often all Bell measurements of the best path between two nodes succeed; 0 if there is none."""
        return self._best_path(a, b, 0.0, {})[0]

    def _best_path(
        self, a: str, b: str, width: float, through: Mapping[str, float]
    ) -> tuple[float, list[tuple[str, LinkCapacity]]]:
        """Over links and nodes at least so wide: the path whose Bell measurements all succeed most often, and how often."""
        neighbours = self._neighbours
        found: dict[str, tuple[str, LinkCapacity] | None] = {}
        heap: list[tuple[float, int, int, str, tuple[str, LinkCapacity] | None]] = [(0.0, 0, 0, a, None)]
        count = 0
        while heap:
            cost, hops, _, node, before = heapq.heappop(heap)
            if node in found or through.get(node, math.inf) < width:
                continue
            found[node] = before
            if node == b:
                path = []
                while before is not None:
                    path.append((node, before[1]))
                    node, before = before[0], found[before[0]]
                return math.exp(-cost), path[::-1]
            swap = 1.0 if node == a else self.swaps.get(node, 1.0)
            if swap > 0:
                for other, link in neighbours[node]:
                    if other not in found and link.rate_hz >= width:
                        count += 1
                        heapq.heappush(heap, (cost - math.log(swap), hops + 1, count, other, (node, link)))
        return 0.0, []

    # Bounds for several demands.

    def throughput(
        self, demands: Iterable[FlowDemand | tuple[str, str]] | None = None, *, objective: Objective = "total"
    ) -> Throughput:
        """The most that several demands can get at the same time, over any paths: a linear programme.

        Parameters
        ----------
        demands : list of FlowDemand or of pairs of node names, optional
            Who asks. Default: ``demands``.
        objective : "total" or "fair"
            What is as large as can be: the sum of all rates, or the rate of whoever gets least, then of whoever gets least of
            the others, and so on (max-min fair).

        Returns
        -------
        Throughput
            Rates and bottlenecks. Of a demand named twice the last counts. Rates below 1e-7 of the largest capacity are not
            resolved.

        Raises
        ------
        ImportError
            If scipy is missing: ``pip install 'farbell[optimize]'``.
        SpecError
            A name is no node's, both ends are the same, the objective is unknown, or nothing limits a demand.

        References
        ----------
        K. Chakraborty, D. Elkouss, B. Rijsman and S. Wehner, IEEE Transactions on Quantum Engineering 1, 4101321 (2020).
        D. Bertsekas and R. Gallager, Data Networks (Prentice Hall, 1992), section 6.5: max-min fairness. Solved by HiGHS:
        Q. Huangfu and J. A. J. Hall, Mathematical Programming Computation 10, 119 (2018).
        """
        solved = self._flows(demands, objective)
        return Throughput(math.fsum(solved.rates.values()), solved.rates, solved.bottlenecks)

    def path_flows(
        self, demands: Iterable[FlowDemand | tuple[str, str]] | None = None, *, objective: Objective = "fair"
    ) -> list[PathFlow]:
        """Paths over which demands get their :meth:`throughput`, and how much over each.

        Parameters
        ----------
        demands, objective
            As for :meth:`throughput`.

        Returns
        -------
        list of PathFlow
            By demand, the path that carries most first. Of all flows that give the same rates the one is taken that uses the
            least of the links (the sum over them of flow over capacity), so that no path is longer than it has to be.

        Raises
        ------
        ImportError
            If scipy is missing: ``pip install 'farbell[optimize]'``.
        SpecError
            As for :meth:`throughput`.

        References
        ----------
        A flow is a sum of flows along paths: L. R. Ford and D. R. Fulkerson, Flows in Networks (Princeton University Press,
        1962). K. Chakraborty, D. Elkouss, B. Rijsman and S. Wehner, IEEE Transactions on Quantum Engineering 1, 4101321 (2020).
        """
        solved = self._flows(demands, objective, paths=True)
        found = []
        for demand in solved.rates:
            paths = sorted(solved.paths.get(demand, []), key=lambda path: (-path[2], len(path[1])))
            most = math.fsum(rate for *_, rate in paths)
            found += [PathFlow(demand, *path) for path in paths if path[2] > _LEAST_SHARE * most]
        return found

    def _flows(
        self, demands: Iterable[FlowDemand | tuple[str, str]] | None, objective: Objective, *, paths: bool = False
    ) -> Flows:
        if objective not in ("total", "fair"):
            raise SpecError("objective", repr(objective), "'total' or 'fair'")
        asked = [d if isinstance(d, FlowDemand) else FlowDemand(f"{d[0]}->{d[1]}", *d) for d in demands or self.demands]
        asked = list({demand.name: demand for demand in asked}.values())
        for number, demand in enumerate(asked):
            for name, node in (("node_a", demand.node_a), ("node_b", demand.node_b)):
                self._checked(f"demands/{number}/{name}", node)
            if demand.node_a == demand.node_b:
                raise SpecError(f"demands/{number}/node_b", repr(demand.node_b), "another node than node_a")
        served = [d for d in asked if math.isfinite(d.pairs_needed) and self._best_swaps(d.node_a, d.node_b) > 0]
        rates = dict.fromkeys((demand.name for demand in asked), 0.0)
        if not served:
            return Flows(rates, ())
        programme = FlowProgramme(self, served)
        found, bottlenecks = programme.total() if objective == "total" else programme.fair()
        rates.update(found)
        return Flows(rates, bottlenecks, programme.paths(found) if paths else {})
