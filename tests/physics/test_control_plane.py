"""Who decides on routes: when news has come, exactly, and what it costs in the mean not to know.

The ticks are sums of delays, worked out here by hand on rings. That ignorance does not pay is judged over independent
replicas as `sampling` says: a false alarm of 8e-11 a check.
"""

from __future__ import annotations

import math
from typing import Any

import networkx
import numpy as np
import pytest

import farbell as fb
from physics.sampling import ALLOWED_SIGMAS, SEED, estimate

PERIOD_S, MISSED = 0.5e-3, 3
HOP_S, NODE_S = 1e-3, 20e-6  # what a fibre takes, and a node that a message passes
FAILS_S = 20.3e-3
NODES = 6
CERTAIN = fb.Given(success_probability=1.0, attempt_period_s="1 ms", herald_delay_s="1 ms")


def ring(plane: Any, *, demand: dict[str, Any] | None = None, **fields: Any) -> fb.Scenario:
    """n0 - n1 - ... - n5 - n0; from n0 to n2, over n1."""
    names = [f"n{i}" for i in range(NODES)]
    ends = zip(names, names[1:] + names[:1], strict=True)
    return fb.Scenario(
        seed=SEED,
        duration_s="100 ms",
        routing=fb.Routing(kind="hops"),
        memories=[fb.Memory(name="memory", slots=8)],
        nodes=[fb.Node(name=name, memory="memory", processing_delay_s=NODE_S) for name in names],
        links=[fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=HOP_S * 2e8), generation=CERTAIN) for a, b in ends],
        demands=[fb.Demand(name="D", node_a="n0", node_b="n2").replace(**demand or {})],
        control_plane=plane,
        heartbeat_period_s=PERIOD_S,
        missed_heartbeats=MISSED,
    ).replace(**fields)


def way(hops: int) -> float:
    return hops * HOP_S + max(0, hops - 1) * NODE_S


def noticed() -> float:
    first = math.ceil((FAILS_S - HOP_S) / PERIOD_S)
    return (first + MISSED - 1) * PERIOD_S + HOP_S


def set_up_after_failure(plane: Any, **fields: Any) -> float:
    """When the detour, of four hops, is up."""
    cut = fb.Failure(links=["n1--n2"], down=[(FAILS_S, 1.0)])
    results = fb.run(ring(plane, failures=[cut], **fields), trace=True)
    assert results.failures["noticed_s"].tolist() == pytest.approx([noticed()], abs=1e-12)
    table = results.trace()
    up = [row["time_s"] for row in table.rows() if row["kind"] == "circuit_up"]
    assert len(results.pairs["swaps"]) and results.pairs["swaps"][-1] == 3
    return float(up[-1])


DETOUR = 2 * way(4)
GONE = noticed() + way(1)  # the release that sets out from n1 is at n0
GONE_IN_VAIN = way(2)  # a release from n0 is at n2


@pytest.mark.parametrize("wait_s", [1e-3, 7e-3])
@pytest.mark.parametrize("name", ["ideal", "link state", "controller", "controller, asked"])
def test_when_the_detour_is_up(name: str, wait_s: float) -> None:
    far = way(3)  # from the controller at n3 to n0; the nearer end of the link is n2, one hop away
    if name == "ideal":
        assert set_up_after_failure(fb.IdealControl()) == pytest.approx(GONE + DETOUR, abs=1e-11)
        return
    if name == "link state":
        known = noticed() + way(1) + wait_s
        plane: Any = fb.LinkState(processing_s=wait_s)
    else:
        known = noticed() + way(1) + wait_s + far
        plane = fb.CentralControl(place="n3", processing_s=wait_s, mode="reactive" if name.endswith("asked") else "proactive")
    if name == "controller, asked":
        # The question that is asked when the circuit is gone; its answer comes after the news.
        assert GONE + 2 * far + wait_s > known
        expected = GONE + 2 * far + wait_s + DETOUR
    else:
        # A circuit over the dead link is booked meanwhile, and released when the news has come.
        assert known > GONE
        expected = known + GONE_IN_VAIN + DETOUR
    assert set_up_after_failure(plane) == pytest.approx(expected, abs=1e-11)


def test_news_that_comes_with_the_release_costs_nothing() -> None:
    assert set_up_after_failure(fb.LinkState()) == set_up_after_failure(fb.IdealControl())


@pytest.mark.parametrize("place", range(NODES))
@pytest.mark.parametrize("reservation", ["ledger", "hop_by_hop"])
def test_a_question_takes_its_round_trip(place: int, reservation: Any) -> None:
    wait_s, asked = 3e-4, 5e-3
    once = {"traffic": fb.Table(at_s=[asked])}
    plane = fb.CentralControl(place=f"n{place}", mode="reactive", processing_s=wait_s)
    results = fb.run(ring(plane, demand=once, reservation=reservation))
    (request,) = results.requests.rows()
    question = 2 * way(min(place, NODES - place)) + wait_s
    assert request["started_s"] - request["asked_s"] == pytest.approx(question + 2 * way(2), abs=1e-11)
    assert results.replicas["control_messages"].tolist() == [2 * (place != 0)]


def test_a_search_takes_the_way_there_and_back() -> None:
    results = fb.run(ring(fb.LocalControl(), demand={"traffic": fb.Table(at_s=[5e-3])}))
    (request,) = results.requests.rows()
    assert request["started_s"] - request["asked_s"] == pytest.approx(4 * way(2), abs=1e-11)
    assert results.replicas["control_messages"].tolist() == [4]


def test_a_search_that_has_to_turn_back() -> None:
    """At n1, which the map says is next to the end: the link from there is dead, as n1 alone knows."""
    cut = fb.Failure(links=["n1--n2"], down=[(FAILS_S, 1.0)])
    results = fb.run(ring(fb.LocalControl(), demand={"traffic": fb.Table(at_s=[60e-3])}, failures=[cut]))
    (request,) = results.requests.rows()
    in_vain = HOP_S + NODE_S + HOP_S
    assert request["started_s"] - request["asked_s"] == pytest.approx(in_vain + 4 * way(4), abs=1e-11)
    assert results.replicas["control_messages"].tolist() == [2 + 2 * 4]
    assert results.pairs["swaps"].tolist() == [3]


@pytest.mark.parametrize("ways", [2, 3])
def test_searches_for_several_ways_follow_one_another(ways: int) -> None:
    """There are two that share no link; for a third n0 has none left, which it knows at once."""
    once = {"traffic": fb.Table(at_s=[5e-3])}
    results = fb.run(ring(fb.LocalControl(), demand=once, routing=fb.Routing(kind="hops", alternatives=ways)))
    (request,) = results.requests.rows()
    assert request["started_s"] - request["asked_s"] == pytest.approx(2 * way(2) + 2 * way(4) + 2 * way(2), abs=1e-11)
    assert results.replicas["control_messages"].tolist() == [2 * 2 + 2 * 4]


@pytest.mark.parametrize("needs", [False, True])
def test_a_search_passes_where_slots_are_free(needs: bool) -> None:
    """A circuit that stays has both slots of n1: the search turns back there, or the circuit waits for them in vain."""
    asked = 50e-3
    scenario = ring(fb.LocalControl(needs_free_slots=needs), demand={"traffic": fb.Table(at_s=[asked])})
    small = scenario.memories[0].replace(name="small", slots=2)
    first = scenario.demands[0].replace(name="E", traffic=fb.Continuous())
    results = fb.run(
        scenario.replace(
            memories=[*scenario.memories, small],
            nodes=[node.replace(memory="small") if node.name == "n1" else node for node in scenario.nodes],
            demands=[first, *scenario.demands],
        )
    )
    (request,) = [row for row in results.requests.rows() if row["demand"] == "D"]
    if needs:
        in_vain = HOP_S + NODE_S + HOP_S
        assert request["started_s"] - request["asked_s"] == pytest.approx(in_vain + 4 * way(4), abs=1e-11)
    else:
        assert request["status"] == "open"


def test_a_search_in_vain_is_made_again() -> None:
    """n2 is cut off until 60 ms after the first search; nobody says that it is back."""
    away, asked, retry_s = 60e-3, 5e-3, 7e-3
    cuts = fb.Failure(links=["n1--n2", "n2--n3"], down=[(0.0, asked + away)])
    once = {"traffic": fb.Table(at_s=[asked]), "deadline_s": 1.0}
    results = fb.run(ring(fb.LocalControl(retry_s=retry_s), demand=once, failures=[cuts], duration_s="200 ms"))
    (request,) = results.requests.rows()
    back_s = float(math.ceil((asked + away - HOP_S) / PERIOD_S) * PERIOD_S + HOP_S)  # the first heartbeat that comes again
    # From n0 to n1 and back, then to n3 and back: each node but n0 lets messages wait for NODE_S.
    in_vain = (2 * HOP_S + NODE_S) + (way(3) + NODE_S + way(3))
    starts = asked
    while starts + HOP_S < back_s and not (starts + 2 * HOP_S + NODE_S + way(3) >= back_s):
        starts += in_vain + retry_s
    assert starts > asked
    waited = request["started_s"] - starts
    # The search that succeeds finds the link from n1 alive, or else that from n3.
    by_n1, by_n3 = 4 * way(2), 2 * HOP_S + NODE_S + 4 * way(4)
    assert min(abs(waited - by_n1), abs(waited - by_n3)) < 1e-11


@pytest.mark.parametrize("reservation", ["ledger", "hop_by_hop"])
def test_a_search_finds_a_way_wherever_there_is_one(reservation: Any) -> None:
    """Forty random networks in which links have failed for good; what is joined, networkx says."""
    rng = np.random.default_rng(SEED)
    outcomes = set()
    for _ in range(40):
        names = [f"n{i}" for i in range(9)]
        pairs = [(a, b) for i, a in enumerate(names) for b in names[:i] if rng.random() < 0.4]
        graph = networkx.Graph(pairs)
        if not (graph.has_node("n0") and graph.has_node("n8") and networkx.has_path(graph, "n0", "n8")):
            continue
        dead = [pair for pair in pairs if rng.random() < 0.6]
        scenario = fb.Scenario(
            seed=SEED,
            duration_s="1 s",
            memories=[fb.Memory(name="memory", slots=8)],
            nodes=[fb.Node(name=name, memory="memory", processing_delay_s=NODE_S) for name in names],
            links=[
                fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=float(rng.uniform(1e3, 1e5))), generation=CERTAIN)
                for a, b in pairs
            ],
            demands=[fb.Demand(node_a="n0", node_b="n8", traffic=fb.Table(at_s=[0.3]))],
            routing=fb.Routing(kind=str(rng.choice(["hops", "length", "seconds_per_pair"]))),
            reservation=reservation,
            control_plane=fb.LocalControl(),
            failures=[fb.Failure(links=[f"{a}--{b}" for a, b in dead], down=[(0.1, 2.0)])] if dead else [],
            heartbeat_period_s="1 ms",
        )
        results = fb.run(scenario)
        graph.remove_edges_from(dead)
        joined = networkx.has_path(graph, "n0", "n8")
        (request,) = results.requests.rows()
        assert (request["status"] == "done") is joined
        assert joined or request["reason"] == "route_lost"
        outcomes.add(joined)
    assert outcomes == {True, False}


def test_messages_of_one_failure_and_its_repair() -> None:
    outage = fb.Failure(links=["n1--n2"], down=[(FAILS_S, 0.05)])
    floods = fb.run(ring(fb.LinkState(), failures=[outage]))
    assert floods.replicas["control_messages"].tolist() == [2 * 2 * NODES]
    told = fb.run(ring(fb.CentralControl(place="n4"), failures=[outage]))
    assert told.replicas["control_messages"].tolist() == [2 * (2 + 1)]  # two reports, and routes for n0
    at_an_end = fb.run(ring(fb.CentralControl(place="n1"), failures=[outage]))
    assert at_an_end.replicas["control_messages"].tolist() == [2 * (1 + 1)]


def unlucky(plane: Any) -> fb.Scenario:
    """Around a ring whose links and nodes fail, in each replica at other times; the same for all control planes."""
    link = fb.Given(success_probability=0.5, attempt_period_s="1 ms", herald_delay_s="1 ms")
    users = [("n0", "n2"), ("n3", "n5"), ("n4", "n1")]
    scenario = ring(plane, duration_s="400 ms", record="summary")
    return scenario.replace(
        links=[link_.replace(generation=link) for link_ in scenario.links],
        demands=[fb.Demand(name=f"{a}{b}", node_a=a, node_b=b, traffic=fb.BackToBack()) for a, b in users],
        failures=[
            fb.Failure(links=["n1--n2"], mtbf_s="30 ms", mttr_s="30 ms"),
            fb.Failure(links=["n4--n5"], mtbf_s="40 ms", mttr_s="20 ms"),
            fb.Failure(nodes=["n0"], mtbf_s="200 ms", mttr_s="10 ms"),
        ],
    )


def pairs_by_replica(plane: Any, replicas: int) -> np.ndarray[Any, Any]:
    results = fb.run(unlucky(plane), replicas=replicas, progress=False)
    table = results.demands
    return np.bincount(table["replica"].astype(int), weights=table["pairs"], minlength=replicas)


def test_not_to_know_never_pays() -> None:
    """1,500 replicas with the same failures. News that takes tens of milliseconds costs pairs, by more than chance."""
    replicas = 1500
    ideal = pairs_by_replica(fb.IdealControl(), replicas)
    late = {
        "link state": fb.LinkState(),
        "neighbours": fb.LocalControl(retry_s="1 ms"),
        "slow": fb.LinkState(processing_s="20 ms"),
        "controller": fb.CentralControl(place="n3", processing_s="2 ms"),
        "asked": fb.CentralControl(place="n3", mode="reactive", processing_s="2 ms"),
    }
    cost = {name: estimate(ideal - pairs_by_replica(plane, replicas)) for name, plane in late.items()}
    for name, lost in cost.items():
        assert lost.mean > -ALLOWED_SIGMAS * lost.stderr, name
    for name in ("slow", "asked"):
        assert cost[name].mean > ALLOWED_SIGMAS * cost[name].stderr, name


@pytest.mark.parametrize("plane", [fb.LinkState(processing_s="2 ms"), fb.CentralControl(place="n3", mode="reactive")])
def test_routes_lead_over_links_of_the_network(plane: Any) -> None:
    scenario = unlucky(plane).replace(routing=fb.Routing(kind="hops", alternatives=2))
    joined = {frozenset((link.node_a, link.node_b)) for link in scenario.links}
    ends = {demand.name: (demand.node_a, demand.node_b) for demand in scenario.demands}
    seen = set()

    def first_up(view: Any) -> Any:
        for route in view.routes:
            nodes = tuple(route.nodes)
            assert (nodes[0], nodes[-1]) == ends[view.demand] and len(set(nodes)) == len(nodes)
            assert all(frozenset(hop) in joined for hop in zip(nodes, nodes[1:], strict=False))
            seen.add(nodes)
        return next((route for route in view.routes if route.is_up), None)

    fb.run(scenario, replicas=20, hooks={"route": first_up}, progress=False)
    assert len(seen) == 2 * len(ends)
