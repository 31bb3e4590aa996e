"""Programs in the product and in the oracle: the same generators, the same records, rows and traces."""

import json
import os
from types import SimpleNamespace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import farbell as fb
from farbell import _core
from farbell.programs.host import Host
from oracle import programs, scenarios
from oracle.run import run
from oracle.scripts import player
from oracle.test_random_traces import messages_of
from oracle.test_traces import assert_same_tables, assert_same_trace, close, trace_of

ORACLE = SimpleNamespace(**vars(programs), programs=programs)
TIMES_S = [0.0, 1e-6, 4.3e-6, 11e-6, 37e-6, 120e-6]


def product(scenario, replica, scripts):
    compiled = _core.compile(_core.Scenario.from_json(json.dumps(scenario)))
    host = Host(compiled, {name: [("script", player(fb, each)) for each in of] for name, of in scripts.items()})
    tables = _core.run(compiled, replicas=1, first_replica=replica, threads=1, trace=True, programs=host)["tables"]
    return compiled, tables, host


def assert_same_records(host, oracle):
    mine = [(time_s, node, columns) for time_s, _, node, _, columns in host.records._rows]
    theirs = oracle.programs.records
    for index, (one, other) in enumerate(zip(mine, theirs, strict=False)):
        before = theirs[max(0, index - 3) : index]
        assert one[:2] == other[:2] and one[2].keys() == other[2].keys(), (one, other, before)
        for name, value in one[2].items():
            expected = other[2][name]
            assert close(value, expected) if isinstance(value, float) else value == expected, (one, other, before)
    assert len(mine) == len(theirs)


def assert_same_run(scenario, scripts, replica=0):
    expected = run(scenario, replica, programs={name: [player(ORACLE, each) for each in of] for name, of in scripts.items()})
    compiled, tables, host = product(scenario, replica, scripts)
    assert_same_records(host, expected)
    assert_same_trace(trace_of(compiled, tables["trace"]), expected.trace)
    assert_same_tables(tables, expected)
    assert_slots_add_up(scenario, expected)
    return expected


def assert_slots_add_up(scenario, oracle):
    """Each is free, a circuit's, or holds a qubit that some program was given."""
    for node in oracle.nodes:
        booked = sum(
            slots - circuit.lent[position]
            for circuit in oracle.programs.run.circuits() if any(circuit.booked)
            for position, (where, slots) in enumerate(circuit.needs(circuit.route)) if where is node and circuit.booked[position]
        )  # fmt: skip
        held = sum(where is node for where, _, _ in oracle.programs.held.values())
        assert node.free_slots + booked + held == scenario["memories"][0]["slots"]


def scripts_of(peers, depth=1, patient=True):
    """Impatient: nothing is waited for without end."""
    peer, time = st.sampled_from(peers), st.sampled_from(TIMES_S[1:])
    patience = st.none() | time if patient else time
    steps = [
        st.tuples(st.just("entangle"), peer, st.integers(1, 3), st.sampled_from([0.0, 0.0, 0.9]), patience),
        st.tuples(st.just("look"), peer) if patient else st.tuples(st.just("release")),
        st.tuples(st.just("accept"), peer, time),
        st.tuples(st.just("accept"), peer, patience),
        st.tuples(st.just("give up"), peer, st.integers(1, 3), time),
        st.tuples(st.just("send"), peer, st.integers(0, 9)),
        st.tuples(st.just("receive"), peer, time),
        st.tuples(st.just("receive any"), patience),
        st.tuples(st.just("wait"), st.sampled_from(TIMES_S)),
        st.tuples(st.just("create")),
        st.tuples(st.just("gate"), st.sampled_from(["x", "y", "z", "h", "s", "s_dag"])),
        st.tuples(st.just("join"), st.sampled_from(["cx", "cz"])),
        st.tuples(st.just("read"), st.sampled_from("XYZ")),
        st.tuples(st.just("swap")),
        st.tuples(st.just("release")),
        st.tuples(st.just("first"), peer, patience),
        st.tuples(st.just("both"), peer, time),
    ]
    if depth:
        steps.append(st.tuples(st.just("beside"), scripts_of(peers, depth - 1, patient), time))
    return st.lists(st.one_of(steps), min_size=1, max_size=8)


@st.composite
def demand_of(draw, hops):
    """What a demand by programs may have beside its ends."""
    return {
        "traffic": {"kind": "by_programs"},
        "min_fidelity": draw(st.sampled_from([0.0, 0.0, 0.8])),
        "concurrent_requests": draw(st.sampled_from([1, 1, 2])),
        "max_queue": draw(st.sampled_from([None, None, 2])),
        "pipelined": draw(st.booleans()),
        "generate_when_idle": draw(st.sampled_from([False, False, True])),
        "swapping": draw(st.sampled_from([{"kind": "asap"}, {"kind": "doubling"}, {"kind": "sequential"}])),
        "cutoff": draw(st.none() | st.sampled_from([{"age_s": 43e-6}, {"age_s": 101e-6}, {"attempts": 7}]))
        if hops > 1
        else None,
    }


@st.composite
def worlds(draw, patient=True):
    """A chain, demands by programs between those nodes that have some, perhaps other traffic, and scripts."""
    nodes = draw(st.integers(2, 4))
    names = [f"n{i}" for i in range(nodes)]
    gates = draw(st.sampled_from([{}, scenarios.GATES | {"initialisation_s": 2e-6}]))
    scenario = scenarios.chain(
        nodes,
        memory=gates
        | draw(st.sampled_from([{}, scenarios.NOISY, scenarios.PAULI, scenarios.GAUSSIAN, scenarios.TABULATED]))
        | draw(st.sampled_from([{}, {}, scenarios.MINDS])),
        slots=draw(st.integers(2, 6)),
        node={
            "swap_success_probability": draw(st.sampled_from([1.0, 0.7])),
            "processing_delay_s": draw(st.sampled_from([0.0, 2e-6])),
        },
        link=scenarios.given(
            draw(st.sampled_from([0.1, 0.5, 1.0])), draw(st.sampled_from([4e-6, 10e-6])), draw(st.sampled_from([0.0, 5e-6]))
        ),
        length_m=draw(st.sampled_from([0.0, 321.0, 2e3])),
        duration_s=draw(st.sampled_from([3e-4, 1e-3])),
        control=draw(st.sampled_from(["messages", "messages", "ideal"])),
        seed=draw(st.integers(0, 2**63 - 1)),
    )
    if scenario["control"] == "messages" and draw(st.booleans()):
        scenario["messages"] = draw(messages_of()) | {"in_order": draw(st.booleans())}
    places = sorted(draw(st.lists(st.sampled_from(range(nodes)), min_size=2, max_size=nodes, unique=True)))
    scenario["demands"] = [
        draw(demand_of(j - i)) | {"node_a": names[i], "node_b": names[j], "name": f"{i} to {j}"}
        for i in places for j in places if i < j
    ]  # fmt: skip
    if patient and draw(st.booleans()):
        kind = draw(st.sampled_from([{"kind": "continuous"}, {"kind": "poisson", "rate_hz": 2e4}]))
        other = {"node_a": "n0", "node_b": names[-1], "name": "other", "traffic": kind}
        scenario["demands"].append(other | {"cutoff": draw(st.none() | st.just({"age_s": 67e-6}))})
    scripts = {}
    for i in places:
        peers = [names[j] for j in places if j != i]
        scripts[names[i]] = draw(st.lists(scripts_of(peers, 1, patient), min_size=1, max_size=2))
    return scenario, scripts


def compiles(scenario):
    try:
        _core.compile(_core.Scenario.from_json(json.dumps(scenario)))
    except _core.SpecError as error:
        assert any(words in str(error) for words in ("/width", "slots")), error
        return False
    return True


many = settings(
    max_examples=int(os.environ.get("ORACLE_EXAMPLES", "60")), deadline=None, print_blob=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.large_base_example],
)  # fmt: skip


@many
@given(worlds())
def test_same_run_of_random_programs(world):
    scenario, scripts = world
    assume(compiles(scenario))
    assert_same_run(scenario, scripts)


def test_scripts_reach_what_they_are_for():
    """Pairs over swaps and cut-offs, swaps by programs that fail or not, and every way in which a step ends."""
    cutoff = {"age_s": 43e-6}
    scenario = scenarios.chain(
        4,
        slots=16,
        link=scenarios.given(0.5),
        memory=scenarios.NOISY | scenarios.GATES,
        node={"swap_success_probability": 0.7},
        seed=5,
        duration_s=12e-3,
    )
    scenario["demands"] = [
        {"node_a": a, "node_b": b, "traffic": {"kind": "by_programs"}, "cutoff": cutoff if (a, b) == ("n0", "n3") else None}
        for a, b in (("n0", "n1"), ("n1", "n3"), ("n0", "n3"))
    ]
    scripts = {
        "n0": [
            [
                ("entangle", "n1", 2, 0.0, 400e-6),
                ("look", "n3"),
                ("gate", "h"),
                ("read", "X"),
                ("both", "n1", 400e-6),
                ("release",),
            ],
            [("create",), ("join", "cx"), ("give up", "n3", 3, 37e-6), ("swap",), ("receive any", 11e-6), ("release",)],
        ],
        "n1": [
            [
                ("accept", "n0", 400e-6),
                ("entangle", "n3", 2, 0.0, 400e-6),
                ("swap",),
                ("send", "n0", 3),
                ("send", "n0", 3),
                ("release",),
            ],
            [("accept", "n0", 400e-6), ("accept", "n0", 400e-6), ("release",)],
            [("beside", [("receive", "n0", 120e-6)], 11e-6), *[("create",)] * 16, ("release",), ("wait", 400e-6)],
        ],
        "n3": [[("first", "n1", 37e-6), ("accept", "n0", 37e-6), ("send", "n0", 5), ("release",)]],
    }
    outcome = assert_same_run(scenario, scripts)
    told = {(columns["what"], columns["told"]) for _, _, columns in outcome.programs.records if "told" in columns}
    ends = {end.split(",")[0] for _, end in told}
    assert {"timed out", "refused", "cancelled", "seen", "1 pairs", "2 pairs", "1 pairs and 3"} <= ends
    assert {bits for what, bits in told if what == "swap"} == {"None", "nothing", "00", "01", "10", "11"}
    assert {bit for what, bit in told if what == "read"} >= {"0", "1"}
    assert sum(node.swaps for node in outcome.nodes) > 10
    assert sum(node.cut_offs for node in outcome.nodes) > 3


@many
@given(worlds(patient=False))
def test_every_slot_is_free_or_holds_a_qubit_of_a_program(world):
    """In the product: when scripts are cancelled where they wait and all circuits are gone, fresh qubits fill what is not held."""
    scenario, scripts = world
    for demand in scenario["demands"]:
        demand["generate_when_idle"] = False
    scenario["duration_s"] = 5e-3
    assume(compiles(scenario))

    def supervised(script):
        def run(node):
            process = node.start(player(fb, script)(node))
            yield node.wait(node.random.uniform(1e-4, 1e-3))
            process.cancel()

        return run

    def counts(node):
        yield node.wait(4e-3)
        held.append(node._host._run.held)
        yield node.wait(1e-6)
        fresh = 0
        try:
            while True:
                yield node.create_qubit()
                fresh += 1
        except fb.Refused:
            created.append(fresh)

    held, created = [], []
    names = [node["name"] for node in scenario["nodes"]]
    programs = {name: [*map(supervised, scripts.get(name, [])), counts] for name in names}
    fb.run(fb.Scenario.from_json(json.dumps(scenario)), programs=programs, progress=False)
    assert held[0] + sum(created) == len(names) * scenario["memories"][0]["slots"]
