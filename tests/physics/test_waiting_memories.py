"""Fidelity of pairs of which one half had to wait: two links, the first of which decays until the second is there (C03).

In common slots the difference of the two links' times is that of two geometric numbers. Samples of 8,000 pairs (C03: the
fidelity's standard deviation is below 0.05) and 72,000 pairs (dephasing: below 0.15) detect an error of 0.005.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

import farbell as fb
from physics.cases import case
from physics.runs import SLOT_S, SLOTTED, chains, copies_for, one_each, slotted_link
from physics.sampling import Change, assert_sampled, estimate, samples_to_detect, unchanged

C03 = case("C03")
DETECTS = 0.005


def fidelities(scenario: fb.Scenario, deviation: float) -> np.ndarray:
    samples = samples_to_detect(DETECTS, deviation)
    return np.concatenate([results.pairs["fidelity"] for results in one_each(scenario, samples)])


def check_depolarised(label: str, change: Change = unchanged) -> None:
    """Depolarising memories: the Werner parameter of a waiting pair falls with both of its qubits."""
    p, q, werner, coherence_slots = (float(part.partition("=")[2]) for part in label.split(","))
    link = slotted_link(p).replace(state=fb.Werner(fidelity=(1 + 3 * werner) / 4))
    two_segments = C03.expected[label][1]
    scenario = chains(
        [link] * 2,
        copies=copies_for(2),
        swap_success_probability=q,
        memories=[fb.Memory(name="memory", slots=2, depolarising_s=2 * coherence_slots * SLOT_S)],
        demand={"traffic": fb.OneOff()},
        duration_s=100 * two_segments["mean_slots"] * SLOT_S,
        **SLOTTED,
    )
    found = estimate(fidelities(change(scenario), 0.05))
    assert_sampled(found, two_segments["mean_fidelity"], C03.tolerance["mean_werner"], detects=DETECTS)


@pytest.mark.parametrize("label", C03.expected)
def test_depolarised_while_waiting(label: str) -> None:
    check_depolarised(label)


def check_dephased(store: str = "pair_density", detail: str = "skip", change: Change = unchanged) -> None:
    """Dephasing memories, T2 as long as two links take: mean of exp(-2 |i - j| slot/T2) over geometric i, j."""
    p, t2_slots = 0.1, 20
    scenario = chains(
        [slotted_link(p)] * 2,
        copies=copies_for(2),
        memories=[fb.Memory(name="memory", slots=2, t2_s=t2_slots * SLOT_S)],
        demand={"traffic": fb.OneOff()},
        duration_s=2000 * SLOT_S,
        state=store,
        detail=detail,
        **SLOTTED,
    )
    x = (1 - p) * math.exp(-2 / t2_slots)
    coherence = p / (2 - p) * (1 + 2 * x / (1 - x))
    assert_sampled(estimate(fidelities(change(scenario), 0.15)), (1 + coherence) / 2, 0, detects=DETECTS)


@pytest.mark.parametrize("detail", ["skip", "attempt"])
@pytest.mark.parametrize("store", ["pair_density", "bell_diagonal", "density"])
def test_dephased_while_waiting(store: str, detail: str) -> None:
    check_dephased(store, detail)
