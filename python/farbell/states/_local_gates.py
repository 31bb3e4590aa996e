"""The 24 Clifford gates of one qubit, as what they make of X, Y and Z: the gates beside the graph of a graph state."""

from __future__ import annotations

from itertools import product

from farbell._core import SpecError
from farbell._nearest import nearest

#: What a gate C makes of each Pauli P: the letter and sign of C P C^-1.
Gate = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]

X, Y, Z = 0, 1, 2
IDENTITY: Gate = ((X, 1), (Y, 1), (Z, 1))


def _turn(axis: int) -> Gate:
    """A quarter turn about an axis: sqrt_x, sqrt_y or s."""
    images = {axis: (axis, 1), (axis + 1) % 3: ((axis + 2) % 3, 1), (axis + 2) % 3: ((axis + 1) % 3, -1)}
    return images[X], images[Y], images[Z]


def then(first: Gate, second: Gate) -> Gate:
    """One gate after another."""
    x, y, z = ((second[letter][0], second[letter][1] * sign) for letter, sign in first)
    return x, y, z


def inverse(gate: Gate) -> Gate:
    found: dict[int, tuple[int, int]] = {letter: (own, sign) for own, (letter, sign) in enumerate(gate)}
    return found[X], found[Y], found[Z]


SQRT_X, SQRT_Y, S = _turn(X), _turn(Y), _turn(Z)
H: Gate = ((Z, 1), (Y, -1), (X, 1))
_SINGLE: dict[str, Gate] = {
    "z": then(S, S), "x": then(SQRT_X, SQRT_X), "y": then(SQRT_Y, SQRT_Y), "h": H, "s": S, "s_dag": inverse(S),
    "sqrt_x": SQRT_X, "sqrt_x_dag": inverse(SQRT_X), "sqrt_y": SQRT_Y, "sqrt_y_dag": inverse(SQRT_Y),
    "i": IDENTITY,
}  # fmt: skip


def _words() -> dict[Gate, list[str]]:
    """The shortest names of each gate, first to last; of equally short ones the first in the list above."""
    words: dict[Gate, list[str]] = {IDENTITY: []}
    for length in (1, 2):
        for names in product(_SINGLE, repeat=length):
            words.setdefault(of_names(names), list(names))
    return words


def of_names(names: tuple[str, ...]) -> Gate:
    gate = IDENTITY
    for name in names:
        if name not in _SINGLE:
            raise SpecError("gate", repr(name), ", ".join(_SINGLE), nearest(str(name), _SINGLE))
        gate = then(gate, _SINGLE[name])
    return gate


_WORDS = _words()


def names_of(gate: Gate) -> list[str]:
    return list(_WORDS[gate])
