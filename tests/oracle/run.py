"""One run of a scenario, and what a user sees of it.

outcome = run(scenario)             # every attempt stepped, the streams' own thresholds: a definite trace
outcome = run(scenario, coins=rng)  # every lane tosses its own coin: the same law, another sample
"""

from dataclasses import dataclass

from .clock import ARRIVALS, Clock, ticks
from .communication import Communication
from .control_plane import Control
from .drift import mean_fidelity, timeline, wear
from .failures import Failures
from .ghz import GhzDemand
from .ghz_trees import TreeDemand
from .hardware import OpticalPhase
from .lanes import LaneGroup
from .messages import Mail
from .network import HopByHop, Ledger, Network
from .philox import Stream
from .programs import Programs
from .scenario import complete
from .states import Device
from .traffic import Demand
from .turns import Turns

TICKS_PER_S = {"ps": 1e12, "ns": 1e9}
KINDS = {
    name: number
    for number, name in enumerate(
        ("link", "swap", "delivery", "ended", "lost", "started", "cut_off", "distillation", "storing")
    )
}


@dataclass
class Outcome:
    trace: list  # (tick, phase, entity, kind, a, b, circuit, x), sorted
    pairs: list
    demands: list
    links: list
    nodes: list
    ticks_per_s: float
    horizon: int
    deadlocks: list  # rows of the table
    numbers: tuple  # deadlocks, and demands that gave way
    ghz_demands: list
    ghz_states: list
    failures: list
    programs: Programs
    lost_messages: int
    control_messages: int


class Run:
    def __init__(self, scenario, replica, coins, programs):
        self.scenario, self.replica, self.coins = scenario, replica, coins
        self.ticks_per_s = TICKS_PER_S[scenario["tick"]]
        self.warm_up = ticks(scenario["warm_up_s"], self.ticks_per_s)
        self.clock = Clock()
        self.mail = Mail(self)
        self.network = Network(scenario, self.clock, self.ticks_per_s)
        self.control = Control(self)
        self.booking = HopByHop(self) if scenario["reservation"] == "hop_by_hop" else Ledger(self)
        self.turns = Turns(self)
        twirled = scenario["approximate"] == "pauli_twirl"
        self.devices = {name: Device(memory, self.ticks_per_s, twirled) for name, memory in scenario["memories"].items()}
        self.network.devices = self.devices
        self.communication = Communication(self)
        for node in self.network.nodes:
            node.stream = self.stream(f"node:{node.name}/swap")
        for link in self.network.links:
            link.phase = OpticalPhase(self.stream(f"link:{link.name}/phase"), self.ticks_per_s, coins)
        self.groups, self.pool_streams = {}, {}
        self.trace, self.pairs, self.ghz_states = [], [], []
        self.demands = [Demand(self, index, spec) for index, spec in enumerate(scenario["demands"])]
        # Numbered after the others.
        self.ghz_demands = [
            (GhzDemand if spec["tree"] == "star" else TreeDemand)(self, len(self.demands) + index, spec)
            for index, spec in enumerate(scenario["ghz_demands"])
        ]
        for demand in self.demands:
            self.control.view_of(demand)
        self.programs = Programs(self, programs)
        self.turns.begin()
        self.changes, recalibrations = self.changes_and_recalibrations()
        self.failures = Failures(self, recalibrations)

    def stream(self, name):
        return Stream(self.scenario["seed"], name, self.replica)

    def device(self, node):
        return self.devices[node.memory["name"]]

    def group(self, link, circuit):
        key = link, circuit.place
        if key not in self.groups:
            self.groups[key] = LaneGroup(self, link, circuit)
        return self.groups[key]

    def pool_stream(self, entity):
        """Of a pool, for the whole run."""
        if entity not in self.pool_streams:
            self.pool_streams[entity] = self.stream(f"{entity}/distillation")
        return self.pool_streams[entity]

    def groups_of(self, link):
        return [group for (other, _), group in self.groups.items() if other is link]

    def record(self, kind, entity, a, b, x=0.0, circuit=0):
        self.trace.append((self.clock.now, self.clock.phase, entity, KINDS[kind], a, b, circuit, x))

    def circuits(self):
        circuits = [circuit for demand in self.demands for circuit in demand.circuits]
        circuits += [arm.circuit for demand in self.ghz_demands for arm in demand.arms]
        return [circuit for circuit in circuits if circuit]

    def account_routes(self):
        for demand in self.demands:
            demand.account_route()

    def changes_and_recalibrations(self):
        """Those of the scenario, then what drift does to each link."""
        second = self.ticks_per_s
        changes = [spec | {"at": ticks(spec["at_s"], second), "worn": (1.0, 1.0)} for spec in self.scenario["changes"]]
        recalibrations = []
        horizon = ticks(self.scenario["duration_s"], second)
        for link in self.network.links:
            if drift := link.spec["drift"]:
                generation = link.spec["generation"]

                def worn(k, drift=drift):
                    return wear(drift, k * drift["step_s"])

                def fidelity_after(k, link=link, generation=generation, worn=worn):
                    return mean_fidelity(self.network.model_of(link, generation, worn(k)))

                steps, windows = timeline(drift, horizon, lambda s: ticks(s, second), fidelity_after)
                changes += [{"link": link.name, "generation": generation, "at": tick, "worn": worn(k)} for tick, k in steps]
                recalibrations += [(link, windows)] if windows else []
        return changes, recalibrations

    def change(self, spec):
        link = self.network.link[spec["link"]]
        if self.control.on:
            self.change_that_is_told(link, spec)
            return
        goes_down, before = spec["generation"] is None, link.usable()
        concerned = {demand: found for demand in self.demands if goes_down and (found := demand.concerned_by([link]))}
        self.network.set_generation(link, spec["generation"], spec["worn"])
        for demand, found in concerned.items():
            demand.links_lost([link], found, "everywhere")
        if not goes_down:
            for demand in self.demands if self.failures.all and link.usable() and not before else []:
                demand.links_back()
            self.booking.links_changed()
        self.account_routes()

    def change_that_is_told(self, link, spec):
        before = self.network.told_of(link)
        self.network.set_generation(link, spec["generation"], spec["worn"])
        if spec["generation"] is None:
            self.control.ends_tell(link)
        else:
            self.booking.links_changed()
        if self.network.told_of(link) != before:
            self.control.spread(link)
        self.account_routes()

    def tell_ghz_demands(self, spec):
        for demand in self.ghz_demands:
            demand.links_lost([self.network.link[spec["link"]]])

    def run(self):
        self.failures.begin()
        for spec in self.changes:
            self.clock.post(spec["at"], ARRIVALS, lambda spec=spec: self.change(spec))
        for demand in self.demands:
            demand.begin()
        for spec in self.changes if self.ghz_demands else []:
            if spec["generation"] is None:
                self.clock.post(spec["at"], ARRIVALS, lambda spec=spec: self.tell_ghz_demands(spec))
        for demand in self.ghz_demands:
            demand.begin()
        self.programs.begin()
        horizon = ticks(self.scenario["duration_s"], self.ticks_per_s)
        self.clock.run_until(horizon)
        if self.clock.last is not None:
            horizon = self.clock.last
        for link in self.network.links:
            link.up_ticks += horizon - link.changed_at if link.up else 0
        for node in self.network.nodes:
            node.up_ticks += horizon - node.changed_at if not node.failed else 0
        for demand in self.demands:
            demand.account_route(horizon)
        for circuit in self.circuits():
            circuit.settle(horizon)
        self.programs.finish(horizon)
        self.trace.sort()
        return Outcome(
            self.trace, self.pairs, self.demands, self.network.links, self.network.nodes, self.ticks_per_s, horizon,
            self.booking.rows, (self.booking.numbers, self.booking.releases), self.ghz_demands, self.ghz_states,
            self.failures.rows, self.programs, self.mail.lost, self.control.messages,
        )  # fmt: skip


def run(scenario, replica=0, coins=None, programs=None):
    """`scenario`: plain data in the file format, times in SI numbers. `coins`: a numpy Generator. `programs`: lists by node."""
    return Run(complete(scenario), replica, coins, programs or {}).run()
