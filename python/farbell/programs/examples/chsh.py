"""A Bell test: two nodes measure shared pairs in settings that each chooses by itself. No local model exceeds S = 2."""

from math import pi

import farbell as fb


class Tester(fb.Program):  # in the XZ plane, with angles counted from Z
    def __init__(self, peer, angles_rad, asks):
        self.peer, self.angles_rad, self.asks = peer, angles_rad, asks

    def run(self, node):
        while True:
            pair = yield (node.entangle(self.peer) if self.asks else node.accept(self.peer))
            setting = node.random.randrange(2)
            yield node.gate("ry", pair.qubit, angle_rad=-self.angles_rad[setting])
            outcome = yield node.measure(pair.qubit)
            node.record(setting=setting, outcome=outcome)


def both_testers(alice="n0", bob="n1"):
    return {alice: Tester(bob, (0, pi / 2), asks=True), bob: Tester(alice, (pi / 4, -pi / 4), asks=False)}


def correlations(records, alice="n0", bob="n1"):
    """Means of the product of both outcomes, +1 or -1: a row for each setting of Alice, a column for each of Bob."""
    a, b = (records[records["node"] == name] for name in (alice, bob))
    both = slice(min(len(a), len(b)))  # at the end one may have measured its half alone
    product = (1 - 2 * a["outcome"][both]) * (1 - 2 * b["outcome"][both])
    mine, theirs = a["setting"][both], b["setting"][both]
    return [[product[(mine == i) & (theirs == j)].mean() for j in (0, 1)] for i in (0, 1)]


if __name__ == "__main__":
    ((e00, e01), (e10, e11)) = correlations(fb.run(fb.chain(2, demands=[]), programs=both_testers()).records)
    print("S =", e00 + e01 + e10 - e11)
