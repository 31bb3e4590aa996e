"""The workloads of the speed and size table, one per fresh process: `python workloads.py NAME [OPTION=VALUE ...]`.

Prints one line of JSON. CPU seconds are those of the whole process (all threads) around the call that is judged; peak
memory is the high-water mark of the process, interpreter and imports included.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import os
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from control_workloads import measure_reconvergence
from hardware_workloads import measure_rich_links, measure_unlike_links
from learning_workloads import measure_environments
from path_peers import routes_of_igraph, routes_of_networkx
from program_workloads import measure_program_steps, measure_program_swaps, measure_program_teleport
from rounds_workloads import measure_rounds
from router_workloads import measure_routers, unlike
from timing import Timer, best_ns


def peak_mb() -> float:
    """High-water mark of this program's memory; `ru_maxrss` would also hold that of the process that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


SPEED_M_PER_S = 2e8


def given(length_m: float, success: float, period_s: float | None = None, fidelity: float = 0.98) -> Any:
    """A stated link: the herald comes one way later, and the next attempt starts with it unless a period is given."""
    one_way_s = length_m / SPEED_M_PER_S
    return fb.Given(
        success_probability=success,
        attempt_period_s=period_s or one_way_s,
        herald_delay_s=one_way_s,
        state=fb.Werner(fidelity=fidelity),
    )


def noisy_memory(slots: int) -> Any:
    """T1/T2, gate errors and durations, read-out errors: nothing idle in the swap."""
    return fb.Memory(
        name="memory",
        slots=slots,
        t1_s=10.0,
        t2_s=1.0,
        single_qubit_gate_s=1e-6,
        two_qubit_gate_s=1e-5,
        measurement_s=1e-5,
        single_qubit_gate_reliability=0.999,
        two_qubit_gate_reliability=0.995,
        readout_fidelity_0=0.995,
        readout_fidelity_1=0.99,
    )


def idle_memory(slots: int) -> Any:
    """Depolarising 0.1 s, dephasing 0.04 s; gates perfect and instantaneous."""
    return fb.Memory(name="memory", slots=slots, depolarising_s=0.1, dephasing_s=0.04)


def chain(nodes: int, length_m: float, generation: Any, memory: Any, demand: dict[str, Any], **run: Any) -> Any:
    names = [f"n{i}" for i in range(nodes)]
    return fb.Scenario(
        memories=[memory],
        nodes=[fb.Node(name=n, memory=memory.name) for n in names],
        links=[
            fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=length_m, speed_m_per_s=SPEED_M_PER_S), generation=generation)
            for a, b in itertools.pairwise(names)
        ],
        demands=[fb.Demand(node_a=names[0], node_b=names[-1], **demand)],
        **run,
    )


def chain_33(
    state: str = "pair_density",
    success: float = 0.05,
    detail: str = "skip",
    duration_s: float = 3.0,
    slots: int = 10,
    control: str = "messages",
    distil: str = "",
    cutoff_s: float | None = None,
) -> Any:
    """`distil`: a round of this protocol on every link."""
    twirl = {"approximate": "pauli_twirl"} if state == "bell_diagonal" else {}
    demand: dict[str, Any] = {"width": slots, **({"cutoff": fb.Cutoff(age_s=cutoff_s)} if cutoff_s else {})}
    scenario = chain(
        33,
        10e3,
        given(10e3, success),
        noisy_memory(2 * slots),
        demand,
        duration_s=duration_s,
        warm_up_s=0.05 * duration_s,
        state=state,
        detail=detail,
        control=control,
        **twirl,
    )
    if distil:
        rounds = fb.Distillation(rounds=[distil])
        scenario = scenario.replace(links=[link.replace(distillation=rounds) for link in scenario.links])
    return scenario


def grid(side: int, demands: int, width: int = 5, slots: int = 60, **run: Any) -> Any:
    """`demands` endless demands between random nodes at most 8 hops apart, over the links of the 33-chain."""
    draw = random.Random(1)
    name = "n{}_{}".format
    pairs: set[tuple[str, str]] = set()
    while len(pairs) < demands:
        (x, y), (dx, dy) = (draw.randrange(side), draw.randrange(side)), (draw.randint(-8, 8), draw.randint(-8, 8))
        if 0 < abs(dx) + abs(dy) <= 8 and 0 <= x + dx < side and 0 <= y + dy < side:
            pairs.add((name(x, y), name(x + dx, y + dy)))
    links = [
        (name(x, y), name(x + dx, y + dy))
        for x in range(side)
        for y in range(side)
        for dx, dy in ((1, 0), (0, 1))
        if x + dx < side and y + dy < side
    ]
    memory, fiber, generation = noisy_memory(slots), fb.Fiber(length_m=10e3, speed_m_per_s=SPEED_M_PER_S), given(10e3, 0.05)
    return fb.Scenario(
        memories=[memory],
        nodes=[fb.Node(name=name(x, y), memory=memory.name) for x in range(side) for y in range(side)],
        links=[fb.Link(node_a=a, node_b=b, fiber=fiber, generation=generation) for a, b in links],
        demands=[fb.Demand(node_a=a, node_b=b, width=width) for a, b in sorted(pairs)],
        control="messages",
        **run,
    )


def counts(results: Any) -> dict[str, float]:
    """Totals of a run, from its tables."""
    tables = results.tables
    total = lambda table, column: float(tables[table][column].sum())  # noqa: E731
    return {
        "pairs": total("demands", "pairs"),
        "links_and_swaps": total("links", "successes") + total("nodes", "swaps") + total("nodes", "failed_swaps"),
        "events": total("replicas", "events"),
    }


def measure_chain_33(**options: Any) -> dict[str, float]:
    model = fb.compile(chain_33(**options))
    with Timer() as run:
        results = fb.run(model)
    c = counts(results)
    return {
        "pairs_per_cpu_s": c["pairs"] / run.cpu_s,
        "links_and_swaps_per_cpu_s": c["links_and_swaps"] / run.cpu_s,
        "events_per_pair": c["events"] / c["pairs"],
        "ns_per_event": run.cpu_s / c["events"] * 1e9,
        "cpu_s": run.cpu_s,
    }


def measure_time_shares(duration_s: float) -> dict[str, float]:
    """The chain of 33 with and without accounts of time, turn by turn: the difference is smaller than the machine's moods."""
    model = fb.compile(chain_33(duration_s=duration_s))
    cpu_s: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(10):
        with Timer() as run:
            fb.run(model, time_shares=turn % 2 == 0)
        cpu_s[turn % 2 == 0].append(run.cpu_s)
    with_accounts, without = (sorted(cpu_s[kept])[2] for kept in (True, False))
    return {"cost": with_accounts / without}


def measure_chain_1000() -> dict[str, float]:
    scenario = chain(
        1000,
        20e3,
        given(20e3, 0.01, 1e-5),
        idle_memory(2),
        {"traffic": fb.OneOff(), "pipelined": False},
        duration_s=2.0,
        control="messages",
    )
    cpu_s = []
    for seed in range(21):
        model = fb.compile(scenario.replace(seed=seed))
        with Timer() as run:
            results = fb.run(model)
        assert counts(results)["pairs"] == 1
        cpu_s.append(run.cpu_s)
        del model, results  # not while the next run is timed
    return {"cpu_s": sorted(cpu_s)[len(cpu_s) // 2]}


def measure_chain_200() -> dict[str, float]:
    model = fb.compile(
        chain(
            200,
            20e3,
            given(20e3, 0.01, 1e-5),
            idle_memory(2),
            {"traffic": fb.OneOff(), "pairs_per_request": 200},
            duration_s=1000.0,
            control="messages",
        )
    )
    with Timer() as run:
        results = fb.run(model)
    assert counts(results)["pairs"] == 200
    return {"cpu_s": run.cpu_s, "peak_mb": peak_mb()}


def measure_grid(
    side: int, demands: int, duration_s: float, record: str = "summary", width: int = 5, slots: int = 60
) -> dict[str, float]:
    """Summaries only: what rows cost in memory is measured on its own."""
    scenario = grid(side, demands, width, slots, duration_s=duration_s, warm_up_s=0.05 * duration_s, record=record)
    with Timer() as compiling:
        model = fb.compile(scenario)
    with Timer() as run:
        results = fb.run(model)
    c = counts(results)
    return {
        "compile_cpu_s": compiling.cpu_s,
        "links_and_swaps_per_cpu_s": c["links_and_swaps"] / run.cpu_s,
        "pairs_per_cpu_s": c["pairs"] / run.cpu_s,
        "events_per_pair": c["events"] / c["pairs"],
        "peak_mb": peak_mb(),
        "cpu_s": run.cpu_s,
    }


def measure_rows(rows: float) -> dict[str, float]:
    """Ten slots of one sure link: ten rows a period. Rows above the memory limit go to Parquet files in a temporary folder."""
    import tempfile

    period_s, slots = 1e-6, 10
    model = fb.compile(
        chain(
            2,
            1.0,
            given(1.0, 1.0, period_s),
            fb.Memory(name="memory", slots=slots),
            {"width": slots},
            duration_s=rows / slots * period_s,
            record="rows",
        )
    )
    with tempfile.TemporaryDirectory() as folder, Timer() as run:
        results = fb.run(model, out=folder)
        delivered = counts(results)["pairs"]
        peak = peak_mb()
    return {"rows": delivered, "peak_mb": peak, "cpu_s": run.cpu_s}


def routes_network(nodes: int, seed: int) -> Any:
    """A random tree with more links at random, up to a mean degree of 5; lengths of 1 to 100 km."""
    draw = random.Random(seed)
    pairs = [(draw.randrange(i), i) for i in range(1, nodes)]
    joined = set(pairs)
    while len(pairs) < 5 * nodes // 2:
        a, b = sorted(draw.sample(range(nodes), 2))
        if (a, b) not in joined:
            joined.add((a, b))
            pairs.append((a, b))
    memory, link = idle_memory(2), given(20e3, 0.01, 1e-5)
    return fb.Scenario(
        memories=[memory],
        nodes=[fb.Node(name=f"n{i}", memory=memory.name) for i in range(nodes)],
        links=[
            fb.Link(node_a=f"n{a}", node_b=f"n{b}", fiber=fb.Fiber(length_m=draw.uniform(1e3, 1e5)), generation=link)
            for a, b in pairs
        ],
        duration_s=1.0,
    )


def measure_routes(nodes: int) -> dict[str, float]:
    """CPU milliseconds between two nodes, medians over five pairs, by the public API; networkx and igraph beside it."""
    scenario = routes_network(nodes, seed=nodes)
    model = fb.compile(scenario)
    draw = random.Random(1)
    ends = [[f"n{i}" for i in draw.sample(range(nodes), 2)] for _ in range(5)]

    def median_ms(find: Callable[[str, str], Any], times: int) -> float:
        taken = []
        for a, b in ends:
            with Timer() as search:
                for _ in range(times):
                    find(a, b)
            taken.append(search.cpu_s / times * 1e3)
        return sorted(taken)[len(taken) // 2]

    def ten(a: str, b: str) -> list[float]:
        return [route.cost for route in fb.routing.k_shortest_paths(model, a, b, 10, metric="length")]

    figures = {
        "one_ms": median_ms(lambda a, b: fb.routing.shortest_path(model, a, b, metric="length"), 20),
        "ten_ms": median_ms(ten, 20),
    }
    edges = [(link.node_a, link.node_b, link.fiber.length_m) for link in scenario.links]
    for peer in (routes_of_networkx, routes_of_igraph):
        try:
            name, one_of_peer, ten_of_peer = peer(edges)
        except ImportError:
            continue
        for a, b in ends:
            assert all(math.isclose(x, y) for x, y in zip(ten(a, b), ten_of_peer(a, b), strict=True))
        figures[f"{name}_one_ms"] = median_ms(one_of_peer, 1)
        figures[f"{name}_ten_ms"] = median_ms(ten_of_peer, 1)
    return figures


def routers(nodes: int) -> dict[str, float]:
    return measure_routers(fb.example("surfnet") if nodes == 50 else unlike(routes_network(nodes, seed=nodes)))


def measure_rerouting(nodes: int, demands: int) -> dict[str, float]:
    """CPU milliseconds of a failure of the ten busiest nodes and its repair: a run with many less one without, a failure."""
    draw = random.Random(2)
    scenario = routes_network(nodes, seed=nodes)
    ends = [draw.sample(range(nodes), 2) for _ in range(demands)]
    failures, busiest = 50, 10
    period_s = 0.8 / failures
    scenario = scenario.replace(
        memories=[idle_memory(4 * demands)],
        # Hardly ever a pair: what is measured is the control plane. Each failure finds all on their first routes again.
        links=[link.replace(generation=given(20e3, 1e-9, 1e-5)) for link in scenario.links],
        demands=[
            fb.Demand(name=f"D{i}", node_a=f"n{a}", node_b=f"n{b}", reservation_s=period_s / 8) for i, (a, b) in enumerate(ends)
        ],
    )
    routes = fb.compile(scenario).routes
    on_routes = Counter(node for route in routes for node in route[1:-1])
    lost = [node for node, _ in on_routes.most_common(busiest)]
    down = [(t, t + period_s / 2) for t in (0.2 + period_s * k for k in range(failures))]
    models = [fb.compile(scenario.replace(failures=[fb.Failure(nodes=lost, down=windows)])) for windows in ([(2, 3)], down)]
    spent = []
    for model in models:
        with Timer() as timer:
            fb.run(model, threads=1, progress=False)
        spent.append(timer.cpu_s)
    return {"failure_ms": (spent[1] - spent[0]) / failures * 1e3, "rerouted": sum(bool({*lost} & {*route}) for route in routes)}


def delft_eindhoven() -> Any:
    """One repeater on the shortest route over installed fibre; lengths and losses of Avis et al., npj Quantum Inf. 9, 100."""
    hardware = fb.platform("projected_nv_10x").replace(slots=2)
    links = []
    for ends, km, loss_db, station_km, skew_db in (
        (("Delft", "repeater"), 101.9, 28.0, 82.8, 15.6),
        (("repeater", "Eindhoven"), 124.6, 29.2, 75.1, 4.0),
    ):
        generation = fb.SingleClick(
            station=hardware.station.name,
            station_position=station_km / km,
            bright_state=0.05,
            bright_state_b=0.05 * 10 ** (-skew_db / 10),
            phase_sigma_rad=0.35,
        )
        fiber = fb.Fiber(length_m=km * 1e3, attenuation_db_per_km=loss_db / km)
        links.append(fb.Link(node_a=ends[0], node_b=ends[1], fiber=fiber, generation=generation))
    return fb.Scenario(
        duration_s=60.0,
        record="summary",
        memories=[hardware.memory],
        stations=[hardware.station],
        nodes=[fb.Node(name=name, memory=hardware.memory.name) for name in ("Delft", "repeater", "Eindhoven")],
        links=links,
        demands=[fb.Demand(node_a="Delft", node_b="Eindhoven")],
    )


def measure_requirements(seeds: int = 3, replicas: int = 32) -> dict[str, float]:
    """Wall seconds of a search for each of some seeds, and by how much the costs of their answers differ, relatively."""
    costs = []
    with Timer() as search:
        for seed in range(seeds):
            answer = fb.requirements(
                delft_eindhoven(),
                target={"rate": 0.5, "fidelity": 0.8},
                improve=["efficiency", "phase_sigma_rad", "t2_s", "two_qubit_gate_reliability"],
                replicas=replicas,
                seed=seed,
                progress=False,
            )
            costs.append(answer.cost)
    return {"wall_s": search.wall_s, "spread": (max(costs) - min(costs)) / min(costs), "cost": sum(costs) / seeds}


def measure_passes(stations: int, days: float, step_s: float) -> dict[str, float]:
    """Tables of all passes of the ISS, as its elements were in January 2014, over stations all over the Earth."""
    space = fb.freespace
    orbit = space.Orbit(
        "1 25544U 98067A   14020.93268519  .00009878  00000-0  18200-3 0  5082",
        "2 25544  51.6498 109.4756 0003572  55.9686 274.8005 15.49815350868473",
    )
    places = [space.GroundStation(f"s{i}", 60 - 120 * i / stations, 360 * i / stations) for i in range(stations)]
    with Timer() as timer:
        seen = space.view(orbit, places, start="2014-01-21T00:00:00Z", duration_s=days * 86_400, step_s=step_s)
        rows, passes = len(seen.table), len(seen.passes)
    return {"wall_s": timer.wall_s, "rows": rows, "passes": passes}


def measure_import(what: str) -> dict[str, float]:
    assert what not in sys.modules
    __import__("numpy")
    before = peak_mb()
    with Timer() as importing:
        __import__(what)
    return {"cpu_s": importing.cpu_s, "mb": peak_mb() - before}


def measure_threads(duration_s: float = 40.0) -> dict[str, float]:
    """Eight replicas of the 33-chain, on one thread and then on two."""
    model = fb.compile(chain_33(duration_s=duration_s))
    runs = {}
    for threads in (1, 2):
        with Timer() as runs[threads]:
            fb.run(model, replicas=8, threads=threads)
    return {"speed_up": runs[1].wall_s / runs[2].wall_s, "replica_s": runs[1].cpu_s / 8}


def measure_against(peer: str) -> dict[str, float]:
    """The reduced workload of `peers/PEER_chain.py`, as near as both express it."""
    if peer == "requsim":  # its pairs start to decay at the end of the successful trial, Farbell's at its start
        names = [f"n{i}" for i in range(9)]
        link = fb.Given(success_probability=0.8 * math.exp(-20 / 22), attempt_period_s=2e-4, herald_delay_s=2e-4)
        scenario = fb.Scenario(
            memories=[
                fb.Memory(name="end"),
                fb.Memory(name="inner", slots=2, dephasing_s=0.1, two_qubit_gate_reliability=0.99),
            ],
            nodes=[fb.Node(name=n, memory="end" if n in (names[0], names[-1]) else "inner") for n in names],
            links=[
                fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=20e3), generation=link)
                for a, b in itertools.pairwise(names)
            ],
            demands=[fb.Demand(node_a=names[0], node_b=names[-1])],
            control="ideal",
            duration_s=100.0,
        )
    elif peer == "simqn":
        link = fb.Given(success_probability=1.0, attempt_period_s=1e-3, herald_delay_s=1e-4, state=fb.Werner(fidelity=0.99))
        scenario = chain(9, 20e3, link, fb.Memory(name="memory", slots=2), {}, control="messages", duration_s=100.0)
    else:
        memory = fb.Memory(name="memory", slots=2, efficiency=0.9, initialisation_s=5e-4)
        names = ["r0", "r1", "r2"]
        scenario = fb.Scenario(
            memories=[memory],
            stations=[fb.Station(name="station", detector=fb.Detector(efficiency=0.8))],
            nodes=[fb.Node(name=n, memory="memory") for n in names],
            links=[
                fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m=10e3), generation=fb.DoubleClick(station="station"))
                for a, b in itertools.pairwise(names)
            ],
            demands=[fb.Demand(node_a="r0", node_b="r2")],
            control="messages",
            duration_s=1000.0,
        )
    model = fb.compile(scenario)
    with Timer() as run:
        results = fb.run(model)
    pairs = counts(results)["pairs"]
    return {
        "pairs_per_cpu_s": pairs / run.cpu_s,
        "pairs_per_s": pairs / scenario.duration_s,
        "fidelity": float(results.pairs["fidelity"].mean()),
        "cpu_s": run.cpu_s,
    }


def measure_stabilizer_gate() -> dict[str, float]:
    """Single gates on a state of four qubits, called from Python; Stim's simulator beside it."""
    import stim

    own, other = fb.states.Stabilizer(4), stim.TableauSimulator()
    other.set_num_qubits(4)
    return {
        "gate_ns": max(best_ns(lambda: own.h(1)), best_ns(lambda: own.cx(0, 1))),
        "stim_ns": max(best_ns(lambda: other.h(1)), best_ns(lambda: other.cx(0, 1))),
    }


def measure_stabilizer_wide(n: int, layers: int) -> dict[str, float]:
    """Layers of random gates on all qubits and then on neighbours, a call a gate; then all are read. Stim does the same."""
    import stim

    one, two = ["h", "s", "sqrt_x", "s_dag", "sqrt_y"], ["cx", "cz", "swap"]
    choose = random.Random(1)
    gates: list[tuple[str, tuple[int, ...]]] = []
    for layer in range(layers):
        gates += [(choose.choice(one), (q,)) for q in range(n)]
        gates += [(choose.choice(two), (q, q + 1)) for q in range(layer % 2, n - 1, 2)]
    own, other = fb.states.Stabilizer(n, seed=1), stim.TableauSimulator(seed=1)
    other.set_num_qubits(n)
    with Timer() as own_gates:
        for name, qubits in gates:
            getattr(own, name)(*qubits)
    with Timer() as other_gates:
        for name, qubits in gates:
            getattr(other, name)(*qubits)
    with Timer() as own_reads:
        own.measure_many()
    with Timer() as other_reads:
        other.measure_many(*range(n))
    return {
        "gates_s": own_gates.cpu_s,
        "reads_s": own_reads.cpu_s,
        "stim_gates_s": other_gates.cpu_s,
        "stim_reads_s": other_reads.cpu_s,
    }


def measure_frames(shots: int) -> dict[str, float]:
    """Nanoseconds a shot of one noisy swap of two noisy pairs, outcomes as bits; Stim's FlipSimulator beside it."""
    import stim

    circuit = stim.Circuit("""
        R 0 1 2 3
        H 0 2
        CX 0 1 2 3
        DEPOLARIZE1(0.03) 0 2
        CX 1 2
        DEPOLARIZE2(0.01) 1 2
        H 1
        DEPOLARIZE1(0.005) 1
        X_ERROR(0.01) 1 2
        M 1 2
    """)
    own, other = fb.states.PauliFrames(4, shots, seed=1), stim.FlipSimulator(batch_size=shots, num_qubits=4, seed=1)

    def other_run() -> None:
        other.do(circuit)
        other.get_measurement_flips(record_index=-1)
        other.get_measurement_flips(record_index=-2)

    return {
        "shot_ns": best_ns(own.run, circuit, calls=10) / shots,
        "stim_ns": best_ns(other_run, calls=10) / shots,
    }


def cpu_with_children_s() -> float:
    """CPU seconds of this process and of those that it started and that still run, where /proc tells."""
    total = time.process_time()
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = status.read_text().rsplit(")", 1)[1].split()
            if int(fields[1]) == os.getpid():
                total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def sweep_points(text: str, seeds: list[int]) -> None:
    """What a sweep cannot do without: runs the points one after the other."""
    import farbell

    scenarios = [farbell.Scenario.from_json(text).replace(seed=seed) for seed in seeds]
    for scenario in scenarios:
        farbell.run(scenario)


def sweep_point(text: str, seed: int) -> list[dict[str, Any]]:
    """A point as a task of its own, as one would write it without a sweep."""
    import farbell

    return list(farbell.run(farbell.Scenario.from_json(text).replace(seed=seed)).summary().rows())


def measure_sweep(points: int, executor: str, rounds: int = 3, workers: int = 2) -> dict[str, float]:
    """Wall time of a sweep over that of its runs, shared evenly among as many workers, all of which are up; least of both.

    `executor`: process, dask, thread, or joblib for a loop of tasks written by hand.
    """
    import importlib.util
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    if executor == "joblib" and importlib.util.find_spec("joblib") is None:
        return {}
    scenario = chain_33(duration_s=0.12).replace(record="summary")
    text, seeds = scenario.to_json(), list(range(points))
    sweep = fb.sweep(scenario, {"seed": seeds})
    shares = [seeds[i::workers] for i in range(workers)]
    with contextlib.ExitStack() as stack:
        pool = stack.enter_context(ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")))
        given: Any = pool if executor == "process" else executor
        if executor == "dask":
            import distributed

            cluster = distributed.LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
            given = stack.enter_context(distributed.Client(stack.enter_context(cluster)))
        if executor == "joblib":
            import joblib

            parallel = stack.enter_context(joblib.Parallel(n_jobs=workers))

        def directly() -> None:
            list(pool.map(sweep_points, [text] * workers, shares))

        def swept() -> None:
            if executor == "joblib":
                parallel(joblib.delayed(sweep_point)(text, seed) for seed in seeds)
            else:
                study = sweep.run(executor=given, workers=workers, progress=False)
                assert study.complete

        wall_s: dict[Callable[[], object], list[float]] = {directly: [], swept: []}
        cpu_s: dict[Callable[[], object], list[float]] = {directly: [], swept: []}
        swept()  # everything is loaded
        for _ in range(rounds):
            for work in (directly, swept):
                before = cpu_with_children_s()
                with Timer() as timer:
                    work()
                wall_s[work].append(timer.wall_s)
                cpu_s[work].append(cpu_with_children_s() - before)
    return {
        "overhead": min(wall_s[swept]) / min(wall_s[directly]) - 1,
        "cpu_overhead": min(cpu_s[swept]) / min(cpu_s[directly]) - 1,
        "point_ms": min(cpu_s[directly]) / points * 1e3,
    }


def measure_decisions(duration_s: float) -> dict[str, float]:
    from decision_workloads import measure_decisions

    return measure_decisions(chain_33(duration_s=duration_s))


WORKLOADS = {
    "against": measure_against,
    "chain_33": measure_chain_33,
    "decisions": measure_decisions,
    "chain_1000": measure_chain_1000,
    "chain_200": measure_chain_200,
    "time_shares": measure_time_shares,
    "grid": measure_grid,
    "routes": measure_routes,
    "routers": routers,
    "rerouting": measure_rerouting,
    "reconvergence": measure_reconvergence,
    "rows": measure_rows,
    "sweep": measure_sweep,
    "requirements": measure_requirements,
    "frames": measure_frames,
    "stabilizer_gate": measure_stabilizer_gate,
    "stabilizer_wide": measure_stabilizer_wide,
    "program_steps": measure_program_steps,
    "program_teleport": measure_program_teleport,
    "program_swaps": measure_program_swaps,
    "unlike_links": measure_unlike_links,
    "rich_links": measure_rich_links,
    "rounds": measure_rounds,
    "environments": measure_environments,
    "passes": measure_passes,
    "import": measure_import,
    "threads": measure_threads,
}

if __name__ == "__main__":
    name, *options = sys.argv[1:]
    if name != "import":
        import farbell as fb

        _ = fb.compile, fb.routing, fb.run, fb.states, fb.sweep  # loaded when first used
    values = dict(option.split("=", 1) for option in options)

    def value(text: str) -> Any:
        try:
            return json.loads(text)
        except ValueError:
            return text

    print(json.dumps(WORKLOADS[name](**{key: value(text) for key, text in values.items()})))
