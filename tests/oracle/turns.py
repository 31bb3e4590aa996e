"""Whose turn it is to attempt: the permits of nodes with `parallel_links`, and the stations of optical switches."""

from math import inf

from .clock import ARRIVALS, DECISIONS, ticks
from .fair_shares import StationShares
from .time_division import frame_of


class Switch:
    def __init__(self, run, spec):
        self.links = [run.network.link[name] for name in spec["links"]]
        self.stations = [{"last": None, "holder": None, "free_since": 0} for _ in range(spec["stations"])]
        self.switching = ticks(spec["switching_time_s"], run.ticks_per_s)
        self.turn = None if spec["turn_s"] is None else ticks(spec["turn_s"], run.ticks_per_s)
        self.scheduler = spec["scheduler"]
        self.shares = StationShares(run.clock)
        self.frame, self.slot = None, 0
        if self.scheduler == "time_division":
            names = spec["frame"] or frame_of([need_of(run, link) for link in self.links], spec["links"], spec["stations"])
            self.frame = [[run.network.link[name] for name in slot] for slot in names]

    def free_station(self, link):
        """That which was its own last, or the one that has been free longest."""
        if self.frame and link not in self.frame[self.slot]:
            return None
        free = [station for station in self.stations if station["holder"] is None]
        return min(free, key=lambda station: (station["last"] is not link, station["free_since"]), default=None)

    def station_of(self, link):
        return next(station for station in self.stations if station["holder"] is link)


def need_of(run, link):
    """Seconds a pair of a lane, for each preferred route over the link."""
    arms = [arm for demand in run.ghz_demands for arm in demand.arms]
    routes = [each.alternatives[0] for each in [*run.demands, *arms]]
    own = link.own_model
    return sum(own.period_s / own.success for _, links in routes if link in links) if own.success else 0.0


class Turn:
    """What a link has while it may attempt, or is about to."""

    def __init__(self):
        self.paused, self.returning, self.back_at, self.overdue = False, False, None, False


class Turns:
    """A link attempts only while it holds a permit of each of its two nodes, and a station of its switch."""

    def __init__(self, run):
        self.run = run
        self.left = {node: node.parallel_links for node in run.network.nodes if node.parallel_links is not None}
        self.turns, self.waiting, self.exchange_is_due = {}, [], False
        self.switch_of = {}

    def begin(self):
        for spec in self.run.scenario["switches"]:
            switch = Switch(self.run, spec)
            self.switch_of |= dict.fromkeys(switch.links, switch)
            if switch.frame and len(switch.frame) > 1:
                self.run.clock.post(switch.turn, DECISIONS, lambda switch=switch: self.next_slot(switch))

    def limits(self, link):
        return [node for node in link.ends if node in self.left]

    def held(self, link):
        """Whether it may attempt."""
        if not self.limits(link) and link not in self.switch_of:
            return True
        return link in self.turns and not self.turns[link].paused

    def wanted(self, link):
        return any(group.lanes() for group in self.run.groups_of(link))

    def want(self, link):
        """Whether the link may attempt now; if not, it waits."""
        if not self.held(link) and link not in self.waiting and link not in self.turns:
            if link in self.switch_of:
                self.begin_fairly(link)
                self.weigh(link)
                self.wait(link)
                self.exchange_soon()
            elif not self.take(link):
                self.wait(link)
        return self.held(link)

    def take(self, link):
        nodes, switch = self.limits(link), self.switch_of.get(link)
        if not all(self.left[node] for node in nodes):
            return False
        station = switch and switch.free_station(link)
        if switch and station is None:
            return False
        for node in nodes:
            self.left[node] -= 1
        turn = self.turns[link] = Turn()
        if switch:
            connected, station["last"], station["holder"] = station["last"] is link, link, link
            switch.shares.book(link, 1)
            if connected or not switch.switching:
                self.begin_turn(link, turn)
            else:
                turn.paused = True
                self.run.clock.post(self.run.clock.now + switch.switching, ARRIVALS, lambda: self.switched(link, turn))
        return True

    def wait(self, link):
        self.waiting.append(link)
        switch = self.switch_of.get(link)
        if switch:
            switch.shares.set_line([link])
        for other in switch.links if switch else []:
            if other in self.turns and self.turns[other].overdue:
                self.give_back(other)

    # ---- how long turns last

    def begin_turn(self, link, turn):
        switch = self.switch_of[link]
        if switch.turn is not None and not switch.frame:
            self.run.clock.post(self.run.clock.now + switch.turn, DECISIONS, lambda: self.over(link, turn))

    def switched(self, link, turn):
        if self.turns.get(link) is turn and turn.back_at is None:
            turn.paused = False
            self.begin_turn(link, turn)
            self.wake(link)

    def over(self, link, turn):
        if self.turns.get(link) is turn and not turn.returning:
            turn.overdue = True
            if self.contended(link):
                self.give_back(link)

    def next_slot(self, switch):
        switch.slot = (switch.slot + 1) % len(switch.frame)
        for link in switch.links:
            if link in self.turns and link not in switch.frame[switch.slot]:
                self.give_back(link)
        self.exchange_soon()
        self.run.clock.post(self.run.clock.now + switch.turn, DECISIONS, lambda: self.next_slot(switch))

    def contended(self, link):
        switch = self.switch_of.get(link)
        return any(
            set(other.ends) & set(link.ends) or (switch and self.switch_of.get(other) is switch) for other in self.waiting
        )

    def review(self, link):
        if link in self.turns and not self.wanted(link):
            self.give_back(link)

    def after_success(self, link):
        by_success = link not in self.switch_of or self.switch_of[link].turn is None
        if link in self.turns and ((by_success and self.contended(link)) or not self.wanted(link)):
            self.give_back(link)

    # ---- turns change hands

    def give_back(self, link):
        if not self.turns[link].returning:
            self.turns[link].returning = True
            self.exchange_soon()

    def exchange_soon(self):
        if not self.exchange_is_due:
            self.exchange_is_due = True
            self.run.clock.post(self.run.clock.now, DECISIONS, self.exchange)

    def is_back(self, link):
        """A station is busy until the cycles that have begun are over."""
        turn, now = self.turns[link], self.run.clock.now
        if link not in self.switch_of:
            return True
        if turn.back_at is None:
            turn.paused = True
            turn.back_at = max([now] + [group.next_start for group in self.run.groups_of(link)])
            if turn.back_at > now:
                self.run.clock.post(turn.back_at, DECISIONS, self.exchange)
        return turn.back_at <= now

    def exchange(self):
        self.exchange_is_due = False
        leaving = [link for link, turn in self.turns.items() if turn.returning]
        returned = [link for link in sorted(leaving, key=lambda link: link.index) if self.is_back(link)]
        for link in returned:
            del self.turns[link]
            for node in self.limits(link):
                self.left[node] += 1
            if link in self.switch_of:
                self.switch_of[link].station_of(link).update(holder=None, free_since=self.run.clock.now)
                self.switch_of[link].shares.book(link, -1)
        again = [link for link in returned if self.wanted(link)]
        for link in again:
            self.weigh(link)
        line = self.in_order(self.waiting + again)
        concerned, self.waiting = self.waiting + returned, []
        for link in line:
            if self.wanted(link) and not self.take(link):
                self.wait(link)
        for link in concerned:
            if link in self.switch_of and link not in self.turns and link not in self.waiting:
                self.switch_of[link].shares.goes(link)
        for switch in set(self.switch_of.values()):
            switch.shares.set_line([link for link in self.waiting if self.switch_of.get(link) is switch])
        for link in line:
            self.wake(link)

    def wake(self, link):
        if self.held(link):
            for group in self.run.groups_of(link):
                group.wake()

    # ---- schedulers

    def in_order(self, line):
        """Those of a switch take the places that they have in line by its scheduler."""
        line = list(line)
        for switch in dict.fromkeys(self.switch_of.values()):
            rank = {"max_weight": self.weight, "earliest_deadline": self.due, "weighted_fair": switch.shares.tag}.get(
                switch.scheduler
            )
            if rank:
                places = [place for place, link in enumerate(line) if self.switch_of.get(link) is switch and self.wanted(link)]
                for place, link in zip(places, sorted((line[place] for place in places), key=rank), strict=True):
                    line[place] = link
        return line

    def circuits_over(self, link):
        """Those that generate: circuit, and the request that it serves."""
        found = []
        for group in self.run.groups_of(link):
            circuit = group.circuit
            if group.is_open:
                demand = group.demand
                found.append((circuit, demand.served[circuit.number]))
        return found

    def weight(self, link):
        requests = sum(len(circuit.demand.queue) + (served is not None) for circuit, served in self.circuits_over(link))
        return -(requests * (link.model.success / link.model.period))

    def begin_fairly(self, link):
        """Comes to wait."""
        switch = self.switch_of[link]
        if switch.shares.was_away(link):
            switch.shares.raise_to(link, [other for other in switch.links if other in self.waiting or other in self.turns])

    def weigh(self, link):
        """The weights of its demands, added in their order."""
        if link in self.switch_of:
            over, weight = [group.demand for group in self.run.groups_of(link) if group.is_open], 0.0
            for demand in [*self.run.demands, *(arm for ghz in self.run.ghz_demands for arm in ghz.arms)]:
                if demand in over:
                    weight += demand.spec["weight"]
            self.switch_of[link].shares.set_weight(link, weight)

    def due(self, link):
        dues = [served.deadline for _, served in self.circuits_over(link) if served is not None]
        return min((due for due in dues if due is not None), default=inf)
