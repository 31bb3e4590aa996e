"""Q-PATH and Q-LEAP (Li et al. 2021), against all routes with all decisions on purification; and in runs. Greedy routes."""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

import pytest

import farbell as fb
from python.test_routers import given, links_between, random_network, simple_paths, werner_parameter

ROUNDS = 3


def pumped(fidelity: float, rounds: int) -> float:
    """DEJMPS on weights of Phi+, Psi-, Psi+, Phi- (D. Deutsch et al., Physical Review Letters 77, 2818 (1996))."""
    fresh = (fidelity, *3 * [(1 - fidelity) / 3])
    a, b, c, d = fresh
    for _ in range(rounds):
        e, f, g, h = fresh
        norm = (a + b) * (e + f) + (c + d) * (g + h)
        a, b, c, d = (a * e + b * f) / norm, (c * h + d * g) / norm, (c * g + d * h) / norm, (a * f + b * e) / norm
    return a


def network(seed: int) -> fb.Scenario:
    scenario = random_network(seed, nodes=6, links=9)
    return scenario.replace(nodes=[node.replace(memory="good") for node in scenario.nodes])


def every_decision(scenario: fb.Scenario) -> list[tuple[int, float]]:
    """Pairs and Werner parameter of every route from n0 to n1 with all numbers of rounds on its links."""
    out = []
    for path in simple_paths(scenario, "n0", "n1"):
        best = [
            max(link.generation.state.fidelity for link in links_between(scenario, a, b)) for a, b in itertools.pairwise(path)
        ]
        tables = [[werner_parameter(pumped(fidelity, r)) for r in range(ROUNDS + 1)] for fidelity in best]
        for rounds in itertools.product(range(ROUNDS + 1), repeat=len(best)):
            werner = math.prod(table[r] for table, r in zip(tables, rounds, strict=True))
            out.append((sum(rounds) + len(rounds), werner))
    return out


@pytest.mark.parametrize("min_fidelity", [0.75, 0.88, 0.95])
@pytest.mark.parametrize("seed", range(12))
def test_no_decision_takes_fewer_pairs(seed: int, min_fidelity: float) -> None:
    scenario = network(seed)
    decisions = every_decision(scenario)
    if not decisions:
        return
    enough = [found for found in decisions if found[1] >= werner_parameter(min_fidelity) - 1e-12]
    if not enough:
        best = (1 + 3 * max(werner for _, werner in decisions)) / 4
        with pytest.raises(fb.SpecError) as error:
            fb.routing.route(scenario, "n0", "n1", kind="q_path", min_fidelity=min_fidelity)
        assert error.value.path == "min_fidelity"
        said = re.match(r"at most ([0-9.]+),", error.value.allowed)
        assert said is not None and float(said[1]) == pytest.approx(best, abs=2e-9)
        return
    fewest = min(pairs for pairs, _ in enough)
    found = fb.routing.route(scenario, "n0", "n1", kind="q_path", min_fidelity=min_fidelity)
    assert found.cost == sum(found.rounds) + found.hops == fewest
    assert werner_parameter(found.fidelity) == pytest.approx(max(werner for pairs, werner in enough if pairs == fewest))
    try:
        leap = fb.routing.route(scenario, "n0", "n1", kind="q_leap", min_fidelity=min_fidelity)
    except fb.SpecError as error:
        assert "q_path finds one" in error.allowed
    else:
        assert leap.cost >= found.cost and leap.fidelity >= min_fidelity - 1e-9
        assert leap.nodes == fb.routing.route(scenario, "n0", "n1", kind="fidelity").nodes


def chain(fidelities: list[float], *, kind: str = "q_path", min_fidelity: float = 0.85) -> fb.Scenario:
    nodes = [fb.Node(name=f"n{i}", memory="good") for i in range(len(fidelities) + 1)]
    links = [
        fb.Link(node_a=f"n{i}", node_b=f"n{i + 1}", fiber=fb.Fiber(length_m=1e3), generation=given(0.5, fidelity))
        for i, fidelity in enumerate(fidelities)
    ]
    demand = fb.Demand(node_a="n0", node_b=f"n{len(fidelities)}", width=2, min_fidelity=min_fidelity)
    return fb.Scenario(
        memories=[fb.Memory(name="good", slots=8)], nodes=nodes, links=links, demands=[demand],
        routing=fb.Routing(kind=kind), duration_s=2e-2,
    )  # fmt: skip


def test_equal_shares_can_take_more_pairs() -> None:
    """Links of 0.95 and 0.9 for 0.88."""
    shares = chain([0.95, 0.9], kind="q_leap", min_fidelity=0.88)
    (leap,) = fb.routing.demand_routes(shares)
    (path,) = fb.routing.demand_routes(shares.replace(routing=fb.Routing(kind="q_path")))
    assert path.cost <= leap.cost
    share = math.sqrt(werner_parameter(0.88))
    expected = [next(r for r in range(ROUNDS + 1) if werner_parameter(pumped(f, r)) >= share) for f in (0.95, 0.9)]
    assert list(leap.rounds) == expected


def test_runs_purify_as_the_route_decides() -> None:
    """Memories that lose nothing: each pair has the fidelity of its links after their rounds."""
    scenario = chain([0.9, 0.97], min_fidelity=0.88)
    (route,) = fb.routing.demand_routes(scenario)
    assert route.rounds == (1, 0)
    results = fb.run(scenario, progress=False)
    assert len(results.pairs) > 0 and results.demands["rejected_pairs"].sum() == 0
    assert results.demands["distillation_rounds"][0] > 0
    # Swapped with a Werner pair, a Bell-diagonal one keeps to the product rule.
    expected = (1 + 3 * werner_parameter(pumped(0.9, 1)) * werner_parameter(0.97)) / 4
    assert results.pairs["fidelity"] == pytest.approx(expected, abs=1e-9)
    assert route.fidelity == pytest.approx(expected, abs=1e-9)


def test_each_demand_has_rounds_of_its_own() -> None:
    scenario = chain([0.9, 0.97])
    demands = [
        fb.Demand(name="much", node_a="n0", node_b="n2", width=2, min_fidelity=0.88),
        fb.Demand(name="little", node_a="n0", node_b="n2", width=2, min_fidelity=0.8),
    ]
    scenario = scenario.replace(demands=demands)
    assert [route.rounds for route in fb.routing.demand_routes(scenario)] == [(1, 0), (0, 0)]
    pairs = fb.run(scenario, progress=False).pairs
    for name, rounds in (("much", 1), ("little", 0)):
        expected = (1 + 3 * werner_parameter(pumped(0.9, rounds)) * werner_parameter(0.97)) / 4
        mine = pairs["fidelity"][pairs["demand"] == name]
        assert len(mine) > 0 and mine == pytest.approx(expected, abs=1e-9)


def asks(**fields: Any) -> dict[str, Any]:
    return {"demands": [fb.Demand(**{"node_a": "n0", "node_b": "n2", "width": 2, "min_fidelity": 0.88, **fields})]}


@pytest.mark.parametrize(
    "changes, path",
    [
        (asks(min_fidelity=0.0), "/demands/0/min_fidelity"),
        (asks(min_fidelity=0.999), "/demands/0/min_fidelity"),
        (asks(width=1), "/demands/0/width"),
        (asks(route=["n0", "n1", "n2"]), "/demands/0/route"),
        (asks(distillation=fb.Distillation()), "/demands/0/distillation"),
        (asks(cutoff=fb.Cutoff(age_s=1.0)), "/demands/0/cutoff"),
        ({"messages": fb.ClassicalMessages(jitter_s=1e-6)}, "/messages"),
        ({"routing": fb.Routing(kind="q_path", alternatives=2)}, "/routing/alternatives"),
        ({"routing": fb.Routing(kind="q_leap", fidelity_constrained=True)}, "/routing/fidelity_constrained"),
        ({"routing": fb.Routing(kind="hops", max_purification_rounds=2)}, "/routing/max_purification_rounds"),
        ({"routing": fb.Routing(kind="greedy_fidelity", alternatives=3)}, "/routing/alternatives"),
    ],
)
def test_what_does_not_go_together_is_refused(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(fb.SpecError) as error:
        fb.compile(chain([0.9, 0.97]).replace(**changes))
    assert error.value.path == path


def test_links_that_distil_by_themselves_are_refused() -> None:
    scenario = chain([0.9, 0.97])
    links = [scenario.links[0].replace(distillation=fb.Distillation()), scenario.links[1]]
    with pytest.raises(fb.SpecError) as error:
        fb.compile(scenario.replace(links=links))
    assert error.value.path == "/links/0/distillation"


@pytest.mark.parametrize(
    "arguments, path",
    [
        ({"kind": "q_path", "min_fidelity": 0.0}, "min_fidelity"),
        ({"kind": "q_path", "min_fidelity": 1.5}, "min_fidelity"),
        ({"kind": "hops", "min_fidelity": 0.99}, "min_fidelity"),
        ({"kind": "q_paths", "min_fidelity": 0.8}, "kind"),
        ({"kind": "hops", "max_purification_rounds": 2}, "max_purification_rounds"),
        ({"kind": "q_leap", "min_fidelity": 0.8, "max_purification_rounds": 0}, "max_purification_rounds"),
    ],
)
def test_wrong_questions_are_refused(arguments: dict[str, Any], path: str) -> None:
    with pytest.raises(fb.SpecError) as error:
        fb.routing.route(chain([0.9, 0.97]), "n0", "n2", **arguments)
    assert error.value.path == path


def test_kinds_with_one_route_have_no_list() -> None:
    with pytest.raises(fb.SpecError) as error:
        fb.routing.k_shortest_paths(chain([0.9, 0.97]), "n0", "n2", 2, metric="greedy_fidelity")
    assert error.value.path == "k"
    with pytest.raises(fb.SpecError) as error:
        fb.routing.k_shortest_paths(chain([0.9, 0.97]), "n0", "n2", 1, metric="q_path")
    assert error.value.path == "min_fidelity"


def test_greedy_takes_the_best_link_that_leads_nearer_and_loses_to_the_best_route() -> None:
    """Towards n3 two neighbours of n0 are nearer; the better first link is followed by the worse second one."""
    links = {
        ("n0", "n1"): 0.99,
        ("n1", "n3"): 0.8,
        ("n0", "n2"): 0.95,
        ("n2", "n3"): 0.95,
        ("n0", "n4"): 1.0,
        ("n4", "n5"): 1.0,
    }
    scenario = fb.Scenario(
        memories=[fb.Memory(name="good", slots=4)],
        nodes=[fb.Node(name=f"n{i}", memory="good") for i in range(6)],
        links=[
            fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=1e3), generation=given(0.5, fidelity))
            for (a, b), fidelity in links.items()
        ],
        duration_s=1.0,
    )
    greedy = fb.routing.route(scenario, "n0", "n3", kind="greedy_fidelity")
    best = fb.routing.route(scenario, "n0", "n3", kind="fidelity")
    assert greedy.nodes == ("n0", "n1", "n3") and best.nodes == ("n0", "n2", "n3")
    assert greedy.fidelity < best.fidelity
