"""A run in rounds: attempts stepped one by one, density matrices for what is joined, every message a tick."""

from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import inf, log1p

from . import fusion, states
from .clock import ARRIVALS, ATTEMPTS, DECISIONS, EXPIRIES, SWAPS, Clock, ticks
from .hardware import herald_row
from .network import Network
from .philox import Stream
from .routers import ROUTERS, Board
from .run import TICKS_PER_S
from .scenario import complete
from .states import Device

NOT_MEASURED = dict.fromkeys(("basis_a", "basis_b", "outcome_a", "outcome_b"), -1)


@dataclass(eq=False)
class Request:
    number: int
    asked: int
    wanted: int | None  # pairs; None without end
    pairs: int = 0
    started: int | None = None
    finished: int | None = None
    status: int = 0
    reason: int = 0


@dataclass(eq=False)
class Demand:
    index: int
    spec: dict
    ends: tuple
    routes: list
    width: int
    gaps: Stream
    bases: Stream
    outcomes: Stream
    gaps_s: float = 0.0
    made: int = 0
    stopped: bool = False
    requests: list = field(default_factory=list)
    open: list = field(default_factory=list)
    rejected: int = 0
    surplus: int = 0


class Rounds:
    def __init__(self, scenario, replica):
        self.scenario, self.replica = scenario, replica
        self.second = TICKS_PER_S[scenario["tick"]]
        self.clock = Clock()
        self.network = Network(scenario, self.clock, self.second)
        self.horizon = self.ticks(scenario["duration_s"])
        spec = scenario["rounds"]
        self.router, self.channels = dict(spec["router"]), spec["channels"]
        self.period, self.attempting = self.ticks(spec["round_s"]), self.ticks(spec["attempt_s"])
        twirled = scenario["approximate"] == "pauli_twirl"
        self.devices = {name: Device(memory, self.second, twirled) for name, memory in scenario["memories"].items()}
        self.demands = []
        for index, demand in enumerate(scenario["demands"]):
            ends = self.network.node[demand["node_a"]], self.network.node[demand["node_b"]]
            streams = [self.stream(f"demand:{demand['name']}/{of}") for of in ("arrivals", "bases", "outcomes")]
            self.demands.append(Demand(index, demand, ends, self.network.routes(demand), demand["width"], *streams))
        for node in self.network.nodes:
            node.stream = self.stream(f"node:{node.name}/swap")
            node.luck = self.stream(f"node:{node.name}/rounds/fusion")
        for link in self.network.links:
            link.luck = self.stream(f"link:{link.name}/rounds/attempts")
            link.heralds = self.stream(f"link:{link.name}/rounds/herald")
        self.held = dict.fromkeys(self.network.nodes, 0)
        self.changes = []  # since the last round began: (link, generation)
        self.up = dict.fromkeys(self.network.links, True)
        self.pairs, self.chains, self.messages = [], [], 0
        self.trace = []  # (tick, phase, kind, entity, a, b, left, right, pair, to, until, x); a pair is the lanes that made it
        self.waiting_ends = []  # with GHZ fusion: whether they know, and (node, tick) of what ends hold
        self.exchange, self.exchange_messages = self.news()

    def ticks(self, seconds):
        return ticks(seconds, self.second)

    def stream(self, name):
        return Stream(self.scenario["seed"], name, self.replica)

    def record(self, kind, entity, a, b=0, x=0.0, *, left=None, right=None, pair=None, to=None, until=None, made=None):
        """`made`: the tick of what is known beforehand, in the attempts phase."""
        at = (self.clock.now, self.clock.phase) if made is None else (made, ATTEMPTS)
        self.trace.append((*at, kind, entity, a, b, left, right, pair, to and to.name, until, x))

    def news(self):
        """How long until all news of links is where it goes, and how many messages that is."""
        kind = self.router["kind"]
        most = self.router.get("link_state_hops", inf if kind == "multipath_global" else 0)
        latest = messages = 0
        if self.network.ideal or most == 0:
            return 0, 0
        for source in self.network.nodes:
            best, heap = {}, [(0, 0, source.index)]
            while heap:
                delay, hops, index = heappop(heap)
                node = self.network.nodes[index]
                best[node] = min(delay, best.get(node, inf))
                for link in self.network.links if hops < most else []:
                    if node in link.ends:
                        there = link.ends[0] if link.ends[1] is node else link.ends[1]
                        later = delay + link.delay + (0 if node is source else node.processing)
                        if (most < inf or later < best.get(there, inf)) and hops + 1 < len(self.network.nodes):
                            heappush(heap, (later, hops + 1, there.index))
            latest = max(latest, *best.values())
            messages += len(best) - 1
        return latest, messages

    def fusion_time(self, node, most):
        """Of a node's measurements: a two-qubit gate for each pair of the largest but the first, then one qubit turned and all read."""
        degree = sum(node in link.ends for link in self.network.links)
        gates = max(min(most, degree * self.channels) - 1, 1)
        memory = node.memory
        return self.ticks(memory["single_qubit_gate_s"] + gates * memory["two_qubit_gate_s"] + memory["measurement_s"])

    # ---- requests ----

    def next_arrival(self, demand):
        traffic, k = demand.spec["traffic"], demand.made
        demand.made += 1
        at = None
        if traffic["kind"] == "poisson":
            demand.gaps_s += -log1p(-demand.gaps.draw()[0]) / traffic["rate_hz"]
            at = self.ticks(demand.gaps_s + traffic["at_s"])
        elif traffic["kind"] == "table":
            times = sorted(self.ticks(at_s) for at_s in traffic["at_s"])
            at = times[k] if k < len(times) else None
        elif k == 0:
            at = self.ticks(traffic["at_s"])
        if at is not None and at <= self.horizon:
            self.clock.post(at, ARRIVALS, lambda: self.arrive(demand))

    def arrive(self, demand):
        traffic = demand.spec["traffic"]
        for _ in range(traffic["requests"] if traffic["kind"] == "one_off" else 1):
            self.ask(demand)
        if traffic["kind"] in ("poisson", "table"):
            self.next_arrival(demand)

    def ask(self, demand):
        spec = demand.spec
        endless = spec["traffic"]["kind"] == "continuous"
        request = Request(len(demand.requests), self.clock.now, None if endless else spec["pairs_per_request"])
        demand.requests.append(request)
        self.record("request_asked", demand.spec["name"], request.number, len(demand.open))
        if spec["max_queue"] and len(demand.open) >= spec["max_queue"]:
            self.refuse(demand, request, 3)
            return
        if self.scenario["max_open_requests"] and sum(len(d.open) for d in self.demands) >= self.scenario["max_open_requests"]:
            self.refuse(demand, request, 6)
            return
        demand.open.append(request)
        if spec["deadline_s"] is not None:
            self.clock.post(self.clock.now + self.ticks(spec["deadline_s"]), EXPIRIES, lambda: self.overdue(demand))

    def refuse(self, demand, request, reason):
        demand.stopped = True
        self.end(demand, request, 3, reason)

    def end(self, demand, request, status, reason=0):
        request.status, request.reason, request.finished = status, reason, self.clock.now
        self.record("request_ended", demand.spec["name"], request.number, status | reason << 8)

    def ask_again(self, demand):
        traffic = demand.spec["traffic"]
        if traffic["kind"] == "back_to_back" and not demand.stopped:
            if traffic["requests"] is None or len(demand.requests) < traffic["requests"]:
                self.ask(demand)

    def overdue(self, demand):
        deadline = self.ticks(demand.spec["deadline_s"])
        late = [request for request in demand.open if request.asked + deadline <= self.clock.now]
        for request in late:
            demand.open.remove(request)
            self.end(demand, request, 2)
        for _ in late:
            self.ask_again(demand)

    def deliver(self, demand, row, pair):
        name = demand.spec["name"]
        request = demand.open[0] if demand.open else None
        if not request or request.started is None:
            demand.surplus += 1
            self.record("pair_surplus", name, 0, pair=pair)
        elif row["fidelity"] < demand.spec["min_fidelity"] - 1e-9:
            demand.rejected += 1
            self.record("pair_rejected", name, request.number, x=row["fidelity"], pair=pair)
        else:
            request.pairs += 1
            self.record("delivery", name, request.number, row["swaps"], row["fidelity"], pair=pair)
            self.pairs.append(NOT_MEASURED | row | {"request": request.number})
            if request.pairs == request.wanted:
                demand.open.pop(0)
                self.end(demand, request, 1)
                self.ask_again(demand)

    # ---- a round ----

    def begin(self, number):
        now = self.clock.now
        if now + self.period > self.horizon:
            return
        self.take_changes()
        after = lambda: self.clock.post(now + self.period, ATTEMPTS, lambda: self.begin(number + 1))  # noqa: E731
        wishes = sorted((demand for demand in self.demands if demand.open), key=lambda demand: demand.open[0].asked)
        for demand in wishes:
            for request in demand.open:
                if request.started is None:
                    request.started = now
                    self.record("request_started", demand.spec["name"], request.number)
        if not wishes:
            after()
            return
        attempts = {
            link: (self.attempting - max(link.model.period, *link.model.herald)) // link.model.period + 1
            for link in self.network.links
        }
        board = Board(self.network, self.channels, attempts, self.held)
        words = {name: value for name, value in self.router.items() if name != "kind"}
        kinds = ROUTERS | {"ghz_fusion": fusion.GhzFusion}
        router = kinds[self.router["kind"]](board, number, wishes, **words)
        router.assign()
        self.give_lanes(board, router, number)
        self.began = {}
        for link in self.network.links:
            for lane in range(board.taken[link]):
                self.attempt(link, lane, number, attempts[link], board)
        self.clock.post(
            now + self.attempting + self.exchange,
            DECISIONS,
            lambda: (self.connect(board, router, number), self.clock.post(now + self.period, SWAPS, after)),
        )

    def give_lanes(self, board, router, number):
        """Those that belong to no path, nor detour of one, are nobody's."""
        for demand in router.wishes:
            self.record("round_begun", demand.spec["name"], None, number)
        self.owner, left = {}, dict(board.taken)
        for path in [path for main in router.paths for path in [main, *(detour for _, _, detour in main.detours)]]:
            for link, lanes in zip(path.links, path.lanes, strict=True):
                self.owner |= {(link, lane): path.demand.index for lane in lanes}
                left[link] -= len(lanes)
                self.lanes_given(link, path.demand.index, len(lanes))
        for link, lanes in left.items():
            if lanes:
                self.lanes_given(link, None, lanes)

    def lanes_given(self, link, owner, lanes):
        self.record("lanes_given", link.name, owner, lanes, until=self.clock.now + self.attempting)

    def of_lane(self, link, lane):
        return ((link.name, lane, self.began[link, lane]),)

    def change(self, link, generation):
        self.changes.append((link, generation))
        self.count_up_time(link)
        self.up[link] = generation is not None
        self.record("link_changed", link.name, 0, int(self.up[link]))

    def count_up_time(self, link):
        link.up_ticks += self.clock.now - link.changed_at if self.up[link] else 0
        link.changed_at = self.clock.now

    def take_changes(self):
        for link, generation in self.changes:
            link.open = generation is not None
            if link.open:
                link.own_model = self.network.model_of(link, generation)
            self.network.settle_model(link)
        if self.changes:
            for demand in self.demands:
                demand.routes = self.network.routes(demand.spec)
        self.changes = []

    def attempt(self, link, lane, number, most, board):
        link.luck.ordinal = number * self.channels + lane
        threshold = -log1p(-link.luck.draw()[0])
        for cycle in range(most):
            link.attempts += 1
            link.lane_ticks += link.model.period
            if (cycle + 1) * link.model.rate > threshold:
                link.successes += 1
                self.messages += 2
                board.up.add((link, lane))
                self.began[link, lane] = began = self.clock.now + cycle * link.model.period
                owner, pair = self.owner.get((link, lane)), self.of_lane(link, lane)
                self.record("link_success", link.name, owner, lane, pair=pair, made=began)
                for node, herald in zip(link.ends, link.model.herald, strict=True):
                    self.record("herald", node.name, owner, pair=pair, until=began + herald, made=began)
                return

    def connect(self, board, router, number):
        self.messages += self.exchange_messages
        if isinstance(router, fusion.GhzFusion):
            fusion.connect(self, router, number)
            return
        now = self.clock.now
        for chain in list(router.connect()):
            self.begin_chain(chain, number)
        for link, lane in board.up:
            for node in link.ends:
                node.slot_ticks += now - self.began[link, lane]
                self.drop(node, self.owner.get((link, lane)), 0, self.of_lane(link, lane))

    def drop(self, node, owner, why, pair):
        self.record("qubit_dropped", node.name, owner, why, pair=pair)

    def begin_chain(self, chain, number):
        now, last = self.clock.now, len(chain.links)
        hops = list(zip(chain.links, chain.lanes, strict=True))
        chain.began = [None if lane is None else self.began[link, lane] for link, lane in hops]
        chain.parts = [None if lane is None else self.of_lane(link, lane) for link, lane in hops]
        kind, ends = "chain_joined" if chain.whole else "chain_broken", {"left": chain.parts[0], "right": chain.parts[-1]}
        self.record(kind, chain.demand.spec["name"], None, last, **ends)
        owner = chain.demand.index
        chain.delays = self.network.delays(chain.nodes, chain.links)
        chain.known, chain.failed, chain.swaps, chain.frame = [now, now], False, 0, 0
        chain.row = None  # once one end has measured
        if chain.whole:
            chain.qubits, chain.born = [], inf
            for k, (link, lane) in enumerate(hops):
                self.make_pair(chain, k, link, lane, number)
        chain.pending = 0
        for k in range(1, last):
            node, sides = chain.nodes[k], chain.began[k - 1 : k + 1]
            if None not in sides:
                chain.pending += 1
                self.clock.post(now + node.swap_time, SWAPS, lambda k=k: self.swap(chain, k))
                left, right = chain.parts[k - 1 : k + 1]
                self.record("swap_started", node.name, owner, left=left, right=right, until=now + node.swap_time)
                continue
            for side, part in zip(sides, chain.parts[k - 1 : k + 1], strict=True):
                if side is not None:
                    node.slot_ticks += now - side
                    self.drop(node, owner, 1, part)
        chain.waiting = []
        self.chains.append(chain)
        for node, began, at in ((chain.nodes[0], chain.began[0], 0), (chain.nodes[-1], chain.began[-1], -1)):
            if began is None:
                continue
            if node in chain.demand.ends:
                self.held[node] += 1
                chain.waiting.append((node, began, at))
            else:
                node.slot_ticks += now - began
                self.drop(node, owner, 1, chain.parts[at])
        if not chain.pending:
            self.await_news(chain)

    def make_pair(self, chain, k, link, lane, number):
        link.heralds.ordinal = number * self.channels + lane
        model = link.model
        _, frame, rho = model.rows[herald_row(model.rows, link.heralds.draw()[0])]
        emitted = [chain.began[k] + tick for tick in model.emission]
        devices = [self.devices[node.memory["name"]] for node in link.ends]
        pair = states.create_pair(rho, devices[0], emitted[0], devices[1], emitted[1])
        chain.qubits.append(pair if link.ends[0] is chain.nodes[k] else pair[::-1])
        chain.born = min(chain.born, *emitted)
        chain.frame ^= frame

    def swap(self, chain, k):
        now, node = self.clock.now, chain.nodes[k]
        u0, u1 = node.stream.draw()
        succeeds = u0 < node.swap_success
        node.swaps += 1
        node.failed_swaps += not succeeds
        chain.failed |= not succeeds
        outcome = 254 if succeeds else 255
        chain.swaps += 1
        if chain.whole and not chain.failed:
            outcome = states.bell_measure(chain.qubits[k - 1][1], chain.qubits[k][0], now, u1)
            chain.frame ^= outcome
        sides = {"left": chain.parts[k - 1], "right": chain.parts[k]}
        joined = tuple(sorted({*sides["left"], *sides["right"]})) if succeeds else None
        if joined:
            chain.parts = [joined if part in sides.values() else part for part in chain.parts]
        self.record("swap", node.name, chain.demand.index, outcome, pair=joined, **sides)
        for end in (0, -1):
            until = now + chain.delays[k][end]
            self.record("message", node.name, chain.demand.index, pair=joined, to=chain.nodes[end], until=until)
        node.slot_ticks += 2 * now - chain.began[k - 1] - chain.began[k]
        self.messages += 2
        chain.known = [max(known, now + chain.delays[k][end]) for known, end in zip(chain.known, (0, -1), strict=True)]
        chain.pending -= 1
        if not chain.pending:
            self.await_news(chain)

    def await_news(self, chain):
        if chain.demand.spec["use"] == "keep":
            self.clock.post(max(chain.known), ARRIVALS, lambda: self.all_known(chain))
            return
        for known, end in zip(chain.known, (0, -1), strict=True):
            self.clock.post(known, ARRIVALS, lambda end=end: self.measure_end(chain, end))

    def set_free(self, chain, ends):
        for node, began, at in chain.waiting:
            if at in ends:
                self.held[node] -= 1
                node.slot_ticks += self.clock.now - began
                if not chain.whole or chain.failed:
                    self.drop(node, chain.demand.index, 2, chain.parts[at])
        chain.waiting = [one for one in chain.waiting if one[2] not in ends]

    def measure_end(self, chain, end):
        self.set_free(chain, (end,))
        if not chain.whole or chain.failed:
            return
        demand, first = chain.demand, chain.row is None
        if first:
            chain.row = self.row_of(chain) | self.draw_bases(demand)
        name, qubit = ("a", chain.qubits[0][0]) if end == 0 else ("b", chain.qubits[-1][1])
        basis = chain.row["basis_" + name]
        bit = self.read(demand, chain.nodes[end], qubit, basis, chain.parts[end])
        fix = (chain.frame >> 1, chain.frame & 1)[basis] if end == 0 else 0
        chain.row["outcome_" + name] = bit ^ fix
        chain.row |= {"delivered": self.clock.now, "age": self.clock.now - chain.born}
        if not first:
            self.deliver(demand, chain.row, chain.parts[0])

    @staticmethod
    def draw_bases(demand):
        return {
            f"basis_{end}": int(u >= demand.spec["z_basis_probability"])
            for end, u in zip("ab", demand.bases.draw(), strict=True)
        }

    def read(self, demand, node, qubit, basis, pair):
        self.record("qubit_measured", node.name, demand.index, basis, pair=pair)
        return states.measure(qubit, "zx"[basis], self.clock.now, demand.outcomes.draw()[0])

    def all_known(self, chain):
        self.set_free(chain, (0, -1))
        if chain.whole and not chain.failed:
            self.deliver(chain.demand, self.row_of(chain), chain.parts[0])

    def row_of(self, chain):
        now = self.clock.now
        found = states.correlators(chain.qubits[0][0], chain.qubits[-1][1], now, chain.frame)
        row = {name: getattr(found, name) for name in ("fidelity", "xx", "yy", "zz")}
        return row | {"demand": chain.demand.index, "delivered": now, "age": now - chain.born, "swaps": chain.swaps}

    def run(self):
        for demand in self.demands:
            self.next_arrival(demand)
        for spec in self.scenario["changes"]:
            link, generation = self.network.link[spec["link"]], spec["generation"]
            self.clock.post(
                self.ticks(spec["at_s"]), ARRIVALS, lambda link=link, generation=generation: self.change(link, generation)
            )
        self.clock.post(0, ATTEMPTS, lambda: self.begin(0))
        self.clock.run_until(self.horizon)
        self.clock.now = self.horizon
        for link in self.network.links:
            self.count_up_time(link)
        for chain in self.chains:
            for node, began, _ in chain.waiting:
                node.slot_ticks += self.horizon - began
        for told, ends in self.waiting_ends:
            for node, began in ends if not told else []:
                node.slot_ticks += self.horizon - began
        return self


def run(scenario, replica=0):
    return Rounds(complete(scenario), replica).run()
