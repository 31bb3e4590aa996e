"""The programs that ship as examples, against theory: Werner pairs of fidelity F, whose correlations are w = (4F - 1)/3.

Everything but the pairs is perfect. What a row must be is exact; shares and means are judged as in `sampling`.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import farbell as fb
from farbell.programs import examples
from farbell.programs.examples.chsh import both_testers, correlations
from farbell.programs.examples.distillation import End
from farbell.programs.examples.ghz_distribution import Center, User
from farbell.programs.examples.leader_election import Contender
from farbell.programs.examples.pumping import Pump
from farbell.programs.examples.superdense_coding import receiver, sender
from farbell.programs.examples.teleportation import Receiver, Sender
from physics.sampling import SEED, Estimate, assert_sampled, estimate, share

FIDELITY = 0.9
W = (4 * FIDELITY - 1) / 3


def network(
    shape: str = "chain", nodes: int = 2, duration_s: float = 1.0, fidelity: float = FIDELITY, **options: object
) -> fb.Scenario:
    return getattr(fb, shape)(
        nodes,
        length_m=20.0,
        memory=fb.Memory(name="perfect", slots=8),
        generation=fb.Given(success_probability=0.5, attempt_period_s=1e-6, state=fb.Werner(fidelity=fidelity)),
        demands=[],
        duration_s=duration_s,
        seed=SEED,
        **options,
    )


@pytest.mark.parametrize("path", sorted(Path(examples.__file__).parent.glob("*.py")), ids=lambda path: path.stem)
def test_an_example_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 40


@pytest.mark.parametrize("theta_rad", [0.0, 1.0, 2.5])
def test_teleported_states_shrink_as_the_pairs_they_went_through(theta_rad: float) -> None:
    programs = {"n0": Sender("n2", theta_rad, times=200), "n2": Receiver("n0")}
    records = fb.run(network(nodes=3), programs=programs).records
    assert len(records) == 200
    for axis, expected in zip("xyz", (math.sin(theta_rad), 0, math.cos(theta_rad)), strict=True):
        np.testing.assert_allclose(records[axis], W**2 * expected, atol=1e-9)


def test_a_bell_measurement_that_fails_is_tried_again() -> None:
    scenario = network()
    scenario = scenario.replace(nodes=[node.replace(swap_success_probability=0.4) for node in scenario.nodes])
    results = fb.run(scenario, programs={"n0": Sender("n1", times=2500), "n1": Receiver("n0")})
    assert len(results.records) == 2500
    # Tries until 2500 have succeeded, the mean of geometric numbers.
    tries = Estimate(len(results.pairs) / 2500, math.sqrt(0.6) / 0.4 / math.sqrt(2500))
    assert_sampled(tries, 1 / 0.4, 0, detects=0.35)


def test_superdense_coding_tells_all_four_messages_apart() -> None:
    records = fb.run(network(duration_s=0.01, fidelity=1.0), programs={"n0": sender, "n1": receiver}).records
    assert set(records["sent"].tolist()) == {0, 1, 2, 3}
    assert records["read"].tolist() == records["sent"].tolist()


def test_superdense_coding_over_werner_pairs_errs_as_two_of_them_in_a_row() -> None:
    records = fb.run(network(duration_s=0.1), programs={"n0": sender, "n1": receiver}).records
    right = FIDELITY**2 + (1 - FIDELITY) ** 2 / 3
    error = records["sent"] ^ records["read"]
    assert_sampled(share(int((error == 0).sum()), len(error), right), right, 0, detects=0.03)
    for wrong in (1, 2, 3):
        expected = (1 - right) / 3
        assert_sampled(share(int((error == wrong).sum()), len(error), expected), expected, 0, detects=0.03)


def test_chsh_value_of_werner_pairs() -> None:
    records = fb.run(network(duration_s=0.2), programs=both_testers()).records
    (e00, e01), (e10, e11) = correlations(records)
    least = min(np.bincount(records["setting"][records["node"] == name]).min() for name in ("n0", "n1")) * 0.45
    s = Estimate(e00 + e01 + e10 - e11, math.sqrt(sum((1 - (W / math.sqrt(2)) ** 2) / least for _ in range(4))))
    assert_sampled(s, 2 * math.sqrt(2) * W, 0, detects=0.2)
    assert s.mean > 2


def test_ghz_stabilizers_shrink_by_a_factor_for_each_pair_that_they_span() -> None:
    users = ["n1", "n2", "n3"]
    records = fb.run(
        network("star", 3, duration_s=0.1), programs={"n0": Center(users), **dict.fromkeys(users, User("n0"))}
    ).records
    rows = [records[records["node"] == user] for user in users]
    states = min(map(len, rows))
    basis = rows[0]["basis"][:states]
    signs = np.array([1 - 2 * row["outcome"][:states] for row in rows])
    assert_sampled(estimate(signs.prod(axis=0)[basis == "X"]), W**3, 0, detects=0.1)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert_sampled(estimate((signs[i] * signs[j])[basis == "Z"]), W**2, 0, detects=0.1)


def test_distilled_pairs_are_as_good_and_as_rare_as_published() -> None:
    records = fb.run(network(duration_s=0.1), programs={"n0": End("n1", True), "n1": End("n0", False)}).records
    x = (1 - FIDELITY) / 3
    kept = FIDELITY**2 + 2 * FIDELITY * x + 5 * x**2
    success = records["success"]
    np.testing.assert_allclose(records["fidelity"][success], (FIDELITY**2 + x**2) / kept, atol=1e-9)
    assert_sampled(share(int(success.sum()), len(success), kept), kept, 0, detects=0.04)


def pumped(rounds: int) -> tuple[list[float], list[float]]:
    """Fidelity and probability of each round, from the shares [phase bit, parity bit] of the four Bell states."""
    x = (1 - FIDELITY) / 3
    fresh = np.array([[FIDELITY, x], [x, x]])
    kept, fidelities, probabilities = fresh, [], []
    for _ in range(rounds):
        a, b = (np.array([p[0], p[1][::-1]]) for p in (kept, fresh))  # the rotations exchange Phi- and Psi-
        after = np.zeros((2, 2))
        for i in (0, 1):
            for j in (0, 1):
                after[i ^ j] += a[i] * b[j]  # phase bits add, parity bits must agree
        probabilities.append(float(after.sum()))
        kept = after / after.sum()
        fidelities.append(float(kept[0, 0]))
    return fidelities, probabilities


def test_pumped_pairs_follow_the_recursion_of_bell_state_shares() -> None:
    programs = {"n0": Pump("n1", True, rounds=3), "n1": Pump("n0", False, rounds=3)}
    records = fb.run(network(duration_s=0.2), programs=programs).records
    for number, (fidelity, probability) in enumerate(zip(*pumped(3), strict=True), 1):
        tried = records[records["round"] == number]
        success = tried["success"]
        np.testing.assert_allclose(tried["fidelity"][success], fidelity, atol=1e-9)
        assert_sampled(share(int(success.sum()), len(success), probability), probability, 0, detects=0.06)


def test_a_leader_is_agreed_on_and_anybody_may_be_it() -> None:
    names = ["n1", "n2", "n3", "n4"]
    scenario = network("star", 4, duration_s=1e-3, fidelity=1.0)
    records = fb.run(scenario, programs=dict.fromkeys(names, Contender(names)), replicas=2000).records
    leaders = records["leader"].reshape(2000, 4)
    assert (leaders == leaders[:, :1]).all()
    for name in names:
        assert_sampled(share(int((leaders[:, 0] == name).sum()), 2000, 0.25), 0.25, 0, detects=0.1)
