"""Programs that a scenario file names: a stranger's file runs no code that was not allowed by name."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import farbell as fb

MODULE = """
import farbell as fb

class Counting(fb.Program):
    def __init__(self, rounds=2, period_s=0.01):
        self.rounds, self.period_s = int(rounds), period_s
    def run(self, node):
        for k in range(self.rounds):
            yield node.wait(self.period_s)
            node.record(k=k)

def napping(node):
    yield node.wait("5 ms")
    node.record(k=-1)

open("imported.txt", "w").close()
"""


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> fb.Scenario:
    name = f"protocols_of_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return fb.chain(nodes=2, length_m="1 km", demands=[], duration_s=0.1).replace(
        programs=[
            {"node": "n0", "program": f"{name}:Counting", "parameters": [{"name": "rounds", "value": 3}]},
            {"node": "n1", "program": f"{name}:napping"},
        ]
    )


def module_of(scenario: fb.Scenario) -> str:
    return scenario.programs[0].program.split(":")[0]


def test_a_scenario_keeps_its_programs_as_data(scenario: fb.Scenario) -> None:
    assert type(scenario).from_json(scenario.to_json()) == scenario
    assert not Path("imported.txt").exists()


def test_nothing_is_imported_that_is_not_allowed(scenario: fb.Scenario) -> None:
    for allow in ([], ["os", "protocols"]):
        with pytest.raises(fb.SpecError, match=r"/programs/0/program: .*allow=\[") as refused:
            fb.run(scenario, allow=allow)
        assert refused.value.path == "/programs/0/program"
    assert not Path("imported.txt").exists()


def test_one_module_that_is_not_allowed_keeps_all_from_being_imported(scenario: fb.Scenario) -> None:
    programs = [*scenario.programs, {"node": "n1", "program": "os:abort"}]
    with pytest.raises(fb.SpecError, match="/programs/2/program"):
        fb.run(scenario.replace(programs=programs), allow=[module_of(scenario)])
    assert not Path("imported.txt").exists()


def test_allowed_programs_run_with_their_parameters(scenario: fb.Scenario) -> None:
    results = fb.run(scenario, allow=[module_of(scenario)])
    assert results.records["k"].tolist() == [-1, 0, 1, 2]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"program": "{module}:Countin"}, "did you mean Counting"),
        ({"program": "{module}"}, "module:name"),
        (
            {"program": "{module}:Counting", "parameters": [{"name": "round", "value": 1}]},
            "unexpected keyword argument 'round'",
        ),
        ({"program": "{module}:napping", "parameters": [{"name": "round", "value": 1}]}, "no class"),
        ({"node": "n7"}, "/programs/0/node"),
    ],
)
def test_programs_that_cannot_be_had_are_refused(scenario: fb.Scenario, change: dict[str, object], match: str) -> None:
    module = module_of(scenario)
    spec = {"node": "n0", "program": f"{module}:Counting"} | change
    spec["program"] = str(spec["program"]).format(module=module)
    with pytest.raises(fb.SpecError, match=match):
        fb.run(scenario.replace(programs=[spec]), allow=[module])


def test_a_module_that_does_not_exist_is_named(scenario: fb.Scenario) -> None:
    with pytest.raises(fb.SpecError, match="no_such_module_of_mine"):
        fb.run(
            scenario.replace(programs=[{"node": "n0", "program": "no_such_module_of_mine:A"}]), allow=["no_such_module_of_mine"]
        )


def test_the_command_line_allows_modules_of_the_working_folder(scenario: fb.Scenario, tmp_path: Path) -> None:
    Path("scenario.json").write_text(scenario.to_json())
    run = [sys.executable, "-m", "farbell", "run", "scenario.json", "--json", "--no-report", "--out", "results"]
    refused = subprocess.run(run, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "--allow" in refused.stderr
    assert not Path("imported.txt").exists()
    done = subprocess.run([*run, "--allow", module_of(scenario)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    json.loads(done.stdout)
    assert fb.load_results("results").records["k"].tolist() == [-1, 0, 1, 2]


def test_the_command_line_explains_what_programs_asked_for(scenario: fb.Scenario) -> None:
    name = module_of(scenario) + "_asking"
    Path(f"{name}.py").write_text(
        'def asks(node):\n    yield node.entangle("n1")\n\n\ndef takes(node):\n    yield node.accept("n0")\n'
    )
    asking = scenario.replace(programs=[{"node": f"n{i}", "program": f"{name}:{f}"} for i, f in enumerate(("asks", "takes"))])
    folder = fb.run(asking, allow=[name]).save("results", report=False)
    explain = [sys.executable, "-m", "farbell", "explain", str(folder), "--request", "0"]
    refused = subprocess.run(explain, capture_output=True, text=True, check=False)
    assert refused.returncode == 2 and "no file keeps" in refused.stderr
    done = subprocess.run([*explain, "--allow", name], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "1 of 1 pair delivered" in done.stdout and "by asks at n0" in done.stdout
