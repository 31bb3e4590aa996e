"""Every example runs and delivers; SURFnet keeps what the README promises."""

from __future__ import annotations

from pathlib import Path

import pytest

import farbell as fb
from farbell.examples import write


@pytest.mark.parametrize("name", fb.examples())
def test_examples_deliver_on_every_demand(name: str) -> None:
    scenario = fb.example(name)
    assert scenario.name == name
    assert scenario.description
    assert fb.Scenario.from_json(scenario.to_json()) == scenario
    results = fb.run(scenario)
    assert min(results.demands["pairs"]) > 100


@pytest.mark.parametrize("name", fb.examples())
def test_written_examples_read_back(name: str, tmp_path: Path) -> None:
    path = write(name, tmp_path / f"{name}.json")
    assert fb.Scenario.from_json(path.read_text(encoding="utf-8")) == fb.example(name)
    assert path.read_text(encoding="utf-8").startswith('{\n  "version": 1,\n')


def test_unknown_examples_name_the_nearest() -> None:
    with pytest.raises(fb.SpecError) as error:
        fb.example("surfnet2")
    assert error.value.nearest == "surfnet"


def test_surfnet_is_the_real_map_with_its_credit() -> None:
    scenario = fb.example("surfnet")
    assert (len(scenario.nodes), len(scenario.links), len(scenario.demands)) == (50, 68, 10)
    assert scenario.duration_s == 60
    assert (scenario.state, scenario.control) == ("pair_density", "messages")
    assert all(isinstance(demand.traffic, fb.Poisson) for demand in scenario.demands)
    assert all(isinstance(link.generation, fb.DoubleClick) for link in scenario.links)
    assert any("CC BY 4.0" in credit and "10.1109/JSAC.2011.111002" in credit for credit in scenario.credits)
    assert any("detour factor of 1.5" in note and "haversine" in note for note in scenario.notes)
    places = {node.name: (node.latitude_deg, node.longitude_deg) for node in scenario.nodes}
    for link in scenario.links:
        great_circle_m = fb.topology.great_circle_m(places[link.node_a], places[link.node_b])
        assert link.fiber.length_m == pytest.approx(1.5 * great_circle_m, rel=1e-15)


@pytest.mark.parametrize("seed", range(5))
def test_surfnet_has_easy_pairs_hard_pairs_and_pairs_without_a_key(seed: int) -> None:
    demands = fb.run(fb.example("surfnet").replace(seed=seed)).demands
    asked, done = demands["requests_asked"], demands["requests_done"]
    assert sum(done / asked > 0.9) >= 8
    assert min(done / asked) < 0.5


def test_ring_takes_the_way_that_is_up() -> None:
    results = fb.run(fb.example("ring"))
    swaps, at_s = results.pairs["swaps"], results.pairs["delivered_s"]
    assert set(swaps[at_s < 3]) == {2}
    # A route that works is kept when a shorter one is mended.
    assert set(swaps[(at_s > 3) & (at_s < 7)]) == {4}
    assert set(swaps[at_s > 7]) == {2}
