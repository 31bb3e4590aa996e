"""Stabilizer states: few bits a qubit, for Clifford gates, Pauli measurements and Pauli noise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from farbell._core import SpecError, StabilizerState
from farbell._extras import require
from farbell._numbers import complex_array, whole
from farbell.channels import Channel
from farbell.states._arguments import BELL_NAMES, seed_or_random
from farbell.states._circuit import Step, gate_step
from farbell.states._exact_arguments import Readout, checked_readout, several, weights_of
from farbell.states._gates import QuarterTurns
from farbell.states._pauli_groups import LARGEST_GROUP, Ket, PauliGroup, check_size, group_of_ket, paulis_of
from farbell.states._register import Register, acted_on

S = TypeVar("S", bound="Stabilizer")

# What exact states do and stabilizer states cannot.
_NOT_CLIFFORD = ("t", "t_dag", "unitary", "decay")


class StabilizerMixture:
    """What is left of a stabilizer state when qubits are traced out: ``2^-n`` times the sum over a group of Pauli products.

    Values of :meth:`Stabilizer.partial_trace`; qubits are numbered anew, in the order in which they were kept.

    Examples
    --------
    >>> import farbell as fb
    >>> rest = fb.states.Stabilizer.ghz(3).partial_trace([0, 2])
    >>> rest.stabilizers(), rest.entropy()
    (['+ZZ'], 1)
    >>> rest.to_numpy().real.tolist()
    [[0.5, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.5]]
    """

    __slots__ = ("_group",)

    def __init__(self, stabilizers: Iterable[str]) -> None:
        self._group = PauliGroup.from_text(stabilizers)

    @classmethod
    def _of(cls, group: PauliGroup) -> StabilizerMixture:
        self = object.__new__(cls)
        self._group = group
        return self

    @property
    def n(self) -> int:
        """Number of qubits."""
        return self._group.n

    def stabilizers(self) -> list[str]:
        """Independent generators of the group, such as "+XX_Z"."""
        return self._group.text()

    def entropy(self) -> int:
        """Von Neumann entropy in bits: qubits without a generator."""
        return self.n - self._group.rank

    def expectation(self, paulis: str) -> int:
        """Expectation value, 1, 0 or -1, of a product of Paulis such as "XX_Z"."""
        return self._group.expectation(paulis_of(paulis, self.n))

    def to_numpy(self) -> Ket:
        """Density matrix, of shape ``(2^n, 2^n)``; qubit 0 is the left factor. At most 12 qubits."""
        return self._group.matrix()

    def to_qutip(self) -> Any:
        """The density matrix as a ``qutip.Qobj``."""
        return require("qutip", "to_qutip").Qobj(self.to_numpy(), dims=[[2] * self.n, [2] * self.n])

    def __repr__(self) -> str:
        return f"StabilizerMixture({_listed(self.n, self.stabilizers())})"


class Stabilizer(StabilizerState, Register, QuarterTurns):
    """``n`` qubits in a stabilizer state, all |0> at first. Operations change it in place.

    Gates are methods by the names of docs/physics/gates.md: ``i``, ``x``, ``y``, ``z``, ``h``, ``s``, ``s_dag``, ``sqrt_x``,
    ``sqrt_x_dag``, ``sqrt_y``, ``sqrt_y_dag`` take a qubit; ``cx`` (also ``cnot``), ``cy``, ``cz``, ``swap``, ``iswap``,
    ``iswap_dag`` take two; ``rx``, ``ry``, ``rz``, ``phase`` take a qubit and an angle of whole quarter turns. Qubit 0 is the
    first, most significant factor of the tensor product, as in QuTiP (in Stim's ``state_vector`` with ``endian="big"``). Up to
    64 qubits are packed in machine words; larger states are wide tableaux.

    Parameters
    ----------
    n : int
        Number of qubits, 1 to 10,000.
    seed : int, optional
        Of the outcomes that are open and of noise; without one they differ from run to run.
    record : bool
        Keep what is done for :meth:`circuit_text`.

    Raises
    ------
    SpecError
        For too many qubits, with the memory they would take. Every operation refuses a qubit that does not exist, is given
        twice or is gone, by its number, before anything changes.

    References
    ----------
    D. Gottesman, arXiv:quant-ph/9807006 (1998). S. Aaronson and D. Gottesman, Phys. Rev. A 70, 052328 (2004).
    C. Gidney, Quantum 5, 497 (2021).

    Examples
    --------
    >>> import farbell as fb
    >>> state = fb.states.Stabilizer(2, seed=1)
    >>> state.h(0)
    >>> state.cx(0, 1)
    >>> state
    Stabilizer(2 qubits: +XX, +ZZ)
    >>> state.expectation("ZZ"), state.measure(1, outcome=1), state.expectation("Z", 0)
    (1, 1, -1)
    """

    def __init__(self, n: int, *, seed: int | None = None, record: bool = False) -> None:
        super().__init__(whole(n, "n"), seed_or_random(seed), record)

    def _recorded(self) -> list[Step] | None:
        if not self._records:
            return None
        return [
            gate_step(gate, qubits) if gate else Step(tuple(qubits), tuple(labels)) for gate, qubits, labels in self._steps()
        ]

    # ---- making -------------------------------------------------------------------------------------------------

    @classmethod
    def from_stabilizers(cls: type[S], stabilizers: Iterable[str], *, seed: int | None = None) -> S:
        """The state that as many independent, commuting products such as "+XX_Z" stabilize; at most 64 qubits.

        Examples
        --------
        >>> fb.states.Stabilizer.from_stabilizers(["+XX", "-ZZ"]).fidelity("Psi+")
        1.0
        """
        return cls._of(PauliGroup.from_text(stabilizers), seed)

    @classmethod
    def from_numpy(cls: type[S], ket: npt.ArrayLike, *, seed: int | None = None) -> S:
        """From ``2^n`` amplitudes; SpecError if no Pauli products stabilize them.

        Examples
        --------
        >>> fb.states.Stabilizer.from_numpy([0, 1, -1j, 0] / np.sqrt(2)).stabilizers()
        ['-YX', '-ZZ']
        """
        return cls._of(group_of_ket(complex_array(ket, "ket")), seed)

    @classmethod
    def from_qutip(cls: type[S], state: Any, *, seed: int | None = None) -> S:
        """From a ket of QuTiP's."""
        return cls.from_numpy(state.full().ravel(), seed=seed)

    @classmethod
    def from_stim(cls: type[S], source: Any, *, seed: int | None = None) -> S:
        """From a ``stim.Tableau`` (the state that it makes of |0...0>), or the present state of a ``stim.TableauSimulator``."""
        tableau = source.current_inverse_tableau().inverse() if hasattr(source, "current_inverse_tableau") else source
        state = cls(len(tableau), seed=seed)
        if state._wide:
            x2x, x2z, z2x, z2z, x_sign, z_sign = tableau.inverse().to_numpy()
            state._set_images((x2x, x2z, x_sign), (z2x, z2z, z_sign))
        else:
            _, _, z2x, z2z, _, z_sign = tableau.to_numpy()
            state._set_generators(z2x, z2z, z_sign)
        return state

    @classmethod
    def _of(cls: type[S], group: PauliGroup, seed: int | None) -> S:
        state = cls(group.n, seed=seed)
        state._set_generators(group.x, group.z, group.sign)
        return state

    def copy(self: S, seed: int | None = None) -> S:
        """The same state, with a random stream of its own; copies by :mod:`copy` and :mod:`pickle` go on with the same one."""
        other = type(self)(self.n)
        other._assign(self, seed_or_random(seed))
        return other

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.n, self._parts()), self.__dict__

    def tensor(self: S, other: Stabilizer, seed: int | None = None) -> S:
        """The product with another stabilizer state. Qubits are numbered anew: those that are here, then the other's.

        Examples
        --------
        >>> state = fb.states.Stabilizer.bell().tensor(fb.states.Stabilizer.bell("Psi-"))
        >>> sorted(state.stabilizers())
        ['+XX__', '+ZZ__', '-__XX', '-__ZZ']
        """
        if not isinstance(other, Stabilizer):
            raise SpecError("other", type(other).__name__, "a Stabilizer")
        state = type(self)(len(self.qubits) + len(other.qubits), seed=seed)
        first = 0
        for part in (self, other):
            edges, gates = part.graph_form()
            for q in range(len(gates)):
                state.h(first + q)
            for a, b in edges:
                state.cz(first + a, first + b)
            for q, names in enumerate(gates, first):
                for name in names:
                    state.apply(name, q)
            first += len(gates)
        return state

    # ---- what happens to it -------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        if name in _NOT_CLIFFORD:
            raise AttributeError(
                f"a stabilizer state has no {name}, which is not a Clifford operation; Density and Ket have it"
            )
        raise AttributeError(f"'Stabilizer' object has no attribute {name!r}")

    def measure(
        self, q: int, basis: str = "Z", destructive: bool = False, *, outcome: int | None = None, readout: Readout | None = None
    ) -> int:
        """Measure a qubit in the basis "X", "Y" or "Z": 0 for the eigenvalue +1, 1 for -1.

        Parameters
        ----------
        destructive : bool
            The qubit is gone afterwards: using it later is refused.
        outcome : int, optional
            Postselect: the outcome that is to be found; refused if it cannot occur.
        readout : (float, float), optional
            P(read 0 | 0) and P(read 1 | 1), each in [0, 1]. What is truly found is drawn, given what is read.
        """
        found = self._measure(paulis_of(basis, 1, [q]), outcome, _faithful(readout))
        if destructive:
            self._drop(q, "measured destructively")
        return found

    def measure_many(self, *qubits: int) -> list[int]:
        """Read qubits in Z, all if none is named; on large states much faster than one by one."""
        return self._measure_z(list(qubits) or self.qubits)

    def measure_pauli(self, paulis: str, *qubits: int, outcome: int | None = None, readout: Readout | None = None) -> int:
        """Measure the parity of a product of Paulis: "XX_Z" for all qubits, or a letter for each that is named.

        Examples
        --------
        >>> state = fb.states.Stabilizer(2)
        >>> state.measure_pauli("XX", 0, 1, outcome=1), state.fidelity("Phi-")
        (1, 1.0)
        """
        return self._measure(paulis_of(paulis, self.n, qubits), outcome, _faithful(readout))

    def outcome_probability(self, paulis: str, *qubits: int, outcome: int = 0, readout: Readout | None = None) -> float:
        """Probability that :meth:`measure_pauli` gives `outcome`: 0, 1/2 or 1 without errors; nothing changes."""
        if outcome not in (0, 1):
            raise SpecError("outcome", repr(outcome), "0, 1")
        zero = (1 + self.expectation(paulis, *qubits)) / 2
        return float(np.dot(weights_of(outcome, checked_readout(readout)), [zero, 1 - zero, 0.0]))

    def bell_measure(
        self, a: int, b: int, destructive: bool = True, *, outcome: int | None = None, readout: Readout | None = None
    ) -> int:
        """Measure two qubits in the Bell basis: 0 to 3 for Phi+, Phi-, Psi+, Psi-.

        By a CNOT from `a` to `b`, a Hadamard gate on `a`, and two read-outs: `a` gives the phase bit, `b` the parity bit. If it
        is not `destructive` the two gates are undone afterwards: the qubits are left in the Bell state that was found.

        Examples
        --------
        Teleportation of |+i> through a Bell pair:

        >>> state = fb.states.Stabilizer(3)
        >>> state.sqrt_x_dag(0)
        >>> state.h(1)
        >>> state.cx(1, 2)
        >>> state.apply(["i", "z", "x", "y"][state.bell_measure(0, 1)], 2)
        >>> state.expectation("Y", 2)
        1
        """
        found = self._bell_measure(a, b, outcome, _faithful(readout))
        if destructive:
            self._drop(a, "measured destructively")
            self._drop(b, "measured destructively")
        return found

    def fuse(self, a: int, b: int, *, outcome: int | None = None, readout: Readout | None = None) -> int:
        """Type-I fusion: a CNOT from `a` to `b`, which is read in Z and gone. With outcome 1 the far part is to be flipped.

        Examples
        --------
        >>> state = fb.states.Stabilizer.graph([(0, 1), (2, 3)])
        >>> state.fuse(1, 2) in (0, 1), state.qubits
        (True, [0, 1, 3])
        """
        return self._fuse(a, b, outcome, _faithful(readout))

    def noise(self, channel: Channel, *qubits: int) -> None:
        """Draw a Pauli error of a channel of :mod:`farbell.channels`, on as many qubits as it is for.

        A channel for each qubit draws for each that is named. One that is no mixture of Paulis is refused:
        ``channel.pauli_twirled()`` is its approximation, by name.
        """
        errors, groups = pauli_errors(channel, qubits)
        self._require_there(list(qubits))  # before anything changes
        for group in groups:
            left = self._uniform()
            for text, p in errors.items():
                if left < p:
                    self._flip(paulis_of(text, len(group), group))
                    break
                left -= p
        self._note(type(channel).__name__, list(qubits))

    # ---- what is read off ---------------------------------------------------------------------------------------

    def expectation(self, paulis: str, *qubits: int) -> int:
        """Expectation value, 1, 0 or -1, of a product of Paulis: "XX_Z" for all qubits, or a letter for each that is named."""
        return self._expectation(paulis_of(paulis, self.n, qubits))

    def stabilizers(self, identity: str = "_") -> list[str]:
        """Generators of the state of the qubits that are there, such as "+XX_Z"."""
        return self._group().text(identity)

    def _group(self) -> PauliGroup:
        check_size(self.n, LARGEST_GROUP, "list of generators")
        group = PauliGroup(*self._generators())
        return group if len(self.qubits) == self.n else group.restricted(self.qubits)

    def fidelity(self, target: Any) -> float:
        """Fidelity to "Phi+", ..., "GHZ", another state, a ket or a density matrix: ``<psi|rho|psi>``, the squared convention.

        Examples
        --------
        >>> fb.states.Stabilizer.ghz(3).fidelity(fb.states.Stabilizer(3))
        0.5
        """
        there = self.qubits
        if isinstance(target, str):
            if target != "GHZ" and target not in BELL_NAMES:
                raise SpecError("target", repr(target), ", ".join([*BELL_NAMES, "GHZ"]))
            if target != "GHZ" and len(there) != 2:
                raise SpecError("target", f"{target} for {len(there)} qubits", "2 qubits")
            target = Stabilizer.ghz(len(there)) if target == "GHZ" else Stabilizer.bell(target)
        if isinstance(target, Stabilizer):
            if len(there) != len(target.qubits):
                raise SpecError("target", f"{len(target.qubits)} qubits", f"{len(there)} qubits")
            pair = [s if len(s.qubits) == s.n else Stabilizer._of(s._group(), 0) for s in (self, target)]
            return pair[0]._fidelity(pair[1])
        other = complex_array(target.to_numpy() if hasattr(target, "to_numpy") else target, "target")
        ket = self.to_numpy()
        if other.shape == ket.shape:
            return float(abs(np.vdot(other, ket)) ** 2)
        if other.shape != (len(ket), len(ket)):
            raise SpecError("target", f"shape {other.shape}", f"({len(ket)},) or ({len(ket)}, {len(ket)})")
        return float(np.real(np.vdot(ket, other @ ket)))

    def entropy(self, qubits: int | Sequence[int]) -> int:
        """Von Neumann entropy in bits of some qubits: their entanglement with the rest, in Bell pairs.

        Examples
        --------
        >>> fb.states.Stabilizer.ghz(4).entropy([0, 1])
        1
        """
        return self._entropy(_different(qubits))

    def log_negativity(self, qubits: int | Sequence[int]) -> int:
        """Logarithmic negativity of these qubits against the rest: for a pure stabilizer state the :meth:`entropy`."""
        return self.entropy(qubits)

    def negativity(self, qubits: int | Sequence[int]) -> float:
        """Sum of the moduli of the negative eigenvalues of the partial transpose on these qubits: ``(2^entropy - 1)/2``."""
        return float((2 ** self.entropy(qubits) - 1) / 2)

    def concurrence(self, a: int, b: int) -> float:
        """Wootters' concurrence of two qubits: 1 if they are a Bell pair up to local gates, else 0."""
        return float(self.entropy([a, b]) == 0 and self.entropy([a]) == 1)

    def partial_trace(self, keep: int | Sequence[int]) -> StabilizerMixture:
        """The state of some qubits, in this order; the others are traced out. This one does not change."""
        wanted = _different(keep)
        self._expectation([(q, 3) for q in wanted])
        there = self.qubits
        return StabilizerMixture._of(self._group().restricted([there.index(q) for q in wanted]))

    def graph_form(self) -> tuple[list[tuple[int, int]], list[list[str]]]:
        """A graph state that is this one up to local gates.

        Returns
        -------
        edges : list of pairs of int
            Positions among :attr:`qubits`.
        gates : list of lists of str
            For each qubit the gates that turn the graph state into this state, first to last.

        Examples
        --------
        >>> fb.states.Stabilizer.ghz(3).graph_form()
        ([(0, 2), (1, 2)], [['h'], ['h'], []])
        """
        return self._group().graph_form()

    # ---- to other packages, and to the eye ----------------------------------------------------------------------

    def to_numpy(self) -> Ket:
        """Amplitudes of the qubits that are there, ``2^n`` of them; the first that is not 0 is positive. At most 20 qubits."""
        return self._group().ket()

    def to_stim(self) -> Any:
        """A ``stim.Tableau`` that makes this state of |0...0>; its ``to_state_vector`` needs ``endian="big"`` for our order."""
        stim = require("stim", "Stabilizer.to_stim")
        return stim.Tableau.from_stabilizers([stim.PauliString(row) for row in self.stabilizers()])

    def to_qutip(self) -> Any:
        """The ket as a ``qutip.Qobj``."""
        ket = self.to_numpy()
        n = len(ket).bit_length() - 1
        return require("qutip", "Stabilizer.to_qutip").Qobj(ket, dims=[[2] * n, [1] * n])

    def plot(self, ax: Any = None) -> Any:
        """Draw the graph state that this is up to local gates, which stand at the qubits; returns matplotlib Axes."""
        edges, gates = self.graph_form()
        there = self.qubits
        check_size(len(there), 200, "drawing")
        if ax is None:
            ax = require("matplotlib.pyplot", "Stabilizer.plot").figure().add_subplot()
        angle = np.pi / 2 - 2 * np.pi * np.arange(len(there)) / len(there)
        x, y = np.cos(angle), np.sin(angle)
        for a, b in edges:
            ax.plot(x[[a, b]], y[[a, b]], color="0.5", zorder=1)
        ax.scatter(x, y, s=350, color="#dce6f2", edgecolor="#1f4e79", zorder=2)
        for q, name in enumerate(there):
            ax.annotate(str(name), (x[q], y[q]), ha="center", va="center", zorder=3)
            if gates[q]:
                ax.annotate(" ".join(gates[q]), (1.22 * x[q], 1.22 * y[q]), ha="center", va="center", fontsize="small")
        ax.set(xlim=(-1.5, 1.5), ylim=(-1.5, 1.5), aspect="equal")
        ax.axis("off")
        return ax

    def __repr__(self) -> str:
        there = len(self.qubits)
        if there > 8:
            return f"Stabilizer({there} qubits)"
        return f"Stabilizer({_listed(there, self.stabilizers())})"

    def _repr_html_(self) -> str:
        there = self.qubits
        if len(there) > 32:
            return f"<div><b>{self!r}</b></div>"
        head = "".join(f"<th>{q}</th>" for q in there)
        rows = "".join(
            f"<tr><td>{row[0]}</td>{''.join(f'<td>{letter}</td>' for letter in row[1:])}</tr>" for row in self.stabilizers(" ")
        )
        title = f"Stabilizer, {len(there)} qubit{'s' * (len(there) != 1)}"
        return f"<div><b>{title}</b><table><tr><th></th>{head}</tr>{rows}</table></div>"


def _restored(cls: type[S], n: int, parts: Any) -> S:
    state = cls(n, seed=0)
    state._set_parts(parts)
    return state


def _listed(n: int, rows: list[str]) -> str:
    return f"{n} qubit{'s' * (n != 1)}: {', '.join(rows) or 'maximally mixed'}"


def pauli_errors(channel: Channel, qubits: tuple[int, ...]) -> tuple[dict[str, float], list[tuple[int, ...]]]:
    """Probabilities of the Pauli errors of a channel, and the groups of qubits on each of which it acts by itself."""
    groups, errors = acted_on(channel, qubits), channel.pauli_probabilities()
    if errors is None:
        raise SpecError("channel", f"{channel}, which is no mixture of Paulis", "Pauli noise; pauli_twirled() approximates it")
    return errors, groups


def _faithful(readout: Readout | None) -> Readout:
    return checked_readout(readout) or (1.0, 1.0)


def _different(qubits: int | Sequence[int]) -> list[int]:
    listed = [whole(q, "qubit") for q in several(qubits)]
    if not listed or len(set(listed)) != len(listed):
        raise SpecError("qubits", repr(listed), "one or more different qubits")
    return listed
