"""What a round costs: many demands on a large grid, between nodes anywhere."""

from __future__ import annotations

import random

from timing import Timer

#: Routers in rounds, and their classes.
ROUTERS = {
    "shortest": "ShortestRouter",
    "greedy": "GreedyRouter",
    "q_pass": "QPassRouter",
    "q_cast": "QCastRouter",
    "multipath_local": "MultipathLocalRouter",
    "multipath_global": "MultipathGlobalRouter",
    "ghz_fusion": "GhzFusionRouter",
}


def measure_rounds(router: str, side: int, demands: int, rounds: int = 3) -> dict[str, float]:
    """CPU seconds of a round: lanes given away, attempts, what is joined, states and results."""
    import farbell as fb

    draw = random.Random(0)
    ends = [draw.sample([f"r{row}c{column}" for row in range(side) for column in range(side)], 2) for _ in range(demands)]
    memory = fb.Memory(name="memory", slots=10, t2_s=0.1, two_qubit_gate_s=1e-5, measurement_s=1e-5)
    link = fb.Given(success_probability=0.02, attempt_period_s=1e-4, herald_delay_s=1e-4, state=fb.Werner(fidelity=0.98))
    grid = fb.grid(
        side,
        side,
        length_m=10e3,
        memory=memory,
        generation=link,
        demands=[fb.Demand(name=f"d{k}", node_a=a, node_b=b) for k, (a, b) in enumerate(ends)],
        duration_s=rounds * 0.01,
        state="bell_diagonal" if router == "ghz_fusion" else "auto",
        control="ideal" if router == "multipath_global" else "messages",
        routing=fb.Routing(kind="hops", alternatives=5 if router == "q_pass" else 1),
        rounds=fb.Rounds(router=getattr(fb, ROUTERS[router])(), round_s=0.01, attempt_s=8e-3, channels=3),
    )
    with Timer() as compiling:
        model = fb.compile(grid)
    with Timer() as running:
        results = fb.run(model, threads=1, progress=False)
    pairs = results.demands["pairs"].sum() / rounds
    return {"round_cpu_s": running.cpu_s / rounds, "compile_cpu_s": compiling.cpu_s, "pairs": float(pairs)}
