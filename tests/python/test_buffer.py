"""Pairs that are kept for later requests."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import farbell as fb


def link(**demand: Any) -> fb.Scenario:
    """A pair a millisecond, at once known at both ends; its memories dephase within 10 ms."""
    return fb.Scenario(
        duration_s=0.1,
        control="ideal",
        memories=[fb.Memory(name="m", slots=4, dephasing_s=10e-3)],
        nodes=[fb.Node(name=name, memory="m") for name in "ab"],
        links=[
            fb.Link(
                node_a="a",
                node_b="b",
                fiber=fb.Fiber(length_m=0),
                generation=fb.Given(success_probability=1.0, attempt_period_s=1e-3),
            )
        ],
        demands=[fb.Demand(node_a="a", node_b="b", **{"generate_when_idle": True, "buffer": 3, **demand})],
    )


def run(scenario: fb.Scenario) -> fb.Results:
    return fb.run(scenario, threads=1, progress=False)


def test_kept_pairs_are_delivered_at_once_and_oldest_first() -> None:
    results = run(link(traffic=fb.OneOff(at_s=20.5e-3), pairs_per_request=5))
    pairs = results.pairs
    # Made at 0, 1 and 2 ms and kept; then one at once, for which a slot is free, and one a period later.
    assert np.allclose(pairs["delivered_s"] * 1e3, [20.5, 20.5, 20.5, 20.5, 21.5])
    assert np.allclose(pairs["age_s"] * 1e3, [20.5, 19.5, 18.5, 0, 0])
    assert (np.diff(pairs["fidelity"]) >= 0).all() and pairs["fidelity"][0] < 0.8 < pairs["fidelity"][-1]
    assert results.demands["surplus_pairs"].tolist() == [0]


def test_nothing_is_made_while_the_buffer_is_full() -> None:
    results = run(link(traffic=fb.Table(at_s=[])))
    assert results.links["successes"].tolist() == [3] and results.links["attempts"].tolist() == [3]
    # From 0, 1 and 2 ms on.
    assert np.allclose(results.nodes["slot_seconds"], 0.1 + 0.099 + 0.098)


def test_without_a_buffer_they_are_surplus() -> None:
    results = run(link(traffic=fb.OneOff(at_s=20.5e-3), buffer=None))
    assert results.pairs["age_s"].tolist() == [0.0] and results.demands["surplus_pairs"][0] > 90


def test_several_requests_at_one_time_share_what_was_kept() -> None:
    results = run(link(traffic=fb.OneOff(at_s=20.5e-3, requests=2), pairs_per_request=2))
    assert results.pairs["request"].tolist() == [0, 0, 1, 1]
    assert results.requests["finished_s"].tolist() == [20.5e-3, 20.5e-3]


def test_what_is_too_old_is_rejected() -> None:
    results = run(link(traffic=fb.OneOff(at_s=20.5e-3), min_fidelity=0.9))
    assert results.demands["rejected_pairs"].tolist() == [3]
    assert results.pairs["age_s"].tolist() == [0.0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"generate_when_idle": False}, "generate_when_idle"),
        ({"use": "measure"}, "measure"),
        ({"width": 4}, r"at least width \(4\)"),
        ({"buffer": 5}, "at most 4, the slots of its end"),
        ({"buffer": 0}, "buffer"),
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(fb.SpecError, match=words):
        fb.compile(link(**changes))
