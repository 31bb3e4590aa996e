"""Rules of graphs against the stabilizer store, which knows none of them; extraction; counts that are known."""

from __future__ import annotations

import itertools
import pickle

import networkx as nx
import numpy as np
import pytest

import farbell as fb
from farbell.states import Extraction, GraphState, Stabilizer
from physics.sampling import SEED

GATES = ["i", "x", "y", "z", "h", "s", "s_dag", "sqrt_x", "sqrt_x_dag", "sqrt_y", "sqrt_y_dag"]


def random_graph(random: np.random.Generator, n: int, *, gates: bool = False) -> GraphState:
    share = random.uniform(0.2, 0.9)
    edges = [pair for pair in itertools.combinations(range(n), 2) if random.random() < share]
    state = GraphState(edges, range(n))
    for v in range(n) if gates else ():
        for name in random.choice(GATES, random.integers(3)):
            state = state.apply(str(name), v)
    return state


def same(a: GraphState, b: Stabilizer) -> bool:
    return a.to_stabilizer().fidelity(b) == 1.0


@pytest.mark.parametrize("n", range(2, 9))
def test_measurements_leave_the_state_that_the_store_has_for_every_outcome(n: int) -> None:
    random = np.random.default_rng([SEED, n])
    for _ in range(25):
        graph = random_graph(random, n, gates=True)
        for v, basis, outcome in itertools.product(range(n), "XYZ", (0, 1)):
            store = graph.to_stabilizer()
            if store.outcome_probability(basis, v, outcome=outcome) == 0:
                with pytest.raises(fb.SpecError, match="can occur"):
                    graph.measure(v, basis, outcome)
                continue
            store.measure(v, basis, destructive=True, outcome=outcome)
            assert same(graph.measure(v, basis, outcome), store)


@pytest.mark.parametrize("n", [2, 5, 12, 30])
def test_stories_of_many_operations_agree_with_the_store(n: int) -> None:
    random = np.random.default_rng([SEED, n, 1])
    for _ in range(10):
        graph = random_graph(random, n, gates=True)
        store = graph.to_stabilizer()
        at = list(range(n))  # vertices are numbers of qubits of the store
        while len(at) > 1:
            v = int(random.choice(at))
            what = random.integers(4)
            if what == 0:
                graph = graph.local_complement(v)
            elif what == 1:
                name = str(random.choice(GATES))
                graph = graph.apply(name, v)
                store.apply(name, v)
            elif what == 2:
                w = int(random.choice([u for u in at if u != v]))
                try:
                    graph = graph.cz(v, w)
                except fb.SpecError as error:
                    assert "keep the axis Z" in str(error)
                    continue
                store.cz(v, w)
            else:
                basis = str(random.choice(list("XYZ")))
                graph = graph.measure(v, basis, store.measure(v, basis, destructive=True))
                at.remove(v)
            assert same(graph, store)


def test_correcting_a_state_leaves_the_bare_graph() -> None:
    random = np.random.default_rng([SEED, 2])
    for _ in range(50):
        graph = random_graph(random, 6, gates=True)
        store = graph.to_stabilizer()
        for v, names in graph.corrections.items():
            for name in names:
                store.apply(name, int(v))
        assert same(graph.corrected(), store)
        assert graph.corrected() == GraphState(graph.edges, graph.vertices)


def test_cut_ranks_are_entropies_of_the_store() -> None:
    random = np.random.default_rng([SEED, 3])
    for _ in range(60):
        graph = random_graph(random, 7, gates=True)
        part = [int(v) for v in random.choice(7, random.integers(1, 7), replace=False)]
        assert graph.cut_rank(part) == graph.to_stabilizer().entropy(part)


@pytest.mark.parametrize(("n", "classes"), [(2, 1), (3, 1), (4, 2), (5, 4)])
def test_as_many_classes_of_connected_graphs_as_are_known(n: int, classes: int) -> None:
    """Up to local complementation and names: Hein, Eisert and Briegel 2004, table of graph states to seven qubits."""
    pairs = list(itertools.combinations(range(n), 2))
    found: set[frozenset[frozenset[int]]] = set()
    count = 0
    for present in itertools.product((False, True), repeat=len(pairs)):
        edges = [pair for pair, there in zip(pairs, present, strict=True) if there]
        graph = nx.empty_graph(n)
        graph.add_edges_from(edges)
        if frozenset(map(frozenset, edges)) in found or not nx.is_connected(graph):
            continue
        count += 1
        for member in GraphState(edges, range(n)).orbit():
            for names in itertools.permutations(range(n)):
                found.add(frozenset(frozenset((names[a], names[b])) for a, b in member.edges))
    assert count == classes


def test_graphs_of_an_orbit_are_one_state_up_to_local_gates() -> None:
    random = np.random.default_rng([SEED, 4])
    for _ in range(10):
        graph = random_graph(random, 5)
        ranks = [graph.cut_rank(part) for k in (1, 2) for part in itertools.combinations(range(5), k)]
        for other in graph.orbit():
            assert [other.cut_rank(part) for k in (1, 2) for part in itertools.combinations(range(5), k)] == ranks


# ---- extraction ---------------------------------------------------------------------------------------------------


def assert_gives(found: Extraction, *, times: int = 3, seed: int = 0) -> None:
    """On the store: measured as it says, with outcomes as they come, and corrected, the users have their state."""
    for shot in range(times):
        store = found.graph.to_stabilizer(seed=seed + shot)
        at = {v: q for q, v in enumerate(found.graph.vertices)}
        outcomes = [store.measure(at[v], basis, destructive=True) for v, basis in found.measurements]
        for u, names in found.corrections(outcomes).items():
            for name in names:
                store.apply(name, at[u])
        rest = store.partial_trace([at[u] for u in found.users])
        assert rest.entropy() == 0
        assert Stabilizer.from_stabilizers(rest.stabilizers()).fidelity("Phi+" if len(found.users) == 2 else "GHZ") == 1.0


def test_bell_pairs_out_of_random_graphs() -> None:
    """The X protocol takes no more measurements than repeaters, and the exact search no more than either."""
    random = np.random.default_rng([SEED, 5])
    for trial in range(120):
        graph = random_graph(random, int(random.integers(2, 9)), gates=True)
        a, b = (int(v) for v in random.choice(len(graph.vertices), 2, replace=False))
        best = fb.states.fewest_measurements(graph, [a, b])
        if b not in nx.node_connected_component(nx.Graph([*graph.edges, (a, a)]), a):
            assert best is None
            with pytest.raises(fb.SpecError, match="no path"):
                fb.states.extract_bell_pair(graph, a, b)
            continue
        x = fb.states.extract_bell_pair(graph, a, b)
        repeater = fb.states.extract_bell_pair(graph, a, b, protocol="repeater")
        assert best is not None
        assert len(best.measurements) <= len(x.measurements) <= len(repeater.measurements)
        for found in (best, x, repeater):
            assert_gives(found, seed=trial)


def test_ghz_states_out_of_random_graphs() -> None:
    random = np.random.default_rng([SEED, 6])
    found_some = 0
    for trial in range(120):
        graph = random_graph(random, int(random.integers(4, 9)), gates=True)
        users = [int(v) for v in random.choice(len(graph.vertices), random.integers(3, 5), replace=False)]
        best = fb.states.fewest_measurements(graph, users)
        try:
            found = fb.states.extract_ghz(graph, users)
        except fb.SpecError:
            continue
        assert best is not None
        assert len(best.measurements) <= len(found.measurements)
        found_some += 1
        for extraction in (best, found):
            assert_gives(extraction, seed=trial)
    assert found_some > 20  # about half of 120


def test_any_three_of_a_connected_graph_can_have_a_ghz_state() -> None:
    """Hahn, Pappa and Eisert 2019; by the exact search on all connected graphs of five vertices, up to names."""
    for graph in nx.graph_atlas_g():
        if len(graph) != 5 or not nx.is_connected(graph):
            continue
        state = GraphState(graph.edges, graph.nodes)
        for users in itertools.combinations(range(5), 3):
            assert fb.states.fewest_measurements(state, users) is not None


def test_a_line_of_four_is_no_ghz_state_and_holds_one_for_any_three() -> None:
    line = GraphState([(0, 1), (1, 2), (2, 3)])
    assert fb.states.fewest_measurements(line, [0, 1, 2, 3]) is None
    assert line.measurements_to(GraphState([(0, 1), (0, 2), (0, 3)])) is None
    for users in itertools.combinations(range(4), 3):
        found = fb.states.fewest_measurements(line, users)
        assert found is not None
        assert len(found.measurements) == 1
        assert_gives(found)


def test_minors_are_what_the_store_has_up_to_local_gates() -> None:
    """Cut ranks decide on graphs of up to four vertices: they tell the two classes apart."""
    random = np.random.default_rng([SEED, 7])
    found = 0
    for _ in range(80):
        graph, target = random_graph(random, 7), random_graph(random, 4)
        bases = graph.measurements_to(target)
        if bases is None:
            continue
        found += 1
        store = graph.to_stabilizer(seed=1)
        for v, basis in bases.items():
            store.measure(int(v), basis, destructive=True)
        parts = [part for k in (1, 2) for part in itertools.combinations(range(4), k)]
        assert [store.entropy(list(part)) for part in parts] == [target.cut_rank(part) for part in parts]
    assert found > 3  # about a third of 80


@pytest.mark.parametrize("size", [4, 7, 10])
def test_routes_through_a_cluster_state(size: int) -> None:
    grid = nx.grid_2d_graph(size, size)
    held = GraphState([(f"{a}", f"{b}") for a, b in grid.edges])
    corners = [f"({r}, {c})" for r in (0, size - 1) for c in (0, size - 1)]
    x = fb.states.extract_bell_pair(held, corners[0], corners[3])
    repeater = fb.states.extract_bell_pair(held, corners[0], corners[3], protocol="repeater")
    assert len(x.measurements) < len(repeater.measurements)
    assert_gives(x)
    assert_gives(repeater)
    assert_gives(fb.states.extract_ghz(held, corners))


def test_ring_and_line_are_routed_as_by_repeaters() -> None:
    """All vertices of a line between the ends are measured; on a ring the shorter way and both neighbours beyond."""
    line = GraphState([(i, i + 1) for i in range(9)])
    assert len(fb.states.extract_bell_pair(line, 0, 9).measurements) == 8
    ring = GraphState([(i, (i + 1) % 12) for i in range(12)])
    assert len(fb.states.extract_bell_pair(ring, 0, 4).measurements) == 5


# ---- bad input ----------------------------------------------------------------------------------------------------


def test_graphs_that_are_none_are_refused() -> None:
    with pytest.raises(fb.SpecError, match="itself"):
        GraphState([("a", "a")])
    with pytest.raises(fb.SpecError, match="again"):
        GraphState([("a", "b"), ("b", "a")])
    with pytest.raises(fb.SpecError, match="two vertices"):
        GraphState([("a", "b", "c")])  # type: ignore[list-item]
    state = GraphState([("alice", "bob")])
    with pytest.raises(fb.SpecError, match="alice"):
        state.measure("alise")
    with pytest.raises(fb.SpecError, match="basis"):
        state.measure("alice", "XY")
    with pytest.raises(fb.SpecError, match="outcome"):
        state.measure("alice", "X", 2)
    with pytest.raises(fb.SpecError, match="gate"):
        state.apply("t", "alice")
    with pytest.raises(fb.SpecError, match="twice"):
        state.cz("bob", "bob")


def test_extractions_that_cannot_be_are_refused() -> None:
    line = GraphState([(i, i + 1) for i in range(13)])
    with pytest.raises(fb.SpecError, match="different vertices"):
        fb.states.extract_bell_pair(line, 0, 0)
    with pytest.raises(fb.SpecError, match="protocol"):
        fb.states.extract_bell_pair(line, 0, 1, protocol="y")  # type: ignore[arg-type]
    with pytest.raises(fb.SpecError, match="at most 10"):
        fb.states.fewest_measurements(line, [0, 1])
    with pytest.raises(fb.SpecError, match="at most 10"):
        line.orbit()
    with pytest.raises(fb.SpecError, match="at most 10"):
        line.measurements_to(GraphState([(0, 1)]))
    with pytest.raises(fb.SpecError, match="hubs apart"):
        fb.states.extract_ghz(line, [0, 1, 2, 3])
    with pytest.raises(fb.SpecError, match="outcomes"):
        fb.states.extract_bell_pair(line, 0, 3).after([0])


def test_values_are_equal_and_can_be_pickled() -> None:
    state = GraphState([("a", "b"), ("b", "c")]).local_complement("b")
    assert pickle.loads(pickle.dumps(state)) == state
    assert len({state, GraphState([("a", "b"), ("b", "c")]).local_complement("b")}) == 1
    assert state != GraphState(state.edges, state.vertices)
