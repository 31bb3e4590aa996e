"""The map: who is linked to whom, classical delays, routes, and the two ways of booking memory slots."""

from dataclasses import replace
from functools import cached_property
from itertools import product
from math import inf, log

import numpy as np

from . import states
from .clock import ARRIVALS, ATTEMPTS, DECISIONS, SWAPS, ticks
from .fair_shares import FairShares
from .hardware import gate_time, link_model, parity_time, slotted


class Node:
    def __init__(self, index, spec, memory, ticks_per_s, is_slotted):
        self.index, self.name, self.memory = index, spec["name"], memory
        self.parallel_links = spec["parallel_links"]
        self.swap_success = spec["swap_success_probability"]
        self.swap_time = 0 if is_slotted else gate_time(memory, ticks_per_s)
        self.parity_time = 0 if is_slotted else parity_time(memory, ticks_per_s)
        fixed_s = memory["retrieval"] and memory["retrieval"]["fixed_delay_s"]
        self.fixed_delay = None if fixed_s is None else ticks(fixed_s, ticks_per_s)
        self.processing = ticks(spec["processing_delay_s"], ticks_per_s)
        self.free_slots = memory["slots"]
        self.stored = []  # qubits, and some that are gone
        self.line, self.holders = [], []  # with reservation hop by hop: circuits, first come first
        self.failed, self.up_ticks, self.changed_at = 0, 0, 0  # failures that hold it down
        self.swaps = self.failed_swaps = self.stale_swaps = self.lost_qubits = self.cut_offs = self.slot_ticks = 0


class Link:
    def __init__(self, index, spec, nodes, ticks_per_s):
        self.index, self.name, self.spec = index, spec["name"], spec
        self.ends = nodes
        self.length_m = spec["fiber"]["length_m"]
        self.delay = ticks(self.length_m / spec["fiber"]["speed_m_per_s"], ticks_per_s)
        self.open, self.model, self.own_model = True, None, None
        self.failed, self.noticed, self.epoch = 0, False, 0  # failures that hold it down; known to be down
        self.attempts = self.successes = self.lane_ticks = 0
        self.up_ticks, self.changed_at = 0, 0

    @property
    def up(self):
        return self.open and not self.failed

    def usable(self):
        return self.up and self.own_model.success > 0


class Network:
    def __init__(self, scenario, clock, ticks_per_s):
        self.scenario, self.clock, self.ticks_per_s = scenario, clock, ticks_per_s
        self.slot = ticks(scenario["slot_s"], ticks_per_s) if scenario["timing"] == "slotted" else None
        self.ideal = scenario["control"] == "ideal"
        self.as_if_repaired = False
        self.eyes = None  # what somebody has been told of links; None: everybody knows all
        self.devices = {}  # by memory: what the run makes of them
        self.nodes = [
            Node(index, spec, scenario["memories"][spec["memory"]], ticks_per_s, self.slot is not None)
            for index, spec in enumerate(scenario["nodes"])
        ]
        self.node = {node.name: node for node in self.nodes}
        self.links = [
            Link(index, spec, (self.node[spec["node_a"]], self.node[spec["node_b"]]), ticks_per_s)
            for index, spec in enumerate(scenario["links"])
        ]
        self.link = {link.name: link for link in self.links}
        for link in self.links:
            self.set_generation(link, link.spec["generation"])
        self.at_the_start = {link: self.state(link) for link in self.links}

    def model_of(self, link, generation, worn=(1.0, 1.0)):
        memories = [node.memory for node in link.ends]
        bell_diagonal = self.scenario["state"] == "bell_diagonal"
        model = link_model(
            generation,
            link.spec,
            memories,
            self.scenario["stations"],
            self.scenario["interfaces"],
            self.ticks_per_s,
            bell_diagonal,
            worn,
        )
        return slotted(model, self.slot, self.scenario["slot_s"]) if self.slot else model

    def set_generation(self, link, generation, worn=(1.0, 1.0)):
        """None takes the link down."""
        self.settle_up_time(link)
        link.open = generation is not None
        if link.open:
            link.own_model = self.model_of(link, generation, worn)
        self.settle_model(link)

    def settle_up_time(self, link):
        if link.up:
            link.up_ticks += self.clock.now - link.changed_at
        link.changed_at = self.clock.now

    def settle_model(self, link):
        """A regime of its own each time."""
        link.model = replace(link.own_model) if link.up else replace(link.own_model, success=0.0)

    # ---- routes --------------------------------------------------------------------------------------------------------

    def state(self, link):
        """As its ends know it."""
        return link.open, link.own_model, link.noticed

    def told_of(self, link):
        """What there is to tell of it."""
        self.as_if_repaired = True
        cost = self.cost(link)
        self.as_if_repaired = False
        return cost, link.noticed

    def cost(self, link):
        """None: the link cannot be used."""
        up, model, noticed = self.state(link) if self.eyes is None else self.eyes.get(link, self.at_the_start[link])
        if not up or model.success == 0 or (noticed and not self.as_if_repaired):
            return None
        metric = self.scenario["routing"]["kind"]
        if metric == "hops":
            return 1.0
        if metric == "length":
            return link.length_m
        seconds = model.period_s / model.success
        if metric == "widest" and (spec := link.spec["distillation"]):
            return seconds * (len(spec["rounds"]) + 1 if spec["scheme"] == "pumping" else 2 ** len(spec["rounds"]))
        return loss(self.link_fidelity(link, model)) if metric == "fidelity" else seconds

    def link_fidelity(self, link, model):
        """Of a mean pair; of the best one that it distils."""
        rows = model.rows
        if not link.spec["distillation"]:
            return sum(p * fidelity((rho, frame)) for p, frame, rho in rows) / sum(p for p, *_ in rows)
        ends = [self.devices[node.memory["name"]] for node in link.ends]
        return fidelity(distilled(best_of([(rho, frame) for _, frame, rho in rows]), link.spec["distillation"], ends))

    def links_between(self, x, y):
        """Usable links between two nodes, the preferred one first."""
        usable = [link for link in self.links if set(link.ends) == {x, y} and self.cost(link) is not None]
        return sorted(usable, key=lambda link: (self.cost(link), link.index))

    def simple_paths(self, start, goal, visited):
        if start is goal:
            yield [goal]
            return
        for node in self.nodes:
            if node not in visited and self.links_between(start, node):
                for rest in self.simple_paths(node, goal, visited | {node}):
                    yield [start, *rest]

    def routes(self, demand, every=False):
        """The demand's alternatives now, as (nodes, links), the best first. All paths are tried."""
        stated = [demand["route"]] if demand["route"] else [route["nodes"] for route in demand["routes"]]
        if stated:
            paths = [[self.node[name] for name in nodes] for nodes in stated]
        else:
            a, b = self.node[demand["node_a"]], self.node[demand["node_b"]]
            paths = self.simple_paths(a, b, {a})
        found = []
        for nodes in paths:
            choices = [self.links_between(x, y) for x, y in zip(nodes, nodes[1:], strict=False)]
            if not all(choices):
                continue
            links = [usable[0] for usable in choices]
            cost = 0.0
            for link in reversed(links):
                cost += self.cost(link)
            if self.scenario["routing"]["kind"] == "fidelity":
                cost += sum(loss(self.swap_fidelity(node)) for node in nodes[1:-1])
            kind, width = self.scenario["routing"]["kind"], 0.0
            if kind == "widest":
                width = max(self.cost(link) for link in links)
            if kind == "entanglement_rate":
                width = self.seconds_per_entanglement(nodes, links)
            found.append((width, cost, len(links), [node.index for node in nodes], (nodes, links)))
        if stated:
            return [route for *_, route in found]
        found.sort(key=lambda path: path[:4])
        if every:
            return [route for *_, route in found]
        by_position = demand["swapping"]["kind"] in ("tree", "table")
        return [route for *_, route in found[: 1 if by_position else self.scenario["routing"]["alternatives"]]]

    def seconds_per_entanglement(self, nodes, links):
        if len(links) == 1:
            return self.cost(links[0])
        middle = len(links) // 2
        node, halves = nodes[middle], ((nodes[: middle + 1], links[:middle]), (nodes[middle:], links[middle:]))
        message = 0 if self.ideal else max(sum(link.delay for link in half) for _, half in halves)
        seconds = max(self.seconds_per_entanglement(*half) for half in halves)
        return (seconds + (node.swap_time + message) / self.ticks_per_s) / node.swap_success

    def fewest_pairs(self, demand):
        """The route, and the rounds of DEJMPS by which its links are pumped: all routes and all decisions are tried."""
        wanted = loss(demand["min_fidelity"])
        found = []
        for nodes, links in self.routes(demand, every=True):
            swaps = sum(loss(self.swap_fidelity(node)) for node in nodes[1:-1])
            for rounds in product(range(4), repeat=len(links)):
                lost = swaps + sum(loss(self.pumped_fidelity(link, r)) for link, r in zip(links, rounds, strict=True))
                if lost <= wanted:
                    found.append((len(links) + sum(rounds), lost, (nodes, links), rounds))
        *_, route, rounds = min(found, key=lambda decision: decision[:2])
        return route, [pumping(r) for r in rounds]

    def pumped_fidelity(self, link, rounds):
        if rounds == 0:
            return self.link_fidelity(link, link.own_model)
        ends = [self.devices[node.memory["name"]] for node in link.ends]
        return fidelity(distilled(best_of([(rho, frame) for _, frame, rho in link.model.rows]), pumping(rounds), ends))

    def swap_fidelity(self, node):
        """Of what is left of two perfect pairs."""
        here = self.devices[node.memory["name"]]
        return fidelity(swapped((PERFECT, 0), (PERFECT, 0), here, here, here))

    def usable_if_repaired(self, demand, routes, listed):
        self.as_if_repaired = True
        found = any(self.usable(route) for route in routes) or (not listed and bool(self.routes(demand)))
        self.as_if_repaired = False
        return found

    def joined(self, a, b, links):
        """Whether these links lead from a to b."""
        reached = {a}
        while new := {node for link in links for node in link.ends if set(link.ends) & reached} - reached:
            reached |= new
        return b in reached

    def usable(self, route):
        return all(self.cost(link) is not None for link in route[1])

    def reachable_fidelity(self, route, distillation, devices):
        """With the best herald outcome of every link, then the best of every swap and round; only gates and read-out spoil the pair."""
        nodes, links = route
        devices = [devices[node.memory["name"]] for node in nodes]
        pair = None
        for hop, link in enumerate(links):
            ends = devices[hop : hop + 2]
            rows = [(rho if link.ends[0] is nodes[hop] else states.turned(rho), frame) for _, frame, rho in link.model.rows]
            fresh = distilled(best_of(rows), link.spec["distillation"], ends)
            pair = swapped(pair, fresh, devices[0], *ends) if hop else fresh
        return fidelity(distilled(pair, distillation, [devices[0], devices[-1]]))

    def delays(self, nodes, links):
        """d[i][j] along a route: fibres plus the processing at nodes strictly between."""
        size = len(nodes)
        d = [[0] * size for _ in nodes]
        if not self.ideal:
            for i in range(size):
                for j in range(i + 1, size):
                    between = sum(node.processing for node in nodes[i + 1 : j])
                    d[i][j] = d[j][i] = sum(link.delay for link in links[i:j]) + between
        return d

    @cached_property
    def least_delays(self):
        """Of messages between any two nodes, by way of ever more of the others."""
        delay = {(x, y): 0 if x is y else inf for x in self.nodes for y in self.nodes}
        for link in self.links:
            for x, y in (link.ends, link.ends[::-1]):
                delay[x, y] = min(delay[x, y], link.delay)
        for via in self.nodes:
            for x in self.nodes:
                for y in self.nodes:
                    if via not in (x, y):
                        delay[x, y] = min(delay[x, y], delay[x, via] + via.processing + delay[via, y])
        return delay


# ---- the best that can happen to pairs (rho, frame), the qubit nearer to A first -----------------------------------------

PERFECT = np.array([[1, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 1]], dtype=complex) / 2
WHITE = np.eye(4, dtype=complex) / 4, 0


def fidelity(pair):
    rho, frame = pair
    return states.correlators(*states.create_pair(rho, None, 0, None, 0), 0, frame).fidelity


def pumping(rounds):
    return {"rounds": ["dejmps"] * rounds, "scheme": "pumping"} if rounds else None


def loss(fidelity_of_it):
    return -log((4 * fidelity_of_it - 1) / 3)


def best_of(pairs):
    return max(pairs, key=fidelity)


def swapped(left, right, at_a, here, at_b):
    best = WHITE
    for wanted in range(4):
        a, b = states.create_pair(left[0], at_a, 0, here, 0)
        c, _ = states.create_pair(right[0], here, 0, at_b, 0)
        outcome = states.bell_measure(b, c, 0, states.outcome(wanted))
        best = best_of([best, (a.cluster.rho, left[1] ^ right[1] ^ outcome)])
    return best


def distilled(fresh, spec, ends):
    kept = fresh
    for protocol in spec["rounds"] if spec else []:
        used = fresh if spec["scheme"] == "pumping" else kept
        best = WHITE
        for wanted in range(4):
            pairs = [states.create_pair(rho, ends[0], 0, ends[1], 0) for rho, _ in (kept, used)]
            _, keep, frame = states.distil(protocol, *pairs, kept[1], used[1], 0, states.outcome(wanted))
            if keep:
                best = best_of([best, (pairs[0][0].cluster.rho, frame)])
        kept = best
    return kept


class Ledger:
    """Free memory slots, given to circuits by priority, then in the order of the scenario's scheduler."""

    def __init__(self, run):
        self.clock, self.mail, self.scheduler = run.clock, run.mail, run.scenario["scheduler"]
        self.control = run.control
        self.waiting = []
        self.shares = FairShares(run, self.waiting)
        self.joined, self.look_is_due = 0, False
        self.rows, self.numbers, self.releases = [], 0, 0  # no deadlocks

    def ask(self, circuit):
        circuit.asking = True
        self.shares.comes(circuit.demand)

        def join():
            if circuit.asking:
                circuit.settle_turn()
                self.shares.begin(circuit)
                circuit.joined, self.joined = self.joined, self.joined + 1
                self.shares.pass_time()
                self.waiting.append(circuit)
                self.grant()

        self.control.when_answered(circuit, join)

    def withdraw(self, circuit):
        circuit.asking = False
        self.shares.goes(circuit.demand)
        if circuit in self.waiting:
            self.leave(circuit)
        self.look_again()

    def leave(self, circuit):
        self.shares.pass_time()
        self.waiting.remove(circuit)
        if not self.waiting:
            self.shares.forget()

    def give_back(self, circuit, node, slots):
        node.free_slots += slots
        self.shares.book(circuit.demand, -slots)
        if not any(circuit.booked):
            self.shares.goes(circuit.demand)
        self.look_again()

    def look_again(self):
        if self.scheduler == "fifo":
            self.clock.post(self.clock.now, DECISIONS, self.grant)
        elif self.waiting and not self.look_is_due:
            # Behind those who ask again at this tick.
            self.look_is_due = True
            self.look_by_way_of(ARRIVALS, ATTEMPTS, DECISIONS)

    def look_by_way_of(self, phase, *phases):
        self.clock.post(self.clock.now, phase, lambda: self.look_by_way_of(*phases) if phases else self.look())

    def look(self):
        self.look_is_due = False
        self.grant()

    links_changed = look_again

    def rank(self, circuit):
        priority, demand = circuit.demand.spec["priority"], circuit.demand
        key = 0
        if self.scheduler == "weighted_fair":
            key = self.shares.tag(demand)
        if self.scheduler == "max_weight":
            requests = len(demand.queue) + sum(served is not None for served in demand.served)
            key = -(requests * circuit.rate_over(circuit.choices()[0]))
        if self.scheduler == "earliest_deadline":
            request = demand.awaited(circuit)
            key = inf if request is None or request.deadline is None else request.deadline
        return -priority, key, circuit.joined

    def grant(self):
        """Each circuit may use what those before it in line do not wait for."""
        set_aside = {}
        self.waiting[:] = sorted(self.waiting, key=self.rank)  # a list that is being sorted looks empty

        def has_room(needs):
            return all(node.free_slots - set_aside.get(node, 0) >= slots for node, slots in needs)

        for circuit in list(self.waiting):
            circuit.settle_turn()
            choices = circuit.choices()
            route = next((route for route in choices if has_room(circuit.needs(route))), None)
            if route:
                self.leave(circuit)
                circuit.asking = False
                for node, slots in circuit.needs(route):
                    node.free_slots -= slots
                    self.shares.book(circuit.demand, slots)
                circuit.granted(route)
                one_way = circuit.d[0][-1]
                there = self.mail.arrives(circuit.nodes[0], self.clock.now, one_way)
                self.clock.post(self.mail.arrives(circuit.nodes[-1], there, one_way), ARRIVALS, circuit.start)
            else:
                for node, slots in circuit.needs(choices[0]):
                    set_aside[node] = set_aside.get(node, 0) + slots


class HopByHop:
    """Set-up messages that book slots node by node and wait where there are none."""

    def __init__(self, run):
        self.run, self.clock = run, run.clock
        self.deadlocked, self.numbers = {}, 0  # circuit -> number of its deadlock
        self.rows, self.releases = [], 0

    # ---- booking -------------------------------------------------------------------------------------------------------

    def ask(self, circuit):
        circuit.asking = True
        self.run.control.when_answered(circuit, lambda: self.reach(circuit, 0))

    def reach(self, circuit, position):
        if circuit.over:
            return
        if position == 0:
            circuit.settle_turn()
            circuit.take(circuit.choices()[0])
        node = circuit.nodes[position]
        circuit.position = position
        node.line.append(circuit)
        if node.line == [circuit]:
            self.serve(node)
        if circuit in node.line:
            self.check_soon()

    def serve(self, node):
        while node.line and node.line[0].need() <= node.free_slots:
            circuit = node.line.pop(0)
            node.free_slots -= circuit.need()
            node.holders.append(circuit)
            self.book(circuit)

    def book(self, circuit):
        position = circuit.position
        circuit.booked[position] = True
        if circuit.asking:
            circuit.asking = False
            circuit.reserve()
        to_a, node = circuit.d[0], circuit.nodes[position]
        if position < circuit.last:
            there = self.run.mail.arrives(node, self.clock.now, to_a[position + 1] - to_a[position])
            self.clock.post(there, DECISIONS, lambda: self.reach(circuit, position + 1))
        else:
            self.clock.post(self.run.mail.arrives(node, self.clock.now, to_a[position]), ARRIVALS, circuit.start)

    def withdraw(self, circuit):
        """Out of the line, and its message is void."""
        circuit.asking, circuit.over = False, True
        for node in circuit.nodes:
            if circuit in node.line:
                node.line.remove(circuit)
                self.look_again(node)

    def give_back(self, circuit, node, slots):
        node.holders.remove(circuit)
        node.free_slots += slots
        self.look_again(node)

    def look_again(self, node):
        self.clock.post(self.clock.now, DECISIONS, lambda: self.serve(node))
        self.check_soon()

    def links_changed(self):
        """Whoever has set out keeps to its route."""

    # ---- deadlocks -----------------------------------------------------------------------------------------------------

    def waiting(self):
        return [circuit for node in self.run.network.nodes for circuit in node.line]

    def stuck(self):
        """Waiting circuits less, again and again, each whose node can serve it with what the others hold that are not left."""
        left = self.waiting()
        while True:
            for circuit in left:
                node = circuit.nodes[circuit.position]
                before = node.line[: node.line.index(circuit)]
                coming = sum(other.held(node) for other in node.holders if other not in left)
                if node.free_slots + coming >= circuit.need() and not any(other in left for other in before):
                    left.remove(circuit)
                    break
            else:
                return sorted(left, key=lambda circuit: circuit.place)

    def waits_for(self, circuit):
        node = circuit.nodes[circuit.position]
        return node.holders, node.line[: node.line.index(circuit)]

    def in_circles(self):
        stuck = self.stuck()
        edges = {
            circuit: [other for group in self.waits_for(circuit) for other in group if other in stuck] for circuit in stuck
        }

        def reaches_itself(start):
            seen, front = set(), set(edges[start])
            while front:
                seen |= front
                front = {other for circuit in front for other in edges[circuit]} - seen
            return start in seen

        return [circuit for circuit in stuck if reaches_itself(circuit)]

    def check_soon(self):
        # Several in one round find nothing new.
        self.clock.post(self.clock.now, SWAPS, self.check)

    def check(self):
        stuck = self.stuck()
        fresh = [circuit for circuit in stuck if circuit not in self.deadlocked]
        self.deadlocked = {circuit: number for circuit, number in self.deadlocked.items() if circuit in stuck}
        if not fresh:
            return
        met = [
            self.deadlocked[other] for circuit in fresh for group in self.waits_for(circuit) for other in group
            if other in self.deadlocked
        ]  # fmt: skip
        if not met:
            self.numbers += 1
        self.deadlocked |= dict.fromkeys(fresh, min(met, default=self.numbers))
        rows = [row for circuit in fresh for row in self.describe(circuit)]
        policy = self.run.scenario["on_deadlock"]
        if policy == "stop":
            self.clock.last = self.clock.now
        while policy == "release" and (circles := self.in_circles()):
            youngest = max(circles, key=lambda circuit: circuit.demand.youth(circuit))
            if not any(row["place"] == youngest.place for row in rows):
                rows += self.describe(youngest)
            for row in rows:
                row["released"] |= row["place"] == youngest.place
            self.releases += 1
            youngest.release_everywhere()
        self.rows += rows

    def describe(self, circuit):
        node = circuit.nodes[circuit.position]
        holders, before = self.waits_for(circuit)
        awaited = circuit.demand.awaited(circuit)
        row = {
            "time": self.clock.now, "deadlock": self.deadlocked[circuit], "demand": circuit.demand.index,
            "place": circuit.place, "circuit": circuit.number, "request": awaited.number if awaited else -1, "node": node.index,
            "slots_needed": circuit.need(), "slots_free": node.free_slots, "other": -1, "other_circuit": -1,
            "other_is": -1, "other_slots": 0, "released": 0,
        }  # fmt: skip
        others = [(other, 0, other.held(node)) for other in holders] + [(other, 1, other.need()) for other in before]
        if not others:
            return [row]
        return [
            row | {"other": other.demand.index, "other_circuit": other.number, "other_is": kind, "other_slots": slots}
            for other, kind, slots in others
        ]
