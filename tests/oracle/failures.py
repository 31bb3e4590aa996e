"""Nodes and links that fail, and how neighbours notice."""

from math import log1p

from .clock import ARRIVALS, EXPIRIES, ticks


class Failure:
    def __init__(self, run, index, spec):
        self.run, self.index = run, index
        network = run.network
        self.nodes = [network.node[name] for name in spec["nodes"]]
        for region in spec["regions"]:
            self.nodes += [network.node[node["name"]] for node in run.scenario["nodes"] if node["region"] == region]
        self.links = [network.link[name] for name in spec["links"]]
        self.spec, self.elapsed, self.last = spec, 0.0, -1
        self.windows = [[ticks(t, run.ticks_per_s) for t in window] for window in spec["down"]]
        self.stream = run.stream(f"failure:{spec['name']}/times") if spec["mtbf_s"] else None

    def next_window(self):
        if self.stream:
            up, down = (-log1p(-u) for u in self.stream.draw())
            start = self.elapsed + up * self.spec["mtbf_s"]
            self.elapsed = start + down * self.spec["mttr_s"]
            window = [ticks(start, self.run.ticks_per_s), ticks(self.elapsed, self.run.ticks_per_s)]
        elif self.windows:
            window = self.windows.pop(0)
        else:
            return None
        start = max(window[0], self.last + 1)
        self.last = max(window[1], start + 1)
        return start, self.last


class Recalibration(Failure):
    """A link is down at times that are known."""

    def __init__(self, run, index, link, windows):
        self.run, self.index, self.nodes, self.links = run, index, [], [link]
        self.last, self.windows, self.stream = -1, list(windows), None


class Failures:
    def __init__(self, run, recalibrations):
        self.run, self.network, self.clock = run, run.network, run.clock
        scenario = run.scenario
        period = scenario["heartbeat_period_s"]
        self.period = None if period is None else ticks(period, run.ticks_per_s)
        self.missed = scenario["missed_heartbeats"]
        self.all = [Failure(run, index, spec) for index, spec in enumerate(scenario["failures"])]
        self.all += [Recalibration(run, len(self.all) + i, *entry) for i, entry in enumerate(recalibrations)]
        self.rows = []
        self.open_rows = {}  # by element

    def begin(self):
        for failure in self.all:
            self.schedule(failure)

    def schedule(self, failure):
        window = failure.next_window()
        if window:
            self.clock.post(window[0], ARRIVALS, lambda: self.down(failure))
            self.clock.post(window[1], ARRIVALS, lambda: self.up(failure))

    # ---- elements ------------------------------------------------------------------------------------------------------

    def turn(self, failure, step):
        """`step`: 1 down, -1 up. The nodes and links that are other than before."""
        now, nodes, links = self.clock.now, [], []
        edge = 1 if step == 1 else 0

        def row(element, **names):
            if step == 1:
                noticed = now if self.period is None or getattr(element, "noticed", False) else None
                self.open_rows[element] = {
                    "failure": failure.index,
                    "node": -1,
                    "link": -1,
                    "down": now,
                    "noticed": noticed,
                    "up": None,
                } | names
                self.rows.append(self.open_rows[element])
            elif element in self.open_rows:
                self.open_rows.pop(element)["up"] = now

        def turn_link(link):
            self.network.settle_up_time(link)
            link.failed += step
            if link.failed == edge:
                link.epoch += 1
                links.append(link)

        for node in failure.nodes:
            node.up_ticks += (now - node.changed_at) if not node.failed else 0
            node.changed_at = now
            node.failed += step
            if node.failed == edge:
                nodes.append(node)
                row(node, node=node.index)
                for link in self.network.links:
                    if node in link.ends:
                        turn_link(link)
        for link in failure.links:
            turn_link(link)
            if step == 1 and link.failed == 1:
                row(link, link=link.index)
        links.sort(key=lambda link: link.index)
        for link in links:
            if step == -1:
                row(link)
            self.network.settle_model(link)
        self.run.account_routes()
        return nodes, links

    def down(self, failure):
        nodes, links = self.turn(failure, 1)
        run = self.run
        for demand in run.demands:
            demand.interrupt(links)
        if self.period is None:
            self.lost(links, at_once=True)
            return
        for node in nodes:
            for circuit in run.circuits():
                circuit.lose_qubits_at(node)
            for demand in run.demands:
                demand.forget_kept_at(node)
        for link in links:
            if not link.noticed:
                self.post(self.due(link, self.missed - 1), EXPIRIES, link, self.notice)

    def up(self, failure):
        nodes, links = self.turn(failure, -1)
        self.schedule(failure)
        if self.period is None:
            self.back(links)
            return
        for node in nodes:
            for demand in self.run.ghz_demands:
                demand.node_back(node)
            for circuit in self.run.circuits():
                circuit.node_back(node)
        for link in links:
            if link.noticed:
                self.post(self.due(link, 0), ARRIVALS, link, self.hear)

    # ---- what is known -------------------------------------------------------------------------------------------------

    def due(self, link, further):
        """When heartbeats are due that are due now or later: the first, or one further on."""
        delay = 0 if self.network.ideal else link.delay
        first = max(0, -(-(self.clock.now - delay) // self.period))
        return (first + further) * self.period + delay

    def post(self, tick, phase, link, action):
        epoch = link.epoch
        self.clock.post(tick, phase, lambda: action(link) if link.epoch == epoch else None)

    def notice(self, link):
        for element in (link, *link.ends):
            row = self.open_rows.get(element)
            if row and (row["noticed"] is None or element is link):
                row["noticed"] = self.clock.now
        self.lost([link], at_once=False)

    def hear(self, link):
        self.back([link])

    def lost(self, links, at_once):
        if not links:
            return
        if self.run.control.on:
            for link in links:
                link.noticed = True
                self.run.control.ends_tell(link)
                self.run.control.spread(link)
            return
        concerned = [(demand, found) for demand in self.run.demands if (found := demand.concerned_by(links))]
        for link in links:
            link.noticed = True
        for demand, found in concerned:
            demand.links_lost(links, found, "everywhere" if at_once else "ends")
        for demand in self.run.ghz_demands:
            demand.links_lost(links)

    def back(self, links):
        if not links:
            return
        for link in links:
            link.noticed = False
        if self.run.control.on:
            for link in links:
                self.run.control.spread(link)
            return
        for demand in self.run.demands:
            demand.links_back()
        for demand in self.run.ghz_demands:
            demand.links_back()
        self.run.booking.links_changed()


PATIENT = ("continuous", "back_to_back")


def waits(spec):
    """Whether requests wait for a repair when no route is left."""
    return spec["deadline_s"] is not None or spec.get("max_wait_s") is not None or spec["traffic"]["kind"] in PATIENT
