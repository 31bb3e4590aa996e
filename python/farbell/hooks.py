"""Hooks: functions that take decisions of a run in place of rules."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any

from farbell._core import PolicyTable, Scenario, SpecError, decision_columns

__all__ = ["checked"]


def checked(hooks: Mapping[str, Callable[[Any], Any]], scenario: Scenario) -> dict[str, Callable[[Any], Any]]:
    """The hooks of a run, if each can be asked. Raises SpecError."""
    points = [*decision_columns(), "schedule"]
    for name, function in hooks.items():
        if name not in points:
            nearest = difflib.get_close_matches(str(name), points, 1)
            raise SpecError("hooks", repr(name), "decision points: " + ", ".join(points), *nearest)
        if not callable(function):
            raise SpecError(f"hooks/{name}", repr(function), "a function of a view")
        if name == "schedule":
            for number, switch in enumerate(scenario.switches):
                if switch.scheduler == "time_division":
                    raise SpecError(f"hooks/{name}", "a hook", f"none, since /switches/{number} goes by time division")
            if not scenario.switches:
                raise SpecError(f"hooks/{name}", "a hook", "none in a scenario without switches")
            continue
        for number, demand in enumerate(scenario.demands):
            if any(rule.do == name for rule in demand.rules):
                raise SpecError(f"hooks/{name}", "a hook", f"none, since /demands/{number} has a rule for this point")
            if name != "admit" and isinstance(demand.swapping, PolicyTable):
                raise SpecError(f"hooks/{name}", "a hook", f"none, since the policy table of /demands/{number} decides")
    return dict(hooks)
