"""What each demand of a network may have so that all are treated fairly, and admission at these rates.

See docs/physics/fair_rates.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from farbell._core import Admission, Model, Scenario, SpecError
from farbell._nearest import nearest
from farbell.analysis.fair_rates import FAIRNESS, Fairness
from farbell.analysis.fair_rates import fair_rates as shares
from farbell.bounds.capacities import lane_rates, swap_successes
from farbell.route_search import PURIFYING, demand_routes
from farbell.running import compile
from farbell.table import ResultTable

__all__ = ["FairDemands", "admit_fairly", "fair_rates"]


@dataclass(frozen=True)
class FairDemands:
    """What each demand of a network may have.

    Attributes
    ----------
    table : ResultTable
        A row a demand: its fair ``rate_hz`` (pairs per second), ``alone_hz`` (what it could have if nobody else asked),
        ``seconds_per_pair`` for which a circuit of it is expected to hold its slots, and what it is ``limited_by``: a node
        whose slots are all in use, or its own ``concurrent_requests``.
    kind : "proportional" or "max_min"
        The fairness.

    Examples
    --------
    >>> import farbell as fb
    >>> print(fb.routing.fair_rates(fb.chain(3, length_m="10 km")).table["limited_by"].tolist())
    ['concurrent_requests']
    """

    table: ResultTable
    kind: Fairness

    @property
    def rates_hz(self) -> dict[str, float]:
        """Fair rates by demand, in pairs per second."""
        return dict(zip(self.table["demand"].tolist(), self.table["rate_hz"].tolist(), strict=True))


def _refused(scenario: Scenario) -> None:
    """What the slots of circuits do not say."""
    for path, there, what in (
        ("/rounds", scenario.rounds is not None, "rounds"),
        ("/ghz_demands", bool(scenario.ghz_demands), "demands for GHZ states"),
        ("/switches", bool(scenario.switches), "optical switches"),
    ):
        if there:
            raise SpecError(path, what, "none: fair rates are those of circuits that share memory slots")
    if not scenario.demands:
        raise SpecError("/demands", "no demand", "one or more")
    for i, node in enumerate(scenario.nodes):
        if node.parallel_links is not None:
            raise SpecError(
                f"/nodes/{i}/parallel_links", str(node.parallel_links), "null for fair rates, which are those of slots"
            )


def _by_demand(model: Model, argument: str, given: Mapping[str, float] | None) -> Mapping[str, float]:
    names = model.demand_names
    for name, value in (given or {}).items():
        if name not in names:
            raise SpecError(f"{argument}/{name}", repr(name), "a demand: " + ", ".join(names[:12]), nearest(name, names))
        if not (value > 0 and math.isfinite(value)):
            raise SpecError(f"{argument}/{name}", repr(value), "a number above 0")
    return given or {}


def _expected_s(model: Model, given: Mapping[str, float]) -> list[float]:
    """For how long a circuit of each demand holds its slots, a pair."""
    scenario, names = model.scenario, model.demand_names
    lanes, swaps = lane_rates(model), swap_successes(scenario)
    by_name = dict(zip(model.link_names, scenario.links, strict=True))
    processing_s = {node.name: node.processing_delay_s for node in scenario.nodes}
    out = []
    for i, (name, demand, route) in enumerate(zip(names, scenario.demands, demand_routes(model), strict=True)):
        if name in given:
            out.append(given[name])
            continue
        links = [by_name[link] for link in route.links]
        distils = [f"/demands/{i}/distillation"] * (demand.distillation is not None)
        distils += [f"/links/{scenario.links.index(link)}/distillation" for link in links if link.distillation is not None]
        distils += ["/routing/kind"] * (scenario.routing.kind in PURIFYING)
        if distils:
            raise SpecError(
                distils[0],
                "distillation",
                f"none, or seconds_per_pair of demand {name!r}: how often it succeeds is not foreseen",
            )
        succeed = math.prod(swaps[node] for node in route.nodes[1:-1])
        if succeed == 0:
            raise SpecError(f"/demands/{i}", f"{name!r}, along whose route swaps never succeed", "swaps that can succeed")
        seconds = sum(1 / lanes[link] for link in route.links) / demand.width / succeed
        if scenario.control == "messages" and not demand.generate_when_idle:
            one_way_s = sum(link.fiber.length_m / link.fiber.speed_m_per_s for link in links)
            one_way_s += sum(processing_s[node] for node in route.nodes[1:-1])
            # Set up by a round trip, released by a message.
            seconds += 3 * one_way_s / demand.pairs_per_request
        out.append(seconds)
    return out


def fair_rates(
    network: Scenario | Model,
    kind: Fairness = "proportional",
    *,
    weights: Mapping[str, float] | None = None,
    seconds_per_pair: Mapping[str, float] | None = None,
) -> FairDemands:
    """What each demand may have, along its preferred route, so that all are treated fairly.

    Parameters
    ----------
    network : Scenario or Model
        The network. Memory slots times time are what demands share: a circuit holds ``width`` slots at its ends and twice as
        many at each node between, for as long as its pairs take.
    kind : "proportional" or "max_min"
        Whether ``sum(weight * log(rate))`` is as large as can be, or the least ``rate / weight``, then the least of the
        others, and so on.
    weights : mapping of str to float, optional
        By demand. Default: the ``weight`` of each.
    seconds_per_pair : mapping of str to float, optional
        How long a pair of a demand takes, by name, where it is known: from a run of this demand alone, say. Default: lanes that
        make their pairs hop after hop, swaps as often as they succeed, and the messages that set a circuit up and release it.

    Returns
    -------
    FairDemands
        A table, and the rates by name.

    Raises
    ------
    SpecError
        The scenario is wrong; it has GHZ demands, rounds, optical switches, ``parallel_links``, or, without
        ``seconds_per_pair``, distillation or swaps that never succeed; the kind or a demand is unknown.

    References
    ----------
    F. P. Kelly, A. K. Maulloo and D. K. H. Tan, Journal of the Operational Research Society 49, 237 (1998);
    D. Bertsekas and R. Gallager, Data Networks (Prentice Hall, 1992), section 6.5. For quantum networks:
    G. Vardoyan and S. Wehner, IEEE International Conference on Quantum Computing and Engineering 2023, 1238.

    Examples
    --------
    One demand over two hops against one over each of them, in shares of the time of their slots:

    >>> import farbell as fb
    >>> link = fb.Given(success_probability=0.01, attempt_period_s="1 ms")
    >>> asks = [fb.Demand(node_a=a, node_b=b) for a, b in (("n0", "n2"), ("n0", "n1"), ("n1", "n2"))]
    >>> line = fb.chain(3, memory=fb.Memory(name="m", slots=2), generation=link, control="ideal", demands=asks)
    >>> ends = [node.replace(memory="one") for node in line.nodes]
    >>> memories = [*line.memories, fb.Memory(name="one", slots=1)]
    >>> line = line.replace(memories=memories, nodes=[ends[0], line.nodes[1], ends[2]])
    >>> [round(rate, 3) for rate in fb.routing.fair_rates(line).rates_hz.values()]
    [1.667, 6.667, 6.667]
    >>> [round(rate, 3) for rate in fb.routing.fair_rates(line, "max_min").rates_hz.values()]
    [3.333, 3.333, 3.333]
    """
    if kind not in FAIRNESS:
        raise SpecError("kind", repr(kind), "'proportional' or 'max_min'")
    model = network if isinstance(network, Model) else compile(network)
    scenario = model.scenario
    _refused(scenario)
    seconds = _expected_s(model, _by_demand(model, "seconds_per_pair", seconds_per_pair))
    weight_of = _by_demand(model, "weights", weights)
    weight = [weight_of.get(name, d.weight) for name, d in zip(model.demand_names, scenario.demands, strict=True)]
    slots_of = {memory.name: memory.slots for memory in scenario.memories}
    count, place = len(scenario.demands), {node.name: i for i, node in enumerate(scenario.nodes)}
    use = np.zeros((len(place) + count, count))
    for d, (demand, route) in enumerate(zip(scenario.demands, demand_routes(model), strict=True)):
        ends = (route.nodes[0], route.nodes[-1])
        for node in route.nodes:
            use[place[node], d] = seconds[d] * ((demand.buffer or demand.width) if node in ends else 2 * demand.width)
        use[len(place) + d, d] = seconds[d]
    limits = np.array(
        [slots_of[node.memory] for node in scenario.nodes] + [d.concurrent_requests for d in scenario.demands], float
    )
    found = shares(use, limits, kind=kind, weights=weight)
    names = [*place, *["concurrent_requests"] * count]
    alone = np.min(np.where(use > 0, limits[:, None] / np.where(use > 0, use, 1), np.inf), axis=0)
    limited = [", ".join(names[i] for i in np.flatnonzero(found.full & (use[:, d] > 0))) for d in range(count)]
    return FairDemands(
        ResultTable(
            {
                "demand": np.array(model.demand_names),
                "rate_hz": found.rates,
                "alone_hz": alone,
                "seconds_per_pair": np.array(seconds),
                "limited_by": np.array(limited),
            }
        ),
        kind,
    )


def admit_fairly(
    scenario: Scenario,
    kind: Fairness = "proportional",
    *,
    load: float = 0.7,
    burst: int = 10,
    weights: Mapping[str, float] | None = None,
    seconds_per_pair: Mapping[str, float] | None = None,
) -> Scenario:
    """The same scenario, in which each demand is admitted at its fair rate: further requests are refused (``rate_exceeded``).

    Parameters
    ----------
    scenario : Scenario
        The network. Its demands' traffic must be such that requests can be refused: not ``back_to_back``, not ``continuous``.
    kind : "proportional" or "max_min"
        The fairness: :func:`farbell.routing.fair_rates`.
    load : float
        Share of the fair rates that is admitted, above 0 and up to 1. Near 1 requests wait long for their slots.
    burst : int
        Requests that may come at once after a rest. With 1 a demand gets less than its rate, ``1 / (1 / rate + 1 / asked)`` of
        requests that come at random: it has a token in the time before the next comes.
    weights, seconds_per_pair
        As for :func:`farbell.routing.fair_rates`.

    Returns
    -------
    Scenario
        With ``admission`` of each demand; what it says of deadlines stays.

    Raises
    ------
    SpecError
        As for :func:`farbell.routing.fair_rates`; ``load`` or ``burst`` is out of range.

    Examples
    --------
    >>> import farbell as fb
    >>> often = fb.Demand(node_a="n0", node_b="n2", traffic=fb.Poisson(rate_hz=1000))
    >>> chain = fb.chain(3, length_m="10 km", demands=[often])
    >>> admitted = fb.routing.admit_fairly(chain, load=0.5)
    >>> admitted.demands[0].admission.rate_hz == 0.5 * fb.routing.fair_rates(chain).rates_hz["n0->n2"]
    True
    """
    if not 0 < load <= 1:
        raise SpecError("load", repr(load), "above 0, up to 1")
    rates = fair_rates(scenario, kind, weights=weights, seconds_per_pair=seconds_per_pair).table["rate_hz"].tolist()
    demands = []
    for demand, rate_hz in zip(scenario.demands, rates, strict=True):
        admission = demand.admission or Admission(rate_hz=1)
        demands.append(
            demand.replace(admission=admission.replace(rate_hz=load * rate_hz / demand.pairs_per_request, burst=burst))
        )
    return scenario.replace(demands=demands)
