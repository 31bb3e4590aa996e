"""GHZ and graph states that runs deliver, against closed forms (docs/physics/ghz_distribution.md) and case A17.

Links succeed at once, so that a run has nothing to draw but outcomes, and what is exact must meet its closed form in every
row. The stabilizer and ket stores sample errors: their means are judged by `physics.sampling`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

import farbell as fb
from physics.brute_force import GATES, ONE, PAULIS, ZERO, Matrix, apply, embed, trace_out
from physics.cases import case
from physics.sampling import SEED, assert_sampled, estimate

A17 = case("A17")
EXACT = ("bell_diagonal", "pair_density", "density", "auto")


def star(
    fidelities: Sequence[float],
    *,
    keeps: bool = False,
    herald_delay_s: float = 0.0,
    length_m: float = 0.0,
    memory: fb.Memory | None = None,
    hops: int = 1,
    demand: dict[str, Any] | None = None,
    **scenario: Any,
) -> fb.Scenario:
    """A center with an arm of `hops` links to each of u0, u1, ..., and one GHZ demand; with `keeps` the center is the first user."""
    memory = memory or fb.Memory(name="memory", slots=64)
    arms = range(len(fidelities))
    between = [f"r{k}_{h}" for k in arms for h in range(1, hops)]
    nodes = [fb.Node(name=name, memory=memory.name) for name in ["center", *(f"u{k}" for k in arms), *between]]
    links = []
    for k, fidelity in enumerate(fidelities):
        names = ["center", *(f"r{k}_{h}" for h in range(1, hops)), f"u{k}"]
        generation = fb.Given(
            success_probability=1, attempt_period_s=1e-6, herald_delay_s=herald_delay_s, state=fb.Werner(fidelity=fidelity)
        )
        links += [
            fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=length_m), generation=generation)
            for a, b in zip(names, names[1:], strict=False)
        ]
    users = [*(["center"] if keeps else []), *(f"u{k}" for k in arms)]
    ghz = fb.GhzDemand(name="ghz", users=users, **{"traffic": fb.OneOff(requests=20), **(demand or {})})
    settings = {"duration_s": 1.0, "seed": SEED, **scenario}
    return fb.Scenario(memories=[memory], nodes=nodes, links=links, ghz_demands=[ghz], **settings)


def states(scenario: fb.Scenario, replicas: int = 1) -> fb.ResultTable:
    rows = fb.run(scenario, replicas=replicas, threads=1, progress=False).ghz_states
    assert len(rows) >= 20 * replicas
    return rows


def of_werner_pairs(fidelities: Sequence[float], keeps: bool) -> float:
    """Errors that no even number of Z, and, if no user is free of errors, no X on all of them makes up for."""
    error = [(1 - f) / 3 for f in fidelities]
    even = math.prod(f + q for f, q in zip(fidelities, error, strict=True))
    odd = math.prod(f - q for f, q in zip(fidelities, error, strict=True))
    all_flipped = 0.0 if keeps else math.prod(2 * q for q in error)
    return (even + odd + all_flipped) / 2


def fusion_at_a_user(label: str, **scenario: Any) -> fb.Scenario:
    f1, f2, p2, eta = (float(part.partition("=")[2]) for part in label.split(","))
    memory = fb.Memory(name="memory", slots=64, two_qubit_gate_reliability=p2, readout_fidelity_0=eta, readout_fidelity_1=eta)
    return star([f1, f2], keeps=True, memory=memory, **scenario)


@pytest.mark.parametrize("state", EXACT)
@pytest.mark.parametrize("label", A17.expected)
def test_fusion_at_a_user(label: str, state: str) -> None:
    rows = states(fusion_at_a_user(label, state=state))
    np.testing.assert_allclose(rows["fidelity"], A17.expected[label], rtol=0, atol=A17.tolerance)
    assert set(rows["fidelity_kind"]) == {"exact"}
    assert set(rows["users"]) == {3}


@pytest.mark.parametrize("state", ["stabilizer", "ket"])
@pytest.mark.parametrize("label", A17.expected)
def test_sampled_fusion_at_a_user(label: str, state: str) -> None:
    """55,000 states: an error of 0.02 of the fidelity is seen (sampling.py), a false alarm is one in 1e10."""
    rows = states(fusion_at_a_user(label, state=state, demand={"traffic": fb.OneOff(requests=55_000)}))
    assert_sampled(estimate(rows["fidelity"]), A17.expected[label], A17.tolerance, detects=0.02)
    assert set(rows["fidelity_kind"]) == {"sampled"}


@pytest.mark.parametrize("state", ["bell_diagonal", "pair_density", "density"])
@pytest.mark.parametrize("keeps", [False, True])
@pytest.mark.parametrize("fidelities", [[0.9, 0.9], [0.95, 0.8, 0.7], [0.9, 0.8, 0.7, 1.0], [0.93] * 5])
def test_werner_pairs(fidelities: list[float], keeps: bool, state: str) -> None:
    rows = states(star(fidelities, keeps=keeps, state=state))
    np.testing.assert_allclose(rows["fidelity"], of_werner_pairs(fidelities, keeps), rtol=0, atol=1e-12)


def test_one_arm_is_a_pair() -> None:
    rows = states(star([0.9], keeps=True))
    np.testing.assert_allclose(rows["fidelity"], 0.9, rtol=0, atol=1e-12)


def test_swaps_on_the_arms() -> None:
    """A pair of three Werner pairs is a Werner pair, whatever the outcomes of the swaps."""
    fidelity = 0.95
    werner = ((4 * fidelity - 1) / 3) ** 3
    rows = states(star([fidelity] * 3, hops=3))
    np.testing.assert_allclose(rows["fidelity"], of_werner_pairs([(3 * werner + 1) / 4] * 3, False), rtol=0, atol=1e-12)


@pytest.mark.parametrize("law", ["exponential", "gaussian"])
@pytest.mark.parametrize("state", ["bell_diagonal", "pair_density", "density"])
@pytest.mark.parametrize("keeps", [False, True])
def test_dephasing_until_the_last_user_knows(keeps: bool, state: str, law: str) -> None:
    """Each qubit dephases until it is read, or until the outcomes have come."""
    herald_s, delay_s, gate_s, t2_s, arms = 0.01, 0.005, 0.001, 0.08, 3
    memory = fb.Memory(
        name="memory",
        slots=64,
        t2_s=t2_s,
        t2_law=law,
        single_qubit_gate_s=gate_s,
        two_qubit_gate_s=gate_s,
        measurement_s=gate_s,
    )
    scenario = star(
        [1.0] * arms, keeps=keeps, state=state, memory=memory, herald_delay_s=herald_s, length_m=delay_s * 2e8, duration_s=100.0
    )
    rows = states(scenario)
    speed = scenario.links[0].fiber.speed_m_per_s
    fusion_s = herald_s + (arms - 1) * gate_s + gate_s + (0 if keeps else gate_s)
    end_s = fusion_s + delay_s * 2e8 / speed

    def lost(age_s: float) -> float:
        return (age_s / t2_s) ** (2 if law == "gaussian" else 1)

    read = arms - 1 if keeps else arms
    exponent = read * lost(fusion_s) + (arms + keeps) * lost(end_s)
    np.testing.assert_allclose(rows["age_s"], end_s, rtol=0, atol=1e-11)
    np.testing.assert_allclose(rows["fidelity"], (1 + math.exp(-exponent)) / 2, rtol=0, atol=1e-9)


def test_relaxation() -> None:
    """With T1 alone: <GHZ|rho|GHZ> of qubits that relax for the same time after an ideal fusion at once."""
    delay_s, t1_s, users = 0.01, 0.05, 3
    memory = fb.Memory(name="memory", slots=64, t1_s=t1_s, t2_s=2 * t1_s)
    scenario = star([1.0] * users, memory=memory, length_m=delay_s * 2e8, duration_s=100.0)
    seconds = delay_s * 2e8 / scenario.links[0].fiber.speed_m_per_s
    rows = states(scenario)
    # With flips f the pieces |x><x| and |not x><not x| lose as many excitations as they hold.
    stays = math.exp(-seconds / t1_s)
    possible = set()
    for ones in range(users + 1):
        coherence = stays ** (users / 2)
        populations = (stays**ones + stays ** (users - ones)) / 2
        if ones in (0, users):
            populations += (1 - stays) ** users / 2
        possible.add(populations / 2 + coherence / 2)
    for fidelity in rows["fidelity"]:
        assert min(abs(fidelity - one) for one in possible) < 1e-9


@pytest.mark.parametrize("state", ["stabilizer", "ket"])
@pytest.mark.parametrize("keeps", [False, True])
def test_sampled_stores_agree_with_the_exact_one(state: str, keeps: bool) -> None:
    """Pauli noise of every kind; 8,000 states: an error of 0.05 of the fidelity is seen (sampling.py), a false alarm is one in 1e10."""
    memory = fb.Memory(
        name="memory", slots=64, t2_s=0.05, depolarising_s=0.3, pauli_x_rate_hz=2, two_qubit_gate_reliability=0.97,
        single_qubit_gate_reliability=0.98, readout_fidelity_0=0.97, readout_fidelity_1=0.97, two_qubit_gate_s=1e-3,
    )  # fmt: skip
    settings: dict[str, Any] = {"keeps": keeps, "memory": memory, "herald_delay_s": 2e-3, "length_m": 4e5, "duration_s": 1000.0}
    exact = states(star([0.95, 0.9, 0.92], state="bell_diagonal", **settings))["fidelity"]
    assert np.ptp(exact) < 1e-9
    many = {"traffic": fb.OneOff(requests=8000)}
    sampled = states(star([0.95, 0.9, 0.92], state=state, demand=many, **settings))
    assert set(sampled["fidelity_kind"]) == {"sampled"}
    assert_sampled(estimate(sampled["fidelity"]), exact[0], 0, detects=0.05)


def test_many_users_by_stabilizer_states() -> None:
    rows = states(star([1.0] * 40, state="stabilizer", memory=fb.Memory(name="memory", slots=64)))
    np.testing.assert_allclose(rows["fidelity"], 1, rtol=0, atol=1e-12)
    assert set(rows["users"]) == {40}


def test_waiting_for_the_last_arm() -> None:
    """Two arms at once, the third by a slow link: the first pairs dephase while they wait."""
    t2_s, wait_s = 0.1, 0.03
    scenario = star([1.0] * 3, memory=fb.Memory(name="memory", slots=64, t2_s=t2_s), demand={"traffic": fb.OneOff()})
    slow = fb.Given(success_probability=1, attempt_period_s=wait_s, herald_delay_s=wait_s)
    last = scenario.links[-1].replace(generation=slow)
    scenario = scenario.replace(links=[*scenario.links[:-1], last])
    row = fb.run(scenario, threads=1, progress=False).ghz_states
    assert row["delivered_s"].tolist() == [wait_s]
    np.testing.assert_allclose(row["fidelity"], (1 + math.exp(-6 * wait_s / t2_s)) / 2, rtol=0, atol=1e-9)


@pytest.mark.parametrize("arms", [2, 3, 5])
def test_a_state_waits_for_the_last_of_its_pairs(arms: int) -> None:
    """The largest of as many geometric numbers of slots. 20,000 states: an error of 5 % is seen, a false alarm is one in 1e10."""
    success, slot_s, samples = 0.2, 1e-3, 20_000
    pairs = [math.comb(arms, k) * (-1) ** (k + 1) / (1 - (1 - success) ** k) for k in range(1, arms + 1)]
    scenario = star([1.0] * arms, demand={"traffic": fb.BackToBack(requests=samples)}, duration_s=1000.0)
    generation = fb.Given(success_probability=success, attempt_period_s=slot_s)
    scenario = scenario.replace(
        timing="slotted", slot_s=slot_s, control="ideal", links=[link.replace(generation=generation) for link in scenario.links]
    )
    latencies = fb.run(scenario, threads=1, progress=False).ghz_states["latency_s"] / slot_s
    assert len(latencies) == samples
    assert_sampled(estimate(latencies), sum(pairs), 0, detects=0.05 * sum(pairs))


@pytest.mark.parametrize("state", ["bell_diagonal", "stabilizer"])
def test_parities_that_users_measure(state: str) -> None:
    """Means of XYY, ZZ and three X of Werner pairs: 20,000 states, an error of 0.1 is seen, a false alarm is one in 1e10."""
    werner = [(4 * f - 1) / 3 for f in (0.95, 0.9, 0.92)]
    memory = fb.Memory(name="memory", slots=64, readout_fidelity_0=0.98, readout_fidelity_1=0.98)
    demand = {"traffic": fb.OneOff(requests=20_000), "bases": ["XXX", "XYY", "ZZZ"]}
    results = fb.run(star([0.95, 0.9, 0.92], memory=memory, demand=demand, state=state), threads=1, progress=False)
    bases, outcomes = results.ghz_outcomes()
    signs, read = 1.0 - 2.0 * outcomes, 0.96
    # Read-outs count twice over: those of the users, and those at the center that the users' frames come from.
    for letters, users, sign, at_center in (
        ("XXX", [0, 1, 2], 1, 1),
        ("XYY", [0, 1, 2], -1, 3),
        ("ZZZ", [0, 1], 1, 1),
        ("ZZZ", [1, 2], 1, 2),
    ):
        expected = sign * math.prod(werner[user] for user in users) * read ** (len(users) + at_center)
        parities = signs[bases == letters][:, users].prod(axis=1)
        assert_sampled(estimate(parities), expected, 0, detects=0.1)


# ---- graph states ---------------------------------------------------------------------------------------------------

#: Edges between users by number; with a center that is a user it is user 0.
GRAPHS: dict[str, list[tuple[int, int]]] = {
    "edge": [(0, 1)],
    "triangle": [(1, 2), (0, 1), (0, 2)],
    "star": [(0, 1), (0, 2), (0, 3)],
    "star around a leaf": [(1, 0), (1, 2), (1, 3)],
    "line": [(0, 1), (1, 2), (2, 3)],
    "ring": [(1, 2), (0, 1), (2, 3), (3, 0)],
    "complete": [(2, 3), (0, 1), (0, 2), (0, 3), (1, 2), (1, 3)],
}


def graph(
    edges: Sequence[tuple[int, int]], fidelities: Sequence[float], *, keeps: bool = False, **settings: Any
) -> fb.Scenario:
    """As `star`, with edges; arms for all users but a center that is the first."""
    names = [*(["center"] if keeps else []), *(f"u{k}" for k in range(len(fidelities)))]
    demand = settings.pop("demand", {}) | {"edges": [[names[a], names[b]] for a, b in edges]}
    return star(fidelities, keeps=keeps, demand=demand, **settings)


def users_of(edges: Sequence[tuple[int, int]]) -> int:
    return 1 + max(map(max, edges))


def group_of(edges: Sequence[tuple[int, int]], users: int) -> Iterator[list[str]]:
    """The Paulis that leave the graph state as it is, signs aside: products of X on a user with Z on its neighbours."""
    for chosen in itertools.product((0, 1), repeat=users):
        z = [sum(chosen[b if a == k else a] for a, b in edges if k in (a, b)) % 2 for k in range(users)]
        yield ["IZXY"[2 * x + z] for x, z in zip(chosen, z, strict=True)]


@pytest.mark.parametrize("state", EXACT)
@pytest.mark.parametrize("keeps", [False, True])
@pytest.mark.parametrize("shape", GRAPHS)
def test_graph_states_of_werner_pairs(shape: str, keeps: bool, state: str) -> None:
    """Errors of the pairs are errors of the users: harmless are those of the stabilizer group, which spare a center without one."""
    edges, users = GRAPHS[shape], users_of(GRAPHS[shape])
    fidelities = [0.9, 0.8, 0.95, 0.7][: users - keeps]
    expected = 0.0
    for paulis in group_of(edges, users):
        if keeps and paulis[0] != "I":
            continue
        weights = zip(paulis[keeps:], fidelities, strict=True)
        expected += math.prod(f if pauli == "I" else (1 - f) / 3 for pauli, f in weights)
    rows = states(graph(edges, fidelities, keeps=keeps, state=state))
    np.testing.assert_allclose(rows["fidelity"], expected, rtol=0, atol=1e-12)
    assert set(rows["users"]) == {users}


@pytest.mark.parametrize("keeps", [False, True])
def test_a_star_is_a_ghz_state(keeps: bool) -> None:
    """Up to H on its leaves: with errors of the two-qubit gates and of read-out as well."""
    memory = fb.Memory(
        name="memory", slots=64, two_qubit_gate_reliability=0.96, readout_fidelity_0=0.98, readout_fidelity_1=0.98, depolarising_s=0.5
    )  # fmt: skip
    settings: dict[str, Any] = {"keeps": keeps, "memory": memory, "length_m": 1e6}
    ghz = states(star([0.95, 0.9, 0.85], **settings))["fidelity"]
    edges = [(0, k) for k in range(1, 3 + keeps)]
    shared = states(graph(edges, [0.95, 0.9, 0.85], **settings))["fidelity"]
    np.testing.assert_allclose(shared, ghz, rtol=0, atol=1e-12)


def depolarise(rho: Matrix, at: Sequence[int], reliability: float, qubits: int) -> Matrix:
    """With probability 1 - reliability the qubits at `at` are replaced by white noise."""
    paulis = [np.eye(1)]
    for _ in at:
        paulis = [np.kron(left, pauli) for left in paulis for pauli in PAULIS.values()]
    weights = [(1 - reliability) / len(paulis) + reliability * (k == 0) for k in range(len(paulis))]
    return apply(rho, [math.sqrt(w) * p for w, p in zip(weights, paulis, strict=True)], at, [2] * qubits)


def by_brute_force(edges: Sequence[tuple[int, int]], keeps: bool, fidelities: Sequence[float], memory: fb.Memory) -> set[float]:
    """Fidelities by outcome: all pairs in one density matrix, c0 u0 c1 u1 ..., gates first and every read-out at the end."""
    arms = len(fidelities)
    n = 2 * arms
    bell = np.array([1, 0, 0, 1]) / math.sqrt(2)
    rho = np.eye(1, dtype=complex)
    for f in fidelities:
        rho = np.kron(rho, (4 * f - 1) / 3 * np.outer(bell, bell) + (1 - f) / 3 * np.eye(4))
    half = {user: 2 * (user - keeps) for user in range(keeps, arms + keeps)}

    def gate(rho: Matrix, name: str, *at: int) -> Matrix:
        reliability = memory.two_qubit_gate_reliability if len(at) == 2 else memory.single_qubit_gate_reliability
        return depolarise(apply(rho, [GATES[name]], at, [2] * n), at, reliability, n)

    kept = next((max(edge) for edge in edges if min(edge) == 0), None) if keeps else None
    for a, b in edges:
        if not keeps or min(a, b) > 0:
            rho = gate(rho, "cz", half[a], half[b])
    if kept is not None:
        rho = gate(rho, "h", half[kept])
        for edge in edges:
            if min(edge) == 0 and max(edge) != kept:
                rho = gate(rho, "cz", half[kept], half[max(edge)])
    read = [user for user in half if user != kept]
    for user in read:
        rho = gate(rho, "h", half[user])
    f0, f1 = memory.readout_fidelity_0, memory.readout_fidelity_1
    effects = [f0 * ZERO + (1 - f1) * ONE, (1 - f0) * ZERO + f1 * ONE]
    users = arms + keeps
    left = [half[kept]] if kept is not None else []
    left += [half[user] + 1 for user in half]
    target = np.full(2**users, 2 ** (-users / 2), dtype=complex)
    for edge in edges:
        target = embed(GATES["cz"], edge, [2] * users) @ target
    found = set()
    for bits in itertools.product((0, 1), repeat=len(read)):
        branch, meant = rho, target
        for user, bit in zip(read, bits, strict=True):
            branch = embed(effects[bit], [half[user]], [2] * n) @ branch
            meant = embed(np.linalg.matrix_power(PAULIS["Z"], bit), [user], [2] * users) @ meant
        shared = trace_out(branch, left, [2] * n)
        found.add(float((meant.conj() @ shared @ meant).real / np.trace(shared).real))
    return found


@pytest.mark.parametrize("keeps", [False, True])
@pytest.mark.parametrize("shape", ["edge", "triangle", "ring"])
def test_noisy_gates_and_read_out(shape: str, keeps: bool) -> None:
    edges = GRAPHS[shape]
    users = users_of(edges)
    memory = fb.Memory(
        name="memory", slots=64, two_qubit_gate_reliability=0.93, single_qubit_gate_reliability=0.97, readout_fidelity_0=0.99,
        readout_fidelity_1=0.91,
    )  # fmt: skip
    fidelities = [0.9, 0.95, 1.0, 0.85][: users - keeps]
    possible = by_brute_force(edges, keeps, fidelities, memory)
    for state in ("pair_density", "density"):
        for fidelity in states(graph(edges, fidelities, keeps=keeps, memory=memory, state=state))["fidelity"]:
            assert min(abs(fidelity - one) for one in possible) < 1e-12


@pytest.mark.parametrize("keeps", [False, True])
@pytest.mark.parametrize("shape", ["edge", "line", "ring"])
def test_dephasing_of_graph_states(shape: str, keeps: bool) -> None:
    """Z on a half is Z on its user, and no Z on users is harmless: each must be free of it. Gates follow one another."""
    edges = GRAPHS[shape]
    users = users_of(edges)
    herald_s, delay_s, gate_s, t2_s = 0.01, 0.005, 0.001, 0.08
    memory = fb.Memory(
        name="memory", slots=64, t2_s=t2_s, single_qubit_gate_s=gate_s, two_qubit_gate_s=2 * gate_s, measurement_s=3 * gate_s
    )  # fmt: skip
    settings: dict[str, Any] = {"memory": memory, "herald_delay_s": herald_s, "length_m": delay_s * 2e8, "duration_s": 100.0}
    scenario = graph(edges, [1.0] * (users - keeps), keeps=keeps, **settings)
    rows = states(scenario)
    read = users - 2 * keeps
    fusion_s = herald_s + 2 * gate_s * (len(edges) - keeps) + gate_s * (keeps + (read > 0)) + 3 * gate_s * (read > 0)
    end_s = fusion_s + (delay_s * 2e8 / scenario.links[0].fiber.speed_m_per_s if users - keeps > 1 else 0)
    at_fusion, after = math.exp(-fusion_s / t2_s), math.exp(-(end_s - fusion_s) / t2_s)
    expected = ((1 + at_fusion**2 * after) / 2) ** (users - keeps) * ((1 + after) / 2 if keeps else 1)
    np.testing.assert_allclose(rows["age_s"], end_s, rtol=0, atol=1e-11)
    np.testing.assert_allclose(rows["fidelity"], expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("state", ["stabilizer", "ket"])
@pytest.mark.parametrize("keeps", [False, True])
def test_sampled_graph_states_agree_with_exact_ones(state: str, keeps: bool) -> None:
    """8,000 states: an error of 0.05 of the fidelity is seen (sampling.py), a false alarm is one in 1e10."""
    memory = fb.Memory(
        name="memory", slots=64, t2_s=0.05, depolarising_s=0.3, pauli_x_rate_hz=2, two_qubit_gate_reliability=0.97,
        single_qubit_gate_reliability=0.98, readout_fidelity_0=0.97, readout_fidelity_1=0.97, two_qubit_gate_s=1e-3,
    )  # fmt: skip
    settings: dict[str, Any] = {"keeps": keeps, "memory": memory, "herald_delay_s": 2e-3, "length_m": 4e5, "duration_s": 1000.0}
    fidelities = [0.95, 0.9, 0.92, 0.97][: 4 - keeps]
    exact = states(graph(GRAPHS["ring"], fidelities, state="bell_diagonal", **settings))["fidelity"]
    assert np.ptp(exact) < 1e-9
    many = {"traffic": fb.OneOff(requests=8000)}
    sampled = states(graph(GRAPHS["ring"], fidelities, state=state, demand=many, **settings))
    assert set(sampled["fidelity_kind"]) == {"sampled"}
    assert_sampled(estimate(sampled["fidelity"]), exact[0], 0, detects=0.05)


def test_wide_graph_states_by_stabilizer_states() -> None:
    edges = [(k, k + 1) for k in range(39)]
    rows = states(graph(edges, [1.0] * 40, state="stabilizer", memory=fb.Memory(name="memory", slots=64)))
    np.testing.assert_allclose(rows["fidelity"], 1, rtol=0, atol=1e-12)
