"""The product and the oracle make the same trace, skipping attempts or stepping them."""

import json
from math import isclose, isnan

import pytest

from farbell import _core
from oracle.booking_scenarios import ADMITTED, ALL_AT_ONE_TICK
from oracle.control_scenarios import DECIDED
from oracle.light_scenarios import LIT
from oracle.routed_scenarios import ROUTED
from oracle.run import run
from oracle.scenario import complete
from oracle.scenarios import SCENARIOS
from oracle.stated_scenarios import STATED
from oracle.tree_scenarios import TREES

EVERY = SCENARIOS | LIT | DECIDED | ROUTED | STATED | ADMITTED | TREES
ENTITIES = (
    "link",
    "node",
    "demand",
    "demand",
    "node",
    "demand",
    "node",
    "node",
    "node",
)  # by kind of record; the product has more kinds


def close(x, y):
    return isclose(x, y, rel_tol=1e-12, abs_tol=1e-12)


def product(scenario, replica, detail):
    compiled = _core.compile(_core.Scenario.from_json(json.dumps(scenario | {"detail": detail})))
    return compiled, _core.run(compiled, replicas=1, first_replica=replica, threads=1, trace=True)["tables"]


def trace_of(compiled, table):
    names = {
        "link": compiled.link_names,
        "node": compiled.node_names,
        "demand": compiled.demand_names + compiled.ghz_demand_names,
    }
    columns = (table[name].tolist() for name in ("tick", "phase", "kind", "entity", "a", "b", "circuit", "x"))
    return sorted(
        (tick, phase, names[ENTITIES[kind]][entity], kind, a, b, circuit, x)
        for tick, phase, kind, entity, a, b, circuit, x in zip(*columns, strict=True)
        if kind < len(ENTITIES)
    )


def assert_same_trace(got, expected):
    for index, (mine, theirs) in enumerate(zip(got, expected, strict=False)):
        assert mine[:-1] == theirs[:-1] and close(mine[-1], theirs[-1]), (index, expected[max(0, index - 3) : index])
    assert len(got) == len(expected)


def assert_same_column(table, name, expected):
    got = table[name].tolist()
    assert len(got) == len(expected), name
    for mine, theirs in zip(got, expected, strict=True):
        assert close(mine, theirs) or (isnan(theirs) and isnan(mine)), (name, got, expected)


def sorted_table(table, keys):
    order = sorted(range(len(table[keys[0]])), key=lambda i: [table[key][i] for key in keys])
    return {name: column[order] for name, column in table.items()}


def assert_same_tables(tables, oracle):
    second = oracle.ticks_per_s
    pairs = sorted(oracle.pairs, key=lambda row: row["demand"])  # in the order of delivery
    table = sorted_table(tables["pairs"], ("demand",))
    for name in ("delivered", "latency", "age"):
        assert_same_column(table, f"{name}_s", [row[name] / second for row in pairs])
    for name in ("demand", "request", "fidelity", "xx", "yy", "zz", "swaps", "basis_a", "basis_b", "outcome_a", "outcome_b"):
        assert_same_column(table, name, [row[name] for row in pairs])

    table = sorted_table(tables["requests"], ("demand", "request"))
    requests = [(demand.index, request) for demand in oracle.demands for request in demand.requests]
    assert_same_column(table, "demand", [demand for demand, _ in requests])
    for name, field in (
        ("request", "number"),
        ("pairs_asked",) * 2,
        ("pairs_delivered", "pairs"),
        ("status",) * 2,
        ("reason",) * 2,
    ):
        assert_same_column(table, name, [getattr(request, field) for _, request in requests])
    for name in ("asked", "started", "finished"):
        ticks = [getattr(request, name) for _, request in requests]
        assert_same_column(table, f"{name}_s", [float("nan") if tick is None else tick / second for tick in ticks])

    if oracle.ghz_demands:
        assert_same_ghz_tables(tables, oracle)
    if "failures" in tables:
        assert_same_failure_tables(tables, oracle)
    table = tables["links"]
    for name in ("attempts", "successes"):
        assert_same_column(table, name, [getattr(link, name) for link in oracle.links])
    for name in ("up", "lane"):
        assert_same_column(table, f"{name}_s", [getattr(link, f"{name}_ticks") / second for link in oracle.links])
    table = tables["nodes"]
    for name in ("swaps", "failed_swaps", "stale_swaps", "lost_qubits", "cut_offs"):
        assert_same_column(table, name, [getattr(node, name) for node in oracle.nodes])
    assert_same_column(table, "slot_seconds", [node.slot_ticks / second for node in oracle.nodes])
    table = tables["deadlocks"]
    assert_same_column(table, "time_s", [row["time"] / second for row in oracle.deadlocks])
    for name in (
        "deadlock", "demand", "circuit", "request", "node", "slots_needed", "slots_free", "other", "other_circuit", "other_is",
        "other_slots", "released",
    ):  # fmt: skip
        assert_same_column(table, name, [row[name] for row in oracle.deadlocks])
    table = tables["replicas"]
    for name, number in zip(("deadlocks", "deadlock_releases"), oracle.numbers, strict=True):
        assert_same_column(table, name, [number])
    assert_same_column(table, "simulated_s", [oracle.horizon / second])
    assert table.get("lost_messages", [0])[0] == oracle.lost_messages
    assert table.get("control_messages", [0])[0] == oracle.control_messages
    table = tables["demands"]
    for name, field in (
        ("rejected_pairs", "rejected"),
        ("surplus_pairs", "surplus"),
        ("distillation_rounds", "rounds"),
        ("failed_distillations", "failed_rounds"),
        ("distillation_cut_offs", "pool_cut_offs"),
    ):
        assert_same_column(table, name, [getattr(demand, field) for demand in oracle.demands])


def assert_same_failure_tables(tables, oracle):
    second = oracle.ticks_per_s
    for name in ("failure", "node", "link"):
        assert_same_column(tables["failures"], name, [row[name] for row in oracle.failures])
    for name in ("down", "noticed", "up"):
        times = [float("nan") if row[name] is None else row[name] / second for row in oracle.failures]
        assert_same_column(tables["failures"], f"{name}_s", times)
    assert_same_column(tables["node_availability"], "up_s", [node.up_ticks / second for node in oracle.nodes])
    table = tables["demand_availability"]
    assert_same_column(table, "route_s", [demand.route_ticks / second for demand in oracle.demands])
    assert_same_column(table, "interruptions", [demand.interruptions for demand in oracle.demands])
    recoveries = [demand.recoveries for demand in oracle.demands]
    assert_same_column(table, "recoveries", [len(times) for times in recoveries])
    for name, of in (("mean", lambda times: sum(times) / len(times)), ("max", max)):
        assert_same_column(table, f"recovery_{name}_s", [of(times) / second if times else float("nan") for times in recoveries])


def assert_same_ghz_tables(tables, oracle):
    rows = sorted(oracle.ghz_states, key=lambda row: row["demand"])
    table = sorted_table(tables["ghz_states"], ("demand",))
    for name in ("delivered", "latency", "age"):
        assert_same_column(table, f"{name}_s", [row[name] / oracle.ticks_per_s for row in rows])
    for name in ("demand", "request", "users", "fidelity", "bases", "outcomes"):
        assert_same_column(table, name, [row[name] for row in rows])
    table = sorted_table(tables["ghz_requests"], ("demand", "request"))
    requests = [(demand.index, request) for demand in oracle.ghz_demands for request in demand.requests]
    assert_same_column(table, "demand", [demand for demand, _ in requests])
    for name, field in (("request", "number"), ("states_asked", "pairs_asked"), ("states_delivered", "pairs")):
        assert_same_column(table, name, [getattr(request, field) for _, request in requests])
    for name in ("status", "reason"):
        assert_same_column(table, name, [getattr(request, name) for _, request in requests])
    for name in ("asked", "started", "finished"):
        ticks = [getattr(request, name) for _, request in requests]
        assert_same_column(table, f"{name}_s", [float("nan") if t is None else t / oracle.ticks_per_s for t in ticks])
    for name in ("surplus", "rejected"):
        assert_same_column(tables["ghz_demands"], f"{name}_states", [getattr(demand, name) for demand in oracle.ghz_demands])


def assert_same_run(scenario, replica=0):
    expected = run(scenario, replica)
    for detail in ("skip", "attempt"):
        compiled, tables = product(scenario, replica, detail)
        assert_same_trace(trace_of(compiled, tables["trace"]), expected.trace)
        assert_same_tables(tables, expected)
    return expected


#: Every scenario with two seeds, every eighth with the largest that there is, too.
SEEDED = [
    *((name, 20261124) for name in EVERY),
    *(pytest.param(name, 1, marks=pytest.mark.slow) for name in EVERY),
    *(pytest.param(name, 2**63 - 1, marks=pytest.mark.slow) for name in list(EVERY)[::8]),
]


def test_a_link_changes_as_slots_come_back_and_somebody_asks():
    assert_same_run(ALL_AT_ONE_TICK)


@pytest.mark.parametrize("name, seed", SEEDED)
def test_same_run(name, seed):
    outcome = assert_same_run(EVERY[name] | {"seed": seed}, replica=seed % 5)
    if seed == 1:
        REACHED[name] = reached(outcome)


#: By scenario: what the run with the seed 1 reached. Kept by the test above, so that the one below need not run it again.
REACHED = {}


def reached(outcome):
    """Sets of what there is, and counts."""
    requests = [request for demand in outcome.demands for request in demand.requests]
    sets = {
        "kind": {record[3] for record in outcome.trace},
        "status": {request.status for request in requests},
        "reason": {request.reason for request in requests},
        "other_is": {row["other_is"] for row in outcome.deadlocks},
    }
    counts = {
        "stale_swaps": sum(node.stale_swaps for node in outcome.nodes),
        "lost_qubits": sum(node.lost_qubits for node in outcome.nodes),
        "rejected": sum(demand.rejected for demand in outcome.demands),
        "surplus": sum(demand.surplus for demand in outcome.demands),
        "pairs": len(outcome.pairs),
        "deadlocks": outcome.numbers[0],
        "releases": outcome.numbers[1],
        "stopped": outcome.horizon < 5e9,
    }
    return sets, counts


@pytest.mark.slow
def test_family_reaches_what_it_is_for():
    """Every kind of record, ended status, reason and counter is there somewhere."""
    for name, scenario in (SCENARIOS | ADMITTED).items():
        if name not in REACHED:
            REACHED[name] = reached(run(scenario | {"seed": 1}, replica=1))
    sets, counts = zip(*REACHED.values(), strict=True)
    found = {key: set().union(*(each[key] for each in sets)) for key in sets[0]}
    assert found == {"kind": set(range(8)), "status": set(range(4)), "reason": set(range(10)), "other_is": {-1, 0, 1}}
    total = {key: sum(each[key] for each in counts) for key in counts[0]}
    for key, least in {
        "stale_swaps": 10, "lost_qubits": 100, "rejected": 10, "surplus": 10, "pairs": 1000, "deadlocks": 50, "releases": 50, "stopped": 0,
    }.items():  # fmt: skip
        assert total[key] > least, key


@pytest.mark.parametrize("name", [name for name in ROUTED if "purified" not in name])
def test_kinds_of_routing_matter(name):
    scenario = ROUTED[name] | {"seed": 1}
    assert run(scenario | {"routing": scenario["routing"] | {"kind": "hops"}}).trace != run(scenario).trace


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name.startswith("two ways") or name == "grid with detours"])
def test_alternatives_matter(name):
    """The scenarios made for them are served otherwise with one route a demand."""
    scenario = SCENARIOS[name] | {"seed": 1}
    routing = scenario["routing"]
    if routing.get("fidelity_constrained"):
        demands = [demand | {"min_fidelity": 0.0} for demand in scenario["demands"]]
        assert run(scenario | {"demands": demands}).trace != run(scenario).trace
    else:
        assert run(scenario | {"routing": routing | {"alternatives": 1}}).trace != run(scenario).trace


@pytest.mark.parametrize("name", STATED)
def test_weights_matter(name):
    """Served otherwise with the weights the other way round."""
    scenario = STATED[name] | {"seed": 1}
    turned = [
        demand | {"routes": [route | {"weight": 1 / route.get("weight", 1.0)} for route in demand.get("routes", [])]}
        for demand in scenario["demands"]
    ]
    assert run(scenario | {"demands": turned}).trace != run(scenario).trace


def plain(value):
    """Numbers as floats, so that 1 and 1.0 are the same."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.parametrize("name", EVERY)
def test_same_defaults(name):
    """The oracle fills in the same defaults as the product, and reads what the product writes."""
    written = json.loads(_core.Scenario.from_json(json.dumps(EVERY[name])).to_json())
    assert plain(complete(written)) == plain(complete(EVERY[name]))
