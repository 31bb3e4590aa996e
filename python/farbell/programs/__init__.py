"""A researcher's own protocols: a Python generator for each node, run by the core's clock.

A program asks its node for pairs, gates, read-outs, messages and timers; each call begins the operation and gives it
back, and ``yield`` waits until it is done:

>>> import farbell as fb
>>> class Alice(fb.Program):
...     def run(self, node):
...         pair = yield node.entangle("n1")
...         outcome = yield node.measure(pair.qubit, basis="X")
...         yield node.send("n1", outcome)
>>> class Bob(fb.Program):
...     def run(self, node):
...         pair = yield node.accept("n0")
...         mine = yield node.measure(pair.qubit, basis="X")
...         theirs = yield node.receive("n0")
...         node.record(equal=mine == theirs)
>>> two = fb.chain(2, length_m="10 km", demands=[])
>>> results = fb.run(two, programs={"n0": Alice(), "n1": Bob()}, seed=1)
>>> results.records["equal"].tolist()
[True]
"""

from __future__ import annotations

from farbell.programs.control import LinkNews
from farbell.programs.node import BellOutcome, Message, Node, Pair, Qubit
from farbell.programs.operations import Cancelled, Failed, Operation, Refused, Request, TimedOut, all_of, any_of
from farbell.programs.program import Program
from farbell.programs.truths import Truth, truth

__all__ = [
    "BellOutcome",
    "Cancelled",
    "Failed",
    "LinkNews",
    "Message",
    "Node",
    "Operation",
    "Pair",
    "Program",
    "Qubit",
    "Refused",
    "Request",
    "TimedOut",
    "Truth",
    "all_of",
    "any_of",
    "truth",
]
