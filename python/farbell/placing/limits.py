"""What a target demands of a placement: bounds of its spans and of the repeaters on its paths."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from farbell._core import DoubleClick, Given, Memory, SingleClick, SpecError, Station
from farbell.bounds import Forbidden, forbidding_bound
from farbell.topology import chain
from farbell.topology.network import checked_number

__all__ = ["longest_span_m", "most_repeaters", "placement_limits"]

# Half-way round the Earth.
_LONGEST_M = 2e7
# A path of more repeaters is not looked at for what its fidelity allows.
_MOST_REPEATERS = 1000


def _forbidden(spans: int, length_m: float, target: Mapping[str, float], hardware: Mapping[str, Any]) -> Forbidden | None:
    return forbidding_bound(chain(spans + 1, length_m=length_m, **hardware), target)


def longest_span_m(target: Mapping[str, float], hardware: Mapping[str, Any]) -> float:
    """The longest span, within a metre, that bounds do not forbid; `hardware` as for `chain`."""
    if isinstance(hardware.get("generation"), Given):
        raise SpecError("generation", "given, which is the same for any length", "double_click or single_click")
    if (none := _forbidden(1, 0.0, target, hardware)) is not None:
        raise SpecError(none.quantity, f"{none.target:g}", f"at most {none.bound:.6g}, which one span of no length reaches")
    low, high = 0.0, 1e3
    while high < _LONGEST_M and _forbidden(1, high, target, hardware) is None:
        low, high = high, min(2 * high, _LONGEST_M)
    while high - low > 1:
        middle = (low + high) / 2
        low, high = (low, middle) if _forbidden(1, middle, target, hardware) else (middle, high)
    return low


def most_repeaters(fidelity: float, span_m: float, hardware: Mapping[str, Any], most: int = _MOST_REPEATERS) -> int:
    """The most repeaters, between spans of a length, with which a path can reach a fidelity when nothing waits."""
    low, high = 0, 1
    # Each more lowers it: first doubled, then halved.
    while high <= most and _forbidden(high + 1, span_m, {"fidelity": fidelity}, hardware) is None:
        low, high = high, 2 * high
    high = min(high, most + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _forbidden(middle + 1, span_m, {"fidelity": fidelity}, hardware) else (middle, high)
    return low


def placement_limits(
    *,
    rate_hz: float,
    fidelity: float | None = None,
    memory: Memory | None = None,
    station: Station | None = None,
    generation: DoubleClick | SingleClick | None = None,
    **options: Any,
) -> dict[str, float | int]:
    """What a target demands of a placement, for given hardware: the longest span, and the most repeaters on a path.

    Parameters
    ----------
    rate_hz : float
        Delivered pairs per second: no span may be longer than one that makes as many.
    fidelity : float, optional
        Fidelity of the delivered pairs: no span may make worse ones, nor may a path have so many repeaters that its pairs are
        worse even when nothing waits.
    memory, station, generation, **options
        The hardware, as for :func:`farbell.chain`; ``width`` among them.

    Returns
    -------
    dict
        ``max_span_m``, within a metre, and ``max_repeaters``, for spans of that length, if a fidelity is given: keywords of
        :func:`placement`. Both come from bounds: they are necessary, and whether they suffice a run says, such as those of
        :func:`placement_for_target`.

    Raises
    ------
    SpecError
        No span reaches the target, or the generation is ``given``, which is the same for any length.

    Examples
    --------
    >>> import farbell as fb
    >>> limits = fb.placement_limits(rate_hz=10, fidelity=0.9)
    >>> round(limits["max_span_m"] / 1e3), limits["max_repeaters"]
    (81, 8)
    """
    checked_number(rate_hz, "rate_hz", 0, math.inf)
    hardware = {"memory": memory, "station": station, "generation": generation, **options}
    target = {"rate_hz": rate_hz} if fidelity is None else {"rate_hz": rate_hz, "fidelity": fidelity}
    span_m = longest_span_m(target, hardware)
    limits: dict[str, float | int] = {"max_span_m": span_m}
    if fidelity is not None:
        limits["max_repeaters"] = most_repeaters(fidelity, span_m, hardware)
    return limits
