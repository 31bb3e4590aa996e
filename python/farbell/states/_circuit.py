"""A circuit as text: a line a qubit, time from left to right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Step(NamedTuple):
    """One operation: its qubits, and what stands on the line of each."""

    qubits: tuple[int, ...]
    labels: tuple[str, ...]


#: What stands on the lines of gates that are not drawn by their name.
_DRAWN = {"cx": ("*", "X"), "cy": ("*", "Y"), "cz": ("*", "*"), "swap": ("x", "x")}


def gate_step(name: str, qubits: Sequence[int], angle: float = 0.0) -> Step:
    text = name.upper() + (f"({angle:.4g})" if angle else "")
    return Step(tuple(int(q) for q in qubits), _DRAWN.get(name, (text,) * len(qubits)))


def circuit_text(n: int, steps: Sequence[Step]) -> str:
    """Steps stand as far to the left as those before them allow; one on several qubits spans the lines between."""
    columns: list[dict[int, str]] = []
    free = [0] * n
    for step in steps:
        low, high = min(step.qubits), max(step.qubits)
        column = max(free[low : high + 1])
        if column == len(columns):
            columns.append({})
        for qubit in range(low, high + 1):
            columns[column][qubit] = "|"
            free[qubit] = column + 1
        columns[column].update(zip(step.qubits, step.labels, strict=True))
    names = [f"{qubit}:" for qubit in range(n)]
    width = max(map(len, names))
    lines = [name.ljust(width) + " " for name in names]
    for cells in columns:
        wide = max(map(len, cells.values())) + 2
        lines = [line + cells.get(qubit, "").center(wide, "-") for qubit, line in enumerate(lines)]
    return "\n".join(line + "-" for line in lines)
