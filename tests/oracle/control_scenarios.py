"""Scenarios in which news of links takes its time to those who decide on routes."""

from .scenarios import (
    BACK_TO_BACK,
    CROSSING,
    CUTS,
    DOWN_AND_UP,
    FAILING,
    GATES,
    HEARTBEATS,
    HOP_BY_HOP,
    NOISY,
    ONE_OFF,
    POISSON,
    RANDOM_CUTS,
    TABLE,
    TOGETHER,
    given,
    grid,
    ring,
    two_ways,
)

LINK_STATE = {"control_plane": {"kind": "link_state", "processing_s": 2e-5}}
FOUR = [("r0", "r2", ONE_OFF), ("r4", "r1", POISSON), ("r2", "r4", TABLE), ("r0", "r3", BACK_TO_BACK)]
PATIENT = [(a, b, more | {"deadline_s": 6e-4, "concurrent_requests": 2}) for a, b, more in FOUR]


def local(retry_s, **more):
    return {"control_plane": {"kind": "local", "retry_s": retry_s} | more}


def central(place, mode="proactive", processing_s=0.0):
    return {"control_plane": {"kind": "central", "place": place, "mode": mode, "processing_s": processing_s}}


# fmt: off
DECIDED = {
    "flooded, links change": ring(5, FOUR, node=FAILING, changes=DOWN_AND_UP, length_m=5e3, **LINK_STATE),
    "flooded, failures": ring(5, FOUR, memory=NOISY | GATES, node=FAILING | {"processing_delay_s": 3e-6}, failures=CUTS, length_m=2e4, **HEARTBEATS, **LINK_STATE),
    "flooded, hop by hop": grid(3, CROSSING, memory=NOISY, failures=RANDOM_CUTS, slots=4, length_m=2e4, on_deadlock="release", **HOP_BY_HOP, **HEARTBEATS, **LINK_STATE),
    "flooded, alternatives": two_ways(PATIENT, node=FAILING, failures=CUTS, changes=DOWN_AND_UP, slots=6, length_m=3e4, scheduler="weighted_fair", **HEARTBEATS, **LINK_STATE),
    "controller, failures": ring(5, PATIENT, memory=NOISY, node=FAILING, failures=CUTS, length_m=2e4, **HEARTBEATS, **central("r1", processing_s=1e-5)),
    "controller, grid": grid(
        3, [(a, b, more | {"priority": k, "deadline_s": 1e-3, "generate_when_idle": k == 1}) for k, (a, b, more) in enumerate(CROSSING)],
        memory=NOISY, failures=RANDOM_CUTS, slots=6, length_m=1e4, **HEARTBEATS, **central("22"),
    ),
    "controller is asked": ring(5, FOUR, node=FAILING, failures=CUTS, changes=DOWN_AND_UP, length_m=1e4, **HEARTBEATS, **central("r3", "reactive", 1e-5)),
    "controller is asked, patience": ring(5, PATIENT, node=FAILING, failures=CUTS, length_m=2e4, **HEARTBEATS, **central("r0", "reactive")),
    "controller is asked, hop by hop": grid(3, [(a, b, more | TOGETHER) for a, b, more in CROSSING], memory=NOISY, failures=RANDOM_CUTS, slots=4, length_m=1e4, on_deadlock="release", **HOP_BY_HOP, **HEARTBEATS, **central("11", "reactive")),
    "neighbours only, links change": ring(5, FOUR, node=FAILING, changes=DOWN_AND_UP, length_m=5e3, **local(1e-4)),
    "neighbours only, failures": ring(5, PATIENT, memory=NOISY | GATES, node=FAILING | {"processing_delay_s": 3e-6}, failures=CUTS, length_m=1e4, **HEARTBEATS, **local(5e-5)),
    "neighbours only, grid": grid(3, [(a, b, more | {"priority": k, "deadline_s": 2e-3, "generate_when_idle": k == 1}) for k, (a, b, more) in enumerate(CROSSING)], memory=NOISY, failures=RANDOM_CUTS, slots=6, length_m=5e3, **HEARTBEATS, **local(2e-4)),
    "neighbours only, hop by hop": grid(3, [(a, b, more | TOGETHER) for a, b, more in CROSSING], memory=NOISY, failures=RANDOM_CUTS, slots=4, length_m=5e3, on_deadlock="release", **HOP_BY_HOP, **HEARTBEATS, **local(1e-5)),
    "neighbours only, several ways": two_ways(PATIENT, node=FAILING, failures=CUTS, changes=DOWN_AND_UP, slots=4, length_m=1e4, scheduler="weighted_fair", **HEARTBEATS, **local(5e-5)),
    "neighbours only, free slots": grid(3, [(a, b, more | {"deadline_s": 2e-3}) for a, b, more in CROSSING], memory=NOISY, failures=RANDOM_CUTS, slots=4, length_m=5e3, **HEARTBEATS, **local(2e-5, needs_free_slots=True)),
    "neighbours only, free slots, several ways, hop by hop": grid(3, [(a, b, more | TOGETHER) for a, b, more in CROSSING], slots=4, length_m=5e3, on_deadlock="release", **HOP_BY_HOP, routing={"kind": "hops", "alternatives": 2}, **local(2e-5, needs_free_slots=True)),
    # A link is back, as its ends know, in the tick in which slots come back: nobody looks for that before the news.
    "controller, a link back beside a line": {
        "version": 1, "seed": 30505569, "duration_s": 6e-4, "memories": [{"name": "m", "slots": 3}],
        "nodes": [{"name": name, "memory": "m", "processing_delay_s": 2e-6} for name in ("v0", "v1", "v2")],
        "links": [
            {"name": name, "node_a": a, "node_b": b, "fiber": {"length_m": length_m}, "generation": given(0.5)}
            for name, a, b, length_m in (("L0", "v0", "v1", 2e3), ("L1", "v1", "v2", 0.0), ("L2", "v0", "v2", 0.0))
        ],
        "demands": [
            {"name": "D0", "node_a": "v0", "node_b": "v2", "traffic": {"kind": "table", "at_s": [3e-4] * 4}, "generate_when_idle": True},
            {"name": "D1", "node_a": "v1", "node_b": "v0", "traffic": {"kind": "continuous", "at_s": 1e-4}, "deadline_s": 5e-5, "reservation_s": 5e-5, "reserved": [[0.0, 1e-4]]},
            {"name": "D2", "node_a": "v2", "node_b": "v1", "traffic": {"kind": "continuous", "at_s": 1e-4}, "deadline_s": 5e-5, "reservation_s": 2e-4, "max_wait_s": 0.0, "reserved": [[0.0, 1e-4]]},
        ],
        "routing": {"kind": "hops", "alternatives": 3}, "scheduler": "max_weight", **central("v2", processing_s=6e-5),
        "failures": [{"name": "F0", "links": ["L2"], "down": [[0.0, 1e-4], [3e-4, 5e-4]]}], "heartbeat_period_s": 1e-5,
    },
}
# fmt: on
