"""Groups of commuting Pauli products as arrays: a row a generator, columns of X and Z bits, a sign each. Y is X and Z both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from farbell._core import SpecError
from farbell._numbers import whole

Bits = npt.NDArray[np.bool_]
Ket = npt.NDArray[np.complex128]

PAULI_LETTERS = "IXYZ"
LARGEST_GROUP = 2_000
LARGEST_KET = 20
LARGEST_MATRIX = 12


def paulis_of(text: str, n: int, qubits: Sequence[int] = ()) -> list[tuple[int, int]]:
    """(qubit, Pauli 1..3) of "XX_Z" or "XXIZ": a letter for each of the qubits, or for all n."""
    wanted = len(qubits) if qubits else n
    if not isinstance(text, str) or len(text) != wanted or any(c not in "IXYZ_" for c in text):
        raise SpecError("paulis", repr(text), f"{wanted} letters of I (or _), X, Y, Z")
    return [(whole(q, "qubit"), PAULI_LETTERS.index(c)) for q, c in zip(qubits or range(n), text, strict=True) if c not in "I_"]


def check_size(qubits: int, largest: int, what: str) -> None:
    if qubits > largest:
        raise SpecError("n", f"{qubits} qubits", f"at most {largest} for a {what}")


@dataclass
class PauliGroup:
    """Independent generators; operations work on the rows, in place, and leave the group as it is unless they say so."""

    x: Bits
    z: Bits
    sign: Bits

    @classmethod
    def from_text(cls, rows: Iterable[str]) -> PauliGroup:
        texts = [row if row[:1] in {"+", "-"} else "+" + row for row in rows]
        if not texts or any(len(t) != len(texts[0]) or any(c not in "IXYZ_" for c in t[1:]) for t in texts):
            raise SpecError("stabilizers", repr(texts), "texts such as '+XX_Z', all of one length")
        x = np.array([[c in "XY" for c in t[1:]] for t in texts], dtype=np.bool_)
        z = np.array([[c in "ZY" for c in t[1:]] for t in texts], dtype=np.bool_)
        return cls(x, z, np.array([t[0] == "-" for t in texts], dtype=np.bool_))

    @property
    def n(self) -> int:
        return int(self.x.shape[1])

    @property
    def rank(self) -> int:
        return int(self.x.shape[0])

    def text(self, identity: str = "_") -> list[str]:
        letters = np.array([identity, "X", "Z", "Y"])
        rows = letters[self.x + 2 * self.z]
        return ["+-"[int(s)] + "".join(row) for s, row in zip(self.sign, rows, strict=True)]

    def copy(self) -> PauliGroup:
        return PauliGroup(self.x.copy(), self.z.copy(), self.sign.copy())

    def multiply(self, rows: Bits, by: int) -> None:
        """The marked rows are multiplied by another row."""
        x1, z1, x2, z2 = self.x[rows], self.z[rows], self.x[by], self.z[by]
        x3, z3 = x1 ^ x2, z1 ^ z2
        # Y = i X Z, and each X that passes a Z gives -1.
        power = (x1 & z1).sum(1) + (x2 & z2).sum() + 2 * (z1 & x2).sum(1) - (x3 & z3).sum(1)
        self.x[rows], self.z[rows] = x3, z3
        self.sign[rows] ^= self.sign[by] ^ (power // 2 % 2).astype(np.bool_)

    def eliminate(self, bits: Bits, start: int = 0) -> list[int]:
        """Gauss-Jordan on columns of `bits`, a view of x or z, in rows from `start` on; the columns of the pivots, in order."""
        pivots: list[int] = []
        row = start
        for column in range(bits.shape[1]):
            found = np.flatnonzero(bits[row:, column])
            if len(found) == 0:
                continue
            other = row + int(found[0])
            for array in (self.x, self.z, self.sign):
                array[[row, other]] = array[[other, row]]
            marked = bits[:, column].copy()
            marked[:start] = False
            marked[row] = False
            self.multiply(marked, row)
            pivots.append(column)
            row += 1
            if row == self.rank:
                break
        return pivots

    def restricted(self, keep: Sequence[int]) -> PauliGroup:
        """The subgroup that acts on these qubits only, with its columns in their order."""
        group = self.copy()
        rest = [q for q in range(self.n) if q not in set(keep)]
        order = [*rest, *keep]
        group.x, group.z = group.x[:, order], group.z[:, order]
        used = len(group.eliminate(group.x[:, : len(rest)]))
        used += len(group.eliminate(group.z[:, : len(rest)], used))
        return PauliGroup(group.x[used:, len(rest) :].copy(), group.z[used:, len(rest) :].copy(), group.sign[used:].copy())

    # ---- as arrays of numbers -----------------------------------------------------------------------------------

    def _apply(self, row: int, state: Ket) -> Ket:
        """Generator times a ket, or each column of a matrix; qubit 0 is the most significant bit."""
        weights = 1 << np.arange(self.n - 1, -1, -1)
        x, z = int(weights[self.x[row]].sum()), int(weights[self.z[row]].sum())
        index = np.arange(len(state))
        parity = np.zeros(len(state), dtype=np.int64)
        for bit in range(self.n):
            parity ^= (index & z) >> bit & 1
        phase = 1j ** int((self.x[row] & self.z[row]).sum()) * (-1) ** int(self.sign[row])
        factors = phase * (1 - 2 * parity)
        out = np.empty_like(state)
        out[index ^ x] = (factors * state.T).T
        return np.asarray(out)

    def ket(self) -> Ket:
        """The state that as many generators as qubits fix; the first amplitude that is not 0 is positive."""
        check_size(self.n, LARGEST_KET, "state vector")
        group = self.copy()
        with_x = len(group.eliminate(group.x))
        pivots = group.eliminate(group.z, with_x)
        start = np.zeros(self.n, dtype=np.bool_)
        start[pivots] = group.sign[with_x : with_x + len(pivots)]
        state = np.zeros(2**self.n, dtype=np.complex128)
        state[int((1 << np.arange(self.n - 1, -1, -1))[start].sum())] = 1
        for row in range(with_x):
            state += group._apply(row, state)
        state /= np.sqrt(2.0**with_x)
        first = state[np.flatnonzero(state)[0]]
        return np.asarray(state * (abs(first) / first))

    def matrix(self) -> Ket:
        """The density matrix: a product of (1 + generator), normalised."""
        check_size(self.n, LARGEST_MATRIX, "density matrix")
        rho: Ket = np.eye(2**self.n, dtype=np.complex128) / 2**self.n
        for row in range(self.rank):
            rho += self._apply(row, rho)
        return rho

    def expectation(self, paulis: Sequence[tuple[int, int]]) -> int:
        own = self.copy()
        columns = [(0, column) for column in own.eliminate(own.x)]
        columns += [(1, column) for column in own.eliminate(own.z, len(columns))]
        x, z = np.zeros(self.n, dtype=np.bool_), np.zeros(self.n, dtype=np.bool_)
        for q, k in paulis:
            x[q], z[q] = k in (1, 2), k in (2, 3)
        # Reduced by the generators, a member leaves the identity, with its sign.
        group = PauliGroup(np.vstack([own.x, x]), np.vstack([own.z, z]), np.append(own.sign, False))
        last = np.arange(group.rank) == self.rank
        for row, (kind, column) in enumerate(columns):
            if (group.x, group.z)[kind][-1, column]:
                group.multiply(last, row)
        return 0 if group.x[-1].any() or group.z[-1].any() else -1 if group.sign[-1] else 1

    # ---- graph states -------------------------------------------------------------------------------------------

    def graph_form(self) -> tuple[list[tuple[int, int]], list[list[str]]]:
        """Edges of a graph state, and the gates on each qubit that turn it into this one, in the order of their application."""
        group = self.copy()
        undo: list[list[str]] = [[] for _ in range(self.n)]
        with_x = len(group.eliminate(group.x))
        # Qubits on which the generators without X are told apart take a Hadamard gate: the X part then has full rank.
        for q in group.eliminate(group.z, with_x):
            group.sign ^= group.x[:, q] & group.z[:, q]
            group.x[:, q], group.z[:, q] = group.z[:, q].copy(), group.x[:, q].copy()
            undo[q].append("h")
        pivots = group.eliminate(group.x)
        if pivots != list(range(self.n)):
            raise SpecError("stabilizers", f"{self.rank} generators", f"{self.n}: a pure state")
        for q in range(self.n):
            if group.z[q, q]:  # S^-1 turns Y into X
                group.sign[q] ^= group.x[q, q] & ~group.z[q, q]
                group.z[q, q] = False
                undo[q].append("s")
        for q in range(self.n):
            if group.sign[q]:
                undo[q].append("z")
        edges = [(int(a), int(b)) for a, b in np.argwhere(group.z) if a < b]
        return edges, [list(reversed(gates)) for gates in undo]


def group_of_ket(state: Ket) -> PauliGroup:
    """Generators of a stabilizer state given by its amplitudes; SpecError if it is none."""
    n = max(len(state).bit_length() - 1, 0)
    if state.ndim != 1 or len(state) != 2**n or n == 0:
        raise SpecError("ket", f"shape {state.shape}", "2^n amplitudes")
    norm = float(np.linalg.norm(state))
    if not abs(norm - 1) < 1e-9:
        raise SpecError("ket", f"norm {norm}", "norm 1")
    refused = SpecError("ket", "a state that is no stabilizer state", "one that Pauli products stabilize; Ket holds any")
    support = np.flatnonzero(abs(state) > 1e-6)
    base = int(support[0])
    # A basis of the differences in the support, by leading bit.
    basis: dict[int, int] = {}
    for value in support ^ base:
        rest = int(value)
        while rest:
            lead = rest.bit_length()
            if lead not in basis:
                basis[lead] = rest
                break
            rest ^= basis[lead]
    for lead in sorted(basis):
        for other in basis:
            if other != lead and basis[other] >> (lead - 1) & 1:
                basis[other] ^= basis[lead]
    vectors = [basis[lead] for lead in sorted(basis)]
    leads = sorted(basis)
    if len(support) != 2 ** len(vectors):
        raise refused
    rows: list[tuple[int, int, complex]] = []  # X mask, Z mask, factor of X^x Z^z
    for vector in vectors:
        here = state[base ^ vector] / state[base]
        z = 0
        for lead, other in zip(leads, vectors, strict=True):
            # The basis is reduced: only this vector has its leading bit.
            if abs(state[base ^ vector ^ other] / state[base ^ other] / here + 1) < 1e-6:
                z |= 1 << (lead - 1)
        rows.append((vector, z, here * (-1) ** bin(z & base).count("1")))
    free = [bit for bit in range(n) if bit + 1 not in basis]
    for bit in free:
        z = 1 << bit
        for lead, vector in zip(leads, vectors, strict=True):
            if vector >> bit & 1:
                z |= 1 << (lead - 1)
        rows.append((0, z, (-1) ** bin(z & base).count("1")))
    x = np.array([[row[0] >> (n - 1 - q) & 1 for q in range(n)] for row in rows], dtype=np.bool_)
    z_bits = np.array([[row[1] >> (n - 1 - q) & 1 for q in range(n)] for row in rows], dtype=np.bool_)
    # X^x Z^z = (-i)^(number of Y) times the product of Paulis.
    values = [row[2] * (-1j) ** int((x[i] & z_bits[i]).sum()) for i, row in enumerate(rows)]
    if any(min(abs(v - 1), abs(v + 1)) > 1e-6 for v in values):
        raise refused
    group = PauliGroup(x, z_bits, np.array([v.real < 0 for v in values], dtype=np.bool_))
    if abs(abs(np.vdot(group.ket(), state)) - 1) > 1e-9:
        raise refused
    return group
