"""Detectors that were measured by themselves, as a station's."""

from __future__ import annotations

import math

from farbell.presets.mapping import Mapped, Origin
from farbell.presets.published import rows_of

__all__ = ["detector_of"]

#: Published parameter -> field, by which conversion, and what to say of it.
_FULL_WIDTH = 2 * math.sqrt(2 * math.log(2))
_RULES = {
    "efficiency": ("detector_efficiency", None, ""),
    "dark_count_rate": ("dark_count_rate_hz", None, ""),
    "dead_time": ("dead_time_s", None, ""),
    "number_resolving": ("number_resolving", None, ""),
    "afterpulse_probability": ("afterpulse_probability", None, "all of it in the next window, so at most this"),
    **{
        name: ("jitter_s", lambda width_s: float(f"{width_s / _FULL_WIDTH:.6g}"), "full width at half maximum / 2.3548")
        for name in ("jitter_fwhm", "jitter_system", "jitter")
    },
}
#: What a detector is taken for where its rows do not tell.
_IDEAL = {
    "dark_count_rate_hz": "no dark counts",
    "dead_time_s": "no dead time",
    "afterpulse_probability": "no afterpulses",
    "jitter_s": "no jitter",
    "number_resolving": "photons of a window are one click",
}


def detector_of(name: str) -> Mapped | None:
    """The detector that a preset's rows make; none where they tell no efficiency, which nobody may make up."""
    rows = rows_of().get(name, {})
    if "efficiency" not in rows:
        return None
    fields = []
    for parameter in rows:
        if parameter in _RULES:
            field, convert, remark = _RULES[parameter]
            where = (f"{name}/{parameter}",)
            fields.append(Origin(field, where, convert, remark) if convert else Origin(field, where, remark=remark))
    said = {field.field for field in fields}
    unsaid = [text for field, text in _IDEAL.items() if field not in said]
    ideal = (f"Assumed: {', '.join(unsaid)}; the rows do not tell.",) if unsaid else ()
    return Mapped("", tuple(fields), (*ideal, "The window is a choice of whoever runs the link."))
