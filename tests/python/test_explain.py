"""A run that explains itself: traces, replays, critical paths, use over time, diagrams."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import farbell as fb
from farbell.explanation import Explanation
from farbell.storage import read_table, write_table
from farbell.use_over_time import MOST_ROWS, time_bins
from oracle.communication_scenarios import COMMUNICATING
from oracle.scenarios import SCENARIOS
from physics.sampling import SEED

HOSTILE = "<img src=x onerror=alert(1)>&\"'"
# Together: queues, contention for slots, losses, deadlines, reservations, outages, permits, measurements, turns.
FAMILY = [
    "three nodes, four lanes, failing",
    "five nodes, slow messages",
    "ideal control",
    "slotted with messages",
    "poisson",
    "deadlines",
    "reservation",
    "short queue",
    "three at a time",
    "two at a time, deadlines",
    "two at a time, reservation",
    "impatient",
    "measure one link",
    "choosy",
    "never idle, measure",
    "asymmetric clicks",
    "one at a time",
    "star, contention",
    "star, one link at a time",
    "ring, links fail",
    "one, stored when needed",
    "two, three lanes",
    "pools of links, an electron each",
    "pools of both, two electrons",
]
ALL = SCENARIOS | COMMUNICATING


def run(name: str, **more: Any) -> fb.Results:
    scenario = fb.Scenario.from_json(json.dumps(ALL[name] | {"seed": SEED}))
    return fb.run(scenario, progress=False, **more)


@pytest.fixture(scope="module", params=FAMILY)
def traced(request: pytest.FixtureRequest) -> fb.Results:
    return run(request.param, trace=True)


@pytest.fixture(scope="module")
def plain() -> fb.Results:
    """Two replicas, two demands that share a repeater with room for one of them, swaps that fail."""
    link = fb.Given(success_probability=0.3, attempt_period_s=1e-4, herald_delay_s=5e-5, state=fb.Werner(fidelity=0.95))
    names = ("a", "b", "c")
    demand = {"node_a": "a", "node_b": "c", "traffic": fb.BackToBack(requests=30), "pairs_per_request": 2}
    scenario = fb.Scenario(
        name="shared",
        duration_s=1.0,
        seed=3,
        memories=[fb.Memory(name="m", slots=2, measurement_s=1e-5)],
        nodes=[fb.Node(name=n, memory="m", swap_success_probability=0.7) for n in names],
        links=[fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=10e3), generation=link) for a, b in ("ab", "bc")],
        demands=[
            fb.Demand(name="one", **demand, reservation_s=2e-3),
            fb.Demand(name="two", **demand, reservation_s=2e-3),
        ],
    )
    return fb.run(scenario, replicas=2, progress=False)


# The trace.


def test_tracing_changes_nothing(traced: fb.Results) -> None:
    again = fb.run(traced.scenario, progress=False)
    assert all(table.equals(again.tables[name]) for name, table in traced.tables.items())


def test_pairs_are_told_of_without_gaps(traced: fb.Results) -> None:
    """A pair's number comes up once, every pair used was made before, and each half ends at most once."""
    ends = {
        name: {link.node_a, link.node_b} for name, link in zip(traced.network.link_names, traced.scenario.links, strict=True)
    }
    held: dict[int, set[str]] = {}  # pair -> nodes that hold its halves
    counts: Counter[str] = Counter()
    for row in traced.trace().rows():
        kind, pair, node = row["kind"], row["pair"], row["node"]
        counts[kind] += 1
        if kind == "link_success":
            assert pair not in held
            held[pair] = set(ends[row["link"]])
        elif kind == "swap":
            for used in (row["left"], row["right"]):
                held[used].remove(node)
            if row["detail"] != "failed":
                assert pair not in held
                held[pair] = held.pop(row["left"]) | held.pop(row["right"])
        elif kind in {"qubit_lost", "qubit_released", "qubit_measured"}:
            held[pair].remove(node)
        elif kind in {"delivery", "pair_rejected", "pair_surplus"}:
            assert len(held.pop(pair)) in {0, 2}
    assert counts["delivery"] == len(traced.pairs)
    assert counts["link_success"] == traced.links["successes"].sum()
    assert counts["swap"] == traced.nodes["swaps"].sum()
    assert counts["qubit_lost"] == traced.nodes["lost_qubits"].sum()
    assert counts["request_asked"] == len(traced.requests)
    assert counts["pair_rejected"] == traced.demands["rejected_pairs"].sum()


def test_messages_take_the_time_that_light_needs(traced: fb.Results) -> None:
    ideal = traced.scenario.control == "ideal"
    trace = traced.trace()
    sent = trace[trace["kind"] == "message"]
    apart = sent["node"] != sent["to_node"]
    took = sent["until_s"] - sent["time_s"]
    assert (took[~apart] == 0).all()
    assert (took[apart] == 0).all() if ideal else (took[apart] > 0).all()


def test_a_window_is_a_part_of_the_whole(plain: fb.Results) -> None:
    whole = fb.run(plain.scenario, trace=True).trace()
    part = fb.run(plain.scenario, trace=(5e-3, 8e-3)).trace()
    inside = (whole["time_s"] >= 5e-3) & (whole["time_s"] <= 8e-3)
    early = part["time_s"] < 5e-3
    assert part[~early].equals(whole[inside])
    assert all(kind == "attempting" or kind.startswith(("circuit_", "permit_")) for kind in part["kind"][early])


def test_a_trace_has_a_limit(plain: fb.Results, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("farbell.running.TRACE_ROWS", 100)
    with pytest.raises(fb.RunError, match=r"trace holds 100 rows.*shorter window"):
        fb.run(plain.scenario, trace=True)
    monkeypatch.setattr("farbell.replay.TRACE_ROWS", 100)
    with pytest.raises(fb.RunError, match="give window_s"):
        plain.explain(request=3, demand="one")


@pytest.mark.parametrize("trace", [(1, 1), (-1, 2), (1,), "all", (0, float("nan"))])
def test_windows_are_checked(plain: fb.Results, trace: Any) -> None:
    with pytest.raises(fb.SpecError, match="trace"):
        fb.run(plain.scenario, trace=trace)


def test_a_run_that_was_not_traced_is_traced_when_it_is_asked(plain: fb.Results) -> None:
    assert "trace" not in plain.profiles
    whole = fb.run(plain.scenario, replicas=2, trace=True).trace()
    assert plain.trace(1).equals(whole[whole["replica"] == 1])
    with pytest.raises(fb.SpecError, match="none named; allowed: one of 0 to 1"):
        plain.trace()
    with pytest.raises(fb.SpecError, match="replica: found 2; allowed: 0 to 1"):
        plain.trace(2)
    with pytest.raises(fb.SpecError, match="window_s"):
        plain.trace(0, window_s=(2.0, 1.0))


# Explanations.


def explanations(results: fb.Results) -> Iterator[Explanation]:
    for row in results.requests.rows():
        yield results.explain(request=row["request"], demand=row["demand"], replica=row["replica"])


def test_critical_paths_have_no_gaps(traced: fb.Results) -> None:
    """From the start of the request to the delivery of each pair; the steps are facts of the trace."""
    steps: Counter[str] = Counter()
    for told in list(explanations(traced))[:40]:
        assert len(told.pairs) == told.pairs_delivered
        for pair in told.pairs:
            path = pair.critical_path
            steps.update(step.kind for step in path)
            assert all(a.end_s == b.start_s for a, b in zip(path, path[1:], strict=False))
            if pair.delivered_s > told.started_s:
                assert (path[0].start_s, path[-1].end_s) == (told.started_s, pair.delivered_s)
        assert [a.end_s for a in told.waits[:-1]] == [b.start_s for b in told.waits[1:]]
        if told.waits:
            assert told.waits[0].start_s == told.asked_s
        assert repr(told)
        assert "<table>" in told._repr_html_()
        json.dumps(told.to_dict(), allow_nan=False)
    # Nearly everything can be followed to its cause.
    assert steps["earlier"] <= 0.02 * max(steps.total(), 1)


def test_a_link_alone_waits_for_attempts_and_heralds() -> None:
    results = run("measure one link", trace=True)
    kinds = {step.kind for told in explanations(results) for pair in told.pairs for step in pair.critical_path}
    assert kinds <= {"attempts", "herald", "set_up"}


def test_waiting_for_slots_names_who_holds_them(plain: fb.Results) -> None:
    texts = {step.text for told in explanations(plain) for step in told.waits if step.kind == "slots"}
    assert texts == {"too few free slots at b, held by two", "too few free slots at b, held by one"}


def test_a_replay_tells_what_the_trace_tells(plain: fb.Results) -> None:
    whole = fb.run(plain.scenario, replicas=2, trace=True)
    for demand in ("one", "two"):
        for replica in (0, 1):
            a = plain.explain(request=4, demand=demand, replica=replica)
            b = whole.explain(request=4, demand=demand, replica=replica)
            assert a.to_dict() == b.to_dict()
    # A trace of another time is of no use.
    elsewhere = fb.run(plain.scenario, replicas=2, trace=(0.0, 1e-3))
    assert elsewhere.explain(request=20, demand="one").to_dict() == whole.explain(request=20, demand="one").to_dict()


def test_a_saved_folder_explains_itself(plain: fb.Results, tmp_path: Path) -> None:
    saved = fb.load_results(plain.save(tmp_path / "run", report=False))
    assert saved.explain(request=7, demand="two").to_dict() == plain.explain(request=7, demand="two").to_dict()
    summary = fb.run(plain.scenario.replace(record="summary"), replicas=2)
    told = summary.explain(request=7, demand="two")
    assert told.pairs == plain.explain(request=7, demand="two").pairs
    assert "no rows to compare" in repr(told)


def test_other_rows_than_the_stored_ones_are_refused(plain: fb.Results, tmp_path: Path) -> None:
    folder = plain.save(tmp_path / "run", report=False)
    pairs = read_table(folder / "pairs.parquet", plain.network.categories, in_memory=True)
    columns = {name: pairs.codes(name).copy() for name in pairs}
    columns["fidelity"][1] -= 0.01
    write_table(fb.ResultTable(columns, pairs.categories), folder / "pairs.parquet")
    with pytest.raises(fb.RunError, match=r"not the run that is stored: pairs, row 1, fidelity"):
        fb.load_results(folder).explain(request=20, demand=str(plain.pairs["demand"][1]))


def test_stored_rows_are_compared_without_whole_columns(plain: fb.Results, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that memory does not hold are in files; a replay reads them batch by batch."""
    spilled = fb.run(plain.scenario, memory_limit=0)
    whole: list[str] = []
    monkeypatch.setattr("farbell.storage.ParquetRows.column", lambda self, name: whole.append(name))
    told = spilled.explain(request=7, demand="two")
    assert whole == []
    assert told.to_dict() == plain.explain(request=7, demand="two").to_dict()


def test_another_version_is_said(plain: fb.Results, tmp_path: Path) -> None:
    folder = plain.save(tmp_path / "run", report=False)
    provenance = json.loads((folder / "provenance.json").read_text())
    (folder / "provenance.json").write_text(json.dumps(provenance | {"farbell": "0.0.1"}))
    assert "WARNING: the run was made with farbell 0.0.1" in repr(fb.load_results(folder).explain(request=1, demand="one"))


@pytest.mark.parametrize(
    ("wrong", "allowed"),
    [
        ({"demand": None}, "one of one, two"),
        ({"demand": "tow"}, "did you mean two"),
        ({"request": 99}, "0 to 29 (demand one, replica 0)"),
        ({"replica": 2}, "0 to 1"),
    ],
)
def test_what_is_not_there_is_named(plain: fb.Results, wrong: dict[str, Any], allowed: str) -> None:
    with pytest.raises(fb.SpecError) as error:
        plain.explain(**{"request": 1, "demand": "one", **wrong})
    assert allowed in str(error.value)
    with pytest.raises(fb.SpecError):
        fb.plot.space_time(plain, **{"request": 1, "demand": "one", **wrong})


def test_command(plain: fb.Results, tmp_path: Path) -> None:
    folder = plain.save(tmp_path / "run", report=False)
    command = [sys.executable, "-m", "farbell", "explain", str(folder), "--request", "5", "--demand", "two"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Request 5 of two, replica 0: done, 2 of 2 pairs delivered")
    more = [*command, "--json", "--svg", str(tmp_path / "st.svg"), "--messages-svg", str(tmp_path / "ms.svg")]
    done = subprocess.run(more, capture_output=True, text=True, timeout=120)
    assert json.loads(done.stdout)["request"] == 5
    for name in ("st.svg", "ms.svg"):
        assert ElementTree.parse(tmp_path / name).getroot().tag.endswith("svg")
    done = subprocess.run([*command[:-1], "three"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert "allowed: one, two" in done.stderr


# Use over time.


def test_bins_add_up_to_the_tables(traced: fb.Results) -> None:
    for profile, table, entity, of, total, mean in (
        ("occupancy", "nodes", "node", "occupied_slots", "slot_seconds", True),
        ("link_use", "links", "link", "attempts", "attempts", False),
        ("link_use", "links", "link", "successes", "successes", False),
        ("link_use", "links", "link", "attempting_lanes", "lane_s", True),
    ):
        rows = traced.profiles[profile]
        weight = rows["end_s"] - rows["start_s"] if mean else 1
        sums = np.bincount(rows.codes(entity), weights=rows[of] * weight)
        assert np.allclose(sums, traced.tables[table][total], rtol=1e-12, atol=1e-15)
    assert (traced.occupancy["occupied_slots"] <= traced.occupancy["slots"] * (1 + 1e-12)).all()


def test_occupancy_is_what_the_trace_says(traced: fb.Results) -> None:
    """Each half's stay, from the trace, shared out to the bins."""
    ends = {
        name: (link.node_a, link.node_b) for name, link in zip(traced.network.link_names, traced.scenario.links, strict=True)
    }
    held: dict[int, dict[str, float]] = defaultdict(dict)
    stays: list[tuple[str, float, float]] = []

    def end(pair: int, node: str, time: float) -> None:
        if node in held[pair]:
            stays.append((node, held[pair].pop(node), time))

    for row in traced.trace().rows():
        kind, pair, node, time = row["kind"], row["pair"], row["node"], row["time_s"]
        if kind == "link_success":
            held[pair] = dict.fromkeys(ends[row["link"]], time)
        elif kind == "swap":
            for used in (row["left"], row["right"]):
                end(used, node, time)
            if pair >= 0:
                held[pair] = held.pop(row["left"]) | held.pop(row["right"])
        elif kind == "distillation":
            for one in list(held[row["right"]]):
                end(row["right"], one, time)
        elif kind in {"qubit_lost", "qubit_released", "qubit_measured", "qubit_discarded"}:
            end(pair, node, time)
        elif kind in {"delivery", "pair_rejected", "pair_surplus"}:
            for one in list(held[pair]):
                end(pair, one, time)
    stays += [(node, since, traced.scenario.duration_s) for nodes in held.values() for node, since in nodes.items()]
    table = traced.occupancy
    expected = np.zeros(len(table))
    for node, since, until in stays:
        inside = np.minimum(until, table["end_s"]) - np.maximum(since, table["start_s"])
        expected += np.where(table["node"] == node, np.maximum(inside, 0), 0)
    assert np.allclose(table["occupied_slots"] * (table["end_s"] - table["start_s"]), expected, rtol=1e-9, atol=1e-13)


def test_use_is_recorded_without_rows_and_by_any_number_of_threads(plain: fb.Results) -> None:
    for other in (
        fb.run(plain.scenario.replace(record="summary"), replicas=2),
        fb.run(plain.scenario, replicas=2, threads=1),
    ):
        assert other.occupancy.equals(plain.occupancy)
        assert other.link_use.equals(plain.link_use)


def test_bins_are_bounded() -> None:
    assert time_bins(3, 2, 1) == 64
    for nodes, links, replicas in ((33, 32, 1), (10_000, 20_000, 1), (5, 4, 20_000), (10_000, 20_000, 1000)):
        bins = time_bins(nodes, links, replicas)
        assert bins == 1 or bins * (nodes + links) * replicas <= MOST_ROWS
        assert 64 % bins == 0


def test_a_run_that_ends_early_has_bins_up_to_there(plain: fb.Results) -> None:
    results = fb.run(plain.scenario, max_events=2000)
    assert results.partial
    assert results.occupancy["end_s"].max() == results.replicas["simulated_s"][0]
    assert fb.plot.occupancy(results).get_xlabel()


# Diagrams.


@pytest.mark.parametrize("draw", [fb.plot.space_time, fb.plot.message_sequence])
def test_every_request_can_be_drawn(draw: Any, traced: fb.Results) -> None:
    for row in list(traced.requests.rows())[:12]:
        start = row["asked_s"]
        window = (start, start + 1e-4)
        diagram = draw(traced, request=row["request"], demand=row["demand"], window_s=window)
        root = ElementTree.fromstring(diagram.svg)
        width = float(root.get("width", "0"))
        for mark in root:
            for name in ("x", "x1", "x2", "cx"):
                assert -1 <= float(mark.get(name, "0")) <= width + 1


def test_a_delivery_is_drawn_at_its_place(plain: fb.Results) -> None:
    told = plain.explain(request=2, demand="one")
    svg = fb.plot.space_time(plain, request=2, demand="one").svg
    for pair in told.pairs:
        assert f"pair {pair.pair} delivered, F {pair.fidelity:.3f}" in svg
    assert svg.count("news of a loss from") == 2 * sum(item.text.count("sends news") for item in told.happenings)


def test_names_are_escaped(plain: fb.Results, tmp_path: Path) -> None:
    text = plain.scenario.to_json().replace('"one"', json.dumps(HOSTILE)).replace('"b"', json.dumps(HOSTILE))
    results = fb.run(fb.Scenario.from_json(text))
    told = results.explain(request=2, demand=HOSTILE)
    assert "<img" not in told._repr_html_()
    for draw in (fb.plot.space_time, fb.plot.message_sequence):
        diagram = draw(results, request=2, demand=HOSTILE)
        assert "<img" not in diagram._repr_html_()
        assert ElementTree.parse(diagram.save(tmp_path / "x.svg")).getroot() is not None


@pytest.mark.parametrize("draw", [fb.plot.space_time, fb.plot.message_sequence])
def test_too_much_is_refused(draw: Any) -> None:
    results = run("three nodes, four lanes, failing")
    with pytest.raises(fb.SpecError, match="a window of at most"):
        draw(fb.run(results.scenario.replace(duration_s=0.2)), request=0)
    with pytest.raises(fb.SpecError, match="one of them"):
        draw(results)
    with pytest.raises(fb.SpecError, match="later one second"):
        draw(results, window_s=(2.0, 1.0))


def test_occupancy_shows_the_busiest(plain: fb.Results) -> None:
    axes = fb.plot.occupancy(plain, most=1)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["b"]
    assert axes.get_title() == "1 of 3 nodes: the busiest"


# ---- pairs that are moved into memory qubits ----------------------------------------------------------------------------


def through_one_electron(store: str) -> fb.Results:
    """Two links that attempt through one qubit in the middle, each for a round of distillation."""
    link = fb.Given(success_probability=0.3, attempt_period_s=1e-4, herald_delay_s=1e-4)
    qubit = fb.CommunicationQubits(store=store, storage_s=7e-4)
    scenario = fb.Scenario(
        duration_s=1.0,
        seed=5,
        memories=[fb.Memory(name="nv", slots=4, measurement_s=1e-5, communication=qubit)],
        nodes=[fb.Node(name=n, memory="nv") for n in "abc"],
        links=[
            fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=10e3), generation=link, distillation=fb.Distillation())
            for a, b in ("ab", "bc")
        ],
        demands=[fb.Demand(node_a="a", node_b="c", width=2, traffic=fb.BackToBack(requests=20))],
    )
    return fb.run(scenario, progress=False)


@pytest.mark.parametrize("store", ["when_needed", "always"])
def test_storing_is_told(store: str) -> None:
    results = through_one_electron(store)
    rows = list(results.trace().rows())
    moved = [row for row in rows if row["kind"] == "storing"]
    heralds = {(row["pair"], row["node"]): row["until_s"] for row in rows if row["kind"] == "herald"}
    assert moved and len({(row["pair"], row["node"]) for row in moved}) == len(moved)
    for row in moved:
        assert row["until_s"] - row["time_s"] == pytest.approx(7e-4, abs=1e-12)
        assert row["time_s"] >= heralds[row["pair"], row["node"]]
    if store == "always":
        made = {key for key, known in heralds.items() if known <= max(row["time_s"] for row in rows)}
        assert {(row["pair"], row["node"]) for row in moved} == made
    told = results.explain(request=3)
    assert any("into a memory qubit; it takes 700 us" in happening.text for happening in told.happenings)
    steps = [step for pair in told.pairs for step in pair.critical_path]
    storing = [step for step in steps if step.kind == "storing"]
    assert storing and all(step.seconds <= 7e-4 + 1e-12 for step in storing)
    assert "moved to memory" in fb.plot.space_time(results, request=3)._repr_svg_()
    assert " to memory" in fb.plot.message_sequence(results, request=3)._repr_svg_()
