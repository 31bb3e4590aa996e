"""What noisy pairs are for: teleportation, fusion into GHZ states, gates between distant qubits. Exact means over outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from farbell._core import Memory, SpecError
from farbell.channels import Depolarising
from farbell.states._arguments import memory_of
from farbell.states._exact import IMPOSSIBLE, ExactState
from farbell.states._exact_arguments import Readout
from farbell.states.density import Density
from farbell.states.ket import Ket


class _Node:
    """The gates and read-outs of one memory on a state; what happens there is noisy as the memory says."""

    def __init__(self, memory: Memory | None, noise: dict[str, Any]) -> None:
        device = memory_of(memory, noise)
        self._two = Depolarising(1 - device.two_qubit_gate_reliability, qubits=2)
        self._one = Depolarising(1 - device.single_qubit_gate_reliability)
        self._readout: Readout = (device.readout_fidelity_0, device.readout_fidelity_1)

    def cx(self, state: Density, control: int, target: int) -> None:
        state.cx(control, target)
        state.noise(self._two, control, target)

    def h(self, state: Density, q: int) -> None:
        state.h(q)
        state.noise(self._one, q)

    def reads(self, state: Density, q: int) -> Iterator[tuple[int, float, Density]]:
        """Each bit that can be read, its probability, and what is left without the qubit."""
        for bit in (0, 1):
            probability = state.outcome_probability("Z", q, outcome=bit, readout=self._readout)
            if probability > IMPOSSIBLE:
                left = state.copy()
                left.measure(q, "Z", destructive=True, outcome=bit, readout=self._readout)
                yield bit, probability, left


def _mean(branches: list[tuple[float, Density]]) -> Density:
    total = sum(probability for probability, _ in branches)
    rho = sum(probability / total * state.to_numpy() for probability, state in branches)
    return Density.from_numpy(rho, levels=branches[0][1].levels)


def _density(state: ExactState, what: str = "state") -> Density:
    if isinstance(state, Ket):
        return state.to_density()
    if not isinstance(state, Density):
        raise SpecError(what, type(state).__name__, "a Density or Ket")
    return state.partial_trace(state.qubits)


def teleport(state: ExactState, pair: Any, *, qubit: int = 0, memory: Memory | None = None, **noise: Any) -> Density:
    """The state after one of its qubits was teleported through a noisy pair.

    The qubit and the pair's "a" are measured in the Bell basis (a CNOT, a Hadamard gate, two read-outs), and the pair's "b"
    is corrected by a Pauli. It takes the teleported qubit's place. Let the pair wait with :meth:`PairDensity.decay_to` first.

    Parameters
    ----------
    state : Density or Ket
        Left as it is. Qubits that are there are numbered 0, 1, ... in the result.
    pair : PairDensity or BellDiagonal
        Aimed at Phi+: correct its frame first.
    qubit : int
        Number, in `state`, of the qubit to teleport.
    memory : Memory, optional
        The sender's: its gates and read-out. Or as keywords: ``two_qubit_gate_reliability``,
        ``single_qubit_gate_reliability``, ``readout_fidelity_0``, ``readout_fidelity_1``.

    Returns
    -------
    Density
        The mean over the outcomes, each corrected.

    References
    ----------
    C. H. Bennett et al., Phys. Rev. Lett. 70, 1895 (1993); M. Horodecki et al., Phys. Rev. A 60, 1888 (1999): the mean
    fidelity is ``(2 F + 1) / 3``.

    Examples
    --------
    >>> import farbell as fb
    >>> plus = fb.states.Ket(1)
    >>> plus.h(0)
    >>> pair = fb.states.PairDensity.werner(0.9)
    >>> round(fb.states.teleport(plus, pair).fidelity(plus), 9)
    0.933333333
    """
    if qubit not in state.qubits:
        state._at(qubit)
    sent, node = state.qubits.index(qubit), _Node(memory, noise)
    start = _density(state).tensor(Density.from_pair(pair))
    near, far = start.n - 2, start.n - 1
    node.cx(start, sent, near)
    node.h(start, sent)
    branches = []
    for parity, p_parity, after_parity in node.reads(start, near):
        for phase, p_phase, left in node.reads(after_parity, sent):
            if parity:
                left.x(far)
            if phase:
                left.z(far)
            order = [q if q != sent else far for q in range(near)]
            branches.append((p_parity * p_phase, left.partial_trace(order)))
    return _mean(branches)


def fuse_pairs(*pairs: Any, memory: Memory | None = None, **noise: Any) -> Density:
    """The GHZ state of one node and the far ends of its pairs, made by type-I fusions at the node.

    The node holds the "b" of the first pair and the "a" of all others. For each of those: a CNOT from the first to it, it is
    read in Z and gone, and X on its pair's far end where 1 was read.

    Parameters
    ----------
    *pairs : PairDensity or BellDiagonal
        At least two.
    memory : Memory, optional
        The node's gates and read-out, or their parameters as keywords, as in :func:`teleport`.

    Returns
    -------
    Density
        Qubits: the first pair's "a", the node's, the other pairs' "b". The mean over the outcomes, each corrected.

    References
    ----------
    D. E. Browne and T. Rudolph, Phys. Rev. Lett. 95, 010501 (2005): type-I fusion.

    Examples
    --------
    >>> import farbell as fb
    >>> pair = fb.states.PairDensity.werner(0.95)
    >>> round(fb.states.fuse_pairs(pair, pair).fidelity("GHZ"), 9)
    0.902777778
    """
    if len(pairs) < 2:
        raise SpecError("pairs", f"{len(pairs)} pairs", "at least 2")
    node = _Node(memory, noise)
    state = Density.from_pair(pairs[0])
    for pair in pairs[1:]:
        joint = state.tensor(Density.from_pair(pair))
        near, far = joint.n - 2, joint.n - 1
        node.cx(joint, 1, near)
        branches = []
        for bit, probability, left in node.reads(joint, near):
            if bit:
                left.x(far)
            branches.append((probability, left))
        state = _mean(branches)
    return state


def remote_cnot(
    state: ExactState, control: int, target: int, pair: Any, *, memory: Memory | None = None, **noise: Any
) -> Density:
    """The state after a CNOT between two distant qubits by way of a noisy pair.

    At the control: CNOT onto the pair's "a", which is read in Z; X on "b" where 1 was read. At the target: CNOT from "b", which
    is read in X (a Hadamard gate, then Z); Z on the control where 1 was read.

    Parameters
    ----------
    state : Density or Ket
        Left as it is. Qubits that are there are numbered 0, 1, ... in the result.
    control, target : int
        Numbers in `state`.
    pair : PairDensity or BellDiagonal
        Aimed at Phi+.
    memory : Memory, optional
        Gates and read-out of both nodes, or their parameters as keywords, as in :func:`teleport`.

    Returns
    -------
    Density
        The mean over the outcomes, each corrected.

    References
    ----------
    J. Eisert et al., Phys. Rev. A 62, 052317 (2000).

    Examples
    --------
    >>> import farbell as fb
    >>> state = fb.states.Ket(2)
    >>> state.h(0)
    >>> pair = fb.states.PairDensity.bell()
    >>> round(fb.states.remote_cnot(state, 0, 1, pair).fidelity("Phi+"), 9)
    1.0
    """
    state._at(control, target)
    c, t = state.qubits.index(control), state.qubits.index(target)
    node = _Node(memory, noise)
    start = _density(state).tensor(Density.from_pair(pair))
    near, far = start.n - 2, start.n - 1
    node.cx(start, c, near)
    branches = []
    for flipped, p_flipped, there in node.reads(start, near):
        if flipped:
            there.x(far)
        node.cx(there, far, t)
        node.h(there, far)
        for turned, p_turned, left in node.reads(there, far):
            if turned:
                left.z(c)
            branches.append((p_flipped * p_turned, left))
    return _mean(branches)
