"""The workload of control planes, for `workloads.py`; farbell is imported when it is run."""

from __future__ import annotations

import random
from collections import Counter

from timing import Timer


def measure_reconvergence(side: int, demands: int) -> dict[str, float]:
    """CPU milliseconds of a failure of the busiest link of a grid, and its repair: a run with many less one without, a failure.

    News of both is flooded to the ends of all demands; those whose routes it cuts look for others.
    """
    import farbell as fb

    draw = random.Random(2)
    failures = 50
    period_s = 0.8 / failures
    scenario = fb.grid(
        side,
        side,
        length_m=10e3,
        memory=fb.Memory(name="memory", slots=4 * demands),
        # Hardly ever a pair: what is measured is the control plane.
        generation=fb.Given(success_probability=1e-9, attempt_period_s=1e-5, herald_delay_s=5e-5),
        duration_s=1.2,
        record="summary",
    )
    names = [node.name for node in scenario.nodes]
    ends = [draw.sample(names, 2) for _ in range(demands)]
    scenario = scenario.replace(
        routing=fb.Routing(kind="hops"),
        control_plane=fb.LinkState(),
        heartbeat_period_s=period_s / 64,
        # Each failure finds all on their first routes again.
        demands=[fb.Demand(name=f"D{i}", node_a=a, node_b=b, reservation_s=period_s / 8) for i, (a, b) in enumerate(ends)],
    )
    routes = fb.compile(scenario).routes
    on_routes = Counter(frozenset(hop) for route in routes for hop in zip(route, route[1:], strict=False))
    busiest, rerouted = on_routes.most_common(1)[0]
    lost = next(link for link in scenario.links if {link.node_a, link.node_b} == busiest)
    down = [(t, t + period_s / 2) for t in (0.2 + period_s * k for k in range(failures))]
    spent = []
    for windows in ([(2, 3)], down):
        cut = fb.Failure(links=[lost.name or f"{lost.node_a}--{lost.node_b}"], down=windows)
        model = fb.compile(scenario.replace(failures=[cut]))
        with Timer() as timer:
            fb.run(model, threads=1, progress=False)
        spent.append(timer.cpu_s)
    return {"failure_ms": (spent[1] - spent[0]) / failures * 1e3, "rerouted": rerouted}
