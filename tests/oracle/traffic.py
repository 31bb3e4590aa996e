"""Demands: when requests are asked, how they are served over the circuit, and what becomes of delivered pairs."""

from dataclasses import dataclass
from math import inf, log1p

from . import states
from .circuit import Circuit, pair_rate
from .clock import ARRIVALS, EXPIRIES, SWAPS, ticks
from .control_plane import as_seen
from .failures import waits
from .rules import Rule
from .segments import A, B

OPEN, DONE, TIMED_OUT, REFUSED = range(4)
(
    NO_REASON,
    NO_ROUTE,
    ROUTE_LOST,
    QUEUE_FULL,
    NOT_SERVED,
    NODE_DOWN,
    NETWORK_FULL,
    NOT_ADMITTED,
    RATE_EXCEEDED,
    DEADLINE_UNREACHABLE,
) = range(10)


@dataclass
class Request:
    number: int
    asked: int
    pairs_asked: int  # 0: endless
    deadline: int | None
    min_fidelity: float = 0.0
    started: int | None = None
    circuit: int = -1  # that served it last
    finished: int | None = None
    pairs: int = 0
    status: int = OPEN
    reason: int = NO_REASON


class Demand:
    def __init__(self, run, index, spec):
        self.run, self.index, self.spec, self.name = run, index, spec, spec["name"]
        self.measures, self.by_programs = spec["use"] == "measure", spec["traffic"]["kind"] == "by_programs"
        self.deadline, self.reservation, self.max_wait = (
            None if spec[field] is None else ticks(spec[field], run.ticks_per_s)
            for field in ("deadline_s", "reservation_s", "max_wait_s")
        )
        self.arrivals, self.bases, self.outcomes = (
            run.stream(f"demand:{self.name}/{purpose}") for purpose in ("arrivals", "bases", "outcomes")
        )
        self.alternatives, self.routed = run.network.routes(spec), True
        # It never looks for other routes; positions along a route mean something on that route only.
        self.listed = bool(spec["route"] or spec["routes"]) or spec["swapping"]["kind"] in ("tree", "table")
        if run.scenario["routing"]["fidelity_constrained"] and spec["min_fidelity"] > 0 and not self.listed:
            self.listed = True
            self.alternatives = [
                route
                for route in self.alternatives
                if spec["min_fidelity"] <= run.network.reachable_fidelity(route, spec["distillation"], run.devices) + 1e-9
            ]
        self.purification = None  # by hop
        if run.scenario["routing"]["kind"] == "q_path":
            self.listed = True
            route, self.purification = run.network.fewest_pairs(spec)
            self.alternatives = [route]
        self.weights = [route["weight"] for route in spec["routes"]]
        self.gained = [0.0] * len(self.weights)  # by route
        self.rules = {rule["do"]: Rule(rule["when"]) for rule in spec["rules"]}
        self.places = range(spec["concurrent_requests"])
        self.circuits = [None for _ in self.places]
        self.served = [None for _ in self.places]  # the request of each circuit
        self.engaged = set()  # places whose circuit serves a request or is on its way to one
        self.coming = []  # those on their way, in line
        self.requests, self.queue = [], []  # all; those that wait
        self.first_alternatives = self.alternatives
        self.retries = False  # it will search again
        self.next_token = 0
        self.stays_up = spec["generate_when_idle"]  # requests or not
        self.interrupted, self.interruptions, self.recoveries = None, 0, []
        self.route_ticks, self.route_since, self.has_route = 0, 0, True
        self.rejected = self.surplus = 0
        self.rounds = self.failed_rounds = self.pool_cut_offs = 0

    @property
    def now(self):
        return self.run.clock.now

    # ---- asking --------------------------------------------------------------------------------------------------------

    def begin(self):
        """Posts the first arrival."""
        if self.stays_up:
            for place in self.places:
                self.ask_for_circuit(place)
        self.begin_arrivals()
        self.follow_windows([ticks(t, self.run.ticks_per_s) for window in self.spec["reserved"] for t in window])

    def follow_windows(self, times):
        """Times at which windows begin and end, in turn."""
        if times:
            self.at(times[0], lambda: (self.turn_window(), self.follow_windows(times[1:])))

    def turn_window(self):
        self.stays_up = not self.stays_up
        if not self.stays_up:
            self.release_surplus()
            return
        if not self.routed:
            self.look_for_routes()
        for place in self.places if self.routed else []:
            if self.circuits[place] is None:
                self.ask_for_circuit(place)

    def begin_arrivals(self):
        traffic = self.spec["traffic"]
        kind = traffic["kind"]
        if kind == "by_programs":
            return
        if kind == "table":
            self.follow_table(sorted(ticks(t, self.run.ticks_per_s) for t in traffic["at_s"]))
        elif kind == "poisson":
            self.next_poisson(0.0)
        else:
            count = 1
            if kind == "one_off":
                count = traffic["requests"]
            if kind == "back_to_back":
                count = min(len(self.places), traffic["requests"] or inf)
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

    def ask(self, pairs=None, min_fidelity=None):
        """Of a program: so many pairs, so good."""
        if pairs is None:
            pairs = 0 if self.spec["traffic"]["kind"] == "continuous" else self.spec["pairs_per_request"]
            min_fidelity = self.spec["min_fidelity"]
        deadline = None if self.deadline is None else self.now + self.deadline
        request = Request(len(self.requests), self.now, pairs, deadline, min_fidelity)
        self.requests.append(request)
        if self.spec["max_queue"] is not None and len(self.open()) - 1 >= self.spec["max_queue"]:
            self.end(request, REFUSED, QUEUE_FULL)
            return request
        most = self.run.scenario["max_open_requests"]
        if most is not None and sum(len(demand.open()) for demand in self.run.demands) - 1 >= most:
            self.end(request, REFUSED, NETWORK_FULL)
            return request
        if not self.routed:
            self.find_routes()
        if not self.routed and not self.waits_for_repair():
            self.end(request, REFUSED, NODE_DOWN if self.end_is_down() else NO_ROUTE)
        elif "admit" in self.rules and not self.rules["admit"].holds(self.known_of(request)):
            self.end(request, REFUSED, NOT_ADMITTED)
        elif self.spec["admission"] and not self.can_be_in_time(request):
            self.end(request, REFUSED, DEADLINE_UNREACHABLE)
        elif self.spec["admission"] and not self.has_token():
            self.end(request, REFUSED, RATE_EXCEEDED)
        else:
            self.queue.append(request)
            if request.deadline is not None:
                self.run.clock.post(request.deadline, EXPIRIES, self.expire, rank=(1,))  # after reservations
            if self.max_wait is not None:
                self.run.clock.post(self.now + self.max_wait, SWAPS, lambda: self.has_waited(request))
            if len(self.coming) < len(self.queue):
                self.engage_one()
            self.ask_for_coming()
            self.serve_waiting()
        return request

    def withdraw(self, request):
        if request.status == OPEN:
            self.end(request, TIMED_OUT)
            self.serve_waiting()
            self.release_surplus()

    def known_of(self, request):
        route = self.circuits[0] and self.circuits[0].route
        return {
            "time_s": lambda: self.now / self.run.ticks_per_s,
            "hops": lambda: len((route or (self.circuits[0] and self.circuits[0].turn) or self.choices()[0])[1]),
            "request": lambda: request.number,
            "pairs": lambda: request.pairs_asked or inf,
            "min_fidelity": lambda: request.min_fidelity,
            "waiting_requests": lambda: len(self.queue),
            "served_requests": lambda: len(self.open()) - 1 - len(self.queue),
        }

    def can_be_in_time(self, request):
        if not self.spec["admission"]["by_deadline"] or request.deadline is None:
            return True
        circuit = self.circuits[0]
        nodes, _ = route = (circuit and circuit.route) or self.choices()[0]
        rate = pair_rate(route, self.spec["width"])
        for node in nodes[1:-1]:
            rate *= node.swap_success
        others = [other for other in self.open() if other is not request]
        ahead = 0
        if len(others) >= len(self.places):
            ahead = sum(other.pairs_asked - other.pairs for other in others)
        if rate == 0:
            return False
        return ahead / (len(self.places) * rate) + request.pairs_asked / rate <= request.deadline - self.now

    def has_token(self):
        """Of a bucket that fills by a token an interval: `next_token` is when it would be full but for one, as far as it is not yet."""
        rate_hz, burst = self.spec["admission"]["rate_hz"], self.spec["admission"]["burst"]
        if rate_hz is None:
            return True
        interval = ticks(1 / rate_hz, self.run.ticks_per_s)
        if self.now < self.next_token - (burst - 1) * interval:
            return False
        self.next_token = max(self.next_token, self.now) + interval
        return True

    def open(self):
        return [request for request in self.requests if request.status == OPEN]

    # ---- circuits for requests ------------------------------------------------------------------------------------------

    def generates(self, place):
        return self.circuits[place] is not None and self.circuits[place].up

    def needed(self, place):
        return place in self.engaged or self.stays_up

    def ask_for_circuit(self, place):
        self.circuits[place] = Circuit(self.run, self, place)
        self.run.booking.ask(self.circuits[place])

    def ask_for_coming(self):
        for place in self.coming if self.routed else []:
            if self.circuits[place] is None:
                self.ask_for_circuit(place)

    def engage_one(self):
        """The next circuit that is on its way to a request, if any is left."""

        def rank(place):
            circuit = self.circuits[place]
            if circuit is None:
                return 2, 0, place
            if circuit.up:
                return 0, -len(circuit.kept), place
            return 3 if circuit.releasing else 1, 0, place

        free = [place for place in self.places if place not in self.engaged]
        if free:
            place = min(free, key=rank)
            self.engaged.add(place)
            self.coming.append(place)

    def disengage_surplus(self):
        while len(self.coming) > len(self.queue):
            self.engaged.remove(self.coming.pop())

    def serve_waiting(self):
        """Circuits that generate take the requests that were asked first."""
        while self.queue and (ready := [place for place in self.coming if self.generates(place)]):
            place = ready[0]
            self.coming.remove(place)
            request = self.served[place] = self.queue.pop(0)
            request.circuit = place
            if request.started is None:
                request.started = self.now
                self.circuits[place].record("started", self.name, request.number, 0)
            self.serve_kept(place)

    def serve_kept(self, place):
        circuit = self.circuits[place]
        while circuit.kept and circuit.up and self.served[place]:
            self.hand_over(circuit, circuit.kept.pop(0))

    def withdraw_surplus(self):
        for place in self.places:
            if not self.needed(place) and self.circuits[place] and self.circuits[place].asking:
                self.circuits[place].release_everywhere()

    def release_surplus(self):
        for place in self.places:
            if not self.needed(place) and self.circuits[place] and not self.circuits[place].releasing:
                self.circuits[place].release_everywhere()

    def awaited(self, circuit):
        """The request for which it is on its way."""
        return self.queue[self.coming.index(circuit.number)] if circuit.number in self.coming else None

    def youth(self, circuit):
        """Of that request; without one it is younger still."""
        request = self.awaited(circuit)
        return request.asked if request else inf, circuit.place

    # ---- the circuit reports -------------------------------------------------------------------------------------------

    def circuit_is_up(self, circuit):
        if not circuit.up:
            return
        place = circuit.number
        if place not in self.engaged and self.queue:
            self.engaged.add(place)
            self.coming.insert(0, place)
        self.serve_waiting()
        self.disengage_surplus()
        if not self.needed(place):
            circuit.release_from(A)
        elif self.run.control.local:
            for link in circuit.links:
                if self.run.network.cost(link) is None:
                    circuit.release_from_ends(link)
        self.withdraw_surplus()

    def circuit_is_withdrawn(self, circuit):
        """It had only been asked for."""
        place = circuit.number
        self.circuits[place] = None
        if self.routed and self.needed(place):
            self.ask_for_circuit(place)

    def circuit_is_gone(self, circuit):
        place = circuit.number
        self.circuits[place] = None
        self.at(self.now, lambda: self.has_lost_circuit(place))

    def has_lost_circuit(self, place):
        if self.served[place]:
            self.queue.append(self.served[place])
            self.queue.sort(key=lambda request: request.number)
            self.served[place] = None
            self.engaged.remove(place)
            self.engage_one()
        if not self.routed and self.open() and not self.waits_for_repair():
            self.refuse_all()
            return
        self.ask_for_coming()
        if self.circuits[place] is None and self.needed(place) and self.routed:
            self.ask_for_circuit(place)
        self.serve_waiting()

    # ---- routes --------------------------------------------------------------------------------------------------------

    @as_seen
    def usable_routes(self):
        return [route for route in self.alternatives if self.run.network.usable(route)]

    def choices(self):
        """Routes that a circuit may take now, the preferred one first."""
        return self.usable_routes() or self.alternatives[:1]

    @as_seen
    def can_use(self, route):
        return self.run.network.usable(route)

    @as_seen
    def next_turn(self):
        """Of stated routes: smooth weighted round robin among those that can be used."""
        usable = [i for i, route in enumerate(self.alternatives) if self.run.network.usable(route)]
        if not usable:
            return self.alternatives[0]
        paid = 0.0
        for i in usable:
            self.gained[i] += self.weights[i]
            paid += self.weights[i]
        best = max(usable, key=lambda i: self.gained[i])
        self.gained[best] -= paid
        return self.alternatives[best]

    @as_seen
    def find_routes(self):
        if self.run.control.reactive:
            self.routed = True  # as far as it knows before it asks
            return
        found = self.usable_routes() if self.listed else self.run.network.routes(self.spec)
        self.routed = bool(found)
        if found and not self.listed:
            self.alternatives = found

    def places_over(self, links):
        """Circuits whose route leads over one of the links, or would."""
        preferred = self.choices()[0] if self.routed else ([], [])
        return [
            place
            for place, circuit in zip(self.places, self.circuits, strict=True)
            if (self.routed or (circuit and any(circuit.booked)))
            and not (circuit and circuit.unanswered)
            and set(links) & set(((circuit and (circuit.route or circuit.turn)) or preferred)[1])
        ]

    def concerned_by(self, links):
        """Circuits as above, and whether the next would lead over one of the links after one that is being released; None: neither."""
        places = self.places_over(links)
        others = [circuit for place, circuit in enumerate(self.circuits) if circuit and place not in places]
        follows = self.routed and any(circuit.releasing for circuit in others) and bool(set(links) & set(self.choices()[0][1]))
        return (places, follows) if places or follows else None

    def look_for_routes(self):
        """Without a request it looks for others when one is asked."""
        self.routed = bool(self.usable_routes()) or self.run.control.reactive
        if not self.routed and (self.open() or self.stays_up):
            self.find_routes()

    @as_seen
    def is_given_routes(self):
        """By a controller that was asked."""
        found = self.usable_routes() if self.listed else self.run.network.routes(self.spec)
        if found and not self.listed:
            self.alternatives = found
        return bool(found)

    def has_found(self, routes):
        """By searches of its own."""
        kept = [known for known in (self.alternatives, self.first_alternatives) if known == routes]
        self.alternatives = kept[0] if kept else routes

    def no_route(self):
        self.routed = False
        if not self.waits_for_repair():
            self.refuse_all()
        if self.run.control.local and not self.retries:
            self.retries = True
            self.at(self.now + self.run.control.retry, self.retry)

    def retry(self):
        self.retries = False
        if not self.routed and (self.open() or self.stays_up):
            self.is_routed_again()

    def links_lost(self, links, concerned, known):
        """Known everywhere, to those ends of the link that are up, or to who decides for the demand."""
        places, follows = concerned
        self.look_for_routes()
        circuits = [circuit for circuit in (self.circuits[place] for place in places) if circuit]
        told = [circuit for circuit in circuits if known != "everywhere" and circuit.complete()]
        for circuit in told:
            if known == "ends":
                circuit.release_from_ends(links[0])
            elif not circuit.releasing:
                circuit.release_from(A)
        if not self.routed and not told and not follows and not self.waits_for_repair():
            self.refuse_all()
            return
        for circuit in circuits:
            if circuit not in told:
                circuit.release_everywhere()

    def refuse_all(self):
        for request in self.open():
            self.end(request, REFUSED, NODE_DOWN if self.end_is_down() else ROUTE_LOST)
        for circuit in list(self.circuits):
            if circuit:
                circuit.release_everywhere()

    # ---- failures ------------------------------------------------------------------------------------------------------

    def ends(self):
        return [self.run.network.node[self.spec[name]] for name in ("node_a", "node_b")]

    def end_is_down(self):
        return any(node.failed for node in self.ends())

    @as_seen
    def waits_for_repair(self):
        return (
            (bool(self.run.failures.all) or self.run.control.free_slots)
            and waits(self.spec)
            and self.run.network.usable_if_repaired(self.spec, self.alternatives, self.listed)
        )

    @as_seen
    def links_back(self):
        """Whether that concerns it."""
        concerned, reactive = False, self.run.control.reactive
        if not reactive and any(self.run.network.usable(route) for route in self.first_alternatives):
            concerned = self.alternatives is not self.first_alternatives
            self.alternatives = self.first_alternatives
        if self.routed:
            return concerned
        return self.is_routed_again() or concerned

    def is_routed_again(self):
        self.look_for_routes()
        if self.routed:
            self.ask_for_coming()
            for place in self.places:
                if self.circuits[place] is None and self.needed(place):
                    self.ask_for_circuit(place)
        return self.routed

    def forget_kept_at(self, node):
        for circuit in self.circuits:
            if circuit and circuit.route and node in (circuit.nodes[0], circuit.nodes[-1]):
                circuit.kept.clear()

    def interrupt(self, links):
        for place in self.engaged:
            circuit = self.circuits[place]
            booked = circuit and any(circuit.booked) and set(links) & set(circuit.links)
            if booked and self.open() and self.interrupted is None:
                self.interrupted = self.now
                self.interruptions += 1

    def account_route(self, now=None):
        now = self.now if now is None else now
        self.route_ticks += (now - self.route_since) * self.has_route
        self.route_since = now
        up = [link for link in self.run.network.links if link.usable()]
        if self.listed:
            self.has_route = any(set(links) <= set(up) for _, links in self.first_alternatives)
        else:
            self.has_route = self.run.network.joined(*self.ends(), up)

    # ---- ends of requests ------------------------------------------------------------------------------------------------

    def end(self, request, status, reason=NO_REASON):
        request.status, request.reason, request.finished = status, reason, self.now
        if request in self.queue:
            self.queue.remove(request)
        elif request in self.served:
            place = self.served.index(request)
            self.served[place] = None
            self.coming.insert(0, place)
        self.disengage_surplus()
        self.run.record("ended", self.name, request.number, status | reason << 8)
        if self.by_programs:
            self.run.programs.request_ended(self, request, status == TIMED_OUT, status == REFUSED)
        if not self.open() and self.spec["traffic"]["kind"] != "back_to_back":
            self.interrupted = None

    def ask_again(self):
        traffic = self.spec["traffic"]
        stopped = any(request.status == REFUSED for request in self.requests)
        if traffic["kind"] == "back_to_back" and not stopped:
            if traffic["requests"] is None or len(self.requests) < traffic["requests"]:
                self.ask()

    def expire(self):
        due = [request for request in self.open() if request.deadline <= self.now]
        for request in due:
            self.end(request, TIMED_OUT)
        for _ in due:
            self.ask_again()
        if due:
            self.serve_waiting()
            self.release_surplus()

    def has_waited(self, request):
        self.run.clock.post(self.now, EXPIRIES, lambda: self.refuse_if_it_waits(request), rank=(1,))

    def refuse_if_it_waits(self, request):
        if request.status == OPEN and request.started is None:
            self.end(request, REFUSED, NOT_SERVED)
            self.release_surplus()

    # ---- pairs ---------------------------------------------------------------------------------------------------------

    def deliver(self, circuit, segment):
        if not segment.complete():
            return
        if self.spec["buffer"] and not self.served[circuit.number]:
            circuit.kept.append(segment)
        else:
            self.hand_over(circuit, segment)

    def read(self, a, b, frame):
        return states.Correlators(0, 0, 0, 0) if a.empty or b.empty else states.correlators(a, b, self.now, frame)

    def hand_over(self, circuit, segment):
        halves = list(segment.halves)
        reading = self.read(halves[A].qubit, halves[B].qubit, segment.frame)
        request = self.served[circuit.number]
        if self.by_programs and request and reading.fidelity >= request.min_fidelity:
            self.run.programs.hand_over(self, circuit, segment, reading)
        else:
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
            segment.correlators = self.read(*qubits, segment.frame)
            segment.bases = ["z" if u < self.spec["z_basis_probability"] else "x" for u in self.bases.draw()]
        half, basis = segment.halves[end], segment.bases[end]
        u, comes_out = self.outcomes.draw()
        if comes_out >= circuit.retrieved(half):
            segment.unread = True
        outcome = states.measure(half.qubit, basis, self.now, u)
        if end == A:
            outcome ^= segment.frame >> 1 if basis == "z" else segment.frame & 1
        segment.readings[end] = basis, outcome
        circuit.hand_over(half)
        if not first:
            self.count(circuit, segment, segment.correlators)
            if circuit.up:
                circuit.end(segment)

    def count(self, circuit, segment, reading):
        request = self.served[circuit.number]
        if not request:
            self.surplus += self.now > self.run.warm_up
            return
        if reading.fidelity < request.min_fidelity or segment.unread:
            self.rejected += self.now > self.run.warm_up
            return
        request.pairs += 1
        circuit.record("delivery", self.name, request.number, segment.swaps, reading.fidelity)
        row = {
            "demand": self.index, "request": request.number, "delivered": self.now, "latency": self.now - request.asked,
            "age": self.now - segment.born, "fidelity": reading.fidelity, "xx": reading.xx, "yy": reading.yy,
            "zz": reading.zz, "swaps": segment.swaps,
        }  # fmt: skip
        for name, read in zip("ab", segment.readings, strict=True):
            row[f"basis_{name}"], row[f"outcome_{name}"] = ("zx".index(read[0]), read[1]) if read else (-1, -1)
        self.run.pairs.append(row)
        if self.interrupted is not None and segment.born >= self.interrupted:
            self.recoveries.append(self.now - self.interrupted)
            self.interrupted = None
        if request.pairs_asked and request.pairs == request.pairs_asked:
            self.end(request, DONE)
            self.ask_again()
            self.serve_waiting()
            if not self.needed(circuit.number):
                circuit.release_from(B if segment.known[B] > segment.known[A] else A)
            self.withdraw_surplus()
