"""Which platform? Rate and fidelity of one link of each preset, over its length, beside coherence, gates and maturity."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from farbell import _core
from farbell._core import Fiber, Memory, SingleClick, SpecError
from farbell.analysis.bright_state import highest, with_bright_state
from farbell.presets import Platform, PlatformTable, platform, platforms
from farbell.states import PairDensity

__all__ = ["PlatformComparison", "compare_platforms"]

#: Bright states that are looked at before the best is refined, evenly in the logarithm of the odds.
_BRIGHT_STATES = (1 / (1 + np.exp(-np.linspace(-14, 3, 52)))).tolist()
_FRAMES = ("Phi+", "Phi-", "Psi+", "Psi-")


@dataclass(frozen=True)
class _Point:
    """What one link does: fidelity is that when both ends know of the pair."""

    bright_state: float
    rate_hz: float
    fidelity: float
    emitted_fidelity: float
    herald_s: float


def _emitting(memory: Memory) -> Memory:
    """A memory in which a pair decays as it does until it may be moved."""
    if memory.communication is None:
        return memory
    laws = ("t1_s", "t2_s", "t2_law", "t2_exponent", "coherence_times_s", "coherences", "coherence_beyond")
    own = {law: getattr(memory.communication, law) for law in laws}
    return Memory(name=memory.name, **own)


def _point(of: Platform, length_m: float, bright_state: float = math.nan) -> _Point:
    link = of.link(length_m)
    if not math.isnan(bright_state):
        link = with_bright_state(link, bright_state)
    model = _core.link_model(link, of.memory, of.memory, of.station)
    herald_s = max(model.herald_a_s - model.emission_a_s, model.herald_b_s - model.emission_b_s)
    known, emits = 0.0, _emitting(of.memory)
    for herald in model.table.outcomes:
        pair = PairDensity.from_matrix(herald.density_matrix)
        waited = pair.decay_to(herald_s, memory_a=emits, memory_b=emits)
        known += herald.probability * waited.fidelity(_FRAMES[herald.frame])
    rate_hz = model.success_probability / model.period_s
    return _Point(bright_state, rate_hz, known, model.table.fidelity, herald_s)


def _best(of: Platform, length_m: float, target: float) -> _Point:
    """The highest rate at the target fidelity; where that is out of reach, the highest fidelity."""
    if not isinstance(of.generation, SingleClick):
        return _point(of, length_m)
    points = [_point(of, length_m, bright_state) for bright_state in _BRIGHT_STATES]
    good = [i for i, point in enumerate(points) if point.fidelity >= target]
    if good:
        best, above = points[good[-1]], _BRIGHT_STATES[min(good[-1] + 1, len(points) - 1)]
    else:
        top = max(range(len(points)), key=lambda i: points[i].fidelity)
        around = _BRIGHT_STATES[max(top - 1, 0)], _BRIGHT_STATES[min(top + 1, len(points) - 1)]
        best, above = _point(of, length_m, highest(lambda x: _point(of, length_m, x).fidelity, *around)), around[1]
        if best.fidelity < target:
            return best
    # From there on the fidelity falls.
    below = best.bright_state
    for _ in range(30):
        middle = _point(of, length_m, (below + above) / 2)
        if middle.fidelity >= target:
            best, below = middle, middle.bright_state
        else:
            above = middle.bright_state
    return best


@dataclass(frozen=True)
class PlatformComparison:
    """Platforms side by side, over the length of a link.

    Attributes
    ----------
    table : ResultTable
        A row a platform and length, the fastest that reach the target first: ``platform``, ``kind``, ``maturity``,
        ``scheme``, ``length_m``, ``reached`` (yes or no), ``rate_hz`` (pairs per second of one emitting qubit at each end),
        ``fidelity`` (when both ends know of the pair), ``emitted_fidelity`` (as it is emitted), ``bright_state`` (nan for a
        double click), ``herald_s`` (from emission until both know), ``t2_s`` (inf = no decay), ``two_qubit_gate_s``,
        (nan = none stated), ``two_qubit_gate_reliability``.
    target_fidelity : float
        What was asked for.
    length_m : float
        The length asked for, the longest in the table.

    Examples
    --------
    >>> import farbell as fb
    >>> found = fb.design.compare_platforms(["trapped_ion_avis2022_baseline"], length_m="20 km", target_fidelity=0.9)
    >>> found.at_length["reached"].tolist(), found.at_length["rate_hz"].round(2).tolist()
    (['yes'], [15.07])
    """

    table: PlatformTable
    target_fidelity: float
    length_m: float

    @cached_property
    def at_length(self) -> PlatformTable:
        """The rows of the length that was asked for."""
        table = self.table
        mine = table["length_m"] == self.length_m
        return PlatformTable({name: table[name][mine] for name in table.columns})

    def plot(self, ax: Any = None) -> Any:
        """Rate of each platform against length: filled where the target is reached, hollow where the fidelity is lower."""
        from farbell.design.plots import draw_platform_rates

        return draw_platform_rates(self, ax)

    def plot_tradeoff(self, ax: Any = None) -> Any:
        """Coherence time against the duration of a two-qubit gate, coloured by maturity; gates of no stated duration left."""
        from farbell.design.plots import draw_platform_tradeoff

        return draw_platform_tradeoff(self, ax)

    def overview(self) -> Any:
        """A figure of both."""
        from farbell.design.plots import draw_platforms

        return draw_platforms(self)

    def __repr__(self) -> str:
        shown = self.at_length[
            ["platform", "maturity", "scheme", "reached", "rate_hz", "fidelity", "bright_state", "t2_s", "two_qubit_gate_s"]
        ]
        return f"{self._title}\n{PlatformTable({name: shown[name] for name in shown.columns})!r}"

    @property
    def _title(self) -> str:
        return f"Links of {self.length_m / 1e3:g} km, for a fidelity of {self.target_fidelity:g}:"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self._title)}</p>{self.at_length._repr_html_()}"


def compare_platforms(
    names: Iterable[str | Platform] | None = None,
    *,
    length_m: float | str = "50 km",
    target_fidelity: float = 0.9,
    points: int = 1,
) -> PlatformComparison:
    """Rate and fidelity of one link of each platform, at the best bright state for a fidelity.

    Rates are those of one emitting qubit at each end that attempts all the time, by the model of the link that a run uses
    (:func:`farbell.hardware.link_model`); where slots emit, all that are free attempt at once. Fidelities are those when both
    ends know of the pair, decay from emission on included. A single click gets the brightest state at which the target is
    reached, or, where it is out of reach, the one of the highest fidelity.

    Parameters
    ----------
    names : iterable of str or Platform, optional
        Presets, or platforms made of them; left out: all whose links can be simulated.
    length_m : float or str
        Length of the fibre in metres, or text with a unit; above 0.
    target_fidelity : float
        Above 1/2, at most 1.
    points : int
        How many lengths, evenly up to ``length_m``.

    Returns
    -------
    PlatformComparison
        With a table and figures.

    Raises
    ------
    SpecError
        A name is unknown, a platform has no links that can be simulated, or a value is out of range.

    Examples
    --------
    >>> import farbell as fb
    >>> found = fb.design.compare_platforms(["trapped_ion_avis2022_baseline", "rb_vanleent2022_33km"], length_m="10 km")
    >>> found.at_length[["platform", "reached"]]
    platform                       reached
    -----------------------------  -------
    trapped_ion_avis2022_baseline  yes
    rb_vanleent2022_33km           no
    """
    try:
        longest_m = Fiber(length_m=length_m).length_m
    except SpecError as error:
        raise SpecError("length_m", error.found, error.allowed, error.nearest) from None
    if not longest_m > 0:
        raise SpecError("length_m", repr(length_m), "a length above 0")
    if isinstance(target_fidelity, bool) or not isinstance(target_fidelity, (int, float)) or not 0.5 < target_fidelity <= 1:
        raise SpecError("target_fidelity", repr(target_fidelity), "a number above 0.5 and at most 1")
    if isinstance(points, bool) or not isinstance(points, int) or points < 1:
        raise SpecError("points", repr(points), "a whole number of at least 1")
    if names is None:
        names = [row["name"] for row in platforms().rows() if row["links"] != "no"]
    found = [name if isinstance(name, Platform) else platform(name) for name in ([names] if isinstance(names, str) else names)]
    rows: list[dict[str, Any]] = []
    for of in found:
        if of.cannot:
            raise SpecError("platform", repr(of.name), f"one whose links can be simulated: {of.cannot}")
        for number in range(points, 0, -1):
            at_m = longest_m * number / points
            point = _best(of, at_m, target_fidelity)
            memory, stated = of.memory, {p.name for p in of.parameters}
            times_s = [t for t in (memory.t2_s, memory.t1_s and 2 * memory.t1_s) if t is not None]
            rows.append(
                {
                    "platform": of.name,
                    "kind": of.kind,
                    "maturity": of.maturity,
                    "scheme": of.scheme,
                    "length_m": at_m,
                    "reached": "yes" if point.fidelity >= target_fidelity else "no",
                    "rate_hz": point.rate_hz,
                    "fidelity": point.fidelity,
                    "emitted_fidelity": point.emitted_fidelity,
                    "bright_state": point.bright_state,
                    "herald_s": point.herald_s,
                    "t2_s": min(times_s, default=math.inf),
                    "two_qubit_gate_s": memory.two_qubit_gate_s if "two_qubit_gate_s" in stated else math.nan,
                    "two_qubit_gate_reliability": memory.two_qubit_gate_reliability,
                }
            )
    order = {
        row["platform"]: (row["reached"] == "no", -row["rate_hz"] if row["reached"] == "yes" else -row["fidelity"])
        for row in rows
        if row["length_m"] == longest_m
    }
    rows.sort(key=lambda row: (order[row["platform"]], -row["length_m"]))
    columns = list(rows[0]) if rows else ["platform", "length_m"]
    return PlatformComparison(
        PlatformTable({name: [row[name] for row in rows] for name in columns}), float(target_fidelity), longest_m
    )
