"""Heralded entanglement by brute force: every photon, every mode, every lost photon, amplitude by amplitude.

A pure state is a dictionary {(memories, occupations): amplitude}. Emission writes creation operators; fibre loss and
the beam splitter rewrite each one as a sum over output modes; the detectors are counted photon by photon. No density
matrix appears before the last step, and the photons nobody detected are modes like any other.
"""

from itertools import product
from math import sqrt

import numpy as np

BINS = ("early", "late")
# Behind the beam splitter, per time bin: two detectors and the losses of both arms. "same" is the wave packet of A's
# photons, "other" the part of B's photons orthogonal to it.
MODES = [(bin_, place, packet) for bin_ in BINS for place in (1, 2, "lost A", "lost B") for packet in ("same", "other")]
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


def photon(side, bin_, efficiency, visibility):
    """Where a photon of `side`, emitted in `bin_`, goes: the beam splitter gives B's a minus sign at detector 2."""
    packets = {"same": 1.0} if side == "A" else {"same": sqrt(visibility), "other": sqrt(1 - visibility)}
    operator = {}
    for packet, overlap in packets.items():
        operator[bin_, 1, packet] = overlap * sqrt(efficiency / 2)
        operator[bin_, 2, packet] = overlap * sqrt(efficiency / 2) * (1 if side == "A" else -1)
        operator[bin_, f"lost {side}", packet] = overlap * sqrt(1 - efficiency)
    return operator


def click_probability(occupations, bin_, detector, dark):
    """Threshold detector: certain if a photon is there, else the dark probability."""
    photons = sum(occupations[INDEX[bin_, detector, packet]] for packet in ("same", "other"))
    return 1.0 if photons else dark


def pattern_probability(occupations, pattern, dark):
    """Probability of the clicks {(bin, detector): clicked} given all photon numbers."""
    probability = 1.0
    for (bin_, detector), clicked in pattern.items():
        p = click_probability(occupations, bin_, detector, dark)
        probability *= p if clicked else 1 - p
    return probability


def conditional_memories(state, pattern, dark):
    """Unnormalised 4x4 state of the memories after the clicks; its trace is their probability."""
    amplitudes = {}
    for (memories, occupations), amplitude in state.items():
        amplitudes.setdefault(occupations, np.zeros(4))[memories] += amplitude
    rho = np.zeros((4, 4))
    for occupations, vector in amplitudes.items():
        rho += pattern_probability(occupations, pattern, dark) * np.outer(vector, vector)
    return rho


def double_click_state(efficiency_a, efficiency_b, visibility):
    """Both memories emit (|0>|early> + |1>|late>)/sqrt(2); the whole state just before the detectors count."""
    vacuum = (0,) * len(MODES)
    whole = {}
    for a, b in product((0, 1), repeat=2):
        branch = create({(2 * a + b, vacuum): 0.5}, photon("A", BINS[a], efficiency_a, visibility))
        whole.update(create(branch, photon("B", BINS[b], efficiency_b, visibility)))
    return whole


def double_click(efficiency_a, efficiency_b, visibility, dark):
    """Success probability and rows (early detector, late detector, frame, probability given success, 4x4 state)."""
    state = double_click_state(efficiency_a, efficiency_b, visibility)
    rows = []
    for early, late in product((1, 2), repeat=2):
        pattern = {("early", 1): early == 1, ("early", 2): early == 2, ("late", 1): late == 1, ("late", 2): late == 2}
        rho = conditional_memories(state, pattern, dark)
        rows.append((early, late, 2 if early == late else 3, np.trace(rho), rho))
    success = sum(row[3] for row in rows)
    return success, [(early, late, frame, p / success, rho / p) for early, late, frame, p, rho in rows if p > 0]


def hong_ou_mandel(visibility):
    """Coincidence probability of one photon per port."""
    state = create({(0, (0,) * len(MODES)): 1.0}, photon("A", "early", 1, visibility))
    state = create(state, photon("B", "early", 1, visibility))
    return np.trace(conditional_memories(state, {("early", 1): True, ("early", 2): True}, 0))
