"""Halves of pairs, and what two of them share."""

A, B = 0, 1  # ends of the circuit, of a segment and of a hop
PENDING, WAITING, LOCKED, GONE = range(4)


class Half:
    """One qubit of a segment in a slot of the node at `position`."""

    def __init__(self, qubit, position, side, group, now):
        self.qubit, self.position, self.group, self.occupied_since = qubit, position, group, now
        self.side = side  # which end of its segment it is
        self.state = PENDING
        self.heralded = False
        self.node, self.in_communication, self.storing = None, False, False
        self.stored_at = None
        self.reach = None  # position of its partner, as far as its node knows
        self.expires = None
        self.ready = None  # when it entered its queue
        self.pair_as_known = None  # where rules ask for it: (copies of its qubits, oldest emission, frame)
        self.segment = None
        self.news = None  # (tick, position) from which a notice of its partner's loss set out
        self.notified = False  # it came while the half was locked


class Segment:
    """What two halves share. A half that was lost is None; the other side need not know yet."""

    def __init__(self, halves, reach, frame, swaps, born, known):
        self.halves, self.frame, self.swaps, self.born, self.known = halves, frame, swaps, born, known
        self.reach = reach  # the positions that it joins
        self.lost_at = [None, None]
        self.readings = [None, None]  # (basis, outcome) of each measured end
        self.distilled = False  # no pool has a round for it any more
        self.unread = False  # a photon did not come out to be measured
        for half in halves:
            if half:
                half.segment = self

    def whole(self):
        return all(self.halves)

    def complete(self):
        """Neither end was dropped; a measured one counts."""
        return all(half or reading for half, reading in zip(self.halves, self.readings, strict=True))
