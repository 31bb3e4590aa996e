"""A circuit: slots booked along a route, the pairs in them, swaps, news of losses, and the release."""

from . import states
from .clock import ARRIVALS, DECISIONS, EXPIRIES, SWAPS

A, B = 0, 1  # ends of the circuit, of a segment and of a hop
PENDING, WAITING, LOCKED, GONE = range(4)


class Half:
    """One qubit of a segment in a slot of the node at `position`."""

    def __init__(self, qubit, position, side, group, now):
        self.qubit, self.position, self.group, self.occupied_since = qubit, position, group, now
        self.side = side  # which end of its segment it is
        self.state = PENDING
        self.segment = None
        self.news = None  # (tick, position) from which a notice of its partner's loss set out
        self.notified = False  # it came while the half was locked


class Segment:
    """What two halves share. A half that was lost is None; the other side need not know yet."""

    def __init__(self, halves, reach, frame, swaps, born, known):
        self.halves, self.frame, self.swaps, self.born, self.known = halves, frame, swaps, born, known
        self.reach = reach  # the positions that it joins
        self.lost_at = [None, None]
        self.readings = [None, None]  # (basis, outcome) of each measured end
        for half in halves:
            if half:
                half.segment = self

    def complete(self):
        """Neither end was dropped; a measured one counts."""
        return all(half or reading for half, reading in zip(self.halves, self.readings, strict=True))


class Circuit:
    def __init__(self, run, demand):
        self.run, self.demand = run, demand
        self.width = demand.spec["width"]
        self.asking = self.up = self.releasing = False
        self.route = None
        self.nodes, self.links = [], []
        self.booked, self.halves = [], []

    @property
    def now(self):
        return self.run.clock.now

    def post(self, tick, phase, action, *arguments):
        self.run.clock.post(tick, phase, lambda: action(*arguments))

    # ---- set-up --------------------------------------------------------------------------------------------------------

    def needs(self, route):
        nodes, _ = route
        return [(node, self.width if node in (nodes[0], nodes[-1]) else 2 * self.width) for node in nodes]

    def granted(self, route):
        self.route = self.nodes, self.links = route
        self.d = self.run.network.delays(*route)
        self.last = len(self.nodes) - 1
        self.booked = [True] * len(self.nodes)
        self.halves = [[] for _ in self.nodes]  # every live half by position
        # Heralded halves of hops towards A and towards B, oldest first.
        self.queues = [([], []) for _ in self.nodes]
        if self.demand.reservation is not None:
            self.post(self.now + self.demand.reservation, EXPIRIES, self.release_everywhere)

    def start(self):
        if not all(self.booked):
            return
        self.up = True
        for hop, link in enumerate(self.links):
            self.run.group(link, self.demand).open(self, hop)
        self.demand.circuit_is_up()

    # ---- pairs and swaps -----------------------------------------------------------------------------------------------

    def new_pair(self, hop, qubits, heralded, frame):
        group = self.run.group(self.links[hop], self.demand)
        halves = [Half(qubit, hop + side, side, group, self.now) for side, qubit in enumerate(qubits)]
        known = [heralded[A] if hop == 0 else 0, heralded[B] if hop + 1 == self.last else 0]
        segment = Segment(halves, (hop, hop + 1), frame, 0, min(qubit.since for qubit in qubits), known)
        for half, tick in zip(halves, heralded, strict=True):
            self.halves[half.position].append(half)
            if half.position not in (0, self.last):
                self.post(tick, ARRIVALS, self.herald, half)
        if self.last == 1:
            self.ready(segment)

    def herald(self, half):
        if half.state != PENDING:
            return
        half.state = WAITING
        queues = self.queues[half.position]
        # A half that is the B end of its hop was made with the neighbour towards A.
        queues[A if half.side == B else B].append(half)
        if all(queues):
            self.post(self.now, DECISIONS, self.decide, half.position)

    def decide(self, position):
        towards_a, towards_b = self.queues[position]
        while towards_a and towards_b:
            b, c = towards_a.pop(0), towards_b.pop(0)
            b.state = c.state = LOCKED
            self.post(self.now + self.nodes[position].swap_time, SWAPS, self.swap, b, c)

    def swap(self, b, c):
        if b.state != LOCKED:
            return
        run, node, position = self.run, self.nodes[b.position], b.position
        left, right = b.segment, c.segment
        success, u = node.stream.draw()
        node.swaps += 1
        partners_lost_at = left.lost_at[A], right.lost_at[B]
        stale = any(tick is not None and tick < self.now for tick in partners_lost_at)
        node.stale_swaps += stale
        stale_mark = 256 * stale
        if success < node.swap_success:
            outcome = states.bell_measure(b.qubit, c.qubit, self.now, u)
            run.record("swap", node.name, self.demand.index, outcome | stale_mark)
            joined = self.join(left, right, outcome, position)
            for half in (b, c):
                self.retire(half)
            if joined.halves == [None, None]:
                self.end(joined)
            elif joined.complete() and joined.reach == (0, self.last):
                self.ready(joined)
            else:
                for half, far in ((b, joined.halves[B]), (c, joined.halves[A])):
                    if half.news and far:
                        # A notice that came while the half was locked sets out from here.
                        self.send_notice(far, *((self.now, position) if half.notified else half.news))
        else:
            node.failed_swaps += 1
            run.record("swap", node.name, self.demand.index, 255 | stale_mark)
            partners = left.halves[A], right.halves[B]
            for half in (b, c):
                self.lose(half)
            for partner, segment in zip(partners, (left, right), strict=True):
                if partner:
                    self.send_notice(partner, self.now, position)
                else:
                    self.end(segment)
        for half in (b, c):
            half.group.free_slot(half.side)

    def join(self, left, right, outcome, position):
        known = [
            max(left.known[end], right.known[end], self.now + self.d[position][0 if end == A else self.last]) for end in (A, B)
        ]
        joined = Segment(
            [left.halves[A], right.halves[B]], (left.reach[A], right.reach[B]), left.frame ^ right.frame ^ outcome,
            left.swaps + right.swaps + 1, min(left.born, right.born), known,
        )  # fmt: skip
        joined.lost_at = [left.lost_at[A], right.lost_at[B]]
        return joined

    def ready(self, segment):
        if self.demand.measures:
            for end in (A, B):
                self.post(segment.known[end], ARRIVALS, self.demand.measure_end, self, segment, end)
        else:
            self.post(max(segment.known), ARRIVALS, self.demand.deliver, self, segment)

    # ---- losses --------------------------------------------------------------------------------------------------------

    def retire(self, half):
        half.state = GONE
        self.halves[half.position].remove(half)
        for queue in self.queues[half.position]:
            if half in queue:
                queue.remove(half)
        self.nodes[half.position].slot_ticks += self.now - half.occupied_since

    def lose(self, half):
        """The qubit is traced out; its partner lives on."""
        states.release(half.qubit)
        half.segment.halves[half.side] = None
        half.segment.lost_at[half.side] = self.now
        self.retire(half)

    def send_notice(self, half, lost, where):
        half.news = lost, where
        arrival = max(self.now, lost + self.d[where][half.position])
        self.post(arrival, ARRIVALS, self.notice, half)

    def notice(self, half):
        """To the holder of `half`: its partner is lost."""
        if half.state == LOCKED:
            half.notified = True
        elif half.state in (PENDING, WAITING):
            node = self.nodes[half.position]
            node.lost_qubits += 1
            self.run.record("lost", node.name, self.demand.index, 0)
            self.lose(half)
            self.end(half.segment)
            half.group.free_slot(half.side)

    def end(self, segment):
        """Nothing is left of the segment: its hops may make another."""
        for hop in range(*segment.reach):
            self.run.group(self.links[hop], self.demand).give_turn()

    def hand_over(self, half):
        """The qubit leaves its slot because it was measured or delivered."""
        half.segment.halves[half.side] = None
        self.retire(half)
        half.group.free_slot(half.side)

    # ---- release -------------------------------------------------------------------------------------------------------

    def release_from(self, end):
        """News of the end of the last request spreads from one end of the circuit."""
        self.up, self.releasing = False, True
        origin = 0 if end == A else self.last
        for position in range(len(self.nodes)):
            self.post(self.now + self.d[origin][position], ARRIVALS, self.release_node, position)

    def release_everywhere(self):
        self.up = False
        if self.asking:
            self.run.ledger.withdraw(self)
            self.demand.circuit_is_withdrawn()
        for position in range(len(self.nodes)):
            self.release_node(position)

    def release_node(self, position):
        if not self.booked[position]:
            return
        self.booked[position] = False
        for half in list(self.halves[position]):
            self.lose(half)
        for hop, side in ((position - 1, B), (position, A)):
            if 0 <= hop < self.last:
                self.run.group(self.links[hop], self.demand).close(side)
        self.run.ledger.give_back(*self.needs(self.route)[position])
        if not any(self.booked):
            self.demand.circuit_is_gone()

    def settle(self, horizon):
        """Slots that are still occupied at the end of the run."""
        for node, halves in zip(self.nodes, self.halves, strict=True):
            node.slot_ticks += sum(horizon - half.occupied_since for half in halves)
