"""Scenarios with converters and transducers, written as scenario files are."""

from .light_paths import CLICK, COMB, CROWDED, GRAPH, LIGHT, SENT, SHARING, SINGLE, STATION
from .scenarios import DRIFT, NOISY, SLOTTED, SOURCE, WORN, chain

CLEAN = {
    "kind": "frequency_converter", "name": "clean", "from_wavelength_m": 637e-9, "to_wavelength_m": 1550e-9, "efficiency": 0.9, "bandwidth_hz": 2e7,
}  # fmt: skip

# Light that is changed on its way, two memories that emit alike.
INTERFACES = [
    {"kind": "transducer", "name": "up", "from_wavelength_m": 0.06, "to_wavelength_m": 1.5e-6, "efficiency": 0.6, "added_noise_photons": 0.02, "bandwidth_hz": 3e7, "duty_cycle": 0.8},
    {"kind": "frequency_converter", "name": "on", "from_wavelength_m": 1.5e-6, "to_wavelength_m": 1.31e-6, "efficiency": 0.8, "noise_photons": 1e-3, "noise_rate_hz": 1e4, "bandwidth_hz": 1e8},
    {"kind": "frequency_converter", "name": "off", "from_wavelength_m": 0.06, "to_wavelength_m": 1.31e-6, "efficiency": 0.7, "noise_photons": 2e-3},
    {"kind": "frequency_converter", "name": "near", "from_wavelength_m": 0.06, "to_wavelength_m": 1.31000002e-6, "efficiency": 0.7},
    {"kind": "encoding_converter", "name": "bins", "from_encoding": "polarisation", "to_encoding": "time_bin", "efficiency": 0.9},
    {"kind": "transducer", "name": "down", "from_wavelength_m": 1.5e-6, "to_wavelength_m": 0.06, "efficiency": 0.5, "added_noise_photons": 0.1, "repetition_s": 2.5e-5},
]  # fmt: skip

# Light of no stated encoding is in bins behind it.
BINS = {
    "kind": "encoding_converter",
    "name": "named bins",
    "from_encoding": "polarisation",
    "to_encoding": "time_bin",
    "efficiency": 0.95,
}

IN_CROWD = {"fiber": CROWDED["fiber"] | {"wavelength_m": 1.5e-6, "classical_light": LIGHT | {"raman_per_km_nm": 2e-5}}}

# fmt: off
LIT = {
    "clicks behind filters": chain(
        3, memory=NOISY | {"photon_lifetime_s": 2e-8, "wavelength_m": 0.06, "encoding": "polarisation"}, demand={"width": 4}, link=CLICK | {"station_position": 0.4},
        links={"interfaces_a": ["up", "bins", "on"], "interfaces_b": ["off", "bins"]}, interfaces=INTERFACES, stations=[STATION | {"visibility": 0.5}],
    ),
    "one click, mismatch priced": chain(
        3, memory=NOISY | {"photon_lifetime_s": 2e-8, "wavelength_m": 0.06}, demand={"width": 4}, link=DRIFT,
        links={"interfaces_a": ["up", "on"], "interfaces_b": ["near"], "light_mismatch": "price"}, interfaces=INTERFACES,
    ),
    "source, transducer, train": chain(
        3, memory=NOISY | {"wavelength_m": 0.06}, demand={"width": 3}, link=SOURCE | {"multiplexing": {"modes": 3, "mode_separation_s": 3e-5}, "wavelength_m": 1.5e-6, "wavelength_b_m": 0.06},
        links={"interfaces_a": ["down"]}, interfaces=INTERFACES,
    ),
    "source of some bandwidth, crowded fibre": chain(
        3, memory=NOISY | {"wavelength_m": 0.06, "absorption_bandwidth_hz": 2e7}, demand={"width": 3}, interfaces=INTERFACES,
        link=SOURCE | {"source_position": 0.4, "wavelength_m": 1.5e-6, "bandwidth_hz": 4e7, "bandwidth_b_hz": 2e7, "encoding": "time_bin"},
        links=IN_CROWD | {"interfaces_a": ["down"], "interfaces_b": ["down"], "light_mismatch": "price"},
    ),
    "sent to a band, crowded fibre": chain(
        3, memory=NOISY | {"wavelength_m": 0.06, "photon_lifetime_s": 2e-8, "absorption_bandwidth_hz": 2.5e7}, demand={"width": 3},
        link=SENT | {"sender": "node_a", "herald_efficiency": 0.9}, links=IN_CROWD | {"interfaces_a": ["up"], "interfaces_b": ["down"]}, interfaces=INTERFACES,
    ),
    "sent through a transducer, noise in two bins": chain(
        3, memory=NOISY | {"wavelength_m": 0.06, "background_photons": 0.05}, demand={"width": 3}, link=SENT | {"sender": "node_b", "herald_efficiency": 0.9},
        links={"interfaces_b": ["up", "named bins"], "interfaces_a": ["down"]}, interfaces=[*INTERFACES, BINS],
    ),
    "ensembles, one click": chain(
        3, memory=NOISY | {"light": {"kind": "ensemble"}, "efficiency": 0.6, "background_photons": 0.01}, demand={"width": 4},
        link=SINGLE | SHARING | {"bright_state": 0.1, "bright_state_b": 0.15, "phase_sigma_rad": 0.5}, stations=[STATION],
    ),
    "ensembles that drift, in slots": chain(
        3, memory=NOISY | {"light": {"kind": "ensemble"}, "efficiency": 0.6}, demand={"width": 3}, link=SINGLE | {"bright_state": 0.12},
        links={"drift": WORN}, duration_s=3e-3, stations=[STATION | {"detector": STATION["detector"] | {"number_resolving": True}}], **SLOTTED,
    ),
    "weak pulses, two clicks": chain(
        3, memory=NOISY | {"light": {"kind": "weak_coherent", "mean_photons": 0.4}, "photon_lifetime_s": 3e-8}, demand={"width": 4}, link=CLICK | SHARING,
        stations=[STATION | {"bin_separation_s": 5e-7, "detector": STATION["detector"] | {"afterpulse_probability": 0.02}}],
    ),
    "weak pulses sent, memories that receive": chain(2, demand={"width": 3}, link=SENT | {"sender": "node_b", "herald_efficiency": 0.9})
    | {"memories": [{"name": "m", "slots": 8, "background_photons": 0.05, "light": {"kind": "weak_coherent", "mean_photons": 0.7}}, {"name": "comb", "slots": 8} | COMB | NOISY], "nodes": [{"name": "n0", "memory": "m"}, {"name": "n1", "memory": "comb"}]},
    "graph states of two sources": chain(
        3, memory=NOISY | {"photon_lifetime_s": 3e-8, "efficiency": 0.9, "initialisation_s": 1e-6, "initialisation_reliability": 0.98}, demand={"width": 3},
        link=GRAPH | {"photon_depolarising": 5e-3}, links={"drift": WORN, "interfaces_a": ["clean"]}, interfaces=[CLEAN], duration_s=3e-3,
    ),
    "graph states in trains, twirled": chain(
        3, memory=NOISY, demand={"width": 2}, state="bell_diagonal", approximate="pauli_twirl",
        link={"kind": "repeater_graph", "sources": 1, "arms": 2, "branching": [3], "repetition_s": 3e-5, "bell_success_probability": 0.75, "multiplexing": {"modes": 3, "mode_separation_s": 2e-6}},
        changes=[{"at_s": 1e-3, "link": "n0--n1", "generation": GRAPH | {"sources": 3, "branching": [3]}}],
    ),
}
# fmt: on
