"""Where a satellite stands for a station on a round Earth, and where the Sun does. See docs/physics/free_space.md."""

from __future__ import annotations

from typing import Any

import numpy as np

from farbell.freespace._checks import Array, array, distances, elevations, metres
from farbell.topology.geo import EARTH_RADIUS_M

__all__ = ["SPEED_OF_LIGHT_M_PER_S", "altitude_at_m", "slant_range_m", "sun_elevation_deg", "time_of_flight_s"]

SPEED_OF_LIGHT_M_PER_S = 299_792_458.0
"""Speed of light in vacuum, in metres per second; in air it is 0.03 % less, which is left out."""


def slant_range_m(elevation_deg: Any, altitude_m: float | str, earth_radius_m: float | str = EARTH_RADIUS_M) -> Array:
    """Distance from a station to a satellite that it sees at an elevation.

    Parameters
    ----------
    elevation_deg : float or array of float
        Angle above the horizon, 0 to 90 degrees.
    altitude_m : float or str
        Of the satellite above the station.
    earth_radius_m : float or str
        From the centre of the Earth to the station.

    Returns
    -------
    numpy.ndarray
        ``sqrt((R + h)**2 - (R cos e)**2) - R sin e``, in metres, of the shape of the elevations.

    Raises
    ------
    SpecError
        An elevation is out of range, or a length is not above 0.

    Examples
    --------
    >>> import farbell as fb
    >>> (fb.freespace.slant_range_m([90, 30, 10], "500 km") / 1e3).round(1).tolist()
    [500.0, 909.4, 1694.6]
    """
    angle = np.radians(elevations(elevation_deg))
    radius, height = metres(earth_radius_m, "earth_radius_m"), metres(altitude_m, "altitude_m")
    along = radius * np.sin(angle)
    # The difference of the usual formula, without its cancellation.
    excess = height * (2 * radius + height)
    return np.asarray(excess / (np.sqrt(along**2 + excess) + along))


def altitude_at_m(elevation_deg: Any, distance_m: Any, earth_radius_m: float | str = EARTH_RADIUS_M) -> Array:
    """How high above a station something is that it sees at an elevation and a distance.

    Parameters
    ----------
    elevation_deg, distance_m : float or array of float
        Angle above the horizon in degrees, and distance in metres.
    earth_radius_m : float or str
        From the centre of the Earth to the station.

    Returns
    -------
    numpy.ndarray
        ``sqrt(R**2 + d**2 + 2 R d sin e) - R``, in metres: the inverse of :func:`slant_range_m`.

    Raises
    ------
    SpecError
        An elevation or a distance is out of range.

    Examples
    --------
    >>> import farbell as fb
    >>> round(float(fb.freespace.altitude_at_m(30, fb.freespace.slant_range_m(30, 500e3))))
    500000
    """
    angle, distance = np.radians(elevations(elevation_deg)), distances(distance_m)
    radius = metres(earth_radius_m, "earth_radius_m")
    excess = distance**2 + 2 * radius * distance * np.sin(angle)
    return np.asarray(excess / (np.sqrt(radius**2 + excess) + radius))


def time_of_flight_s(distance_m: Any) -> Array:
    """Time that light takes over a distance in vacuum.

    Parameters
    ----------
    distance_m : float or array of float
        In metres.

    Returns
    -------
    numpy.ndarray
        ``d / c``, in seconds.

    Raises
    ------
    SpecError
        A distance is not above 0.

    Examples
    --------
    >>> import farbell as fb
    >>> round(float(fb.freespace.time_of_flight_s(1e6)) * 1e3, 4)
    3.3356
    """
    return np.asarray(distances(distance_m) / SPEED_OF_LIGHT_M_PER_S)


def sun_elevation_deg(julian_date: Any, latitude_deg: Any, longitude_deg: Any) -> Array:
    """How high the Sun stands; below 0 it has set.

    Parameters
    ----------
    julian_date : float or array of float
        Days of universal time; 2451545.0 is noon of 1 January 2000.
    latitude_deg, longitude_deg : float or array of float
        Of the place, in degrees; north and east count up. Broadcast with the dates.

    Returns
    -------
    numpy.ndarray
        Geometric elevation of the Sun's centre in degrees, without refraction; good to 0.03 degrees from 1950 to 2050.

    Raises
    ------
    SpecError
        A latitude or longitude is out of range.

    References
    ----------
    U.S. Naval Observatory, "Computing Approximate Solar Coordinates" (1 arc minute within two centuries of 2000), with its
    sidereal time to the first order in time.

    Examples
    --------
    At Greenwich, at noon of the winter solstice of 2026:

    >>> import farbell as fb
    >>> round(float(fb.freespace.sun_elevation_deg(2461396.0, 51.48, 0.0)), 1)
    15.1
    """
    days = array(julian_date, "julian_date", -1e9, 1e9, "days") - 2_451_545.0
    latitude = np.radians(array(latitude_deg, "latitude_deg", -90, 90, "a latitude from -90 to 90 degrees"))
    longitude = array(longitude_deg, "longitude_deg", -180, 360, "a longitude from -180 to 360 degrees")
    anomaly = np.radians(357.529 + 0.98560028 * days)
    ecliptic = np.radians(280.459 + 0.98564736 * days + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))
    obliquity = np.radians(23.439 - 0.00000036 * days)
    ascension = np.arctan2(np.cos(obliquity) * np.sin(ecliptic), np.cos(ecliptic))
    declination = np.arcsin(np.sin(obliquity) * np.sin(ecliptic))
    hour_angle = np.radians(280.46061837 + 360.98564736629 * days + longitude) - ascension
    height = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(hour_angle)
    return np.asarray(np.degrees(np.arcsin(np.clip(height, -1, 1))))
