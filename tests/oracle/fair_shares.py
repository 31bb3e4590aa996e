"""Slots times time of each demand while somebody waits, for weighted fair queueing."""

from collections import defaultdict


class FairShares:
    """Brought up to date for all demands whenever anything changes."""

    def __init__(self, run, line):
        self.run, self.clock, self.line, self.then = run, run.clock, line, 0
        self.held, self.use, self.base = defaultdict(int), defaultdict(int), defaultdict(float)
        self.left, self.newcomers = {}, set()

    def pass_time(self):
        for demand, slots in self.held.items() if self.line else ():
            self.use[demand] += slots * (self.clock.now - self.then)
        self.then = self.clock.now

    def forget(self):
        self.use.clear()
        self.base.clear()

    def book(self, demand, slots):
        self.pass_time()
        self.held[demand] += slots

    def tag(self, demand):
        self.pass_time()
        return self.base[demand] + self.use[demand] / demand.spec["weight"]

    # ---- who comes back ------------------------------------------------------------------------------------------------

    def comes(self, demand):
        """It asks for a circuit."""
        if self.run.scenario["scheduler"] != "weighted_fair":
            return
        if sum(circuit is not None for circuit in demand.circuits) == 1 and self.left.get(demand, -1) < self.clock.now:
            self.newcomers.add(demand)

    def goes(self, demand):
        self.left[demand] = self.clock.now

    def begin(self, demand):
        """Joins the line: not before all whom it meets."""
        if demand not in self.newcomers:
            return
        self.newcomers.remove(demand)
        mine = set(demand.choices()[0][0])
        waiting = [(other.demand, other.demand.choices()[0][0]) for other in self.line]
        booked = [(other.demand, other.nodes) for other in self.run.circuits() if any(other.booked)]
        met = [other for other, nodes in waiting + booked if other is not demand and mine & set(nodes)]
        least = min(map(self.tag, met), default=0)
        if self.line and self.tag(demand) < least:
            self.base[demand], self.use[demand] = least, 0
