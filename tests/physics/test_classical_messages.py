"""Messages that are late or lost: their law, and what protocols make of each single loss (docs/physics/classical_messages.md)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import farbell as fb
from physics.sampling import SEED, Estimate, assert_sampled, samples_to_detect, share

# ---- the law -----------------------------------------------------------------------------------------------------------

LENGTH_M = 10e3
DELAY_S = LENGTH_M / 2e8
PAIRS = 20_000
REPLICAS = 2


def survival(x: float, jitter_s: float, loss: float, timeout_s: float | None) -> float:
    """P(late > x): every copy that has set out by then was lost, or is on its way."""
    copies = range(1 if timeout_s is None else math.floor(x / timeout_s) + 1)
    out = 1.0
    for k in copies:
        waits = math.exp(-(x - k * (timeout_s or 0)) / jitter_s) if jitter_s else 0.0
        out *= loss + (1 - loss) * waits
    return out


def moments(jitter_s: float, loss: float, timeout_s: float | None) -> tuple[float, float]:
    """Mean and standard deviation of how late a message is, by the midpoint rule between the steps at which copies set out."""
    width = timeout_s or 40 * jitter_s
    steps = 2000
    mean = square = 0.0
    for k in range(200 if timeout_s else 1):
        x = (k + (np.arange(steps) + 0.5) / steps) * width
        p = np.array([survival(float(one), jitter_s, loss, timeout_s) for one in x])
        mean += float(p.sum()) * width / steps
        square += float((2 * x * p).sum()) * width / steps
        if p[-1] < 1e-9:
            break
    return mean, math.sqrt(square - mean**2)


LAWS = {
    "jitter": (20e-6, 0.0, None),
    "losses": (0.0, 0.3, 150e-6),
    "both, sent again long after": (10e-6, 0.2, 400e-6),
    "both, copies overtake": (60e-6, 0.3, 40e-6),
}


def test_closed_forms_of_the_moments() -> None:
    """The integral against the two laws that need none, and the sum of both where a copy never overtakes another."""
    assert moments(*LAWS["jitter"]) == pytest.approx((20e-6, 20e-6), rel=1e-4)
    mean, loss = 0.3 * 150e-6 / 0.7, 0.3
    assert moments(*LAWS["losses"]) == pytest.approx((mean, math.sqrt(loss) / (1 - loss) * 150e-6), rel=1e-4)
    assert moments(*LAWS["both, sent again long after"])[0] == pytest.approx(10e-6 + 0.2 * 400e-6 / 0.8, rel=1e-4)


@pytest.mark.parametrize("law", LAWS)
def test_ends_hold_their_qubits_until_the_result_has_come(law: str) -> None:
    """An end measures when it knows the result of the one swap: each pair holds its slot for the delay and for how late that is.

    80,000 messages. False alarm 8e-11; an error of the mean of 4 % of the standard deviation is found.
    """
    jitter_s, loss, timeout_s = LAWS[law]
    messages = fb.ClassicalMessages(jitter_s=jitter_s, loss_probability=loss, retransmission_timeout_s=timeout_s)
    link = fb.Given(success_probability=1.0, attempt_period_s=1e-6)
    scenario = fb.chain(
        nodes=3, length_m=LENGTH_M, memory=fb.Memory(name="memory", slots=2), generation=link, duration_s=1e3, seed=SEED,
        demands=[fb.Demand(node_a="n0", node_b="n2", use="measure", pipelined=False, pairs_per_request=PAIRS, traffic=fb.OneOff())],
        messages=messages,
    )  # fmt: skip
    results = fb.run(scenario, replicas=REPLICAS, threads=1, progress=False)
    assert len(results.pairs["swaps"]) == REPLICAS * PAIRS
    held_s = np.asarray(results.nodes["slot_seconds"]).reshape(REPLICAS, 3)[:, [0, 2]].sum()
    messages_sent = 2 * REPLICAS * PAIRS
    mean, deviation = moments(jitter_s, loss, timeout_s)
    found = Estimate(held_s / messages_sent - DELAY_S, deviation / math.sqrt(messages_sent))
    assert messages_sent >= samples_to_detect(0.04 * deviation, deviation)
    assert_sampled(found, mean, 1e-4, detects=0.04 * deviation)


def test_copies_are_lost_as_often_as_said() -> None:
    """Of all copies: those lost, and one that came of each message."""
    loss = 0.3
    messages = fb.ClassicalMessages(loss_probability=loss, retransmission_timeout_s=150e-6)
    link = fb.Given(success_probability=1.0, attempt_period_s=1e-6)
    scenario = fb.chain(
        nodes=3, length_m=LENGTH_M, memory=fb.Memory(name="memory", slots=2), generation=link, duration_s=1e3, seed=SEED,
        demands=[fb.Demand(node_a="n0", node_b="n2", use="measure", pipelined=False, pairs_per_request=PAIRS, traffic=fb.OneOff())],
        messages=messages,
    )  # fmt: skip
    results = fb.run(scenario, replicas=1, threads=1, progress=False)
    lost = int(results.replicas["lost_messages"].sum())
    came = 2 * PAIRS + 2 + 2  # of swaps; setting up and its answer; the release
    assert_sampled(share(lost, lost + came, loss), loss, 0.0, detects=0.03)


# ---- programs ----------------------------------------------------------------------------------------------------------

SENT = 8000
SPACING_S, JITTER_S = 10e-6, 20e-6


def numbers_received(**how: Any) -> list[int]:
    """Of messages numbered from 0, sent at equal intervals, in the order in which they are received."""

    def sender(node: Any) -> Iterator[Any]:
        for number in range(SENT):
            yield node.send("n1", number)
            yield node.wait(SPACING_S)

    def receiver(node: Any) -> Iterator[Any]:
        while True:
            node.record(number=(yield node.receive("n0")))

    scenario = fb.chain(nodes=2, length_m=LENGTH_M, demands=[], duration_s=1.0, seed=SEED, messages=fb.ClassicalMessages(**how))
    results = fb.run(scenario, programs={"n0": sender, "n1": receiver}, progress=False)
    numbers: list[int] = results.records["number"].tolist()
    return numbers


def test_messages_of_programs_are_lost_for_good() -> None:
    """8,000 of them; false alarm 8e-11, finds an error of 0.04."""
    numbers = numbers_received(loss_probability=0.2, retransmission_timeout_s=1e-3)
    assert numbers == sorted(set(numbers))
    assert_sampled(share(SENT - len(numbers), SENT, 0.2), 0.2, 0.0, detects=0.04)


def test_messages_of_programs_overtake_each_other() -> None:
    """The second of two overtakes the first with probability exp(-spacing/jitter)/2, pairs that share none being independent."""
    numbers = numbers_received(jitter_s=JITTER_S)
    place = {number: place for place, number in enumerate(numbers)}
    assert len(place) == SENT
    overtaken = sum(place[2 * k + 1] < place[2 * k] for k in range(SENT // 2))
    expected = math.exp(-SPACING_S / JITTER_S) / 2
    assert_sampled(share(overtaken, SENT // 2, expected), expected, 0.0, detects=0.07)


def test_messages_in_order_are_held_back() -> None:
    assert numbers_received(jitter_s=JITTER_S, in_order=True) == list(range(SENT))


# ---- each single message lost ------------------------------------------------------------------------------------------

TIMEOUT_S = 400e-6
NODES = ("n0", "n1", "n2", "n3", "n4")
LENGTHS_M = (4e3, 6e3, 5e3, 3e3)
PROCESSING_S = 3e-6
GATE_S = 7e-6


def case(**options: Any) -> fb.Scenario:
    demand = {"traffic": fb.OneOff(requests=2), "pairs_per_request": 2} | options.pop("demand", {})
    crossing = fb.Demand(node_a="n3", node_b="n1", traffic=fb.BackToBack(requests=2), width=demand.get("width", 1))
    return fb.Scenario(
        duration_s=0.5, seed=SEED,
        memories=[fb.Memory(name="memory", slots=options.pop("slots", 6), two_qubit_gate_s=GATE_S)],
        nodes=[
            fb.Node(name=name, memory="memory", processing_delay_s=PROCESSING_S, swap_success_probability=0.6) for name in NODES
        ],
        links=[
            fb.Link(
                node_a=a, node_b=b, fiber=fb.Fiber(length_m=length, speed_m_per_s=2e8), distillation=options.get("distillation"),
                generation=fb.Given(success_probability=0.4, attempt_period_s=20e-6, herald_delay_s=10e-6),
            )
            for (a, b), length in zip(pairwise(NODES), LENGTHS_M, strict=True)
        ],
        demands=[fb.Demand(node_a="n0", node_b="n4", **demand), crossing],
        **{name: value for name, value in options.items() if name != "distillation"},
    )  # fmt: skip


CASES = {
    "swap-asap": case(),
    "slots for one circuit at a time": case(slots=3),
    "measured": case(demand={"use": "measure"}),
    "cut-offs": case(demand={"cutoff": fb.Cutoff(age_s=300e-6), "width": 2}),
    "doubling": case(demand={"swapping": fb.Doubling(), "cutoff": fb.Cutoff(age_s=800e-6), "width": 2}),
    "sequential, one after the other": case(demand={"swapping": fb.Sequential(), "pipelined": False}),
    "rules": case(demand={"rules": [fb.Rule(do="discard", when="age_s > 500e-6 or pair_hops == 1 and waited_s > 200e-6")]}),
    "distilled": case(distillation=fb.Distillation(), demand={"width": 2}, slots=8),
    "distilled from end to end": case(demand={"distillation": fb.Distillation(), "width": 2}, slots=8),
    "hop by hop": case(reservation="hop_by_hop"),
}


def travel_s(one: str, other: str) -> float:
    low, high = sorted((NODES.index(one), NODES.index(other)))
    return sum(LENGTHS_M[low:high]) / 2e8 + max(0, high - low - 1) * PROCESSING_S


class Beliefs:
    """Who holds a half of which pair, and which halves are of pairs whose other half is gone, replayed from a trace."""

    def __init__(self) -> None:
        self.holders: dict[int, set[str]] = {}
        #: (pair, holder) -> (when and where the other half was lost, swaps that the news may have had to wait for)
        self.orphans: dict[tuple[int, str], tuple[float, str, int]] = {}
        self.longest_s = 0.0
        self.notices = 0

    def replay(self, rows: Iterator[dict[str, Any]], late_s: float) -> None:
        for row in rows:
            kind, pair, node, now = row["kind"], row["pair"], row["node"], row["time_s"]
            if kind == "link_success":
                self.holders[pair] = set(row["link"].split("--"))
            elif kind == "swap":
                self.swap(row)
            elif kind == "cut_off" and row["count"] != 1:
                self.drop(pair, node)
                self.orphan(pair, now, node)
            elif kind == "distillation":
                self.drop(row["right"])
            elif kind == "qubit_lost":
                lost_s, where, swaps = self.orphans[pair, node]
                believed_s = now - lost_s
                assert believed_s <= travel_s(where, node) + late_s + swaps * GATE_S + 1e-12
                self.notices += 1
                self.drop(pair, node)
            elif kind in ("qubit_released", "qubit_measured", "qubit_discarded"):
                self.drop(pair, node)
            elif kind in ("delivery", "pair_surplus", "pair_rejected", "cut_off"):
                self.drop(pair)

    def drop(self, pair: int, node: str | None = None) -> None:
        for holder in [node] if node else list(self.holders.get(pair, ())):
            self.holders[pair].discard(holder)
            self.orphans.pop((pair, holder), None)

    def orphan(self, pair: int, lost_s: float, where: str, swaps: int = 1) -> None:
        for holder in self.holders[pair]:
            self.orphans[pair, holder] = lost_s, where, swaps

    def swap(self, row: dict[str, Any]) -> None:
        node, now = row["node"], row["time_s"]
        known = [self.orphans.get((pair, node)) for pair in (row["left"], row["right"])]
        for pair in (row["left"], row["right"]):
            self.drop(pair, node)
        if row["detail"] == "failed":
            for pair in (row["left"], row["right"]):
                self.orphan(pair, now, node)
            return
        self.holders[row["pair"]] = self.holders.pop(row["left"]) | self.holders.pop(row["right"])
        for lost in filter(None, known):
            self.orphan(row["pair"], lost[0], lost[1], lost[2] + 1)


def run_and_check(scenario: fb.Scenario, late_s: float) -> tuple[int, int]:
    """Messages lost in a run, and notices of losses that had an effect."""
    results = fb.run(scenario, trace=True, progress=False)
    assert results.replicas["ended"].tolist() == ["horizon"]
    assert results.demands["requests_done"].tolist() == [2, 2]
    kinds = results.trace()["kind"].tolist()
    beliefs = Beliefs()
    beliefs.replay(iter(results.trace().rows()), late_s)
    # All circuits are gone, and nobody holds anything.
    assert kinds.count("circuit_granted") == kinds.count("circuit_gone") > 0
    assert not any(beliefs.holders.values()) and not beliefs.orphans
    occupancy = results.occupancy
    assert not occupancy["occupied_slots"][occupancy["end_s"] == scenario.duration_s].any()
    lost = results.replicas["lost_messages"].tolist() if "lost_messages" in results.replicas.columns else [0]
    return int(lost[0]), beliefs.notices


LONG = ("distilled", "distilled from end to end", "sequential, one after the other", "rules", "cut-offs")


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow) if name in LONG else name for name in CASES])
def test_each_single_message_lost_in_turn(name: str) -> None:
    """The run ends, all is served, every slot is free, and nobody believes in half a pair for longer than the news of it takes."""
    scenario = CASES[name]
    run_and_check(scenario, late_s=0.0)
    lost, notices = 1, 0
    number = 0
    while lost:
        messages = fb.ClassicalMessages(lost=[number], retransmission_timeout_s=TIMEOUT_S)
        lost, noticed = run_and_check(scenario.replace(messages=messages), TIMEOUT_S)
        number, notices = number + 1, notices + noticed
    assert number > 20
    assert notices > 20 or "distilled" in name or "measured" in name
