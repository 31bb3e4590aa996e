"""Links that drift: each pair has the fidelity of its step, and recalibrations come when the equations say."""

from __future__ import annotations

import math

import numpy as np
import pytest

import farbell as fb
from physics.sampling import SEED, Estimate, assert_sampled

STEP_S, TAU_S, FIDELITY = 0.01, 0.5, 0.95


def link(drift: fb.Drift, success: float = 1.0) -> fb.Scenario:
    """Two nodes, an attempt each millisecond, perfect memories, pairs without end."""
    generation = fb.Given(
        success_probability=success, attempt_period_s="1 ms", herald_delay_s="1 us", state=fb.Werner(fidelity=FIDELITY)
    )
    return fb.Scenario(
        seed=SEED,
        duration_s="1 s",
        control="ideal",
        memories=[fb.Memory(name="memory", slots=2)],
        nodes=[fb.Node(name=name, memory="memory") for name in "ab"],
        links=[fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m=0), generation=generation, drift=drift)],
        demands=[fb.Demand(node_a="a", node_b="b")],
    )


def worn(seconds: np.ndarray) -> np.ndarray:
    """The fidelity at the start of the step."""
    step = np.floor(seconds / STEP_S + 1e-9) * STEP_S
    return 0.25 + (FIDELITY - 0.25) * np.exp(-step / TAU_S)


def test_each_pair_has_the_fidelity_of_its_step() -> None:
    results = fb.run(link(fb.Drift(step_s=STEP_S, coherence_tau_s=TAU_S)))
    pairs = results.pairs
    made_s = pairs["delivered_s"] - pairs["age_s"]
    assert len(pairs) > 900 and np.allclose(pairs["fidelity"], worn(made_s), rtol=0, atol=1e-12)
    assert "stepped_drift" in {entry["name"] for entry in results.approximations}
    assert "failures" not in results.tables


@pytest.mark.parametrize(
    ("when", "period_s"),
    [
        ({"recalibrate_every_s": 0.2}, 0.2),
        # The first step after 0.5 s ln(0.7 / 0.55) = 0.1206 s.
        ({"recalibrate_below": 0.8}, 0.13),
        ({"recalibrate_below": 0.8, "recalibrate_every_s": 0.09}, 0.09),
    ],
)
def test_recalibration(when: dict[str, float], period_s: float) -> None:
    results = fb.run(link(fb.Drift(step_s=STEP_S, coherence_tau_s=TAU_S, recalibration_s=0.05, **when)))
    windows = results.failures
    starts = np.arange(period_s, 1, period_s + 0.05)
    assert set(windows["failure"]) == {"recalibration of a--b"}
    assert np.allclose(windows["down_s"], starts, rtol=0, atol=1e-12)
    assert np.allclose(windows["up_s"][:-1], starts[:-1] + 0.05, rtol=0, atol=1e-12)
    pairs = results.pairs
    # Attempts start at whole milliseconds.
    since = np.rint((pairs["delivered_s"] - pairs["age_s"]) * 1e3) % round((period_s + 0.05) * 1e3) * 1e-3
    assert np.all(since < period_s - 1e-9) and np.allclose(pairs["fidelity"], worn(since), rtol=0, atol=1e-12)


def test_efficiency() -> None:
    """Successes of 3,000 runs of 1,000 attempts, whose chance falls from 0.5; sees an error of 1 %. False alarm 8e-11."""
    runs = 3_000
    scenario = link(fb.Drift(step_s=STEP_S, efficiency_tau_s=TAU_S), success=0.5).replace(record="summary")
    links = fb.run(scenario, replicas=runs, threads=1).links
    chances = 0.5 * np.exp(-np.arange(0, 1, STEP_S) / TAU_S)
    expected = float(chances.mean())
    found = links["successes"].sum() / links["attempts"].sum()
    stderr = math.sqrt(float(np.mean(chances * (1 - chances))) / float(links["attempts"].sum()))
    assert_sampled(Estimate(float(found), stderr), expected, 1e-3, detects=0.01 * expected)


def test_refusals() -> None:
    with pytest.raises(fb.SpecError, match="something falls"):
        fb.compile(link(fb.Drift(step_s=1)))
    with pytest.raises(fb.SpecError, match="how long the link is down"):
        fb.compile(link(fb.Drift(step_s=1, coherence_tau_s=1, recalibrate_every_s=1)))
    drift = fb.Drift(step_s=STEP_S, coherence_tau_s=TAU_S, recalibrate_below=0.96, recalibration_s=0.05)
    with pytest.raises(fb.SpecError, match="restores") as error:
        fb.compile(link(drift))
    assert error.value.path == "/links/0/drift/recalibrate_below"
    changed = link(drift.replace(recalibrate_below=0.9)).replace(changes=[fb.Change(at_s=0.1, link="a--b")])
    with pytest.raises(fb.SpecError, match="without drift"):
        fb.compile(changed)
