"""A quantum network stack on every node: link layer, network layer and transport of qubits, each of which can be replaced.

>>> import farbell as fb
>>> class Alice(fb.Program):
...     def run(self, node):
...         pair = yield node.network.create("n4", kind="keep", min_fidelity=0.8, timeout_s=1)
...         node.record(pair=repr(pair.id))
>>> scenario = fb.chain(5, length_m="10 km", demands=[])
>>> results = fb.run(scenario, programs=fb.stack.on(scenario, {"n0": Alice()}))
>>> len(results.records)
1

The layers follow those of the Quantum Internet Alliance: Dahlberg et al. (arXiv:1903.09778), Kozlowski et al.
(arXiv:2010.02575), RFC 9340. The guide "The stack, layer by layer" has their messages.
"""

from __future__ import annotations

from farbell.stack.binding import Stack, on
from farbell.stack.bright_state import for_fidelity
from farbell.stack.channel import Channel
from farbell.stack.distilling import DistillingLinkLayer
from farbell.stack.link_layer import LinkLayer, LinkService
from farbell.stack.map import Map
from farbell.stack.messages import RequestError
from farbell.stack.network_layer import NetworkLayer
from farbell.stack.node import StackNode
from farbell.stack.requests import PairRequest, StackPair
from farbell.stack.transport import Transport

__all__ = [
    "Channel",
    "DistillingLinkLayer",
    "LinkLayer",
    "LinkService",
    "Map",
    "NetworkLayer",
    "PairRequest",
    "RequestError",
    "Stack",
    "StackNode",
    "StackPair",
    "Transport",
    "for_fidelity",
    "on",
]
