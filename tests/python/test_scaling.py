"""`fb.scale` and the commands `scale` and `require`: tables, answers in words, refusals."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import farbell as fb
from farbell.analysis import Interval
from farbell.cli import app
from farbell.cli_studies import sizes_of, target_of
from farbell.design import Target
from farbell.design.scaling import reached

LINK = fb.Given(success_probability=0.1, attempt_period_s="0.1 ms", state=fb.Werner(fidelity=0.98))


def answer(**options: Any) -> fb.Scaling:
    fixed = {"length_m": "20 km", "generation": LINK, "duration_s": 0.5}
    return fb.scale(fb.chain, {"nodes": [2, 4, 8]}, **{"replicas": 4, "limits": False, **fixed, **options})


def interval(low: float, high: float) -> Interval:
    return Interval((low + high) / 2, low, high, "replicas", 0.95)


@pytest.mark.parametrize(
    ("rate", "fidelity", "expected"),
    [
        (interval(2, 3), interval(0.9, 0.95), "yes"),
        (interval(0.5, 3), interval(0.9, 0.95), "unsure"),
        (interval(2, 3), interval(0.7, 0.85), "unsure"),
        (interval(0.1, 0.5), interval(0.9, 0.95), "no"),
        (interval(2, 3), interval(0.5, 0.6), "no"),
        (interval(0, 0), interval(math.nan, math.nan), "no"),
        (Interval(0, 0, 5, "poisson", 0.95), interval(math.nan, math.nan), "unsure"),
    ],
)
def test_a_target_is_reached_where_intervals_leave_no_doubt(rate: Interval, fidelity: Interval, expected: str) -> None:
    assert reached(rate, fidelity, Target(rate_hz=1, fidelity=0.8)) == expected


def test_table_and_answer() -> None:
    scaling = answer(target={"rate": 100, "fidelity": 0.9})
    table = scaling.table
    assert table["nodes"].tolist() == [2, 4, 8] and table["links"].tolist() == [1, 3, 7]
    assert table["fiber_km"].tolist() == [20, 60, 140]
    assert (table["rate_low_hz"] <= table["rate_hz"]).all() and (table["rate_hz"] <= table["rate_high_hz"]).all()
    assert np.all(np.diff(table["fidelity"]) < 0)
    assert table["reached"].tolist() == ["yes", "yes", "no"] and scaling.breaks_at == 8
    assert scaling.sentence.startswith("Reaches 100 pairs/s at fidelity 0.9 up to nodes = 4, misses it at 8")
    assert "misses" in repr(scaling) and "<table" in scaling._repr_html_()
    assert scaling.plot().get_xlabel() == "nodes"
    assert {law.law for law in scaling.fits} == {"power", "exponential"}


def test_each_size_is_the_run_that_one_would_make() -> None:
    scaling = answer()
    for nodes, row in zip([2, 4, 8], scaling.table.rows(), strict=True):
        alone = fb.run(
            fb.chain(nodes=nodes, length_m="20 km", generation=LINK, duration_s=0.5), replicas=4, record="summary"
        ).summary()
        assert row["rate_hz"] == pytest.approx(alone["rate_hz"][0], rel=1e-12)
        assert row["fidelity"] == pytest.approx(alone["fidelity"][0], rel=1e-12)


def test_a_path_of_a_scenario_is_a_size_too() -> None:
    scenario = fb.chain(nodes=3, length_m="20 km", generation=LINK, duration_s=0.5)
    scaling = fb.scale(scenario, {"demands/*/width": [1, 2, 4]}, replicas=4, limits=False)
    assert np.all(np.diff(scaling.table["rate_hz"]) > 0)


def test_limits_are_those_of_the_largest_that_delivers() -> None:
    scaling = answer(limits=True, replicas=8)
    assert scaling.limits is not None
    assert scaling.limits.sentence in scaling.sentence
    assert scaling.limits.plot().get_xlabel()


@pytest.mark.parametrize(
    ("vary", "path"),
    [
        ({}, "vary"),
        ({"nodes": [2], "length_m": [1e3]}, "vary"),
        ({"nodes": []}, "vary/nodes"),
        ({"nodes": [4, 2]}, "vary/nodes"),
    ],
)
def test_what_is_varied_is_checked(vary: dict[str, Any], path: str) -> None:
    with pytest.raises(fb.SpecError) as error:
        fb.scale(fb.chain, vary, replicas=2, length_m="20 km")
    assert error.value.path == path


def test_sizes_of_the_command_line() -> None:
    assert sizes_of("nodes=4..64") == ("nodes", [4, 8, 16, 32, 64])
    assert sizes_of("nodes=4..20:8") == ("nodes", [4, 12, 20])
    assert sizes_of("memories/*/t2_s=0.5,1") == ("memories/*/t2_s", [0.5, 1])
    for wrong in ("nodes", "nodes=", "nodes=4..2", "nodes=a..b", "nodes=0..8", "nodes=1..8:0"):
        with pytest.raises(fb.SpecError, match="--vary"):
            sizes_of(wrong)
    assert target_of("rate=1, fidelity=0.8") == {"rate": 1, "fidelity": 0.8} and target_of(None) == {}
    with pytest.raises(fb.SpecError, match="--target"):
        target_of("rate")


@pytest.fixture
def network(tmp_path: Path) -> Path:
    path = tmp_path / "network.json"
    path.write_text(fb.chain(nodes=3, length_m="20 km", generation=LINK, duration_s=0.5).to_json())
    return path


def test_farbell_scale(network: Path, tmp_path: Path) -> None:
    command = ["scale", str(network), "--vary", "demands/*/width=1..4", "--replicas", "4", "--no-limits"]
    shown = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "out")])
    assert shown.exit_code == 0 and "pairs/s" in shown.output and (tmp_path / "out" / "sizes.parquet").exists()
    found = json.loads(CliRunner().invoke(app, [*command, "--json"]).output)
    assert [row["size"] for row in found["sizes"]] == [1, 2, 4] and found["breaks_at"] is None
    wrong = CliRunner().invoke(app, ["scale", str(network), "--vary", "nodes=2..4"])
    assert wrong.exit_code == 2


def test_farbell_scale_of_a_shape() -> None:
    command = ["scale", "chain", "--vary", "nodes=2,3", "--with", "length_m=20 km", "--with", "duration_s=0.2"]
    shown = CliRunner().invoke(app, [*command, "--replicas", "2", "--no-limits"])
    assert shown.exit_code == 0, shown.output
    refused = CliRunner().invoke(app, ["scale", "surfnet", "--vary", "memories/*/slots=2", "--with", "length_m=20 km"])
    assert refused.exit_code == 2


def test_farbell_require(network: Path, tmp_path: Path) -> None:
    command = ["require", str(network), "--target", "fidelity=0.97", "--improve", "fidelity", "--replicas", "1"]
    shown = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "out")])
    assert shown.exit_code == 0, shown.output
    assert "times better" in shown.output
    better = fb.load(tmp_path / "out" / "scenario.json")
    assert better.links[0].generation.state.fidelity > 0.98
    found = json.loads(CliRunner().invoke(app, [*command, "--json"]).output)
    assert found["fidelity"] >= 0.97 and list(found["factors"]) == ["fidelity"]
    wrong = CliRunner().invoke(app, ["require", str(network), "--target", "fidelity=0.97", "--improve", "length_m"])
    assert wrong.exit_code == 2
