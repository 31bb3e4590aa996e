"""Quantum states as density matrices: one or two qubits between operations, up to four while a Bell measurement lasts.

Noise is written as jump operators and Kraus operators, the Bell measurement as its circuit. Nothing is simplified.
"""

from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from math import exp, inf, log, sqrt

import numpy as np

I = np.eye(2, dtype=complex)
X = np.array([[0, 1], [1, 0]], dtype=complex)
Y = np.array([[0, -1j], [1j, 0]])
Z = np.diag([1, -1]).astype(complex)
PAULIS = (I, X, Y, Z)
HADAMARD = (X + Z) / sqrt(2)
TWICE = tuple(np.kron(pauli, pauli) for pauli in (X, Y, Z))
QUARTER_TURN = (I - 1j * X) / sqrt(2)  # exp(-i pi/4 X)
CNOT = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]], dtype=complex)
LOWER = np.array([[0, 1], [0, 0]], dtype=complex)

BELL = np.array([[1, 0, 0, 1], [1, 0, 0, -1], [0, 1, 1, 0], [0, 1, -1, 0]], dtype=complex) / sqrt(2)
PROJECTORS = [np.outer(ket, ket.conj()) for ket in BELL]


def pair_state(spec):
    """The 4x4 matrix of a `given` link's state."""
    if spec["kind"] == "werner":
        rest = (1 - spec["fidelity"]) / 3
        return (spec["fidelity"] - rest) * PROJECTORS[0] + rest * np.eye(4)
    if spec["kind"] == "bell_weights":
        return sum(weight * projector for weight, projector in zip(spec["weights"], PROJECTORS, strict=True))
    return np.array(spec["real"]) + 1j * np.array(spec["imag"])


def turned(rho):
    """The same state with its two qubits in the other order."""
    return rho.reshape(2, 2, 2, 2).transpose(1, 0, 3, 2).reshape(4, 4)


def bell_diagonal_part(rho):
    return sum((ket.conj() @ rho @ ket).real * projector for ket, projector in zip(BELL, PROJECTORS, strict=True))


# ---- operators on some qubits of several -------------------------------------------------------------------------------


def embed(operator, targets, qubits):
    """The operator on `targets`, identity on the others; qubit 0 is the most significant."""
    n, k = qubits, len(targets)
    tensor = np.kron(operator, np.eye(2 ** (n - k))).reshape((2,) * (2 * n))
    order = list(targets) + [q for q in range(n) if q not in targets]
    place = [order.index(q) for q in range(n)]
    return tensor.transpose(place + [n + p for p in place]).reshape(2**n, 2**n)


@cache
def embedded_paulis(targets, qubits):
    operators = [np.eye(1)]
    for _ in targets:
        operators = [np.kron(left, pauli) for left in operators for pauli in PAULIS]
    return [embed(operator, targets, qubits) for operator in operators]


@cache
def embedded_gate(name, targets, qubits):
    return embed({"cnot": CNOT, "hadamard": HADAMARD}[name], targets, qubits)


def depolarise(rho, targets, qubits, reliability):
    """With probability 1 - reliability the targets, together, are replaced by white noise: a random Pauli error."""
    if reliability == 1:
        return rho
    errors = embedded_paulis(targets, qubits)
    return reliability * rho + (1 - reliability) / len(errors) * sum(e @ rho @ e for e in errors)


def trace_out(rho, qubits, gone):
    """The state of the others, in their order."""
    tensor = rho.reshape((2,) * (2 * qubits))
    for q in sorted(gone, reverse=True):
        tensor = np.trace(tensor, axis1=q, axis2=q + tensor.ndim // 2)
    left = 2 ** (qubits - len(gone))
    return tensor.reshape(left, left)


# ---- memories ----------------------------------------------------------------------------------------------------------


def generator(memory, twirled):
    """The Lindblad generator of one idle qubit as a 4x4 matrix on row-major vectorised density matrices, laws that know its age left out."""
    jumps = []
    if memory["t1_s"]:
        rate = 1 / memory["t1_s"]
        # The twirl of relaxation is X and Y errors, a quarter of the rate each.
        jumps += [(rate / 4, X), (rate / 4, Y)] if twirled else [(rate, LOWER)]
    if memory["t2_s"] and memory["t2_law"] == "exponential":
        pure = 1 / memory["t2_s"] - (1 / (2 * memory["t1_s"]) if memory["t1_s"] else 0)
        jumps.append((pure / 2, Z))
    if memory["dephasing_s"]:
        jumps.append((1 / memory["dephasing_s"] / 2, Z))
    if memory["depolarising_s"]:
        jumps += [(1 / memory["depolarising_s"] / 4, pauli) for pauli in (X, Y, Z)]
    jumps += [(memory[f"pauli_{axis}_rate_hz"], pauli) for axis, pauli in zip("xyz", (X, Y, Z), strict=True)]
    total = np.zeros((4, 4), dtype=complex)
    for rate, jump in jumps:
        effect = jump.conj().T @ jump
        total += rate * (np.kron(jump, jump.conj()) - (np.kron(effect, I) + np.kron(I, effect.T)) / 2)
    return total


def coherence_law(memory):
    """-ln C at an age in seconds, for laws that know the qubit's age; None for the exponential one."""
    if memory["t2_law"] == "tabulated":
        times = [0.0, *memory["coherence_times_s"]]
        losses = [0.0, *(-log(c) for c in memory["coherences"])]

        def by_points(age_s):
            if age_s <= times[-1]:
                return np.interp(age_s, times, losses)
            if memory["coherence_beyond"] == "nothing":
                return inf
            return losses[-1] + (age_s - times[-1]) * (losses[-1] - losses[-2]) / (times[-1] - times[-2])

        return by_points
    if memory["t2_s"] is None or memory["t2_law"] == "exponential":
        return None
    exponent = 2 if memory["t2_law"] == "gaussian" else memory["t2_exponent"]
    return lambda age_s: (age_s / memory["t2_s"]) ** exponent


def t2_of(memory):
    """The time at which coherence is down to 1/e, relaxation apart but with the exponential law; what rules call t2_s."""
    if memory["t2_law"] != "tabulated":
        return inf if memory["t2_s"] is None else memory["t2_s"]
    law = coherence_law(memory)
    times = memory["coherence_times_s"]
    if law(times[-1]) <= 1:
        (t1, l1), (t0, l0) = ((t, law(t)) for t in (times[-1], times[-2] if len(times) > 1 else 0.0))
        if memory["coherence_beyond"] == "nothing":
            return t1
        return t1 + (1 - l1) * (t1 - t0) / (l1 - l0) if l1 > l0 else inf
    return float(np.interp(1, [0.0, *map(law, times)], [0.0, *times]))


class Device:
    """A memory kind as the states see it."""

    def __init__(self, memory, ticks_per_s, twirled):
        self.ticks_per_s = ticks_per_s
        self.coherence_law = coherence_law(memory)
        self.two_qubit_reliability = memory["two_qubit_gate_reliability"]
        self.single_qubit_reliability = memory["single_qubit_gate_reliability"]
        f0, f1 = memory["readout_fidelity_0"], memory["readout_fidelity_1"]
        if twirled:
            f0 = f1 = (f0 + f1) / 2
        self.readout = np.diag([f0, 1 - f1]).astype(complex), np.diag([1 - f0, f1]).astype(complex)
        # Populations and coherences evolve apart, and each of the two blocks has a full set of eigenvectors.
        lindblad = generator(memory, twirled)
        self.blocks = []
        for rows in ([0, 3], [1, 2]):
            block = np.ix_(rows, rows)
            values, vectors = np.linalg.eig(lindblad[block])
            self.blocks.append((block, values, vectors, np.linalg.inv(vectors)))

    def channel(self, origin, since, now):
        """The decay from `since` to `now` as a 4x4 matrix on vectorised density matrices."""
        t = (now - since) / self.ticks_per_s
        matrix = np.zeros((4, 4), dtype=complex)
        for block, values, vectors, inverse in self.blocks:
            matrix[block] = (vectors * np.exp(values * t)) @ inverse
        if self.coherence_law:
            later, sooner = (self.coherence_law((tick - origin) / self.ticks_per_s) for tick in (now, since))
            coherence = 0 if later == inf else exp(sooner - later)
            matrix = np.diag([1, coherence, coherence, 1]) @ matrix
        return matrix


@dataclass(eq=False)
class Qubit:
    device: Device
    since: int
    origin: int
    cluster: "Cluster" = None
    undisturbed: float = 1.0  # what attempts of its node have left of its coherence since its state was brought up to date
    empty: bool = False  # it is no qubit: its memory has absorbed nothing
    made: tuple | None = None  # tick and round of its cycle


@dataclass(eq=False)
class Cluster:
    """Qubits with a joint state, in the order of its tensor factors."""

    qubits: list
    rho: np.ndarray

    def __post_init__(self):
        for qubit in self.qubits:
            qubit.cluster = self


@dataclass
class Correlators:
    xx: float
    yy: float
    zz: float
    qubits: float = 1.0  # probability that there are two
    fidelity: float = field(init=False)

    def __post_init__(self):
        self.fidelity = (self.qubits + self.xx - self.yy + self.zz) / 4


def create_pair(rho, device_a, since_a, device_b, since_b):
    pair = Qubit(device_a, since_a, since_a), Qubit(device_b, since_b, since_b)
    Cluster(list(pair), rho)
    return pair


def decay(qubit, now):
    now = max(now, qubit.since)  # before its photon comes it does not decay
    if now == qubit.since and qubit.undisturbed == 1:
        return
    cluster = qubit.cluster
    n, index = len(cluster.qubits), cluster.qubits.index(qubit)
    channel = qubit.device.channel(qubit.origin, qubit.since, now)
    channel = (np.diag([1, qubit.undisturbed, qubit.undisturbed, 1]) @ channel).reshape(2, 2, 2, 2)
    tensor = cluster.rho.reshape((2,) * (2 * n))
    tensor = np.tensordot(channel, tensor, axes=([2, 3], [index, n + index]))
    cluster.rho = np.moveaxis(tensor, [0, 1], [index, n + index]).reshape(2**n, 2**n)
    qubit.since, qubit.undisturbed = now, 1.0


def transfer(qubit, device, reliability, z_probability, now):
    """Into another device, by an operation that flips the phase or loses the qubit now and then."""
    decay(qubit, now)
    cluster, n = qubit.cluster, len(qubit.cluster.qubits)
    at = cluster.qubits.index(qubit)
    flip = embed(Z, (at,), n)
    cluster.rho = (1 - z_probability) * cluster.rho + z_probability * flip @ cluster.rho @ flip
    cluster.rho = depolarise(cluster.rho, (at,), n, reliability)
    qubit.device, qubit.origin = device, now


def release(qubit):
    """Traces the qubit out."""
    cluster = qubit.cluster
    rest = [q for q in cluster.qubits if q is not qubit]
    if rest:
        Cluster(rest, trace_out(cluster.rho, len(cluster.qubits), [cluster.qubits.index(qubit)]))
    qubit.cluster = None


def leave(cluster, effect, gone):
    """The unnormalised state of the others after the outcome with this effect, and its probability."""
    rest = trace_out(effect @ cluster.rho, len(cluster.qubits), gone)
    return rest, np.trace(rest).real


def outcome(wanted):
    """Stands for a draw: this outcome, or the likeliest where it cannot be."""
    return lambda probabilities: wanted if probabilities[wanted] > 1e-12 else int(np.argmax(probabilities))


def sample(u):
    """The first outcome whose cumulated probability is above u."""
    return lambda probabilities: next(
        (k for k, sum_to in enumerate(accumulate(probabilities)) if u < sum_to), len(probabilities) - 1
    )


def choose(cluster, effects, gone, u):
    """An outcome, sampled unless `u` says which. The qubits in `gone` leave."""
    branches = [leave(cluster, effect, gone) for effect in effects]
    choice = u if callable(u) else sample(u)
    outcome = choice([probability for _, probability in branches])
    rest, probability = branches[outcome]
    for index in gone:
        cluster.qubits[index].cluster = None
    others = [q for index, q in enumerate(cluster.qubits) if index not in gone]
    if others:
        Cluster(others, rest / probability)
    return outcome


def merged(*qubits):
    """The one cluster that holds them."""
    clusters = list(dict.fromkeys(qubit.cluster for qubit in qubits))
    if len(clusters) == 1:
        return clusters[0]
    first, second = clusters
    return Cluster(first.qubits + second.qubits, np.kron(first.rho, second.rho))


def bell_measure(b, c, now, u):
    """CNOT b -> c, Hadamard on b, both read: the bit of b is the phase bit, that of c the parity bit of the outcome."""
    decay(b, now)
    decay(c, now)
    joint = merged(b, c)
    n = len(joint.qubits)
    ib, ic = joint.qubits.index(b), joint.qubits.index(c)
    for gate, targets, reliability in (
        ("cnot", (ib, ic), b.device.two_qubit_reliability),
        ("hadamard", (ib,), b.device.single_qubit_reliability),
    ):
        unitary = embedded_gate(gate, targets, n)
        joint.rho = depolarise(unitary @ joint.rho @ unitary.conj().T, targets, n, reliability)
    effects = [embed(np.kron(b.device.readout[r & 1], c.device.readout[r >> 1]), (ib, ic), n) for r in range(4)]
    return choose(joint, effects, [ib, ic], u)


def apply_gate(cluster, unitary, targets, reliability):
    n = len(cluster.qubits)
    full = embed(unitary, targets, n)
    cluster.rho = depolarise(full @ cluster.rho @ full.conj().T, targets, n, reliability)


def distil(protocol, kept, used, kept_frame, used_frame, now, u):
    """One round: `kept` and `used` are (qubit nearer to A, qubit nearer to B). Bits, whether it is kept, and the kept pair's frame."""
    frames = []
    for pair, frame in ((kept, kept_frame), (used, used_frame)):
        for qubit in pair:
            decay(qubit, now)
        cluster = pair[0].cluster
        if protocol == "bbpssw":
            fidelity = (BELL[frame].conj() @ cluster.rho @ BELL[frame]).real  # the same in either order of the qubits
            rest = (1 - fidelity) / 3
            cluster.rho = (fidelity - rest) * PROJECTORS[frame] + rest * np.eye(4)
        if protocol != "epl":
            for qubit, turn in zip(pair, (QUARTER_TURN, QUARTER_TURN.conj().T), strict=True):
                unitary = turn if protocol == "dejmps" else I
                apply_gate(cluster, unitary, (cluster.qubits.index(qubit),), qubit.device.single_qubit_reliability)
        # Rotated, the Bell state of the frame is another one: find it.
        if protocol == "dejmps":
            both = np.kron(QUARTER_TURN, QUARTER_TURN.conj().T)
            frame = int(np.argmax([abs(ket.conj() @ both @ BELL[frame]) for ket in BELL]))
        frames.append(frame)
    joint = Cluster(kept[0].cluster.qubits + used[0].cluster.qubits, np.kron(kept[0].cluster.rho, used[0].cluster.rho))
    index = joint.qubits.index
    for control, target in zip(kept, used, strict=True):
        apply_gate(joint, CNOT, (index(control), index(target)), control.device.two_qubit_reliability)
    gone = [index(qubit) for qubit in used]
    effects = [
        embed(np.kron(used[0].device.readout[bits & 1], used[1].device.readout[bits >> 1]), tuple(gone), 4) for bits in range(4)
    ]
    bits = choose(joint, effects, gone, u)
    # Ideal pairs in these frames would give bits that differ where one frame has the parity bit and the other has not.
    differ = (frames[0] >> 1) ^ (frames[1] >> 1)
    first, second = bits & 1, (bits >> 1) ^ differ
    keep = first == 1 and second == 1 if protocol == "epl" else first == second
    return bits, keep, frames[0] ^ (frames[1] & 1)


def measure(qubit, basis, now, u):
    """The reported bit; the qubit is gone and its partner, if any, has collapsed."""
    decay(qubit, now)
    cluster = qubit.cluster
    n, index = len(cluster.qubits), cluster.qubits.index(qubit)
    if basis != "z":
        turn = embed(HADAMARD if basis == "x" else HADAMARD @ np.diag([1, -1j]), (index,), n)
        cluster.rho = turn @ cluster.rho @ turn.conj().T
    return choose(cluster, [embed(effect, (index,), n) for effect in qubit.device.readout], [index], u)


def correlators(a, b, now, frame):
    """Pauli correlators of the pair at `now`, its frame (phase bit, parity bit) corrected by Z and X at one end."""
    decay(a, now)
    decay(b, now)
    cluster = a.cluster
    assert b.cluster is cluster
    rho = cluster.rho
    if frame:
        fix = (Z if frame & 1 else I) @ (X if frame >> 1 else I)
        fix = embed(fix, (cluster.qubits.index(a),), 2)
        rho = fix @ rho @ fix.conj().T
    return Correlators(*(np.trace(pauli @ rho).real for pauli in TWICE))
