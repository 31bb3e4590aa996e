"""What is refused of programs, and what is left of a run that one of them ended."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import farbell as fb
from python.programs_run import Body, Named, acceptor, nap, network, run

# ---- refusals ----


def unknown(node: Any) -> Iterator[Any]:
    yield 7


def late(node: Any) -> Iterator[Any]:
    yield node.wait("1 ms")
    raise ValueError("too bad")


def twice(node: Any) -> Iterator[Any]:
    qubit = yield node.create_qubit()
    yield node.measure(qubit)
    yield node.measure(qubit)


def swapped(node: Any) -> Iterator[Any]:
    one, two = (yield node.create_qubit()), (yield node.create_qubit())
    yield node.bell_measure(one, two)
    yield node.gate("x", two)


def itself(node: Any) -> Iterator[Any]:
    qubit = yield node.create_qubit()
    yield node.bell_measure(qubit, qubit)


def elsewhere(node: Any) -> Iterator[Any]:
    yield node.entangle("n9")


def round_and_round(node: Any) -> Iterator[Any]:
    while True:
        yield node.send("n1")


def zero(node: Any) -> Iterator[Any]:
    while True:
        yield node.wait(0)


def mixed(node: Any) -> Iterator[Any]:
    node.record(a=1)
    node.record(a="one")
    yield node.wait(0)


def own(node: Any) -> Iterator[Any]:
    node.record(time_s=1)
    yield node.wait(0)


def thing(node: Any) -> Iterator[Any]:
    node.record(a=[1])
    yield node.wait(0)


def gate(node: Any) -> Iterator[Any]:
    qubit = yield node.create_qubit()
    yield node.gate("sqrtx", qubit)


def arity(node: Any) -> Iterator[Any]:
    qubit = yield node.create_qubit()
    yield node.gate("cx", qubit)


def no_angle(node: Any) -> Iterator[Any]:
    qubit = yield node.create_qubit()
    yield node.gate("x", qubit, angle_rad=1.0)


def basis(node: Any) -> Iterator[Any]:
    qubit = yield node.create_qubit()
    yield node.measure(qubit, basis="W")


def whole_pair(node: Any) -> Iterator[Any]:
    pair = yield node.entangle("n1")
    yield node.measure(pair)


def unawaited(node: Any) -> Iterator[Any]:
    pair = node.entangle("n1")
    yield node.measure(pair.qubit)


def several(node: Any) -> Iterator[Any]:
    yield [node.wait(0), node.wait(0)]


def generator(node: Any) -> Iterator[Any]:
    yield nap(node)


def negative(node: Any) -> Iterator[Any]:
    yield node.wait(-1)


def no_time(node: Any) -> Iterator[Any]:
    yield node.wait([])  # type: ignore[arg-type]


def unit(node: Any) -> Iterator[Any]:
    yield node.receive("n1", timeout_s="3 parsec")


def too_good(node: Any) -> Iterator[Any]:
    yield node.entangle("n1", min_fidelity=1.5)


def none_at_all(node: Any) -> Iterator[Any]:
    yield node.entangle("n1", pairs=0)


def shared(node: Any) -> Iterator[Any]:
    message = node.receive("n1")

    def waits() -> Iterator[Any]:
        yield message

    node.start(waits())
    yield message


def uncalled(node: Any) -> Iterator[Any]:
    yield node.start(nap)


def gone(node: Any) -> Iterator[Any]:
    pair = yield node.entangle("n1")
    yield node.measure(pair.qubit)
    node.record(f=fb.truth.fidelity(pair))


def inner(node: Any) -> Iterator[Any]:
    yield from twice(node)


@pytest.mark.parametrize(
    ("program", "says"),
    [
        (unknown, "yielded 7; a program yields operations of its node"),
        (late, "ValueError: too bad"),
        (twice, "measurement of qubit 0: it was measured, released or swapped before"),
        (swapped, "gate of qubit 1: it was measured, released or swapped before"),
        (itself, "Bell measurement of qubit 0 with itself"),
        (elsewhere, "entangle('n9'): there is no such node"),
        (round_and_round, "goes round for ever, 1,000,000 steps without time passing"),
        (zero, "goes round for ever, 1,000,000 steps without time passing"),
        (mixed, "record(a='one'): a value of type str in a column of type int"),
        (own, "record(time_s=...): every row has a column of that name already"),
        (thing, "record(a=[1]): allowed are whole numbers, numbers, true or false, and text"),
        (gate, "gate('sqrtx'): there is no such gate, did you mean 'sqrt_x'?"),
        (arity, "gate('cx') on 1 qubits: it acts on 2"),
        (no_angle, "gate('x', angle_rad=1.0): it has no angle"),
        (basis, 'measure() in the basis \'W\': there are "X", "Y" and "Z"'),
        (whole_pair, "its .qubit is what you want"),
        (unawaited, "entangle('n1') is an operation, which has no 'qubit'; its value may, which `yield` gives"),
        (several, "join them: fb.all_of(...) or fb.any_of(...)"),
        (generator, "`yield from` it, or node.start() it"),
        (negative, "a time of -1: allowed are numbers of seconds of at least 0"),
        (no_time, "a time of []: allowed is a number of seconds, or text with a unit"),
        (unit, "a time of '3 parsec': allowed is a number with one of the units"),
        (too_good, "entangle('n1', min_fidelity=1.5): allowed are numbers from 0 to 1"),
        (none_at_all, "entangle('n1', pairs=0): allowed are whole numbers of at least 1"),
        (shared, "for which somebody waits already"),
        (uncalled, "call it: start(f(...))"),
        (gone, "it was measured, released or swapped before"),
        (inner, "measurement of qubit 0: it was measured, released or swapped before"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_a_program_does_wrong_is_told_with_its_place(program: Body, says: str) -> None:
    with pytest.raises(fb.RunError) as error:
        run(program, acceptor)
    text = str(error.value)
    assert says in text
    assert text.startswith(f"program {program.__name__} at node n0, ")
    body = twice if program is inner else program
    first = body.__code__.co_firstlineno
    line = int(text.split(f"{__file__}:")[1].split(":")[0])
    assert first < line < first + 9


def test_time_and_cause_are_told() -> None:
    with pytest.raises(fb.RunError, match=r"program late at node n0, 0\.001 s, ") as error:
        run(late)
    assert isinstance(error.value.__cause__, ValueError)


def test_a_program_that_never_yields_is_refused() -> None:
    def never(node: Any) -> None:
        node.record(a=1)

    with pytest.raises(fb.RunError, match="program never at node n0, 0 s: never yields: it is no generator"):
        run(never)
    with pytest.raises(fb.RunError, match="NotImplementedError: Program has no run"):
        run(fb.Program())


def test_an_error_of_another_process_cannot_be_swallowed() -> None:
    def first(node: Any) -> Iterator[Any]:
        try:
            node.start(unknown(node))
        except Exception:
            yield node.wait("1 ms")

    with pytest.raises(fb.RunError, match=r"program first at node n0, 0 s.*yielded 7"):
        run(first)


def test_who_waits_for_ever_is_told_at_the_end() -> None:
    def first(node: Any) -> Iterator[Any]:
        yield node.wait("1 ms")
        yield node.receive("n1")

    (row,) = run(first).processes.rows()
    line = first.__code__.co_firstlineno + 2
    told = {"waits_for": "receive('n1')", "why": "the programs of n1 have ended", "line": f"{__file__}:{line}", "since_s": 1e-3}
    assert row == {"replica": 0, "node": "n0", "program": "first", **told}


@pytest.mark.parametrize(
    ("programs", "path", "says"),
    [
        ({"n7": nap}, "programs", "'n7'"),
        ({"node0": nap}, "programs", "'node0'"),
        ({"n0": Named}, "programs/n0", "the class Named"),
        ({"n0": 3}, "programs/n0", "3"),
        ({"n0": "nap"}, "programs/n0", "'nap'"),
        ([nap], "programs", "a dict of node name"),
        ({"n0": Named(("m1",)), "n1": nap}, "programs/n0", "peers of Named: 'm1'"),
        ({"n0": Named("n1"), "n1": nap}, "programs/n0", "a tuple of names of nodes"),
    ],
)
def test_bindings_are_checked_before_the_run(programs: Any, path: str, says: str) -> None:
    with pytest.raises(fb.SpecError) as error:
        fb.run(network(), programs=programs)
    assert error.value.path == path
    assert says in str(error.value)


def test_names_of_nodes_are_guessed() -> None:
    two = network()
    scenario = two.replace(
        nodes=[node.replace(name=name) for node, name in zip(two.nodes, ("alice", "bob"), strict=True)],
        links=[two.links[0].replace(node_a="alice", node_b="bob")],
    )
    with pytest.raises(fb.SpecError) as error:
        fb.run(scenario, programs={"alcie": nap})
    assert error.value.nearest == "alice"

    def first(node: Any) -> Iterator[Any]:
        yield node.send("bo")

    with pytest.raises(fb.RunError, match=r"send\('bo'\): there is no such node, did you mean 'bob'\?"):
        fb.run(scenario, programs={"alice": first, "bob": nap})


def test_partners_need_programs_and_links() -> None:
    def asks(node: Any) -> Iterator[Any]:
        yield node.entangle("n1")

    def tells(node: Any) -> Iterator[Any]:
        yield node.send("n1")

    demand = fb.Demand(node_a="n0", node_b="n1", traffic=fb.ByPrograms())
    for program, what in ((asks, "no program runs there to accept it"), (tells, "no program runs there to receive it")):
        with pytest.raises(fb.RunError, match=what):
            fb.run(network(demands=[demand]), programs={"n0": program})
    apart = network(4)
    apart = apart.replace(links=[link for link in apart.links if link.node_a != "n1"])

    def far(node: Any) -> Iterator[Any]:
        assert node.delay_s("n3") == float("inf")
        yield node.send("n3")

    def far_pair(node: Any) -> Iterator[Any]:
        yield node.entangle("n3")

    for program, what in ((far, r"send\('n3'\): no links lead there"), (far_pair, "no demand by programs joins them")):
        with pytest.raises(fb.RunError, match=what):
            fb.run(apart, programs={"n0": program, "n3": nap})


def test_programs_have_one_thread() -> None:
    with pytest.raises(fb.SpecError, match="threads: found 2; allowed: 1, or left out: programs share Python's one thread"):
        run(nap, replicas=2, threads=2)
    assert run(nap, replicas=2, threads=1).provenance["threads"] == 1


def test_a_demand_by_programs_idles_in_a_run_without_any() -> None:
    demand = fb.Demand(node_a="n0", node_b="n1", traffic=fb.ByPrograms())
    assert next(fb.run(network(demands=[demand])).summary().rows())["asked"] == 0


# ---- what is left of a run that ended early ----


def test_replicas_before_a_failure_are_kept(tmp_path: Path) -> None:
    def first(node: Any) -> Iterator[Any]:
        pair = yield node.entangle("n1")
        node.record(read=(yield node.measure(pair.qubit)))
        if node.replica == 2:
            raise ValueError("in the third")

    with pytest.raises(fb.RunError, match="in the third") as error:
        run(first, acceptor, replicas=4, out=tmp_path / "out")
    partial = error.value.partial
    assert isinstance(partial, fb.Results)
    assert partial.replicas["replica"].tolist() == [0, 1]
    assert partial.pairs["replica"].tolist() == [0, 1]
    assert partial.records["replica"].tolist() == [0, 1, 2]
    assert fb.load_results(tmp_path / "out").records.equals(partial.records)


@pytest.mark.skipif(os.name != "posix", reason="sends itself SIGINT")
def test_ctrl_c_keeps_what_was_simulated() -> None:
    def first(node: Any) -> Iterator[Any]:
        while True:
            yield node.wait("1 us")
            node.record(at_s=node.now_s)

    def press() -> None:
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press).start()
    with pytest.raises(fb.Interrupted) as stop:
        run(first, scenario=network(duration_s=1e3))
    partial = stop.value.partial
    assert partial.partial
    assert len(partial.records) > 0
    assert partial.processes["waits_for"].tolist() == ["wait('1 us')"]


# ---- names of qubits are used again ----


@pytest.mark.parametrize("use", ["measure", "release", "gate", "bell_measure", "truth"])
def test_a_qubit_that_is_gone_is_not_the_one_that_has_its_name_now(use: str) -> None:
    def first(node: Any) -> Iterator[Any]:
        old = yield node.create_qubit()
        yield node.measure(old)
        new = yield node.create_qubit()
        assert new.index == old.index, "no name is used again: this tests nothing"
        if use == "measure":
            yield node.measure(old)
        elif use == "release":
            node.release(old)
        elif use == "gate":
            yield node.gate("x", old)
        elif use == "bell_measure":
            yield node.bell_measure(new, old)
        else:
            node.record(z=fb.truth.z(old))

    with pytest.raises(fb.RunError, match="it was measured, released or swapped before"):
        run(first)


def test_a_gate_under_way_does_not_go_to_the_qubit_that_has_the_name_now() -> None:
    def first(node: Any) -> Iterator[Any]:
        old = yield node.create_qubit()
        gate = node.gate("x", old)
        node.release(old)
        yield node.create_qubit()
        yield gate

    slow = network(memory={"single_qubit_gate_s": 1e-3})
    with pytest.raises(fb.RunError, match="released while the gate was under way"):
        run(first, scenario=slow)


def test_a_node_whose_run_is_over_says_so() -> None:
    kept = []

    def first(node: Any) -> Iterator[Any]:
        kept.append(node)
        yield node.wait(0)

    run(first)
    for ask in (lambda node: node.now_s, lambda node: node.delay_s("n1"), lambda node: node.create_qubit()):
        with pytest.raises(fb.RunError, match="the run of this node is over"):
            ask(kept[0])
