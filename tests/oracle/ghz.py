"""Demands for GHZ and graph states: arms from a center to the users, fusions of their pairs, and what users then share."""

from math import sqrt

import numpy as np

from . import states
from .circuit import Circuit
from .clock import ARRIVALS, DECISIONS, EXPIRIES, SWAPS, ticks
from .failures import waits
from .scenario import DEMAND
from .segments import A, B
from .traffic import DONE, NO_REASON, NO_ROUTE, NODE_DOWN, QUEUE_FULL, REFUSED, ROUTE_LOST, TIMED_OUT, Demand, Request

CZ = np.diag([1, 1, 1, -1]).astype(complex)


class SharedState:
    """What users hold, or have measured, since their pairs were fused."""

    def __init__(self, parts, halves, frames):
        self.parts, self.halves, self.frames = parts, halves, frames  # by user, the center first
        self.bases, self.outcomes, self.fidelity, self.told = -1, {}, None, 0

    def complete(self):
        """A half that was dropped is in its segment no more."""
        return all(user in self.outcomes or half.segment.halves[half.side] is half for user, half in self.halves.items())


class Arm:
    """What a circuit takes for its demand."""

    measures, reservation, purification = False, None, None
    rounds = failed_rounds = pool_cut_offs = 0

    def __init__(self, run, ghz, number, center, user):
        self.run, self.ghz, self.number, self.index = run, ghz, number, ghz.index
        self.name, self.user = f"{ghz.name}/arm:{user.name}", user
        self.spec = DEMAND | {"node_a": center.name, "node_b": user.name, "width": ghz.spec["width"]}
        self.alternatives = self.first_alternatives = run.network.routes(self.spec)[:1]
        self.weights = []
        self.ends = center, user
        self.circuit, self.ready, self.rules = None, [], {}

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
        purposes = "arrivals", "fusion", "bases", "outcomes"
        self.arrivals, self.outcomes, self.bases, self.readings = (
            run.stream(f"ghz:{self.name}/{purpose}") for purpose in purposes
        )
        self.users = [run.network.node[name] for name in spec["users"]]
        self.edges = [tuple(run.network.node[name] for name in edge) for edge in spec["edges"]]
        self.arms = self.make_arms()
        self.places, self.routed, self.stays_up = range(1), True, False
        self.requests, self.queue = [], []
        self.surplus = self.rejected = 0

    def make_arms(self):
        center = self.spec["center"]
        self.center = self.run.network.node[center] if center else self.cheapest_center()
        self.keeps = self.center in self.users
        others = [user for user in self.users if user is not self.center]
        return [Arm(self.run, self, number, self.center, user) for number, user in enumerate(others)]

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
        if self.run.network.slot is not None or (not self.edges and self.keeps and further == 0):
            return 0
        turns = 0 if self.keeps else 1
        if self.edges:  # one of the center's edges is made by H
            further = len(self.edges) - (1 if self.keeps else 0)
            turns = (1 if self.keeps else 0) + (1 if self.anything_is_read() else 0)
        read = memory["measurement_s"] if self.anything_is_read() else 0
        seconds = further * memory["two_qubit_gate_s"] + turns * memory["single_qubit_gate_s"] + read
        return ticks(seconds, self.run.ticks_per_s)

    def anything_is_read(self):
        return len(self.arms) > (1 if self.keeps else 0)

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
        self.routed = bool(self.queue) and self.have_routes()
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
        if not self.routed and self.queue:
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

    def join(self, gate, one, two):
        states.decay(one, self.now)
        states.decay(two, self.now)
        if one.cluster is not two.cluster:
            states.Cluster(one.cluster.qubits + two.cluster.qubits, np.kron(one.cluster.rho, two.cluster.rho))
        joint = one.cluster
        targets = joint.qubits.index(one), joint.qubits.index(two)
        states.apply_gate(joint, gate, targets, one.device.two_qubit_reliability)

    def turn(self, qubit):
        states.decay(qubit, self.now)
        cluster = qubit.cluster
        states.apply_gate(cluster, states.HADAMARD, (cluster.qubits.index(qubit),), qubit.device.single_qubit_reliability)

    def fuse(self, parts):
        if not all(segment.complete() for _, segment in parts):
            return
        frames = {arm.user: [segment.frame >> 1, segment.frame & 1] for arm, (_, segment) in zip(self.arms, parts, strict=True)}
        frames |= {self.center: [0, 0]} if self.keeps else {}
        halves = {arm.user: (circuit, segment.halves[A]) for arm, (circuit, segment) in zip(self.arms, parts, strict=True)}
        kept = self.fuse_by_edges(halves, frames) if self.edges else self.fuse_to_ghz(halves, frames)
        shared = {self.center: kept} if self.keeps else {}
        shared |= {arm.user: segment.halves[B] for arm, (_, segment) in zip(self.arms, parts, strict=True)}
        known = dict.fromkeys(self.users, self.now)
        if len(parts) > 1:
            known |= {arm.user: circuit.arrival(0, -1) for arm, (circuit, _) in zip(self.arms, parts, strict=True)}
        state = SharedState(parts, shared, frames)
        if not self.spec["bases"]:
            self.run.clock.post(max(known.values()), ARRIVALS, lambda: self.deliver_state(state))
        for user in shared if self.spec["bases"] else []:
            self.run.clock.post(known[user], ARRIVALS, lambda user=user: self.measure_at(user, state))

    def fuse_to_ghz(self, halves, frames):
        """CNOTs from the first half at the center to the others, all but it read; it, too, if the center is no user."""
        (first, (circuit, control)), *others = halves.items()
        for user, (other, half) in others:
            self.join(states.CNOT, control.qubit, half.qubit)
            frames[user][0] ^= self.read(other, half)
        if self.keeps:
            return control
        self.turn(control.qubit)
        frames[first][1] ^= self.read(circuit, control)
        return None

    def fuse_by_edges(self, halves, frames):
        """CZ for each edge, each half read after its last; but one becomes the center's qubit, if that is a user."""
        with_center = [edge for edge in self.edges if self.center in edge]
        kept = next(user for user in with_center[0] if user is not self.center) if with_center else None
        order = [edge for edge in self.edges if edge not in with_center] + with_center
        left = {user: sum(user in edge for edge in self.edges) for user in self.users}
        turned = False
        for one, two in order:
            if kept and self.center in (one, two):
                if not turned:
                    self.turn(halves[kept][1].qubit)
                    turned = True
                left[kept] = left[self.center] = -1
                if kept in (one, two):
                    continue
                one, two = kept, two if one is self.center else one
            self.join(CZ, halves[one][1].qubit, halves[two][1].qubit)
            for user in (one, two):
                left[user] -= 1
                if left[user] == 0 and user is not kept:
                    circuit, half = halves[user]
                    self.turn(half.qubit)
                    frames[user][1] ^= self.read(circuit, half)
        return halves[kept][1] if kept else None

    def deliver_state(self, state):
        if not state.complete():
            return
        fidelity = self.fidelity({user: half.qubit for user, half in state.halves.items()}, state.frames)
        for circuit, segment in state.parts:
            for half in filter(None, list(segment.halves)):
                states.release(half.qubit)
                circuit.hand_over(half)
        self.count(state, fidelity)

    def measure_at(self, user, state):
        state.told += 1
        if not state.complete():
            return
        if not state.outcomes:
            state.fidelity = self.fidelity({other: half.qubit for other, half in state.halves.items()}, state.frames)
            state.bases = int(self.bases.draw()[0] * len(self.spec["bases"]))
        basis = self.spec["bases"][state.bases][self.users.index(user)].lower()
        x, z = state.frames[user]
        half = state.halves[user]
        bit = states.measure(half.qubit, basis, self.now, self.readings.draw()[0])
        state.outcomes[user] = bit ^ {"z": x, "x": z, "y": x ^ z}[basis]
        next(circuit for circuit, segment in state.parts if segment is half.segment).hand_over(half)
        if state.told == len(self.users):
            self.count(state, state.fidelity)

    def count(self, state, fidelity):
        if not self.queue or self.queue[0].started is None:
            self.surplus += 1
            return
        if fidelity < self.spec["min_fidelity"] - 1e-9:
            self.rejected += 1
            return
        request = self.queue[0]
        request.pairs += 1
        self.run.ghz_states.append(
            {
                "demand": self.index, "request": request.number, "delivered": self.now, "latency": self.now - request.asked,
                "age": self.now - min(segment.born for _, segment in state.parts), "users": len(self.users), "fidelity": fidelity,
                "bases": state.bases, "outcomes": sum(bit << self.users.index(user) for user, bit in state.outcomes.items()),
            }
        )  # fmt: skip
        if request.pairs == request.pairs_asked:
            self.end(request, DONE)
            self.ask_again()
            if not self.queue:
                self.release_from_center()
            self.serve()

    def fidelity(self, qubits, frames):
        """To the state that is meant, with the frame's Paulis applied to it."""
        for qubit in qubits.values():
            states.decay(qubit, self.now)
        cluster = next(iter(qubits.values())).cluster
        assert set(map(id, cluster.qubits)) == set(map(id, qubits.values()))
        n = len(qubits)
        place = {user: next(k for k, q in enumerate(cluster.qubits) if q is qubit) for user, qubit in qubits.items()}
        ket = np.zeros(2**n)
        ket[0] = ket[-1] = 1 / sqrt(2)
        if self.edges:
            ket = np.full(2**n, 2 ** (-n / 2))
            for edge in self.edges:
                ket = (states.embed(CZ, tuple(place[user] for user in edge), n) @ ket).real
        for user, (x, z) in frames.items():
            ket = states.embed(np.linalg.matrix_power(states.Z, z), (place[user],), n) @ ket
            ket = states.embed(np.linalg.matrix_power(states.X, x), (place[user],), n) @ ket
        return (ket.conj() @ cluster.rho @ ket).real
