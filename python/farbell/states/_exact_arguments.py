"""Arguments of exact states: levels, read-outs and targets, checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from farbell._core import SpecError
from farbell._numbers import whole
from farbell.states._arguments import Matrix

#: P(read 0 | 0) and P(read 1 | 1).
Readout: TypeAlias = tuple[float, float]


def levels_of(n: int, levels: int | Sequence[int]) -> list[int]:
    count = whole(n, "n")
    if count < 1:
        raise SpecError("n", str(count), "at least 1")
    if count > 1000:  # a list of so many is a burden by itself
        raise SpecError("n", f"{count} qubits", "12 in a Density, 20 in a Ket; a Stabilizer holds 10000")
    if isinstance(levels, int):
        return [levels] * count
    listed = [whole(x, "levels") for x in levels]
    if len(listed) != count:
        raise SpecError("levels", f"levels of {len(listed)} qubits", f"{count}, or one number for all")
    return listed


def levels_of_dimension(dimension: int, levels: int | Sequence[int] | None) -> list[int]:
    """The levels of the factors of a space; qubits where nothing is said."""
    if levels is not None and not isinstance(levels, int):
        return [whole(x, "levels") for x in levels]
    base = 2 if levels is None else levels
    count = max(1, round(np.log(max(dimension, 1)) / np.log(base)))
    if base**count != dimension:
        raise SpecError("array", f"dimension {dimension}", f"a power of {base}, or levels that say what it is made of")
    return [base] * count


def vector_of_stim(source: Any) -> Matrix:
    """The state that a `stim.Tableau` makes of |0...0>, or that a `stim.TableauSimulator` is in."""
    tableau = source.current_inverse_tableau().inverse() if hasattr(source, "current_inverse_tableau") else source
    vector = np.asarray(tableau.to_state_vector(endian="big"), dtype=np.complex128)
    unit: Matrix = vector / np.linalg.norm(vector)  # Stim works in single precision
    return unit


def several(qubits: int | Sequence[int]) -> list[int]:
    return [qubits] if isinstance(qubits, (int, np.integer)) else list(qubits)


def checked_readout(readout: Readout | None) -> Readout | None:
    if readout is None:
        return None
    try:
        f0, f1 = (float(f) for f in readout)
    except (TypeError, ValueError):
        raise SpecError("readout", repr(readout), "two probabilities") from None
    for name, f in (("readout/0", f0), ("readout/1", f1)):
        if not 0 <= f <= 1:
            raise SpecError(name, repr(f), "[0, 1]")
    return f0, f1


def weights_of(outcome: int, readout: Readout | None) -> list[float]:
    """Probability that this outcome is reported, by true outcome."""
    f0, f1 = (1.0, 1.0) if readout is None else readout
    return [[f0, 1 - f1, 0.0], [1 - f0, f1, 0.0], [0.0, 0.0, 1.0]][outcome]
