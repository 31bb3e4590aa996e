"""What better hardware is: one factor for parameters of every kind. docs/physics/requirements.md"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from farbell._core import Scenario, SpecError
from farbell._improvement import BEST, improved_value
from farbell.design.scenario_parameters import Parameter, changed, matching, parameters
from farbell.topology.network import nearest

__all__ = ["improvable", "improved", "improved_value", "named"]


def _is_perfect(parameter: Parameter) -> bool:
    best = BEST.get(parameter.improvement)
    return best is not None and all(value == best for value in parameter.values)


def improvable(scenario: Scenario) -> list[Parameter]:
    """The parameters of hardware that can get better: those with a convention, unless they are perfect.

    Parameters
    ----------
    scenario : Scenario
        The network.

    Examples
    --------
    >>> import farbell as fb
    >>> from farbell.design import improvable
    >>> [p.name for p in improvable(fb.chain(nodes=3, length_m="20 km"))][:3]
    ['t1_s', 't2_s', 'efficiency']
    """
    return [p for p in parameters(scenario) if p.improvement != "none" and not _is_perfect(p)]


def named(scenario: Scenario, names: Sequence[str]) -> dict[str, list[Parameter]]:
    """Name -> the parameters it means: a path, or the name of a field wherever it stands.

    Raises
    ------
    SpecError
        If a name means nothing that can get better.
    """
    better = improvable(scenario)
    found = {}
    for name in names:
        mine = matching(better, name)
        if not mine:
            every = {p.path: p for p in parameters(scenario)} | {p.name: p for p in parameters(scenario)}
            allowed = sorted({p.name for p in better})
            if name in every:
                why = "it has no convention" if every[name].improvement == "none" else "it is perfect already"
                raise SpecError("improve", repr(name), f"a parameter that can get better ({why}): {', '.join(allowed)}")
            known = [*allowed, *(p.path for p in better)]
            raise SpecError("improve", repr(name), f"one of {', '.join(allowed)}, or a path", nearest(name, known))
        found[name] = mine
    return found


def improved(scenario: Scenario, factors: Mapping[str, float]) -> Scenario:
    """A network with better hardware.

    Parameters
    ----------
    scenario : Scenario
        The network.
    factors : mapping
        Name of a field, or path -> by what factor it gets better.

    Raises
    ------
    SpecError
        If a name means nothing that can get better, a factor is not above 0, or the result is no valid scenario (a ``t2_s``
        beyond twice the ``t1_s`` it was left with).

    Examples
    --------
    >>> import farbell as fb
    >>> from farbell.design import improved
    >>> better = improved(fb.chain(nodes=3, length_m="20 km"), {"efficiency": 2, "t2_s": 10})
    >>> better.memories[0].t2_s, round(better.memories[0].efficiency, 4)
    (100.0, 0.7616)
    """
    changes = {}
    for name, mine in named(scenario, list(factors)).items():
        factor = factors[name]
        if not (factor > 0 and math.isfinite(factor)):
            raise SpecError(f"factors/{name}", repr(factor), "a factor above 0")
        for p in mine:
            changes[p.path] = lambda value, how=p.improvement, by=factor: improved_value(value, how, by)
    return changed(scenario, changes)
