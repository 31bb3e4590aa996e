"""Small scenarios that together reach every rule of `protocol.md`; each runs in a fraction of a second even here."""

from .light_paths import CLICK, COMB, CROWDED, SENT, SHARING, SINGLE, STATION

NOISY = {
    "t1_s": 2e-3, "t2_s": 1e-3, "dephasing_s": 5e-3, "depolarising_s": 8e-3, "pauli_x_rate_hz": 10.0,
    "pauli_y_rate_hz": 5.0, "pauli_z_rate_hz": 20.0, "single_qubit_gate_reliability": 0.995,
    "two_qubit_gate_reliability": 0.98, "readout_fidelity_0": 0.99, "readout_fidelity_1": 0.95,
}  # fmt: skip
GAUSSIAN = {"t1_s": 3e-3, "t2_s": 0.5e-3, "t2_law": "gaussian", "two_qubit_gate_reliability": 0.99}
STRETCHED = {"t1_s": 3e-3, "t2_s": 0.5e-3, "t2_law": "stretched", "t2_exponent": 1.7, "two_qubit_gate_reliability": 0.99}
TABULATED = {
    "t1_s": 3e-3, "t2_law": "tabulated", "coherence_times_s": [2e-5, 1e-4, 3e-4, 6e-4], "coherences": [0.99, 0.97, 0.8, 0.3],
    "coherence_beyond": "exponential",
}  # fmt: skip
LOST = TABULATED | {"coherence_beyond": "nothing"}
PAULI = {"dephasing_s": 3e-3, "depolarising_s": 6e-3, "pauli_x_rate_hz": 15.0, "two_qubit_gate_reliability": 0.97}
GATES = {"single_qubit_gate_s": 1e-6, "two_qubit_gate_s": 7e-6, "measurement_s": 3e-6}
MINDS = {"dephasing_attempts": 25.0}  # what attempts do beside its qubits
SKEWED = {
    "kind": "density_matrix",
    "real": [[0.46, 0, 0, 0.36], [0, 0.04, 0.01, 0], [0, 0.01, 0.08, 0], [0.36, 0, 0, 0.42]],
    "imag": [[0, 0, 0, 0.05], [0, 0, -0.02, 0], [0, 0.02, 0, 0], [-0.05, 0, 0, 0]],
}
DRIFT = SINGLE | {"bright_state": 0.3, "bright_state_b": 0.2, "phase_sigma_rad": 0.7, "phase_correlation_s": 4e-5}
JITTER = SINGLE | {"phase_sigma_rad": 0.4}
SOURCE = {"kind": "midpoint_source", "mean_pairs": 0.2, "pair_fidelity": 0.98, "local_overhead_s": 1e-6}
# Emitters and detectors that are not ideal.
EMITTER = {
    "double_excitation_probability": 0.06,
    "background_photons": 1e-3,
    "photon_dephasing": 0.05,
    "photon_lifetime_s": 2e-8,
}
PULSING = STATION | {"detector": STATION["detector"] | {"afterpulse_probability": 0.03, "jitter_s": 5e-9}}
BLIND = STATION | {"bin_separation_s": 5e-7, "detector": STATION["detector"] | {"dead_time_s": 7e-7, "number_resolving": True}}


def given(success=0.1, period_s=10e-6, herald_delay_s=5e-6, fidelity=0.97, state=None):
    return {
        "kind": "given", "success_probability": success, "attempt_period_s": period_s, "herald_delay_s": herald_delay_s,
        "state": state or {"kind": "werner", "fidelity": fidelity},
    }  # fmt: skip


def network(
    edges, demands, *, memory=None, slots=8, node=None, nodes=None, link=None, links=None, length_m=2e3, duration_s=5e-3, **rest
):
    """`edges` and `demands`: lists of (a, b) or (a, b, fields); `node`: fields of all nodes, `nodes`: of some by name."""
    names = sorted({name for a, b, *_ in edges for name in (a, b)})
    return {
        "version": 1, "duration_s": duration_s, "stations": [STATION],
        "memories": [{"name": "m", "slots": slots} | (memory or {})],
        "nodes": [{"name": name, "memory": "m"} | (node or {}) | (nodes or {}).get(name, {}) for name in names],
        "links": [
            {"node_a": a, "node_b": b, "fiber": {"length_m": length_m}, "generation": link or given()} | (links or {}) | (more[0] if more else {})
            for a, b, *more in edges
        ],
        "demands": [{"node_a": a, "node_b": b} | (more[0] if more else {}) for a, b, *more in demands],
    } | rest  # fmt: skip


def chain(nodes, **rest):
    """n0 .. n(k-1), one demand from end to end; the middle link is written the other way round."""
    edges = [(f"n{i}", f"n{i + 1}") for i in range(nodes - 1)]
    middle = (nodes - 1) // 2
    edges[middle] = edges[middle][::-1]
    return network(edges, [("n0", f"n{nodes - 1}", rest.pop("demand", {}))], **rest)


def ghz_star(users, *, ghz=None, demands=(), **rest):
    """u0, u1, ... around a hub, one GHZ demand among them."""
    names = [f"u{k}" for k in range(users)]
    demand = {"name": "g", "users": names} | (ghz or {})
    return network(
        [(name, "hub") if k % 2 else ("hub", name) for k, name in enumerate(names)], demands, ghz_demands=[demand], **rest
    )


def line(demands, **rest):
    """n0 .. n3 in a row."""
    return network([("n0", "n1"), ("n1", "n2"), ("n2", "n3")], demands, **rest)


def star(arms, demands, **rest):
    return network([("hub", f"leaf{i}") for i in range(arms)], demands, **rest)


def switch(leaves, **rest):
    """An optical switch over the first links of a star."""
    return {"name": "switch", "links": [f"hub--leaf{k}" for k in range(leaves)]} | rest


def grid(side, demands, **rest):
    across = [(f"{r}{c}", f"{r}{c + 1}") for r in range(side) for c in range(side - 1)]
    down = [(f"{r}{c}", f"{r + 1}{c}") for r in range(side - 1) for c in range(side)]
    return network(across + down, demands, **rest)


def ring(nodes, demands, **rest):
    return network([(f"r{i}", f"r{(i + 1) % nodes}") for i in range(nodes)], demands, **rest)


RING_OF_4 = [["u0", "u1"], ["u1", "u2"], ["u2", "u3"], ["u3", "u0"]]
FAILING = {"swap_success_probability": 0.6}
ONE_OFF = {"traffic": {"kind": "one_off", "requests": 6}, "pairs_per_request": 3}
BACK_TO_BACK = {"traffic": {"kind": "back_to_back"}, "pairs_per_request": 2}
POISSON = {"traffic": {"kind": "poisson", "rate_hz": 4000.0}, "pairs_per_request": 2}
TABLE = {"traffic": {"kind": "table", "at_s": [1e-4, 3e-3, 1e-3, 1.0001e-3]}}
CROSSING = [("00", "22", POISSON | {"width": 2}), ("20", "02", BACK_TO_BACK), ("01", "21", TABLE | {"width": 2})]
TOGETHER = {"traffic": {"kind": "table", "at_s": [4e-4 * k for k in range(12)]}}
HOP_BY_HOP = {"reservation": "hop_by_hop"}
MEETING = [("n0", "n3", TOGETHER), ("n3", "n0", TOGETHER)]  # set-ups start at the same time and meet halfway
BURSTS = {"traffic": {"kind": "table", "at_s": [1e-3 * (k // 4) for k in range(16)]}}
SLOTTED = {"timing": "slotted", "slot_s": 1e-5, "control": "ideal"}
DOWN_AND_UP = [
    {"at_s": 1e-3, "link": "r0--r1"},
    {"at_s": 1.6e-3, "link": "r0--r1", "generation": given(0.3, 7e-6)},
    {"at_s": 2.5e-3, "link": "r2--r3", "generation": given(0.5, 4e-6, 2e-6)},
    {"at_s": 3.2e-3, "link": "r3--r4"},
    {"at_s": 3.6e-3, "link": "r0--r1", "generation": None},
    {"at_s": 4.2e-3, "link": "r3--r4", "generation": given()},
]

CUTS = [
    {"nodes": ["r1"], "down": [[1e-3, 1.6e-3], [3e-3, 3.1e-3]]}, {"links": ["r3--r4", "r2--r3"], "down": [[1.5e-3, 2.2e-3]]},
    {"name": "r2", "nodes": ["r2"], "mtbf_s": 2e-3, "mttr_s": 3e-4},
]  # fmt: skip
HEARTBEATS = {"heartbeat_period_s": 5e-5, "missed_heartbeats": 3}
RANDOM_CUTS = [
    {"nodes": ["11"], "mtbf_s": 1e-3, "mttr_s": 5e-4},
    {"links": ["00--01", "10--20"], "mtbf_s": 8e-4, "mttr_s": 2e-4},
]
WORN = {
    "step_s": 1e-4,
    "efficiency_tau_s": 2e-3,
    "coherence_tau_s": 4e-3,
    "recalibrate_every_s": 1.2e-3,
    "recalibration_s": 2e-4,
}

DEJMPS = {"rounds": ["dejmps"]}
TWICE = {"rounds": ["bbpssw", "dejmps"]}
PUMP = {"rounds": ["dejmps", "dejmps", "bbpssw"], "scheme": "pumping"}
EPL = {"rounds": ["epl"]}
CLICKED = {  # as a single click leaves it: a bright-state term, and coherence with a phase
    "kind": "density_matrix",
    "real": [[0.02, 0, 0, 0], [0, 0.42, 0.35, 0], [0, 0.35, 0.42, 0], [0, 0, 0, 0.14]],
    "imag": [[0, 0, 0, 0], [0, 0, -0.1, 0], [0, 0.1, 0, 0], [0, 0, 0, 0]],
}
QUICK_CUT = {"cutoff": {"age_s": 30e-6}}
POLICY = {
    "kind": "table",
    "entries": [
        {"links": [[0, 1], [1, 2], [2, 3], [3, 4]], "swap": [1, 3]},
        {"links": [[0, 2], [2, 4]], "swap": [2]},
        {"links": [[0, 1, 0], [1, 2, 1]], "swap": [1]},
        {"links": [[1, 2], [2, 3]], "swap": []},
    ],
}
TWO_WAYS = {"r0--r1": given(0.3, fidelity=0.9), "r1--r2": given(0.3, fidelity=0.9)}


def two_ways(demands, kind="hops", alternatives=2, slow=(), **rest):
    """A ring of five with two ways from r0 to r2: the short one makes worse pairs."""
    edges = [(f"r{i}", f"r{(i + 1) % 5}") for i in range(5)]
    edges = [
        (a, b, {"generation": given(0.1) if (name := f"{a}--{b}") in slow else TWO_WAYS.get(name, given(0.3))})
        for a, b in edges
    ]
    constrained = rest.pop("fidelity_constrained", False)
    routing = {"kind": kind, "alternatives": alternatives, "fidelity_constrained": constrained}
    return network(edges, demands, routing=routing, **rest)


TRAIN = {"multiplexing": {"modes": 20, "mode_separation_s": 3e-7}}
SHARED_TRAIN = {"multiplexing": {"modes": 20, "mode_separation_s": 3.3e-7, "train": "shared"}}
YOUNG = [
    {"do": "swap", "when": "max(age_s_a, age_s_b) < 0.05 * t2_s or waiting_a + waiting_b >= 5 and waited_s_a <= waited_s_b"},
    {"do": "discard", "when": "age_s >= 0.1 * min(t1_s, t2_s) and not (towards_a and waiting_b == 0)"},
]
GOOD = [
    {
        "do": "swap",
        "when": "estimated_fidelity_a > 0.8 and estimated_fidelity_b > 0.8 and sqrt(estimated_fidelity_a * estimated_fidelity_b) - 0.01 > 0.8",
    },
    {"do": "discard", "when": "estimated_fidelity <= 0.83"},
]
NESTED = [
    {"do": "swap", "when": "pair_hops_a == pair_hops_b or abs(hops / 2 - position) < 1"},
    {"do": "discard", "when": "waited_s > exp(log(2e-4)) and pair_hops == 1"},
]
ADMIT = {
    "do": "admit",
    "when": "waiting_requests + served_requests < 3 and request != 1 and (pairs >= 1 or min_fidelity > 0) and time_s / hops >= 0",
}

SCENARIOS = {
    "one link": chain(2, memory=NOISY),
    "one link, asymmetric state": chain(2, memory=NOISY, link=given(state=SKEWED)),
    "one link, four lanes": chain(2, memory=NOISY, demand={"width": 4}, link=given(0.4)),
    "one link, certain": chain(2, link=given(1.0, 50e-6), demand={"width": 3}),
    "one link, hopeless": chain(2, link=given(0.0), routing={"kind": "hops"}) | {"demands": []},
    "three nodes": chain(3, memory=NOISY),
    "three nodes, four lanes, failing": chain(3, memory=NOISY, node=FAILING, demand={"width": 4}),
    "four nodes, gates": chain(4, memory=NOISY | GATES, node=FAILING, demand={"width": 2}),
    "five nodes, asymmetric states": chain(5, memory=NOISY | GATES, node=FAILING, demand={"width": 3}, link=given(0.2, state=SKEWED)),
    "five nodes, slow messages": chain(5, memory=GAUSSIAN, node=FAILING, demand={"width": 4}, length_m=20e3, link=given(0.3), duration_s=1e-2),
    "processing": chain(5, node=FAILING | {"processing_delay_s": 13e-6}, demand=BACK_TO_BACK | {"width": 3}, memory=GATES, link=given(0.3)),
    "releases with processing": chain(
        6, node={"processing_delay_s": 3e-6}, demand={"traffic": {"kind": "poisson", "rate_hz": 8000.0}, "width": 4}, memory=GATES, link=given(0.4),
    ),
    "ideal control": chain(5, memory=NOISY | GATES, node=FAILING, demand={"width": 2}, control="ideal"),
    "slotted": chain(5, memory=NOISY, node=FAILING, demand=BACK_TO_BACK | {"width": 2}, **SLOTTED),
    "slotted with messages": chain(4, memory=NOISY, node=FAILING, demand={"width": 3}, **(SLOTTED | {"control": "messages"})),
    "slotted grid": grid(3, CROSSING, node=FAILING, memory=PAULI, slots=10, **SLOTTED),
    "bell diagonal": chain(5, memory=PAULI | GATES, node=FAILING, demand={"width": 2}, state="bell_diagonal"),
    "bell diagonal, twirled": chain(
        4, memory=NOISY, node=FAILING, demand={"width": 2, "use": "measure"}, link=given(state=SKEWED), state="bell_diagonal",
        approximate="pauli_twirl",
    ),
    "twirled densities": chain(4, memory=NOISY, link=given(state=SKEWED), approximate="pauli_twirl"),
    "nanoseconds": chain(4, memory=NOISY, demand=POISSON, tick="ns"),
    "one-off": chain(4, memory=NOISY, demand=ONE_OFF | {"width": 2}),
    "back to back": chain(4, memory=NOISY, demand=BACK_TO_BACK | {"width": 2}),
    "ten back to back": chain(3, demand=BACK_TO_BACK | {"traffic": {"kind": "back_to_back", "requests": 10, "at_s": 1e-4}}),
    "poisson": chain(3, memory=NOISY, demand=POISSON | {"width": 3}),
    "table": chain(3, demand=TABLE | {"width": 2}),
    "deadlines": chain(4, demand=POISSON | {"deadline_s": 4e-4, "width": 2}, node=FAILING),
    "deadlines of many": chain(4, demand=ONE_OFF | {"deadline_s": 9e-4}),
    "deadlines back to back": chain(4, demand=BACK_TO_BACK | {"deadline_s": 1.5e-4}),
    "reservation": chain(4, demand=POISSON | {"reservation_s": 3e-4, "width": 2}),
    "short reservation": chain(3, demand={"reservation_s": 5e-5, "width": 2}),
    "short queue": chain(4, demand=POISSON | {"max_queue": 2}),
    "three at a time": chain(4, memory=NOISY, node=FAILING, demand=POISSON | {"concurrent_requests": 3}),
    "three at a time, too few slots": chain(4, memory=GATES, demand=POISSON | {"concurrent_requests": 3, "width": 2}, slots=8),
    "two at a time, deadlines": chain(4, node=FAILING, demand=POISSON | {"concurrent_requests": 2, "deadline_s": 4e-4, "max_queue": 5}, length_m=5e3),
    "two at a time, reservation": chain(4, demand=ONE_OFF | {"concurrent_requests": 2, "reservation_s": 2e-4}, link=given(0.3)),
    "back to back, three of ten at a time": chain(
        3, demand=BACK_TO_BACK | {"traffic": {"kind": "back_to_back", "requests": 10, "at_s": 1e-4}, "concurrent_requests": 3, "deadline_s": 3e-4},
    ),
    "several at a time, slotted": chain(4, memory=NOISY, node=FAILING, demand=BACK_TO_BACK | {"concurrent_requests": 3, "use": "measure"}, **SLOTTED),
    "several at a time, one link at a time": chain(
        4, node={"parallel_links": 1}, demand=POISSON | {"concurrent_requests": 2, "cutoff": {"attempts": 4}}, link=given(0.3),
    ),
    "several at a time, distilled": chain(
        3, memory=NOISY, demand=POISSON | {"concurrent_requests": 2, "width": 2, "distillation": DEJMPS}, link=given(0.5), slots=12, links={"distillation": DEJMPS},
    ),
    "impatient": chain(4, demand=POISSON | {"max_wait_s": 2e-4}),
    "impatient, back to back": chain(3, demand=BACK_TO_BACK | {"max_wait_s": 4e-5, "reservation_s": 1e-4}),
    "loss": chain(3, demand=POISSON | {"concurrent_requests": 2, "max_wait_s": 0.0}, link=given(0.2), control="ideal"),
    "loss where slots are few": chain(
        2, demand=POISSON | {"concurrent_requests": 7, "max_wait_s": 0.0, "traffic": {"kind": "poisson", "rate_hz": 2e4}}, slots=3, control="ideal", link=given(0.2),
    ),
    "loss, slotted, hop by hop": chain(
        3, demand=POISSON | {"concurrent_requests": 3, "max_wait_s": 1e-5, "traffic": {"kind": "poisson", "rate_hz": 2e4}}, slots=4, link=given(0.4), **SLOTTED, **HOP_BY_HOP,
    ),
    "several buffers": chain(
        3, memory=NOISY, slots=12, link=given(0.4),
        demand=POISSON | {"concurrent_requests": 3, "generate_when_idle": True, "buffer": 2, "reservation_s": 1e-3, "max_wait_s": 1e-4},
    ),
    "several buffers, back to back": chain(
        2, slots=6, link=given(0.4), demand={"traffic": {"kind": "back_to_back", "at_s": 1e-3, "requests": 40}, "concurrent_requests": 2, "generate_when_idle": True, "buffer": 3},
    ),
    "several at a time, links fail": two_ways(
        [("r0", "r2", POISSON | {"concurrent_requests": 3}), ("r4", "r1", POISSON | {"concurrent_requests": 2, "max_wait_s": 3e-4})],
        node=FAILING, changes=DOWN_AND_UP, alternatives=3, slots=6,
    ),
    "several at a time, deadlocks": line(
        [(a, b, BURSTS | {"concurrent_requests": 3}) for a, b, _ in MEETING], slots=4, link=given(0.4), on_deadlock="release", **HOP_BY_HOP,
    ),
    "several at a time, deadlocks that stay": line(
        [(a, b, BURSTS | {"concurrent_requests": 2, "max_wait_s": 3e-4, "deadline_s": 4e-4}) for a, b, _ in MEETING], slots=4, link=given(0.4), **HOP_BY_HOP,
    ),
    "measure": chain(3, memory=NOISY, demand={"use": "measure", "width": 3}, link=given(state=SKEWED)),
    "measure one link": chain(2, memory=NOISY, demand=BACK_TO_BACK | {"use": "measure", "width": 3}),
    "measure in Z": chain(4, memory=NOISY, node=FAILING, demand=POISSON | {"use": "measure", "z_basis_probability": 0.9, "width": 2}),
    "measure, asymmetric clicks": chain(
        2, memory=NOISY | {"initialisation_s": 2e-6}, demand={"use": "measure", "width": 2}, link=CLICK | {"station_position": 0.2}, length_m=5e3,
    ),
    "choosy": chain(3, memory=NOISY, demand=POISSON | {"min_fidelity": 0.8, "width": 2}),
    "choosy measure": chain(3, memory=NOISY, demand={"min_fidelity": 0.85, "use": "measure", "width": 2}),
    "never idle": chain(3, demand=TABLE | {"generate_when_idle": True, "width": 2}),
    "never idle, measure": chain(3, memory=NOISY, demand=POISSON | {"generate_when_idle": True, "use": "measure", "reservation_s": 1e-3}),
    "clicks": chain(3, memory=NOISY | {"initialisation_s": 1e-6, "initialisation_reliability": 0.98}, demand={"width": 4}, link=CLICK),
    "crowded fibre": chain(3, memory=NOISY | {"dephasing_attempts": 300.0}, demand={"width": 3}, links=CROWDED, link=CLICK | SHARING),
    "crowded fibre, one click": chain(3, memory=NOISY | EMITTER, demand={"width": 3}, links=CROWDED, duration_s=1e-2, link=SINGLE | SHARING),
    "asymmetric clicks": chain(
        4, memory=GAUSSIAN | {"efficiency": 0.8}, node=FAILING, demand={"width": 4}, link=CLICK | {"station_position": 0.25}, duration_s=1e-2,
    ),
    "one click": chain(3, memory=NOISY | {"initialisation_s": 1e-6, "initialisation_reliability": 0.98}, demand={"width": 4}, link=JITTER),
    "one click, unlike arms": chain(
        4, memory=GAUSSIAN | {"efficiency": 0.8}, node=FAILING, demand={"width": 4}, link=DRIFT | {"station_position": 0.25}, duration_s=1e-2,
    ),
    "one click, phase shared by demands": star(
        3, [("leaf0", "leaf1", {"width": 3}), ("leaf0", "leaf2", POISSON | {"use": "measure"}), ("leaf0", "hub", BACK_TO_BACK)],
        slots=12, memory=NOISY, link=DRIFT,
    ),
    "one click, changing": chain(
        3, memory=NOISY, demand={"width": 2}, link=DRIFT,
        changes=[{"at_s": 1e-3, "link": "n0--n1", "generation": JITTER}, {"at_s": 2e-3, "link": "n0--n1", "generation": DRIFT},
                 {"at_s": 2.5e-3, "link": "n0--n1"}, {"at_s": 3e-3, "link": "n0--n1", "generation": DRIFT}],
    ),
    "one click, slotted": chain(4, memory=NOISY, node=FAILING, demand={"width": 3}, link=DRIFT, **SLOTTED),
    "one click, twirled": chain(3, memory=NOISY, demand={"width": 4}, link=DRIFT, state="bell_diagonal", approximate="pauli_twirl"),
    "one click, numbers resolved": chain(3, memory=NOISY, demand={"width": 4}, link=DRIFT, stations=[BLIND]),
    "clicks, second photons, afterpulses": chain(3, memory=NOISY | EMITTER, demand={"width": 4}, link=CLICK, stations=[PULSING]),
    "one click, second photons": chain(3, memory=NOISY | EMITTER, demand={"width": 4}, link=DRIFT, stations=[PULSING]),
    "source": chain(3, memory=NOISY | {"efficiency": 0.7, "initialisation_s": 8e-6}, demand={"width": 3}, link=SOURCE | {"source_position": 0.3}),
    "source, unheralded, drifts": chain(
        3, memory=NOISY, demand={"width": 3}, link=SOURCE | {"heralded": False}, links={"drift": WORN}, duration_s=1e-3, control="ideal",
    ),
    "source, train, false heralds": chain(
        3, memory=NOISY, demand={"width": 3}, link=SOURCE | TRAIN | {"herald_efficiency": 0.9, "false_herald_probability": 0.01, "spectral_purity": 0.7},
    ),
    "sent, a comb": chain(4, memory=NOISY | COMB, node=FAILING, demand={"width": 3, "use": "measure"}, link=SENT | TRAIN | {"absorption_efficiency": 0.3, "false_herald_probability": 0.02}),
    "fixed delay": chain(4, demand={"width": 4}, link=SENT | {"sender": "node_b"}) | {"memories": [{"name": "m", "slots": 8}, {"name": "comb", "slots": 8, "retrieval": COMB["retrieval"] | {"fixed_delay_s": 5e-5}} | GATES], "nodes": [{"name": f"n{i}", "memory": "comb" if i in (1, 2) else "m"} for i in range(4)]},
    "clicks, late bin lost": chain(3, memory=NOISY, demand={"width": 4}, link=CLICK, stations=[BLIND]),
    "one at a time": chain(5, memory=NOISY | GATES, node=FAILING, demand=BACK_TO_BACK | {"pipelined": False}, link=given(0.3)),
    "two at a time": chain(4, memory=NOISY, node=FAILING, demand=POISSON | {"pipelined": False, "width": 2, "use": "measure"}, link=given(0.3)),
    "star, contention": star(
        4, [("leaf0", "leaf1", POISSON), ("leaf2", "leaf3", POISSON | {"width": 2}), ("leaf1", "leaf2", BACK_TO_BACK), ("leaf3", "hub", ONE_OFF)],
        slots=5, memory=NOISY, node=FAILING,
    ),
    "star, one link at a time": star(
        4, [("leaf0", "leaf1", {"width": 2}), ("leaf2", "leaf3", POISSON | {"width": 3}), ("leaf0", "leaf3", BACK_TO_BACK)],
        slots=14, nodes={"hub": {"parallel_links": 1}}, link=given(0.3),
    ),
    "grid": grid(3, CROSSING, memory=NOISY | GATES, node=FAILING, slots=10),
    "grid, two links at a time": grid(3, CROSSING, node=FAILING | {"parallel_links": 2}, slots=10, link=given(0.3)),
    "grid by length": grid(3, [("00", "22"), ("02", "20", POISSON)], routing={"kind": "length"}),
    "ring, links fail": ring(5, [("r0", "r2", {"width": 2}), ("r4", "r1", POISSON), ("r2", "r4", TABLE)], node=FAILING, changes=DOWN_AND_UP),
    "ring, fixed routes": ring(
        5, [("r0", "r2", BACK_TO_BACK | {"route": ["r0", "r4", "r3", "r2"]}), ("r4", "r1", POISSON | {"route": ["r4", "r0", "r1"]})],
        changes=DOWN_AND_UP, control="ideal",
    ),
    "two ways, the first is full": two_ways(
        [("r0", "r2", POISSON | {"width": 2}), ("r0", "r2", BACK_TO_BACK | {"name": "second"}), ("r1", "r2", POISSON)], slots=4, node=FAILING,
    ),
    "two ways, both are full": two_ways(
        [("r0", "r2", POISSON | {"width": 2, "name": f"D{i}"}) for i in range(3)] + [("r4", "r2", TABLE)], slots=4, memory=NOISY,
    ),
    "two ways, links fail": two_ways(
        [("r0", "r2", {"width": 2}), ("r4", "r1", POISSON), ("r2", "r4", TABLE), ("r1", "r3", BACK_TO_BACK)],
        node=FAILING, changes=DOWN_AND_UP, alternatives=3, slots=6,
    ),
    "two ways, one is hopeless": two_ways(
        [("r0", "r2", POISSON), ("r1", "r2", BACK_TO_BACK | {"generate_when_idle": True})], slots=2, control="ideal",
        changes=[{"at_s": 1e-3, "link": "r0--r1", "generation": given(0.0)}, {"at_s": 2e-3, "link": "r3--r4"}, {"at_s": 3e-3, "link": "r3--r4", "generation": given()}],
    ),
    "two ways, one is good enough": two_ways(
        [("r0", "r2", POISSON | {"min_fidelity": 0.87, "width": 2}), ("r3", "r1", BACK_TO_BACK | {"min_fidelity": 0.5})],
        fidelity_constrained=True, changes=DOWN_AND_UP, slots=6, memory={"two_qubit_gate_reliability": 0.995},
    ),
    "two ways, hop by hop": two_ways(
        [("r0", "r2", POISSON | {"width": 2}), ("r2", "r0", TOGETHER), ("r4", "r1", POISSON), ("r1", "r3", TOGETHER)],
        slots=4, alternatives=3, changes=DOWN_AND_UP, on_deadlock="release", **HOP_BY_HOP,
    ),
    "two ways, the better one is back while a set-up waits": two_ways(
        [("r0", "r4", {"width": 2, "traffic": {"kind": "table", "at_s": [2e-4, 2.2e-3]}, "pairs_per_request": 60}), ("r0", "r2", TOGETHER)],
        slots=2, **HOP_BY_HOP,
        changes=[
            {"at_s": t, "link": link, "generation": generation}
            for t, link, generation in (
                (1e-4, "r0--r1", None), (6e-4, "r0--r1", given(0.3)), (8e-4, "r3--r4", None), (1e-3, "r3--r4", given(0.3)), (1.1e-3, "r0--r1", None),
                (2.6e-3, "r0--r1", given(0.3)), (2.8e-3, "r0--r1", None), (4e-3, "r0--r1", given(0.3)),
            )
        ],
    ),
    "two ways, distilled": two_ways(
        [("r0", "r2", POISSON | {"width": 2, "distillation": DEJMPS}), ("r0", "r2", BACK_TO_BACK | {"name": "second", "width": 2}), ("r1", "r2", POISSON | {"width": 2})],
        slots=4, node=FAILING, memory=NOISY | GATES, links={"distillation": DEJMPS},
    ),
    "two ways, distilled, one is good enough": two_ways(
        [("r0", "r2", POISSON | {"min_fidelity": 0.88, "width": 2, "distillation": DEJMPS}), ("r3", "r1", BACK_TO_BACK | {"min_fidelity": 0.5, "width": 2})],
        fidelity_constrained=True, changes=DOWN_AND_UP, slots=6, memory=NOISY | {"two_qubit_gate_reliability": 0.995},
    ),
    "two ways, orders and cut-offs": two_ways(
        [("r0", "r2", POISSON | {"width": 2, "swapping": {"kind": "doubling"}, "cutoff": {"age_s": 4e-5}}),
         ("r4", "r1", POISSON | {"swapping": {"kind": "sequential"}, "cutoff": {"attempts": 6}}), ("r2", "r4", TABLE)],
        node=FAILING, changes=DOWN_AND_UP, alternatives=3, slots=4,
    ),
    "two ways, a tree has one": two_ways(
        [("r0", "r3", POISSON | {"swapping": {"kind": "tree", "order": ["r4"]}}), ("r0", "r2", POISSON | {"width": 2})], slots=4, changes=DOWN_AND_UP,
    ),
    "grid with detours": grid(
        3, [("00", "22", POISSON), ("02", "20", POISSON | {"use": "measure"}), ("10", "12", POISSON), ("01", "21", BACK_TO_BACK)],
        memory=NOISY | GATES, node=FAILING, slots=4, link=given(0.3), routing={"kind": "seconds_per_pair", "alternatives": 6},
        changes=[{"at_s": 1e-3, "link": "11--12"}, {"at_s": 2e-3, "link": "11--12", "generation": given(0.2)}, {"at_s": 2e-3, "link": "00--10"}],
    ),
    "a chain is cut": chain(4, demand=POISSON, changes=[{"at_s": 2e-3, "link": "n0--n1"}, {"at_s": 3e-3, "link": "n0--n1", "generation": given()}]),
    "hop by hop": chain(4, memory=NOISY, demand=POISSON | {"width": 2}, **HOP_BY_HOP),
    "hop by hop with processing": chain(
        5, node={"processing_delay_s": 3e-6}, demand={"traffic": {"kind": "poisson", "rate_hz": 8000.0}}, link=given(0.4), **HOP_BY_HOP,
    ),
    "hop by hop, deadlock": line([(a, b, BACK_TO_BACK) for a, b, _ in MEETING], slots=2, link=given(0.4), **HOP_BY_HOP),
    "hop by hop, deadlock with bystanders": line(
        [*MEETING, ("n0", "n1", POISSON), ("n2", "n3", POISSON | {"pairs_per_request": 1, "deadline_s": 3e-4})], slots=3, link=given(0.4), **HOP_BY_HOP,
    ),
    "hop by hop, deadlock stops": line(
        [(a, b, more | {"traffic": {"kind": "table", "at_s": [at_s, 2e-3]}}) for (a, b, more), at_s in zip(MEETING, (0.0, 3e-4), strict=True)]
        + [("n1", "n2", TOGETHER)], slots=3, link=given(0.4), on_deadlock="stop", duration_s=8e-3, **HOP_BY_HOP,
    ),
    "hop by hop, release": line(MEETING, slots=2, link=given(0.4), on_deadlock="release", **HOP_BY_HOP),
    "hop by hop, release of three": line(
        [*MEETING, ("n1", "n3", TOGETHER | {"width": 2}), ("n2", "n0", POISSON)], slots=4, link=given(0.4), on_deadlock="release", **HOP_BY_HOP,
    ),
    "hop by hop, never idle": line(
        [(a, b, POISSON | {"generate_when_idle": True, "reservation_s": 4e-4}) for a, b, _ in MEETING], slots=3, link=given(0.4),
        on_deadlock="release", **HOP_BY_HOP,
    ),
    "hop by hop, counted slots": line(
        [*MEETING, ("n3", "n1", TOGETHER | {"width": 2}), ("n0", "n2", TOGETHER), ("n2", "n0", TOGETHER)], slots=5, link=given(0.4),
        on_deadlock="release", **HOP_BY_HOP,
    ),
    "hop by hop, counted slots, reported": line(
        [*MEETING, ("n3", "n1", TOGETHER | {"width": 2}), ("n0", "n2", TOGETHER), ("n2", "n0", TOGETHER | {"deadline_s": 1e-3})], slots=4, link=given(0.4),
        **HOP_BY_HOP,
    ),
    "hop by hop, deadlines while waiting": line(
        [(a, b, more | {"deadline_s": 2.3e-4}) for a, b, more in MEETING], slots=2, link=given(0.4), **HOP_BY_HOP,
    ),
    "hop by hop, reservations while waiting": line(
        [(a, b, more | {"reservation_s": 2e-4 * k}) for k, (a, b, more) in enumerate(MEETING, 1)], slots=3, link=given(0.4), **HOP_BY_HOP,
    ),
    "hop by hop, at once": grid(3, CROSSING, memory=NOISY, node=FAILING, slots=5, control="ideal", on_deadlock="release", **HOP_BY_HOP),
    "hop by hop, grid": grid(
        3, [(a, b, TOGETHER | {"deadline_s": 9e-4}) for a, b in (("00", "22"), ("22", "00"), ("20", "02"), ("02", "20"), ("01", "21"))],
        slots=3, link=given(0.4), routing={"kind": "hops"}, **HOP_BY_HOP,
    ),
    "hop by hop, links fail": ring(
        5, [("r0", "r3", TOGETHER), ("r3", "r0", TOGETHER), ("r4", "r1", POISSON), ("r2", "r4", TOGETHER)], slots=3, link=given(0.3), changes=DOWN_AND_UP,
        on_deadlock="release", **HOP_BY_HOP,
    ),
    "hop by hop, a link fails while all wait": line(
        MEETING, slots=2, link=given(0.4), **HOP_BY_HOP,
        changes=[{"at_s": 2e-3, "link": "n1--n2"}, {"at_s": 2.5e-3, "link": "n1--n2", "generation": given(0.3)}],
    ),
    "hop by hop, a detour without slots": ring(
        5, [("r0", "r1", TOGETHER | {"width": 2, "pairs_per_request": 3}), ("r2", "r3", TOGETHER)], slots=3, link=given(0.2),
        changes=[{"at_s": 1e-3, "link": "r0--r1"}], on_deadlock="release", **HOP_BY_HOP,
    ),
    "weighted fair": star(
        6, [(f"leaf{i}", f"leaf{i + 1}", BACK_TO_BACK | {"weight": w, "reservation_s": 2e-4, "concurrent_requests": n}) for i, w, n in ((0, 1.0, 1), (2, 3.0, 2), (4, 0.5, 1))],
        slots=4, link=given(0.4), scheduler="weighted_fair",
    ),
    "weighted fair, coming and going": star(
        6, [(f"leaf{i}", f"leaf{j}", POISSON | {"weight": w, "reservation_s": 3e-4, "priority": p}) for i, j, w, p in ((0, 1, 1.0, 0), (2, 3, 3.0, 0), (4, 5, 0.5, 0), (0, 5, 1.0, 1))],
        slots=2, link=given(0.4), scheduler="weighted_fair", max_open_requests=9,
    ),
    "earliest deadline": star(
        6, [(f"leaf{i}", f"leaf{i + 1}", POISSON | more) for i, more in ((0, {"deadline_s": 1e-3, "reservation_s": 2e-4}), (2, {"deadline_s": 4e-4, "concurrent_requests": 2}), (4, {"reservation_s": 1e-4}))],
        slots=4, link=given(0.4), scheduler="earliest_deadline",
    ),
    "max weight": star(
        6, [
            ("leaf0", "leaf1", POISSON | {"reservation_s": 2e-4}), ("leaf2", "leaf3", POISSON | {"concurrent_requests": 2, "reservation_s": 1e-4}),
            ("leaf4", "hub", POISSON | {"width": 2}), ("leaf0", "leaf5", POISSON | {"priority": 1}),
        ],
        slots=4, link=given(0.4), scheduler="max_weight", changes=[{"at_s": 2e-3, "link": "hub--leaf2", "generation": given(0.1)}],
    ),
    "buffer": chain(3, memory=NOISY, demand=POISSON | {"generate_when_idle": True, "buffer": 5, "width": 2}),
    "buffer, one link": chain(2, memory=NOISY, demand=TABLE | {"generate_when_idle": True, "buffer": 3}, link=given(0.3)),
    "buffer, back to back": chain(
        4, demand={"traffic": {"kind": "back_to_back", "at_s": 1e-3, "requests": 20}, "generate_when_idle": True, "buffer": 4, "reservation_s": 1.5e-3},
        link=given(0.3), slots=4,
    ),
    "buffer, one at a time": chain(3, demand=POISSON | {"generate_when_idle": True, "buffer": 4, "width": 2, "pipelined": False, "min_fidelity": 0.7}, memory=NOISY),
    "buffer, a link fails": chain(
        3, demand=POISSON | {"generate_when_idle": True, "buffer": 4}, link=given(0.3),
        changes=[{"at_s": 2e-3, "link": "n0--n1"}, {"at_s": 3e-3, "link": "n0--n1", "generation": given(0.3)}],
    ),
    "a chain changes": chain(
        4, memory=NOISY, demand={"width": 3}, link=given(0.02), duration_s=8e-3,
        changes=[{"at_s": t, "link": "n0--n1", "generation": given(p, s, 1e-6)} for t, p, s in ((1e-3, 0.3, 3e-6), (2e-3, 0.01, 30e-6), (4e-3, 1.0, 10e-6))],
    ),
    "doubling": chain(9, memory=NOISY | GATES, node=FAILING, demand={"width": 2, "swapping": {"kind": "doubling"}}, link=given(0.4)),
    "doubling, slotted": chain(
        6, memory=NOISY, node=FAILING, demand=BACK_TO_BACK | {"pipelined": False, "swapping": {"kind": "doubling"}}, link=given(0.4), **SLOTTED,
    ),
    "sequential": chain(
        6, memory=NOISY | GATES, node=FAILING | {"processing_delay_s": 2e-6}, demand=POISSON | {"width": 3, "swapping": {"kind": "sequential"}}, link=given(0.4),
    ),
    "tree": chain(
        6, memory=NOISY, node=FAILING, demand={"width": 2, "swapping": {"kind": "tree", "order": ["n2", "n4", "n1", "n3"]}, "use": "measure"}, link=given(0.4),
    ),
    "tree, a link fails": ring(
        5, [("r0", "r3", POISSON | {"route": ["r0", "r1", "r2", "r3"], "swapping": {"kind": "tree", "order": ["r2", "r1"]}, "width": 2})],
        changes=DOWN_AND_UP,
    ),
    "policy table": chain(5, node=FAILING, demand=BACK_TO_BACK | {"swapping": POLICY}, link=given(0.5), **SLOTTED),
    "policy table, cut-off, or wait": chain(
        5, memory=PAULI, node=FAILING, demand=POISSON | {"swapping": POLICY | {"otherwise": "wait"}, "cutoff": {"age_s": 3e-5}}, link=given(0.6), **SLOTTED,
    ),
    "cut-off by age": chain(4, memory=NOISY | GATES, node=FAILING, demand=QUICK_CUT | {"width": 3}, link=given(0.2)),
    "cut-off by age, slow messages": chain(4, memory=NOISY, demand=QUICK_CUT | {"width": 3, "use": "measure"}, link=given(0.2), length_m=10e3),
    "cut-off by age, slotted": chain(5, node=FAILING, demand=BACK_TO_BACK | {"cutoff": {"age_s": 2e-5}}, link=given(0.4), **SLOTTED),
    "cut-off by age, ideal, doubling": chain(
        6, memory=NOISY, node=FAILING, demand={"cutoff": {"age_s": 6e-5}, "swapping": {"kind": "doubling"}, "width": 2}, link=given(0.3), control="ideal",
    ),
    "cut-off by attempts": chain(4, memory=NOISY, node=FAILING, demand={"cutoff": {"attempts": 3}, "width": 2}, link=given(0.2)),
    "cut-off by attempts, one link at a time": chain(
        4, node={"parallel_links": 1}, demand=POISSON | {"cutoff": {"attempts": 4, "age_s": 2e-4}, "width": 2}, link=given(0.2),
    ),
    "cut-off by attempts, each link pauses": chain(
        4, node={"parallel_links": 1}, demand=POISSON | {"cutoff": {"attempts": 2}, "width": 2}, link=given(0.2),
    ),
    "cut-off by attempts, slotted, changes": chain(
        4, demand=POISSON | {"cutoff": {"attempts": 5}}, link=given(0.2), **SLOTTED,
        changes=[{"at_s": 1e-3, "link": "n0--n1", "generation": given(0.05)}, {"at_s": 2e-3, "link": "n0--n1"}, {"at_s": 2.5e-3, "link": "n0--n1", "generation": given()}],
    ),
    "cut-off by attempts, links become faster": chain(
        4, demand=POISSON | {"cutoff": {"attempts": 3}}, link=given(0.1), duration_s=6e-3,
        changes=[
            {"at_s": at * 1e-4, "link": link, "generation": given(0.1) | {"attempt_period_s": period}}
            for at, link, period in (
                (k + i / 3, link, (2.1e-5, 1.7e-6)[k % 2])
                for k in range(1, 50)
                for i, link in enumerate(("n0--n1", "n2--n1", "n2--n3"))
            )
        ],
    ),
    "cut-off by fidelity": chain(4, memory=NOISY, node=FAILING, demand={"cutoff": {"estimated_fidelity": 0.94}, "width": 3}, link=given(0.2)),
    "cut-off by fidelity, ideal": chain(
        5, memory=GAUSSIAN, node=FAILING, demand={"cutoff": {"estimated_fidelity": 0.85, "age_s": 1e-4}, "width": 3}, link=given(0.3), control="ideal",
    ),
    "link distillation": chain(4, memory=NOISY | GATES, node=FAILING, demand={"width": 3}, link=given(0.4), links={"distillation": DEJMPS}),
    "link distillation, twice, skewed": chain(
        3, memory=NOISY | GATES, demand={"width": 4}, link=given(0.5, state=SKEWED), links={"distillation": TWICE}, length_m=5e3,
    ),
    "link distillation, pumping": chain(3, memory=NOISY, demand=POISSON | {"width": 3}, link=given(0.5, fidelity=0.9), links={"distillation": PUMP}),
    "link distillation, bell diagonal": chain(
        3, memory=PAULI | GATES, demand={"width": 3}, link=given(0.4), links={"distillation": TWICE}, state="bell_diagonal",
    ),
    "link distillation by EPL": chain(3, memory=NOISY | GATES, demand={"width": 3}, link=given(0.5, state=CLICKED), links={"distillation": EPL}),
    "link distillation, clicks": chain(
        3, memory=NOISY | GATES, demand={"width": 3}, link=CLICK | {"station_position": 0.3}, links={"distillation": DEJMPS}, duration_s=1e-2,
    ),
    "one link, distilled twice": chain(
        2, memory=NOISY, demand={"width": 6, "use": "measure", "distillation": DEJMPS}, link=given(0.4), links={"distillation": DEJMPS},
    ),
    "end-to-end distillation": chain(4, memory=NOISY | GATES, node=FAILING, demand={"width": 3, "distillation": DEJMPS}, link=given(0.5)),
    "end-to-end distillation, one at a time": chain(
        3, memory=NOISY, node=FAILING, demand=BACK_TO_BACK | {"width": 3, "distillation": TWICE, "pipelined": False}, link=given(0.5), control="ideal",
    ),
    "end-to-end distillation, releases": chain(
        4, memory=NOISY, demand=POISSON | {"width": 2, "distillation": DEJMPS, "deadline_s": 4e-4}, link=given(0.5), length_m=5e3,
    ),
    "all at once": chain(
        5, memory=NOISY | GATES, node=FAILING, duration_s=1e-2, length_m=5e3, link=given(0.5), links={"distillation": DEJMPS},
        demand=POISSON | {"width": 4, "distillation": DEJMPS, "swapping": {"kind": "doubling"}, "cutoff": {"age_s": 3e-4, "attempts": 30}},
    ),
    "distillation with cut-offs": chain(
        3, memory=NOISY, demand={"width": 3, "cutoff": {"age_s": 5e-5, "estimated_fidelity": 0.9}, "distillation": DEJMPS}, link=given(0.2), links={"distillation": PUMP},
    ),
    "grid, distilled": grid(3, [(a, b, more | {"width": 2}) for a, b, more in CROSSING], memory=NOISY | GATES, node=FAILING, slots=10, links={"distillation": {"rounds": ["dejmps"], "scheme": "pumping"}}),
    "failures at once": ring(5, [("r0", "r2", ONE_OFF), ("r4", "r1", POISSON), ("r2", "r4", TABLE), ("r0", "r3", BACK_TO_BACK)], node=FAILING, failures=CUTS),
    "failures, heartbeats": ring(
        5, [("r0", "r2", {"width": 2}), ("r4", "r1", POISSON), ("r2", "r4", TABLE), ("r0", "r3", BACK_TO_BACK | {"pipelined": False})],
        memory=NOISY | GATES, node=FAILING, failures=CUTS, length_m=5e3, **HEARTBEATS,
    ),
    "failures of regions": grid(
        3, CROSSING, memory=NOISY, nodes={name: {"region": "north"} for name in ("00", "01", "11")} | {"20": {"region": "south"}},
        failures=[{"regions": ["north"], "nodes": ["22"], "mtbf_s": 1e-3, "mttr_s": 2e-4}, {"name": "power", "regions": ["south"], "links": ["01--02"], "down": [[1e-3, 2e-3]]}],
        scheduler="weighted_fair", **HEARTBEATS,
    ),
    "failures, hop by hop": grid(3, CROSSING, memory=NOISY, failures=RANDOM_CUTS, slots=4, on_deadlock="release", **HOP_BY_HOP, **HEARTBEATS),
    "failures of a grid, priorities": grid(
        3, [(a, b, more | {"priority": k, "deadline_s": 4e-4}) for k, (a, b, more) in enumerate(CROSSING)], memory=NOISY | GATES, failures=RANDOM_CUTS,
        slots=6, **HEARTBEATS,
    ),
    "failures, distilled, buffered": ring(
        4, [("r0", "r2", POISSON | {"width": 2, "distillation": DEJMPS, "generate_when_idle": True, "buffer": 3}), ("r3", "r1", BACK_TO_BACK | {"width": 2, "use": "measure"})],
        link=given(0.5), links={"distillation": DEJMPS}, slots=12, failures=[{"nodes": ["r0"], "down": [[1e-3, 1.04e-3], [2e-3, 2.5e-3]]}, {"nodes": ["r1"], "mtbf_s": 1e-3, "mttr_s": 1e-4}],
        **HEARTBEATS,
    ),
    "ghz, failures": ghz_star(
        3, memory=NOISY | GATES, link=given(0.4), ghz={"traffic": {"kind": "back_to_back"}}, failures=[{"nodes": ["u0"], "mtbf_s": 1e-3, "mttr_s": 2e-4}, {"links": ["u1--hub"], "down": [[2e-3, 3e-3]]}],
        **HEARTBEATS,
    ),
    "ghz, refused": ghz_star(3, link=given(0.4), ghz={"traffic": POISSON["traffic"]}, failures=[{"nodes": ["hub"], "down": [[1e-3, 2e-3]]}]),
    "links that drift": chain(4, demand=BACK_TO_BACK, link=given(0.4), links={"drift": WORN}, memory=NOISY),
    "clicks that drift": chain(3, link=CLICK, links={"drift": WORN | {"recalibrate_every_s": None, "recalibrate_below": 0.7}}, duration_s=1e-2, control="ideal"),
    "ghz": ghz_star(3, memory=NOISY | GATES, ghz={"traffic": {"kind": "one_off", "requests": 9}}),
    "ghz, the center keeps": ghz_star(3, memory=GAUSSIAN | GATES, ghz={"users": ["hub", "u0", "u1", "u2"], "states_per_request": 3, "traffic": POISSON["traffic"]}),
    "ghz, wide, deadlines": ghz_star(3, memory=NOISY | GATES, link=given(0.3), ghz={"width": 2, "deadline_s": 3e-4, "max_queue": 2, "traffic": POISSON["traffic"]}),
    "ghz, bell diagonal": ghz_star(4, memory=PAULI | GATES, link=given(0.3), ghz={"traffic": {"kind": "back_to_back", "requests": 6}}, state="bell_diagonal"),
    "ghz, skewed, clicks": ghz_star(3, memory=NOISY, link=CLICK | {"station_position": 0.3}, duration_s=2e-2, control="ideal"),
    "ghz, slotted": ghz_star(3, memory=NOISY | GATES, link=given(0.4, state=SKEWED), **SLOTTED),
    "ghz, one arm": ghz_star(1, memory=NOISY | GATES, ghz={"users": ["hub", "u0"], "width": 2}),
    "ghz beside pairs, few slots": ghz_star(
        3, memory=NOISY, slots=3, link=given(0.5), ghz={"traffic": POISSON["traffic"], "deadline_s": 4e-4},
        demands=[("u0", "u1", POISSON), ("u1", "u2", BACK_TO_BACK)],
    ),
    "ghz, measured": ghz_star(3, memory=NOISY | GATES, ghz={"traffic": {"kind": "one_off", "requests": 9}, "bases": ["XXX", "YYX", "ZZZ"]}),
    "ghz, measured with the center, judged": ghz_star(
        3, memory=NOISY | GATES, link=given(0.3), ghz={"users": ["u0", "hub", "u1", "u2"], "width": 2, "traffic": POISSON["traffic"], "bases": ["XYZX"], "min_fidelity": 0.7, "deadline_s": 3e-4},
    ),
    "graph, measured": ghz_star(3, memory=GAUSSIAN | GATES, link=given(0.5), ghz={"width": 2, "traffic": POISSON["traffic"], "edges": [["u0", "u1"], ["u1", "u2"], ["u0", "u2"]], "bases": ["XZZ", "YYZ"]}),
    "graph, ring": ghz_star(4, memory=NOISY | GATES, link=given(0.5, state=SKEWED), ghz={"traffic": {"kind": "one_off", "requests": 6}, "edges": RING_OF_4}),
    "graph, star, pauli": ghz_star(4, memory=PAULI | GATES, ghz={"traffic": {"kind": "one_off", "requests": 6}, "edges": [["u2", "u0"], ["u2", "u3"], ["u1", "u2"]]}, state="bell_diagonal"),
    "graph, the center is a user": ghz_star(
        3, memory=GAUSSIAN | GATES, ghz={"users": ["u0", "hub", "u1", "u2"], "traffic": POISSON["traffic"], "edges": [["u1", "u2"], ["u0", "hub"], ["u0", "u1"], ["hub", "u2"]]},
    ),
    "graph, one edge": ghz_star(1, memory=NOISY | GATES, ghz={"users": ["u0", "hub"], "width": 2, "edges": [["u0", "hub"]]}),
    "graph, slotted": ghz_star(3, memory=NOISY | GATES, link=given(0.4), ghz={"traffic": {"kind": "one_off", "requests": 5}, "edges": [["u0", "u1"], ["u1", "u2"]]}, **SLOTTED),
    "ghz over repeaters": network(
        [("a", "m"), ("m", "n"), ("n", "b"), ("n", "c"), ("m", "c")], [("a", "c", POISSON)], memory=NOISY | GATES, node=FAILING, link=given(0.5), slots=9,
        ghz_demands=[{"name": "g", "users": ["a", "b", "c"], "traffic": POISSON["traffic"], "states_per_request": 2}], routing={"kind": "hops", "alternatives": 2},
        changes=[{"at_s": 1e-3, "link": "n--c"}, {"at_s": 2e-3, "link": "m--n"}, {"at_s": 3e-3, "link": "m--n", "generation": given(0.4)}],
    ),
    "trains": chain(4, memory=NOISY | GATES, node=FAILING, demand={"width": 3}, link=given(0.02) | TRAIN),
    "trains, shared": chain(4, memory=NOISY | GATES, node=FAILING, demand={"width": 3}, link=given(0.02) | SHARED_TRAIN),
    "trains, shared, certain": chain(3, memory=NOISY, demand={"width": 4}, link=given(1.0, 50e-6) | {"multiplexing": {"modes": 3, "train": "shared"}}),
    "trains of clicks, shared": chain(3, memory=NOISY, link=JITTER | SHARED_TRAIN, demand={"width": 2, "cutoff": {"attempts": 3}}),
    "trains distilled, cut off": chain(4, memory=NOISY, link=given(0.05) | TRAIN, links={"distillation": DEJMPS}, demand={"width": 4, "cutoff": {"age_s": 4e-5}}, length_m=5e3),
    "trains, turns": chain(3, memory=NOISY, link=given(0.05) | SHARED_TRAIN, demand={"width": 3, "pipelined": False, "cutoff": {"attempts": 2}}),
    "trains, slotted": chain(4, memory=NOISY, link=given(0.05) | SHARED_TRAIN, demand={"width": 3}, **SLOTTED),
    "trains, failures, permits": grid(3, CROSSING, memory=NOISY, node={"parallel_links": 1}, link=CLICK | TRAIN, failures=RANDOM_CUTS, **HEARTBEATS),
    "trains that drift": chain(3, demand=BACK_TO_BACK | {"width": 2}, link=given(0.1) | TRAIN, links={"drift": WORN}, memory=NOISY),
    "switch": star(4, [("leaf0", "leaf1", POISSON), ("leaf2", "leaf3", BACK_TO_BACK)], memory=NOISY | GATES, switches=[switch(4)]),
    "switch, two stations, permits, switching": star(
        5, [("leaf0", "leaf1", POISSON | {"width": 2}), ("leaf2", "leaf3", BACK_TO_BACK), ("leaf4", "hub", POISSON)], memory=NOISY, nodes={"hub": {"parallel_links": 3}},
        switches=[switch(4, stations=2, switching_time_s=3e-6)], slots=12,
    ),
    "switch, turns": star(4, [("leaf0", "leaf1", POISSON), ("leaf2", "leaf3", BACK_TO_BACK)], memory=NOISY, switches=[switch(4, turn_s=5.5e-5, switching_time_s=2e-6)]),
    "switch, max weight": star(
        5, [(f"leaf{k}", "hub", POISSON | {"traffic": {"kind": "poisson", "rate_hz": 2000.0 * (k + 1)}}) for k in range(5)], memory=NOISY, slots=12,
        links={"generation": given(0.2, 7e-6)}, switches=[switch(5, stations=2, scheduler="max_weight", switching_time_s=1e-6)],
    ),
    "switch, max weight, turns, circuits": star(
        4, [("leaf0", "leaf1", POISSON | {"concurrent_requests": 2}), ("leaf1", "hub", TABLE), ("leaf2", "leaf3", BACK_TO_BACK)], memory=NOISY, slots=12,
        switches=[switch(4, turn_s=4e-5, scheduler="max_weight")],
    ),
    "switch, weighted fair": star(
        4, [("leaf0", "leaf1", BACK_TO_BACK | {"weight": 3.0, "width": 2}), ("leaf2", "leaf3", BACK_TO_BACK | {"width": 2}), ("leaf1", "hub", POISSON | {"weight": 0.3})], memory=NOISY, slots=12,
        switches=[switch(4, turn_s=4e-5, scheduler="weighted_fair", switching_time_s=1e-6)],
    ),
    "switch, weighted fair, two stations, coming and going": star(
        5, [(f"leaf{k}", "hub", POISSON | {"weight": 0.7 * (k + 1), "concurrent_requests": 2, "reservation_s": 3e-4}) for k in range(4)] + [("leaf0", "leaf4", BACK_TO_BACK)],
        memory=NOISY, slots=12, switches=[switch(5, stations=2, scheduler="weighted_fair")],
    ),
    "switch, earliest deadline": star(
        4, [(f"leaf{k}", "hub", POISSON | {"deadline_s": 1e-4 * (k + 2)}) for k in range(4)], memory=NOISY, switches=[switch(4, scheduler="earliest_deadline", turn_s=3e-5)],
    ),
    "switch, time division": star(
        4, [("leaf0", "leaf1", POISSON), ("leaf0", "leaf3", BACK_TO_BACK)], memory=NOISY, switches=[switch(4, stations=2, scheduler="time_division", turn_s=4e-5, switching_time_s=1e-6)],
    ),
    "switch, frame": star(
        3, [("leaf0", "leaf1", POISSON), ("leaf0", "leaf2", BACK_TO_BACK)], memory=NOISY,
        switches=[switch(3, scheduler="time_division", turn_s=4.3e-5, frame=[["hub--leaf0"], ["hub--leaf1"], ["hub--leaf0"], [], ["hub--leaf2"]])],
    ),
    "two switches, trains, failures": star(
        5, [("leaf0", "leaf1", POISSON), ("leaf2", "leaf3", BACK_TO_BACK | {"distillation": DEJMPS, "width": 2})], memory=NOISY, link=given(0.03) | TRAIN, slots=12,
        switches=[switch(2), {"name": "other", "links": ["hub--leaf2", "hub--leaf4", "hub--leaf3"], "scheduler": "time_division", "turn_s": 7e-5}], failures=[{"nodes": ["leaf1"], "mtbf_s": 1e-3, "mttr_s": 4e-4}],
    ),
    "switch, ghz, slotted": ghz_star(3, memory=NOISY | GATES, link=given(0.4), ghz={"traffic": {"kind": "one_off", "requests": 9}}, switches=[{"name": "s", "links": ["u1--hub", "hub--u0"], "turn_s": 3e-5}], **SLOTTED),
    "stretched coherence": chain(4, memory=STRETCHED, node=FAILING, demand={"width": 2}),
    "coherence by points": chain(4, memory=TABULATED, node=FAILING, demand={"width": 2, "cutoff": {"estimated_fidelity": 0.8}}),
    "coherence lost": chain(4, memory=LOST, node=FAILING, demand={"width": 2, "rules": YOUNG}, length_m=5e3),
    "rules, always": chain(4, memory=NOISY | GATES, demand={"width": 2, "rules": [{"do": "swap", "when": "true"}, {"do": "discard", "when": "age_s > 1"}]}),
    "rules by age": chain(5, memory=NOISY | GATES, node=FAILING, demand={"width": 3, "rules": YOUNG}, length_m=5e3),
    "rules by age, ideal": chain(5, memory=NOISY | GATES, node=FAILING, demand={"width": 3, "rules": YOUNG}, control="ideal"),
    "rules by estimated fidelity": chain(5, memory=NOISY, demand={"width": 2, "rules": GOOD}, link=given(state=SKEWED), length_m=5e3),
    "rules by estimated fidelity, ideal": chain(5, memory=GAUSSIAN, demand={"width": 2, "rules": GOOD}, control="ideal"),
    "rules by estimated fidelity, distilled": chain(
        4, memory=NOISY | GATES, demand={"width": 4, "rules": GOOD}, link=given(0.4, state=SKEWED), links={"distillation": DEJMPS}, length_m=5e3,
    ),
    "rules by hops": chain(6, memory=NOISY | GATES, demand={"width": 2, "rules": NESTED}, link=given(0.4), length_m=5e3),
    "rules by hops, slotted": chain(6, memory=NOISY, demand={"width": 2, "rules": NESTED}, link=given(0.4), **SLOTTED),
    "rules and an order": chain(5, memory=NOISY | GATES, node=FAILING, demand={"width": 3, "rules": YOUNG, "swapping": {"kind": "doubling"}}, length_m=5e3),
    "rules in a grid, admission": grid(3, [(a, b, more | {"width": 2, "rules": [*YOUNG, ADMIT]}) for a, b, more in CROSSING], memory=NOISY | GATES, slots=6),
    "attempts dephase": chain(3, memory=NOISY | MINDS, demand={"width": 2}),
    "attempts dephase, certain links": chain(4, memory=MINDS, node=FAILING, demand={"width": 3}, link=given(1.0, 4e-6)),
    "attempts dephase, lanes and gates": chain(5, memory=GAUSSIAN | GATES | MINDS, node=FAILING, demand=POISSON | {"width": 4, "use": "measure"}, link=given(0.3)),
    "attempts dephase, one click, unlike arms": chain(
        4, memory=NOISY | MINDS | {"initialisation_s": 1e-6}, demand={"width": 4}, link=DRIFT | {"station_position": 0.25}, duration_s=1e-2,
    ),
    "attempts dephase, bell diagonal, slotted": chain(5, memory=PAULI | MINDS, node=FAILING, demand=BACK_TO_BACK | {"width": 2}, state="bell_diagonal", **SLOTTED),
    "attempts dephase, densities": chain(4, memory=NOISY | GATES | MINDS, demand={"width": 2}, state="density"),
    "attempts dephase, trains, shared, by others": star(
        3, [("leaf0", "leaf1", {"width": 3}), ("leaf0", "leaf2", POISSON | {"use": "measure"}), ("leaf0", "hub", BACK_TO_BACK)],
        slots=12, memory=NOISY | MINDS, link=given(0.01, 20e-6) | SHARED_TRAIN,
    ),
    "attempts dephase, buffers": chain(3, memory=MINDS, demand=POISSON | {"generate_when_idle": True, "buffer": 5, "width": 2}),
    "attempts dephase, distilled, cut off": chain(
        3, memory=NOISY | GATES | MINDS, demand={"width": 3, "cutoff": {"age_s": 5e-5, "estimated_fidelity": 0.8}, "distillation": DEJMPS}, link=given(0.4), links={"distillation": DEJMPS},
    ),
    "attempts dephase, cut off by fidelity, ideal": chain(5, memory=NOISY | MINDS, demand={"cutoff": {"estimated_fidelity": 0.7}, "width": 3}, link=given(0.3), control="ideal"),
    "attempts dephase, rules": chain(4, memory=NOISY | GATES | MINDS, demand={"width": 4, "rules": GOOD}, link=given(0.4, state=SKEWED), links={"distillation": DEJMPS}, length_m=5e3),
    "attempts dephase, rules, ideal": chain(5, memory=GAUSSIAN | MINDS, demand={"width": 2, "rules": GOOD}, control="ideal"),
    "attempts dephase, links change and fail": two_ways(
        [("r0", "r2", {"width": 2}), ("r4", "r1", POISSON), ("r2", "r4", TABLE)], memory=NOISY | MINDS, node=FAILING, changes=DOWN_AND_UP, failures=CUTS, slots=6, **HEARTBEATS,
    ),
    "attempts dephase, one link at a time": chain(4, node={"parallel_links": 1}, memory=MINDS, demand=POISSON | {"cutoff": {"attempts": 4}, "width": 2}, link=given(0.2)),
    "attempts dephase, ghz": ghz_star(3, memory=NOISY | GATES | MINDS, link=given(0.3), ghz={"width": 2, "traffic": POISSON["traffic"]}),
    "attempts dephase, graph, bell diagonal": ghz_star(4, memory=PAULI | GATES | MINDS, ghz={"traffic": {"kind": "one_off", "requests": 6}, "edges": RING_OF_4}, state="bell_diagonal"),
}  # fmt: skip
