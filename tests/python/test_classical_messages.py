"""Loss, jitter and order of classical messages, as programs and results see them, and what is refused of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import farbell as fb
from farbell.programs import TimedOut
from python.programs_run import DELAY_S, column, network, run

LOSSES = {"loss_probability": 0.2, "retransmission_timeout_s": "100 us"}


def lossy(**messages: Any) -> fb.Scenario:
    return network(messages=fb.ClassicalMessages(**messages))


def sender(node: Any) -> Iterator[Any]:
    yield node.send("n1", "lost")
    yield node.wait("1 ms")
    yield node.send("n1", "there")


def test_a_lost_message_never_comes() -> None:
    def patient(node: Any) -> Iterator[Any]:
        try:
            yield node.receive("n0", timeout_s="0.5 ms")
        except TimedOut:
            node.record(content="nothing", at_s=node.now_s)
        node.record(content=(yield node.receive("n0")), at_s=node.now_s)

    results = run(sender, patient, lossy(lost=[0], retransmission_timeout_s="100 us"))
    assert column(results, "content") == ["nothing", "there"]
    assert column(results, "at_s") == [0.5e-3, 1e-3 + DELAY_S]
    assert results.replicas["lost_messages"].tolist() == [1]


@pytest.mark.parametrize(
    ("wait", "text"),
    [
        (lambda node: node.receive("n0"), "receive('n0'); a message of n0 to n1, sent at 0.001 s, was lost"),
        (lambda node: node.receive_any(), "receive_any(); a message of n0 to n1, sent at 0.001 s, was lost"),
        (
            lambda node: fb.all_of(node.receive("n0"), node.wait(1)),
            "all of receive('n0'), wait(1); a message of n0 to n1, sent at 0.001 s, was lost",
        ),
        (lambda node: node.wait(1), "wait(1)"),
    ],
)
def test_who_waits_for_a_lost_message_is_told_of_it(wait: Any, text: str) -> None:
    def waits(node: Any) -> Iterator[Any]:
        yield node.receive("n0")
        yield wait(node)

    results = run(sender, waits, lossy(lost=[1], retransmission_timeout_s="100 us"))
    assert list(results.processes["waits_for"]) == [text]


def test_several_lost_messages_are_counted_and_the_next_replica_knows_none_of_them() -> None:
    def many(node: Any) -> Iterator[Any]:
        for _ in range(3):
            yield node.send("n1", "lost")
            yield node.wait("1 ms")

    def waits(node: Any) -> Iterator[Any]:
        yield node.receive("n0")

    results = run(many, waits, lossy(lost=[0, 1, 2], retransmission_timeout_s="100 us"), replicas=2)
    text = "receive('n0'); 3 messages of n0 to n1 were lost, the last of them sent at 0.002 s"
    assert list(results.processes["waits_for"]) == [text, text]


def test_a_node_reaches_itself() -> None:
    def alone(node: Any) -> Iterator[Any]:
        yield node.send("n0", "note")
        node.record(content=(yield node.receive("n0")))

    results = run(alone, scenario=lossy(loss_probability=0.99, jitter_s=1, retransmission_timeout_s="1 us"))
    assert column(results, "content") == ["note"]


def test_messages_that_do_not_vary_change_nothing() -> None:
    """Whatever else is said of them: results are the same, and none is counted as lost."""
    plain = fb.chain(nodes=4, duration_s=0.02, seed=5)
    said = plain.replace(messages=fb.ClassicalMessages(in_order=True, retransmission_timeout_s="1 ms"))
    results = [fb.run(scenario, trace=True, progress=False) for scenario in (plain, said)]
    assert repr(list(results[0].trace().rows())) == repr(list(results[1].trace().rows()))
    assert "lost_messages" not in results[1].replicas.columns


def test_what_varies_is_owned_up_to() -> None:
    def joint(scenario: fb.Scenario) -> bool:
        return any(each["name"] == "joint_knowledge" for each in fb.run(scenario, progress=False).approximations)

    scenario = fb.chain(nodes=3, duration_s=1e-3, messages=fb.ClassicalMessages(jitter_s="1 us"))
    assert joint(scenario)
    assert not joint(scenario.replace(demands=[fb.Demand(node_a="n0", node_b="n2", use="measure")]))


REFUSED = {
    "no retransmission": (
        lambda: fb.ClassicalMessages(loss_probability=0.1),
        "/retransmission_timeout_s: found null; allowed: a time, since loss_probability is not 0: what protocols send must "
        "arrive in the end",
    ),
    "no retransmission of one": (
        lambda: fb.ClassicalMessages(lost=[3]),
        "/retransmission_timeout_s: found null; allowed: a time, since messages are `lost`: what protocols send must arrive in "
        "the end",
    ),
    "all lost": (
        lambda: fb.ClassicalMessages(loss_probability=1.0, retransmission_timeout_s=1),
        "/loss_probability: found 1; allowed: a number in [0, 0.99]",
    ),
    "sent again at once": (
        lambda: fb.run(lossy(loss_probability=0.1, retransmission_timeout_s="1e-14 s")),
        "/messages/retransmission_timeout_s: found 1e-14 s; allowed: at least one tick (1 ps)",
    ),
    "without messages": (
        lambda: fb.run(fb.chain(nodes=2, control="ideal", messages=fb.ClassicalMessages(**LOSSES))),
        '/messages: found loss or jitter of messages; allowed: none of them with "control": "ideal", which needs no messages',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused(name: str) -> None:
    make, text = REFUSED[name]
    with pytest.raises(fb.SpecError) as caught:
        make()
    assert str(caught.value) == text
