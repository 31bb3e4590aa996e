"""Links through air and space, and passes of satellites: what arrives, when, and as a part of a scenario.

>>> import farbell as fb
>>> beam = fb.freespace.Beam(wavelength_m="810 nm", waist_radius_m="10 cm", pointing_sigma_rad=1e-6)
>>> down = fb.freespace.Downlink(beam, fb.freespace.Receiver(aperture_diameter_m=1.0))
>>> bool(down.transmission(90, 500e3) > down.transmission(30, 909e3))
True

Equations, sources and what is left out: docs/physics/free_space.md. `Orbit` and `view` need the extra `farbell[satellite]`.
"""

from farbell.freespace.air import Air, Background, air_mass, coherence_radius_m, horizontal_coherence_radius_m, hufnagel_valley
from farbell.freespace.beam import Beam, Receiver
from farbell.freespace.geometry import altitude_at_m, slant_range_m, sun_elevation_deg, time_of_flight_s
from farbell.freespace.links import Arm, Downlink, Horizontal, PairSource, Uplink
from farbell.freespace.orbits import GroundStation, Orbit, View, view
from farbell.freespace.scenarios import with_passes

__all__ = [
    "Air",
    "Arm",
    "Background",
    "Beam",
    "Downlink",
    "GroundStation",
    "Horizontal",
    "Orbit",
    "PairSource",
    "Receiver",
    "Uplink",
    "View",
    "air_mass",
    "altitude_at_m",
    "coherence_radius_m",
    "horizontal_coherence_radius_m",
    "hufnagel_valley",
    "slant_range_m",
    "sun_elevation_deg",
    "time_of_flight_s",
    "view",
    "with_passes",
]
