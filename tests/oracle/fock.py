"""Heralded entanglement by brute force: every photon, every mode, every lost photon, amplitude by amplitude.

A pure state is a dictionary {(memories, occupations): amplitude}. Emission writes creation operators; fibre loss and
the beam splitter rewrite each one as a sum over output modes; the detectors are counted photon by photon. No density
matrix appears before the last step, and the photons nobody detected are modes like any other.
"""

from cmath import exp
from itertools import product
from math import factorial, log1p, sqrt

import numpy as np

BINS = ("early", "late")
# Behind the beam splitter, per time bin: two detectors and the losses of both arms. "same" is the wave packet of A's
# photons, "other" the part of B's photons orthogonal to it, "second A" and "second B" those of second photons.
PACKETS = ("same", "other", "second A", "second B")
MODES = [(bin_, place, packet) for bin_ in BINS for place in (1, 2, "lost A", "lost B") for packet in PACKETS]
INDEX = {mode: number for number, mode in enumerate(MODES)}


def create(state, operator):
    """Apply the creation operator sum_m operator[m] a_m^dagger."""
    result = {}
    for (memories, occupations), amplitude in state.items():
        for mode, coefficient in operator.items():
            if coefficient == 0:
                continue
            n = list(occupations)
            n[INDEX[mode]] += 1
            key = (memories, tuple(n))
            result[key] = result.get(key, 0) + amplitude * coefficient * sqrt(n[INDEX[mode]])
    return result


def photon(side, bin_, efficiency, visibility, second=False):
    """Where a photon of `side`, emitted in `bin_`, goes: the beam splitter gives B's a minus sign at detector 2."""
    packets = {"same": 1.0} if side == "A" else {"same": sqrt(visibility), "other": sqrt(1 - visibility)}
    packets = {f"second {side}": 1.0} if second else packets
    operator = {}
    for packet, overlap in packets.items():
        operator[bin_, 1, packet] = overlap * sqrt(efficiency / 2)
        operator[bin_, 2, packet] = overlap * sqrt(efficiency / 2) * (1 if side == "A" else -1)
        operator[bin_, f"lost {side}", packet] = overlap * sqrt(1 - efficiency)
    return operator


def emit(state, side, bin_, efficiency, visibility, twice):
    """The memory emits a photon, and with probability `twice` a second one in a mode of its own."""
    once = create(state, photon(side, bin_, efficiency, visibility))
    both = create(once, photon(side, bin_, efficiency, visibility, second=True)) if twice else {}
    result = {key: sqrt(1 - twice) * amplitude for key, amplitude in once.items()}
    for key, amplitude in both.items():
        result[key] = result.get(key, 0) + sqrt(twice) * amplitude
    return result


def report_probability(photons, clicked, dark, number_resolving):
    """Whether a detector reports a click: for a threshold detector any count, for a number-resolving one exactly one.

    Dark counts are a Poisson process that makes at least one count with probability `dark`.
    """
    if not number_resolving:
        click = 1.0 if photons else dark
        return click if clicked else 1 - click
    no_dark, one_dark = 1 - dark, -log1p(-dark) * (1 - dark)
    if not clicked:
        return 0.0 if photons else no_dark
    return {0: one_dark, 1: no_dark}.get(photons, 0.0)


def pattern_probability(occupations, pattern, dark, number_resolving=False, afterpulse=0.0):
    """Probability of the reports {(bin, detector): clicked} given all photon numbers; None: dead, whatever comes.

    `afterpulse`: of a detector that clicked early, a count more in the late bin.
    """
    probability = 1.0
    for (bin_, detector), clicked in pattern.items():
        photons = sum(occupations[INDEX[bin_, detector, packet]] for packet in PACKETS)
        if clicked is not None:
            more = afterpulse if bin_ == "late" and pattern["early", detector] else 0.0
            probability *= (1 - more) * report_probability(photons, clicked, dark, number_resolving) + (
                more and more * report_probability(photons + 1, clicked, dark, number_resolving)
            )
    return probability


def conditional_memories(state, pattern, dark, number_resolving=False, afterpulse=0.0):
    """Unnormalised 4x4 state of the memories after the clicks; its trace is their probability."""
    amplitudes = {}
    for (memories, occupations), amplitude in state.items():
        amplitudes.setdefault(occupations, np.zeros(4, dtype=complex))[memories] += amplitude
    rho = np.zeros((4, 4), dtype=complex)
    for occupations, vector in amplitudes.items():
        weight = pattern_probability(occupations, pattern, dark, number_resolving, afterpulse)
        rho += weight * np.outer(vector, vector.conj())
    return rho


def double_click_state(efficiency_a, efficiency_b, visibilities, twice=(0.0, 0.0)):
    """Both memories emit (|0>|early> + |1>|late>)/sqrt(2); the whole state just before the detectors count.

    `visibilities`: early and late.
    """
    vacuum = (0,) * len(MODES)
    whole = {}
    for a, b in product((0, 1), repeat=2):
        branch = emit({(2 * a + b, vacuum): 0.5}, "A", BINS[a], efficiency_a, visibilities[a], twice[0])
        whole.update(emit(branch, "B", BINS[b], efficiency_b, visibilities[b], twice[1]))
    return whole


def dephased(visibility, coherence):
    """A photon that loses its phase is one in another mode: [(probability, visibility)]."""
    return [(coherence, visibility), (1 - coherence, 0.0)] if coherence < 1 else [(1.0, visibility)]


def double_click(
    efficiency_a, efficiency_b, visibility, dark, number_resolving=False, late_bin_lost=False, *, coherence=1.0, twice=(0.0, 0.0),
    afterpulse=0.0,
):  # fmt: skip
    """Success probability and rows (early detector, late detector, frame, probability given success, 4x4 state).

    `late_bin_lost`: a detector that clicked early is dead in the late bin.
    """
    cases = [
        (p * q, double_click_state(efficiency_a, efficiency_b, (early, late), twice))
        for (p, early), (q, late) in product(dephased(visibility, coherence), repeat=2)
    ]
    rows = []
    for early, late in product((1, 2), repeat=2):
        pattern = {("early", 1): early == 1, ("early", 2): early == 2, ("late", 1): late == 1, ("late", 2): late == 2}
        if late_bin_lost:
            if early == late:
                continue
            pattern["late", early] = None
        rho = sum(p * conditional_memories(state, pattern, dark, number_resolving, afterpulse) for p, state in cases)
        rows.append((early, late, 2 if early == late else 3, np.trace(rho).real, rho))
    success = sum(row[3] for row in rows)
    return success, [(early, late, frame, p / success, rho / p) for early, late, frame, p, rho in rows if p > 0]


def single_click(
    efficiency_a, efficiency_b, visibility, dark, bright_a, bright_b, number_resolving=False, phase=0.0, *, coherence=1.0,
    twice=(0.0, 0.0),
):  # fmt: skip
    """Success probability and rows (detector, frame, probability given success, 4x4 state).

    A memory in |1> has emitted a photon, one in |0> none. `phase` is picked up by A's photon on its way.
    """
    vacuum = (0,) * len(MODES)
    cases = []
    for weight, overlap in dephased(visibility, coherence):
        state = {}
        for a, b in product((0, 1), repeat=2):
            amplitude = sqrt((bright_a if a else 1 - bright_a) * (bright_b if b else 1 - bright_b)) * (
                exp(1j * phase) if a else 1
            )
            branch = {(2 * a + b, vacuum): amplitude}
            branch = emit(branch, "A", "early", efficiency_a, overlap, twice[0]) if a else branch
            branch = emit(branch, "B", "early", efficiency_b, overlap, twice[1]) if b else branch
            state.update(branch)
        cases.append((weight, state))
    rows = []
    for click in (1, 2):
        pattern = {("early", 1): click == 1, ("early", 2): click == 2}
        rho = sum(weight * conditional_memories(state, pattern, dark, number_resolving) for weight, state in cases)
        rows.append((click, 2 if click == 1 else 3, np.trace(rho).real, rho))
    success = sum(row[2] for row in rows)
    return success, [(click, frame, p / success, rho / p) for click, frame, p, rho in rows if p > 0]


def pairs_of(statistics, mean_pairs, spectral_purity, most):
    """P(n, m): n pairs of photons H at A and H at B, m of V and V. Each is a sum over 1/purity equal modes of thermal light."""
    if statistics == "deterministic":
        return {(0, 0): 1 - mean_pairs, (1, 0): mean_pairs / 2, (0, 1): mean_pairs / 2}
    modes, mean = 1 / spectral_purity, mean_pairs * spectral_purity / 2
    one = [(1 + mean) ** -modes]
    for n in range(1, most + 1):
        one.append(one[-1] * (modes + n - 1) / n * mean / (1 + mean))
    return {(n, m): one[n] * one[m] for n in range(most + 1) for m in range(most + 1 - n)}


def pair_source(generation, absorption_a, absorption_b, most=60):
    """Success probability, 4x4 state and the probability of more pairs than were looked at."""
    success, rows, left_out = pair_source_rows(generation, absorption_a, absorption_b, (False, False), most)
    return success, rows[0][1], left_out


def pair_source_rows(generation, absorption_a, absorption_b, tells_empty, most=60):
    """The same with rows (probability given success, 4x4 state, which memories are empty), apart where `tells_empty`.

    Photons are counted in the polarisations H and V, |0> and |1>. As the light is the same in any basis turned alike at both ends
    (one of them complex conjugated), so are the correlations: the state is a Werner state.
    """
    told = 1 - (1 - generation["herald_efficiency"]) * (1 - generation["false_herald_probability"])
    falsely = generation["false_herald_probability"]
    if not generation["heralded"]:
        told = falsely = 1.0
    weights, correlation, seen = dict.fromkeys(product((False, True), repeat=2), 0.0), 0.0, 0.0
    for (n, m), probability in pairs_of(
        generation["statistics"], generation["mean_pairs"], generation["spectral_purity"], most
    ).items():
        seen += probability
        some, signs = [], []
        for absorption in (absorption_a, absorption_b):
            h, v = 1 - (1 - absorption) ** n, 1 - (1 - absorption) ** m
            some.append(1 - (1 - h) * (1 - v))
            signs.append(h * (1 - v) - v * (1 - h))
        for empty in product((False, True), repeat=2):
            chances = [falsely * (1 - p) if none else told * p for p, none in zip(some, empty, strict=True)]
            told_apart = tuple(none and tells for none, tells in zip(empty, tells_empty, strict=True))
            weights[told_apart] += probability * chances[0] * chances[1]
        correlation += probability * told**2 * signs[0] * signs[1]
    success = sum(weights.values())
    if not generation["heralded"]:
        weights[False, False] += 1 - success
        success = 1.0
    bell = np.zeros((4, 4))
    bell[::3, ::3] = 0.5
    rows = []
    for empty, weight in weights.items():
        if weight > 0:
            w = 0 if any(empty) else (4 * generation["pair_fidelity"] - 1) / 3 * correlation / weight
            rows.append((weight / success, w * bell + (1 - w) * np.eye(4) / 4, empty))
    return success, rows, 1 - seen


def sender_receiver(generation, arrives, twice, light, tells_empty, most=12):
    """Success probability and rows (probability given success, 4x4 state, whether the receiver is empty).

    Sender in |0> with a photon in the early mode, or in |1> with one in the late mode. Photons in the receiver are counted one by one:
    the sender's, a second one in the mode of the first, and others in either mode. In X the sender's photon is in the mode that
    fits its result, unless a second one has told in which of the early and late modes it was; the others' numbers are as before.
    """
    told = 1 - (1 - generation["herald_efficiency"]) * (1 - generation["false_herald_probability"])
    falsely = generation["false_herald_probability"]
    if not generation["heralded"]:
        told = falsely = 1.0

    def number(n):
        return exp(-light * arrives).real * (light * arrives) ** n / factorial(n)

    some, nothing, zz, xx = 0.0, 0.0, 0.0, 0.0
    for second, first_in, second_in, in_mode, in_other in product((0, 1), (0, 1), (0, 1), range(most), range(most)):
        if second_in > second:
            continue
        probability = (
            (twice if second else 1 - twice) * (arrives if first_in else 1 - arrives) * number(in_mode) * number(in_other)
        )
        probability *= (arrives if second_in else 1 - arrives) if second else 1
        right, wrong = first_in + second_in + in_mode, in_other
        if right + wrong == 0:
            nothing += probability
            continue
        some += probability
        sign = (wrong == 0) - (right == 0)
        zz += probability * sign
        xx += probability * sign * (not second)
    white = (4 * generation["pair_fidelity"] - 1) / 3
    full, empty = told * some, falsely * nothing
    success = full + empty
    pauli = [np.eye(2), np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1, -1])]

    def state(weight, correlated):
        terms = (1, white * told * xx / weight, -white * told * xx / weight, white * told * zz / weight)
        return (
            sum((c if correlated or k == 0 else 0) * np.kron(p, p) for k, (c, p) in enumerate(zip(terms, pauli, strict=True)))
            / 4
        )

    if not tells_empty:
        return success, [(1.0, state(success, True), False)]
    return success, [(w / success, state(w, not none), none) for w, none in ((full, False), (empty, True)) if w > 0]


def hong_ou_mandel(visibility):
    """Coincidence probability of one photon per port."""
    state = create({(0, (0,) * len(MODES)): 1.0}, photon("A", "early", 1, visibility))
    state = create(state, photon("B", "early", 1, visibility))
    return np.trace(conditional_memories(state, {("early", 1): True, ("early", 2): True}, 0)).real
