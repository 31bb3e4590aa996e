"""The trade-off of single-click links: a brighter memory state makes pairs faster and worse.

Everything follows from the model of the link that a run uses. docs/physics/single_click.md has the equations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from farbell import _core
from farbell._core import Link, Memory, SingleClick, SpecError, Station
from farbell.analysis.key import KeyProtocol, key_fraction
from farbell.photons import Interface

__all__ = ["BrightStatePoint", "bright_state_tradeoff", "optimal_bright_state"]

# Where the search looks first: about three per octave, from far below any dark count to just below 1.
_GRID = (1 / (1 + np.exp(-np.linspace(-16, 7, 93)))).tolist()
_GOLDEN = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True)
class BrightStatePoint:
    """What a single-click link does with one bright-state probability.

    Attributes
    ----------
    bright_state : float
        Probability of the emitting state in the memory of ``node_a``.
    rate_hz : float
        Pairs per second of one memory at each end that attempts all the time: success probability over period.
    fidelity : float
        Mean fidelity of these pairs to the Bell state announced, at emission.
    xx, yy, zz : float
        Their mean Pauli expectations, corrected so that a perfect pair has 1, -1, 1.

    Examples
    --------
    >>> import farbell as fb
    >>> point = fb.analysis.BrightStatePoint(bright_state=0.05, rate_hz=40.0, fidelity=0.94, xx=0.9, yy=-0.9, zz=0.96)
    >>> round(point.key_rate_hz("bbm92"), 3)
    22.887
    """

    bright_state: float
    rate_hz: float
    fidelity: float
    xx: float
    yy: float
    zz: float

    def key_rate_hz(self, protocol: KeyProtocol) -> float:
        """Secret bits per second, were the pairs measured as they are emitted; negative where no key can be made."""
        return self.rate_hz * key_fraction(protocol, self.xx, self.yy, self.zz)


def with_bright_state(link: Link, bright_state: float) -> Link:
    """The link with this bright state at its first end, and at its second in proportion."""
    generation = link.generation
    if not isinstance(generation, SingleClick):
        raise SpecError("/generation", repr(generation), "a SingleClick")
    other = generation.bright_state_b
    if other is not None:
        other *= bright_state / generation.bright_state
    return link.replace(generation=generation.replace(bright_state=bright_state, bright_state_b=other))


def _point(
    link: Link, memory_a: Memory, memory_b: Memory, station: Station, bright_state: float, interfaces: Sequence[Interface]
) -> BrightStatePoint:
    model = _core.link_model(with_bright_state(link, bright_state), memory_a, memory_b, station, list(interfaces))
    mean = np.zeros(3)
    for herald in model.table.outcomes:
        phase, parity = 1 - 2 * (herald.frame & 1), 1 - 2 * (herald.frame >> 1)
        mean += herald.probability * np.diag(herald.correlations)[1:] * (phase, phase * parity, parity)
    xx, yy, zz = mean.tolist()
    rate_hz = model.success_probability / model.period_s
    return BrightStatePoint(bright_state, rate_hz, model.table.fidelity, xx, yy, zz)


def bright_state_tradeoff(
    link: Link,
    memory_a: Memory,
    memory_b: Memory,
    station: Station,
    bright_states: Iterable[float] | None = None,
    *,
    interfaces: Sequence[Interface] = (),
) -> list[BrightStatePoint]:
    """Rate and fidelity of a single-click link for several bright-state probabilities.

    Parameters
    ----------
    link : Link
        A link with a ``SingleClick`` generation. Where that has a ``bright_state_b``, its ratio to ``bright_state`` is
        kept.
    memory_a, memory_b : Memory
        Memories of ``link.node_a`` and ``link.node_b``.
    station : Station
        The station that the generation names.
    bright_states : iterable of float, optional
        Probabilities between 0 and 1; left out: 40 of them from 0.001 to 0.5, evenly on a logarithmic scale.
    interfaces : sequence of FrequencyConverter, Transducer or EncodingConverter
        Those that the link names, if any.

    Returns
    -------
    list of BrightStatePoint
        One for each probability; :func:`farbell.plot.tradeoff` draws them.

    Raises
    ------
    SpecError
        The link is no single-click link, or a probability is out of range.

    Examples
    --------
    >>> import farbell as fb
    >>> generation = fb.SingleClick(station="midpoint", bright_state=0.05)
    >>> link = fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m="50 km"), generation=generation)
    >>> memory, station = fb.Memory(name="ion", efficiency=0.3), fb.Station(name="midpoint")
    >>> points = fb.analysis.bright_state_tradeoff(link, memory, memory, station, [0.02, 0.1])
    >>> [(round(point.rate_hz, 1), round(point.fidelity, 3)) for point in points]
    [(15.2, 0.981), (75.5, 0.904)]
    """
    if bright_states is None:
        bright_states = np.geomspace(1e-3, 0.5, 40).tolist()
    return [_point(link, memory_a, memory_b, station, bright_state, interfaces) for bright_state in bright_states]


def highest(value: Callable[[float], float], low: float, high: float) -> float:
    """Where a function with one maximum is highest, by golden section."""
    inner = [high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)]
    values = [value(x) for x in inner]
    while high - low > 1e-9 * high:
        if values[0] < values[1]:
            low, inner[0], values[0] = inner[0], inner[1], values[1]
            inner[1] = low + _GOLDEN * (high - low)
            values[1] = value(inner[1])
        else:
            high, inner[1], values[1] = inner[1], inner[0], values[0]
            inner[0] = high - _GOLDEN * (high - low)
            values[0] = value(inner[0])
    return (low + high) / 2


def optimal_bright_state(
    link: Link,
    memory_a: Memory,
    memory_b: Memory,
    station: Station,
    *,
    fidelity: float | None = None,
    protocol: KeyProtocol | None = None,
    interfaces: Sequence[Interface] = (),
) -> BrightStatePoint:
    """The best bright-state probability of a single-click link.

    Parameters
    ----------
    link, memory_a, memory_b, station
        As in :func:`bright_state_tradeoff`.
    fidelity : float, optional
        Wanted: the highest rate at a fidelity of at least this.
    protocol : {"bbm92", "six_state", "device_independent"}, optional
        Wanted: the highest secret-key rate. One of the two must be given.
    interfaces : sequence of FrequencyConverter, Transducer or EncodingConverter
        As in :func:`bright_state_tradeoff`.

    Returns
    -------
    BrightStatePoint
        The optimum.

    Raises
    ------
    ValueError
        Neither or both are wanted, or what is wanted cannot be reached; the message says what can.
    SpecError
        The link is no single-click link.

    Examples
    --------
    >>> import farbell as fb
    >>> generation = fb.SingleClick(station="midpoint", bright_state=0.05)
    >>> link = fb.Link(node_a="a", node_b="b", fiber=fb.Fiber(length_m="50 km"), generation=generation)
    >>> memory, station = fb.Memory(name="ion", efficiency=0.3), fb.Station(name="midpoint")
    >>> best = fb.analysis.optimal_bright_state(link, memory, memory, station, fidelity=0.9)
    >>> round(best.bright_state, 4), round(best.rate_hz, 1)
    (0.1045, 78.9)
    >>> best = fb.analysis.optimal_bright_state(link, memory, memory, station, protocol="bbm92")
    >>> round(best.bright_state, 4), round(best.key_rate_hz("bbm92"), 1)
    (0.0715, 23.0)
    """
    if (fidelity is None) == (protocol is None):
        raise ValueError("give either a fidelity or a protocol")

    def point(bright_state: float) -> BrightStatePoint:
        return _point(link, memory_a, memory_b, station, bright_state, interfaces)

    def best(value: Callable[[BrightStatePoint], float], low: float, high: float) -> BrightStatePoint:
        grid = [low, *(x for x in _GRID if low < x < high), high]
        values = [value(point(x)) for x in grid]
        top = int(np.argmax(values))
        around = grid[max(top - 1, 0)], grid[min(top + 1, len(grid) - 1)]
        refined = point(highest(lambda x: value(point(x)), *around))
        return max(refined, point(grid[top]), key=value)

    generation = with_bright_state(link, _GRID[0]).generation
    assert isinstance(generation, SingleClick)
    ratio = (generation.bright_state_b or generation.bright_state) / generation.bright_state
    low, high = _GRID[0] / max(ratio, 1), _GRID[-1] / max(ratio, 1)
    if protocol is not None:
        found = best(lambda p: p.key_rate_hz(protocol), low, high)
        if found.key_rate_hz(protocol) <= 0:
            raise ValueError(f"no bright state makes a key with {protocol!r}")
        return found
    assert fidelity is not None
    clearest = best(lambda p: p.fidelity, low, high)
    if clearest.fidelity < fidelity:
        raise ValueError(f"fidelity is {fidelity:.9g}; allowed: at most {clearest.fidelity:.6g}, the best of any bright state")
    # From there on the fidelity falls.
    below, above = clearest.bright_state, high
    while above - below > 1e-12 * above:
        middle = (below + above) / 2
        below, above = (middle, above) if point(middle).fidelity >= fidelity else (below, middle)
    return best(lambda p: p.rate_hz, clearest.bright_state, below)
