"""Hooks: functions that take decisions of a run in place of rules."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any

from farbell._core import PolicyTable, Protocol, Scenario, SpecError, decision_columns

__all__ = ["checked"]


def checked(
    hooks: Mapping[str, Callable[[Any], bool] | Protocol], scenario: Scenario
) -> tuple[dict[str, Callable[[Any], bool]], dict[str, Protocol]]:
    """The functions and the protocols that are the hooks of a run, if each can be asked. Raises SpecError."""
    points = list(decision_columns())
    for name, function in hooks.items():
        if name not in points:
            nearest = difflib.get_close_matches(str(name), points, 1)
            raise SpecError("hooks", repr(name), "decision points: " + ", ".join(points), *nearest)
        if isinstance(function, Protocol):
            if name not in function.decides:
                does = f"it does: {', '.join(function.decides)}" if function.decides else "it does not take decisions"
                raise SpecError(f"hooks/{name}", repr(function), f"a protocol that decides this; {does}")
        elif not callable(function):
            raise SpecError(f"hooks/{name}", repr(function), "a function of a view that returns True or False, or a Protocol")
        for number, demand in enumerate(scenario.demands):
            if any(rule.do == name for rule in demand.rules):
                raise SpecError(f"hooks/{name}", "a hook", f"none, since /demands/{number} has a rule for this point")
            if name != "admit" and isinstance(demand.swapping, PolicyTable):
                raise SpecError(f"hooks/{name}", "a hook", f"none, since the policy table of /demands/{number} decides")
    protocols = {name: hook for name, hook in hooks.items() if isinstance(hook, Protocol)}
    return {name: hook for name, hook in hooks.items() if not isinstance(hook, Protocol)}, protocols
