"""Scenarios whose demands state several routes, which their circuits take in turn."""

from .control_scenarios import LINK_STATE, central
from .scenarios import BACK_TO_BACK, CUTS, DOWN_AND_UP, FAILING, HEARTBEATS, HOP_BY_HOP, NOISY, POISSON, ring

# The ring has five nodes, and so two ways between any two.
SHORT, LONG = ["r0", "r1", "r2"], ["r0", "r4", "r3", "r2"]
BOTH = {"routes": [{"nodes": LONG}, {"nodes": SHORT, "weight": 2.5}]}
CROSS = {"routes": [{"nodes": ["r4", "r0", "r1"], "weight": 0.3}, {"nodes": ["r4", "r3", "r2", "r1"], "weight": 0.2}]}
SIDE_BY_SIDE = BACK_TO_BACK | {"concurrent_requests": 3, "reservation_s": 3e-4}
PATIENT = {"deadline_s": 6e-4, "concurrent_requests": 2}


def both(first=None, second=None, **rest):
    demands = [
        ("r0", "r2", BOTH | (POISSON if first is None else first)),
        ("r4", "r1", CROSS | (SIDE_BY_SIDE if second is None else second)),
    ]
    return ring(5, [*demands, ("r1", "r3", POISSON)], **({"node": FAILING, "slots": 6} | rest))


# fmt: off
STATED = {
    "stated, in turn": both(slots=4, memory=NOISY),
    "stated, links change": both(BACK_TO_BACK, changes=DOWN_AND_UP),
    "stated, by tags": both(SIDE_BY_SIDE, slots=4, scheduler="weighted_fair", changes=DOWN_AND_UP),
    "stated, by weight": both(SIDE_BY_SIDE | {"width": 2}, slots=4, scheduler="max_weight"),
    "stated, hop by hop": both(SIDE_BY_SIDE, slots=4, changes=DOWN_AND_UP, on_deadlock="release", **HOP_BY_HOP),
    "stated, failures": both(PATIENT | POISSON, failures=CUTS),
    "stated, flooded": both(PATIENT | POISSON, failures=CUTS, changes=DOWN_AND_UP, length_m=2e4, **HEARTBEATS, **LINK_STATE),
    "stated, controller is asked": both(PATIENT | POISSON, failures=CUTS, length_m=2e4, **HEARTBEATS, **central("r3", "reactive", 1e-5)),
}
# fmt: on
