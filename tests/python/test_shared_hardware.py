"""Links of equal hardware share the work of compiling them: so whatever makes two unlike must keep them apart."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

import farbell as fb

ALIGNMENT = fb.Alignment(
    arrival_offset_s="1 ns",
    arrival_jitter_s="1 ns",
    polarisation_angle_rad=0.1,
    polarisation_sigma_rad=0.1,
    free_running_s=0.9,
    stabilisation_s=0.1,
    phase_drift_rad_per_sqrt_s=0.3,
)
MODES = fb.Multiplexing(modes=3, mode_separation_s="2 us", switch_loss_db=0.5, crosstalk=0.01)
FIBER = fb.Fiber(
    length_m=5000,
    spans=[fb.FiberSpan(length_m=2000, loss_db=1.0), fb.FiberSpan(length_m=3000)],
    wavelength_m="1550 nm",
    dispersion_s_per_m2="17 ps/nm/km",
    pmd_s_per_sqrt_m="0.1 ps/sqrt(km)",
    classical_light=fb.ClassicalLight(power_to_b_w=1e-6, power_to_a_w=2e-6, raman_per_km_nm=2e-9, filter_bandwidth_m=1e-10),
)
PLAIN = FIBER.replace(dispersion_s_per_m2=0.0, classical_light=None)
LINKS: dict[str, tuple[Any, fb.Fiber]] = {
    "double click": (fb.DoubleClick(station="s", station_position=0.4, alignment=ALIGNMENT, multiplexing=MODES), FIBER),
    "single click": (
        fb.SingleClick(
            station="s",
            station_position=0.4,
            bright_state=0.1,
            bright_state_b=0.2,
            phase_sigma_rad=0.1,
            phase_correlation_s=1e-3,
            alignment=ALIGNMENT,
            multiplexing=fb.Multiplexing(modes=3, shared_detectors=True),
        ),
        FIBER,
    ),
    "source": (
        fb.MidpointSource(
            source_position=0.4,
            mean_pairs=0.1,
            spectral_purity=0.9,
            pair_fidelity=0.95,
            herald_efficiency=0.9,
            false_herald_probability=0.01,
            local_overhead_s="1 us",
            multiplexing=fb.Multiplexing(modes=3, mode_separation_s="2 us", switch_loss_db=0.5),
        ),
        PLAIN,
    ),
    "source of some bandwidth": (
        fb.MidpointSource(mean_pairs=0.1, bandwidth_hz="10 MHz", bandwidth_b_hz="20 MHz"),
        fb.Fiber(length_m="5 km"),
    ),
    "sent": (
        fb.SenderReceiver(
            absorption_efficiency=0.5,
            pair_fidelity=0.95,
            herald_efficiency=0.9,
            false_herald_probability=0.01,
            local_overhead_s="1 us",
            multiplexing=fb.Multiplexing(modes=3, switch_loss_db=0.5),
        ),
        PLAIN,
    ),
    "graph": (
        fb.RepeaterGraph(
            sources=2,
            arms=3,
            branching=[4, 2],
            repetition_s="2 us",
            source_efficiency=0.95,
            detector_efficiency=0.9,
            bell_success_probability=0.6,
            visibility=0.9,
            photon_depolarising=0.01,
            local_overhead_s="1 us",
            multiplexing=fb.Multiplexing(modes=3, mode_separation_s="2 us", switch_loss_db=0.5),
        ),
        PLAIN.replace(pmd_s_per_sqrt_m=0.0),
    ),
    "given": (
        fb.Given(
            success_probability=0.1,
            attempt_period_s=1e-5,
            herald_delay_s=2e-5,
            state=fb.Werner(fidelity=0.9),
            multiplexing=fb.Multiplexing(modes=3, mode_separation_s="2 us"),
        ),
        PLAIN,
    ),
}


def network(kind: str) -> dict[str, Any]:
    """Two links alike, each between nodes of its own."""
    generation, fiber = LINKS[kind]
    memory = fb.Memory(name="m", efficiency=0.5, photon_lifetime_s="10 ns", absorption_bandwidth_hz="100 MHz", slots=8)
    detector = fb.Detector(dark_count_rate_hz=100, window_s="100 ns")
    scenario = fb.Scenario(
        duration_s=1,
        memories=[memory],
        stations=[
            fb.Station(name="s", visibility=0.9, bin_separation_s="200 ns", local_overhead_s="1 us", detector=detector),
        ],
        nodes=[fb.Node(name=name, memory="m") for name in "abcd"],
        links=[fb.Link(node_a=a, node_b=b, fiber=fiber, generation=generation) for a, b in ("ab", "cd")],
    )
    return json.loads(scenario.to_json())


def numbers(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inner:
        yield from numbers(value, (*path, key))
    if isinstance(node, (int, float)):
        yield path


def told(document: dict[str, Any]) -> dict[str, Any]:
    """What compiling makes of the second link."""
    model = fb.compile(fb.Scenario.from_json(json.dumps(document)))
    table = model.link_table()
    return {name: column[1] for name, column in table.items()}


@pytest.mark.parametrize("kind", LINKS)
def test_a_link_that_is_unlike_in_one_number_is_compiled_by_itself(kind: str) -> None:
    base = network(kind)
    plain = told(base)
    seen = 0
    for place in numbers({key: base["links"][1][key] for key in ("fiber", "generation")}):
        both, own = copy.deepcopy(base), copy.deepcopy(base)
        for document, links in ((both, (1,)), (own, (0, 1))):
            for number in links:
                *way, last = place
                inner = document["links"][number]
                for step in way:
                    inner = inner[step]
                value = inner[last]
                inner[last] = not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else value * 0.9
        try:
            expected = told(own)
        except fb.SpecError:
            continue  # a number that others hold in place
        assert told(both) == expected, place
        seen += expected != plain
    assert (
        seen
        >= {
            "double click": 15,
            "single click": 15,
            "source": 10,
            "source of some bandwidth": 7,
            "sent": 9,
            "graph": 12,
            "given": 4,
        }[kind]
    )
