"""What :class:`Density` and :class:`Ket` share: qubits by number, gates, noise, measurements and what is read off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from farbell import _core
from farbell._core import SpecError
from farbell._extras import require
from farbell._numbers import complex_array, whole
from farbell.channels import Channel
from farbell.states._arguments import BELL_NAMES, PAULIS, Matrix, seed_or_random
from farbell.states._circuit import Step, gate_step
from farbell.states._exact_arguments import Readout, checked_readout, levels_of, several, weights_of
from farbell.states._gates import GateMethods
from farbell.states._measures import entropy_of, fidelity_of, negativity_of
from farbell.states._register import Register, acted_on

E = TypeVar("E", bound="ExactState")

#: Outcomes less likely than this cannot be asked for.
IMPOSSIBLE = 1e-12


def _resetting(levels: int) -> _core.KrausChannel:
    """Whatever the level, |0> comes out."""
    kraus = np.zeros((levels, levels, levels), dtype=np.complex128)
    for level in range(levels):
        kraus[level, 0, level] = 1
    return _core.KrausChannel(list(kraus))


class ExactState(Register, GateMethods):
    """Qubits with numbers 0, 1, ..., of which some may have been measured or released."""

    __slots__ = ("_gone", "_kernel", "_living", "_random", "_steps")

    #: Name of the class for messages, and the class in C++.
    _core_class: Any

    _kernel: Any
    _living: list[int]  # number of the qubit at each position
    _gone: dict[int, str]  # number -> what became of it
    _random: np.random.Generator
    _steps: list[Step] | None

    def __init__(self, n: int, *, levels: int | Sequence[int] = 2, seed: int | None = None, record: bool = False) -> None:
        self._adopt(self._core_class(levels_of(n, levels)), seed, record)

    def _adopt(self, kernel: Any, seed: int | None = None, record: bool = False) -> None:
        self._kernel = kernel
        self._living = list(range(len(kernel.levels)))
        self._gone = {}
        self._random = np.random.default_rng(seed_or_random(seed))
        self._start_record(record)

    def _start_record(self, record: bool) -> None:
        self._steps = [] if record else None

    def _recorded(self) -> list[Step] | None:
        return self._steps

    @classmethod
    def _of(cls: type[E], kernel: Any, seed: int | None = None, record: bool = False) -> E:
        state = cls.__new__(cls)
        state._adopt(kernel, seed, record)
        return state

    # ---- making -------------------------------------------------------------------------------------------------

    @classmethod
    def bell(cls: type[E], name: str = "Phi+", *, levels: int = 2, seed: int | None = None, record: bool = False) -> E:
        """One of the Bell states "Phi+", "Phi-", "Psi+", "Psi-", of qubits 0 and 1.

        Examples
        --------
        >>> round(fb.states.Density.bell("Psi-").expectation("XX"), 12)
        -1.0
        """
        return cls(2, levels=levels, seed=seed)._turned_to_bell(name, record)

    def copy(self: E, seed: int | None = None) -> E:
        """The same state, with random numbers of its own; copies by :mod:`copy` and :mod:`pickle` go on with the same ones."""
        other = self._of(self._kernel.copy(), seed)
        other._living, other._gone = list(self._living), dict(self._gone)
        other._steps = None if self._steps is None else list(self._steps)
        return other

    def __reduce__(self) -> tuple[Any, ...]:
        kept = (
            list(self._living),
            dict(self._gone),
            self._random.bit_generator.state,
            None if self._steps is None else list(self._steps),
        )
        return _restored, (type(self), self._own(), self.levels, *kept)

    def tensor(self: E, other: E, seed: int | None = None) -> E:
        """The product with another state of the same kind. Qubits are numbered anew: those that are here, then the other's.

        Examples
        --------
        >>> state = fb.states.Density.bell().tensor(fb.states.Density.bell(), seed=1)
        >>> state.bell_measure(1, 2, outcome=2)
        2
        >>> round(state.fidelity("Psi+"), 12)
        1.0
        """
        if type(other) is not type(self):
            raise SpecError("other", type(other).__name__, f"a {type(self).__name__}")
        return self._of(self._kernel.tensor(other._kernel), seed)

    # ---- qubits -------------------------------------------------------------------------------------------------

    @property
    def n(self) -> int:
        """Qubits made: they have the numbers 0 to n - 1."""
        return len(self._living) + len(self._gone)

    @property
    def qubits(self) -> list[int]:
        """Numbers of the qubits that are still there, in the order of the tensor product."""
        return list(self._living)

    @property
    def levels(self) -> tuple[int, ...]:
        """Levels of each of :attr:`qubits`."""
        return tuple(self._kernel.levels)

    def _at(self, *qubits: int) -> list[int]:
        """Positions of qubits that are there, and different."""
        positions = []
        for qubit in qubits:
            number = whole(qubit, "qubit")
            if number in self._gone:
                raise SpecError("qubit", f"qubit {number}, which was {self._gone[number]}", self._there())
            if number not in self._living:
                raise SpecError("qubit", f"qubit {number} of {self.n}", self._there())
            positions.append(self._living.index(number))
        if len(set(positions)) != len(positions):
            raise SpecError("qubits", f"{list(qubits)}, one of them twice", "different qubits")
        return positions

    def _there(self) -> str:
        return f"qubits {', '.join(map(str, self._living))}" if self._living else "none: no qubit is left"

    def _leaves(self, qubit: int, why: str) -> None:
        self._living.remove(qubit)
        self._gone[int(qubit)] = why

    def _note(self, label: str | Sequence[str], qubits: Sequence[int]) -> None:
        if self._steps is not None:
            labels = [label] * len(qubits) if isinstance(label, str) else label
            self._steps.append(Step(tuple(int(q) for q in qubits), tuple(labels)))

    # ---- gates and noise ----------------------------------------------------------------------------------------

    def _gate(self, name: str, qubits: tuple[int, ...], angle: float) -> None:
        if not np.isfinite(angle):
            raise SpecError("angle", repr(angle), "a finite angle")
        self._kernel.gate(name, self._at(*qubits), angle)
        if self._steps is not None:
            self._steps.append(gate_step(name, qubits, angle))

    def unitary(self, matrix: npt.ArrayLike, *qubits: int) -> None:
        """Any unitary matrix, of size 2^k on k qubits; the first is the most significant.

        Raises
        ------
        SpecError
            If it is not unitary within 1e-9, or of another size.

        Examples
        --------
        >>> state = fb.states.Ket(2)
        >>> state.unitary([[0, 1], [1, 0]], 1)
        >>> state.to_numpy().real.tolist()
        [0.0, 1.0, 0.0, 0.0]
        """
        array = complex_array(matrix, "matrix")
        if array.ndim != 2:
            raise SpecError("matrix", f"shape {array.shape}", "a square matrix")
        self._kernel.unitary(array, self._at(*qubits))
        self._note("U", qubits)

    def noise(self, channel: Channel, *qubits: int) -> None:
        """A channel of :mod:`farbell.channels` on as many qubits as it is for; one for each qubit acts on each that is named.

        Raises
        ------
        SpecError
            If the number of qubits or their levels do not fit; a channel with a third level needs qubits made with
            ``levels=3``, while a channel of qubits leaves their third level alone.

        Examples
        --------
        >>> state = fb.states.Density.ghz(3)
        >>> for qubit in state.qubits:
        ...     state.noise(fb.channels.Dephasing(0.05), qubit)
        >>> round(state.fidelity("GHZ"), 9)
        0.8645
        """
        groups, positions = acted_on(channel, qubits), self._at(*qubits)
        if channel.levels == 3:
            short = [q for q, p in zip(qubits, positions, strict=True) if self._kernel.levels[p] == 2]
            if short:
                raise SpecError("qubits", f"qubit {short[0]} of two levels for {channel}", "qubits made with levels=3")
        for group in groups:
            self._channel(channel.kernel, self._at(*group))
        self._note(type(channel).__name__, qubits)

    def _channel(self, kernel: _core.KrausChannel, positions: list[int]) -> None:
        raise NotImplementedError

    def reset(self, q: int) -> None:
        """The qubit becomes |0>, whatever it was; its partners are left as if it had been traced out."""
        (position,) = self._at(q)
        self._channel(_resetting(self._kernel.levels[position]), [position])
        self._note("|0>", [q])

    def release(self, q: int) -> None:
        """The qubit is traced out, and cannot be used any more.

        Examples
        --------
        >>> state = fb.states.Density.bell()
        >>> state.release(0)
        >>> state.qubits, round(state.entropy(), 12)
        ([1], 1.0)
        >>> state.h(0)  # doctest: +IGNORE_EXCEPTION_DETAIL
        Traceback (most recent call last):
        SpecError: qubit: found qubit 0, which was released; allowed: qubits 1
        """
        (position,) = self._at(q)
        self._drop(position)
        self._leaves(q, "released")
        self._note("/", [q])

    def _drop(self, position: int) -> None:
        raise NotImplementedError

    # ---- measuring ----------------------------------------------------------------------------------------------

    def _letters(self, paulis: str, qubits: tuple[int, ...]) -> tuple[str, list[int], list[int]]:
        """The letters X, Y, Z of a product, their positions, and their qubits."""
        if not isinstance(paulis, str) or set(paulis) - set("IXYZ_"):
            raise SpecError("paulis", repr(paulis), "letters of I (or _), X, Y, Z")
        numbers = qubits or tuple(range(self.n))
        if len(paulis) != len(numbers):
            raise SpecError("paulis", f"{len(paulis)} letters for {len(numbers)} qubits", "one letter for each")
        if qubits:
            self._at(*qubits)
        chosen = [(p, q) for p, q in zip(paulis, numbers, strict=True) if p not in "I_"]
        involved = [q for _, q in chosen]
        return "".join(p for p, _ in chosen), self._at(*involved), involved

    def _reported(self, letters: str, positions: list[int], readout: Readout | None) -> npt.NDArray[np.float64]:
        """Probability of each reported outcome 0, 1, and 2 (a third level)."""
        p = np.array(self._kernel.probabilities(letters, positions)).clip(0, 1)
        return np.array([np.dot(weights_of(outcome, readout), p) for outcome in range(3)])

    def _picked(self, p: npt.NDArray[np.float64], outcome: int | None, three: bool) -> int:
        """The outcome asked for, or one drawn."""
        if outcome is None:
            return int(np.searchsorted(np.cumsum(p), self._random.random() * p.sum(), side="right"))
        allowed = (0, 1, 2) if three else (0, 1)
        if outcome not in allowed:
            raise SpecError("outcome", repr(outcome), ", ".join(map(str, allowed)))
        if p[outcome] <= IMPOSSIBLE:
            raise SpecError("outcome", f"outcome {outcome}, of probability {p[outcome]:.3g}", "an outcome that can occur")
        return int(outcome)

    def _measured(self, letters: str, positions: list[int], outcome: int | None, readout: Readout | None) -> int:
        three = any(self._kernel.levels[p] == 3 for p in positions)
        found = self._picked(self._reported(letters, positions, readout), outcome, three)
        self._project(letters, positions, found, readout)
        return found

    def _project(self, letters: str, positions: list[int], outcome: int, readout: Readout | None) -> None:
        raise NotImplementedError

    def measure(
        self, q: int, basis: str = "Z", destructive: bool = False, *, outcome: int | None = None, readout: Readout | None = None
    ) -> int:
        """Measure a qubit in the basis "X", "Y" or "Z": 0 for the eigenvalue +1, 1 for -1.

        A qubit with a third level gives 2 where it is found in that.

        Parameters
        ----------
        destructive : bool
            The qubit is gone afterwards.
        outcome : int, optional
            Postselect: the outcome that is to be found; refused if it cannot occur.
        readout : (float, float), optional
            P(read 0 | 0) and P(read 1 | 1), each in [0, 1]. The state left is the one that the *reported* outcome implies.

        Examples
        --------
        >>> pair = fb.states.Density.bell()
        >>> pair.measure(0, outcome=1, destructive=True, readout=(0.95, 0.9))
        1
        >>> pair.to_numpy().real.diagonal().round(6).tolist()
        [0.052632, 0.947368]
        """
        (position,) = self._at(q)
        if basis not in ("X", "Y", "Z"):
            raise SpecError("basis", repr(basis), "X, Y, Z")
        found = self._measured(basis, [position], outcome, checked_readout(readout))
        if destructive:
            self._drop(position)
            self._leaves(q, "measured destructively")
        self._note(f"M{basis}={found}", [q])
        return found

    def measure_pauli(self, paulis: str, *qubits: int, outcome: int | None = None, readout: Readout | None = None) -> int:
        """Measure the parity of a product of Paulis, such as "XX_Z": 0 for the eigenvalue +1, 1 for -1.

        With qubits the text has one letter for each of them, else one for each of the :attr:`n` qubits made. Where one of
        them is found in a third level the outcome is 2.

        Examples
        --------
        >>> state = fb.states.Density(2)
        >>> state.measure_pauli("XX", outcome=1)
        1
        >>> round(state.fidelity("Phi-"), 12)
        1.0
        """
        letters, positions, involved = self._letters(paulis, qubits)
        if not letters:
            raise SpecError("paulis", repr(paulis), "at least one of X, Y, Z")
        found = self._measured(letters, positions, outcome, checked_readout(readout))
        self._note([f"M{letter}={found}" for letter in letters], involved)
        return found

    def bell_measure(
        self, a: int, b: int, destructive: bool = True, *, outcome: int | None = None, readout: Readout | None = None
    ) -> int:
        """Measure two qubits in the Bell basis: 0 to 3 for Phi+, Phi-, Psi+, Psi-.

        By a CNOT from `a` to `b`, a Hadamard gate on `a`, and two read-outs: `a` gives the phase bit, `b` the parity bit. If it
        is not `destructive` the two gates are undone afterwards: the qubits are left in the Bell state that was found (with
        errors of the read-out, in what the outcome implies).

        Examples
        --------
        >>> fb.states.Ket.bell("Psi-").bell_measure(0, 1)
        3
        """
        positions = self._at(a, b)
        if any(self._kernel.levels[p] == 3 for p in positions):
            raise SpecError("qubits", "a qubit of three levels", "qubits of two levels: check and release others first")
        bits: tuple[int | None, int | None] = (None, None)
        before = None
        if outcome is not None:
            if outcome not in range(4):
                raise SpecError("outcome", repr(outcome), "0, 1, 2, 3")
            bits, before = (outcome & 1, outcome >> 1), self._kernel.copy()
        readout = checked_readout(readout)
        self._kernel.gate("cx", positions)
        self._kernel.gate("h", positions[:1])
        try:
            phase, parity = (self._measured("Z", [p], bit, readout) for p, bit in zip(positions, bits, strict=True))
        except SpecError as error:
            self._kernel = before
            raise SpecError("outcome", f"outcome {outcome}, of probability 0", "an outcome that can occur") from error
        if destructive:
            for qubit in (a, b):
                self._drop(*self._at(qubit))
                self._leaves(qubit, "measured destructively")
        else:
            self._kernel.gate("h", positions[:1])
            self._kernel.gate("cx", positions)
        found = phase + 2 * parity
        self._note(f"BELL={found}", [a, b])
        return found

    def fuse(self, a: int, b: int, *, outcome: int | None = None, readout: Readout | None = None) -> int:
        """Type-I fusion: a CNOT from `a` to `b`, which is read in Z and gone. With outcome 1 the far part is to be flipped.

        Examples
        --------
        >>> state = fb.states.Density.bell().tensor(fb.states.Density.bell(), seed=1)
        >>> if state.fuse(1, 2):
        ...     state.x(3)
        >>> state.qubits, round(state.fidelity("GHZ"), 12)
        ([0, 1, 3], 1.0)
        """
        self._at(a, b)
        before = self._kernel.copy() if outcome is not None else None
        self._kernel.gate("cx", self._at(a, b))
        try:
            found = self._measured("Z", self._at(b), outcome, checked_readout(readout))
        except SpecError:
            if before is not None:
                self._kernel = before
            raise
        self._drop(*self._at(b))
        self._leaves(b, "fused")
        self._note(f"FUSE={found}", [a, b])
        return found

    def check(self, q: int, *, outcome: bool | None = None) -> bool:
        """Whether a qubit is in its first two levels, not lost or leaked; what it holds there is left alone.

        This is what a heralded erasure tells. A qubit of two levels is always there.

        Examples
        --------
        >>> pair = fb.states.Density.bell(levels=3)
        >>> pair.noise(fb.channels.Erasure(0.4), 0)
        >>> pair.check(0, outcome=True), round(pair.fidelity("Phi+"), 12)
        (True, 1.0)
        """
        (position,) = self._at(q)
        present = 1 - self._reported("Z", [position], None)[2]
        p = np.array([1 - present, present])
        if outcome is not None and p[int(outcome)] <= IMPOSSIBLE:
            raise SpecError("outcome", f"outcome {outcome}, of probability {p[int(outcome)]:.3g}", "an outcome that can occur")
        found = bool(self._random.random() < present) if outcome is None else bool(outcome)
        if self._kernel.levels[position] == 3:
            self._project_presence(position, found)
        self._note("OK" if found else "LOST", [q])
        return found

    def _project_presence(self, position: int, present: bool) -> None:
        raise NotImplementedError

    def outcome_probability(self, paulis: str, *qubits: int, outcome: int = 0, readout: Readout | None = None) -> float:
        """Probability that :meth:`measure_pauli` gives `outcome`.

        Examples
        --------
        >>> state = fb.states.Density.from_pair(fb.states.PairDensity.werner(0.9))
        >>> round(state.outcome_probability("XX", 0, 1, readout=(0.98, 0.95)), 9)
        0.918
        """
        letters, positions, _ = self._letters(paulis, qubits)
        if outcome not in (0, 1, 2):
            raise SpecError("outcome", repr(outcome), "0, 1, 2")
        return float(self._reported(letters, positions, checked_readout(readout))[outcome])

    # ---- reading ------------------------------------------------------------------------------------------------

    def expectation(self, paulis: str, *qubits: int) -> float:
        """Expectation value of a product of Paulis, such as "XX_Z"; letters as in :meth:`measure_pauli`.

        X, Y and Z are 0 on a third level.

        Examples
        --------
        >>> fb.states.Density(3).expectation("ZZ_"), fb.states.Density(3).expectation("Z", 2)
        (1.0, 1.0)
        """
        letters, positions, _ = self._letters(paulis, qubits)
        return float(self._kernel.expectation(letters, positions))

    def partial_trace(self, keep: int | Sequence[int]) -> Any:
        """The state of these qubits, in this order, as a :class:`Density` with the numbers 0, 1, ...; others are traced out."""
        raise NotImplementedError

    def _matrix(self, qubits: Sequence[int] | None = None) -> Matrix:
        """Density matrix of these qubits, or of all."""
        kept = range(len(self._living)) if qubits is None else self._at(*qubits)
        return np.asarray(self._kernel.kept(list(kept)).matrix())

    def _own(self) -> Matrix:
        """Amplitudes or density matrix, whichever the state is kept as."""
        raise NotImplementedError

    def fidelity(self, target: Any) -> float:
        """Fidelity of all qubits that are there, in the squared convention.

        Parameters
        ----------
        target : str or array_like or Density or Ket
            A Bell state by name, "GHZ", a state vector, a density matrix, or another state of as many qubits. For a pure
            target it is ``<psi|rho|psi>``, else Uhlmann's.

        Examples
        --------
        >>> state = fb.states.Density.from_pair(fb.states.PairDensity.werner(0.9))
        >>> round(state.fidelity("Phi+"), 12), round(state.fidelity([0, 1, 0, 0]), 12)
        (0.9, 0.033333333333)
        """
        return fidelity_of(self._own(), _target(target, self.levels))

    def entropy(self, qubits: int | Sequence[int] | None = None) -> float:
        """Von Neumann entropy, in bits, of these qubits, or of all.

        Twelve qubits in a state of full rank take tens of seconds; a rank below an eighth of the dimension costs little.

        Examples
        --------
        >>> round(fb.states.Density.ghz(3).entropy([0, 1]), 12)
        1.0
        """
        return entropy_of(self._matrix(None if qubits is None else several(qubits)))

    def negativity(self, qubits: int | Sequence[int]) -> float:
        """Negativity between these qubits and all others: 1/2 for a Bell state. Twelve qubits in a mixed
        state take tens of seconds.

        Examples
        --------
        >>> round(fb.states.Density.ghz(3).negativity(0), 12)
        0.5
        """
        part = self._at(*several(qubits))
        return negativity_of(self._matrix(), self.levels, part)

    def log_negativity(self, qubits: int | Sequence[int]) -> float:
        """``log2(2 N + 1)`` with the :meth:`negativity` N: 1 for a Bell state.

        Examples
        --------
        >>> round(fb.states.Ket.ghz(3).log_negativity(0), 12)
        1.0
        """
        return math.log2(2 * self.negativity(qubits) + 1)

    def concurrence(self, a: int, b: int) -> float:
        """Wootters' concurrence of two qubits, the others traced out: 1 for a Bell state.

        Examples
        --------
        >>> state = fb.states.Density.from_pair(fb.states.PairDensity.werner(0.9))
        >>> round(state.concurrence(0, 1), 9)
        0.8
        """
        if any(self._kernel.levels[p] == 3 for p in self._at(a, b)):
            raise SpecError("qubits", "a qubit of three levels", "qubits of two levels")
        return _core.concurrence(np.array([[self.expectation(p + q, a, b) for q in PAULIS] for p in PAULIS]))

    # ---- as other things ----------------------------------------------------------------------------------------

    def to_numpy(self) -> Matrix:
        """The amplitudes of a ket, or the density matrix; qubit 0 is the most significant."""
        return self._own()

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        if copy is False:
            raise ValueError("the array is made on request: it cannot be given without a copy")
        return self._own().astype(dtype or np.complex128)

    def _amplitudes(self) -> Matrix:
        """Of a pure state, else refused."""
        raise NotImplementedError

    def to_stim(self) -> Any:
        """A `stim.Tableau` that makes this state of |0...0>.

        Raises
        ------
        SpecError
            If it is no stabilizer state: mixed, with third levels, or of other amplitudes.
        """
        stim = require("stim", "to_stim")
        for qubit, levels in zip(self.qubits, self.levels, strict=True):
            if levels != 2:
                raise SpecError("state", f"qubit {qubit} of three levels", "a stabilizer state of qubits of two levels")
        amplitudes = self._amplitudes()
        try:
            return stim.Tableau.from_state_vector(amplitudes, endian="big")
        except ValueError:
            raise SpecError("state", f"{self!r}, which no Pauli products stabilize", "a stabilizer state") from None

    def to_qutip(self) -> Any:
        """The same as a `qutip.Qobj`, one tensor factor a qubit."""
        qutip = require("qutip", "to_qutip")
        levels = list(self.levels)
        own = self._own()
        return qutip.Qobj(own, dims=[levels, levels if own.ndim == 2 else [1] * len(levels)])


def _restored(cls: type[E], own: Matrix, levels: Sequence[int], living: list[int], gone: Any, random: Any, steps: Any) -> E:
    state = cls._of(cls._core_class.restored(own, list(levels)))
    state._living, state._gone, state._steps = living, gone, steps
    state._random.bit_generator.state = random
    return state


def _target(target: Any, levels: tuple[int, ...]) -> Matrix:
    """A vector or a matrix of the space of these levels."""
    dimension = int(np.prod(levels))
    if isinstance(target, str):
        if target == "GHZ":
            bits = {(0,) * len(levels): 1.0, (1,) * len(levels): 1.0}
        elif target in BELL_NAMES and len(levels) == 2:
            sign = -1.0 if target.endswith("-") else 1.0
            bits = {(0, 0): 1.0, (1, 1): sign} if target.startswith("Phi") else {(0, 1): 1.0, (1, 0): sign}
        else:
            raise SpecError("target", repr(target), f"GHZ{', or for two qubits ' + ', '.join(BELL_NAMES)}")
        amplitudes = np.zeros(levels, dtype=np.complex128)
        for digits, amplitude in bits.items():
            amplitudes[digits] = amplitude
        vector: Matrix = amplitudes.reshape(-1) / np.linalg.norm(amplitudes)
        return vector
    if isinstance(target, ExactState):
        array = target._own()
    elif type(target).__module__.startswith("qutip"):
        array = target.full().squeeze() if target.isket else target.full()
    else:
        array = complex_array(target, "target")
    if array.shape not in ((dimension,), (dimension, dimension)):
        raise SpecError(
            "target", f"shape {array.shape}", f"({dimension},) or ({dimension}, {dimension}) for {len(levels)} qubits"
        )
    if array.ndim == 1 and abs(np.linalg.norm(array) - 1) > 1e-9:
        raise SpecError("target", f"a vector of norm {np.linalg.norm(array):.9g}", "norm 1")
    return array
