"""GHZ states along trees: least trees, pairs used, fidelity by all errors of pairs, ticks, frames."""

from __future__ import annotations

import itertools
import math

import networkx as nx
import numpy as np
import pytest

import farbell as fb
from physics.sampling import SEED

#: Two branchings, h and g.
TREE = ["ah", "hb", "hg", "gc", "gd"]


def scenario(
    links: list[tuple[str, str]] | list[str],
    users: str | list[str],
    *,
    tree: str = "steiner",
    fidelity: float = 1.0,
    memory: fb.Memory | None = None,
    length_m: float = 0,
    states: int = 10,
    bases: list[str] | None = None,
    p: float = 1.0,
    **words: object,
) -> fb.Scenario:
    names = sorted({name for pair in links for name in pair})
    link = fb.Given(success_probability=p, attempt_period_s=1e-4, state=fb.Werner(fidelity=fidelity))
    return fb.Scenario(
        seed=SEED,
        duration_s=10,
        memories=[memory or fb.Memory(name="m", slots=16)],
        nodes=[fb.Node(name=name, memory="m") for name in names],
        links=[fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=length_m), generation=link) for a, b in links],
        ghz_demands=[
            fb.GhzDemand(name="g", users=list(users), tree=tree, traffic=fb.OneOff(requests=states), bases=bases or [])
        ],
        routing=fb.Routing(kind="hops"),
        **{"limits": fb.Limits(), **words},
    )


def links_of(arms: list[list[str]]) -> list[frozenset[str]]:
    return [frozenset(pair) for arm in arms for pair in itertools.pairwise(arm)]


def test_trees_have_as_few_links_as_brute_force_finds() -> None:
    """Random graphs of 8 nodes, 2 to 5 users: the least connected subgraph that has all of them, over every set of nodes."""
    random = np.random.default_rng(SEED)
    fewer_than_star = 0
    for _ in range(60):
        graph = nx.gnp_random_graph(8, 0.3, seed=int(random.integers(2**31)))
        graph = graph.subgraph(max(nx.connected_components(graph), key=len)).copy()
        if len(graph) < 5:
            continue
        names = [f"n{v}" for v in graph]
        links = [(f"n{a}", f"n{b}") for a, b in graph.edges]
        users = [str(u) for u in random.choice(names, random.integers(2, 6), replace=False)]
        others = [v for v in graph if f"n{v}" not in users]
        must = [v for v in graph if f"n{v}" in users]
        least = min(
            len(must) + len(more) - 1
            for count in range(len(others) + 1)
            for more in itertools.combinations(others, count)
            if nx.is_connected(graph.subgraph([*must, *more]))
        )
        exact, grown, star = (
            links_of(fb.compile(scenario(links, users, tree=tree)).ghz_arms[0])
            for tree in ("steiner", "shortest_paths", "star")
        )
        assert len(exact) == len(set(exact)) == least
        assert least <= len(grown) <= 2 * least
        assert least <= len(nx.algorithms.approximation.steiner_tree(graph, must).edges)
        assert least <= len(star)
        fewer_than_star += least < len(star)
        tree = nx.Graph([tuple(link) for link in exact])
        assert nx.is_tree(tree)
        assert set(users) <= set(tree)
    assert fewer_than_star > 0  # of the graphs that are large enough four in ten


def test_a_state_takes_a_pair_of_each_link() -> None:
    """Two branchings in a row: five pairs by the tree; a star takes six from wherever its center is."""
    for tree, pairs in (("steiner", 5), ("star", 6)):
        results = fb.run(scenario(TREE, "abcd", tree=tree))
        assert len(results.ghz_states) == 10
        used = results.links["successes"].sum() / 10
        # Pairs that are made while the last state is on its way are for nobody.
        assert pairs <= used < pairs + 1


@pytest.mark.parametrize(
    ("links", "users"),
    [
        (TREE, "abcd"),
        (TREE, "cabd"),
        (TREE, "ahcd"),
        (TREE, "gabdc"),
        (["ab", "bc", "cd", "de"], "ace"),
        (["ab", "bc", "cd"], "bdac"),
        (["ab", "bc"], "ac"),
    ],
)
def test_fidelity_is_that_of_all_errors_of_pairs(links: list[str], users: str) -> None:
    """Each pair has X, Y or Z with (1 - F)/3: what users are flipped against the first, and the phase, decide."""
    fidelity = 0.9
    graph = nx.Graph([tuple(link) for link in links])
    while leaves := [node for node in graph if node not in users and graph.degree(node) == 1]:
        graph.remove_nodes_from(leaves)
    edges = list(graph.edges)
    behind = []
    for a, b in edges:
        rest = graph.copy()
        rest.remove_edge(a, b)
        far = nx.node_connected_component(rest, users[0])
        behind.append([user not in far for user in users])
    expected = 0.0
    for errors in itertools.product(range(4), repeat=len(edges)):
        p = math.prod(fidelity if e == 0 else (1 - fidelity) / 3 for e in errors)
        flips = np.zeros(len(users), dtype=int)
        for error, users_behind in zip(errors, behind, strict=True):
            flips = flips ^ (np.array(users_behind, dtype=int) * (error >> 1))
        phase = sum(error in (1, 2) for error in errors) % 2  # 1: Z, 2: Y, 3: X
        if not flips.any() and not phase:
            expected += p
    for state in ("auto", "density"):
        found = fb.run(scenario(links, users, fidelity=fidelity, state=state, states=3)).ghz_states["fidelity"]
        assert found == pytest.approx(np.full(3, expected), rel=1e-9)


@pytest.mark.parametrize("users", ["abcd", "hgabcd", "gacb", "dcba"])
@pytest.mark.parametrize("state", ["auto", "stabilizer", "ket"])
def test_perfect_pairs_give_perfect_states_whatever_is_read(users: str, state: str) -> None:
    """Swaps on the way, all frames: fidelity 1, and what users measure is what a GHZ state gives."""
    links = [pair for a, b in TREE for pair in ((a, a + b), (a + b, b))]  # a repeater on each
    n = len(users)
    bases = ["X" * n, "YY" + "X" * (n - 2), "Z" * n]
    kept = fb.run(scenario(links, list(users), state=state, states=40))
    assert kept.ghz_states["fidelity"] == pytest.approx(np.ones(40))
    measured, outcomes = fb.run(scenario(links, list(users), state=state, states=120, bases=bases)).ghz_outcomes()
    parity = outcomes.sum(axis=1) % 2
    assert not parity[measured == bases[0]].any()
    assert parity[measured == bases[1]].all()
    ones = outcomes[measured == bases[2]].sum(axis=1)
    assert set(ones.tolist()) <= {0, n}


def test_when_a_state_is_known() -> None:
    """Pairs at once; hubs hear from each other, fuse as long as the slowest, and the farthest user hears of it."""
    delay, gate, read, turn = 1e-4, 2e-5, 3e-5, 1e-5
    memory = fb.Memory(name="m", slots=8, two_qubit_gate_s=gate, measurement_s=read, single_qubit_gate_s=turn)
    links = [*TREE, "gi"]
    # h and g are neighbours; g fuses four halves; from one hub to a user beyond the other it is two links.
    for control, messages in (("messages", delay + 2 * delay), ("ideal", 0.0)):
        results = fb.run(scenario(links, "abcdi", memory=memory, length_m=2e8 * delay, states=1, control=control))
        (row,) = results.ghz_states.rows()
        assert row["age_s"] == pytest.approx(messages + 3 * gate + turn + read, rel=1e-9)


def test_a_large_tree_on_the_stabilizer_store() -> None:
    """Twenty users of a 7 x 7 grid: dozens of pairs to each state, one trajectory each."""
    grid = fb.grid(7, 7)
    links = [(link.node_a, link.node_b) for link in grid.links]
    random = np.random.default_rng(SEED)
    users = [str(name) for name in random.choice([node.name for node in grid.nodes], 20, replace=False)]
    perfect = fb.run(scenario(links, users, tree="shortest_paths", state="stabilizer", states=20))
    assert perfect.ghz_states["fidelity"] == pytest.approx(np.ones(20))
    arms = links_of(fb.compile(scenario(links, users, tree="shortest_paths", state="stabilizer")).ghz_arms[0])
    star = links_of(
        fb.compile(scenario(links, users, tree="star", state="stabilizer", memory=fb.Memory(name="m", slots=80))).ghz_arms[0]
    )
    assert len(arms) < len(star) / 1.5
