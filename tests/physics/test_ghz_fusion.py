"""GHZ fusion in rounds: states against circuits on the stabilizer store, decay in closed form, percolation and distance."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import farbell as fb
from farbell.states import Stabilizer
from physics.cases import case
from physics.sampling import SEED, assert_sampled, estimate, share
from physics.test_rounds import MILLISECOND, network, pairs_by_round


def fused(
    links: list[str], weights: list[list[float]], *, memory: fb.Memory | None = None, **given: object
) -> dict[str, float]:
    """The pair of a and b of one round in which every link and every measurement succeeds."""
    names = sorted({name for pair in links for name in pair})
    scenario = fb.Scenario(
        duration_s=1,
        state="bell_diagonal",
        memories=[memory or fb.Memory(name="m", slots=20)],
        nodes=[fb.Node(name=name, memory="m") for name in names],
        links=[
            fb.Link(
                node_a=pair[0],
                node_b=pair[1],
                fiber=fb.Fiber(length_m=0),
                generation=fb.Given(success_probability=1, attempt_period_s=MILLISECOND, state=fb.BellWeights(weights=w)),
            )
            for pair, w in zip(links, weights, strict=True)
        ],
        demands=[fb.Demand(node_a="a", node_b="b", traffic=fb.OneOff(requests=1))],
        rounds=fb.Rounds(router=fb.GhzFusionRouter(max_links=8), round_s=0.1, attempt_s=MILLISECOND),
    )
    (row,) = fb.run(scenario).pairs.rows()
    return row


def circuit(links: list[str], weights: list[list[float]], path: list[str]) -> list[float]:
    """Mean of the Bell states of a's and b's first halves, over all Pauli errors: each node measures X...X and Z Z of its halves."""
    nodes: dict[str, list[int]] = {}
    for k, pair in enumerate(links):
        for end, node in enumerate(pair):
            nodes.setdefault(node, []).append(2 * k + end)
    kept = {path[0]: nodes[path[0]][0], path[-1]: next(q for q in nodes[path[-1]] if path[-2] in links[q // 2])}
    total = [0.0] * 4
    n = 2 * len(links)
    for errors in itertools.product(range(4), repeat=len(links)):
        weight = math.prod(w[e] for w, e in zip(weights, errors, strict=True))
        if weight == 0:
            continue
        state = Stabilizer(n, seed=SEED)
        for k, error in enumerate(errors):
            state.h(2 * k)
            state.cx(2 * k, 2 * k + 1)
            state.apply(["i", "z", "x", "y"][error], 2 * k + 1)
        phase = parity = 0
        for node, halves in nodes.items():
            if node in kept:
                for q in halves:
                    phase ^= state.measure(q, "X") if q != kept[node] else 0
                continue
            bits = [0, *(state.measure_pauli("ZZ", halves[0], q) for q in halves[1:])]
            phase ^= state.measure_pauli("X" * len(halves), *halves)
            if node in path:
                at = path.index(node)
                for beside in (path[at - 1], path[at + 1]):
                    parity ^= bits[next(i for i, q in enumerate(halves) if beside in links[q // 2])]
        a, b = kept.values()
        if parity:
            state.x(b)
        if phase:
            state.z(b)
        found = state.bell_measure(a, b)
        total[found] += weight
    return total


@pytest.mark.parametrize(
    ("links", "states"),
    [
        (["ac", "cb"], {"acb": [0, 1]}),  # a swap
        (["ac", "cb", "cd"], {"acb": [0, 1, 2]}),  # a dead end
        (["ac", "cd", "de", "ce", "eb"], {"aceb": [0, 1, 2, 3, 4]}),  # a loop
        (["ac", "cd", "ce", "db", "eb"], {"acdb": [0, 1, 2, 3, 4], "aceb": [0, 1, 2, 3, 4]}),  # two halves of b, two ways
        (["ac", "ad", "cb", "db"], {"acb": [0, 2], "adb": [1, 3]}),  # two states
        (["ab", "ac", "cb"], {"ab": [0], "acb": [1, 2]}),
    ],
    ids=["swap", "dead end", "loop", "two ways", "two states", "neighbours"],
)
def test_states_are_those_of_the_circuit(links: list[str], states: dict[str, list[int]]) -> None:
    """Every Pauli error of every pair, with a circuit for each. `states`: ways of which one is taken, and the pairs of their states."""
    random = np.random.default_rng(SEED)
    weights = []
    for _ in links:
        rest = random.dirichlet([1, 1, 1]) * 0.3
        weights.append([1 - rest.sum(), *rest])
    row = fused(links, weights)
    signs = np.array([[1, 0, 0, 0], [1, -1, 1, -1], [-1, 1, 1, -1], [1, 1, -1, -1]])
    expected = [signs @ circuit([links[k] for k in of], [weights[k] for k in of], list(way)) for way, of in states.items()]
    found = [row["fidelity"], row["xx"], row["yy"], row["zz"]]
    assert any(np.allclose(one, found, atol=1e-12) for one in expected)


NOISY_GATES = {
    "two_qubit_gate_reliability": 0.97, "single_qubit_gate_reliability": 0.99, "readout_fidelity_0": 0.98, "readout_fidelity_1": 0.98,
}  # fmt: skip


def test_gates_of_a_chain_are_those_of_swaps() -> None:
    """Two by two a fusion is the Bell measurement of a swap, whose errors another part of the program knows."""
    links = [("n0", "n1"), ("n1", "n2"), ("n2", "n3")]
    demand = fb.Demand(node_a="n0", node_b="n3")
    found = []
    for router in (fb.GhzFusionRouter(), fb.ShortestRouter()):
        chain = network(links, [demand], 0.8, 1.0, router, 200, state="bell_diagonal")
        chain = chain.replace(memories=[fb.Memory(name="m", slots=100, **NOISY_GATES)])
        state = fb.BellWeights(weights=[0.9, 0.05, 0.02, 0.03])
        given = [link.replace(generation=link.generation.replace(state=state)) for link in chain.links]
        found.append(fb.run(chain.replace(links=given)).pairs)
    assert len(found[0]) > 50
    for name in ("xx", "yy", "zz", "fidelity"):
        assert found[0][name] == pytest.approx(found[1][name], rel=1e-12)


@pytest.mark.parametrize("links", [["ac", "cb", "cd"], ["ac", "cd", "cb", "ce"], ["ac", "cd", "db", "cf"]])
def test_gates_are_those_of_the_circuit(links: list[str]) -> None:
    """Density matrices: CNOTs from the first half, read-outs, one outcome of each, as without loops all leave the same state.

    Which half is the first is drawn, and makes a difference: one of the orders gives what the run does.
    """
    weights = [0.92, 0.03, 0.01, 0.04]
    row = fused(links, [weights] * len(links), memory=fb.Memory(name="m", slots=20, **NOISY_GATES))
    nodes: dict[str, list[int]] = {}
    for k, pair in enumerate(links):
        for end, node in enumerate(pair):
            nodes.setdefault(node, []).append(2 * k + end)
    kept = nodes.pop("a")[0], nodes.pop("b")[0]
    errors = {qubits: fb.channels.Depolarising(1 - NOISY_GATES[name], qubits=qubits) for qubits, name in ((1, "single_qubit_gate_reliability"), (2, "two_qubit_gate_reliability"))}  # fmt: skip
    readout = NOISY_GATES["readout_fidelity_0"], NOISY_GATES["readout_fidelity_1"]
    candidates = []
    for orders in itertools.product(*(itertools.permutations(halves) for halves in nodes.values())):
        pair = fb.states.Density.from_pair(fb.states.PairDensity.from_weights(weights))
        state = pair
        for _ in links[1:]:
            state = state.tensor(pair)
        for first, *others in orders:
            for other in others:
                state.cx(first, other)
                state.noise(errors[2], first, other)
            for other in others:
                state.measure(other, "Z", destructive=True, outcome=0, readout=readout)
            state.h(first)
            state.noise(errors[1], first)
            state.measure(first, "Z", destructive=True, outcome=0, readout=readout)
        rest = state.partial_trace(list(kept))
        candidates.append([rest.fidelity("Phi+"), *(rest.expectation(2 * letter) for letter in "XYZ")])
    assert any(np.allclose(one, [row["fidelity"], row["xx"], row["yy"], row["zz"]], atol=1e-12) for one in candidates)


def test_each_half_decays_until_it_is_measured() -> None:
    """A dead end costs phase alone, by its halves' ages; a fusion of three takes two two-qubit gates."""
    t2, gate, read = 20e-3, 1e-4, 3e-4
    memory = fb.Memory(name="m", slots=20, t2_s=t2, two_qubit_gate_s=gate, measurement_s=read)
    werner = [0.97, 0.01, 0.01, 0.01]
    row = fused(["ac", "cb", "cd"], [werner] * 3, memory=memory)
    joined = MILLISECOND
    at_c, at_d = joined + 2 * gate + read, joined + gate + read
    told = max(at_c, at_d)
    assert row["delivered_s"] == pytest.approx(told, rel=1e-9)
    w = (4 * 0.97 - 1) / 3
    assert row["zz"] == pytest.approx(w**2, rel=1e-9)
    assert row["xx"] == pytest.approx(w**3 * math.exp(-(3 * at_c + at_d + 2 * told) / t2), rel=1e-9)
    assert row["yy"] == pytest.approx(-row["xx"], rel=1e-9)


@pytest.mark.parametrize(("b", "p"), [("r2c2", 0.5), ("r0c2", 0.8)])
def test_one_shot_over_a_grid(b: str, p: float) -> None:
    """Case D01: nodes that know nothing beyond their links join what global knowledge joins. 20,000 rounds: an error of 12 % is seen."""
    rounds = 20_000
    links = [(link.node_a, link.node_b) for link in fb.grid(3, 3).links]
    demand = fb.Demand(node_a="r0c0", node_b=b)
    expected = case("D01").expected[f"3x3 {'corner-corner' if b == 'r2c2' else '(0,0)-(0,2)'} p={p}"]["P_connected"]
    joined = {}
    for router in (fb.GhzFusionRouter(max_links=4), fb.MultipathGlobalRouter(), fb.GhzFusionRouter(max_links=2)):
        results = fb.run(network(links, [demand], p, 1.0, router, rounds, state="bell_diagonal"))
        joined[router] = pairs_by_round(results, rounds) > 0
    all_links, known, pairwise = joined.values()
    assert_sampled(share(int(all_links.sum()), rounds, expected), expected, case("D01").tolerance, detects=0.12 * expected)
    assert np.array_equal(all_links, known)  # round by round
    assert not (pairwise & ~known).any()
    assert pairwise.sum() < known.sum()


def test_a_chain_is_swapped_as_ever() -> None:
    """p^h q^(h-1) of three hops, 20,000 rounds: an error of 10 % is seen."""
    p, q, rounds = 0.8, 0.9, 20_000
    links = [("n0", "n1"), ("n1", "n2"), ("n2", "n3")]
    demand = fb.Demand(node_a="n0", node_b="n3")
    results = fb.run(network(links, [demand], p, q, fb.GhzFusionRouter(), rounds, state="bell_diagonal"))
    expected = p**3 * q**2
    assert_sampled(share(len(results.pairs), rounds, expected), expected, 0, detects=0.1 * expected)
    assert set(results.pairs["swaps"].tolist()) == {2}


def test_no_distance_in_the_rate() -> None:
    """A strip of a square grid, p = 0.8, q = 0.9: fusion at 3 and 10 hops within 12 %, paths lose a half. 6,000 rounds, 6.5 errors each."""
    rounds = 6_000
    grid = fb.grid(7, 14)
    links = [(link.node_a, link.node_b) for link in grid.links]

    def rate(router: object, hops: int) -> tuple[float, float]:
        demand = fb.Demand(node_a="r3c1", node_b=f"r3c{1 + hops}")
        found = estimate(
            pairs_by_round(fb.run(network(links, [demand], 0.8, 0.9, router, rounds, state="bell_diagonal")), rounds) > 0
        )
        return found.mean, found.stderr

    near, far = rate(fb.GhzFusionRouter(max_links=4), 3), rate(fb.GhzFusionRouter(max_links=4), 10)
    assert far[0] + 6.5 * (near[1] + far[1]) > 0.88 * near[0]
    near, far = rate(fb.MultipathGlobalRouter(), 3), rate(fb.MultipathGlobalRouter(), 10)
    assert far[0] - 6.5 * (near[1] + far[1]) < 0.6 * near[0]


def test_never_more_pairs_than_the_bounds() -> None:
    """2,000 rounds of three networks: what the smallest cut allows is not below what is delivered by 6.5 standard errors."""
    rounds = 2_000
    for seed in range(3):
        drawn = fb.waxman(12, layout_seed=seed, beta=0.9, alpha=0.3)
        links = [(link.node_a, link.node_b) for link in drawn.links]
        demand = fb.Demand(node_a="n0", node_b="n1")
        p = list(np.random.default_rng(SEED + seed).uniform(0.2, 0.9, len(links)))
        results = fb.run(network(links, [demand], p, 1.0, fb.GhzFusionRouter(), rounds, channels=2, state="bell_diagonal"))
        found = estimate(pairs_by_round(results, rounds))
        assert found.mean <= next(results.bounds().rows())["bound_hz"] * MILLISECOND + 6.5 * found.stderr


# ---- percolation ----------------------------------------------------------------------------------------------------

#: That a large square torus is wound round at the threshold: Newman and Ziff 2001.
WINDS = 0.690473725


@pytest.mark.parametrize(("share_of_links", "q"), [(0.5, 1.0), (1.0, 0.592746)], ids=["bonds", "sites"])
def test_thresholds_of_bonds_and_of_sites(share_of_links: float, q: float) -> None:
    """3,000 tori of 24 x 24: six and a half standard errors and 0.02 for their size; a threshold that is off by 0.015 is seen."""
    samples = 3000
    found = fb.analysis.fusion_thresholds("square", 24, samples, max_links=4, fusion_success_probability=q, seed=SEED)
    assert abs(np.mean(found <= share_of_links) - WINDS) < 0.02 + 6.5 * math.sqrt(WINDS * (1 - WINDS) / samples)


def test_all_links_together_are_bond_percolation() -> None:
    """With perfect measurements of all links the same draws wind at the same link as links by themselves do."""
    for lattice, links in (("square", 4), ("triangular", 6), ("honeycomb", 3)):
        fused_all = fb.analysis.fusion_thresholds(lattice, 8, 300, max_links=links, seed=SEED)  # type: ignore[arg-type]
        bonds = fb.analysis.wrapping_thresholds(lattice, 8, 3000, seed=SEED)  # type: ignore[arg-type]
        both = math.hypot(fused_all.std() / math.sqrt(300), bonds.std() / math.sqrt(3000))
        assert abs(fused_all.mean() - bonds.mean()) < 6.5 * both


def test_three_links_percolate_and_two_do_not() -> None:
    """Threes need little more than half of the links on tori of every size; twos wind with nearly all of them, or never.

    200 tori of each size and sort: of threes at most 26 % are below 0.45 and 5 % above 0.6, of twos 8 % below 0.9, and 16 %
    never wind. False alarms are below 1e-13.
    """
    for size in (8, 16, 24):
        threes = fb.analysis.fusion_thresholds("square", size, 200, max_links=3, seed=SEED)
        assert 0.45 < np.median(threes) < 0.6
        twos = fb.analysis.fusion_thresholds("square", size, 200, max_links=2, seed=SEED)
        assert np.median(twos) > 0.9
        assert np.isinf(twos).any()


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="max_links"):
        fb.analysis.fusion_thresholds("square", 8, 1, max_links=1)
    with pytest.raises(ValueError, match="fusion_success_probability"):
        fb.analysis.fusion_thresholds("square", 8, 1, max_links=2, fusion_success_probability=1.5)
    with pytest.raises(ValueError, match="size"):
        fb.analysis.fusion_thresholds("square", 1, 1, max_links=2)
