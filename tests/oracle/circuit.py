"""A circuit: slots booked along a route, the pairs in them, swaps, news of losses, and the release."""

from math import inf

from . import policies, rules, states
from .clock import ARRIVALS, DECISIONS, EXPIRIES, SWAPS, ticks
from .distilling import Pool
from .hardware import retrieved
from .segments import GONE, LOCKED, PENDING, WAITING, A, B, Half, Segment


def pair_rate(route, width):
    """Pairs a tick, made hop after hop."""
    ticks = 0.0
    for link in route[1]:
        ticks += link.model.period / link.model.success if link.model.success else inf
    return width / ticks


class Circuit:
    def __init__(self, run, demand, number):
        self.run, self.demand, self.number = run, demand, number  # of the demand's circuits
        self.owner = demand.name + (f"/circuit:{number}" if number else "")
        self.kept = []  # pairs that wait for a request, oldest first
        self.width = demand.spec["width"]
        self.end_slots = demand.spec["buffer"] or self.width
        self.asking = self.up = self.releasing = False
        self.unanswered = False  # by a controller that was asked for routes
        self.over = False  # before it had started
        self.broken = False  # a node of it has failed
        self.position = 0  # which the set-up message has reached
        self.route = self.turn = None  # turn: of stated routes the one for which it asks
        self.nodes, self.links = [], []
        self.booked, self.halves = [], []
        self.lent = []  # slots by position that hold programs' qubits

    def take(self, route):
        """Settles the route, for good."""
        run, demand = self.run, self.demand
        self.route = self.nodes, self.links = route
        self.d = run.network.delays(*route)
        self.last = len(self.nodes) - 1
        self.booked = [False] * len(self.nodes)
        self.lent = [0] * len(self.nodes)
        self.halves = [[] for _ in self.nodes]  # every live half by position
        # Heralded halves of hops towards A and towards B, oldest first.
        self.queues = [([], []) for _ in self.nodes]
        self.policy, self.cutoff = demand.spec["swapping"], demand.spec["cutoff"]
        self.wanted = policies.wanted_reach(self.policy, [node.name for node in self.nodes])
        self.policy_at = None
        self.rules = {do: rule for do, rule in demand.rules.items() if do != "admit"}
        self.looks = [False] * len(self.nodes)  # in this round's decisions
        rounds = demand.purification or [link.spec["distillation"] for link in self.links]
        self.pools = [self.pool_of(rounds[hop], f"link:{link.name}/demand:{self.owner}", (hop, hop + 1), self.pair_is_ready)
                      for hop, link in enumerate(self.links)]  # fmt: skip
        self.end_pool = self.pool_of(demand.spec["distillation"], f"demand:{self.owner}", (0, self.last), self.chain_is_ready)

    def pool_of(self, spec, entity, positions, ready):
        return spec and Pool(self, spec, self.run.pool_stream(entity), positions, ready)

    @property
    def now(self):
        return self.run.clock.now

    @property
    def place(self):
        """Ties go by it."""
        return self.demand.index, self.number

    def group(self, link):
        return self.run.group(link, self)

    def record(self, kind, entity, a, b, x=0.0):
        self.run.record(kind, entity, a, b, x, self.number)

    def arrival(self, sender, receiver):
        """Of a message between two positions that is sent now."""
        return self.run.mail.arrives(self.nodes[sender], self.now, self.d[sender][receiver])

    def post(self, tick, phase, action, *arguments):
        self.run.clock.post(tick, phase, lambda: action(*arguments))

    # ---- routes ----------------------------------------------------------------------------------------------------------

    def settle_turn(self):
        if self.demand.weights and not (self.turn and self.demand.can_use(self.turn)):
            self.turn = self.demand.next_turn()

    def choices(self):
        return [self.turn] if self.turn else self.demand.choices()

    # ---- set-up --------------------------------------------------------------------------------------------------------

    def needs(self, route):
        nodes, _ = route
        return [(node, self.end_slots if node in (nodes[0], nodes[-1]) else 2 * self.width) for node in nodes]

    def rate_over(self, route):
        return pair_rate(route, self.width)

    def need(self):
        """Slots where the set-up message is."""
        return self.needs(self.route)[self.position][1]

    def held(self, node):
        return dict(self.needs(self.route))[node]

    def granted(self, route):
        self.take(route)
        self.booked = [True] * len(self.nodes)
        self.reserve()

    def reserve(self):
        if self.demand.reservation is not None:
            self.post(self.now + self.demand.reservation, EXPIRIES, self.release_everywhere)

    def start(self):
        if self.releasing or not all(self.booked):
            return
        self.up = True
        for hop, link in enumerate(self.links):
            self.group(link).open(self, hop)
        self.post(self.now, ARRIVALS, self.demand.circuit_is_up, self)

    def expiry(self, segment):
        """The first tick at which the pair, as it is, is too old or too bad; both its qubits are told."""
        expires = None
        if self.cutoff:
            qubits = [half.qubit for half in segment.halves]
            expires = policies.expiry(
                self.cutoff, lambda s: ticks(s, self.run.ticks_per_s), *qubits, segment.frame, segment.born
            )
        for half in segment.halves:
            half.expires = expires
        return expires

    # ---- pairs and swaps -----------------------------------------------------------------------------------------------

    def new_pair(self, hop, qubits, heralded, frame):
        group = self.group(self.links[hop])
        halves = [Half(qubit, hop + side, side, group, self.now) for side, qubit in enumerate(qubits)]
        for half in halves:
            half.node = self.nodes[half.position]
        usable = [self.run.communication.enter(half, tick) for half, tick in zip(halves, heralded, strict=True)]
        known = [usable[A] if hop == 0 else 0, usable[B] if hop + 1 == self.last else 0]
        segment = Segment(halves, (hop, hop + 1), frame, 0, min(qubit.since for qubit in qubits), known)
        self.expiry(segment)
        if self.rules:
            rules.remember(segment)
        for half in halves:
            half.reach = halves[1 - half.side].position
            self.halves[half.position].append(half)
        if self.pools[hop]:
            for half, tick in zip(halves, heralded, strict=True):
                if half.in_communication:
                    self.post(tick, ARRIVALS, self.run.communication.learn, half)
                if half.storing:
                    self.post(half.stored_at, ARRIVALS, self.stored, half)
            self.post(max(usable), ARRIVALS, self.pools[hop].enter, segment)
            return
        for half, tick, stored in zip(halves, heralded, usable, strict=True):
            if half.position not in (0, self.last) or half.in_communication:
                self.post(tick, ARRIVALS, self.herald, half)
            if half.storing:
                self.post(stored, ARRIVALS, self.stored, half)
        if self.last == 1:
            self.ready(segment)

    def pair_is_ready(self, segment):
        """A hop's pair has been distilled."""
        segment.distilled = not self.end_pool
        self.expiry(segment)
        if self.rules:
            rules.remember(segment)
        for half in segment.halves:
            if half.position in (0, self.last):
                segment.known[half.side] = self.now
            else:
                self.post(self.now, ARRIVALS, self.herald, half)
        if self.last == 1:
            self.ready(segment)

    def chain_is_ready(self, segment):
        segment.known, segment.distilled = [self.now, self.now], True
        self.hand_to_demand(segment)

    def herald(self, half):
        if half.state != PENDING:
            return
        half.heralded = True
        if half.position in (0, self.last):
            self.run.communication.learn(half)
            return
        if half.expires is not None:
            self.post(max(self.now, half.expires), EXPIRIES, self.expire, half)
        if self.cutoff and self.cutoff["attempts"]:
            self.watch_attempts(half)
        if self.nodes[half.position].fixed_delay is not None:
            self.post(max(self.now, self.comes_out(half) + 1), EXPIRIES, self.give_up, half)
        if not half.storing:
            self.consider(half)
        if half.in_communication:
            self.run.communication.learn(half)

    def stored(self, half):
        if half.state != GONE:
            self.run.communication.store(half)
            if half.heralded and half.position not in (0, self.last):
                self.consider(half)

    def comes_out(self, half):
        return half.qubit.origin + self.nodes[half.position].fixed_delay

    def can_meet(self, position, b, c):
        """Photons that come out after a fixed time meet if they do so together, and not before a swap could end."""
        node = self.nodes[position]
        return node.fixed_delay is None or self.now + node.swap_time <= self.comes_out(b) == self.comes_out(c)

    def consider(self, half):
        """Queues a half whose pair reaches as far as the swap order wants."""
        position, wanted = half.position, self.wanted[half.position]
        if wanted and half.reach != wanted[1 - half.side]:
            return
        half.state = WAITING
        half.ready = self.now
        queues = self.queues[position]
        # A half that is the B end of its hop was made with the neighbour towards A.
        queues[A if half.side == B else B].append(half)
        if self.policy["kind"] == "table":
            self.look_up_at(self.now)
        elif self.rules:
            self.look(position)
        elif all(queues):
            self.post(self.now, DECISIONS, self.decide, position)

    def grown(self, half, reach):
        """News of a swap elsewhere."""
        if half.state == GONE:
            return
        half.reach = min(half.reach, reach) if half.side == B else max(half.reach, reach)
        if half.heralded and half.state == PENDING and not half.storing:
            self.consider(half)
        elif half.state == WAITING and self.rules:
            self.look(half.position)

    def look(self, position):
        if not self.looks[position] and ("discard" in self.rules or all(self.queues[position])):
            self.looks[position] = True
            self.post(self.now, DECISIONS, self.decide_by_rules, position)

    def decide_by_rules(self, position):
        self.looks[position] = False
        towards_a, towards_b = self.queues[position]
        if "discard" in self.rules:
            for half in [*towards_a, *towards_b]:
                if self.rules["discard"].holds(rules.known_at(self, position, half)):
                    self.give_up(half)
        swap = self.rules.get("swap", rules.Rule("true"))
        for b in list(towards_a):
            allowed = (
                c for c in towards_b if self.can_meet(position, b, c) and swap.holds(rules.known_at(self, position, b, c))
            )
            if (c := next(allowed, None)) is not None:
                towards_a.remove(b)
                towards_b.remove(c)
                self.lock(position, b, c)

    def look_up_at(self, tick):
        if self.policy_at != tick:
            self.policy_at = tick
            self.post(tick, DECISIONS, self.follow_table)

    def follow_table(self):
        slot = self.run.network.slot
        segments = {half.segment for halves in self.halves for half in halves if half.segment.born <= self.now}
        links = [(*segment.reach, (self.now - segment.born) // slot) for segment in segments]
        if not links:
            return
        positions = policies.look_up(self.policy, links)
        if positions is None:
            positions = range(1, self.last) if self.policy["otherwise"] == "asap" else []
        for position in positions:
            if all(self.queues[position]):
                self.lock_heads(position)
        self.look_up_at(self.now + slot)

    def decide(self, position):
        towards_a, towards_b = self.queues[position]
        for b in list(towards_a):
            c = next((c for c in towards_b if self.can_meet(position, b, c)), None)
            if c:
                towards_a.remove(b)
                towards_b.remove(c)
                self.lock(position, b, c)

    def lock_heads(self, position):
        self.lock(position, *(queue.pop(0) for queue in self.queues[position]))

    def lock(self, position, b, c):
        b.state = c.state = LOCKED
        node = self.nodes[position]
        end = self.now + node.swap_time if node.fixed_delay is None else self.comes_out(b)
        self.post(end, SWAPS, self.swap, b, c)

    def retrieved(self, half):
        """Probability that the qubit can be taken out of its memory now."""
        memory = self.nodes[half.position].memory
        if not memory["retrieval"]:
            return 1.0
        stored = (self.now - half.qubit.origin) / self.run.network.ticks_per_s
        return 0.0 if half.qubit.empty else retrieved(memory["retrieval"], stored)

    def swap(self, b, c):
        if b.state != LOCKED:
            return
        node, position = self.nodes[b.position], b.position
        left, right = b.segment, c.segment
        success, u = node.stream.draw()
        node.swaps += 1
        partners_lost_at = left.lost_at[A], right.lost_at[B]
        stale = any(tick is not None and tick < self.now for tick in partners_lost_at)
        node.stale_swaps += stale
        stale_mark = 256 * stale
        if success < node.swap_success * (self.retrieved(b) * self.retrieved(c)):
            outcome = states.bell_measure(b.qubit, c.qubit, self.now, u)
            self.record("swap", node.name, self.demand.index, outcome | stale_mark)
            joined = self.join(left, right, outcome, position)
            for half in (b, c):
                self.retire(half)
            if joined.halves == [None, None]:
                self.end(joined)
            elif joined.complete() and joined.reach == (0, self.last):
                self.ready(joined)
            else:
                self.tell_far_halves(joined, position)
                for half, far in ((b, joined.halves[B]), (c, joined.halves[A])):
                    if half.news and far:
                        # A notice that came while the half was locked sets out from here.
                        self.send_notice(far, *((self.now, position) if half.notified else half.news), position)
        else:
            node.failed_swaps += 1
            self.record("swap", node.name, self.demand.index, 255 | stale_mark)
            partners = left.halves[A], right.halves[B]
            for half in (b, c):
                self.lose(half)
            for partner, segment in zip(partners, (left, right), strict=True):
                if partner:
                    self.send_notice(partner, self.now, position, position)
                else:
                    self.end(segment)
        for half in (b, c):
            self.give_slot_back(half)

    def join(self, left, right, outcome, position):
        results = self.arrival(position, 0), self.arrival(position, self.last)
        known = [max(left.known[end], right.known[end], results[end]) for end in (A, B)]
        joined = Segment(
            [left.halves[A], right.halves[B]], (left.reach[A], right.reach[B]), left.frame ^ right.frame ^ outcome,
            left.swaps + right.swaps + 1, min(left.born, right.born), known,
        )  # fmt: skip
        joined.lost_at = [left.lost_at[A], right.lost_at[B]]
        return joined

    def tell_far_halves(self, segment, position):
        """How far the pair reaches now; with ideal control its age and state, too."""
        before = [half and half.expires for half in segment.halves]
        if self.run.network.ideal and segment.whole():
            self.expiry(segment)
        for half, earlier in zip(segment.halves, before, strict=True):
            if not half or half.position in (0, self.last):
                continue
            reach = segment.reach[1 - half.side]
            if self.rules or any(self.wanted.values()):
                self.post(self.arrival(position, half.position), ARRIVALS, self.grown, half, reach)
            if half.expires is not None and (earlier is None or half.expires < earlier):
                self.post(max(self.now, half.expires), EXPIRIES, self.expire, half)
            else:
                half.expires = earlier

    def ready(self, segment):
        if self.end_pool:
            self.post(max(segment.known), ARRIVALS, self.end_pool.enter, segment)
        else:
            self.hand_to_demand(segment)

    def hand_to_demand(self, segment):
        if self.demand.measures:
            for end in (A, B):
                self.post(segment.known[end], ARRIVALS, self.demand.measure_end, self, segment, end)
        else:
            self.post(max(segment.known), ARRIVALS, self.demand.deliver, self, segment)

    # ---- cut-offs ------------------------------------------------------------------------------------------------------

    def watch_attempts(self, half):
        """`half` waits for the hop on the other side of its node."""
        hop = half.position if half.side == B else half.position - 1
        group = self.group(self.links[hop])
        side = A if half.side == B else B

        def last_one_starts():
            self.post(self.now + group.herald_delay(side) + 1, EXPIRIES, self.give_up, half)

        group.watch(self.cutoff["attempts"], last_one_starts)

    def expire(self, half):
        if half.state in (PENDING, WAITING) and half.expires <= self.now:
            self.give_up(half)

    def give_up(self, half):
        if half.state not in (PENDING, WAITING):
            return
        node, segment = self.nodes[half.position], half.segment
        node.cut_offs += 1
        self.record("cut_off", node.name, self.demand.index, 0)
        partner = segment.halves[1 - half.side]
        self.lose(half)
        if partner:
            self.send_notice(partner, self.now, half.position, half.position)
        else:
            self.end(segment)
        self.give_slot_back(half)

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

    def send_notice(self, half, lost, where, sender):
        """Of a loss at `where`, sent or passed on by `sender`, where it may still be on its way to."""
        half.news = self.run.mail.arrives(self.nodes[sender], lost, 0), where
        arrival = max(self.now, half.news[0] + self.d[where][half.position])
        self.post(arrival, ARRIVALS, self.notice, half)

    def notice(self, half):
        """To the holder of `half`: its partner is lost."""
        if half.state == LOCKED:
            half.notified = True
        elif half.state in (PENDING, WAITING):
            node = self.nodes[half.position]
            node.lost_qubits += 1
            self.record("lost", node.name, self.demand.index, 0)
            self.lose(half)
            self.end(half.segment)
            self.give_slot_back(half)

    def end(self, segment):
        """Nothing is left of the segment: its hops may make another."""
        for hop in range(*segment.reach):
            self.group(self.links[hop]).give_turn()

    def hand_over(self, half):
        """The qubit leaves its slot because it was measured or delivered."""
        half.segment.halves[half.side] = None
        self.retire(half)
        self.give_slot_back(half)

    def give_slot_back(self, half):
        self.run.communication.leave(half)
        half.group.free_slot(half.side)

    # ---- release -------------------------------------------------------------------------------------------------------

    def release_from(self, end):
        """News of the end of the last request spreads from one end of the circuit."""
        self.release_from_position(0 if end == A else self.last)

    def release_from_position(self, origin):
        self.up, self.releasing = False, True
        for position in range(len(self.nodes)):
            if self.booked[position]:
                arrival = self.now if position == origin else self.arrival(origin, position)
                self.post(arrival, ARRIVALS, self.release_node, position)

    def release_everywhere(self):
        self.up = False
        asking = self.asking
        self.run.booking.withdraw(self)
        if asking:
            self.demand.circuit_is_withdrawn(self)
        for position in range(len(self.nodes)):
            self.release_node(position)

    def release_node(self, position):
        if not self.booked[position]:
            return
        self.booked[position] = False
        for half in list(self.halves[position]):
            self.lose(half)
            self.run.communication.leave(half)
        for hop, side in ((position - 1, B), (position, A)):
            if 0 <= hop < self.last:
                self.group(self.links[hop]).close(side)
        node, slots = self.needs(self.route)[position]
        self.run.booking.give_back(self, node, slots - self.lent[position])
        if not any(self.booked):
            self.demand.circuit_is_gone(self)

    # ---- failures ------------------------------------------------------------------------------------------------------

    def complete(self):
        """Or it was until a release set out."""
        return self.releasing or (bool(self.booked) and all(self.booked))

    def release_from_ends(self, link):
        hop = self.links.index(link)
        for position in (hop, hop + 1):
            if not self.nodes[position].failed:
                self.release_from_position(position)

    def position_held_at(self, node):
        return self.nodes.index(node) if node in self.nodes and self.booked[self.nodes.index(node)] else None

    def lose_qubits_at(self, node):
        position = self.position_held_at(node)
        if position is None:
            return
        self.broken = True
        for half in sorted(self.halves[position], key=lambda half: half.side == A):
            self.lose(half)
            self.give_slot_back(half)

    def node_back(self, node):
        position = self.position_held_at(node)
        if position is None or not self.broken:
            return
        if self.complete():
            self.release_from_position(position)
        else:
            self.release_everywhere()

    def settle(self, horizon):
        """Slots that are still occupied at the end of the run."""
        for node, halves in zip(self.nodes, self.halves, strict=True):
            node.slot_ticks += sum(horizon - half.occupied_since for half in halves)
