"""The oracle alone against closed forms, so that what the product is compared with is known to be right."""

from math import exp, sqrt

import numpy as np
import pytest

from oracle import states
from oracle.philox import Stream, philox4x32
from oracle.run import run
from oracle.scenario import MEMORY


def line(nodes, link, *, memory=None, node=None, demand=None, length_m=0.0, **scenario):
    """A chain of like nodes and links with one demand from end to end."""
    names = [f"n{i}" for i in range(nodes)]
    return {
        "version": 1, "duration_s": 1.0,
        "memories": [{"name": "m", "slots": 2} | (memory or {})],
        "nodes": [{"name": name, "memory": "m"} | (node or {}) for name in names],
        "links": [
            {"node_a": a, "node_b": b, "fiber": {"length_m": length_m}, "generation": link}
            for a, b in zip(names, names[1:], strict=False)
        ],
        "demands": [{"node_a": names[0], "node_b": names[-1]} | (demand or {})],
    } | scenario  # fmt: skip


def given(success, period_s, fidelity=1.0, **more):
    state = {"kind": "werner", "fidelity": fidelity}
    return {"kind": "given", "success_probability": success, "attempt_period_s": period_s, "state": state} | more


def within(samples, expected, sigmas=5.3):
    """Two-sided false-alarm rate 1.2e-7."""
    samples = np.asarray(samples)
    return abs(samples.mean() - expected) < sigmas * samples.std() / sqrt(len(samples))


def test_philox_known_answer():
    assert philox4x32(0, 0, 0) == (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)
    ones = 2**64 - 1
    assert philox4x32(ones, ones, ones) == (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)


def test_streams_are_uniform_and_apart():
    stream, other = Stream(7, "link:a--b/attempts", 0), Stream(7, "link:a--b/attempts", 1)
    draws = np.array([stream.draw() for _ in range(4000)])
    assert within(draws[:, 0], 0.5) and within(draws[:, 1], 0.5) and within(draws[:, 0] * draws[:, 1], 0.25)
    assert stream.draw() != other.draw()


@pytest.mark.parametrize("coins", [None, np.random.default_rng(20261124)])
@pytest.mark.parametrize(("p", "swap_success", "expected"), [(0.5, 1, 8 / 3), (0.5, 0.5, 16 / 3), (0.3, 1, 2.4 / 0.51)])
def test_two_segments_synchronous(coins, p, swap_success, expected):
    """C01: expected slots (3 - 2p) / (p (2 - p) q); 1,000 runs see a mean that is 14 % off."""
    scenario = line(
        3, given(p, 1e-3), node={"swap_success_probability": swap_success}, demand={"traffic": {"kind": "one_off"}},
        timing="slotted", slot_s=1e-3, control="ideal", duration_s=1000.0, tick="ns",
    )  # fmt: skip
    slots = [run(scenario, replica, coins).pairs[0]["delivered"] / 1e6 for replica in range(1000)]
    assert all(slot == int(slot) for slot in slots)
    assert within(slots, expected)


def test_two_links_with_heralds_and_result_messages():
    """C19 at p = 0.1, L = 40 km: the mean time from the start of generation to delivery, and the rate back to back."""
    half_s = 20e3 / 2e8
    scenario = line(
        3,
        given(0.1, half_s, herald_delay_s=half_s),
        length_m=20e3,
        demand={"traffic": {"kind": "back_to_back"}},
        duration_s=2.0,
    )
    outcome = run(scenario)
    requests = [r for r in outcome.demands[0].requests if r.finished is not None]
    assert all(r.finished - r.started > 0 for r in requests)
    assert within([(r.finished - r.started) / outcome.ticks_per_s for r in requests], 0.001573684211)
    assert [r.started for r in requests[1:]] == [r.finished for r in requests[:-1]]


@pytest.mark.parametrize(
    ("state", "t", "expected"),
    [(0, 1e-3, 0.792106691), (0, 2e-2, 0.441657909), (2, 1e-3, 0.787578732), (2, 5e-3, 0.370932971), (2, 2e-2, 0.067835373)],
)
def test_relaxation_and_dephasing(state, t, expected):
    """A01."""
    device = states.Device(MEMORY | {"t1_s": 0.01, "t2_s": 0.005}, 1e12, twirled=False)
    pair = states.create_pair(states.PROJECTORS[state], device, 0, device, 0)
    assert states.correlators(*pair, round(t * 1e12), state).fidelity == pytest.approx(expected, abs=1e-9)


def test_gaussian_coherence_does_not_depend_on_reads():
    device = states.Device(MEMORY | {"t2_s": 0.01, "t2_law": "gaussian"}, 1e12, twirled=False)
    pair = states.create_pair(states.PROJECTORS[0], device, 0, device, 0)
    for t in (2 * 10**9, 5 * 10**9, 7 * 10**9):
        reading = states.correlators(*pair, t, 0)
    assert reading.xx == pytest.approx(exp(-2 * 0.7**2), abs=1e-12)


@pytest.mark.parametrize(("exponent", "t2_law"), [(1, "exponential"), (2, "gaussian")])
def test_stretched_coherence_is_the_other_laws(exponent, t2_law):
    stretched = states.Device(MEMORY | {"t2_s": 0.01, "t2_law": "stretched", "t2_exponent": exponent}, 1e12, twirled=False)
    same = states.Device(MEMORY | {"t2_s": 0.01, "t2_law": t2_law}, 1e12, twirled=False)
    for since, now in ((0, 2 * 10**9), (3 * 10**9, 7 * 10**9)):
        assert np.abs(stretched.channel(0, since, now) - same.channel(0, since, now)).max() < 1e-14


def test_coherence_by_points():
    points = {"t2_law": "tabulated", "coherence_times_s": [1e-3, 3e-3], "coherences": [0.8, 0.2]}
    for beyond, left in (("exponential", 0.1), ("nothing", 0.0)):
        memory = MEMORY | points | {"coherence_beyond": beyond}
        device = states.Device(memory, 1e12, twirled=False)
        assert device.channel(0, 0, 2 * 10**9)[1, 1] == pytest.approx(0.4)
        assert device.channel(0, 10**9, 3 * 10**9)[1, 1] == pytest.approx(0.25)
        assert device.channel(0, 0, 4 * 10**9)[1, 1] == pytest.approx(left)
        assert states.t2_of(memory) == pytest.approx(1e-3 * (1 + np.log(0.8 * np.e) / np.log(2)))


def test_decay_composes_and_keeps_states():
    memory = MEMORY | {
        "t1_s": 3e-3, "t2_s": 2e-3, "dephasing_s": 4e-3, "depolarising_s": 6e-3, "pauli_x_rate_hz": 30.0, "pauli_y_rate_hz": 7.0,
    }  # fmt: skip
    device = states.Device(memory, 1e9, twirled=False)
    once, twice = device.channel(0, 0, 5_000_000), device.channel(0, 2_000_000, 5_000_000) @ device.channel(0, 0, 2_000_000)
    assert np.abs(once - twice).max() < 1e-13
    choi = once.reshape(2, 2, 2, 2).transpose(0, 2, 1, 3).reshape(4, 4)
    assert np.linalg.eigvalsh(choi).min() > -1e-13
    assert np.abs(once[0] + once[3] - [1, 0, 0, 1]).max() < 1e-13


@pytest.mark.parametrize("first", range(4))
@pytest.mark.parametrize("second", range(4))
def test_frames_of_a_swap_compose(first, second):
    device = states.Device(MEMORY, 1e12, twirled=False)
    for u in (0.1, 0.3, 0.6, 0.9):
        a, b = states.create_pair(states.PROJECTORS[first], device, 0, device, 0)
        c, d = states.create_pair(states.PROJECTORS[second], device, 0, device, 0)
        outcome = states.bell_measure(b, c, 0, u)
        assert states.correlators(a, d, 0, first ^ second ^ outcome).fidelity == pytest.approx(1)


def test_werner_chain():
    """A05: F of eight links after seven perfect swaps, and the POVM of a misread outcome."""
    device = states.Device(MEMORY, 1e12, twirled=False)
    pair_of = lambda: states.create_pair(states.pair_state({"kind": "werner", "fidelity": 0.98}), device, 0, device, 0)  # noqa: E731
    (left, right), frame = pair_of(), 0
    for u in (0.05, 0.3, 0.55, 0.7, 0.9, 0.2, 0.4):
        b, far = pair_of()
        frame ^= states.bell_measure(right, b, 0, u)
        right = far
    assert states.correlators(left, right, 0, frame).fidelity == pytest.approx(0.854162878, abs=1e-9)


def test_measured_pair_agrees():
    device = states.Device(MEMORY | {"readout_fidelity_0": 0.9, "readout_fidelity_1": 0.8}, 1e12, twirled=False)
    for basis in "zx":
        a, b = states.create_pair(states.PROJECTORS[0], device, 0, device, 0)
        assert states.measure(a, basis, 0, 0.549) == 0  # P(read 0) = (0.9 + 0.2) / 2
        # Then b is |0> with probability 0.9 / 1.1, and is read as 0 with 0.9 of that plus 0.2 of the rest.
        threshold = (0.9 * 0.9 + 0.2 * 0.2) / 1.1
        assert states.measure(b, basis, 0, threshold - 1e-9) == 0
        a, b = states.create_pair(states.PROJECTORS[0], device, 0, device, 0)
        states.measure(a, basis, 0, 0.0)
        assert states.measure(b, basis, 0, threshold + 1e-9) == 1
