"""What server and client agree on: the header of a controller, the columns of tables, and values that JSON has no word for."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from farbell.table import ResultTable

#: Of all paths; another is another interface.
PREFIX = "/v1"
#: Header by which a controller names itself.
CONTROLLER = "Farbell-Controller"
CONTROLLER_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
#: Environment variable with the token.
TOKEN = "FARBELL_TOKEN"

_REQUEST = ("demand", "request", "status", "circuit", "asked_s", "started_s", "pairs_asked", "pairs_delivered")
#: Columns of words that may be missing.
_WORDS = ("basis_a", "basis_b")
#: Table -> its columns.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "nodes": ("node", "up", "slots", "free_slots", "swaps", "failed_swaps", "lost_qubits", "cut_offs"),
    "links": ("link", "node_a", "node_b", "up", "known_down", "attempts", "successes", "success_probability"),
    "demands": (
        *("demand", "requests_asked", "requests_done", "requests_timed_out", "requests_refused", "requests_open"),
        *("pairs", "rejected_pairs", "surplus_pairs", "fidelity_mean", "latency_mean_s", "routed", "installed"),
    ),
    "requests": (*_REQUEST, "due_s", "min_fidelity"),
    "ended_requests": ("number", *_REQUEST, "finished_s", "reason"),
    "pairs": (
        *("number", "demand", "request", "delivered_s", "latency_s", "age_s", "swaps"),
        *("fidelity", "xx", "yy", "zz", "basis_a", "basis_b", "outcome_a", "outcome_b"),
    ),
}


def plain(value: Any) -> Any:
    """A value of a table as JSON has it: nan is null."""
    return None if isinstance(value, float) and math.isnan(value) else value


def rows_of(table: ResultTable, name: str) -> list[Any]:
    """A table as a list of objects."""
    columns = [[plain(value) for value in table[column].tolist()] for column in COLUMNS[name]]
    return [dict(zip(COLUMNS[name], row, strict=True)) for row in zip(*columns, strict=True)]


def table_of(rows: Sequence[Mapping[str, Any]], name: str) -> ResultTable:
    """A list of objects as a table: a number that is null is nan."""
    return ResultTable({column: [_value(row, column) for row in rows] for column in COLUMNS[name]})


def _value(row: Mapping[str, Any], column: str) -> Any:
    value = row[column]
    return math.nan if value is None and column not in _WORDS else value
