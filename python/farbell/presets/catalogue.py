"""What each preset is, how far it is from a laboratory, and why it cannot be simulated, if so."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CATALOGUE", "Described"]

_RESULTS = "these are results of an experiment, to compare with; what its devices are is not all published here"
_NO_LIGHT = "nothing here says how its qubits meet light; use them as values for another platform"
_ABSORBS = (
    "it absorbs light, and its values do not make a memory by themselves yet: give efficiency, lifetime and modes to "
    "Retrieval, the memory to a MidpointSource or SenderReceiver link"
)
_DLCZ = (
    "how often it is excited and how much of its light comes out is not published here: give both to a Memory with "
    "EnsembleLight and a SingleClick link"
)
_SOURCE = "a source of photons without a memory: of pairs, MidpointSource takes its values"
_PHOTONIC = "it has no memory: a RepeaterGraph link takes its values"
_REFLECTS = (
    "its link sends one photon from node to node by reflection: links with a station in the middle can be simulated so far"
)
_PARTIAL = "these values do not make a link: efficiency, overlap or coherence is not among them"
_COMPONENT = "a component, not a node: give its values to a Station, a Detector or a Fiber"
_CONVERTS = "a component, not a node: its interface() stands among the interfaces of a scenario, and a link names it"


@dataclass(frozen=True)
class Described:
    """A preset without its values. ``maturity``: lab, projected, or component; ``cannot``: why no link can be simulated."""

    kind: str
    maturity: str
    about: str
    cannot: str = ""


def _lab(kind: str, about: str, cannot: str = "") -> Described:
    return Described(kind, "lab", about, cannot)


def _projected(kind: str, about: str, cannot: str = "") -> Described:
    return Described(kind, "projected", about, cannot)


def _part(kind: str, about: str) -> Described:
    return Described(kind, "component", about, _CONVERTS if kind in {"converter", "transducer"} else _COMPONENT)


CATALOGUE: dict[str, Described] = {
    "projected_nv_10x": _projected("NV", "NV centres in diamond, improved tenfold over near-term parameters."),
    "nv_netsquid_nearterm": _projected("NV", "NV centres as the NetSquid paper expects them in the near term, single click."),
    "nv_netsquid_improved_3x": _projected("NV", "The same, improved threefold as its table prints."),
    "nv_netsquid_improved_10x": _projected("NV", "The same, improved tenfold as its table prints."),
    "nv_delft_2019_lab": _lab("NV", "NV centres of the Delft laboratory in 2019, photons as they are emitted (637 nm)."),
    "nv_delft_2019_converted": _projected("NV", "The same with a converter to telecom wavelength that was measured by itself."),
    "color_center_avis2022_baseline": _lab("NV", "Colour centres, baseline of a study of requirements on deployed fibre."),
    "siv_midpoint_projected": _projected("SiV", "Silicon vacancies with values of several experiments, joined by a station."),
    "snv_computaex2026": _projected(
        "SnV", "Tin vacancies, a parameter set for simulations with values of several experiments."
    ),
    "trapped_ion_avis2022_baseline": _lab(
        "ion", "Trapped ions in cavities, baseline of a study of requirements on deployed fibre."
    ),
    "ion_ca_krutyanskiy2023_repeater": _lab("ion", "Calcium ions in a cavity, a repeater node at telecom wavelength."),
    "rb_vanleent2022_33km": _lab("atom", "Single rubidium atoms, entangled over 33 km of fibre."),
    "er_single_ourari2023": _lab("rare earth", "A single erbium ion in CaWO4 that emits at telecom wavelength."),
    "qd_spin_projected": _projected("quantum dot", "Electron spins in quantum dots with photons in the C band."),
    "transmon_transducer_projected": _projected("transmon", "Transmons behind an electro-optic transducer."),
    "topological_projected": _projected("topological", "Tetrons behind an electro-optic transducer."),
    "nv_humphreys2018_link": _lab("NV", "Deterministic delivery of entanglement over 2 m.", _RESULTS),
    "nv_pompili2021_network": _lab("NV", "A network of three nodes.", _RESULTS),
    "nv_hermans2022_network": _lab("NV", "Teleportation between nodes that are not neighbours.", _RESULTS),
    "nv_delft_hague_metro": _lab("NV", "Two cities, 25 km of deployed fibre.", _RESULTS),
    "nv_best_coherence": _lab("NV", "The longest coherence seen.", _NO_LIGHT),
    "nv_netbuilder_default": _projected("NV", "Defaults of a simulator, no measured device.", _NO_LIGHT),
    "nv_netsquid_sensitivity_2x": _projected("NV", "Parameters that the NetSquid paper sweeps, twofold.", _PARTIAL),
    "nv_netsquid_sensitivity_50x": _projected("NV", "Parameters that the NetSquid paper sweeps, fiftyfold.", _PARTIAL),
    "siv_sukachev2017": _lab("SiV", "Coherence at 100 mK.", _NO_LIGHT),
    "siv_bhaskar2020": _lab("SiV", "Memory-enhanced communication with a cavity.", _REFLECTS),
    "siv_stas2022": _lab("SiV", "A two-qubit register with the 29Si nucleus.", _REFLECTS),
    "siv_knaut2024_node": _lab("SiV", "Two nodes over 35 km of deployed fibre.", _REFLECTS),
    "snv_debroux2021": _lab("SnV", "Coherent control of a spin.", _NO_LIGHT),
    "snv_rosenthal2024": _lab("SnV", "Single-shot read-out.", _NO_LIGHT),
    "snv_resch2025": _lab("SnV", "A carbon memory.", _NO_LIGHT),
    "t_centre_photonic2024": _lab("T centre", "Silicon T centres in two cryostats.", _RESULTS),
    "trapped_ion_measurement_only_bqc_baseline": _projected("ion", "Baseline of a study of blind computing.", _PARTIAL),
    "ion_ba_oreilly2024": _lab("ion", "Barium ions, fast entanglement.", _RESULTS),
    "ion_ba_saha2025_timebin": _lab("ion", "Barium ions, time-bin photons.", _RESULTS),
    "ion_sr_stephenson2020": _lab("ion", "Strontium ions at a few metres.", _RESULTS),
    "ion_sr_best_polarization_link": _lab("ion", "The best link with polarisation qubits.", _RESULTS),
    "ion_sr_metastable_zalewski2025": _lab("ion", "Strontium ions with photons at 1092 nm.", _RESULTS),
    "ion_ca_sr_main2025_dqc": _lab("ion", "Distributed computing over an optical link.", _RESULTS),
    "ion_ca_krutyanskiy2023_230m": _lab("ion", "Calcium ions in two buildings.", _RESULTS),
    "ion_ca_canteri2024_register": _lab("ion", "A register of ten ions, each with its photon.", _PARTIAL),
    "ion_ca40_zeeman_ruster2016": _lab("ion", "A long-lived Zeeman qubit.", _NO_LIGHT),
    "ion_ca43_gates": _lab("ion", "The best gates and read-out.", _NO_LIGHT),
    "ion_ba137_quantinuum_helios": _lab("ion", "A computer of 98 barium ions.", _NO_LIGHT),
    "ion_be9_gaebler2016": _lab("ion", "A two-qubit gate of beryllium ions.", _NO_LIGHT),
    "ion_yb_memory_limit": _lab("ion", "Coherence of over an hour.", _NO_LIGHT),
    "ion_yb_dfs_pi2026": _lab("ion", "A decoherence-free subspace.", _NO_LIGHT),
    "rb_cavity_ritter2012": _lab("atom", "Two atoms in cavities.", _RESULTS),
    "rb_zhou2023_101km": _lab("atom", "An atom and a photon over 101 km.", _RESULTS),
    "rb_array_evered2023": _lab("atom", "Parallel gates in an array.", _NO_LIGHT),
    "rb_array_rozanov2025": _lab("atom", "Single-qubit gates in an array.", _NO_LIGHT),
    "rb_array_lin2026": _lab("atom", "Gates with erasure detection.", _NO_LIGHT),
    "cs_array_manetsch2025": _lab("atom", "An array of 6,100 atoms.", _NO_LIGHT),
    "yb171_array_2024": _lab("atom", "Gates of nuclear spins.", _NO_LIGHT),
    "yb171_array_senoo2025": _lab("atom", "Gates with error detection.", _NO_LIGHT),
    "yb171_telecom_2025": _lab("atom", "An array that emits at telecom wavelength.", _PARTIAL),
    "sr87_nuclear_atomcomputing2021": _lab("atom", "Nuclear spins in an array.", _NO_LIGHT),
    "transmon_bland2025": _lab("transmon", "Long-lived transmons, tantalum on silicon.", _NO_LIGHT),
    "transmon_tuokkola2024": _lab("transmon", "Echo times near a millisecond.", _NO_LIGHT),
    "transmon_iqm2025": _lab("transmon", "Gates and read-out above 99.9 %.", _NO_LIGHT),
    "eu_yso_ortu2022": _lab("rare earth", "Europium, a multimode AFC memory for 20 ms.", _ABSORBS),
    "eu_yso_nlpe_2025": _lab("rare earth", "Europium, storage for tens of seconds.", _ABSORBS),
    "eu_yso_waveguide_2025": _lab("rare earth", "Europium in a waveguide.", _ABSORBS),
    "eu_yso_zhong2015": _lab("rare earth", "Europium, six hours of coherence.", _ABSORBS),
    "pr_yso_cavity_2023": _lab("rare earth", "Praseodymium in a cavity, an efficient AFC memory.", _ABSORBS),
    "pr_yso_link_hanni2025": _lab("rare earth", "Praseodymium, spin waves heralded at telecom wavelength.", _ABSORBS),
    "pr_yso_lago2021": _lab("rare earth", "Praseodymium, heralded entanglement of two memories.", _ABSORBS),
    "pr_yso_rakonjac2021": _lab("rare earth", "Praseodymium, light and matter entangled.", _ABSORBS),
    "nd_liu2021_absorptive": _lab("rare earth", "Neodymium, heralded entanglement of two memories.", _ABSORBS),
    "er_yso_rancic2018": _lab("rare earth", "Erbium, hyperfine coherence over a second.", _ABSORBS),
    "er_yso_subkelvin_2021": _lab("rare earth", "Erbium below 1 K.", _ABSORBS),
    "er_yso_raha2020": _lab("rare earth", "A single erbium ion, read out.", _PARTIAL),
    "er_y2o3_gupta2025": _lab("rare earth", "Erbium in Y2O3.", _PARTIAL),
    "yb_yvo4_kindem2020": _lab("rare earth", "A single ytterbium ion.", _PARTIAL),
    "ensemble_afc_netsquid": _projected("ensemble", "AFC memories of the NetSquid paper.", _ABSORBS),
    "ensemble_eit_netsquid": _projected("ensemble", "EIT memories of the NetSquid paper.", _ABSORBS),
    "ensemble_afc_experimental_limits": _lab("ensemble", "The best values of AFC memories.", _ABSORBS),
    "ensemble_eit_experimental_limits": _lab("ensemble", "The best values of EIT memories.", _ABSORBS),
    "ensemble_eit_wang2019": _lab("ensemble", "Cold rubidium, EIT for polarisation qubits.", _ABSORBS),
    "ensemble_eit_hsiao2018": _lab("ensemble", "Cold caesium, the most efficient EIT memory.", _ABSORBS),
    "ensemble_eit_warm_ma2022": _lab("ensemble", "A warm cell in a cavity.", _ABSORBS),
    "raman_warm_rb_2025": _lab("ensemble", "A warm Raman memory.", _ABSORBS),
    "ensemble_rb_yu2020_link": _lab("ensemble", "Two ensembles over tens of kilometres.", _DLCZ),
    "ensemble_rb_liu2024_hefei": _lab("ensemble", "Three nodes in a city.", _DLCZ),
    "ensemble_rb_yang2016": _lab("ensemble", "A ring cavity and an optical lattice.", _DLCZ),
    "ensemble_rb_lattice": _lab("ensemble", "A cavity and an optical lattice.", _DLCZ),
    "ensemble_rb_wang2023_multiplexed": _lab("ensemble", "Many modes in one ensemble.", _DLCZ),
    "qd_tomm2021": _lab("quantum dot", "A bright source of single photons.", _SOURCE),
    "qd_wang2019_polarised": _lab("quantum dot", "Polarised single photons.", _SOURCE),
    "qd_wang2016_long_stream": _lab("quantum dot", "A long stream of like photons.", _SOURCE),
    "qd_rickert2025_fibre": _lab("quantum dot", "A fibre-coupled source.", _SOURCE),
    "qd_telecom_cband_serov2026": _lab("quantum dot", "A source in the C band.", _SOURCE),
    "qd_gaas_entangled_pairs": _lab("quantum dot", "A source of entangled pairs.", _SOURCE),
    "qd_spin_photon_waveguide_2023": _lab("quantum dot", "A spin entangled with two photons.", _PARTIAL),
    "qd_electron_zaporski2023": _lab("quantum dot", "An electron spin, decoupled.", _NO_LIGHT),
    "qd_hole_huthmacher2018": _lab("quantum dot", "A hole spin, decoupled.", _NO_LIGHT),
    "photonic_psiquantum2025": _lab("photonic", "A platform of silicon photonics.", _PHOTONIC),
    "photonic_sfwm_paesani2020": _lab("photonic", "A heralded source on a chip.", _PHOTONIC),
    "photonic_thresholds": _projected("photonic", "What fault tolerance asks of photons.", _PHOTONIC),
    "topological_tetron_2025": _lab("topological", "A tetron's two parities.", _NO_LIGHT),
    "topological_parity_2025": _lab("topological", "Parity of one wire.", _NO_LIGHT),
    "transducer_sahu2022": _part("transducer", "Electro-optic, pulsed."),
    "transducer_jila_2025": _part("transducer", "Electro-optomechanical, continuous."),
    "transducer_yb_yvo4_2024": _part("transducer", "Atoms in a crystal."),
    "transducer_meesala2024": _part("transducer", "Piezo-optomechanical, pairs of photons."),
    "transducer_zhao2025": _part("transducer", "Nanomechanical, continuous."),
    "transducer_mckenna2020": _part("transducer", "Lithium niobate."),
    "converter_nv_637_1588": _part("converter", "637 nm to 1588 nm."),
    "converter_rb_780_1517": _part("converter", "780 nm to 1517 nm."),
    "converter_siv_737_1350": _part("converter", "737 nm to 1350 nm and back."),
    "converter_ensemble_rb_telecom": _part("converter", "Rubidium to 1342 nm."),
    "fiber_netsquid_benchmark": _part("fibre", "Settings of a benchmark of the NetSquid paper."),
    "fiber_quality": _part("fibre", "Losses, from the best to deployed ones."),
    "detector_snspd_marsili2013": _part("detector", "SNSPD, tungsten silicide."),
    "detector_snspd_zadeh2017": _part("detector", "SNSPD, fast and precise."),
    "detector_snspd_reddy2020": _part("detector", "SNSPD, the most efficient."),
    "detector_snspd_caloz2018": _part("detector", "SNSPD, molybdenum silicide."),
    "detector_snspd_uv_wollman2017": _part("detector", "SNSPD for ultraviolet photons of ions."),
    "detector_tes_lita2008": _part("detector", "Transition edge, resolves numbers."),
    "detector_tes_lolli2016": _part("detector", "Transition edge."),
    "detector_ingaas_gated": _part("detector", "InGaAs avalanche diode, gated."),
    "detector_ingaas_ghz_gated_2013": _part("detector", "InGaAs avalanche diode, gated at 1.25 GHz."),
    "detector_ingaas_nfad_lunghi2012": _part("detector", "InGaAs avalanche diode with negative feedback."),
    "detector_ingaas_nfad_korzh2014": _part("detector", "The same, cooled."),
    "detector_si_apd_anisimova2020": _part("detector", "Silicon avalanche diode, cooled."),
    "detector_si_spad_sap500": _part("detector", "Silicon avalanche diode."),
    "detector_si_spad_module_chen2020": _part("detector", "Silicon avalanche diode, a module."),
    "detector_si_spad_spcm_aqrh": _part("detector", "Silicon avalanche diode, a module on sale."),
}
