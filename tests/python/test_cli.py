"""The command line, as a shell and a CI see it: output, exit codes, folders."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import farbell as fb
from farbell.cli import NOT_AS_EXPECTED, free_folder
from farbell.expectations import QUANTITIES

COMMAND = [sys.executable, "-m", "farbell"]


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def farbell(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=120)


def test_run_prints_hardware_table_and_folder() -> None:
    done = farbell("run", "two_nodes", "--no-report")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for words in (
        "t2_s",
        "10 s",
        "assumed",
        "Assumed:",
        "n0->n1",
        "asked",
        "timed out",
        "fidelity",
        "p50",
        "Approximations in force",
    ):
        assert words in done.stdout
    folder = Path("farbell-runs/two_nodes-0")
    assert done.stdout.splitlines()[-1] == f"Results: {folder}"
    assert pq.read_table(folder / "pairs.parquet").num_rows > 0
    assert fb.load(folder / "scenario.json") == fb.example("two_nodes")
    assert fb.load_results(folder).scenario == fb.example("two_nodes")


def test_run_writes_the_report() -> None:
    done = farbell("run", "two_nodes", "--out", "there")
    assert done.returncode == 0, done.stderr
    assert Path("there/report.html").stat().st_size > 0


def test_a_missing_extra_is_named_and_costs_only_the_report() -> None:
    arguments = ["farbell", "run", "two_nodes", "--out", "there"]
    code = f"import sys; sys.modules['plotly'] = None; sys.argv = {arguments}; import farbell.__main__"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "farbell[report]" in done.stdout
    assert Path("there/demands.parquet").exists()
    assert not Path("there/report.html").exists()


def test_json_is_one_object_and_nothing_else() -> None:
    done = farbell("run", "two_nodes", "--json", "--no-report", "--seed", "5", "--replicas", "3", "--threads", "2")
    found = json.loads(done.stdout)
    assert done.stderr == ""
    assert found["provenance"]["seed"] == 5
    assert found["provenance"]["replicas"] == 3
    assert found["demands"][0]["pairs"] > 0
    assert found["demands"][0]["latency_p50_s"] is None
    assert not found["partial"]


def test_quiet_is_quiet() -> None:
    done = farbell("run", "two_nodes", "--quiet", "--no-report")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_results_do_not_depend_on_threads() -> None:
    runs = [
        json.loads(farbell("run", "two_nodes", "--json", "--no-report", "--replicas", "4", "--threads", n).stdout) for n in "14"
    ]
    assert runs[0]["demands"] == runs[1]["demands"]


def test_nothing_is_overwritten() -> None:
    scenario = fb.example("two_nodes")
    names = [free_folder(None, scenario).name for _ in range(3)]
    assert names == ["two_nodes-0", "two_nodes-0-2", "two_nodes-0-3"]
    done = farbell("run", "two_nodes", "--out", "farbell-runs")
    assert done.returncode == 2
    assert "not an empty folder" in done.stderr


@pytest.mark.parametrize("name", ["../../etc", "a/b", "..", "", "\x00\n", "<script>", "名前"])
def test_folder_names_stay_in_their_place(name: str) -> None:
    folder = free_folder(None, fb.example("two_nodes").replace(name=name))
    assert folder.parent == Path("farbell-runs")
    assert folder.resolve().parent == Path("farbell-runs").resolve()


def test_fail_takes_elements_down() -> None:
    done = farbell("run", "ring", "--fail", "n1", "--fail", "n2--n3", "--no-report", "--out", "there")
    assert done.returncode == 0, done.stderr
    assert "Failures:" in done.stdout and "2 times a node or link went down" in done.stdout
    failures = fb.load_results("there").failures
    assert failures["failure"].tolist() == ["n1+n2--n3"] * 2 and failures["down_s"].tolist() == [0, 0]
    wrong = farbell("run", "ring", "--fail", "n77")
    assert wrong.returncode == 2 and "n77" in wrong.stderr


def test_a_wrong_name_lists_what_there_is() -> None:
    done = farbell("run", "surfnat")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "did you mean surfnet" in done.stderr


def test_a_wrong_file_says_where_and_what() -> None:
    Path("wrong.json").write_text(fb.example("chain").to_json().replace('"duration_s"', '"duration"'), encoding="utf-8")
    for command in (["run"], ["validate"]):
        done = farbell(*command, "wrong.json")
        assert done.returncode == 2
        assert "wrong.json" in done.stderr
        assert "duration_s" in done.stderr


def test_validate_checks_every_file() -> None:
    Path("good.json").write_text(fb.example("chain").to_json(), encoding="utf-8")
    Path("bad.json").write_bytes(b"\xff{}")
    done = farbell("validate", "bad.json", "good.json")
    assert done.returncode == 2
    assert "bad.json" in done.stderr
    assert done.stdout == "good.json: ok, 5 nodes, 4 links, 1 demand\n"
    assert farbell("validate", "good.json").returncode == 0
    assert farbell("validate", "absent.json").returncode == 4


def test_wrong_usage_exits_with_two() -> None:
    assert farbell("run").returncode == 2
    assert farbell("run", "chain", "--replicas", "0").returncode == 2
    assert farbell("swap").returncode == 2


def test_a_scenario_may_come_through_a_pipe() -> None:
    text = fb.example("two_nodes").replace(duration_s=0.1).to_json()
    command = [*COMMAND, "run", "/dev/stdin", "--out", "out", "--quiet", "--no-report"]
    assert subprocess.run(command, input=text, text=True, check=False).returncode == 0
    assert fb.load_results("out").scenario.duration_s == 0.1


def test_a_wrong_limit_leaves_no_folder() -> None:
    done = farbell("run", "two_nodes", "--out", "out", "--max-wall", "nan")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "farbell: --max-wall: found nan; allowed: a number of seconds above 0\n"
    assert not Path("out").exists()


def test_limits_end_a_run_early_and_say_so() -> None:
    done = farbell("run", "two_nodes", "--max-events", "100", "--out", "there", "--no-report")
    assert done.returncode == 1
    assert "PARTIAL" in done.stdout
    assert "marked partial" in done.stderr
    assert Path("there/PARTIAL").exists()


def test_require_delivery() -> None:
    Path("short.json").write_text(fb.example("two_nodes").replace(duration_s=1e-6).to_json(), encoding="utf-8")
    assert farbell("run", "short.json", "--quiet", "--no-report").returncode == 0
    assert farbell("run", "short.json", "--quiet", "--no-report", "--require-delivery").returncode == 3


def test_a_folder_that_cannot_be_made_costs_no_run() -> None:
    Path("file").write_text("", encoding="utf-8")
    done = farbell("run", "two_nodes", "--out", "file/there")
    assert done.returncode == 4
    assert "file/there" in done.stderr


def test_a_reader_that_goes_away_is_no_error() -> None:
    done = subprocess.run(
        f"{sys.executable} -m farbell run surfnet --no-report | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stderr == ""
    assert done.stdout.startswith("surfnet")


@pytest.mark.parametrize(("name", "replicas"), [("two_nodes", 1), ("surfnet", 100_000)])
def test_interrupt_saves_what_was_finished(name: str, replicas: int) -> None:
    def take_interrupts() -> None:
        # A shell's background job, such as a whole test run may be, ignores them and hands that down.
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    # One endless replica, and more replicas than anybody waits for, whose rows go to files.
    scenario = fb.example(name)
    long = scenario if replicas > 1 else scenario.replace(duration_s=1e5, record="summary")
    Path("long.json").write_text(long.to_json(), encoding="utf-8")
    running = subprocess.Popen(
        [*COMMAND, "run", "long.json", "--replicas", str(replicas), "--out", "there", "--no-report"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=take_interrupts,
    )
    assert running.stdout is not None
    assert any("Credits" in line for line in running.stdout)
    time.sleep(1)
    running.send_signal(signal.SIGINT)
    sent = time.monotonic()
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert time.monotonic() - sent < 20
    assert ("n0->n1" if name == "two_nodes" else "Utrecht->Arnhem") in out
    assert "marked partial" in err
    assert Path("there/PARTIAL").exists()
    assert fb.load_results("there").partial


def test_examples_and_new_write_scenarios() -> None:
    listed = farbell("examples").stdout
    assert all(name in listed for name in fb.examples())
    assert farbell("examples", "--write", "chain", "chain.json").returncode == 0
    assert fb.load("chain.json") == fb.example("chain")
    assert farbell("examples", "--write", "chain", "chain.json").returncode == 4
    assert (
        fb.Scenario.from_json(farbell("new", "ring", "--nodes", "7", "--length", "3 km").stdout).links[6].fiber.length_m == 3000
    )
    assert len(fb.Scenario.from_json(farbell("new", "star", "--leaves", "3", "--seed", "4").stdout).nodes) == 4
    assert fb.Scenario.from_json(farbell("new", "grid", "--rows", "2", "--length", "500").stdout).links[0].fiber.length_m == 500
    assert farbell("new", "chain", "--duration", "2 ms", "-o", "new.json").returncode == 0
    assert fb.load("new.json").duration_s == 0.002
    assert farbell("new", "chain", "--length", "20 miles").returncode == 2


def test_new_random_and_hierarchical_networks() -> None:
    def scenario(*arguments: str) -> fb.Scenario:
        done = farbell("new", *arguments)
        assert done.returncode == 0, done.stderr
        return fb.Scenario.from_json(done.stdout)

    assert scenario("torus", "--rows", "3", "--columns", "4") == fb.torus(3, 4, duration_s=10)
    assert scenario("waxman", "--nodes", "20", "--layout-seed", "5") == fb.waxman(20, layout_seed=5, duration_s=10)
    assert scenario("random-geometric", "--radius", "30 km", "--side", "90000") == fb.random_geometric(
        radius_m=30e3, side_m=90e3, duration_s=10
    )
    divided = scenario("metro-backbone", "--hubs", "3", "--metro", "ring", "--span-limit", "60 km")
    assert divided == fb.metro_backbone(3, metro="ring", span_limit_m=60e3, duration_s=10)
    assert len(scenario("chain", "--nodes", "2", "--length", "100 km", "--span-limit", "25 km").nodes) == 5
    wrong = farbell("new", "ring", "--span-limit", "0 km")
    assert (wrong.returncode, wrong.stderr.count("span_limit_m")) == (2, 1)
    assert "did you mean mesh" in farbell("new", "metro-backbone", "--backbone", "mash").stderr


def test_new_from_graphml() -> None:
    Path("map.graphml").write_text(
        """<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
             <key id="km" for="edge" attr.name="length_km" attr.type="double"/>
             <graph edgedefault="undirected"><node id="a"/><node id="b"/>
             <edge source="a" target="b"><data key="km">12</data></edge></graph></graphml>""",
        encoding="utf-8",
    )
    written = farbell("new", "graphml", "map.graphml", "--length-attribute", "length_km", "--demand", "a:b")
    scenario = fb.Scenario.from_json(written.stdout)
    assert [(d.node_a, d.node_b) for d in scenario.demands] == [("a", "b")]
    assert farbell("new", "graphml", "map.graphml", "--demand", "a-b", "--length-attribute", "length_km").returncode == 2
    assert farbell("new", "graphml", "map.graphml").returncode == 2


def test_report_is_made_from_a_folder() -> None:
    assert farbell("run", "two_nodes", "--no-report", "--out", "there").returncode == 0
    assert farbell("report", "there").stdout == f"{Path('there/report.html')}\n"
    assert farbell("report", "there", "-o", "other.html").returncode == 0
    assert Path("other.html").exists()
    assert farbell("report", "nowhere").returncode == 4


def test_version() -> None:
    assert farbell("--version").stdout == f"farbell {fb.__version__}\n"


@pytest.mark.parametrize("nodes", ["2", "200"])
def test_a_full_disk_is_said(nodes: str) -> None:
    with open("/dev/full", "w") as full:
        arguments = ["new", "chain", "--nodes", nodes]
        done = subprocess.run([*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 4
    assert done.stderr == "farbell: No space left on device\n"


def test_a_disk_that_fills_up_keeps_what_was_finished() -> None:
    """A limit on the size of files stands in for a full disk."""
    Path("rows.json").write_text(fb.example("two_nodes").replace(duration_s=10).to_json(), encoding="utf-8")
    limit = 64 * 1024
    done = subprocess.run(
        [*COMMAND, "run", "rows.json", "--out", "there", "--no-report"],
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert done.returncode == 4
    assert "n0->n1" in done.stdout
    assert "there is incomplete" in done.stderr
    assert "File too large; tables that can be read: none" in done.stderr


def test_check_in_one_line() -> None:
    scenario = fb.chain(nodes=3, length_m="10 km", width=2, duration_s=0.2)
    Path("net.json").write_text(scenario.to_json(), encoding="utf-8")
    common = ["run", "net.json", "--no-report"]
    written = farbell(*common, "--write-check", "expected.json")
    assert written.returncode == 0, written.stderr
    assert "Expectations: expected.json" in written.stdout

    same = farbell(*common, "--check", "expected.json")
    assert same.returncode == 0, same.stderr
    assert "14 of 14 expectations in expected.json are met." in same.stdout

    other = farbell(*common, "--check", "expected.json", "--seed", "7")
    assert other.returncode == 0, other.stderr
    assert "4 of 14 expectations" in other.stdout
    assert "4 compared by confidence intervals" in other.stdout
    assert "10 not compared" in other.stdout

    Path("net.json").write_text(scenario.with_values({"links/*/fiber/length_m": "12 km"}).to_json(), encoding="utf-8")
    changed = farbell(*common, "--check", "expected.json")
    assert changed.returncode == NOT_AS_EXPECTED == 5
    assert "Not as expected:" in changed.stdout
    assert "rate_hz" in changed.stdout
    assert "are not met" in changed.stderr

    quiet = farbell(*common, "--check", "expected.json", "--quiet")
    assert (quiet.returncode, quiet.stdout) == (5, "")
    assert "rate_hz" in quiet.stderr

    as_json = farbell(*common, "--check", "expected.json", "--json")
    assert as_json.returncode == 5
    checked = {row["quantity"]: row["verdict"] for row in json.loads(as_json.stdout)["check"]}
    assert checked["rate_hz"] == "differs"
    assert set(checked) == set(QUANTITIES)


def test_expectations_by_hand_on_the_command_line() -> None:
    Path("mine.json").write_text(
        '{"demands": {"n0->n1": {"rate_hz": {"min": 1}, "fidelity": {"min": 0.999}}}}', encoding="utf-8"
    )
    done = farbell("run", "two_nodes", "--no-report", "--check", "mine.json")
    assert done.returncode == 5
    assert "at least 0.999" in done.stdout
    assert "1 of 2 expectations in mine.json are met" in done.stdout


def test_a_wrong_file_of_expectations_costs_no_run() -> None:
    Path("mine.json").write_text('{"demands": {"n0->n2": {}}}', encoding="utf-8")
    done = farbell("run", "two_nodes", "--check", "mine.json")
    assert done.returncode == 2
    assert "did you mean n0->n1?" in done.stderr
    assert done.stdout == ""
    assert not Path("farbell-runs").exists()
    assert farbell("run", "two_nodes", "--check", "absent.json").returncode == 4


def test_nothing_is_expected_of_a_run_that_ended_early() -> None:
    done = farbell("run", "two_nodes", "--no-report", "--max-events", "100", "--write-check", "expected.json")
    assert done.returncode == 1
    assert not Path("expected.json").exists()


def test_schema_is_printed_or_written() -> None:
    printed = farbell("schema").stdout
    assert json.loads(printed)["title"] == "Scenario"
    assert farbell("schema", "--out", "scenario.schema.json").stdout == "scenario.schema.json\n"
    assert Path("scenario.schema.json").read_text(encoding="utf-8") == printed
    assert farbell("schema", "--out", "absent/scenario.schema.json").returncode == 4
