"""What the operations on pairs accept, and how it is refused."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from farbell import _core
from farbell._core import Memory, SpecError
from farbell._numbers import complex_array, whole

BELL_NAMES = ("Phi+", "Phi-", "Psi+", "Psi-")
PAULIS = "IXYZ"

Side: TypeAlias = Literal["a", "b"]
Matrix: TypeAlias = npt.NDArray[np.complex128]
Real: TypeAlias = npt.NDArray[np.float64]
Approximate: TypeAlias = Literal["none", "pauli_twirl"]


def seed_or_random(seed: int | None) -> int:
    if seed is None:
        return secrets.randbits(64)
    number = whole(seed, "seed")
    if not 0 <= number < 2**64:
        raise SpecError("seed", repr(seed), "0 to 2^64 - 1")
    return number


def index_of(name: str, what: str, allowed: Sequence[str]) -> int:
    if name not in allowed:
        raise SpecError(what, repr(name), ", ".join(allowed))
    return allowed.index(name)


def side_index(side: str) -> int:
    return index_of(side, "side", ("a", "b"))


def bell_index(name: str) -> int:
    return index_of(name, "frame", BELL_NAMES)


def is_twirled(approximate: str) -> bool:
    return index_of(approximate, "approximate", ("none", "pauli_twirl")) == 1


def memory_of(memory: Memory | None, noise: dict[str, Any]) -> Memory:
    if memory is not None and noise:
        raise SpecError("memory", "a memory and keywords of noise", "one of the two")
    return memory if memory is not None else Memory(name="memory", **noise)


def bell_weights_of(name: str) -> list[float]:
    index = bell_index(name)
    return [float(k == index) for k in range(4)]


def correlations_of_matrix(matrix: npt.ArrayLike) -> Real:
    rho = complex_array(matrix, "matrix")
    if rho.shape == (4,):
        rho = np.outer(rho, rho.conj())
    if rho.shape != (4, 4):
        raise SpecError("matrix", f"shape {rho.shape}", "shape (4, 4), or (4,) for a pure state")
    return _core.pair_correlations(_core.DensityMatrix(real=rho.real.tolist(), imag=rho.imag.tolist()))


def qubit_matrix(bloch: Sequence[float]) -> Matrix:
    _, x, y, z = bloch
    return np.array([[1 + z, x - 1j * y], [x + 1j * y, 1 - z]], dtype=np.complex128) / 2


def check_choice(outcome: int | None, outcomes: int, u: float | None) -> None:
    if outcome is not None and u is not None:
        raise SpecError("outcome", "an outcome and u", "one of the two")
    if outcome is not None and outcome not in range(outcomes):
        raise SpecError("outcome", repr(outcome), f"0 to {outcomes - 1}")
    if u is not None and not 0 <= u < 1:
        raise SpecError("u", repr(u), "[0, 1)")
