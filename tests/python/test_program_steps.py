"""Programs step by step: what they may ask for in which form, how operations end, and that nothing is left behind."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import farbell as fb

LINKS = fb.Given(success_probability=0.5, attempt_period_s=1e-5)
SHARP = fb.Memory(name="sharp", slots=4)


def chain(nodes: int = 2, **run: Any) -> fb.Scenario:
    return fb.chain(nodes, length_m=1e3, generation=LINKS, memory=SHARP, demands=[], **{"duration_s": 0.01, **run})


def records(programs: dict[str, Callable[[Any], Any]], **run: Any) -> list[dict[str, Any]]:
    return list(fb.run(chain(**run), programs=programs, seed=1).records.rows())


@pytest.mark.parametrize("how_long", [1e-6, "1 us", np.float64(1e-6), np.float32(1e-6), 0, 0.0])
def test_a_timer_takes_any_time(how_long: Any) -> None:
    def clock(node: Any) -> Iterator[Any]:
        timer = node.wait(how_long)
        assert timer.what == f"wait({how_long!r})" and not timer.done
        assert (yield timer) is None
        node.record(at_s=node.now_s)

    (row,) = records({"n0": clock})
    assert row["at_s"] == pytest.approx(0 if not how_long else 1e-6, abs=1e-12)


@pytest.mark.parametrize("how_long", [-1.0, float("nan"), "soon", None, 1j])
def test_what_is_no_time_is_refused(how_long: Any) -> None:
    def clock(node: Any) -> Iterator[Any]:
        yield node.wait(how_long)

    with pytest.raises((fb.RunError, TypeError), match=r"clock|time|seconds"):
        records({"n0": clock})


def test_names_and_numbers_of_numpy_are_taken() -> None:
    def asks(node: Any) -> Iterator[Any]:
        pair = yield node.entangle(np.str_("n1"), pairs=1, min_fidelity=np.float32(0), timeout_s="1 s")
        yield node.gate("RX", pair.qubit, angle_rad=1)
        yield node.gate("rx", pair.qubit, angle_rad=np.float64(-1))
        yield node.send(np.str_("n1"), (yield node.measure(pair.qubit, "x")))

    def answers(node: Any) -> Iterator[Any]:
        pair = yield node.accept(np.str_("n0"))
        mine = yield node.measure(pair.qubit, np.str_("X"))
        node.record(equal=mine == (yield node.receive(np.str_("n0"))))

    assert [row["equal"] for row in records({"n0": asks, "n1": answers})] == [True]


@pytest.mark.parametrize(
    ("name", "angle", "text"),
    [
        ("nothing", 0.0, "there is no such gate"),
        ("x", 1.0, "it has no angle"),
        ("rx", float("nan"), "finite"),
        ("cx", 0.0, "acts on 2"),
        (7, 0.0, "there is no such gate"),
    ],
)
def test_gates_that_are_none_are_refused(name: Any, angle: float, text: str) -> None:
    def turns(node: Any) -> Iterator[Any]:
        yield node.gate(name, (yield node.create_qubit()), angle_rad=angle)

    with pytest.raises(fb.RunError, match=text):
        records({"n0": turns})


def test_messages_are_kept_in_order_and_by_sender() -> None:
    def sender(node: Any) -> Iterator[Any]:
        for i in range(3):
            node.send("n1", (node.name, i))
        yield node.wait(1e-3)

    def takes(node: Any) -> Iterator[Any]:
        yield node.wait(5e-4)
        ours = []
        for _ in range(3):
            ours.append((yield node.receive("n2")))
        first = yield node.receive_any()
        assert (first.sender, first.content, first.sent_s) == ("n0", ("n0", 0), 0.0)
        ours += [(yield node.receive("n0")), (yield node.receive_any()).content]
        node.record(ours=repr(ours))

    (row,) = records({"n0": sender, "n1": takes, "n2": sender}, nodes=3)
    assert row["ours"] == repr([("n2", 0), ("n2", 1), ("n2", 2), ("n0", 1), ("n0", 2)])


def test_who_no_longer_waits_gets_no_message() -> None:
    def sender(node: Any) -> Iterator[Any]:
        yield node.wait(1e-4)
        node.send("n1", "late")

    def takes(node: Any) -> Iterator[Any]:
        given_up = node.receive("n0")
        given_up.cancel()
        with pytest.raises(fb.TimedOut):
            yield node.receive("n0", timeout_s=1e-5)
        node.record(got=(yield node.receive("n0", timeout_s=1e-3)), at_s=node.now_s)

    (row,) = records({"n0": sender, "n1": takes})
    assert row["got"] == "late" and row["at_s"] == pytest.approx(1e-4 + 1e3 / 2e8, rel=0.1)


def teleports(turn: str) -> dict[str, Callable[[Any], Any]]:
    def alice(node: Any) -> Iterator[Any]:
        while True:
            qubit = yield node.create_qubit()
            if turn:
                yield node.gate(turn, qubit)
            pair = yield node.entangle("n2")
            yield node.send("n2", (yield node.bell_measure(qubit, pair.qubit)))

    def bob(node: Any) -> Iterator[Any]:
        while True:
            pair = yield node.accept("n0")
            outcome = yield node.receive("n0")
            if outcome.parity:
                yield node.gate("x", pair.qubit)
            if outcome.phase:
                yield node.gate("z", pair.qubit)
            node.record(**{axis: getattr(fb.programs.truth, axis)(pair.qubit) for axis in "xyz"})
            yield node.measure(pair.qubit)

    return {"n0": alice, "n2": bob}


@pytest.mark.parametrize("state", ["pair_density", "bell_diagonal", "density"])
@pytest.mark.parametrize(("turn", "bloch"), [("", (0, 0, 1)), ("x", (0, 0, -1)), ("h", (1, 0, 0)), ("sqrt_x", (0, -1, 0))])
def test_teleportation_brings_the_state_over(state: str, turn: str, bloch: tuple[float, ...]) -> None:
    links = LINKS.replace(state=fb.Werner(fidelity=1.0))
    scenario = fb.chain(3, length_m=1e3, generation=links, memory=SHARP, demands=[], duration_s=2e-3, state=state)
    table = fb.run(scenario, programs=teleports(turn), seed=3).records
    assert len(table) > 10
    for axis, mean in zip("xyz", bloch, strict=True):
        np.testing.assert_allclose(table[axis], mean, atol=1e-12)


def test_runs_leave_nothing_behind() -> None:
    def untidy(node: Any) -> Iterator[Any]:
        while True:
            node.send("n2", node)
            node.receive("n2")
            node.create_qubit()
            yield fb.any_of(node.wait(1e-5), node.receive("n2", timeout_s=1.0))
            if node.now_s > 2e-5:
                raise ValueError("enough")

    def left() -> int:
        gc.collect()
        return len(gc.get_objects())

    def run() -> None:
        records(teleports("h"), nodes=3)
        with pytest.raises(fb.RunError, match="enough"):
            records({"n0": untidy, "n2": untidy}, nodes=3)

    run()
    before = left()
    for _ in range(5):
        run()
    assert left() <= before + 50


def test_operations_that_outlive_their_run_are_refused_in_words() -> None:
    kept: list[Any] = []

    def keeps(node: Any) -> Iterator[Any]:
        kept.extend([node, node.receive("n1"), node.wait(1.0)])
        yield kept[1]

    records({"n0": keeps})
    node, waited_for, timer = kept
    timer.cancel()
    for asks in (
        lambda: node.wait(1.0),
        lambda: node.send("n0"),
        lambda: node.create_qubit(),
        lambda: node.now_s,
        waited_for.cancel,
    ):
        with pytest.raises(fb.RunError, match=r"is over|no program runs"):
            asks()
