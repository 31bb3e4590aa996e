"""The stack: what its layers refuse, how they are replaced, and that both ends agree, whatever is lost or late."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

import farbell as fb
from farbell.programs.examples.teleportation import Receiver, Sender
from python.stack_run import Control, Ledger, accepts, asks, chain, run


def errors(scenario: fb.Scenario, programs: Any = None, ask: Any = None, **layers: Any) -> list[str]:
    def alice(node: Any) -> Iterator[Any]:
        try:
            yield ask(node)
        except fb.stack.RequestError as error:
            node.record(code=error.code)
        except fb.TimedOut:
            node.record(code="TIMEOUT")

    programs = {"n0": alice, **(programs or {})}
    results = fb.run(scenario, programs=fb.stack.on(scenario, programs, **layers), progress=False)
    return list(results.records["code"].tolist()) if "code" in results.records.columns else []


# ---- what is refused ----


@pytest.mark.parametrize("layer", ["link", "network"])
@pytest.mark.parametrize(
    "wish, code",
    [
        ({"min_fidelity": 0.97}, "UNSUPP"),
        ({"timeout_s": 1e-6}, "NOTIME"),
        ({"number": 7}, "OUTOFMEM"),
        ({"timeout_s": 1e-4}, "TIMEOUT"),
    ],
)
def test_requests_that_cannot_be_served_say_why(layer: str, wish: dict[str, Any], code: str) -> None:
    scenario = chain(2, slots=6, fidelity=0.95, p=1e-9 if code == "TIMEOUT" else 0.2)
    assert errors(scenario, ask=lambda node: getattr(node, layer).create("n1", **wish)) == [code]


def test_a_node_may_deny_a_link_request() -> None:
    class Choosy(fb.stack.LinkLayer):
        def refuses(self, peer: str, create: Any) -> str:
            return "DENIED" if create.min_fidelity < 0.5 else super().refuses(peer, create)

    ask = lambda node: node.link.create("n1")  # noqa: E731
    assert errors(chain(2), ask=ask, link=Choosy) == ["DENIED"]
    # So may one that is on the way of a circuit, which the head hears, too.
    assert errors(chain(3), ask=lambda node: node.network.create("n2"), link=Choosy) == ["DENIED"]


def test_a_node_may_refuse_a_circuit() -> None:
    class Closed(fb.stack.NetworkLayer):
        def refuses(self, setup: Any) -> str:
            return "DENIED" if self.node.name == "n2" else super().refuses(setup)

    ask = lambda node: node.network.create("n3")  # noqa: E731
    assert errors(chain(4), ask=ask, network=Closed) == ["DENIED"]


def test_there_is_no_way_to_a_node_without_links() -> None:
    scenario = chain(2)
    scenario = scenario.replace(nodes=[*scenario.nodes, scenario.nodes[0].replace(name="alone")])
    assert errors(scenario, ask=lambda node: node.network.create("alone")) == ["NOROUTE"]
    assert errors(scenario, ask=lambda node: node.link.create("alone")) == ["NOROUTE"]


def test_a_node_that_never_answers_is_unreachable() -> None:
    ask = lambda node: node.network.create("n2")  # noqa: E731
    control = Control(range(10**6), tries=4)
    assert errors(chain(3), ask=ask, channel=control) == ["UNREACHABLE"]
    # The first try and three others; the circuit was told off, just in case.
    assert [type(frame.message).__name__ for frame in control.lost[:5]] == ["CircuitSetup"] * 4 + ["CircuitDown"]


@pytest.mark.parametrize(
    "wish, said",
    [
        ({"kind": "borrow"}, "kind='borrow': there are"),
        ({"number": 0}, "number=0: allowed are whole numbers"),
        ({"min_fidelity": 1.5}, "min_fidelity=1.5: allowed are"),
        ({"route": ("n0", "n2", "n1")}, "no link joins 'n0' and 'n2'"),
        ({"route": ("n0", "n2")}, "allowed are nodes from 'n0' to 'n1', each once"),
        ({"bases": "XW"}, "bases='XW': allowed are"),
        ({"kind": "prepare", "bases": "XZ"}, "bases='XZ': allowed are"),
    ],
)
def test_what_no_layer_knows_is_an_error_of_the_program(wish: dict[str, Any], said: str) -> None:
    with pytest.raises(fb.RunError, match=said):
        errors(chain(3), ask=lambda node: node.network.create("n1", **wish))


def test_names_of_nodes_and_layers_are_checked() -> None:
    with pytest.raises(fb.SpecError, match="names of nodes"):
        fb.stack.on(chain(2), {"n7": lambda node: iter(())})
    with pytest.raises(fb.SpecError, match="an object"):
        fb.stack.on(chain(2), {"n0": Sender})
    with pytest.raises(fb.SpecError, match="2 programs"):
        fb.stack.on(chain(2), {"n0": [Sender("n1"), Sender("n1")]})
    with pytest.raises(fb.SpecError, match="channel, link, network, transport"):
        fb.stack.on(chain(2), {}, links=fb.stack.LinkLayer)


# ---- circuits ----


def test_requests_share_a_circuit_and_a_closed_one_is_set_up_again() -> None:
    setups: list[Any] = []

    class Counting(fb.stack.NetworkLayer):
        def refuses(self, setup: Any) -> str:
            setups.append((self.node.name, setup.circuit))
            return super().refuses(setup)

    def alice(node: Any) -> Iterator[Any]:
        pairs = yield fb.all_of(node.network.create("n2"), node.network.create("n2", number=2))
        node.record(pairs=1 + len(pairs[1]))
        for pair in (pairs[0], *pairs[1]):
            node.release(pair.qubit)
        node.network.close("n2")
        yield node.wait("1 ms")
        node.release((yield node.network.create("n2")).qubit)
        node.network.close("n2")

    ledger = Ledger()
    results = run(chain(3), {"n0": alice, "n2": accepts("n0", ledger, hold_s=0)}, network=Counting)
    assert setups == [("n1", ("n0", 0)), ("n2", ("n0", 0)), ("n1", ("n0", 1)), ("n2", ("n0", 1))]
    assert len(ledger.halves) == 4
    assert 3 in results.records["pairs"].tolist()


def test_circuits_that_cross_share_a_link_a_pair_each_in_turn() -> None:
    def take(peer: str, kind: str) -> Any:
        def alice(node: Any) -> Iterator[Any]:
            stream = node.network.create(peer, number=None, kind=kind)
            for _ in range(100):
                yield stream.next()
            node.record(done_s=node.now_s)

        return alice

    scenario = chain(4, slots=8, duration_s=50e-3)
    programs = fb.stack.on(scenario, {"n0": take("n2", "measure"), "n1": take("n3", "measure")})
    done = fb.run(scenario, programs=programs, progress=False, seed=3).records["done_s"]
    assert len(done) == 2
    assert max(done) < 1.5 * min(done)


def test_pairs_older_than_the_cut_off_are_not_swapped() -> None:
    scenario = chain(3, slots=4, p=0.02, memory={"t2_s": 5e-3}, duration_s=100e-3)
    worst = []
    for cutoff_s in (None, 300e-6):
        ledger = Ledger()
        wish = {"times": 40, "number": 1, "cutoff_s": cutoff_s, "hold_s": 0.0, "kind": "measure", "timeout_s": 5e-3}
        run(scenario, {"n0": asks("n2", ledger, **wish), "n2": accepts("n0", ledger)})
        assert ledger.agrees()
        pairs = [half for halves in ledger.halves.values() for half in halves.values()]
        assert len(pairs) >= 40
        worst.append(max(pair.formed_s - pair.born_s for pair in pairs))
    assert worst[1] <= 300e-6 < worst[0]


def test_programs_for_the_network_below_run_on_the_stack() -> None:
    scenario = chain(4, duration_s=50e-3)
    programs = fb.stack.on(scenario, {"n0": Sender("n3", 1.0, times=20), "n3": Receiver("n0")})
    assert len(fb.run(scenario, programs=programs, progress=False).records) == 20


def test_the_other_end_hears_of_the_purpose() -> None:
    def alice(node: Any) -> Iterator[Any]:
        yield fb.all_of(node.network.create("n2", purpose="key"), node.link.create("n1", purpose="test"))

    def listens(layer: str) -> Any:
        def bob(node: Any) -> Iterator[Any]:
            pair = yield getattr(node, layer).accept("n0")
            node.record(purpose=pair.purpose)

        return bob

    scenario = chain(3)
    programs = fb.stack.on(scenario, {"n0": alice, "n1": listens("link"), "n2": listens("network")})
    assert sorted(fb.run(scenario, programs=programs, progress=False).records["purpose"].tolist()) == ["key", "test"]


def test_messages_of_programs_do_not_meet_those_of_the_stack() -> None:
    def alice(node: Any) -> Iterator[Any]:
        yield node.send("n2", "before")
        yield node.network.create("n2")
        yield node.send("n2", "after")

    def bob(node: Any) -> Iterator[Any]:
        first = yield node.receive_any()
        second = yield node.receive("n0")
        node.record(said=f"{first.sender}: {first.content}, {second}")
        with pytest.raises(fb.TimedOut):
            yield node.receive("n0", timeout_s="1 ms")

    scenario = chain(3)
    results = fb.run(scenario, programs=fb.stack.on(scenario, {"n0": alice, "n2": bob}), progress=False)
    assert results.records["said"].tolist() == ["n0: before, after"]


def test_a_run_follows_from_its_seed_and_replicas_do_not_meet() -> None:
    def alice(node: Any) -> Iterator[Any]:
        for _ in range(5):
            pair = yield node.network.create("n2", kind="measure", bases="XYZ")
            node.record(pair=repr(pair.id), basis=pair.basis, outcome=pair.outcome)

    scenario = chain(3)
    programs = fb.stack.on(scenario, {"n0": alice})
    one, again, other = (
        fb.run(scenario, programs=programs, replicas=3, seed=seed, progress=False).records for seed in (1, 1, 2)
    )
    assert list(one.rows()) == list(again.rows()) != list(other.rows())
    assert one["pair"][one["replica"] == 0].tolist() == one["pair"][one["replica"] == 2].tolist()
    assert one["time_s"][one["replica"] == 0].tolist() != one["time_s"][one["replica"] == 2].tolist()


def test_a_request_may_be_cancelled_and_take_its_own_way() -> None:
    def alice(node: Any) -> Iterator[Any]:
        stream = node.network.create("n2", number=None, route=("n0", "n3", "n2"))
        first = yield stream.next()
        stream.cancel()
        node.release(first.qubit)
        yield node.wait("1 ms")
        with pytest.raises(fb.TimedOut):
            yield stream.next(timeout_s="1 ms")
        node.network.close("n2")

    seen: list[str] = []

    class Watched(fb.stack.NetworkLayer):
        def refuses(self, setup: Any) -> str:
            seen.append(self.node.name)
            return super().refuses(setup)

    line = chain(4)
    ring = fb.ring(4, length_m=2000.0, generation=line.links[0].generation, memory=line.memories[0], demands=[])
    scenario = ring.replace(duration_s=20e-3)
    run(scenario, {"n0": alice, "n2": accepts("n0", Ledger())}, network=Watched)
    assert seen == ["n3", "n2"]


# ---- layers of one's own ----


@pytest.mark.parametrize("nodes", [2, 3])
def test_the_network_layer_takes_a_link_layer_that_distils(nodes: int) -> None:
    def alice(node: Any) -> Iterator[Any]:
        pair = yield node.network.create(f"n{nodes - 1}", min_fidelity=0.82 if nodes == 2 else 0.66)
        node.record(true=fb.truth.fidelity(pair), estimated=pair.estimated_fidelity)

    scenario = chain(nodes, fidelity=0.8, memory={"two_qubit_gate_reliability": 0.99, "readout_fidelity_0": 0.99})
    scenario = scenario.replace(memories=[scenario.memories[0].replace(readout_fidelity_1=0.99)])
    ask = lambda node: node.network.create(f"n{nodes - 1}", min_fidelity=0.82 if nodes == 2 else 0.66)  # noqa: E731
    assert errors(scenario, ask=ask) == ["UNSUPP"]
    programs = fb.stack.on(scenario, {"n0": alice}, link=fb.stack.DistillingLinkLayer)
    records = fb.run(scenario, programs=programs, progress=False).records
    assert records["true"] == pytest.approx(records["estimated"], abs=1e-9)


@pytest.mark.parametrize("slots", [4, 6])
def test_distilled_links_of_a_chain_do_not_block_each_other(slots: int) -> None:
    """Four slots between the ends are the fewest: a pair to one side, and one and two of the hardware to either."""

    def alice(node: Any) -> Iterator[Any]:
        stream = node.network.create("n3", number=None)
        for _ in range(200):
            node.release((yield stream.next()).qubit)
        stream.cancel()
        node.record(done=True)

    scenario = chain(4, slots=slots, fidelity=0.9, p=0.5, duration_s=200e-3)
    programs = {"n0": alice, "n3": accepts("n0", Ledger(), hold_s=0)}
    stacks = fb.stack.on(scenario, programs, link=fb.stack.DistillingLinkLayer)
    assert fb.run(scenario, programs=stacks, progress=False).records["done"].tolist() == [True]


def test_a_link_layer_may_measure_whatever_it_makes() -> None:
    class Measuring(fb.stack.LinkLayer):
        def made(self, create: Any, pair: Any) -> None:
            self.node.start(self._measured(create, pair))

    def alice(node: Any) -> Iterator[Any]:
        pair = yield node.link.create("n1", bases="Z")
        node.record(outcome=pair.outcome, kept=pair.qubit is not None)

    def bob(node: Any) -> Iterator[Any]:
        pair = yield node.link.accept("n0")
        node.record(outcome=pair.outcome, kept=pair.qubit is not None)

    scenario = chain(2)
    programs = fb.stack.on(scenario, {"n0": alice, "n1": bob}, link=Measuring)
    records = fb.run(scenario, programs=programs, progress=False).records
    assert records["kept"].tolist() == [False, False]
    assert len(set(records["outcome"].tolist())) == 1


def test_a_link_layer_may_be_written_from_scratch() -> None:
    """One that knows neither requests nor messages: the left end of each link asks for all pairs of a chain's one circuit."""

    class Bare:
        def __init__(self, node: Any) -> None:
            self.node, self.service, self.request = node, None, None
            for peer in node.neighbours:
                node.take(peer)._waits = self.came

        def attainable_fidelity(self, peer: str) -> float:
            return 1.0

        def serve(self, name: str, service: Any) -> None:
            self.service = service

        def create(self, peer: str, **wish: Any) -> Any:
            self.request = fb.stack.PairRequest(self.node, "bare", 0, None, self.end)
            self.number, self.purpose, self.peer = 0, wish["purpose"], peer
            self.ask()
            return self.request

        def ask(self) -> None:
            tag = (self.number, self.purpose)
            self.number += 1
            self.node.ask(self.peer, tag=tag)._waits = self.made

        def made(self, ask: Any) -> None:
            if self.request is not None and ask._error is None:
                self.ask()
                self.give(ask.value, self.node.name)

        def came(self, take: Any) -> None:
            self.node.take(take.value.peer)._waits = self.came
            self.give(take.value, take.value.peer)

        def give(self, pair: Any, asker: str) -> None:
            half = fb.stack.StackPair(
                (asker, 0, pair.tag[0]),
                pair.peer,
                "keep",
                asked_here=asker == self.node.name,
                qubit=pair.qubit,
                born_s=pair.born_s,
            )
            half.estimated_correlators, half.formed_s, half.purpose = pair.estimated_correlators, self.node.now_s, pair.tag[1]
            self.service.link_pair(half)

        def drop(self, pair: Any) -> None:
            if pair.qubit is not None:
                self.node.release(pair.qubit)
                pair.qubit = None

        def end(self, request: Any) -> None:
            self.request = None

        def hold(self, pair: Any, held: bool) -> None:
            pass

        def expire(self, pair: Any) -> None:
            self.drop(pair)

    ledger = Ledger()
    scenario = chain(4)
    programs = {"n0": asks("n3", ledger, number=1, hold_s=0), "n3": accepts("n0", ledger, hold_s=0)}
    fb.run(scenario, programs=fb.stack.on(scenario, programs, link=Bare), progress=False)
    assert len(ledger.halves) == 5
    assert ledger.agrees()


# ---- both ends agree ----


def frames(nodes: int, **wish: Any) -> int:
    """How many are sent if none is lost."""
    control, ledger = Control(), Ledger()
    run(chain(nodes), {"n0": asks(f"n{nodes - 1}", ledger, **wish), f"n{nodes - 1}": accepts("n0", ledger)}, channel=control)
    assert len(ledger.halves) == wish["times"]
    return control.sent


@pytest.mark.parametrize("kind", ["keep", "prepare"])
def test_whichever_message_is_lost_both_ends_agree(kind: str) -> None:
    wish = {"times": 2, "kind": kind, "timeout_s": 3e-3}
    for number in range(frames(4, **wish)):
        control, ledger = Control([number]), Ledger()
        run(chain(4), {"n0": asks("n3", ledger, **wish), "n3": accepts("n0", ledger)}, channel=control)
        assert len(control.lost) == 1
        assert ledger.agrees(), control.lost
        assert sum(len(halves) == 2 for halves in ledger.halves.values()) == 2, control.lost


def test_without_repetition_losses_would_be_noticed() -> None:
    """The test above can fail."""
    wish = {"times": 2, "timeout_s": 3e-3}
    whole = 0
    for number in range(frames(4, **wish)):
        ledger = Ledger()
        scenario = chain(4)
        programs = {"n0": asks("n3", ledger, **wish), "n3": accepts("n0", ledger)}
        control = Control([number], retry_s=1.0)
        fb.run(scenario, programs=fb.stack.on(scenario, programs, channel=control), progress=False)
        whole += ledger.agrees() and sum(len(halves) == 2 for halves in ledger.halves.values()) == 2
    assert whole < frames(4, **wish)


def test_a_pair_given_up_at_one_end_is_expired_at_the_other_as_soon_as_a_message_tells() -> None:
    def alice(node: Any) -> Iterator[Any]:
        pair = yield node.network.create("n3")
        yield node.wait("1 ms")
        node.network.expire(pair)
        node.record(given_up_s=node.now_s, told_s=node.delay_s("n3"))

    def bob(node: Any) -> Iterator[Any]:
        pair = yield node.network.accept("n0")
        gone = yield node.network.expiry()
        node.record(expired_s=node.now_s, same=gone is pair and pair.expired)

    scenario = chain(4)
    records = fb.run(scenario, programs=fb.stack.on(scenario, {"n0": alice, "n3": bob}), progress=False).records
    rows = list(records.rows())
    assert rows[1]["same"]
    assert rows[1]["expired_s"] == pytest.approx(rows[0]["given_up_s"] + rows[0]["told_s"], abs=1e-12)


@pytest.mark.parametrize("number", range(6))
def test_a_lost_notice_costs_one_time_out_more(number: int) -> None:
    """The first frames after the pair was given up, one after the other; retry after 150 us."""

    class Late(Control):
        armed = False

        def __call__(self, node: Any) -> Any:
            channel = super().__call__(node)
            transmit, control = channel.transmit, self

            def armed(peer: str, frame: Any) -> None:
                if not control.armed:
                    control.sent = 0
                transmit(peer, frame)

            channel.transmit = armed
            return channel

    control = Late([number + 1], retry_s=150e-6)

    def alice(node: Any) -> Iterator[Any]:
        pair = yield node.network.create("n3")
        yield node.wait("3 ms")
        control.armed, control.sent = True, 1
        node.network.expire(pair)
        node.record(at_s=node.now_s)

    def bob(node: Any) -> Iterator[Any]:
        yield node.network.accept("n0")
        yield node.network.expiry()
        node.record(at_s=node.now_s)

    scenario = chain(4, duration_s=10e-3)
    programs = fb.stack.on(scenario, {"n0": alice, "n3": bob}, channel=control)
    given_up_s, expired_s = fb.run(scenario, programs=programs, progress=False).records["at_s"].tolist()
    assert expired_s - given_up_s <= 150e-6 + 3e-5 + 1e-9


def test_random_chains_with_losses_jitter_and_cut_offs_leave_no_half_believed_pair_and_no_slot_taken() -> None:
    pairs = expired = late = 0
    for seed in range(60):
        dice = random.Random(seed)
        nodes, slots = dice.choice([2, 3, 4, 5]), dice.choice([2, 3, 4, 8])
        scenario = chain(nodes, slots, p=dice.choice([0.05, 0.2, 0.8]), duration_s=30e-3)
        if dice.random() < 0.4:
            scenario = scenario.replace(nodes=[node.replace(swap_success_probability=0.6) for node in scenario.nodes])
        wish: dict[str, Any] = {
            "kind": dice.choice(["keep", "keep", "measure", "prepare"]),
            "cutoff_s": dice.choice([None, 50e-6, 200e-6, 1e-3]),
            "timeout_s": dice.choice([150e-6, 300e-6, 1e-3, 3e-3]),
            "hold_s": dice.choice([0, 200e-6]),
        }
        control = Control(jitter_s=dice.choice([0, 5e-6, 50e-6]), share=dice.choice([0, 0.05, 0.3]))
        if dice.random() < 0.4:  # what the network below sends, too
            scenario = scenario.replace(
                messages=fb.ClassicalMessages(
                    jitter_s=dice.choice([0, 20e-6]),
                    loss_probability=dice.choice([0.05, 0.3]),
                    retransmission_timeout_s="100 us",
                )
            )
        ledger, other = Ledger(), Ledger()
        programs = {"n0": asks(f"n{nodes - 1}", ledger, **wish), f"n{nodes - 1}": accepts("n0", ledger)}
        if nodes == 5 and slots >= 4:
            programs |= {"n1": asks("n3", other, timeout_s=2e-3), "n3": accepts("n1", other)}
        layers = {"link": fb.stack.DistillingLinkLayer} if dice.random() < 0.3 and slots >= 4 else {}
        run(scenario, programs, seed=seed, channel=control, **layers)
        assert ledger.agrees() and other.agrees(), seed
        pairs += len(ledger.halves)
        expired += sum(half.expired for halves in ledger.halves.values() for half in halves.values())
        late += ledger.errors["TIMEOUT"]
    assert min(pairs, expired, late) > 5  # all of it happened
