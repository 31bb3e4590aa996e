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
from farbell.cli_studies import numbers_of, of_nodes, sizes_of
from farbell.design import Target
from farbell.design.scaling import fit, reached

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


def judged(*words: str, target: Target = Target(rate_hz=1, fidelity=0.8)) -> fb.Scaling:  # noqa: B008
    """An answer whose sizes 1, 2, 4, ... reach a target or not, as the words say."""
    size = 2.0 ** np.arange(len(words))
    rate = np.array([{"yes": 5.0, "no": 0.5, "unsure": 1.0}[word] for word in words])
    columns = {"size": size, "reached": np.array(words), "rate_hz": rate, "rate_high_hz": 1.2 * rate, "note": size * 0 == 1}
    table = fb.ResultTable({**columns, "fidelity": np.full(len(words), 0.9), "fidelity_high": np.full(len(words), 0.92)})
    return fb.Scaling(table, "n", target, (), fb.ResultTable({}), None, None)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["yes", "yes"], "Reaches T at every size up to n = 2."),
        (["no", "no"], "Misses T at every size, from n = 1 on (0.5 pairs/s)."),
        (["yes", "no"], "Reaches T up to n = 1, misses it at 2 (0.5 pairs/s)."),
        (["no", "yes"], "Misses T up to n = 1 (0.5 pairs/s), reaches it from 2 on."),
        (["yes", "unsure"], "Reaches T at n = 1; at 2 the intervals leave it open."),
        (["yes", "unsure", "no"], "Reaches T up to n = 1, misses it at 4 (0.5 pairs/s); at 2 the intervals leave it open."),
        (["yes", "no", "yes"], "Reaches T at n = 1, 4, misses it at 2."),
        (["unsure"], "Whether T is reached the intervals do not tell."),
        (["no", "unsure"], "Misses T at n = 1 (0.5 pairs/s); at 2 the intervals leave it open."),
    ],
)
def test_the_sentence_claims_no_more_than_the_table(words: list[str], sentence: str) -> None:
    assert judged(*words).sentence == sentence.replace("T", "1 pairs/s at fidelity 0.8", 1)


def test_table_and_answer() -> None:
    scaling = answer(target={"rate": 100, "fidelity": 0.9})
    table = scaling.table
    assert table["nodes"].tolist() == [2, 4, 8] and table["links"].tolist() == [1, 3, 7]
    assert table["fiber_km"].tolist() == [20, 60, 140]
    assert (table["rate_low_hz"] <= table["rate_hz"]).all() and (table["rate_hz"] <= table["rate_high_hz"]).all()
    assert np.all(np.diff(table["fidelity"]) < 0)
    assert np.isnan(table["latency_p50_s"]).all()  # the demand is continuous
    assert np.all(np.diff(table["pair_age_p50_s"]) > 0) and np.all(table["pair_age_p95_s"][1:] > table["pair_age_p50_s"][1:])
    assert table["reached"].tolist() == ["yes", "yes", "no"] and scaling.breaks_at == 8
    assert scaling.sentence.startswith("Reaches 100 pairs/s at fidelity 0.9 up to nodes = 4, misses it at 8")
    assert "misses" in repr(scaling) and "<table" in scaling._repr_html_()
    assert scaling.plot().get_xlabel() == "nodes"
    assert {law.law for law in scaling.fits} == {"power", "exponential"}
    exponents = {row["figure"]: row for row in scaling.exponents.rows()}
    assert {"rate_hz", "fidelity", "messages_per_pair", "memory_slots", "fiber_km"} <= set(exponents)
    assert exponents["rate_hz"]["exponent"] == scaling.fits[0].exponent and exponents["fidelity"]["exponent"] < 0
    assert "cost" not in exponents and np.isnan(table["cost"]).all()
    for row in exponents.values():
        assert row["low"] <= row["exponent"] <= row["high"] and row["points"] == 3


def test_runs_that_are_short_against_what_pairs_take_are_told() -> None:
    """16 hops at 0.02 a try of 0.1 ms: pairs take tens of milliseconds, of 50 ms too much, after 5 s of warm-up nothing."""
    slow = LINK.replace(success_probability=0.02)
    short = answer(generation=slow, duration_s=0.05)
    assert short.table["note"].tolist()[-1] == "short run" and "runs are short from nodes" in short.sentence
    warm = answer(generation=slow, duration_s=5.05, warm_up_s=5)
    assert warm.table["note"].tolist() == ["", "", ""] and "short" not in warm.sentence
    assert warm.table["rate_hz"][-1] > short.table["rate_hz"][-1]


def test_a_network_costs_what_its_parts_cost() -> None:
    scaling = answer(prices={"nodes": 100, "fiber_km": 0.5})
    assert scaling.table["cost"].tolist() == [210, 430, 870]
    assert "cost" in scaling.exponents["figure"]
    for prices, path in (({"node": 1}, "prices/node"), ({"nodes": -1}, "prices/nodes")):
        with pytest.raises(fb.SpecError) as error:
            answer(prices=prices)
        assert error.value.path == path


def test_exponents_of_figures_without_intervals_are_those_of_the_law() -> None:
    """An exact power has no scatter; a figure that is off by 10 % up and down has the interval of least squares."""
    sizes = np.array([2.0, 4.0, 8.0, 16.0])
    exact = fit("power", sizes, 3 * sizes**1.5, None)
    assert exact.exponent == pytest.approx(1.5) and exact.high - exact.low < 1e-6 and exact.scatter < 1e-9
    off = fit("power", sizes, sizes**1.5 * np.array([1.1, 0.9, 1.1, 0.9]), None)
    assert off.low < 1.5 < off.high and off.scatter == pytest.approx(0.1, rel=0.2)
    x, y = np.log(sizes), np.log(sizes**1.5 * np.array([1.1, 0.9, 1.1, 0.9]))
    _, covariance = np.polyfit(x, y, 1, cov=True)
    assert (off.high - off.low) / 2 == pytest.approx(4.302652729911 * math.sqrt(covariance[0, 0]))  # Student's t, 2 degrees


def test_figures_of_an_answer() -> None:
    axes = answer(prices={"nodes": 1}).overview()
    assert len(axes) == 4 and all(ax.get_xlabel() == "nodes" for ax in axes)


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


def test_limits_are_those_where_it_breaks_or_of_the_largest() -> None:
    scaling = answer(limits=True, replicas=8, target={"fidelity": 0.95})
    assert scaling.limits is not None and scaling.limits_at == scaling.breaks_at == 4
    alone = fb.elasticities(fb.chain(nodes=4, length_m="20 km", generation=LINK, duration_s=0.5), replicas=8)
    assert scaling.limits.table["rate_gain"].tolist()[:3] == alone.table["rate_gain"].tolist()[:3]
    scaling = answer(limits=True, replicas=8)
    assert scaling.limits is not None and scaling.limits_at == 8 and "At nodes = 8: " in scaling.sentence
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
    assert numbers_of("--target", "rate=1, fidelity=0.8") == {"rate": 1, "fidelity": 0.8}
    assert numbers_of("--target", None) == {}
    with pytest.raises(fb.SpecError, match="--target"):
        numbers_of("--target", "rate")


@pytest.fixture
def network(tmp_path: Path) -> Path:
    path = tmp_path / "network.json"
    path.write_text(fb.chain(nodes=3, length_m="20 km", generation=LINK, duration_s=0.5).to_json())
    return path


def test_farbell_scale(network: Path, tmp_path: Path) -> None:
    command = ["scale", str(network), "--vary", "demands/*/width=1..4", "--replicas", "4", "--no-limits"]
    shown = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "out")])
    assert shown.exit_code == 0 and "pairs/s" in shown.output and "grows like" in shown.output
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"sizes.parquet", "exponents.parquet", "sizes.png"}
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


def test_shapes_by_their_number_of_nodes() -> None:
    for shape, nodes, last in (("grid", 8, "r1c3"), ("grid", 16, "r3c3"), ("torus", 12, "r2c3"), ("star", 5, "n4")):
        names = [node.name for node in of_nodes(shape)(nodes=nodes).nodes]
        assert len(names) == nodes and names[-1] == last
    assert len(of_nodes("ring")(nodes=4).nodes) == 4
    assert len(of_nodes("grid")(rows=2).nodes) == 12
    for shape, nodes in (("grid", 7), ("torus", 8), ("grid", -4)):
        with pytest.raises(fb.SpecError, match=f"makes a {shape}"):
            of_nodes(shape)(nodes=nodes)
    command = ["scale", "grid", "--vary", "nodes=4..16", "--with", "duration_s=0.05", "--replicas", "2", "--no-limits"]
    shown = CliRunner().invoke(app, [*command, "--json"])
    assert shown.exit_code == 0, shown.output
    assert [row["nodes"] for row in json.loads(shown.output)["sizes"]] == [4, 8, 16]
    assert CliRunner().invoke(app, ["scale", "grid", "--vary", "nodes=4", "--with", "rows=2"]).exit_code == 2


def test_farbell_require(network: Path, tmp_path: Path) -> None:
    command = ["require", str(network), "--target", "fidelity=0.97", "--improve", "fidelity", "--replicas", "1"]
    shown = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "out")])
    assert shown.exit_code == 0, shown.output
    assert "times better" in shown.output
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {"required.parquet", "tried.parquet", "tried.png", "scenario.json"}
    better = fb.load(tmp_path / "out" / "scenario.json")
    assert better.links[0].generation.state.fidelity > 0.98
    found = json.loads(CliRunner().invoke(app, [*command, "--json"]).output)
    assert found["fidelity"] >= 0.97 and list(found["factors"]) == ["fidelity"]
    wrong = CliRunner().invoke(app, ["require", str(network), "--target", "fidelity=0.97", "--improve", "length_m"])
    assert wrong.exit_code == 2


# What grows.


def test_a_scenario_grows_by_its_demands_and_by_its_lengths() -> None:
    chain = fb.chain(4, length_m="10 km", duration_s=0.2)
    pairs = [fb.Demand(node_a=a, node_b=b) for a, b in [("n0", "n1"), ("n1", "n2"), ("n2", "n3")]]
    asked = fb.scale(chain.replace(demands=pairs), {"demands": [1, 2, 3]}, replicas=2, limits=False)
    assert asked.table["demands"].tolist() == [1, 2, 3]
    longer = fb.scale(chain, {"length_factor": [0.5, 1, 2]}, replicas=2, limits=False)
    assert longer.table["fiber_km"] == pytest.approx([15, 30, 60])
    assert np.all(np.diff(longer.table["rate_hz"]) < 0)
    seconds = fb.scale(chain, {"duration_s": [0.1, 0.2]}, replicas=2, limits=False)
    assert seconds.table["size"].tolist() == [0.1, 0.2]


@pytest.mark.parametrize("vary, message", [
    ({"demands": [1, 4]}, "1 to 1, the demands that there are"),
    ({"demands": [0, 1]}, "1 to 1"),
    ({"nodes": [2, 4]}, r"no size of a scenario; allowed: of a scenario: demands .* such as .*demands/\*/width"),
    ({"demand": [1]}, "did you mean demands"),
    ({"memories/*/slot": [1, 2]}, "did you mean slots"),
])  # fmt: skip
def test_what_a_scenario_cannot_grow_by_is_refused(vary: dict[str, Any], message: str) -> None:
    with pytest.raises(fb.SpecError, match=message):
        fb.scale(fb.chain(4, length_m="10 km", duration_s=0.1), vary, replicas=2, limits=False)


@pytest.mark.parametrize("arguments, message", [
    (["grid", "--vary", "side=2..4"], "for grid: nodes, rows, columns, length_m"),
    (["chain", "--vary", "nods=2..4"], "did you mean nodes?"),
    (["chain", "--vary", "nodes=2..4", "--with", "lenght_m=20 km"], "--with: found 'lenght_m'"),
    (["surfnet", "--vary", "nodes=2..8"], "no size of a scenario"),
    (["surfnet", "--vary", "demands=16"], "1 to 10, the demands that there are"),
])  # fmt: skip
def test_the_command_says_what_can_be_varied(arguments: list[str], message: str) -> None:
    refused = CliRunner().invoke(app, ["scale", *arguments, "--replicas", "2", "--no-limits"])
    assert refused.exit_code == 2
    assert message in refused.output
