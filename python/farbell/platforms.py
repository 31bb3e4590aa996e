"""Hardware presets, with a source for every parameter that has one and a note for each that is assumed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from farbell._core import Detector, Memory, Station

__all__ = ["Entry", "Platform", "entries", "projected_nv"]

NEAR_TERM = "nv_netsquid_nearterm"
TENFOLD = "nv_netsquid_improved_10x"
SPEED_OF_LIGHT_M_PER_S = 299_792_458


@dataclass(frozen=True)
class Entry:
    """One published value: which platform and parameter, and where it was read.

    ``confidence`` is ``verified`` (read in the source) or ``secondary`` (read in a work that cites the source).

    Examples
    --------
    >>> import farbell as fb
    >>> fb.platforms.entries()[0].source
    'Coopmans et al., NetSquid, Commun. Phys. 4, 164 (arXiv:2010.12535) Suppl. Note 4 / Table II'
    """

    platform: str
    parameter: str
    value: float
    unit: str
    source: str
    year: int
    confidence: str


@dataclass(frozen=True)
class Platform:
    """Hardware of one kind for a whole network, and what a reader should know about it.

    Examples
    --------
    >>> import farbell as fb
    >>> platform = fb.platforms.projected_nv()
    >>> platform.memory.efficiency, platform.station.visibility
    (0.58, 0.99)
    """

    memory: Memory
    station: Station
    attenuation_db_per_km: float
    speed_m_per_s: float
    memory_notes: tuple[str, ...]
    station_notes: tuple[str, ...]
    fiber_notes: tuple[str, ...]
    credits: tuple[str, ...]


@cache
def entries() -> tuple[Entry, ...]:
    """The published values that the presets are made of.

    Returns
    -------
    tuple of Entry
        Values in the stated units.

    Examples
    --------
    >>> import farbell as fb
    >>> {entry.confidence for entry in fb.platforms.entries()}
    {'verified'}
    """
    table = json.loads((Path(__file__).parent / "data" / "platforms.json").read_text(encoding="utf-8"))
    return tuple(Entry(**row) for row in table["entries"])


def _unchanged(value: float) -> float:
    return value


def _joint_reliability(gate_fidelity: float) -> float:
    # Replacing two qubits by white noise leaves an entanglement fidelity of 1/16.
    return round((16 * gate_fidelity - 1) / 15, 12)


def _qubit_reliability(state_fidelity: float) -> float:
    # White noise has a fidelity of 1/2 to any pure state of a qubit.
    return round(2 * state_fidelity - 1, 12)


def _both_bins(emission_delay_s: float) -> float:
    return 2 * emission_delay_s


@dataclass(frozen=True)
class _Origin:
    """Where a field of a preset comes from."""

    field: str
    platform: str
    parameter: str
    convert: Callable[[float], float] = _unchanged
    remark: str = ""


_NV_MEMORY = (
    _Origin("t1_s", NEAR_TERM, "carbon_T1"),
    _Origin("t2_s", TENFOLD, "carbon_T2"),
    _Origin("efficiency", TENFOLD, "p_det_zero_length", remark="wavelength conversion and detector included"),
    _Origin("initialisation_s", NEAR_TERM, "electron_init_time"),
    _Origin("initialisation_reliability", TENFOLD, "electron_init_fidelity", _qubit_reliability, "2 F - 1"),
    _Origin("single_qubit_gate_s", NEAR_TERM, "electron_1q_gate_time"),
    _Origin("single_qubit_gate_reliability", NEAR_TERM, "electron_1q_gate_fidelity"),
    _Origin("two_qubit_gate_s", NEAR_TERM, "ec_two_qubit_gate_time"),
    _Origin("two_qubit_gate_reliability", TENFOLD, "ec_two_qubit_gate_fidelity", _joint_reliability, "(16 F - 1) / 15"),
    _Origin("measurement_s", NEAR_TERM, "readout_time"),
    _Origin("readout_fidelity_0", TENFOLD, "readout_fidelity_0"),
    _Origin("readout_fidelity_1", TENFOLD, "readout_fidelity_1"),
)
_NV_STATION = (
    _Origin("visibility", TENFOLD, "visibility"),
    _Origin("local_overhead_s", NEAR_TERM, "photon_emission_delay", _both_bins, "one for each photon bin"),
)
_NV_DETECTOR = (
    _Origin("dark_count_rate_hz", NEAR_TERM, "dark_count_rate"),
    _Origin("window_s", NEAR_TERM, "detector_window"),
)
_NV_FIBER = (
    _Origin("attenuation_db_per_km", NEAR_TERM, "fiber_attenuation"),
    _Origin("speed_m_per_s", NEAR_TERM, "refractive_index", lambda index: SPEED_OF_LIGHT_M_PER_S / index, "c / n"),
)
_NV_ASSUMED = (
    "Assumed: detectors have an efficiency of 1, since that of the memory includes theirs.",
    "Assumed: every memory qubit has its own optical interface, so all free qubits of a link attempt at once.",
    "Assumed: moving a qubit from the electron to the carbon spin and reading it costs no time and no fidelity.",
    "Assumed: attempts do not disturb qubits stored beside them, and none emits two photons; the source models both.",
    "Assumed: what the tenfold column does not improve, or prints in doubt, keeps its near-term value.",
)


def _values(origins: tuple[_Origin, ...]) -> dict[str, Any]:
    found = {(entry.platform, entry.parameter): entry.value for entry in entries()}
    return {o.field: o.convert(found[o.platform, o.parameter]) for o in origins}


def _lines(device: str, origins: tuple[_Origin, ...]) -> Iterator[str]:
    found = {(entry.platform, entry.parameter): entry for entry in entries()}
    for origin in origins:
        entry = found[origin.platform, origin.parameter]
        column = "tenfold" if origin.platform == TENFOLD else "near-term"
        remark = f"; {origin.remark}" if origin.remark else ""
        value = f"{origin.field} = {origin.convert(entry.value):.9g}"
        yield f"{device}: {value}, from {column} {origin.parameter} ({entry.year}, {entry.confidence}{remark})."


def projected_nv(slots: int = 8) -> Platform:
    """NV centres in diamond, improved tenfold over near-term parameters: a projection, not a device that exists.

    Parameters
    ----------
    slots : int
        Memory qubits of a node. Assumed, not published.

    Returns
    -------
    Platform
        Memory, midpoint station and fibre. The notes list every value with its origin, and what is assumed.

    Raises
    ------
    SpecError
        ``slots`` is not at least 1.

    References
    ----------
    T. Coopmans et al., "NetSquid, a NETwork Simulator for QUantum Information using Discrete events", Communications
    Physics 4, 164 (2021), arXiv:2010.12535, Supplementary Note 4.

    Examples
    --------
    >>> import farbell as fb
    >>> platform = fb.platforms.projected_nv(slots=4)
    >>> platform.memory.name, platform.memory.slots, platform.memory.t2_s
    ('projected_nv_10x', 4, 10.0)
    """
    fiber = _values(_NV_FIBER)
    return Platform(
        memory=Memory(name="projected_nv_10x", slots=slots, **_values(_NV_MEMORY)),
        station=Station(name="midpoint", **_values(_NV_STATION), detector=Detector(**_values(_NV_DETECTOR))),
        attenuation_db_per_km=fiber["attenuation_db_per_km"],
        speed_m_per_s=fiber["speed_m_per_s"],
        memory_notes=(
            "Hardware projected_nv_10x: NV centres in diamond, improved tenfold over near-term parameters. "
            "A projection: no such device exists.",
            *_lines("Memory", _NV_MEMORY),
            f"Assumed: slots = {slots}.",
            *_NV_ASSUMED,
        ),
        station_notes=tuple(_lines("Station", _NV_STATION + _NV_DETECTOR)),
        fiber_notes=tuple(_lines("Fibre", _NV_FIBER)),
        credits=(
            "Hardware parameters: T. Coopmans et al., NetSquid, Communications Physics 4, 164 (2021), "
            "arXiv:2010.12535, Supplementary Note 4.",
        ),
    )
