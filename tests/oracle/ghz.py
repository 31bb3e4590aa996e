"""Demands for GHZ states: arms from a center to the users, fusions of their pairs, and what users then share."""

from math import sqrt

import numpy as np

from . import states
from .circuit import Circuit
from .clock import ARRIVALS, DECISIONS, EXPIRIES, SWAPS, ticks
from .failures import waits
from .scenario import DEMAND
from .segments import A, B
from .traffic import DONE, NO_REASON, NO_ROUTE, NODE_DOWN, QUEUE_FULL, REFUSED, ROUTE_LOST, TIMED_OUT, Demand, Request


class Arm:
    """What a circuit takes for its demand."""

    measures, reservation = False, None
    rounds = failed_rounds = pool_cut_offs = 0

    def __init__(self, run, ghz, number, center, user):
        self.run, self.ghz, self.number, self.index = run, ghz, number, ghz.index
        self.name = f"{ghz.name}/arm:{user.name}"
        self.spec = DEMAND | {"node_a": center.name, "node_b": user.name, "width": ghz.spec["width"]}
        self.alternatives = self.first_alternatives = run.network.routes(self.spec)[:1]
        self.ends = center, user
        self.circuit, self.ready = None, []

    def ask(self):
        self.circuit = Circuit(self.run, self, self.number)
        self.circuit.owner = self.name
        self.run.booking.ask(self.circuit)

    def usable_routes(self):
        return [route for route in self.alternatives if self.run.network.usable(route)]

    def choices(self):
        return self.usable_routes() or self.alternatives[:1]

    def has_route(self):
        if not self.usable_routes():
            found = self.run.network.routes(self.spec)[:1]
            self.alternatives = found or self.alternatives
            return bool(found)
        return True

    def leads_over(self, links):
        return bool(set(links) & set(((self.circuit and self.circuit.route) or self.choices()[0])[1]))

    def deliver(self, circuit, segment):
        if segment.complete():
            self.ready.append((circuit, segment))
            self.ghz.pair_is_ready()

    def oldest(self):
        """A release may have dropped some."""
        self.ready = [pair for pair in self.ready if pair[1].complete()]
        return self.ready[0] if self.ready else None

    def circuit_is_up(self, circuit):
        self.ghz.serve()

    def circuit_is_withdrawn(self, circuit):
        self.circuit = None

    def circuit_is_gone(self, circuit):
        self.circuit = None
        self.run.clock.post(self.run.clock.now, ARRIVALS, self.ghz.set_up)


class GhzDemand(Demand):
    """Of a demand for pairs it has the traffic."""

    def __init__(self, run, index, spec):
        self.run, self.index, self.spec, self.name = run, index, DEMAND | spec, spec["name"]
        self.deadline = None if spec["deadline_s"] is None else ticks(spec["deadline_s"], run.ticks_per_s)
        self.arrivals, self.outcomes = (run.stream(f"ghz:{self.name}/{purpose}") for purpose in ("arrivals", "fusion"))
        self.users = [run.network.node[name] for name in spec["users"]]
        self.center = run.network.node[spec["center"]] if spec["center"] else self.cheapest_center()
        self.keeps = self.center in self.users
        others = [user for user in self.users if user is not self.center]
        self.arms = [Arm(run, self, number, self.center, user) for number, user in enumerate(others)]
        self.places, self.routed = range(1), True
        self.requests, self.queue = [], []
        self.surplus = 0

    def cheapest_center(self):
        network, sums = self.run.network, []
        for node in network.nodes:
            others = [user for user in self.users if user is not node]
            if node.memory["slots"] < len(others) * self.spec["width"]:
                continue
            routes = [network.routes(DEMAND | {"node_a": node.name, "node_b": user.name}) for user in others]
            if all(routes):
                costs = [sum(map(network.cost, reversed(links)), 0.0) for ((_, links), *_) in routes]
                sums.append((sum(costs), node.index))
        return network.nodes[min(sums)[1]]

    def fusion_time(self):
        memory, further = self.center.memory, len(self.arms) - 1
        if self.run.network.slot is not None or (self.keeps and further == 0):
            return 0
        seconds = further * memory["two_qubit_gate_s"] + memory["measurement_s"]
        return ticks(seconds + (0 if self.keeps else memory["single_qubit_gate_s"]), self.run.ticks_per_s)

    # ---- requests ------------------------------------------------------------------------------------------------------

    def ask(self):
        endless = self.spec["traffic"]["kind"] == "continuous"
        request = Request(
            len(self.requests), self.now, 0 if endless else self.spec["states_per_request"],
            None if self.deadline is None else self.now + self.deadline,
        )  # fmt: skip
        self.requests.append(request)
        if self.spec["max_queue"] is not None and len(self.queue) >= self.spec["max_queue"]:
            self.end(request, REFUSED, QUEUE_FULL)
            return
        self.routed = self.routed or self.have_routes()
        if not self.routed and not self.waits_for_repair():
            self.end(request, REFUSED, NODE_DOWN if self.end_is_down() else NO_ROUTE)
            return
        self.queue.append(request)
        if request.deadline is not None:
            self.run.clock.post(request.deadline, EXPIRIES, self.expire)
        self.set_up()
        self.serve()

    def set_up(self):
        if self.queue and self.routed and not any(arm.circuit for arm in self.arms):
            for arm in self.arms:
                arm.ask()

    def serve(self):
        if self.queue and self.queue[0].started is None and all(arm.circuit and arm.circuit.up for arm in self.arms):
            self.queue[0].started = self.now
            self.run.record("started", self.name, self.queue[0].number, 0)

    def end(self, request, status, reason=NO_REASON):
        request.status, request.reason, request.finished = status, reason, self.now
        if request in self.queue:
            self.queue.remove(request)
        self.run.record("ended", self.name, request.number, status | reason << 8)

    def expire(self):
        due = [request for request in self.queue if request.deadline <= self.now]
        for request in due:
            self.end(request, TIMED_OUT)
        for _ in due:
            self.ask_again()
        if due and not self.queue:
            self.release_everywhere()
        self.serve()

    def release_everywhere(self):
        for arm in self.arms:
            if arm.circuit:
                arm.circuit.release_everywhere()

    def release_from_center(self):
        for arm in self.arms:
            if arm.circuit and arm.circuit.up:
                arm.circuit.release_from(A)

    # ---- links that go down ----------------------------------------------------------------------------------------------

    def have_routes(self):
        return all(arm.has_route() for arm in self.arms) and self.slots_suffice()

    def slots_suffice(self):
        """For the routes of all arms at a time."""
        width, need = self.spec["width"], {}
        for arm in self.arms:
            nodes, _ = arm.choices()[0]
            for node in nodes:
                need[node] = need.get(node, 0) + (width if node in (nodes[0], nodes[-1]) else 2 * width)
        return all(slots <= node.memory["slots"] for node, slots in need.items())

    def links_lost(self, links):
        if not self.routed or not any(arm.leads_over(links) for arm in self.arms):
            return
        self.release_everywhere()
        self.routed = self.have_routes()
        while not self.routed and self.queue and not self.waits_for_repair():
            self.end(self.queue[0], REFUSED, NODE_DOWN if self.end_is_down() else ROUTE_LOST)
        self.set_up()

    def end_is_down(self):
        return any(node.failed for arm in self.arms for node in arm.ends)

    def waits_for_repair(self):
        network = self.run.network
        return (
            bool(self.run.failures.all)
            and waits(self.spec)
            and all(network.usable_if_repaired(arm.spec, arm.alternatives, listed=False) for arm in self.arms)
        )

    def links_back(self):
        if all(self.run.network.usable(arm.first_alternatives[0]) for arm in self.arms):
            for arm in self.arms:
                arm.alternatives = arm.first_alternatives
        if not self.routed:
            self.routed = self.have_routes()
            self.set_up()

    def node_back(self, node):
        if any(arm.circuit and arm.circuit.broken and node in arm.circuit.nodes for arm in self.arms):
            self.release_everywhere()

    # ---- fusions ---------------------------------------------------------------------------------------------------------

    def pair_is_ready(self):
        if all(arm.ready for arm in self.arms):
            self.run.clock.post(self.now, DECISIONS, self.decide)

    def decide(self):
        while all(arm.oldest() for arm in self.arms):
            parts = [arm.ready.pop(0) for arm in self.arms]
            self.run.clock.post(self.now + self.fusion_time(), SWAPS, lambda parts=parts: self.fuse(parts))

    def read(self, circuit, half):
        bit = states.measure(half.qubit, "z", self.now, self.outcomes.draw()[0])
        circuit.hand_over(half)
        return bit

    def fuse(self, parts):
        """CNOTs from the first half at the center to the others, all but it read; it, too, if the center is no user."""
        if not all(segment.complete() for _, segment in parts):
            return
        first = parts[0][1].halves[A].qubit
        device = first.device
        flips, phase = [], 0
        for number, (circuit, segment) in enumerate(parts):
            half = segment.halves[A]
            flips.append(segment.frame >> 1)
            phase ^= segment.frame & 1
            if number > 0:
                states.decay(first, self.now)
                states.decay(half.qubit, self.now)
                one, two = first.cluster, half.qubit.cluster
                joint = states.Cluster(one.qubits + two.qubits, np.kron(one.rho, two.rho))
                targets = joint.qubits.index(first), joint.qubits.index(half.qubit)
                states.apply_gate(joint, states.CNOT, targets, device.two_qubit_reliability)
                flips[-1] ^= self.read(circuit, half)
        if not self.keeps:
            states.decay(first, self.now)
            cluster = first.cluster
            states.apply_gate(cluster, states.HADAMARD, (cluster.qubits.index(first),), device.single_qubit_reliability)
            phase ^= self.read(parts[0][0], parts[0][1].halves[A])
        travel = max(circuit.d[0][-1] for circuit, _ in parts) if len(parts) > 1 else 0
        self.run.clock.post(self.now + travel, ARRIVALS, lambda: self.deliver_state(parts, flips, phase))

    def deliver_state(self, parts, flips, phase):
        kept = [parts[0][1].halves[A]] if self.keeps else []
        ends = kept + [segment.halves[B] for _, segment in parts]
        if not all(ends):
            return
        fidelity = self.fidelity([half.qubit for half in ends], [0] * len(kept) + flips, phase)
        for circuit, segment in parts:
            for half in filter(None, list(segment.halves)):
                states.release(half.qubit)
                circuit.hand_over(half)
        if not self.queue or self.queue[0].started is None:
            self.surplus += 1
            return
        request = self.queue[0]
        request.pairs += 1
        self.run.ghz_states.append(
            {
                "demand": self.index, "request": request.number, "delivered": self.now, "latency": self.now - request.asked,
                "age": self.now - min(segment.born for _, segment in parts), "users": len(ends), "fidelity": fidelity,
            }
        )  # fmt: skip
        if request.pairs == request.pairs_asked:
            self.end(request, DONE)
            self.ask_again()
            if not self.queue:
                self.release_from_center()
            self.serve()

    def fidelity(self, qubits, flips, phase):
        """To the state that the frame says it is."""
        for qubit in qubits:
            states.decay(qubit, self.now)
        cluster = qubits[0].cluster
        assert set(map(id, cluster.qubits)) == set(map(id, qubits))
        bit_of = {id(qubit): flip for qubit, flip in zip(qubits, flips, strict=True)}
        bits = int("".join(str(bit_of[id(qubit)]) for qubit in cluster.qubits), 2)
        ket = np.zeros(2 ** len(qubits))
        ket[bits], ket[~bits] = 1 / sqrt(2), (1 - 2 * phase) / sqrt(2)
        return (ket @ cluster.rho @ ket).real
