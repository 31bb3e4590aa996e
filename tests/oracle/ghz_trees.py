"""GHZ demands along trees: the tree by trying sets of nodes, and fusions at all of its hubs."""

from itertools import combinations
from math import inf

from . import states
from .clock import ARRIVALS, SWAPS, ticks
from .ghz import Arm, GhzDemand, SharedState
from .segments import A, B


def spanning_tree(network, nodes):
    """(cost, links) of the least tree over these nodes and usable links between them; None if they do not hang together."""
    part, cost, chosen = {node: node for node in nodes}, 0.0, []

    def top(node):
        return node if part[node] is node else top(part[node])

    for link in sorted(network.links, key=network.cost):
        if set(link.ends) <= nodes and network.cost(link) < inf and top(link.ends[0]) is not top(link.ends[1]):
            part[top(link.ends[0])] = top(link.ends[1])
            cost += network.cost(link)
            chosen.append(link)
    return (cost, chosen) if len(chosen) == len(nodes) - 1 else None


def steiner(network, users):
    others = [node for node in network.nodes if node not in users]
    trees = [
        spanning_tree(network, {*users, *more}) for count in range(len(others) + 1) for more in combinations(others, count)
    ]
    return min((tree for tree in trees if tree), key=lambda tree: tree[0])[1]


def grown(network, users):
    inside, chosen = {users[0]}, []
    while set(users) - inside:
        cost, before = {node: 0.0 if node in inside else inf for node in network.nodes}, {}
        for _ in network.nodes:
            for link in network.links:
                for one, two in (link.ends, link.ends[::-1]):
                    if cost[one] + network.cost(link) < cost[two]:
                        cost[two], before[two] = cost[one] + network.cost(link), (one, link)
        node = min((user for user in users if user not in inside), key=cost.get)
        while node not in inside:
            inside.add(node)
            node, link = before[node]
            chosen.append(link)
    return chosen


class TreeDemand(GhzDemand):
    def make_arms(self):
        self.center, self.keeps = None, False
        links = {"steiner": steiner, "shortest_paths": grown}[self.spec["tree"]](self.run.network, self.users)
        beside = {node: [] for node in self.run.network.nodes}
        for link in links:
            for one, two in (link.ends, link.ends[::-1]):
                beside[one].append(two)
        root = self.users[0]
        self.above, order = {root: None}, [root]
        for node in order:
            for other in sorted(beside[node], key=lambda node: node.index):
                if other is not self.above[node]:
                    self.above[other] = node
                    order.append(other)
        ends = [node for node in order if node in self.users or len(beside[node]) > 2]
        arms = []
        for node in ends[1:]:
            start = self.above[node]
            while start not in ends:
                start = self.above[start]
            arms.append(Arm(self.run, self, len(arms), start, node))
        self.arm_to = {arm.user: arm for arm in arms}
        self.places_of_tree = ends
        return arms

    def arms_at(self, node):
        """Arms that end or begin there: that towards the root first."""
        up = [self.arm_to[node]] if node in self.arm_to else []
        return up + [arm for arm in self.arms if arm.ends[0] is node]

    def hubs(self):
        return [node for node in self.places_of_tree if len(self.arms_at(node)) > 1]

    def fusion_time(self):
        if self.run.network.slot is not None or not self.hubs():
            return 0
        return max(self.time_at(hub) for hub in self.hubs())

    def time_at(self, hub):
        memory = hub.memory
        turn = 0 if hub in self.users else memory["single_qubit_gate_s"]
        seconds = (len(self.arms_at(hub)) - 1) * memory["two_qubit_gate_s"] + turn + memory["measurement_s"]
        return ticks(seconds, self.run.ticks_per_s)

    def heard(self, parts, one, two):
        """When a message between two places of the tree, sent now, arrives."""
        circuits = dict(zip(self.arms, (circuit for circuit, _ in parts), strict=True))
        way, delay = self.way(one, two), 0
        for start, end in zip(way, way[1:], strict=False):
            arm = self.arm_to.get(end)
            arm = arm if arm is not None and arm.ends[0] is start else self.arm_to[start]
            delay += circuits[arm].d[0][-1]
        if not self.run.network.ideal:
            delay += sum(node.processing for node in way[1:-1])
        return self.run.mail.arrives(one, self.now, delay)

    def way(self, one, two):
        """Places of the tree from one to another."""

        def to_root(node):
            return [node, *to_root(self.arm_to[node].ends[0])] if node in self.arm_to else [node]

        first, second = to_root(one), to_root(two)
        meeting = next(node for node in first if node in second)
        return [*first[: first.index(meeting) + 1], *reversed(second[: second.index(meeting)])]

    def decide(self):
        while all(arm.oldest() for arm in self.arms):
            parts = [arm.ready.pop(0) for arm in self.arms]
            begin = max(
                [self.now, *(self.heard(parts, one, two) for one in self.hubs() for two in self.hubs() if one is not two)]
            )
            self.run.clock.post(begin + self.fusion_time(), SWAPS, lambda parts=parts: self.fuse(parts))

    def fuse(self, parts):
        if not all(segment.complete() for _, segment in parts):
            return
        pairs = dict(zip(self.arms, parts, strict=True))
        bits = {arm: [segment.frame >> 1, segment.frame & 1] for arm, (_, segment) in pairs.items()}
        halves = {(arm, side): (circuit, segment.halves[side]) for arm, (circuit, segment) in pairs.items() for side in (A, B)}
        phase = sum(z for _, z in bits.values()) % 2
        flips = {}  # by place: what its half holds in Z against the root's
        kept = {}
        for place in self.places_of_tree:
            here = [(arm, B if arm.ends[1] is place else A) for arm in self.arms_at(place)]
            flips[place] = (flips[here[0][0].ends[0]] + bits[here[0][0]][0]) % 2 if here[0][1] == B else 0
            (_, control), *others = [halves[key] for key in here]
            for key, (circuit, half) in zip(here[1:], others, strict=True):
                self.join(states.CNOT, control.qubit, half.qubit)
                bits[key[0]][0] ^= self.read(circuit, half)
            if place in self.users:
                kept[place] = control
                continue
            self.turn(control.qubit)
            phase ^= self.read(*halves[here[0]])
        frames = {user: [flips[user], phase if user is self.users[0] else 0] for user in self.users}
        known = {
            user: max([self.now, *(self.heard(parts, hub, user) for hub in self.hubs() if hub is not user)])
            for user in self.users
        }
        state = SharedState(parts, {user: kept[user] for user in self.users}, frames)
        if not self.spec["bases"]:
            self.run.clock.post(max(known.values()), ARRIVALS, lambda: self.deliver_state(state))
        for user in self.users if self.spec["bases"] else []:
            self.run.clock.post(known[user], ARRIVALS, lambda user=user: self.measure_at(user, state))
