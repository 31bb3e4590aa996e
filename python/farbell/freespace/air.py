"""What the atmosphere takes, and how it widens a beam. See docs/physics/free_space.md."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from farbell._core import SpecError
from farbell.freespace._checks import Array, array, distances, elevations, metres, not_negative, within
from farbell.freespace.geometry import altitude_at_m
from farbell.topology.geo import EARTH_RADIUS_M

__all__ = ["Air", "Background", "air_mass", "coherence_radius_m", "horizontal_coherence_radius_m", "hufnagel_valley"]

# Above it the profile holds less than 1e-6 of the turbulence of HV 5/7.
TOP_OF_TURBULENCE_M = 30e3


def air_mass(elevation_deg: Any) -> Array:
    """How much more air a slant path crosses than one to the zenith.

    Parameters
    ----------
    elevation_deg : float or array of float
        Apparent angle above the horizon, 0 to 90 degrees.

    Returns
    -------
    numpy.ndarray
        ``1 / (sin e + 0.50572 (e + 6.07995)^-1.6364)`` with e in degrees: 1 at the zenith (0.9997), 38 at the horizon.

    Raises
    ------
    SpecError
        An elevation is out of range.

    References
    ----------
    F. Kasten and A. T. Young, "Revised optical air mass tables and approximation formula", Applied Optics 28, 4735 (1989).

    Examples
    --------
    >>> import farbell as fb
    >>> fb.freespace.air_mass([90, 30, 10]).round(3).tolist()
    [1.0, 1.994, 5.586]
    """
    elevation = elevations(elevation_deg)
    return np.asarray(1 / (np.sin(np.radians(elevation)) + 0.50572 * (elevation + 6.07995) ** -1.6364))


def hufnagel_valley(height_m: Any, ground_cn2: float = 1.7e-14, wind_m_per_s: float = 21.0) -> Array:
    """Strength of turbulence over height.

    Parameters
    ----------
    height_m : float or array of float
        Above the ground, in metres.
    ground_cn2 : float
        Index structure parameter at the ground, in m^(-2/3).
    wind_m_per_s : float
        Wind at great height.

    Returns
    -------
    numpy.ndarray
        Index structure parameter Cn^2 in m^(-2/3). The defaults are the model HV 5/7: at 500 nm a Fried parameter of 5 cm.

    Raises
    ------
    SpecError
        A number is below 0.

    References
    ----------
    R. R. Beland, "Propagation through Atmospheric Optical Turbulence", in The Infrared and Electro-Optical Systems Handbook,
    vol. 2 (SPIE, 1993).

    Examples
    --------
    >>> import farbell as fb
    >>> [f"{value:.2e}" for value in fb.freespace.hufnagel_valley([0, 10e3])]
    ['1.73e-14', '1.67e-17']
    """
    height = array(height_m, "height_m", 0, 1e9, "at least 0 m")
    wind, ground = not_negative(wind_m_per_s, "wind_m_per_s"), not_negative(ground_cn2, "ground_cn2")
    high = 0.00594 * (wind / 27) ** 2 * (1e-5 * height) ** 10 * np.exp(-height / 1000)
    return np.asarray(high + 2.7e-16 * np.exp(-height / 1500) + ground * np.exp(-height / 100))


# Gauss and Legendre on the square root of height, where the profile is smooth down to the ground.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)


def coherence_radius_m(
    wavelength_m: float | str,
    elevation_deg: Any,
    distance_m: Any,
    *,
    up: bool,
    ground_cn2: float = 1.7e-14,
    wind_m_per_s: float = 21.0,
) -> Array:
    """Coherence radius, at the sender, of a spherical wave from the receiver: how much turbulence spreads a beam.

    Parameters
    ----------
    wavelength_m : float or str
        Of the light.
    elevation_deg, distance_m : float or array of float
        Of the satellite for the station: degrees above the horizon, metres.
    up : bool
        Whether the station sends. Turbulence near the sender spreads a beam, turbulence near the receiver does not: a downlink
        has a coherence radius of metres, an uplink of centimetres.
    ground_cn2, wind_m_per_s : float
        As for :func:`hufnagel_valley`.

    Returns
    -------
    numpy.ndarray
        ``(1.46 k^2 integral of Cn^2(s) (r / d)^(5/3) ds)^(-3/5)`` in metres, r being the distance from the receiver;
        infinite without turbulence.

    Raises
    ------
    SpecError
        A number is out of range.

    References
    ----------
    R. L. Fante, "Electromagnetic beam propagation in turbulent media", Proc. IEEE 63, 1669 (1975).

    Examples
    --------
    >>> import farbell as fb
    >>> rho = fb.freespace.coherence_radius_m("785 nm", 90, 500e3, up=True)
    >>> round(float(rho) * 100, 1)
    4.1
    """
    wavelength = metres(wavelength_m, "wavelength_m")
    elevation, distance = np.broadcast_arrays(elevations(elevation_deg), distances(distance_m))
    top = np.sqrt(np.minimum(altitude_at_m(elevation, distance), TOP_OF_TURBULENCE_M))[..., None]
    root = top * (1 + _NODES) / 2
    height = root**2
    along = (EARTH_RADIUS_M * np.sin(np.radians(elevation)))[..., None]
    excess = height * (2 * EARTH_RADIUS_M + height)
    slope = np.sqrt(along**2 + excess)
    from_station = excess / (slope + along)
    # ds = dh (R + h) / slope, and dh = 2 root d(root).
    step = (EARTH_RADIUS_M + height) / slope * 2 * root * top * _WEIGHTS / 2
    share = np.clip(from_station / distance[..., None], 0, 1)
    weight = (1 - share if up else share) ** (5 / 3)
    total = (hufnagel_valley(height, ground_cn2, wind_m_per_s) * weight * step).sum(axis=-1)
    return _radius(wavelength, total)


def horizontal_coherence_radius_m(wavelength_m: float | str, distance_m: Any, cn2: float) -> Array:
    """The same for a path along which turbulence is equally strong.

    Parameters
    ----------
    wavelength_m : float or str
        Of the light.
    distance_m : float or array of float
        Length of the path, in metres.
    cn2 : float
        Index structure parameter, in m^(-2/3).

    Returns
    -------
    numpy.ndarray
        ``(1.46 k^2 Cn^2 d 3/8)^(-3/5)`` in metres.

    Raises
    ------
    SpecError
        A number is out of range.

    Examples
    --------
    >>> import farbell as fb
    >>> round(float(fb.freespace.horizontal_coherence_radius_m("785 nm", 10e3, cn2=1e-15)) * 100, 1)
    3.0
    """
    wavelength, distance = metres(wavelength_m, "wavelength_m"), distances(distance_m)
    return _radius(wavelength, np.asarray(3 / 8 * not_negative(cn2, "cn2") * distance))


def _radius(wavelength_m: float, total: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.asarray((1.46 * (2 * math.pi / wavelength_m) ** 2 * total) ** (-3 / 5))


@dataclass(frozen=True)
class Air:
    """The atmosphere over a station.

    Attributes
    ----------
    zenith_transmission : float
        What it passes of light that comes from the zenith, at the wavelength of the link: above 0, at most 1.
    ground_cn2, wind_m_per_s : float
        Turbulence, as for :func:`hufnagel_valley`. With both 0 what is left is that of the free air, 2.7e-16 m^(-2/3).
    turbulent : bool
        False: no turbulence at all.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.freespace.Air(zenith_transmission=0.8).transmission([90, 30, 10]).round(3).tolist()
    [0.8, 0.641, 0.288]
    """

    zenith_transmission: float = 1.0
    ground_cn2: float = 1.7e-14
    wind_m_per_s: float = 21.0
    turbulent: bool = True

    def __post_init__(self) -> None:
        within(self.zenith_transmission, "air/zenith_transmission", 0, 1, "above 0, at most 1", open_low=True)
        not_negative(self.ground_cn2, "air/ground_cn2")
        not_negative(self.wind_m_per_s, "air/wind_m_per_s")

    def transmission(self, elevation_deg: Any) -> Array:
        """What it passes of light that comes slantwise: ``zenith_transmission ** air_mass``.

        Parameters
        ----------
        elevation_deg : float or array of float
            Angle above the horizon, 0 to 90 degrees.

        Returns
        -------
        numpy.ndarray
            Probabilities.

        Raises
        ------
        SpecError
            An elevation is out of range.
        """
        # The fitted air mass of the zenith is 0.9997.
        return np.asarray(self.zenith_transmission ** np.maximum(1, air_mass(elevation_deg)))


@dataclass(frozen=True)
class Background:
    """Light behind the sender: the sky over a station, or the ground under a satellite.

    Attributes
    ----------
    day_radiance, night_radiance : float
        Spectral radiance at the wavelength of the link, in W / (m^2 sr nm).
    night_below_deg : float
        It is night while the Sun stands lower than this: -6, the end of civil twilight, unless you say otherwise.

    Examples
    --------
    >>> import farbell as fb
    >>> sky = fb.freespace.Background(day_radiance=1e-2, night_radiance=1e-7)
    >>> sky.radiance([30, -30]).tolist()
    [0.01, 1e-07]
    """

    day_radiance: float = 0.0
    night_radiance: float = 0.0
    night_below_deg: float = -6.0

    def __post_init__(self) -> None:
        day, night = (not_negative(getattr(self, name), f"background/{name}") for name in ("day_radiance", "night_radiance"))
        within(self.night_below_deg, "background/night_below_deg", -90, 90, "an elevation of the Sun from -90 to 90 degrees")
        if night > day:
            raise SpecError("background/night_radiance", repr(night), f"at most the day_radiance, {day!r}")

    def radiance(self, sun_elevation_deg: Any) -> Array:
        """By day or by night.

        Parameters
        ----------
        sun_elevation_deg : float or array of float
            Of the Sun over the station, as of :func:`farbell.freespace.sun_elevation_deg`.

        Returns
        -------
        numpy.ndarray
            In W / (m^2 sr nm).

        Raises
        ------
        SpecError
            An elevation is out of range.
        """
        sun = array(sun_elevation_deg, "sun_elevation_deg", -90, 90, "an elevation of the Sun from -90 to 90 degrees")
        return np.where(sun < self.night_below_deg, self.night_radiance, self.day_radiance)
