"""Validation cases run by programs of the nodes: C05, C07, C08, C10, C15, C16, C18, A15, G01, H07.

Slotted cases go by `slotted_programs`: a controller that follows the case's policy. Their means detect an error of 10 %, from some
8,400 deliveries. Switches (D04) are in `test_quantum_switches.py`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import farbell as fb
from physics.cases import Case, assert_close, case
from physics.runs import SLOT_S, SLOTTED, slotted_link
from physics.sampling import SEED, Estimate, assert_sampled, estimate, samples_to_detect, share
from physics.slotted_programs import Policy, State, slots_by_programs, swap_asap
from physics.test_swap_policies import C05, C07, C08, C10, C18, model_of, solve

A15, C15, C16, G01, H07 = (case(id) for id in ("A15", "C15", "C16", "G01", "H07"))


# ---- slot-synchronous chains --------------------------------------------------------------------------------------------


def check_slots(
    nodes: int, p: float, swap: float, expected: float, tolerance: float, policy: Policy, cutoff: int | None = None
) -> None:
    """The deviation of a delivery time is at most its mean."""
    slots = slots_by_programs(nodes, p, swap, expected, samples_to_detect(0.1, 1.0), policy, cutoff)
    assert_sampled(estimate(slots), expected, tolerance, detects=0.1 * expected)


QUICK = {"segments=3,p=0.3,ps=0.75", "n=4,p=0.5,ps=0.5,tcut=3"}


def slow(values: Any) -> list[Any]:
    """But for the quick ones."""
    marked = [value if isinstance(value, tuple) else (value,) for value in values]
    return [pytest.param(*value, marks=[] if QUICK & {*value[-1:]} else [pytest.mark.slow]) for value in marked]


@pytest.mark.parametrize("label", slow(C05.expected))
def test_swap_asap(label: str) -> None:
    segments, p, swap = (float(part.partition("=")[2]) for part in label.split(","))
    expected = C05.expected[label]
    check_slots(int(segments) + 1, p, swap, expected, C05.tolerance, swap_asap)


def check_policy(which: Case, label: str, name: str, policy: Policy) -> None:
    nodes, p, swap, cutoff = model_of(label)
    check_slots(nodes, p, swap, which.expected[label][name], which.tolerance[name], policy, cutoff)


def name_of(value: Any) -> str:
    return value if isinstance(value, str) else value.id


AGED = [(which, label) for which in (C07, C08) for label in which.expected]


@pytest.mark.parametrize("which, label", slow((w, x) for w, x in AGED if "asap" in w.expected[x]), ids=name_of)
def test_swap_asap_with_cutoff(which: Case, label: str) -> None:
    check_policy(which, label, "asap", swap_asap)


@pytest.mark.parametrize("which, label", slow((w, x) for w, x in AGED if "optimal" in w.expected[x]), ids=name_of)
def test_optimal_policies(which: Case, label: str) -> None:
    """Those of value iteration, as tables in a program."""
    _, best = solve(label)
    check_policy(which, label, "optimal", best.__getitem__)


def nested_in_the_full_state(state: State) -> tuple[int, ...]:
    return (1, 3) if [pair[:2] for pair in state] == [(0, 1), (1, 2), (2, 3), (3, 4)] else swap_asap(state)


@pytest.mark.parametrize("label", [label for label in C07.expected if "nested_full" in C07.expected[label]])
def test_nested_in_the_full_state(label: str) -> None:
    check_policy(C07, label, "nested_full", nested_in_the_full_state)


@pytest.mark.parametrize("p", C10.expected)
def test_three_nodes_with_cutoff(p: str) -> None:
    check_slots(3, float(p), 1.0, C10.expected[p], C10.tolerance, swap_asap, 2)


# ---- a link kept alive --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", C18.expected)
def test_link_kept_alive(label: str) -> None:
    """A row for each slot's end at which the pair is there; a cycle has m + 1 of them, and 1/p attempts on average."""
    p, m, coherence = (float(part.partition("=")[2]) for part in label.split(","))
    expected, kept = C18.expected[label], int(m) + 1

    def keeps(node: Any) -> Iterator[Any]:
        while True:
            pair = yield node.entangle("n1")
            for _ in range(kept - 1):
                node.record(fidelity=fb.truth.fidelity(pair))
                yield node.wait(SLOT_S)
            node.record(fidelity=fb.truth.fidelity(pair))
            yield node.send("n1")
            node.release(pair.qubit)

    def other(node: Any) -> Iterator[Any]:
        while True:
            pair = yield node.accept("n0")
            yield node.receive("n0")
            node.release(pair.qubit)

    cycles = math.ceil((8.5 / 2 / 0.05) ** 2)
    slots = round(cycles * (m + 1 / p))
    memory = fb.Memory(name="memory", dephasing_s=2 * coherence * SLOT_S)
    link = fb.chain(
        2, length_m=0.0, memory=memory, generation=slotted_link(p), demands=[], duration_s=slots * SLOT_S, seed=SEED, **SLOTTED
    )
    fidelity = fb.run(link, programs={"n0": keeps, "n1": other}, progress=False).records["fidelity"]
    # A renewal process: the deviation of a share of time over k cycles is below sqrt(1/k) / 2.
    found = Estimate(len(fidelity) / slots, 1 / math.sqrt(cycles) / 2)
    assert_sampled(found, expected["fraction_active"], C18.tolerance, detects=0.05)
    ages = fidelity[: len(fidelity) // kept * kept].reshape(-1, kept)
    np.testing.assert_allclose(ages, ages[:1].repeat(len(ages), 0), atol=1e-9)
    assert_close(float((2 * ages[0] - 1).mean()), expected["mean_coherence_when_active"], C18.tolerance)


# ---- nested purification ------------------------------------------------------------------------------------------------

#: At node_a; at the other end its complex conjugate: it leaves Phi+ alone and turns each other Bell state into the next.
TWIRLS = ((), ("h", "s"), ("s_dag", "h"))
CONJUGATE = {"s": "s_dag", "s_dag": "s"}


class Purifier(fb.Program):
    """Node k of a chain of 2^levels hops. Level by level the nodes in the middle swap and the ends purify, by rounds of BBPSSW.

    What is kept is twirled at random, by dice of the end nearer to the start. `rounds`: of each level, from 0 on.
    """

    def __init__(self, k: int, rounds: list[int], samples: int) -> None:
        self.k, self.rounds, self.samples, self.last = k, rounds, samples, 2 ** (len(rounds) - 1)
        self.peers = tuple(f"n{i}" for i in (k - 1, k + 1) if 0 <= i <= self.last)
        self.pairs = 0  # with the next node

    def joined(self, node: Any, end: int, level: int) -> Iterator[Any]:
        """A qubit entangled with one of the node `end`, 2^level hops away."""
        if level == 0:
            self.pairs += 1
            return (yield node.entangle(f"n{end}") if self.k < end else node.accept(f"n{end}")).qubit
        middle = (self.k + end) // 2
        qubit = yield from self.purified(node, middle, level - 1, self.rounds[level - 1])
        for gate in (yield node.receive(f"n{middle}")):
            yield node.gate(gate, qubit)
        return qubit

    def purified(self, node: Any, end: int, level: int, rounds: int) -> Iterator[Any]:
        if rounds == 0:
            return (yield from self.joined(node, end, level))
        while True:
            kept = yield from self.purified(node, end, level, rounds - 1)
            used = yield from self.purified(node, end, level, rounds - 1)
            yield node.gate("cx", kept, used)
            mine = yield node.measure(used)
            turn = node.random.choice(TWIRLS)
            node.send(f"n{end}", (mine, turn))
            theirs, other_turn = yield node.receive(f"n{end}")
            if mine == theirs:
                for gate in turn if self.k < end else [CONJUGATE.get(gate, gate) for gate in other_turn]:
                    yield node.gate(gate, kept)
                return kept
            node.release(kept)

    def run(self, node: Any) -> Iterator[Any]:
        if self.k not in (0, self.last):
            level = (self.k & -self.k).bit_length() - 1
            ends = self.k - 2**level, self.k + 2**level
            while True:
                halves = [node.start(self.purified(node, end, level, self.rounds[level])) for end in ends]
                outcome = yield node.bell_measure(*(yield fb.all_of(*halves)))
                node.send(f"n{ends[0]}", ())
                node.send(f"n{ends[1]}", outcome.corrections)
        other = f"n{self.last - self.k}"
        for _ in range(self.samples):
            self.pairs = 0
            qubit = yield from self.purified(node, self.last - self.k, len(self.rounds) - 1, self.rounds[-1])
            node.send(other, qubit)
            theirs = yield node.receive(other)
            if self.k == 0:
                node.record(fidelity=fb.truth.fidelity(qubit, theirs), pairs=self.pairs)
            node.send(other)
            yield node.receive(other)
            node.release(qubit)


@pytest.mark.parametrize("levels", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_nested_purification(levels: int) -> None:
    """Each hop makes on average as many pairs as the first, which are counted."""
    expected, start = C15.expected[levels - 1], C15.parameters["F0"]
    rounds = [0, *(row["rounds"] for row in C15.expected[:levels])]
    samples = samples_to_detect(0.1, 1.0)
    chain = fb.chain(
        2**levels + 1,
        length_m=0.0,
        memory=fb.Memory(name="perfect", slots=16),
        generation=slotted_link(1.0).replace(state=fb.Werner(fidelity=start)),
        demands=[],
        duration_s=1.0,
        seed=SEED,
        **SLOTTED,
    )
    programs = {f"n{k}": Purifier(k, rounds, samples) for k in range(2**levels + 1)}
    records = fb.run(chain, programs=programs, progress=False).records
    assert len(records) == samples
    pairs, mean = estimate(2**levels * records["pairs"]), expected["expected_elementary_pairs"]
    assert_sampled(pairs, mean, C15.tolerance, detects=0.1 * mean)
    assert_sampled(estimate(records["fidelity"]), expected["F"], C15.tolerance, detects=0.006)


# ---- a repeater of two links --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", C16.expected)
def test_two_link_repeater(label: str) -> None:
    """A trial is light to the station and news back; the ends read their qubits when they know of the swap."""
    expected, given = C16.expected[label], C16.parameters
    length_km = float(label.removeprefix("L=").removesuffix("km"))
    trial_s = length_km / given["c_km_s"]

    def station(node: Any) -> Iterator[Any]:
        while True:
            left, right = yield fb.all_of(node.entangle("n0"), node.entangle("n2"))
            outcome = yield node.bell_measure(left.qubit, right.qubit)
            node.send("n0", ())
            node.send("n2", outcome.corrections)

    def end(node: Any) -> Iterator[Any]:
        other = "n2" if node.name == "n0" else "n0"
        for basis in itertools.cycle("XZ"):
            pair = yield node.accept("n1")
            for gate in (yield node.receive("n1")):
                yield node.gate(gate, pair.qubit)
            node.send(other, pair.qubit)
            theirs = yield node.receive(other)
            fidelity = fb.truth.fidelity(pair.qubit, theirs)
            node.record(fidelity=fidelity)
            node.send(other)
            yield node.receive(other)
            mine = yield node.measure(pair.qubit, basis)
            node.send(other, mine)
            node.record(basis=basis, error=mine != (yield node.receive(other)))

    pairs = samples_to_detect(0.05, 1.0)
    link = fb.Given(success_probability=expected["eta"], attempt_period_s=trial_s, herald_delay_s=trial_s)
    memory = fb.Memory(name="station", slots=2, dephasing_s=given["T_dp_s"], two_qubit_gate_reliability=given["lambda_BSM"])
    ends = fb.Memory(name="end")
    chain = fb.chain(3, length_m=length_km * 500, memory=ends, generation=link, demands=[], control="ideal", seed=SEED)
    chain = chain.replace(
        memories=[ends, memory],
        nodes=[node.replace(memory="station" if node.name == "n1" else "end") for node in chain.nodes],
        duration_s=1.05 * pairs / expected["pairs_per_s"],
    )
    records = fb.run(chain, programs={"n0": end, "n1": station, "n2": end}, progress=False).records
    first = records[records["node"] == "n0"]
    fidelity, read = first["fidelity"][~np.isnan(first["fidelity"])], first[first["basis"] != ""]
    rate, exact = len(read) / chain.duration_s, expected["pairs_per_s"]
    assert_sampled(Estimate(rate, rate / math.sqrt(len(read))), exact, C16.tolerance, detects=0.05 * exact)
    assert_sampled(estimate(fidelity), expected["F"], C16.tolerance, detects=0.005)
    for basis in "XZ":
        error, wrong = read["error"][read["basis"] == basis], expected[f"e{basis}"]
        assert_sampled(share(int(error.sum()), len(error), wrong), wrong, C16.tolerance, detects=0.02)


# ---- operations at distant nodes ----------------------------------------------------------------------------------------


def numbers(label: str) -> dict[str, float]:
    """Of "Werner F=0.9, p2=0.99, eta=0.98" and the like."""
    parts = label.removeprefix("Werner ").replace(" ", "").split(",")
    return {"p2": 1.0, "eta": 1.0} | {name: float(value) for name, value in (part.split("=") for part in parts)}


def two_nodes(values: dict[str, float], **scenario: Any) -> fb.Scenario:
    memory = fb.Memory(
        name="memory",
        slots=4,
        two_qubit_gate_reliability=values["p2"],
        readout_fidelity_0=values["eta"],
        readout_fidelity_1=values["eta"],
    )
    link = fb.Given(success_probability=1.0, attempt_period_s=1e-6, state=fb.Werner(fidelity=values["F"]))
    return fb.chain(2, length_m=0.0, memory=memory, generation=link, demands=[], seed=SEED, **scenario)


CARDINAL = {(): "z+", ("x",): "z-", ("h",): "x+", ("x", "h"): "x-", ("h", "s"): "y+", ("x", "h", "s"): "y-"}


@pytest.mark.parametrize("label", A15.expected)
def test_teleportation(label: str) -> None:
    """Werner pairs and these errors make every outcome alike: each shot is exact, so that any dice will do."""

    def sender(node: Any) -> Iterator[Any]:
        for gates in itertools.cycle(CARDINAL):
            pair, qubit = yield fb.all_of(node.entangle("n1"), node.create_qubit())
            for gate in gates:
                yield node.gate(gate, qubit)
            outcome = yield node.bell_measure(qubit, pair.qubit)
            node.send("n1", (CARDINAL[gates], outcome.corrections))

    def receiver(node: Any) -> Iterator[Any]:
        while True:
            pair, (state, gates) = yield fb.all_of(node.accept("n0"), node.receive("n0"))
            for gate in gates:
                yield node.gate(gate, pair.qubit)
            node.record(state=state, bloch=getattr(fb.truth, state[0])(pair.qubit))
            node.release(pair.qubit)

    records = fb.run(two_nodes(numbers(label), duration_s=1e-4), programs={"n0": sender, "n1": receiver}).records
    states = records["state"].astype(str)
    fidelity = (1 + np.where(np.char.endswith(states, "+"), 1, -1) * records["bloch"]) / 2
    assert len(fidelity) > 60
    means = [fidelity[states == state].mean() for state in CARDINAL.values()]
    assert_close(float(np.mean(means)), A15.expected[label], A15.tolerance)


PAULIS = {"I": np.eye(2), "X": np.array([[0, 1], [1, 0]]), "Y": np.array([[0, -1j], [1j, 0]]), "Z": np.diag([1, -1])}
CNOT = np.eye(4)[[0, 1, 3, 2]]
#: Gates that make of |0> a state with the eigenvalue +1.
PREPARED = {"I": (), "Z": (), "X": ("h",), "Y": ("h", "s")}


def after_cnot(control: str, target: str) -> tuple[str, str, int]:
    """What the gate makes of a product of Paulis, and its sign."""
    image = CNOT @ np.kron(PAULIS[control], PAULIS[target]) @ CNOT
    overlaps = {(a, b): np.trace(image @ np.kron(PAULIS[a], PAULIS[b])).real / 4 for a in PAULIS for b in PAULIS}
    (found,) = (ends for ends, overlap in overlaps.items() if overlap)
    return *found, round(overlaps[found])


IMAGES = {(p, q): after_cnot(p, q) for p in PAULIS for q in PAULIS}


@pytest.mark.parametrize("label", G01.expected)
def test_remote_cnot(label: str) -> None:
    """The entanglement fidelity is the mean, over all products P of Paulis, of what is left of P's image.

    (Flammia and Liu, PRL 106, 230501, 2011.) Qubits are made at random in eigenstates of P, and the image is read; errors of
    the read-out shrink each mean by a known factor.
    """
    values, expected = numbers(label), G01.expected[label]
    shrink = 2 * values["eta"] - 1

    def prepared(node: Any, pauli: str) -> Iterator[Any]:
        qubit, bit = (yield node.create_qubit()), node.random.randrange(2)
        for gate in ("x",) * bit + PREPARED[pauli]:
            yield node.gate(gate, qubit)
        return qubit, -1 if bit and pauli != "I" else 1

    def read(node: Any, qubit: Any, pauli: str) -> Iterator[Any]:
        if pauli == "I":
            node.release(qubit)
            return 1.0
        return (1 - 2 * (yield node.measure(qubit, pauli))) / shrink

    def control(node: Any) -> Iterator[Any]:
        for (p, q), (a, b, sign) in itertools.cycle(IMAGES.items()):
            node.send("n1", (q, b))
            qubit, mine = yield from prepared(node, p)
            pair = yield node.entangle("n1")
            yield node.gate("cx", qubit, pair.qubit)
            node.send("n1", (yield node.measure(pair.qubit)))
            if (yield node.receive("n1")):
                yield node.gate("z", qubit)
            found = yield from read(node, qubit, a)
            node.record(correlation=sign * mine * found * (yield node.receive("n1")))

    def target(node: Any) -> Iterator[Any]:
        while True:
            q, b = yield node.receive("n0")
            qubit, mine = yield from prepared(node, q)
            pair = yield node.accept("n0")
            if (yield node.receive("n0")):
                yield node.gate("x", pair.qubit)
            yield node.gate("cx", pair.qubit, qubit)
            node.send("n0", (yield node.measure(pair.qubit, "X")))
            found = yield from read(node, qubit, b)
            node.send("n0", mine * found)

    samples = samples_to_detect(0.02, 0.45 if expected["entanglement_fidelity"] < 0.95 else 0.25)
    scenario = two_nodes(values, duration_s=1.1e-6 * samples, state="density")
    records = fb.run(scenario, programs={"n0": control, "n1": target}, progress=False).records
    found = estimate(records["correlation"])
    assert_sampled(found, expected["entanglement_fidelity"], G01.tolerance, detects=0.02)
    average = Estimate((4 * found.mean + 1) / 5, 0.8 * found.stderr)
    assert_sampled(average, expected["average_gate_fidelity"], G01.tolerance, detects=0.016)


def test_latency_of_messages() -> None:
    nodes = [fb.Node(name=f"n{k}", memory="memory", processing_delay_s="10 us") for k in range(1, 5)]
    links = [
        fb.Link(node_a=f"n{k}", node_b=f"n{k + 1}", fiber=fb.Fiber(length_m=length), generation=slotted_link(1.0))
        for k, length in enumerate(("30 km", "50 km", "20 km"), 1)
    ]
    scenario = fb.Scenario(memories=[fb.Memory(name="memory", slots=2)], nodes=nodes, links=links, demands=[], duration_s=1e-3)

    def sender(node: Any) -> Iterator[Any]:
        yield node.send("n4", node.delay_s("n4"))

    def receiver(node: Any) -> Iterator[Any]:
        for _ in range(2):
            message = yield node.receive_any()
            node.record(sender=message.sender, arrived_s=node.now_s, delay_s=message.content)

    rows = fb.run(scenario, programs={"n2": sender, "n3": sender, "n4": receiver}).records.rows()
    arrived = {row["sender"]: (row["arrived_s"], row["delay_s"]) for row in rows}
    for name, expected in (("n2", H07.expected["from_node2_s"]), ("n3", H07.expected["from_node3_s"])):
        assert arrived[name] == pytest.approx((expected, expected), rel=H07.tolerance)
