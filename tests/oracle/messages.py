"""How late classical messages are: lost and sent again, and late by chance."""

from math import inf, log1p

from .clock import ticks


class Mail:
    def __init__(self, run):
        self.run, self.spec = run, run.scenario["messages"]
        self.varies = bool(self.spec["jitter_s"] or self.spec["loss_probability"] or self.spec["lost"])
        timeout = self.spec["retransmission_timeout_s"]
        self.timeout = inf if timeout is None else ticks(timeout, run.ticks_per_s)
        self.streams, self.latest = {}, {}
        self.sent = self.lost = 0

    def arrives(self, sender, sent, delay):
        return sent + delay + (self.late(sender) if self.varies else 0)

    def draw(self, sender):
        if sender.name not in self.streams:
            self.streams[sender.name] = self.run.stream(f"node:{sender.name}/messages")
        return self.streams[sender.name].draw()

    def number(self):
        number, self.sent = self.sent, self.sent + 1
        return number

    def jitter(self, u):
        return ticks(-log1p(-u) * self.spec["jitter_s"], self.run.ticks_per_s)

    def datagram_arrives(self, sender, receiver, sent, delay):
        """What programs send is sent once; None if it is lost."""
        if not self.varies:
            return sent + delay
        u0, u1 = self.draw(sender)
        if self.number() in self.spec["lost"] or u0 < self.spec["loss_probability"]:
            self.lost += 1
            return None
        arrival = sent + delay + self.jitter(u1)
        if self.spec["in_order"]:
            arrival = max(arrival, self.latest.get((sender, receiver), 0))
            self.latest[sender, receiver] = arrival
        return arrival

    def late(self, sender):
        """Copies are made one after the other, until one has come before the next would set out; the first to come counts."""
        number = self.number()
        come, copies = [], 0
        while not come or min(come) > copies * self.timeout:
            sets_out = copies * self.timeout if copies else 0
            u0, u1 = self.draw(sender)
            if u0 < self.spec["loss_probability"] or (copies == 0 and number in self.spec["lost"]):
                self.lost += 1
            else:
                come.append(sets_out + self.jitter(u1))
            copies += 1
        return min(come)
