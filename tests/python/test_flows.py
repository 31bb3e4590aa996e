"""Cuts, widest paths and flows of several demands: against networkx and against linear programmes over all paths."""

from __future__ import annotations

import itertools
import math
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import farbell as fb
from farbell.analysis import Capacities, FlowDemand, LinkCapacity

Rates = dict[tuple[str, str], float]


@st.composite
def networks(draw, most_nodes: int = 6) -> Rates:
    """Rates of few whole numbers, zero among them, or of many."""
    names = "abcdefgh"[: draw(st.integers(2, most_nodes))]
    pairs = list(itertools.combinations(names, 2))
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, unique=True))
    rates = draw(st.sampled_from([st.integers(0, 3), st.floats(1e-6, 1e6)]))
    return {pair: float(draw(rates)) for pair in chosen}


@st.composite
def with_slots(draw) -> Capacities:
    base = Capacities.of(draw(networks(5)))
    links = tuple(
        LinkCapacity(link.name, link.node_a, link.node_b, link.rate_hz, *(draw(st.sampled_from([0.0, 0.5, 3.0])) for _ in "ab"))
        for link in base.links
    )
    nodes = sorted({node for link in links for node in (link.node_a, link.node_b)})
    slots, permits = ({node: float(draw(st.integers(1, 4))) for node in nodes if draw(st.booleans())} for _ in "ab")
    swaps = {node: draw(st.sampled_from([0.5, 0.9, 1.0])) for node in nodes}
    return Capacities(links, slots, permits, swaps)


def graph_of(capacities: Capacities) -> nx.Graph:
    graph = nx.Graph()
    for link in capacities.links:
        graph.add_node(link.node_a), graph.add_node(link.node_b)
        if link.rate_hz > 0:
            graph.add_edge(link.node_a, link.node_b, rate=link.rate_hz, link=link)
    return graph


def ends_of(capacities: Capacities) -> tuple[str, str]:
    nodes = sorted({node for link in capacities.links for node in (link.node_a, link.node_b)})
    return nodes[0], nodes[-1]


def path_programme(
    capacities: Capacities, demands: list[FlowDemand], fixed: dict[int, float] | None = None, fair: bool = False
):
    """Over all simple paths, each link of a path used 1/Q times: what a run can do at most. Returns the best value, or None."""
    graph = graph_of(capacities)
    paths = [
        (d, list(path)) for d, demand in enumerate(demands) for path in nx.all_simple_paths(graph, demand.node_a, demand.node_b)
    ]
    links = [link.name for link in capacities.links]
    nodes = [(node, "slot_s") for node in capacities.slots] + [(node, "permit_s") for node in capacities.permits]
    use = np.zeros((len(links) + len(nodes), len(paths) + 1))
    for column, (d, path) in enumerate(paths):
        each = demands[d].pairs_needed / math.prod(capacities.swaps.get(node, 1) for node in path[1:-1])
        for hop in itertools.pairwise(path):
            link = graph.edges[hop]["link"]
            use[links.index(link.name), column] += each
            for row, (node, taken_s) in enumerate(nodes, len(links)):
                if node in hop:
                    use[row, column] += each * getattr(link, taken_s)
    most = [link.rate_hz for link in capacities.links] + [*capacities.slots.values(), *capacities.permits.values()]
    served = np.array([[float(d == e) for d, _ in paths] + [0] for e in range(len(demands))]).reshape(len(demands), -1)
    if fair:
        rows = np.array([served[e] - np.eye(len(paths) + 1)[-1] * (e not in (fixed or {})) for e in range(len(demands))])
        least = [max(0.0, (fixed or {}).get(e, 0.0) - 1e-7 * max(most)) for e in range(len(demands))]
        cost = -np.eye(len(paths) + 1)[-1]
        return -linprog(cost, A_ub=np.vstack([use, -rows]), b_ub=[*most, *(-x for x in least)], method="highs").fun
    return -linprog(-served.sum(axis=0), A_ub=use, b_ub=most, bounds=[(0, None)] * len(paths) + [(0, 0)], method="highs").fun


@settings(deadline=None)
@given(networks())
def test_the_flow_is_that_of_networkx_and_its_cut_carries_it(rates: Rates) -> None:
    capacities = Capacities.of(rates)
    a, b = ends_of(capacities)
    graph = graph_of(capacities)
    flow = capacities.max_flow(a, b)
    assert flow.rate_hz == pytest.approx(nx.maximum_flow_value(graph, a, b, capacity="rate"), rel=1e-9)
    named = {link.name: link for link in capacities.links}
    assert sum(named[name].rate_hz for name in flow.links) == pytest.approx(flow.rate_hz, rel=1e-9)
    graph.remove_edges_from((named[name].node_a, named[name].node_b) for name in flow.links)
    assert not nx.has_path(graph, a, b)


def test_cuts_of_many_pairs_in_one_network() -> None:
    """Each as if it were the first; near one of the ends, or in the middle where a bridge is."""
    grids = [nx.grid_2d_graph(6, 7), nx.grid_2d_graph(5, 5)]
    graph = nx.disjoint_union(*(nx.convert_node_labels_to_integers(grid) for grid in grids))
    graph.add_edge(0, 66)
    rng = np.random.default_rng(4)
    names = {node: f"n{node}" for node in graph}
    rates = {
        (names[a], names[b]): float(rate) for (a, b), rate in zip(graph.edges, rng.uniform(1, 5, graph.size()), strict=True)
    }
    rates["n0", "n66"] = 0.5
    nx.set_edge_attributes(graph, {(int(a[1:]), int(b[1:])): rate for (a, b), rate in rates.items()}, "rate")
    capacities = Capacities.of(rates)
    for _ in range(60):
        a, b = map(int, rng.choice(len(graph), 2, replace=False))
        flow = capacities.max_flow(names[a], names[b])
        assert flow.rate_hz == pytest.approx(nx.maximum_flow_value(graph, a, b, capacity="rate"), rel=1e-9)
        without = graph.copy()
        without.remove_edges_from(tuple(int(end[1:]) for end in name.split("--")) for name in flow.links)
        assert not nx.has_path(without, a, b)
        assert sum(rates[tuple(name.split("--"))] for name in flow.links) == pytest.approx(flow.rate_hz, rel=1e-9)


@settings(deadline=None)
@given(networks(), st.integers(2, 4))
def test_states_of_many_users_take_a_pair_across_every_cut_between_them(rates: Rates, count: int) -> None:
    capacities = Capacities.of(rates)
    nodes = sorted({node for pair in rates for node in pair})
    users = nodes[:count]
    least = min(
        sum(rate for pair, rate in rates.items() if len(side & set(pair)) == 1)
        for size in range(1, len(nodes))
        for side in map(set, itertools.combinations(nodes, size))
        if 0 < len(side & set(users)) < len(users)
    )
    found = capacities.multipartite_flow(users)
    assert found.rate_hz == pytest.approx(least, rel=1e-9)
    if len(users) == 2:
        assert found.rate_hz == pytest.approx(capacities.max_flow(*users).rate_hz)


@pytest.mark.parametrize("users", [["a"], ["a", "a"], ["a", "x"], []])
def test_users_that_cannot_share_a_state_are_refused(users: list[str]) -> None:
    with pytest.raises(fb.SpecError, match="users"):
        Capacities.of({("a", "b"): 1.0}).multipartite_flow(users)


@settings(deadline=None)
@given(networks())
def test_the_widest_path_is_the_widest_of_all(rates: Rates) -> None:
    capacities = Capacities.of(rates)
    a, b = ends_of(capacities)
    graph = graph_of(capacities)
    widths = [min(graph.edges[hop]["rate"] for hop in itertools.pairwise(p)) for p in nx.all_simple_paths(graph, a, b)]
    widest = capacities.widest_path(a, b)
    assert widest.rate_hz == max(widths, default=0)
    if widest.nodes:
        assert nx.is_path(graph, widest.nodes)
        assert min(graph.edges[hop]["rate"] for hop in itertools.pairwise(widest.nodes)) == widest.rate_hz


@settings(max_examples=60, deadline=None)
@given(networks(5), st.integers(1, 4))
def test_without_slots_and_losses_the_programme_is_that_over_all_paths(rates: Rates, count: int) -> None:
    capacities = Capacities.of(rates)
    nodes = sorted({node for pair in rates for node in pair})
    demands = [FlowDemand(f"{a}->{b}", a, b) for a, b in list(itertools.permutations(nodes, 2))[::3][:count]]
    best = path_programme(capacities, demands)
    found = capacities.throughput(demands)
    scale = max(rates.values())
    assert found.total_hz == pytest.approx(best, rel=1e-6, abs=1e-6 * scale)
    assert sum(found.rates_hz.values()) == pytest.approx(found.total_hz)
    joined = [d for d in demands if nx.has_path(graph_of(capacities), d.node_a, d.node_b)]
    if joined:
        fair = capacities.throughput(joined, objective="fair")
        assert min(fair.rates_hz.values()) == pytest.approx(
            path_programme(capacities, joined, fair=True), rel=1e-6, abs=1e-6 * scale
        )
        # Nobody can get more without somebody who has less losing.
        for number, demand in enumerate(joined):
            mine = fair.rates_hz[demand.name]
            others = {e: min(fair.rates_hz[d.name], mine) for e, d in enumerate(joined) if e != number}
            assert path_programme(capacities, joined, others, fair=True) <= mine * (1 + 1e-6) + 1e-6 * scale


@settings(max_examples=60, deadline=None)
@given(with_slots())
def test_no_use_of_all_paths_beats_the_bounds(capacities: Capacities) -> None:
    """With shared slots and swaps that fail the bounds are relaxations: never below what is possible."""
    a, b = ends_of(capacities)
    possible = path_programme(capacities, [FlowDemand("d", a, b)])
    programme = capacities.throughput([(a, b)]).total_hz
    flow = capacities.max_flow(a, b).rate_hz
    scale = max(link.rate_hz for link in capacities.links)
    assert possible <= programme + 1e-6 * scale
    assert programme <= flow + 1e-6 * scale
    graph = graph_of(capacities)
    for path in nx.all_simple_paths(graph, a, b):
        each = 1 / math.prod(capacities.swaps.get(node, 1) for node in path[1:-1])
        hops = [graph.edges[hop]["link"] for hop in itertools.pairwise(path)]
        rate = min(link.rate_hz for link in hops)
        for node in path:
            at_node = [link for link in hops if node in (link.node_a, link.node_b)]
            for there, taken in (
                (capacities.slots, sum(link.slot_s for link in at_node)),
                (capacities.permits, sum(link.permit_s for link in at_node)),
            ):
                rate = min(rate, there.get(node, math.inf) / taken if taken else math.inf)
        assert rate / each <= capacities.widest_path(a, b).rate_hz * (1 + 1e-9)


@settings(deadline=None)
@given(with_slots(), st.integers(1, 4), st.sampled_from(["total", "fair"]))
def test_paths_carry_what_the_programme_says(capacities: Capacities, count: int, objective: str) -> None:
    """Within links, slots and permits, over simple paths that do not pass what a demand avoids."""
    graph = graph_of(capacities)
    nodes = sorted(graph)
    ends = list(itertools.islice(itertools.permutations(nodes, 2), 0, 3 * count, 3))
    demands = [
        FlowDemand(f"d{i}", a, b, avoids=frozenset(nodes[:1]) if i % 2 else frozenset()) for i, (a, b) in enumerate(ends)
    ]
    rates = capacities.throughput(demands, objective=objective).rates_hz
    links = {link.name: link for link in capacities.links}
    most = max((link.rate_hz for link in capacities.links), default=0.0)
    got = dict.fromkeys(rates, 0.0)
    over, taken = dict.fromkeys(links, 0.0), {(node, kind): 0.0 for node in nodes for kind in ("slot_s", "permit_s")}
    for flow in capacities.path_flows(demands, objective=objective):
        demand = demands[int(flow.demand[1:])]
        assert nx.is_simple_path(graph, list(flow.nodes)) and (flow.nodes[0], flow.nodes[-1]) == (demand.node_a, demand.node_b)
        assert not demand.avoids & set(flow.nodes[1:-1])
        got[flow.demand] += flow.rate_hz
        used = flow.rate_hz / capacities._best_swaps(demand.node_a, demand.node_b)
        for name, hop in zip(flow.links, itertools.pairwise(flow.nodes), strict=True):
            assert {links[name].node_a, links[name].node_b} == set(hop)
            over[name] += used
            for node, kind in itertools.product(hop, ("slot_s", "permit_s")):
                taken[node, kind] += used * getattr(links[name], kind)
    # Rates below 1e-7 of the largest capacity are not resolved, and swaps of 0.5 multiply what is used by 8 at most.
    slack = 1e-5 * most
    assert got == pytest.approx(rates, rel=1e-4, abs=slack)
    assert all(rate <= links[name].rate_hz * (1 + 1e-4) + slack for name, rate in over.items())
    for available, kind in ((capacities.slots, "slot_s"), (capacities.permits, "permit_s")):
        assert all(taken[node, kind] <= number * (1 + 1e-4) + 8 * 3 * slack for node, number in available.items())


def test_what_unlimited_links_give() -> None:
    capacities = Capacities.of({("a", "b"): math.inf, ("b", "c"): 2.0})
    assert capacities.max_flow("a", "b").rate_hz == math.inf
    assert capacities.max_flow("a", "c").links == ("b--c",)
    with pytest.raises(fb.SpecError, match="nothing limits"):
        capacities.throughput([("a", "b")])
    assert capacities.throughput([FlowDemand("d", "a", "b", most_hz=7)], objective="fair").rates_hz == {"d": 7}


def test_a_demand_without_a_way_gets_nothing() -> None:
    capacities = Capacities.of({("a", "b"): 1.0, ("c", "d"): 1.0, ("b", "c"): 0.0})
    assert capacities.max_flow("a", "d") == fb.analysis.MaxFlow(0.0, (), ())
    assert capacities.widest_path("a", "d").nodes == ()
    assert capacities.throughput([("a", "d"), ("a", "b")]).rates_hz == {"a->d": 0.0, "a->b": 1.0}


@pytest.mark.parametrize("call, message", [
    (lambda c: c.max_flow("a", "x"), "'x'"),
    (lambda c: c.max_flow("a", "a"), "another node"),
    (lambda c: c.widest_path("b", "b"), "another node"),
    (lambda c: c.throughput([("a", "x")]), "demands/0/node_b"),
    (lambda c: c.throughput([("a", "b")], objective="most"), "'total' or 'fair'"),
    (lambda c: Capacities.of({("a", "b"): -1.0}), "at least 0"),
    (lambda c: Capacities.of({("a", "b"): math.nan}), "at least 0"),
])  # fmt: skip
def test_nonsense_is_refused(call, message: str) -> None:
    with pytest.raises(fb.SpecError, match=message):
        call(Capacities.of({("a", "b"): 1.0}))


@pytest.mark.usefixtures("without_scipy")
def test_without_scipy_the_extra_is_named() -> None:
    capacities = Capacities.of({("a", "b"): 1.0})
    assert capacities.max_flow("a", "b").rate_hz == 1.0
    with pytest.raises(ImportError, match=r"pip install 'farbell\[optimize\]'"):
        capacities.throughput([("a", "b")])


PRESSES = """
import os, signal, sys, threading, time

def press():
    while not any(thread.name == "farbell solver" for thread in threading.enumerate()):
        time.sleep(0.05)
    time.sleep(0.3)
    print(time.time(), flush=True)
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=press, daemon=True).start()
from farbell.cli import main

sys.argv = ["farbell", "run", "large.json"]
main()
"""


@pytest.mark.skipif(os.name != "posix", reason="sends itself SIGINT")
def test_ctrl_c_ends_a_large_programme(tmp_path: Path) -> None:
    """25 demands on 900 nodes: 90,000 columns, solved several times, which takes far longer than is waited for here."""

    def take_interrupts() -> None:
        # A shell's background job, such as a whole test run may be, ignores them and hands that down.
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    grid = fb.grid(30, 30, memory=fb.Memory(name="m", slots=8), routing=fb.Routing(kind="multicommodity"))
    names, draw = [node.name for node in grid.nodes], random.Random(1)
    asked = [fb.Demand(node_a=a, node_b=b, traffic=fb.BackToBack()) for a, b in (draw.sample(names, 2) for _ in range(25))]
    (tmp_path / "large.json").write_text(grid.replace(demands=asked).to_json(), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PRESSES], cwd=tmp_path, capture_output=True, text=True, timeout=120, preexec_fn=take_interrupts
    )
    ended = time.time()
    assert done.returncode == 130, done.stderr
    assert done.stderr == "farbell: interrupted\n"
    assert ended - float(done.stdout) < 10
