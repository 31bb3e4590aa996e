"""What the trace and `explain` say of programs."""

from __future__ import annotations

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
    with pytest.raises(fb.SpecError, match="no file keeps.*with_code"):
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
