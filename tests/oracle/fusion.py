"""GHZ fusion in rounds: what nodes measure together, the states that this makes, and errors as bits that add up."""

from math import inf

import numpy as np

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
            out[node] = [([one[2] for one in part], part[0][3]) for part in parts], pairs
        return out


def joined(router, groups):
    """States that A and B share: (pairs, those on the shortest way, fusions as (node, pairs))."""
    a, b = router.demand.ends
    partners = {}  # (node, pair) -> pairs that it was fused with there
    for node, (parts, _) in groups.items():
        for part, succeeds in parts:
            if succeeds and len(part) > 1:
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
            found.append((line, shortest, fused))
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
            rounds.clock.post(
                at, SWAPS, lambda node=node, parts=parts, began=began: measure(rounds, node, parts, began, demand)
            )
            for pair in pairs:
                rounds.record("fusion_started", node.name, demand.index, pair=rounds.of_lane(*pair), until=at)
            delay = max(rounds.network.least_delays[node, end] for end in demand.ends)
            if delay < inf:
                known = max(known, at + (0 if rounds.network.ideal else delay))
                rounds.messages += 2
    rounds.fused_known = known
    shared = joined(router, groups)
    rows = [(row_of(rounds, state, demand, read, known, number), whole(rounds, state)) for state in shared]
    others = []  # (node, pair, whether it is in a state that A and B share), but the halves that are kept
    for pairs, path, _ in shared:
        for pair in pairs:
            lanes = rounds.of_lane(*pair)
            rounds.record(
                "state_joined", pair[0].name, demand.index, int(pair in path), pair=lanes, right=whole(rounds, (pairs,))
            )
            others += [(node, lanes, True) for node in demand.ends if node in pair[0].ends and pair not in path]
    reached = {pair for pairs, _, _ in shared for pair in pairs}
    for node in demand.ends:
        others += [(node, rounds.of_lane(*pair), False) for pair in groups[node][1] if pair not in reached]
    told = []
    rounds.waiting_ends.append((told, ends))
    rounds.clock.post(known, ARRIVALS, lambda: tell(rounds, demand, rows, ends, told, others))


def whole(rounds, state):
    return tuple(sorted(lane for pair in state[0] for lane in rounds.of_lane(*pair)))


def measure(rounds, node, parts, began, demand):
    for part, succeeds in parts:
        if len(part) == 1:
            rounds.record("qubit_measured", node.name, demand.index, 1, pair=rounds.of_lane(*part[0]))
        elif succeeds:
            rounds.record("fusion", node.name, demand.index, len(part), until=rounds.fused_known)
        else:
            rounds.record("fusion_failed", node.name, demand.index, len(part))
    groups = [succeeds for part, succeeds in parts if len(part) > 1]
    node.swaps += len(groups)
    node.failed_swaps += groups.count(False)
    node.slot_ticks += sum(rounds.clock.now - tick for tick in began)


def tell(rounds, demand, rows, ends, told, others):
    told.append(True)
    for node, began in ends:
        rounds.held[node] -= 1
        node.slot_ticks += rounds.clock.now - began
    for node, pair, measured in others:
        if measured:
            rounds.record("qubit_measured", node.name, demand.index, 1, pair=pair)
        else:
            rounds.drop(node, demand.index, 1, pair)
    for row, pair in rows:
        if demand.spec["use"] == "measure":
            row |= read_by_both(rounds, demand, row, pair)
        rounds.deliver(demand, row, pair)


def read_by_both(rounds, demand, row, pair):
    """Both ends read their halves of a state with these correlators, as a density matrix, A first."""
    now, out = rounds.clock.now, rounds.draw_bases(demand)
    rho = (np.eye(4) + sum(row[name] * pauli for name, pauli in zip(("xx", "yy", "zz"), states.TWICE, strict=True))) / 4
    devices = [rounds.devices[node.memory["name"]] for node in demand.ends]
    qubits = states.create_pair(rho, devices[0], now, devices[1], now)
    for name, node, qubit in zip("ab", demand.ends, qubits, strict=True):
        out["outcome_" + name] = rounds.read(demand, node, qubit, out["basis_" + name], pair)
    return out


def add(weights, chances):
    """Of bits (Z error, X error) and further ones, independent of them."""
    more = {}
    for (z0, x0), q in weights.items():
        for (z, x), p in chances.items():
            key = z ^ z0, x ^ x0
            more[key] = more.get(key, 0.0) + p * q
    return more


def flip(weights, probability, z=1, x=0):
    return add(weights, {(0, 0): 1 - probability, (z, x): probability})


def read_in_x(weights, memory):
    """H, by half of whose errors the bit is wrong, and a read-out."""
    weights = flip(weights, (1 - memory["single_qubit_gate_reliability"]) / 2)
    return flip(weights, 1 - (memory["readout_fidelity_0"] + memory["readout_fidelity_1"]) / 2)


def measured_together(weights, memory, count, used):
    """A GHZ measurement: CNOTs from half 0 to each other, which are read in Z; `used`: halves whose bits say what lies beyond them."""
    for m in range(1, count):
        error = (1 - memory["two_qubit_gate_reliability"]) / 16
        chances = {(0, 0): 1 - 16 * error}
        for first in "IXYZ":
            for second in "IXYZ":
                wrong = {m} if second in "XY" else set()
                wrong ^= set(range(m + 1, count)) if first in "XY" else set()
                key = int(first in "YZ"), len(wrong & used) % 2
                chances[key] = chances.get(key, 0.0) + error
        weights = add(weights, chances)
    for _ in used:
        weights = flip(weights, 1 - (memory["readout_fidelity_0"] + memory["readout_fidelity_1"]) / 2, z=0, x=1)
    return read_in_x(weights, memory)


def row_of(rounds, state, demand, read, known, number):
    """The probabilities of the four Bell states, by the bits (Z error, X error): those of pairs on the way both count, of others Z."""
    pairs, path, fusions = state
    a, b = demand.ends
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
        for_path = (link, lane) in path
        chances = {}
        for bell, ket in enumerate(states.BELL):
            key = (bell ^ frame) & 1, ((bell ^ frame) >> 1) * for_path
            chances[key] = chances.get(key, 0.0) + (ket.conj() @ rho @ ket).real
        weights = add(weights, chances)
    halves = {(node, pair) for pair in pairs for node in pair[0].ends}
    halves -= {(a, path[0]), (b, path[-1])}
    for node, part in fusions:
        way = [k for k, pair in enumerate(part) if pair in path]
        weights = measured_together(weights, node.memory, len(part), set(way) - {0} if len(way) == 2 else set())
        halves -= {(node, pair) for pair in part}
    for node, _ in halves:
        weights = read_in_x(weights, node.memory)
    w = [weights.get(key, 0.0) for key in ((0, 0), (1, 0), (0, 1), (1, 1))]
    return {
        "fidelity": w[0], "xx": w[0] - w[1] + w[2] - w[3], "yy": -w[0] + w[1] + w[2] - w[3], "zz": w[0] + w[1] - w[2] - w[3],
        "demand": demand.index, "delivered": known, "age": known - born, "swaps": len(fusions),
    }  # fmt: skip
