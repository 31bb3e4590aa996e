"""Programs where nodes and links fail."""

from __future__ import annotations

import random

import pytest

import farbell as fb
from farbell.programs import Failed

LINK = fb.Given(success_probability=0.5, attempt_period_s="10 us", herald_delay_s="10 us", state=fb.Werner(fidelity=0.97))
MEMORY = fb.Memory(name="m", slots=3, single_qubit_gate_s="1 us", two_qubit_gate_s="2 us", measurement_s="100 us")


def ring(count: int, *failures: fb.Failure, **changes) -> fb.Scenario:
    names = [f"n{i}" for i in range(count)]
    pairs = list(zip(names, names[1:] + names[:1], strict=True))[: count if count > 2 else 1]
    links = [fb.Link(node_a=a, node_b=b, fiber=fb.Fiber(length_m="10 km"), generation=LINK) for a, b in pairs]
    nodes = [fb.Node(name=name, memory="m") for name in names]
    given = {"duration_s": "60 ms", "memories": [MEMORY], "nodes": nodes, "links": links, "failures": list(failures), **changes}
    return fb.Scenario(**given)


def down(node: str, start: float = 10e-3, until: float = 20e-3) -> fb.Failure:
    return fb.Failure(name="storm", nodes=[node], down=[(start, until)])


def read_in_the_storm(node, pair):
    yield node.wait("15 ms")
    try:
        outcome = yield node.measure(pair.qubit)
        node.record(outcome=outcome, told="")
    except Failed as failure:
        node.record(outcome=-1, told=str(failure))


def keeper(peer: str):
    """Takes a pair, and reads it when the storm has begun."""

    def run(node):
        yield from read_in_the_storm(node, (yield node.entangle(peer)))

    return run


def taker(peer: str):
    def run(node):
        yield from read_in_the_storm(node, (yield node.accept(peer)))

    return run


@pytest.mark.parametrize("heartbeat", [None, "0.5 ms"])
def test_a_node_that_fails_loses_the_qubits_of_its_programs_and_no_others(heartbeat):
    scenario = ring(2, down("n0"), heartbeat_period_s=heartbeat)
    results = fb.run(scenario, programs={"n0": keeper("n1"), "n1": taker("n0")})
    rows = {row["node"]: row for row in results.records.rows()}
    assert rows["n0"]["told"] == "measure(): n0 went down at 0.01 s, failure 'storm'"
    assert rows["n1"]["told"] == "" and rows["n1"]["outcome"] in (0, 1)
    assert float(results.failures["down_s"][0]) == 0.01


def test_the_half_that_is_left_can_be_read():
    def first(node):
        while True:
            try:
                pair = yield node.entangle("n1", timeout_s="20 ms")
                yield node.wait("1 ms")
                yield node.measure(pair.qubit)
            except Failed:
                node.record(lost=True)

    def second(node):
        while True:
            pair = yield node.accept("n0")
            yield node.wait("1 ms")
            yield node.measure(pair.qubit)

    results = fb.run(ring(2, down("n0")), programs={"n0": first, "n1": second})
    assert results.records["lost"].tolist().count(True) == 1


def test_what_is_under_way_fails_at_that_tick():
    def main(node):
        qubit = yield node.create_qubit()
        yield node.wait("9.95 ms")
        try:
            yield node.measure(qubit)  # takes 0.1 ms
        except Failed:
            node.record(at_s=node.now_s, up=node.is_up)
        try:
            yield node.create_qubit()
        except Failed:
            node.record(at_s=node.now_s, up=node.is_up)
        yield node.wait("15 ms")
        qubit = yield node.create_qubit()
        node.record(at_s=node.now_s, up=node.is_up)
        node.record(at_s=float((yield node.measure(qubit))), up=True)

    results = fb.run(ring(2, down("n0")), programs={"n0": main})
    assert results.records["at_s"].tolist() == pytest.approx([0.01, 0.01, 0.025, 0.0])
    assert results.records["up"].tolist() == [False, False, True, True]


def test_an_uncaught_failure_ends_the_run_and_names_program_line_and_failure():
    def main(node):
        qubit = yield node.create_qubit()
        yield node.wait("12 ms")
        yield node.gate("x", qubit)

    with pytest.raises(
        fb.RunError, match=r"program main at node n0, 0\.012 s, .*:\d+: .*n0 went down at 0\.01 s, failure 'storm'"
    ):
        fb.run(ring(2, down("n0")), programs={"n0": main})


def test_giving_up_and_asking_the_truth_of_a_lost_qubit():
    def gives_up(node):
        qubit = yield node.create_qubit()
        yield node.wait("12 ms")
        try:
            node.release(qubit)
        except Failed as failure:
            node.record(told=str(failure))

    told = fb.run(ring(2, down("n0")), programs={"n0": gives_up}).records["told"].tolist()
    assert told == ["release(): n0 went down at 0.01 s, failure 'storm'"]

    def asks(node):
        qubit = yield node.create_qubit()
        yield node.wait("12 ms")
        node.record(z=fb.truth.z(qubit))

    with pytest.raises(fb.RunError, match="it was lost when node n0 went down"):
        fb.run(ring(2, down("n0")), programs={"n0": asks})


def test_programs_messages_and_timers_go_on_while_a_node_is_down():
    def talker(node):
        for number in range(30):
            yield node.wait("1 ms")
            yield node.send("n1", number)

    def listener(node):
        while True:
            node.record(number=(yield node.receive("n0")))

    results = fb.run(ring(2, down("n0"), duration_s="40 ms"), programs={"n0": talker, "n1": listener})
    assert results.records["number"].tolist() == list(range(30))


def test_a_request_without_time_out_is_refused_and_one_with_a_time_out_waits_for_the_repair():
    def patient(node):
        yield node.wait("12 ms")
        pair = yield node.entangle("n1", timeout_s="30 ms")
        node.record(at_s=node.now_s, told="pair")
        node.release(pair.qubit)

    def hasty(node):
        yield node.wait("12 ms")
        try:
            yield node.entangle("n1")
        except fb.Refused as refusal:
            node.record(at_s=node.now_s, told=str(refusal))

    def brief(node):
        yield node.wait("12 ms")
        try:
            yield node.entangle("n1", timeout_s="2 ms")
        except fb.TimedOut:
            node.record(at_s=node.now_s, told="late")

    def other(node):
        while True:
            pair = yield node.accept("n0")
            node.release(pair.qubit)

    for program, at_s, told in ((patient, None, "pair"), (hasty, 0.012, "node_down"), (brief, 0.014, "late")):
        results = fb.run(ring(2, down("n0")), programs={"n0": program, "n1": other})
        assert len(results.records) == 1
        assert told in results.records["told"][0]
        time = results.records["at_s"][0]
        assert time == pytest.approx(at_s) if at_s else time > 0.02


def test_a_request_is_served_over_another_route():
    def main(node):
        while True:
            pair = yield node.entangle("n2", timeout_s="20 ms")
            node.record(at_s=node.now_s)
            node.release(pair.qubit)

    def other(node):
        while True:
            pair = yield node.accept("n0")
            node.release(pair.qubit)

    results = fb.run(ring(4, down("n1")), programs={"n0": main, "n2": other})
    during = (results.records["at_s"] > 0.011) & (results.records["at_s"] < 0.019)
    assert during.sum() > 10
    assert next(results.demand_availability.rows())["interruptions"] == 1


def test_drift_and_recalibration_meet_programs():
    drift = fb.Drift(step_s="2 ms", efficiency_tau_s="0.5 s", recalibrate_every_s="20 ms", recalibration_s="4 ms")
    scenario = ring(2)
    scenario = scenario.replace(links=[link.replace(drift=drift) for link in scenario.links])
    results = fb.run(scenario, programs={"n0": keeper("n1"), "n1": taker("n0")})
    assert results.records["told"].tolist() == ["", ""]


def wild(node):
    """Asks, waits, measures, gives up and forgets, at random, whatever happens; keeps what it has in `mine`."""
    peers = [f"n{i}" for i in range(4) if f"n{i}" != node.name]
    mine: list[fb.programs.Qubit] = []

    def accepts(peer):
        while True:
            pair = yield node.accept(peer)
            mine.append(pair.qubit)

    for peer in peers:
        node.start(accepts(peer))
    dice: random.Random = node.random
    while True:
        try:
            action = dice.randrange(6)
            if action == 0:
                pairs = yield node.entangle(dice.choice(peers), pairs=2, timeout_s=dice.choice([1e-3, 5e-3]))
                mine.extend(pair.qubit for pair in pairs)
            elif action == 1:
                yield node.entangle(dice.choice(peers), timeout_s=1e-4)  # forgotten
            elif action == 2 and mine:
                yield node.measure(mine.pop(dice.randrange(len(mine))))
            elif action == 3 and mine:
                yield node.gate("h", dice.choice(mine))
            elif action == 4:
                mine.append((yield node.create_qubit()))
            elif mine:
                node.release(mine.pop())
        except fb.TimedOut as late:
            mine.extend(pair.qubit for pair in late.pairs)
        except (fb.Refused, Failed):
            pass
        yield node.wait(dice.choice([1e-5, 3e-4]))


@pytest.mark.parametrize("heartbeat", [None, "0.2 ms"])
@pytest.mark.parametrize("seed", range(6))
def test_every_slot_is_free_or_accounted_for_after_any_run(seed, heartbeat):
    failures = [
        fb.Failure(nodes=["n1"], mtbf_s="5 ms", mttr_s="1 ms"),
        fb.Failure(nodes=["n0", "n3"], mtbf_s="9 ms", mttr_s="2 ms"),
        fb.Failure(links=["n1--n2"], mtbf_s="3 ms", mttr_s="1 ms"),
    ]
    scenario = ring(4, *failures, duration_s="40 ms", seed=seed, heartbeat_period_s=heartbeat)
    programs = {f"n{i}": wild for i in range(4)}
    results = fb.run(scenario, programs=programs, trace=True)
    trace = results.trace()
    slots = {row["node"]: row["slots"] for row in results.nodes.rows()}
    held = [(row["node"], row["held"]) for row in trace.rows() if row["node"] and row["held"] >= 0]
    assert held and all(0 <= count <= slots[node] for node, count in held)
    assert all(row["held"] == 0 for row in trace.rows() if row["kind"] == "qubits_lost")
    assert (results.occupancy["occupied_slots"] <= 3 * (1 + 1e-9)).all()
    assert (results.nodes["slot_seconds"] <= results.nodes["slots"] * 0.04 * (1 + 1e-9)).all()
    assert (trace["kind"] == "qubits_lost").sum() > 0


@pytest.mark.parametrize("heartbeat", [None, "0.2 ms"])
def test_slots_come_back_when_all_is_over(heartbeat):
    """After the last repair, when nothing is asked any more, each node can hold as many qubits as it has slots."""

    def last(node):
        yield node.wait("38 ms")
        count = 0
        while True:
            try:
                yield node.create_qubit()
                count += 1
            except fb.Refused:
                break
        node.record(count=count)

    def brief(peer):
        def run(node):
            while node.now_s < 0.03:
                try:
                    pair = yield node.entangle(peer, timeout_s="0.5 ms")
                    yield node.measure(pair.qubit)
                except (fb.TimedOut, fb.Refused, Failed):
                    yield node.wait("50 us")

        return run

    def takes(peer):
        def run(node):
            while True:
                try:
                    pair = yield node.accept(peer)
                    yield node.measure(pair.qubit)
                except Failed:
                    pass

        return run

    failures = [fb.Failure(nodes=["n1"], down=[(k * 1e-3, k * 1e-3 + 4e-4) for k in range(1, 30)])]
    scenario = ring(3, *failures, duration_s="40 ms", heartbeat_period_s=heartbeat)
    programs = {
        "n0": [brief("n1"), takes("n2"), last],
        "n1": [takes("n0"), brief("n2"), last],
        "n2": [takes("n1"), brief("n0"), last],
    }
    results = fb.run(scenario, programs=programs)
    assert results.records["count"].tolist() == [3, 3, 3]


@pytest.mark.parametrize("heartbeat", [None, "0.3 ms"])
def test_a_request_in_service_is_interrupted_and_goes_on_after_the_repair(heartbeat):
    def patient(node):
        request = node.entangle("n1", pairs=10**6, timeout_s="40 ms")
        node.start(reads(node, request))
        try:
            yield request
        except fb.TimedOut:
            node.record(at_s=node.now_s)

    def reads(node, request):
        taken = 0
        while True:
            yield node.wait("20 us")
            while taken < len(request.pairs):
                taken += 1
                try:
                    node.release(request.pairs[taken - 1].qubit)
                except Failed:
                    continue

    def other(node):
        while True:
            pair = yield node.accept("n0")
            node.release(pair.qubit)

    results = fb.run(ring(2, down("n0"), heartbeat_period_s=heartbeat), programs={"n0": patient, "n1": other}, seed=5)
    assert results.records["at_s"].tolist() == [0.04]
    times = results.pairs["delivered_s"]
    assert ((times < 0.0099).sum() > 20) and ((times > 0.025).sum() > 20)
    assert not ((times > 0.0102) & (times < 0.02)).any()
    row = next(results.demand_availability.rows())
    assert row["interruptions"] == 1 and row["recoveries"] == 1


@pytest.mark.parametrize("heartbeat", [None, "0.3 ms"])
def test_of_two_requests_of_a_demand_the_hasty_one_is_refused_and_the_patient_one_waits(heartbeat):
    def first(node):
        hasty, patient = node.entangle("n1", pairs=10**6), node.entangle("n1", timeout_s="50 ms")
        try:
            yield hasty
        except fb.Refused as refusal:
            node.record(told=str(refusal), at_s=node.now_s)
        for pair in hasty.pairs:
            node.release(pair.qubit)
        pair = yield patient
        node.record(told="pair", at_s=node.now_s)
        node.release(pair.qubit)

    def other(node):
        while True:
            pair = yield node.accept("n0")
            node.release(pair.qubit)

    results = fb.run(ring(2, down("n1"), heartbeat_period_s=heartbeat), programs={"n0": first, "n1": other})
    told, at_s = results.records["told"].tolist(), results.records["at_s"].tolist()
    assert "refused" in told[0] and told[1] == "pair"
    assert 0.01 <= at_s[0] < 0.02 < at_s[1]
    told = results.explain(request=1)
    assert any("no route" in step.text for step in told.waits)
