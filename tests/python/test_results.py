"""Running and its results: tables, spilling, folders, summaries, provenance, interruption."""

from __future__ import annotations

import json
import math
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

import farbell as fb
from farbell._interrupts import held_interrupts
from farbell.record import TABLES
from farbell.storage import Spill

LINK = fb.Given(success_probability=0.3, attempt_period_s=1e-3, herald_delay_s=1e-4, state=fb.Werner(fidelity=0.95))


def chain(**changes: object) -> fb.Scenario:
    """Three nodes; a demand that asks again and again, one that measures, one that is too much."""
    memory = fb.Memory(name="memory", slots=8, t2_s=0.5)
    nodes = ("alice", "relay", "bob")
    base = fb.Scenario(
        name="three nodes",
        duration_s=2.0,
        seed=5,
        memories=[memory],
        nodes=[fb.Node(name=name, memory="memory") for name in nodes],
        links=[fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=10e3), generation=LINK) for a, b in (nodes[:2], nodes[1:])],
        demands=[
            fb.Demand(name="keep", node_a="alice", node_b="bob", traffic=fb.BackToBack(), pairs_per_request=3),
            fb.Demand(name="key", node_a="alice", node_b="relay", use="measure"),
            fb.Demand(name="late", node_a="alice", node_b="bob", traffic=fb.Poisson(rate_hz=50), deadline_s=2e-3, max_queue=1),
        ],
    )
    return base.replace(**changes) if changes else base


@pytest.fixture(scope="module")
def results() -> fb.Results:
    return fb.run(chain(), replicas=3, progress=False)


def same(a: fb.Results, b: fb.Results) -> bool:
    return all(a.tables[name].equals(b.tables[name]) for name in TABLES) and all(
        np.array_equal(getattr(a, name), getattr(b, name), equal_nan=True)
        for name in ("batches", "moments", "latency_sketch", "fidelity_histogram")
    )


# Tables.


def test_rows_agree_with_counts(results: fb.Results) -> None:
    pairs, requests, demands = results.pairs, results.requests, results.demands
    for replica in range(3):
        for demand in results.network.demand_names:
            row = demands[(demands["replica"] == replica) & (demands["demand"] == demand)]
            mine = pairs[(pairs["replica"] == replica) & (pairs["demand"] == demand)]
            asked = requests[(requests["replica"] == replica) & (requests["demand"] == demand)]
            assert row["pairs"][0] == len(mine)
            assert row["requests_asked"][0] == len(asked)
            for status, column in (("done", "requests_done"), ("timed_out", "requests_timed_out")):
                assert row[column][0] == np.sum(asked["status"] == status)
            assert asked["pairs_delivered"].sum() == len(mine)


def test_some_columns_are_a_table(results: fb.Results) -> None:
    some = results.pairs[["fidelity", "demand"]]
    assert some.columns == ("fidelity", "demand") and len(some) == len(results.pairs)
    assert some["demand"].tolist() == results.pairs["demand"].tolist()
    with pytest.raises(KeyError, match="'fidelty'; allowed: replica, demand"):
        results.pairs[["fidelty"]]


def test_words_stand_for_numbers(results: fb.Results) -> None:
    table = results.pairs
    assert set(table["demand"]) <= set(results.network.demand_names)
    assert table.codes("demand").dtype == np.uint32
    measured = table[table["demand"] == "key"]
    assert set(measured["basis_a"]) == {"z", "x"}
    assert set(measured["outcome_a"].tolist()) == {0, 1}
    kept = table[table["demand"] == "keep"]
    assert set(kept["basis_a"]) == {None}
    assert set(kept["outcome_a"].tolist()) == {-1}


def test_table_as_other_packages_have_it(results: fb.Results) -> None:
    table = results.pairs
    arrow, pandas, polars, xarray = table.to_arrow(), table.to_pandas(), table.to_polars(), table.to_xarray()
    assert arrow.num_rows == len(pandas) == polars.height == xarray.sizes["row"] == len(table)
    for name in table.columns:
        plain = table[name].tolist()
        assert arrow[name].to_pylist() == plain
        assert polars[name].to_list() == plain
        for values in (xarray[name].values.tolist(), pandas[name].tolist()):
            assert [None if value != value else value for value in values] == plain
    assert pandas["demand"].dtype == "category"


def test_a_table_is_read_like_a_mapping(results: fb.Results) -> None:
    table = results.replicas
    assert list(table) == list(table.columns)
    assert dict(table)["replica"].tolist() == [0, 1, 2]
    assert "ended" in table
    assert next(table.rows())["ended"] == "horizon"
    assert table[1:]["replica"].tolist() == [1, 2]
    assert table[[2, 0]]["replica"].tolist() == [2, 0]
    with pytest.raises(KeyError, match="replica, events"):
        table["replicas"]


def test_what_one_sees(results: fb.Results) -> None:
    assert "three nodes" in repr(results)
    assert "rows" in repr(results.pairs)
    assert "<table>" in results._repr_html_()
    assert "rows" in results.pairs._repr_html_()
    assert "<td>alice - relay - bob</td>" in results.model._repr_html_()
    assert repr(results.pairs[:0]).startswith("replica")


def test_names_are_escaped_in_html() -> None:
    bad = "<img src=x onerror=alert(1)>"
    scenario = chain()
    run = fb.run(scenario.replace(name=bad, demands=[scenario.demands[1].replace(name=bad)], duration_s=0.1))
    for page in (run._repr_html_(), run.model._repr_html_(), run.pairs._repr_html_(), run.summary()._repr_html_()):
        assert "<img" not in page
        assert "&lt;img" in page


# Running.


@pytest.mark.parametrize("threads", [2, 4])
def test_threads_change_no_bit(results: fb.Results, threads: int) -> None:
    assert same(fb.run(chain(), replicas=3, threads=threads), results)


def test_a_model_runs_as_its_scenario_does(results: fb.Results) -> None:
    model = fb.compile(chain())
    assert same(fb.run(model, replicas=3), results)
    assert results.model.demand_names == model.demand_names


def test_another_seed_is_another_run(results: fb.Results) -> None:
    other = fb.run(chain(), replicas=3, seed=6)
    assert other.scenario.seed == other.provenance["seed"] == 6
    assert not same(other, results)


def test_summary_mode_keeps_no_rows_and_the_same_statistics(results: fb.Results) -> None:
    short = fb.run(chain(), replicas=3, record="summary")
    assert len(short.pairs) == len(short.requests) == 0
    assert short.pairs.columns == results.pairs.columns
    assert short.summary().equals(results.summary())


@pytest.mark.parametrize("threads", [1, 4])
def test_spilled_rows_are_the_same_rows(results: fb.Results, threads: int) -> None:
    spilled = fb.run(chain(), replicas=3, threads=threads, memory_limit="1 kB")
    assert same(spilled, results)
    assert spilled.pairs[10:20].equals(results.pairs[10:20])
    assert repr(spilled.pairs) == repr(results.pairs)
    assert [len(batch) for batch in spilled.pairs.batches()] == [len(batch) for batch in results.pairs.batches()]


def test_spilled_rows_go_with_their_results() -> None:
    spilled = fb.run(chain(), memory_limit=0)
    path = Path(spilled.pairs._source._path)  # type: ignore[attr-defined]
    assert path.exists()
    del spilled
    assert not path.exists()


def test_limits_end_a_replica_early() -> None:
    limited = fb.run(chain(), replicas=2, max_events=500)
    assert limited.replicas["ended"].tolist() == ["event_limit"] * 2
    assert limited.partial
    assert (limited.replicas["simulated_s"] < 2).all()
    assert limited.batch_seconds.sum() == pytest.approx(limited.replicas["simulated_s"].sum())
    rate = limited.summary()["rate_hz"][1]
    assert rate == pytest.approx(limited.demands["pairs"][1::3].sum() / limited.replicas["simulated_s"].sum())
    assert fb.run(chain(), max_wall_s=1e-9).partial


@pytest.mark.parametrize("wrong", [
    {"replicas": 0}, {"replicas": 1.5}, {"threads": 0}, {"threads": True}, {"memory_limit": "3 pints"},
    {"memory_limit": -1}, {"max_events": 0}, {"max_wall_s": 0}, {"max_wall_s": math.nan}, {"max_wall_s": "3"},
    {"record": "columns"}, {"seed": -1},
])  # fmt: skip
def test_nonsense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(fb.SpecError, match=next(iter(wrong))):
        fb.run(chain(), **wrong)  # type: ignore[arg-type]


def test_only_scenarios_run() -> None:
    with pytest.raises(TypeError, match="not str"):
        fb.run("surfnet")  # type: ignore[arg-type]


def test_progress_bar_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    fb.run(chain(duration_s=20.0, record="summary"), replicas=4, progress=True)
    assert "three nodes" in capsys.readouterr().err
    fb.run(chain())
    assert capsys.readouterr().err == ""


def test_provenance(results: fb.Results) -> None:
    provenance = results.provenance
    assert provenance["farbell"] == fb.__version__
    assert provenance["python"].split(".")[0] == "3"
    assert provenance["numpy"] == np.__version__
    assert provenance["compiler"].split()[0] in {"gcc", "clang"}
    assert (provenance["seed"], provenance["replicas"], provenance["threads"]) == (5, 3, os.cpu_count())
    assert provenance["wall_s"] >= 0
    assert provenance["cpu_s"] >= 0
    json.dumps(provenance)


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Ctrl-C is raised: a shell's background job, such as a whole test run may be, ignores it and hands that down."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_interrupt_carries_what_was_finished(tmp_path: Path) -> None:
    endless = chain(duration_s=1e5, record="summary")

    def press() -> None:
        time.sleep(0.5)
        pressed.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    pressed: list[float] = []
    threading.Thread(target=press).start()
    with pytest.raises(KeyboardInterrupt) as caught:
        fb.run(endless, replicas=3, threads=2, out=tmp_path / "run")
    assert time.perf_counter() - pressed[0] < 1
    partial = caught.value.partial  # type: ignore[attr-defined]
    assert isinstance(caught.value, fb.Interrupted)
    assert partial.partial
    assert "interrupted" in partial.replicas["ended"]
    assert partial.demands["pairs"].sum() > 0
    assert (tmp_path / "run" / "PARTIAL").exists()
    assert fb.load_results(tmp_path / "run").partial


@pytest.mark.usefixtures("ctrl_c")
def test_interrupt_while_rows_are_written_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take = Spill.take

    def press_and_take(self: Spill, name: str, columns: Mapping[str, Any]) -> None:
        # A second press would be raised at once.
        if not pressed:
            pressed.append(name)
            os.kill(os.getpid(), signal.SIGINT)
        take(self, name, columns)

    pressed: list[str] = []
    monkeypatch.setattr(Spill, "take", press_and_take)
    with pytest.raises(fb.Interrupted) as caught:
        fb.run(chain(duration_s=0.2), replicas=2000, memory_limit=0, out=tmp_path / "run")
    assert pressed
    partial = caught.value.partial
    assert 0 < len(partial.replicas) < 2000
    assert len(partial.pairs) == partial.demands["pairs"].sum() > 0
    assert same(fb.load_results(tmp_path / "run"), partial)


@pytest.mark.usefixtures("ctrl_c")
def test_a_second_interrupt_is_raised_at_once() -> None:
    with held_interrupts() as outer, held_interrupts() as inner:
        assert inner is outer
        os.kill(os.getpid(), signal.SIGINT)
        assert inner.pressed
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


# Folders.


@pytest.mark.parametrize("options", [{}, {"memory_limit": 0}, {"record": "summary"}, {"max_events": 300}])
def test_a_folder_gives_back_what_was_saved(options: dict[str, object], tmp_path: Path) -> None:
    made = fb.run(chain(), replicas=2, **options)  # type: ignore[arg-type]
    folder = made.save(tmp_path / "a" / "run", report=False)
    loaded = fb.load_results(folder)
    assert same(made, loaded)
    assert loaded.scenario == made.scenario
    assert loaded.provenance == made.provenance
    assert loaded.approximations == made.approximations
    assert loaded.network.routes == made.network.routes
    assert loaded.network.link_models.equals(made.network.link_models)
    assert loaded.summary().equals(made.summary())
    assert loaded.partial == made.partial == (folder / "PARTIAL").exists()


def test_files_speak_for_themselves(results: fb.Results, tmp_path: Path) -> None:
    folder = results.save(tmp_path, report=False)
    pairs = pq.read_table(folder / "pairs.parquet")
    assert pairs["demand"].to_pylist() == results.pairs["demand"].tolist()
    assert fb.load(folder / "scenario.json") == results.scenario
    lines = (folder / "summary.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("demand,hops,length_m,asked,")
    assert [line.split(",")[0] for line in lines[1:]] == ["keep", "key", "late"]


def test_the_same_run_gives_the_same_files(tmp_path: Path) -> None:
    for number, threads in enumerate((1, 4)):
        fb.run(chain(), replicas=3, threads=threads).save(tmp_path / str(number), report=False)
    for path in sorted((tmp_path / "0").iterdir()):
        if path.name != "provenance.json":
            assert path.read_bytes() == (tmp_path / "1" / path.name).read_bytes(), path.name


def test_saving_again_replaces(tmp_path: Path) -> None:
    fb.run(chain(), max_events=300).save(tmp_path, report=False)
    fb.run(chain(), seed=9).save(tmp_path, report=False)
    assert not (tmp_path / "PARTIAL").exists()
    assert fb.load_results(tmp_path).scenario.seed == 9


def test_a_folder_without_results(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(FileNotFoundError, match="no results in"):
            fb.load_results(path)


def test_results_of_another_format_are_refused(results: fb.Results, tmp_path: Path) -> None:
    results.save(tmp_path, report=False)
    provenance = json.loads((tmp_path / "provenance.json").read_text())
    (tmp_path / "provenance.json").write_text(json.dumps({**provenance, "format": 99}))
    with pytest.raises(fb.SpecError, match=r"provenance.json: found format 99; allowed: format 2, which"):
        fb.load_results(tmp_path)


@pytest.mark.parametrize("name, text", [
    ("provenance.json", "{"), ("scenario.json", "{"), ("model.json", "{}"), ("model.json", "[]"), ("pairs.parquet", "PAR1"),
    ("links.parquet", ""),
])  # fmt: skip
def test_damaged_results_are_refused(results: fb.Results, tmp_path: Path, name: str, text: str) -> None:
    results.save(tmp_path, report=False)
    (tmp_path / name).write_text(text)
    with pytest.raises(fb.SpecError) as error:
        fb.load_results(tmp_path)
    assert error.value.path.startswith(str(tmp_path))


# Scenario files.


def test_errors_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(chain().to_json().replace('"duration_s"', '"duration"'), encoding="utf-8")
    with pytest.raises(fb.SpecError, match=r"wrong\.json.*duration"):
        fb.load(path)
    path.write_bytes(b"\xff\xfe{}")
    with pytest.raises(fb.SpecError, match=r"wrong\.json.*UTF-8"):
        fb.load(path)
    with pytest.raises(FileNotFoundError):
        fb.load(tmp_path / "missing.json")


# Summaries.


def test_summary_counts_and_rates(results: fb.Results) -> None:
    rows = {row["demand"]: row for row in results.summary().rows()}
    keep, key, late = rows["keep"], rows["key"], rows["late"]
    assert keep["pairs"] == np.sum(results.pairs["demand"] == "keep")
    assert keep["rate_hz"] == pytest.approx(keep["pairs"] / 6)
    assert keep["rate_low_hz"] < keep["rate_hz"] < keep["rate_high_hz"]
    assert keep["fidelity"] == pytest.approx(results.pairs["fidelity"][results.pairs["demand"] == "keep"].mean())
    assert keep["hops"] == 2
    assert keep["length_m"] == 20e3
    assert math.isnan(key["latency_p50_s"]), "an endless request is never done"
    assert late["timed_out"] > 0
    assert late["refused"] > 0
    assert late["asked"] == late["delivered"] + late["timed_out"] + late["refused"] + late["open"]


def test_latency_quantiles_of_requests(results: fb.Results) -> None:
    requests = results.requests
    done = (requests["demand"] == "keep") & (requests["status"] == "done")
    latencies = (requests["finished_s"] - requests["asked_s"])[done]
    row = next(results.summary().rows())
    for name, probability in (("latency_p50_s", 0.5), ("latency_p95_s", 0.95)):
        exact = np.quantile(latencies, probability, method="inverted_cdf")
        assert row[name] == pytest.approx(exact, rel=fb.analysis.LATENCY_RELATIVE_ERROR * 1.001)


def test_key_fraction_is_that_of_the_averaged_errors(results: fb.Results) -> None:
    mine = results.pairs[results.pairs["demand"] == "keep"]
    xx, yy, zz = (float(mine[name].mean()) for name in ("xx", "yy", "zz"))
    for protocol in ("bbm92", "six_state", "device_independent"):
        row = next(results.summary(protocol=protocol).rows())
        assert row["key_fraction"] == pytest.approx(max(0, fb.analysis.key_fraction(protocol, xx, yy, zz)))
        assert row["key_fraction_low"] <= row["key_fraction"] <= row["key_fraction_high"]
        assert row["key_rate_hz"] == pytest.approx(row["rate_hz"] * row["key_fraction"])
    measured = list(results.summary().rows())[1]
    assert measured["key_rate_hz"] == pytest.approx(measured["rate_hz"] * measured["key_fraction"] / 2)
    with pytest.raises(ValueError, match="protocol"):
        results.summary(protocol="e91")  # type: ignore[arg-type]


def test_correlators_and_fidelity_agree(results: fb.Results) -> None:
    fidelities = results.summary()["fidelity"]
    for row, fidelity in zip(results.correlators().rows(), fidelities, strict=True):
        assert (1 + row["xx"] - row["yy"] + row["zz"]) / 4 == pytest.approx(fidelity)
        assert row["error_z"] == pytest.approx((1 - row["zz"]) / 2)
        assert row["chsh"] == pytest.approx(math.sqrt(2) * (row["xx"] + row["zz"]))
        assert row["chsh_low"] <= row["chsh"] <= row["chsh_high"]


def test_measured_errors_are_those_of_the_states(results: fb.Results) -> None:
    """No read-out errors here. 6.5 standard errors of about 600 outcomes a basis: a false alarm below 1e-9."""
    mine = results.pairs[results.pairs["demand"] == "key"]
    measured = fb.analysis.measured_error_rates(*(mine[name] for name in ("basis_a", "basis_b", "outcome_a", "outcome_b")))
    for basis, column in (("z", "zz"), ("x", "xx")):
        errors, pairs = measured[basis]
        expected = (1 - float(mine[column].mean())) / 2
        assert abs(errors / pairs - expected) < 6.5 * math.sqrt(expected * (1 - expected) / pairs)


def test_warm_up_is_left_out() -> None:
    warm = fb.run(chain(warm_up_s=0.5))
    late = warm.pairs["delivered_s"] > 0.5
    assert warm.demands["pairs"].sum() == late.sum()
    assert warm.batch_seconds.sum() == pytest.approx(1.5)
    assert warm.summary()["rate_hz"].sum() == pytest.approx(late.sum() / 1.5)


def test_a_scenario_without_demands(tmp_path: Path) -> None:
    idle = fb.run(chain(demands=[]))
    assert len(idle.summary()) == len(idle.correlators()) == 0
    assert idle.summary().columns == ("demand",)
    assert same(fb.load_results(idle.save(tmp_path, report=False)), idle)


def test_a_run_that_never_reached_the_end_of_its_warm_up() -> None:
    row = next(fb.run(chain(warm_up_s=1.0), max_events=100).summary().rows())
    assert row["pairs"] == 0
    assert all(math.isnan(row[name]) for name in ("rate_hz", "fidelity", "key_fraction", "key_rate_hz"))
