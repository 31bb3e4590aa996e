"""Programs of nodes: what they wait for, what they share, what is refused, and what a run keeps of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import farbell as fb
from farbell.programs import Cancelled
from python.programs_run import DELAY_S, Body, Named, acceptor, column, network, run

# ---- waiting ----


def test_the_first_of_several_is_told_and_the_others_go_on() -> None:
    def first(node: Any) -> Iterator[Any]:
        late, soon = node.wait("3 ms"), node.wait("1 ms")
        done = yield fb.any_of(late, soon)
        node.record(soon=done is soon, at_s=node.now_s)
        assert not late.done
        yield late
        node.record(soon=False, at_s=node.now_s)

    results = run(first)
    assert column(results, "soon") == [True, False]
    assert column(results, "at_s") == [1e-3, 3e-3]


def test_of_several_that_are_done_the_first_given_counts() -> None:
    def first(node: Any) -> Iterator[Any]:
        one, two = node.wait(0), node.wait(0)
        yield node.wait("1 ms")
        node.record(first=(yield fb.any_of(two, one)) is two)

    assert column(run(first), "first") == [True]


def test_all_of_several_gives_their_values_in_the_order_given() -> None:
    def first(node: Any) -> Iterator[Any]:
        qubit = yield node.create_qubit()
        values = yield fb.all_of(node.wait("2 ms"), node.receive("n1"), node.measure(qubit))
        node.record(values=repr(values), at_s=node.now_s)

    def second(node: Any) -> Iterator[Any]:
        yield node.send("n0", "hello")

    results = run(first, second)
    assert column(results, "values") == ["[None, 'hello', 0]"]
    assert column(results, "at_s") == [2e-3]


def test_joined_operations_may_be_joined() -> None:
    def first(node: Any) -> Iterator[Any]:
        both = fb.all_of(node.wait("1 ms"), node.wait("2 ms"))
        done = yield fb.any_of(both, node.wait("5 ms"))
        node.record(both=done is both, at_s=node.now_s)

    results = run(first)
    assert column(results, "both") == [True]
    assert column(results, "at_s") == [2e-3]


@pytest.mark.parametrize("join", [fb.any_of, fb.all_of])
def test_one_that_fails_fails_those_joined(join: Any) -> None:
    def first(node: Any) -> Iterator[Any]:
        timer = node.wait("9 ms")
        with pytest.raises(fb.TimedOut, match=r"receive\('n1'\): not in time"):
            yield join(timer, node.receive("n1", timeout_s="1 ms"))
        node.record(at_s=node.now_s)
        yield timer
        node.record(at_s=node.now_s)

    assert column(run(first), "at_s") == [1e-3, 9e-3]


def test_joins_of_nothing_or_of_what_is_no_operation_are_refused() -> None:
    with pytest.raises(ValueError, match=r"any_of\(\) of nothing"):
        fb.any_of()
    with pytest.raises(TypeError, match=r"all_of\(\) takes operations of a node, not 3"):
        fb.all_of(3)  # type: ignore[arg-type]


def test_time_outs_leave_nothing_behind() -> None:
    def first(node: Any) -> Iterator[Any]:
        for what in (node.receive, node.accept):
            with pytest.raises(fb.TimedOut):
                yield what("n1", timeout_s="1 ms")
        node.record(got=(yield node.receive("n1", timeout_s="9 ms")))
        with pytest.raises(fb.TimedOut) as end:
            yield node.entangle("n1", min_fidelity=1.0, timeout_s="1 ms")
        assert end.value.pairs == []
        node.record(got=f"{1e3 * node.now_s:.2f} ms")

    def second(node: Any) -> Iterator[Any]:
        yield node.wait("3 ms")
        yield node.send("n0", "late")

    results = run(first, second, network(fidelity=0.9))
    assert column(results, "got") == ["late", "4.01 ms"]
    assert next(results.summary().rows())["timed_out"] == 1


def test_pairs_that_came_before_a_request_timed_out_stay() -> None:
    def first(node: Any) -> Iterator[Any]:
        with pytest.raises(fb.TimedOut) as end:
            yield node.entangle("n1", pairs=9, timeout_s="1 ms")
        node.record(came=len(end.value.pairs), read=(yield node.measure(end.value.pairs[0].qubit)))

    def second(node: Any) -> Iterator[Any]:
        pair = yield node.accept("n0")
        node.record(read=(yield node.measure(pair.qubit)))

    results = run(first, second, network(slots=2))  # there is no slot for a third
    assert results.records["came"][-1] == 2
    assert len(set(column(results, "read"))) == 1


def test_who_waits_for_a_cancelled_operation_hears_of_it() -> None:
    def first(node: Any) -> Iterator[Any]:
        message = node.receive("n1")

        def waits() -> Iterator[Any]:
            with pytest.raises(Cancelled, match=r"receive\('n1'\) was cancelled"):
                yield message
            node.record(at_s=node.now_s)
            return "told"

        process = node.start(waits())
        yield node.wait("1 ms")
        message.cancel()
        message.cancel()  # does nothing more
        assert (yield process) == "told"
        yield node.send("n0", "mine")
        assert (yield node.receive("n0")) == "mine"

    assert column(run(first), "at_s") == [1e-3]


def test_a_cancelled_request_ends_and_its_pairs_stay() -> None:
    def first(node: Any) -> Iterator[Any]:
        request = node.entangle("n1", pairs=100)
        yield node.wait("1 ms")
        request.cancel()
        node.record(came=len(request.pairs))
        for pair in request.pairs:
            node.release(pair.qubit)
        pair = yield node.entangle("n1")
        node.record(came=1)

    results = run(first, acceptor, network(slots=3))
    assert column(results, "came")[1] == 1
    assert results.requests["status"].tolist() == ["timed_out", "done"]
    assert results.requests["pairs_delivered"].tolist() == [column(results, "came")[0], 1]


def test_a_cancelled_process_gives_up_what_it_waits_for() -> None:
    ended: list[str] = []

    def listens(node: Any) -> Iterator[Any]:
        try:
            yield fb.any_of(node.receive("n0"), node.wait("9 ms"))
        finally:
            ended.append("ended")

    def first(node: Any) -> Iterator[Any]:
        process = node.start(listens(node))
        yield node.wait("1 ms")
        process.cancel()
        assert ended == ["ended"]
        with pytest.raises(Cancelled):
            yield process
        yield node.send("n0", 1)
        node.record(got=(yield node.receive("n0")))

    results = run(first)
    assert column(results, "got") == [1]
    assert len(results.processes) == 0


def test_gates_and_read_outs_cannot_be_cancelled() -> None:
    def first(node: Any) -> Iterator[Any]:
        qubit = yield node.create_qubit()
        with pytest.raises(fb.RunError, match=r"measure\(\) cannot be cancelled: it is under way"):
            node.measure(qubit).cancel()
        node.record(refused=True)

    assert column(run(first, scenario=network(memory={"measurement_s": "1 ms"})), "refused") == [True]


def test_processes_of_a_node_take_turns_and_return_values() -> None:
    def counts(node: Any, step_s: float) -> Iterator[Any]:
        for _ in range(3):
            yield node.wait(step_s)
            node.record(step_s=step_s)
        return step_s

    def first(node: Any) -> Iterator[Any]:
        values = yield fb.all_of(node.start(counts(node, 2e-3)), node.start(counts(node, 1e-3)))
        assert values == [2e-3, 1e-3]

    assert column(run(first), "step_s") == [1e-3, 2e-3, 1e-3, 1e-3, 2e-3, 2e-3]  # at 2 ms the timer set first goes first


# ---- messages ----


def test_messages_keep_their_order_and_wait_until_they_are_received() -> None:
    def first(node: Any) -> Iterator[Any]:
        yield node.wait("1 ms")
        for _ in range(2):
            node.record(got=(yield node.receive("n1")))
        message = yield node.receive_any()
        node.record(got=f"{message.content} of {message.sender}, {message.sent_s:.6f}")

    def second(node: Any) -> Iterator[Any]:
        for word in ("one", "two", "three"):
            yield node.send("n0", word)

    assert column(run(first, second), "got") == ["one", "two", "three of n1, 0.000000"]


def test_a_message_passes_over_messages_of_others() -> None:
    def hub(node: Any) -> Iterator[Any]:
        yield node.wait("1 ms")
        node.record(got=(yield node.receive("n2")))
        node.record(got=(yield node.receive("n1")))

    def leaf(node: Any) -> Iterator[Any]:
        yield node.send("n0", node.name)

    star = fb.star(2, length_m=2000.0, demands=[], duration_s=1e-2)
    results = fb.run(star, programs={"n0": hub, "n1": leaf, "n2": leaf})
    assert column(results, "got") == ["n2", "n1"]


def test_of_several_that_wait_for_a_message_the_first_gets_it() -> None:
    def listens(node: Any, name: str) -> Iterator[Any]:
        content = yield node.receive("n1")
        node.record(who=name, content=content)

    def first(node: Any) -> Iterator[Any]:
        yield fb.all_of(node.start(listens(node, "a")), node.start(listens(node, "b")))

    def second(node: Any) -> Iterator[Any]:
        for word in ("one", "two"):
            yield node.send("n0", word)

    results = run(first, second)
    assert (column(results, "who"), column(results, "content")) == (["a", "b"], ["one", "two"])


def test_messages_take_the_way_of_least_delay_and_nodes_between_process_them() -> None:
    def first(node: Any) -> Iterator[Any]:
        node.record(delay_s=node.delay_s("n2"))
        yield node.send("n2")

    def last(node: Any) -> Iterator[Any]:
        yield node.receive("n0")
        node.record(delay_s=node.now_s)

    scenario = network(3)
    scenario = scenario.replace(nodes=[node.replace(processing_delay_s="3 us") for node in scenario.nodes])
    results = fb.run(scenario, programs={"n0": first, "n2": last})
    assert column(results, "delay_s") == pytest.approx([2 * DELAY_S + 3e-6] * 2, abs=1e-12)


# ---- pairs and slots ----


def test_pairs_wait_for_a_node_that_accepts_late() -> None:
    def first(node: Any) -> Iterator[Any]:
        pairs = yield node.entangle("n1", pairs=2)
        for pair in pairs:
            node.record(number=pair.id[1], read=(yield node.measure(pair.qubit)))

    def second(node: Any) -> Iterator[Any]:
        yield node.wait("5 ms")
        for _ in range(2):
            pair = yield node.accept("n0")
            node.record(number=pair.id[1], read=(yield node.measure(pair.qubit)))

    results = run(first, second)
    numbers, read = column(results, "number"), column(results, "read")
    assert numbers[:2] == numbers[2:]
    assert read[:2] == read[2:]


def test_a_pair_holds_its_slot_until_it_is_measured_or_released() -> None:
    def first(node: Any) -> Iterator[Any]:
        for give_back in (node.measure, node.release):
            pair = yield node.entangle("n1")
            second = node.entangle("n1")
            yield node.wait("1 ms")
            assert not second.done
            operation = give_back(pair.qubit)
            if operation is not None:
                yield operation
            pair = yield second
            node.record(at_s=node.now_s)
            node.release(pair.qubit)
        pair = yield node.entangle("n1")
        yield node.entangle("n1")

    results = run(first, acceptor, network(slots=1))
    at_s = column(results, "at_s")
    assert 1e-3 < at_s[0] < 1.2e-3
    assert 2e-3 < at_s[1] < 2.4e-3
    (waits,) = [row for row in results.processes.rows() if row["node"] == "n0"]
    assert waits["waits_for"] == "entangle('n1')"
    assert waits["program"] == "first"
    assert waits["line"].startswith(__file__)
    assert at_s[1] < waits["since_s"] < 3e-3


def test_a_circuit_goes_on_with_a_free_slot_of_the_node() -> None:
    def first(node: Any) -> Iterator[Any]:
        held = []
        while True:
            held.append((yield node.entangle("n1")))
            node.record(held=len(held))

    results = run(first, acceptor, network(slots=3))
    assert column(results, "held") == [1, 2, 3]


def test_a_qubit_is_refused_where_no_slot_is_free() -> None:
    def first(node: Any) -> Iterator[Any]:
        qubits = yield fb.all_of(*(node.create_qubit() for _ in range(3)))
        with pytest.raises(fb.Refused, match=r"create_qubit\(\) at n0: no memory slot is free there"):
            yield node.create_qubit()
        node.release(qubits[0])
        yield node.create_qubit()
        node.record(in_the_end=True)

    assert column(run(first, scenario=network(slots=3)), "in_the_end") == [True]


def test_a_node_carries_out_one_operation_after_another() -> None:
    def first(node: Any) -> Iterator[Any]:
        one, two = yield fb.all_of(node.create_qubit(), node.create_qubit())
        node.record(at_us=round(1e6 * node.now_s))
        yield fb.all_of(node.gate("h", one), node.gate("x", two))
        node.record(at_us=round(1e6 * node.now_s))
        yield node.gate("cx", one, two)
        node.record(at_us=round(1e6 * node.now_s))
        a, b = yield fb.all_of(node.measure(one), node.measure(two))
        node.record(at_us=round(1e6 * node.now_s), opposite=a != b)

    times = {"initialisation_s": "1 us", "single_qubit_gate_s": "10 us", "two_qubit_gate_s": "100 us", "measurement_s": "1 ms"}
    results = run(first, scenario=network(memory=times))
    assert column(results, "at_us") == [2, 22, 122, 2122]
    assert results.records["opposite"][-1] == 1


def test_programs_share_the_network_with_other_traffic() -> None:
    def first(node: Any) -> Iterator[Any]:
        while True:
            pair = yield node.entangle("n1")
            node.release(pair.qubit)
            yield node.wait("100 us")

    other = fb.Demand(node_a="n0", node_b="n2", name="others", traffic=fb.BackToBack(requests=20))
    alone = network(3, slots=4, demands=[other])
    both = fb.run(alone, programs={"n0": first, "n1": acceptor})
    assert both.network.demand_names == ("others", "n0->n1")
    done = dict(zip(both.summary()["demand"].tolist(), both.summary()["delivered"].tolist(), strict=True))
    assert done["others"] == 20
    assert done["n0->n1"] > 20
    # With slots enough for both, the others are served as if they were alone.
    assert both.pairs[both.pairs["demand"] == "others"]["delivered_s"].tolist() == fb.run(alone).pairs["delivered_s"].tolist()


def test_a_demand_of_the_scenario_serves_programs_on_its_terms() -> None:
    def first(node: Any) -> Iterator[Any]:
        with pytest.raises(fb.TimedOut):
            yield node.entangle("n1", min_fidelity=0.95)
        node.record(at_s=node.now_s)

    demand = fb.Demand(node_a="n1", node_b="n0", traffic=fb.ByPrograms(), deadline_s="2 ms", name="mine")
    results = run(first, acceptor, network(demands=[demand], fidelity=0.9))
    assert results.network.demand_names == ("mine",)
    assert column(results, "at_s") == [2e-3]


def test_a_full_queue_refuses() -> None:
    def first(node: Any) -> Iterator[Any]:
        waits = node.entangle("n1")
        with pytest.raises(fb.Refused, match=r"entangle\('n1'\): refused, queue_full"):
            yield node.entangle("n1")
        yield waits
        node.record(served=True)

    demand = fb.Demand(node_a="n0", node_b="n1", traffic=fb.ByPrograms(), max_queue=1)
    assert column(run(first, acceptor, network(demands=[demand])), "served") == [True]


@pytest.mark.parametrize(
    ("peers", "demands"),
    [
        ([None, None, None], {"n0->n1", "n0->n2", "n1->n2"}),
        ([("n2",), (), ()], {"n0->n2"}),
        ([("n2",), None, None], {"n0->n2", "n1->n2"}),
        ([(), (), ()], set()),
    ],
)
def test_peers_say_who_may_share_pairs(peers: list[Any], demands: set[str]) -> None:
    results = fb.run(network(3), programs={f"n{k}": Named(each) for k, each in enumerate(peers)})
    assert set(results.network.demand_names) == demands


@pytest.mark.parametrize(("scheduler", "order"), [("fifo", ["n2", "n4", "n6"]), ("earliest_deadline", ["n2", "n6", "n4"])])
def test_time_outs_are_deadlines_to_who_hands_out_slots(scheduler: str, order: list[str]) -> None:
    """The hub has slots for one circuit; the first to ask has them, and who must have a pair sooner goes before the other."""

    def asking(peer: str, timeout_s: float) -> Body:
        def body(node: Any) -> Iterator[Any]:
            pair = yield node.entangle(peer, timeout_s=timeout_s)
            node.record(peer=peer)
            node.release(pair.qubit)

        return body

    def accepting(peer: str) -> Body:
        def body(node: Any) -> Iterator[Any]:
            pair = yield node.accept(peer)
            node.release(pair.qubit)

        return body

    memory = fb.Memory(name="m", slots=2)
    link = fb.Given(success_probability=1.0, attempt_period_s="1 us")
    hub = fb.star(6, length_m=2000.0, memory=memory, generation=link, demands=[], duration_s=0.1).replace(scheduler=scheduler)
    wishes = {"n1": ("n2", 0.09), "n3": ("n4", 0.08), "n5": ("n6", 0.07)}
    programs = {node: asking(*wish) for node, wish in wishes.items()} | {peer: accepting(n) for n, (peer, _) in wishes.items()}
    assert column(fb.run(hub, programs=programs), "peer") == order


# ---- replicas, records, results ----


def dicer(node: Any) -> Iterator[Any]:
    while True:
        pair = yield node.entangle("n1")
        node.record(dice=node.random.random(), at_s=node.now_s)
        node.release(pair.qubit)


def test_runs_repeat_and_replicas_differ() -> None:
    scenario = network(success_probability=0.05)
    one, two = (run(dicer, acceptor, scenario, replicas=3, seed=5) for _ in range(2))
    assert one.records.equals(two.records)
    assert one.pairs.equals(two.pairs)
    other = run(dicer, acceptor, scenario, replicas=3, seed=6)
    assert not one.records.equals(other.records)
    parts = [one.records[one.records["replica"] == k] for k in range(3)]
    assert min(map(len, parts)) > 3
    assert len({part["dice"][0] for part in parts}) == 3
    assert len({part["at_s"][0] for part in parts}) == 3
    alone = run(dicer, acceptor, scenario, seed=5)
    assert alone.records["dice"].tolist() == parts[0]["dice"].tolist()


def test_programs_at_one_node_have_dice_of_their_own() -> None:
    def rolls(node: Any) -> Iterator[Any]:
        node.record(dice=node.random.random())
        yield node.wait(0)

    results = fb.run(network(), programs={"n0": [rolls, rolls], "n1": rolls})
    assert len(set(column(results, "dice"))) == 3


def test_every_slot_is_free_or_accounted_for() -> None:
    """Over a run the occupied slot-seconds are those that pairs and qubits were held; at the end all slots work again."""

    def first(node: Any) -> Iterator[Any]:
        for _ in range(200):
            what = node.random.randrange(4)
            request = node.entangle("n1", pairs=1 + node.random.randrange(2), timeout_s=node.random.choice([5e-6, 3e-5, 1e-3]))
            try:
                if what == 0:
                    yield node.wait(node.random.uniform(0, 5e-5))
                    request.cancel()
                else:
                    yield request
            except fb.TimedOut:
                pass
            qubits = [pair.qubit for pair in request.pairs]
            if what > 1 and len(qubits) == 2:
                yield node.bell_measure(*qubits)
                continue
            for qubit in qubits:
                if what == 3:
                    yield node.measure(qubit)
                else:
                    node.release(qubit)
        yield node.wait("1 ms")
        qubits = yield fb.all_of(*(node.create_qubit() for _ in range(3)))
        with pytest.raises(fb.Refused):
            yield node.create_qubit()
        node.record(slots=len(qubits), held=node._host._run.held)

    results = run(first, acceptor, network(slots=3, duration_s=0.1, success_probability=0.3))
    assert column(results, "slots") == [3]
    assert column(results, "held") == [3]
    assert set(results.requests["status"].tolist()) >= {"done", "timed_out"}


def test_records_are_tidy() -> None:
    def first(node: Any) -> Iterator[Any]:
        node.record(a=1, word="x", yes=True, n=np.int64(3))
        yield node.wait("1 ms")
        node.record(a=1.5, late=2)

    records = run(first).records
    assert list(records) == ["time_s", "replica", "node", "program", "a", "word", "yes", "n", "late"]
    assert records["time_s"].tolist() == [0.0, 1e-3]
    assert records["a"].tolist() == [1.0, 1.5]
    assert records["word"].tolist() == ["x", ""]
    np.testing.assert_equal(records["yes"], [1.0, np.nan])
    np.testing.assert_equal(records["late"], [np.nan, 2.0])


def test_truth_is_written_down_as_it_is_then_and_cannot_be_read() -> None:
    def first(node: Any) -> Iterator[Any]:
        pair = yield node.entangle("n1")
        node.record(fidelity=fb.truth.fidelity(pair), estimated=pair.estimated_fidelity)
        with pytest.raises(TypeError):
            float(fb.truth.fidelity(pair))  # type: ignore[arg-type]
        yield node.wait("1 ms")
        node.record(fidelity=fb.truth.fidelity(pair), estimated=pair.estimated_fidelity)

    def second(node: Any) -> Iterator[Any]:
        yield node.accept("n0")

    records = run(first, second, network(memory={"t2_s": "1 ms"})).records
    assert records["fidelity"][0] == pytest.approx(records["estimated"][0], abs=1e-12)
    # Both halves dephase: the coherence falls by exp(-2).
    fell = (2 * records["fidelity"][1] - 1) / (2 * records["fidelity"][0] - 1)
    assert fell == pytest.approx(np.exp(-2), abs=1e-9)
    assert records["estimated"][0] == records["estimated"][1]


def test_results_keep_records_and_processes(tmp_path: Path) -> None:
    def first(node: Any) -> Iterator[Any]:
        node.record(demand="a word of mine", number=3, yes=True)
        yield node.receive("n1")

    results = run(first, replicas=2)
    again = fb.load_results(results.save(tmp_path / "out", report=False))
    assert again.records.equals(results.records)
    assert again.processes.equals(results.processes)
    assert again.processes["waits_for"].tolist() == ["receive('n1')"] * 2
    assert results.processes["since_s"].tolist() == [0.0, 0.0]

    def silent(node: Any) -> Iterator[Any]:
        yield node.wait(0)

    empty = fb.load_results(run(silent).save(tmp_path / "out", report=False))
    assert len(empty.records) == len(empty.processes) == 0
    plain = fb.load_results(fb.run(network()).save(tmp_path / "out", report=False))
    with pytest.raises(fb.SpecError, match="a run without programs"):
        plain.records  # noqa: B018


def test_what_was_run_with_programs_cannot_be_replayed_without_them() -> None:
    def first(node: Any) -> Iterator[Any]:
        yield node.entangle("n1")

    with pytest.raises(fb.SpecError, match="cannot be replayed"):
        run(first, acceptor).with_code().explain(request=0)
    for trace in (True, False):
        told = run(first, acceptor, trace=trace).explain(request=0)
        assert "done, 1 of 1 pair delivered" in str(told)


def test_the_true_fidelity_is_of_a_pair_or_of_two_qubits() -> None:
    def middle(node: Any) -> Iterator[Any]:
        one, two = yield fb.all_of(node.entangle("n0"), node.entangle("n2"))
        outcome = yield node.bell_measure(one.qubit, two.qubit)
        yield fb.all_of(node.send("n0"), node.send("n2", outcome.corrections))

    def first(node: Any) -> Iterator[Any]:
        pair = yield node.accept("n1")
        yield node.receive("n1")
        yield node.send("n2", pair.qubit)

    def last(node: Any) -> Iterator[Any]:
        pair = yield node.accept("n1")
        for gate in (yield node.receive("n1")):
            yield node.gate(gate, pair.qubit)
        node.record(fidelity=fb.truth.fidelity(pair.qubit, (yield node.receive("n0"))))
        with pytest.raises(fb.RunError, match="of a pair, or of two qubits"):
            node.record(fidelity=fb.truth.fidelity(pair.qubit))

    results = fb.run(network(3, fidelity=0.9), programs={"n0": first, "n1": middle, "n2": last})
    assert column(results, "fidelity") == pytest.approx([0.9**2 + 0.1**2 / 3], abs=1e-9)


def test_a_circuit_that_lacks_a_slot_gets_the_next_that_a_program_gives_back() -> None:
    """Of two slots the circuit has one: the second pair stays in it. What is free later is the circuit's, whichever it is."""

    def first(node: Any) -> Iterator[Any]:
        one = yield node.entangle("n1")
        other = yield node.entangle("n1")
        with pytest.raises(fb.TimedOut):
            yield node.entangle("n1", timeout_s="1 ms")
        node.release(one.qubit)
        node.release((yield node.entangle("n1", timeout_s="1 ms")).qubit)
        node.release(other.qubit)
        yield node.wait("1 ms")  # the circuit is gone
        qubits = yield fb.all_of(node.create_qubit(), node.create_qubit())
        node.record(free=len(qubits))

    def second(node: Any) -> Iterator[Any]:
        while True:
            pair = yield node.accept("n0")
            node.release(pair.qubit)

    scenario = network(slots=2)
    assert column(run(first, second, scenario), "free") == [2]


def test_the_other_end_finds_what_the_asker_says_of_a_pair() -> None:
    def first(node: Any) -> Iterator[Any]:
        tagged, plain = node.entangle("n1", tag=("purpose", 7)), node.entangle("n1")
        pairs = yield fb.all_of(tagged, plain)
        node.record(tags=repr([pair.tag for pair in pairs]))

    def second(node: Any) -> Iterator[Any]:
        pairs = yield fb.all_of(node.accept("n0"), node.accept("n0"))
        node.record(tags=repr([pair.tag for pair in pairs]))

    assert column(run(first, second), "tags") == ["[('purpose', 7), None]"] * 2


def test_both_ends_expect_the_same_of_their_read_outs() -> None:
    def first(node: Any) -> Iterator[Any]:
        pair = yield node.entangle("n1")
        xx, yy, zz = pair.estimated_correlators
        assert (1 + xx - yy + zz) / 4 == pytest.approx(pair.estimated_fidelity, abs=1e-15)
        node.record(all=repr(pair.estimated_correlators))

    def second(node: Any) -> Iterator[Any]:
        pair = yield node.accept("n0")
        node.record(all=repr(pair.estimated_correlators))

    seen = column(run(first, second, network(fidelity=0.85)), "all")
    assert seen[0] == seen[1]
    assert eval(seen[0]) == pytest.approx((0.8, -0.8, 0.8), abs=1e-12)
