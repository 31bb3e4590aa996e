"""Links that share stations: rates against closed forms, and never more links at a time than stations.

Rates of turns by success: about 20,000 turns detect an error of 7 % of the mean turn. Numbers of attempts of turns by the clock are exact.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import farbell as fb
from physics.sampling import SEED, Estimate, assert_sampled, estimate

PERIOD_S = 1e-4
HOW = fb.Given(success_probability=0.1, attempt_period_s=PERIOD_S)


def users(count: int, how: Any = HOW, demand: dict[str, Any] | None = None, **rest: Any) -> fb.Scenario:
    names = [f"u{k}" for k in range(count)]
    switch = rest.pop("switch", {})
    hows = how if isinstance(how, list) else [how] * count
    demands = [fb.Demand(node_a=name, node_b="hub", **(demand or {})) for name in names]
    return fb.Scenario(
        **{"seed": SEED, "duration_s": 1.0, "control": "ideal"} | rest,
        memories=[fb.Memory(name="m", slots=2 * count)],
        nodes=[fb.Node(name=name, memory="m") for name in [*names, "hub"]],
        links=[
            fb.Link(name=name, node_a=name, node_b="hub", fiber=fb.Fiber(length_m=0), generation=each)
            for name, each in zip(names, hows, strict=True)
        ],
        demands=demands,
        switches=[fb.OpticalSwitch(name="s", links=names, **switch)],
    )


@pytest.mark.parametrize("switching_s", [0.0, 7e-4])
def test_turns_by_success(switching_s: float) -> None:
    """Two links that always want to: one turn after the other, each of `T / p` and the time to connect the station."""
    replicas = 24
    scenario = users(2, switch={"switching_time_s": switching_s})
    results = fb.run(scenario, replicas=replicas)
    turn = switching_s + PERIOD_S / 0.1
    made = np.asarray(results.links["successes"]).astype(int).reshape(replicas, 2)
    assert (np.abs(np.diff(made, axis=1)) <= 1).all()
    turns = int(made.sum())
    # Renewal theory: of the mean time between pairs.
    spread = PERIOD_S * math.sqrt(1 - 0.1) / 0.1
    assert_sampled(Estimate(replicas / turns, spread / math.sqrt(turns)), turn, 2 / turns, detects=0.07 * turn)


@pytest.mark.parametrize(("switching", "cycles"), [(0, 10), (3, 10), (4, 25)])
def test_turns_by_the_clock(switching: int, cycles: int) -> None:
    """A turn of `cycles` attempts, and a cycle more or less is seen. The last attempt of a turn is brought to its end."""
    turn_s = (cycles - 0.5) * PERIOD_S
    rare = HOW.replace(success_probability=1e-9)  # a link whose lanes are all taken ends its turn
    scenario = users(3, rare, switch={"switching_time_s": switching * PERIOD_S, "turn_s": turn_s}, demand={"width": 2})
    results = fb.run(scenario)
    assert not results.links["successes"].any()
    per_turn = (switching + cycles) * PERIOD_S
    attempts = np.asarray(results.links["lane_s"]) / PERIOD_S
    turns = 1.0 / per_turn
    assert abs(attempts.sum() - turns * cycles * 2) <= 2 * (cycles + 1)
    assert attempts.max() - attempts.min() <= 2 * (cycles + 1)


@pytest.mark.parametrize("scheduler", ["fifo", "max_weight"])
def test_mean_wait_at_a_station(scheduler: str) -> None:
    """A station that is never idle while somebody waits is an M/G/1 queue: mean waits do not depend on the order (Pollaczek, Khinchine).

    A service is `T` times a geometric number. A pair is there at the start of its cycle, `T` before the end of its service.
    """
    p, load, replicas = 0.1, 0.7, 300
    rate_hz = load * p / PERIOD_S
    traffic = {"traffic": fb.Poisson(rate_hz=rate_hz / 4)}
    results = fb.run(
        users(4, demand=traffic, switch={"scheduler": scheduler}, duration_s=2.0, warm_up_s=0.2), replicas=replicas
    )
    pairs = results.pairs
    means = [float(np.mean(pairs["latency_s"][pairs["replica"] == replica])) for replica in range(replicas)]
    wait_s = rate_hz * PERIOD_S**2 * (2 - p) / p**2 / (2 * (1 - load))
    assert_sampled(estimate(means), wait_s + PERIOD_S / p - PERIOD_S, 0.002, detects=0.1 * wait_s)


def at_a_time(results: fb.Results) -> int:
    """The most links that attempted together."""
    lanes: dict[str, int] = {}
    most = 0
    for row in results.trace().rows():
        if row["kind"] == "attempting":
            lanes[row["link"]] = row["count"]
            most = max(most, sum(count > 0 for count in lanes.values()))
    return most


@pytest.mark.parametrize("stations", [1, 2, 4])
@pytest.mark.parametrize("scheduler", ["fifo", "max_weight", "time_division"])
def test_no_more_links_than_stations(stations: int, scheduler: str) -> None:
    switch = {"stations": stations, "scheduler": scheduler, "turn_s": 1.05e-3, "switching_time_s": 1e-5}
    traffic = {"traffic": fb.Poisson(rate_hz=3000), "width": 2}  # more than they can serve
    results = fb.run(users(4, switch=switch, demand=traffic, duration_s=0.2), trace=True)
    assert at_a_time(results) == stations


def order_of_service(scenario: fb.Scenario, **run: Any) -> list[str]:
    return [str(name) for name in np.asarray(fb.run(scenario, **run).pairs["demand"])]


def certain(scheduler: str, counts: tuple[int, ...], deadlines: tuple[float, ...] | None = None) -> fb.Scenario:
    """So many requests at once for each user; each attempt makes a pair."""
    scenario = users(len(counts), fb.Given(success_probability=1, attempt_period_s=PERIOD_S), switch={"scheduler": scheduler})
    demands = [
        demand.replace(traffic=fb.OneOff(requests=count), deadline_s=deadlines[k] if deadlines else None)
        for k, (demand, count) in enumerate(zip(scenario.demands, counts, strict=True))
    ]
    return scenario.replace(demands=demands)


def test_who_is_next() -> None:
    a, b, c = "u0->hub", "u1->hub", "u2->hub"
    counts = (1, 3, 2)
    assert order_of_service(certain("fifo", counts)) == [a, b, c, b, c, b]
    assert order_of_service(certain("max_weight", counts)) == [b, c, b, a, c, b]
    assert order_of_service(certain("weighted_fair", counts)) == [a, b, c, b, c, b]
    assert order_of_service(certain("earliest_deadline", counts, (0.3, 0.1, 0.2))) == [b, b, b, c, c, a]


def test_a_hook_that_says_the_same_is_the_same_run() -> None:
    hows = [HOW.replace(success_probability=p) for p in (0.05, 0.1, 0.3)]
    traffic = {"traffic": fb.Poisson(rate_hz=100)}
    built_in = fb.run(users(3, hows, traffic, switch={"scheduler": "max_weight"}), replicas=2)
    seen = []

    def most(link: Any) -> float:
        seen.append((link.link, link.switch, link.waited_s, link.deadline_s))
        return link.open_requests * link.rate_hz

    hooked = fb.run(users(3, hows, traffic), replicas=2, hooks={"schedule": most})
    assert (hooked.pairs["delivered_s"] == built_in.pairs["delivered_s"]).all()
    links, switches, waits, deadlines = zip(*seen, strict=True)
    assert set(links) == {"u0", "u1", "u2"} and set(switches) == {"s"}
    assert min(waits) == 0 and max(waits) > 0 and set(deadlines) == {math.inf}
    fifo = fb.run(users(3, hows, traffic), replicas=2)
    assert (
        len(fifo.pairs["delivered_s"]) != len(hooked.pairs["delivered_s"])
        or not (fifo.pairs["delivered_s"] == hooked.pairs["delivered_s"]).all()
    )


def test_frames_that_are_worked_out() -> None:
    """Every link has slots in proportion to the time that its pairs take, and no two stations at once."""
    generator = np.random.default_rng(SEED)
    for _ in range(50):
        count = int(generator.integers(1, 8))
        stations = int(generator.integers(1, count + 1))
        hows = [HOW.replace(success_probability=float(p)) for p in generator.uniform(0.02, 1, count)]
        switch = {"scheduler": "time_division", "turn_s": 1e-3, "stations": stations}
        frame = fb.compile(users(count, hows, switch=switch)).switch_frames["s"]
        assert all(len(set(slot)) == len(slot) == stations for slot in frame)
        seats = [sum(f"u{k}" in slot for slot in frame) for k in range(count)]
        assert min(seats) >= 1 and max(seats) <= len(frame)
        need = np.array([1 / how.success_probability for how in hows])
        exact = need / need.sum() * len(frame) * stations
        # Where no link is held up by having one seat, or every slot: within a seat.
        if exact.min() >= 1.5 and exact.max() <= len(frame):
            assert np.abs(exact - seats).max() < 1.5


def test_time_division_makes_rates_equal() -> None:
    hows = [HOW.replace(success_probability=p) for p in (0.1, 0.2, 0.4)]
    switch = {"scheduler": "time_division", "turn_s": 20 * PERIOD_S}
    made = np.asarray(fb.run(users(3, hows, switch=switch, duration_s=10.0)).links["successes"])
    # Slots are 1/24 of the frame; about 5,700 pairs each, of which 6.5 standard deviations are 9 %.
    assert made.max() / made.min() < 1.25
    alone = np.asarray(fb.run(users(3, hows, duration_s=10.0).replace(switches=[])).links["successes"])
    assert alone.max() / alone.min() > 3


def weighted(weights: tuple[float, ...], p: tuple[float, ...], width: int = 4, **switch: Any) -> fb.Scenario:
    """Links that always want to attempt."""
    hows = [HOW.replace(success_probability=each) for each in p]
    scenario = users(len(p), hows, {"width": width}, switch={"scheduler": "weighted_fair"} | switch, duration_s=2.0)
    demands = [demand.replace(weight=weight) for demand, weight in zip(scenario.demands, weights, strict=True)]
    memory = fb.Memory(name="m", slots=2 * width * len(p))
    return scenario.replace(demands=demands, memories=[memory])


WEIGHTS = (1, 2, 4)
ALIKE, UNLIKE = (0.05, 0.05, 0.05), (0.02, 0.05, 0.1)


@pytest.mark.parametrize("p", [ALIKE, UNLIKE])
@pytest.mark.parametrize("turn_s", [None, 1.05e-3])
@pytest.mark.parametrize(("stations", "expected"), [(1, (1 / 7, 2 / 7, 4 / 7)), (2, (1 / 6, 2 / 6, 3 / 6))])
def test_time_of_stations_is_shared_by_weight(
    stations: int, expected: tuple[float, ...], turn_s: float | None, p: tuple[float, ...]
) -> None:
    """1 : 2 : 4 of one station. Of two stations a link can have one at most: the others share what it leaves (water-filling).

    Shares of 24 independent runs of 2 s, up to a turn each at their ends; an error of 0.01 is seen. By successes the shares of
    pairs are others where links are unlike.
    """
    replicas = 24
    scenario = weighted(WEIGHTS, p, stations=stations, turn_s=turn_s)
    lane_s = np.asarray(fb.run(scenario, replicas=replicas).links["lane_s"]).reshape(replicas, 3)
    shares = lane_s / lane_s.sum(axis=1, keepdims=True)
    for k in range(3):
        assert_sampled(estimate(shares[:, k]), expected[k], 2e-3 / expected[k], detects=0.01)


def test_first_come_first_served_takes_no_notice_of_weights() -> None:
    """What the test above would find if the scheduler did nothing: turns that are alike, a third each."""
    replicas = 24
    scenario = weighted(WEIGHTS, ALIKE)
    scenario = scenario.replace(
        switches=[scenario.switches[0].replace(scheduler="fifo")],
        demands=[demand.replace(weight=1) for demand in scenario.demands],
    )
    lane_s = np.asarray(fb.run(scenario, replicas=replicas).links["lane_s"]).reshape(replicas, 3)
    for k in range(3):
        assert_sampled(estimate(lane_s[:, k] / lane_s.sum(axis=1)), 1 / 3, 6e-3, detects=0.02)


@pytest.mark.parametrize(
    "switch", [{}, {"turn_s": 1.05e-3}, {"switching_time_s": 4e-4}, {"turn_s": 1.05e-3, "switching_time_s": 4e-4}]
)
@pytest.mark.parametrize("weights", [(1, 2, 4), (0.3, 5, 1)])
def test_no_link_is_further_ahead_than_a_turn(weights: tuple[float, ...], switch: dict[str, Any]) -> None:
    """Goyal, Vin and Cheng: over any stretch in which both wait or are served, `W_i / w_i - W_j / w_j` is at most a longest turn of each over its weight.

    Without chance, at every turn of a run; connecting the station counts as its time.
    """
    trace = fb.run(weighted(weights, UNLIKE, **switch).replace(duration_s=0.5), trace=True).trace()
    held = trace["kind"] == "permit_held"
    starts, links = trace["time_s"][held], np.array([int(name[1:]) for name in trace["link"][held]])
    turns_s = np.diff(starts)
    assert len(turns_s) > 100 and set(links) == {0, 1, 2}
    longest = np.array([turns_s[links[:-1] == k].max() / weights[k] for k in range(3)])
    had = np.array([np.cumsum(np.where(links[:-1] == k, turns_s, 0.0)) / weights[k] for k in range(3)])
    for i in range(3):
        for j in range(i):
            ahead = had[i] - had[j]
            # Over all stretches: the highest rise and the deepest fall from any earlier time.
            rise = (ahead - np.minimum.accumulate(np.append(0, ahead[:-1]))).max()
            fall = (np.maximum.accumulate(np.append(0, ahead[:-1])) - ahead).max()
            assert max(rise, fall) <= longest[i] + longest[j] + 1e-9


def test_weights_of_demands_over_a_link_add_up() -> None:
    """Demands of weights 1 and 3 over one link, 4 over the other: half of the time each."""
    replicas = 24
    scenario = weighted((1, 4), (0.05, 0.05))
    first, other = scenario.demands
    demands = [first.replace(width=2), first.replace(name="more", width=2, weight=3), other]
    lane_s = np.asarray(fb.run(scenario.replace(demands=demands), replicas=replicas).links["lane_s"]).reshape(replicas, 2)
    assert_sampled(estimate(lane_s[:, 0] / lane_s.sum(axis=1)), 0.5, 4e-3, detects=0.01)


def test_a_link_that_was_away_has_saved_nothing() -> None:
    """Who comes after half of the time has half, or a third, from then on."""
    scenario = weighted((1, 1), (0.05, 0.05))
    first, second = scenario.demands
    late = second.replace(traffic=fb.Continuous(at_s=1.0))
    lane_s = np.asarray(fb.run(scenario.replace(demands=[first, late])).links["lane_s"])
    crowd = weighted((1, 1, 1), ALIKE)
    *busy, third = crowd.demands
    shares = np.asarray(fb.run(crowd.replace(demands=[*busy, third.replace(traffic=fb.Continuous(at_s=1.0))])).links["lane_s"])
    # To within the turns under way then, of half a millisecond on average: one of 10 ms has a probability of 1e-8.
    assert abs(lane_s[1] / 4 - 0.5) < 0.01
    assert abs(shares[2] / 4 - 1 / 3) < 0.01


def test_explained() -> None:
    scenario = users(2, demand={"traffic": fb.OneOff(requests=3)}, switch={"switching_time_s": 1e-3})
    results = fb.run(scenario)
    pairs = [pair for k in range(3) for pair in results.explain(request=k, demand="u1->hub").pairs]
    steps = [step for pair in pairs for step in pair.critical_path]
    kinds = {step.kind for step in steps}
    assert {"permit", "switching", "attempts"} <= kinds
    assert any("switch s has no turn for it" in step.text for step in steps)


@pytest.mark.parametrize(
    ("switch", "path", "allowed"),
    [
        ({"links": ["u0", "u9"]}, "/switches/0/links/1", "u9"),
        ({"links": ["u0", "u0"]}, "/switches/0/links/1", "no switch has yet"),
        ({"links": ["u0"], "stations": 2}, "/switches/0/stations", "at most 1"),
        ({"links": ["u0"], "scheduler": "time_division"}, "/switches/0/turn_s", "length of a slot"),
        ({"links": ["u0"], "turn_s": 1e-3, "switching_time_s": 1e-3}, "/switches/0/turn_s", "more than switching_time_s"),
        ({"links": ["u0"], "scheduler": "earliest_deadline"}, "/switches/0/scheduler", "deadline_s"),
        ({"links": ["u0"], "frame": [["u0"]]}, "/switches/0/frame", "time_division"),
        (
            {"links": ["u0"], "scheduler": "time_division", "turn_s": 1, "frame": [["u0", "u0"]]},
            "/switches/0/frame/0",
            "at most 1",
        ),
        (
            {"links": ["u0"], "scheduler": "time_division", "turn_s": 1, "frame": [["u1"]]},
            "/switches/0/frame/0/0",
            "of the switch",
        ),
    ],
)
def test_refusals(switch: dict[str, Any], path: str, allowed: str) -> None:
    with pytest.raises(fb.SpecError, match=allowed) as error:
        fb.compile(users(2).replace(switches=[fb.OpticalSwitch(name="s", **switch)]))
    assert error.value.path.startswith(path)


def test_refused_with_ghz_demands_and_hooks() -> None:
    scenario = users(3, switch={"scheduler": "max_weight"})
    with pytest.raises(fb.SpecError, match="ghz_demands"):
        fb.compile(scenario.replace(ghz_demands=[fb.GhzDemand(name="g", users=["u0", "u1"])]))
    divided = users(2, switch={"scheduler": "time_division", "turn_s": 1e-3})
    with pytest.raises(fb.SpecError, match="time division"):
        fb.run(divided, hooks={"schedule": lambda link: 1.0})
    with pytest.raises(fb.SpecError, match="without switches"):
        fb.run(divided.replace(switches=[]), hooks={"schedule": lambda link: 1.0})
    for hook, why in (
        (lambda link: "soon", "returned 'soon'"),
        (lambda link: math.nan, "returned nan"),
        (lambda link: link.urgency, "urgency"),
    ):
        with pytest.raises(fb.RunError, match=f'"schedule" at switch "s", link "u[01]".*{why}'):
            fb.run(users(2), hooks={"schedule": hook})
