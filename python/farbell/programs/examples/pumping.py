"""Entanglement pumping: one pair is kept, and made better by one fresh pair after the other; a failure costs all."""

from math import pi

import farbell as fb
from farbell.programs.examples.distillation import distil


class Pump(fb.Program):
    """One of the two ends asks for pairs."""

    def __init__(self, peer, asks, rounds=2):
        self.peer, self.asks, self.rounds = peer, asks, rounds

    def pair(self, node):
        return node.entangle(self.peer) if self.asks else node.accept(self.peer)

    def run(self, node):
        while True:
            kept = yield self.pair(node)
            for number in range(1, self.rounds + 1):
                used = yield self.pair(node)
                success = yield from distil(node, self.peer, kept, used, pi / 2 if self.asks else -pi / 2)
                if self.asks and success:
                    node.record(round=number, success=True, fidelity=fb.truth.fidelity(kept))
                elif self.asks:
                    node.record(round=number, success=False)
                if not success:
                    break
            if self.asks:
                yield node.send(self.peer, "seen")
            else:
                yield node.receive(self.peer)
            node.release(kept.qubit)


if __name__ == "__main__":
    link = fb.Given(success_probability=0.1, attempt_period_s="10 us", state=fb.Werner(fidelity=0.8))
    two = fb.chain(2, demands=[], generation=link)
    print(fb.run(two, programs={"n0": Pump("n1", asks=True), "n1": Pump("n0", asks=False)}).records)
