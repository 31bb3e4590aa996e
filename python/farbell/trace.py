"""What a trace holds: the core's numbers as a tidy table of words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from farbell._core import SpecError
from farbell.table import ResultTable

__all__ = [
    "NOTE_WORDS",
    "PROGRAM_KINDS",
    "REFUSAL_REASONS",
    "REQUEST_STATUS",
    "TRACE_ROWS",
    "TRACE_WORDS",
    "Note",
    "checked_window",
    "trace_table",
]

Column = npt.NDArray[Any]

#: A trace that would have more rows, all replicas together, ends the run with an error.
TRACE_ROWS = 2**20

# In the order of the core's numbers: kind of record -> what its entity is, and what its `b` says.
_KINDS = {
    "link_success": ("link", ""),
    "swap": ("node", "outcome"),
    "delivery": ("demand", "count"),
    "request_ended": ("demand", "end"),
    "qubit_lost": ("node", ""),
    "request_started": ("demand", ""),
    "cut_off": ("node", "store"),
    "distillation": ("node", "round"),
    "storing": ("node", ""),
    "request_asked": ("demand", "count"),
    "circuit_asked": ("demand", ""),
    "circuit_waits": ("demand", ""),
    "circuit_granted": ("demand", ""),
    "circuit_up": ("demand", ""),
    "circuit_released": ("demand", ""),
    "slots_freed": ("node", ""),
    "circuit_gone": ("demand", ""),
    "attempting": ("link", "count"),
    "herald": ("node", ""),
    "swap_started": ("node", ""),
    "message": ("node", "message"),
    "notice_held": ("node", ""),
    "qubit_released": ("node", ""),
    "qubit_measured": ("node", "basis"),
    "pair_rejected": ("demand", ""),
    "pair_surplus": ("demand", ""),
    "permit_waits": ("link", ""),
    "permit_held": ("link", ""),
    "link_changed": ("link", "state"),
    "qubit_discarded": ("node", ""),
    "fusion": ("node", "count"),
    "ghz_delivery": ("demand", "count"),
    "ghz_surplus": ("demand", ""),
    "ghz_rejected": ("demand", "count"),
    "fusion_started": ("node", ""),
    "round_begun": ("demand", "count"),
    "lanes_given": ("link", "count"),
    "chain_joined": ("demand", "count"),
    "chain_broken": ("demand", "count"),
    "qubit_dropped": ("node", "drop"),
    "fusion_failed": ("node", "count"),
    "state_joined": ("link", "path"),
    "program": ("node", ""),
}
#: How a request ended, and why one was refused; by their numbers in the core.
REQUEST_STATUS = ("open", "done", "timed_out", "refused")
REFUSAL_REASONS = (
    "none",
    "no_route",
    "route_lost",
    "queue_full",
    "not_served",
    "node_down",
    "network_full",
    "not_admitted",
    "rate_exceeded",
    "deadline_unreachable",
)
# What `b` says -> the words of its numbers; together they are the words of the column `detail`.
_DETAILS = {
    "outcome": ("phi+", "phi-", "psi+", "psi-", "failed", "in_vain"),
    "end": (*REQUEST_STATUS, *REFUSAL_REASONS[1:]),
    "message": ("swap_result", "loss_notice", "set_up", "confirm", "release", "distillation_bit"),
    "basis": ("z", "x", "y"),
    "state": ("down", "up"),
    "store": ("memory", "pool"),
    "round": ("not_kept", "kept"),
    "drop": ("unused", "alone", "broken"),
    "path": ("off_path", "on_path"),
}
_WORDS = tuple(word for words in _DETAILS.values() for word in words)
_FAILED, _IN_VAIN, _STALE, _REFUSED = 255, 254, 256, 3

#: What a row of a program may be; docs/guide/why_is_my_network_slow.md says when.
PROGRAM_KINDS = (
    "program_began",
    "program_ended",
    "program_failed",
    "operation_asked",
    "operation_done",
    "operation_timed_out",
    "operation_refused",
    "operation_cancelled",
    "operation_failed",
    "pair_given",
    "message_sent",
    "message_arrived",
    "message_received",
    "qubit_given_up",
    "qubits_lost",
    "recorded",
)
#: Columns of words that every run with programs has of its own.
NOTE_WORDS = ("program", "what", "line")
#: Words of a trace's own columns.
TRACE_WORDS: Mapping[str, tuple[str, ...]] = {"kind": (*_KINDS, *PROGRAM_KINDS), "detail": _WORDS}


class Note(NamedTuple):
    """What a program did at a node, for a row of the trace."""

    kind: str
    program: str
    what: str
    operation: int = -1  # the same where it was asked and where it ended
    line: str = ""
    to_node: int = -1
    demand: int = -1
    request: int = -1
    held: int = 0  # qubits that programs hold at the node then
    held_there: int = -1  # and at the other


def checked_window(name: str, window: Any, or_else: str = "") -> tuple[float, float]:
    """Two times in seconds. Raises SpecError."""
    try:
        start, end = map(float, window)
    except (TypeError, ValueError):
        start = end = math.nan
    if not 0 <= start < end:
        raise SpecError(name, repr(window), f"{or_else}two times in seconds, the later one second")
    return start, end


def trace_table(
    columns: Mapping[str, Any],
    ticks_per_s: float,
    words: Mapping[str, tuple[str, ...]],
    notes: Sequence[Note] | None = None,
) -> ResultTable:
    """The core's trace in order of time.

    Parameters
    ----------
    columns : mapping
        The table "trace" of the core.
    ticks_per_s : float
        Of the scenario.
    words : mapping
        Column -> its words: names of nodes, links and demands among them.
    notes : sequence of Note, optional
        Of a run with programs: what they did, by the numbers that the core's rows have.

    Returns
    -------
    ResultTable
        docs/guide/why_is_my_network_slow.md says what its columns hold.
    """
    # Some messages are recorded before they are sent, or after.
    order = np.lexsort((columns["tick"], columns["replica"]))
    raw = {name: np.asarray(values)[order] for name, values in columns.items()}
    kind, entity, a, b = raw["kind"], raw["entity"].astype(np.int64), raw["a"].astype(np.int64), raw["b"].astype(np.int64)
    entities, meanings = (np.array(column) for column in zip(*_KINDS.values(), strict=True))
    owner, meaning = entities[kind], meanings[kind]
    of_demand = owner == "demand"
    names = list(_KINDS)

    def is_any(*kinds: str) -> Column:
        return np.isin(kind, [names.index(name) for name in kinds])

    # Circuits have no request, and links that change no demand.
    circuit = np.char.startswith(np.array(names), "circuit")[kind]
    anyone = is_any("permit_waits", "permit_held", "link_changed", "pair_surplus", "ghz_surplus")
    ended = is_any("request_asked", "request_ended")
    detail = np.full(len(kind), -1, dtype=np.int64)
    number = b & 0xFF
    start = 0
    for name, those in _DETAILS.items():
        here = meaning == name
        if name == "outcome":
            number = np.where(here & (number == _FAILED), those.index("failed"), number)
            number = np.where(here & (number == _IN_VAIN), those.index("in_vain"), number)
        if name == "end":
            # A refusal is told by its reason.
            number = np.where(here & (number == _REFUSED), _REFUSED + (b >> 8), number)
        if name == "round":
            number = np.where(here, b >> 2 & 1, number)
        detail[here] = start + number[here]
        start += len(those)
    until = raw["until"]
    table = ResultTable(
        {
            "replica": raw["replica"],
            "time_s": raw["tick"] / ticks_per_s,
            "kind": kind,
            "node": np.where(owner == "node", entity, -1),
            "to_node": np.where(raw["to"] < len(words["node"]), raw["to"].astype(np.int64), -1),
            "until_s": np.where(until == np.iinfo(np.int64).max, np.nan, until / ticks_per_s),
            "link": np.where(owner == "link", entity, -1),
            "demand": np.where(of_demand, entity, np.where(anyone, -1, a)),
            "request": np.where(of_demand & ~circuit & ~anyone, a, -1),
            "circuit": np.where(anyone & ~of_demand | ended, -1, raw["circuit"].astype(np.int32).astype(np.int64)),
            "pair": raw["pair"],
            "left": raw["left"],
            "right": raw["right"],
            "detail": detail,
            "stale": ((meaning == "outcome") & ((b & _STALE) != 0)).astype(np.int8),
            "count": np.where(meaning == "count", b, -1),
            "fidelity": np.where(is_any("delivery", "pair_rejected", "ghz_delivery", "ghz_rejected"), raw["x"], np.nan),
        },
        words,
    )
    return table if notes is None else _with_notes(table, a, notes)


def _with_notes(table: ResultTable, a: Column, notes: Sequence[Note]) -> ResultTable:
    """The core's rows for programs are numbers of notes."""
    first = len(_KINDS)
    mine = np.flatnonzero(table.codes("kind") == first - 1)
    told = [notes[number] for number in a[mine].tolist()]
    columns = {
        name: table.codes(name).astype(np.int64 if name in ("kind", "demand") else table.codes(name).dtype) for name in table
    }
    columns["kind"][mine] = [first + PROGRAM_KINDS.index(note.kind) for note in told]
    for name in ("to_node", "demand", "request"):
        columns[name][mine] = [getattr(note, name) for note in told]
    own_words = {}
    for name in NOTE_WORDS:
        own = tuple(dict.fromkeys(word for note in told if (word := getattr(note, name))))
        numbers = {word: number for number, word in enumerate(own)}
        columns[name] = np.full(len(table), -1, dtype=np.int32)
        columns[name][mine] = [numbers.get(getattr(note, name), -1) for note in told]
        own_words[name] = own
    columns["circuit"][mine] = -1
    for name in ("operation", "held", "held_there"):
        columns[name] = np.full(len(table), -1, dtype=np.int64)
        columns[name][mine] = [getattr(note, name) for note in told]
    return ResultTable(columns, {**table.categories, **own_words})
