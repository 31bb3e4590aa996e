"""What a run in rounds tells of itself: traces that change nothing, stories without gaps, pictures."""

from __future__ import annotations

import re
from typing import Any

import networkx
import numpy as np
import pytest

import farbell as fb

ROUTERS = {
    "shortest": fb.ShortestRouter(),
    "greedy": fb.GreedyRouter(),
    "q_pass": fb.QPassRouter(),
    "q_cast": fb.QCastRouter(),
    "multipath_local": fb.MultipathLocalRouter(),
    "multipath_global": fb.MultipathGlobalRouter(),
    "ghz_fusion": fb.GhzFusionRouter(),
}
ATTEMPTS_S, PROCESSING_S, GATES_S = 4e-3, 1e-5, 2e-4


def grid(name: str, **words: object) -> fb.Scenario:
    """Three by three nodes, two demands, swaps that fail now and then."""
    memory = fb.Memory(name="m", slots=8, t2_s="50 ms", two_qubit_gate_s="0.1 ms", measurement_s="0.1 ms")
    link = fb.Given(
        success_probability=0.15, attempt_period_s="0.5 ms", herald_delay_s="0.1 ms", state=fb.Werner(fidelity=0.97)
    )
    asks = {"pairs_per_request": 2, "traffic": fb.Poisson(rate_hz=60)}
    demands = [fb.Demand(name=f"{a}{b}", node_a=a, node_b=b, **asks) for a, b in (("r0c0", "r2c2"), ("r0c2", "r1c0"))]
    scenario = fb.grid(
        3, 3, length_m="10 km", memory=memory, generation=link, demands=demands, duration_s="0.4 s", seed=3,
        routing=fb.Routing(kind="hops", alternatives=3 if name == "q_pass" else 1),
        rounds=fb.Rounds(router=ROUTERS[name], round_s="6 ms", attempt_s=ATTEMPTS_S, channels=2),
        state="bell_diagonal" if name == "ghz_fusion" else "auto",
    )  # fmt: skip
    nodes = [node.replace(swap_success_probability=0.8, processing_delay_s=PROCESSING_S) for node in scenario.nodes]
    return scenario.replace(nodes=nodes, **words)


@pytest.mark.parametrize("name", ROUTERS)
def test_a_trace_changes_nothing_and_is_replayed(name: str) -> None:
    scenario = grid(name)
    bare, traced = fb.run(scenario), fb.run(scenario, trace=True)
    for table in ("pairs", "requests", "links", "nodes", "demands"):
        for column in getattr(bare, table):
            np.testing.assert_array_equal(getattr(bare, table)[column], getattr(traced, table)[column])
    again = bare.trace()
    for column in again:
        np.testing.assert_array_equal(again[column], traced.trace()[column])
    assert set(again["circuit"].tolist()) == {-1}


@pytest.mark.parametrize("name", ROUTERS)
def test_every_half_has_one_end(name: str) -> None:
    """Swapped, measured with others or alone, dropped, or given to whoever asked."""
    trace = fb.run(grid(name), trace=True).trace()
    kinds = trace["kind"].tolist()
    halves = [(row["node"], row["pair"], row["kind"]) for row in trace.rows()]
    fused = {(node, pair) for node, pair, kind in halves if kind == "fusion_started"}
    alone = {(node, pair) for node, pair, kind in halves if kind == "qubit_measured"} - fused
    given = sum(map(kinds.count, ("delivery", "pair_rejected", "pair_surplus")))
    assert (
        2 * kinds.count("link_success")
        == 2 * kinds.count("swap") + len(fused) + len(alone) + kinds.count("qubit_dropped") + 2 * given
    )
    assert given > 10


@pytest.mark.parametrize("name", ROUTERS)
def test_stories_have_no_gaps(name: str) -> None:
    results = fb.run(grid(name))
    told_of = 0
    for demand in results.scenario.demands:
        done = [row for row in results.requests.rows() if row["demand"] == demand.name and row["status"] == "done"]
        for request in done[:3]:
            told = results.explain(request=request["request"], demand=demand.name)
            assert [*told.route[:1], *told.route[-1:]] == ([demand.node_a, demand.node_b] if name == "shortest" else [])
            assert told.waits[0].start_s == told.asked_s and told.waits[-1].end_s == told.ended_s
            for before, after in zip(told.waits, told.waits[1:], strict=False):
                assert before.end_s == after.start_s
            assert len(told.pairs) == 2
            for pair in told.pairs:
                told_of += 1
                steps = pair.critical_path
                assert steps[0].start_s == told.started_s and steps[-1].end_s == pair.delivered_s
                assert all(a.end_s == b.start_s for a, b in zip(steps, steps[1:], strict=False))
                kinds = [step.kind for step in steps]
                attempts = next(step for step in steps if step.kind == "attempts")
                assert attempts.seconds == pytest.approx(ATTEMPTS_S)
                if name == "ghz_fusion" and len(pair.made_of) > 1:
                    assert kinds[-1] == "fusion"
                elif len(pair.made_of) > 1:
                    assert kinds[-2:] == ["gates", "message"]
                    assert steps[-2].seconds == pytest.approx(GATES_S)
                assert ("news" in kinds) == (name in ("q_pass", "q_cast", "multipath_global"))
            assert "round" in str(told) and str(told) == repr(told)
    assert told_of >= 8


@pytest.mark.parametrize("name", ["q_cast", "multipath_local", "ghz_fusion"])
def test_pictures_of_rounds(name: str) -> None:
    results = fb.run(grid(name))
    pair = next(results.pairs.rows())
    drawn = fb.plot.space_time(results, request=pair["request"], demand=pair["demand"]).svg
    for said in ("delivered", "lane", "half of pair"):
        assert said in drawn
    # What is said on the right stands beside the nodes, not on them, however many there are off the route.
    texts = [(float(x), text) for x, text in re.findall(r'<text x="([^"]*)"[^>]*>([^<]*)<', drawn)]
    nodes = [x for x, text in texts if re.fullmatch("r.c.", text)]
    assert len(nodes) > 4 and all(x > max(nodes) for x, text in texts if re.match("(pair|round|request) ", text))
    window = (pair["delivered_s"] - 6e-3, pair["delivered_s"] + 1e-4)
    sequence = fb.plot.message_sequence(results, demand=pair["demand"], window_s=window).svg
    assert "drops" in sequence and "delivered to request" in sequence
    assert ("fuses" if name == "ghz_fusion" else "chain of") in sequence


@pytest.mark.parametrize("name", ["shortest", "ghz_fusion"])
def test_measured_pairs_are_told_of_and_make_keys(name: str) -> None:
    scenario = grid(name)
    demands = [demand.replace(use="measure", traffic=fb.Continuous()) for demand in scenario.demands]
    state = fb.Werner(fidelity=0.999)
    scenario = scenario.replace(
        links=[link.replace(generation=link.generation.replace(state=state)) for link in scenario.links]
    )
    memories = [memory.replace(t2_s=1.0) for memory in scenario.memories]
    results = fb.run(scenario.replace(demands=demands, memories=memories))
    pairs = results.pairs
    mine = pairs["demand"] == demands[1].name
    assert set(pairs["basis_a"][mine].tolist()) == {"z", "x"} and set(pairs["outcome_b"][mine].tolist()) == {0, 1}
    told = results.explain(request=0, demand=demands[1].name, window_s=(0, 0.06))
    measured = [item for item in told.happenings if item.kind == "qubit_measured"]
    assert {demands[1].node_a, demands[1].node_b} <= {item.text.split()[0] for item in measured}
    row = next(row for row in results.summary().rows() if row["demand"] == demands[1].name)
    errors = [(1 - pairs[name][mine].mean()) / 2 for name in ("zz", "xx")]
    entropies = [-e * np.log2(e) - (1 - e) * np.log2(1 - e) for e in errors]
    assert 0.1 < row["key_fraction"] == pytest.approx(1 - sum(entropies))
    router = "shortest_in_rounds" if name == "shortest" else name
    compared = fb.routing.compare(scenario.replace(demands=demands, duration_s=0.1), ["shortest", router])
    assert router in str(compared)


def test_the_hooks_of_rounds_are_replayed() -> None:
    def first_route(view: fb.hooks.RoundView) -> list[fb.hooks.LanePath]:
        return [fb.hooks.LanePath(view.demands[0].demand, view.demands[0].routes[0])]

    results = fb.run(grid("shortest"), hooks={"assign_lanes": first_route})
    told = results.explain(request=0, demand=results.scenario.demands[0].name)
    assert told.pairs and told.pairs[0].critical_path[-1].kind in ("message", "attempts")


def test_lanes_that_a_hook_gives_to_others_are_followed() -> None:
    """The last in the line takes what there is, first the lanes of those before it."""

    def last_first(view: fb.hooks.RoundView) -> list[fb.hooks.LanePath]:
        lanes = {link: list(numbers) for link, numbers in view.pairs.items()}
        given = []
        for wish in reversed(view.demands):
            graph = networkx.Graph([(*view.ends[link], {"link": link}) for link, numbers in lanes.items() if numbers])
            if {wish.node_a, wish.node_b} <= set(graph) and networkx.has_path(graph, wish.node_a, wish.node_b):
                nodes = networkx.shortest_path(graph, wish.node_a, wish.node_b)
                links = [graph.edges[hop]["link"] for hop in zip(nodes, nodes[1:], strict=False)]
                given.append(fb.hooks.LanePath(wish.demand, nodes, lanes=[(link, lanes[link].pop()) for link in links]))
        return given

    words: dict[str, Any] = {"hooks": {"join_pairs": last_first}}
    results = fb.run(grid("q_cast"), **words)
    whose = {row["pair"]: row["demand"] for row in results.trace().rows() if row["kind"] == "link_success"}
    others = 0
    for request in (row for row in results.requests.rows() if row["pairs_delivered"]):
        told = results.explain(request=request["request"], demand=request["demand"])
        for pair in told.pairs:
            others += any(whose[made] != request["demand"] for made in pair.made_of)
            assert "attempts" in [step.kind for step in pair.critical_path]
    assert others > 3
