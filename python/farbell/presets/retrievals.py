"""From published parameters of memories that absorb light to how qubits come out of them."""

from __future__ import annotations

from farbell.presets.mapping import Assumed, Origin

__all__ = ["RETRIEVALS"]

_AFC, _EIT = "ensemble_afc_netsquid", "ensemble_eit_netsquid"
_CAVITY, _LATTICE, _LIMITS = "pr_yso_cavity_2023", "ensemble_rb_yang2016", "ensemble_eit_experimental_limits"
_NO_DECAY = Assumed("lifetime_s", None, "no value in the rows: not that it does not fall")


def _of(platform: str, field: str, parameter: str, remark: str = "") -> Origin:
    return Origin(field, (f"{platform}/{parameter}",), remark=remark)


def _modes(platform: str) -> tuple[Origin, ...]:
    return tuple(_of(platform, field, field) for field in ("temporal_modes", "spectral_modes", "spatial_modes"))


#: Name of a preset -> its fields.
RETRIEVALS: dict[str, tuple[Origin | Assumed, ...]] = {
    _AFC: (_of(_AFC, "efficiency", "efficiency_t0"), _of(_AFC, "lifetime_s", "lifetime"), *_modes(_AFC)),
    _EIT: (
        _of(_EIT, "efficiency", "efficiency_t0"),
        _of(_EIT, "lifetime_s", "lifetime", "taken as a 1/e time; a standard deviation would be 1.41 times as long"),
        Assumed("law", "gaussian", "the source"),
        *_modes(_EIT),
    ),
    _CAVITY: (
        _of(_CAVITY, "efficiency", "afc_efficiency_2us"),
        Assumed("fixed_delay_s", 2e-6, "the source: a comb without spin waves, read after 2 us"),
    ),
    _LATTICE: (_of(_LATTICE, "efficiency", "retrieval_efficiency"), _of(_LATTICE, "lifetime_s", "lifetime")),
    _LIMITS: (_of(_LIMITS, "efficiency", "efficiency"), _of(_LIMITS, "lifetime_s", "lifetime", "law not told: exponential")),
    "ensemble_eit_wang2019": (_of("ensemble_eit_wang2019", "efficiency", "qubit_efficiency"), _NO_DECAY),
    "ensemble_eit_hsiao2018": (_of("ensemble_eit_hsiao2018", "efficiency", "efficiency"), _NO_DECAY),
    "ensemble_eit_warm_ma2022": (_of("ensemble_eit_warm_ma2022", "efficiency", "efficiency"), _NO_DECAY),
    "raman_warm_rb_2025": (_of("raman_warm_rb_2025", "efficiency", "efficiency"), _NO_DECAY),
}
