"""A scenario in which a link changes, slots come back, and who goes before all others asks, at one tick: 100 us, with this seed."""

from .scenarios import chain, given, network, star

EACH = [
    {"traffic": {"kind": "table", "at_s": [0.0, 0.0, 0.0]}},
    {"traffic": {"kind": "table", "at_s": [1e-4]}, "priority": 1},
    {"traffic": {"kind": "continuous"}},
    {"traffic": {"kind": "table", "at_s": [0.0]}, "generate_when_idle": True},
    {"traffic": {"kind": "poisson", "rate_hz": 2000.0}, "reservation_s": 5e-5, "generate_when_idle": True},
]

ALL_AT_ONE_TICK = network(
    [("v0", "v1", {"name": "L0"})], [("v0", "v1", {"name": f"D{k}"} | more) for k, more in enumerate(EACH)],
    seed=1, slots=2, length_m=1e3, duration_s=6e-4, link=given(0.5),
    changes=[{"at_s": 1e-4, "link": "L0", "generation": given(0.3)}], routing={"kind": "hops"},
)  # fmt: skip

# Requests that are not taken: for want of a token, or because they would come too late.
OFTEN = {"traffic": {"kind": "poisson", "rate_hz": 2e4}}
ADMITTED = {
    "by rate": chain(3, demand=OFTEN | {"admission": {"rate_hz": 7e3}}, link=given(0.4)),
    "by rate, in bursts": chain(3, demand=OFTEN | {"admission": {"rate_hz": 6e3, "burst": 5}, "concurrent_requests": 2}, link=given(0.4)),
    "by rate, a burst at once": chain(
        2, demand={"traffic": {"kind": "one_off", "requests": 9, "at_s": 1e-4}, "admission": {"rate_hz": 1e3, "burst": 4}},
    ),
    "in time": chain(4, demand=OFTEN | {"admission": {"by_deadline": True}, "deadline_s": 3e-4, "pairs_per_request": 2}, link=given(0.3)),
    "in time, swaps that fail": chain(
        3, node={"swap_success_probability": 0.7}, link=given(0.3),
        demand=OFTEN | {"admission": {"by_deadline": True, "rate_hz": 9e3, "burst": 2}, "deadline_s": 4e-4, "concurrent_requests": 3},
    ),
    "in time, a link changes": chain(
        3, demand=OFTEN | {"admission": {"by_deadline": True}, "deadline_s": 2.5e-4, "width": 2}, link=given(0.2),
        changes=[{"at_s": 1e-3, "link": "n0--n1", "generation": given(0.02)}, {"at_s": 2e-3, "link": "n0--n1", "generation": given(0.0)}],
    ),
    "reserved": star(
        3, [("leaf0", "leaf1", OFTEN | {"reserved": [[2e-4, 9e-4], [2e-3, 3.5e-3]]}), ("leaf0", "leaf2", OFTEN | {"width": 2})],
        slots=4, link=given(0.4),
    ),
    "reserved, a few at a time": chain(
        3, demand={"traffic": {"kind": "poisson", "rate_hz": 2e3}, "reserved": [[0.0, 1e-3], [1.5e-3, 1.0]], "concurrent_requests": 3, "reservation_s": 3e-4, "use": "measure"},
        slots=12, link=given(0.4),
    ),
    "reserved, a link comes and goes": chain(
        3, demand={"traffic": {"kind": "poisson", "rate_hz": 2e3}, "reserved": [[1e-4, 1.2e-3], [2.2e-3, 4e-3]]}, link=given(0.4),
        changes=[{"at_s": 8e-4, "link": "n0--n1"}, {"at_s": 2.8e-3, "link": "n0--n1", "generation": given(0.3)}],
    ),
    "reserved hop by hop": network(
        [("c0", "c1"), ("c1", "c2")], [("c0", "c2", OFTEN | {"reserved": [[3e-4, 1e-3], [2e-3, 2.4e-3]]}), ("c1", "c2", OFTEN)],
        slots=2, link=given(0.4), reservation="hop_by_hop",
    ),
    "admitted hop by hop": network(
        [("c0", "c1"), ("c1", "c2")], [("c0", "c2", OFTEN | {"admission": {"rate_hz": 8e3, "by_deadline": True}, "deadline_s": 4e-4}), ("c0", "c1", OFTEN)],
        slots=2, link=given(0.4), reservation="hop_by_hop",
    ),
}  # fmt: skip
