"""The map: who is linked to whom, classical delays, routes, and the ledger of free memory slots."""

from . import states
from .clock import ARRIVALS, DECISIONS, ticks
from .hardware import gate_time, link_model, slotted


class Node:
    def __init__(self, index, spec, memory, ticks_per_s, is_slotted):
        self.index, self.name, self.memory = index, spec["name"], memory
        self.parallel_links = spec["parallel_links"]
        self.swap_success = spec["swap_success_probability"]
        self.swap_time = 0 if is_slotted else gate_time(memory, ticks_per_s)
        self.processing = ticks(spec["processing_delay_s"], ticks_per_s)
        self.free_slots = memory["slots"]
        self.swaps = self.failed_swaps = self.stale_swaps = self.lost_qubits = self.slot_ticks = 0


class Link:
    def __init__(self, index, spec, nodes, ticks_per_s):
        self.index, self.name, self.spec = index, spec["name"], spec
        self.ends = nodes
        self.length_m = spec["fiber"]["length_m"]
        self.delay = ticks(self.length_m / spec["fiber"]["speed_m_per_s"], ticks_per_s)
        self.up, self.model = True, None
        self.attempts = self.successes = self.lane_ticks = 0
        self.up_ticks, self.changed_at = 0, 0


class Network:
    def __init__(self, scenario, clock, ticks_per_s):
        self.scenario, self.clock, self.ticks_per_s = scenario, clock, ticks_per_s
        self.slot = ticks(scenario["slot_s"], ticks_per_s) if scenario["timing"] == "slotted" else None
        self.ideal = scenario["control"] == "ideal"
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

    def set_generation(self, link, generation):
        """None takes the link down."""
        if link.up:
            link.up_ticks += self.clock.now - link.changed_at
        link.changed_at = self.clock.now
        link.up = generation is not None
        if link.up:
            memories = [node.memory for node in link.ends]
            bell_diagonal = self.scenario["state"] == "bell_diagonal"
            model = link_model(generation, link.spec, memories, self.scenario["stations"], self.ticks_per_s, bell_diagonal)
            link.model = slotted(model, self.slot, self.scenario["slot_s"]) if self.slot else model

    # ---- routes --------------------------------------------------------------------------------------------------------

    def cost(self, link):
        """None: the link cannot be used."""
        if not link.up or link.model.success == 0:
            return None
        metric = self.scenario["routing"]["kind"]
        if metric == "hops":
            return 1.0
        return link.length_m if metric == "length" else link.model.period_s / link.model.success

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

    def routes(self, demand):
        """The demand's alternatives now, as (nodes, links), the best first. All paths are tried."""
        if demand["route"]:
            paths = [[self.node[name] for name in demand["route"]]]
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
            found.append((cost, len(links), [node.index for node in nodes], (nodes, links)))
        found.sort(key=lambda path: path[:3])
        return [route for *_, route in found[: self.scenario["routing"]["alternatives"]]]

    def usable(self, route):
        return all(self.cost(link) is not None for link in route[1])

    def reachable_fidelity(self, route, devices):
        """With the best herald outcome of every link and nothing but gates and read-out to spoil the pair."""
        fidelities = []
        for u in (0.0, 0.375, 0.625, 1 - 2**-53):
            first = last = None
            frame = 0
            for node, link in zip(*route, strict=False):
                ends = [devices[end.memory["name"]] for end in link.ends]
                best = None
                for _, row_frame, rho in link.model.rows:
                    fidelity = states.correlators(*states.create_pair(rho, ends[0], 0, ends[1], 0), 0, row_frame).fidelity
                    if best is None or fidelity > best[0]:
                        best = fidelity, row_frame, rho
                pair = states.create_pair(best[2], ends[0], 0, ends[1], 0)
                near, far = pair if link.ends[0] is node else pair[::-1]
                frame ^= best[1]
                if first is None:
                    first = near
                else:
                    frame ^= states.bell_measure(last, near, 0, u)
                last = far
            fidelities.append(states.correlators(first, last, 0, frame).fidelity)
        return max(fidelities)

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


class Ledger:
    """Free memory slots, given to circuits first come, first served."""

    def __init__(self, clock):
        self.clock = clock
        self.waiting = []

    def ask(self, circuit):
        circuit.asking = True

        def join():
            if circuit.asking:
                self.waiting.append(circuit)
                self.grant()

        self.clock.post(self.clock.now, DECISIONS, join)

    def withdraw(self, circuit):
        circuit.asking = False
        if circuit in self.waiting:
            self.waiting.remove(circuit)
        self.clock.post(self.clock.now, DECISIONS, self.grant)

    def give_back(self, node, slots):
        node.free_slots += slots
        self.clock.post(self.clock.now, DECISIONS, self.grant)

    def grant(self):
        """Each circuit may use what those before it in line do not wait for."""
        set_aside = {}

        def has_room(needs):
            return all(node.free_slots - set_aside.get(node, 0) >= slots for node, slots in needs)

        for circuit in list(self.waiting):
            choices = circuit.demand.choices()
            route = next((route for route in choices if has_room(circuit.needs(route))), None)
            if route:
                self.waiting.remove(circuit)
                circuit.asking = False
                for node, slots in circuit.needs(route):
                    node.free_slots -= slots
                circuit.granted(route)
                self.clock.post(self.clock.now + 2 * circuit.d[0][-1], ARRIVALS, circuit.start)
            else:
                for node, slots in circuit.needs(choices[0]):
                    set_aside[node] = set_aside.get(node, 0) + slots
