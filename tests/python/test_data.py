"""The data that is shipped: maps complete and credited, hardware values each with a source."""

from __future__ import annotations

import json
import math
from importlib import resources
from itertools import pairwise

import pytest

import farbell as fb

DATA = resources.files("farbell") / "data"
MAPS = fb.topology.maps()


def content(name: str) -> dict:
    return json.loads((DATA / "maps" / f"{name}.json").read_text(encoding="utf-8"))


def test_the_licence_of_the_maps_is_shipped() -> None:
    text = (DATA / "LICENSE.CC-BY-4.0.topology-zoo.txt").read_text(encoding="utf-8")
    assert text.startswith("Creative Commons Attribution 4.0 International Public License")
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    assert "10.1109/JSAC.2011.111002" in readme
    assert all(f"| {name} |" in readme for name in MAPS)


@pytest.mark.parametrize("name", MAPS)
def test_maps_are_complete(name: str) -> None:
    found = content(name)
    assert found["name"] == name
    assert "Internet Topology Zoo" in found["source"]
    assert "CC BY 4.0" in found["licence"]
    assert "10.1109/JSAC.2011.111002" in found["cite"]
    assert found["changes"]
    names = [node[0] for node in found["nodes"]]
    assert len(set(names)) == len(names)
    assert all(names)
    pairs = {frozenset(link) for link in found["links"]}
    assert len(pairs) == len(found["links"])
    assert all(len(pair) == 2 and max(pair) < len(names) for pair in pairs)
    reached = {0}
    while grown := {end for pair in pairs if pair & reached for end in pair} - reached:
        reached |= grown
    assert len(reached) == len(names), "the map is connected"


@pytest.mark.parametrize("name", MAPS)
def test_maps_become_scenarios(name: str) -> None:
    scenario = fb.topology.from_map(name, detour_factor=1.5, drop_unplaced=True)
    unplaced = sum(node[1] is None for node in content(name)["nodes"])
    assert len(scenario.nodes) == len(content(name)["nodes"]) - unplaced
    assert all(node.latitude_deg is not None and node.longitude_deg is not None for node in scenario.nodes)
    assert any(note.startswith("Dropped nodes without coordinates") for note in scenario.notes) == bool(unplaced)
    assert "CC BY 4.0" in scenario.credits[0]


def test_size_of_surfnet() -> None:
    found = content("surfnet")
    assert (len(found["nodes"]), len(found["links"])) == (50, 68)
    assert all(math.isfinite(node[1]) and math.isfinite(node[2]) for node in found["nodes"])


def test_delft_to_eindhoven_is_as_long_as_the_documentation_says() -> None:
    """docs/physics/fiber_lengths.md compares this route with the installed fibre."""
    scenario = fb.example("surfnet")
    places = {node.name: (node.latitude_deg, node.longitude_deg) for node in scenario.nodes}
    assert fb.topology.great_circle_m(places["Delft"], places["Eindhoven"]) == pytest.approx(99.7e3, abs=50)
    lengths = {frozenset((link.node_a, link.node_b)): link.fiber.length_m for link in scenario.links}
    demands = [demand for demand in scenario.demands if demand.node_b == "Eindhoven"]
    route = fb.compile(scenario.replace(demands=demands)).routes[0]
    length_m = sum(lengths[frozenset(hop)] for hop in pairwise(route))
    assert (len(route) - 1, length_m) == (5, pytest.approx(162.7e3, abs=50))


def test_every_published_value_has_a_source() -> None:
    for entry in fb.presets.published():
        assert entry.source
        assert 2000 < entry.year < 2030
        assert entry.confidence in {"verified", "secondary", "derived"}
        if isinstance(entry.value, (bool, str)):
            assert entry.unit == ""
        else:
            assert entry.unit and math.isfinite(entry.value)


def test_every_value_of_the_preset_has_an_origin_or_is_called_assumed() -> None:
    hardware = fb.platform("projected_nv_10x")
    text = "\n".join(hardware.memory_notes + hardware.station_notes + hardware.fiber_notes)
    plain = fb.Memory(name=hardware.memory.name)
    data, defaults = json.loads(hardware.memory.to_json()), json.loads(plain.to_json())
    for name, value in data.items():
        if value != defaults.get(name):
            assert f"{name} = " in text
    for name in ("visibility", "local_overhead_s", "dark_count_rate_hz", "window_s", "attenuation_db_per_km"):
        assert f"{name} = " in text
    assert any(note.startswith("Assumed: slots") for note in hardware.memory_notes)


def test_conversions_of_published_fidelities() -> None:
    memory = fb.platform("projected_nv_10x").memory
    assert (1 + 15 * memory.two_qubit_gate_reliability) / 16 == pytest.approx(0.997, abs=1e-12)
    assert (1 + memory.initialisation_reliability) / 2 == pytest.approx(0.999, abs=1e-12)
    assert fb.platform("projected_nv_10x").fiber(0).speed_m_per_s == pytest.approx(299_792_458 / 1.44)
