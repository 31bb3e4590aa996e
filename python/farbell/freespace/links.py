"""Links through air and space: what arrives, what clicks without it, what pairs that makes. See docs/physics/free_space.md."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from farbell._core import Given, Multiplexing, SpecError, Werner
from farbell._numbers import whole
from farbell.freespace._checks import Array, array, distances, elevations, not_negative, positive, probability, within
from farbell.freespace.air import Air, Background, coherence_radius_m, horizontal_coherence_radius_m
from farbell.freespace.beam import Beam, Receiver

__all__ = ["Arm", "Downlink", "Horizontal", "PairSource", "Uplink"]


class Arm(NamedTuple):
    """A way that a photon of a pair takes to its detector.

    Attributes
    ----------
    transmission : float or numpy.ndarray
        Probability that the photon makes a click.
    noise : float or numpy.ndarray
        Probability of a click without it in the window of an attempt.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.freespace.Arm(transmission=1e-3, noise=1e-6).noise
    1e-06
    """

    transmission: Any
    noise: Any = 0.0


def _noise(receiver: Receiver, background: Background, wavelength_m: float, sun_elevation_deg: Any) -> Array:
    rate = receiver.background_rate_hz(background.radiance(sun_elevation_deg), wavelength_m) + receiver.dark_count_rate_hz
    return np.asarray(-np.expm1(-rate * float(receiver.window_s)))


@dataclass(frozen=True)
class _Slant:
    """Between a station and a satellite; which of them sends is said by the classes below."""

    beam: Beam
    receiver: Receiver
    air: Air = field(default_factory=Air)
    background: Background = field(default_factory=Background)

    _up = False

    def transmission(self, elevation_deg: Any, distance_m: Any) -> Array:
        """Mean probability that a photon that enters the sending telescope makes a click.

        Parameters
        ----------
        elevation_deg, distance_m : float or array of float
            Of the satellite for the station: degrees above the horizon, metres.

        Returns
        -------
        numpy.ndarray
            What the aperture collects, times what the air passes, times the efficiencies of beam and receiver.

        Raises
        ------
        SpecError
            An elevation or a distance is out of range.
        """
        elevation, distance = np.broadcast_arrays(elevations(elevation_deg), distances(distance_m))
        coherence: Any = math.inf
        if self.air.turbulent:
            coherence = coherence_radius_m(
                self.beam.wavelength_m, elevation, distance,
                up=self._up, ground_cn2=self.air.ground_cn2, wind_m_per_s=self.air.wind_m_per_s,
            )  # fmt: skip
        collected = self.beam.collected(distance, self.receiver.aperture_diameter_m, coherence)
        return np.asarray(collected * self.air.transmission(elevation) * self.receiver.efficiency)

    def noise(self, sun_elevation_deg: Any) -> Array:
        """Probability of a click without a photon of the pair, in the window of an attempt.

        Parameters
        ----------
        sun_elevation_deg : float or array of float
            Of the Sun over the station.

        Returns
        -------
        numpy.ndarray
            ``1 - exp(-(background + dark counts) window)``.

        Raises
        ------
        SpecError
            An elevation is out of range.
        """
        return _noise(self.receiver, self.background, float(self.beam.wavelength_m), sun_elevation_deg)

    def arm(self, elevation_deg: Any, distance_m: Any, sun_elevation_deg: Any = -90.0) -> Arm:
        """Both of it, for :meth:`PairSource.pairs`."""
        return Arm(self.transmission(elevation_deg, distance_m), self.noise(sun_elevation_deg))


@dataclass(frozen=True)
class Downlink(_Slant):
    """From a satellite to a station. Two of them from one satellite are a double downlink.

    Attributes
    ----------
    beam : Beam
        What the satellite sends.
    receiver : Receiver
        At the station.
    air : Air
        Over the station.
    background : Background
        The sky over the station.

    Examples
    --------
    >>> import farbell as fb
    >>> link = fb.freespace.Downlink(
    ...     beam=fb.freespace.Beam(wavelength_m="810 nm", waist_radius_m="10 cm", pointing_sigma_rad=1e-6),
    ...     receiver=fb.freespace.Receiver(aperture_diameter_m=1.0, efficiency=0.5),
    ...     air=fb.freespace.Air(zenith_transmission=0.8),
    ... )
    >>> link.transmission([90, 20], [500e3, 1193e3]).round(4).tolist()
    [0.0683, 0.0085]
    """


@dataclass(frozen=True)
class Uplink(_Slant):
    """From a station to a satellite.

    Attributes
    ----------
    beam : Beam
        What the station sends.
    receiver : Receiver
        On the satellite.
    air : Air
        Over the station.
    background : Background
        The ground under the satellite.

    Examples
    --------
    >>> import farbell as fb
    >>> beam = fb.freespace.Beam(wavelength_m="810 nm", waist_radius_m="10 cm")
    >>> receiver = fb.freespace.Receiver(aperture_diameter_m=0.3)
    >>> up, down = fb.freespace.Uplink(beam, receiver), fb.freespace.Downlink(beam, receiver)
    >>> float(up.transmission(90, 500e3)) < float(down.transmission(90, 500e3)) / 5
    True
    """

    _up = True


@dataclass(frozen=True)
class Horizontal:
    """Between two places on the ground, or in the air, where the air is the same all along.

    Attributes
    ----------
    beam : Beam
        What is sent.
    receiver : Receiver
        Where it arrives.
    extinction_db_per_km : float
        What the air takes.
    cn2 : float
        Index structure parameter of the turbulence, in m^(-2/3).
    background : Background
        What the receiver sees behind the sender.

    Examples
    --------
    >>> import farbell as fb
    >>> link = fb.freespace.Horizontal(
    ...     beam=fb.freespace.Beam(wavelength_m="810 nm", waist_radius_m="5 cm"),
    ...     receiver=fb.freespace.Receiver(aperture_diameter_m=0.2),
    ...     extinction_db_per_km=0.2,
    ...     cn2=1e-15,
    ... )
    >>> link.transmission([1e3, 10e3]).round(3).tolist()
    [0.955, 0.409]
    """

    beam: Beam
    receiver: Receiver
    extinction_db_per_km: float = 0.0
    cn2: float = 0.0
    background: Background = field(default_factory=Background)

    def __post_init__(self) -> None:
        not_negative(self.extinction_db_per_km, "horizontal/extinction_db_per_km")
        not_negative(self.cn2, "horizontal/cn2")

    def transmission(self, distance_m: Any) -> Array:
        """Mean probability that a photon that enters the sending telescope makes a click.

        Parameters
        ----------
        distance_m : float or array of float
            Length of the path, in metres.

        Returns
        -------
        numpy.ndarray
            What the aperture collects, times ``10^(-extinction d / 10)``, times the efficiencies.

        Raises
        ------
        SpecError
            A distance is not above 0.
        """
        distance = distances(distance_m)
        coherence = horizontal_coherence_radius_m(self.beam.wavelength_m, distance, self.cn2)
        collected = self.beam.collected(distance, self.receiver.aperture_diameter_m, coherence)
        return np.asarray(collected * 10 ** (-self.extinction_db_per_km * distance / 1e4) * self.receiver.efficiency)

    def noise(self, sun_elevation_deg: Any) -> Array:
        """Probability of a click without a photon of the pair, as for a satellite."""
        return _noise(self.receiver, self.background, float(self.beam.wavelength_m), sun_elevation_deg)

    def arm(self, distance_m: Any, sun_elevation_deg: Any = -90.0) -> Arm:
        """Both of it, for :meth:`PairSource.pairs`."""
        return Arm(self.transmission(distance_m), self.noise(sun_elevation_deg))


@dataclass(frozen=True)
class PairSource:
    """A source of entangled pairs, one of whose photons, or both, go through free space.

    Attributes
    ----------
    attempt_rate_hz : float
        Attempts a second.
    pair_probability : float
        That an attempt makes a pair; with one arm, times the efficiency of the memory that keeps the other half. Attempts with
        two pairs are left out.
    fidelity : float
        Of the pair as it is made, to Phi+; its noise is white.
    modes : int
        With one arm: attempts of a memory, in modes of its own, before it waits for word of them.

    Examples
    --------
    >>> import farbell as fb
    >>> source = fb.freespace.PairSource(attempt_rate_hz=1e6, pair_probability=0.05, fidelity=0.98)
    >>> success, fidelity = source.pairs(fb.freespace.Arm(1e-2, 1e-6), fb.freespace.Arm(2e-3, 1e-6))
    >>> f"{success:.3e} {fidelity:.4f}"
    '1.001e-06 0.9796'
    """

    attempt_rate_hz: float
    pair_probability: float = 1.0
    fidelity: float = 1.0
    modes: int = 1

    def __post_init__(self) -> None:
        positive(self.attempt_rate_hz, "source/attempt_rate_hz")
        probability(self.pair_probability, "source/pair_probability")
        within(self.fidelity, "source/fidelity", 0.25, 1, "from 0.25 to 1")
        if not 1 <= whole(self.modes, "source/modes") <= 1_000_000:
            raise SpecError("source/modes", repr(self.modes), "from 1 to 1000000")

    def pairs(self, *arms: Arm) -> tuple[Array, Array]:
        """How often an attempt ends in a click in every arm, and what is then shared.

        Parameters
        ----------
        *arms : Arm
            One, if the other photon stays in a memory at the source; two of a double downlink.

        Returns
        -------
        success, fidelity : numpy.ndarray
            ``P = q prod(c) + (1 - q) prod(d)`` with ``c = 1 - (1 - eta)(1 - d)``, and
            ``1/4 + (F - 1/4) q prod(eta (1 - d)) / P``: where not every click is of its photon alone, white noise is left.

        Raises
        ------
        SpecError
            There are no arms or more than two, or a probability is out of range.
        """
        self._check(arms)
        clicks: Array = np.asarray(1.0)
        dark: Array = np.asarray(1.0)
        true: Array = np.asarray(self.pair_probability)
        for i, arm in enumerate(arms):
            eta = array(arm.transmission, f"arms/{i}/transmission", 0, 1, "from 0 to 1")
            noise = array(arm.noise, f"arms/{i}/noise", 0, 1, "from 0 to 1")
            clicks, dark, true = clicks * (eta + noise - eta * noise), dark * noise, true * eta * (1 - noise)
        success = self.pair_probability * clicks + (1 - self.pair_probability) * dark
        share = np.divide(true, success, out=np.ones_like(success), where=success > 0)
        return success, 0.25 + (self.fidelity - 0.25) * share

    def generation(self, *arms: Arm, herald_delay_s: float) -> Given:
        """How a link makes pairs over these arms, for a scenario.

        Parameters
        ----------
        *arms : Arm
            As for :meth:`pairs`, of one number each. With one, a memory at the source tries again when it knows how the last
            attempt, or train of attempts, ended; with two the source goes on, and stations hold what arrives.
        herald_delay_s : float
            From an attempt until both ends know its result, in seconds.

        Returns
        -------
        Given
            With a Werner state.

        Raises
        ------
        SpecError
            As for :meth:`pairs`.
        """
        success, fidelity = self.pairs(*arms)
        return self._given(float(success), float(fidelity), herald_delay_s, waits=len(arms) == 1)

    def _given(self, success: float, fidelity: float, herald_delay_s: float, waits: bool) -> Given:
        apart = 1 / self.attempt_rate_hz
        return Given(
            success_probability=success,
            attempt_period_s=max(apart, herald_delay_s) if waits else apart,
            herald_delay_s=herald_delay_s,
            state=Werner(fidelity=min(1.0, max(0.25, fidelity))),
            multiplexing=Multiplexing(modes=self.modes, mode_separation_s=apart) if waits and self.modes > 1 else None,
        )

    @staticmethod
    def _check(arms: Sequence[Arm]) -> None:
        if not 1 <= len(arms) <= 2:
            raise SpecError("arms", f"{len(arms)} arms", "one or two: a pair has two photons")
