"""A repeater of two links whose central station holds both memories (C16), in real time.

A trial takes as long as light to the station and news back, 2 (L/2)/c, and both sides try at once. Farbell's `given` links say it all: a
pair lives from the start of the trial that makes it and is known at its end, so that either pair has dephased for one trial on
its central qubit, as the case states; the ends read their qubits at once, so that theirs do not decay. Rates detect an error of 2 %, error rates
and fidelities one of 0.005.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

import farbell as fb
from physics.cases import assert_close, case
from physics.runs import chains
from physics.sampling import Change, Estimate, assert_sampled, estimate, samples_to_detect, unchanged

C16 = case("C16")
ATTENUATION_LENGTH_KM = 22.0


def check_repeater(label: str, change: Change = unchanged) -> None:
    expected, p = C16.expected[label], C16.parameters
    length_km = float(label.removeprefix("L=").removesuffix("km"))
    success = p["p_link"] * math.exp(-length_km / 2 / ATTENUATION_LENGTH_KM)
    assert_close(success, expected["eta"], C16.tolerance)
    trial_s = length_km / p["c_km_s"]
    link = fb.Given(success_probability=success, attempt_period_s=trial_s, herald_delay_s=trial_s)
    station = fb.Memory(name="station", slots=2, dephasing_s=p["T_dp_s"], two_qubit_gate_reliability=p["lambda_BSM"])
    copies = 10
    # The time of a pair is the maximum of two geometric ones: it varies by less than its mean.
    pairs = samples_to_detect(0.02, 1.0)
    duration_s = pairs / copies / expected["pairs_per_s"]
    scenario = chains(
        [link] * 2,
        copies=copies,
        length_m=length_km * 500,
        memories=[fb.Memory(name="end"), station],
        control="ideal",
        duration_s=duration_s,
    )
    rows = fb.run(change(scenario), threads=1, progress=False, memory_limit="1 GB").pairs
    rate = len(rows) / copies / duration_s
    assert_sampled(Estimate(rate, rate / math.sqrt(len(rows))), expected["pairs_per_s"], C16.tolerance,
                   detects=0.0205 * expected["pairs_per_s"])  # fmt: skip
    # Rows follow one another with new pairs each: independent.
    xx, zz, fidelity = (estimate(rows[name]) for name in ("xx", "zz", "fidelity"))
    assert_sampled(Estimate((1 - xx.mean) / 2, xx.stderr / 2), expected["eX"], C16.tolerance, detects=0.005)
    np.testing.assert_allclose((1 - rows["zz"]) / 2, expected["eZ"], rtol=0, atol=1e-12)
    assert_sampled(fidelity, expected["F"], C16.tolerance, detects=0.005)
    fraction = fb.analysis.bbm92_key_fraction((1 - zz.mean) / 2, (1 - xx.mean) / 2)
    # Rate and error rate together: a key rate that is off by 3 % is found.
    assert rate * fraction == pytest.approx(expected["skr_per_s"], rel=0.02)
    exact = expected["pairs_per_s"] * fb.analysis.bbm92_key_fraction(expected["eZ"], expected["eX"])
    assert_close(exact, expected["skr_per_s"], C16.tolerance)


@pytest.mark.parametrize("label", C16.expected)
def test_two_link_repeater(label: str) -> None:
    check_repeater(label)
