"""Why processes of programs still wait when a run ends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from farbell.programs.operations import Joined, Operation, call_and_peer

if TYPE_CHECKING:
    from farbell.programs.host import Process

__all__ = ["why_it_waits"]

_SHOWN = 3


def why_it_waits(process: Process, processes: Iterable[Process], nodes: Iterable[str], demands: list[str]) -> str:
    """In words; nothing where there is nothing to say.

    Parameters
    ----------
    process : Process
        One that waits.
    processes : iterable of Process
        All that have not ended.
    nodes : iterable of str
        Those that have programs.
    demands : list of str
        Names of the demands.
    """
    others = list(processes)

    def why(operation: Operation) -> str:
        if not isinstance(operation, Joined):
            return _why(operation, process, others, nodes, demands)
        reasons = [(part.what, why(part)) for part in operation.parts if not part.done]
        return "; ".join(f"{what}: {reason}" for what, reason in reasons if reason)

    return why(process.waits_for)


def _why(operation: Operation, process: Process, processes: Iterable[Process], nodes: Iterable[str], demands: list[str]) -> str:
    call, peer = call_and_peer(operation.what)
    if operation._request is not None:
        demand, request = operation._request
        return f"request {request} of {demands[demand]} is open: results.explain(demand={demands[demand]!r}, request={request})"
    if call == "wait":
        return "the run ended before"
    if call not in ("receive", "accept") or not peer:
        return ""
    if peer not in nodes:
        return f"no program runs at {peer}"
    theirs = [other for other in processes if other.node.name == peer and other is not process]
    if not theirs and peer == process.node.name:
        return f"no other process goes on at {peer}"
    if not theirs:
        return f"the programs of {peer} have ended"
    waits = [other.waits_for.what for other in theirs if other.waits_for is not None]
    more = f" and {len(waits) - _SHOWN} more" if len(waits) > _SHOWN else ""
    each = any(call_and_peer(what) in (("receive", process.node.name), ("accept", process.node.name)) for what in waits)
    circle = "; each waits for the other" if each else ""
    return f"the programs of {peer} wait for {', '.join(waits[:_SHOWN])}{more}{circle}"
