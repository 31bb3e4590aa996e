"""A stack on every node of a network."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any

from farbell._core import Scenario, SpecError
from farbell.programs import Node, Program
from farbell.programs.binding import bound
from farbell.stack.channel import Channel
from farbell.stack.link_layer import LinkLayer
from farbell.stack.map import Map
from farbell.stack.network_layer import NetworkLayer
from farbell.stack.node import StackNode
from farbell.stack.transport import Transport
from farbell.topology.network import nearest

__all__ = ["Stack", "on"]


class Stack(Program):
    """The layers of one node, and the program above them, if there is one.

    Parameters
    ----------
    known : Map
        The network.
    peers : tuple of str
        The node's neighbours.
    program : Program or function of a node, optional
        It is run with a :class:`StackNode`.
    channel, link, network, transport : class or function of a node
        What makes each layer.

    Examples
    --------
    >>> import farbell as fb
    >>> scenario = fb.chain(3, demands=[])
    >>> programs = fb.stack.on(scenario, {})
    >>> programs["n1"].peers
    ('n0', 'n2')
    """

    def __init__(
        self,
        known: Map,
        peers: tuple[str, ...],
        program: Any = None,
        *,
        channel: Callable[[StackNode], Any] = Channel,
        link: Callable[[StackNode], Any] = LinkLayer,
        network: Callable[[StackNode], Any] = NetworkLayer,
        transport: Callable[[StackNode], Any] = Transport,
    ) -> None:
        self.known, self.peers, self.program = known, peers, program
        self.channel, self.link, self.network, self.transport = channel, link, network, transport

    def run(self, node: Node) -> Generator[Any, Any, Any]:
        stacked = StackNode(node, self.known)
        stacked.channel = self.channel(stacked)
        stacked.link = self.link(stacked)
        stacked.network = self.network(stacked)
        stacked.transport = self.transport(stacked)
        stacked.start(stacked.listen())
        program = self.program
        if program is None:
            return
        stacked._program = type(program).__name__ if hasattr(program, "run") else getattr(program, "__name__", "program")
        yield stacked.start(program.run(stacked) if hasattr(program, "run") else program(stacked))


def on(scenario: Scenario, programs: Mapping[str, Any], **layers: Any) -> dict[str, Any]:
    """A stack on every node of a scenario, for :func:`farbell.run`.

    Parameters
    ----------
    scenario : Scenario
        The network.
    programs : mapping of str
        Node -> the program above its stack: a :class:`farbell.Program`, or a function of a node that yields. Nodes without one
        take part as routers.
    **layers
        ``channel``, ``link``, ``network`` or ``transport``: a class, or a function of a :class:`StackNode`, that makes that
        layer of every node.

    Returns
    -------
    dict
        Node -> :class:`Stack`.

    Raises
    ------
    SpecError
        If a node or a layer does not exist.

    Examples
    --------
    >>> import farbell as fb
    >>> def alice(node):
    ...     pair = yield node.entangle("n4")
    ...     yield node.send("n4", (yield node.measure(pair.qubit, basis="X")))
    >>> def bob(node):
    ...     pair = yield node.accept("n0")
    ...     mine = yield node.measure(pair.qubit, basis="X")
    ...     node.record(equal=mine == (yield node.receive("n0")))
    >>> scenario = fb.chain(5, length_m="10 km", demands=[])
    >>> fb.run(scenario, programs=fb.stack.on(scenario, {"n0": alice, "n4": bob})).records["equal"].tolist()
    [True]
    """
    names = [node.name for node in scenario.nodes]
    above = {}
    for name, given in bound(scenario, programs).items():
        if len(given) > 1:
            raise SpecError(f"programs/{name}", f"{len(given)} programs", "one; it may node.start() others")
        above[name] = given[0][1]
    kinds = ("channel", "link", "network", "transport")
    for layer in layers:
        if layer not in kinds:
            raise SpecError("layers", repr(layer), ", ".join(kinds), nearest(layer, kinds))
    neighbours: dict[str, dict[str, None]] = {name: {} for name in names}
    for link in scenario.links:
        neighbours[link.node_a][link.node_b] = neighbours[link.node_b][link.node_a] = None
    known = Map(scenario)
    return {name: Stack(known, tuple(neighbours[name]), above.get(name), **layers) for name in names}
