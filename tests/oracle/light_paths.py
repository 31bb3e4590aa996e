"""Stations, fibres, arms and modes of the scenarios, ideal and not."""

LIGHT = {"power_to_b_w": 4e-6, "power_to_a_w": 2e-6, "raman_per_km_nm": 2e-9, "filter_bandwidth_m": 1e-9}
SPANS = [{"length_m": 2e3, "loss_db": 1.1}, {"length_m": 3e3}]
CROWDED = {"fiber": {"length_m": 5e3, "spans": SPANS, "wavelength_m": 1.55e-6, "classical_light": LIGHT}}
SHARING = {
    "station_position": 0.4, "multiplexing": {"modes": 3, "shared_detectors": True, "switch_loss_db": 1.5},
    "alignment": {"polarisation_angle_rad": 0.2, "free_running_s": 9e-3, "stabilisation_s": 1e-3},
}  # fmt: skip

SENT = {"kind": "sender_receiver", "pair_fidelity": 0.97, "local_overhead_s": 1e-6}
COMB = {"retrieval": {"efficiency": 0.8, "lifetime_s": 2e-4, "spectral_modes": 10, "temporal_modes": 10}}

CLICK = {"kind": "double_click", "station": "hub"}
STATION = {
    "name": "hub", "visibility": 0.92, "local_overhead_s": 1e-6,
    "detector": {"efficiency": 0.9, "dark_count_rate_hz": 2e4, "window_s": 1e-7},
}  # fmt: skip
SINGLE = {"kind": "single_click", "station": "hub", "bright_state": 0.1}
GRAPH = {
    "kind": "repeater_graph", "sources": 2, "arms": 3, "branching": [4, 2], "repetition_s": 2e-6, "source_efficiency": 0.99, "detector_efficiency": 0.98,
    "visibility": 0.97, "local_overhead_s": 1e-6,
}  # fmt: skip
