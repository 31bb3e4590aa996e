"""Link generation, every cycle of every lane group stepped."""

from math import inf, log1p

from . import states
from .clock import ATTEMPTS
from .hardware import failures_before, herald_row, successes_of, turned


class LaneGroup:
    """A link's share of one of a demand's circuits, for the whole run; bound to each that takes this place while it generates."""

    def __init__(self, run, link, circuit):
        self.run, self.link, self.demand = run, link, circuit.demand
        entity = f"link:{link.name}/demand:{circuit.owner}"
        self.attempts, self.heralds = run.stream(f"{entity}/attempts"), run.stream(f"{entity}/herald")
        self.circuit, self.hop, self.is_open = None, None, False
        self.held = 0  # communication qubits at each end that has some
        self.free = [0, 0]  # slots at the hop's end nearer to A, nearer to B
        self.turns = 0
        self.next_start, self.scheduled = 0, False
        self.residual = None
        self.regime, self.cycles = None, 0  # (lanes, model) and the cycles made since it last changed
        self.pairs = 0
        self.watchers = []  # [attempts still to be made, what to do then with the tick of the last one's start]

    def open(self, circuit, hop):
        self.circuit, self.hop, self.is_open = circuit, hop, True
        self.free = [circuit.end_slots if end else circuit.width for end in (hop == 0, hop + 1 == circuit.last)]
        self.turns = inf if self.demand.spec["pipelined"] else circuit.width
        self.wake()

    def close(self, side):
        self.free[side], self.is_open = 0, False
        self.run.communication.review(self)
        self.run.turns.review(self.link)

    def free_slot(self, side):
        self.free[side] += 1
        self.wake()

    def give_turn(self):
        self.turns += 1
        self.wake()

    def watch(self, attempts, action):
        self.watchers.append([attempts, action])

    def herald_delay(self, side):
        """From the start of a cycle until the node at this side of the hop knows the result."""
        forward = self.link.ends[0] is self.circuit.nodes[self.hop]
        model = self.link.model
        return model.herald[side if forward else 1 - side] + (model.modes - 1) * model.mode_separation

    def lanes(self):
        return self.run.communication.lanes(self)

    def wanted(self):
        return min(*self.free, self.turns, self.demand.spec["width"])

    def wake(self):
        self.run.communication.review(self)
        self.go_on()

    def go_on(self):
        if self.lanes() and self.run.turns.want(self.link) and not self.scheduled:
            self.schedule(max(self.run.clock.now, self.next_start))

    def schedule(self, tick):
        slot = self.run.network.slot
        if slot:
            tick = max(0, -(-(tick - 1) // slot)) * slot + 1
        self.scheduled = True
        self.run.clock.post(tick, ATTEMPTS, self.cycle, rank=(*self.circuit.place, self.hop))

    def cycle(self):
        self.scheduled = False
        lanes, link = self.lanes(), self.link
        if not lanes or not self.run.turns.held(link):
            return
        self.next_start = self.run.clock.now + link.model.period
        link.attempts += lanes
        link.lane_ticks += lanes * link.model.period
        self.disturb(lanes)
        for watcher in list(self.watchers):
            watcher[0] -= 1
            if watcher[0] == 0:
                self.watchers.remove(watcher)
                watcher[1]()
        made = self.successes(lanes)
        phase = link.phase.at(self.run.clock.now, link.model) if made and link.model.phase_sigma else None
        pairs = 0
        for mode in self.modes_of(lanes, made):
            self.make_pair(phase, mode)
            pairs += 1
        if made:
            self.run.communication.after_success(self, pairs)
            self.run.turns.after_success(link)
        if self.lanes():
            self.schedule(self.next_start)

    def disturb(self, lanes):
        """What is stored at either node, but for what was made in this very phase."""
        model = self.link.model
        for node, left in zip(self.link.ends, model.left_by_attempt, strict=True):
            if left < 1:
                node.stored = [qubit for qubit in node.stored if qubit.cluster]
                for qubit in node.stored:
                    if qubit.made != (self.run.clock.now, self.run.clock.round):
                        for _ in range(model.modes * (1 if model.shared_train else lanes)):
                            qubit.undisturbed *= left

    def successes(self, lanes):
        model = self.link.model
        if self.run.coins is not None:
            return self.toss(lanes, model)
        if self.residual is None:
            self.draw_threshold()
        if self.regime != (lanes, model):
            self.settle()
            self.regime = lanes, model
        self.cycles += 1
        if not self.cycles * self.step(lanes, model) > self.residual:
            return 0
        made = 1 if model.shared_train else successes_of(lanes, model.success, self.count_draw)
        self.draw_threshold()
        return made

    def toss(self, lanes, model):
        """Every mode of every train, one by one."""
        trains = 1 if model.shared_train else lanes
        hits = [[mode for mode in range(model.modes) if self.run.coins.random() < model.mode_success] for _ in range(trains)]
        self.tossed = hits[0][:lanes] if model.shared_train else [train[0] for train in hits if train]
        return len(self.tossed)

    def modes_of(self, lanes, made):
        """In which modes of their trains the pairs come; of a shared train all that find a lane."""
        model = self.link.model
        if self.run.coins is not None or model.modes == 1:
            yield from self.tossed if self.run.coins is not None else [0] * made
        elif made and model.shared_train:
            mode = failures_before(model.mode_success, self.heralds.draw()[0] * model.success, model.modes - 1)
            yield mode
            for _ in range(lanes - 1):
                mode += 1 + failures_before(model.mode_success, self.heralds.draw()[0], model.modes - mode - 1)
                if mode >= model.modes:
                    return
                yield mode
        else:
            for _ in range(made):
                yield failures_before(model.mode_success, self.heralds.draw()[0] * model.success, model.modes - 1)

    @staticmethod
    def step(lanes, model):
        return (1 if model.shared_train else lanes) * model.rate

    def settle(self):
        if self.cycles:
            lanes, model = self.regime
            self.residual -= self.cycles * self.step(lanes, model)
            self.cycles = 0

    def draw_threshold(self):
        u0, self.count_draw = self.attempts.draw()
        self.residual = -log1p(-u0)
        self.cycles = 0

    def make_pair(self, phase, mode):
        run, model = self.run, self.link.model
        now = run.clock.now + mode * model.mode_separation
        row = herald_row(model.rows, self.heralds.draw()[0])
        _, frame, rho = model.rows[row]
        if phase is not None:
            rho = turned(rho, phase)
        devices = [run.communication.device(node) for node in self.link.ends]
        qubits = states.create_pair(rho, devices[0], now + model.emission[0], devices[1], now + model.emission[1])
        for node, qubit in zip(self.link.ends, qubits, strict=True):
            qubit.made = run.clock.now, run.clock.round
            qubit.empty = bool(model.empties) and model.empties[row][self.link.ends.index(node)]
            node.stored.append(qubit)
        order = (0, 1) if self.link.ends[0] is self.circuit.nodes[self.hop] else (1, 0)
        self.free = [self.free[0] - 1, self.free[1] - 1]
        self.turns -= 1
        self.link.successes += 1
        self.circuit.record("link", self.link.name, self.demand.index, self.pairs)
        self.pairs += 1
        self.circuit.new_pair(self.hop, [qubits[i] for i in order], [now + model.herald[i] for i in order], frame)
