"""The story of one request: what it waited for, what made its pairs, and what was lost on the way."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from farbell._core import ShortestRouter
from farbell.describe import counted, quantity
from farbell.explanation import DeliveredPair, Explanation, Happening, Step, request_sentence
from farbell.program_story import ProgramStory
from farbell.record import Record
from farbell.replay import RequestFacts, find_request, traced
from farbell.round_story import RoundStory
from farbell.table import ResultTable
from farbell.trace import checked_window

__all__ = ["explain", "request_window"]

Row = Mapping[str, Any]


def explain(
    record: Record, *, request: int, demand: str | None, replica: int, window_s: tuple[float, float] | None
) -> Explanation:
    """See :meth:`farbell.Results.explain`."""
    facts = find_request(record, request, demand, replica, ghz=True)
    window = request_window(record, facts) if window_s is None else checked_window("window_s", window_s)
    trace, warnings = traced(record, replica, window)
    row, network, rounds = facts.row, record.network, record.scenario.rounds
    of_states = facts.demand in network.ghz_demand_names
    story: _Story | RoundStory = _Story(record, facts, trace) if rounds is None else RoundStory(facts, trace)
    # Other routers of rounds have paths of their own.
    routed = not of_states and (rounds is None or isinstance(rounds.router, ShortestRouter))
    return Explanation(
        demand=facts.demand,
        request=request,
        replica=replica,
        asked_s=row["asked_s"],
        started_s=row["started_s"],
        ended_s=row["finished_s"],
        status=row["status"],
        reason=row["reason"],
        pairs_asked=facts.asked,
        pairs_delivered=facts.delivered,
        route=network.route(facts.demand, 0) if routed else (),
        arms=network.ghz_arms[network.ghz_demand_names.index(facts.demand)] if of_states else (),
        window_s=window,
        waits=tuple(_merged(list(story.waits()))),
        happenings=tuple(story.happenings()),
        pairs=tuple(story.delivered()),
        warnings=warnings,
        trace=trace,
        asked_by=story.programs.asked_by(request) if isinstance(story, _Story) else "",
    )


def request_window(record: Record, facts: RequestFacts) -> tuple[float, float]:
    """The time of a request, and of the attempts, or the rounds, that made pairs which were there before it."""
    rounds = record.scenario.rounds
    if rounds is not None:
        return max(0.0, facts.begin_s - rounds.round_s), max(facts.end_s, math.nextafter(facts.begin_s, math.inf))
    period = max(record.network.link_models["attempt_period_s"], default=0.0)
    begin = facts.begin_s if facts.begin_s == facts.row["asked_s"] else facts.begin_s - float(period)
    return max(0.0, begin), max(facts.end_s, math.nextafter(begin, math.inf))


class _Story:
    """A trace, indexed by what a request's story asks it."""

    def __init__(self, record: Record, facts: RequestFacts, trace: ResultTable) -> None:
        self.facts = facts
        self.demand, self.request = facts.demand, facts.row["request"]
        self.asked_s, self.end_s = facts.row["asked_s"], facts.end_s
        self.network = record.network
        self.ends = {
            link: (k.node_a, k.node_b) for link, k in zip(record.network.link_names, record.scenario.links, strict=True)
        }
        self.rows = list(trace.rows())
        self.of_states = self.demand in record.network.ghz_demand_names
        number = record.network.categories["demand"].index(self.demand)
        self.concurrent = 1 if self.of_states else record.scenario.demands[number].concurrent_requests
        self.circuits = self._circuits()
        self.programs = ProgramStory(record, self.demand, self.rows)
        self.own = [row for row in self.rows if self._concerns(row)]
        self.few = {node.name for node in record.scenario.nodes if node.parallel_links is not None}
        self.down: set[str] = set()  # links, as far as the trace tells
        self.switch_of = {link: switch.name for switch in record.scenario.switches for link in switch.links}
        self.permits: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            if row["kind"].startswith("permit_"):
                self.permits[row["link"]].append(row)
        self.made: dict[int, Row] = {}  # elementary pair -> the success that made it
        self.joined: dict[int, Row] = {}  # pair -> the swap that made it
        self.locked: dict[tuple[str, int], Row] = {}  # node, and the elementary pair it holds towards the end A
        self.heralds: dict[int, dict[str, float]] = defaultdict(dict)
        self.messages: dict[int, list[Row]] = defaultdict(list)
        self.rounds: dict[int, list[Row]] = defaultdict(list)  # pair -> rounds of distillation in which it could be kept
        self.attempting: dict[str, list[Row]] = defaultdict(list)
        self.storing: list[Row] = []
        self.stored: dict[tuple[str, int], Row] = {}  # node, elementary pair -> how its half was moved into a memory qubit
        self.fused: dict[int, list[Row]] = {}  # fusion -> where its pairs were taken
        self.fusion_of: dict[int, Row] = {}  # delivery of a GHZ state -> its fusion
        self.at: dict[float, list[Row]] = defaultdict(list)
        for row in self.own:
            kind, pair = row["kind"], row["pair"]
            self.at[row["time_s"]].append(row)
            if kind == "link_success":
                self.made[pair] = row
            elif kind == "swap":
                self.joined[pair] = row
            elif kind == "herald":
                self.heralds[pair][row["node"]] = row["until_s"]
            elif kind == "distillation":
                self.rounds[row["left"]].append(row)
            elif kind == "message" and pair >= 0:
                self.messages[pair].append(row)
            elif kind == "attempting":
                self.attempting[row["link"]].append(row)
            elif kind == "storing":
                self.storing.append(row)
        # Pairs may be swapped on at their far ends before a swap that has begun is over.
        for row in self.own:
            if row["kind"] == "swap_started":
                self.locked[row["node"], self._at_node(row["left"], "right")] = row
        for moved in self.storing:
            self.stored[moved["node"], self._held_by(moved["node"], moved["pair"])] = moved
        self._index_fusions()

    def _circuits(self) -> set[int]:
        """The demand's circuits that served the request; none = it was not served, and there are several."""
        if self.of_states:
            names = self.network.ghz_demand_names
            return set(range(len(self.network.ghz_arms[names.index(self.demand)])))
        if self.concurrent == 1:
            return {0}
        serving = {"request_started", "delivery"}
        mine = (row for row in self.rows if row["demand"] == self.demand and row["request"] == self.request)
        return {row["circuit"] for row in mine if row["kind"] in serving}

    def _concerns(self, row: Row) -> bool:
        """Whether it is about the demand, and no other of its circuits than the request's."""
        return row["demand"] == self.demand and (row["circuit"] < 0 or not self.circuits or row["circuit"] in self.circuits)

    # ---- what the request as a whole waited for

    def waits(self) -> Iterator[Step]:
        """The time from asked to ended, in stretches with one reason each."""
        ahead = 0
        # Of the circuit that a request waits for; a GHZ demand's waits for those of all arms.
        circuits = dict.fromkeys(self.circuits if self.of_states else {0}, "none")
        full = dict.fromkeys(circuits, "")
        held: dict[str, set[tuple[str, int]]] = defaultdict(set)  # node -> demands, and their circuits, that hold slots there
        since = self.asked_s
        for row in self.rows:
            kind, mine, time = row["kind"], row["demand"] == self.demand, min(row["time_s"], self.end_s)
            if time > since:
                yield Step(since, time, *self._reason(ahead, *_furthest_behind(circuits, full), held))
                since = time
            if kind == "request_asked" and mine and row["request"] == self.request:
                ahead = row["count"]
            elif kind == "request_ended" and mine and row["request"] < self.request:
                ahead = max(0, ahead - 1)
            elif kind == "request_started" and mine and row["request"] == self.request:
                ahead = 0
            elif kind in {"circuit_granted", "circuit_up", "circuit_released"}:
                for node in self.network.route(row["demand"], row["circuit"]):
                    held[node].add((row["demand"], row["circuit"]))
            elif kind == "slots_freed":
                held[row["node"]].discard((row["demand"], row["circuit"]))
            elif kind == "circuit_gone":
                for holders in held.values():
                    holders.discard((row["demand"], row["circuit"]))
            elif kind == "link_changed":
                (self.down.add if row["detail"] == "down" else self.down.discard)(row["link"])
            self.programs.take(row)
            if self._concerns(row) and kind.startswith("circuit_"):
                arm = row["circuit"] if self.of_states else 0
                circuits[arm] = kind.removeprefix("circuit_")
                full[arm] = row["to_node"] if kind == "circuit_waits" else ""
        if since < self.end_s:
            yield Step(since, self.end_s, *self._reason(ahead, *_furthest_behind(circuits, full), held))

    def _reason(self, ahead: int, circuit: str, full: str, held: Mapping[str, set[tuple[str, int]]]) -> tuple[str, str]:
        if ahead >= self.concurrent:
            kind, first = self._reason(0, circuit, full, held)
            queue = f"behind {counted(ahead, 'earlier request')} of {self.demand}"
            return "queue", queue + ("" if kind == "service" or self.concurrent > 1 else f"; for the first of them: {first}")
        if full:
            others = {demand for demand, number in held.get(full, ()) if demand != self.demand or number not in self.circuits}
            programs = self.programs.held_at(full)
            holders = ", ".join(sorted(others) + ([f"programs ({programs})"] if programs else []))
            return "slots", f"too few free slots at {full}" + (f", held by {holders}" if holders else "")
        if circuit == "up" and (end := self.programs.full_end()):
            return (
                "programs",
                f"programs hold qubits in all {self.programs.held_at(end)} slots of {end}: no pair can be made there",
            )
        return {
            "waits": ("route", "the hook for routes chose none"),
            "up": ("service", "served: links, swaps and messages"),
            "granted": ("set_up", "set-up of the circuit: a round trip over the route"),
            "released": ("release", "the demand's old circuit is given back"),
        }.get(
            circuit,
            ("circuit", "no circuit" + (f": no route while {', '.join(sorted(self.down))} is down" if self.down else "")),
        )

    # ---- the critical path of a pair

    def delivered(self) -> Iterator[DeliveredPair]:
        return self.states() if self.of_states else self.pairs()

    def pairs(self) -> Iterator[DeliveredPair]:
        start = self.facts.row["started_s"]
        for row in self.own:
            if row["kind"] == "delivery" and row["request"] == self.request:
                steps = list(self._path(("known", (row["pair"], row["time_s"])), row["time_s"], start))
                made_of = tuple(sorted(self._leaves(row["pair"])))
                yield DeliveredPair(row["pair"], row["time_s"], row["fidelity"], made_of, tuple(reversed(steps)))

    def states(self) -> Iterator[DeliveredPair]:
        """What each GHZ state waited for: outcomes on their way, gates, and the last of the pairs that were fused."""
        start = self.facts.row["started_s"]
        for row in self.own:
            if row["kind"] == "ghz_delivery" and row["request"] == self.request and id(row) in self.fusion_of:
                steps = list(self._path(("shared", row), row["time_s"], start))
                parts = self.fused[id(self.fusion_of[id(row)])]
                made_of = tuple(sorted(leaf for part in parts for leaf in self._leaves(part["pair"])))
                yield DeliveredPair(-1, row["time_s"], row["fidelity"], made_of, tuple(reversed(steps)))

    def _index_fusions(self) -> None:
        """Which pairs were fused, and to which state; those that end together go in the order in which they began."""
        begun: dict[float, list[Row]] = defaultdict(list)  # when gates were over -> pairs that were taken
        known: dict[float, list[Row]] = defaultdict(list)  # when all users knew -> fusions
        for row in self.own:
            if row["kind"] == "fusion_started":
                begun[row["until_s"]].append(row)
            elif row["kind"] == "fusion":
                pairs, count = begun[row["time_s"]], len(self.circuits)
                self.fused[id(row)], begun[row["time_s"]] = pairs[:count], pairs[count:]
                known[row["until_s"]].append(row)
            elif row["kind"].startswith("ghz_") and known[row["time_s"]]:
                self.fusion_of[id(row)] = known[row["time_s"]].pop(0)

    def _fused_at(self, fusion: Row) -> str:
        if self.network.along_tree(self.demand):
            return "at all hubs of the tree, which hear from each other first,"
        return f"at {fusion['node']}"

    def _leaves(self, pair: int) -> Iterator[int]:
        swap = self.joined.get(pair)
        if swap is None:
            yield pair
        else:
            yield from self._leaves(swap["left"])
            yield from self._leaves(swap["right"])

    def _swaps(self, pair: int) -> Iterator[Row]:
        swap = self.joined.get(pair)
        if swap is not None:
            yield swap
            yield from self._swaps(swap["left"])
            yield from self._swaps(swap["right"])

    def _path(self, todo: tuple[str, Any] | None, time: float, floor: float) -> Iterator[Step]:
        """Steps backwards in time, from when the users knew what they got."""
        reached = time
        seen = set()
        # Without any delay, what follows from what cannot always be told within one tick.
        while todo is not None and (key := (todo[0], id(todo[1]) if isinstance(todo[1], dict) else todo[1])) not in seen:
            seen.add(key)
            steps, todo = self._before(*todo)
            for step in steps:
                if step.end_s <= floor:
                    return
                if step.seconds > 0:
                    reached = max(step.start_s, floor)
                    yield Step(reached, step.end_s, step.kind, step.text)
        if reached > floor:
            yield Step(floor, reached, "earlier", "what happened before, which is not followed")

    def _before(self, what: str, about: Any) -> tuple[list[Step], tuple[str, Any] | None]:
        """The steps that end in something, and what they began with."""
        if what == "known":
            pair, time = about
            if bit := self._bit(pair, time):
                return self._before_bit(pair, bit)
            for swap in self._swaps(pair):
                for message in self.messages[swap["pair"]]:
                    if message["until_s"] == time and message["detail"] == "swap_result":
                        text = f"result of the swap at {message['node']} on its way to {message['to_node']}"
                        return [Step(message["time_s"], time, "message", text)], ("swap", swap)
            for leaf in self._leaves(pair):
                for node, known in self.heralds[leaf].items():
                    if known == time:
                        return [], ("herald", (leaf, node))
            for leaf in self._leaves(pair):
                for node in self.heralds[leaf]:
                    if (row := self.stored.get((node, leaf))) and row["until_s"] == time:
                        return self._before_storing(row)
            return [], None
        if what == "shared":
            fusion = self.fusion_of.get(id(about))
            if fusion is None:
                return [], None
            text = f"outcomes of the fusion {self._fused_at(fusion)} on their way to the users"
            return [Step(fusion["time_s"], about["time_s"], "message", text)], ("fusion", fusion)
        if what == "fusion":
            parts = self.fused[id(about)]
            if not parts:
                return [], None
            began = parts[0]["time_s"]
            pairs = [("known", (part["pair"], began)) for part in parts]
            # The others were there before.
            slowest = next((pair for pair in pairs if self._before(*pair)[1]), pairs[0])
            return [Step(began, about["time_s"], "gates", f"fusion of {len(parts)} pairs {self._fused_at(about)}")], slowest
        if what == "swap":
            swap = about
            node = swap["node"]
            halves = [self._at_node(swap["left"], "right"), self._at_node(swap["right"], "left")]
            lock = self.locked.get((node, halves[0]))
            if lock is None:
                return [], None
            steps = [Step(lock["time_s"], swap["time_s"], "gates", f"Bell measurement at {node}")]
            last, half = max((self._at_rest(half, node, lock["time_s"]), half) for half in halves)
            if last < lock["time_s"] and last > -math.inf:
                steps.append(Step(last, lock["time_s"], "node", f"waiting at {node}"))
            if last > self._ready(half, node, lock["time_s"]):
                more, todo = self._before_storing(self.stored[node, half])
                return [*steps, *more], todo
            if bit := self._bit(half, last):
                more, todo = self._before_bit(half, bit)
                return [*steps, *more], todo
            return steps, ("herald", (half, node)) if last > -math.inf else None
        if what == "round":
            row = about
            ready = {pair: self._ready(pair, row["node"], row["time_s"], before=row) for pair in (row["left"], row["right"])}
            pair = max(ready, key=lambda one: ready[one])
            text = f"round of distillation of pairs {row['left']} and {row['right']}"
            if (moved := self._last_stored(ready, row["time_s"])) and moved["until_s"] > ready[pair]:
                more, todo = self._before_storing(moved)
                return [Step(moved["until_s"], row["time_s"], "gates", text), *more], todo
            steps = [Step(ready[pair], row["time_s"], "gates", text)]
            if bit := self._bit(pair, ready[pair]):
                more, todo = self._before_bit(pair, bit)
                return [*steps, *more], todo
            return steps, ("known", (pair, ready[pair])) if ready[pair] > -math.inf else None
        if what == "herald":
            pair, node = about
            success = self.made.get(pair)
            if success is None:
                return [], None
            text = f"pair {pair} made on {success['link']}, its herald to {node}"
            return [Step(success["time_s"], self.heralds[pair][node], "herald", text)], ("made", success)
        if what == "made":
            link, time = about["link"], about["time_s"]
            began = self._attempts_began(link, time)
            return [Step(began, time, "attempts", f"attempts on {link}")], ("freed", (link, began, began < time))
        return self._before_attempts(*about)

    def _bit(self, pair: int, time: float) -> Row | None:
        """The message that told, at `time`, that the pair was kept."""
        bits = (m for m in self.messages[pair] if m["detail"] == "distillation_bit" and m["until_s"] == time)
        return next(bits, None) if self.rounds[pair] else None

    def _before_bit(self, pair: int, bit: Row) -> tuple[list[Step], tuple[str, Any] | None]:
        text = f"what was read in distillation on its way between {bit['node']} and {bit['to_node']}"
        rounds = [row for row in self.rounds[pair] if row["time_s"] == bit["time_s"]]
        return [Step(bit["time_s"], bit["until_s"], "message", text)], ("round", rounds[-1]) if rounds else None

    def _ready(self, pair: int, node: str, time: float, before: Row | None = None) -> float:
        """When the node could use the pair: its last round of distillation, or its herald; of a longer pair the last news."""
        rounds = [row for row in self.rounds[pair] if row is not before and row["time_s"] <= time]
        bits = [m["until_s"] for m in self.messages[pair] if m["detail"] == "distillation_bit" and m["until_s"] <= time]
        if rounds and bits:
            return float(max(bits))
        if pair in self.joined:
            told = [m["until_s"] for swap in self._swaps(pair) for m in self.messages[swap["pair"]] if m["until_s"] <= time]
            return float(max(told, default=-math.inf))
        if before is not None:  # a pool waits for the later end
            return float(max(self.heralds[pair].values(), default=-math.inf))
        return float(self.heralds[pair].get(node, -math.inf))

    def _at_rest(self, half: int, node: str, time: float) -> float:
        """When the node could use its half of the pair where it is: once it could use the pair, or had moved the half."""
        moved = self.stored.get((node, half))
        until = moved["until_s"] if moved and moved["until_s"] <= time else -math.inf
        return max(self._ready(half, node, time), float(until))

    def _last_stored(self, pairs: Iterable[int], time: float) -> Row | None:
        """Of the halves of these pairs that had been moved by then the last."""
        halves = [(node, leaf) for pair in pairs for leaf in self._leaves(pair) for node in self.heralds[leaf]]
        rows = [row for half in halves if (row := self.stored.get(half)) and row["until_s"] <= time]
        return max(rows, key=lambda row: row["until_s"], default=None)

    def _before_storing(self, row: Row) -> tuple[list[Step], tuple[str, Any] | None]:
        node, pair, began = row["node"], row["pair"], row["time_s"]
        half = self._held_by(node, pair)
        steps = [Step(began, row["until_s"], "storing", f"{node} moves its half of pair {pair} into a memory qubit")]
        ready = self._ready(half, node, began)
        if -math.inf < ready < began:
            steps.append(Step(ready, began, "node", f"waiting at {node}"))
        if bit := self._bit(half, ready):
            more, todo = self._before_bit(half, bit)
            return [*steps, *more], todo
        return steps, ("herald", (half, node)) if ready > -math.inf else None

    def _held_by(self, node: str, pair: int) -> int:
        """The elementary pair whose half the node holds of this one."""
        return next((leaf for leaf in self._leaves(pair) if node in self.heralds[leaf]), pair)

    def _before_attempts(self, link: str, time: float, longer: bool) -> tuple[list[Step], tuple[str, Any] | None]:
        """What a lane of the link waited for that began to attempt at `time`."""
        connected = (row for row in self.permits[link] if row["until_s"] == time and row["time_s"] < time)
        if held := next(connected, None):
            text = f"switch {self.switch_of[link]} connects a station to {link}"
            return [Step(held["time_s"], time, "switching", text)], ("freed", (link, held["time_s"], True))
        asked = self._permit_asked(link, time)
        if asked < time:
            text = f"{link} waits: {self._limited(link)}"
            return [Step(asked, time, "permit", text)], ("freed", (link, asked, True))
        if moved := next((r for r in self.storing if r["until_s"] == time and r["node"] in self.ends[link]), None):
            return self._before_storing(moved)
        rows = self.at[time]
        # A memory of the link's own nodes comes free; or, where a hop has turns, one of others.
        for row in [r for r in rows if r["node"] in self.ends[link]] + [r for r in rows if r["node"] not in self.ends[link]]:
            if row["kind"] == "swap":
                return [], ("swap", row)
            if row["kind"] == "fusion":
                return [], ("fusion", row)
            if row["kind"].startswith("ghz_"):
                return [], ("shared", row)
            if row["kind"] in {"delivery", "qubit_measured", "pair_rejected", "pair_surplus"}:
                return [], ("known", (row["pair"], time))
            if row["kind"] == "qubit_lost":
                return self._before_loss(row)
            if row["kind"] == "cut_off" and (success := self.made.get(row["pair"])) and success["time_s"] < time:
                text = f"pair {row['pair']} waits at {row['node']} until it is given up"
                return [Step(success["time_s"], time, "cut_off", text)], ("made", success)
            if row["kind"] == "distillation":
                return [], ("round", row)
            if row["kind"] == "qubit_discarded" and (bit := self._bit(row["pair"], time)):
                return self._before_bit(row["pair"], bit)
            if row["kind"] == "circuit_up":
                return self._before_circuit(time), None
        # A permit given back after a success, the demand's own or another's.
        made = next((r for r in rows if r["kind"] == "link_success" and r["link"] == link), None)
        if made and longer:
            return [], ("made", made)
        earlier = [row for row in self.attempting[link] if row["time_s"] < time]
        if earlier and earlier[-1]["count"] > 0:
            began = self._attempts_began(link, math.nextafter(time, 0))
            return [Step(began, time, "attempts", f"attempts on {link}")], ("freed", (link, began, True))
        if earlier and link in self.switch_of and earlier[-1]["until_s"] == time:
            # Its turn ended with the cycle that ran.
            stopped = earlier[-1]["time_s"]
            return [Step(stopped, time, "attempts", f"the last attempt of a turn of {link}")], ("freed", (link, stopped, True))
        return [], None

    def _before_loss(self, lost: Row) -> tuple[list[Step], tuple[str, Any] | None]:
        for message in self.messages[lost["pair"]]:
            if message["until_s"] == lost["time_s"] and message["detail"] == "loss_notice":
                text = f"news of a loss on its way from {message['node']} to {message['to_node']}"
                swaps = [r for r in self.at[message["time_s"]] if r["kind"] == "swap" and r["node"] == message["node"]]
                return [Step(message["time_s"], lost["time_s"], "notice", text)], ("swap", swaps[0]) if swaps else None
        return [], None

    def _before_circuit(self, up: float) -> list[Step]:
        """Steps backwards from a circuit's being up to its forerunner's release."""
        texts = {
            "circuit_granted": ("set_up", "set-up of the circuit: a round trip over the route"),
            "circuit_asked": ("slots", "waiting for free slots for a circuit"),
            "circuit_released": ("release", "the circuit before is given back"),
        }
        steps = []
        for row in reversed(self.own):
            if row["time_s"] <= up and row["kind"] in texts:
                steps.append(Step(row["time_s"], up, *texts[row["kind"]]))
                up = row["time_s"]
                if row["kind"] == "circuit_released":
                    return [*steps, Step(-math.inf, up, "lost_circuit", "a circuit that was given back before it was of use")]
        return steps

    def _attempts_began(self, link: str, time: float) -> float:
        """When the unbroken stretch of attempts began that led to the success at `time`."""
        began, idle_since = -math.inf, -math.inf
        idle = True
        for row in self.attempting[link]:
            if row["until_s"] > time and row["time_s"] >= time:
                break
            if row["count"] == 0:
                idle, idle_since = True, row["time_s"]
            elif idle:
                # A permit given back and got again at once is no break.
                began = began if row["time_s"] == idle_since else row["time_s"]
                idle = False
        return began

    def _permit_asked(self, link: str, time: float) -> float:
        """Since when the link, which got its permit at `time`, had waited for it; `time` itself if it had not."""
        since = math.inf
        for row in self.permits[link]:
            if row["time_s"] > time:
                break
            if row["kind"] == "permit_waits":
                since = min(since, row["time_s"])
            elif row["time_s"] < time:
                since = math.inf
            else:
                return min(since, time)
        return time

    def _limited(self, link: str) -> str:
        nodes = [node for node in self.ends[link] if node in self.few]
        why = " or ".join(nodes) + (" attempts" if len(nodes) == 1 else " attempt") + " on as many links as it can"
        of_switch = f"switch {self.switch_of[link]} has no turn for it" if link in self.switch_of else ""
        return " or ".join(text for text in (why if nodes else "", of_switch) if text)

    def _at_node(self, pair: int, side: str) -> int:
        """The elementary pair whose half the node held that measured this one."""
        while pair in self.joined:
            pair = self.joined[pair][side]
        return pair

    # ---- everything, in order

    def happenings(self) -> Iterator[Happening]:
        waiting: set[str] = set()
        for row in self.rows:
            if row["kind"] == "permit_held":
                waiting.discard(row["link"])
            elif row["kind"] == "permit_waits":
                # Links queue anew whenever permits change hands.
                if row["link"] in waiting or row["link"] not in self.attempting:
                    continue
                waiting.add(row["link"])
            text = self._sentence(row)
            if text and row["time_s"] >= self.facts.begin_s:
                yield Happening(row["time_s"], row["kind"], text)

    def _sentence(self, row: Row) -> str:
        kind, node, pair = row["kind"], row["node"], row["pair"]
        if kind == "link_changed":
            return f"link {row['link']} {'goes down' if row['detail'] == 'down' else 'changes'}"
        if kind == "permit_waits":
            return f"link {row['link']} waits: {self._limited(row['link'])}"
        if told := self.programs.sentence(row):
            return told
        if not self._concerns(row):
            return ""
        if kind.startswith("request_"):
            return request_sentence(row, self.request)
        if kind.startswith("circuit_"):
            return self._circuit_sentence(row)
        if kind == "link_success":
            known = ", ".join(f"{n} at +{quantity(t - row['time_s'], 's', 4)}" for n, t in self.heralds[pair].items())
            return f"link {row['link']} makes pair {pair}; heralded to {known}"
        if kind == "swap_started" and row["until_s"] > row["time_s"]:
            return f"{node} begins to swap pairs {row['left']} and {row['right']}"
        if kind == "swap":
            return self._swap_sentence(row)
        if kind == "message" and row["detail"] == "loss_notice":
            when = quantity(row["until_s"] - row["time_s"], "s", 4)
            return f"{node} sends news to {row['to_node']} that pair {pair} lost its other half; it takes {when}"
        if kind == "notice_held":
            return f"{node} learns that pair {pair} has lost its other half, while it swaps it"
        if kind == "distillation":
            fate = f"pair {row['left']} is to be kept" if row["detail"] == "kept" else f"pair {row['left']} is not to be kept"
            return f"a round of distillation uses up pair {row['right']}; {fate}"
        if kind == "cut_off":
            who = f"{node} gives up its half of pair {pair}" if row["detail"] == "memory" else f"both ends give up pair {pair}"
            return f"{who}: it has waited too long"
        known = quantity(row["until_s"] - row["time_s"], "s", 4)
        state = f"a state of {row['count']} users is"
        plain = {
            "storing": f"{node} moves its half of pair {pair} into a memory qubit; it takes {known}",
            "qubit_discarded": f"{node} drops its half of pair {pair}: the round of distillation failed",
            "qubit_lost": f"{node} learns that pair {pair} has lost its other half, and drops it",
            "qubit_released": f"{node} drops its half of pair {pair}: the circuit is given back",
            "qubit_measured": f"{node} measures its half of pair {pair} in {str(row['detail']).upper()}",
            "pair_rejected": f"pair {pair} is rejected: fidelity {row['fidelity']:.4f} is below what is asked",
            "pair_surplus": f"pair {pair} is surplus: no request is served",
            "fusion_started": f"{node} takes pair {pair} for a fusion",
            "fusion": f"{node} fuses {row['count']} pairs; all users know the outcomes at +{known}",
            "ghz_delivery": f"{state} delivered{self._whose(row)}, fidelity {row['fidelity']:.4f}",
            "ghz_rejected": f"{state} rejected: fidelity {row['fidelity']:.4f} is below what is asked",
            "ghz_surplus": "a state is surplus: no request is served",
            "delivery": f"pair {pair} is delivered{self._whose(row)}, fidelity {row['fidelity']:.4f}",
        }
        return plain.get(kind, "")

    def _whose(self, row: Row) -> str:
        return "" if row["request"] == self.request else f" to request {row['request']}"

    def _circuit_sentence(self, row: Row) -> str:
        at = row["to_node"]
        up = quantity(row["until_s"] - row["time_s"], "s", 4) if not math.isnan(row["until_s"]) else ""
        user = f"arm to {self.network.route(self.demand, row['circuit'])[-1]}: " if self.of_states else ""
        text = {
            "circuit_asked": "a circuit is asked for",
            "circuit_waits": "the circuit has to wait: " + (f"too few free slots at {at}" if at else "the hook chose no route"),
            "circuit_granted": f"the circuit is granted; its set-up takes {up or 'no time'}",
            "circuit_up": "the circuit is up",
            "circuit_released": f"the circuit is given back, {at} tells the others"
            if at
            else "the circuit is given back at once by all nodes",
            "circuit_gone": "the circuit is gone",
        }.get(row["kind"], "")
        return user + text if text else ""

    def _swap_sentence(self, row: Row) -> str:
        node, pairs = row["node"], f"{row['left']} and {row['right']}"
        if row["detail"] == "failed":
            return f"the swap of pairs {pairs} at {node} fails: both lose a half"
        junk = ", which is junk: a half was lost before" if row["stale"] else ""
        results = [m for m in self.messages[row["pair"]] if m["detail"] == "swap_result"]
        told = ", ".join(f"{m['to_node']} at +{quantity(m['until_s'] - m['time_s'], 's', 4)}" for m in results)
        return f"{node} swaps pairs {pairs} to pair {row['pair']}{junk}" + (f"; told to {told}" if told else "")


def _furthest_behind(circuits: Mapping[int, str], full: Mapping[int, str]) -> tuple[str, str]:
    """A request is served when all of its circuits are up: the state of the last one, and a node whose slots one waits for."""
    ranks = {"up": 3, "granted": 2, "released": 1}
    return min(circuits.values(), key=lambda state: ranks.get(state, 0)), next(filter(None, full.values()), "")


def _merged(steps: Sequence[Step]) -> list[Step]:
    out: list[Step] = []
    for step in steps:
        if out and (out[-1].kind, out[-1].text) == (step.kind, step.text):
            out[-1] = Step(out[-1].start_s, step.end_s, step.kind, step.text)
        else:
            out.append(step)
    return out
