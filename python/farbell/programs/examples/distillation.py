"""Distillation of two pairs to one, as DEJMPS: both ends rotate, use up a pair, and tell each other what they read."""

from math import pi

import farbell as fb


def distil(node, peer, kept, used, angle_rad):
    """Whether ``kept`` goes on, better than before; ``used`` is gone. The peer does the same with ``-angle_rad``."""
    for pair in (kept, used):
        yield node.gate("rx", pair.qubit, angle_rad=angle_rad)
    yield node.gate("cx", kept.qubit, used.qubit)
    mine = yield node.measure(used.qubit)
    yield node.send(peer, mine)
    return mine == (yield node.receive(peer))


class End(fb.Program):
    """One of the two ends asks for pairs."""

    def __init__(self, peer, asks):
        self.peer, self.asks = peer, asks

    def run(self, node):
        while True:
            kept = yield (node.entangle(self.peer) if self.asks else node.accept(self.peer))
            used = yield (node.entangle(self.peer) if self.asks else node.accept(self.peer))
            success = yield from distil(node, self.peer, kept, used, pi / 2 if self.asks else -pi / 2)
            if self.asks:
                node.record(success=success, fidelity=fb.truth.fidelity(kept))
                yield node.send(self.peer, "seen")
            else:
                yield node.receive(self.peer)
            node.release(kept.qubit)


if __name__ == "__main__":
    link = fb.Given(success_probability=0.1, attempt_period_s="10 us", state=fb.Werner(fidelity=0.8))
    two = fb.chain(2, demands=[], generation=link)
    print(fb.run(two, programs={"n0": End("n1", asks=True), "n1": End("n0", asks=False)}).records)
