"""Demands of higher priority are served first where slots are scarce."""

from __future__ import annotations

import pytest

import farbell as fb


def star(*priorities: int) -> fb.Scenario:
    """A hub for one circuit at a time; demand k asks at k microseconds, and each is served for a millisecond."""
    link = fb.Given(success_probability=1.0, attempt_period_s="1 ms", herald_delay_s="1 ms")
    names = [f"n{i}" for i in range(2 * len(priorities))]
    return fb.Scenario(
        duration_s="1 s",
        control="ideal",
        memories=[fb.Memory(name="memory", slots=2)],
        nodes=[fb.Node(name=name, memory="memory") for name in ("hub", *names)],
        links=[fb.Link(node_a="hub", node_b=name, fiber=fb.Fiber(length_m=0), generation=link) for name in names],
        demands=[
            fb.Demand(
                name=f"D{k}", node_a=names[2 * k], node_b=names[2 * k + 1], traffic=fb.OneOff(at_s=k * 1e-6), priority=priority
            )
            for k, priority in enumerate(priorities)
        ],
    )


@pytest.mark.parametrize(
    ("priorities", "order"),
    [
        ((0, 0, 0, 0), [0, 1, 2, 3]),
        ((0, 0, 1, 2), [0, 3, 2, 1]),  # what is booked stays
        ((5, -1, 0, -1, 0), [0, 2, 4, 1, 3]),
    ],
)
def test_order_of_service(priorities: tuple[int, ...], order: list[int]) -> None:
    requests = fb.run(star(*priorities)).requests
    started = dict(zip(requests["demand"].tolist(), requests["started_s"].tolist(), strict=True))
    assert sorted(started, key=lambda demand: started[demand]) == [f"D{k}" for k in order]


def test_hop_by_hop_has_none() -> None:
    with pytest.raises(fb.SpecError, match="first come, first served") as error:
        fb.compile(star(0, 1).replace(reservation="hop_by_hop"))
    assert error.value.path == "/demands/1/priority"
