"""Pools of pairs that wait to be distilled: those of a hop, or those that span a circuit."""

from . import states
from .clock import ARRIVALS, DECISIONS, EXPIRIES, SWAPS
from .segments import LOCKED, PENDING


class Pool:
    def __init__(self, circuit, spec, stream, positions, ready):
        self.circuit, self.rounds, self.pumping = circuit, spec["rounds"], spec["scheme"] == "pumping"
        self.stream, self.positions, self.ready = stream, positions, ready
        self.waiting = [[] for _ in self.rounds]
        self.match_posted = False

    def enter(self, segment, passed=0):
        """Both ends know the pair."""
        circuit = self.circuit
        if not segment.whole():
            return
        expires = circuit.expiry(segment)
        if expires is not None:
            circuit.post(max(circuit.now, expires), EXPIRIES, self.expire, segment)
        self.waiting[passed].append(segment)
        if not self.match_posted:
            self.match_posted = True
            circuit.post(circuit.now, DECISIONS, self.match)

    def match(self):
        self.match_posted = False
        self.waiting = [[segment for segment in level if segment.whole()] for level in self.waiting]
        while pair := self.next_two():
            self.begin(*pair)

    def next_two(self):
        fresh = self.waiting[0]
        if self.pumping:
            for passed in reversed(range(len(self.rounds))):
                if self.waiting[passed] and len(fresh) > (passed == 0):
                    return passed, self.waiting[passed].pop(0), fresh.pop(0)
        else:
            for passed, level in enumerate(self.waiting):
                if len(level) > 1:
                    return passed, level.pop(0), level.pop(0)
        return None

    def begin(self, passed, kept, used):
        at_rest = self.circuit.now
        for half in kept.halves + used.halves:
            half.state = LOCKED
            if half.storing:
                at_rest = max(at_rest, half.stored_at)
        nodes = [self.circuit.nodes[position] for position in self.positions]
        name = "parity_time" if self.rounds[passed] == "epl" else "swap_time"
        delay = max(getattr(node, name) for node in nodes)
        self.circuit.post(at_rest + delay, SWAPS, self.operate, passed, kept, used)

    def operate(self, passed, kept, used):
        circuit = self.circuit
        if not kept.whole() or not used.whole():
            return
        pairs = [[half.qubit for half in segment.halves] for segment in (kept, used)]
        bits, keep, kept.frame = states.distil(
            self.rounds[passed], *pairs, kept.frame, used.frame, circuit.now, self.stream.draw()[0]
        )
        kept.born = min(kept.born, used.born)
        node = circuit.nodes[self.positions[0]]
        circuit.record("distillation", node.name, circuit.demand.index, bits | keep << 2 | passed << 3)
        circuit.demand.rounds += 1
        circuit.demand.failed_rounds += not keep
        for half in list(used.halves):
            circuit.hand_over(half)
        circuit.end(used)
        a, b = self.positions
        circuit.post(max(circuit.arrival(a, b), circuit.arrival(b, a)), ARRIVALS, self.result, passed, kept, keep)

    def result(self, passed, kept, keep):
        if not kept.whole():
            return
        if not keep:
            self.discard(kept)
            return
        for half in kept.halves:
            half.state = PENDING
            self.circuit.run.communication.learn(half)
        if passed + 1 < len(self.rounds):
            self.enter(kept, passed + 1)
        else:
            self.ready(kept)

    def expire(self, segment):
        for level in self.waiting:
            if segment in level and segment.whole() and segment.halves[0].expires <= self.circuit.now:
                level.remove(segment)
                self.circuit.demand.pool_cut_offs += 1
                node = self.circuit.nodes[self.positions[0]]
                self.circuit.record("cut_off", node.name, self.circuit.demand.index, 1)
                self.discard(segment)

    def discard(self, segment):
        for half in list(segment.halves):
            states.release(half.qubit)
            self.circuit.hand_over(half)
        self.circuit.end(segment)
