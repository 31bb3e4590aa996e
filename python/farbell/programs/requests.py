"""Requests of nodes for states, which come at random: what protocols of several programs have in common."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Set
from dataclasses import dataclass
from math import inf
from typing import Any, TypeAlias

from farbell._core import Scenario, SpecError
from farbell._nearest import nearest

__all__ = ["Group", "GroupRequest", "Steps", "check", "check_node", "check_rates", "check_reliable", "is_whole"]

Group: TypeAlias = tuple[str, ...]
Steps: TypeAlias = Generator[Any, Any, None]


@dataclass(frozen=True)
class GroupRequest:
    """Of some nodes together."""

    number: int
    group: Group
    asked_s: float

    def about(self, now_s: float) -> dict[str, Any]:
        """Columns of a record of what became of it."""
        return {"group": "+".join(self.group), "number": self.number, "waited_s": now_s - self.asked_s}


def check(name: str, found: object, good: bool, allowed: str) -> None:
    """Refuses a field that is not good."""
    if not good:
        raise SpecError(name, repr(found), allowed)


def check_reliable(scenario: Scenario, what: str) -> None:
    """Refuses failures and lost messages, for programs that wait for ever for what does not come."""
    if scenario.failures:
        raise SpecError("failures", f"{len(scenario.failures)} of them", f"none with {what}")
    messages = scenario.messages
    if messages.loss_probability > 0 or messages.lost:
        raise SpecError("messages", repr(messages), f"messages that are not lost, with {what}")


def check_node(field: str, name: str, known: Iterable[str]) -> None:
    """Refuses a name that is none of these nodes."""
    names = list(known)
    if name not in names:
        raise SpecError(field, repr(name), "a node of the scenario", nearest(str(name), names))


def is_whole(value: float, least: int) -> bool:
    """Whether it is a whole number of at least that, or infinite."""
    return value >= least and value in (inf, int(min(value, 1e9)))


def check_rates(requests: Mapping[Any, float], size: int, allowed: str, among: Set[str] | None = None) -> None:
    """Refuses what is no tuple of `size` different nodes, all `among` those given, and rates that are none."""
    for group, rate_hz in requests.items():
        good = isinstance(group, tuple) and len(set(group)) == len(group) == size and (among is None or among >= set(group))
        check("requests", group, good, allowed)
        check(f"requests/{'+'.join(group)}", rate_hz, 0 < rate_hz < inf, "a rate above 0")
