"""Time: a sorted list of what is to happen, keyed by (tick, round, phase)."""

import heapq
from itertools import count
from math import floor

ARRIVALS, EXPIRIES, ATTEMPTS, DECISIONS, SWAPS = range(5)


def ticks(seconds, ticks_per_s):
    return floor(seconds * ticks_per_s + 0.5)


class Clock:
    def __init__(self):
        self.pending = []
        self.sequence = count()
        self.now, self.round, self.phase = 0, 0, ARRIVALS
        self.last = None  # tick after which nothing happens

    def post(self, tick, phase, action, rank=()):
        """`rank` orders what shares a tick, round and phase; first in, first out within a rank."""
        assert tick >= self.now
        at_once = tick == self.now
        in_round = self.round + (phase < self.phase) if at_once else 0
        heapq.heappush(self.pending, (tick, in_round, phase, rank, next(self.sequence), action))

    def run_until(self, horizon):
        while self.pending and self.pending[0][0] <= (horizon if self.last is None else self.last):
            self.now, self.round, self.phase, _, _, action = heapq.heappop(self.pending)
            action()
