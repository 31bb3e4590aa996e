"""The numbers that a scenario is made of, found by what its schema says of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from farbell._core import Scenario, scenario_schema

__all__ = ["Parameter", "changed", "parameters"]

#: Lists of a scenario whose members have parameters.
_LISTS = ("memories", "stations", "interfaces", "nodes", "links", "demands")
#: Fields that place a thing on a map, or say how much of a run is looked at or what light fits: no parameters of the network.
_NO_PARAMETERS = {"latitude_deg", "longitude_deg", "x_m", "y_m", "at_s", "requests", "max_queue", "weight"}
_NO_PARAMETERS |= {"wavelength_m", "wavelength_b_m", "from_wavelength_m", "to_wavelength_m"}


@dataclass(frozen=True)
class Parameter:
    """A number of a scenario, the same in all places that share it.

    Attributes
    ----------
    path : str
        Where it stands: ``memories/nv/t2_s``; of nodes, links and demands all at once: ``links/*/fiber/length_m``.
    values : tuple of float
        What it is there.
    improvement : str
        How it gets better by a factor: ``probability``, ``time_constant``, ``rate``, ``phase_deviation``, or ``none``.
    whole : bool
        Whether it is a whole number.

    Examples
    --------
    >>> import farbell as fb
    >>> found = fb.design.parameters(fb.chain(nodes=3, length_m="20 km"))
    >>> next(p for p in found if p.name == "visibility")
    Parameter(path='stations/midpoint/visibility', values=(0.99,), improvement='probability', whole=False)
    """

    path: str
    values: tuple[float, ...]
    improvement: str
    whole: bool

    @property
    def name(self) -> str:
        """The field's name."""
        return self.path.rsplit("/", 1)[-1]


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(scenario_schema())
    return schema


def _resolved(schema: dict[str, Any], value: Any) -> dict[str, Any]:
    """What the schema says of an object of this value."""
    if "$ref" in schema:
        found: dict[str, Any] = _schema()["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
        return found
    for choice in schema.get("oneOf", []) + schema.get("anyOf", []):
        if "$ref" not in choice:
            continue
        found = _resolved(choice, value)
        kind = found.get("properties", {}).get("kind", {}).get("const")
        if kind is None or (isinstance(value, Mapping) and kind == value.get("kind")):
            return found
    return schema


def _is_whole(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "integer" or any(choice.get("type") == "integer" for choice in schema.get("anyOf", []))


_Set = Callable[[Any], None]


def _numbers(value: Any, schema: dict[str, Any], path: str) -> Iterator[tuple[str, Any, _Set, dict[str, Any]]]:
    """Path, value and setter of each number below, and what the schema says of it."""
    for name, inner in value.items():
        said = _resolved(schema, value)["properties"].get(name, {})
        if isinstance(inner, Mapping):
            yield from _numbers(inner, _resolved(said, inner), f"{path}/{name}")
        elif isinstance(inner, (int, float)) and not isinstance(inner, bool) and name not in _NO_PARAMETERS:

            def put(new: Any, owner: Any = value, key: str = name) -> None:
                owner[key] = new

            yield f"{path}/{name}", inner, put, said


def _places(data: dict[str, Any]) -> Iterator[tuple[str, Any, _Set, dict[str, Any]]]:
    for kind in _LISTS:
        said = _schema()["properties"][kind]["items"]
        for member in data.get(kind, []):
            # Kinds of devices have names that mean something; of nodes, links and demands there may be thousands.
            own = member["name"] if kind in ("memories", "stations", "interfaces") else "*"
            yield from _numbers(member, _resolved(said, member), f"{kind}/{own}")


def parameters(scenario: Scenario) -> list[Parameter]:
    """Every number of a scenario's hardware and protocols, those of all nodes, links or demands taken together.

    Parameters
    ----------
    scenario : Scenario
        The network.

    Examples
    --------
    >>> import farbell as fb
    >>> from farbell.design import parameters
    >>> found = {p.path: p for p in parameters(fb.chain(nodes=3, length_m="20 km"))}
    >>> found["links/*/fiber/length_m"].values, found["memories/projected_nv_10x/t2_s"].improvement
    ((20000.0, 20000.0), 'time_constant')
    """
    found: dict[str, tuple[list[float], dict[str, Any]]] = {}
    for path, value, _, said in _places(json.loads(scenario.to_json())):
        found.setdefault(path, ([], said))[0].append(value)
    return [
        Parameter(path, tuple(map(float, values)), said.get("x-improvement", "none"), _is_whole(said))
        for path, (values, said) in found.items()
    ]


def matching(found: list[Parameter], name: str) -> list[Parameter]:
    """Those that a name means: a path, or a field wherever it stands."""
    return [p for p in found if name in (p.path, p.name)]


def changed(scenario: Scenario, changes: Mapping[str, Callable[[float], float]]) -> Scenario:
    """A scenario with parameters changed, each in every place that shares it.

    Parameters
    ----------
    scenario : Scenario
        The network.
    changes : mapping
        Path, as :func:`parameters` gives it -> what to make of each value.

    Examples
    --------
    >>> import farbell as fb
    >>> chain = fb.chain(nodes=3, length_m="20 km")
    >>> longer = fb.design.changed(chain, {"links/*/fiber/length_m": lambda length_m: 2 * length_m})
    >>> [link.fiber.length_m for link in longer.links]
    [40000.0, 40000.0]
    """
    data = json.loads(scenario.to_json())
    for path, value, put, _ in _places(data):
        if path in changes:
            put(changes[path](value))
    return Scenario.from_json(json.dumps(data))
