"""Free-space links against numerical integration, brute force and other formulas of the same things (E13)."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad

import farbell as fb
from physics.cases import case

E13 = case("E13")
fs = fb.freespace
EARTH_M = 6_371_008.8


@pytest.mark.parametrize("elevation", E13.expected)
def test_slant_range(elevation: str) -> None:
    angle = float(elevation.removeprefix("el="))
    found = float(fs.slant_range_m(angle, E13.parameters["h_km"] * 1e3, "6371 km"))
    assert found / 1e3 == pytest.approx(E13.expected[elevation], rel=E13.tolerance)
    assert float(fs.time_of_flight_s(found)) == pytest.approx(E13.expected[elevation] * 1e3 / 299_792_458, rel=E13.tolerance)


def test_slant_range_by_vectors() -> None:
    """The station at (R, 0), the satellite where the ray at this elevation meets the circle of its orbit, found by bisection."""
    for elevation, height in itertools.product([0.0, 3.0, 45.0, 90.0], [20e3, 500e3, 35_786e3]):
        angle = math.radians(elevation)
        low, high = 0.0, 1e8
        for _ in range(200):
            middle = (low + high) / 2
            x, y = EARTH_M + middle * math.sin(angle), middle * math.cos(angle)
            low, high = (middle, high) if math.hypot(x, y) < EARTH_M + height else (low, middle)
        found = float(fs.slant_range_m(elevation, height))
        assert found == pytest.approx(low, rel=1e-9)
        assert float(fs.altitude_at_m(elevation, found)) == pytest.approx(height, rel=1e-9)


@pytest.mark.parametrize("share", [0.3, 1.0, 4.0])
def test_beam_radius_by_the_diffraction_integral(share: float) -> None:
    """Fresnel's integral of a Gaussian in one dimension: where the intensity has fallen to 1/e^2."""
    wavelength, waist = 785e-9, 0.02
    distance = share * math.pi * waist**2 / wavelength
    x = np.linspace(-6 * waist, 6 * waist, 40_001)
    field = np.exp(-((x / waist) ** 2) + 1j * math.pi * x**2 / (wavelength * distance))

    def intensity(at: float) -> float:
        return float(abs((field * np.exp(-2j * math.pi * at * x / (wavelength * distance))).sum()) ** 2)

    radius = float(fs.Beam(wavelength, waist).radius_m(distance))
    assert intensity(radius) / intensity(0) == pytest.approx(math.exp(-2), rel=1e-6)


@pytest.mark.parametrize("pointing", [0.0, 5e-7, 3e-6])
@pytest.mark.parametrize("aperture", [0.3, 6.0])
def test_collected_light_by_integration_over_aperture_and_pointing(pointing: float, aperture: float) -> None:
    """A Gaussian beam that is off by a two-dimensional Gaussian: its intensity over the aperture, averaged over where it is."""
    beam, distance = fs.Beam("810 nm", "15 cm", pointing), 800e3
    w, sigma = float(beam.radius_m(distance)), pointing * distance
    nodes, weights = np.polynomial.legendre.leggauss(80)
    radius, ring = aperture / 4 * (1 + nodes), aperture / 4 * weights
    angle = np.arange(240) * 2 * math.pi / 240

    def caught(offset: float) -> float:
        """By an aperture whose middle is this far from the beam's axis."""
        squares = radius[:, None] ** 2 + offset**2 + 2 * radius[:, None] * offset * np.cos(angle)
        intensity = 2 / (math.pi * w**2) * np.exp(-2 * squares / w**2)
        return float((intensity.mean(axis=1) * 2 * math.pi * radius * ring).sum())

    if sigma == 0:
        expected = caught(0)
    else:
        offsets, steps = 4.5 * sigma * (1 + nodes), 4.5 * sigma * weights
        density = offsets / sigma**2 * np.exp(-(offsets**2) / (2 * sigma**2))
        expected = float(sum(caught(o) * d * s for o, d, s in zip(offsets, density, steps, strict=True)))
    assert float(beam.collected(distance, aperture)) == pytest.approx(expected, rel=1e-6)


def test_a_flat_disc_is_3_db_below_the_gaussian_on_a_small_aperture() -> None:
    gaussian, disc = fs.Beam("810 nm", "10 cm", 1e-6), fs.Beam("810 nm", "10 cm", 1e-6, shape="flat_disc")
    ratio = gaussian.collected(1e6, 0.1) / disc.collected(1e6, 0.1)
    assert 10 * math.log10(float(ratio)) == pytest.approx(10 * math.log10(2), abs=0.005)
    assert float(disc.collected(1e6, 100)) == 1
    assert float(gaussian.mean_radius_m(1e6)) == float(disc.mean_radius_m(1e6))


def test_turbulence_widens_as_a_quadratic_coherence_does() -> None:
    """The extended Huygens and Fresnel integral in one dimension, with the coherence exp(-(x - y)^2 / rho0^2) at the sender."""
    wavelength, waist, distance, rho = 810e-9, 0.1, 500e3, 0.06
    x = np.linspace(-4 * waist, 4 * waist, 401)
    a, b = np.meshgrid(x, x)
    phase = math.pi / (wavelength * distance)
    pair = np.exp(-(a**2 + b**2) / waist**2 - ((a - b) / rho) ** 2 + 1j * phase * (a**2 - b**2))
    at = np.linspace(-40, 40, 2001)
    wave = np.exp(-2j * phase * np.outer(at, x))
    intensity = np.einsum("ki,ij,kj->k", wave.conj(), pair, wave, optimize=True).real
    variance = float((at**2 * intensity).sum() / intensity.sum())
    assert float(fs.Beam(wavelength, waist).mean_radius_m(distance, rho)) == pytest.approx(2 * math.sqrt(variance), rel=1e-6)


@pytest.mark.parametrize("waists", [0.05, 0.4, 1.0, 3.0, 20.0])
def test_what_the_quadratic_coherence_does(waists: float) -> None:
    """On the axis far away, with the power 5/3 instead: -5 % to +10.5 % of the intensity, as the page says."""
    distance, waist = 1e9, 0.1

    def coherence(x: float) -> float:
        return math.exp(-(x**2) / 2 - (waists * x) ** (5 / 3)) * x

    bright = quad(coherence, 0, 40, points=[1 / (1 + waists)], limit=500)[0]
    beam = fs.Beam("810 nm", waist)
    taken = (beam.radius_m(distance) / beam.mean_radius_m(distance, waist / waists)) ** 2
    assert 0.95 < bright / float(taken) < 1.105


def test_hv57_is_named_after_its_fried_parameter() -> None:
    """5 cm at 500 nm for light from space; (rho / rho0)^(5/3) = 3.44 (rho / r0)^(5/3)."""
    rho = float(fs.coherence_radius_m("500 nm", 90, 1e12, up=True))
    assert rho * 3.44 ** (3 / 5) == pytest.approx(0.05, rel=0.02)


@pytest.mark.parametrize("up", [True, False])
@pytest.mark.parametrize("elevation", [90.0, 35.0, 5.0])
def test_coherence_radius_by_another_integral(elevation: float, up: bool) -> None:
    """Along the path, in its length, with heights by the cosine rule."""
    wavelength, distance = 810e-9, float(fs.slant_range_m(elevation, 500e3))

    def integrand(s: float) -> float:
        height = math.sqrt(EARTH_M**2 + s**2 + 2 * EARTH_M * s * math.sin(math.radians(elevation))) - EARTH_M
        strength = 0.00594 * (21 / 27) ** 2 * (1e-5 * height) ** 10 * math.exp(-height / 1000)
        strength += 2.7e-16 * math.exp(-height / 1500) + 1.7e-14 * math.exp(-height / 100)
        return strength * ((distance - s if up else s) / distance) ** (5 / 3)

    edges = [0, 1e2, 1e3, 3e3, 1e4, 3e4, 1e5, distance]
    total = sum(quad(integrand, a, b, limit=200)[0] for a, b in itertools.pairwise(edges) if a < b)
    expected = (1.46 * (2 * math.pi / wavelength) ** 2 * total) ** (-3 / 5)
    assert float(fs.coherence_radius_m(wavelength, elevation, distance, up=up)) == pytest.approx(expected, rel=2e-4)


def test_horizontal_coherence_by_an_integral() -> None:
    total = quad(lambda s: 1e-15 * ((20e3 - s) / 20e3) ** (5 / 3), 0, 20e3)[0]
    expected = (1.46 * (2 * math.pi / 810e-9) ** 2 * total) ** (-3 / 5)
    assert float(fs.horizontal_coherence_radius_m("810 nm", 20e3, cn2=1e-15)) == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("elevation, within", [(90.0, 1e-3), (40.0, 1e-3), (15.0, 0.01)])
def test_air_mass_by_an_exponential_atmosphere(elevation: float, within: float) -> None:
    """A straight ray through air of scale height 8.4 km over a round Earth."""
    scale, angle = 8.4e3, math.radians(elevation)

    def density(s: float) -> float:
        return math.exp(-(math.sqrt(EARTH_M**2 + s**2 + 2 * EARTH_M * s * math.sin(angle)) - EARTH_M) / scale)

    column = quad(density, 0, 1e6, limit=500, points=[1e4, 1e5])[0] / quad(density, 0, 1, epsrel=1e-3)[0]
    vertical = quad(lambda h: math.exp(-h / scale), 0, 1e6, limit=500, points=[1e4, 1e5])[0]
    assert float(fs.air_mass(elevation)) == pytest.approx(column / vertical, rel=within)
    assert fs.Air(zenith_transmission=0.7).transmission(elevation) == pytest.approx(0.7 ** (column / vertical), rel=0.02)


def test_the_sun_by_keplers_equation() -> None:
    """Mean elements of the Earth's orbit (JPL, 1800 to 2050), Kepler's equation solved, precession and aberration added."""
    days = np.linspace(-3650, 14_000, 977)
    century = days / 36_525
    longitude, perihelion = 100.46457166 + 35_999.37244981 * century, 102.93768193 + 0.32327364 * century
    eccentricity = 0.01671123 - 0.00004392 * century
    mean = np.radians(longitude - perihelion)
    eccentric = mean.copy()
    for _ in range(20):
        eccentric = mean + eccentricity * np.sin(eccentric)
    anomaly = 2 * np.arctan(np.sqrt((1 + eccentricity) / (1 - eccentricity)) * np.tan(eccentric / 2))
    ecliptic = anomaly + np.radians(perihelion + 180 + 1.396971 * century - 0.00569)
    tilt = np.radians(23.4392911 - 0.0130042 * century)
    sun = np.stack([np.cos(ecliptic), np.cos(tilt) * np.sin(ecliptic), np.sin(tilt) * np.sin(ecliptic)])
    turn = np.radians(280.46061837 + 360.98564736629 * days)
    for latitude, east in [(0.0, 0.0), (52.0, 4.36), (-33.0, 151.0), (78.0, 15.0)]:
        north, hour = math.radians(latitude), turn + math.radians(east)
        zenith = np.stack(
            [math.cos(north) * np.cos(hour), math.cos(north) * np.sin(hour), np.full(days.shape, math.sin(north))]
        )
        expected = np.degrees(np.arcsin((sun * zenith).sum(axis=0)))
        found = fs.sun_elevation_deg(2_451_545.0 + days, latitude, east)
        np.testing.assert_allclose(found, expected, rtol=0, atol=0.03)


def test_background_by_counting_photons() -> None:
    """Energy from each direction of a wide cone, over the energy of a photon; by day, by night and at dusk."""
    receiver = fs.Receiver(
        1.0, efficiency=0.4, field_of_view_rad=0.5, filter_width_nm=2.0, dark_count_rate_hz=50, window_s="2 ns"
    )
    solid = quad(lambda theta: 2 * math.pi * math.sin(theta), 0, 0.25)[0]
    photons = 3e-6 * 2.0 * solid * math.pi * 0.25 / (6.62607015e-34 * 299_792_458 / 810e-9)
    assert float(receiver.background_rate_hz(3e-6, "810 nm")) == pytest.approx(0.4 * photons, rel=1e-9)
    sky = fs.Background(day_radiance=3e-3, night_radiance=3e-6, night_below_deg=-12)
    down = fs.Downlink(fs.Beam("810 nm", 0.1), receiver, background=sky)
    by_night, at_dusk = down.noise(-20), down.noise(-10)
    assert float(by_night) == pytest.approx(1 - math.exp(-(0.4 * photons + 50) * 2e-9), rel=1e-9)
    assert float(at_dusk) == pytest.approx(1 - math.exp(-(400 * photons + 50) * 2e-9), rel=1e-9)


@pytest.mark.parametrize("arms", [((0.2, 0.05),), ((0.2, 0.05), (0.6, 0.3)), ((1.0, 0.0), (0.5, 0.0))])
def test_pairs_by_counting_cases(arms: tuple[tuple[float, float], ...]) -> None:
    """Each way that pairs, photons and noise can be there or not, with the state that is left in it."""
    source = fs.PairSource(1e6, pair_probability=0.3, fidelity=0.95)
    success = right = 0.0
    for bits in itertools.product([0, 1], repeat=1 + 2 * len(arms)):
        pair, arrived, noisy = bits[0], bits[1 : 1 + len(arms)], bits[1 + len(arms) :]
        weight = 0.3 if pair else 0.7
        for (eta, noise), photon, click in zip(arms, arrived, noisy, strict=True):
            weight *= (eta if photon else 1 - eta) * (noise if click else 1 - noise)
        photons = [pair and photon for photon in arrived]
        if all(photon or click for photon, click in zip(photons, noisy, strict=True)):
            success += weight
            right += weight * (0.95 if all(photons) and not any(noisy) else 0.25)
    found = source.pairs(*(fs.Arm(*arm) for arm in arms))
    assert float(found[0]) == pytest.approx(success, rel=1e-12)
    assert float(found[1]) == pytest.approx(right / success, rel=1e-12)


def test_an_uplink_loses_more_than_a_downlink() -> None:
    """The same telescopes and air: turbulence next to the sender spreads the beam all the way."""
    beam, receiver = fs.Beam("810 nm", "10 cm"), fs.Receiver("60 cm")
    elevation = np.array([20.0, 50.0, 90.0])
    distance = fs.slant_range_m(elevation, 500e3)
    calm = fs.Air(turbulent=False)
    up, down = fs.Uplink(beam, receiver), fs.Downlink(beam, receiver)
    assert (up.transmission(elevation, distance) < 0.2 * down.transmission(elevation, distance)).all()
    without = fs.Uplink(beam, receiver, calm).transmission(elevation, distance)
    np.testing.assert_allclose(down.transmission(elevation, distance), without, rtol=2e-3)
    np.testing.assert_allclose(without, -np.expm1(-2 * (0.3 / beam.radius_m(distance)) ** 2), rtol=1e-12)


def test_a_horizontal_link_is_the_product_of_its_losses() -> None:
    beam, receiver = fs.Beam("1550 nm", "5 cm", 2e-6, efficiency=0.9), fs.Receiver("20 cm", efficiency=0.6)
    link = fs.Horizontal(beam, receiver, extinction_db_per_km=0.4, cn2=1e-14)
    rho = fs.horizontal_coherence_radius_m("1550 nm", 10e3, 1e-14)
    expected = 0.6 * 10**-0.4 * beam.collected(10e3, 0.2, rho)
    assert float(link.transmission(10e3)) == pytest.approx(float(expected), rel=1e-12)
    assert link.arm(10e3).noise == 0
