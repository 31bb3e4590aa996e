"""`farbell route`, as a shell sees it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet
import pytest

import farbell as fb


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    five = fb.ring(5, length_m="10 km", duration_s="0.1 s", name="five")
    (tmp_path / "five.json").write_text(five.to_json(), encoding="utf-8")
    return tmp_path


def farbell(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "farbell", "route", *arguments], capture_output=True, text=True, timeout=120)


def test_a_comparison_its_json_and_its_figure() -> None:
    asked = ("compare", "five.json", "--routers", "shortest, widest", "--seed", "3", "--replicas", "2")
    done = farbell(*asked)
    assert done.returncode == 0, done.stderr
    assert "widest" in done.stdout and "No router delivers more than" in done.stdout
    said = json.loads(farbell(*asked, "--json", "--out", "figure.svg").stdout)
    found = fb.routing.compare(fb.load("five.json"), ["shortest", "widest"], seed=3, replicas=2)
    assert [row["useful_hz"] for row in said["routers"]] == found.table["useful_hz"].tolist()
    assert [row["route"] for row in said["demands"]] == found.demands["route"].tolist()
    assert said["min_cut_hz"] == found.min_cut_hz
    assert Path("figure.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_routers_of_rounds_beside_those_of_circuits() -> None:
    asked = ("compare", "five.json", "--routers", "shortest,widest,q_cast,multicommodity")
    done = farbell(*asked)
    assert done.returncode == 0, done.stderr
    assert "chosen to fit the links" in done.stdout
    said = json.loads(farbell(*asked, "--round-s", "5 ms", "--attempt-s", "3 ms", "--channels", "2", "--json").stdout)
    assert [row["runs"] for row in said["routers"]] == ["circuits", "circuits", "rounds", "circuits"]
    assert said["notes"][0].startswith("rounds of 0.005 s with 0.003 s of attempts, 2 lanes a link: 20 in the run")


def test_fair_shares_in_every_form() -> None:
    pairs = [("n0", "n1"), ("n0", "n2"), ("n1", "n2")]
    five = fb.load("five.json").replace(demands=[fb.Demand(node_a=a, node_b=b) for a, b in pairs])
    Path("crowd.json").write_text(five.to_json(), encoding="utf-8")
    table = fb.routing.fair_rates(five, "max_min").table
    asked = ("fair", "crowd.json", "--fairness", "max_min")
    printed = farbell(*asked, "--out", "shares.csv")
    assert printed.returncode == 0, printed.stderr
    assert "n1->n2" in printed.stdout and "limited_by" in printed.stdout
    with Path("shares.csv").open(newline="", encoding="utf-8") as file:
        assert [float(row["rate_hz"]) for row in csv.DictReader(file)] == table["rate_hz"].tolist()
    said = farbell(*asked, "--json", "--out", "shares.json").stdout
    assert json.loads(said) == json.loads(Path("shares.json").read_text(encoding="utf-8"))
    assert [row["rate_hz"] for row in json.loads(said)["demands"]] == table["rate_hz"].tolist()
    assert farbell(*asked, "--out", "shares.parquet").returncode == 0
    assert pyarrow.parquet.read_table("shares.parquet")["rate_hz"].to_pylist() == table["rate_hz"].tolist()
    assert json.loads(farbell("fair", "crowd.json", "--json").stdout)["fairness"] == "proportional"


@pytest.mark.parametrize(
    "arguments, code, message",
    [
        (("compare", "five.json", "--routers", "hops,wides"), 2, "widest"),
        (("compare", "five.json", "--routers", "q_cats"), 2, "q_cast"),
        (("compare", "five.json", "--routers", "q_cast", "--round-s", "1 ms"), 2, "--attempt-s"),
        (("compare", "five.json", "--routers", "q_cast", "--channels", "2"), 2, "--channels"),
        (("compare", "five.json", "--routers", "q_cast", "--round-s", "1 kg", "--attempt-s", "1 ms"), 2, "--round-s"),
        (("compare", "five.json", "--routers", "q_cast", "--round-s", "1 ms", "--attempt-s", "1 ms"), 2, "/rounds/round_s"),
        (("compare", "five.json", "--out", "figure.xyz"), 2, "--out"),
        (("compare", "none.json"), 4, "none.json"),
        (("fair", "five.json", "--fairness", "max_mim"), 2, "--fairness"),
        (("fair", "five.json", "--out", "shares.txt"), 2, "--out"),
        (("fair", "five.json", "--out", "nowhere/shares.csv"), 4, "nowhere"),
    ],
)
def test_what_is_wrong_is_said(arguments: tuple[str, ...], code: int, message: str) -> None:
    done = farbell(*arguments)
    assert done.returncode == code
    assert message in done.stderr
