"""Quantum states: entangled pairs as values, by the kernels that a run uses, and states of many qubits.

:class:`PairDensity` holds any state of two qubits; :class:`BellDiagonal` holds mixtures of Bell states, as the faster
store of that name does. Values never change: every operation returns a new one. Bell states are named ``"Phi+"``,
``"Phi-"``, ``"Psi+"``, ``"Psi-"``, in this order wherever four numbers stand for them; a Bell measurement that gives
outcome ``r`` on perfect pairs leaves Bell state number ``r``.

:class:`Density` (any noise, exactly, to twelve qubits), :class:`Ket` (one trajectory, to twenty) and :class:`Stabilizer`
(Clifford gates, one trajectory, to 10,000) hold many qubits and are changed in place by gates, the channels of
:mod:`farbell.channels`, and measurements. :class:`PauliFrames` runs many shots of one Clifford circuit.
:class:`GraphState` is a graph with gates, changed by rules of graphs; :func:`extract_bell_pair` and :func:`extract_ghz`
say what to measure of one that a network holds.
"""

from __future__ import annotations

from farbell.states._arguments import BELL_NAMES
from farbell.states.density import Density
from farbell.states.extraction import Extraction, extract_bell_pair, extract_ghz, fewest_measurements
from farbell.states.graph_state import GraphState
from farbell.states.ket import Ket
from farbell.states.pairs import BellDiagonal, BellOutcome, DistillationOutcome, PairDensity, ReadOutcome
from farbell.states.pauli_frames import PauliFrames
from farbell.states.remote import fuse_pairs, remote_cnot, teleport
from farbell.states.stabilizer import Stabilizer, StabilizerMixture

__all__ = [
    "BELL_NAMES",
    "BellDiagonal",
    "BellOutcome",
    "Density",
    "DistillationOutcome",
    "Extraction",
    "GraphState",
    "Ket",
    "PairDensity",
    "PauliFrames",
    "ReadOutcome",
    "Stabilizer",
    "StabilizerMixture",
    "extract_bell_pair",
    "extract_ghz",
    "fewest_measurements",
    "fuse_pairs",
    "remote_cnot",
    "teleport",
]
