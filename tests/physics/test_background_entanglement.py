"""`fb.background`: pairs stored against Erlang's loss formula, swaps and requests against a Markov chain, ages and fidelities.

Pairs come as good as Poisson, since attempts succeed once in a thousand; what attempts in steps change is below 0.5 %, which is
allowed for. Sampled means may be off by 6.5 standard errors (a false alarm of 8e-11 each); each test states the error that it
detects.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

import farbell as fb
from farbell.background import ContinuousDistribution, metrics
from physics.sampling import SEED, assert_sampled
from physics.test_entanglement_switch import stationary
from physics.test_quantum_switches import STEPS, SUCCESS, batches


def line(
    nodes: int, rate_hz: float, duration_s: float, *, swaps: float = 1.0, t2_s: float | None = None, **state: float
) -> Any:
    """Links that make pairs at this rate, of no length."""
    pair = fb.Werner(**({"fidelity": 1.0} | state))
    scenario = fb.chain(
        nodes,
        length_m=0.0,
        memory=fb.Memory(name="memory", slots=20, t2_s=t2_s),
        generation=fb.Given(success_probability=SUCCESS, attempt_period_s=SUCCESS / rate_hz, state=pair),
        demands=[],
        duration_s=duration_s,
        control="ideal",
        seed=SEED,
    )
    return scenario.replace(nodes=[node.replace(swap_success_probability=swaps) for node in scenario.nodes])


def run(plan: ContinuousDistribution, scenario: fb.Scenario) -> fb.Results:
    return fb.run(plan.on(scenario), programs=plan.programs(scenario), progress=False)


def of(records: Any, what: str, **where: Any) -> Any:
    chosen = records["what"] == what
    for name, value in where.items():
        chosen &= records[name] == value
    return records[chosen]


@pytest.mark.parametrize(("buffer", "load"), [(1, 0.7), (3, 1.5), (5, 4.0)])
def test_pairs_of_a_link_with_a_cut_off(buffer: int, load: float) -> None:
    """Pairs come at a rate while there is room, and stay a fixed time: Erlang's loss system M/D/r/r, whose distribution does
    not depend on how times of stay are distributed. Errors of 5 % are detected, with a load of pairs per cut-off.
    """
    weights = np.array([load**n / math.factorial(n) for n in range(buffer + 1)])
    expected = weights / weights.sum()
    duration_s = 40_000.0
    records = run(ContinuousDistribution(cutoff_s=load, buffer=buffer), line(2, 1.0, duration_s)).records
    found = metrics(records, duration_s)
    for node in ("n0", "n1"):
        stock = of(records, "stock", node=node)
        for name, mean in (("degree", expected @ np.arange(buffer + 1)), ("neighborhood", 1 - expected[0])):
            sampled = batches(duration_s, stock["time_s"], stock[name])
            assert_sampled(sampled, mean, STEPS, detects=0.05 * mean)
            averaged = found[found["node"] == node]
            assert averaged[name][0] == pytest.approx(sampled.mean)
            assert averaged[f"{name}_low"][0] < averaged[name][0] < averaged[f"{name}_high"][0]
    assert of(records, "stock")["degree"].max() == buffer


def chain_of_three(
    buffer: int, make_hz: float, swap_hz: float, works: float, asks: dict[tuple[str, str], float]
) -> tuple[dict[str, float], dict[str, float]]:
    """Means of degrees and neighborhood sizes, and rates of service, by the balance of the Markov chain.

    States are the numbers of pairs (AB, BC, AC); each end's place of a link is taken by what became of its pair.
    """
    states = [s for s in itertools.product(range(buffer + 1), repeat=3) if s[0] + s[2] <= buffer and s[1] + s[2] <= buffer]
    place = {state: k for k, state in enumerate(states)}
    rates = np.zeros((len(states),) * 2)
    served = {"ready": np.zeros(len(states)), "swapped": np.zeros(len(states))}

    def move(start: tuple[int, int, int], change: tuple[int, int, int], rate: float) -> None:
        after = (start[0] + change[0], start[1] + change[1], start[2] + change[2])
        rates[place[start], place[after]] += rate

    for state in states:
        ab, bc, ac = state
        if ab + ac < buffer:
            move(state, (1, 0, 0), make_hz)
        if bc + ac < buffer:
            move(state, (0, 1, 0), make_hz)
        if ab and bc:
            move(state, (-1, -1, 1), swap_hz * works)
            move(state, (-1, -1, 0), swap_hz * (1 - works))
        if ab:
            move(state, (-1, 0, 0), asks["n0", "n1"])
        if bc:
            move(state, (0, -1, 0), asks["n2", "n1"])
        if ac:
            move(state, (0, 0, -1), asks["n0", "n2"])
            served["ready"][place[state]] = asks["n0", "n2"]
        elif ab and bc:
            move(state, (-1, -1, 0), asks["n0", "n2"])
            served["swapped"][place[state]] = asks["n0", "n2"] * works
    share = stationary(rates)
    ab, bc, ac = np.array(states).T
    held = {"n0": (ab, ac), "n1": (ab, bc), "n2": (bc, ac)}
    means = {f"{node} degree": float(share @ (a + b)) for node, (a, b) in held.items()}
    means |= {f"{node} neighborhood": float(share @ ((a > 0) * 1 + (b > 0))) for node, (a, b) in held.items()}
    return means, {name: float(share @ rate) for name, rate in served.items()}


@pytest.mark.parametrize(("buffer", "works"), [(1, 1.0), (2, 0.7)])
def test_three_nodes_and_their_chain(buffer: int, works: float) -> None:
    """Virtual degree, neighborhood size, and requests served by pairs that are there or by a swap: errors of 10 and 15 % are detected."""
    asks = {("n0", "n2"): 0.8, ("n0", "n1"): 0.3, ("n2", "n1"): 0.5}
    means, rates = chain_of_three(buffer, 1.0, 1.5, works, asks)
    duration_s = 60_000.0
    plan = ContinuousDistribution(cutoff_s=math.inf, buffer=buffer, swap_rate_hz=1.5, requests=asks, max_wait_s=0.0)
    records = run(plan, line(3, 1.0, duration_s, swaps=works)).records
    for label, mean in means.items():
        node, name = label.split()
        stock = of(records, "stock", node=node)
        assert_sampled(batches(duration_s, stock["time_s"], stock[name]), mean, STEPS, detects=0.1 * mean)
    for name, swaps in (("ready", 0), ("swapped", 1)):
        pairs = of(records, "pair", group="n0+n2", swaps=swaps)
        assert_sampled(batches(duration_s, pairs["time_s"]), rates[name], STEPS, detects=0.15 * rates[name])


def test_swapped_pairs_are_as_old_as_their_oldest_part() -> None:
    """Two links with a place each, swapped soon, without requests: a renewal process.

    Once a link has a pair, the other gets one after a time X of mean 1, and the two are swapped after D. What comes of it is
    given up at the age tau of the first, as the first is if nothing comes: either way tau after the first all is empty, for a
    mean time of 1/2. So the share of time with a pair AC is E[max(0, tau - X - D)] / (tau + 1/2). Errors of 8 % are detected;
    that the second pair may outlive the first, if D is late, changes less than 1 %, which is allowed for. If the age of the
    younger counted it would be a fifth more.
    """
    tau, swap_hz, duration_s = 2.0, 50.0, 12_000.0
    gone = (swap_hz * (1 - math.exp(-tau)) - (1 - math.exp(-swap_hz * tau)) / swap_hz) / (swap_hz - 1)
    expected = (tau - gone) / (tau + 0.5)
    records = run(ContinuousDistribution(cutoff_s=tau, swap_rate_hz=swap_hz), line(3, 1.0, duration_s)).records
    stock = of(records, "stock", node="n0")
    shared = np.array(["n2" in peers for peers in stock["peers"].tolist()], dtype=float)
    assert_sampled(batches(duration_s, stock["time_s"], shared), expected, 0.01, detects=0.08 * expected)


def test_no_pair_is_used_twice() -> None:
    """Without losses the links' pairs are those in the pairs that were used, and those still stored: not one more or less."""
    asks = {("n0", "n2"): 5.0, ("n1", "n0"): 2.0}
    plan = ContinuousDistribution(cutoff_s=math.inf, buffer=3, swap_rate_hz=20.0, requests=asks)
    results = run(plan, line(3, 10.0, 200.0))
    records = results.records
    a, b, c = (int(of(records, "stock", node=node)["degree"][-1]) for node in ("n0", "n1", "n2"))
    (ab, bc, ac), odd = ((a + b - c) // 2, (b + c - a) // 2, (a + c - b) // 2), (a + b + c) % 2
    used = of(records, "pair")
    assert odd == 0
    assert len(used) > 1000
    assert len(results.pairs) == used["hops"].sum() + ab + bc + 2 * ac
    for group in ("n0+n2", "n1+n0"):
        numbers = used["number"][used["group"] == group].tolist()
        assert len(set(numbers)) == len(numbers)


def test_fidelity_of_a_pair_of_known_age() -> None:
    """Both halves of a Werner pair dephase from its birth on: F(t) = w (1 + exp(-2 t / T2)) / 2 + (1 - w) / 4."""
    fidelity, t2_s = 0.95, 2.0
    plan = ContinuousDistribution(cutoff_s=1.0, buffer=4, requests={("n0", "n1"): 3.0}, max_wait_s=0.0)
    used = of(run(plan, line(2, 4.0, 200.0, t2_s=t2_s, fidelity=fidelity)).records, "pair")
    w = (4 * fidelity - 1) / 3
    expected = w * (1 + np.exp(-2 * used["age_s"] / t2_s)) / 2 + (1 - w) / 4
    assert len(used) > 200
    assert used["age_s"].max() <= 1.0
    assert used["age_s"].max() - used["age_s"].min() > 0.3
    assert used["fidelity"] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("swap_rate_hz", [0.0, 20.0])
def test_what_is_there_is_there_after_a_message(swap_rate_hz: float) -> None:
    """A request that may not wait is served after the delay of the way to the other end, to the tick, or refused at once.

    That holds with a swap on the way, too, and no swap takes time here.
    """

    def far(node: fb.programs.Node) -> Any:
        node.record(far_s=node.delay_s("n2"))
        yield node.wait(1e-3)

    link = fb.Given(success_probability=0.5, attempt_period_s="1 ms", herald_delay_s="0.2 ms", state=fb.Werner(fidelity=0.95))
    scenario = fb.chain(
        3, length_m="50 km", generation=link, memory=fb.Memory(name="m", slots=8), demands=[], duration_s=60, seed=SEED
    )
    far_s = fb.run(scenario, programs={"n0": far}, progress=False).records["far_s"][0]
    plan = ContinuousDistribution(
        cutoff_s=0.1, buffer=4, swap_rate_hz=swap_rate_hz, requests={("n0", "n2"): 5.0}, max_wait_s=0.0
    )
    used = of(run(plan, scenario).records, "pair")
    assert len(used) > 100
    assert used["waited_s"] == pytest.approx(np.full(len(used), far_s), abs=2e-12)
    assert set(used["swaps"].tolist()) == ({0.0, 1.0} if swap_rate_hz else {1.0})


@pytest.mark.parametrize("shape", [fb.chain, fb.ring])
@pytest.mark.parametrize("jitter_s", [0.0, 2e-3, 2e-2])
def test_frames_find_their_pairs(shape: Any, jitter_s: float) -> None:
    """Swaps that overlap with news of others, and with requests, late and out of order: without noise what is used is perfect."""
    link = fb.Given(success_probability=0.05, attempt_period_s="1 ms", herald_delay_s="0.2 ms", state=fb.Werner(fidelity=1.0))
    scenario = shape(
        6,
        length_m="200 km",
        generation=link,
        memory=fb.Memory(name="m", slots=8),
        demands=[],
        duration_s=40,
        messages=fb.ClassicalMessages(jitter_s=jitter_s),
        seed=SEED,
    )
    scenario = scenario.replace(nodes=[node.replace(swap_success_probability=0.8) for node in scenario.nodes])
    asks = {("n0", "n3"): 5.0, ("n4", "n1"): 5.0, ("n1", "n4"): 5.0, ("n5", "n2"): 2.0}
    plan = ContinuousDistribution(cutoff_s=0.5, buffer=4, swap_rate_hz=100.0, max_swaps=3, requests=asks, max_wait_s=2.0)
    records = run(plan, scenario).records
    used = of(records, "pair")
    assert len(used) > 80
    assert used["fidelity"].min() > 1 - 1e-9
    assert used["hops"].max() > 3
    assert used["time_s"].max() > 30
    stock = of(records, "stock")
    assert stock["degree"].max() <= 8
    assert all("n1" not in row["peers"].split("+") for row in stock[stock["node"] == "n1"].rows())


def test_all_know_in_the_end_who_has_the_other_half() -> None:
    """Swaps overtake the news of others; once none may be made any more and all news has come, what both ends know agrees.

    Nothing is given up and nobody asks. A pair's halves know each other then: degrees are even in sum, and neighborhoods mutual.
    News of a later swap that comes before that of an earlier one waits, and goes on if its half is swapped meanwhile: without
    that two of three replicas (of 60 tried 46) end with a half whose other end is thought to be one that is gone; that none of
    16 does has a probability of 2e-8.
    """
    made = fb.Given(success_probability=0.05, attempt_period_s="1 ms", herald_delay_s="0.2 ms")
    scenario = fb.ring(
        6,
        length_m="200 km",
        generation=made,
        memory=fb.Memory(name="m", slots=8),
        demands=[],
        duration_s=60,
        messages=fb.ClassicalMessages(jitter_s=2e-2),
        seed=SEED,
    )
    scenario = scenario.replace(nodes=[node.replace(swap_success_probability=0.8) for node in scenario.nodes])
    plan = ContinuousDistribution(cutoff_s=math.inf, buffer=4, swap_rate_hz=100.0, max_swaps=3)
    beside = {ends for link in scenario.links for ends in ((link.node_a, link.node_b), (link.node_b, link.node_a))}
    replicas, far = 16, 0
    stock = of(fb.run(plan.on(scenario), programs=plan.programs(scenario), replicas=replicas, progress=False).records, "stock")
    assert stock["time_s"].max() < 59  # half a minute longer than was ever seen to take
    for replica in range(replicas):
        last = {row["node"]: row for row in stock[stock["replica"] == replica].rows()}
        knows = {(node, peer) for node, row in last.items() if row["peers"] for peer in row["peers"].split("+")}
        assert knows == {(peer, node) for node, peer in knows}
        assert sum(row["degree"] for row in last.values()) % 2 == 0
        far += len(knows - beside)
    assert far > 100  # some hundreds
