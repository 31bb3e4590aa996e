"""Entanglement switches: a hub that stores pairs with its users and joins those of users who asked for it.

See docs/physics/entanglement_switch.md.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf, pi
from typing import Any, Literal, TypeAlias, get_args

from farbell._core import Distillation, Scenario
from farbell._numbers import whole
from farbell.programs import Node, Operation, Pair, Program, Qubit, any_of, truth
from farbell.programs.binding import joined
from farbell.programs.requests import Group, GroupRequest, Steps, check, check_node, check_rates, check_reliable, is_whole

__all__ = ["EntanglementSwitch"]

Decision: TypeAlias = Literal["max_weight", "fifo"]
Purification: TypeAlias = Literal["none", "links", "pairs"]
Basis: TypeAlias = Literal["X", "Y", "Z"]


@dataclass(frozen=True)
class EntanglementSwitch:
    """A hub that joins its users: by Bell measurements for two, by a GHZ fusion for more.

    The hub keeps a pair, or up to ``buffer`` of them, with each user, and asks for the next as soon as there is room. What it
    joins it decides once the pairs are there. :meth:`on` gives the scenario with what the switch needs, :meth:`programs` the
    programs of hub and users.

    Parameters
    ----------
    users : sequence of str
        Names of the users, each a neighbour of the hub.
    hub : str
        Name of the switch's node.
    size : int
        Users who get a state together: 2 for pairs, more for GHZ states.
    buffer : int or inf
        Pairs that the hub stores with each user at most.
    requests : mapping of tuple of str to float, optional
        Groups of ``size`` users, and how many requests of each group come a second, at random. Default: everybody always asks,
        and the oldest pairs of different users are joined.
    max_queue : int, optional
        Requests of a group that may wait; further ones are refused. Default: any number.
    decide : "max_weight" or "fifo"
        Which of the groups whose pairs are there goes first: that with most requests times ``success`` (the first in the order
        of ``requests`` of equal ones), or that whose oldest request came first.
    success : mapping of tuple of str to float, optional
        How often serving a group succeeds, for ``max_weight``. Default: 1 for all.
    purify : "none", "links" or "pairs"
        ``"links"``: each pair with a user is distilled from two (DEJMPS) before it is stored. ``"pairs"``: two pairs of users
        are joined first, then these two users distil them; if that fails the request goes back to the head of its queue.
    lifetime_s : function of random.Random to float, optional
        After how many seconds a stored pair is given up, from the hub's dice. Default: never. ``lambda dice: 0.5``: a cut-off.
    basis : "X", "Y", "Z" or None
        In which basis users measure what they get. Default, None: of a pair the last user records the true fidelity when both
        hold it, and both release it; a GHZ state is recorded and released.

    Notes
    -----
    ``results.records`` has, of users, a row for each state (``what="state"``): ``group``, ``number`` (of the request),
    ``waited_s`` (since it was asked), ``fidelity`` of pairs, or a row for each user with its ``outcome``; of the hub
    (``what="stock"``): pairs ``stored`` and requests ``waiting`` from then on, and requests ``refused`` so far.

    References
    ----------
    G. Vardoyan, S. Guha, P. Nain and D. Towsley, arXiv:1903.04420 (bipartite); P. Nain, G. Vardoyan, S. Guha and D. Towsley,
    Proceedings of the ACM on Measurement and Analysis of Computing Systems 4, 23 (2020) (GHZ states); T. Vasantam and
    D. Towsley, arXiv:2106.00831 (maximum weight). DEJMPS: D. Deutsch et al., Physical Review Letters 77, 2818 (1996).

    Examples
    --------
    >>> import farbell as fb
    >>> link = fb.Given(success_probability=0.01, attempt_period_s="1 ms", state=fb.Werner(fidelity=0.95))
    >>> star = fb.star(3, length_m="1 km", generation=link, memory=fb.Memory(name="m", slots=4), demands=[], duration_s=20)
    >>> switch = fb.switching.EntanglementSwitch(["n1", "n2", "n3"], requests={("n1", "n2"): 1.0, ("n1", "n3"): 2.0})
    >>> records = fb.run(switch.on(star), programs=switch.programs(), seed=1).records
    >>> states = records[records["what"] == "state"]
    >>> sorted(set(states["group"].tolist())), round(float(states["fidelity"].mean()), 3)
    (['n1+n2', 'n1+n3'], 0.903)
    """

    users: Sequence[str]
    hub: str = "n0"
    size: int = 2
    buffer: float = 1
    requests: Mapping[Group, float] | None = None
    max_queue: int | None = None
    decide: Decision = "max_weight"
    success: Mapping[Group, float] = field(default_factory=dict)
    purify: Purification = "none"
    lifetime_s: Callable[[random.Random], float] | None = None
    basis: Basis | None = None

    def __post_init__(self) -> None:
        users = tuple(self.users)
        check(
            "users", users, len(set(users)) == len(users) >= 2 and self.hub not in users, "two or more, each once, not the hub"
        )
        check(
            "size",
            self.size,
            whole(self.size, "size") in range(2, len(users) + 1),
            f"a whole number from 2 to the number of users, {len(users)}",
        )
        check("buffer", self.buffer, is_whole(self.buffer, 1), "a whole number, 1 or more, or inf")
        for name, words in (("decide", Decision), ("purify", Purification)):
            allowed = get_args(words)
            check(name, getattr(self, name), getattr(self, name) in allowed, " or ".join(map(repr, allowed)))
        check("basis", self.basis, self.basis in (None, *get_args(Basis)), "'X', 'Y', 'Z' or None")
        check(
            "purify",
            self.purify,
            self.purify != "pairs" or self.size == 2,
            "'none' or 'links' for states of more than two users",
        )
        check("purify", self.purify, self.purify != "pairs" or self.requests is not None, "'none' or 'links' without requests")
        check(
            "max_queue",
            self.max_queue,
            self.max_queue is None or is_whole(self.max_queue, 1),
            "a whole number, 1 or more, or None",
        )
        check_rates(self.requests or {}, self.size, f"tuples of {self.size} different users", set(users))
        check("requests", self.requests, self.requests is None or len(self.requests) > 0, "a group, or None")
        for group, share in self.success.items():
            check("success", group, self.requests is not None and group in self.requests, "groups of requests")
            check(f"success/{'+'.join(group)}", share, 0 < share <= 1, "above 0, up to 1")

    def on(self, scenario: Scenario) -> Scenario:
        """The scenario with a demand by programs between the hub and each user, which distils with ``purify="links"``.

        Parameters
        ----------
        scenario : Scenario
            With the hub, the users and links between them, whose nodes do not fail and whose messages are not lost;
            :func:`farbell.star` for one. Other demands stay.

        Raises
        ------
        SpecError
            It has failures or lost messages, or no such node.
        """
        check_reliable(scenario, "an entanglement switch")
        names = [node.name for node in scenario.nodes]
        for name, node in (("hub", self.hub), *(("users", user) for user in self.users)):
            check_node(name, node, names)
        fields: dict[str, Any] = {"width": 2, "distillation": Distillation()} if self.purify == "links" else {}
        return joined(scenario, [(self.hub, user) for user in self.users], **fields)

    def programs(self) -> dict[str, Program]:
        """Of the hub and of each user."""
        return {self.hub: _Hub(self), **{user: _User(self) for user in self.users}}


# ---- messages ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Request(GroupRequest):
    failed: int = 0  # so often


@dataclass(frozen=True)
class _Joined:
    """To a user: what became of its half of a pair; without gates it is given up."""

    pair: tuple[int, ...]
    gates: tuple[str, ...] | None = None
    request: _Request | None = None


@dataclass(frozen=True)
class _Bit:
    """Between two users who distil."""

    request: _Request
    value: int


@dataclass(frozen=True)
class _Held:
    """To the last user of a group: a half is ready."""

    request: _Request
    qubit: Qubit


@dataclass(frozen=True)
class _Seen:
    """By the last user: the state is written down."""

    request: _Request


@dataclass(frozen=True)
class _Failed:
    """To the hub: distillation failed."""

    request: _Request


# ---- the hub ----------------------------------------------------------------------------------------------------------------


class _Hub(Program):
    def __init__(self, switch: EntanglementSwitch) -> None:
        self.switch = switch
        self.peers = tuple(switch.users)

    def run(self, node: Node) -> Steps:
        yield from _Stock(self.switch, node).run()


class _Stock:
    """What the hub of one replica has: pairs and requests."""

    def __init__(self, switch: EntanglementSwitch, node: Node) -> None:
        self.switch, self.node = switch, node
        self.stored: dict[str, list[tuple[float, Pair]]] = {user: [] for user in switch.users}  # when given up; oldest first
        self.queues: dict[Group, deque[_Request]] = {group: deque() for group in switch.requests or {}}
        self.halfway: set[_Request] = set()  # one pair of two has been joined for them
        self.asked = self.refused = 0

    def run(self) -> Steps:
        switch, node = self.switch, self.node
        coming: dict[str, Operation] = {}
        rates = switch.requests or {}
        arrivals = {group: node.wait(node.random.expovariate(rate)) for group, rate in rates.items()}
        news = node.receive_any()
        self.tell()
        while True:
            for user in switch.users:
                if user not in coming and len(self.stored[user]) < switch.buffer:
                    coming[user] = node.entangle(user)
            due_s = min((due for pairs in self.stored.values() for due, _ in pairs), default=inf)
            timer = [node.wait(max(0.0, due_s - node.now_s))] if due_s < inf else []
            first = yield any_of(*coming.values(), *arrivals.values(), news, *timer)
            for waiting in timer:
                if waiting is not first:
                    waiting.cancel()
            if first in timer:
                self.give_up(due_s)
            elif first is news:
                before: _Request = news.value.content.request
                self.queues[before.group].appendleft(replace(before, failed=before.failed + 1))
                news = node.receive_any()
            elif group := next((group for group, timer_of in arrivals.items() if timer_of is first), None):
                arrivals[group] = node.wait(node.random.expovariate(rates[group]))
                self.ask(group)
            else:
                pair = first.value
                del coming[pair.peer]
                lifetime_s = inf if switch.lifetime_s is None else switch.lifetime_s(node.random)
                self.stored[pair.peer].append((node.now_s + lifetime_s, pair))
            while chosen := self.next_group():
                yield from self.serve(chosen)
            self.tell()

    def tell(self) -> None:
        stored, waiting = (sum(map(len, kept.values())) for kept in (self.stored, self.queues))
        self.node.record(what="stock", stored=stored, waiting=waiting, refused=self.refused)

    def ask(self, group: Group) -> None:
        most = self.switch.max_queue
        if most is not None and len(self.queues[group]) >= most:
            self.refused += 1
            return
        self.queues[group].append(_Request(self.asked, group, self.node.now_s))
        self.asked += 1

    def give_up(self, due_s: float) -> None:
        for user, pairs in self.stored.items():
            for due, pair in pairs:
                if due <= due_s:
                    self.node.release(pair.qubit)
                    self.node.send(user, _Joined(pair.id))
            self.stored[user] = [kept for kept in pairs if kept[0] > due_s]

    def next_group(self) -> Group | None:
        """None: no pairs that anybody waits for."""
        switch = self.switch
        if switch.requests is None:
            oldest = sorted((pairs[0][1].born_s, user) for user, pairs in self.stored.items() if pairs)
            return tuple(user for _, user in oldest[: switch.size]) if len(oldest) >= switch.size else None
        ready = [group for group, queue in self.queues.items() if queue and all(self.stored[user] for user in group)]
        if switch.decide == "fifo":
            return min(ready, key=lambda group: self.queues[group][0].number, default=None)
        return max(ready, key=lambda group: len(self.queues[group]) * switch.success.get(group, 1.0), default=None)

    def serve(self, group: Group) -> Steps:
        node, switch = self.node, self.switch
        request = self.queues[group][0] if switch.requests is not None else _Request(self.asked, group, node.now_s)
        pairs = [self.stored[user].pop(0)[1] for user in group]
        gates = yield from self.joined([pair.qubit for pair in pairs])
        for k, pair in enumerate(pairs):
            node.send(pair.peer, _Joined(pair.id, gates[k] if gates else None, request))
        if gates is None:
            return
        if switch.requests is None:
            self.asked += 1
        elif switch.purify != "pairs" or request in self.halfway:
            self.halfway.discard(request)
            self.queues[group].popleft()
        else:
            self.halfway.add(request)

    def joined(self, qubits: list[Qubit]) -> Generator[Any, Any, list[tuple[str, ...]] | None]:
        """The gates that each user's half needs; None if the measurement failed."""
        node = self.node
        if len(qubits) == 2:
            outcome = yield node.bell_measure(*qubits)
            return outcome and [(), outcome.corrections]
        first, *others = qubits
        gates: list[tuple[str, ...]] = []
        for other in others:
            yield node.gate("cx", first, other)
            gates.append(("x",) * (yield node.measure(other)))
        return [("z",) * (yield node.measure(first, basis="X")), *gates]


# ---- users ------------------------------------------------------------------------------------------------------------------


class _User(Program):
    def __init__(self, switch: EntanglementSwitch) -> None:
        self.switch = switch
        self.peers = (switch.hub,)

    def run(self, node: Node) -> Steps:
        yield from _Desk(self.switch, node).run()


class _Desk:
    """What a user of one replica holds, by the numbers of pairs and requests."""

    def __init__(self, switch: EntanglementSwitch, node: Node) -> None:
        self.switch, self.node = switch, node
        self.halves: dict[tuple[int, ...], Pair] = {}
        self.first: dict[_Request, Qubit] = {}
        self.awaited: dict[tuple[type, _Request, str], Operation] = {}

    def run(self) -> Steps:
        node = self.node
        node.start(self.accept())
        while True:
            message = yield node.receive_any()
            content = message.content
            if isinstance(content, _Joined):
                node.start(self.take(content))
            else:
                self.news(type(content), content.request, message.sender)._succeed(content)

    def accept(self) -> Steps:
        while True:
            pair = yield self.node.accept(self.switch.hub)
            self.halves[pair.id] = pair

    def news(self, kind: type, request: _Request, sender: str) -> Operation:
        """A message that comes once, whether it is awaited yet or not."""
        return self.awaited.setdefault((kind, request, sender), Operation(f"{kind.__name__} of request {request.number}"))

    def hear(self, kind: type, request: _Request, sender: str) -> Generator[Any, Any, Any]:
        content = yield self.news(kind, request, sender)
        del self.awaited[kind, request, sender]
        return content

    def take(self, joined: _Joined) -> Steps:
        node, request, qubit = self.node, joined.request, self.halves.pop(joined.pair).qubit
        if joined.gates is None or request is None:
            node.release(qubit)
            return
        for gate in joined.gates:
            yield node.gate(gate, qubit)
        if self.switch.purify == "pairs":
            if request not in self.first:
                self.first[request] = qubit
                return
            kept = self.first.pop(request)
            if not (yield from self.distilled(request, kept, qubit)):
                node.release(kept)
                if node.name == request.group[0]:
                    node.send(self.switch.hub, _Failed(request))
                return
            qubit = kept
        yield from self.use(request, qubit)

    def distilled(self, request: _Request, kept: Qubit, used: Qubit) -> Generator[Any, Any, bool]:
        """By DEJMPS: whether the kept pair goes on."""
        node, (first, second) = self.node, request.group
        peer, angle_rad = (second, pi / 2) if node.name == first else (first, -pi / 2)
        for qubit in (kept, used):
            yield node.gate("rx", qubit, angle_rad=angle_rad)
        yield node.gate("cx", kept, used)
        mine = yield node.measure(used)
        node.send(peer, _Bit(request, mine))
        theirs = yield from self.hear(_Bit, request, peer)
        return bool(mine == theirs.value)

    def use(self, request: _Request, qubit: Qubit) -> Steps:
        node, basis, *others, last = self.node, self.switch.basis, *request.group
        if basis is not None:
            outcome = yield node.measure(qubit, basis=basis)
            node.record(what="state", **request.about(node.now_s), outcome=outcome)
            return
        if node.name != last:
            node.send(last, _Held(request, qubit))
            yield from self.hear(_Seen, request, last)
        else:
            held = []
            for other in others:
                held.append((yield from self.hear(_Held, request, other)).qubit)
            figures = {"fidelity": truth.fidelity(held[0], qubit)} if len(held) == 1 else {}
            node.record(what="state", **request.about(node.now_s), **figures)
            for other in others:
                node.send(other, _Seen(request))
        node.release(qubit)
