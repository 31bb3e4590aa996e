"""A scenario in which a link changes, slots come back, and who goes before all others asks, at one tick: 100 us, with this seed."""

from .scenarios import given, network

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
