"""Thousands of shots of one Clifford circuit at once, as Pauli frames."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from farbell._core import PauliFramesState, SpecError
from farbell._extras import require
from farbell._numbers import whole
from farbell.states._arguments import PAULIS, index_of, seed_or_random
from farbell.states._gates import QuarterTurns
from farbell.states._pauli_groups import Bits, paulis_of
from farbell.states.stabilizer import pauli_errors

# Stim's names that are not ours in capitals.
_GATES = {"CNOT": "cx", "ZCX": "cx", "ZCY": "cy", "ZCZ": "cz", "SQRT_Z": "s", "SQRT_Z_DAG": "s_dag"}
_PAIRS = [a + b for a in "IXYZ" for b in "IXYZ"][1:]
# Stim's Pauli noise: qubits, and the errors that its arguments stand for.
_NOISE: dict[str, tuple[int, Callable[[list[float]], dict[str, float]]]] = {
    "X_ERROR": (1, lambda p: {"X": p[0]}),
    "Y_ERROR": (1, lambda p: {"Y": p[0]}),
    "Z_ERROR": (1, lambda p: {"Z": p[0]}),
    "DEPOLARIZE1": (1, lambda p: dict.fromkeys("XYZ", p[0] / 3)),
    "DEPOLARIZE2": (2, lambda p: dict.fromkeys(_PAIRS, p[0] / 15)),
    "PAULI_CHANNEL_1": (1, lambda p: dict(zip("XYZ", p, strict=True))),
    "PAULI_CHANNEL_2": (2, lambda p: dict(zip(_PAIRS, p, strict=True))),
}
# Measurements and resets: the Pauli that is read.
_READS = {"M": 3, "MZ": 3, "MX": 1, "MY": 2, "MR": 3, "MRZ": 3, "R": None, "RZ": None}
_NOTES = {"TICK", "QUBIT_COORDS", "SHIFT_COORDS", "DETECTOR", "OBSERVABLE_INCLUDE"}


@lru_cache(maxsize=256)
def _masks(errors: tuple[tuple[str, float], ...], width: int) -> list[tuple[int, int, float]]:
    """Bits of X and of Z by qubit, and the probability, of each error that is one."""
    masks = []
    for text, p in errors:
        paulis = paulis_of(text, width, range(width))
        if paulis:
            x = sum(1 << i for i, k in paulis if k in (1, 2))
            masks.append((x, sum(1 << i for i, k in paulis if k in (2, 3)), p))
    return masks


@lru_cache(maxsize=16)
def _steps(circuit: str) -> list[tuple[str, tuple[Any, ...], bool]]:
    """Methods to call and their arguments for a circuit of Stim's, and whether what is read is inverted."""
    steps: list[tuple[str, tuple[Any, ...], bool]] = []
    for instruction in require("stim", "PauliFrames.run").Circuit(circuit).flattened():
        name, arguments, targets = instruction.name, instruction.gate_args_copy(), instruction.targets_copy()
        if name in _NOTES:
            continue
        if not all(target.is_qubit_target or target.is_inverted_result_target for target in targets):
            raise SpecError("circuit", str(instruction), "targets that are qubits")
        qubits = [target.value for target in targets]
        if name in _NOISE:
            width, errors = _NOISE[name]
            masks = _masks(tuple(errors(arguments).items()), width)
            steps += [("_noise", (masks, qubits[i : i + width]), False) for i in range(0, len(qubits), width)]
        elif name in _READS:
            for target in targets:
                if (pauli := _READS[name]) is not None:
                    step = ([(target.value, pauli)], arguments[0] if arguments else 0.0)
                    steps.append(("_measure", step, target.is_inverted_result_target))
                if "R" in name:
                    steps.append(("reset", (target.value,), False))
        else:
            gate = _GATES.get(name, name.lower())
            width = 2 if gate in {"cx", "cy", "cz", "swap", "iswap", "iswap_dag"} else 1
            steps += [("_apply", (gate, qubits[i : i + width]), False) for i in range(0, len(qubits), width)]
    return steps


class PauliFrames(PauliFramesState, QuarterTurns):
    """``shots`` runs of one circuit on ``n`` qubits, all |0> at first. Gates are methods, as on :class:`Stabilizer`.

    One reference state goes through the circuit without noise; of each shot only the Pauli product by which it differs is
    kept: two bits a qubit. Outcomes and errors are random from shot to shot. What a shot does next may depend on its outcomes
    through :meth:`pauli_where` only.

    Parameters
    ----------
    circuit : int or stim.Circuit
        A number of qubits; or a circuit that is run at once, its outcomes then being :attr:`outcomes`.
    shots : int
        Number of runs.
    seed : int, optional
        Of outcomes and errors; without one they differ from run to run.

    Raises
    ------
    SpecError
        For qubits and shots that would take more than 8 GB, qubits that do not exist, and instructions that are not known.

    References
    ----------
    C. Gidney, Quantum 5, 497 (2021), section 4: Pauli frames.

    Examples
    --------
    >>> import farbell as fb
    >>> frames = fb.states.PauliFrames(2, 1000, seed=1)
    >>> frames.h(0)
    >>> frames.cx(0, 1)
    >>> a, b = frames.measure(0), frames.measure(1)
    >>> bool((a == b).all()), bool(400 < a.sum() < 600)
    (True, True)
    """

    #: Outcomes of the circuit that was given, of shape (shots, measurements).
    outcomes: Bits

    def __init__(self, circuit: Any, shots: int, seed: int | None = None) -> None:
        is_circuit = hasattr(circuit, "num_qubits")
        super().__init__(circuit.num_qubits if is_circuit else whole(circuit, "n"), whole(shots, "shots"), seed_or_random(seed))
        self.outcomes = self.run(circuit) if is_circuit else np.zeros((shots, 0), dtype=np.bool_)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.n, self.shots, self._parts()), self.__dict__

    def noise(self, channel: Any, *qubits: int) -> None:
        """A Pauli channel from ``fb.channels``, on as many qubits as it is for; drawn for each shot."""
        errors, groups = pauli_errors(channel, qubits)
        masks = _masks(tuple(errors.items()), len(groups[0]))
        self._require_there(list(qubits))  # before anything changes
        for group in groups:
            self._noise(masks, list(group))

    def measure(self, q: int, basis: str = "Z", *, flip_probability: float = 0.0) -> Bits:
        """Read a qubit in basis "X", "Y" or "Z"; a bool a shot. The bit that is told may be wrong with a probability."""
        return self._measure(paulis_of(basis, 1, [q]), flip_probability)

    def measure_pauli(self, paulis: str, *qubits: int) -> Bits:
        """The parity of a product of Paulis: "XX_Z" for all qubits, or a letter for each that is named; a bool a shot."""
        return self._measure(paulis_of(paulis, self.n, qubits), 0.0)

    def bell_measure(self, a: int, b: int) -> tuple[Bits, Bits]:
        """Measure two qubits in the Bell basis: phase bits and parity bits; the qubits are left in the Bell states found.

        Examples
        --------
        A swap of two Bell pairs, corrected shot by shot:

        >>> frames = fb.states.PauliFrames(4, 1000)
        >>> for q in (0, 2):
        ...     frames.h(q)
        ...     frames.cx(q, q + 1)
        >>> phase, parity = frames.bell_measure(1, 2)
        >>> frames.pauli_where("X", 3, parity)
        >>> frames.pauli_where("Z", 3, phase)
        >>> bool(frames.measure_pauli("ZZ", 0, 3).any()), bool(frames.measure_pauli("XX", 0, 3).any())
        (False, False)
        """
        return self.measure_pauli("XX", a, b), self.measure_pauli("ZZ", a, b)

    def pauli_where(self, pauli: str, q: int, where: npt.ArrayLike) -> None:
        """The gate "X", "Y" or "Z" in the shots that are marked, by a bool each."""
        self._apply_where(index_of(pauli, "pauli", tuple(PAULIS)), q, np.asarray(where, dtype=np.bool_))

    def run(self, circuit: Any) -> Bits:
        """Run a ``stim.Circuit`` of Clifford gates, measurements, resets and Pauli noise.

        Returns
        -------
        numpy.ndarray of bool
            Of shape (shots, measurements).
        """
        found: list[Bits] = []
        for kind, arguments, inverted in _steps(str(circuit)):
            done = getattr(self, kind)(*arguments)
            if done is not None:
                found.append(done ^ inverted)
        outcomes: Bits = np.array(found, dtype=np.bool_).reshape(len(found), self.shots).T
        return outcomes


def _restored(cls: type[PauliFrames], n: int, shots: int, parts: Any) -> PauliFrames:
    frames = cls(n, shots, seed=0)
    frames._set_parts(parts)
    return frames
