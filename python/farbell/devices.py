"""Devices that are not alike: parameters drawn for each device, and slots that do not work."""

from __future__ import annotations

import hashlib
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from farbell._core import Failure, Scenario, SpecError
from farbell._nearest import nearest
from farbell.topology.repeaters import link_name

__all__ = ["Distribution", "LogNormal", "Normal", "Uniform", "spread"]


class Distribution(ABC):
    """What a parameter of a device is drawn from, about the value that the scenario has for it.

    Examples
    --------
    >>> import farbell as fb
    >>> isinstance(fb.LogNormal(0.2), fb.Distribution)
    True
    """

    @abstractmethod
    def draw(self, declared: float, dice: np.random.Generator) -> float:
        """A value, of one device."""


@dataclass(frozen=True)
class LogNormal(Distribution):
    """The declared value, which is the median, times exp(spread z), z standard normal.

    Parameters
    ----------
    spread : float
        Standard deviation of the logarithm: 0.2 is about 20 %.
    of_error : bool
        The same of 1 - value, for probabilities near 1.

    Examples
    --------
    >>> import farbell as fb
    >>> nv = fb.chain(33, platform="nv_netsquid_nearterm", demands=[])
    >>> devices = fb.spread(nv, {"memories/*/t2_s": fb.LogNormal(0.2)}, seed=1)
    >>> len({memory.t2_s for memory in devices.memories})
    33
    """

    spread: float
    of_error: bool = False

    def __post_init__(self) -> None:
        _require_spread(self.spread)

    def draw(self, declared: float, dice: np.random.Generator) -> float:
        factor = math.exp(self.spread * dice.standard_normal())
        return 1 - (1 - declared) * factor if self.of_error else declared * factor


@dataclass(frozen=True)
class Normal(Distribution):
    """The declared value, which is the mean, times (1 + spread z), z standard normal.

    Parameters
    ----------
    spread : float
        Relative standard deviation.

    Examples
    --------
    >>> import farbell as fb
    >>> links = fb.spread(fb.chain(4), {"links/*/fiber/attenuation_db_per_km": fb.Normal(0.05)}, seed=1).links
    >>> all(0.1 < link.fiber.attenuation_db_per_km < 0.3 for link in links)
    True
    """

    spread: float

    def __post_init__(self) -> None:
        _require_spread(self.spread)

    def draw(self, declared: float, dice: np.random.Generator) -> float:
        return declared * (1 + self.spread * float(dice.standard_normal()))


@dataclass(frozen=True)
class Uniform(Distribution):
    """Any value from `low` to `high`, in the unit of the parameter, whatever the scenario has.

    Parameters
    ----------
    low, high : float
        Its ends.

    Examples
    --------
    >>> import farbell as fb
    >>> nv = fb.spread(fb.chain(3, platform="nv_netsquid_nearterm"), {"stations/*/visibility": fb.Uniform(0.85, 0.95)}, seed=1)
    >>> all(0.85 <= station.visibility <= 0.95 for station in nv.stations)
    True
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            raise SpecError("high", f"{self.low!r} to {self.high!r}", "numbers, the second no less than the first")

    def draw(self, declared: float, dice: np.random.Generator) -> float:
        return self.low + (self.high - self.low) * float(dice.random())


def _require_spread(value: float) -> None:
    if not (math.isfinite(value) and value >= 0):
        raise SpecError("spread", repr(value), "a number of at least 0")


def spread(
    scenario: Scenario,
    of: Mapping[str, Distribution] | None = None,
    *,
    seed: int,
    working: Mapping[str, float] | None = None,
) -> Scenario:
    """The same network with devices that are not alike: each has values of its own, and some slots do not work.

    A device is a memory at a node, a station of a link, an interface at an end of a link, or a link. Each value of each is
    drawn from a stream of its own, which depends on `seed` and the names of device and parameter alone: other devices and
    parameters keep their values when one is added. What is drawn stands in the scenario that is returned, as if it had been
    measured.

    Parameters
    ----------
    scenario : Scenario
        The network. Its values are the medians or means.
    of : mapping, optional
        ``"memories/NAME/FIELD"``, ``"stations/NAME/FIELD"``, ``"interfaces/NAME/FIELD"`` or ``"links/NAME/FIELD"`` ->
        distribution. ``*`` is every name;
        a field of a part is written with a slash: ``"links/*/fiber/attenuation_db_per_km"``.
    seed : int
        Another seed, other devices. The scenario's own seed is not used, so that replicas are runs of the same devices.
    working : mapping, optional
        ``"memories/NAME"`` -> probability that a slot works. A node of which no slot works is down all the time.

    Returns
    -------
    Scenario
        With a memory for each node, a station for each link and an interface for each of its places where these vary, and a
        note of what was drawn.

    Raises
    ------
    SpecError
        If there is no such name or field, it is no number, or a drawn value is not allowed: nothing is cut off at a limit.

    Examples
    --------
    T2 with a spread of 20 %, and a yield of 90 %:

    >>> import farbell as fb
    >>> nv = fb.chain(5, platform="nv_netsquid_nearterm", duration_s=0.1)
    >>> made = fb.spread(nv, {"memories/*/t2_s": fb.LogNormal(0.2)}, working={"memories/*": 0.9}, seed=7)
    >>> sorted({memory.slots for memory in made.memories}) != [8]
    True
    """
    devices = _Devices(scenario, seed)
    for path, distribution in (of or {}).items():
        if not isinstance(distribution, Distribution):
            raise SpecError(f"of/{path}", repr(distribution), "a distribution, as LogNormal(0.2)")
        devices.vary(path, distribution)
    for path, share in (working or {}).items():
        devices.drop_slots(path, share)
    return devices.scenario()


_SHARED = ("memories", "stations", "interfaces")  # named by what uses them: each use is a device
_KINDS = (*_SHARED, "links")
_ENDS = ("interfaces_a", "interfaces_b")


class _Devices:
    """The parts of a scenario while devices are drawn: memories by node, stations by link, interfaces by place, links."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self._base, self._seed = scenario, seed
        links: dict[str, Any] = {link_name(link): link for link in scenario.links}
        uses = {
            "memories": {node.name: node.memory for node in scenario.nodes},
            "stations": {name: _station_of(link) for name, link in links.items()},
            "interfaces": {
                _place(name, end, i): of
                for name, link in links.items()
                for end in _ENDS
                for i, of in enumerate(getattr(link, end))
            },
        }
        named = {kind: {spec.name: spec for spec in getattr(scenario, kind)} for kind in _SHARED}
        # Kind -> device -> name of what it is one of; and its values.
        self._of = {kind: {device: of for device, of in uses[kind].items() if of in named[kind]} for kind in _SHARED}
        self._of["links"] = {name: name for name in links}
        self._specs: dict[str, dict[str, Any]] = {
            kind: {device: named[kind][of] for device, of in self._of[kind].items()} for kind in _SHARED
        }
        self._specs["links"] = links
        self._drawn: set[tuple[str, str, str]] = set()
        self._varied: dict[str, set[str]] = {kind: set() for kind in _KINDS}
        self._dead: list[str] = []
        self._told: list[str] = []

    def vary(self, path: str, distribution: Distribution) -> None:
        kind, name, field = self._parts(path, 3)
        where = self._specs[kind]
        for device in self._chosen(kind, name, path):
            if (kind, device, field) in self._drawn:
                raise SpecError(f"of/{path}", f"{field} of {device} a second time", "one distribution for each")
            self._drawn.add((kind, device, field))
            spec = where[device]
            declared = _number(spec, field, path)
            value = distribution.draw(declared, self._dice(kind, device, field))
            try:
                where[device] = spec.with_values({field: value})
            except SpecError as error:
                raise SpecError(f"of/{path}", f"{value:.6g}, drawn for {device}", error.allowed) from None
            self._varied[kind].add(device)
        self._told.append(f"{path}: {distribution!r}")

    def drop_slots(self, path: str, share: float) -> None:
        if not 0 <= share <= 1:
            raise SpecError(f"working/{path}", repr(share), "a probability")
        kind, name, _ = self._parts(path, 2)
        if kind != "memories":
            raise SpecError(f"working/{path}", kind, "memories, of which slots work or do not")
        for node in self._chosen(kind, name, path):
            memories = self._specs["memories"]
            slots = memories[node].slots
            work = int((self._dice(kind, node, "working").random(slots) < share).sum())
            if work == 0:
                self._dead.append(node)
            memories[node] = memories[node].replace(slots=max(work, 1))
            self._varied["memories"].add(node)
        self._told.append(f"{path}: {share:g} of slots work")

    def scenario(self) -> Scenario:
        own = {
            kind: {device: f"{of} of {device}" for device, of in self._of[kind].items() if device in self._varied[kind]}
            for kind in _SHARED
        }
        links = []
        for name, link in self._specs["links"].items():
            if name in own["stations"]:
                link = link.replace(generation=link.generation.replace(station=own["stations"][name]))
            for end in _ENDS:
                interfaces = [own["interfaces"].get(_place(name, end, i), of) for i, of in enumerate(getattr(link, end))]
                link = link if interfaces == getattr(link, end) else link.replace(**{end: interfaces})
            links.append(link)
        nodes = [
            node.replace(memory=own["memories"][node.name]) if node.name in own["memories"] else node
            for node in self._base.nodes
        ]
        note = f"Devices that are not alike, seed {self._seed}: {'; '.join(self._told)}."
        changed: dict[str, Any] = {"nodes": nodes, "links": links, "notes": [*self._base.notes, note]}
        for kind in _SHARED:
            users = {of for device, of in self._of[kind].items() if device not in own[kind]}
            kept = [spec for spec in getattr(self._base, kind) if spec.name in users]
            changed[kind] = kept + [self._specs[kind][device].replace(name=name) for device, name in own[kind].items()]
        if self._dead:
            down = [(0.0, 2 * self._base.duration_s)]
            changed["failures"] = [*self._base.failures, Failure(name="no slot works", nodes=self._dead, down=down)]
        return self._base.replace(**changed)

    @staticmethod
    def _parts(path: str, count: int) -> tuple[str, str, str]:
        parts = path.removeprefix("/").split("/", count - 1)
        if len(parts) != count or parts[0] not in _KINDS:
            allowed = '"memories/NAME", "stations/NAME", "interfaces/NAME" or "links/NAME"' + (
                ', and a field: "memories/*/t2_s"' if count == 3 else ""
            )
            raise SpecError("of" if count == 3 else "working", repr(path), allowed, nearest(parts[0], _KINDS))
        return (parts[0], parts[1], parts[2] if count == 3 else "")

    def _chosen(self, kind: str, name: str, path: str) -> Iterator[str]:
        known = self._of[kind]
        if not known:
            raise SpecError(f"of/{path}", kind, f"a scenario that has {kind} in use")
        if name != "*" and name not in known.values():
            names = sorted(set(known.values()))
            raise SpecError(f"of/{path}", repr(name), f"* or one of {', '.join(names[:20])}", nearest(name, names))
        return (device for device, of in known.items() if name in ("*", of))

    def _dice(self, kind: str, device: str, field: str) -> np.random.Generator:
        key = hashlib.sha256(f"{self._seed}/{kind}/{device}/{field}".encode()).digest()
        return np.random.Generator(np.random.Philox(key=int.from_bytes(key[:16], "little")))


def _place(link: str, end: str, number: int) -> str:
    return f"{link}/{end}/{number}"


def _station_of(link: Any) -> str:
    return str(getattr(link.generation, "station", ""))


def _number(spec: Any, field: str, path: str) -> float:
    value: Any = spec
    for step in field.split("/"):
        value = getattr(value, step, _nothing)
    if value is _nothing:
        spec.with_values({field: 0.0})  # says what there is
    if isinstance(value, bool) or not isinstance(value, float):
        raise SpecError(f"of/{path}", repr(value), "a parameter that is a number in this scenario")
    return value


_nothing = object()
