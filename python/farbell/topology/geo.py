"""Lengths from coordinates: great circles, and how much longer a fibre is. See docs/physics/fiber_lengths.md."""

from __future__ import annotations

import math

from farbell._core import SpecError

__all__ = ["EARTH_RADIUS_M", "between", "great_circle_m"]

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth (IUGG R1, GRS 80), in metres."""


def great_circle_m(from_deg: tuple[float, float], to_deg: tuple[float, float]) -> float:
    """Shortest distance between two places on the surface of a spherical Earth.

    Parameters
    ----------
    from_deg, to_deg : tuple of float
        Latitude and longitude of each place, in degrees.

    Returns
    -------
    float
        Distance in metres. The Earth's flattening is left out: at most 0.6 % of the distance.

    References
    ----------
    R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 159 (1984). Radius: H. Moritz, "Geodetic Reference
    System 1980", J. Geodesy 74, 128 (2000).

    Examples
    --------
    >>> import farbell as fb
    >>> round(fb.topology.great_circle_m((52.0067, 4.3556), (52.3740, 4.8897)) / 1e3, 1)
    54.7
    """
    latitude_a, longitude_a, latitude_b, longitude_b = map(math.radians, (*from_deg, *to_deg))
    half_chord_squared = (
        math.sin((latitude_b - latitude_a) / 2) ** 2
        + math.cos(latitude_a) * math.cos(latitude_b) * math.sin((longitude_b - longitude_a) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(half_chord_squared)))


def between(from_deg: tuple[float, float], to_deg: tuple[float, float], share: float) -> tuple[float, float]:
    """Latitude and longitude on the great circle between two places, at a share of the way. Of opposite places any way does."""
    latitude_a, longitude_a, latitude_b, longitude_b = map(math.radians, (*from_deg, *to_deg))
    a, b = (
        (math.cos(latitude) * math.cos(longitude), math.cos(latitude) * math.sin(longitude), math.sin(latitude))
        for latitude, longitude in ((latitude_a, longitude_a), (latitude_b, longitude_b))
    )
    angle = great_circle_m(from_deg, to_deg) / EARTH_RADIUS_M
    if math.sin(angle) < 1e-12:
        return from_deg if share < 0.5 else to_deg
    of_a, of_b = math.sin((1 - share) * angle) / math.sin(angle), math.sin(share * angle) / math.sin(angle)
    x, y, z = (of_a * i + of_b * j for i, j in zip(a, b, strict=True))
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))


def checked_detour_factor(factor: float) -> float:
    """The factor, if a fibre can have it: none is shorter than the great circle between its ends."""
    if isinstance(factor, bool) or not isinstance(factor, (int, float)) or not 1 <= factor < math.inf:
        raise SpecError("detour_factor", repr(factor), "at least 1: fibre length over great-circle distance")
    return float(factor)


def checked_degrees(value: object, limit: float, path: str, what: str) -> float:
    """A latitude or longitude, from a number or its text."""
    allowed = f"a {what} from {-limit:g} to {limit:g} degrees"
    try:
        # Python would read "1_0" as ten.
        number = float("nan") if isinstance(value, str) and "_" in value else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not -limit <= number <= limit:
        raise SpecError(path, repr(value)[:60], allowed, "")
    return number


def length_note(detour_factor: float) -> str:
    return (
        "Fibre lengths are estimates: great circles between the nodes' coordinates (haversine, R = 6371.0088 km) "
        f"times a detour factor of {detour_factor:g}."
    )
