"""What programs had to do with a request: who asked for it, what they did at its ends, and which memories they filled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from farbell._core import ByPrograms
from farbell.record import Record
from farbell.trace import PROGRAM_KINDS

__all__ = ["ProgramStory"]

Row = Mapping[str, Any]


class ProgramStory:
    """The rows of programs in a trace; of a demand that no program asks there is nothing to tell.

    Parameters
    ----------
    record : Record
        The run.
    demand : str
        Whose request it is.
    rows : sequence of mapping
        The trace.
    """

    def __init__(self, record: Record, demand: str, rows: Sequence[Row]) -> None:
        self._ends: tuple[str, ...] = ()
        self._demand = demand
        names = record.network.demand_names
        if demand in names:
            spec = record.scenario.demands[names.index(demand)]
            if isinstance(spec.traffic, ByPrograms):
                self._ends = (spec.node_a, spec.node_b)
        nodes = record.tables["nodes"]
        self._slots = dict(zip(nodes["node"].tolist(), nodes["slots"].tolist(), strict=True))
        self._held: dict[str, int] = {}  # qubits that programs hold, by node
        self._rows = rows

    def asked_by(self, request: int) -> str:
        """Program, node and line; nothing if the trace does not go back so far."""
        for row in self._of_request(request):
            if row["kind"] == "operation_asked":
                return f"{row['program']} at {row['node']}, {row['line']}"
        return ""

    def _of_request(self, request: int) -> Iterator[Row]:
        if self._ends:
            yield from (row for row in self._rows if row["demand"] == self._demand and row["request"] == request)

    # ---- memories

    def take(self, row: Row) -> None:
        """Time goes on to this row."""
        for node, held in ((row["node"], row.get("held", -1)), (row["to_node"], row.get("held_there", -1))):
            if held >= 0:
                self._held[node] = held

    def held_at(self, node: str) -> int:
        return self._held.get(node, 0)

    def full_end(self) -> str:
        """An end of the demand all of whose slots hold qubits of programs, so that no pair can be made there."""
        return next((node for node in self._ends if self.held_at(node) >= self._slots[node]), "")

    # ---- in words

    def sentence(self, row: Row) -> str:
        """What a program did at an end of the demand."""
        kind, node = row["kind"], row["node"]
        if kind not in PROGRAM_KINDS or node not in self._ends:
            return ""
        who = f"{row['program']} at {node}" if row["program"] else node
        what = row["what"]
        return {
            "program_began": f"{who} begins {what}",
            "program_ended": f"{who} has ended {what}",
            "program_failed": f"{who} fails: {what}",
            "operation_asked": f"{who} asks for {what}",
            "operation_done": f"{who}: {what}",
            "operation_timed_out": f"{who}: {what}",
            "operation_refused": f"{who}: {what}",
            "operation_cancelled": f"{who}: {what}",
            "operation_failed": f"{who}: {what}",
            "pair_given": f"{who} is given a pair, {what}",
            "message_sent": f"{who}: {what}",
            "message_arrived": f"a message comes to {node} {what}",
            "message_received": f"{who}: {what}",
            "qubit_given_up": f"{who} gives up {what}",
            "qubits_lost": f"{node} goes down and loses {what}",
            "recorded": f"{who} writes down {what}",
        }[kind]
