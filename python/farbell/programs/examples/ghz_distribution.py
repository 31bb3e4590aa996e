"""A GHZ state: a center makes it of a pair with each user, by gates and read-outs, and tells the users what to correct."""

import itertools

import farbell as fb


class Center(fb.Program):
    def __init__(self, users):
        self.users = users

    def run(self, node):
        while True:
            pairs = yield fb.all_of(*(node.entangle(user) for user in self.users))
            first, *others = (pair.qubit for pair in pairs)
            for user, other in zip(self.users[1:], others, strict=True):
                yield node.gate("cx", first, other)
                yield node.send(user, ("x", (yield node.measure(other))))
            yield node.send(self.users[0], ("z", (yield node.measure(first, basis="X"))))
            for user in self.users:
                yield node.receive(user)


class User(fb.Program):
    def __init__(self, center, bases="XZ"):  # in which it reads its qubits, one after the other
        self.center, self.bases = center, bases

    def run(self, node):
        for basis in itertools.cycle(self.bases):
            pair = yield node.accept(self.center)
            gate, needed = yield node.receive(self.center)
            if needed:
                yield node.gate(gate, pair.qubit)
            node.record(basis=basis, outcome=(yield node.measure(pair.qubit, basis)))
            yield node.send(self.center, "next")


if __name__ == "__main__":
    users = ["n1", "n2", "n3"]
    print(fb.run(fb.star(3, demands=[]), programs={"n0": Center(users), **dict.fromkeys(users, User("n0"))}).records)
