"""The bound that forbids a target."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from farbell._core import Model, Scenario, SpecError
from farbell.bounds.capacities import compiled
from farbell.bounds.of_demands import RateBound, ghz_rate_bounds, listed, rate_bounds

__all__ = ["Forbidden", "forbidding_bound"]

#: What a target may name.
TARGETS = ("rate_hz", "fidelity")


@dataclass(frozen=True)
class Forbidden:
    """A target that no run can meet, and why.

    Attributes
    ----------
    demand : str
        The demand that cannot meet it.
    quantity : str
        "rate_hz" or "fidelity".
    target, bound : float
        What is asked, and what is possible at most.
    reason : str
        The bound, in words.
    links : tuple of str
        Links that would have to be better.
    unit : str
        What is delivered: "pairs" or, of GHZ demands, "states".

    Examples
    --------
    >>> import farbell as fb
    >>> print(fb.bounds.forbidding_bound(fb.chain(3, length_m="20 km"), {"rate_hz": 1000}))
    n0->n2: 1000 pairs/s are asked; its route allows at most 611, the rate of its slowest link n0--n1
    """

    demand: str
    quantity: str
    target: float
    bound: float
    reason: str
    links: tuple[str, ...] = ()
    unit: str = "pairs"

    def __str__(self) -> str:
        asked = f"{self.target:.4g} {self.unit}/s are" if self.quantity == "rate_hz" else f"a fidelity of {self.target:.4g} is"
        return f"{self.demand}: {asked} asked; {self.reason}"


def _forbidden_rate(name: str, bound: RateBound, target: float, unit: str) -> Forbidden | None:
    if target > bound.flow_hz:
        return Forbidden(name, "rate_hz", target, bound.flow_hz, bound.flow_reason, bound.flow.links, unit)
    if target > bound.route.rate_hz:
        return Forbidden(name, "rate_hz", target, bound.route.rate_hz, bound.route_reason, (bound.route.link,), unit)
    return None


def _forbidden_fidelity(model: Model, demands: Sequence[int], target: float) -> Forbidden | None:
    """The core knows what a route can reach, and refuses a demand that asks for more."""

    def refusal(asked: Sequence[int], fidelity: float) -> SpecError | None:
        changed = list(model.scenario.demands)
        for i in asked:
            changed[i] = changed[i].replace(min_fidelity=fidelity)
        try:
            compiled(model.scenario.replace(demands=changed))
        except SpecError as error:
            if not error.path.endswith("/min_fidelity"):
                raise
            return error
        return None

    error = refusal(demands, target) if demands else None
    if error is None:
        return None
    demand = int(error.path.split("/")[-2])
    low, high = 0.0, target
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (low, middle) if refusal([demand], middle) else (middle, high)
    return Forbidden(model.demand_names[demand], "fidelity", target, low, f"allowed: {error.allowed}")


def forbidding_bound(network: Scenario | Model, target: Mapping[str, float], *, demand: str | None = None) -> Forbidden | None:
    """The bound that forbids a target, if there is one: whatever a run does, it stays below.

    Parameters
    ----------
    network : Scenario or Model
        The network.
    target : mapping
        ``rate_hz``, the rate of delivered pairs (or GHZ states), ``fidelity``, the mean fidelity of pairs, or both.
    demand : str, optional
        The demand that is to meet it. Default: each of them, GHZ demands included.

    Returns
    -------
    Forbidden or None
        The first that is found: the largest flow between the ends over all routes and memory slots, with the cut's links;
        what the demand's own routes and width allow; the best fidelity that they can reach. None says only that these
        bounds do not forbid it.

    Raises
    ------
    SpecError
        The scenario is wrong, the target names something else or is out of range, there is no such demand, or the fidelity of
        GHZ states is asked for, of which there is no bound.

    Examples
    --------
    >>> import farbell as fb
    >>> chain = fb.chain(3, length_m="20 km")
    >>> fb.bounds.forbidding_bound(chain, {"rate_hz": 1, "fidelity": 0.6}) is None
    True
    >>> fb.bounds.forbidding_bound(chain, {"fidelity": 0.999}).quantity
    'fidelity'
    """
    model = compiled(network)
    names, ghz = list(model.demand_names), list(model.ghz_demand_names)
    if demand is not None and demand not in names + ghz:
        raise SpecError("demand", repr(demand), f"a demand: {listed((*names, *ghz))}")
    for quantity, value in target.items():
        if quantity not in TARGETS:
            raise SpecError(f"target/{quantity}", "an unknown quantity", ", ".join(TARGETS))
        if not 0 <= value <= (1 if quantity == "fidelity" else math.inf):
            raise SpecError(f"target/{quantity}", repr(value), "0 to 1" if quantity == "fidelity" else "at least 0")
    asked = [i for i, name in enumerate(names) if demand in (None, name)]
    asked_ghz = [i for i, name in enumerate(ghz) if demand in (None, name)]
    if asked_ghz and target.get("fidelity", 0) > 0:
        found = f"{ghz[asked_ghz[0]]}, a GHZ demand"
        raise SpecError("target/fidelity", found, "demands of pairs: there is no bound for the fidelity of GHZ states")
    if "rate_hz" in target:
        for where, of, bounds, unit in (
            (names, asked, rate_bounds, "pairs"),
            (ghz, asked_ghz, ghz_rate_bounds, "states"),
        ):
            for i, bound in zip(of, bounds(model, of), strict=True):
                if (over := _forbidden_rate(where[i], bound, target["rate_hz"], unit)) is not None:
                    return over
    return _forbidden_fidelity(model, asked, target["fidelity"]) if "fidelity" in target else None
