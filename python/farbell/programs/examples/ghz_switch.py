"""A quantum switch that makes GHZ states of the oldest pairs of three different users."""

import farbell as fb
from farbell.programs.examples.quantum_switch import Switch, user


class GhzSwitch(Switch):
    size = 3

    def join(self, node, first, *others):
        gates = []
        for other in others:
            yield node.gate("cx", first, other)
            gates.append(("x",) * (yield node.measure(other)))
        return [("z",) * (yield node.measure(first, basis="X")), *gates]


if __name__ == "__main__":
    users = ["n1", "n2", "n3", "n4"]
    print(fb.run(fb.star(4, demands=[]), programs={"n0": GhzSwitch(users), **dict.fromkeys(users, user)}).records)
