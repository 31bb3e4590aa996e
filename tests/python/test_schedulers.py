"""Who of those that wait for memory slots goes first, and who is turned away."""

from __future__ import annotations

import pytest

import farbell as fb

LINK = fb.Given(success_probability=1.0, attempt_period_s="1 ms", herald_delay_s="1 ms")


def star(*demands: dict[str, object], **fields: object) -> fb.Scenario:
    """A hub for one circuit at a time; demand k joins two leaves of its own, and a pair takes a millisecond."""
    names = [f"n{i}" for i in range(2 * len(demands))]
    return fb.Scenario(
        duration_s="1 s",
        control="ideal",
        memories=[fb.Memory(name="memory", slots=2)],
        nodes=[fb.Node(name=name, memory="memory") for name in ("hub", *names)],
        links=[fb.Link(node_a="hub", node_b=name, fiber=fb.Fiber(length_m=0), generation=LINK) for name in names],
        demands=[
            fb.Demand(name=f"D{k}", node_a=names[2 * k], node_b=names[2 * k + 1]).replace(**more)
            for k, more in enumerate(demands)
        ],
    ).replace(**fields)


def order_of_service(scenario: fb.Scenario) -> list[str]:
    requests = fb.run(scenario).requests
    rows = sorted((row["started_s"], row["demand"]) for row in requests.rows() if row["started_s"] == row["started_s"])
    return [demand for _, demand in rows]


def at(microseconds: float, **more: object) -> dict[str, object]:
    return {"traffic": fb.OneOff(at_s=microseconds * 1e-6)} | more


@pytest.mark.parametrize(
    ("scheduler", "order"), [("fifo", ["D0", "D1", "D2", "D3", "D4"]), ("earliest_deadline", ["D0", "D3", "D1", "D4", "D2"])]
)
def test_earliest_deadline(scheduler: str, order: list[str]) -> None:
    """What is booked stays; who has no deadline goes last; priorities go before."""
    demands = [at(0), at(1, deadline_s="90 ms"), at(2), at(3, deadline_s="80 ms"), at(4, deadline_s="90 ms")]
    assert order_of_service(star(*demands, scheduler=scheduler)) == order
    if scheduler == "earliest_deadline":
        demands[2]["priority"] = 1
        assert order_of_service(star(*demands, scheduler=scheduler)) == ["D0", "D2", "D3", "D1", "D4"]


def test_max_weight() -> None:
    """What is booked stays; then most requests go first, and slow links take more of them; priorities go before."""
    many = [at(k, traffic=fb.OneOff(at_s=k * 1e-6, requests=count)) for k, count in enumerate((1, 1, 3, 2))]
    scenario = star(*many, scheduler="max_weight")
    assert order_of_service(scenario) == ["D0", *["D2"] * 3, *["D3"] * 2, "D1"]
    links = [
        link.replace(generation=LINK.replace(success_probability=0.25)) if link.node_b in ("n4", "n5") else link
        for link in scenario.links
    ]
    assert order_of_service(scenario.replace(links=links)) == ["D0", *["D3"] * 2, "D1", *["D2"] * 3]  # 2 / 2, 1 / 2, 3 / 8
    many[1]["priority"] = 1
    assert order_of_service(star(*many, scheduler="max_weight")) == ["D0", "D1", *["D2"] * 3, *["D3"] * 2]


def test_a_request_that_was_interrupted_keeps_its_deadline() -> None:
    """Slots are taken away after 3.5 ms; the one that is due first gets them back at once."""
    pair = {"pairs_per_request": 5, "reservation_s": "3.5 ms"}
    demands = [at(0, deadline_s="20 ms", **pair), at(1, deadline_s="50 ms", **pair)]
    finished = {}
    for scheduler in ("fifo", "earliest_deadline"):
        requests = fb.run(star(*demands, scheduler=scheduler)).requests
        finished[scheduler] = dict(zip(requests["demand"].tolist(), requests["finished_s"].tolist(), strict=True))
    assert finished["fifo"]["D0"] > 0.008
    assert finished["earliest_deadline"]["D0"] < 0.0065 < finished["earliest_deadline"]["D1"]


def test_weighted_fair_takes_turns_by_weight() -> None:
    """Two that never rest, one at a time: of each four turns, weight 3 has three; first come, first served, they alternate."""
    busy = {"traffic": fb.BackToBack(), "reservation_s": "2.5 ms"}
    shares = {}
    for scheduler, weights in (
        ("fifo", (1, 1)),
        ("weighted_fair", (1, 1)),
        ("weighted_fair", (1, 3)),
        ("weighted_fair", (5, 1)),
    ):
        scenario = star(*(busy | {"weight": weight} for weight in weights), scheduler=scheduler)
        pairs = fb.run(scenario).summary()["pairs"].tolist()
        shares[scheduler, weights] = pairs[0] / sum(pairs)
    assert shares["fifo", (1, 1)] == pytest.approx(0.5, abs=0.01)
    assert shares["weighted_fair", (1, 1)] == pytest.approx(0.5, abs=0.01)
    assert shares["weighted_fair", (1, 3)] == pytest.approx(0.25, abs=0.05)
    assert shares["weighted_fair", (5, 1)] == pytest.approx(5 / 6, abs=0.05)


def test_who_was_away_has_saved_nothing() -> None:
    """D2 comes after half a second of which it had no share, and gets a third from then on, not all."""
    busy = {"traffic": fb.BackToBack(), "reservation_s": "2.5 ms"}
    late = busy | {"traffic": fb.BackToBack(at_s="0.5 s")}
    pairs = fb.run(star(busy, busy, late, scheduler="weighted_fair")).pairs
    after = pairs["demand"][pairs["delivered_s"] > 0.5]
    assert {name: (after == name).mean() for name in ("D0", "D1", "D2")} == pytest.approx(
        dict.fromkeys(("D0", "D1", "D2"), 1 / 3), abs=0.02
    )


def test_time_alone_is_no_debt() -> None:
    """D0 had everything while nobody wanted it; D1 comes, and they share."""
    busy = {"traffic": fb.BackToBack(), "reservation_s": "2.5 ms"}
    late = busy | {"traffic": fb.BackToBack(at_s="0.5 s")}
    pairs = fb.run(star(busy, late, scheduler="weighted_fair")).pairs
    after = pairs["demand"][pairs["delivered_s"] > 0.5]
    assert (after == "D0").mean() == pytest.approx(0.5, abs=0.02)


def test_open_requests_of_the_network_are_bounded() -> None:
    demands = [at(k, traffic=fb.OneOff(at_s=k * 1e-6, requests=3)) for k in range(3)]
    results = fb.run(star(*demands, max_open_requests=5))
    assert results.requests["reason"].tolist().count("network_full") == 4
    assert results.requests["status"].tolist().count("done") == 5
    later = star(at(0), at(1), at(2000), max_open_requests=2)
    assert fb.run(later).requests["reason"].tolist() == ["none"] * 3
    trace = fb.run(star(*demands, max_open_requests=5), trace=True).trace()
    assert trace["detail"].tolist().count("network_full") == 4
    refused = next(row for row in results.requests.rows() if row["reason"] == "network_full")
    assert "too many requests" in str(results.explain(demand=refused["demand"], request=refused["request"]))


@pytest.mark.parametrize(
    ("scenario", "path", "words"),
    [
        (star(at(0), scheduler="weighted_fair", reservation="hop_by_hop"), "/scheduler", "first come, first served"),
        (
            star(at(0)).replace(scheduler="weighted_fair", ghz_demands=[fb.GhzDemand(name="g", users=["n0", "n1"])]),
            "/scheduler",
            "ghz_demands",
        ),
        (star(at(0), scheduler="max_weight", reservation="hop_by_hop"), "/scheduler", "first come, first served"),
        (star(at(0), scheduler="earliest_deadline"), "/scheduler", "deadline_s"),
        (star(at(0), at(0, weight=2)), "/demands/1/weight", "weighted_fair"),
    ],
)
def test_refusals(scenario: fb.Scenario, path: str, words: str) -> None:
    with pytest.raises(fb.SpecError, match=words) as error:
        fb.compile(scenario)
    assert error.value.path == path


def test_unknown_scheduler() -> None:
    with pytest.raises(fb.SpecError) as error:
        star(at(0), scheduler="weighted_fare")
    assert error.value.nearest == '"weighted_fair"'
