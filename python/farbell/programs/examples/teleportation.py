"""Teleportation with retry: a pair that does not come in time, or a Bell measurement that fails, costs another try."""

import farbell as fb


class Sender(fb.Program):
    def __init__(self, peer, theta_rad=0.0, times=1, patience_s=0.1):
        self.peer, self.theta_rad, self.times, self.patience_s = peer, theta_rad, times, patience_s

    def run(self, node):
        sent = 0
        while sent < self.times:
            try:
                pair = yield node.entangle(self.peer, timeout_s=self.patience_s)
            except fb.TimedOut:
                continue
            qubit = yield node.create_qubit()
            yield node.gate("ry", qubit, angle_rad=self.theta_rad)
            outcome = yield node.bell_measure(qubit, pair.qubit)
            yield node.send(self.peer, outcome)  # None if it failed: both qubits are gone
            sent += outcome is not None


class Receiver(fb.Program):
    def __init__(self, peer):
        self.peer = peer

    def run(self, node):
        while True:
            pair = yield node.accept(self.peer)
            outcome = yield node.receive(self.peer)
            for gate in outcome.corrections if outcome else ():
                yield node.gate(gate, pair.qubit)
            if outcome:
                node.record(x=fb.truth.x(pair.qubit), y=fb.truth.y(pair.qubit), z=fb.truth.z(pair.qubit))
            node.release(pair.qubit)


if __name__ == "__main__":
    print(fb.run(fb.chain(3, demands=[]), programs={"n0": Sender("n2", 1.0, times=100), "n2": Receiver("n0")}).records)
