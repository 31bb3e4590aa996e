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
        self.reactive = spec.get("mode") == "reactive"
        self.processing = ticks(spec.get("processing_s", 0.0), run.ticks_per_s)
        self.views = {}  # by end A of demands: what news has told of links
        self.delay = self.delays() if self.on else {}

    def delays(self):
        """Of messages between any two nodes, by way of ever more of the others."""
        nodes, processing = self.network.nodes, {node: node.processing for node in self.network.nodes}
        delay = {(x, y): 0 if x is y else inf for x in nodes for y in nodes}
        for link in self.network.links:
            for x, y in (link.ends, link.ends[::-1]):
                delay[x, y] = min(delay[x, y], link.delay)
        for via in nodes:
            for x in nodes:
                for y in nodes:
                    if via not in (x, y):
                        delay[x, y] = min(delay[x, y], delay[x, via] + processing[via] + delay[via, y])
        return delay

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
            self.run.booking.withdraw(circuit)
            circuit.demand.circuits[circuit.number] = None
            self.clock.post(self.clock.now, ARRIVALS, circuit.demand.no_route)
