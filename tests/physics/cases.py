"""The validation cases: expected values with tolerance and source, read from cases.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Case:
    id: str
    group: str
    description: str
    parameters: dict[str, Any]
    expected: dict[str, Any]
    tolerance: Any
    source: str
    verified: str
    note: str = ""


@cache
def _cases() -> dict[str, Case]:
    document = json.loads(Path(__file__).with_name("cases.json").read_text())
    return {entry["id"]: Case(**entry) for entry in document["cases"]}


def case(id: str) -> Case:
    return _cases()[id]


def assert_close(actual: float, expected: float, tolerance: float) -> None:
    """A bare tolerance is relative, and absolute 1e-9 where nothing is expected."""
    allowed = tolerance * max(abs(expected), 1e-9) if expected else 1e-9
    assert abs(actual - expected) <= allowed, f"{actual} is not {expected} within {allowed}"
