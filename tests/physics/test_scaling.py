"""Exponents of rates against length, as laws on paper have them. docs/physics/scaling_laws.md"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import farbell as fb
from farbell.analysis.distributions import student_t_quantile
from farbell.design.scaling import fit
from physics.sampling import SEED

# An interval of this level is missed once in 1e7 runs, for any seed, if the law holds.
LEVEL = 1 - 1e-7


def fibre(length_m: float, hops: int, attenuation_db_per_km: float = 0.2) -> Any:
    """A line cut into equal links of one slot each, that succeed as often as a photon arrives; slots of 1 ms."""
    names = [f"n{i}" for i in range(hops + 1)]
    success = 10 ** (-attenuation_db_per_km * length_m / hops / 1e4)
    link = fb.Given(success_probability=success, attempt_period_s=1e-3, state=fb.Werner(fidelity=1.0))
    return fb.Scenario(
        seed=SEED,
        duration_s=100.0,
        timing="slotted",
        slot_s=1e-3,
        control="ideal",
        memories=[fb.Memory(name="memory", slots=2)],
        nodes=[fb.Node(name=name, memory="memory") for name in names],
        links=[
            fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=length_m / hops), generation=link)
            for a, b in zip(names, names[1:], strict=False)
        ],
        demands=[fb.Demand(node_a=names[0], node_b=names[-1], pipelined=False)],
    )


def chain(segments: int, success: float) -> Any:
    return fibre(segments * 50e3 * math.log10(1 / success), segments)


@pytest.mark.parametrize("hops", [1, 2])
def test_exponents_of_direct_transmission_and_of_two_segments(hops: int) -> None:
    """exp(-L / L_att) and, with two segments, p (2 - p) / (3 - 2 p) with p = exp(-L / (2 L_att)), half as steep.

    16 replicas of 100 s a size, 6e3 to 1e6 pairs a size: the interval, of level 1 - 1e-7, is below 2 % of the exponent.
    """
    lengths = [40e3, 60e3, 80e3, 100e3]
    answer = fb.scale(lambda length_m: fibre(length_m, hops), {"length_m": lengths}, replicas=16, limits=False, level=LEVEL)
    rates = answer.table["rate_hz"]
    errors = np.log(answer.table["rate_high_hz"] / answer.table["rate_low_hz"]) / 2  # of any common width
    found = fit("exponential", np.array(lengths), rates, errors, LEVEL)
    p = np.exp(-np.array(lengths) * 0.2 * math.log(10) / 1e4 / hops)
    law = p if hops == 1 else p * (2 - p) / (3 - 2 * p)
    expected = fit("exponential", np.array(lengths), law, errors, LEVEL)
    assert abs(found.exponent / expected.exponent - 1) < 0.02
    assert expected.exponent == pytest.approx(-0.2 * math.log(10) / 1e4 / hops, rel=0.06)  # p is not small
    for row, rate in zip(answer.table.rows(), 1e3 * law, strict=True):
        assert row["rate_low_hz"] <= rate <= row["rate_high_hz"]
    # What the fit states: the theory is in its interval, and within 6.5 of its standard errors, each 1 % at most.
    stated = answer.fits[0]
    assert stated.law == "exponential" and stated.low <= expected.exponent <= stated.high
    error = (stated.high - stated.low) / 2 / student_t_quantile(0.5 + LEVEL / 2, len(lengths) - 2)
    assert abs(stated.exponent - expected.exponent) <= 6.5 * error < 0.065 * -stated.exponent


def test_swap_as_soon_as_possible_falls_like_one_over_a_logarithm() -> None:
    """One slot a hop, all hops at once: 1 / rate is the mean of the largest of n geometric numbers.

    16 replicas of 100 s, 2e4 pairs or more a size: rates within 2 %, of which the intervals say less at level 1 - 1e-7.
    """
    p, sizes = 0.3, [1, 2, 4, 8, 16]
    answer = fb.scale(lambda segments: chain(segments, p), {"segments": sizes}, replicas=16, limits=False, level=LEVEL)
    for row in answer.table.rows():
        n = int(row["size"])
        mean = sum((-1) ** (k + 1) * math.comb(n, k) / (1 - (1 - p) ** k) for k in range(1, n + 1))
        assert row["rate_low_hz"] <= 1e3 / mean <= row["rate_high_hz"]
        assert row["rate_high_hz"] < 1.05 * row["rate_low_hz"]
    power, exponential = (next(law for law in answer.fits if law.law == name) for name in ("power", "exponential"))
    assert -0.7 < power.exponent < 0 and power.chi2 > 4 and exponential.chi2 > power.chi2  # neither law holds


def test_fits_cover_the_exponent_they_were_made_with() -> None:
    """4,000 fits to rates with known errors: the 95 % intervals hold the truth in 93 to 97 %; 5 sigma are 1.7 %."""
    draw = np.random.default_rng(SEED)
    sizes, errors, kept = np.array([2.0, 4.0, 8.0, 16.0, 32.0]), np.array([0.02, 0.03, 0.05, 0.04, 0.08]), 0
    for _ in range(4000):
        rates = 100 * sizes**-0.7 * np.exp(errors * draw.standard_normal(5))
        law = fit("power", sizes, rates, errors)
        kept += law.low <= -0.7 <= law.high
    # Never narrower than the errors allow, hence a little above 95 %.
    assert 0.95 - 0.02 < kept / 4000 <= 1
