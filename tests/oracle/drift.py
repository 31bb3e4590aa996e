"""Links that drift: when they change, to what, and when they are recalibrated. All of it is known before the run."""

from dataclasses import replace
from math import exp, inf

import numpy as np

from . import states

DRIFT = {
    "efficiency_tau_s": None, "coherence_tau_s": None, "recalibrate_every_s": None, "recalibrate_below": None,
    "recalibration_s": None,
}  # fmt: skip


def wear(drift, seconds):
    """What is left of efficiency and coherence."""
    return tuple(
        1.0 if drift[f"{what}_tau_s"] is None else exp(-seconds / drift[f"{what}_tau_s"])
        for what in ("efficiency", "coherence")
    )


def worn_station(station, worn):
    efficiency, coherence = worn
    detector = station["detector"] | {"efficiency": station["detector"]["efficiency"] * efficiency}
    return station | {"visibility": station["visibility"] * coherence, "detector": detector}


def worn_given(model, worn):
    """Mixed with white noise."""
    efficiency, coherence = worn
    rows = [(p, frame, coherence * rho + (1 - coherence) * np.eye(4) / 4) for p, frame, rho in model.rows]
    return replace(model, success=efficiency * model.success, rows=rows)


def mean_fidelity(model):
    weights = [
        (row[0], 0 if any(empty) else states.correlators(*states.create_pair(row[2], None, 0, None, 0), 0, row[1]).fidelity)
        for row, empty in zip(model.rows, model.empties or [()] * len(model.rows), strict=True)
    ]
    return sum(p * fidelity for p, fidelity in weights) / sum(p for p, _ in weights)


def timeline(drift, horizon, ticks, fidelity_after):
    """[(tick, steps since the last recalibration)], and windows of recalibration; `fidelity_after` so many steps."""
    changes, windows, start = [], [], 0
    step = ticks(drift["step_s"])
    every = inf if drift["recalibrate_every_s"] is None else ticks(drift["recalibrate_every_s"])
    below = drift["recalibrate_below"] or 0.0
    while start <= horizon:
        if start:
            changes.append((start, 0))
        due, k = start + every, 1
        while start + k * step < due and start + k * step <= horizon:
            if below and fidelity_after(k) < below:
                due = start + k * step
            else:
                changes.append((start + k * step, k))
                k += 1
        if due > horizon:
            break
        start = due + ticks(drift["recalibration_s"])
        windows.append([due, start])
    return [(tick, k) for tick, k in changes if tick <= horizon], windows
