"""The standard gates as methods, for every state of many qubits."""

from __future__ import annotations

import math
from collections.abc import Sequence

from farbell import _core
from farbell._core import SpecError
from farbell._numbers import real

#: What a rotation by 0, 1, 2 or 3 quarter turns is, up to a phase.
_QUARTERS = {
    "rx": ("i", "sqrt_x", "x", "sqrt_x_dag"),
    "ry": ("i", "sqrt_y", "y", "sqrt_y_dag"),
    "rz": ("i", "s", "z", "s_dag"),
    "phase": ("i", "s", "z", "s_dag"),
}


def _require_angle(gate: str, angle: float | None) -> None:
    """As many angles as the gate has; an unknown gate is refused too."""
    angles = _core.gate_angles(gate)
    if (angle is not None) != (angles == 1):
        raise SpecError("angle", repr(angle), f"an angle for {gate}" if angles else f"none, since {gate} has no angle")


class QuarterTurns:
    """Gates by name for what holds Clifford gates only: those with an angle are, by whole quarter turns, one of the others."""

    __slots__ = ()

    def _apply(self, gate: str, qubits: Sequence[int]) -> None:
        raise NotImplementedError

    def apply(self, gate: str, *qubits: int, angle: float | None = None) -> None:
        """A gate by its name, with the angle in radians of those that have one.

        Raises
        ------
        SpecError
            For an unknown gate, naming the nearest one, one that is no Clifford gate, an angle that is no multiple of pi/2
            within 1e-9, another number of qubits, or qubits that are not there.

        Examples
        --------
        >>> import math
        >>> state = fb.states.Stabilizer(2)
        >>> state.apply("ry", 0, angle=math.pi / 2)
        >>> state.stabilizers()
        ['+X_', '+_Z']
        >>> state.apply("sqrtx", 0)  # doctest: +IGNORE_EXCEPTION_DETAIL
        Traceback (most recent call last):
        SpecError: gate: found "sqrtx"; ... did you mean sqrt_x?
        """
        if not isinstance(gate, str):
            raise SpecError(
                "gate", f"a value of type {type(gate).__name__}", "the name of a gate; Density and Ket take matrices"
            )
        if angle is not None or gate in _QUARTERS:
            _require_angle(gate, angle)
            turns = real(angle, "angle") / (math.pi / 2)
            if not math.isfinite(turns) or abs(turns - round(turns)) > 1e-9:
                raise SpecError(
                    "angle",
                    f"{angle!r} for {gate}, which is not a Clifford gate",
                    "multiples of pi/2; Density and Ket hold any",
                )
            gate = _QUARTERS[gate][round(turns) % 4]
        self._apply(gate, list(qubits))

    def rx(self, q: int, angle: float) -> None:
        """Rotation exp(-i angle X / 2) by whole quarter turns."""
        self.apply("rx", q, angle=angle)

    def ry(self, q: int, angle: float) -> None:
        """Rotation exp(-i angle Y / 2) by whole quarter turns."""
        self.apply("ry", q, angle=angle)

    def rz(self, q: int, angle: float) -> None:
        """Rotation exp(-i angle Z / 2) by whole quarter turns."""
        self.apply("rz", q, angle=angle)

    def phase(self, q: int, angle: float) -> None:
        """diag(1, exp(i angle)) by whole quarter turns."""
        self.apply("phase", q, angle=angle)


class GateMethods:
    """Gates by name; a state says in :meth:`_gate` what a gate does to it."""

    __slots__ = ()

    def _gate(self, name: str, qubits: tuple[int, ...], angle: float) -> None:
        raise NotImplementedError

    def apply(self, gate: str, *qubits: int, angle: float | None = None) -> None:
        """A gate by its name, with the angle in radians of those that have one.

        Raises
        ------
        SpecError
            For an unknown gate, naming the nearest one, another number of qubits, or qubits that are not there.

        Examples
        --------
        >>> state = fb.states.Ket(1)
        >>> state.apply("ry", 0, angle=0.6)
        >>> round(state.expectation("X"), 9)
        0.564642473
        """
        if not isinstance(gate, str):
            raise SpecError("gate", f"a value of type {type(gate).__name__}", "the name of a gate; unitary() takes matrices")
        wanted = _core.gate_qubits(gate)
        if len(qubits) != wanted:
            raise SpecError("qubits", f"{len(qubits)} qubits for {gate}", f"{wanted}")
        _require_angle(gate, angle)
        self._gate(gate, qubits, 0.0 if angle is None else real(angle, "angle"))

    def i(self, q: int) -> None:
        """Identity."""
        self._gate("i", (q,), 0.0)

    def x(self, q: int) -> None:
        """Pauli X."""
        self._gate("x", (q,), 0.0)

    def y(self, q: int) -> None:
        """Pauli Y."""
        self._gate("y", (q,), 0.0)

    def z(self, q: int) -> None:
        """Pauli Z."""
        self._gate("z", (q,), 0.0)

    def h(self, q: int) -> None:
        """Hadamard gate."""
        self._gate("h", (q,), 0.0)

    def s(self, q: int) -> None:
        """Phase gate diag(1, i)."""
        self._gate("s", (q,), 0.0)

    def s_dag(self, q: int) -> None:
        """Inverse of the phase gate, diag(1, -i)."""
        self._gate("s_dag", (q,), 0.0)

    def sqrt_x(self, q: int) -> None:
        """Square root of X."""
        self._gate("sqrt_x", (q,), 0.0)

    def sqrt_x_dag(self, q: int) -> None:
        """Inverse of the square root of X."""
        self._gate("sqrt_x_dag", (q,), 0.0)

    def sqrt_y(self, q: int) -> None:
        """Square root of Y."""
        self._gate("sqrt_y", (q,), 0.0)

    def sqrt_y_dag(self, q: int) -> None:
        """Inverse of the square root of Y."""
        self._gate("sqrt_y_dag", (q,), 0.0)

    def t(self, q: int) -> None:
        """diag(1, exp(i pi / 4))."""
        self._gate("t", (q,), 0.0)

    def t_dag(self, q: int) -> None:
        """diag(1, exp(-i pi / 4))."""
        self._gate("t_dag", (q,), 0.0)

    def rx(self, q: int, angle: float) -> None:
        """Rotation exp(-i angle X / 2)."""
        self._gate("rx", (q,), real(angle, "angle"))

    def ry(self, q: int, angle: float) -> None:
        """Rotation exp(-i angle Y / 2)."""
        self._gate("ry", (q,), real(angle, "angle"))

    def rz(self, q: int, angle: float) -> None:
        """Rotation exp(-i angle Z / 2)."""
        self._gate("rz", (q,), real(angle, "angle"))

    def phase(self, q: int, angle: float) -> None:
        """diag(1, exp(i angle))."""
        self._gate("phase", (q,), real(angle, "angle"))

    def cx(self, control: int, target: int) -> None:
        """Controlled X."""
        self._gate("cx", (control, target), 0.0)

    def cnot(self, control: int, target: int) -> None:
        """Controlled X, by its other name."""
        self._gate("cx", (control, target), 0.0)

    def cy(self, control: int, target: int) -> None:
        """Controlled Y."""
        self._gate("cy", (control, target), 0.0)

    def cz(self, a: int, b: int) -> None:
        """Controlled Z."""
        self._gate("cz", (a, b), 0.0)

    def swap(self, a: int, b: int) -> None:
        """Exchange of two qubits."""
        self._gate("swap", (a, b), 0.0)

    def iswap(self, a: int, b: int) -> None:
        """Exchange of two qubits, with a factor i for |01> and |10>."""
        self._gate("iswap", (a, b), 0.0)

    def iswap_dag(self, a: int, b: int) -> None:
        """Inverse of :meth:`iswap`."""
        self._gate("iswap_dag", (a, b), 0.0)
