"""Protocols of nodes in C++ that are built outside of Farbell: `tests/out_of_tree` holds them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import farbell as fb
from out_of_tree.building import built, said

SHARP = fb.Memory(name="sharp", slots=4)
NOISY = fb.Memory(
    name="noisy",
    slots=4,
    t2_s=0.1,
    readout_fidelity_1=0.99,
    two_qubit_gate_reliability=0.99,
    single_qubit_gate_s=1e-6,
    two_qubit_gate_s=1e-5,
    measurement_s=1e-5,
)
LINKS = fb.Given(success_probability=0.1, attempt_period_s=1e-4, herald_delay_s=1e-4, state=fb.Werner(fidelity=0.98))


def chain(nodes: int, memory: fb.Memory = NOISY, **run: Any) -> fb.Scenario:
    return fb.chain(nodes, length_m=20e3, memory=memory, generation=LINKS, demands=[], **{"duration_s": 1, "seed": 5, **run})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("out_of_tree"), "swap_chain", "my_protocols", "awkward_nodes")


@pytest.fixture(scope="module")
def swap_chain(folder: Path) -> fb.Protocol:
    return fb.load_protocol(folder / "swap_chain.so")


# ---- the same protocol in Python -------------------------------------------------------------------------------------


class First:
    peers = ("n1",)

    def __init__(self, last: str) -> None:
        self.last = last

    def run(self, node: Any) -> Iterator[Any]:
        while True:
            pair = yield node.entangle("n1")
            yield node.receive(self.last)
            node.release(pair.qubit)


class Between:
    def __init__(self, left: str, right: str, last: str) -> None:
        self.peers, self.last = (left, right), last

    def run(self, node: Any) -> Iterator[Any]:
        while True:
            asked = node.entangle(self.peers[1])
            left = yield node.accept(self.peers[0])
            right = yield asked
            outcome = yield node.bell_measure(left.qubit, right.qubit)
            yield node.send(self.last, outcome.phase + 2 * outcome.parity)


class Last:
    def __init__(self, between: list[str]) -> None:
        self.peers, self.between = (between[-1],), between

    def run(self, node: Any) -> Iterator[Any]:
        number = 0
        while True:
            pair = yield node.accept(self.peers[0])
            frame = 0
            for other in self.between:
                frame ^= yield node.receive(other)
            yield node.gate(["i", "z", "x", "y"][frame], pair.qubit)
            number += 1
            node.record(number=number)
            node.release(pair.qubit)
            yield node.send("n0")


def in_python(nodes: int) -> dict[str, Any]:
    names = [f"n{k}" for k in range(nodes)]
    between = {names[k]: Between(names[k - 1], names[k + 1], names[-1]) for k in range(1, nodes - 1)}
    return {"n0": First(names[-1]), **between, names[-1]: Last(names[1:-1])}


@pytest.mark.parametrize("nodes", [3, 4, 9])
def test_it_does_what_the_same_programs_in_python_do(swap_chain: fb.Protocol, nodes: int) -> None:
    """Event by event: times, and the streams of random numbers."""
    in_cpp = fb.run(chain(nodes), programs=swap_chain, trace=True)
    same = fb.run(chain(nodes), programs=in_python(nodes), trace=True)
    assert len(in_cpp.records["number"]) > 20
    for name in ("time_s", "number"):
        assert in_cpp.records[name].tolist() == same.records[name].tolist()
    assert in_cpp.replicas["events"].tolist() == same.replicas["events"].tolist()
    told, theirs = in_cpp.trace(), same.trace()
    # The rest is told by programs of Python alone.
    of_core = theirs[np.array([not (program or what) for program, what in zip(theirs["program"], theirs["what"], strict=True)])]
    for name in ("time_s", "kind", "node"):
        assert [str(x) for x in told[name]] == [str(x) for x in of_core[name]]


def test_swapped_pairs_are_as_good_as_those_of_the_policy_built_in(swap_chain: fb.Protocol) -> None:
    """Perfect memories: three Werner pairs swapped, to the last digit."""
    perfect = fb.Memory(name="perfect", slots=4)
    found = fb.run(chain(4, perfect), programs=swap_chain).records["fidelity"]
    built_in = fb.run(fb.chain(4, length_m=20e3, memory=perfect, generation=LINKS, duration_s=0.1)).pairs["fidelity"]
    np.testing.assert_allclose(found, built_in[0], rtol=0, atol=1e-12)


def test_replicas_run_on_all_threads_and_results_do_not_depend_on_their_number(swap_chain: fb.Protocol) -> None:
    one, two = (fb.run(chain(5), programs=swap_chain, replicas=5, threads=threads) for threads in (1, 2))
    assert two.provenance["threads"] == 2
    for name in ("time_s", "replica", "node", "number", "fidelity"):
        assert one.records[name].tolist() == two.records[name].tolist()
    assert set(one.records["replica"].tolist()) == set(range(5))
    alone = fb.run(chain(5), programs=swap_chain)
    assert alone.records["time_s"].tolist() == one.records["time_s"][one.records["replica"] == 0].tolist()


def test_records_are_saved(swap_chain: fb.Protocol, tmp_path: Path) -> None:
    results = fb.run(chain(3), programs=swap_chain)
    results.save(tmp_path / "saved", report=False)
    loaded = fb.load_results(tmp_path / "saved")
    assert str(loaded.records) == str(results.records)
    digest = hashlib.sha256(Path(swap_chain.path).read_bytes()).hexdigest()
    used = {"name": "swap_chain", "parameters": {}, "library": "swap_chain.so", "sha256": digest}
    assert loaded.provenance["protocols"] == {"programs": used}
    with pytest.raises(fb.SpecError, match=r"a protocol in C\+\+, which has none"):
        loaded.processes  # noqa: B018
    assert loaded.records.columns == ("time_s", "replica", "node", "number", "fidelity")


# ---- what nodes can do -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_each_operation_takes_its_time_and_tells(folder: Path, seed: int) -> None:
    teleport = fb.load_protocol(folder / "awkward_nodes.so", "teleport")
    links = fb.Given(success_probability=0.1, attempt_period_s=1e-4, state=fb.Werner(fidelity=1))
    memory = SHARP.replace(single_qubit_gate_s=0.01, measurement_s=0.02, initialisation_s=0.001)
    scenario = fb.chain(2, length_m=20e3, memory=memory, generation=links, demands=[], duration_s=1, seed=seed)
    rows = list(fb.run(scenario, programs=teleport).records.rows())
    told = {row["what"]: row for row in rows}
    assert set(told) == {0, 11, 1, 2, 3, 4, 5, 20}
    assert told[4]["result"] == 1  # what was turned by pi, read at the other node
    assert told[0]["time_s"] == 0.001
    assert told[4]["time_s"] - told[3]["time_s"] == pytest.approx(0.02)
    assert [told[what]["node"] for what in (2, 3, 4)] == ["n0", "n1", "n1"]
    assert told[5]["time_s"] == 0.9
    assert told[20]["time_s"] == 0.9


def test_a_request_that_comes_too_late_ends_so(folder: Path) -> None:
    teleport = fb.load_protocol(folder / "awkward_nodes.so", "teleport")
    rare = fb.Given(success_probability=1e-9, attempt_period_s=1e-4)
    scenario = fb.chain(2, length_m=20e3, memory=SHARP, generation=rare, demands=[], duration_s=1)
    rows = {row["what"]: row["time_s"] for row in fb.run(scenario, programs=teleport).records.rows()}
    assert rows == {0: 0.0, 12: 0.5, 5: 0.9, 20: 0.9}  # the end is told at the last that happened


def test_an_operation_that_a_failure_ends_is_told_of(folder: Path) -> None:
    teleport = fb.load_protocol(folder / "awkward_nodes.so", "teleport")
    rare = fb.Given(success_probability=1e-9, attempt_period_s=1e-4)
    memory = SHARP.replace(initialisation_s=0.4)
    scenario = fb.chain(2, length_m=20e3, memory=memory, generation=rare, demands=[], duration_s=1)
    storm = fb.Failure(name="storm", nodes=["n0"], down=[(0.2, 0.3)])
    rows = fb.run(scenario.replace(failures=[storm]), programs=teleport).records.rows()
    told = {row["what"]: (row["time_s"], row["result"]) for row in rows}
    assert told[0] == (0.2, -2)  # Done::node_down
    assert (12 in told, told[5][0]) == (True, 0.9)  # messages, timers and requests go on


def test_a_protocol_of_nodes_takes_decisions_of_the_same_run(folder: Path) -> None:
    """Its state is one: what `swap` counts, `end` writes down."""
    both = fb.load_protocol(folder / "awkward_nodes.so", "both")
    assert both.decides == ["swap", "discard"]
    demand = fb.Demand(node_a="n0", node_b="n2", traffic=fb.ByPrograms(), width=2)
    scenario = chain(3).replace(demands=[demand])
    results = fb.run(scenario, programs=both, hooks={"swap": both, "discard": both})
    asked = int(results.records["asked"][0])
    assert 0 < results.nodes["swaps"].sum() <= asked / 2
    assert results.nodes["cut_offs"].sum() > 0
    assert fb.run(scenario, programs=both).records["asked"].tolist() == [0]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    ("which", "words"),
    [
        (0, r'"begin", at 0 s: entangle\("n0", "n2"\): no demand by programs joins them'),
        (1, r"for no pairs: allowed are whole numbers of at least 1"),
        (2, r"with a fidelity of at least 1.5: allowed are numbers from 0 to 1"),
        (3, r"a time of -1\.0+ s: allowed are numbers of at least 0"),
        (4, r"there is no node of number 77"),
        (5, r"a record of 2 values: the protocol has 1 columns"),
        (6, r"release of qubit 12345: it was measured, released or swapped before"),
        (7, r'gate "cx" on 1 qubits: it acts on 2'),
        (8, r'gate "h" with the angle 0\.5'),
        (9, r"measurement of qubit \d+: it is at another node"),
        (10, r"no slot is left"),
        (11, r'"done" at node "n1", at 0\.25 s: at a done operation'),
        (12, r'"message" at node "n1", at \S+ s: at message 7'),
        (13, r'"pair", at 0\.\d+ s: at a pair'),
        (14, r"fidelity of qubit 1: it was measured"),
    ],
)
def test_mistakes_are_told_of_with_place_and_time(folder: Path, which: int, words: str, threads: int) -> None:
    mistaken = fb.load_protocol(folder / "awkward_nodes.so", "mistaken", which=which)
    with pytest.raises(fb.RunError, match=r'protocol "mistaken", .*' + words) as failed:
        fb.run(chain(3), programs=mistaken, replicas=2, threads=threads)
    assert failed.value.partial.replicas["replica"].tolist() in ([], [1])


def test_a_protocol_says_itself_where_it_cannot_work(swap_chain: fb.Protocol) -> None:
    with pytest.raises(fb.RunError, match=r"could not be made: a chain has at least three nodes"):
        fb.run(chain(2), programs=swap_chain)
    failing = chain(3)
    failing = failing.replace(nodes=[node.replace(swap_success_probability=0.5) for node in failing.nodes])
    with pytest.raises(fb.RunError, match=r'"done" at node "n1", at 0\.\d+ s: a swap has failed'):
        fb.run(failing, programs=swap_chain)


# ---- what is refused -------------------------------------------------------------------------------------------------


def test_demands_by_programs_are_added_for_links_alone(swap_chain: fb.Protocol) -> None:
    network = fb.run(chain(3), programs=swap_chain).network
    assert list(network.demand_names) == ["n0->n1", "n1->n2"]
    taken = fb.Demand(node_a="n0", node_b="n2", name="n0->n1")
    beside = fb.run(chain(3).replace(demands=[taken]), programs=swap_chain)
    assert list(beside.network.demand_names) == ["n0->n1", "n0->n1 by programs", "n1->n2"]
    assert len(beside.records["number"]) > 0


def test_a_protocol_is_used_for_what_it_is(swap_chain: fb.Protocol, folder: Path) -> None:
    patience = fb.load_protocol(folder / "my_protocols.so", "patience")
    assert (swap_chain.runs_nodes, patience.runs_nodes) == (True, False)
    with pytest.raises(fb.SpecError, match=r"programs: .*this one takes decisions: hooks=\.\.\."):
        fb.run(chain(3), programs=patience)
    with pytest.raises(fb.SpecError, match=r"hooks/swap: .*it does not take decisions"):
        fb.run(chain(3), hooks={"swap": swap_chain})
    with pytest.raises(fb.SpecError, match="a Program, or a function"):
        fb.run(chain(3), programs={"n0": swap_chain})
    named = chain(3).replace(programs=[{"node": "n0", "program": "somewhere:Alice"}])
    with pytest.raises(fb.SpecError, match="the scenario names programs itself"):
        fb.run(named, programs=swap_chain)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ("void start(Nodes&) {}", "a protocol of nodes has a public member: void begin"),
        ("void begin(Nodes&) {} void pair(Nodes&, int) {}", "it should be: void pair"),
        ("void begin(Nodes&) {} void message(const Message&) {}", "it should be: void message"),
        ("void begin(Nodes&) {} void done(Nodes&, HeldQubit) {}", "it should be: void done"),
        ("void begin(Nodes&) {} bool swap(Nodes&) { return true; }", "it should be: bool swap"),
    ],
)
def test_mistakes_do_not_compile(members: str, words: str, tmp_path: Path) -> None:
    source = f'struct P {{ explicit P(const RunFacts&) {{}} {members} }};\nFARBELL_EXTENSION(node_protocol<P>("p"))'
    assert words in said(source, tmp_path)
