"""`farbell bounds` and `farbell place`, as a shell sees them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import farbell as fb


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def farbell(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "farbell", *arguments], capture_output=True, text=True, timeout=120)


def test_bounds_of_a_file_and_of_what_it_gave() -> None:
    done = farbell("bounds", "surfnet", "--together", "total")
    assert done.returncode == 0, done.stderr
    row = next(fb.bounds.demand_bounds(fb.example("surfnet")).rows())
    assert f"{row['bound_hz']:.4g}" in done.stdout and row["limited_by"] in done.stdout
    assert "All demands of pairs together" in done.stdout
    fb.run(fb.example("two_nodes").replace(duration_s=0.5), progress=False).save("folder", report=False)
    done = farbell("bounds", "folder")
    assert done.returncode == 0, done.stderr
    share = next(fb.load_results("folder").bounds().rows())["share"]
    assert f"{share:.1%}" in done.stdout


def test_bounds_of_ghz_demands_and_for_programs() -> None:
    trio = fb.GhzDemand(name="trio", users=["n1", "n2", "n3"])
    star = fb.star(leaves=3, length_m="20 km").replace(ghz_demands=[trio])
    Path("star.json").write_text(star.to_json(), encoding="utf-8")
    done = farbell("bounds", "star.json")
    assert done.returncode == 0, done.stderr
    assert "GHZ demand" in done.stdout and "Of their fidelity there is no bound" in done.stdout
    said = json.loads(farbell("bounds", "star.json", "--json", "--together", "fair", "--target", "rate=1").stdout)
    assert said["ghz_demands"][0]["demand"] == "trio" and said["demands"][0]["bound_hz"] > 0
    assert said["together"]["total_hz"] > 0 and said["forbidden"] is None


@pytest.mark.parametrize("arguments, code, message", [
    (["--target", "rate=1"], 0, "No bound forbids 1 pairs/s"),
    (["--target", "rate=1e6"], 5, "cannot be met: n0->n1: 1e+06 pairs/s are asked; all routes and memory slots together"),
    (["--target", "fidelity=0.9999"], 5, "a fidelity of 0.9999 is asked"),
    (["--target", "rat=1"], 2, "one of rate"),
    (["--target", "rate=1", "--demand", "nn"], 2, "a demand: n0->n1"),
    (["--demand", "n0->n1"], 2, "a --target that it is to meet"),
    (["--together", "most"], 2, "'total' or 'fair'"),
])  # fmt: skip
def test_whether_a_target_can_be_met_is_an_exit_code(arguments: list[str], code: int, message: str) -> None:
    done = farbell("bounds", "two_nodes", *arguments)
    assert done.returncode == code
    assert message in done.stdout + done.stderr


def test_a_placement_for_a_target_is_a_folder_that_runs() -> None:
    asked = ["--target", "rate=5", "--slots", "16", "--duration", "2 s", "--out", "placed"]
    done = farbell("place", "surfnet", "--ends", "Delft,Eindhoven", *asked)
    assert done.returncode == 0, done.stderr
    assert "For 5 pairs/s:" in done.stdout and "why not" in done.stdout
    placed = fb.load("placed/scenario.json")
    assert placed.memories[0].slots == 16 and placed.demands[0].node_a == "Delft"
    assert pq.read_table("placed/tried.parquet")["reached"].to_pylist()[-1] == "yes"
    row = next(fb.run(placed, replicas=4, progress=False).summary().rows())
    assert row["rate_low_hz"] >= 5


def test_a_placement_for_spans_of_pairs_and_for_programs() -> None:
    pairs = "Delft:Enschede,Delft:Maastricht"
    said = json.loads(farbell("place", "surfnet", "--ends", pairs, "--span", "100 km", "--json").stdout)
    found = fb.placement(fb.example("surfnet"), ends=[("Delft", "Enschede"), ("Delft", "Maastricht")], max_span_m="100 km")
    assert said["repeaters"] == list(found.repeaters) and said["least"] == found.least
    assert said["tried"] == said["demands"] == []
    assert [link["way"] for link in said["links"]] == [list(link.way) for link in found.links]


def uneven() -> fb.Scenario:
    chain = fb.chain(4, length_m="20 km")
    return chain.replace(
        links=[chain.links[0].replace(fiber=fb.Fiber(length_m=1e4, attenuation_db_per_km=0.3)), *chain.links[1:]]
    )


def two_memories() -> fb.Scenario:
    chain = fb.chain(4, length_m="20 km")
    other = chain.memories[0].replace(name="other")
    nodes = [chain.nodes[0].replace(memory="other"), *chain.nodes[1:]]
    return chain.replace(memories=[*chain.memories, other], nodes=nodes)


def slow_node() -> fb.Scenario:
    chain = fb.chain(4, length_m="20 km")
    return chain.replace(nodes=[chain.nodes[0].replace(swap_success_probability=0.5), *chain.nodes[1:]])


@pytest.mark.parametrize("scenario, arguments, message", [
    (None, ["--ends", "n0,n3"], "one of them"),
    (None, ["--ends", "n0,n3", "--span", "30 km", "--target", "rate=1"], "one of them"),
    (None, ["--ends", "n0,nn", "--span", "30 km"], "the name of a node"),
    (None, ["--ends", "n0:n1:n2", "--span", "30 km"], "pairs of names"),
    (None, ["--ends", "n0,n3", "--target", "rate=1e5"], "one span of no length reaches"),
    (None, ["--ends", "n0,n3", "--target", "rate=1", "--memory", "m"], "one of projected_nv"),
    (uneven, ["--ends", "n0,n3", "--span", "30 km"], "the same for all"),
    (two_memories, ["--ends", "n0,n3", "--span", "30 km"], "nodes have different ones"),
    (slow_node, ["--ends", "n0,n3", "--span", "30 km"], "settings of their own"),
])  # fmt: skip
def test_a_placement_that_cannot_be_is_refused(scenario, arguments: list[str], message: str) -> None:
    made = fb.chain(4, length_m="20 km") if scenario is None else scenario()
    Path("line.json").write_text(made.to_json(), encoding="utf-8")
    done = farbell("place", "line.json", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""
