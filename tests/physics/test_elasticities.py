"""Elasticities against derivatives on paper."""

from __future__ import annotations

import itertools
import math
import sys
from typing import Any

import numpy as np
import pytest

import farbell as fb
from farbell.design import improved_value, parameters
from physics.sampling import SEED


def link(success: float, period_s: float, fidelity: float = 1.0, herald_s: float = 0.0) -> Any:
    state = fb.Werner(fidelity=fidelity)
    return fb.Given(success_probability=success, attempt_period_s=period_s, herald_delay_s=herald_s, state=state)


def perfect_memory(**noise: float) -> Any:
    return fb.Memory(name="memory", slots=2, **noise)


def network(nodes: int, generation: Any, memory: Any, **rest: Any) -> Any:
    names = [f"n{i}" for i in range(nodes)]
    return fb.Scenario(
        seed=SEED,
        memories=[memory],
        nodes=[fb.Node(name=name, memory="memory") for name in names],
        links=[
            fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=1000.0), generation=generation)
            for a, b in zip(names, names[1:], strict=False)
        ],
        demands=[fb.Demand(node_a=names[0], node_b=names[-1])],
        **rest,
    )


def rows_of(scenario: Any, *names: str, **options: Any) -> dict[str, dict[str, Any]]:
    found = fb.elasticities(scenario, parameters=names, **options)
    return {row["parameter"].rsplit("/", 1)[-1]: row for row in found.table.rows()}


def within(row: dict[str, Any], quantity: str, expected: float, curvature: float, replicas: int) -> None:
    """The gain within Z standard errors of the derivative, and what the finite step adds."""
    from farbell.analysis.distributions import student_t_quantile

    gain = row[f"{quantity}_gain"]
    error = (row[f"{quantity}_gain_high"] - gain) / student_t_quantile(0.975, replicas - 1)
    # Student's t with few degrees of freedom has wider tails than the normal law.
    assert abs(gain - expected) <= student_t_quantile(1 - 1e-7 / 2, replicas - 1) * error + curvature, (gain, expected, error)


def test_rate_of_a_link() -> None:
    """rate = p / T: elasticities 1 and -1. 64 replicas of about 1,000 pairs: errors of 0.02 would be seen."""
    p, replicas = 0.01, 64
    rows = rows_of(network(2, link(p, 1e-4), perfect_memory(), duration_s=10.0), "success_probability", "attempt_period_s",
                   replicas=replicas)  # fmt: skip
    # Over a step h = 0.1 the slope of ln p^(1/k) over ln k is ln p sinh(h) / h.
    within(rows["success_probability"], "rate", -math.log(p) * math.sinh(0.1) / 0.1, 1e-9, replicas)
    within(rows["attempt_period_s"], "rate", -1.0, 1e-9, replicas)
    assert rows["success_probability"]["rate_elasticity"] == pytest.approx(
        rows["success_probability"]["rate_gain"] / -math.log(p)
    )
    assert rows["attempt_period_s"]["fidelity_gain"] == pytest.approx(0.0, abs=1e-12)
    assert rows["success_probability"]["rate_gain_high"] - rows["success_probability"]["rate_gain_low"] < 0.08 * 4.6


def test_fidelity_of_dephasing_memories_is_exact() -> None:
    """Both halves dephase while the herald is under way, 1 ms each: F = (1 + exp(-2 t / T2)) / 2, the same for every pair."""
    t, t2 = 1e-3, 5e-3
    scenario = network(2, link(0.1, 1e-3, herald_s=t), perfect_memory(t2_s=t2), duration_s=1.0)
    row = rows_of(scenario, "t2_s", replicas=8)["t2_s"]

    def log_fidelity(u: float) -> float:
        return math.log((1 + math.exp(-2 * t / (t2 * math.exp(u)))) / 2)

    slope = (log_fidelity(0.1) - log_fidelity(-0.1)) / 0.2
    assert row["fidelity_gain"] == pytest.approx(slope, rel=1e-9)
    assert row["fidelity_gain_half_step"] == pytest.approx((log_fidelity(0.05) - log_fidelity(-0.05)) / 0.1, rel=1e-9)
    analytic = (2 * t / t2) * math.exp(-2 * t / t2) / (1 + math.exp(-2 * t / t2))
    assert row["fidelity_gain"] == pytest.approx(analytic, rel=0.01)
    assert row["rate_gain"] == 0 and row["rate_coupling"] == row["fidelity_coupling"] == 1


def test_rate_of_two_segments() -> None:
    """Slotted, one slot a hop: 1 / rate = slots until both links are there, the larger of two geometric numbers."""
    p, replicas = 0.1, 64
    scenario = network(3, link(p, 1e-3), perfect_memory(), duration_s=30.0, timing="slotted", slot_s=1e-3, control="ideal")
    scenario = scenario.replace(demands=[scenario.demands[0].replace(pipelined=False)])
    row = rows_of(scenario, "success_probability", replicas=replicas)["success_probability"]

    def log_rate(u: float) -> float:
        q = improved_value(p, "probability", math.exp(u))
        return -math.log((3 - 2 * q) / (q * (2 - q)))

    within(row, "rate", (log_rate(0.1) - log_rate(-0.1)) / 0.2, 1e-9, replicas)


def test_common_random_numbers_take_variance_away() -> None:
    scenario = network(2, link(0.01, 1e-4), perfect_memory(), duration_s=1.0)
    row = rows_of(scenario, "attempt_period_s", replicas=32)["attempt_period_s"]
    assert row["rate_coupling"] > 0.8  # the same successes at other times: about 0.95
    assert row["note"] == ""


def test_streams_that_come_apart_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run with a seed of its own: differences scatter as those of independent runs do, and the note says so.

    The coupling of independent runs is a correlation coefficient: over 256 replicas 0 with an error of 0.06; 0.5 is eight.
    """
    module: Any = sys.modules["farbell.design.sensitivity"]
    real, seeds = module.run, itertools.count(SEED)
    monkeypatch.setattr(module, "run", lambda point, **options: real(point, **{**options, "seed": next(seeds)}))
    memory = perfect_memory(two_qubit_gate_reliability=0.9)
    scenario = network(3, link(0.05, 1e-3, 0.9), memory, duration_s=1.0, state="stabilizer")
    row = rows_of(scenario, "attempt_period_s", replicas=256)["attempt_period_s"]
    assert abs(row["rate_coupling"]) < 0.5 and abs(row["fidelity_coupling"]) < 0.5
    assert "streams came apart (rate)" in row["note"] and "streams came apart (fidelity)" in row["note"]


def test_what_matters_most_comes_first_whichever_figure_it_moves() -> None:
    scenario = network(3, link(0.05, 1e-3, 0.9), perfect_memory(two_qubit_gate_reliability=0.9), duration_s=1.0)
    limits = fb.elasticities(scenario, replicas=8)
    ranked = limits.ranked()
    strength = [max(abs(np.nan_to_num(row[f"{q}_gain"])) for q in ("rate", "fidelity")) for row in ranked]
    assert strength == sorted(strength, reverse=True) and strength[0] > 0
    slots = next(row for row in limits.table.rows() if row["parameter"].endswith("/slots"))
    assert "one step: whole number" in slots["note"]


def test_parameters_that_cannot_move_say_why() -> None:
    scenario = network(2, link(1.0, 1e-3, fidelity=0.9), perfect_memory(t1_s=1.0, t2_s=2.0), duration_s=0.5)
    rows = rows_of(scenario, "success_probability", "t2_s", "pauli_x_rate_hz", replicas=8)
    assert rows["success_probability"]["note"] == "perfect" and math.isnan(rows["success_probability"]["rate_gain"])
    assert rows["pauli_x_rate_hz"]["note"] == "perfect"
    assert rows["t2_s"]["note"] == "one-sided"  # not beyond 2 t1_s


def test_every_number_of_the_examples_is_found() -> None:
    paths = {p.path for p in parameters(fb.example("surfnet"))}
    assert {"links/*/fiber/length_m", "links/*/fiber/attenuation_db_per_km", "nodes/*/swap_success_probability"} <= paths
    assert any(path.endswith("detector/dark_count_rate_hz") for path in paths)
    assert not any(np.isin(path.rsplit("/", 1)[-1], ["latitude_deg", "longitude_deg"]) for path in paths)
