"""What the trace and `explain` say of programs."""

from __future__ import annotations

import contextlib
import copy
import pickle
from pathlib import Path

import pytest

import farbell as fb

NODES = 3


def chain(**changes) -> fb.Scenario:
    return fb.chain(NODES, length_m=10e3, demands=[], duration_s=0.1).replace(**changes)


def alice(node):
    for number in range(2):
        pair = yield node.entangle("n2", timeout_s="50 ms")
        outcome = yield node.measure(pair.qubit)
        yield node.send("n2", {"number": number, "outcome": outcome})
    try:
        yield node.receive("n2", timeout_s="1 ms")
    except fb.TimedOut:
        node.record(ended=True)


def bob(node):
    while True:
        pair = yield node.accept("n0")
        mine = yield node.measure(pair.qubit)
        theirs = yield node.receive("n0")
        node.record(equal=theirs["outcome"] == mine)


BOTH = {"n0": alice, "n2": bob}


def same(one: fb.ResultTable, other: fb.ResultTable) -> bool:
    """But for the order of the words."""
    return list(map(str, one.rows())) == list(map(str, other.rows()))


def kinds(table: fb.ResultTable, node: str) -> list[str]:
    return [row["kind"] for row in table.rows() if row["node"] == node and row["held"] >= 0]


def test_a_trace_tells_what_programs_did_in_order():
    trace = fb.run(chain(), programs=BOTH, trace=True).trace()
    once = ["operation_asked", "pair_given", "operation_done", "operation_asked", "operation_done", "message_sent"]
    end = ["operation_asked", "operation_timed_out", "recorded", "program_ended"]
    assert kinds(trace, "n0") == ["program_began", *once, *once, *end]
    assert kinds(trace, "n2")[:9] == [
        "program_began",
        "operation_asked",
        "pair_given",
        "operation_asked",
        "operation_done",
        "operation_asked",
        "message_arrived",
        "message_received",
        "recorded",
    ]
    rows = list(trace.rows())
    asked = next(row for row in rows if row["kind"] == "operation_asked")
    assert (asked["program"], asked["what"], asked["demand"], asked["request"]) == ("alice", "entangle('n2')", "n0->n2", 0)
    file, line = asked["line"].rsplit(":", 1)
    assert Path(file) == Path(__file__) and "node.entangle" in Path(__file__).read_text().splitlines()[int(line) - 1]
    done = next(row for row in rows if row["kind"] == "operation_done")
    assert done["operation"] == asked["operation"] and done["held"] == 1
    assert next(row for row in rows if row["kind"] == "message_sent")["to_node"] == "n2"
    assert all(row["time_s"] <= later["time_s"] for row, later in zip(rows, rows[1:], strict=False))


def test_the_rows_of_the_core_are_those_of_the_same_run():
    # A pair is told at the tick of its delivery: between the core's rows of that tick.
    trace = list(fb.run(chain(), programs=BOTH, trace=True).trace().rows())
    delivered = [place for place, row in enumerate(trace) if row["kind"] == "delivery"]
    given = [place for place, row in enumerate(trace) if row["kind"] == "pair_given" and row["node"] == "n0"]
    assert [trace[place]["time_s"] for place in delivered] == [trace[place]["time_s"] for place in given]
    assert all(a < b for a, b in zip(delivered, given, strict=True))


def test_a_run_that_was_not_traced_is_replayed_with_its_programs():
    traced, plain = (fb.run(chain(), programs=BOTH, replicas=2, trace=trace) for trace in (True, False))
    whole = traced.trace()
    assert same(plain.trace(1), whole[whole["replica"] == 1])
    assert same(traced.trace(1), plain.trace(1))
    with pytest.raises(fb.SpecError, match="none named"):
        plain.trace()
    part = plain.trace(0, window_s=(0.001, 0.002))
    assert 0 < len(part) < len(plain.trace(0)) and part["time_s"].max() <= 0.002


def test_programs_are_kept_in_memory_only(tmp_path):
    results = fb.run(chain(), programs=BOTH)
    loaded = fb.load_results(results.save(tmp_path / "run", report=False))
    with pytest.raises(fb.SpecError, match=r"no file keeps.*with_code"):
        loaded.trace()
    assert loaded.with_code(programs=BOTH).trace().equals(results.trace())
    assert copy.deepcopy(results.code) is None and pickle.loads(pickle.dumps(results.code)) is None
    files = b"".join(file.read_bytes() for file in (tmp_path / "run").iterdir())
    assert b"test_program_traces" not in files.replace(str(Path(__file__)).encode(), b"")


def test_a_saved_trace_is_read_as_it_was(tmp_path):
    results = fb.run(chain(), programs=BOTH, trace=True)
    loaded = fb.load_results(results.save(tmp_path / "run", report=False))
    assert same(loaded.trace(), results.trace())
    assert results.trace().to_pandas()["program"].dropna().unique().tolist() == ["alice", "bob"]


def test_other_programs_are_found_out():
    def late(node):
        yield node.wait("1 us")
        yield from alice(node)

    results = fb.run(chain(), programs=BOTH)
    with pytest.raises(fb.RunError, match="the replay is not the run that is stored"):
        results.with_code(programs={"n0": late, "n2": bob}).trace()


def test_a_run_with_hooks_is_replayed_with_them(tmp_path):
    scenario = fb.chain(3, length_m=10e3, duration_s=0.05, traffic=fb.Poisson(rate_hz=300))
    hooks = {"admit": lambda view: view.request % 2 == 0}
    results = fb.run(scenario, hooks=hooks)
    trace = results.trace()
    ended = trace[trace["kind"] == "request_ended"]
    assert set(ended["request"][ended["detail"] == "not_admitted"] % 2) == {1}
    loaded = fb.load_results(results.save(tmp_path / "run", report=False))
    with pytest.raises(fb.SpecError, match="hooks"):
        loaded.explain(request=0)
    assert loaded.with_code(hooks=hooks).explain(request=0).status == "done"


def test_cancelling_and_giving_up_are_told():
    def main(node):
        listening = node.receive("n1")

        def waits():
            yield listening

        process = node.start(waits())
        qubit = yield node.create_qubit()
        node.release(qubit)
        process.cancel()

    trace = fb.run(chain(), programs={"n0": main}, trace=True).trace()
    told = kinds(trace, "n0")
    assert told == [
        "program_began",
        "operation_asked",
        "program_began",
        "operation_asked",
        "operation_done",
        "qubit_given_up",
        "program_ended",
        "operation_cancelled",
        "program_ended",
    ]


def test_explain_names_who_asked_and_what_programs_did():
    told = fb.run(chain(), programs=BOTH).explain(request=1)
    assert told.asked_by.startswith(f"alice at n0, {__file__}:")
    assert f"by {told.asked_by}" in str(told) and told.asked_by in told.to_dict()["asked_by"]
    texts = [happening.text for happening in told.happenings]
    assert any(text.startswith("alice at n0 is given a pair, entangle('n2')") for text in texts)
    assert any(text.startswith("bob at n2 is given a pair, accept('n0')") for text in texts)
    assert any(text.startswith("a message comes to n2 from n0: {'number'") for text in texts)
    assert sum(step.seconds for step in told.waits) == pytest.approx(told.ended_s - told.asked_s)


def test_explain_finds_programs_that_keep_every_slot():
    """The other end accepts and never gives up: the request times out, and it is said why."""

    def asks(node):
        for _ in range(3):
            pair = yield node.entangle("n1")
            yield node.measure(pair.qubit)
        try:
            yield node.entangle("n1", timeout_s="20 ms")
        except fb.TimedOut:
            node.record(late=True)

    def hoards(node):
        kept = []
        while True:
            kept.append((yield node.accept("n0")))

    two = fb.chain(2, length_m=5e3, demands=[], duration_s=0.1, memory=fb.Memory(name="m", slots=3))
    results = fb.run(two, programs={"n0": asks, "n1": hoards})
    told = results.explain(request=3)
    assert told.status == "timed_out"
    reason = max(told.waits, key=lambda step: step.seconds)
    assert reason.kind in ("programs", "slots") and reason.seconds > 0.019
    assert "n1" in reason.text and "programs" in reason.text and "3" in reason.text


def test_explain_tells_of_a_failure():
    def asks(node):
        yield node.wait("12 ms")
        with contextlib.suppress(fb.Refused):
            yield node.entangle("n1")

    def other(node):
        while True:
            yield node.accept("n0")

    storm = fb.Failure(name="storm", nodes=["n1"], down=[(0.01, 0.02)])
    results = fb.run(fb.chain(2, demands=[], duration_s=0.05).replace(failures=[storm]), programs={"n0": asks, "n1": other})
    told = results.explain(request=0)
    assert told.status == "refused" and told.reason == "node_down"
    assert "one of its ends was down" in str(told)


def test_processes_that_wait_say_why():
    def left(node):
        yield node.receive("n2")

    def right(node):
        yield node.receive("n0")

    def short(node):
        yield node.wait("1 ms")

    def deaf(node):
        yield node.receive("n1")

    results = fb.run(chain(), programs={"n0": [left, deaf], "n1": short, "n2": right})
    why = {row["program"]: row["why"] for row in results.processes.rows()}
    assert why == {
        "left": "the programs of n2 wait for receive('n0'); each waits for the other",
        "right": "the programs of n0 wait for receive('n2'), receive('n1'); each waits for the other",
        "deaf": "the programs of n1 have ended",
    }
    from farbell._show import results_text

    assert "Programs that wait:" in results_text(results) and "each waits for the other" in results_text(results)

    def greedy(node):
        yield node.entangle("n2", pairs=10**6)

    results = fb.run(chain(), programs={"n0": greedy, "n1": deaf, "n2": left})
    why = {row["program"]: row["why"] for row in results.processes.rows()}
    assert why["greedy"] == "request 0 of n0->n2 is open: results.explain(demand='n0->n2', request=0)"
    assert why["deaf"] == "no other process goes on at n1"

    def either(node):
        yield fb.any_of(node.receive("n1"), fb.all_of(node.receive("n2"), node.wait("5 s")))

    results = fb.run(chain(), programs={"n0": either, "n1": short})
    (row,) = results.processes.rows()
    assert row["waits_for"] == "the first of receive('n1'), all of receive('n2'), wait('5 s')"
    assert row["why"] == (
        "receive('n1'): the programs of n1 have ended; "
        "all of receive('n2'), wait('5 s'): receive('n2'): no program runs at n2; wait('5 s'): the run ended before"
    )


def test_diagrams_of_a_request_of_a_program():
    results = fb.run(chain(), programs=BOTH)
    for draw in (fb.plot.space_time, fb.plot.message_sequence):
        assert "Request 1 of n0->n2" in repr(draw(results, request=1))


@pytest.mark.parametrize("traced", [True, False])
def test_what_led_to_an_error_is_told(traced):
    def careless(node):
        pair = yield node.entangle("n2")
        node.release(pair.qubit)
        if node.replica == 1:
            yield node.measure(pair.qubit)

    with pytest.raises(fb.RunError) as raised:
        fb.run(chain(), programs={"n0": careless, "n2": bob}, replicas=3, trace=traced)
    partial = raised.value.partial
    assert partial.replicas["replica"].tolist() == [0]
    trace = partial.trace(1)
    last = list(trace.rows())[-1]
    assert (last["kind"], last["program"], last["node"]) == ("program_failed", "careless", "n0")
    assert "it was measured, released or swapped before" in last["what"] and last["line"].startswith(__file__)
    assert "delivery" in trace["kind"].tolist()
    assert len(partial.trace(0))
    with pytest.raises(fb.SpecError, match="0 to 0"):
        partial.trace(2)


@pytest.mark.parametrize("window", ["all", 5, (0.2, 0.1), (0.1, float("nan")), (1,), (-1, 1)])
def test_a_window_is_two_times(window):
    results = fb.run(fb.chain(2, duration_s=0.01))

    def explained(**given):
        return results.explain(request=0, **given)

    def drawn(**given):
        return fb.plot.space_time(results, **given)

    for tell in (results.trace, explained, drawn):
        with pytest.raises(fb.SpecError, match=r"window_s: .*two times in seconds, the later one second"):
            tell(window_s=window)
