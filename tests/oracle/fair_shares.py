"""Amounts times time of each that wants while somebody waits, for weighted fair queueing: slots of demands, stations of links."""

from collections import defaultdict


class Shares:
    """Brought up to date for all whenever anything changes."""

    def __init__(self, clock):
        self.clock, self.then = clock, 0
        self.held, self.use, self.base = defaultdict(int), defaultdict(int), defaultdict(float)
        self.left = {}

    def pass_time(self):
        for who, amount in self.held.items() if self.somebody_waits() else ():
            self.use[who] += amount * (self.clock.now - self.then)
        self.then = self.clock.now

    def forget(self):
        self.use.clear()
        self.base.clear()

    def book(self, who, amount):
        self.pass_time()
        self.held[who] += amount

    def tag(self, who):
        self.pass_time()
        return self.base[who] + self.use[who] / self.weight(who)

    def goes(self, who):
        self.left[who] = self.clock.now

    def was_away(self, who):
        return self.left.get(who, -1) < self.clock.now

    def raise_to(self, who, met):
        """Not before all whom it meets."""
        least = min(map(self.tag, met), default=0)
        if self.tag(who) < least:
            self.base[who], self.use[who] = least, 0


class FairShares(Shares):
    """Of memory slots, by demand."""

    def __init__(self, run, line):
        super().__init__(run.clock)
        self.run, self.line, self.newcomers = run, line, set()

    def somebody_waits(self):
        return bool(self.line)

    def weight(self, demand):
        return demand.spec["weight"]

    def comes(self, demand):
        """It asks for a circuit."""
        if self.run.scenario["scheduler"] != "weighted_fair":
            return
        if sum(circuit is not None for circuit in demand.circuits) == 1 and self.was_away(demand):
            self.newcomers.add(demand)

    def begin(self, circuit):
        """Joins the line."""
        demand = circuit.demand
        if demand not in self.newcomers:
            return
        self.newcomers.remove(demand)
        mine = set(circuit.choices()[0][0])
        waiting = [(other.demand, other.choices()[0][0]) for other in self.line]
        booked = [(other.demand, other.nodes) for other in self.run.circuits() if any(other.booked)]
        met = [other for other, nodes in waiting + booked if other is not demand and mine & set(nodes)]
        if self.line:
            self.raise_to(demand, met)


class StationShares(Shares):
    """Of a switch's stations, by link."""

    def __init__(self, clock):
        super().__init__(clock)
        self.weights, self.line_is_empty = {}, True

    def somebody_waits(self):
        return not self.line_is_empty

    def weight(self, link):
        return self.weights.get(link, 1.0)

    def set_line(self, links):
        """Those that wait now."""
        self.pass_time()
        self.line_is_empty = not links
        if self.line_is_empty:
            self.forget()

    def set_weight(self, link, weight):
        if weight != self.weight(link):
            self.base[link], self.use[link] = self.tag(link), 0
            self.weights[link] = weight
