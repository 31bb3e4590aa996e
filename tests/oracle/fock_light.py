"""Light of any number of photons a memory, by brute force: numbers drawn, thinned, sent through the beam splitter and counted.

Photon numbers of the two arms are added up to `most`; what is left out is the error. Only single photons keep a coherence between their
memories: it is that of `fock`, which follows every photon.
"""

from functools import cache
from itertools import product
from math import comb, exp, factorial, sqrt

import numpy as np

from . import fock


def thermal(any_photon, most):
    """Numbers of a two-mode squeezed state that holds one photon or more with probability `any_photon`."""
    return [(1 - any_photon) * any_photon**n for n in range(most + 1)]


def poisson(mean, most):
    return [exp(-mean) * mean**n / factorial(n) for n in range(most + 1)]


def only(numbers, some):
    """Those of one photon or more, or of none."""
    return [p if (n > 0) == some else 0.0 for n, p in enumerate(numbers)]


@cache
def beam_splitter(a, b):
    """Probability of m photons at detector 1, of a and b photons in one mode: the amplitudes of (c1 + c2)^a (c1 - c2)^b."""
    found = []
    for m in range(a + b + 1):
        amplitude = sum(comb(a, k) * comb(b, m - k) * (-1) ** (b - m + k) for k in range(max(0, m - b), min(a, m) + 1))
        found.append(amplitude**2 * factorial(m) * factorial(a + b - m) / (factorial(a) * factorial(b) * 2 ** (a + b)))
    return found


def arrivals(numbers_a, numbers_b, efficiency_a, efficiency_b, visibility):
    """P(photons at detector 1, at detector 2): B's photons are in A's mode with probability `visibility`."""
    joint = {}
    for (n, p), (m, q) in product(enumerate(numbers_a), enumerate(numbers_b)):
        if p * q == 0:
            continue
        for k in range(n + 1):
            come = p * q * comb(n, k) * efficiency_a**k * (1 - efficiency_a) ** (n - k)
            for left in range(m + 1):
                stay = come * comb(m, left) * efficiency_b**left * (1 - efficiency_b) ** (m - left)
                for same in range(left + 1):
                    key = k, same, left - same
                    joint[key] = joint.get(key, 0.0) + stay * comb(left, same) * visibility**same * (1 - visibility) ** (
                        left - same
                    )
    counts = {}
    for (k, same, other), p in joint.items():
        for m, q in enumerate(beam_splitter(k, same)):
            for i in range(other + 1):
                key = m + i, k + same - m + other - i
                counts[key] = counts.get(key, 0.0) + p * q * comb(other, i) / 2**other
    return counts


def reports(counts, wanted, dark, resolving, more=(0.0, 0.0)):
    """Probability of these reports of detectors 1 and 2 (None: dead); `more`: of a count more in each."""
    total = 0.0
    for photons, p in counts.items():
        for n, clicked, extra in zip(photons, wanted, more, strict=True):
            if clicked is not None:
                p *= (1 - extra) * fock.report_probability(n, clicked, dark, resolving) + (
                    extra and extra * fock.report_probability(n + 1, clicked, dark, resolving)
                )
        total += p
    return total


def ensemble_click(efficiency_a, efficiency_b, visibility, dark, any_a, any_b, number_resolving=False, most=14):
    """As `fock.single_click`, of ensembles: |0> no excitation, |1> any."""
    optics = efficiency_a, efficiency_b, visibility
    numbers = thermal(any_a, most), thermal(any_b, most)
    half = fock.single_click_cases(*optics, 0.5, 0.5, 0.0, 1.0, (0.0, 0.0))
    rows = []
    split = [{qubit: only(one, qubit) for qubit in (False, True)} for one in numbers]
    by_qubits = {(a, b): arrivals(split[0][a], split[1][b], *optics) for a, b in product((False, True), repeat=2)}
    for click in (1, 2):
        wanted = click == 1, click == 2
        rho = np.diag([reports(counts, wanted, dark, number_resolving) for counts in by_qubits.values()]).astype(complex)
        pattern = {("early", 1): click == 1, ("early", 2): click == 2}
        single = sum(p * fock.conditional_memories(state, pattern, dark, number_resolving) for p, state in half)
        amplitude = sqrt(numbers[0][1] * numbers[1][0] * numbers[0][0] * numbers[1][1])
        rho[1, 2] = rho[2, 1] = amplitude * 4 * single[1, 2]
        rows.append((click, 2 if click == 1 else 3, np.trace(rho).real, rho))
    success = sum(row[2] for row in rows)
    return success, [(click, frame, p / success, rho / p) for click, frame, p, rho in rows if p > 0]


def pulse_click(
    efficiency_a, efficiency_b, visibility, dark, mean_a, mean_b, number_resolving=False, late_bin_lost=False, *, afterpulse=0.0, most=14
):  # fmt: skip
    """As `fock.double_click`, of weak coherent pulses: only pulses of one photon have a coherence."""
    optics = efficiency_a, efficiency_b, visibility
    pulses, nothing = (poisson(mean_a, most), poisson(mean_b, most)), [1.0]
    comes = {
        (a, b): arrivals(pulses[0] if a else nothing, pulses[1] if b else nothing, *optics)
        for a, b in product((False, True), repeat=2)
    }
    both = fock.double_click_cases(*optics, 1.0, (0.0, 0.0))
    rows = []
    for early, late in product((1, 2), repeat=2):
        if late_bin_lost and early == late:
            continue
        pattern = {("early", 1): early == 1, ("early", 2): early == 2, ("late", 1): late == 1, ("late", 2): late == 2}
        if late_bin_lost:
            pattern["late", early] = None
        more = tuple(afterpulse if early == d else 0.0 for d in (1, 2))
        diagonal = []
        for a, b in product((0, 1), repeat=2):
            first = reports(comes[not a, not b], (pattern["early", 1], pattern["early", 2]), dark, number_resolving)
            second = reports(comes[bool(a), bool(b)], (pattern["late", 1], pattern["late", 2]), dark, number_resolving, more)
            diagonal.append(first * second / 4)
        rho = np.diag(diagonal).astype(complex)
        single = sum(p * fock.conditional_memories(state, pattern, dark, number_resolving, afterpulse) for p, state in both)
        rho[1, 2] = rho[2, 1] = pulses[0][1] * pulses[1][1] * single[1, 2]
        rows.append((early, late, 2 if early == late else 3, np.trace(rho).real, rho))
    success = sum(row[3] for row in rows)
    return success, [(early, late, frame, p / success, rho / p) for early, late, frame, p, rho in rows if p > 0]


def silence(efficiency_a, efficiency_b, visibility, dark, ways, most=14):
    """Probability that no detector clicks in an attempt: `ways` are equally likely lists of what the arms send a bin."""
    total = 0.0
    for bins in ways:
        p = 1.0
        for a, b in bins:
            p *= reports(arrivals(a or [1.0], b or [1.0], efficiency_a, efficiency_b, visibility), (False, False), dark, False)
        total += p / len(ways)
    return total


def sent_pulse(generation, arrives, mean, others, tells_empty, most=20):
    """As `fock.sender_receiver`, of a weak coherent pulse: only a pulse of one photon agrees with the sender in X."""
    told = 1 - (1 - generation["herald_efficiency"]) * (1 - generation["false_herald_probability"])
    falsely = generation["false_herald_probability"]
    if not generation["heralded"]:
        told = falsely = 1.0
    wrong_numbers = poisson(others, most)
    some, nothing, zz, xx = 0.0, 0.0, 0.0, 0.0
    for n, p in enumerate(poisson(mean, most)):
        for k in range(n + 1):
            come = p * comb(n, k) * arrives**k * (1 - arrives) ** (n - k)
            for (more, q), (wrong, r) in product(enumerate(wrong_numbers), enumerate(wrong_numbers)):
                weight, right = come * q * r, k + more
                if right + wrong == 0:
                    nothing += weight
                    continue
                some += weight
                sign = (wrong == 0) - (right == 0)
                zz += weight * sign
                xx += weight * sign * (n == 1)
    # Without a photon of the sender others are in either mode alike, whatever its choice; n = 1 has such cases, too, which cancel.
    white = (4 * generation["pair_fidelity"] - 1) / 3
    full, empty = told * some, falsely * nothing
    success = full + empty

    def state(weight, correlated):
        x, z = (white * told * c / weight * correlated for c in (xx, zz))
        return np.array([[1 + z, 0, 0, 2 * x], [0, 1 - z, 0, 0], [0, 0, 1 - z, 0], [2 * x, 0, 0, 1 + z]]) / 4

    if not tells_empty:
        return success, [(1.0, state(success, True), False)]
    return success, [(w / success, state(w, not none), none) for w, none in ((full, False), (empty, True)) if w > 0]
