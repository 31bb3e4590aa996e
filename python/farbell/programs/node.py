"""A node as its programs see it."""

from __future__ import annotations

import random
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from farbell._core import ProgramNode, ProgramPair, ProgramQubit
from farbell.programs.operations import Operation

if TYPE_CHECKING:
    from farbell.programs.host import Host
    from farbell.routes_view import RoutesView

__all__ = ["BellOutcome", "Message", "Node", "Pair", "Qubit"]


class Qubit(ProgramQubit):
    """A qubit in a memory slot of a node, until it is measured or released.

    Examples
    --------
    >>> import farbell as fb
    >>> def coin(node):
    ...     qubit = yield node.create_qubit()
    ...     yield node.gate("x", qubit)
    ...     node.record(read=(yield node.measure(qubit)))
    >>> fb.run(fb.chain(2, demands=[]), programs={"n0": coin}).records["read"].tolist()
    [1]
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<qubit {self.index} at {self.node}>"


class Pair(ProgramPair):
    """A node's half of an entangled pair whose Pauli frame is undone: up to noise it is the Bell state Phi+.

    Attributes
    ----------
    qubit : Qubit
        The node's own half.
    peer : str
        Name of the node that has the other.
    id : tuple of int
        The same at both ends, and different for every pair of a run.
    estimated_fidelity : float
        What both ends can work out from the heralds, the times and the declared noise, as the pair was delivered.
    estimated_correlators : tuple of float
        Of that estimate the mean products of both ends' read-outs in the bases X, Y and Z: 1, -1, 1 if it is perfect.
    born_s : float
        When the oldest photon of it was emitted.
    tag : object
        What the asker gave its request as ``tag``, or None; the heralds of the attempts carry it.

    Examples
    --------
    >>> import farbell as fb
    >>> def alice(node):
    ...     pair = yield node.entangle("n1")
    ...     node.record(peer=pair.peer, good=pair.estimated_fidelity > 0.9)
    >>> def bob(node):
    ...     pair = yield node.accept("n0")
    ...     node.record(peer=pair.peer, good=pair.estimated_fidelity > 0.9)
    >>> records = fb.run(fb.chain(2, demands=[]), programs={"n0": alice, "n1": bob}).records
    >>> records["peer"].tolist(), records["good"].tolist()
    (['n1', 'n0'], [True, True])
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<pair {self.id} with {self.peer}, estimated fidelity {self.estimated_fidelity:.4f}>"


class BellOutcome(NamedTuple):
    """Of a Bell measurement: the Bell state found is (Z^phase X^parity on one side of) Phi+.

    Attributes
    ----------
    phase, parity : int
        0 or 1.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.programs.BellOutcome(phase=1, parity=1).corrections
    ('x', 'z')
    """

    phase: int
    parity: int

    @property
    def corrections(self) -> tuple[str, ...]:
        """Gates for the far end, in this order: of what was teleported, or of a pair that was swapped to be Phi+ again."""
        return ("x",) * self.parity + ("z",) * self.phase


@dataclass(frozen=True)
class Message:
    """A classical message, as :meth:`Node.receive_any` gives it.

    Examples
    --------
    >>> import farbell as fb
    >>> def hub(node):
    ...     for _ in range(2):
    ...         message = yield node.receive_any()
    ...         node.record(sender=message.sender, content=message.content)
    >>> def leaf(node):
    ...     yield node.send("n0", f"from {node.name}")
    >>> records = fb.run(fb.star(2, demands=[]), programs={"n0": hub, "n1": leaf, "n2": leaf}).records
    >>> records["content"].tolist()
    ['from n1', 'from n2']
    """

    sender: str
    content: Any
    sent_s: float


class Node(ProgramNode):
    """What a program can do at its node. Each call begins at once; ``yield`` what it returns to wait for it.

    Attributes
    ----------
    name : str
        Its name in the scenario.
    neighbours : tuple of str
        Nodes that a link joins to it.
    replica : int
        Which replica of the run this is.
    random : random.Random
        The program's own dice: fixed by the scenario's seed, the replica, the node, and the place among its programs.

    Examples
    --------
    >>> import farbell as fb
    >>> def alice(node):
    ...     sent_s = node.now_s
    ...     yield node.send("n1", "ping")
    ...     yield node.receive("n1")
    ...     node.record(there_and_back=(node.now_s - sent_s) / node.delay_s("n1"))
    >>> def bob(node):
    ...     yield node.send("n0", (yield node.receive("n0")))
    >>> fb.run(fb.chain(2, demands=[]), programs={"n0": alice, "n1": bob}).records["there_and_back"].tolist()
    [2.0]
    """

    def __init__(
        self, host: Host, index: int, name: str, neighbours: tuple[str, ...], dice: random.Random, replica: int
    ) -> None:
        super().__init__(host, index)
        self._program = ""
        self.name = name
        self.neighbours = neighbours
        self.random = dice
        self.replica = replica

    @property
    def is_up(self) -> bool:
        """Whether the node's quantum hardware is up; its programs and messages go on when it is not."""
        return self._host._run.is_up(self._index)

    @property
    def now_s(self) -> float:
        """Simulated time in seconds."""
        return self._host.now_s

    # ---- entanglement ----

    def entangle(
        self,
        peer: str,
        *,
        pairs: int = 1,
        min_fidelity: float = 0.0,
        timeout_s: float | str | None = None,
        tag: object = None,
    ) -> Operation:
        """Asks the network for pairs with another node.

        Parameters
        ----------
        peer : str
            Name of the other node, whose program gets its halves by :meth:`accept`.
        pairs : int
            How many.
        min_fidelity : float
            Pairs whose estimated fidelity is below it are rejected, and others made.
        timeout_s : float or str, optional
            After which the request is given up: :class:`TimedOut`, whose ``pairs`` are those that had come by then.
        tag : object, optional
            Anything; the other node finds it in the ``tag`` of its halves, so that it knows what they are for.

        Returns
        -------
        Operation
            Its value: a :class:`Pair`, or a list of them if ``pairs`` is more than 1. It fails with :class:`TimedOut` or
            :class:`Refused`.

        Raises
        ------
        RunError
            If the other node has no program, or no demand by programs joins the two: see :attr:`Program.peers`.
        """
        return self._entangle(peer, pairs, min_fidelity, timeout_s, tag)

    def accept(self, peer: str, *, timeout_s: float | str | None = None) -> Operation:
        """The next pair that the program of another node has asked for with this node.

        Parameters
        ----------
        peer : str
            Name of the node that asked.
        timeout_s : float or str, optional
            After which it fails with :class:`TimedOut`.

        Returns
        -------
        Operation
            Its value: a :class:`Pair`.
        """
        return self._accept(peer, timeout_s)

    # ---- messages and time ----

    def send(self, peer: str, content: Any = None) -> Operation:
        """Sends a classical message; it is done at once, and arrives after the delay of the way of least fibre delay.

        Where the scenario's ``messages`` say so it is late by chance, overtakes another, or is lost: nobody tells the sender.

        Parameters
        ----------
        peer : str
            Name of the node that gets it.
        content : object
            Anything; it is not copied.
        """
        return self._send(peer, content)

    def receive(self, peer: str, *, timeout_s: float | str | None = None) -> Operation:
        """The next message of another node; its value is the content.

        Messages are kept until they are received, and come in the order in which they arrive: those of one node as they were
        sent, unless the scenario's ``messages`` have jitter and are not ``in_order``. Of several processes that wait, the one
        that asked first gets it.

        Parameters
        ----------
        peer : str
            Name of the node that sent it.
        timeout_s : float or str, optional
            After which it fails with :class:`TimedOut`.
        """
        return self._receive(peer, timeout_s)

    def receive_any(self, *, timeout_s: float | str | None = None) -> Operation:
        """The next message of any node; its value is a :class:`Message`."""
        return self._receive(None, timeout_s)

    def wait(self, duration_s: float | str) -> Operation:
        """A timer.

        Parameters
        ----------
        duration_s : float or str
            From now on.
        """
        return self._wait(duration_s)

    def delay_s(self, peer: str) -> float:
        """How long a message to another node takes, if chance does not make it late; infinite if no links lead there."""
        return self._host.delay_s(self, peer)

    # ---- qubits ----

    def create_qubit(self) -> Operation:
        """A qubit in |0>, in a free memory slot; it takes the time of the memory's initialisation.

        Returns
        -------
        Operation
            Its value: a :class:`Qubit`.

        Raises
        ------
        Refused
            By ``yield``, if the node has no free slot, or others wait for one.
        """
        return self._create_qubit()

    def gate(self, name: str, *qubits: Qubit, angle_rad: float = 0.0) -> Operation:
        """A gate on one or two qubits of this node, with the memory's errors and duration.

        Parameters
        ----------
        name : str
            "i", "x", "y", "z", "h", "s", "s_dag", "sqrt_x", "sqrt_y", "t", "rx", "ry", "rz", "phase", "cx", "cy", "cz",
            "swap", "iswap", ...: see the page on gates.
        *qubits : Qubit
            As many as the gate acts on; of "cx" the first is the control.
        angle_rad : float
            Of "rx", "ry", "rz" and "phase".
        """
        return self._gate(name, qubits, angle_rad)

    def measure(self, qubit: Qubit, basis: str = "Z") -> Operation:
        """Reads a qubit in the basis "X", "Y" or "Z", with the memory's read-out errors; its value is 0 or 1.

        The qubit is gone, and its slot free, when the read-out is done.
        """
        return self._measure(qubit, basis)

    def bell_measure(self, a: Qubit, b: Qubit) -> Operation:
        """Reads two qubits in the Bell basis, which is also how a repeater swaps.

        Returns
        -------
        Operation
            Its value: a :class:`BellOutcome`, or None with probability 1 - ``swap_success_probability`` of the node. Both
            qubits are gone then.
        """
        return self._bell_measure(a, b)

    def release(self, qubit: Qubit) -> None:
        """Gives a qubit up at once; what it was entangled with lives on without it."""
        self._release(qubit)

    # ---- routes: of the node that ``control_plane`` names, with :class:`farbell.ProgramControl` ----

    @property
    def demand_names(self) -> tuple[str, ...]:
        """Demands for pairs, whose routes it decides on."""
        return tuple(self._host.control(self, "demand_names").demands)

    def link_news(self) -> Operation:
        """The next news of a link that comes to this node, in the order in which it comes; its value is a :class:`LinkNews`.

        The ends of a link that has changed, or that they know to have failed or to be back, tell the controller; that takes
        the least delay of a classical message from the nearer of them. Of several processes that wait the one that asked
        first gets it.
        """
        return self._host.control(self, "link_news").news()

    def routes_view(self, demand: str) -> RoutesView:
        """What this node knows of the links, for a demand: how they were at the start, and what news has come since.

        Parameters
        ----------
        demand : str
            Name of a demand for pairs.

        Returns
        -------
        farbell.hooks.RoutesView
            As the hook ``"find_routes"`` gets it.
        """
        return self._host.control(self, "routes_view").view(demand)

    def install_routes(self, demand: str, routes: Iterable[Sequence[str]], *, release_others: bool = True) -> Operation:
        """Tells end A of a demand which routes it has from then on; done at once, it is heard after the delay of a message.

        Parameters
        ----------
        demand : str
            Name of a demand for pairs.
        routes : iterable of sequences of str
            Names of the nodes of each, from ``node_a`` to ``node_b``, the preferred one first: where one has not the slots,
            the next is tried. End A takes them to be up until it is told of others. Of parallel links the one is taken that
            is cheapest as this node knows it.
        release_others : bool
            Whether end A releases circuits that lead elsewhere, and sets them up anew; else they stay until they end by
            themselves.

        Raises
        ------
        RunError
            If another decides on routes, the demand or a node is unknown, nodes that follow one another are not joined by a
            link, a node has too few slots, or the route cannot reach the fidelity that the demand asks for.
        """
        return self._host.control(self, "install_routes").install(self, demand, routes, release_others)

    def remove_routes(self, demand: str, *, release_others: bool = True) -> Operation:
        """Tells end A of a demand that there is no route: requests wait until others are installed, or are refused.

        Parameters
        ----------
        demand : str
            Name of a demand for pairs.
        release_others : bool
            Whether circuits that are up or on their way are released.

        Raises
        ------
        RunError
            If another decides on routes, or the demand is unknown.
        """
        return self._host.control(self, "remove_routes").remove(self, demand, release_others)

    # ---- the program itself ----

    def start(self, process: Generator[Any, Any, Any]) -> Operation:
        """Runs another generator beside this one, at this node, from now on.

        Returns
        -------
        Operation
            Its value: what the generator returns.
        """
        return self._host.start(self, process)

    def record(self, **columns: Any) -> None:
        """Adds a row to ``results.records``: time, replica, node, program, and these columns.

        Parameters
        ----------
        **columns : int, float, bool, str or Truth
            A column has one type in the whole run. Rows that lack it have nan there, or "" if it is text; a column of
            whole numbers, or of true and false, that some rows lack is one of numbers.
        """
        self._host.record(self, columns)

    def __repr__(self) -> str:
        return f"<node {self.name}>"
