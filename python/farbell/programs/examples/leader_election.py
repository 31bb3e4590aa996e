"""Leader election: contenders meet in a tournament, and the read-out of a shared pair decides each match.

It is fair among 2, 4, 8 ... contenders, if pairs are perfect. Of each match the one named first asks for the pair and tells
the others who won."""

import farbell as fb


class Contender(fb.Program):
    def __init__(self, names):
        self.names = list(names)

    def match(self, node, one, other):
        """The winner, as this node learns of it."""
        if node.name == one:
            pair = yield node.entangle(other)
        elif node.name == other:
            pair = yield node.accept(one)
        else:
            return (yield node.receive(one))
        winner = (one, other)[(yield node.measure(pair.qubit))]
        if node.name == one:
            for name in self.names:
                if name not in (one, other):
                    yield node.send(name, winner)
        return winner

    def run(self, node):
        left = self.names
        while len(left) > 1:
            winners = [left[-1]] if len(left) % 2 else []
            for one, other in zip(left[::2], left[1::2], strict=False):
                winners.append((yield from self.match(node, one, other)))
            left = winners
        node.record(leader=left[0])


if __name__ == "__main__":
    leaves = ["n1", "n2", "n3", "n4"]
    print(fb.run(fb.star(4, demands=[]), programs=dict.fromkeys(leaves, Contender(leaves))).records)
