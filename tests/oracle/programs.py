"""Programs of nodes: generators, what they wait for, and what they do to a run. `TimedOut`, `any_of` and the like are as in the product."""

import random
from dataclasses import dataclass
from math import inf

import numpy as np

from . import states
from .clock import ARRIVALS, DECISIONS, EXPIRIES, SWAPS, ticks
from .segments import A, B

TURN = np.diag([1, 1j])
GATES = {"x": states.X, "y": states.Y, "z": states.Z, "h": states.HADAMARD, "s": TURN, "s_dag": TURN.conj(), "cx": states.CNOT,
         "cz": np.diag([1, 1, 1, -1]).astype(complex)}  # fmt: skip


class TimedOut(Exception):
    def __init__(self, pairs=()):
        super().__init__()
        self.pairs = list(pairs)


class Refused(Exception):
    pass


class Cancelled(Exception):
    pass


# ---- what waits, and goes on --------------------------------------------------------------------------------------------


class Operation:
    def __init__(self, give_up=None):
        self.give_up = give_up  # None: it cannot be given up
        self.done, self.value, self.error, self.waits, self.pairs = False, None, None, None, []

    def succeed(self, value=None):
        self.end(value, None)

    def fail(self, error):
        self.end(None, error)

    def end(self, value, error):
        self.done, self.value, self.error = True, value, error
        waits, self.waits = self.waits, None
        if waits:
            waits(self)

    def cancel(self):
        if not self.done:
            self.give_up()
            self.fail(Cancelled())


def give_up_all(operations):
    for operation in operations:
        operation.waits = None
        if operation.give_up:
            operation.cancel()


def any_of(*operations):
    first = Operation(lambda: give_up_all(operations))

    def ended(operation):
        for other in operations:
            other.waits = None
        first.end(operation if operation.error is None else None, operation.error)

    already = next((operation for operation in operations if operation.done), None)
    if already:
        ended(already)
    else:
        for operation in operations:
            operation.waits = ended
    return first


def all_of(*operations):
    joined = Operation(lambda: give_up_all(operations))

    def look(operation=None):
        failed = [each for each in ([operation] if operation else operations) if each.error is not None]
        if failed:
            for other in operations:
                other.waits = None
            joined.fail(failed[0].error)
        elif all(each.done for each in operations):
            joined.succeed([each.value for each in operations])

    look()
    if not joined.done:
        for operation in operations:
            if not operation.done:
                operation.waits = look
    return joined


class Process:
    def __init__(self, generator):
        self.generator, self.waits_for = generator, None
        self.ended = Operation(self.stop)

    def resume(self, operation):
        self.waits_for = None
        while True:
            try:
                if operation.error is not None:
                    operation = self.generator.throw(operation.error)
                else:
                    operation = self.generator.send(operation.value)
            except StopIteration as stop:
                self.ended.succeed(stop.value)
                return
            if not operation.done:
                self.waits_for, operation.waits = operation, self.resume
                return

    def stop(self):
        waits, self.waits_for = self.waits_for, None
        waits.waits = None
        if waits.give_up:
            waits.cancel()
        self.generator.close()


# ---- what programs see --------------------------------------------------------------------------------------------------


@dataclass
class BellOutcome:
    phase: int
    parity: int

    @property
    def corrections(self):
        return ("x",) * self.parity + ("z",) * self.phase


@dataclass
class Message:
    sender: str
    content: object
    sent_s: float


@dataclass(eq=False)
class Pair:
    qubit: states.Qubit
    peer: str
    id: tuple
    estimated_fidelity: float
    born_s: float
    both: list
    host: object


class truth:
    @staticmethod
    def fidelity(pair):
        return states.correlators(*pair.both, pair.host.now, 0).fidelity


class Node:
    def __init__(self, host, node, number):
        self.host, self.place, self.name = host, node, node.name
        self.random = random.Random(f"{host.run.scenario['seed']}/{host.run.replica}/{node.name}/{number}")

    @property
    def now_s(self):
        return self.host.now / self.host.second

    def delay_s(self, peer):
        return self.host.delay(self.name, peer) / self.host.second

    def entangle(self, peer, *, pairs=1, min_fidelity=0.0, timeout_s=None):
        return self.host.ask(self, peer, pairs, min_fidelity, timeout_s)

    def accept(self, peer, *, timeout_s=None):
        return self.host.take(self.host.offers[self.name], peer, timeout_s)

    def receive(self, peer, *, timeout_s=None):
        return self.host.take(self.host.mail[self.name], peer, timeout_s)

    def receive_any(self, *, timeout_s=None):
        return self.host.take(self.host.mail[self.name], None, timeout_s)

    def send(self, peer, content=None):
        host, letter = self.host, Message(self.name, content, self.now_s)
        arrival = host.now if peer == self.name else host.arrives(self.name, peer)
        if arrival is not None:
            host.post(arrival, ARRIVALS, lambda: host.put(host.mail[peer], letter))
        sent = Operation()
        sent.succeed()
        return sent

    def wait(self, duration_s):
        timer = Operation(lambda: None)
        self.host.post(self.host.now + self.host.ticks(duration_s), DECISIONS, lambda: timer.done or timer.succeed())
        return timer

    def create_qubit(self):
        return self.host.create_qubit(self.place)

    def gate(self, name, *qubits):
        kind = ("single_qubit", "two_qubit")[len(qubits) - 1]

        def effect():
            for qubit in qubits:
                states.decay(qubit, self.host.now)
            cluster = states.merged(*qubits)
            targets = tuple(cluster.qubits.index(qubit) for qubit in qubits)
            states.apply_gate(cluster, GATES[name], targets, self.place.memory[f"{kind}_gate_reliability"])

        return self.host.operate(self.place, self.host.duration(self.place, f"{kind}_gate_s"), effect)

    def measure(self, qubit, basis="Z"):
        def effect():
            bit = states.measure(qubit, basis.lower(), self.host.now, self.host.draw(self.place)[0])
            self.host.give_up(qubit)
            return bit

        return self.host.operate(self.place, self.host.duration(self.place, "measurement_s"), effect)

    def bell_measure(self, a, b):
        def effect():
            success, u = self.host.draw(self.place)
            outcome = None
            if success < self.place.swap_success:
                bits = states.bell_measure(a, b, self.host.now, u)
                outcome = BellOutcome(bits & 1, bits >> 1)
            else:
                for qubit in (a, b):
                    states.release(qubit)
            for qubit in (a, b):
                self.host.give_up(qubit)
            return outcome

        return self.host.operate(self.place, self.place.swap_time, effect)

    def release(self, qubit):
        states.release(qubit)
        self.host.give_up(qubit)

    def start(self, generator):
        return self.host.launch(generator)

    def record(self, **columns):
        self.host.records.append((self.now_s, self.name, columns))


# ---- the host -----------------------------------------------------------------------------------------------------------


class Box:
    """Letters that nobody has taken, and those who wait for one: (sender or None, operation)."""

    def __init__(self):
        self.came, self.takers = [], []


class Programs:
    def __init__(self, run, programs):
        self.run, self.programs, self.second = run, programs, run.ticks_per_s
        nodes = run.network.nodes
        self.mail, self.offers = ({node.name: Box() for node in nodes} for _ in range(2))
        self.streams = {node: run.stream(f"node:{node.name}/program") for node in nodes}
        self.busy = dict.fromkeys(nodes, 0)
        self.held = {}  # qubit -> (node, loan, since when); a loan: (circuit, position, its group, side), or None
        self.borrowed = {}  # node -> qubits in slots that circuits lack, the first to be held first
        self.requests, self.pairs, self.records = {}, 0, []
        self.demands = {
            frozenset((demand.spec["node_a"], demand.spec["node_b"])): demand for demand in run.demands if demand.by_programs
        }

    @property
    def now(self):
        return self.run.clock.now

    def post(self, tick, phase, action):
        self.run.clock.post(tick, phase, action)

    def ticks(self, seconds):
        return ticks(seconds, self.second)

    def duration(self, node, name):
        return 0 if self.run.network.slot else self.ticks(node.memory[name])

    def draw(self, node):
        return self.streams[node].draw()

    def begin(self):
        self.post(0, ARRIVALS, self.begin_all)

    def begin_all(self):
        for node in self.run.network.nodes:
            for number, body in enumerate(self.programs.get(node.name, [])):
                self.launch(body(Node(self, node, number)))

    def launch(self, generator):
        process = Process(generator)
        process.resume(Operation())
        return process.ended

    def finish(self, horizon):
        for node, _, since in self.held.values():
            node.slot_ticks += horizon - since

    # ---- letters ----

    def arrives(self, start, goal):
        places = self.run.network.node
        return self.run.mail.datagram_arrives(places[start], places[goal], self.now, self.delay(start, goal))

    def delay(self, start, goal):
        if self.run.network.ideal or start == goal:
            return 0
        nodes, links = self.run.network.node, self.run.network.links

        def least(name, seen):
            if name == goal:
                return 0
            ways = [inf]
            for link in links:
                names = [node.name for node in link.ends]
                if name in names:
                    other = names[1 - names.index(name)]
                    if other not in seen:
                        ways.append(
                            link.delay + (nodes[other].processing if other != goal else 0) + least(other, seen | {other})
                        )
            return min(ways)

        return least(start, {start})

    def take(self, box, sender, timeout_s):
        operation = Operation()
        letter = next((letter for letter in box.came if sender in (None, letter.sender)), None)
        if letter:
            box.came.remove(letter)
            operation.succeed(letter.content if sender else letter)
            return operation
        taker = sender, operation
        box.takers.append(taker)
        operation.give_up = lambda: box.takers.remove(taker)

        def too_late():
            if not operation.done:
                operation.give_up()
                operation.fail(TimedOut())

        if timeout_s is not None:
            self.post(self.now + self.ticks(timeout_s), DECISIONS, too_late)
        return operation

    def put(self, box, letter):
        for taker in box.takers:
            sender, operation = taker
            if sender in (None, letter.sender):
                box.takers.remove(taker)
                operation.succeed(letter.content if sender else letter)
                return
        box.came.append(letter)

    # ---- pairs ----

    def ask(self, node, peer, pairs, min_fidelity, timeout_s):
        demand = self.demands[frozenset((node.name, peer))]
        request = demand.ask(pairs, max(min_fidelity, demand.spec["min_fidelity"]))
        operation = Operation(lambda: demand.withdraw(request))
        self.requests[demand.index, request.number] = operation, node.name, pairs
        if timeout_s is not None:
            self.post(self.now + self.ticks(timeout_s), EXPIRIES, lambda: demand.withdraw(request))
        return operation

    def hand_over(self, demand, circuit, segment, reading):
        """A pair that counts for a request: its qubits stay where they are, and are the programs' now."""
        halves = list(segment.halves)
        for half in halves:
            segment.halves[half.side] = None
            circuit.retire(half)
            node, loan = circuit.nodes[half.position], None
            if self.take_slot(node):
                half.group.free_slot(half.side)
            else:
                circuit.lent[half.position] += 1
                loan = circuit, half.position, half.group, half.side
            self.held[half.qubit] = node, loan, self.now
            if loan:
                self.borrowed.setdefault(node, []).append(half.qubit)
        qubit = halves[A].qubit
        states.decay(qubit, self.now)
        for bit, pauli in ((segment.frame >> 1, states.X), (segment.frame & 1, states.Z)):
            if bit:
                states.apply_gate(qubit.cluster, pauli, (qubit.cluster.qubits.index(qubit),), 1)
        request = demand.served[circuit.number]
        self.post(
            self.now, ARRIVALS, lambda: self.pair(demand, request, segment.born, [h.qubit for h in halves], reading.fidelity)
        )

    def pair(self, demand, request, born, qubits, fidelity):
        operation, asker, wanted = self.requests[demand.index, request.number]
        if operation.done:
            for qubit in qubits:
                states.release(qubit)
                self.give_up(qubit)
            return
        names = [self.held[qubit][0].name for qubit in qubits]
        mine = A if names[A] == asker else B
        number, self.pairs = (demand.index, self.pairs), self.pairs + 1
        one, other = (
            Pair(qubits[side], names[1 - side], number, fidelity, born / self.second, qubits, self) for side in (mine, 1 - mine)
        )
        operation.pairs.append(one)
        if len(operation.pairs) == wanted:
            operation.succeed(one if wanted == 1 else operation.pairs)
        self.put(self.offers[names[1 - mine]], Message(asker, other, self.now / self.second))

    def request_ended(self, demand, request, timed_out, refused):
        self.post(self.now, ARRIVALS, lambda: self.tell_end(self.requests[demand.index, request.number][0], timed_out, refused))

    def tell_end(self, operation, timed_out, refused):
        if not operation.done and (timed_out or refused):
            operation.fail(TimedOut(operation.pairs) if timed_out else Refused())

    # ---- slots and operations ----

    def take_slot(self, node):
        if self.run.booking.waiting or node.free_slots == 0:
            return False
        node.free_slots -= 1
        return True

    def give_up(self, qubit):
        node, loan, since = self.held.pop(qubit)
        node.slot_ticks += self.now - since
        # A circuit that lacks a slot gets the first that a program gives back, whichever of its node's it is.
        borrowed = self.borrowed.get(node, [])
        while loan is None and borrowed:
            other = borrowed.pop(0)
            if other in self.held and self.held[other][1]:
                _, loan, other_since = self.held[other]
                self.held[other] = node, None, other_since
        if loan and loan[0].booked[loan[1]]:
            circuit, position, group, side = loan
            circuit.lent[position] -= 1
            group.free_slot(side)
        else:
            node.free_slots += 1
            self.run.booking.look_again()

    def operate(self, node, takes, effect):
        operation = Operation()
        self.busy[node] = max(self.busy[node], self.now) + takes
        self.post(self.busy[node], SWAPS, lambda: operation.succeed(effect()))
        return operation

    def create_qubit(self, node):
        if not self.take_slot(node):
            refused = Operation()
            refused.fail(Refused())
            return refused
        takes = self.duration(node, "initialisation_s")
        self.draw(node)  # the key of its errors, with states that sample them
        ready = max(self.busy[node], self.now) + takes
        qubit = states.Qubit(self.run.device(node), ready, ready)
        states.Cluster([qubit], np.diag([1, 0]).astype(complex))
        node.stored.append(qubit)
        self.held[qubit] = node, None, self.now
        return self.operate(node, takes, lambda: qubit)
