"""GHZ fusion in rounds: what nodes measure together, the states that this makes, and errors as bits that add up."""

from . import states
from .clock import ARRIVALS, SWAPS
from .hardware import herald_row
from .routers import Multipath


class GhzFusion(Multipath):
    def __init__(self, board, number, wishes, max_links):
        super().__init__(board, number, wishes)
        self.most = max_links
        self.demand = wishes[number % len(wishes)]

    def lanes_of(self, node):
        """All lanes that could be at a node, in their order."""
        return [(link, lane) for _, link in self.board.neighbours[node] for lane in range(self.board.channels)]

    def groups(self):
        """By node: (the pairs measured together, whether that succeeds), and its pairs."""
        out = {}
        for node in self.board.nodes:
            drawn = []
            lanes = self.lanes_of(node)
            for k, pair in enumerate(lanes):
                if pair in self.board.up:
                    node.luck.ordinal = self.number * len(lanes) + k
                    order, success = node.luck.draw()
                    drawn.append((order, k, pair, success < node.swap_success))
            drawn.sort(key=lambda one: one[:2])
            pairs = [pair for _, _, pair, _ in sorted(drawn, key=lambda one: one[1])]
            if node in self.demand.ends:
                drawn = []
            parts = [drawn[i : i + self.most] for i in range(0, len(drawn), self.most)]
            out[node] = [([one[2] for one in part], part[0][3]) for part in parts if len(part) > 1], pairs
        return out


def joined(router, groups):
    """States that A and B share: (pairs, those on the shortest way, number of fusions)."""
    a, b = router.demand.ends
    partners = {}  # (node, pair) -> pairs that it was fused with there
    for node, (parts, _) in groups.items():
        for part, succeeds in parts:
            if succeeds:
                partners |= {(node, pair): part for pair in part}
    found, used = [], set()
    for start in groups[a][1]:
        if start in used:
            continue
        way = {start: [start]}  # pair -> pairs from the start to it
        side = {start: a}  # pair -> the node from which it was reached
        line, fused, shortest = [start], set(), None
        for pair in line:
            far = router.board.other(pair[0], side[pair])
            if far is b and shortest is None:
                shortest = way[pair]
            part = partners.get((far, pair), [])
            if part:
                fused.add((far, tuple(part)))
            for other in part:
                if other not in way:
                    way[other] = [*way[pair], other]
                    side[other] = far
                    line.append(other)
        used |= set(line)
        if shortest:
            found.append((line, shortest, len(fused)))
    return found


def connect(rounds, router, number):
    """The joining of a round, from the groups on, for `rounds`, a Rounds of this oracle."""
    now, demand = rounds.clock.now, router.demand
    groups = router.groups()
    read, known, ends = {}, now, []
    for node, (parts, pairs) in groups.items():
        began = [rounds.began[pair] for pair in pairs]
        if node in demand.ends:
            ends += [(node, tick) for tick in began]
            rounds.held[node] += len(began)
        elif began:
            at = read[node] = now + rounds.fusion_time(node, router.most)
            rounds.clock.post(at, SWAPS, lambda node=node, parts=parts, began=began: measure(rounds, node, parts, began))
            delays = [rounds.fastest(node, end) for end in demand.ends]
            if None not in delays:
                known = max(known, at + max(delays))
                rounds.messages += 2
    rows = [row_of(rounds, state, demand, read, known, number) for state in joined(router, groups)]
    told = []
    rounds.waiting_ends.append((told, ends))
    rounds.clock.post(known, ARRIVALS, lambda: tell(rounds, demand, rows, ends, told))


def measure(rounds, node, parts, began):
    node.swaps += len(parts)
    node.failed_swaps += sum(not succeeds for _, succeeds in parts)
    node.slot_ticks += sum(rounds.clock.now - tick for tick in began)


def tell(rounds, demand, rows, ends, told):
    told.append(True)
    for node, began in ends:
        rounds.held[node] -= 1
        node.slot_ticks += rounds.clock.now - began
    for row in rows:
        rounds.deliver(demand, row)


def row_of(rounds, state, demand, read, known, number):
    """The probabilities of the four Bell states, by the bits (Z error, X error): those of pairs on the way both count, of others Z."""
    pairs, path, fusions = state
    weights, born = {(0, 0): 1.0}, known
    for link, lane in pairs:
        link.heralds.ordinal = number * rounds.channels + lane
        _, frame, rho = link.model.rows[herald_row(link.model.rows, link.heralds.draw()[0])]
        emitted = [rounds.began[link, lane] + tick for tick in link.model.emission]
        born = min(born, *emitted)
        devices = [rounds.devices[node.memory["name"]] for node in link.ends]
        qubits = states.create_pair(rho, devices[0], emitted[0], devices[1], emitted[1])
        for qubit, node in zip(qubits, link.ends, strict=True):
            states.decay(qubit, read.get(node, known))
        rho = qubits[0].cluster.rho
        more = {}
        for bell, ket in enumerate(states.BELL):
            p = (ket.conj() @ rho @ ket).real
            error = bell ^ frame
            z, x = error & 1, (error >> 1) * ((link, lane) in path)
            for (z0, x0), q in weights.items():
                key = z ^ z0, x ^ x0
                more[key] = more.get(key, 0.0) + p * q
        weights = more
    w = [weights.get(key, 0.0) for key in ((0, 0), (1, 0), (0, 1), (1, 1))]
    return {
        "fidelity": w[0], "xx": w[0] - w[1] + w[2] - w[3], "yy": -w[0] + w[1] + w[2] - w[3], "zz": w[0] + w[1] - w[2] - w[3],
        "demand": demand.index, "delivered": known, "age": known - born, "swaps": fusions,
    }  # fmt: skip
