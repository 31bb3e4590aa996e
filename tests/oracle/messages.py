"""How late classical messages are: lost and sent again, and late by chance."""

from math import inf, log1p

from .clock import ticks


class Mail:
    def __init__(self, run):
        self.run, self.spec = run, run.scenario["messages"]
        self.varies = bool(self.spec["jitter_s"] or self.spec["loss_probability"] or self.spec["lost"])
        timeout = self.spec["retransmission_timeout_s"]
        self.timeout = inf if timeout is None else ticks(timeout, run.ticks_per_s)
        self.streams = {}
        self.sent = self.lost = 0

    def arrives(self, sender, sent, delay):
        return sent + delay + (self.late(sender) if self.varies else 0)

    def late(self, sender):
        """Copies are made one after the other, until one has come before the next would set out; the first to come counts."""
        if sender.name not in self.streams:
            self.streams[sender.name] = self.run.stream(f"node:{sender.name}/messages")
        number, self.sent = self.sent, self.sent + 1
        come, copies = [], 0
        while not come or min(come) > copies * self.timeout:
            sets_out = copies * self.timeout if copies else 0
            u0, u1 = self.streams[sender.name].draw()
            if u0 < self.spec["loss_probability"] or (copies == 0 and number in self.spec["lost"]):
                self.lost += 1
            else:
                come.append(sets_out + ticks(-log1p(-u1) * self.spec["jitter_s"], self.run.ticks_per_s))
            copies += 1
        return min(come)
