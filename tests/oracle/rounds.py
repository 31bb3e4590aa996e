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
            gaps = self.stream(f"demand:{demand['name']}/arrivals")
            self.demands.append(Demand(index, demand, ends, self.network.routes(demand), demand["width"], gaps))
        for node in self.network.nodes:
            node.stream = self.stream(f"node:{node.name}/swap")
            node.luck = self.stream(f"node:{node.name}/rounds/fusion")
        for link in self.network.links:
            link.luck = self.stream(f"link:{link.name}/rounds/attempts")
            link.heralds = self.stream(f"link:{link.name}/rounds/herald")
        self.held = dict.fromkeys(self.network.nodes, 0)
        self.pairs, self.chains, self.messages = [], [], 0
        self.waiting_ends = []  # with GHZ fusion: whether they know, and (node, tick) of what ends hold
        self.exchange, self.exchange_messages = self.news()

    def ticks(self, seconds):
        return ticks(seconds, self.second)

    def stream(self, name):
        return Stream(self.scenario["seed"], name, self.replica)

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
        self.end(request, 3, reason)

    def end(self, request, status, reason=0):
        request.status, request.reason, request.finished = status, reason, self.clock.now

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
            self.end(request, 2)
        for _ in late:
            self.ask_again(demand)

    def deliver(self, demand, row):
        if not demand.open or demand.open[0].started is None:
            demand.surplus += 1
        elif row["fidelity"] < demand.spec["min_fidelity"] - 1e-9:
            demand.rejected += 1
        else:
            request = demand.open[0]
            request.pairs += 1
            self.pairs.append(row | {"request": request.number})
            if request.pairs == request.wanted:
                demand.open.pop(0)
                self.end(request, 1)
                self.ask_again(demand)

    # ---- a round ----

    def begin(self, number):
        now = self.clock.now
        if now + self.period > self.horizon:
            return
        after = lambda: self.clock.post(now + self.period, ATTEMPTS, lambda: self.begin(number + 1))  # noqa: E731
        wishes = sorted((demand for demand in self.demands if demand.open), key=lambda demand: demand.open[0].asked)
        for demand in wishes:
            for request in demand.open:
                request.started = now if request.started is None else request.started
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
        self.began = {}
        for link in self.network.links:
            for lane in range(board.taken[link]):
                self.attempt(link, lane, number, attempts[link], board)
        self.clock.post(
            now + self.attempting + self.exchange, DECISIONS, lambda: (self.connect(board, router, number), after())
        )

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
                self.began[link, lane] = self.clock.now + cycle * link.model.period
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

    def begin_chain(self, chain, number):
        now, last = self.clock.now, len(chain.links)
        hops = list(zip(chain.links, chain.lanes, strict=True))
        chain.began = [None if lane is None else self.began[link, lane] for link, lane in hops]
        chain.delays = self.network.delays(chain.nodes, chain.links)
        chain.known, chain.failed, chain.swaps, chain.frame = now, False, 0, 0
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
            else:
                node.slot_ticks += sum(now - side for side in sides if side is not None)
        chain.waiting = []
        self.chains.append(chain)
        for node, began in ((chain.nodes[0], chain.began[0]), (chain.nodes[-1], chain.began[-1])):
            if began is None:
                continue
            if node in chain.demand.ends:
                self.held[node] += 1
                chain.waiting.append((node, began))
            else:
                node.slot_ticks += now - began
        if not chain.pending:
            self.clock.post(now, ARRIVALS, lambda: self.all_known(chain))

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
        chain.swaps += 1
        if chain.whole and not chain.failed:
            chain.frame ^= states.bell_measure(chain.qubits[k - 1][1], chain.qubits[k][0], now, u1)
        node.slot_ticks += 2 * now - chain.began[k - 1] - chain.began[k]
        self.messages += 2
        chain.known = max(chain.known, now + max(chain.delays[k][0], chain.delays[k][-1]))
        chain.pending -= 1
        if not chain.pending:
            self.clock.post(chain.known, ARRIVALS, lambda: self.all_known(chain))

    def all_known(self, chain):
        now = self.clock.now
        for node, began in chain.waiting:
            self.held[node] -= 1
            node.slot_ticks += now - began
        chain.waiting = []
        if not chain.whole or chain.failed:
            return
        found = states.correlators(chain.qubits[0][0], chain.qubits[-1][1], now, chain.frame)
        row = {name: getattr(found, name) for name in ("fidelity", "xx", "yy", "zz")}
        row |= {"demand": chain.demand.index, "delivered": now, "age": now - chain.born, "swaps": chain.swaps}
        self.deliver(chain.demand, row)

    def run(self):
        for demand in self.demands:
            self.next_arrival(demand)
        self.clock.post(0, ATTEMPTS, lambda: self.begin(0))
        self.clock.run_until(self.horizon)
        for chain in self.chains:
            for node, began in chain.waiting:
                node.slot_ticks += self.horizon - began
        for told, ends in self.waiting_ends:
            for node, began in ends if not told else []:
                node.slot_ticks += self.horizon - began
        return self


def run(scenario, replica=0):
    return Rounds(complete(scenario), replica).run()
