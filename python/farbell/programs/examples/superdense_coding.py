"""Superdense coding: two bits in one qubit, which is carried by teleportation and read together with the half of a pair."""

import farbell as fb


def teleport(node, peer, qubit):
    """Carries a qubit to another node, which calls :func:`catch`."""
    pair = yield node.entangle(peer)
    yield node.send(peer, (yield node.bell_measure(qubit, pair.qubit)))


def catch(node, peer):
    pair = yield node.accept(peer)
    for gate in (yield node.receive(peer)).corrections:
        yield node.gate(gate, pair.qubit)
    return pair.qubit


def sender(node, peer="n1"):
    while True:
        bits = node.random.randrange(4)
        pair = yield node.entangle(peer)
        if bits & 2:
            yield node.gate("z", pair.qubit)
        if bits & 1:
            yield node.gate("x", pair.qubit)
        yield from teleport(node, peer, pair.qubit)
        yield node.send(peer, bits)  # so that the receiver can count errors


def receiver(node, peer="n0"):
    while True:
        mine = yield node.accept(peer)
        outcome = yield node.bell_measure((yield from catch(node, peer)), mine.qubit)
        node.record(sent=(yield node.receive(peer)), read=2 * outcome.phase + outcome.parity)


if __name__ == "__main__":
    print(fb.run(fb.chain(2, demands=[], duration_s="100 ms"), programs={"n0": sender, "n1": receiver}).records)
