"""Rules that make values of fields of published numbers; docs/physics/platforms.md has them as a table."""

from __future__ import annotations

import math

__all__ = [
    "WINDOW_S",
    "all_but",
    "arm_efficiency",
    "both_bins",
    "dark_rate",
    "half_reliability",
    "joint_of_each",
    "joint_reliability",
    "mean",
    "mean_times",
    "metres",
    "moving_time",
    "product",
    "qubit_reliability",
    "reliability_before_decay",
    "speed",
    "stored",
    "stored_by_fidelities",
    "stored_by_losses",
    "two_qubit_reliability",
    "unchanged",
]

SPEED_OF_LIGHT_M_PER_S = 299_792_458
#: Where only the probability of a dark count is published, its rate is that in this window, and the window does not matter.
WINDOW_S = 1e-7


def unchanged(value: float) -> float:
    return value


def all_but(error: float) -> float:
    return round(1 - error, 12)


def joint_reliability(entanglement_fidelity: float) -> float:
    # Replacing two qubits by white noise leaves an entanglement fidelity of 1/16.
    return round((16 * entanglement_fidelity - 1) / 15, 12)


def joint_of_each(depolarised: float) -> float:
    # A qubit that is replaced with probability p keeps an entanglement fidelity of 1 - 3p/4; here both are.
    return joint_reliability((1 - 0.75 * depolarised) ** 2)


def qubit_reliability(state_fidelity: float) -> float:
    # White noise has a fidelity of 1/2 to any pure state of a qubit; a gate's average fidelity is the same mean.
    return round(2 * state_fidelity - 1, 12)


def two_qubit_reliability(average_fidelity: float) -> float:
    # White noise has a fidelity of 1/4 to any pure state of two qubits.
    return round((4 * average_fidelity - 1) / 3, 12)


def half_reliability(pair_fidelity: float) -> float:
    # A Bell pair with one half replaced by white noise has a fidelity of 1/4.
    return round((4 * pair_fidelity - 1) / 3, 12)


def stored(preparation: float, rotation_lost: float, gate_lost: float) -> float:
    # Two controlled rotations move a qubit from an electron to a carbon, each with errors on both spins. What they, the
    # carbon's preparation and its rotations leave of each Bloch component.
    x, y, z = (
        (1 - gate_lost) ** gates * (1 - rotation_lost) ** rotations * preparation**prepared
        for gates, rotations, prepared in ((3, 1, 0), (3, 2, 1), (2, 2, 1))
    )
    return float(f"{(x + y + z) / 3:.9g}")


def stored_by_fidelities(preparation: float, rotation: float, gate: float) -> float:
    return stored(2 * preparation - 1, 4 * (1 - rotation) / 3, 4 * (1 - math.sqrt(gate)) / 3)


def stored_by_losses(preparation: float, rotation: float, gate: float) -> float:
    return stored(1 - preparation, rotation, gate)


def moving_time(preparation_s: float, rotation_s: float, gate_s: float) -> float:
    return float(f"{preparation_s + 2 * rotation_s + 2 * gate_s:.9g}")


def speed(index: float) -> float:
    return SPEED_OF_LIGHT_M_PER_S / index


def metres(nanometres: float) -> float:
    """Of a wavelength."""
    return float(f"{nanometres * 1e-9:.12g}")


def both_bins(emission_delay_s: float) -> float:
    return 2 * emission_delay_s


def dark_rate(probability: float) -> float:
    return float(f"{-math.log1p(-probability) / WINDOW_S:.9g}")


def product(*factors: float) -> float:
    return float(f"{math.prod(factors):.9g}")


def mean_times(*values: float) -> float:
    *each, factor = values
    return float(f"{sum(each) / len(each) * factor:.9g}")


def mean(*values: float) -> float:
    return sum(values) / len(values)


def arm_efficiency(success: float, length_m: float, loss_db_per_km: float) -> float:
    # P = eta^2 / 2 for two photons, of which half a fibre takes its part each.
    through = 10 ** (-loss_db_per_km * length_m / 1e4)
    return float(f"{math.sqrt(2 * success / through):.6g}")


def reliability_before_decay(fidelity: float, t2_s: float, length_m: float) -> float:
    left = math.exp(-2 * length_m / 2e8 / t2_s)
    return float(f"{math.sqrt((fidelity - 0.25) / (0.25 + 0.5 * left)):.6g}")
