"""What no node can know: for records of what happened, never for decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from farbell.programs.node import Pair, Qubit

__all__ = ["Truth", "truth"]


@dataclass(frozen=True)
class Truth:
    """A figure of the quantum state that :meth:`Node.record` writes down as it is then; a program cannot read it.

    Examples
    --------
    >>> import farbell as fb
    >>> def tilted(node):
    ...     qubit = yield node.create_qubit()
    ...     yield node.gate("ry", qubit, angle_rad=0.5)
    ...     node.record(x=fb.truth.x(qubit), z=fb.truth.z(qubit))
    >>> records = fb.run(fb.chain(2, demands=[]), programs={"n0": tilted}).records
    >>> records["x"].round(3).tolist(), records["z"].round(3).tolist()
    ([0.479], [0.878])
    """

    kind: Literal["fidelity", "x", "y", "z"]
    of: Any


class _Truths:
    """Figures of the true state, for :meth:`Node.record`."""

    def fidelity(self, pair: Pair | Qubit, other: Qubit | None = None) -> Truth:
        """Fidelity to the Bell state Phi+ of a pair, or of any two qubits, both of which are still held."""
        return Truth("fidelity", pair if other is None else (pair, other))

    def x(self, qubit: Qubit) -> Truth:
        """Expectation of Pauli X of a qubit."""
        return Truth("x", qubit)

    def y(self, qubit: Qubit) -> Truth:
        """Expectation of Pauli Y of a qubit."""
        return Truth("y", qubit)

    def z(self, qubit: Qubit) -> Truth:
        """Expectation of Pauli Z of a qubit."""
        return Truth("z", qubit)


truth = _Truths()
