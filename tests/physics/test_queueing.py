"""Requests that arrive at random: the M/M/1 queue (H01), a slotted queue (H02), pairs made in advance (H03), loss (H06).

A link with an attempt every microsecond, each of which succeeds with 1e-6, takes an exponential time of mean 1 s (to
1e-6) for a pair. The means are taken over independent queues, after a warm-up of more than fifteen relaxation times;
each detects an error of 2 % in the rate of arrivals or of service.

In H06 (Erlang's loss formula) as many requests are served at a time as there are memories (`concurrent_requests`); each
holds one for a mean of 1 s, and a request that finds none free is refused at once (`max_wait_s=0`).
"""

from __future__ import annotations

import numpy as np
import pytest

import farbell as fb
from physics.cases import case
from physics.runs import SLOT_S, SLOTTED, chains, results_of, slotted_link
from physics.sampling import SEED, Change, Estimate, assert_sampled, estimate, unchanged

H01, H02, H03, H06 = (case(name) for name in ("H01", "H02", "H03", "H06"))
EXPONENTIAL = fb.Given(success_probability=1e-6, attempt_period_s=1e-6, herald_delay_s=1e-6)
#: Warm-up, time in which requests count, and time for the last of them to end, in seconds. Queues relax within
#: 1 / (1 - sqrt(load))^2 services.
TIMES = {0.5: (200, 20_000, 200), 0.9: (6_000, 30_000, 4_000)}
QUEUES = 128


def queue(arrivals_hz: float, services_hz: float) -> dict[str, float]:
    """Mean number of requests, sojourn, wait, and the share of time without requests."""
    load = arrivals_hz / services_hz
    return {
        "L": load / (1 - load),
        "W": 1 / (services_hz - arrivals_hz),
        "Wq": load / (services_hz - arrivals_hz),
        "P0": 1 - load,
    }


def ratio(sums: np.ndarray, counts: np.ndarray) -> Estimate:
    """The mean of all values, from their sums and counts in independent samples."""
    mean = sums.sum() / counts.sum()
    return Estimate(mean, estimate((sums - mean * counts) / counts.mean()).stderr)


def check_queue(label: str, change: Change = unchanged) -> None:
    arrivals_hz, services_hz = (float(part.partition("=")[2]) for part in label.split(","))
    assert services_hz == 1
    warm_up, counted, rest = TIMES[arrivals_hz]
    scenario = chains(
        [EXPONENTIAL],
        control="ideal",
        demand={"traffic": fb.Poisson(rate_hz=arrivals_hz)},
        duration_s=warm_up + counted + rest,
    )
    start, end = warm_up, warm_up + counted
    present, busy, sojourns, waits, requests = [], [], [], [], []
    for results in results_of(change(scenario), QUEUES, at_once=16):
        for rows in split(results):
            asked, started, finished = (
                np.nan_to_num(rows[name], nan=np.inf) for name in ("asked_s", "started_s", "finished_s")
            )
            inside = (asked >= start) & (asked < end)
            assert np.isfinite(finished[inside]).all()
            present.append(np.clip(np.minimum(finished, end) - np.maximum(asked, start), 0, None).sum() / counted)
            busy.append(np.clip(np.minimum(finished, end) - np.maximum(started, start), 0, None).sum() / counted)
            sojourns.append((finished - asked)[inside].sum())
            waits.append((started - asked)[inside].sum())
            requests.append(np.count_nonzero(inside))
    found = {
        "L": estimate(present),
        "W": ratio(np.array(sojourns), np.array(requests)),
        "Wq": ratio(np.array(waits), np.array(requests)),
        "P0": estimate(1 - np.array(busy)),
    }
    faster = queue(arrivals_hz, 1.02 * services_hz)
    for name, expected in H01.expected[label].items():
        assert_sampled(found[name], expected, H01.tolerance, detects=abs(faster[name] - expected))


def split(results: fb.Results, name: str = "requests") -> list[fb.ResultTable]:
    """The rows of each replica."""
    table = results.tables[name]
    replica = table["replica"]
    return [table[replica == number] for number in results.replicas["replica"]]


@pytest.mark.parametrize("label", H01.expected)
def test_queue_of_requests(label: str) -> None:
    check_queue(label)


# ---- H02: a slotted queue -------------------------------------------------------------------------------------------------

#: Warm-up, counted slots, and slots for the last requests to end. Queues relax within about 110 and 970 slots.
SLOTS = {"lambda=0.05,p=0.1": (2_000, 250_000, 4_000), "lambda=0.02,p=0.03": (20_000, 900_000, 40_000)}


def slotted_queue(arrival: float, service: float) -> dict[str, float]:
    """Of Geo/Geo/1: share of slot ends without requests, mean number then, and mean sojourn in slots."""
    number = arrival * (1 - arrival) / (service - arrival)
    return {"P0": 1 - arrival / service, "mean_number": number, "mean_sojourn_slots": number / arrival}


@pytest.mark.parametrize("label", H02.expected)
def test_slotted_queue_of_requests(label: str) -> None:
    """A request asked one tick after the end of a slot takes part in the next slot."""
    arrival, service = (float(part.partition("=")[2]) for part in label.split(","))
    warm_up, counted, rest = SLOTS[label]
    slots, tick_s = warm_up + counted + rest, 1e-12
    random = np.random.default_rng(SEED)
    queues = chains([slotted_link(service)], copies=QUEUES // 2, duration_s=slots * SLOT_S, **SLOTTED)
    demands = [
        demand.replace(
            traffic=fb.Table(at_s=np.flatnonzero(random.random(slots) < arrival) * SLOT_S + tick_s), generate_when_idle=True
        )
        for demand in queues.demands
    ]
    requests = fb.run(queues.replace(demands=demands), threads=1, progress=False, memory_limit="2 GB").requests
    empty, present, sojourns, counts = [], [], [], []
    for demand in range(len(demands)):
        mine = requests.codes("demand") == demand
        asked = np.rint((requests["asked_s"][mine] - tick_s) / SLOT_S).astype(int)
        finished = np.rint(np.nan_to_num(requests["finished_s"][mine], nan=slots * SLOT_S) / SLOT_S).astype(int)
        change = np.bincount(asked, minlength=slots + 1) - np.bincount(finished, minlength=slots + 1)
        number = np.cumsum(change)[warm_up : warm_up + counted]
        inside = (asked >= warm_up) & (asked < warm_up + counted)
        assert (requests["status"][mine][inside] == "done").all()
        empty.append(np.mean(number == 0))
        present.append(number.mean())
        sojourns.append((finished - asked)[inside].sum())
        counts.append(np.count_nonzero(inside))
    found = {
        "P0": estimate(empty),
        "mean_number": estimate(present),
        "mean_sojourn_slots": ratio(np.array(sojourns), np.array(counts)),
    }
    faster = slotted_queue(arrival, 1.02 * service)
    for name, expected in H02.expected[label].items():
        assert slotted_queue(arrival, service)[name] == pytest.approx(expected, rel=H02.tolerance)
        assert_sampled(found[name], expected, H02.tolerance, detects=abs(faster[name] - expected))


# ---- H03: pairs made in advance ---------------------------------------------------------------------------------------------

#: Warm-up, counted time, and time for the rest to end, in seconds; queues relax within 90 s.
BUFFER_TIMES = (1_500, 25_000, 1_500)


def buffered_queue(arrivals_hz: float, pairs_hz: float, buffer: int) -> dict[str, float]:
    """Share of requests served at once, mean backlog, mean number of pairs kept, and mean wait."""
    load = arrivals_hz / pairs_hz
    backlog = load ** (buffer + 1) / (1 - load)
    return {
        "P_immediate": 1 - load**buffer,
        "mean_backlog": backlog,
        "mean_stored": buffer - load * (1 - load**buffer) / (1 - load),
        "mean_wait": backlog / arrivals_hz,
    }


def overlap(since: np.ndarray, until: np.ndarray, start: float, end: float) -> float:
    return float(np.clip(np.minimum(until, end) - np.maximum(since, start), 0, None).sum())


@pytest.mark.parametrize("label", H03.expected)
def test_buffer_of_pairs(label: str) -> None:
    arrivals_hz, pairs_hz, buffer = (float(part.partition("=")[2]) for part in label.split(","))
    assert pairs_hz == 1
    warm_up, counted, rest = BUFFER_TIMES
    scenario = chains(
        [EXPONENTIAL],
        control="ideal",
        memories=[fb.Memory(name="memory", slots=int(buffer))],
        demand={"traffic": fb.Poisson(rate_hz=arrivals_hz), "generate_when_idle": True, "buffer": int(buffer)},
        duration_s=warm_up + counted + rest,
    )
    start, end = warm_up, warm_up + counted
    at_once, backlog, stored, waits, requests = [], [], [], [], []
    for results in results_of(scenario, QUEUES, at_once=16):
        for rows, pairs in zip(split(results), split(results, "pairs"), strict=True):
            asked, finished = rows["asked_s"], np.nan_to_num(rows["finished_s"], nan=np.inf)
            inside = (asked >= start) & (asked < end)
            assert np.isfinite(finished[inside]).all()
            at_once.append(np.count_nonzero((finished == asked)[inside]))
            backlog.append(overlap(asked, finished, start, end) / counted)
            stored.append(overlap(pairs["delivered_s"] - pairs["age_s"], pairs["delivered_s"], start, end) / counted)
            waits.append((finished - asked)[inside].sum())
            requests.append(np.count_nonzero(inside))
    found = {
        "P_immediate": ratio(np.array(at_once), np.array(requests)),
        "mean_backlog": estimate(backlog),
        "mean_stored": estimate(stored),
        "mean_wait": ratio(np.array(waits), np.array(requests)),
    }
    faster = buffered_queue(arrivals_hz, 1.02 * pairs_hz, int(buffer))
    for name, expected in H03.expected[label].items():
        assert buffered_queue(arrivals_hz, pairs_hz, int(buffer))[name] == pytest.approx(expected, rel=H03.tolerance)
        assert_sampled(found[name], expected, H03.tolerance, detects=abs(faster[name] - expected))


# ---- H06: loss ---------------------------------------------------------------------------------------------------------------

#: A pair at the first attempt, of which one knows a second later.
CONSTANT = fb.Given(success_probability=1.0, attempt_period_s=1e-6, herald_delay_s=1.0)
#: Independent replicas; seconds of each. The losses of 1, 10 and 100 memories detect errors of 2 %, 2 % and (an error of 1 %
#: in the rate of arrivals) 22 %.
LOSS_SAMPLES = {"a=1,c=1": (64, 10_000), "a=8,c=10": (128, 5_000), "a=80,c=100": (128, 450)}


def lost_share(load: float, memories: int) -> float:
    """Erlang's formula B, by its recursion in the number of memories."""
    share = 1.0
    for number in range(1, memories + 1):
        share = load * share / (number + load * share)
    return share


def check_loss(label: str, service: fb.Given, *, more_circuits: int = 0) -> None:
    """`more_circuits` than memories: requests are refused because no slots are free, else because none of them is served."""
    load, memories = (float(part.partition("=")[2]) for part in label.split(","))
    expected, most = H06.expected[label], int(memories)
    replicas, duration_s = LOSS_SAMPLES[label]
    scenario = chains(
        [service],
        control="ideal",
        memories=[fb.Memory(name="memory", slots=most)],
        demand={"traffic": fb.Poisson(rate_hz=load), "concurrent_requests": most + more_circuits, "max_wait_s": 0.0},
        duration_s=duration_s,
        warm_up_s=15,
        record="summary",
    )
    demands = fb.run(scenario, replicas=replicas, threads=1, progress=False).demands
    # Exponential services are 1e-6 s too long.
    detects = 0.02 * expected if most <= 10 else lost_share(1.01 * load, most) - expected
    assert lost_share(load, most) == pytest.approx(expected, rel=1e-8)  # as many digits as the case has
    assert_sampled(ratio(demands["requests_refused"], demands["requests_asked"]), expected, 2e-6 * load, detects=detects)


@pytest.mark.parametrize("service", [EXPONENTIAL, CONSTANT], ids=["exponential", "constant"])
def test_one_memory_loses_requests(service: fb.Given) -> None:
    """Erlang's formula holds for any law of the service time."""
    check_loss("a=1,c=1", service)


@pytest.mark.slow
@pytest.mark.parametrize("label", ["a=8,c=10", "a=80,c=100"])
@pytest.mark.parametrize("service", [EXPONENTIAL, CONSTANT], ids=["exponential", "constant"])
def test_memories_lose_requests(label: str, service: fb.Given) -> None:
    check_loss(label, service)


@pytest.mark.slow
def test_requests_are_lost_where_slots_are_taken() -> None:
    check_loss("a=8,c=10", CONSTANT, more_circuits=5)


def test_one_request_at_a_time_with_a_queue_of_one() -> None:
    """The queue's bound loses the same requests as a wait of 0."""
    tables = []
    for demand in ({"max_queue": 1}, {"max_wait_s": 0.0}):
        demand = {"traffic": fb.Poisson(rate_hz=1.0)} | demand
        tables.append(fb.run(chains([CONSTANT], control="ideal", demand=demand, duration_s=5_000), progress=False).requests)
    first, second = ((table["asked_s"].tolist(), table["status"].tolist()) for table in tables)
    assert first == second
    assert {*tables[0]["reason"]} == {"none", "queue_full"} and {*tables[1]["reason"]} == {"none", "not_served"}
