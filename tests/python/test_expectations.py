"""Expectations: what they say, what they refuse, and how often they cry wolf."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import farbell as fb
from farbell import expectations as module

DEMAND = "n0->n2"


def scenario(**changes: Any) -> fb.Scenario:
    fields = {"nodes": 3, "length_m": "10 km", "width": 2, "duration_s": 0.5, "record": "summary", **changes}
    return fb.chain(**fields)


@cache
def results(seed: int = 1, replicas: int = 2) -> fb.Results:
    return fb.run(scenario(), seed=seed, replicas=replicas)


def verdicts(table: fb.ResultTable) -> set[str]:
    return set(table["verdict"])


def test_the_same_run_meets_its_own_expectations() -> None:
    expected = json.loads(json.dumps(results().expectations()))
    table = fb.run(scenario(), seed=1, replicas=2).check(expected)
    assert verdicts(table) == {"agrees"}
    assert set(table["rule"]) == {"value"}
    assert sorted(table["quantity"]) == sorted(module.QUANTITIES)
    assert set(table["demand"]) == {DEMAND}
    summary = next(results().summary().rows())
    assert dict(zip(table["quantity"], table["found"], strict=True)) == {
        name: pytest.approx(summary[name], nan_ok=True) for name in module.QUANTITIES
    }


def test_the_file_has_a_quantity_a_line() -> None:
    two = fb.run(
        scenario(duration_s=0.01, demands=[("n0", "n1"), fb.Demand(name='"é\n', node_a="n1", node_b="n2")])
    ).expectations()
    for document in (results().expectations(), two, fb.run(scenario(duration_s=0.01, demands=[])).expectations()):
        text = module.expectations_text(document)
        assert json.loads(text) == document
        assert sum('"value"' in line for line in text.splitlines()) == 14 * len(document["demands"]) == text.count('"value"')


def test_the_same_run_notices_the_ninth_digit() -> None:
    expected = results().expectations()
    fidelity = expected["demands"][DEMAND]["fidelity"]
    for factor, verdict in ((1 + 1e-11, "agrees"), (1 + 1e-8, "differs")):
        fidelity["value"] *= factor
        table = results().check(expected)
        assert table["verdict"][table["quantity"] == "fidelity"].tolist() == [verdict]
    expected = results().expectations()
    expected["demands"][DEMAND]["pairs"]["value"] += 1
    assert results().check(expected)["verdict"].tolist().count("differs") == 1


@pytest.mark.parametrize("seed, replicas, version", [(2, 2, None), (1, 3, None), (1, 2, "0.0.9")])
def test_another_run_is_compared_by_its_intervals(seed: int, replicas: int, version: str | None) -> None:
    expected = results().expectations()
    expected["run"]["farbell"] = version or expected["run"]["farbell"]
    table = results(seed, replicas).check(expected)
    rules = dict(zip(table["quantity"], table["rule"], strict=True))
    assert {name for name, rule in rules.items() if rule == "intervals"} == {
        "rate_hz",
        "fidelity",
        "key_fraction",
        "key_rate_hz",
    }
    assert set(table["verdict"][table["rule"] == "none"]) == {"not compared"}
    assert verdicts(table) == {"agrees", "not compared"}


def test_a_new_patch_of_the_same_minor_version_is_the_same_run() -> None:
    expected = results().expectations()
    expected["run"]["farbell"] = ".".join([*fb.__version__.split(".")[:2], "99"])
    assert set(results().check(expected)["rule"]) == {"value"}


def test_with_ten_replicas_counts_are_compared_replica_for_replica() -> None:
    expected = results(1, 10).expectations()
    table = results(2, 20).check(expected)
    pairs = next(row for row in table.rows() if row["quantity"] == "pairs")
    assert pairs["rule"] == "intervals"
    assert pairs["verdict"] == "agrees"
    assert pairs["expected"] == 2 * expected["demands"][DEMAND]["pairs"]["value"]
    assert pairs["found_low"] < pairs["found"] < pairs["found_high"]
    expected["demands"][DEMAND]["pairs"] = {"value": 10, "low": 5, "high": 15}
    assert [row["verdict"] for row in results(2, 20).check(expected).rows() if row["quantity"] == "pairs"] == ["differs"]


@pytest.mark.parametrize("replicas, comparisons", [(2, 6), (10, 14)])
def test_the_level_shares_out_the_false_alarms(replicas: int, comparisons: int) -> None:
    """Each comparison has two intervals, and alarms only if one of them misses the truth. Here no request ends, so that
    neither latency is compared."""
    expected = results(1, replicas).expectations()
    assert expected["run"]["level"] == pytest.approx(1 - 1e-4 / (2 * comparisons), abs=1e-12)
    assert results(2, replicas).check(expected)["rule"].tolist().count("intervals") == comparisons - 2


@pytest.mark.parametrize("replicas", [2, 10])
def test_false_alarms(replicas: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """100 independent checks of another seed at a rate set to 0.2: more than 41 alarms have a probability of 5e-7 if it holds.

    A true rate of 0.65 would give fewer with a probability of 1e-6.
    """
    monkeypatch.setattr(module, "FALSE_ALARMS", 0.2)
    alarms = 0
    for seed in range(1000, 1200, 2):
        runs = [fb.run(scenario(), seed=s, replicas=replicas) for s in (seed, seed + 1)]
        alarms += "differs" in verdicts(runs[1].check(runs[0].expectations()))
    assert alarms <= 41


def test_intervals_without_width_hold_what_is_the_same() -> None:
    """Pairs that are all alike: rounding in the file must not part intervals of no width."""
    link = fb.Given(success_probability=0.1, attempt_period_s="1 ms", state=fb.Werner(fidelity=0.9876543210123))
    same = scenario(nodes=2, generation=link, memory=fb.Memory(name="ideal", slots=2), demands=[("n0", "n1")])
    expected = fb.run(same, seed=1).expectations()
    fidelity = next(row for row in fb.run(same, seed=2).check(expected).rows() if row["quantity"] == "fidelity")
    assert fidelity["rule"] == "intervals"
    assert fidelity["found_high"] - fidelity["found_low"] < 1e-12
    assert fidelity["verdict"] == "agrees"


@pytest.mark.parametrize("seed", range(5))
def test_another_run_of_another_scenario_is_noticed(seed: int) -> None:
    """Fibres half as long again take a third of the rate, 68 standard errors, where the intervals take 2 x 12.

    It would go unnoticed if the scatter of ten replicas came out three times too large, with a probability below 1e-10.
    """
    expected = results(seed, 10).expectations()
    table = fb.run(scenario(length_m="15 km"), seed=seed + 50, replicas=10).check(expected)
    differ = set(table["quantity"][table["verdict"] == "differs"])
    assert {"rate_hz", "pairs"} <= differ


def test_bounds_and_numbers_by_hand() -> None:
    pairs = int(results().demands["pairs"].sum())
    mine: dict[str, Any] = {"pairs": pairs, "rate_hz": {"min": 1}, "fidelity": {"min": 0.99, "max": 1}, "timed_out": 1}
    table = results().check({"demands": {DEMAND: mine}})
    assert table["verdict"].tolist() == ["agrees", "agrees", "differs", "differs"]
    assert table["rule"].tolist() == ["value", "bounds", "bounds", "value"]
    assert len(results().check({"demands": {}})) == 0


def test_what_was_not_measured_lies_in_no_bounds() -> None:
    empty = fb.run(scenario(duration_s=1e-9))
    table = empty.check({"demands": {DEMAND: {"fidelity": {"max": 1}, "rate_hz": {"max": 0}, "pairs": 0}}})
    assert table["verdict"].tolist() == ["differs", "agrees", "agrees"]
    expected = empty.expectations()
    assert expected["demands"][DEMAND]["fidelity"]["value"] is None
    assert verdicts(empty.check(expected)) == {"agrees"}
    # A nanosecond says nothing about rates: its interval holds them all.
    assert verdicts(results().check(expected)) == {"agrees", "not compared"}


@pytest.mark.parametrize(
    "expected, path, found, nearest",
    [
        ({}, "/demands", "nothing", ""),
        ({"demand": {}}, "/demand", "demand", "demands"),
        ({"demands": {"n0->n1": {}}}, "/demands/n0->n1", "n0->n1", DEMAND),
        ({"demands": {"a/b": {}}}, "/demands/a~1b", "a/b", ""),
        ({"demands": {DEMAND: 3}}, f"/demands/{DEMAND}", "3", ""),
        ({"demands": {DEMAND: {"rate": 3}}}, f"/demands/{DEMAND}/rate", "rate", "rate_hz"),
        ({"demands": {DEMAND: {"rate_hz": "5"}}}, f"/demands/{DEMAND}/rate_hz", '"5"', ""),
        ({"demands": {DEMAND: {"rate_hz": True}}}, f"/demands/{DEMAND}/rate_hz", "true", ""),
        ({"demands": {DEMAND: {"rate_hz": None}}}, f"/demands/{DEMAND}/rate_hz", "null", ""),
        ({"demands": {DEMAND: {"rate_hz": float("nan")}}}, f"/demands/{DEMAND}/rate_hz", "NaN", ""),
        ({"demands": {DEMAND: {"rate_hz": {}}}}, f"/demands/{DEMAND}/rate_hz", "empty", ""),
        ({"demands": {DEMAND: {"rate_hz": {"minimum": 3}}}}, f"/demands/{DEMAND}/rate_hz/minimum", "minimum", "min"),
        ({"demands": {DEMAND: {"rate_hz": {"min": 3, "max": 2}}}}, f"/demands/{DEMAND}/rate_hz", "3, 2", ""),
        ({"demands": {DEMAND: {"rate_hz": {"min": None}}}}, f"/demands/{DEMAND}/rate_hz/min", "null", ""),
        ({"demands": {DEMAND: {"rate_hz": {"low": 3, "high": 2}}}}, f"/demands/{DEMAND}/rate_hz/low", "without a value", ""),
        ({"demands": {DEMAND: {"rate_hz": {"value": 3, "min": 2}}}}, f"/demands/{DEMAND}/rate_hz/min", "beside", ""),
        ({"demands": {DEMAND: {"rate_hz": {"value": 3, "low": 2}}}}, f"/demands/{DEMAND}/rate_hz", "one end", ""),
        ({"demands": {DEMAND: {"rate_hz": {"value": 3, "low": 4, "high": 2}}}}, f"/demands/{DEMAND}/rate_hz", "4, 2", ""),
        ({"demands": {DEMAND: {"rate_hz": {"value": 3}}}}, "/run", "nothing", ""),
        ({"run": {"seed": 1}, "demands": {}}, "/run/replicas", "nothing", ""),
        ({"run": {"sed": 1}, "demands": {}}, "/run/sed", "sed", "seed"),
        ({"run": {"seed": 1.5, "replicas": 1, "farbell": "0", "level": 0.9}, "demands": {}}, "/run/seed", "1.5", ""),
        ({"run": {"seed": 1, "replicas": 0, "farbell": "0", "level": 0.9}, "demands": {}}, "/run/replicas", "0", ""),
        ({"run": {"seed": 1, "replicas": 1, "farbell": 1, "level": 0.9}, "demands": {}}, "/run/farbell", "1", ""),
        ({"run": {"seed": 1, "replicas": 1, "farbell": "0", "level": 1}, "demands": {}}, "/run/level", "1", ""),
    ],
)
def test_refused_with_path_and_finding(expected: Any, path: str, found: str, nearest: str) -> None:
    with pytest.raises(fb.SpecError) as caught:
        module.read_expectations(expected, [DEMAND])
    assert caught.value.path == path
    assert found in caught.value.found
    assert caught.value.nearest == nearest
    assert caught.value.allowed


@pytest.mark.parametrize(
    "text, found",
    [
        ("", "line 1 column 1"),
        ("{", "line 1 column 2"),
        ("[]", "[]"),
        ('{"demands": {"n0->n2": {"rate_hz": NaN}}}', "NaN"),
        ('{"demands": {"n0->n2": {"rate_hz": 1, "rate_hz": 2}}}', "twice"),
        ('{"demands": {"n0->n2": {"rate": 1}}}', "rate"),
        ('{"demands": {"n0->n2": {"rate_hz": 1' + "0" * 400 + "}}}", "1000"),
        ('{"demands": {"n0->n2": {"rate_hz": 1' + "0" * 9999 + "}}}", ""),
        ("[" * 100_000, ""),
        (b"\xff", "decode"),
    ],
)
def test_a_file_that_is_wrong_is_named(text: str | bytes, found: str, tmp_path: Path) -> None:
    file = tmp_path / "expected.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(fb.SpecError) as caught:
        results().check(file)
    assert str(file) in caught.value.path
    assert found in caught.value.found
    with pytest.raises(FileNotFoundError):
        results().check(tmp_path / "absent.json")


def test_a_run_that_ended_early_is_nothing_to_expect() -> None:
    with pytest.raises(ValueError, match="ended early"):
        fb.run(scenario(), max_events=10).expectations()
