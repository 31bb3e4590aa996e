"""Scenario files that say how devices differ: values are drawn when the file is read, so that a scenario stays data."""

from __future__ import annotations

import json
import sys
from typing import Any

from farbell._core import Scenario, SpecError
from farbell._nearest import nearest
from farbell.devices import Distribution, LogNormal, Normal, Uniform, spread

__all__ = ["with_devices"]

KEY = "devices"
# What a distribution may say: word -> class, and the type of each of its words.
KINDS: dict[str, tuple[type[Distribution], dict[str, type]]] = {
    "lognormal": (LogNormal, {"spread": float, "of_error": bool}),
    "normal": (Normal, {"spread": float}),
    "uniform": (Uniform, {"low": float, "high": float}),
}
OPTIONAL = {"of_error"}


def with_devices(scenario: Scenario, devices: Any) -> Scenario:
    """The scenario with the devices that the block ``devices`` of its file draws.

    Parameters
    ----------
    scenario : Scenario
        What the rest of the file says.
    devices : object
        The block: ``seed``, ``spread`` (parameter -> distribution) and ``working`` (memory -> probability that a slot works).

    Raises
    ------
    SpecError
        If the block says what it may not; the path is that in the file.
    """
    block = _object(devices, f"/{KEY}", {"seed", "spread", "working"}, needed={"seed"})
    seed = block["seed"]
    if isinstance(seed, float) and seed.is_integer():
        seed = int(seed)
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**64:
        raise SpecError(f"/{KEY}/seed", json.dumps(seed), "a whole number in [0, 2^64)")
    at = f"/{KEY}/spread"
    of = {path: _distribution(value, f"{at}/{_step(path)}") for path, value in _object(block.get("spread", {}), at).items()}
    at = f"/{KEY}/working"
    working = {path: _number(value, f"{at}/{_step(path)}") for path, value in _object(block.get("working", {}), at).items()}
    try:
        return spread(scenario, of, seed=seed, working=working)
    except SpecError as error:
        raise SpecError(_place(error.path), error.found, error.allowed, error.nearest) from None


def _place(path: str) -> str:
    """Where in the file is what `spread` calls ``of/PATH`` or ``working/PATH``."""
    part, _, rest = path.partition("/")
    if part not in ("of", "working"):  # of the field itself
        return f"/{KEY}/spread: {path}"
    return f"/{KEY}/{'spread' if part == 'of' else part}" + (f"/{_step(rest)}" if rest else "")


def _step(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _object(value: Any, path: str, known: set[str] | None = None, needed: set[str] | None = None) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SpecError(path, json.dumps(value), "an object")
    names = sorted(known or value)
    for name in value:
        if name not in names:
            raise SpecError(
                f"{path}/{_step(name)}", "a name that is not known", f"one of {', '.join(names)}", nearest(name, names)
            )
    for name in sorted((needed or set()) - set(value)):
        raise SpecError(f"{path}/{name}", "nothing", f"{name}, which is required")
    return value


def _number(value: Any, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -sys.float_info.max <= value <= sys.float_info.max:
        raise SpecError(path, json.dumps(value), "a finite number")
    return float(value)


def _distribution(value: Any, path: str) -> Distribution:
    kind = _object(value, path).get("kind")
    if kind not in KINDS:
        raise SpecError(f"{path}/kind", json.dumps(kind), "one of " + ", ".join(KINDS), nearest(str(kind), list(KINDS)))
    made, words = KINDS[kind]
    _object(value, path, {"kind", *words}, set(words) - OPTIONAL)
    said: dict[str, Any] = {}
    for name in words.keys() & value.keys():
        if words[name] is bool and not isinstance(value[name], bool):
            raise SpecError(f"{path}/{name}", json.dumps(value[name]), "true or false")
        said[name] = value[name] if words[name] is bool else _number(value[name], f"{path}/{name}")
    try:
        return made(**said)
    except SpecError as error:
        raise SpecError(f"{path}/{error.path}", error.found, error.allowed) from None
