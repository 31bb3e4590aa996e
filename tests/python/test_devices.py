"""Devices that are not alike."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import farbell as fb
from farbell.cli import app

NV = "nv_netsquid_nearterm"


def network(nodes: int = 5, **given: object) -> fb.Scenario:
    return fb.chain(nodes, platform=NV, demands=[], **given)


def test_each_device_has_values_of_its_own_about_the_declared_one() -> None:
    """2,000 draws each; means and deviations within six standard errors, which 2e-9 of all seeds exceed."""
    count = 2000
    base = network(count)
    t2_s = base.memories[0].t2_s
    of = {
        "memories/*/t2_s": fb.LogNormal(0.2),
        "memories/*/readout_fidelity_1": fb.LogNormal(0.3, of_error=True),
        "links/*/fiber/attenuation_db_per_km": fb.Normal(0.05),
        "stations/*/visibility": fb.Uniform(0.8, 0.9),
    }
    made = fb.spread(base, of, seed=3)
    logs = np.log([memory.t2_s / t2_s for memory in made.memories])
    errors = np.log([(1 - memory.readout_fidelity_1) / (1 - base.memories[0].readout_fidelity_1) for memory in made.memories])
    losses = np.array([link.fiber.attenuation_db_per_km / base.links[0].fiber.attenuation_db_per_km for link in made.links]) - 1
    for values, sigma in ((logs, 0.2), (errors, 0.3), (losses, 0.05)):
        assert abs(values.mean()) < 6 * sigma / math.sqrt(len(values))
        assert abs(values.std() / sigma - 1) < 6 / math.sqrt(2 * len(values))
    seen = np.array([station.visibility for station in made.stations])
    assert len(made.memories) == count and len(seen) == count - 1
    assert seen.min() >= 0.8 and seen.max() <= 0.9
    assert abs(seen.mean() - 0.85) < 6 * 0.1 / math.sqrt(12 * count)
    assert abs(np.corrcoef(logs, errors)[0, 1]) < 6 / math.sqrt(count)


def test_draws_depend_on_seed_and_names_alone() -> None:
    one = fb.spread(network(), {"memories/*/t2_s": fb.LogNormal(0.2)}, seed=1)
    assert one == fb.spread(network(), {"memories/*/t2_s": fb.LogNormal(0.2)}, seed=1)
    assert one != fb.spread(network(), {"memories/*/t2_s": fb.LogNormal(0.2)}, seed=2)
    more = fb.spread(network(9), {"links/*/fiber/length_m": fb.Normal(0.1), "memories/*/t2_s": fb.LogNormal(0.2)}, seed=1)
    assert [memory.t2_s for memory in more.memories][:5] == [memory.t2_s for memory in one.memories]
    assert [node.memory for node in one.nodes] == [memory.name for memory in one.memories]
    assert "memories/*/t2_s: LogNormal(spread=0.2" in one.notes[-1]


def test_devices_that_do_not_vary_keep_their_parts() -> None:
    base = network(3)
    second = base.memories[0].replace(name="other")
    mixed = base.replace(memories=[*base.memories, second], nodes=[*base.nodes[:2], base.nodes[2].replace(memory="other")])
    made = fb.spread(mixed, {"memories/other/t1_s": fb.Normal(0.1)}, seed=1)
    assert [node.memory for node in made.nodes] == [base.nodes[0].memory, base.nodes[1].memory, "other of n2"]
    assert made.links == mixed.links and made.stations == mixed.stations
    assert fb.compile(made) and fb.spread(mixed, seed=1).memories == mixed.memories


def test_interfaces_have_values_of_their_own_at_each_place() -> None:
    base = fb.example("hybrid")
    down = fb.FrequencyConverter(name="to 1550", from_wavelength_m="980 nm", to_wavelength_m="1550 nm", efficiency=0.5)
    back = fb.FrequencyConverter(name="back", from_wavelength_m="1550 nm", to_wavelength_m="980 nm", efficiency=0.4)
    made_of = fb.chain(4, generation=fb.SenderReceiver(), memory=fb.Memory(name="m", wavelength_m="980 nm"), demands=[])
    links = [link.replace(interfaces_a=["to 1550"], interfaces_b=["back"]) for link in made_of.links]
    scenario = made_of.replace(interfaces=[down, back], links=links)
    of = {"interfaces/to 1550/efficiency": fb.Uniform(0.3, 0.6)}
    made = fb.spread(scenario, of, seed=2)
    by_name = {one.name: one for one in made.interfaces}
    drawn = [by_name[link.interfaces_a[0]].efficiency for link in made.links]
    assert len(set(drawn)) == 3 and min(drawn) >= 0.3 and max(drawn) <= 0.6
    assert {name for link in made.links for name in link.interfaces_b} == {"back"}
    assert by_name["back"] == back and len(by_name) == 4  # nothing is left that no link names
    wider = fb.spread(scenario, {"interfaces/back/efficiency": fb.Normal(0.1)} | of, seed=2)
    assert [{one.name: one for one in wider.interfaces}[link.interfaces_a[0]].efficiency for link in wider.links] == drawn
    fb.compile(made)
    every = fb.spread(base, {"interfaces/*/efficiency": fb.LogNormal(0.05)}, seed=1)
    assert len(every.interfaces) == sum(len(link.interfaces_a) + len(link.interfaces_b) for link in base.links)
    fb.compile(every)


def test_slots_that_do_not_work() -> None:
    """8 slots, a third of which work, at 600 nodes: the mean within six standard errors, one seed in 5e8 beyond."""
    base = network(600)
    made = fb.spread(base, working={"memories/*": 1 / 3}, seed=5)
    dead = set(made.failures[0].nodes)
    work = [0 if node.name in dead else memory.slots for node, memory in zip(made.nodes, made.memories, strict=True)]
    slots = base.memories[0].slots
    assert abs(np.mean(work) - slots / 3) < 6 * math.sqrt(slots * 2 / 9 / 600)
    assert {memory.slots for memory, n in zip(made.memories, work, strict=True) if n == 0} <= {1}
    none = fb.spread(network(2, duration_s=0.1), working={"memories/*": 0}, seed=1)
    down = fb.run(none, progress=False).failures
    assert sorted(down["node"].tolist()) == ["n0", "n1"] and np.isnan(down["up_s"]).all()  # and never up again


BAD: list[tuple[Callable[[], object], str, str]] = [
    (lambda: fb.spread(network(), {"memory/*/t2_s": fb.LogNormal(0.2)}, seed=1), "of", "memories"),
    (lambda: fb.spread(network(), {"memories/*": fb.LogNormal(0.2)}, seed=1), "of", "memories/*/t2_s"),
    (lambda: fb.spread(network(), {"memories/nw/t2_s": fb.LogNormal(0.2)}, seed=1), "of/memories/nw/t2_s", NV),
    (lambda: fb.spread(network(), {"memories/*/t2": fb.LogNormal(0.2)}, seed=1), "/t2", "t2_s"),
    (lambda: fb.spread(network(), {"memories/*/t2_law": fb.LogNormal(0.2)}, seed=1), "of/memories/*/t2_law", "a number"),
    (lambda: fb.spread(network(), {"memories/*/t2_s": 0.2}, seed=1), "of/memories/*/t2_s", "LogNormal(0.2)"),  # type: ignore[dict-item]
    (lambda: fb.spread(network(), {"stations/*/visibility": fb.Uniform(1.1, 1.2)}, seed=1), "of/stations/*/visibility", "1"),
    (lambda: fb.spread(network(), working={"links/*": 0.9}, seed=1), "working/links/*", "memories"),
    (lambda: fb.spread(network(), working={"memories/*": 1.5}, seed=1), "working/memories/*", "probability"),
    (lambda: fb.spread(network(), {"interfaces/*/efficiency": fb.Normal(0.1)}, seed=1), "of/interfaces/*/efficiency", "in use"),
    (lambda: fb.spread(network(), {"interface/*/efficiency": fb.Normal(0.1)}, seed=1), "of", "interfaces"),
    (lambda: fb.LogNormal(-1), "spread", "at least 0"),
    (lambda: fb.Normal(math.nan), "spread", "at least 0"),
    (lambda: fb.Uniform(2, 1), "high", "no less"),
]


@pytest.mark.parametrize("wrong, path, allowed", BAD)
def test_what_is_refused(wrong: Callable[[], object], path: str, allowed: str) -> None:
    with pytest.raises(fb.SpecError) as caught:
        wrong()
    assert caught.value.path == path
    assert allowed in str(caught.value)


def test_one_distribution_for_each_value() -> None:
    twice = {"memories/*/t2_s": fb.LogNormal(0.2), f"memories/{network().nodes[0].memory}/t2_s": fb.LogNormal(0.1)}
    with pytest.raises(fb.SpecError, match="second time"):
        fb.spread(network(), twice, seed=1)


# ---- as words of a scenario file -------------------------------------------------------------------------------------------

BLOCK = {
    "seed": 7,
    "spread": {
        "memories/*/t2_s": {"kind": "lognormal", "spread": 0.2},
        "memories/*/readout_fidelity_1": {"kind": "lognormal", "spread": 0.3, "of_error": True},
        "stations/*/visibility": {"kind": "uniform", "low": 0.8, "high": 0.9},
        "links/*/fiber/attenuation_db_per_km": {"kind": "normal", "spread": 0.05},
    },
    "working": {"memories/*": 0.9},
}


def file_with(block: object, tmp_path: Path) -> Path:
    path = tmp_path / "network.json"
    path.write_text(json.dumps({**network().to_dict(), "devices": block}))
    return path


def test_files_say_how_devices_differ(tmp_path: Path) -> None:
    of = {
        "memories/*/t2_s": fb.LogNormal(0.2),
        "memories/*/readout_fidelity_1": fb.LogNormal(0.3, of_error=True),
        "stations/*/visibility": fb.Uniform(0.8, 0.9),
        "links/*/fiber/attenuation_db_per_km": fb.Normal(0.05),
    }
    file = file_with(BLOCK, tmp_path)
    assert fb.load(file) == fb.spread(network(), of, seed=7, working={"memories/*": 0.9})
    assert fb.load(file) == fb.load(file)
    (tmp_path / "drawn.json").write_text(fb.load(file).to_json())
    assert fb.load(tmp_path / "drawn.json") == fb.load(file)
    assert fb.load(file_with({"seed": 1}, tmp_path)).memories == network().memories


def test_the_command_line_knows_them(tmp_path: Path) -> None:
    file = file_with(BLOCK, tmp_path)
    said = CliRunner().invoke(app, ["validate", str(file)])
    assert said.exit_code == 0, said.output
    said = CliRunner().invoke(app, ["validate", str(file_with({**BLOCK, "sed": 1}, tmp_path))])
    assert said.exit_code == 2 and "devices/sed" in said.output and "seed" in said.output


BAD_BLOCKS: list[tuple[object, str, str]] = [
    (3, "/devices", "an object"),
    ({}, "/devices/seed", "required"),
    ({"seed": 1.5}, "/devices/seed", "whole number"),
    ({"seed": True}, "/devices/seed", "whole number"),
    ({"seed": 1, "spred": {}}, "/devices/spred", "spread"),
    ({"seed": 1, "spread": []}, "/devices/spread", "an object"),
    ({"seed": 1, "spread": {"memories/*/t2_s": 3}}, "/devices/spread/memories~1*~1t2_s", "an object"),
    ({"seed": 1, "spread": {"memories/*/t2_s": {}}}, "/devices/spread/memories~1*~1t2_s/kind", "lognormal"),
    ({"seed": 1, "spread": {"memories/*/t2_s": {"kind": "lognorm"}}}, "/devices/spread/memories~1*~1t2_s/kind", "lognormal"),
    ({"seed": 1, "spread": {"memories/*/t2_s": {"kind": "normal"}}}, "/devices/spread/memories~1*~1t2_s/spread", "required"),
    (
        {"seed": 1, "spread": {"memories/*/t2_s": {"kind": "normal", "spread": -1}}},
        "/devices/spread/memories~1*~1t2_s/spread",
        "at least 0",
    ),
    (
        {"seed": 1, "spread": {"memories/*/t2_s": {"kind": "normal", "spread": 1, "low": 1}}},
        "/devices/spread/memories~1*~1t2_s/low",
        "kind, spread",
    ),
    (
        {"seed": 1, "spread": {"memories/*/t2_s": {"kind": "lognormal", "spread": 1, "of_error": 1}}},
        "/devices/spread/memories~1*~1t2_s/of_error",
        "true or false",
    ),
    ({"seed": 1, "spread": {"memory/*/t2_s": {"kind": "normal", "spread": 1}}}, "/devices/spread", "memories"),
    ({"seed": 1, "spread": {"memories/*/t3_s": {"kind": "normal", "spread": 1}}}, "/devices/spread", "t2_s"),
    (
        {"seed": 1, "spread": {"memories/x/t2_s": {"kind": "normal", "spread": 1}}},
        "/devices/spread/memories~1x~1t2_s",
        "one of",
    ),
    ({"seed": 1, "working": {"memories/*": 2}}, "/devices/working/memories~1*", "probability"),
    ({"seed": 1, "working": {"memories/*": "most"}}, "/devices/working/memories~1*", "finite number"),
]


@pytest.mark.parametrize(("block", "path", "allowed"), BAD_BLOCKS)
def test_bad_words_are_refused(block: object, path: str, allowed: str, tmp_path: Path) -> None:
    with pytest.raises(fb.SpecError) as caught:
        fb.load(file_with(block, tmp_path))
    assert path in str(caught.value) and allowed in str(caught.value)
