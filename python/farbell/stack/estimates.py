"""What both ends can expect of a pair, from what the hardware declares: mean products of their read-outs in X, Y and Z.

Everything is taken as Pauli noise (``pauli_twirl``): exact for pairs that are Bell-diagonal, and for memories without
relaxation and with equal read-out errors. The equations are those of :class:`farbell.states.BellDiagonal`.
"""

from __future__ import annotations

import math
from functools import lru_cache

from farbell._core import Memory
from farbell.states import BellDiagonal

__all__ = ["Correlators", "decay", "distilled", "fidelity", "gate", "joined", "product", "state_of", "swap"]

#: Of XX, YY and ZZ: 1, -1, 1 for Phi+. As factors, what is left of each: 1, 1, 1 for nothing lost.
Correlators = tuple[float, float, float]

_PERFECT = BellDiagonal.bell()


def _left(pair: BellDiagonal) -> Correlators:
    """What is left of the correlators of Phi+."""
    c = pair.correlations
    return float(c[1, 1]), -float(c[2, 2]), float(c[3, 3])


def fidelity(correlators: Correlators) -> float:
    """To Phi+."""
    xx, yy, zz = correlators
    return (1 + xx - yy + zz) / 4


def product(correlators: Correlators, factors: Correlators) -> Correlators:
    return correlators[0] * factors[0], correlators[1] * factors[1], correlators[2] * factors[2]


def state_of(correlators: Correlators) -> BellDiagonal:
    """The Bell-diagonal pair with these correlators."""
    xx, yy, zz = correlators
    weights = [(1 + xx - yy + zz) / 4, (1 - xx + yy + zz) / 4, (1 + xx + yy - zz) / 4, (1 - xx - yy - zz) / 4]
    return BellDiagonal.from_weights([max(w, 0.0) for w in weights])


@lru_cache(maxsize=256)
def _rates_hz(memory: Memory) -> Correlators:
    """At which correlators fall in a memory with the exponential law."""
    span_s = min((t for t in (memory.t1_s, memory.t2_s, memory.depolarising_s, memory.dephasing_s) if t), default=1.0)
    left = _left(_PERFECT.decay_to(1e-3 * span_s, memory_a=memory, approximate="pauli_twirl"))
    xx, yy, zz = (-math.log(each) / (1e-3 * span_s) for each in left)
    return xx, yy, zz


def decay(memory: Memory, born_s: float, from_s: float, until_s: float) -> Correlators:
    """Factors for one qubit of a pair that waits in a memory."""
    if until_s <= from_s:
        return 1.0, 1.0, 1.0
    if memory.t2_law == "exponential":
        xx, yy, zz = _rates_hz(memory)
        span_s = from_s - until_s
        return math.exp(xx * span_s), math.exp(yy * span_s), math.exp(zz * span_s)
    # The law depends on the qubit's age, and factors of it on both ends of the time.
    before = _left(_PERFECT.decay_to(from_s - born_s, memory_a=memory, approximate="pauli_twirl"))
    then = _left(_PERFECT.decay_to(until_s - born_s, memory_a=memory, approximate="pauli_twirl"))
    xx, yy, zz = (b / a if a else 0.0 for a, b in zip(before, then, strict=True))
    return xx, yy, zz


@lru_cache(maxsize=256)
def swap(memory: Memory) -> Correlators:
    """Factors for a Bell measurement in a memory, by which correlators of two pairs are multiplied."""
    return _left(_PERFECT.bell_measure(_PERFECT, outcome=0, memory=memory, approximate="pauli_twirl")[0].state)


@lru_cache(maxsize=256)
def gate(memory: Memory) -> Correlators:
    """Factors for a gate on one qubit."""
    reliability = memory.single_qubit_gate_reliability
    return _left(_PERFECT.apply_pauli("I", single_qubit_gate_reliability=reliability))


def joined(left: Correlators, right: Correlators) -> Correlators:
    """Of the pair that a perfect Bell measurement makes of two, its outcome undone."""
    return left[0] * right[0], -left[1] * right[1], left[2] * right[2]


def distilled(kept: Correlators, used: Correlators, memory_a: Memory, memory_b: Memory) -> tuple[float, Correlators]:
    """Probability that a round of DEJMPS keeps the pair, and what it has become."""
    branches = [
        branch
        for branch in state_of(kept).distil(state_of(used), "dejmps", memory=(memory_a, memory_b), approximate="pauli_twirl")
        if branch.kept
    ]
    probability = sum(branch.probability for branch in branches)
    sums = [0.0, 0.0, 0.0]
    for branch in branches:
        c = branch.state.correlations
        for k in (0, 1, 2):
            sums[k] += branch.probability / probability * float(c[k + 1, k + 1])
    return probability, (sums[0], sums[1], sums[2])
