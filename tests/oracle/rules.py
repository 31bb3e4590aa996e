"""Conditions of rules, worked out on Python's own syntax tree, and what nodes know of pairs."""

import ast
import math
import operator

import numpy as np

from . import policies, states

OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: lambda x, y: float(np.divide(x, y)),
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: lambda x, y: x < y or x > y, ast.USub: operator.neg, ast.Not: operator.not_,
}  # fmt: skip
FUNCTIONS = {"min": min, "max": max, "abs": abs, "exp": math.exp, "log": math.log, "sqrt": math.sqrt}


class Rule:
    def __init__(self, text):
        self.tree = ast.parse(text, mode="eval").body

    def holds(self, known):
        """`known`: name -> function that gives its value."""

        def value(node):
            if isinstance(node, ast.Constant):
                return node.value
            if isinstance(node, ast.Name):
                return node.id == "true" if node.id in {"true", "false"} else known[node.id]()
            if isinstance(node, ast.BoolOp):
                return (any if isinstance(node.op, ast.Or) else all)(value(part) for part in node.values)
            if isinstance(node, ast.UnaryOp):
                return OPERATORS[type(node.op)](value(node.operand))
            if isinstance(node, ast.BinOp):
                return OPERATORS[type(node.op)](value(node.left), value(node.right))
            if isinstance(node, ast.Compare):
                return OPERATORS[type(node.ops[0])](value(node.left), value(node.comparators[0]))
            return FUNCTIONS[node.func.id](*map(value, node.args))

        return bool(value(self.tree))


def remember(segment):
    """What both nodes know of a pair that has been made or distilled: a copy, to decay by itself."""
    qubits = [half.qubit for half in segment.halves]
    copies = [states.Qubit(qubit.device, qubit.since, qubit.origin) for qubit in qubits]
    states.Cluster([copies[qubits.index(qubit)] for qubit in qubits[0].cluster.qubits], np.array(qubits[0].cluster.rho))
    for half in segment.halves:
        half.pair_as_known = copies, segment.born, segment.frame


def known_at(circuit, position, a, b=None):
    """Of a swap of the halves a and b, or of one that may be given up."""
    second = circuit.run.ticks_per_s
    memory, queues = circuit.nodes[position].memory, circuit.queues[position]
    known = {
        "time_s": lambda: circuit.now / second,
        "hops": lambda: circuit.last,
        "position": lambda: position,
        "t1_s": lambda: math.inf if memory["t1_s"] is None else memory["t1_s"],
        "t2_s": lambda: states.t2_of(memory),
        "waiting_a": lambda: len(queues[0]),
        "waiting_b": lambda: len(queues[1]),
    }

    def as_known(half):
        segment = half.segment
        if circuit.run.network.ideal and segment.whole():
            return [other.qubit for other in segment.halves], segment.born, segment.frame
        return half.pair_as_known

    def fidelity(half):
        qubits, _, frame = as_known(half)
        return policies.fidelity_at(*qubits, circuit.now, frame)

    for half, ending in ((a, "_a" if b else ""), (b, "_b")):
        if half is not None:
            known |= {
                "age_s" + ending: lambda half=half: (circuit.now - as_known(half)[1]) / second,
                "estimated_fidelity" + ending: lambda half=half: fidelity(half),
                "pair_hops" + ending: lambda half=half: abs(half.reach - position),
                "waited_s" + ending: lambda half=half: (circuit.now - half.ready) / second,
            }
    return known | {"towards_a": lambda: a in queues[0]}
