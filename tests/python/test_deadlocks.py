"""Circuits that wait for each other: reported, released, or the end of a run; and no slot is lost whatever happens."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import farbell as fb
from farbell.deadlocks import deadlock_lines

CERTAIN = fb.Given(success_probability=1.0, attempt_period_s=1e-6)


def line(demands: list[fb.Demand], slots: int = 2, **scenario: Any) -> fb.Scenario:
    """a, b, c, d in a row, 2 km apart."""
    return fb.Scenario(
        memories=[fb.Memory(name="m", slots=slots)],
        nodes=[fb.Node(name=name, memory="m") for name in "abcd"],
        links=[
            fb.Link(node_a=x, node_b=y, fiber=fb.Fiber(length_m=2e3), generation=CERTAIN)
            for x, y in (("a", "b"), ("b", "c"), ("c", "d"))
        ],
        demands=demands,
        **{"duration_s": 1e-2, "reservation": "hop_by_hop", **scenario},
    )


def crossing(**scenario: Any) -> fb.Scenario:
    """Requests without end, from a to d and from d to a."""
    return line(
        [
            fb.Demand(name="right", node_a="a", node_b="d", traffic=fb.BackToBack()),
            fb.Demand(name="left", node_a="d", node_b="a", traffic=fb.BackToBack()),
        ],
        **scenario,
    )


def run(scenario: fb.Scenario, **options: Any) -> fb.Results:
    return fb.run(scenario, progress=False, threads=1, **options)


# Nobody asks within the run.
NEVER = fb.OneOff(requests=1, at_s=1)

ROWS = [
    {
        "replica": 0, "time_s": 2e-5, "deadlock": 1, "demand": "right", "circuit": 0, "request": 0, "node": "c",
        "slots_needed": 2, "slots_free": 0, "other": "left", "other_circuit": 0, "other_is": "holder",
        "other_slots": 2, "released": 0,
    },
    {
        "replica": 0, "time_s": 2e-5, "deadlock": 1, "demand": "left", "circuit": 0, "request": 0, "node": "b",
        "slots_needed": 2, "slots_free": 0, "other": "right", "other_circuit": 0, "other_is": "holder",
        "other_slots": 2, "released": 0,
    },
]  # fmt: skip
WORDS = (
    "Deadlock 1 (20 us): request 0 of right waits for 2 slots at c, where 0 are free; held by left (2); "
    "request 0 of left waits for 2 slots at b, where 0 are free; held by right (2)."
)


def test_crossing_demands_are_reported() -> None:
    results = run(crossing())
    assert list(results.deadlocks.rows()) == ROWS
    assert list(deadlock_lines(results)) == [WORDS]
    assert results.replicas["deadlocks"].tolist() == [1] and results.replicas["ended"].tolist() == ["horizon"]
    assert len(results.pairs) == 0 and results.requests["status"].tolist() == ["open", "open"]
    assert not results.partial
    assert "1 deadlock" in repr(results) and "waits for 2 slots" in results._repr_html_()


def test_the_ledger_has_no_deadlocks() -> None:
    results = run(crossing(reservation="ledger"))
    assert len(results.deadlocks) == 0 and results.replicas["deadlocks"].tolist() == [0]
    assert len(results.pairs) > 50


def test_release_lets_traffic_go_on() -> None:
    results = run(crossing(on_deadlock="release"))
    assert len(results.pairs) > 50
    assert results.deadlocks["released"].tolist() == [0, 1]  # "left" is the last in the scenario
    assert results.replicas["deadlock_releases"].tolist() == [1]
    assert "instant_deadlock_release" in [entry["name"] for entry in results.approximations]


def test_stop_ends_the_replica() -> None:
    results = run(crossing(on_deadlock="stop"), replicas=2)
    assert results.replicas["ended"].tolist() == ["deadlock"] * 2 and results.partial
    assert results.replicas["simulated_s"].tolist() == [2e-5] * 2
    assert [text.replace("replica 0, ", "").replace("replica 1, ", "") for text in deadlock_lines(results)] == [WORDS] * 2


def test_without_delays_and_contention_nothing_waits_longer_than_with_the_ledger() -> None:
    """A set-up that never waits takes one round trip, as with the ledger."""
    demands = [fb.Demand(node_a="a", node_b="d", traffic=fb.Table(at_s=[3e-4 * k for k in range(30)]))]
    both = [run(line(demands, reservation=kind)).requests for kind in ("ledger", "hop_by_hop")]
    assert both[0].equals(both[1])
    # 6 km at 2e8 m/s, there and back.
    assert np.allclose(both[1]["started_s"] - both[1]["asked_s"], 6e-5, atol=1e-12)


def test_an_endless_wait_for_one_who_generates_is_no_deadlock() -> None:
    results = run(
        line(
            [
                fb.Demand(name="for ever", node_a="a", node_b="c", traffic=fb.Continuous()),
                fb.Demand(name="never", node_a="b", node_b="d", traffic=fb.OneOff(at_s=1e-3)),
            ]
        )
    )
    assert len(results.deadlocks) == 0
    never = results.requests[results.requests["demand"] == "never"]
    assert never["status"].tolist() == ["open"] and np.isnan(never["started_s"]).all()


def test_rows_of_a_summary_do_not_grow() -> None:
    asked = [2e-4 * k for k in range(900)]
    demands = [
        fb.Demand(name=name, node_a=a, node_b=b, traffic=fb.Table(at_s=asked))
        for name, a, b in (("right", "a", "d"), ("left", "d", "a"))
    ]
    results = run(line(demands, on_deadlock="release", record="summary", duration_s=0.2))
    assert results.replicas["deadlocks"].tolist() == [900] and len(results.deadlocks) == 1000
    assert list(deadlock_lines(results))[-1].startswith("900 deadlocks in all")


def test_results_are_saved_with_their_deadlocks(tmp_path: Path) -> None:
    results = run(crossing())
    assert fb.load_results(results.save(tmp_path / "out", report=False)).deadlocks.equals(results.deadlocks)
    page = results.write_report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert WORDS in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reservation": "ledger", "on_deadlock": "stop"}, "/on_deadlock"),
        ({"reservation": "hop"}, "hop_by_hop"),
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(fb.SpecError, match=words):
        fb.compile(crossing(**changes))


# ---- the command line -------------------------------------------------------------------------------------------------


def farbell(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "farbell", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=cwd)


@pytest.mark.parametrize("policy", ["report", "release", "stop"])
def test_command_line(policy: str, tmp_path: Path) -> None:
    (tmp_path / "crossing.json").write_text(crossing(on_deadlock=policy).to_json())
    done = farbell("run", "crossing.json", "--no-report", "--out", "out", cwd=tmp_path)
    said = " ".join(done.stdout.split())
    assert "Deadlocks: - Deadlock 1 (20 us): request 0 of right waits for 2 slots at c" in said
    if policy == "stop":
        assert done.returncode == 1 and WORDS in done.stderr and "a deadlock ended the run" in done.stderr
        assert (tmp_path / "out" / "PARTIAL").exists()
    else:
        assert done.returncode == 0, done.stderr
    quiet = farbell("run", "crossing.json", "--no-report", "--out", "json", "--json", cwd=tmp_path)
    assert json.loads(quiet.stdout)["deadlocks"] == 1


# ---- whatever happens ---------------------------------------------------------------------------------------------------

HORIZON_S, PROBES_S = 0.05, 0.04


@st.composite
def networks(draw: st.DrawFn) -> fb.Scenario:
    """Requests that all arrive within a millisecond; long after, each link in turn is asked for every slot of its ends."""
    names = [f"v{i}" for i in range(draw(st.integers(3, 5)))]
    edges = {(draw(st.sampled_from(names[:i])), names[i]) for i in range(1, len(names))}
    edges |= {(names[0], names[-1])} if draw(st.booleans()) else set()
    slots = draw(st.integers(2, 5))
    demands = []
    for i in range(draw(st.integers(2, 6))):
        a, b = draw(st.lists(st.sampled_from(names), min_size=2, max_size=2, unique=True))
        times = st.lists(st.sampled_from([0.0, 1e-5, 1e-4, 1.05e-4, 5e-4]), min_size=1, max_size=5)
        demands.append(
            fb.Demand(
                name=f"D{i}",
                node_a=a,
                node_b=b,
                traffic=fb.Table(at_s=draw(times)),
                width=draw(st.integers(1, slots // 2)),
                deadline_s=draw(st.sampled_from([None, None, 5e-5, 3e-4])),
                reservation_s=draw(st.sampled_from([None, None, 3e-4, 5e-4])),
                pairs_per_request=draw(st.integers(1, 3)),
            )
        )
    links = [
        fb.Link(node_a=x, node_b=y, fiber=fb.Fiber(length_m=draw(st.sampled_from([0, 500, 1e3]))), generation=CERTAIN)
        for x, y in sorted(edges)
    ]
    changes = []
    for at_s in draw(st.lists(st.sampled_from([2e-5, 1.2e-4, 6e-4]), max_size=2)):
        link = draw(st.sampled_from(links)).node_a, draw(st.sampled_from(links)).node_b
        found = [one for one in links if (one.node_a, one.node_b) == link] or links[:1]
        name = f"{found[0].node_a}--{found[0].node_b}"
        changes += [fb.Change(at_s=at_s, link=name), fb.Change(at_s=at_s + 3e-4, link=name, generation=CERTAIN)]
    probes = [
        fb.Demand(
            name=f"probe {x} {y}",
            node_a=x,
            node_b=y,
            route=[x, y],
            width=slots,
            traffic=fb.Table(at_s=[PROBES_S + 1e-4 * k]),
            deadline_s=5e-5,
        )
        for k, (x, y) in enumerate(sorted(edges))
    ]
    return fb.Scenario(
        seed=draw(st.integers(0, 2**32)),
        duration_s=HORIZON_S,
        control=draw(st.sampled_from(["messages", "ideal"])),
        reservation="hop_by_hop",
        on_deadlock=draw(st.sampled_from(["report", "release"])),
        memories=[fb.Memory(name="m", slots=slots)],
        nodes=[fb.Node(name=name, memory="m") for name in names],
        links=links,
        demands=demands + probes,
        changes=changes,
    )


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks())
def test_no_slot_is_lost_and_nobody_waits_unnamed(scenario: fb.Scenario) -> None:
    results = run(scenario)
    requests = list(results.requests.rows())
    early = [row for row in results.deadlocks.rows() if row["time_s"] < PROBES_S]
    standing = {row["demand"] for row in requests if row["status"] == "open"}
    # Whoever is still open long after all traffic is part of a deadlock.
    assert standing <= {row["demand"] for row in early}
    # A detour may lead over a node that has too few slots: nobody can help those, nor those behind them.
    helpless = any(row["slots_needed"] > scenario.memories[0].slots for row in early)
    if scenario.on_deadlock == "release" and not helpless:
        assert not standing
    # Circuits that give up after `reservation_s` and meet again may go on for ever, or until a probe parts them.
    probes = [row for row in requests if row["demand"].startswith("probe")]
    if not standing and all(row["finished_s"] < PROBES_S for row in requests if row not in probes):
        assert all(row["status"] == "done" for row in probes), "a slot was lost"


def test_circuits_of_one_demand_are_told_apart() -> None:
    """Both circuits of "right" are stuck behind "left", and without a request only their numbers tell them apart."""
    demands = [
        fb.Demand(name="right", node_a="a", node_b="d", concurrent_requests=2, generate_when_idle=True, traffic=NEVER),
        fb.Demand(name="left", node_a="d", node_b="a", traffic=fb.BackToBack()),
    ]
    results = run(line(demands))
    rows = [(row["demand"], row["circuit"], row["other"], row["other_circuit"]) for row in results.deadlocks.rows()]
    assert ("right", 0, "left", 0) in rows and ("right", 1, "right", 0) in rows
    text = " ".join(deadlock_lines(results))
    assert "circuit 0 of right, without a request, waits" in text and "circuit 1 of right, without a request, waits" in text
