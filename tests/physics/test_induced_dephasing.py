"""What attempts do to qubits stored beside the emitter: pair by pair, and in the mean. B13 is in `test_swap_policies.py`.

Two links meet at a node in the middle. The pair that comes first waits there while the other link attempts; from its age follows
how many attempts it saw, as one takes a known time and nothing else does.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import farbell as fb
from physics.runs import chains, one_each
from physics.sampling import assert_sampled, estimate, samples_to_detect

PERIOD_S = 1e-5
N = 20.0
QUIET = fb.Memory(name="quiet", slots=4)


def two_links(middle: fb.Memory, *, p: float = 0.1, ends: fb.Memory = QUIET, **rest: Any) -> fb.Scenario:
    link = fb.Given(success_probability=p, attempt_period_s=PERIOD_S)
    demand = {"traffic": fb.OneOff(requests=300)} | rest.pop("demand", {})
    memories = [ends.replace(name="ends"), middle.replace(name="middle")]
    return chains([link, link], memories=memories, demand=demand, **{"control": "ideal", "duration_s": 1.0, **rest})


def pairs(scenario: fb.Scenario) -> fb.ResultTable:
    rows = fb.run(scenario, threads=1, progress=False).pairs
    assert len(rows) > 200
    return rows


def attempts_seen(rows: fb.ResultTable) -> np.ndarray:
    """The attempts while the first pair waited, the successful one included."""
    attempts = np.rint(rows["age_s"] / PERIOD_S)
    np.testing.assert_allclose(rows["age_s"], attempts * PERIOD_S, rtol=0, atol=1e-15)
    assert attempts.max() > 10 and attempts.min() <= 1
    return attempts


# ---- pair by pair -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["pair_density", "bell_diagonal", "density", "auto"])
def test_each_attempt_takes_its_share_of_the_coherence(state: str) -> None:
    rows = pairs(two_links(QUIET.replace(dephasing_attempts=N), state=state))
    left = np.exp(-attempts_seen(rows) / N)
    np.testing.assert_allclose(rows["xx"], left, rtol=0, atol=1e-12)
    np.testing.assert_allclose(rows["zz"], 1, rtol=0, atol=1e-12)
    np.testing.assert_allclose(rows["fidelity"], (1 + left) / 2, rtol=0, atol=1e-12)


def test_time_and_attempts_multiply() -> None:
    t2_s, gaussian_s, t1_s = 3e-4, 5e-4, 4e-4
    for memory, decay in (
        (QUIET.replace(t2_s=t2_s), lambda t: np.exp(-t / t2_s)),
        (
            QUIET.replace(t2_s=gaussian_s, t2_law="gaussian", t1_s=t1_s),
            lambda t: np.exp(-((t / gaussian_s) ** 2) - t / (2 * t1_s)),
        ),
    ):
        rows = pairs(two_links(memory.replace(dephasing_attempts=N)))
        attempts = attempts_seen(rows)
        np.testing.assert_allclose(rows["xx"], np.exp(-attempts / N) * decay(attempts * PERIOD_S), rtol=0, atol=1e-12)
        without = pairs(two_links(memory))
        np.testing.assert_allclose(rows["zz"], without["zz"], rtol=0, atol=1e-12)


def test_only_what_is_stored_at_the_node_that_attempts() -> None:
    """An end makes no attempt while it holds a qubit: it has one link, and one lane."""
    mind = QUIET.replace(dephasing_attempts=2.0)
    np.testing.assert_array_equal(pairs(two_links(QUIET, ends=mind))["xx"], 1)
    np.testing.assert_array_equal(pairs(two_links(mind, ends=mind))["xx"], pairs(two_links(mind))["xx"])


@pytest.mark.parametrize("train", ["own", "shared"])
def test_every_mode_of_a_train_is_an_attempt(train: str) -> None:
    scenario = two_links(QUIET.replace(dephasing_attempts=N))
    many = fb.Multiplexing(modes=3, train=train)
    links = [link.replace(generation=link.generation.replace(multiplexing=many)) for link in scenario.links]
    rows = pairs(scenario.replace(links=links))
    np.testing.assert_allclose(rows["xx"], np.exp(-3 * np.rint(rows["age_s"] / PERIOD_S) / N), rtol=0, atol=1e-12)


def test_attempts_of_one_cycle_do_nothing_to_each_other() -> None:
    """One link, three lanes, certain: all pairs are made together, and wait for their heralds without any attempt."""
    certain = fb.Given(success_probability=1, attempt_period_s=PERIOD_S, herald_delay_s=3.5 * PERIOD_S)
    demand = {"traffic": fb.OneOff(requests=300), "width": 3}
    scenario = chains(
        [certain], memories=[QUIET.replace(dephasing_attempts=2.0)], demand=demand, duration_s=1.0, control="ideal"
    )
    np.testing.assert_array_equal(pairs(scenario)["xx"], 1)


# ---- bright states ------------------------------------------------------------------------------------------------------


def coherence_left(attempts: float, alpha: float) -> float:
    """After one attempt: a bright emitter, and only that, turns the stored phase by a normal angle, whose spread takes a 1/e in so
    many attempts where the emitter is bright half of the time. A density matrix, averaged over angles."""
    kick = 1 - 2 * (1 - math.exp(-1 / attempts))  # mean of cos(angle)
    spread = math.sqrt(-2 * math.log(kick))
    angles = np.linspace(-12 * spread, 12 * spread, 20001)
    weights = np.exp(-(angles**2) / (2 * spread**2))
    weights /= weights.sum()
    plus = np.full((2, 2), 0.5, dtype=complex)
    turns = [np.diag([1, np.exp(1j * angle)]) for angle in angles]
    kicked = sum(weight * turn @ plus @ turn.conj().T for weight, turn in zip(weights, turns, strict=True))
    return float(2 * ((1 - alpha) * plus + alpha * kicked)[0, 1].real)


def test_number_of_attempts_is_stated_for_equal_superpositions() -> None:
    assert coherence_left(N, 0.5) == pytest.approx(math.exp(-1 / N), abs=1e-9)


@pytest.mark.parametrize(("bright_a", "bright_b"), [(0.05, None), (0.3, None), (0.5, None), (0.9, None), (0.4, 0.1)])
def test_bright_state(bright_a: float, bright_b: float | None) -> None:
    station = fb.Station(name="hub", detector=fb.Detector(efficiency=0.9, number_resolving=True))
    generation = fb.SingleClick(station="hub", bright_state=bright_a, bright_state_b=bright_b)
    mind = QUIET.replace(dephasing_attempts=N)
    link = fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m=1e3), generation=generation)
    left = fb.hardware.link_model(link, mind, mind, station).coherence_left
    assert left == pytest.approx([coherence_left(N, bright) for bright in (bright_a, bright_b or bright_a)], abs=1e-9)
    rows = []
    for attempts in (None, N):
        scenario = two_links(QUIET.replace(dephasing_attempts=attempts))
        links = [link.replace(generation=generation, fiber=fb.Fiber(length_m=1e3)) for link in scenario.links]
        rows.append(pairs(scenario.replace(links=links, stations=[station])))
    without, found = rows
    # The node is node_b of the first link and node_a of the second. Photons leave at the start of a cycle, heralds are back at its end.
    attempts = np.rint(without["age_s"] / (1e3 / 2e8)) - 1
    assert attempts.min() == 0 and attempts.max() > 3
    ratio = found["xx"] / without["xx"]
    by_either = [coherence_left(N, bright) ** attempts for bright in (bright_a, bright_a if bright_b is None else bright_b)]
    np.testing.assert_allclose(np.min(np.abs(np.array(by_either) - ratio), axis=0), 0, rtol=0, atol=1e-7)
    if bright_b is not None:
        assert all(np.any(np.abs(one - ratio) < 1e-7) and np.any(np.abs(one - ratio) > 1e-3) for one in by_either)


# ---- in the mean --------------------------------------------------------------------------------------------------------


def mean_coherence(p: float, attempts: float, t2_attempts: float = math.inf) -> float:
    """Of the pair that waits: 0 attempts where both links succeed in one cycle, else a geometric number."""
    both = p**2 / (1 - (1 - p) ** 2)
    x = math.exp(-1 / attempts - 1 / t2_attempts)
    return both + (1 - both) * p * x / (1 - (1 - p) * x)


@pytest.mark.parametrize("state", ["pair_density", "stabilizer", pytest.param("ket", marks=pytest.mark.slow)])
def test_mean_over_a_geometric_number_of_attempts(state: str) -> None:
    """An error of 0.01 in the coherence is detected."""
    p, t2_attempts = 0.1, 40.0
    expected = mean_coherence(p, N, t2_attempts)
    memory = QUIET.replace(dephasing_attempts=N, t2_s=t2_attempts * PERIOD_S)
    scenario = two_links(memory, p=p, state=state, demand={"traffic": fb.OneOff()}, copies=50)
    # Trajectories are +1 or -1 after a swap.
    deviation = 1.0 if state != "pair_density" else 0.35
    xx = np.concatenate([results.pairs["xx"] for results in one_each(scenario, samples_to_detect(0.01, deviation))])
    assert_sampled(estimate(xx), expected, 0, detects=0.01)


# ---- refusals and approximations ----------------------------------------------------------------------------------------


def test_too_few_attempts() -> None:
    with pytest.raises(fb.SpecError, match=r"/memories/1/dephasing_attempts.*1/ln 2"):
        fb.compile(two_links(QUIET.replace(dephasing_attempts=1.4)))
    with pytest.raises(fb.SpecError, match="dephasing_attempts"):
        QUIET.replace(dephasing_attempts=0)


def test_results_own_up_to_what_nodes_do_not_know() -> None:
    scenario = two_links(
        QUIET.replace(dephasing_attempts=N), demand={"cutoff": fb.Cutoff(estimated_fidelity=0.6), "min_fidelity": 0.6}
    )
    names = {entry["name"] for entry in fb.run(scenario, progress=False).approximations}
    assert {"attempts_not_foreseen", "known_attempts"} <= names
