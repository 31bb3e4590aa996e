"""Entangled pairs as values: :class:`PairDensity` and :class:`BellDiagonal`, by the kernels that a run uses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from farbell import _core
from farbell._core import Memory, SpecError
from farbell._numbers import seconds
from farbell.states._arguments import (
    BELL_NAMES,
    PAULIS,
    Approximate,
    Matrix,
    Real,
    Side,
    bell_index,
    bell_weights_of,
    check_choice,
    correlations_of_matrix,
    index_of,
    is_twirled,
    memory_of,
    qubit_matrix,
    side_index,
)
from farbell.states._html import pair_html
from farbell.states._measures import entropy_of

P = TypeVar("P", bound="_Pair")


class BellOutcome(NamedTuple):
    """One outcome of a Bell measurement: number, probability, and the pair that it leaves.

    Examples
    --------
    >>> import farbell as fb
    >>> pair = fb.states.PairDensity.werner(0.9)
    >>> [(o.outcome, o.probability, o.state.frame) for o in pair.bell_measure(pair)]
    [(0, 0.25, 'Phi+'), (1, 0.25, 'Phi-'), (2, 0.25, 'Psi+'), (3, 0.25, 'Psi-')]
    """

    outcome: int
    probability: float
    state: Any


class ReadOutcome(NamedTuple):
    """One outcome of reading a qubit: bit, probability, and the 2x2 density matrix of the other qubit.

    Examples
    --------
    >>> import farbell as fb
    >>> for bit, probability, state in fb.states.PairDensity.bell("Psi+").measure("a", "Z"):
    ...     print(bit, probability, state.real.diagonal())
    0 0.5 [0. 1.]
    1 0.5 [1. 0.]
    """

    outcome: int
    probability: float
    state: Matrix


class DistillationOutcome(NamedTuple):
    """One outcome of a round of distillation: the two bits read, their probability, whether the pair is kept, and the pair.

    Examples
    --------
    >>> import farbell as fb
    >>> pair = fb.states.PairDensity.werner(0.8)
    >>> for bits, probability, kept, state in pair.distil(pair, "dejmps"):
    ...     print(bits, round(probability, 6), kept, round(state.fidelity(), 6))
    (0, 0) 0.384444 True 0.83815
    (1, 0) 0.115556 False 0.25
    (0, 1) 0.115556 False 0.25
    (1, 1) 0.384444 True 0.83815
    """

    bits: tuple[int, int]
    probability: float
    kept: bool
    state: Any


class _Pair:
    """What both kinds of pair share. Qubit "a" is the first factor of the tensor product."""

    __slots__ = ("_origins", "_state", "_time_s")

    _kernel: Any

    _state: Any
    _time_s: float
    _origins: tuple[float, float]

    def __init__(self, *_: object, **__: object) -> None:
        raise TypeError(f"use {type(self).__name__}.bell, .werner, .from_weights or .from_matrix")

    # ---- making -------------------------------------------------------------------------------------------------

    @classmethod
    def _make(cls: type[P], state: Any, time_s: float = 0.0, origins: tuple[float, float] = (0.0, 0.0)) -> P:
        self = object.__new__(cls)
        object.__setattr__(self, "_state", state)
        object.__setattr__(self, "_time_s", time_s)
        object.__setattr__(self, "_origins", origins)
        return self

    @classmethod
    def _from_correlations(cls: type[P], correlations: Real, twirl: bool = False) -> P:
        return cls._make(cls._kernel(correlations, twirl))

    @classmethod
    def bell(cls: type[P], name: str = "Phi+") -> P:
        """One of the Bell states "Phi+", "Phi-", "Psi+", "Psi-".

        Examples
        --------
        >>> fb.states.PairDensity.bell("Psi-").expectation("XX")
        -1.0
        """
        return cls.from_weights(bell_weights_of(name))

    @classmethod
    def werner(cls: type[P], fidelity: float) -> P:
        """``Phi+`` mixed with white noise to a fidelity between 1/4 and 1.

        Examples
        --------
        >>> fb.states.BellDiagonal.werner(0.85).weights.round(3).tolist()
        [0.85, 0.05, 0.05, 0.05]
        """
        return cls._from_correlations(_core.pair_correlations(_core.Werner(fidelity=fidelity)))

    @classmethod
    def from_weights(cls: type[P], weights: Sequence[float] | Real) -> P:
        """A mixture of the Bell states; four weights that sum to 1, in the order Phi+, Phi-, Psi+, Psi-.

        Examples
        --------
        >>> pair = fb.states.BellDiagonal.from_weights([0.85, 0.06, 0.05, 0.04])
        >>> round(pair.fidelity(), 12)
        0.85
        """
        return cls._from_correlations(_core.pair_correlations(_core.BellWeights(weights=list(weights))))

    # ---- reading ------------------------------------------------------------------------------------------------

    @property
    def time_s(self) -> float:
        """Seconds since the pair was made; :meth:`decay_to` moves it on."""
        return self._time_s

    @property
    def correlations(self) -> Real:
        """``R[i, j] = Tr(rho sigma_i x sigma_j)`` with the Paulis in the order I, X, Y, Z."""
        correlations: Real = self._state.correlations
        return correlations

    @property
    def matrix(self) -> Matrix:
        """Density matrix in the basis |00>, |01>, |10>, |11>."""
        return _core.density_matrix(self.correlations)

    @property
    def weights(self) -> Real:
        """Fidelities to the four Bell states: Phi+, Phi-, Psi+, Psi-.

        For a Bell-diagonal pair they are its state.
        """
        return _core.bell_weights(self.correlations)

    @property
    def frame(self) -> str:
        """Name of the nearest Bell state.

        Examples
        --------
        >>> fb.states.PairDensity.bell("Phi+").apply_pauli("X").frame
        'Psi+'
        """
        return BELL_NAMES[int(np.argmax(self.weights.round(12)))]

    def expectation(self, paulis: str) -> float:
        """Expectation value of a product of Paulis, such as "XX", "ZI", "YZ".

        Examples
        --------
        >>> fb.states.PairDensity.bell("Phi+").expectation("YY")
        -1.0
        """
        if len(paulis) != 2 or any(p not in PAULIS for p in paulis):
            raise SpecError("paulis", repr(paulis), "two letters of I, X, Y, Z")
        return float(self.correlations[PAULIS.index(paulis[0]), PAULIS.index(paulis[1])])

    def fidelity(self, target: str | npt.ArrayLike = "Phi+") -> float:
        """Fidelity to a Bell state, a state vector, a density matrix or another pair.

        For a pure target it is ``<psi|rho|psi>``, else Uhlmann's, in the squared convention.

        Examples
        --------
        >>> pair = fb.states.PairDensity.werner(0.9)
        >>> round(pair.fidelity(), 12), round(pair.fidelity([0, 1, 0, 0]), 12)
        (0.9, 0.033333333333)
        """
        if isinstance(target, _Pair):
            other = target.correlations
        elif isinstance(target, str):
            other = _core.pair_correlations(_core.BellWeights(weights=bell_weights_of(target)))
        else:
            other = correlations_of_matrix(target)
        return _core.fidelity(self.correlations, other)

    def concurrence(self) -> float:
        """Wootters' concurrence: 0 for a separable state, 1 for a Bell state.

        Examples
        --------
        >>> round(fb.states.PairDensity.werner(0.9).concurrence(), 12)
        0.8
        """
        return _core.concurrence(self.correlations)

    def negativity(self) -> float:
        """Sum of the moduli of the negative eigenvalues of the partial transpose: 1/2 for a Bell state.

        Examples
        --------
        >>> round(fb.states.PairDensity.werner(0.9).negativity(), 12)
        0.4
        """
        return _core.negativity(self.correlations)

    def log_negativity(self) -> float:
        """``log2(2 N + 1)`` with the negativity N: 1 for a Bell state, an upper bound of the distillable entanglement.

        References
        ----------
        G. Vidal and R. F. Werner, Phys. Rev. A 65, 032314 (2002).

        Examples
        --------
        >>> round(fb.states.PairDensity.werner(0.9).log_negativity(), 9)
        0.847996907
        """
        return math.log2(2 * self.negativity() + 1)

    def hashing_bound(self) -> float:
        """Bell pairs that one-way distillation can make of one of many such pairs: ``max(S(a), S(b)) - S(ab)``.

        S is the von Neumann entropy in bits. 1 for a Bell state; where it is not positive, one-way hashing makes none.

        References
        ----------
        I. Devetak and A. Winter, Proc. R. Soc. A 461, 207 (2005).

        Examples
        --------
        >>> round(fb.states.PairDensity.werner(0.9).hashing_bound(), 9)
        0.372508156
        """
        return max(entropy_of(self.partial_trace("a")), entropy_of(self.partial_trace("b"))) - entropy_of(self.matrix)

    def qber(self, basis: str = "Z", *, frame: str = "Phi+") -> float:
        """Error rate of the key bits of two ideal read-outs in basis "X", "Y" or "Z", for a pair of that frame.

        Examples
        --------
        >>> round(fb.states.PairDensity.werner(0.92).qber("X"), 9)
        0.053333333
        """
        k = index_of(basis, "basis", ("X", "Y", "Z")) + 1
        perfect = self.bell(frame).correlations[k, k]
        return (1 - float(self.correlations[k, k] * perfect)) / 2

    def partial_trace(self, keep: Side) -> Matrix:
        """2x2 density matrix of qubit "a" or "b"; the other one is traced out.

        Examples
        --------
        >>> fb.states.PairDensity.bell().partial_trace("a").real.tolist()
        [[0.5, 0.0], [0.0, 0.5]]
        """
        return qubit_matrix(self._state.bloch(side_index(keep)))

    # ---- what happens to a pair ---------------------------------------------------------------------------------

    def decay_to(
        self: P,
        t_s: float | str,
        *,
        memory_a: Memory | None = None,
        memory_b: Memory | None = None,
        approximate: Approximate = "none",
        **noise: Any,
    ) -> P:
        """The pair at time ``t_s``, counted from its making, each qubit having waited in its memory.

        Parameters
        ----------
        t_s : float or str
            Time in seconds, or text with a unit ("5 ms"); at least :attr:`time_s`.
        memory_a, memory_b : Memory, optional
            Memories of the two qubits; without one a qubit does not decay.
        approximate : {"none", "pauli_twirl"}
            With "pauli_twirl" relaxation becomes Pauli noise; without it a :class:`BellDiagonal` refuses it.
        **noise
            Parameters of one memory for both qubits, instead of ``memory_a`` and ``memory_b``: ``t1_s``, ``t2_s``,
            ``t2_law``, ``depolarising_s``, ``dephasing_s``, ``pauli_x_rate_hz``, ...

        Examples
        --------
        >>> pair = fb.states.PairDensity.bell().decay_to("5 ms", t1_s="10 ms", t2_s="5 ms")
        >>> round(pair.fidelity(), 9)
        0.448342032
        >>> ion = fb.Memory(name="ion", t2_s=1.0, t2_law="gaussian")
        >>> pair = fb.states.PairDensity.bell().decay_to(0.5, memory_a=ion).decay_to(1.0, memory_a=ion)
        >>> round(pair.fidelity(), 9)
        0.683939721
        """
        end_s = seconds(t_s, "t_s")
        if not self._time_s <= end_s < math.inf:
            raise SpecError("t_s", repr(t_s), f"at least time_s = {self._time_s}, and finite")
        if noise and (memory_a is not None or memory_b is not None):
            raise SpecError("memory_a", "a memory and keywords of noise", "one of the two")
        if noise:
            memory_a = memory_b = memory_of(None, noise)
        state, twirl = self._state, is_twirled(approximate)
        for side, memory in enumerate((memory_a, memory_b)):
            if memory is not None:
                age_s = self._time_s - self._origins[side]
                state = state.decayed(side, memory, end_s - self._time_s, age_s, twirl)
        return self._make(state, end_s, self._origins)

    def apply_pauli(self: P, pauli: str, side: Side = "b", *, single_qubit_gate_reliability: float = 1.0) -> P:
        """Pauli gate "I", "X", "Y" or "Z" on one qubit, depolarised where the gate is not reliable.

        Examples
        --------
        >>> fb.states.BellDiagonal.bell("Phi+").apply_pauli("Z").frame
        'Phi-'
        """
        reliability = memory_of(None, {"single_qubit_gate_reliability": single_qubit_gate_reliability})
        k = index_of(pauli, "pauli", tuple(PAULIS))
        state = self._state.after_pauli(side_index(side), k, reliability.single_qubit_gate_reliability)
        return self._make(state, self._time_s, self._origins)

    def corrected(self: P, frame: str) -> P:
        """The pair with a Pauli frame undone: a perfect pair of that name becomes ``Phi+``.

        Examples
        --------
        >>> pair = fb.states.PairDensity.werner(0.9)
        >>> outcome = pair.bell_measure(pair, outcome=2)[0]
        >>> round(outcome.state.corrected("Psi+").fidelity("Phi+"), 9)
        0.813333333
        """
        return self.apply_pauli("IZXY"[bell_index(frame)])

    def bell_measure(
        self: P,
        other: P,
        *,
        outcome: int | None = None,
        u: float | None = None,
        memory: Memory | tuple[Memory, Memory] | None = None,
        approximate: Approximate = "none",
        **noise: Any,
    ) -> list[BellOutcome]:
        """Swap entanglement: measure this pair's qubit "b" and the other pair's "a" in the Bell basis.

        The circuit is a CNOT with this pair's qubit as control, a Hadamard gate on it, and two read-outs; outcomes 0
        to 3 stand for Phi+, Phi-, Psi+, Psi-.

        Parameters
        ----------
        other : BellDiagonal or PairDensity
            Pair of the same kind and the same :attr:`time_s`.
        outcome : int, optional
            Keep only this outcome.
        u : float, optional
            Number in [0, 1) that picks one outcome, as a run's random draw does.
        memory : Memory or pair of them, optional
            Memory at the swapping node: its gates and read-out; two if the qubits sit in different ones (gates are the
            first one's).
        approximate : {"none", "pauli_twirl"}
            With "pauli_twirl" the two read-out errors are replaced by their mean.
        **noise
            Instead of ``memory``: ``two_qubit_gate_reliability``, ``single_qubit_gate_reliability``,
            ``readout_fidelity_0``, ``readout_fidelity_1``.

        Returns
        -------
        list of BellOutcome
            Every possible outcome, or the one asked for. The new pair's qubits are this pair's "a" and the other's "b".

        Examples
        --------
        >>> left, right = fb.states.PairDensity.werner(0.95), fb.states.PairDensity.werner(0.8)
        >>> outcome, probability, pair = left.bell_measure(right, outcome=0)[0]
        >>> round(pair.fidelity(), 9)
        0.763333333
        >>> round(left.bell_measure(right, u=0.3, two_qubit_gate_reliability=0.98)[0].state.fidelity("Phi-"), 9)
        0.753066667
        """
        if not isinstance(other, type(self)):
            raise SpecError("other", type(other).__name__, type(self).__name__)
        if other._time_s != self._time_s:
            raise SpecError("other", f"time_s = {other._time_s}", f"{self._time_s}: decay_to the same time first")
        check_choice(outcome, 4, u)
        if isinstance(memory, tuple):
            memory_b, memory_c = (memory_of(m, noise) for m in memory)
        else:
            memory_b = memory_c = memory_of(memory, noise)
        branches = self._state.bell_measured(other._state, memory_b, memory_c, is_twirled(approximate), outcome, u)
        origins = (self._origins[0], other._origins[1])
        return [BellOutcome(r, p, self._make(state, self._time_s, origins)) for r, p, state in branches]

    def distil(
        self: P,
        other: P,
        protocol: str = "dejmps",
        *,
        frames: tuple[str, str] | None = None,
        memory: Memory | tuple[Memory, Memory] | None = None,
        approximate: Approximate = "none",
        **noise: Any,
    ) -> list[DistillationOutcome]:
        """One round of distillation: ``other`` is used up to say whether this pair is kept.

        At each end a CNOT goes from this pair's qubit to the other's, which is then read in the Z basis. "bbpssw" first
        twirls both pairs to Werner states, "dejmps" rotates them about X by +90 degrees at "a" and -90 at "b"; both keep
        the pair if the bits agree. "epl" keeps it if both bits are 1: it takes away the vacuum and two-photon terms of
        single-click pairs and an unknown phase that the two share. Sources and equations: docs/physics/distillation.md.

        Parameters
        ----------
        other : BellDiagonal or PairDensity
            Pair of the same kind and the same :attr:`time_s`, between the same two nodes.
        protocol : {"bbpssw", "dejmps", "epl"}
            Which protocol.
        frames : pair of str, optional
            Bell states that the two pairs are meant to be; bits are corrected for it. Default: ``"Phi+"`` for both,
            with "epl" ``"Psi+"`` for both.
        memory : Memory or pair of them, optional
            Memories at ends "a" and "b": their gates and read-out.
        approximate : {"none", "pauli_twirl"}
            With "pauli_twirl" the two read-out errors are replaced by their mean.
        **noise
            Instead of ``memory``: ``two_qubit_gate_reliability``, ``single_qubit_gate_reliability``,
            ``readout_fidelity_0``, ``readout_fidelity_1``.

        Returns
        -------
        list of DistillationOutcome
            Every possible outcome.

        Raises
        ------
        SpecError
            If the other pair is of another kind or time, or a name is unknown.

        Examples
        --------
        >>> click = fb.states.PairDensity.from_matrix([[0, 0, 0, 0], [0, 0.45, 0.45, 0], [0, 0.45, 0.45, 0], [0, 0, 0, 0.1]])
        >>> [(round(o.probability, 6), round(o.state.fidelity("Psi+"), 6)) for o in click.distil(click, "epl") if o.kept]
        [(0.405, 1.0)]
        """
        if not isinstance(other, type(self)):
            raise SpecError("other", type(other).__name__, type(self).__name__)
        if other._time_s != self._time_s:
            raise SpecError("other", f"time_s = {other._time_s}", f"{self._time_s}: decay_to the same time first")
        index_of(protocol, "protocol", ("bbpssw", "dejmps", "epl"))
        if frames is None:
            frames = ("Psi+", "Psi+") if protocol == "epl" else ("Phi+", "Phi+")
        kept_frame, used_frame = (bell_index(name) for name in frames)
        if isinstance(memory, tuple):
            memory_a, memory_b = (memory_of(m, noise) for m in memory)
        else:
            memory_a = memory_b = memory_of(memory, noise)
        branches = self._state.distilled(
            other._state, protocol, kept_frame, used_frame, memory_a, memory_b, is_twirled(approximate)
        )
        return [
            DistillationOutcome(tuple(bits), p, kept, self._make(state, self._time_s, self._origins))
            for bits, p, kept, _, state in branches
        ]

    def measure(
        self,
        side: Side,
        basis: str = "Z",
        *,
        outcome: int | None = None,
        u: float | None = None,
        memory: Memory | None = None,
        approximate: Approximate = "none",
        **noise: Any,
    ) -> list[ReadOutcome]:
        """Read one qubit in basis "X", "Y" or "Z"; the other is left in the state that the reported bit implies.

        Parameters
        ----------
        side : {"a", "b"}
            Which qubit.
        basis : str
            Pauli to read; its eigenvalue +1 is bit 0.
        outcome, u
            As for :meth:`bell_measure`.
        memory : Memory, optional
            Memory whose read-out errors apply; or ``readout_fidelity_0`` and ``readout_fidelity_1`` as keywords.
        approximate : {"none", "pauli_twirl"}
            With "pauli_twirl" the two read-out errors are replaced by their mean.

        Returns
        -------
        list of ReadOutcome
            Every possible outcome, or the one asked for.

        Examples
        --------
        >>> read = fb.states.PairDensity.bell().measure("a", "X", outcome=0, readout_fidelity_0=0.9)[0]
        >>> round(read.probability, 9), round(float(read.state[0, 1].real), 9)
        (0.45, 0.5)
        """
        k = index_of(basis, "basis", ("X", "Y", "Z")) + 1
        check_choice(outcome, 2, u)
        branches = self._state.measured(side_index(side), k, memory_of(memory, noise), is_twirled(approximate), outcome, u)
        return [ReadOutcome(bit, p, qubit_matrix(bloch)) for bit, p, bloch in branches]

    # ---- as a Python value --------------------------------------------------------------------------------------

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} values do not change; operations return new ones")

    def __delattr__(self, name: str) -> None:
        self.__setattr__(name, None)

    def _key(self) -> tuple[bytes, float, tuple[float, float]]:
        # Adding zero makes -0 and 0 the same bytes.
        return (self.correlations + 0.0).tobytes(), self._time_s, self._origins

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, _Pair) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash((type(self).__name__, self._key()))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.correlations.tolist(), self._time_s, self._origins)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        if copy is False:
            raise ValueError("the density matrix is worked out on request: it cannot be given without a copy")
        return self.matrix.astype(dtype or np.complex128)

    def __repr__(self) -> str:
        weights = ", ".join(f"{name} {weight:.6g}" for name, weight in zip(BELL_NAMES, self.weights + 0.0, strict=True))
        return f"{type(self).__name__}({weights}; time_s={self._time_s:g})"

    def _repr_html_(self) -> str:
        return pair_html(f"{type(self).__name__} at {self._time_s:g} s", self.weights, self.matrix)


def _restored(cls: type[P], correlations: list[list[float]], time_s: float, origins: tuple[float, float]) -> P:
    return cls._make(cls._kernel(np.array(correlations), False), time_s, origins)


class PairDensity(_Pair):
    """Any state of two qubits, exactly.

    Made by :meth:`bell`, :meth:`werner`, :meth:`from_weights` or :meth:`from_matrix`.

    Examples
    --------
    >>> import farbell as fb
    >>> pair = fb.states.PairDensity.bell("Phi+").decay_to("1 ms", t1_s="10 ms", t2_s="5 ms")
    >>> round(pair.fidelity(), 9), round(pair.concurrence(), 9)
    (0.792106691, 0.584213381)
    >>> pair.bell_measure(pair, outcome=0)[0].state.frame
    'Phi+'
    """

    __slots__ = ()
    _kernel = _core.PairDensityState

    @classmethod
    def from_matrix(cls, matrix: npt.ArrayLike) -> PairDensity:
        """From a 4x4 density matrix in the basis |00>, |01>, |10>, |11>, or a state vector of four amplitudes.

        Examples
        --------
        >>> fb.states.PairDensity.from_matrix([[0.5, 0, 0, 0.4], [0, 0, 0, 0], [0, 0, 0, 0], [0.4, 0, 0, 0.5]])
        PairDensity(Phi+ 0.9, Phi- 0.1, Psi+ 0, Psi- 0; time_s=0)
        """
        return cls._from_correlations(correlations_of_matrix(matrix))

    def twirled(self) -> BellDiagonal:
        """The Bell-diagonal part of the state: what the same random Pauli on both qubits leaves.

        Examples
        --------
        >>> fb.states.PairDensity.from_matrix([1, 0, 0, 0]).twirled().weights.tolist()
        [0.5, 0.5, 0.0, 0.0]
        """
        return BellDiagonal._make(_core.BellDiagonalState(self.correlations, True), self._time_s, self._origins)


class BellDiagonal(_Pair):
    """A mixture of the four Bell states.

    Made by :meth:`bell`, :meth:`werner`, :meth:`from_weights` or :meth:`from_matrix`. Relaxation (T1) and read-out
    errors that differ for the two bits lead out of this class: they are refused, unless ``approximate="pauli_twirl"``
    asks for their twirl by name.

    Examples
    --------
    >>> import farbell as fb
    >>> left = fb.states.BellDiagonal.from_weights([0.85, 0.06, 0.05, 0.04])
    >>> right = fb.states.BellDiagonal.from_weights([0.9, 0.01, 0.03, 0.06])
    >>> left.bell_measure(right, outcome=0)[0].state
    BellDiagonal(Phi+ 0.7695, Phi- 0.0667, Psi+ 0.0745, Psi- 0.0893; time_s=0)
    >>> left.decay_to("1 ms", t1_s="10 ms")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    SpecError: memory_a: found amplitude damping (t1_s)
    >>> left.decay_to("1 ms", t1_s="10 ms", approximate="pauli_twirl").frame
    'Phi+'
    """

    __slots__ = ()
    _kernel = _core.BellDiagonalState

    @classmethod
    def from_matrix(cls, matrix: npt.ArrayLike, *, approximate: Approximate = "none") -> BellDiagonal:
        """From a 4x4 density matrix or a state vector of four amplitudes.

        Other than mixtures of Bell states are refused, or twirled with ``approximate="pauli_twirl"``.

        Examples
        --------
        >>> fb.states.BellDiagonal.from_matrix([1, 0, 0, 0], approximate="pauli_twirl").weights.tolist()
        [0.5, 0.5, 0.0, 0.0]
        """
        return cls._from_correlations(correlations_of_matrix(matrix), is_twirled(approximate))
