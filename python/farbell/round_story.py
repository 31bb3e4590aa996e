"""The story of a request that is served in rounds: which rounds it waited for, and what made its pairs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from farbell.describe import counted, quantity
from farbell.explanation import DeliveredPair, Happening, Step, request_sentence
from farbell.replay import RequestFacts
from farbell.table import ResultTable

__all__ = ["DROPPED", "RoundStory", "with_owners"]

Row = Mapping[str, Any]

#: Why a node drops a qubit in a round, by the word of the trace.
DROPPED = {
    "unused": "its pair is joined to none",
    "alone": "nothing leads on from it",
    "broken": "what it was joined to has failed",
}


def with_owners(rows: Iterable[Row]) -> list[Row]:
    """The rows, where pairs have the demand that they were joined for: their lanes may be nobody's, or, by a hook, another's.

    Parameters
    ----------
    rows : iterable of mapping
        Of a trace, in order.
    """
    told = list(rows)
    owner: dict[int, str] = {}
    for row in told:
        if row["demand"] is not None:
            owner |= {row[name]: row["demand"] for name in ("pair", "left", "right") if row[name] >= 0}
    made = {"link_success", "herald"}
    return [{**row, "demand": owner.get(row["pair"])} if row["demand"] is None or row["kind"] in made else row for row in told]


class RoundStory:
    """A trace of rounds, indexed by what a request's story asks it."""

    def __init__(self, facts: RequestFacts, trace: ResultTable) -> None:
        self.facts = facts
        self.request = facts.row["request"]
        rows = with_owners(trace.rows())
        self.own = [row for row in rows if row["demand"] == facts.demand or row["kind"] == "link_changed"]
        self.made: dict[int, Row] = {}  # pair of a link -> the success that made it
        self.joined: dict[int, Row] = {}  # pair -> the swap that made it
        self.parts: dict[int, list[Row]] = defaultdict(list)  # pair of a state -> the pairs that became the state
        self.heralds: dict[int, dict[str, float]] = defaultdict(dict)
        self.results: dict[int, list[Row]] = defaultdict(list)  # pair -> where the swap that made it is told
        self.chains: dict[int, Row] = {}  # first pair of a chain -> when it was joined
        self.rounds: list[Row] = []
        self.attempts_end: dict[float, float] = {}  # start of a round -> when its attempts are over
        for given in trace[trace["kind"] == "lanes_given"].rows():
            self.attempts_end[given["time_s"]] = given["until_s"]
        for row in self.own:
            kind, pair = row["kind"], row["pair"]
            if kind == "link_success":
                self.made[pair] = row
            elif kind == "herald":
                self.heralds[pair][row["node"]] = row["until_s"]
            elif kind == "swap" and pair >= 0:
                self.joined[pair] = row
            elif kind == "message":
                self.results[pair].append(row)
            elif kind == "state_joined":
                self.parts[row["right"]].append(row)
            elif kind == "chain_joined":
                self.chains[row["left"]] = row
            elif kind == "round_begun":
                self.rounds.append(row)

    # ---- what the request as a whole waited for

    def waits(self) -> Iterator[Step]:
        """The time from asked to ended, in stretches with one reason each."""
        ahead, started, since = 0, False, self.facts.row["asked_s"]
        for row in self.own:
            if not row["kind"].startswith("request_") or row["request"] > self.request:
                continue
            time = min(row["time_s"], self.facts.end_s)
            if time > since:
                yield Step(since, time, *self._reason(ahead, started))
                since = time
            if row["request"] < self.request:
                ahead -= row["kind"] == "request_ended" and ahead > 0
            elif row["kind"] == "request_asked":
                ahead = row["count"]
            else:
                started = row["kind"] == "request_started"
        if since < self.facts.end_s:
            yield Step(since, self.facts.end_s, *self._reason(ahead, started))

    def _reason(self, ahead: int, started: bool) -> tuple[str, str]:
        if ahead > 0:
            return "queue", f"behind {counted(ahead, 'earlier request')} of {self.facts.demand}"
        return ("service", "served, round after round") if started else ("round", "the next round is yet to begin")

    # ---- the critical path of a pair

    def delivered(self) -> Iterator[DeliveredPair]:
        for row in self.own:
            if row["kind"] == "delivery" and row["request"] == self.request:
                made_of = tuple(sorted(self._leaves(row["pair"])))
                yield DeliveredPair(row["pair"], row["time_s"], row["fidelity"], made_of, self._path(row, made_of))

    def _leaves(self, pair: int) -> Iterator[int]:
        if swap := self.joined.get(pair):
            yield from self._leaves(swap["left"])
            yield from self._leaves(swap["right"])
        elif pair in self.parts:
            yield from (part["pair"] for part in self.parts[pair])
        else:
            yield pair

    def _swaps(self, pair: int) -> Iterator[Row]:
        if swap := self.joined.get(pair):
            yield swap
            yield from self._swaps(swap["left"])
            yield from self._swaps(swap["right"])

    def _path(self, delivery: Row, made_of: tuple[int, ...]) -> tuple[Step, ...]:
        """Steps in order of time from the request's start to the delivery: earlier rounds, then the phases of this one."""
        floor, end = self.facts.row["started_s"], delivery["time_s"]
        steps = self._phases(delivery, made_of)
        begin = steps[0].start_s if steps else end
        if begin > floor:
            before = sum(floor <= row["time_s"] < begin for row in self.rounds)
            text = counted(before, "earlier round") if steps else "what happened before, which is not followed"
            steps.insert(0, Step(floor, begin, "earlier", text))
        return tuple(Step(max(s.start_s, floor), s.end_s, s.kind, s.text) for s in steps if s.end_s > max(s.start_s, floor))

    def _phases(self, delivery: Row, made_of: tuple[int, ...]) -> list[Step]:
        """Of the round that made the pair; none where the trace does not reach back to its start."""
        pair, end = delivery["pair"], delivery["time_s"]
        made = [self.made[leaf] for leaf in made_of if leaf in self.made]
        chain = self.parts[pair][0] if pair in self.parts else next((self.chains[n] for n in made_of if n in self.chains), None)
        begun = [row for row in self.rounds if made and row["time_s"] <= min(row["time_s"] for row in made)]
        if not begun or chain is None or len(made) < len(made_of):
            return []
        start, joined = begun[-1]["time_s"], chain["time_s"]
        attempted = self.attempts_end[start]
        last = max(made, key=lambda row: row["time_s"])
        which = f"round {begun[-1]['count']}: links attempt; {last['link']} is the last of {len(made)} to have a pair"
        steps = [
            Step(start, attempted, "attempts", which + f", at +{quantity(last['time_s'] - start, 's', 4)}"),
            Step(attempted, joined, "news", "nodes tell others which of their links have pairs"),
        ]
        if pair in self.parts:
            return [*steps, Step(joined, end, "fusion", "nodes measure what they have, and tell both ends what came out")]
        for swap in self._swaps(pair):
            for message in self.results[swap["pair"]]:
                if message["until_s"] == end:
                    text = f"result of the swap at {message['node']} on its way to {message['to_node']}"
                    told = Step(message["time_s"], end, "message", text)
                    return [*steps, Step(joined, told.start_s, "gates", f"Bell measurement at {message['node']}"), told]
        return steps

    # ---- everything, in order

    def happenings(self) -> Iterator[Happening]:
        for row in self.own:
            text = self._sentence(row)
            if text and row["time_s"] >= self.facts.begin_s:
                yield Happening(row["time_s"], row["kind"], text)

    def _sentence(self, row: Row) -> str:
        kind, node, pair, count = row["kind"], row["node"], row["pair"], row["count"]
        if kind.startswith("request_"):
            return request_sentence(row, self.request)
        if kind == "link_success":
            known = ", ".join(f"{n} at +{quantity(t - row['time_s'], 's', 4)}" for n, t in self.heralds[pair].items())
            return f"link {row['link']} makes pair {pair}; heralded to {known}"
        if kind == "swap":
            return self._swap_sentence(row)
        takes = quantity(row["until_s"] - row["time_s"], "s", 4)
        whose = "" if row["request"] == self.request else f" to request {row['request']}"
        plain = {
            "link_changed": f"link {row['link']} {'goes down' if row['detail'] == 'down' else 'changes'}, for the next round",
            "round_begun": f"round {count} begins",
            "lanes_given": f"link {row['link']} attempts for it with {counted(count, 'lane')}, for {takes}",
            "chain_joined": f"a chain of {counted(count, 'hop')} is joined",
            "chain_broken": f"a chain of {counted(count, 'hop')} comes to nothing: there is one without a pair",
            "qubit_dropped": f"{node} drops its half of pair {pair}: {DROPPED.get(row['detail'], '')}",
            "fusion": f"{node} fuses {counted(count, 'pair')}; both ends know of all outcomes at +{takes}",
            "fusion_failed": f"the fusion of {counted(count, 'pair')} at {node} fails",
            "qubit_measured": f"{node} measures its half of pair {pair} in {str(row['detail']).upper()}",
            "pair_rejected": f"pair {pair} is rejected: fidelity {row['fidelity']:.4f} is below what is asked",
            "pair_surplus": f"pair {pair} is surplus: no request is served",
            "delivery": f"pair {pair} is delivered{whose}, fidelity {row['fidelity']:.4f}",
        }
        if kind == "swap_started" and row["until_s"] > row["time_s"]:
            return f"{node} begins to swap pairs {row['left']} and {row['right']}"
        return plain.get(kind, "")

    def _swap_sentence(self, row: Row) -> str:
        node, pairs = row["node"], f"{row['left']} and {row['right']}"
        if row["detail"] == "failed":
            return f"the swap of pairs {pairs} at {node} fails"
        if row["detail"] == "in_vain":
            return f"{node} swaps pairs {pairs} to pair {row['pair']}, in vain: the chain comes to nothing"
        told = [m for m in self.results[row["pair"]] if not math.isnan(m["until_s"])]
        to = ", ".join(f"{m['to_node']} at +{quantity(m['until_s'] - m['time_s'], 's', 4)}" for m in told)
        return f"{node} swaps pairs {pairs} to pair {row['pair']}" + (f"; told to {to}" if to else "")
