"""Communication qubits: lanes that attempt hold one at each of their ends, pairs stay in theirs until they are stored or gone."""

from . import states
from .clock import ARRIVALS, DECISIONS, ticks
from .segments import GONE, PENDING, WAITING, A, B

NO_RATES = {"depolarising_s": None, "dephasing_s": None} | {f"pauli_{axis}_rate_hz": 0.0 for axis in "xyz"}


class Qubits:
    """Those of one node."""

    def __init__(self, run, node):
        spec = node.memory["communication"]
        self.free, self.storing = spec["qubits"], 0
        self.always = spec["store"] == "always"
        self.storage = ticks(spec["storage_s"], run.ticks_per_s)
        self.spec, self.memory = spec, run.devices[node.memory["name"]]
        laws = {name: value for name, value in spec.items() if name in node.memory}
        self.device = states.Device(
            node.memory | NO_RATES | laws, run.ticks_per_s, run.scenario["approximate"] == "pauli_twirl"
        )
        self.known = []  # halves that could be stored, oldest first


class Communication:
    def __init__(self, run):
        self.run = run
        self.at = {node: Qubits(run, node) for node in run.network.nodes if node.memory["communication"]}
        self.line = []  # lane groups, first come first
        self.exchange_is_due = self.look_is_due = False

    def device(self, node):
        return self.at[node].device if node in self.at else self.run.devices[node.memory["name"]]

    def ends(self, link):
        return [self.at[node] for node in link.ends if node in self.at]

    def lanes(self, group):
        """With which it may attempt."""
        return min(group.wanted(), group.held) if self.ends(group.link) else group.wanted()

    # ---- lanes

    def review(self, group):
        """The lanes that the group could attempt with may be others now."""
        if not self.ends(group.link):
            return
        if self.lacking(group) > 0 and group not in self.line:
            self.wait(group)
        surplus = group.held - group.wanted()
        if surplus > 0:
            group.held -= surplus
            back = max(self.run.clock.now, group.next_start)
            self.run.clock.post(back, DECISIONS, lambda: self.come_back(group.link, surplus))

    def lacking(self, group):
        return group.wanted() - group.held

    def take(self, group):
        ends = self.ends(group.link)
        more = min([self.lacking(group), *(qubits.free for qubits in ends)])
        for qubits in ends:
            qubits.free -= more
        group.held += more
        if self.lacking(group) > 0:
            self.wait(group)

    def wait(self, group):
        self.line.append(group)
        self.exchange_soon()

    def come_back(self, link, number):
        for qubits in self.ends(link):
            qubits.free += number
        self.exchange_soon()

    def after_success(self, group, pairs):
        if self.ends(group.link):
            group.held -= pairs
            if self.lacking(group) > 0 and group not in self.line:
                self.wait(group)

    def exchange_soon(self):
        if self.line and not self.exchange_is_due:
            self.exchange_is_due = True
            self.run.clock.post(self.run.clock.now, DECISIONS, self.exchange)

    def exchange(self):
        line, self.line = self.line, []
        for group in line:
            if self.lacking(group) > 0:
                self.take(group)
        self.exchange_is_due = False
        for group in line:
            group.go_on()
        if self.line and not self.look_is_due:
            self.look_is_due = True
            self.run.clock.post(self.run.clock.now, DECISIONS, self.look)

    # ---- pairs

    def enter(self, half, heralded):
        """A new pair. When its end of the circuit can use it."""
        qubits = self.at.get(half.node)
        if not qubits:
            return heralded
        half.in_communication = True
        if not qubits.always:
            return heralded
        self.will_be_stored(half, qubits, heralded)
        return half.stored_at

    def learn(self, half):
        """Its node may store it from now on."""
        if half.state == GONE or not half.in_communication:
            return
        if half.storing:
            self.record(half)
            return
        if half not in self.at[half.node].known:
            self.at[half.node].known.append(half)
        self.exchange_soon()

    def leave(self, half):
        if half.in_communication:
            qubits = self.at[half.node]
            qubits.free += 1
            qubits.storing -= half.storing
            if half in qubits.known:
                qubits.known.remove(half)
            half.in_communication = half.storing = False
            self.exchange_soon()

    def look(self):
        """Makes room for those who wait."""
        self.look_is_due = False
        for group in list(self.line):
            for qubits in self.ends(group.link):
                waits = sum(self.lacking(other) for other in self.line if qubits in self.ends(other.link))
                while not qubits.always and waits > qubits.free + qubits.storing:
                    half = next((half for half in qubits.known if self.can_be_stored(half)), None)
                    if half is None:
                        break
                    qubits.known.remove(half)
                    self.begin_storage(half, qubits)

    @staticmethod
    def can_be_stored(half):
        circuit, segment = half.group.circuit, half.segment
        spans = segment.whole() and segment.reach == (0, circuit.last)
        pooled = bool(circuit.end_pool or (circuit.last == 1 and circuit.pools[0]))
        goes_out = spans and (segment.distilled or not pooled)
        return half.state in (PENDING, WAITING) and not goes_out

    def begin_storage(self, half, qubits):
        circuit = half.group.circuit
        self.will_be_stored(half, qubits, self.run.clock.now)
        self.record(half)
        if half.state == WAITING:
            half.state = PENDING
            for queue in circuit.queues[half.position]:
                if half in queue:
                    queue.remove(half)
        if half.position in (0, circuit.last):
            side = A if half.position == 0 else B
            half.segment.known[side] = max(half.segment.known[side], half.stored_at)
        self.run.clock.post(half.stored_at, ARRIVALS, lambda: circuit.stored(half))

    @staticmethod
    def will_be_stored(half, qubits, begin):
        half.storing, half.stored_at = True, begin + qubits.storage
        qubits.storing += 1

    def record(self, half):
        circuit = half.group.circuit
        circuit.record("storing", half.node.name, circuit.demand.index, 0)

    def store(self, half):
        qubits = self.at[half.node]
        spec = qubits.spec
        states.transfer(
            half.qubit, qubits.memory, spec["storage_reliability"], spec["storage_dephasing_probability"], self.run.clock.now
        )
        self.leave(half)
