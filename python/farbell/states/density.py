"""Density matrices of up to twelve qubits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from farbell import _core
from farbell._core import Memory, SpecError
from farbell._extras import require
from farbell._numbers import complex_array, seconds
from farbell.states._arguments import Matrix, memory_of
from farbell.states._exact import ExactState
from farbell.states._exact_arguments import Readout, levels_of_dimension, several, vector_of_stim, weights_of
from farbell.states._html import density_html
from farbell.states._plot import plot_density

#: How far the purity of a pure state may be from 1.
PURE = 1e-9


class Density(ExactState):
    """The density matrix of up to twelve qubits: any gate, any channel, exactly. Changed in place.

    Qubit 0 is the first, most significant factor of the tensor product. Gates are methods (`h`, `cx`, `rz`, ...); qubits
    keep their numbers when others leave, and using one that is gone is refused before anything is changed. Only measurements
    draw random numbers.

    Parameters
    ----------
    n : int
        Qubits, all in |0>.
    levels : int or sequence of int
        2, or 3 for qubits that can be lost or leak; the whole dimension is at most 4096. Gates leave a third level alone.
    seed : int, optional
        For measurements.
    record : bool
        Keep what is done, for :meth:`circuit_text`.

    Raises
    ------
    SpecError
        If that is too large, with the memory it would take, before any is taken.

    Examples
    --------
    >>> import farbell as fb
    >>> state = fb.states.Density(2, seed=1, record=True)
    >>> state.h(0)
    >>> state.cx(0, 1)
    >>> state.noise(fb.channels.AmplitudeDamping(0.1), 1)
    >>> round(state.fidelity("Phi+"), 9)
    0.949341649
    >>> state.measure(1, "X", destructive=True) in (0, 1)
    True
    >>> state
    Density(1 qubit: 0; purity 0.95)
    >>> print(state.circuit_text().replace("MX=0", "MX=b").replace("MX=1", "MX=b"))
    0: -H--*--------------------------
    1: ----X--AmplitudeDamping--MX=b--
    """

    __slots__ = ()
    _core_class = _core.DensityState

    # ---- making -------------------------------------------------------------------------------------------------

    @classmethod
    def from_numpy(
        cls, array: npt.ArrayLike, *, levels: int | Sequence[int] | None = None, seed: int | None = None, record: bool = False
    ) -> Density:
        """From a density matrix, shape (d, d), or a state vector, shape (d,); qubits unless `levels` says otherwise.

        Raises
        ------
        SpecError
            If it is not Hermitian, positive and of trace 1 within 1e-9, or of a wrong shape.
        """
        rho = complex_array(array, "array")
        if rho.ndim == 1:
            rho = np.outer(rho, rho.conj())
        if rho.ndim != 2 or rho.shape[0] != rho.shape[1]:
            raise SpecError("array", f"shape {rho.shape}", "a square matrix or a vector")
        return cls._of(_core.DensityState.from_matrix(rho, levels_of_dimension(len(rho), levels)), seed, record)

    @classmethod
    def from_pair(cls, pair: Any, *, seed: int | None = None, record: bool = False) -> Density:
        """From a :class:`PairDensity` or :class:`BellDiagonal`: its "a" is qubit 0, its "b" qubit 1."""
        correlations = getattr(pair, "correlations", None)
        if correlations is None:
            raise SpecError("pair", repr(pair), "a PairDensity or BellDiagonal")
        return cls._of(_core.DensityState.from_correlations(correlations), seed, record)

    @classmethod
    def from_qutip(cls, state: Any, *, seed: int | None = None, record: bool = False) -> Density:
        """From a `qutip.Qobj`, a ket or a density matrix; its factors become qubits."""
        return cls.from_numpy(
            state.full().squeeze(1) if state.isket else state.full(), levels=state.dims[0], seed=seed, record=record
        )

    @classmethod
    def from_stim(cls, source: Any, *, seed: int | None = None, record: bool = False) -> Density:
        """From a `stim.Tableau`, which makes the state of |0...0>, or the present state of a `stim.TableauSimulator`."""
        return cls.from_numpy(vector_of_stim(source), seed=seed, record=record)

    # ---- what happens to it -------------------------------------------------------------------------------------

    def _channel(self, kernel: _core.KrausChannel, positions: list[int]) -> None:
        self._kernel.channel(kernel, positions)

    def _drop(self, position: int) -> None:
        self._kernel.trace_out(position)

    def _project(self, letters: str, positions: list[int], outcome: int, readout: Readout | None) -> None:
        self._kernel.project(letters, positions, weights_of(outcome, readout))

    def _project_presence(self, position: int, present: bool) -> None:
        self._kernel.project_presence(position, present)

    def decay(
        self, q: int, duration_s: float | str, *, memory: Memory | None = None, age_s: float | str = 0.0, **noise: Any
    ) -> None:
        """The qubit waits in a memory, `age_s` after its coherence clock started.

        Parameters of the memory may stand as keywords (``t1_s``, ``t2_s``, ...); see `docs/physics/memories.md`.

        Examples
        --------
        >>> pair = fb.states.Density.bell()
        >>> pair.decay(0, "5 ms", t1_s="10 ms", t2_s="5 ms")
        >>> round(pair.fidelity("Phi+"), 9)
        0.585572386
        """
        (position,) = self._at(q)
        if self._kernel.levels[position] == 3:
            raise SpecError(
                "qubit", f"qubit {q} of three levels", "a qubit of two levels; noise(ThermalRelaxation) takes others"
            )
        duration, age = seconds(duration_s, "duration_s"), seconds(age_s, "age_s")
        for name, value in (("duration_s", duration), ("age_s", age)):
            if not 0 <= value < math.inf:
                raise SpecError(name, repr(value), "0 or more, and finite")
        self._kernel.decay(position, memory_of(memory, noise), duration, age)
        self._note("decay", [q])

    # ---- reading ------------------------------------------------------------------------------------------------

    def _own(self) -> Matrix:
        matrix: Matrix = self._kernel.matrix()
        return matrix

    def _amplitudes(self) -> Matrix:
        purity = self.purity()
        if abs(purity - 1) > PURE:
            raise SpecError("state", f"a mixed state, of purity {purity:.9g}", "a pure stabilizer state")
        rho = self._own()
        column = int(np.argmax(rho.diagonal().real))
        amplitudes: Matrix = rho[:, column] / np.sqrt(rho[column, column].real)
        return amplitudes

    def partial_trace(self, keep: int | Sequence[int]) -> Density:
        """These qubits, in this order, with the numbers 0, 1, ...; the others are traced out."""
        return self._of(self._kernel.kept(self._at(*several(keep))))

    def purity(self) -> float:
        """``Tr rho^2``: 1 for a pure state.

        Examples
        --------
        >>> round(fb.states.Density.ghz(3).partial_trace([0]).purity(), 12)
        0.5
        """
        return float(self._kernel.purity())

    def plot(self, kind: str = "hinton", ax: Any = None) -> Any:
        """The density matrix as squares whose area is the modulus ("hinton") or as bars ("city"); colours are phases.

        Returns
        -------
        matplotlib.axes.Axes
            `ax`, or new ones; "city" needs axes in three dimensions.

        Examples
        --------
        >>> fb.states.Density.bell().plot().get_xlabel()
        'column (qubits 0, 1)'
        """
        return plot_density(require("matplotlib.pyplot", "plot"), self._own(), self.levels, self.qubits, kind, ax)

    def __repr__(self) -> str:
        count = len(self.qubits)
        return f"Density({count} qubit{'s' * (count != 1)}: {', '.join(map(str, self.qubits))}; purity {self.purity():.6g})"

    def _repr_html_(self) -> str:
        return density_html(repr(self), self._own, self.levels)
