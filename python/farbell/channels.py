"""Noise as quantum channels: frozen values with their Kraus operators.

A channel says what it does by :meth:`~Channel.kraus`; :meth:`fb.states.Density.noise` applies it exactly,
:meth:`fb.states.Ket.noise` draws one of its Kraus operators, and a stabilizer state takes those that have
:meth:`~Channel.pauli_probabilities`. Equations, sources and the names that other packages use stand in
`docs/physics/channels`. Parameters out of range raise :class:`farbell.SpecError` when the channel is made.

>>> import farbell as fb
>>> channel = fb.channels.AmplitudeDamping(0.25)
>>> [k.real.round(6).tolist() for k in channel.kraus()]
[[[1.0, 0.0], [0.0, 0.866025]], [[0.0, 0.5], [0.0, 0.0]]]
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from itertools import product
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from farbell import _core
from farbell._core import SpecError
from farbell._numbers import complex_array, real, seconds

__all__ = [
    "AmplitudeDamping",
    "BitFlip",
    "Channel",
    "CoherentRotation",
    "CollectiveDephasing",
    "Dephasing",
    "Depolarising",
    "DepolarisingEach",
    "Erasure",
    "GeneralisedAmplitudeDamping",
    "Kraus",
    "Leakage",
    "Loss",
    "Pauli",
    "PhaseDamping",
    "ThermalRelaxation",
    "from_choi",
]

Matrix: TypeAlias = npt.NDArray[np.complex128]

_PAULIS = {p: _core.gate_matrix(p.lower()) for p in "IXYZ"}
#: Elements of the chi matrix off its diagonal that rounding may leave in a Pauli channel.
_PAULI_SLACK = 1e-12
#: How far a Choi matrix may be from positive, and from preserving the trace.
_TOLERANCE = 1e-9
#: Eigenvalues of a Choi matrix below this are rounding.
_RANK_SLACK = 1e-15


class Channel:
    """What all channels share. Made by the classes below, or by :class:`Kraus` and :func:`from_choi` from any matrices.

    Examples
    --------
    >>> import farbell as fb
    >>> channel = fb.channels.Dephasing(0.1).then(fb.channels.Dephasing(0.1))
    >>> isinstance(channel, fb.channels.Channel)
    True
    >>> {pauli: round(p, 12) for pauli, p in channel.pauli_probabilities().items()}
    {'I': 0.82, 'X': 0.0, 'Y': 0.0, 'Z': 0.18}
    """

    #: Whether it acts on each of any number of qubits alone; else on exactly :attr:`n_qubits` together.
    each = False

    def _make(self) -> _core.KrausChannel:
        raise NotImplementedError

    @cached_property
    def kernel(self) -> _core.KrausChannel:
        """The channel as the states in C++ take it."""
        return self._make()

    def __post_init__(self) -> None:
        self.kernel  # noqa: B018  refuse wrong parameters at once

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(getattr(self, f.name) for f in fields(self))  # type: ignore[arg-type]

    @property
    def dimension(self) -> int:
        """Of the space it acts on: 2 to the power of :attr:`n_qubits`, or 3 for a channel with a third level."""
        return self.kernel.dimension

    @property
    def levels(self) -> int:
        """Levels of each of its qubits: 2 or 3."""
        return 3 if self.dimension % 3 == 0 else 2

    @property
    def n_qubits(self) -> int:
        """How many qubits it acts on together."""
        return round(math.log(self.dimension, self.levels))

    def kraus(self) -> list[Matrix]:
        """Its Kraus operators K: ``rho -> sum K rho K^+``, with ``sum K^+ K = 1``. Shape (d, d) each."""
        return self.kernel.kraus

    def choi(self) -> Matrix:
        """Choi matrix ``sum |vec K><vec K|``, columns stacked, of trace d: that of Qiskit's `Choi` and QuTiP's `to_choi`."""
        vectors: Matrix = np.array([k.T.reshape(-1) for k in self.kraus()])
        choi: Matrix = vectors.T @ vectors.conj()
        return choi

    def then(self, later: Channel) -> Kraus:
        """This channel, and `later` after it, as one.

        Raises
        ------
        SpecError
            If the two act on spaces of different dimension.
        """
        if later.dimension != self.dimension:
            raise SpecError("later", f"a channel of dimension {later.dimension}", f"dimension {self.dimension}")
        products = Kraus([second @ first for second in later.kraus() for first in self.kraus()])
        return from_choi(products.choi())

    def entanglement_fidelity(self) -> float:
        """Fidelity of a maximally entangled state of which one half went through: ``sum |Tr K|^2 / d^2``.

        References
        ----------
        B. Schumacher, Phys. Rev. A 54, 2614 (1996).
        """
        return float(sum(abs(np.trace(k)) ** 2 for k in self.kraus()) / self.dimension**2)

    def average_fidelity(self) -> float:
        """Fidelity of output to input, averaged over all pure inputs: ``(d F_e + 1) / (d + 1)``.

        References
        ----------
        M. A. Nielsen, Phys. Lett. A 303, 249 (2002).
        """
        return (self.dimension * self.entanglement_fidelity() + 1) / (self.dimension + 1)

    def _chi(self) -> tuple[list[str], Matrix]:
        """The channel over pairs of Pauli products: ``rho -> sum chi[i, j] P_i rho P_j``."""
        names = ["".join(letters) for letters in product("IXYZ", repeat=self.n_qubits)]
        weights = np.array([[np.trace(pauli_matrix(name) @ k) / self.dimension for name in names] for k in self.kraus()])
        return names, weights.T @ weights.conj()

    def pauli_probabilities(self) -> dict[str, float] | None:
        """The probability of each product of Paulis, such as "X" or "ZI", or None if this is no mixture of Paulis."""
        return None if self._pauli_errors is None else dict(self._pauli_errors)

    @cached_property
    def _pauli_errors(self) -> dict[str, float] | None:
        """Worked out once: a stabilizer state asks for each error that it draws."""
        if self.levels != 2:
            return None
        names, chi = self._chi()
        if np.abs(chi - np.diag(np.diag(chi))).max() > _PAULI_SLACK:
            return None
        return {name: float(p) for name, p in zip(names, chi.diagonal().real, strict=True)}

    def pauli_twirled(self) -> Pauli:
        """The Pauli channel that is left when a random Pauli is applied before and undone after: an approximation.

        Raises
        ------
        SpecError
            If the channel has a third level.

        References
        ----------
        M. R. Geller and Z. Zhou, Phys. Rev. A 88, 012314 (2013).
        """
        if self.levels != 2:
            raise SpecError("channel", f"{self}, which has a third level", "a channel of qubits")
        names, chi = self._chi()
        p = chi.diagonal().real.clip(0)
        return Pauli({name: float(x) for name, x in zip(names, p / p.sum(), strict=True)})


def pauli_matrix(letters: str) -> Matrix:
    """The product of Paulis of that name, `XZ` say."""
    matrix: Matrix = np.eye(1, dtype=np.complex128)
    for letter in letters:
        matrix = np.asarray(np.kron(matrix, _PAULIS[letter]), dtype=np.complex128)
    return matrix


@dataclass(frozen=True)
class AmplitudeDamping(Channel):
    """Decay from |1> to |0> with probability `gamma`: ``K = diag(1, sqrt(1 - gamma)), sqrt(gamma) |0><1|``.

    Over a time t with relaxation time T1, ``gamma = 1 - exp(-t / T1)``. Qiskit: ``amplitude_damping_error(gamma)``.
    See `docs/physics/channels/amplitude_damping.md`.

    Examples
    --------
    >>> import farbell as fb
    >>> state = fb.states.Density.from_numpy([0, 1])
    >>> state.noise(fb.channels.AmplitudeDamping(0.3), 0)
    >>> state.to_numpy().real.diagonal().round(12).tolist()
    [0.3, 0.7]
    """

    gamma: float

    def _make(self) -> _core.KrausChannel:
        return _core.amplitude_damping(real(self.gamma, "gamma"))


@dataclass(frozen=True)
class GeneralisedAmplitudeDamping(Channel):
    """Relaxation with strength `gamma` towards a thermal state in which |1> has probability `excited`.

    See `docs/physics/channels/generalised_amplitude_damping.md`.

    Examples
    --------
    >>> import farbell as fb
    >>> state = fb.states.Density(1)
    >>> state.noise(fb.channels.GeneralisedAmplitudeDamping(gamma=1, excited=0.2), 0)
    >>> state.to_numpy().real.diagonal().round(12).tolist()
    [0.8, 0.2]
    """

    gamma: float
    excited: float

    def _make(self) -> _core.KrausChannel:
        return _core.generalised_amplitude_damping(real(self.gamma, "gamma"), real(self.excited, "excited"))


@dataclass(frozen=True)
class PhaseDamping(Channel):
    """Loss of coherence: off-diagonal elements times ``sqrt(1 - lambda_)``. It is :class:`Dephasing` by another parameter.

    See `docs/physics/channels/dephasing.md`.

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.channels.PhaseDamping(0.36).pauli_probabilities()["Z"], 12)
    0.1
    """

    lambda_: float

    def _make(self) -> _core.KrausChannel:
        return _core.phase_damping(real(self.lambda_, "lambda_"))


@dataclass(frozen=True)
class Dephasing(Channel):
    """Z with probability `p`: off-diagonal elements times ``1 - 2 p``. Stim: ``Z_ERROR(p)``.

    See `docs/physics/channels/dephasing.md`.

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.channels.Dephasing(0.25).average_fidelity(), 9)
    0.833333333
    """

    p: float

    def _make(self) -> _core.KrausChannel:
        p = real(self.p, "p")
        return _pauli_kernel("p", p, [1 - p, 0.0, 0.0, p])


@dataclass(frozen=True)
class BitFlip(Channel):
    """X with probability `p`. Stim: ``X_ERROR(p)``. See `docs/physics/channels/pauli.md`.

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.channels.BitFlip(0.25).entanglement_fidelity(), 9)
    0.75
    """

    p: float

    def _make(self) -> _core.KrausChannel:
        p = real(self.p, "p")
        return _pauli_kernel("p", p, [1 - p, p, 0.0, 0.0])


def _pauli_kernel(name: str, p: float, probabilities: list[float]) -> _core.KrausChannel:
    if not 0 <= p <= 1:
        raise SpecError(name, repr(p), "[0, 1]")
    return _core.pauli_channel(probabilities)


@dataclass(frozen=True)
class Depolarising(Channel):
    """With probability `p` the qubits, 1 to 5 of them, are replaced, all together, by the maximally mixed state.

    For two qubits this is the joint channel; one channel on each of them is :class:`DepolarisingEach`. Qiskit:
    ``depolarizing_error(p, qubits)``; Stim, which counts errors only: ``DEPOLARIZE1(3 p / 4)``, ``DEPOLARIZE2(15 p / 16)``.
    See `docs/physics/channels/depolarising.md`.

    Examples
    --------
    >>> import farbell as fb
    >>> pair = fb.states.Density.bell()
    >>> pair.noise(fb.channels.Depolarising(0.1, qubits=2), 0, 1)
    >>> round(pair.fidelity("Phi+"), 12)
    0.925
    """

    p: float
    qubits: int = 1

    def _make(self) -> _core.KrausChannel:
        return _core.depolarising(real(self.p, "p"), self.qubits)


@dataclass(frozen=True)
class DepolarisingEach(Channel):
    """Each qubit by itself is replaced by the maximally mixed state with probability `p`; for any number of qubits.

    See `docs/physics/channels/depolarising.md`.

    Examples
    --------
    >>> import farbell as fb
    >>> pair = fb.states.Density.bell()
    >>> pair.noise(fb.channels.DepolarisingEach(0.1), 0, 1)
    >>> round(pair.fidelity("Phi+"), 12)
    0.8575
    """

    each = True
    p: float

    def _make(self) -> _core.KrausChannel:
        return _core.depolarising(real(self.p, "p"), 1)


@dataclass(frozen=True, init=False)
class Pauli(Channel):
    """A mixture of products of Paulis, with their probabilities by name; what is missing to 1 is the identity.

    Parameters
    ----------
    probabilities : mapping
        From names such as "X", or "ZI" for two qubits (all of one length, 1 to 4 letters), to probabilities.

    Raises
    ------
    SpecError
        If a name is no product of Paulis, or the probabilities are negative or sum to more than 1.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.channels.Pauli({"X": 0.1, "Z": 0.05}).pauli_probabilities()
    {'I': 0.85, 'X': 0.1, 'Y': 0.0, 'Z': 0.05}
    """

    probabilities: tuple[tuple[str, float], ...]

    def __init__(self, probabilities: Mapping[str, float] | Sequence[tuple[str, float]]) -> None:
        try:
            named = dict(probabilities)
        except (TypeError, ValueError):
            raise SpecError("probabilities", repr(probabilities), 'probabilities by name, such as {"X": 0.1}') from None
        given = {name: real(p, f"probabilities/{name}") for name, p in named.items()}
        object.__setattr__(self, "probabilities", tuple(given.items()))
        self.__post_init__()

    def _make(self) -> _core.KrausChannel:
        given = dict(self.probabilities)
        lengths = {len(name) for name in given}
        for name, p in given.items():
            if not name or set(name) - set("IXYZ") or len(name) > 4:
                raise SpecError("probabilities", repr(name), "names of 1 to 4 letters of I, X, Y, Z")
            if not 0 <= p <= 1:
                raise SpecError(f"probabilities/{name}", repr(p), "[0, 1]")
        if len(lengths) != 1:
            raise SpecError("probabilities", f"names of lengths {sorted(lengths)}", "names of one length")
        names = ["".join(letters) for letters in product("IXYZ", repeat=lengths.pop())]
        errors = sum(given.get(name, 0.0) for name in names[1:])
        identity = given.get(names[0], 1 - errors)
        if abs(errors + identity - 1) > _TOLERANCE or identity < -_TOLERANCE:
            raise SpecError(
                "probabilities", f"a sum of {errors + max(identity, 0.0):.12g}", "a sum of at most 1, or 1 with the identity"
            )
        return _core.pauli_channel([max(identity, 0.0), *(given.get(name, 0.0) for name in names[1:])])

    def pauli_probabilities(self) -> dict[str, float]:
        """The probability of each product of Paulis."""
        given = dict(self.probabilities)
        names = ["".join(letters) for letters in product("IXYZ", repeat=self.n_qubits)]
        errors = {name: given.get(name, 0.0) for name in names[1:]}
        return {names[0]: given.get(names[0], max(0.0, 1 - sum(errors.values()))), **errors}


@dataclass(frozen=True)
class CoherentRotation(Channel):
    """A rotation by `angle_rad` about `axis` ("X", "Y", "Z", or a vector): the unitary ``exp(-i angle (n . sigma) / 2)``.

    See `docs/physics/channels/coherent_rotation.md`.

    Examples
    --------
    >>> import farbell as fb
    >>> state = fb.states.Density(1)
    >>> state.noise(fb.channels.CoherentRotation("X", 0.1), 0)
    >>> round(state.outcome_probability("Z", 0, outcome=1), 9)
    0.002497917
    """

    axis: str | tuple[float, float, float]
    angle_rad: float

    def _make(self) -> _core.KrausChannel:
        if isinstance(self.axis, str):
            if self.axis not in ("X", "Y", "Z"):
                raise SpecError("axis", repr(self.axis), "X, Y, Z, or three numbers")
            axis = tuple(float(self.axis == p) for p in "XYZ")
        else:
            axis = tuple(real(x, "axis") for x in self.axis)
            if len(axis) != 3:
                raise SpecError("axis", f"{len(axis)} numbers", "X, Y, Z, or three numbers")
        return _core.coherent_rotation(list(axis), real(self.angle_rad, "angle_rad"))


@dataclass(frozen=True, init=False)
class ThermalRelaxation(Channel):
    """What a qubit with `t1_s` and `t2_s` suffers in `duration_s`: relaxation to a thermal state, and dephasing.

    Times in seconds, or as text ("10 ms"); ``t2_s <= 2 t1_s``. `excited` is the probability of |1> in equilibrium. Qiskit:
    ``thermal_relaxation_error(t1, t2, time, excited_state_population)``. See `docs/physics/channels/thermal_relaxation.md`.

    Examples
    --------
    >>> import farbell as fb
    >>> pair = fb.states.Density.bell()
    >>> for qubit in (0, 1):
    ...     pair.noise(fb.channels.ThermalRelaxation("10 ms", "5 ms", "5 ms"), qubit)
    >>> round(pair.fidelity("Phi+"), 9)
    0.448342032
    """

    t1_s: float
    t2_s: float
    duration_s: float
    excited: float = 0.0

    def __init__(self, t1_s: float | str, t2_s: float | str, duration_s: float | str, excited: float = 0.0) -> None:
        for name, value in (("t1_s", t1_s), ("t2_s", t2_s), ("duration_s", duration_s)):
            object.__setattr__(self, name, seconds(value, name))
        object.__setattr__(self, "excited", real(excited, "excited"))
        self.__post_init__()

    def _make(self) -> _core.KrausChannel:
        return _core.thermal_relaxation(self.t1_s, self.t2_s, self.duration_s, self.excited)


@dataclass(frozen=True)
class Leakage(Channel):
    """A qubit leaves its two levels for the third with probability `p`, and comes back, in either, with `seepage`.

    For qubits made with ``levels=3``. See `docs/physics/channels/loss_erasure_leakage.md`.

    Examples
    --------
    >>> import farbell as fb
    >>> state = fb.states.Density(1, levels=3)
    >>> state.noise(fb.channels.Leakage(p=0.2, seepage=0.1), 0)
    >>> state.to_numpy().real.diagonal().round(12).tolist()
    [0.8, 0.0, 0.2]
    """

    p: float
    seepage: float = 0.0

    def _make(self) -> _core.KrausChannel:
        return _core.leakage(real(self.p, "p"), real(self.seepage, "seepage"))


@dataclass(frozen=True)
class Loss(Channel):
    """The carrier of a qubit (a photon, an atom) is lost with probability `p`: its third level is the vacuum.

    For qubits made with ``levels=3``. See `docs/physics/channels/loss_erasure_leakage.md`.

    Examples
    --------
    >>> import farbell as fb
    >>> pair = fb.states.Density.bell(levels=3)
    >>> pair.noise(fb.channels.Loss(0.3), 1)
    >>> round(pair.outcome_probability("Z", 1, outcome=2), 12)
    0.3
    """

    p: float

    def _make(self) -> _core.KrausChannel:
        return _core.leakage(real(self.p, "p"), 0.0)


@dataclass(frozen=True)
class Erasure(Channel):
    """With probability `p` the qubit is replaced by a flag, its third level, which :meth:`Density.check` reads.

    The map of :class:`Loss`; the name says that the device tells. For qubits made with ``levels=3``.

    Examples
    --------
    >>> import farbell as fb
    >>> state = fb.states.Density(1, levels=3, seed=1)
    >>> state.noise(fb.channels.Erasure(1.0), 0)
    >>> state.check(0)
    False
    """

    p: float

    def _make(self) -> _core.KrausChannel:
        return _core.leakage(real(self.p, "p"), 0.0)


@dataclass(frozen=True)
class CollectiveDephasing(Channel):
    """One random phase, normal with standard deviation `sigma_rad`, common to all qubits (1 to 8) of a trap or a bath.

    ``rho -> E[R(phi) rho R(phi)^+]`` with ``R(phi) = exp(-i phi Z / 2)`` on every qubit: exact, not sampled. States with as
    many ones keep their coherence. See `docs/physics/channels/collective.md`.

    Examples
    --------
    >>> import farbell as fb
    >>> for name in ("Phi+", "Psi+"):
    ...     pair = fb.states.Density.bell(name)
    ...     pair.noise(fb.channels.CollectiveDephasing(0.5, qubits=2), 0, 1)
    ...     print(name, round(pair.fidelity(name), 9))
    Phi+ 0.80326533
    Psi+ 1.0
    """

    sigma_rad: float
    qubits: int = 2

    def _make(self) -> _core.KrausChannel:
        return _core.collective_dephasing(real(self.sigma_rad, "sigma_rad"), self.qubits)


@dataclass(frozen=True, init=False, eq=False)
class Kraus(Channel):
    """Any channel, by its Kraus operators: square matrices of one size with ``sum K^+ K = 1`` within 1e-9.

    Sizes are 2, 4, 8, ... for qubits, 3, 9, ... for qubits with a third level.

    Raises
    ------
    SpecError
        If they are not square and of one such size, or change the trace; the deviation is named.

    Examples
    --------
    >>> import farbell as fb
    >>> import numpy as np
    >>> fb.channels.Kraus([np.diag([1, 0]), np.diag([0, 1])]).pauli_probabilities()
    {'I': 0.5, 'X': 0.0, 'Y': 0.0, 'Z': 0.5}
    >>> fb.channels.Kraus([np.diag([1, 0.9])])  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    SpecError: kraus: found a map that changes the trace: the sum of K^+ K differs from 1 by 0.19
    """

    operators: tuple[Matrix, ...] = field(repr=False)

    def __init__(self, operators: Sequence[npt.ArrayLike]) -> None:
        matrices = tuple(complex_array(k, "kraus") for k in operators)
        for matrix in matrices:
            matrix.flags.writeable = False
        object.__setattr__(self, "operators", matrices)
        self.__post_init__()

    def __repr__(self) -> str:
        return f"Kraus({len(self.operators)} operators, dimension {self.dimension})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Kraus):
            return NotImplemented
        same = len(self.operators) == len(other.operators) and self.dimension == other.dimension
        return same and all(np.array_equal(a, b) for a, b in zip(self.operators, other.operators, strict=True))

    def __hash__(self) -> int:
        return hash((Kraus, *((k + 0.0).tobytes() for k in self.operators)))

    def _make(self) -> _core.KrausChannel:
        for matrix in self.operators:
            if matrix.ndim != 2:
                raise SpecError("kraus", f"an operator of shape {matrix.shape}", "square matrices")
        made = _core.KrausChannel(list(self.operators))
        if not any(made.dimension == base**k for base in (2, 3) for k in range(1, 13)):
            raise SpecError("kraus", f"operators of size {made.dimension}", "a power of 2, or of 3")
        return made


def from_choi(choi: npt.ArrayLike) -> Kraus:
    """The channel of a Choi matrix, in the convention of :meth:`Channel.choi`, with as few Kraus operators as there can be.

    Raises
    ------
    SpecError
        If the matrix is not square, not of size d^2, not Hermitian and positive, or its channel changes the trace.

    Examples
    --------
    >>> import farbell as fb
    >>> channel = fb.channels.Depolarising(0.1)
    >>> same = fb.channels.from_choi(channel.choi())
    >>> round(same.entanglement_fidelity(), 12), round(channel.entanglement_fidelity(), 12)
    (0.925, 0.925)
    """
    matrix = complex_array(choi, "choi")
    d = math.isqrt(matrix.shape[0]) if matrix.ndim == 2 else 0
    if matrix.shape != (d * d, d * d) or d < 2:
        raise SpecError("choi", f"shape {matrix.shape}", "shape (d^2, d^2)")
    skew = float(np.abs(matrix - matrix.conj().T).max())
    if not skew <= _TOLERANCE:
        raise SpecError("choi", f"a matrix that differs from its adjoint by {skew:.3g}", "a Hermitian matrix")
    values, vectors = np.linalg.eigh((matrix + matrix.conj().T) / 2)
    if not values[0] >= -_TOLERANCE:
        raise SpecError("choi", f"an eigenvalue of {values[0]:.3g}: a map that is not completely positive", "a positive matrix")
    return Kraus(
        [
            math.sqrt(value) * vector.reshape(d, d).T
            for value, vector in zip(values[::-1], vectors.T[::-1], strict=True)
            if value > _RANK_SLACK
        ]
    )
