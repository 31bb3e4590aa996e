"""What limits a network: how its figures of merit answer to each parameter. docs/physics/elasticities.md"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from farbell._core import Scenario, SpecError
from farbell.analysis.distributions import student_t_quantile
from farbell.design.improvement import improved_value
from farbell.design.scenario_parameters import Parameter, changed, matching, parameters
from farbell.results import Results
from farbell.running import compile, run, with_progress
from farbell.table import ResultTable
from farbell.topology.network import nearest

__all__ = ["Elasticities", "elasticities"]

Floats = npt.NDArray[np.float64]

_QUANTITIES = ("rate", "fidelity")
#: Below this share of the variance taken away by common random numbers, the streams are said to have come apart.
COUPLED = 0.5
#: Of logarithms: what rounding leaves of figures that are the same in all replicas.
_NO_SCATTER = 1e-12
#: A gain that half the step changes by more than this share, and by more than chance, depends on the step.
CURVED = 0.05


@dataclass(frozen=True)
class _Figures:
    """Of each replica: pairs, seconds, sum of fidelities."""

    pairs: Floats
    seconds: Floats
    fidelity: Floats

    @classmethod
    def of(cls, results: Results, demands: Sequence[int]) -> _Figures:
        batches = results.batches[:, list(demands)]
        return cls(batches[..., 0].sum(axis=(1, 2)), results.batch_seconds.sum(axis=1), batches[..., 1].sum(axis=(1, 2)))

    def logs(self) -> Floats:
        """Logarithms of rate and mean fidelity, ``[2, 1 + replica]``: of all replicas, then with each left out."""

        def left_out(values: Floats) -> Floats:
            return np.concatenate([[values.sum()], values.sum() - values])

        pairs, seconds, fidelity = map(left_out, (self.pairs, self.seconds, self.fidelity))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log(np.stack([pairs / seconds, fidelity / pairs]))


def _spread(values: Floats) -> Floats:
    """Standard error by the jackknife, of ``[..., 1 + replica]``."""
    rest = values[..., 1:]
    count = rest.shape[-1]
    error: Floats = np.sqrt((count - 1) / count * ((rest - rest.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1))
    return error


class Elasticities:
    """How rate and fidelity answer to each parameter, the strongest first.

    Attributes
    ----------
    table : ResultTable
        A row a parameter: its ``parameter`` path, smallest and largest ``value_low`` and ``value_high``, ``improvement``
        convention; for rate and fidelity ``*_gain``: relative change per relative improvement, with the ends of its
        interval ``*_gain_low`` and ``*_gain_high``, the same with half the step, ``*_gain_half_step``, and ``*_elasticity``:
        relative change per relative change of the parameter itself, and ``*_coupling``: share of the variance of the
        differences that common random numbers took away; ``step``, the logarithmic step; ``note``.
    level : float
        Confidence level of the intervals, each for itself.

    Examples
    --------
    >>> import farbell as fb
    >>> link = fb.Given(success_probability=0.01, attempt_period_s="0.1 ms", state=fb.Werner(fidelity=0.9))
    >>> network = fb.chain(nodes=2, length_m="20 km", generation=link, duration_s=20)
    >>> limits = fb.elasticities(network, parameters=["success_probability", "fidelity"], replicas=16)
    >>> row = limits.strongest("rate")
    >>> row["parameter"], abs(row["rate_elasticity"] - 1) < 0.1
    ('links/*/generation/success_probability', True)
    """

    def __init__(self, table: ResultTable, level: float) -> None:
        self.table, self.level = table, level

    def strongest(self, quantity: str = "rate") -> dict[str, Any] | None:
        """The row of the parameter that `quantity` (``rate`` or ``fidelity``) answers to most, if its interval excludes 0."""
        if quantity not in _QUANTITIES:
            raise SpecError("quantity", repr(quantity), "rate or fidelity")
        sure = [row for row in self.table.rows() if row[f"{quantity}_gain_low"] > 0 or row[f"{quantity}_gain_high"] < 0]
        return max(sure, key=lambda row: abs(row[f"{quantity}_gain"]), default=None)

    def ranked(self) -> list[dict[str, Any]]:
        """The rows whose parameters move anything, those that rate or fidelity answer to most first."""

        def strength(row: dict[str, Any]) -> float:
            return max(abs(float(np.nan_to_num(row[f"{quantity}_gain"]))) for quantity in _QUANTITIES)

        return sorted((row for row in self.table.rows() if strength(row) > _NO_SCATTER), key=lambda row: -strength(row))

    @property
    def sentence(self) -> str:
        """What limits the network, in words."""
        parts = []
        for quantity in _QUANTITIES:
            row = self.strongest(quantity)
            if row is None:
                parts.append(f"no parameter changes the {quantity} by more than chance")
                continue
            gain = row[f"{quantity}_gain"]
            change = (
                ("better" if row["improvement"] != "none" else "more") if gain > 0 or row["improvement"] != "none" else "less"
            )
            verb = "lowers" if gain < 0 and change == "better" else "raises"
            parts.append(
                f"the {quantity} answers most to {row['parameter']}: 10 % {change} {verb} it by {abs(gain) * 10:.2g} %"
            )
        text = "; ".join(parts)
        return text[0].upper() + text[1:] + "."

    def __repr__(self) -> str:
        return f"{self.table!r}\n{self.sentence}"

    def _repr_html_(self) -> str:
        return f"{self.table._repr_html_()}<p>{html.escape(self.sentence)}</p>"

    def plot(self, ax: Any = None, *, most: int = 12) -> Any:
        """The gains of rate and fidelity as bars with their intervals."""
        from farbell.design.plots import draw_elasticities

        return draw_elasticities(self, ax, most=most)


def _selected(scenario: Scenario, names: Sequence[str] | None) -> list[Parameter]:
    every = parameters(scenario)
    if names is None:
        return every
    found = []
    for name in names:
        mine = matching(every, name)
        if not mine:
            fields = sorted({p.name for p in every})
            known = [*fields, *(p.path for p in every)]
            raise SpecError("parameters", repr(name), f"one of {', '.join(fields)}, or a path", nearest(name, known))
        found += [p for p in mine if p not in found]
    return found


def _moved(p: Parameter, step: float) -> Callable[[float], float]:
    """What a step of the logarithm of the improvement, or of the parameter, makes of a value."""
    if p.improvement != "none":
        return lambda value: improved_value(value, p.improvement, math.exp(step))
    return lambda value: value * math.exp(step)


def elasticities(
    scenario: Scenario,
    *,
    parameters: Sequence[str] | None = None,
    demands: Sequence[str] | None = None,
    replicas: int = 32,
    step: float = 0.1,
    seed: int | None = None,
    threads: int | None = None,
    level: float = 0.95,
    progress: bool | None = None,
) -> Elasticities:
    """Says what limits a network: the relative change of rate and fidelity per relative change of each parameter.

    Each parameter is moved up and down by a logarithmic step and by half of it, in all places that share it, with the same
    random numbers. Differences of sums over replicas give the slope, the jackknife over replicas its standard error.

    Parameters
    ----------
    scenario : Scenario
        The network.
    parameters : sequence of str, optional
        Paths or names of fields; left out: all that the scenario has.
    demands : sequence of str, optional
        Names of the demands whose pairs count, all together; left out: all.
    replicas : int
        Independent repetitions, at least 8.
    step : float
        Of the logarithm: 0.1 = about 10 %.
    seed, threads : optional
        As for :func:`run`.
    level : float
        Confidence level of each interval.
    progress : bool, optional
        Whether to show a progress bar; left out: if standard error is a terminal.

    Raises
    ------
    SpecError
        If the scenario is wrong, or a name means nothing.

    Examples
    --------
    >>> import farbell as fb
    >>> link = fb.Given(success_probability=0.1, attempt_period_s="0.1 ms", state=fb.Werner(fidelity=0.9))
    >>> network = fb.chain(nodes=2, length_m="20 km", generation=link, duration_s=1)
    >>> limits = fb.elasticities(network, parameters=["fidelity"], replicas=8)
    >>> limits.strongest("fidelity")["improvement"], limits.strongest("rate")
    ('probability', None)
    """
    if not isinstance(scenario, Scenario):
        raise TypeError(f"elasticities() takes a Scenario, not {type(scenario).__name__}")
    if replicas < 8:
        raise SpecError("replicas", repr(replicas), "at least 8, for the scatter between them")
    if not 0 < step <= 1:
        raise SpecError("step", repr(step), "above 0 and at most 1")
    names = list(compile(scenario).demand_names)
    counted = [_number(name, names) for name in demands] if demands else list(range(len(names)))
    chosen = _selected(scenario, parameters)

    def figures(point: Scenario) -> _Figures:
        results = run(point, replicas=replicas, seed=seed, threads=threads, record="summary", progress=False, time_shares=False)
        return _Figures.of(results, counted)

    here = figures(scenario)
    rows = []
    for p in with_progress(chosen, "elasticities", progress):
        rows.append(_row(scenario, p, here, figures, step, level))
    rows.sort(key=lambda row: -abs(row["rate_gain"]) if math.isfinite(row["rate_gain"]) else 0.0)
    return Elasticities(ResultTable({name: np.array([row[name] for row in rows]) for name in _COLUMNS}), level)


def _number(name: str, names: list[str]) -> int:
    if name not in names:
        raise SpecError("demands", repr(name), f"one of {', '.join(names)}", nearest(name, names))
    return names.index(name)


_COLUMNS = (
    "parameter", "value_low", "value_high", "improvement",
    *(f"{quantity}_{what}" for quantity in _QUANTITIES
      for what in ("gain", "gain_low", "gain_high", "gain_half_step", "elasticity", "coupling")),
    "step", "note",
)  # fmt: skip


def _row(
    scenario: Scenario, p: Parameter, here: _Figures, figures: Callable[[Scenario], _Figures], step: float, level: float
) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(_COLUMNS, math.nan)
    row |= {"parameter": p.path, "value_low": min(p.values), "value_high": max(p.values)}
    row |= {"improvement": p.improvement, "note": "", "step": step}
    if all(_moved(p, step)(value) == value for value in p.values):
        return row | {"note": "perfect" if p.improvement != "none" else "zero"}

    notes = []

    def at(by: float) -> tuple[float, _Figures]:
        """The figures a step away, and the step taken: none, where the scenario would not be valid."""
        try:
            return by, figures(_stepped(scenario, p, by))
        except SpecError:
            return 0.0, here

    slopes = []
    for size in (step, step / 2):
        (up, above), (down, below) = at(size), at(-size)
        if p.whole:
            up, down = (_whole_step(p, by) if by else 0.0 for by in (up, down))
        if up == down:
            return row | {"note": "no valid step"}
        if 0.0 in (up, down) and "one-sided" not in notes:
            notes.append("one-sided")
        slopes.append((above.logs() - below.logs()) / (up - down))
        if size == step:
            apart = _spread(above.logs() - below.logs()) ** 2
            alone = _spread(above.logs()) ** 2 + _spread(below.logs()) ** 2
    coarse, fine = slopes
    errors, change_errors = _spread(coarse), _spread(fine - coarse)
    width = student_t_quantile(0.5 + level / 2, here.pairs.shape[0] - 1)
    for i, quantity in enumerate(_QUANTITIES):
        row[f"{quantity}_coupling"] = coupling = float(1 - apart[i] / alone[i]) if alone[i] > _NO_SCATTER**2 else 1.0
        gain, error = float(coarse[i, 0]), float(errors[i])
        row[f"{quantity}_gain"], row[f"{quantity}_elasticity"] = gain, gain * _per_value(p)
        row[f"{quantity}_gain_low"], row[f"{quantity}_gain_high"] = gain - width * error, gain + width * error
        row[f"{quantity}_gain_half_step"] = float(fine[i, 0])
        if abs(fine[i, 0] - gain) > max(3 * change_errors[i], CURVED * abs(gain)):
            notes.append(f"{quantity} is curved")
        if coupling < COUPLED:
            notes.append(f"streams came apart ({quantity})")
    if p.whole and _whole_step(p, step) == _whole_step(p, step / 2):
        notes.append("one step: whole number")
    return row | {"note": ", ".join(notes)}


def _whole_step(p: Parameter, by: float) -> float:
    """The logarithmic step that a whole number takes: by one at least."""
    value = p.values[0]
    return math.log(_whole(value, by) / value) if _whole(value, by) > 0 else 0.0


def _whole(value: float, by: float) -> int:
    moved = round(value * math.exp(by))
    return moved if moved != value else int(value) + (1 if by > 0 else -1)


def _stepped(scenario: Scenario, p: Parameter, by: float) -> Scenario:
    return changed(scenario, {p.path: (lambda value: _whole(value, by)) if p.whole else _moved(p, by)})


def _per_value(p: Parameter) -> float:
    """Relative improvement per relative change of the parameter itself, at the first of its values."""
    value = p.values[0]
    if p.improvement == "probability":
        return -1 / math.log(value) if 0 < value < 1 else math.nan
    return {"time_constant": 1.0, "rate": -1.0, "phase_deviation": -2.0}.get(p.improvement, 1.0)
