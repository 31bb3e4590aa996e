"""How fast environments of learning agents are stepped."""

from __future__ import annotations

import random

from timing import Timer


def measure_environments(envs: int, threads: int, steps: int) -> dict[str, float]:
    """Steps per second of real and of CPU time: one choice of a route a step, all through the public API, resets included."""
    import numpy as np

    import farbell as fb

    draw = random.Random(5)
    werner = fb.Werner(fidelity=0.98)
    network = fb.grid(
        4,
        5,
        length_m=10e3,
        memory=fb.Memory(name="memory", slots=8, t2_s=1.0),
        generation=fb.Given(success_probability=0.1, attempt_period_s=5e-5, herald_delay_s=5e-5, state=werner),
        routing=fb.Routing(kind="hops", alternatives=4),
        duration_s=0.5,
    )
    names = [node.name for node in network.nodes]
    ends = [draw.sample(names, 2) for _ in range(10)]
    demands = [fb.Demand(node_a=a, node_b=b, traffic=fb.Poisson(rate_hz=100)) for a, b in ends]
    played = fb.envs.RoutingVectorEnv(network.replace(demands=demands), envs, threads=threads)
    played.reset(seed=1)
    actions = np.zeros(envs, dtype=np.int64)
    for _ in range(20):
        played.step(actions)
    with Timer() as run:
        for _ in range(steps):
            _, _, _, _, infos = played.step(actions)
            actions = infos["action_mask"].argmax(axis=1)
    return {"steps_per_s": envs * steps / run.wall_s, "steps_per_cpu_s": envs * steps / run.cpu_s}
