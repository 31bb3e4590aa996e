"""A beam that spreads, wanders and is caught by an aperture. See docs/physics/free_space.md."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from farbell._core import SpecError
from farbell.freespace._checks import Array, array, distances, metres, not_negative, probability, seconds, set_field, within
from farbell.freespace.geometry import SPEED_OF_LIGHT_M_PER_S

__all__ = ["Beam", "Receiver"]

PLANCK_J_S = 6.626_070_15e-34


@dataclass(frozen=True)
class Beam:
    """What leaves a telescope.

    Attributes
    ----------
    wavelength_m : float or str
        Also as text, "785 nm".
    waist_radius_m : float or str
        Radius at which the intensity has fallen to 1/e^2 of that on the axis, where the beam leaves the telescope. The full
        width at 1/e^2 is twice that.
    pointing_sigma_rad : float
        Standard deviation of the pointing error about each of two axes, in radians.
    shape : str
        ``gaussian``; or ``flat_disc``, the rule of thumb that spreads the power evenly over the disc of the 1/e^2 radius: on a
        small aperture 3 dB less than the Gaussian.
    efficiency : float
        What the sending telescope passes; also what it cuts off of the Gaussian.

    Examples
    --------
    >>> import farbell as fb
    >>> beam = fb.freespace.Beam(wavelength_m="785 nm", waist_radius_m="10 cm", pointing_sigma_rad=1e-6)
    >>> round(float(beam.radius_m(1000e3)), 2), round(float(beam.collected(1000e3, aperture_diameter_m=1.0)), 4)
    (2.5, 0.0476)
    """

    wavelength_m: float | str
    waist_radius_m: float | str
    pointing_sigma_rad: float = 0.0
    shape: str = "gaussian"
    efficiency: float = 1.0

    def __post_init__(self) -> None:
        set_field(self, "wavelength_m", metres(self.wavelength_m, "beam/wavelength_m"))
        set_field(self, "waist_radius_m", metres(self.waist_radius_m, "beam/waist_radius_m"))
        allowed = "from 0 to 0.01 rad: beyond, angles are no longer small"
        set_field(self, "pointing_sigma_rad", within(self.pointing_sigma_rad, "beam/pointing_sigma_rad", 0, 0.01, allowed))
        set_field(self, "efficiency", probability(self.efficiency, "beam/efficiency"))
        if self.shape not in ("gaussian", "flat_disc"):
            raise SpecError("beam/shape", repr(self.shape), '"gaussian" or "flat_disc"')

    def radius_m(self, distance_m: Any) -> Array:
        """Radius at 1/e^2 of the intensity, in metres, by diffraction alone.

        Parameters
        ----------
        distance_m : float or array of float
            From the telescope, in metres.

        Returns
        -------
        numpy.ndarray
            ``w0 sqrt(1 + (d lambda / (pi w0^2))^2)``.

        Raises
        ------
        SpecError
            A distance is not above 0.
        """
        waist, distance = float(self.waist_radius_m), distances(distance_m)
        return np.asarray(waist * np.hypot(1, distance * float(self.wavelength_m) / (math.pi * waist**2)))

    def mean_radius_m(self, distance_m: Any, coherence_radius_m: Any = math.inf) -> Array:
        """The same for the mean intensity over pointing errors and turbulence.

        Parameters
        ----------
        distance_m : float or array of float
            From the telescope, in metres.
        coherence_radius_m : float or array of float
            That of turbulence, as of :func:`farbell.freespace.coherence_radius_m`; infinite: none.

        Returns
        -------
        numpy.ndarray
            ``sqrt(w^2 + 4 (sigma d)^2 + 2 (lambda d / (pi rho0))^2)``, in metres.

        Raises
        ------
        SpecError
            A distance or coherence radius is not above 0.
        """
        distance = distances(distance_m)
        coherence = array(coherence_radius_m, "coherence_radius_m", math.nextafter(0, 1), math.inf, "above 0 m")
        spread = math.sqrt(2) * float(self.wavelength_m) * distance / (math.pi * coherence)
        return np.asarray(np.sqrt(self.radius_m(distance) ** 2 + 4 * (self.pointing_sigma_rad * distance) ** 2 + spread**2))

    def collected(self, distance_m: Any, aperture_diameter_m: float | str, coherence_radius_m: Any = math.inf) -> Array:
        """Mean share of the light that falls on a round aperture.

        Parameters
        ----------
        distance_m : float or array of float
            From the telescope, in metres.
        aperture_diameter_m : float or str
            Of the receiving telescope.
        coherence_radius_m : float or array of float
            As for :meth:`mean_radius_m`.

        Returns
        -------
        numpy.ndarray
            ``1 - exp(-2 a^2 / w^2)`` with the aperture's radius a and the mean radius w; of a flat disc ``min(1, a^2 / w^2)``.
            Times the beam's efficiency.

        Raises
        ------
        SpecError
            A length is not above 0.
        """
        aperture = metres(aperture_diameter_m, "aperture_diameter_m") / 2
        ratio = (aperture / self.mean_radius_m(distance_m, coherence_radius_m)) ** 2
        share = -np.expm1(-2 * ratio) if self.shape == "gaussian" else np.minimum(1, ratio)
        return np.asarray(self.efficiency * share)


@dataclass(frozen=True)
class Receiver:
    """A telescope and a detector behind it.

    Attributes
    ----------
    aperture_diameter_m : float or str
        Of the telescope.
    efficiency : float
        From the telescope to a click: optics, filter, coupling, detector.
    field_of_view_rad : float
        Full angle of the cone from which light comes to the detector, in radians.
    filter_width_nm : float
        Width of the spectral filter, in nanometres.
    dark_count_rate_hz : float
        Clicks without light.
    window_s : float or str
        How long a click counts for an attempt.

    Examples
    --------
    >>> import farbell as fb
    >>> receiver = fb.freespace.Receiver(
    ...     aperture_diameter_m=1.0, efficiency=0.5, field_of_view_rad=50e-6, filter_width_nm=1.0
    ... )
    >>> round(float(receiver.background_rate_hz(radiance=1e-8, wavelength_m=785e-9)), 1)
    30.5
    """

    aperture_diameter_m: float | str
    efficiency: float = 1.0
    field_of_view_rad: float = 0.0
    filter_width_nm: float = 0.0
    dark_count_rate_hz: float = 0.0
    window_s: float | str = 1e-9

    def __post_init__(self) -> None:
        set_field(self, "aperture_diameter_m", metres(self.aperture_diameter_m, "receiver/aperture_diameter_m"))
        set_field(self, "efficiency", probability(self.efficiency, "receiver/efficiency"))
        allowed = "from 0 to 3.14159 rad"
        set_field(self, "field_of_view_rad", within(self.field_of_view_rad, "receiver/field_of_view_rad", 0, math.pi, allowed))
        set_field(self, "filter_width_nm", not_negative(self.filter_width_nm, "receiver/filter_width_nm"))
        set_field(self, "dark_count_rate_hz", not_negative(self.dark_count_rate_hz, "receiver/dark_count_rate_hz"))
        set_field(self, "window_s", seconds(self.window_s, "receiver/window_s"))

    def background_rate_hz(self, radiance: Any, wavelength_m: float | str) -> Array:
        """Clicks by light from behind the sender.

        Parameters
        ----------
        radiance : float or array of float
            Spectral radiance of what the telescope sees, in W / (m^2 sr nm).
        wavelength_m : float or str
            Of the filter's middle.

        Returns
        -------
        numpy.ndarray
            ``efficiency H Omega A B lambda / (h c)`` with the solid angle ``Omega = 2 pi (1 - cos(field_of_view / 2))``, the
            aperture's area A and the filter's width B; in hertz.

        Raises
        ------
        SpecError
            A radiance is below 0, or the wavelength is not above 0.
        """
        power = array(radiance, "radiance", 0, 1e300, "at least 0 W / (m^2 sr nm)") * self.filter_width_nm
        solid_angle = 4 * math.pi * math.sin(self.field_of_view_rad / 4) ** 2
        area = math.pi * float(self.aperture_diameter_m) ** 2 / 4
        photon_energy = PLANCK_J_S * SPEED_OF_LIGHT_M_PER_S / metres(wavelength_m, "wavelength_m")
        return np.asarray(self.efficiency * power * solid_angle * area / photon_energy)
