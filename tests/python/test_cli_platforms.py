"""`farbell platforms`, as a shell sees it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import farbell as fb


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def farbell(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "farbell", "platforms", *arguments], capture_output=True, text=True, timeout=120
    )


def test_the_list_and_its_json() -> None:
    done = farbell()
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip("\n") == repr(fb.platforms())
    said = json.loads(farbell("--kind", "ion", "--json").stdout)
    assert [row["name"] for row in said["platforms"]] == fb.platforms(kind="ion")["name"].tolist()


def test_one_and_its_json() -> None:
    done = farbell("show", "nv_delft_2019_lab")
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip("\n") == repr(fb.platform("nv_delft_2019_lab"))
    for name in ("nv_delft_2019_lab", "ensemble_eit_netsquid"):
        said = json.loads(farbell("show", name, "--json").stdout)
        found = fb.platform(name)
        assert {p["name"]: (p["value"], p["unit"]) for p in said["parameters"]} == {
            p.name: (p.value, p.unit) for p in found.parameters
        }
        assert len(said["published"]) == len(found.published) and said["cannot"] == (found.cannot or None)


def test_a_comparison_its_json_and_its_figure() -> None:
    asked = ("--length", "20km", "--target-fidelity", "0.8", "trapped_ion_avis2022_baseline", "nv_delft_2019_lab")
    done = farbell("compare", *asked)
    assert done.returncode == 0, done.stderr
    assert "Links of 20 km, for a fidelity of 0.8:" in done.stdout and "lab" in done.stdout
    said = json.loads(farbell("compare", *asked, "--points", "2", "--json", "--out", "figure.svg").stdout)
    names = ["trapped_ion_avis2022_baseline", "nv_delft_2019_lab"]
    table = fb.design.compare_platforms(names, length_m="20 km", target_fidelity=0.8, points=2).table
    assert [row["rate_hz"] for row in said["links"]] == table["rate_hz"].tolist()
    assert [row["bright_state"] for row in said["links"]][:2] == [None, None]
    assert Path("figure.svg").read_text(encoding="utf-8").startswith("<?xml")


@pytest.mark.parametrize("arguments, message", [
    (("show", "nv_delft"), "did you mean nv_delft_"),
    (("--kind", "nv"), "one of NV"),
    (("compare", "--length", "0"), "a length above 0"),
    (("compare", "--target-fidelity", "0.2"), "above 0.5"),
    (("compare", "qd_tomm2021"), "without a memory"),
    (("compare", "nv_delft_2019_lab", "--out", "figure.nope"), "a file for a figure"),
])  # fmt: skip
def test_bad_input_is_told(arguments: tuple[str, ...], message: str) -> None:
    done = farbell(*arguments)
    assert done.returncode == 2 and message in done.stderr


def test_a_scenario_file_with_a_platform_runs() -> None:
    preset = fb.platform("trapped_ion_avis2022_baseline")
    data = json.loads(fb.chain(2, length_m="1 km", platform=preset, duration_s=0.1).to_json())
    data["memories"] = [{"name": preset.name, "platform": preset.name}]
    Path("ions.json").write_text(json.dumps(data), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "farbell", "run", "ions.json", "--no-report"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "trapped_ion_avis2022_baseline coherence_time_collective_gaussian" in done.stdout


def test_a_new_scenario_has_the_platform_that_is_named() -> None:
    asked = [sys.executable, "-m", "farbell", "new", "ring", "--platform"]
    done = subprocess.run([*asked, "rb_vanleent2022_33km"], capture_output=True, text=True, timeout=120)
    assert fb.Scenario.from_json(done.stdout) == fb.ring(platform="rb_vanleent2022_33km", duration_s="10 s")
    done = subprocess.run([*asked, "rb_vanleent"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 2 and "did you mean rb_vanleent2022_33km" in done.stderr
