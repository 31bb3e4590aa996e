"""A scenario as plain data: the file format with every default filled in."""

from .drift import DRIFT

SCENARIO = {
    "version": 1, "name": "", "description": "", "seed": 0, "warm_up_s": 0.0, "tick": "ps", "state": "pair_density",
    "approximate": "none", "control": "messages", "messages": {}, "timing": "real", "slot_s": None, "detail": "skip", "record": "rows",
    "routing": {}, "rounds": None, "control_plane": {"kind": "ideal"}, "scheduler": "fifo", "max_open_requests": None, "reservation": "ledger", "on_deadlock": "report", "limits": {}, "memories": [], "stations": [], "interfaces": [], "nodes": [], "links": [], "switches": [], "demands": [], "ghz_demands": [], "changes": [], "failures": [],
    "heartbeat_period_s": None, "missed_heartbeats": 3,
    "credits": [], "notes": [],
}  # fmt: skip
MEMORY = {
    "slots": 1, "t1_s": None, "t2_s": None, "t2_law": "exponential", "t2_exponent": None, "coherence_times_s": [], "coherences": [], "coherence_beyond": None,
    "depolarising_s": None, "dephasing_s": None, "dephasing_attempts": None,
    "pauli_x_rate_hz": 0.0, "pauli_y_rate_hz": 0.0, "pauli_z_rate_hz": 0.0, "efficiency": 1.0, "initialisation_s": 0.0,
    "initialisation_reliability": 1.0, "single_qubit_gate_s": 0.0, "single_qubit_gate_reliability": 1.0,
    "two_qubit_gate_s": 0.0, "two_qubit_gate_reliability": 1.0, "measurement_s": 0.0, "readout_fidelity_0": 1.0,
    "readout_fidelity_1": 1.0, "double_excitation_probability": 0.0, "background_photons": 0.0, "photon_dephasing": 0.0,
    "photon_lifetime_s": None, "absorption_bandwidth_hz": None, "wavelength_m": None, "encoding": None, "light": None, "retrieval": None,
    "communication": None, "charge_check": None,
}  # fmt: skip
RETRIEVAL = {
    "efficiency": 1.0, "lifetime_s": None, "law": "exponential", "fixed_delay_s": None, "temporal_modes": 1, "spectral_modes": 1,
    "spatial_modes": 1,
}  # fmt: skip
COMMUNICATION = {
    "qubits": 1, "store": "when_needed", "storage_s": 0.0, "storage_reliability": 1.0, "storage_dephasing_probability": 0.0,
    "t1_s": None, "t2_s": None, "t2_law": "exponential", "t2_exponent": None, "coherence_times_s": [], "coherences": [], "coherence_beyond": None,
}  # fmt: skip
LIGHT = {"ensemble": {}, "weak_coherent": {"mean_photons": 0.5}}
CHARGE_CHECK = {"success_probability": 1.0, "reset_s": 0.0}
STATION = {
    "visibility": 1.0,
    "local_overhead_s": 0.0,
    "bin_separation_s": None,
    "detector": {},
    "wavelength_m": None,
    "encoding": None,
}
INTERFACE = {
    "frequency_converter": {"efficiency": 1.0, "noise_photons": 0.0, "noise_rate_hz": 0.0, "bandwidth_hz": None},
    "transducer": {"efficiency": 1.0, "added_noise_photons": 0.0, "bandwidth_hz": None, "duty_cycle": 1.0, "repetition_s": 0.0},
    "encoding_converter": {"efficiency": 1.0},
}
DETECTOR = {
    "efficiency": 1.0, "dark_count_rate_hz": 0.0, "window_s": 1e-7, "number_resolving": False, "dead_time_s": 0.0,
    "afterpulse_probability": 0.0, "jitter_s": 0.0,
}  # fmt: skip
ROUTING = {
    "kind": "seconds_per_pair",
    "alternatives": 1,
    "fidelity_constrained": False,
    "coherence_s": None,
    "max_purification_rounds": None,
}
ROUNDS = {"router": {"kind": "shortest"}, "channels": 1}
ROUTER = {
    "shortest": {}, "greedy": {}, "q_pass": {"link_state_hops": 3}, "q_cast": {"link_state_hops": 3}, "multipath_local": {}, "multipath_global": {},
    "ghz_fusion": {"max_links": 3},
}  # fmt: skip
CONTROL_PLANE = {
    "ideal": {},
    "central": {"mode": "proactive", "processing_s": 0.0},
    "link_state": {"processing_s": 0.0},
    "local": {"retry_s": 1e-2, "needs_free_slots": False},
}
MESSAGES = {"jitter_s": 0.0, "loss_probability": 0.0, "retransmission_timeout_s": None, "in_order": False, "lost": []}
NODE = {"region": "", "parallel_links": None, "swap_success_probability": 1.0, "processing_delay_s": 0.0}
SWITCH = {"stations": 1, "switching_time_s": 0.0, "scheduler": "fifo", "turn_s": None, "frame": []}
LINK = {"name": "", "distillation": None, "drift": None, "interfaces_a": [], "interfaces_b": [], "light_mismatch": "refuse"}
CUTOFF = {"age_s": None, "attempts": None, "estimated_fidelity": None}
DISTILLATION = {"rounds": ["dejmps"], "scheme": "recurrence"}
FIBER = {
    "attenuation_db_per_km": 0.2, "speed_m_per_s": 2e8, "spans": [], "wavelength_m": None, "dispersion_s_per_m2": 0.0,
    "pmd_s_per_sqrt_m": 0.0, "classical_light": None,
}  # fmt: skip
SPAN = {"loss_db": None}
CLASSICAL_LIGHT = {"power_to_b_w": 0.0, "power_to_a_w": 0.0}
ALIGNMENT = {
    "arrival_offset_s": 0.0, "arrival_jitter_s": 0.0, "polarisation_angle_rad": 0.0, "polarisation_sigma_rad": 0.0,
    "free_running_s": None, "stabilisation_s": None, "phase_drift_rad_per_sqrt_s": 0.0,
}  # fmt: skip
GENERATION = {
    "given": {"herald_delay_s": 0.0, "state": {"kind": "werner"}, "multiplexing": None},
    "double_click": {"station_position": 0.5, "multiplexing": None, "alignment": None},
    "midpoint_source": {
        "source_position": 0.5, "statistics": "down_conversion", "spectral_purity": 1.0, "pair_fidelity": 1.0, "heralded": True,
        "herald_efficiency": 1.0, "false_herald_probability": 0.0, "local_overhead_s": 0.0, "wavelength_m": None, "wavelength_b_m": None, "bandwidth_hz": None, "bandwidth_b_hz": None, "encoding": None, "multiplexing": None,
    },
    "sender_receiver": {
        "sender": "node_a", "absorption_efficiency": None, "pair_fidelity": 1.0, "heralded": True, "herald_efficiency": 1.0,
        "false_herald_probability": 0.0, "local_overhead_s": 0.0, "multiplexing": None,
    },
    "repeater_graph": {
        "source_efficiency": 1.0, "detector_efficiency": 1.0, "bell_success_probability": 0.5, "visibility": 1.0,
        "photon_depolarising": 0.0, "local_overhead_s": 0.0, "multiplexing": None,
    },
    "single_click": {
        "station_position": 0.5, "bright_state_b": None, "phase_sigma_rad": 0.0, "phase_correlation_s": None,
        "multiplexing": None, "alignment": None,
    },
}  # fmt: skip
MULTIPLEXING = {"mode_separation_s": 0.0, "train": "own", "shared_detectors": False, "switch_loss_db": 0.0, "crosstalk": 0.0}
PAIR_STATE = {
    "werner": {"fidelity": 1.0},
    "bell_weights": {},
    "density_matrix": {"imag": [[0.0] * 4 for _ in range(4)]},
}
DEMAND = {
    "name": "", "traffic": {"kind": "continuous"}, "pairs_per_request": 1, "width": 1, "min_fidelity": 0.0,
    "deadline_s": None, "reservation_s": None, "max_queue": None, "concurrent_requests": 1, "max_wait_s": None, "admission": None, "priority": 0, "weight": 1.0, "use": "keep", "z_basis_probability": 0.5,
    "generate_when_idle": False, "reserved": [], "buffer": None, "pipelined": True, "route": [], "routes": [], "swapping": {"kind": "asap"}, "cutoff": None, "distillation": None, "rules": [],
}  # fmt: skip
ADMISSION = {"rate_hz": None, "burst": 1, "by_deadline": False}
GHZ_DEMAND = {
    "center": "", "tree": "star", "edges": [], "bases": [], "min_fidelity": 0.0, "traffic": {"kind": "continuous"}, "states_per_request": 1, "width": 1, "deadline_s": None, "max_queue": None,
}  # fmt: skip
FAILURE = {"name": "", "nodes": [], "links": [], "regions": [], "mtbf_s": None, "mttr_s": None, "down": []}
TRAFFIC = {
    "one_off": {"at_s": 0.0, "requests": 1},
    "back_to_back": {"at_s": 0.0, "requests": None},
    "continuous": {"at_s": 0.0},
    "poisson": {"at_s": 0.0},
    "table": {},
    "by_programs": {},
}


def of_kind(table, value):
    return table[value["kind"]] | value


def generation_of(value):
    value = of_kind(GENERATION, value)
    value = value | {"multiplexing": MULTIPLEXING | (value["multiplexing"] or {"modes": 1})}
    if value.get("alignment"):
        value = value | {"alignment": ALIGNMENT | value["alignment"]}
    return value | {"state": of_kind(PAIR_STATE, value["state"])} if value["kind"] == "given" else value


def fiber_of(value):
    value = FIBER | value
    light = value["classical_light"]
    return value | {"spans": [SPAN | span for span in value["spans"]], "classical_light": light and CLASSICAL_LIGHT | light}


def complete(document):
    """The same scenario with every default written out; entities that others name are in dictionaries by name."""
    scenario = SCENARIO | document
    scenario["routing"] = ROUTING | scenario["routing"]
    if scenario["rounds"]:
        rounds = ROUNDS | scenario["rounds"]
        scenario["rounds"] = rounds | {"router": of_kind(ROUTER, rounds["router"])}
    scenario["control_plane"] = of_kind(CONTROL_PLANE, scenario["control_plane"])
    scenario["messages"] = MESSAGES | scenario["messages"]
    scenario["memories"] = {m["name"]: MEMORY | m for m in scenario["memories"]}
    for memory in scenario["memories"].values():
        memory["retrieval"] = memory["retrieval"] and RETRIEVAL | memory["retrieval"]
        memory["light"] = memory["light"] and of_kind(LIGHT, memory["light"])
        memory["communication"] = memory["communication"] and COMMUNICATION | memory["communication"]
        memory["charge_check"] = memory["charge_check"] and CHARGE_CHECK | memory["charge_check"]
    scenario["stations"] = {s["name"]: STATION | s for s in scenario["stations"]}
    scenario["interfaces"] = {i["name"]: of_kind(INTERFACE, i) for i in scenario["interfaces"]}
    for station in scenario["stations"].values():
        station["detector"] = DETECTOR | station["detector"]
    scenario["nodes"] = [NODE | n for n in scenario["nodes"]]
    scenario["switches"] = [SWITCH | value for value in scenario["switches"]]
    links, demands, changes = [], [], []
    for value in scenario["links"]:
        link = LINK | value
        link["name"] = link["name"] or f"{link['node_a']}--{link['node_b']}"
        link["fiber"] = fiber_of(link["fiber"])
        link["generation"] = generation_of(link["generation"])
        link["drift"] = link["drift"] and DRIFT | link["drift"]
        link["distillation"] = link["distillation"] and DISTILLATION | link["distillation"]
        links.append(link)
    for value in scenario["demands"]:
        demand = DEMAND | value
        demand["name"] = demand["name"] or f"{demand['node_a']}->{demand['node_b']}"
        demand["traffic"] = of_kind(TRAFFIC, demand["traffic"])
        if demand["swapping"]["kind"] == "table":
            demand["swapping"] = {"otherwise": "asap"} | demand["swapping"]
        demand["routes"] = [{"weight": 1.0} | route for route in demand["routes"]]
        demand["cutoff"] = demand["cutoff"] and CUTOFF | demand["cutoff"]
        demand["admission"] = demand["admission"] and ADMISSION | demand["admission"]
        demand["distillation"] = demand["distillation"] and DISTILLATION | demand["distillation"]
        demands.append(demand)
    for value in scenario["changes"]:
        generation = value.get("generation")
        changes.append(value | {"generation": generation and generation_of(generation)})
    ghz_demands = [GHZ_DEMAND | value for value in scenario["ghz_demands"]]
    ghz_demands = [demand | {"traffic": of_kind(TRAFFIC, demand["traffic"])} for demand in ghz_demands]
    failures = [FAILURE | value for value in scenario["failures"]]
    for failure in failures:
        failure["name"] = failure["name"] or "+".join(failure["nodes"] + failure["links"] + failure["regions"])
    return scenario | {"failures": failures, "links": links, "demands": demands, "ghz_demands": ghz_demands, "changes": changes}
