// Valid scenario files that between them use every field, for the tests of reading and writing.
#pragma once
#include <array>
#include <string_view>

namespace farbell {

inline constexpr std::string_view smallest_document = R"({"version": 1, "duration_s": 1})";

inline constexpr std::string_view chain_document = R"({
  "version": 1,
  "name": "chain",
  "description": "Three nodes \u2013 \"A\", R, B",
  "seed": 9223372036854775807,
  "duration_s": "1 min",
  "warm_up_s": "500 ms",
  "tick": "ns",
  "state": "bell_diagonal",
  "approximate": "pauli_twirl",
  "control": "ideal",
  "timing": "slotted",
  "slot_s": "10 us",
  "detail": "attempt",
  "record": "summary",
  "routing": {"kind": "hops"},
  "limits": {"max_events": 1000000, "max_wall_s": 60},
  "memories": [
    {"name": "plain", "slots": 4},
    {"name": "full", "slots": 10, "t1_s": 10, "t2_s": "1 s", "t2_law": "gaussian", "depolarising_s": null, "dephasing_s": 40e-3,
     "pauli_x_rate_hz": 0.01, "pauli_y_rate_hz": "1 mHz", "pauli_z_rate_hz": 0.1, "efficiency": 0.5, "initialisation_s": "5 us",
     "initialisation_reliability": 0.99, "single_qubit_gate_s": "1 us", "single_qubit_gate_reliability": 0.999,
     "two_qubit_gate_s": "100 us", "two_qubit_gate_reliability": 0.98, "measurement_s": "10 us", "readout_fidelity_0": 0.99,
     "readout_fidelity_1": 0.97}
  ],
  "stations": [
    {"name": "middle", "visibility": 0.9, "local_overhead_s": "1 us", "bin_separation_s": "500 ns",
     "detector": {"efficiency": 0.8, "dark_count_rate_hz": "1 kHz", "window_s": "10 ns", "number_resolving": true, "dead_time_s": "50 ns"}}
  ],
  "nodes": [
    {"name": "A", "memory": "full", "latitude_deg": 52.1, "longitude_deg": -4.3},
    {"name": "R", "memory": "full", "parallel_links": 1, "swap_success_probability": 0.5, "processing_delay_s": "1 us"},
    {"name": "B", "memory": "plain", "x_m": "25 km", "y_m": -1e3}
  ],
  "links": [
    {"node_a": "A", "node_b": "R", "fiber": {"length_m": "25 km"},
     "generation": {"kind": "double_click", "station": "middle", "station_position": 0.4}},
    {"name": "last", "node_a": "R", "node_b": "B",
     "fiber": {"length_m": 25000, "attenuation_db_per_km": "0.17 dB/km", "speed_m_per_s": "204000 km/s"},
     "generation": {"kind": "given", "success_probability": 0.05, "attempt_period_s": "10 us", "herald_delay_s": "5 us",
                    "state": {"kind": "bell_weights", "weights": [0.9, 0.05, 0.03, 0.02]}}}
  ],
  "demands": [
    {"node_a": "A", "node_b": "B"},
    {"name": "key", "node_a": "A", "node_b": "B", "traffic": {"kind": "poisson", "rate_hz": "2 kHz", "at_s": 1},
     "pairs_per_request": 100, "width": 2, "min_fidelity": 0.8, "deadline_s": "1 s", "reservation_s": "10 s", "max_queue": 5,
     "use": "measure", "z_basis_probability": 0.9, "generate_when_idle": true, "route": ["A", "R", "B"]}
  ],
  "changes": [
    {"at_s": 10, "link": "last"},
    {"at_s": 20, "link": "last",
     "generation": {"kind": "given", "success_probability": 0.04, "attempt_period_s": 1e-5,
                    "state": {"kind": "density_matrix",
                              "real": [[0.5, 0, 0, 0.45], [0, 0, 0, 0], [0, 0, 0, 0], [0.45, 0, 0, 0.5]],
                              "imag": [[0, 0, 0, 0.1], [0, 0, 0, 0], [0, 0, 0, 0], [-0.1, 0, 0, 0]]}}},
    {"at_s": 30, "link": "last",
     "generation": {"kind": "single_click", "station": "middle", "station_position": 0.6, "bright_state": 0.1, "bright_state_b": 0.2,
                    "phase_sigma_rad": "10 deg", "phase_correlation_s": "2 ms"}}
  ],
  "credits": ["Nobody"],
  "notes": ["Lengths are made up."]
})";

inline constexpr std::string_view traffic_document = R"({
  "version": 1, "duration_s": 0.1,
  "memories": [{"name": "m", "slots": 20}],
  "nodes": [{"name": "a", "memory": "m"}, {"name": "b", "memory": "m"}],
  "demands": [
    {"node_a": "a", "node_b": "b", "traffic": {"kind": "one_off", "at_s": "1 ms", "requests": 3}},
    {"node_a": "b", "node_b": "a", "traffic": {"kind": "back_to_back", "requests": null}},
    {"name": "c", "node_a": "a", "node_b": "b", "traffic": {"kind": "back_to_back", "at_s": 0.01, "requests": 7}},
    {"name": "d", "node_a": "a", "node_b": "b", "traffic": {"kind": "continuous", "at_s": 0.02}},
    {"name": "e", "node_a": "a", "node_b": "b", "traffic": {"kind": "table", "at_s": [0, "1 ms", 2e-3, 0.05]}},
    {"name": "f", "node_a": "a", "node_b": "b", "traffic": {"kind": "table", "at_s": []}}
  ],
  "links": [
    {"node_a": "a", "node_b": "b", "fiber": {"length_m": 0},
     "generation": {"kind": "given", "success_probability": 0.5, "attempt_period_s": 1e-3, "state": {"kind": "werner", "fidelity": 0.25}}}
  ]
})";

inline constexpr std::string_view rounds_document = R"({
  "version": 1, "duration_s": 0.5,
  "memories": [{"name": "m", "slots": 6}],
  "nodes": [{"name": "a", "memory": "m"}, {"name": "b", "memory": "m", "swap_success_probability": 0.8}, {"name": "c", "memory": "m"}],
  "links": [
    {"node_a": "a", "node_b": "b", "fiber": {"length_m": 1000},
     "generation": {"kind": "given", "success_probability": 0.5, "attempt_period_s": 1e-3, "state": {"kind": "werner", "fidelity": 0.9}}},
    {"node_a": "b", "node_b": "c", "fiber": {"length_m": 2000},
     "generation": {"kind": "given", "success_probability": 0.5, "attempt_period_s": 1e-3, "state": {"kind": "werner", "fidelity": 0.9}}}
  ],
  "demands": [{"node_a": "a", "node_b": "c"}],
  "rounds": {"router": {"kind": "q_cast", "link_state_hops": 2}, "round_s": "5 ms", "attempt_s": 3e-3, "channels": 2}
})";

inline constexpr std::array<std::string_view, 4> documents{smallest_document, chain_document, traffic_document, rounds_document};

}  // namespace farbell
