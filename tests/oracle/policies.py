"""In which order the nodes of a circuit swap, and when what waits is given up."""

import numpy as np

from . import states


def wanted_reach(spec, names):
    """Position -> (l, r), or None where any pair will do."""
    last = len(names) - 1
    if spec["kind"] in ("asap", "table"):
        return dict.fromkeys(range(1, last))
    if spec["kind"] == "sequential":
        return {i: (0, i + 1) for i in range(1, last)}
    wanted = {}

    def divide(left, right):
        if right - left > 1:
            inner = range(left + 1, right)
            if spec["kind"] == "doubling":
                middle = (left + right) // 2
            else:
                middle = max(inner, key=lambda i: spec["order"].index(names[i]))
            wanted[middle] = left, right
            divide(left, middle)
            divide(middle, right)

    divide(0, last)
    return wanted


def look_up(spec, links):
    """Positions to swap, or None. `links`: (from, to, age)."""
    with_ages, without = sorted(links), sorted(link[:2] for link in links)
    found = None
    for entry in spec["entries"]:
        listed = sorted(tuple(link) for link in entry["links"])
        if listed == with_ages:
            return entry["swap"]
        if listed == without:
            found = entry["swap"]
    return found


def fidelity_at(a, b, tick, frame):
    """Without touching the pair."""
    copies = [states.Qubit(qubit.device, qubit.since, qubit.origin, undisturbed=qubit.undisturbed) for qubit in (a, b)]
    order = [copies[[a, b].index(qubit)] for qubit in a.cluster.qubits]
    states.Cluster(order, np.array(a.cluster.rho))
    return states.correlators(*copies, tick, frame).fidelity


def expiry(cutoff, ticks_of, a, b, frame, born):
    """First tick at which the pair is too old or too bad; None = never. `ticks_of`: seconds to ticks."""
    ends = []
    if cutoff["age_s"] is not None:
        ends.append(born + ticks_of(cutoff["age_s"]) + 1)
    if cutoff["estimated_fidelity"] is not None:
        good = max(a.since, b.since) - 1  # the last tick known to be good
        bad = good + 2**61 if not ends else max(ends[0], good + 1)
        if fidelity_at(a, b, bad, frame) < cutoff["estimated_fidelity"]:
            while bad - good > 1:
                middle = (good + bad) // 2
                if middle < max(a.since, b.since) or fidelity_at(a, b, middle, frame) >= cutoff["estimated_fidelity"]:
                    good = middle
                else:
                    bad = middle
            ends.append(bad)
    return min(ends, default=None)
