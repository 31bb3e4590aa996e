"""Guards against unintended change; says nothing about what is right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from golden.regenerate import SCENARIOS, expected_file, measure


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_results_are_those_on_file(scenario: Path) -> None:
    assert measure(scenario) == json.loads(expected_file(scenario).read_text(encoding="utf-8"))
