"""Demands: when requests are asked, how they are served over the circuit, and what becomes of delivered pairs."""

from dataclasses import dataclass
from math import inf, log1p

from . import states
from .circuit import Circuit
from .clock import ARRIVALS, EXPIRIES, ticks
from .segments import A, B

OPEN, DONE, TIMED_OUT, REFUSED = range(4)
NO_REASON, NO_ROUTE, ROUTE_LOST, QUEUE_FULL = range(4)


@dataclass
class Request:
    number: int
    asked: int
    pairs_asked: int  # 0: endless
    deadline: int | None
    started: int | None = None
    finished: int | None = None
    pairs: int = 0
    status: int = OPEN
    reason: int = NO_REASON


class Demand:
    def __init__(self, run, index, spec):
        self.run, self.index, self.spec, self.name = run, index, spec, spec["name"]
        self.measures = spec["use"] == "measure"
        self.deadline, self.reservation = (
            None if spec[field] is None else ticks(spec[field], run.ticks_per_s) for field in ("deadline_s", "reservation_s")
        )
        self.arrivals, self.bases, self.outcomes = (
            run.stream(f"demand:{self.name}/{purpose}") for purpose in ("arrivals", "bases", "outcomes")
        )
        self.alternatives, self.routed = run.network.routes(spec), True
        # It never looks for other routes; positions along a route mean something on that route only.
        self.listed = bool(spec["route"]) or spec["swapping"]["kind"] in ("tree", "table")
        if run.scenario["routing"]["fidelity_constrained"] and spec["min_fidelity"] > 0 and not self.listed:
            self.listed = True
            self.alternatives = [
                route
                for route in self.alternatives
                if spec["min_fidelity"] <= run.network.reachable_fidelity(route, spec["distillation"], run.devices) + 1e-9
            ]
        self.circuit = None
        self.requests, self.queue = [], []
        self.kept = []  # (circuit, segment): pairs that wait for a request, oldest first
        self.rejected = self.surplus = 0
        self.rounds = self.failed_rounds = self.pool_cut_offs = 0

    @property
    def now(self):
        return self.run.clock.now

    # ---- asking --------------------------------------------------------------------------------------------------------

    def begin(self):
        """Posts the first arrival."""
        self.ask_for_circuit_if_needed()
        traffic = self.spec["traffic"]
        kind = traffic["kind"]
        if kind == "table":
            self.follow_table(sorted(ticks(t, self.run.ticks_per_s) for t in traffic["at_s"]))
        elif kind == "poisson":
            self.next_poisson(0.0)
        else:
            count = traffic["requests"] if kind == "one_off" else 1
            self.at(ticks(traffic["at_s"], self.run.ticks_per_s), lambda: [self.ask() for _ in range(count)])

    def at(self, tick, action):
        self.run.clock.post(tick, ARRIVALS, action)

    def follow_table(self, times):
        if times:
            self.at(times[0], lambda: (self.ask(), self.follow_table(times[1:])))

    def next_poisson(self, elapsed):
        traffic = self.spec["traffic"]
        elapsed += -log1p(-self.arrivals.draw()[0]) / traffic["rate_hz"]
        arrival = ticks(elapsed + traffic["at_s"], self.run.ticks_per_s)
        self.at(arrival, lambda: (self.ask(), self.next_poisson(elapsed)))

    def ask(self):
        endless = self.spec["traffic"]["kind"] == "continuous"
        request = Request(
            len(self.requests), self.now, 0 if endless else self.spec["pairs_per_request"],
            None if self.deadline is None else self.now + self.deadline,
        )  # fmt: skip
        self.requests.append(request)
        if not self.routed:
            self.find_routes()
        if not self.routed:
            self.end(request, REFUSED, NO_ROUTE)
        elif self.spec["max_queue"] is not None and len(self.queue) >= self.spec["max_queue"]:
            self.end(request, REFUSED, QUEUE_FULL)
        else:
            self.queue.append(request)
            if request.deadline is not None:
                self.run.clock.post(request.deadline, EXPIRIES, self.expire, rank=(1,))  # after reservations
            self.ask_for_circuit_if_needed()
            self.serve_head()
            self.serve_kept()

    def ask_for_circuit_if_needed(self):
        if self.circuit is None and self.routed and (self.queue or self.spec["generate_when_idle"]):
            self.circuit = Circuit(self.run, self)
            self.run.booking.ask(self.circuit)

    # ---- routes --------------------------------------------------------------------------------------------------------

    def usable_routes(self):
        return [route for route in self.alternatives if self.run.network.usable(route)]

    def choices(self):
        """Routes that a circuit may take now, the preferred one first."""
        return self.usable_routes() or self.alternatives[:1]

    def find_routes(self):
        found = self.usable_routes() if self.listed else self.run.network.routes(self.spec)
        self.routed = bool(found)
        if found and not self.listed:
            self.alternatives = found

    def goes_over(self, link):
        settled = self.circuit and self.circuit.route
        return self.routed and link in (settled or self.choices()[0])[1]

    def link_went_down(self):
        if not self.usable_routes():
            self.find_routes()
        if not self.routed:
            for request in list(self.queue):
                self.end(request, REFUSED, ROUTE_LOST)
        if self.circuit:
            self.circuit.release_everywhere()

    # ---- the circuit reports -------------------------------------------------------------------------------------------

    def circuit_is_up(self):
        self.serve_head()

    def circuit_is_withdrawn(self):
        self.circuit = None
        self.ask_for_circuit_if_needed()

    def circuit_is_gone(self):
        self.circuit = None
        self.at(self.now, self.ask_for_circuit_if_needed)

    # ---- serving -------------------------------------------------------------------------------------------------------

    def serve_head(self):
        if self.queue and self.circuit and self.circuit.up and self.queue[0].started is None:
            self.queue[0].started = self.now
            self.run.record("started", self.name, self.queue[0].number, 0)

    def serve_kept(self):
        while self.kept and self.queue and self.circuit and self.circuit.up:
            circuit, segment = self.kept.pop(0)
            if segment.complete():  # no release has dropped it
                self.hand_over(circuit, segment)

    def youth(self):
        """Of its head request; without one it is younger still."""
        return self.queue[0].asked if self.queue else inf, self.index

    def end(self, request, status, reason=NO_REASON):
        request.status, request.reason, request.finished = status, reason, self.now
        if request in self.queue:
            self.queue.remove(request)
        self.run.record("ended", self.name, request.number, status | reason << 8)
        traffic = self.spec["traffic"]
        if status != REFUSED and traffic["kind"] == "back_to_back":
            if traffic["requests"] is None or len(self.requests) < traffic["requests"]:
                self.ask()

    def after_an_end(self, release):
        """`release` tells the circuit that it is no longer needed."""
        if self.queue:
            self.serve_head()
        elif self.circuit and not self.circuit.releasing and not self.spec["generate_when_idle"]:
            release()

    def expire(self):
        due = [request for request in self.queue if request.deadline <= self.now]
        for request in due:
            self.end(request, TIMED_OUT)
        if due:
            self.after_an_end(lambda: self.circuit.release_everywhere())

    # ---- pairs ---------------------------------------------------------------------------------------------------------

    def deliver(self, circuit, segment):
        if not segment.complete():
            return
        if self.spec["buffer"] and not self.queue:
            self.kept.append((circuit, segment))
        else:
            self.hand_over(circuit, segment)

    def hand_over(self, circuit, segment):
        halves = list(segment.halves)
        reading = states.correlators(halves[A].qubit, halves[B].qubit, self.now, segment.frame)
        for half in halves:
            states.release(half.qubit)
            circuit.hand_over(half)
        self.count(circuit, segment, reading)
        if circuit.up:
            circuit.end(segment)

    def measure_end(self, circuit, segment, end):
        if not segment.complete():
            return
        first = segment.readings == [None, None]
        if first:
            qubits = [half.qubit for half in segment.halves]
            segment.correlators = states.correlators(*qubits, self.now, segment.frame)
            segment.bases = ["z" if u < self.spec["z_basis_probability"] else "x" for u in self.bases.draw()]
        half, basis = segment.halves[end], segment.bases[end]
        outcome = states.measure(half.qubit, basis, self.now, self.outcomes.draw()[0])
        if end == A:
            outcome ^= segment.frame >> 1 if basis == "z" else segment.frame & 1
        segment.readings[end] = basis, outcome
        circuit.hand_over(half)
        if not first:
            self.count(circuit, segment, segment.correlators)
            if circuit.up:
                circuit.end(segment)

    def count(self, circuit, segment, reading):
        if not self.queue or not circuit.up:
            self.surplus += self.now > self.run.warm_up
            return
        if reading.fidelity < self.spec["min_fidelity"]:
            self.rejected += self.now > self.run.warm_up
            return
        request = self.queue[0]
        request.pairs += 1
        self.run.record("delivery", self.name, request.number, segment.swaps, reading.fidelity)
        row = {
            "demand": self.index, "request": request.number, "delivered": self.now, "latency": self.now - request.asked,
            "age": self.now - segment.born, "fidelity": reading.fidelity, "xx": reading.xx, "yy": reading.yy,
            "zz": reading.zz, "swaps": segment.swaps,
        }  # fmt: skip
        for name, read in zip("ab", segment.readings, strict=True):
            row[f"basis_{name}"], row[f"outcome_{name}"] = ("zx".index(read[0]), read[1]) if read else (-1, -1)
        self.run.pairs.append(row)
        if request.pairs_asked and request.pairs == request.pairs_asked:
            self.end(request, DONE)
            self.after_an_end(lambda: circuit.release_from(B if segment.known[B] > segment.known[A] else A))
