"""Judging what was sampled: seeds, estimates, and scenarios with one parameter moved.

A mean may be off by 6.5 standard errors and the tolerance of its case (`meta.tolerance` in cases.json). For one check
that is a false alarm of 8e-11; all of them together stay below 1e-6 a run. A check also states the smallest error that
it detects: its sample must be so large that this error is 8.5 standard errors, so that it is missed with a probability
of 2 %. The mutation tests move a parameter until the quantity is off by 12 standard errors: missed once in 1e7.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import farbell as fb

#: The tests hold for any.
SEED = int(os.environ.get("FARBELL_TEST_SEED", "20261124"))
ALLOWED_SIGMAS = 6.5
DETECTED_SIGMAS = 8.5

Change = Callable[[fb.Scenario], fb.Scenario]


def unchanged(scenario: fb.Scenario) -> fb.Scenario:
    return scenario


def scaled(path: str, factor: float) -> Change:
    """One parameter, wherever it is given, times a factor; path such as "links/*/generation/success_probability"."""

    def change(scenario: fb.Scenario) -> fb.Scenario:
        document = json.loads(scenario.to_json())
        *parents, name = path.split("/")
        places: list[Any] = [document]
        for parent in parents:
            places = [inner for place in places for inner in (place if parent == "*" else [place[parent]])]
        places = [place for place in places if name in place]
        assert places, f"nothing is given at {path}"
        for place in places:
            place[name] *= factor
        return fb.Scenario.from_json(json.dumps(document))

    return change


@dataclass(frozen=True)
class Estimate:
    mean: float
    stderr: float


def estimate(values: npt.ArrayLike) -> Estimate:
    """The mean of independent values."""
    sample = np.asarray(values, dtype=float)
    return Estimate(float(sample.mean()), float(sample.std(ddof=1)) / math.sqrt(len(sample)))


def share(successes: int, trials: int, expected: float) -> Estimate:
    """A share of independent trials, with the standard error that it should have."""
    return Estimate(successes / trials, math.sqrt(expected * (1 - expected) / trials))


def samples_to_detect(error: float, standard_deviation: float) -> int:
    """How many independent values detect such an error of their mean, with a margin for the error of their deviation."""
    return math.ceil((1.08 * DETECTED_SIGMAS * standard_deviation / error) ** 2)


def assert_sampled(found: Estimate, expected: float, tolerance: float, *, detects: float) -> None:
    """The estimate agrees with what is expected, and would not if that were wrong by `detects` (absolute)."""
    allowed = ALLOWED_SIGMAS * found.stderr + tolerance * abs(expected)
    assert abs(found.mean - expected) <= allowed, f"{found.mean} is not {expected} within {allowed}"
    assert found.stderr * DETECTED_SIGMAS <= detects, f"standard error {found.stderr} is too large to detect {detects}"
