"""Continuous distribution of entanglement: pairs made in the background, swapped at random, and served on request.

See docs/physics/background_entanglement.md.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from math import inf
from typing import Any, TypeAlias

import numpy as np

from farbell._core import Scenario, SpecError
from farbell.analysis.intervals import ratio_interval
from farbell.programs import Node, Pair, Program, Qubit, truth
from farbell.programs.binding import joined
from farbell.programs.requests import GroupRequest, Steps, check, check_node, check_rates, check_reliable, is_whole
from farbell.table import ResultTable

__all__ = ["ContinuousDistribution", "metrics"]

Ends: TypeAlias = tuple[str, str]
HalfId: TypeAlias = tuple[str, tuple[int, ...]]  # node, and pair of the link in which the half was made
Frame: TypeAlias = tuple[int, int]  # phase and parity: the pair is (Z^phase X^parity on one side of) Phi+

_BATCHES = 64


@dataclass(frozen=True)
class ContinuousDistribution:
    """All links of a network make pairs without being asked; nodes swap some of them at random, and give up old ones.

    Requests are served from what is there: by a pair of the two nodes (a virtual link) at once, else along virtual links,
    greedily. :meth:`on` gives the scenario with what this needs, :meth:`programs` the programs of all nodes.

    Parameters
    ----------
    cutoff_s : float
        Age of a pair at which it is given up, from the emission of the oldest photon in it; inf: never. [s]
    buffer : int
        Halves of pairs of each link that a node stores at most, what they have been swapped to included. Memories need as
        many slots for each link.
    swap_rate_hz : float
        How often a second, at random times, each node swaps two of its pairs, if any two may be: with different nodes and
        together of at most ``max_swaps`` swaps, as far as it knows. All such couples are equally likely. [Hz]
    max_swaps : int or inf
        Swaps in a pair that background swaps make, at most.
    requests : mapping of tuple of str to float
        Two nodes, the asking one first, and how many requests they have a second, at random.
    max_wait_s : float
        A request that still waits then, from when it was asked, is refused. Default: it waits as long as it takes. [s]

    Notes
    -----
    ``results.records`` has, of each node (``what="stock"``), what it knows to hold from then on: its virtual ``degree``
    (pairs), its virtual neighborhood (``peers``) and the ``neighborhood`` size; :func:`metrics` averages them. Of requests it
    has (``what="pair"``) the ``group``, ``number`` (of the asking node), ``waited_s`` until the other end has its pair,
    ``swaps`` (made for this request: 0 for a virtual link that was there), ``hops`` (links in the pair), ``age_s`` and
    ``fidelity``; and (``what="refused"``) those refused.

    References
    ----------
    A. G. Inesta and S. Wehner, Physical Review A 108, 052615 (2023); greedy paths over virtual links: E. Schoute, L. Mancinska,
    T. Islam, I. Kerenidis and S. Wehner, arXiv:1610.05238.

    Examples
    --------
    >>> import farbell as fb
    >>> link = fb.Given(success_probability=0.1, attempt_period_s="1 ms", state=fb.Werner(fidelity=0.95))
    >>> line = fb.chain(3, length_m="1 km", generation=link, memory=fb.Memory(name="m", slots=4), demands=[], duration_s=20)
    >>> background = fb.background.ContinuousDistribution(cutoff_s=0.5, buffer=2, requests={("n0", "n2"): 1.0})
    >>> records = fb.run(background.on(line), programs=background.programs(line), seed=1).records
    >>> served = records[records["what"] == "pair"]
    >>> set(served["hops"].tolist()), round(float(served["fidelity"].mean()), 3)
    ({2.0}, 0.903)
    """

    cutoff_s: float
    buffer: int = 1
    swap_rate_hz: float = 0.0
    max_swaps: float = 1
    requests: Mapping[Ends, float] = field(default_factory=dict)
    max_wait_s: float = inf

    def __post_init__(self) -> None:
        check("cutoff_s", self.cutoff_s, self.cutoff_s > 0, "above 0, or inf")
        check("buffer", self.buffer, is_whole(self.buffer, 1) and self.buffer < inf, "a whole number, 1 or more")
        check("swap_rate_hz", self.swap_rate_hz, 0 <= self.swap_rate_hz < inf, "0 or more")
        check("max_swaps", self.max_swaps, is_whole(self.max_swaps, 1), "a whole number, 1 or more, or inf")
        check("max_wait_s", self.max_wait_s, self.max_wait_s >= 0, "0 or more, or inf")
        check_rates(self.requests, 2, "tuples of two different nodes")

    def on(self, scenario: Scenario) -> Scenario:
        """The scenario with a demand by programs over each link. Other demands stay, and compete with these.

        Parameters
        ----------
        scenario : Scenario
            A network whose nodes do not fail and whose messages are not lost.

        Raises
        ------
        SpecError
            It has failures or lost messages, or no such nodes, or no links that join them.
        """
        check_reliable(scenario, "continuous distribution")
        far = _distances(scenario)
        for ends in self.requests:
            for name in ends:
                check_node("requests", name, far)
            if ends[1] not in far[ends[0]]:
                raise SpecError(f"requests/{'+'.join(ends)}", "no links that join the two", "nodes that links join")
        return joined(scenario, _links(scenario), direct=True)

    def programs(self, scenario: Scenario) -> dict[str, Program]:
        """Of all nodes.

        Parameters
        ----------
        scenario : Scenario
            The one that was given to :meth:`on`, with or without what that adds: programs know its map.
        """
        links, far = _links(scenario), _distances(scenario)
        return {node.name: _Station(self, node.name, links, far) for node in scenario.nodes}


def _links(scenario: Scenario) -> list[Ends]:
    """Pairs of nodes that links join, each once and in the order of the nodes: the first asks for pairs."""
    place = {node.name: k for k, node in enumerate(scenario.nodes)}
    found = {tuple(sorted((link.node_a, link.node_b), key=place.__getitem__)) for link in scenario.links}
    return sorted(((a, b) for a, b in found), key=lambda ends: (place[ends[0]], place[ends[1]]))


def _distances(scenario: Scenario) -> dict[str, dict[str, int]]:
    """Fewest links between any two nodes that are joined."""
    near: dict[str, list[str]] = {node.name: [] for node in scenario.nodes}
    for a, b in _links(scenario):
        near[a].append(b)
        near[b].append(a)
    found = {}
    for start in near:
        hops, line = {start: 0}, deque([start])
        while line:
            here = line.popleft()
            for there in near[here]:
                if there not in hops:
                    hops[there] = hops[here] + 1
                    line.append(there)
        found[start] = hops
    return found


def metrics(records: ResultTable, duration_s: float, *, warm_up_s: float = 0.0, level: float = 0.95) -> ResultTable:
    """Time averages of what nodes hold, with confidence intervals.

    Parameters
    ----------
    records : ResultTable
        ``results.records`` of a run with :class:`ContinuousDistribution`.
    duration_s : float
        Of the scenario. [s]
    warm_up_s : float
        From the start, which does not count. [s]
    level : float
        Confidence level of the intervals.

    Returns
    -------
    ResultTable
        A row a node: mean virtual ``degree`` (number of pairs) and mean ``neighborhood`` (number of nodes with which it shares
        a pair at least), each with ``..._low`` and ``..._high``, by batches of time (docs/physics/confidence_intervals.md).

    Examples
    --------
    >>> import farbell as fb
    >>> link = fb.Given(success_probability=0.1, attempt_period_s="1 ms")
    >>> line = fb.chain(3, length_m="1 km", generation=link, memory=fb.Memory(name="m", slots=4), demands=[], duration_s=20)
    >>> background = fb.background.ContinuousDistribution(cutoff_s=0.1)
    >>> records = fb.run(background.on(line), programs=background.programs(line), seed=1).records
    >>> found = fb.background.metrics(records, 20.0, warm_up_s=1.0)
    >>> found["node"].tolist(), bool((found["degree"] >= found["neighborhood"]).all())
    (['n0', 'n1', 'n2'], True)
    """
    if not 0 <= warm_up_s < duration_s:
        raise ValueError(f"warm_up_s is {warm_up_s}; allowed: from 0 to below the duration, {duration_s}")
    edges = np.linspace(warm_up_s, duration_s, _BATCHES + 1)
    stock = records[records["what"] == "stock"]
    replicas = sorted(set(stock["replica"].tolist()))
    names = list(dict.fromkeys(stock["node"].tolist()))
    columns: dict[str, list[Any]] = {"node": names}
    for name in ("degree", "neighborhood"):
        ends: list[list[float]] = []
        for node in names:
            sums = []
            for replica in replicas:
                mine = stock[(stock["node"] == node) & (stock["replica"] == replica)]
                times = np.append(mine["time_s"], duration_s)
                whole = np.concatenate([[0.0], np.cumsum(mine[name] * np.diff(times))])
                sums.append(np.diff(np.interp(edges, times, whole)))
            most = max(1.0, float(stock[name].max()))
            found = ratio_interval(sums, [np.diff(edges)] * len(sums), bound=most, level=level)
            ends.append([found.value, found.low, found.high])
        columns |= {f"{name}{end}": [row[k] for row in ends] for k, end in enumerate(("", "_low", "_high"))}
    return ResultTable(columns)


# ---- messages ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Request(GroupRequest):
    @property
    def asker(self) -> str:
        return self.group[0]

    @property
    def target(self) -> str:
        return self.group[1]


@dataclass(frozen=True)
class _News:
    """Who has the other half now, instead of `was`; None: nobody any more. It goes on where the half has been swapped."""

    half: HalfId
    was: HalfId
    now: HalfId | None
    joined: tuple[HalfId, HalfId]  # by the swap that made it so
    frame: Frame = (0, 0)  # of what joined the pair
    born_s: float = inf
    hops: int = 0


@dataclass(frozen=True)
class _Use:
    """To the node of `half`: the other end, `origin`, keeps its own for a request."""

    request: _Request
    half: HalfId
    origin: HalfId
    qubit: Qubit
    swaps: int = 0


@dataclass(frozen=True)
class _Answer:
    """To the asker: its half has been used, or is free again and the request starts anew."""

    request: _Request
    half: HalfId
    used: bool


@dataclass(frozen=True)
class _Room:
    """To the node that asks for a link's pairs: one of the other end's places is free again."""


# ---- nodes ------------------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class _Half:
    """Of a pair, as its node knows it."""

    id: HalfId
    qubit: Qubit
    link: str  # in whose place it is stored: the neighbour's name
    partner: HalfId | None  # None: lost
    born_s: float
    hops: int = 1
    frame: Frame = (0, 0)
    claim: _Request | None = None
    busy: bool = False  # in a swap that has begun
    old: bool = False  # past its cut-off: given up as soon as it is free
    later: dict[HalfId, _News] = field(default_factory=dict)  # which wait for news of `was`
    wanted: list[_Use] = field(default_factory=list)  # while busy: told that it is gone after news of the swap


@dataclass(eq=False)
class _Token:
    """A request where it is now; `half` is shared with the asker, or None at the asker itself."""

    request: _Request
    use: _Use | None = None
    half: _Half | None = None


def _sum(*frames: Frame) -> Frame:
    return sum(phase for phase, _ in frames) % 2, sum(parity for _, parity in frames) % 2


class _Station(Program):
    def __init__(self, plan: ContinuousDistribution, name: str, links: list[Ends], far: dict[str, dict[str, int]]) -> None:
        self.plan, self.far = plan, far
        self.asks = [b for a, b in links if a == name]
        self.accepts = [a for a, b in links if b == name]
        self.peers = (*self.asks, *self.accepts)

    def run(self, node: Node) -> Steps:
        yield from _Store(self, node).run()


class _Store:
    """What one node of one replica holds, and the requests that are at it."""

    def __init__(self, station: _Station, node: Node) -> None:
        self.station, self.plan, self.node = station, station.plan, node
        self.held: dict[HalfId, _Half] = {}
        self.swapped: dict[HalfId, HalfId] = {}  # halves that were: where news of them goes
        self.room = dict.fromkeys(station.asks, self.plan.buffer)  # at both ends, as far as known
        self.asking: set[str] = set()
        self.waiting: list[_Token] = []
        self.asked = 0
        self.told: tuple[int, tuple[str, ...]] | None = None

    def run(self) -> Steps:
        node = self.node
        for peer in self.station.accepts:
            node.start(self.accept(peer))
        if self.plan.swap_rate_hz > 0:
            node.start(self.swap_at_random())
        for (asker, target), rate_hz in self.plan.requests.items():
            if asker == node.name:
                node.start(self.have_requests(target, rate_hz))
        self.settle()
        while True:
            message = yield node.receive_any()
            self.hear(message.sender, message.content)
            self.settle()

    # ---- stock ----

    def settle(self) -> None:
        """After anything that happened: serves who waits, fills what has room, and writes down what there is."""
        waiting, self.waiting = self.waiting, []
        for token in waiting:
            if not self.forward(token):
                self.waiting.append(token)
        for peer in self.station.asks:
            # One at a time, as a link works. Places at the other end are given back by its messages, one's own at once.
            mine = sum(half.link == peer for half in self.held.values())
            if peer not in self.asking and self.room[peer] > 0 and mine < self.plan.buffer:
                self.room[peer] -= 1
                self.asking.add(peer)
                self.node.start(self.ask(peer))
        peers = tuple(sorted({half.partner[0] for half in self.held.values() if half.partner} - {self.node.name}))
        stock = (len(self.held), peers)
        if stock != self.told:
            self.told = stock
            self.node.record(what="stock", degree=stock[0], neighborhood=len(peers), peers="+".join(peers))

    def ask(self, peer: str) -> Steps:
        pair = yield self.node.entangle(peer)
        self.asking.discard(peer)
        self.add(pair)

    def accept(self, peer: str) -> Steps:
        while True:
            self.add((yield self.node.accept(peer)))

    def add(self, pair: Pair) -> None:
        half = _Half((self.node.name, pair.id), pair.qubit, pair.peer, (pair.peer, pair.id), pair.born_s)
        self.held[half.id] = half
        self.watch(half)
        self.settle()

    def free(self, half: _Half, *, measured: bool = False) -> None:
        del self.held[half.id]
        if not measured:
            self.node.release(half.qubit)
        if half.link in self.station.accepts:
            self.node.send(half.link, _Room())

    def watch(self, half: _Half) -> None:
        """Has it given up at its cut-off."""
        if self.plan.cutoff_s < inf:
            self.node.start(self.expire(half, half.born_s + self.plan.cutoff_s))

    def expire(self, half: _Half, due_s: float) -> Steps:
        yield self.node.wait(max(0.0, due_s - self.node.now_s))
        if half.id not in self.held:
            return
        half.old = True
        parked = next((token for token in self.waiting if token.half is half), None)
        if parked:
            self.waiting.remove(parked)
            self.give_back(parked)
        self.check(half)
        self.settle()

    def is_free(self, half: _Half) -> bool:
        return half.id in self.held and half.claim is None and not half.busy

    def check(self, half: _Half) -> None:
        """A free half that is old, or whose other half is lost, or here at the same node, is given up."""
        if not self.is_free(half):
            return
        if half.partner is not None and half.partner[0] == self.node.name:
            self.node.send(self.node.name, _News(half.partner, half.id, None, (half.id, half.id)))
            self.free(half)
        elif half.old or half.partner is None:
            self.free(half)

    # ---- swaps ----

    def swap_at_random(self) -> Steps:
        node, plan = self.node, self.plan
        while True:
            yield node.wait(node.random.expovariate(plan.swap_rate_hz))
            usable = [half for half in self.held.values() if self.is_free(half) and half.partner]
            couples = [
                (one, other)
                for one, other in combinations(usable, 2)
                if one.partner
                and other.partner
                and one.partner[0] != other.partner[0]
                and one.hops + other.hops <= plan.max_swaps + 1
            ]
            if couples:
                node.start(self.swap(*node.random.choice(couples)))

    def swap(self, one: _Half, other: _Half, token: _Token | None = None) -> Steps:
        node = self.node
        one.busy = other.busy = True
        outcome = yield node.bell_measure(one.qubit, other.qubit)
        joined = (one.id, other.id)
        for mine, far in ((one, other), (other, one)):
            self.free(mine, measured=True)
            if mine.partner is None:
                continue
            if outcome is None or far.partner is None:
                node.send(mine.partner[0], _News(mine.partner, mine.id, None, joined))
                continue
            frame = _sum(far.frame, (outcome.phase, outcome.parity))
            node.send(mine.partner[0], _News(mine.partner, mine.id, far.partner, joined, frame, far.born_s, far.hops))
            self.swapped[far.id] = mine.partner
            for news in far.later.values():
                node.send(mine.partner[0], replace(news, half=mine.partner))
        for use in (*one.wanted, *other.wanted):
            self.refuse(use)
        if token is not None and token.use is not None:
            if outcome is None or other.partner is None:
                self.refuse(token.use)
            else:
                node.send(other.partner[0], replace(token.use, half=other.partner, swaps=token.use.swaps + 1))
        self.settle()

    def learn(self, news: _News) -> None:
        half = self.held.get(news.half)
        if half is None:
            onward = self.swapped.get(news.half)
            if onward is not None and news.half not in news.joined:  # else it has come round a ring
                self.node.send(onward[0], replace(news, half=onward))
            return
        half.later[news.was] = news
        born_s = half.born_s
        while half.partner is not None and (step := half.later.pop(half.partner, None)) is not None:
            half.partner, half.frame = step.now, _sum(half.frame, step.frame)
            half.born_s, half.hops = min(half.born_s, step.born_s), half.hops + step.hops
        if half.born_s < born_s:
            self.watch(half)
        self.check(half)

    # ---- requests ----

    def have_requests(self, target: str, rate_hz: float) -> Steps:
        node = self.node
        while True:
            yield node.wait(node.random.expovariate(rate_hz))
            self.queue(_Token(_Request(self.asked, (node.name, target), node.now_s)))
            self.asked += 1
            self.settle()

    def hear(self, sender: str, content: object) -> None:
        if isinstance(content, _News):
            self.learn(content)
        elif isinstance(content, _Room):
            self.room[sender] += 1
        elif isinstance(content, _Answer):
            self.answered(content)
        elif isinstance(content, _Use):
            half = self.held.get(content.half)
            if half is not None and half.busy:
                half.wanted.append(content)
            elif half is not None and self.may_use(half, content):
                half.claim = content.request
                self.queue(_Token(content.request, content, half))
            else:
                self.refuse(content)

    def may_use(self, half: _Half, use: _Use) -> bool:
        """Both ends may have claimed a pair at once: then it is that one's whose name comes first."""
        crossing = half.claim is not None and half.claim.asker == self.node.name and use.origin[0] < self.node.name
        return half.partner == use.origin and (half.claim is None or crossing)

    def refuse(self, use: _Use) -> None:
        self.node.send(use.request.asker, _Answer(use.request, use.origin, used=False))

    def answered(self, answer: _Answer) -> None:
        half = self.held.get(answer.half)
        if half is not None and half.claim == answer.request:
            if answer.used:
                self.free(half)
            else:
                half.claim = None
                self.check(half)
        if not answer.used:
            self.queue(_Token(answer.request), again=True)

    def queue(self, token: _Token, *, again: bool = False) -> None:
        """Has a request go on, or wait while it may. One that starts again has waited."""
        left_s = token.request.asked_s + self.plan.max_wait_s - self.node.now_s
        if not (again and left_s <= 0) and self.forward(token):
            return
        if left_s <= 0:
            self.give_back(token)
            return
        self.waiting.append(token)
        if left_s < inf:
            self.node.start(self.lose_patience(token, left_s))

    def lose_patience(self, token: _Token, left_s: float) -> Steps:
        yield self.node.wait(left_s)
        if token in self.waiting:
            self.waiting.remove(token)
            self.give_back(token)
            self.settle()

    def give_back(self, token: _Token) -> None:
        """A request that waits no longer: refused at its asker, else sent back there."""
        request = token.request
        if token.use is None or token.half is None:
            self.node.record(what="refused", **request.about(self.node.now_s))
            return
        self.refuse(token.use)
        token.half.claim = None
        self.check(token.half)

    def forward(self, token: _Token) -> bool:
        """A step towards the target, over the pair whose other end is nearest to it; False: none is nearer than this node."""
        request, node = token.request, self.node
        if token.use is not None and token.half is not None and request.target == node.name:
            node.start(self.deliver(request, token.use, token.half))
            return True
        far, inward = self.station.far, token.half
        steps = [
            (far[half.partner[0]][request.target], -half.born_s, half)
            for half in self.held.values()
            if self.is_free(half) and half.partner and far[half.partner[0]][request.target] < far[node.name][request.target]
        ]
        if not steps:
            return False
        *_, best = min(steps, key=lambda step: step[:2])
        if inward is not None:
            node.start(self.swap(inward, best, token))
        elif best.partner is not None:
            best.claim = request
            node.send(best.partner[0], _Use(request, best.partner, best.id, best.qubit))
        return True

    def deliver(self, request: _Request, use: _Use, half: _Half) -> Steps:
        """Has the pair's frame undone at this end, writes down what it is, and has both ends release it."""
        node, (phase, parity) = self.node, half.frame
        for gate in ("x",) * parity + ("z",) * phase:
            yield node.gate(gate, half.qubit)
        node.record(
            what="pair",
            **request.about(node.now_s),
            swaps=use.swaps,
            hops=half.hops,
            age_s=node.now_s - half.born_s,
            fidelity=truth.fidelity(use.qubit, half.qubit),
        )
        self.free(half)
        node.send(request.asker, _Answer(request, use.origin, used=True))
        self.settle()
