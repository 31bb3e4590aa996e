"""Who decides on routes: what has been told of links, to whom, and when."""

from functools import wraps
from math import inf

from .clock import ARRIVALS, DECISIONS, ticks


def as_seen(method):
    """Of a demand: with the links as who decides for it knows them."""

    @wraps(method)
    def seeing(demand, *arguments):
        network = demand.run.network
        before, network.eyes = network.eyes, demand.run.control.view_of(demand)
        try:
            return method(demand, *arguments)
        finally:
            network.eyes = before

    return seeing


class Control:
    def __init__(self, run):
        self.run, self.clock, self.network = run, run.clock, run.network
        spec = run.scenario["control_plane"]
        self.on, self.messages = spec["kind"] != "ideal", 0
        self.place = self.network.node[spec["place"]] if spec["kind"] == "central" else None
        self.local = spec["kind"] == "local"
        self.free_slots = spec.get("needs_free_slots", False)
        self.reactive = self.local or spec.get("mode") == "reactive"
        self.retry = ticks(spec["retry_s"], run.ticks_per_s) if self.local else None
        self.processing = ticks(spec.get("processing_s", 0.0), run.ticks_per_s)
        self.views = {}  # by end A of demands: what news has told of links
        self.delay = self.network.least_delays if self.on else {}

    def view_of(self, demand):
        return self.views.setdefault(demand.ends()[0], {}) if self.on else None

    def demands_at(self, node):
        return [demand for demand in self.run.demands if demand.ends()[0] is node]

    # ---- news ------------------------------------------------------------------------------------------------------------

    def ends_tell(self, link):
        """Circuits over a link that its ends know to be down."""
        for demand, places in [(demand, demand.places_over([link])) for demand in self.run.demands]:
            for place in places:
                circuit = demand.circuits[place]
                if circuit and circuit.complete():
                    circuit.release_from_ends(link)

    def spread(self, link):
        if self.local:
            return
        state = self.network.state(link)
        to = {node: self.processing + min(self.delay[end, node] for end in link.ends) for node in self.views}
        if self.place:
            self.messages += sum(end is not self.place for end in link.ends)
            report = self.processing + min(self.delay[end, self.place] for end in link.ends)
            to = {node: report + self.delay[self.place, node] for node in self.views}
        else:
            self.messages += 2 * len(self.network.links)
        for node, delay in to.items():
            if delay < inf:
                self.clock.post(self.clock.now + delay, ARRIVALS, lambda node=node: self.hear(node, link, state))

    def usable(self, view, link):
        self.network.eyes = view
        usable = self.network.cost(link) is not None
        self.network.eyes = None
        return usable

    def hear(self, node, link, state):
        view, mine = self.views[node], self.demands_at(node)
        before = self.usable(view, link)
        concerned = [(demand, found) for demand in mine if (found := demand.concerned_by([link]))]
        view[link] = state
        now, told = self.usable(view, link), False
        if before and not now:
            told = bool(concerned)
            for demand, found in concerned:
                demand.links_lost([link], found, "deciders")
        if now and not before and self.run.failures.all:
            concerned = [demand for demand in mine if demand.links_back()]
            told = bool(concerned)
        self.messages += bool(self.place) and told and node is not self.place
        self.run.booking.links_changed()

    # ---- questions ---------------------------------------------------------------------------------------------------------

    def when_answered(self, circuit, go_on):
        if not self.reactive:
            self.clock.post(self.clock.now, DECISIONS, go_on)
            return
        if self.local:
            circuit.unanswered = True
            search = Search(self, circuit, go_on)
            self.clock.post(self.clock.now, DECISIONS, search.reach)
            return
        end, circuit.unanswered = circuit.demand.ends()[0], True
        self.messages += 2 * (end is not self.place)
        there = self.clock.now + self.delay[end, self.place]
        self.clock.post(there + self.processing + self.delay[self.place, end], DECISIONS, lambda: self.answer(circuit, go_on))

    def answer(self, circuit, go_on):
        if not circuit.asking:
            return
        circuit.unanswered = False
        if circuit.demand.is_given_routes():
            go_on()
        else:
            self.find_none(circuit)

    def find_none(self, circuit):
        self.run.booking.withdraw(circuit)
        circuit.demand.circuits[circuit.number] = None
        self.clock.post(self.clock.now, ARRIVALS, circuit.demand.no_route)


class Search:
    """A message that looks for a way: nodes know the map of the start, and their own links."""

    def __init__(self, control, circuit, go_on):
        self.control, self.circuit, self.go_on = control, circuit, go_on
        self.found, self.wanted = [], control.run.scenario["routing"]["alternatives"]
        self.set_out()
        self.goal = circuit.demand.ends()[1]
        self.to_go = self.least_costs()

    def set_out(self):
        self.nodes, self.links, self.visited = [self.circuit.demand.ends()[0]], [], []

    def least_costs(self):
        """To the goal, by the map: as Bellman and Ford find them."""
        network, least = self.control.network, {self.goal: 0.0}
        network.eyes = {}  # as at the start
        costs = [(link.ends, cost) for link in network.links if (cost := network.cost(link)) is not None]
        network.eyes = None
        for _ in network.nodes:
            for ends, cost in costs:
                for x, y in (ends, ends[::-1]):
                    if y in least and least[y] + cost < least.get(x, inf):
                        least[x] = least[y] + cost
        return least

    def delay(self, link):
        here = self.nodes[-1]
        return link.delay + (here.processing if len(self.nodes) > 1 else 0)

    def send(self, delay, then, messages=1):
        self.control.messages += messages
        self.control.clock.post(self.control.clock.now + delay, DECISIONS, then)

    def onwards(self):
        """Links to neighbours that the message has not been to, by what they promise."""
        here, network, found = self.nodes[-1], self.control.network, []
        if self.control.free_slots and self.links and here.free_slots < 2 * self.circuit.width:
            return []
        taken = [link for _, links in self.found for link in links]
        for link in network.links:
            cost = network.cost(link) if here in link.ends and link not in taken else None
            if cost is None:
                continue
            there = link.ends[link.ends[0] is here]
            if there in self.to_go and there not in self.nodes + self.visited:
                found.append((cost + self.to_go[there], there.index, link.index, there, link))
        return sorted(found, key=lambda way: way[:3])

    def reach(self):
        if not self.circuit.asking:
            return
        if self.nodes[-1] is self.goal:
            way = self.nodes, self.links
            self.send(self.control.network.delays(*way)[0][-1], lambda: self.answered(way), len(self.links))
        elif found := self.onwards():
            *_, there, link = found[0]
            delay = self.delay(link)
            self.nodes, self.links = [*self.nodes, there], [*self.links, link]
            self.send(delay, self.reach)
        elif self.links:
            delay = self.delay(self.links[-1])
            self.visited.append(self.nodes[-1])
            self.nodes, self.links = self.nodes[:-1], self.links[:-1]
            self.send(delay, self.reach)
        elif self.found:
            self.end()
        else:
            self.control.find_none(self.circuit)

    def answered(self, way):
        if not self.circuit.asking:
            return
        self.found.append(way)
        if len(self.found) < self.wanted:
            self.set_out()
            self.reach()
        else:
            self.end()

    def end(self):
        self.circuit.unanswered = False
        self.circuit.demand.has_found(self.found)
        self.go_on()
