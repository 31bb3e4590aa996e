"""Studies: the same numbers whoever computes them, whatever interrupts them; and what is refused."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import farbell as fb
from farbell.studies import progress

VARY = {"memories/*/t2_s": ["10 ms", 1.0], "demands/*/width": [1, 2]}


def network(**changes: Any) -> fb.Scenario:
    fields = {"nodes": 3, "length_m": "10 km", "duration_s": 0.05, "seed": 3, **changes}
    return fb.chain(**fields)


def swept(**changes: Any) -> fb.Sweep:
    return fb.sweep(network(**changes), VARY)


@cache
def study() -> fb.Study:
    return swept().run(replicas=7, replicas_per_task=3)


def summary_run(scenario: fb.Scenario, replicas: int) -> fb.Results:
    return fb.run(scenario.replace(record="summary"), replicas=replicas)


# What is simulated.


def test_points_are_all_combinations_in_order() -> None:
    sweep = swept()
    assert [point.values for point in sweep.points] == [
        {"memories/*/t2_s": t2, "demands/*/width": width} for t2 in ("10 ms", 1.0) for width in (1, 2)
    ]
    assert len(sweep) == len(sweep.points) == 4
    assert sweep.points[1].scenario == network().with_values({"memories/*/t2_s": 0.01, "demands/*/width": 2})
    assert [point.index for point in sweep.points[1:3]] == [1, 2]
    assert repr(sweep) == "<Sweep of 4 points: memories/*/t2_s x 2, demands/*/width x 2>"
    assert sweep._repr_html_().count("<tr>") == 5


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=4))
@settings(max_examples=20, deadline=None)
def test_a_sweep_is_the_product_of_its_values_and_survives_its_document(widths: list[int], times: list[float]) -> None:
    sweep = fb.sweep(network(), {"demands/*/width": widths, "memories/*/t2_s": times})
    expected = [network(width=w).with_values({"memories/*/t2_s": t}) for w, t in itertools.product(widths, times)]
    assert [point.scenario for point in sweep.points] == expected
    again = fb.Sweep.of_document(sweep.document)
    assert again == sweep
    assert [point.scenario for point in again.points] == expected


def test_a_list_of_points_is_those_points() -> None:
    sweep = fb.sweep(network(), [{"seed": 1, "duration_s": "1 s"}, {"duration_s": 2, "seed": 5}])
    assert [(p.scenario.seed, p.scenario.duration_s) for p in sweep.points] == [(1, 1.0), (5, 2.0)]


def test_arguments_of_a_function_are_varied() -> None:
    sweep = fb.sweep(fb.chain, {"nodes": [3, 4], "memories/*/t2_s": [0.5]}, length_m="10 km", duration_s=0.05)
    assert [len(point.scenario.nodes) for point in sweep.points] == [3, 4]
    assert {point.scenario.memories[0].t2_s for point in sweep.points} == {0.5}
    link = fb.Given(success_probability=0.5, attempt_period_s=1e-3, herald_delay_s=1e-4)
    given = fb.sweep(fb.chain, {"generation": [link]})
    assert given.points[0].scenario == fb.chain(generation=link)


def test_specs_are_values() -> None:
    links = [fb.Given(success_probability=p, attempt_period_s=1e-3, herald_delay_s=1e-4) for p in (0.1, 0.2)]
    sweep = fb.sweep(network(generation=links[0]), {"links/*/generation": links})
    assert [point.scenario.links[1].generation for point in sweep.points] == links
    assert "success_probability" in sweep.run().table()["generation"][0]


@pytest.mark.parametrize(
    ("vary", "told"),
    [
        ({"memories/*/t2": [1]}, "did you mean t2_s"),
        ({"memorys/*/t2_s": [1]}, "did you mean memories"),
        ({"demands/n0->n3/width": [1]}, "did you mean n0->n2"),
        ({"demands/7/width": [1]}, "a number from 0 to 0"),
        ({"demands/*/width": [1, -2]}, "width"),
        ({"memories/*/t2_s": ["10 parsec"]}, "parsec"),
        ({"memories/*/t2_s": "10 ms"}, "a list of values"),
        ({"memories/*/t2_s": []}, "at least one"),
        ({"memories/*/t2_s": [float("inf")]}, "a finite number"),
        ({}, "at least one path"),
        ([], "one dict a point"),
        ([{"seed": 1}, {"duration_s": 1}], "the paths of the first point: seed"),
    ],
)
def test_wrong_sweeps_are_refused(vary: Any, told: str) -> None:
    with pytest.raises(fb.SpecError, match=told):
        fb.sweep(network(), vary)


def test_wrong_arguments_of_a_function_are_refused() -> None:
    def make(nodes: int) -> fb.Scenario:
        return fb.chain(nodes)

    for vary, fixed, told in [
        ({"node": [3]}, {}, "did you mean nodes"),
        ({"nodes": [3]}, {"nodes": 4}, "one or the other"),
        ({"nodes": [3]}, {"size": 4}, "an unknown argument"),
    ]:
        with pytest.raises(fb.SpecError, match=told):
            fb.sweep(make, vary, **fixed)
    with pytest.raises(fb.SpecError, match="has no field 'node'"):
        fb.sweep(fb.chain, {"node": [3]})
    with pytest.raises(fb.SpecError, match="beside a function only"):
        fb.sweep(network(), {"seed": [1]}, nodes=3)
    with pytest.raises(TypeError, match="a Scenario or a function"):
        fb.sweep("chain", {"seed": [1]})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"replicas": 0}, "replicas"),
        ({"replicas": 5, "max_relative_error": 0.1}, "min_replicas and max_replicas"),
        ({"max_relative_error": 0}, "above 0"),
        ({"min_replicas": 4}, "with max_relative_error only"),
        ({"max_relative_error": 0.1, "min_replicas": 9, "max_replicas": 3}, "at most max_replicas"),
        ({"max_relative_error": 0.1, "stop_on": ["rate"]}, "did you mean rate_hz"),
        ({"max_relative_error": 0.1, "stop_demands": ["n0->n1"]}, "did you mean n0->n2"),
        ({"executor": "proces"}, "did you mean process"),
        ({"executor": ThreadPoolExecutor(1)}, "workers"),
        ({"workers": 0}, "workers"),
        ({"replicas_per_task": 0}, "replicas_per_task"),
    ],
)
def test_wrong_runs_are_refused(arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(fb.SpecError, match=told):
        swept().run(**arguments)


# What comes of it.


def test_results_of_a_point_are_those_of_one_run_to_the_last_bit() -> None:
    for point in study().sweep.points:
        here, there = study().results(point.index), summary_run(point.scenario, 7)
        assert set(here.tables) == set(there.tables)
        for name, table in there.tables.items():
            assert here.tables[name].equals(table), name
        for name in ("batches", "moments", "latency_sketch", "fidelity_histogram"):
            ours, theirs = getattr(here, name), getattr(there, name)
            assert ours.dtype == theirs.dtype
            np.testing.assert_array_equal(ours, theirs)
        assert here.summary().equals(there.summary())
        assert here.provenance["replicas"] == 7
        assert not here.partial


def test_results_of_ghz_demands_are_those_of_one_run() -> None:
    users = ["n1", "n2", "n3"]
    star = fb.star(leaves=3, length_m=10e3, duration_s=0.1)
    star = star.replace(demands=[], ghz_demands=[fb.GhzDemand(name="trio", users=users)])
    found = fb.sweep(star, {"seed": [1, 2]}).run(max_relative_error=0.2, stop_on=["rate_hz", "fidelity"])
    assert len(found.table()) == 0
    table = found.ghz_table()
    assert table["state"].tolist() == ["precise"] * 2
    for row, point in zip(table.rows(), found.sweep.points, strict=True):
        there = summary_run(point.scenario, row["replicas"]).ghz_summary()
        assert there.equals(found.results(point.index).ghz_summary())
        assert row["rate_hz"] == there["rate_hz"][0]


def test_the_table_has_a_row_a_point_and_demand() -> None:
    table = study().table()
    assert table.columns[:6] == ("point", "t2_s", "width", "demand", "replicas", "state")
    assert table["t2_s"].tolist() == [0.01, 0.01, 1.0, 1.0]
    assert table["width"].tolist() == [1, 2, 1, 2]
    assert set(table["state"]) == {"all replicas"}
    assert set(table["replicas"]) == {7}
    summary = study().results(2).summary()
    assert all(np.array_equal(table[2:3][name], summary[name], equal_nan=table[name].dtype.kind == "f") for name in summary)
    assert study().complete
    assert repr(study()) == "<Study 4 of 4 points finished, 28 replicas>"
    assert study()._repr_html_().count("<tr>") == 5
    assert len(study().errors) == 0


def test_demands_that_only_some_points_have_are_in_one_column() -> None:
    table = fb.sweep(fb.chain, {"nodes": [3, 4]}, length_m="10 km", duration_s=0.05).run().table()
    assert table["demand"].tolist() == ["n0->n2", "n0->n3"]


def test_columns_are_named_by_as_much_of_a_path_as_tells() -> None:
    vary = {"links/n0--n1/fiber/length_m": ["10 km"], "links/n1--n2/fiber/length_m": [2e4], "name": ["a", "b"]}
    table = fb.sweep(network(), vary).run().table()
    assert table.columns[1:4] == ("n0--n1/fiber/length_m", "n1--n2/fiber/length_m", "name")
    assert table["n0--n1/fiber/length_m"].tolist() == [1e4] * 2
    assert table["name"].tolist() == ["a", "b"]
    by_argument = fb.sweep(fb.chain, {"length_m": ["10 km", 2e4]}, duration_s=0.05).run().table()
    assert by_argument["varied_length_m"].tolist() == [1e4, 2e4]
    unbounded = fb.sweep(network(), {"memories/*/t1_s": [None, 100.0]}).run().table()
    np.testing.assert_array_equal(unbounded["t1_s"], [np.nan, 100.0])


def test_tables_go_to_parquet_and_figures(tmp_path: Path) -> None:
    import pyarrow.parquet

    folder = study().to_parquet(tmp_path / "tables")
    assert {path.name for path in folder.iterdir()} == {"table.parquet", "sweep.json"}
    assert pyarrow.parquet.read_table(folder / "table.parquet").num_rows == 4
    assert fb.Sweep.of_document((folder / "sweep.json").read_text()) == study().sweep
    axes = study().plot(y="fidelity")
    assert axes.get_xlabel() == "t2_s"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["width = 1", "width = 2"]
    assert axes.get_xscale() == "log"
    assert study().plot("width", hue="t2_s", ax=axes) is axes
    with pytest.raises(fb.SpecError, match="did you mean width"):
        study().plot("widht")
    with pytest.raises(fb.SpecError, match="a number from 0 to 3"):
        study().results(4)


# Whoever computes it.


def processes() -> dict[str, Any]:
    return {"executor": "process", "workers": 2}


@contextlib.contextmanager
def cluster(**options: Any) -> Iterator[Any]:
    import distributed

    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, **options) as local,
        distributed.Client(local) as client,
    ):
        yield client


PLANS: list[dict[str, Any]] = [
    {"replicas": 5, "replicas_per_task": 2},
    {"max_relative_error": 0.06, "replicas_per_task": 4, "min_replicas": 10, "max_replicas": 50},
]


@pytest.mark.parametrize("plan", PLANS, ids=["fixed", "adaptive"])
def test_results_depend_neither_on_the_executor_nor_on_the_workers(plan: dict[str, Any]) -> None:
    expected = swept().run(**plan, workers=1).table()
    assert swept().run(**plan, workers=5).table().equals(expected)
    assert swept().run(**plan, **processes()).table().equals(expected)
    with ThreadPoolExecutor(3) as executor:
        assert swept().run(**plan, executor=executor, workers=3).table().equals(expected)


@pytest.mark.filterwarnings("ignore")  # dask's own
def test_results_on_a_dask_cluster_are_the_same(tmp_path: Path) -> None:
    with cluster(processes=False) as client:
        for plan in PLANS:
            expected = swept().run(**plan).table()
            assert swept().run(tmp_path / f"{len(plan)}.db", **plan, executor=client).table().equals(expected)
        assert swept().run(**PLANS[0], executor="dask", workers=1).table().equals(swept().run(**PLANS[0]).table())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_results_on_a_dask_cluster_of_processes_survive_the_death_of_workers() -> None:
    sweep = fb.sweep(network(duration_s=3), {"seed": list(range(60))})
    expected = sweep.run(replicas=2).table()
    with cluster(processes=True) as client:
        pids = client.run(os.getpid)
        killed: list[str] = []

        def kill() -> None:
            """A worker that has something to do, as soon as there is one."""
            while not killed:
                for address, tasks in client.processing().items():
                    if tasks:
                        os.kill(pids[address], signal.SIGKILL)
                        killed.append(address)
                        return

        killer = threading.Thread(target=kill)
        killer.start()
        study = sweep.run(replicas=2, executor=client)
        killed.append("too late, if there is none before this")
        killer.join()
        assert len(killed) == 2
        assert study.table().equals(expected)


def test_a_missing_dask_is_named_with_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ImportError, match=r"pip install 'farbell\[dask\]'"):
        swept().run(executor="dask")


class Shuffled(Executor):
    """Does what it was given in any order."""

    def __init__(self, draw: random.Random) -> None:
        self._draw, self._waiting, self._changed = draw, list[tuple[Future[Any], Any, Any]](), threading.Condition()
        self._closed = False
        self._worker = threading.Thread(target=self._work)
        self._worker.start()

    def submit(self, work: Any, /, *arguments: Any, **_: Any) -> Future[Any]:
        future: Future[Any] = Future()
        with self._changed:
            self._waiting.append((future, work, arguments))
            self._changed.notify()
        return future

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._waiting)
                if self._closed:
                    return
            time.sleep(0.001)  # until there is a choice
            with self._changed:
                future, work, arguments = self._waiting.pop(self._draw.randrange(len(self._waiting)))
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work(*arguments))
                except BaseException as error:  # nobody must wait for it for ever
                    future.set_exception(error)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._worker.join()


@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
@settings(max_examples=10, deadline=None)
def test_results_do_not_depend_on_the_order_in_which_blocks_come(seed: int, workers: int) -> None:
    plan = {**PLANS[1], "replicas_per_task": 2}
    # Not hypothesis' own randomness, which ends a test by an exception, here in another thread.
    with Shuffled(random.Random(seed)) as executor:
        found = swept().run(**plan, executor=executor, workers=workers)
    assert found.table().equals(in_order())
    assert found.complete


@cache
def in_order() -> fb.ResultTable:
    return swept().run(**{**PLANS[1], "replicas_per_task": 2}, workers=1).table()


# When it is enough.


def test_a_point_ends_with_the_first_prefix_whose_intervals_are_narrow_enough() -> None:
    error = 0.05
    found = swept().run(max_relative_error=error, min_replicas=6, max_replicas=60, replicas_per_task=4)
    states = set()
    for row, point in zip(found.table().rows(), found.sweep.points, strict=True):
        for replicas in (8, 12, *range(16, 61, 4)):
            summary = next(summary_run(point.scenario, replicas).summary().rows())
            narrow = summary["rate_high_hz"] - summary["rate_low_hz"] <= 2 * error * summary["rate_hz"]
            if narrow:
                break
        assert (row["replicas"], row["state"]) == (replicas, "precise" if narrow else "most replicas")
        assert row["rate_hz"] == summary["rate_hz"]
        states.add(row["replicas"])
    assert len(states) > 1, "the points are alike: this tests nothing"


def test_what_cannot_be_reached_ends_at_most_replicas() -> None:
    nothing = network(duration_s=1e-5)
    found = fb.sweep(nothing, {"seed": [1]}).run(max_relative_error=0.5, max_replicas=25)
    row = next(found.table().rows())
    assert (row["replicas"], row["state"], row["pairs"]) == (25, "most replicas", 0)
    assert found.complete


def test_only_named_demands_decide() -> None:
    ends = [("n0", "n2"), ("n0", "n1")]
    both = network(demands=ends, duration_s=0.02)
    rare = both.with_values({"demands/0/traffic": fb.Poisson(rate_hz=1e-6)})
    found = fb.sweep(rare, {"seed": [1]}).run(max_relative_error=0.3, max_replicas=30, stop_demands=["n0->n1"])
    assert set(found.table()["state"]) == {"precise"}
    every = fb.sweep(rare, {"seed": [1]}).run(max_relative_error=0.3, max_replicas=30)
    assert set(every.table()["state"]) == {"most replicas"}


def test_intervals_at_the_end_cover_the_truth_nearly_as_often_as_they_say() -> None:
    """One link, whose rate is known: heralds at p / period. Optional stopping costs some of the 95 %.

    300 points; the false-alarm rate of the bound is below 1e-6 if 91 % of all intervals cover, as docs/guide/sweeps.md says.
    """
    p, period = 0.2, 1e-3
    link = fb.Given(success_probability=p, attempt_period_s=period, herald_delay_s=period)
    pair = fb.chain(2, length_m=1.0, generation=link, duration_s=0.1, warm_up_s=0.02)
    table = fb.sweep(pair, {"seed": list(range(300))}).run(max_relative_error=0.1, replicas_per_task=5).table()
    assert set(table["state"]) == {"precise"}
    assert ((table["rate_high_hz"] - table["rate_low_hz"]) / table["rate_hz"] <= 0.2).all()
    truth = p / period
    covered = (table["rate_low_hz"] <= truth) & (truth <= table["rate_high_hz"])
    assert covered.mean() >= 0.82


# The command line.


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "farbell", "sweep", *arguments]
    return subprocess.run(line, capture_output=True, text=True, check=False)


def test_the_command_prints_and_writes_the_table(tmp_path: Path) -> None:
    file, store = tmp_path / "network.json", tmp_path / "study.db"
    file.write_text(network().to_json())
    vary = ["--vary", "memories/*/t2_s=10 ms,1", "--vary", "demands/*/width=[1, 2]"]
    done = command(str(file), *vary, "--replicas", "7", "--store", str(store), "--out", str(tmp_path / "out"), "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["complete"]
    assert [row["rate_hz"] for row in document["demands"]] == study().table()["rate_hz"].tolist()
    assert (tmp_path / "out" / "table.parquet").exists()
    again = command(str(file), *vary, "--replicas", "7", "--store", str(store))
    assert again.returncode == 0
    heads = "t2_s width demand replicas pairs/s fidelity latency p50 key fraction"
    assert again.stdout.splitlines()[0].split() == heads.split()
    assert "4 of 4 points finished" in again.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--vary", "memories/*/t2=1"], 2, "did you mean t2_s"),
        (["--vary", "memories/*/t2_s"], 2, "a path and its values"),
        (["--vary", "demands/*/width=[1"], 2, "a list in JSON"),
        (["--vary", "seed=1", "--vary", "seed=2"], 2, "seed twice"),
        (["--vary", "seed=1", "--executor", "proces"], 2, "did you mean process"),
        (["--vary", "seed=1", "--store", "none/study.db"], 4, "none/study.db"),
        (["--vary", "state=bell_diagonal"], 1, "1 of 1 points failed: SpecError"),
    ],
)
def test_the_command_says_what_is_wrong(arguments: list[str], code: int, told: str) -> None:
    done = command("two_nodes", *arguments)
    assert done.returncode == code, done.stderr
    assert told in done.stderr


# Progress.


def test_a_terminal_shows_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    swept().run(progress=True)
    assert "sweep: " in capsys.readouterr().err
    swept().run()
    assert capsys.readouterr().err == ""


def test_a_terminal_shows_the_points_that_were_finished_last(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(progress, "_TABLE_S", 0.0)
    monkeypatch.setenv("COLUMNS", "70")
    monkeypatch.setenv("LINES", "6")
    swept().run(replicas=2, workers=1)
    frames = screen.getvalue().split("\x1b[J")
    assert any("t2_s" in frame and "0.01" in frame for frame in frames) and "/4 [" in frames[1]
    # No line is broken in two, none leaves the screen, and at the end nothing is left.
    for frame in frames:
        lines = re.sub(r"\x1b\[\d+A\r$", "", frame).splitlines()
        assert len(lines) < 6 and all(len(line) < 70 for line in lines)
    assert frames[-1] == ""


def test_what_a_store_had_already_is_no_sign_of_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    """900 of 1,000 points were there; one more took 10 s, so the other 99 take 990 s."""
    screen, clock = io.StringIO(), iter([0.0, 0.0, 10.0])
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    shown = progress._Terminal(1000, lambda: fb.ResultTable({}))
    shown.update(900, 0)
    shown.update(901, 0)
    assert "901/1000 [00:10<16:30" in screen.getvalue()


def test_a_notebook_shows_the_points_that_were_finished_last(monkeypatch: pytest.MonkeyPatch) -> None:
    import IPython.display

    class Handle:
        shown: ClassVar[list[str]] = []

        def update(self, html: Any) -> None:
            self.shown.append(html.data)

    monkeypatch.setattr(IPython.display, "display", lambda *_, **__: Handle())
    monkeypatch.setattr(progress, "_in_notebook", lambda: True)
    monkeypatch.setattr(progress, "_TABLE_S", 0.0)
    found = swept().run(replicas=2, workers=1)
    assert "of 4 points, about" in "".join(Handle.shown)
    assert any("<td>0.01</td>" in text for text in Handle.shown)
    assert Handle.shown[-1] == ""
    Handle.shown.clear()
    assert found.table().equals(swept().run(replicas=2, progress=False).table())
    assert not Handle.shown
