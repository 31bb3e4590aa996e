"""Rounds of the product and of the oracle: equal records for small networks, whatever the router."""

import json
import random

import pytest

from farbell import _core
from farbell.trace import TRACE_WORDS
from oracle.rounds import run

from .test_traces import assert_same_column, close, sorted_table

ROUTERS = [
    {"kind": "shortest"},
    {"kind": "greedy"},
    {"kind": "q_pass", "link_state_hops": 1},
    {"kind": "q_pass", "link_state_hops": 2},
    {"kind": "q_cast", "link_state_hops": 0},
    {"kind": "q_cast", "link_state_hops": 2},
    {"kind": "multipath_local"},
    {"kind": "multipath_global"},
    {"kind": "ghz_fusion", "max_links": 2},
    {"kind": "ghz_fusion", "max_links": 3},
]


#: What the entity of a row of the trace is, but for nodes.
ENTITIES = dict.fromkeys(["link_success", "link_changed", "lanes_given", "state_joined"], "link") | dict.fromkeys(
    ["request_asked", "request_started", "request_ended", "round_begun", "chain_joined", "chain_broken", "delivery",
     "pair_rejected", "pair_surplus"], "demand",
)  # fmt: skip
#: Kinds of rows that the traces of a router must have, taken together.
ALWAYS = {"link_changed", "request_asked", "request_started", "request_ended", "round_begun", "lanes_given", "link_success", "herald", "delivery", "qubit_dropped"}  # fmt: skip
CHAINED = {"chain_joined", "swap_started", "swap", "message"}
FUSED = {"fusion_started", "fusion", "fusion_failed", "state_joined", "qubit_measured"}


def traffic(dice):
    return dice.choice(
        [
            {"kind": "continuous", "at_s": dice.choice([0.0, 0.0021])},
            {"kind": "poisson", "rate_hz": dice.choice([100.0, 1000.0])},
            {"kind": "one_off", "requests": 3, "at_s": 0.001},
            {"kind": "back_to_back", "requests": dice.choice([None, 4])},
            {"kind": "table", "at_s": [0.0, 0.005, 0.005, 0.02]},
        ]
    )


def random_scenario(seed, router):
    """A few nodes, joined by a tree and some links more; hardware, luck and demands at random."""
    dice = random.Random(seed)
    nodes = [f"n{k}" for k in range(dice.randint(4, 7))]
    ends = {tuple(sorted((nodes[k], nodes[dice.randrange(k)]))) for k in range(1, len(nodes))}
    ends |= {tuple(sorted(dice.sample(nodes, 2))) for _ in range(len(nodes))}
    memories = [
        {"name": "good", "slots": dice.randint(4, 8), "t1_s": 0.02, "t2_s": 0.01, "two_qubit_gate_s": 1e-5, "measurement_s": 2e-5},
        {"name": "bad", "slots": dice.randint(4, 6), "t2_s": 0.004, "two_qubit_gate_reliability": 0.97, "readout_fidelity_0": 0.95},
    ]  # fmt: skip
    fuses = router["kind"] == "ghz_fusion"
    if fuses:  # Pauli noise alone
        memories[0] |= {"t1_s": None}
        memories[0] |= {"single_qubit_gate_reliability": 0.99, "two_qubit_gate_reliability": 0.98}
        memories[1] |= {"readout_fidelity_1": 0.95, "depolarising_s": 0.03}
    links = []
    for a, b in sorted(ends):
        weights = [dice.random() + 0.01 for _ in range(3)]
        state = dice.choice(
            [
                {"kind": "werner", "fidelity": 0.95},
                {"kind": "bell_weights", "weights": [0.9, *(0.1 * w / sum(weights) for w in weights)]},
            ]
        )
        generation = {
            "kind": "given", "success_probability": dice.uniform(0.05, 0.5), "attempt_period_s": dice.choice([1e-4, 2.3e-4]),
            "herald_delay_s": 5e-5, "state": state,
        }  # fmt: skip
        pair = (a, b) if dice.random() < 0.5 else (b, a)
        links.append(
            {"node_a": pair[0], "node_b": pair[1], "fiber": {"length_m": dice.uniform(1e3, 4e4)}, "generation": generation}
        )
    channels = dice.randint(1, 3)
    takes_width = router["kind"] in ("shortest", "greedy")
    demands = []
    uses = random.Random(seed + 1000)
    for k in range(dice.randint(1, 3)):
        a, b = dice.sample(nodes, 2)
        demands.append(
            {
                "name": f"d{k}", "node_a": a, "node_b": b, "traffic": traffic(dice), "pairs_per_request": dice.randint(1, 3),
                "width": dice.randint(1, min(channels, 2)) if takes_width else 1,
                "min_fidelity": dice.choice([0.0, 0.0, 0.55]), "deadline_s": dice.choice([None, 0.006]), "max_queue": dice.choice([None, 2]),
                "use": uses.choice(["keep", "measure"]), "z_basis_probability": uses.choice([0.5, 0.8]),
            }
        )  # fmt: skip
    changes = [
        {
            "at_s": uses.choice([0.0, 0.006, uses.uniform(0, 0.05)]), "link": f"{link['node_a']}--{link['node_b']}",
            "generation": uses.choice([None, link["generation"] | {"success_probability": uses.uniform(0, 0.6), "attempt_period_s": 1.7e-4}]),
        }
        for link in uses.choices(links, k=uses.choice([0, 2, 6]))
    ]  # fmt: skip
    return {
        "version": 1, "seed": seed, "duration_s": 0.05, "memories": memories, "links": links, "demands": demands, "changes": changes,
        "nodes": [
            {
                "name": name, "memory": dice.choice(["good", "bad"]), "swap_success_probability": dice.choice([1.0, 0.8]),
                "processing_delay_s": dice.choice([0.0, 1e-5]),
            }
            for name in nodes
        ],
        "routing": {"alternatives": dice.randint(1, 3) if router["kind"] == "q_pass" else 1}, "control": dice.choice(["messages", "ideal"]),
        "max_open_requests": dice.choice([None, 5]), "state": "bell_diagonal" if fuses else "auto",
        "rounds": {"router": router, "round_s": 3e-3, "attempt_s": dice.choice([3e-4, 1e-3]), "channels": channels},
    }  # fmt: skip


def reachable(scenario):
    """None of its demands asks for more than its route can give."""
    try:
        return _core.compile(_core.Scenario.from_json(json.dumps(scenario)))
    except _core.SpecError as error:
        assert "min_fidelity" in error.path or "width" in error.path, str(error)
        return None


def tight(scenario):
    """Rounds that take no longer than attempts and gates, if these take any: one begins at the tick at which the one before is over."""
    gates_s = 2e-5 * (scenario["seed"] % 2)
    for memory in scenario["memories"]:
        memory |= {"two_qubit_gate_s": 0.0, "measurement_s": gates_s}
    rounds = scenario["rounds"]
    return scenario | {"control": "ideal", "rounds": rounds | {"round_s": round(rounds["attempt_s"] + gates_s, 9)}}


def trace_of(model, table):
    """Its rows as the oracle has them: pairs are the lanes that made them, whatever their numbers are."""
    names = {"link": model.link_names, "node": model.node_names, "demand": model.demand_names}
    columns = [
        table[name].tolist()
        for name in ("tick", "phase", "kind", "entity", "a", "b", "left", "right", "pair", "to", "until", "x")
    ]
    rows = [dict(zip(("tick", "phase", "kind", "entity", "a", "b", "left", "right", "pair", "to", "until", "x"), row, strict=True)) for row in zip(*columns, strict=True)]  # fmt: skip
    pairs, states = {-1: None}, {}
    for row in rows:
        row["kind"] = TRACE_WORDS["kind"][row["kind"]]
        owner = ENTITIES.get(row["kind"], "node")
        row["entity"] = names[owner][row["entity"]]
        if row["kind"] == "link_success":
            pairs[row["pair"]] = ((row["entity"], row["b"], row["tick"]),)
        elif row["kind"] == "swap" and row["pair"] >= 0:
            pairs[row["pair"]] = tuple(sorted({*pairs[row["left"]], *pairs[row["right"]]}))
        elif row["kind"] == "state_joined":
            states.setdefault(row["right"], []).extend(pairs[row["pair"]])
    pairs |= {number: tuple(sorted(lanes)) for number, lanes in states.items()}
    out = []
    for row in rows:
        row |= {name: pairs[row[name]] for name in ("left", "right", "pair")}
        row["a"] = None if row["a"] == 2**64 - 1 else row["a"]
        row["to"] = None if row["to"] == 2**32 - 1 else names["node"][row["to"]]
        row["until"] = None if row["until"] == 2**63 - 1 else row["until"]
        out.append(tuple(row.values()))
    return out


def assert_same_trace(got, expected):
    got, expected = (sorted(rows, key=lambda row: (row[:2], repr(row[2:-1]), row[-1])) for rows in (got, expected))
    for mine, theirs in zip(got, expected, strict=False):
        assert mine[:-1] == theirs[:-1] and close(mine[-1], theirs[-1]), (mine, theirs)
    assert len(got) == len(expected)


@pytest.mark.parametrize("fitted", [lambda scenario: scenario, tight], ids=["loose", "tight"])
@pytest.mark.parametrize("router", ROUTERS, ids=lambda router: "-".join(str(value) for value in router.values()))
def test_equal_records(router, fitted):
    compared = delivered = 0
    kinds = set()
    for seed in range(40):
        scenario = fitted(random_scenario(seed, router))
        if not (model := reachable(scenario)):
            continue
        compared += 1
        oracle = run(scenario, replica=1)
        traced = seed % 4 > 0
        tables = _core.run(model, replicas=1, first_replica=1, threads=1, trace=traced)["tables"]
        if traced:
            assert_same_trace(trace_of(model, tables["trace"]), oracle.trace)
            kinds |= {row[2] for row in oracle.trace}
        second = oracle.second
        pairs = sorted(oracle.pairs, key=lambda row: row["demand"])
        delivered += len(pairs)
        table = sorted_table(tables["pairs"], ("demand",))
        for name in ("delivered", "age"):
            assert_same_column(table, f"{name}_s", [row[name] / second for row in pairs])
        for name in (
            "demand",
            "request",
            "swaps",
            "fidelity",
            "xx",
            "yy",
            "zz",
            "basis_a",
            "basis_b",
            "outcome_a",
            "outcome_b",
        ):
            assert_same_column(table, name, [row[name] for row in pairs])
        table = sorted_table(tables["requests"], ("demand", "request"))
        requests = [(demand.index, request) for demand in oracle.demands for request in demand.requests]
        assert_same_column(table, "demand", [demand for demand, _ in requests])
        for name, attribute in (
            ("request", "number"),
            ("pairs_delivered", "pairs"),
            ("status", "status"),
            ("reason", "reason"),
        ):
            assert_same_column(table, name, [getattr(request, attribute) for _, request in requests])
        for name in ("asked", "started", "finished"):
            times = [getattr(request, name) for _, request in requests]
            assert_same_column(table, f"{name}_s", [float("nan") if tick is None else tick / second for tick in times])
        for name in ("attempts", "successes"):
            assert_same_column(tables["links"], name, [getattr(link, name) for link in oracle.network.links])
        assert_same_column(tables["links"], "up_s", [link.up_ticks / second for link in oracle.network.links])
        assert_same_column(tables["links"], "lane_s", [link.lane_ticks / second for link in oracle.network.links])
        for name in ("swaps", "failed_swaps"):
            assert_same_column(tables["nodes"], name, [getattr(node, name) for node in oracle.network.nodes])
        assert_same_column(tables["nodes"], "slot_seconds", [node.slot_ticks / second for node in oracle.network.nodes])
        for name, attribute in (("rejected_pairs", "rejected"), ("surplus_pairs", "surplus")):
            assert_same_column(tables["demands"], name, [getattr(demand, attribute) for demand in oracle.demands])
        assert_same_column(tables["replicas"], "messages", [oracle.messages])
    assert compared >= 20 and delivered >= 50
    fuses = router["kind"] == "ghz_fusion"
    assert kinds >= ALWAYS | (FUSED if fuses else CHAINED)
