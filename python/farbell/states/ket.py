"""State vectors of up to twenty qubits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from farbell import _core
from farbell._core import SpecError
from farbell._numbers import complex_array
from farbell.states._arguments import Matrix
from farbell.states._exact import ExactState
from farbell.states._exact_arguments import Readout, levels_of_dimension, several, vector_of_stim, weights_of
from farbell.states._html import ket_html
from farbell.states.density import Density


class Ket(ExactState):
    """The amplitudes of up to twenty qubits: one quantum trajectory. Changed in place.

    Made and used as a :class:`Density`, with a dimension of at most 2^20. Gates are exact. What would make the state mixed is
    sampled, from `seed`: :meth:`noise` draws one Kraus operator with its probability, :meth:`release` measures the qubit and
    forgets the outcome, and a noisy read-out draws the true outcome behind the reported one. Means over many trajectories are
    those of :class:`Density`.

    Examples
    --------
    >>> import farbell as fb
    >>> state = fb.states.Ket.ghz(3, seed=1)
    >>> state.measure_pauli("XYY")
    1
    >>> round(state.expectation("ZZ_"), 12), round(state.entropy([0]), 12)
    (1.0, 1.0)
    >>> first = state.measure(0, destructive=True)
    >>> state.qubits, [state.measure(q) == first for q in state.qubits]
    ([1, 2], [True, True])
    """

    __slots__ = ()
    _core_class = _core.KetState

    # ---- making -------------------------------------------------------------------------------------------------

    @classmethod
    def from_numpy(
        cls, array: npt.ArrayLike, *, levels: int | Sequence[int] | None = None, seed: int | None = None, record: bool = False
    ) -> Ket:
        """From amplitudes, shape (d,); qubits unless `levels` says otherwise.

        Raises
        ------
        SpecError
            If their squares do not sum to 1 within 1e-9, or the shape is wrong.
        """
        psi = complex_array(array, "array")
        if psi.ndim != 1:
            raise SpecError("array", f"shape {psi.shape}", "a vector; Density takes matrices")
        return cls._of(_core.KetState.from_amplitudes(psi, levels_of_dimension(len(psi), levels)), seed, record)

    @classmethod
    def from_qutip(cls, state: Any, *, seed: int | None = None, record: bool = False) -> Ket:
        """From a ket as a `qutip.Qobj`; its factors become qubits."""
        if not state.isket:
            raise SpecError("state", f"a Qobj of type {state.type}", "a ket; Density takes density matrices")
        return cls.from_numpy(state.full().squeeze(1), levels=state.dims[0], seed=seed, record=record)

    @classmethod
    def from_stim(cls, source: Any, *, seed: int | None = None, record: bool = False) -> Ket:
        """From a `stim.Tableau`, which makes the state of |0...0>, or the present state of a `stim.TableauSimulator`."""
        return cls.from_numpy(vector_of_stim(source), seed=seed, record=record)

    # ---- what happens to it -------------------------------------------------------------------------------------

    def _channel(self, kernel: _core.KrausChannel, positions: list[int]) -> None:
        self._kernel.channel(kernel, positions, self._random.random())

    def _drop(self, position: int) -> None:
        p = np.array(self._kernel.level_probabilities(position))
        self._kernel.drop(position, int(np.searchsorted(np.cumsum(p), self._random.random() * p.sum(), side="right")))

    def _project(self, letters: str, positions: list[int], outcome: int, readout: Readout | None) -> None:
        p = np.array(weights_of(outcome, readout)) * np.array(self._kernel.probabilities(letters, positions)).clip(0, 1)
        true = int(np.searchsorted(np.cumsum(p), self._random.random() * p.sum(), side="right"))
        self._kernel.project(letters, positions, true)

    def _project_presence(self, position: int, present: bool) -> None:
        self._kernel.project_presence(position, present)

    # ---- reading ------------------------------------------------------------------------------------------------

    def _own(self) -> Matrix:
        amplitudes: Matrix = self._kernel.amplitudes()
        return amplitudes

    def _amplitudes(self) -> Matrix:
        return self._own()

    def partial_trace(self, keep: int | Sequence[int]) -> Density:
        """These qubits, in this order, as a :class:`Density` with the numbers 0, 1, ...; the others are traced out."""
        return Density._of(self._kernel.kept(self._at(*several(keep))))

    def to_density(self) -> Density:
        """The same state as a :class:`Density`, its qubits numbered anew."""
        return self.partial_trace(self.qubits)

    def entropy(self, qubits: int | Sequence[int] | None = None) -> float:
        """Entropy of entanglement, in bits, of these qubits with all others."""
        return 0.0 if qubits is None else super().entropy(self._smaller_part(several(qubits)))

    def _smaller_part(self, qubits: list[int]) -> list[int]:
        """Either side of a pure state has the same spectrum."""
        self._at(*qubits)
        others = [q for q in self.qubits if q not in qubits]
        return qubits if len(qubits) <= len(others) else others

    def negativity(self, qubits: int | Sequence[int]) -> float:
        """Negativity between these qubits and all others, from the Schmidt coefficients: ``((sum c)^2 - 1) / 2``."""
        part = self._smaller_part(several(qubits))
        if not part:
            return 0.0
        schmidt = np.sqrt(np.linalg.eigvalsh(self._matrix(part)).clip(0))
        return float((schmidt.sum() ** 2 - 1) / 2)

    def __repr__(self) -> str:
        count = len(self.qubits)
        return f"Ket({count} qubit{'s' * (count != 1)}: {', '.join(map(str, self.qubits))})"

    def _repr_html_(self) -> str:
        return ket_html(repr(self), self._own(), self.levels)
