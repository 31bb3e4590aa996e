"""From published parameters to fields of specs: the one table of what stands for what, by which rule, and what is assumed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from farbell.presets import rules

__all__ = ["MAPPED", "Assumed", "Mapped", "Origin"]

NEAR_TERM = "nv_netsquid_nearterm"
THREEFOLD = "nv_netsquid_improved_3x"
TENFOLD = "nv_netsquid_improved_10x"
DELFT = "nv_delft_2019_lab"
IONS = "trapped_ion_avis2022_baseline"


@dataclass(frozen=True)
class Origin:
    """A field and the published rows, ``platform/parameter``, that it is made of.

    ``assumed``: they are rows of another device, or mean something else, and stand here for want of better.
    """

    field: str
    rows: tuple[str, ...]
    convert: Callable[..., float] = rules.unchanged
    remark: str = ""
    assumed: bool = False


@dataclass(frozen=True)
class Assumed:
    """A field whose value nobody published."""

    field: str
    value: Any
    why: str = ""


@dataclass(frozen=True)
class Mapped:
    """How a platform becomes memory, station, fibre and scheme."""

    scheme: str
    fields: tuple[Origin | Assumed, ...]
    assumptions: tuple[str, ...] = ()


def _from(
    platform: str, field: str, parameter: str, convert: Callable[..., float] = rules.unchanged, remark: str = ""
) -> Origin:
    return Origin(field, (f"{platform}/{parameter}",), convert, remark)


def _borrowed(row: str, field: str, convert: Callable[..., float] = rules.unchanged, remark: str = "") -> Origin:
    return Origin(field, (row,), convert, remark, assumed=True)


SLOTS = Assumed("slots", 8)
_DETECTOR_WITHIN = "Assumed: detectors have an efficiency of 1, since that of the memory includes theirs."
_OWN_INTERFACE = "Assumed: every memory qubit has its own optical interface, so all free qubits of a link attempt at once."
_FREE_STORAGE = "Assumed: moving a qubit from the electron to the nuclear spin and reading it costs no time and no fidelity."
_UNDISTURBED = "Assumed: attempts do not disturb qubits stored beside them, and none emits two photons; {}."
_ION_STORAGE = "Assumed: attempts do not disturb ions that hold a pair; all ions dephase by themselves, not together."
_ELSEWHERE = "not in this source"


def _nv_memory(base: str, better: str) -> tuple[Origin | Assumed, ...]:
    return (
        SLOTS,
        _from(NEAR_TERM, "t1_s", "carbon_T1"),
        _from(better, "t2_s", "carbon_T2"),
        _from(better, "efficiency", "p_det_zero_length", remark="wavelength conversion and detector included"),
        _from(NEAR_TERM, "initialisation_s", "electron_init_time"),
        _from(better, "initialisation_reliability", "electron_init_fidelity", rules.qubit_reliability, "2 F - 1"),
        _from(NEAR_TERM, "single_qubit_gate_s", "electron_1q_gate_time"),
        _from(NEAR_TERM, "single_qubit_gate_reliability", "electron_1q_gate_fidelity"),
        _from(NEAR_TERM, "two_qubit_gate_s", "ec_two_qubit_gate_time"),
        _from(better, "two_qubit_gate_reliability", "ec_two_qubit_gate_fidelity", rules.joint_reliability, "(16 F - 1) / 15"),
        _from(NEAR_TERM, "measurement_s", "readout_time"),
        _from(better, "readout_fidelity_0", "readout_fidelity_0"),
        _from(better, "readout_fidelity_1", "readout_fidelity_1"),
        _from(better, "visibility", "visibility"),
    )


# Of the circuit that moves a qubit: see rules.stored.
_STORED = "mean of what the circuit leaves of X, Y and Z"
_MOVED = "preparation, two rotations, two gates"


def _electron(*fields: Origin | Assumed) -> tuple[Origin | Assumed, ...]:
    return (Assumed("communication_qubits", 1, "an NV centre's one electron spin, which emits for the whole node"), *fields)


def _nv_electron(better: str) -> tuple[Origin | Assumed, ...]:
    return _electron(
        _from(NEAR_TERM, "communication_t1_s", "electron_T1"),
        _from(better, "communication_t2_s", "electron_T2star"),
        Origin(
            "communication_storage_s",
            tuple(f"{NEAR_TERM}/{row}" for row in ("carbon_init_time", "carbon_z_rot_time", "ec_two_qubit_gate_time")),
            rules.moving_time,
            _MOVED,
        ),
        Origin(
            "communication_storage_reliability",
            (f"{better}/carbon_init_fidelity", f"{NEAR_TERM}/carbon_z_rot_fidelity", f"{better}/ec_two_qubit_gate_fidelity"),
            rules.stored_by_fidelities,
            _STORED,
        ),
        _from(better, "dephasing_attempts", "nuclear_N_1_over_e"),
    )


_NV_FIBER = (
    _from(NEAR_TERM, "attenuation_db_per_km", "fiber_attenuation"),
    _from(NEAR_TERM, "speed_m_per_s", "refractive_index", rules.speed, "c / n"),
)
_NV_ASSUMED = (
    _DETECTOR_WITHIN,
    _OWN_INTERFACE,
    "Assumed: moving a qubit from the electron to the carbon spin and reading it costs no time and no fidelity.",
)
_ONE_ELECTRON = (
    _DETECTOR_WITHIN,
    "Assumed: all carbon spins are alike; what they hold is swapped and distilled by gates of the same quality as any.",
)


def _nv_of_table(column: str) -> Mapped:
    """A column of the table of the NetSquid paper, whose networks herald by one click."""
    dark = (
        _from(NEAR_TERM, "dark_count_rate_hz", "dark_count_rate")
        if column == NEAR_TERM
        else Origin(
            "dark_count_rate_hz",
            (f"{column}/p_dark_count", f"{NEAR_TERM}/detector_window"),
            lambda p, window_s: float(f"{-math.log1p(-p) / window_s:.9g}"),
            "-ln(1 - p) / window",
        )
    )
    kept = () if column == NEAR_TERM else ("Assumed: what the column does not improve keeps its near-term value.",)
    return Mapped(
        "single_click",
        (
            *_nv_memory(NEAR_TERM, column),
            *_nv_electron(column),
            _from(column, "double_excitation_probability", "p_double_excitation"),
            _from(NEAR_TERM, "local_overhead_s", "photon_emission_delay"),
            dark,
            _from(NEAR_TERM, "window_s", "detector_window"),
            *_NV_FIBER,
            _from(NEAR_TERM, "bright_state", "bright_state_alpha"),
            _from(column, "phase_sigma_rad", "interferometric_phase_std"),
        ),
        (*_ONE_ELECTRON, *kept),
    )


_DELFT_ELECTRON = _electron(
    _from(DELFT, "communication_t1_s", "electron_T1_dd"),
    _from(DELFT, "communication_t2_s", "electron_T2_dd", remark="decoupled"),
    Origin(
        "communication_storage_s",
        tuple(f"{NEAR_TERM}/{row}" for row in ("carbon_init_time", "carbon_z_rot_time", "ec_two_qubit_gate_time")),
        rules.moving_time,
        f"{_MOVED}; {_ELSEWHERE}",
        assumed=True,
    ),
    Origin(
        "communication_storage_reliability",
        tuple(f"{DELFT}/{row}" for row in ("carbon_init_depolar_prob", "carbon_z_rot_depolar_prob", "ec_gate_depolar_prob")),
        rules.stored_by_losses,
        _STORED,
    ),
    _borrowed(f"{NEAR_TERM}/nuclear_N_1_over_e", "dephasing_attempts", remark=_ELSEWHERE),
)


def _delft(converted: bool) -> Mapped:
    more: tuple[str, ...] = ()
    arms = (f"{DELFT}/total_detection_efficiency_det1", f"{DELFT}/total_detection_efficiency_det2")
    if converted:
        more = ("Assumed: the converter adds no noise photons.",)
        efficiency = Origin(
            "efficiency",
            (*arms, "converter_nv_637_1588/efficiency"),
            rules.mean_times,
            "mean of both nodes times the converter, which was measured by itself; detector included",
        )
        fiber = _from(DELFT, "attenuation_db_per_km", "fiber_attenuation_converted")
    else:
        efficiency = Origin("efficiency", arms, rules.mean, "mean of both nodes, detector included; no conversion")
        fiber = _from(DELFT, "attenuation_db_per_km", "fiber_attenuation_637nm")
    return Mapped(
        "single_click",
        (
            SLOTS,
            _from(DELFT, "t1_s", "carbon_T1_dd"),
            _from(DELFT, "t2_s", "carbon_T2_dd"),
            *_DELFT_ELECTRON,
            efficiency,
            _borrowed(
                f"converter_nv_637_1588/wavelength_{'out' if converted else 'in'}", "wavelength_m", rules.metres, "in metres"
            ),
            _from(DELFT, "double_excitation_probability", "p_double_excitation"),
            Assumed(
                "initialisation_s", 0.0, "attempts that take 5.5 us in all (nv_humphreys2018_link), which is local_overhead_s"
            ),
            _from(DELFT, "initialisation_reliability", "electron_init_depolar_prob", rules.all_but, "1 - p"),
            _borrowed(f"{NEAR_TERM}/electron_1q_gate_time", "single_qubit_gate_s", remark=_ELSEWHERE),
            _from(DELFT, "single_qubit_gate_reliability", "electron_1q_depolar_prob", rules.all_but, "1 - p"),
            _borrowed(f"{NEAR_TERM}/ec_two_qubit_gate_time", "two_qubit_gate_s", remark=_ELSEWHERE),
            _from(
                DELFT,
                "two_qubit_gate_reliability",
                "ec_gate_depolar_prob",
                rules.joint_of_each,
                "F = (1 - 3 p / 4)^2, both qubits; (16 F - 1) / 15",
            ),
            _borrowed(f"{NEAR_TERM}/readout_time", "measurement_s", remark=_ELSEWHERE),
            _from(DELFT, "readout_fidelity_0", "readout_error_0", rules.all_but, "1 - error"),
            _from(DELFT, "readout_fidelity_1", "readout_error_1", rules.all_but, "1 - error"),
            _from(DELFT, "visibility", "visibility"),
            _from(DELFT, "local_overhead_s", "photon_emission_delay"),
            _from(DELFT, "dark_count_rate_hz", "dark_count_rate"),
            _from(DELFT, "window_s", "detector_window"),
            fiber,
            _borrowed(f"{NEAR_TERM}/refractive_index", "speed_m_per_s", rules.speed, f"c / n; {_ELSEWHERE}"),
            _borrowed(f"{NEAR_TERM}/bright_state_alpha", "bright_state", remark="a choice of whoever runs the link"),
            _from(
                DELFT, "phase_sigma_rad", "phase_drift_std_pair", lambda deg: float(f"{math.radians(deg):.9g}"), "in radians"
            ),
        ),
        (*_ONE_ELECTRON, *more),
    )


_PROJECTED_NV = Mapped(
    "double_click",
    (
        *_nv_memory(NEAR_TERM, TENFOLD),
        _from(NEAR_TERM, "local_overhead_s", "photon_emission_delay", rules.both_bins, "one for each photon bin"),
        _from(NEAR_TERM, "dark_count_rate_hz", "dark_count_rate"),
        _from(NEAR_TERM, "window_s", "detector_window"),
        *_NV_FIBER,
    ),
    (
        *_NV_ASSUMED,
        _UNDISTURBED.format("the source models both"),
        "Assumed: relaxation and dark counts keep their near-term values.",
    ),
)

_CENTRE = "color_center_avis2022_baseline"
_COLOUR_CENTRE = Mapped(
    "single_click",
    (
        SLOTS,
        _from(_CENTRE, "t1_s", "carbon_T1"),
        _from(_CENTRE, "t2_s", "carbon_T2"),
        *_electron(
            _from(_CENTRE, "communication_t1_s", "electron_T1"),
            _from(_CENTRE, "communication_t2_s", "electron_T2"),
            Origin(
                "communication_storage_s",
                tuple(f"{_CENTRE}/{row}" for row in ("carbon_init_time", "carbon_rot_time", "ec_two_qubit_gate_time")),
                rules.moving_time,
                _MOVED,
            ),
            Origin(
                "communication_storage_reliability",
                tuple(
                    f"{_CENTRE}/{row}"
                    for row in ("carbon_init_depolar_prob", "carbon_z_rot_depolar_prob", "ec_gate_depolar_prob")
                ),
                rules.stored_by_losses,
                _STORED,
            ),
        ),
        _from(_CENTRE, "efficiency", "p_det_zero_length", remark="wavelength conversion and detector included"),
        _from(_CENTRE, "initialisation_s", "electron_init_time"),
        _from(_CENTRE, "initialisation_reliability", "electron_init_depolar_prob", rules.all_but, "1 - p"),
        _from(_CENTRE, "single_qubit_gate_s", "electron_1q_gate_time"),
        _from(_CENTRE, "single_qubit_gate_reliability", "electron_1q_depolar_prob", rules.all_but, "1 - p"),
        _from(_CENTRE, "two_qubit_gate_s", "ec_two_qubit_gate_time"),
        _from(
            _CENTRE,
            "two_qubit_gate_reliability",
            "ec_gate_depolar_prob",
            rules.joint_of_each,
            "F = (1 - 3 p / 4)^2, both qubits; (16 F - 1) / 15",
        ),
        _from(_CENTRE, "measurement_s", "readout_time"),
        _from(_CENTRE, "readout_fidelity_0", "readout_error_0", rules.all_but, "1 - error"),
        _from(_CENTRE, "readout_fidelity_1", "readout_error_1", rules.all_but, "1 - error"),
        _from(_CENTRE, "visibility", "visibility"),
        _borrowed(f"{NEAR_TERM}/photon_emission_delay", "local_overhead_s", remark=_ELSEWHERE),
        _from(_CENTRE, "dark_count_rate_hz", "p_dark_count", rules.dark_rate, "-ln(1 - p) / window"),
        Assumed("window_s", rules.WINDOW_S, "the probability of a dark count alone matters"),
        _from(_CENTRE, "attenuation_db_per_km", "fiber_attenuation"),
        _from(_CENTRE, "speed_m_per_s", "fiber_light_speed", lambda km_per_s: 1e3 * km_per_s, "in m/s"),
        _borrowed(f"{NEAR_TERM}/bright_state_alpha", "bright_state", remark="a choice of whoever runs the link"),
        Assumed("phase_sigma_rad", 0.0, "no value in the source"),
    ),
    (*_ONE_ELECTRON, _UNDISTURBED.format("not part of these values")),
)

_ION_GATES = (
    _from(IONS, "single_qubit_gate_s", "single_qubit_gate_time"),
    _from(IONS, "single_qubit_gate_reliability", "single_qubit_depolar_prob", rules.all_but, "1 - p"),
    _from(IONS, "two_qubit_gate_s", "two_qubit_gate_time"),
    _from(IONS, "measurement_s", "readout_time"),
)
_ION_FIBER = (
    _from(IONS, "dark_count_rate_hz", "p_dark_count", rules.dark_rate, "-ln(1 - p) / window"),
    Assumed("window_s", rules.WINDOW_S, "the probability of a dark count alone matters"),
    _from(IONS, "attenuation_db_per_km", "fiber_attenuation"),
    _from(IONS, "speed_m_per_s", "fiber_light_speed", lambda km_per_s: 1e3 * km_per_s, "in m/s"),
)
_IONS = Mapped(
    "double_click",
    (
        SLOTS,
        Assumed("t2_law", "gaussian", "the source, whose ions dephase together"),
        _from(IONS, "t2_s", "coherence_time_collective_gaussian"),
        _from(IONS, "efficiency", "p_det_zero_length", remark="wavelength conversion and detector included"),
        _from(IONS, "initialisation_s", "init_time"),
        *_ION_GATES,
        _from(IONS, "two_qubit_gate_reliability", "two_qubit_depolar_prob", rules.all_but, "1 - p"),
        _from(IONS, "visibility", "visibility"),
        *_ION_FIBER,
    ),
    (
        _DETECTOR_WITHIN,
        _OWN_INTERFACE,
        _ION_STORAGE,
        "Assumed: no relaxation (the source has an infinite T1), and read-out without errors, of which it says nothing.",
    ),
)


def _as_borrowed(fields: tuple[Origin | Assumed, ...]) -> tuple[Origin | Assumed, ...]:
    return tuple(
        Origin(f.field, f.rows, f.convert, f"{f.remark}; {_ELSEWHERE}".lstrip("; "), assumed=True)
        if isinstance(f, Origin)
        else f
        for f in fields
    )


_REPEATER = "ion_ca_krutyanskiy2023_repeater"
_CALCIUM = Mapped(
    "double_click",
    (
        SLOTS,
        _from(_REPEATER, "t2_s", "memory_coherence_with_dd"),
        _from(_REPEATER, "efficiency", "p_link_zero_length", remark="wavelength conversion and detector included"),
        _from(_REPEATER, "wavelength_m", "telecom_wavelength", rules.metres, "behind its converter"),
        _borrowed(f"{IONS}/init_time", "initialisation_s", remark=_ELSEWHERE),
        _from(
            _REPEATER,
            "initialisation_reliability",
            "ion_photon_fidelity",
            rules.half_reliability,
            "(4 F - 1) / 3: what the ion-photon pair lacks, as white noise",
        ),
        *_as_borrowed(_ION_GATES),
        _from(_REPEATER, "two_qubit_gate_reliability", "swap_bsm_fidelity", rules.two_qubit_reliability, "(4 F - 1) / 3"),
        _borrowed(f"{IONS}/visibility", "visibility", remark=_ELSEWHERE),
        *_as_borrowed(_ION_FIBER),
    ),
    (
        _DETECTOR_WITHIN,
        _OWN_INTERFACE,
        _ION_STORAGE,
        "Assumed: a station in the middle of each fibre; the experiment sent photons from two ions in one trap to the ends.",
        "Assumed: read-out without errors, of which the rows say nothing.",
    ),
)

_RB = "rb_vanleent2022_33km"
_RUBIDIUM = Mapped(
    "double_click",
    (
        SLOTS,
        _from(_RB, "t2_s", "T2"),
        _from(_RB, "wavelength_m", "telecom_wavelength", rules.metres, "behind its converter"),
        Origin(
            "efficiency",
            (f"{_RB}/p_success_33km", f"{_RB}/fiber_attenuation_1517nm"),
            lambda success, loss: rules.arm_efficiency(success, 33e3, loss),
            "sqrt(2 P / loss of 33 km): two of four Bell states; conversion, filters and detector included",
        ),
        Origin(
            "initialisation_reliability",
            (f"{_RB}/fidelity_6km", f"{_RB}/T2"),
            lambda fidelity, t2_s: rules.reliability_before_decay(fidelity, t2_s, 6e3),
            "r of each half with F = (1 + r^2) / 4 + r^2 exp(-2 t / T2) / 2 after the 30 us of 6 km",
        ),
        _borrowed(
            "rb_array_rozanov2025/single_qubit_gate_fidelity",
            "single_qubit_gate_reliability",
            rules.qubit_reliability,
            "2 F - 1",
        ),
        _borrowed(
            "rb_array_evered2023/two_qubit_cz_fidelity",
            "two_qubit_gate_reliability",
            rules.two_qubit_reliability,
            "(4 F - 1) / 3",
        ),
        Assumed("visibility", 1.0, "all that is lost at 6 km being put down to the atoms"),
        Origin(
            "dark_count_rate_hz",
            (f"{_RB}/dark_count_rate", f"{_RB}/qfc_background_detector1"),
            lambda dark, background: dark + background,
            "detector and converter",
        ),
        Assumed("window_s", rules.WINDOW_S, "the default of a detector"),
        _from(_RB, "attenuation_db_per_km", "fiber_attenuation_1517nm"),
    ),
    (
        _DETECTOR_WITHIN,
        _OWN_INTERFACE,
        "Assumed: gates are those of arrays of the same species, in other laboratories; they take no time.",
        "Assumed: no pauses to cool and reload atoms, which took about half of the experiment's time.",
    ),
)

_ER = "er_single_ourari2023"
_ERBIUM = Mapped(
    "double_click",
    (
        SLOTS,
        Assumed("t1_s", None, "an electron_T1 of 3.7 s, far beyond T2"),
        _from(_ER, "t2_s", "electron_T2_dd", remark="a lower bound"),
        _from(_ER, "efficiency", "single_photon_detection_probability", remark="detector included"),
        _from(_ER, "wavelength_m", "wavelength", rules.metres, "in metres"),
        _from(_ER, "readout_fidelity_0", "readout_fidelity"),
        _from(_ER, "readout_fidelity_1", "readout_fidelity"),
        _from(_ER, "visibility", "hom_visibility", remark="of one emitter with itself after 36 km"),
        _from(_ER, "dark_count_rate_hz", "background_per_shot", rules.dark_rate, "-ln(1 - p) / window"),
        Assumed("window_s", rules.WINDOW_S, "the probability of a background count alone matters"),
        Origin(
            "local_overhead_s",
            (f"{_ER}/emission_lifetime",),
            lambda lifetime_s: 10 * lifetime_s,
            "two photon bins of five lifetimes",
            assumed=True,
        ),
        _borrowed("fiber_quality/standard_1550nm", "attenuation_db_per_km"),
    ),
    (
        _DETECTOR_WITHIN,
        _OWN_INTERFACE,
        "Assumed: gates are perfect and take no time: none is published. Swaps of these memories are therefore optimistic.",
    ),
)

_SNV = "snv_computaex2026"
_TIN = Mapped(
    "single_click",
    (
        SLOTS,
        _from(_SNV, "t2_s", "carbon_T2"),
        Origin(
            "efficiency",
            (
                f"{_SNV}/p_zero_phonon_cavity",
                f"{_SNV}/collection_efficiency",
                f"{_SNV}/detector_efficiency",
                "converter_nv_637_1588/efficiency",
            ),
            rules.product,
            "zero-phonon line, collection, detector, and a converter for the nearest wavelength that has one",
            assumed=True,
        ),
        _borrowed(f"{NEAR_TERM}/electron_init_time", "initialisation_s", remark=_ELSEWHERE),
        _from(
            _SNV,
            "initialisation_reliability",
            "emission_fidelity",
            rules.half_reliability,
            "(4 F - 1) / 3: what the spin-photon pair lacks, as white noise",
        ),
        _from(_SNV, "single_qubit_gate_s", "electron_1q_gate_time"),
        _from(_SNV, "single_qubit_gate_reliability", "electron_1q_gate_fidelity", rules.qubit_reliability, "2 F - 1"),
        _from(_SNV, "two_qubit_gate_s", "ec_two_qubit_gate_time"),
        _from(_SNV, "two_qubit_gate_reliability", "ec_two_qubit_gate_fidelity", rules.two_qubit_reliability, "(4 F - 1) / 3"),
        _borrowed("snv_rosenthal2024/readout_fidelity_single_shot", "readout_fidelity_0", remark=_ELSEWHERE),
        _borrowed("snv_rosenthal2024/readout_fidelity_single_shot", "readout_fidelity_1", remark=_ELSEWHERE),
        _from(_SNV, "visibility", "visibility", remark="assumed by its author"),
        _from(_SNV, "local_overhead_s", "photon_emission_delay"),
        _from(_SNV, "dark_count_rate_hz", "dark_count_rate"),
        _borrowed(f"{NEAR_TERM}/detector_window", "window_s", remark=_ELSEWHERE),
        _borrowed(f"{DELFT}/fiber_attenuation_converted", "attenuation_db_per_km", remark=_ELSEWHERE),
        _borrowed(f"{NEAR_TERM}/bright_state_alpha", "bright_state", remark="a choice of whoever runs the link"),
        _borrowed(f"{NEAR_TERM}/interferometric_phase_std", "phase_sigma_rad", remark=_ELSEWHERE),
    ),
    (
        _DETECTOR_WITHIN,
        _OWN_INTERFACE,
        _FREE_STORAGE,
        "Assumed: the converter adds no noise photons.",
        _UNDISTURBED.format("not part of these values"),
    ),
)

_SILICON = Mapped(
    "single_click",
    (
        SLOTS,
        _borrowed("siv_stas2022/nuclear_T2", "t2_s", remark="128 decoupling pulses"),
        Origin(
            "efficiency",
            ("siv_bhaskar2020/node_efficiency", "siv_knaut2024_node/qfc_efficiency_to_telecom"),
            rules.product,
            "heralding efficiency of a cavity, taken for that of emission, times conversion; no detector",
            assumed=True,
        ),
        _borrowed("siv_knaut2024_node/telecom_wavelength", "wavelength_m", rules.metres, "behind the converter"),
        _borrowed(
            "siv_stas2022/electron_photon_bell_fidelity_0.1K",
            "initialisation_reliability",
            rules.half_reliability,
            "(4 F - 1) / 3",
        ),
        _borrowed(
            "siv_stas2022/CeNOTn_gate_fidelity", "two_qubit_gate_reliability", rules.two_qubit_reliability, "(4 F - 1) / 3"
        ),
        _borrowed("siv_stas2022/electron_readout_fidelity", "readout_fidelity_0"),
        _borrowed("siv_stas2022/electron_readout_fidelity", "readout_fidelity_1"),
        _borrowed(f"{NEAR_TERM}/visibility", "visibility", remark=_ELSEWHERE),
        _borrowed(f"{NEAR_TERM}/detector_efficiency", "detector_efficiency", remark=_ELSEWHERE),
        _borrowed(f"{NEAR_TERM}/dark_count_rate", "dark_count_rate_hz", remark=_ELSEWHERE),
        _borrowed(f"{NEAR_TERM}/detector_window", "window_s", remark=_ELSEWHERE),
        Assumed("local_overhead_s", 1e-5, "no value published for this scheme"),
        _borrowed(
            "ensemble_rb_liu2024_hefei/fiber_attenuation_Oband",
            "attenuation_db_per_km",
            remark="deployed fibre, near the wavelength",
        ),
        _borrowed(f"{NEAR_TERM}/bright_state_alpha", "bright_state", remark="a choice of whoever runs the link"),
        _borrowed(f"{NEAR_TERM}/interferometric_phase_std", "phase_sigma_rad", remark=_ELSEWHERE),
    ),
    (
        _OWN_INTERFACE,
        _FREE_STORAGE,
        "Assumed: gates take no time.",
        "Assumed: a station in the middle of the fibre; links that were built send one photon from node to node "
        "(siv_knaut2024_node), which cannot be simulated yet.",
    ),
)

_DOT = Mapped(
    "double_click",
    (
        SLOTS,
        _borrowed("qd_electron_zaporski2023/electron_T2_dd", "t2_s"),
        _borrowed(
            "qd_telecom_cband_serov2026/end_to_end_efficiency", "efficiency", remark="emission in the C band, no conversion"
        ),
        _borrowed("qd_electron_zaporski2023/single_qubit_pi_gate_visibility", "single_qubit_gate_reliability"),
        _borrowed("qd_wang2016_long_stream/hom_visibility_14.7us", "visibility", remark="photons of one dot, 14.7 us apart"),
        _borrowed("detector_snspd_zadeh2017/efficiency", "detector_efficiency"),
        _borrowed("detector_snspd_zadeh2017/dark_count_rate", "dark_count_rate_hz"),
        Assumed("window_s", 1e-8, "a few lifetimes of a dot"),
        _borrowed("fiber_quality/standard_1550nm", "attenuation_db_per_km"),
    ),
    (
        _OWN_INTERFACE,
        "Assumed: spin and photons of different dots are joined in one. Two-qubit gates are perfect: none is published.",
    ),
)

_TRANSDUCER = (
    _borrowed("transducer_sahu2022/total_efficiency", "efficiency", remark="the transducer alone"),
    Origin(
        "initialisation_reliability",
        ("transducer_sahu2022/added_noise_photons",),
        lambda noise: float(f"{1 / (1 + 2 * noise):.9g}"),
        "1 / (1 + 2 n): a click is due to one of n noise photons in each of two bins, to first order",
        assumed=True,
    ),
    _borrowed("detector_snspd_zadeh2017/efficiency", "detector_efficiency"),
    _borrowed("detector_snspd_zadeh2017/dark_count_rate", "dark_count_rate_hz"),
    _borrowed("fiber_quality/standard_1550nm", "attenuation_db_per_km"),
)
_NO_TRANSDUCTION = (
    _OWN_INTERFACE,
    "Assumed: microwave photons are emitted and reach the transducer without loss, and meet with perfect overlap.",
    "Assumed: the noise photons of the transducer are white noise on the qubit; clicks that they add, bandwidth and duty cycle "
    "are left out.",
)
_TRANSMON = Mapped(
    "double_click",
    (
        SLOTS,
        _borrowed("transmon_tuokkola2024/T1_median", "t1_s"),
        _borrowed("transmon_tuokkola2024/T2echo_median", "t2_s"),
        _borrowed(
            "transmon_iqm2025/single_qubit_gate_fidelity", "single_qubit_gate_reliability", rules.qubit_reliability, "2 F - 1"
        ),
        _borrowed(
            "transmon_iqm2025/two_qubit_cz_fidelity", "two_qubit_gate_reliability", rules.two_qubit_reliability, "(4 F - 1) / 3"
        ),
        _borrowed("transmon_iqm2025/readout_fidelity", "readout_fidelity_0"),
        _borrowed("transmon_iqm2025/readout_fidelity", "readout_fidelity_1"),
        *_TRANSDUCER,
    ),
    (*_NO_TRANSDUCTION, "Assumed: gates and read-out take no time."),
)

_TETRON = Mapped(
    "double_click",
    (
        SLOTS,
        _borrowed("topological_tetron_2025/tau_X", "t2_s", remark="how long parity X lasts"),
        _borrowed(
            "topological_tetron_2025/tau_Z",
            "pauli_x_rate_hz",
            lambda tau_s: float(f"{1 / (2 * tau_s):.9g}"),
            "1 / (2 tau): how long parity Z lasts",
        ),
        _borrowed("topological_parity_2025/readout_snr1_time", "measurement_s", remark="time to a signal-to-noise ratio of 1"),
        _borrowed("topological_tetron_2025/assignment_error_Z", "readout_fidelity_0", rules.all_but, "1 - error"),
        _borrowed("topological_tetron_2025/assignment_error_Z", "readout_fidelity_1", rules.all_but, "1 - error"),
        *_TRANSDUCER,
    ),
    (
        *_NO_TRANSDUCTION,
        "Assumed: gates are perfect and take no time. No logical gate has been shown, nor an interface to light.",
        "Assumed: the device is a qubit. Whether its phase is topological is disputed.",
    ),
)

#: Name of a preset -> how its published values become specs.
MAPPED: dict[str, Mapped] = {
    "projected_nv_10x": _PROJECTED_NV,
    NEAR_TERM: _nv_of_table(NEAR_TERM),
    THREEFOLD: _nv_of_table(THREEFOLD),
    TENFOLD: _nv_of_table(TENFOLD),
    DELFT: _delft(converted=False),
    "nv_delft_2019_converted": _delft(converted=True),
    _CENTRE: _COLOUR_CENTRE,
    "siv_midpoint_projected": _SILICON,
    _SNV: _TIN,
    IONS: _IONS,
    _REPEATER: _CALCIUM,
    _RB: _RUBIDIUM,
    _ER: _ERBIUM,
    "qd_spin_projected": _DOT,
    "transmon_transducer_projected": _TRANSMON,
    "topological_projected": _TETRON,
}
