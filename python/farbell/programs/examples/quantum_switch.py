"""A quantum switch: pairs with its users wait in its memory, and the oldest ones of two different users are swapped."""

import farbell as fb


class Switch(fb.Program):
    size = 2  # users that get a state together

    def __init__(self, users, buffer=1):
        self.users, self.buffer = users, buffer

    def join(self, node, one, other):  # returns the gates that each user's half needs, or None
        outcome = yield node.bell_measure(one, other)
        return [(), outcome.corrections] if outcome else [None, None]

    def run(self, node):
        asked, stored = {}, {user: [] for user in self.users}  # oldest first
        while True:
            for user in self.users:
                if user not in asked and len(stored[user]) < self.buffer:
                    asked[user] = node.entangle(user)
            pair = (yield fb.any_of(*asked.values())).value
            stored[pair.peer].append(asked.pop(pair.peer).value)
            oldest = sorted((pairs[0] for pairs in stored.values() if pairs), key=lambda pair: pair.born_s)[: self.size]
            if len(oldest) == self.size:
                gates = yield from self.join(node, *(stored[pair.peer].pop(0).qubit for pair in oldest))
                for pair, needed in zip(oldest, gates, strict=True):
                    node.send(pair.peer, needed)


def user(node, switch="n0", basis="Z"):
    while True:
        pair, gates = yield fb.all_of(node.accept(switch), node.receive(switch))
        for gate in gates or ():
            yield node.gate(gate, pair.qubit)
        node.record(joined=gates is not None, outcome=(yield node.measure(pair.qubit, basis)))


if __name__ == "__main__":
    print(fb.run(fb.star(2, demands=[]), programs={"n0": Switch(["n1", "n2"]), "n1": user, "n2": user}).records)
