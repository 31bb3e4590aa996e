"""What rich hardware costs: to compile many links that are unlike, and at run time."""

from __future__ import annotations

import random
from typing import Any

from timing import Timer


def emitter(name: str, draw: random.Random, **more: Any) -> Any:
    """A memory in which nothing is ideal, and none is like another."""
    import farbell as fb

    return fb.Memory(
        name=name,
        slots=60,
        t1_s=draw.uniform(5, 20),
        t2_s=draw.uniform(0.5, 2),
        efficiency=draw.uniform(0.3, 0.6),
        double_excitation_probability=draw.uniform(0.01, 0.05),
        background_photons=draw.uniform(1e-5, 1e-4),
        photon_dephasing=draw.uniform(0.01, 0.05),
        photon_lifetime_s=draw.uniform(11e-9, 13e-9),
        initialisation_s=1e-6,
        initialisation_reliability=draw.uniform(0.99, 1),
        two_qubit_gate_reliability=draw.uniform(0.98, 1),
        readout_fidelity_0=draw.uniform(0.98, 1),
        readout_fidelity_1=draw.uniform(0.98, 1),
        **more,
    )


def station(name: str, draw: random.Random) -> Any:
    import farbell as fb

    detector = fb.Detector(
        efficiency=draw.uniform(0.8, 0.9),
        dark_count_rate_hz=draw.uniform(1, 100),
        window_s=50e-9,
        dead_time_s=20e-9,
        jitter_s=draw.uniform(1e-10, 1e-9),
        afterpulse_probability=draw.uniform(0.001, 0.01),
    )
    return fb.Station(
        name=name, visibility=draw.uniform(0.85, 0.9), local_overhead_s=1e-6, bin_separation_s=100e-9, detector=detector
    )


def generation(number: int, station: str) -> Any:
    """In turn: by two clicks, by one, by a source in the middle."""
    import farbell as fb

    if number % 3 == 0:
        return fb.DoubleClick(station=station)
    if number % 3 == 1:
        return fb.SingleClick(station=station, bright_state=0.05, phase_sigma_rad=0.1)
    return fb.MidpointSource(mean_pairs=0.05, spectral_purity=0.9, false_herald_probability=1e-6)


def unlike_links(nodes: int, links: int) -> Any:
    """A random tree with more links at random. Each node has a memory of its own, each link a station and a length."""
    import farbell as fb

    draw = random.Random(1)
    pairs = [(draw.randrange(i), i) for i in range(1, nodes)]
    joined = set(pairs)
    while len(pairs) < links:
        a, b = sorted(draw.sample(range(nodes), 2))
        if (a, b) not in joined:
            joined.add((a, b))
            pairs.append((a, b))
    return fb.Scenario(
        memories=[emitter(f"m{i}", draw) for i in range(nodes)],
        stations=[station(f"s{i}", draw) for i in range(links)],
        nodes=[fb.Node(name=f"n{i}", memory=f"m{i}") for i in range(nodes)],
        links=[
            fb.Link(
                node_a=f"n{a}",
                node_b=f"n{b}",
                fiber=fb.Fiber(length_m=draw.uniform(1e3, 5e4)),
                generation=generation(i, f"s{i}"),
            )
            for i, (a, b) in enumerate(pairs)
        ],
        duration_s=1.0,
    )


def measure_unlike_links(nodes: int, links: int, rounds: int = 5) -> dict[str, float]:
    import farbell as fb

    scenario = unlike_links(nodes, links)
    assert len(scenario.links) == links
    times = []
    for _ in range(rounds):
        with Timer() as compiling:
            fb.compile(scenario)
        times.append(compiling.cpu_s)
    return {"compile_cpu_s": sorted(times)[rounds // 2]}


def measure_rich_links(duration_s: float, rounds: int = 5) -> dict[str, float]:
    """A chain of 33 of the richest links, and of links that are stated to make as many pairs as often; turn by turn."""
    import farbell as fb

    draw = random.Random(1)
    nodes = [f"n{i}" for i in range(33)]
    fiber = fb.Fiber(length_m=10e3)
    names = ("plain", "rich", "attempts dephase")

    def chain(memory: Any, generation: Any, **more: Any) -> Any:
        return fb.compile(
            fb.Scenario(
                memories=[memory],
                nodes=[fb.Node(name=name, memory=memory.name) for name in nodes],
                links=[
                    fb.Link(node_a=a, node_b=b, fiber=fiber, generation=generation)
                    for a, b in zip(nodes, nodes[1:], strict=False)
                ],
                demands=[fb.Demand(node_a=nodes[0], node_b=nodes[-1], width=10)],
                control="messages",
                duration_s=duration_s,
                **more,
            )
        )

    memory, middle = emitter("memory", draw).replace(slots=20), station("station", draw)
    click = fb.DoubleClick(station="station")
    link = fb.Link(node_a="a", node_b="b", fiber=fiber, generation=click)
    made = fb.hardware.link_model(link, memory, memory, middle)
    stated = fb.Given(
        success_probability=made.success_probability,
        attempt_period_s=made.period_s,
        herald_delay_s=made.period_s,
        state=fb.Werner(fidelity=0.9),
    )
    models = dict(
        zip(
            names,
            (
                chain(memory, stated),
                chain(memory, click, stations=[middle]),
                chain(memory.replace(dephasing_attempts=1e5), click, stations=[middle]),
            ),
            strict=True,
        )
    )
    cost: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        for name, model in models.items():
            with Timer() as run:
                results = fb.run(model)
            cost[name].append(run.cpu_s / float(results.tables["links"]["successes"].sum()))
    middle_of = {name: sorted(values)[rounds // 2] for name, values in cost.items()}
    return {
        "rich": middle_of["rich"] / middle_of["plain"],
        "dephasing": middle_of["attempts dephase"] / middle_of["plain"],
        "pair_us": middle_of["rich"] * 1e6,
    }
