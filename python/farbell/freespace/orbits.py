"""Orbits from their published elements, and when stations see them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cached_property
from typing import Any

import numpy as np

from farbell._core import SpecError
from farbell._extras import require
from farbell.freespace._checks import Array, metres, seconds, set_field, within
from farbell.freespace.geometry import sun_elevation_deg
from farbell.table import ResultTable
from farbell.topology.network import nearest

__all__ = ["GroundStation", "Orbit", "View", "view"]

# WGS 84.
EQUATOR_M, FLATTENING, GRAVITY_M3_PER_S2 = 6_378_137.0, 1 / 298.257_223_563, 3.986_004_418e14
DAY_S = 86_400.0
UNIX_EPOCH_JD = 2_440_587.5
MOST_TIMES = 5_000_000

# Columns of the numbers of both lines, from the format's definition: what, first and last column (counted from 1), range.
_FIELDS = {
    1: (("epoch day", 21, 32, 1, 367),),
    2: (
        ("inclination", 9, 16, 0, 180),
        ("right ascension of the ascending node", 18, 25, 0, 360),
        ("eccentricity", 27, 33, 0, 9_999_999),
        ("argument of perigee", 35, 42, 0, 360),
        ("mean anomaly", 44, 51, 0, 360),
        ("mean motion", 53, 63, 1e-3, 18),
    ),
}

# The same of what line 1 writes in its own ways: what, columns, pattern, an example.
_POWER = (r"[+-]?\d{0,5}([+-]\d)?", "18200-3 for 0.18200e-3")
_WORDS = (
    ("epoch year", 19, 20, r"\d\d", "14 for 2014"),
    ("first derivative of the mean motion", 34, 43, r"[+-]?\d?\.\d+", ".00009878"),
    ("second derivative of the mean motion", 45, 52, *_POWER),
    ("drag term", 54, 61, *_POWER),
)


@dataclass(frozen=True)
class GroundStation:
    """A place from which satellites are seen.

    Attributes
    ----------
    name : str
        By which tables and scenarios know it.
    latitude_deg, longitude_deg : float
        Geodetic, on WGS 84; north and east count up.
    altitude_m : float
        Above the ellipsoid.

    Examples
    --------
    >>> import farbell as fb
    >>> fb.freespace.GroundStation("Delft", 52.0, 4.36).altitude_m
    0.0
    """

    name: str
    latitude_deg: float
    longitude_deg: float
    altitude_m: float = 0.0

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise SpecError("station/name", repr(self.name), "a name")
        where = f"station {self.name}"
        within(self.latitude_deg, f"{where}/latitude_deg", -90, 90, "a latitude from -90 to 90 degrees")
        within(self.longitude_deg, f"{where}/longitude_deg", -180, 360, "a longitude from -180 to 360 degrees")
        within(self.altitude_m, f"{where}/altitude_m", -500, 50e3, "from -500 m to 50 km")

    @property
    def position_m(self) -> Array:
        """From the Earth's centre, in the frame that turns with it."""
        latitude, longitude = math.radians(self.latitude_deg), math.radians(self.longitude_deg)
        squeeze = (1 - FLATTENING) ** 2
        normal = EQUATOR_M / math.sqrt(math.cos(latitude) ** 2 + squeeze * math.sin(latitude) ** 2)
        across = (normal + self.altitude_m) * math.cos(latitude)
        z = (squeeze * normal + self.altitude_m) * math.sin(latitude)
        return np.array([across * math.cos(longitude), across * math.sin(longitude), z])

    @property
    def axes(self) -> Array:
        """East, north and up, as rows."""
        latitude, longitude = math.radians(self.latitude_deg), math.radians(self.longitude_deg)
        sin_b, cos_b, sin_l, cos_l = math.sin(latitude), math.cos(latitude), math.sin(longitude), math.cos(longitude)
        return np.array([[-sin_l, cos_l, 0], [-sin_b * cos_l, -sin_b * sin_l, cos_b], [cos_b * cos_l, cos_b * sin_l, sin_b]])


@dataclass(frozen=True)
class Orbit:
    """An orbit by its two-line elements, moved by SGP4.

    Attributes
    ----------
    line1, line2 : str
        The two lines of 69 characters.
    name : str
        The line before them, if there is one.

    Examples
    --------
    >>> import farbell as fb
    >>> orbit = fb.freespace.Orbit.from_tle(\"\"\"ISS (ZARYA)
    ... 1 25544U 98067A   14020.93268519  .00009878  00000-0  18200-3 0  5082
    ... 2 25544  51.6498 109.4756 0003572  55.9686 274.8005 15.49815350868473\"\"\")
    >>> orbit.name, orbit.epoch.isoformat(timespec="minutes")
    ('ISS (ZARYA)', '2014-01-20T22:23+00:00')
    """

    line1: str
    line2: str
    name: str = ""
    _model: Any = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for number, line in ((1, self.line1), (2, self.line2)):
            _check_line(number, line)
        if self.line1[2:7] != self.line2[2:7]:
            raise SpecError("tle/line 2/satellite number", repr(self.line2[2:7]), f"{self.line1[2:7]!r}, that of line 1")
        model = require("sgp4.api", "an orbit").Satrec.twoline2rv(self.line1, self.line2)
        if model.error:
            raise SpecError(
                "tle", f"elements that SGP4 refuses (error {model.error})", "the elements of an orbit round the Earth"
            )
        set_field(self, "_model", model)

    @classmethod
    def from_tle(cls, text: str) -> Orbit:
        """From two lines, or three with a name, as they are published.

        Parameters
        ----------
        text : str
            The lines.

        Returns
        -------
        Orbit
            Checked.

        Raises
        ------
        SpecError
            There are other lines, a line has another length, a checksum or a number does not fit.
        ImportError
            A package of the extra ``satellite`` is missing.
        """
        lines = [line.rstrip() for line in text.splitlines() if line.strip()] if isinstance(text, str) else []
        if len(lines) not in (2, 3):
            raise SpecError("tle", f"{len(lines)} lines", "two lines of elements, or three with the satellite's name first")
        return cls(lines[-2], lines[-1], lines[0].removeprefix("0 ").strip() if len(lines) == 3 else "")

    @classmethod
    def circular(
        cls,
        altitude_m: float | str,
        inclination_deg: float,
        *,
        epoch: datetime | str,
        ascending_node_deg: float = 0.0,
        angle_deg: float = 0.0,
        name: str = "circular",
    ) -> Orbit:
        """A circular orbit without drag, for a satellite that is not there yet.

        Parameters
        ----------
        altitude_m : float or str
            Above the equator's radius, 150 km to 50,000 km.
        inclination_deg : float
            0 to 180 degrees.
        epoch : datetime or str
            When the satellite is at `angle_deg`, a time with its zone; from 1957 to 2056.
        ascending_node_deg : float
            Right ascension of the place where it crosses the equator northwards, 0 to 360 degrees.
        angle_deg : float
            From there along the orbit, 0 to 360 degrees.
        name : str
            Of the satellite.

        Returns
        -------
        Orbit
            As two lines of elements. The Earth's flattening moves the height by some ten kilometres along the orbit.

        Raises
        ------
        SpecError
            A number is out of range.
        ImportError
            A package of the extra ``satellite`` is missing.

        Examples
        --------
        >>> import farbell as fb
        >>> orbit = fb.freespace.Orbit.circular("500 km", 97.4, epoch="2026-03-20T00:00:00Z")
        >>> orbit.line2
        '2 00000  97.4000   0.0000 0000000   0.0000   0.0000 15.21936487    08'
        """
        height = within(metres(altitude_m, "altitude_m"), "altitude_m", 150e3, 50e6, "from 150 km to 50000 km")
        angles = [
            within(inclination_deg, "inclination_deg", 0, 180, "from 0 to 180 degrees"),
            within(ascending_node_deg, "ascending_node_deg", 0, 360, "from 0 to 360 degrees"),
            within(angle_deg, "angle_deg", 0, 360, "from 0 to 360 degrees"),
        ]
        begin = _utc(epoch, "epoch")
        if not 1957 <= begin.year <= 2056:
            raise SpecError("epoch", repr(begin.isoformat()), "a time from 1957 to 2056: years have two digits in elements")
        day = 1 + (begin - begin.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)) / timedelta(days=1)
        turns = DAY_S / (2 * math.pi) * math.sqrt(GRAVITY_M3_PER_S2 / (EQUATOR_M + height) ** 3)
        first = f"1 00000U 00000A   {begin.year % 100:02d}{day:012.8f}  .00000000  00000-0  00000-0 0    0"
        inclination, node, angle = (f"{value:8.4f}" for value in angles)
        second = f"2 00000 {inclination} {node} 0000000   0.0000 {angle} {turns:11.8f}    0"
        return cls(first + _checksum(first), second + _checksum(second), name)

    @property
    def epoch(self) -> datetime:
        """When the elements hold, in UTC."""
        days = self._model.jdsatepoch - UNIX_EPOCH_JD
        return datetime.fromtimestamp(0, timezone.utc) + timedelta(days=days) + timedelta(days=self._model.jdsatepochF)

    def positions_m(self, start: datetime, time_s: Array) -> Array:
        """In the frame that turns with the Earth, without polar motion (a few metres): one row a time.

        Raises
        ------
        SpecError
            SGP4 cannot go on: the orbit has decayed, say.
        """
        whole, fraction = _julian(start, time_s)
        errors, found_km, _ = self._model.sgp4_array(whole, fraction)
        if errors.any():
            first = int(np.flatnonzero(errors)[0])
            when = (start + timedelta(seconds=float(time_s[first]))).isoformat(timespec="seconds")
            words = "SGP4 says the satellite has decayed" if errors[first] == 6 else f"SGP4 error {int(errors[first])}"
            raise SpecError("tle", f"{words} at {when}", "an orbit that lasts as long as it is looked at")
        angle = _earth_rotation(whole, fraction)
        cos, sin = np.cos(angle), np.sin(angle)
        x, y, z = found_km.T * 1e3
        return np.stack([cos * x + sin * y, cos * y - sin * x, z], axis=1)


def _check_line(number: int, line: str) -> None:
    where = f"tle/line {number}"
    if not isinstance(line, str) or len(line) != 69 or not line.isascii():
        found = f"{len(line)} characters" if isinstance(line, str) else repr(line)
        raise SpecError(where, found, "69 characters")
    if line[:2] != f"{number} ":
        raise SpecError(where, repr(line[:2]), f'a line that starts with "{number} "')
    if line[68] != (digit := _checksum(line[:68])):
        raise SpecError(f"{where}/checksum", repr(line[68]), f"{digit!r}, the sum of the digits before it, each minus one more")
    for what, first, last, low, high in _FIELDS[number]:
        text = line[first - 1 : last]
        try:
            value = float("0" + text.strip()) if "_" not in text and text.strip() else math.nan
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise SpecError(f"{where}/{what}", f"{text!r} in columns {first} to {last}", f"a number from {low:g} to {high:g}")
    for what, first, last, pattern, example in _WORDS if number == 1 else ():
        text = line[first - 1 : last]
        if not re.fullmatch(pattern, text.strip()):
            raise SpecError(f"{where}/{what}", f"{text!r} in columns {first} to {last}", f"a number as {example}")


def _checksum(line: str) -> str:
    return str(sum(int(c) if c.isdigit() else c == "-" for c in line) % 10)


def _julian(start: datetime, time_s: Array) -> tuple[Array, Array]:
    """UTC as whole days and fractions; leap seconds fall between days."""
    days = (start - datetime.fromtimestamp(0, timezone.utc)) / timedelta(days=1)
    whole = math.floor(days)
    return np.full(time_s.shape, UNIX_EPOCH_JD + whole), (days - whole) + time_s / DAY_S


def _earth_rotation(whole: Array, fraction: Array) -> Array:
    """Greenwich mean sidereal angle of 1982, which goes with SGP4's frame, by UT1 from skyfield's own tables."""
    load = require("skyfield.api", "an orbit").load
    # TT - UTC is 32.184 s and the leap seconds; what skyfield knows of both comes with the package.
    scale = load.timescale(builtin=True)
    edge = scale.from_datetime(datetime.fromtimestamp((float(whole[0]) - UNIX_EPOCH_JD) * DAY_S, timezone.utc))
    time = scale.tt_jd(edge.whole, edge.tt_fraction + fraction)
    angle, _ = require("skyfield.sgp4lib", "an orbit").theta_GMST1982(time.whole, time.ut1_fraction)
    return np.asarray(angle)


@dataclass(frozen=True, eq=False)
class View:
    """How stations see a satellite over time.

    Attributes
    ----------
    stations : tuple of GroundStation
        Rows of the arrays below.
    start : datetime.datetime
        Time 0, in UTC.
    time_s : numpy.ndarray
        In equal steps.
    elevation_deg, azimuth_deg, distance_m, sun_elevation_deg : numpy.ndarray
        One row a station, one column a time. Elevations are geometric, without refraction; azimuth from north by east.
    min_elevation_deg : float
        Below it the satellite is not used.

    Examples
    --------
    >>> import farbell as fb
    >>> orbit = fb.freespace.Orbit(
    ...     "1 25544U 98067A   14020.93268519  .00009878  00000-0  18200-3 0  5082",
    ...     "2 25544  51.6498 109.4756 0003572  55.9686 274.8005 15.49815350868473",
    ... )
    >>> delft = fb.freespace.GroundStation("Delft", 52.0, 4.36)
    >>> seen = fb.freespace.view(orbit, [delft], start="2014-01-21T00:00:00Z", duration_s="1 d")
    >>> seen.passes[["station", "rise_s", "set_s", "max_elevation_deg"]].columns
    ('station', 'rise_s', 'set_s', 'max_elevation_deg')
    >>> len(seen.passes), len(seen.windows("Delft"))
    (5, 5)
    """

    stations: tuple[GroundStation, ...]
    start: datetime
    time_s: Array
    elevation_deg: Array
    azimuth_deg: Array
    distance_m: Array
    sun_elevation_deg: Array
    min_elevation_deg: float

    def row(self, station: str) -> int:
        """Of a station in the arrays.

        Raises
        ------
        SpecError
            There is no such station.
        """
        names = [known.name for known in self.stations]
        if station not in names:
            raise SpecError("station", repr(station), f"one of {', '.join(names)}", nearest(str(station), names))
        return names.index(station)

    def windows(self, *stations: str) -> list[tuple[float, float]]:
        """When all of these stations see the satellite at least `min_elevation_deg` high, in seconds.

        Rise and set are interpolated between the steps; a pass that begins and ends between two of them is missed.

        Parameters
        ----------
        *stations : str
            Names.

        Returns
        -------
        list of tuple of float
            From and until.

        Raises
        ------
        SpecError
            There is no such station, or none is named.
        """
        if not stations:
            raise SpecError("stations", "none", "at least one name")
        above = np.min([self.elevation_deg[self.row(name)] for name in stations], axis=0) - self.min_elevation_deg
        up = above >= 0
        turns = np.flatnonzero(up[1:] != up[:-1])
        share = above[turns] / (above[turns] - above[turns + 1])
        times = (self.time_s[turns] + share * (self.time_s[turns + 1] - self.time_s[turns])).tolist()
        if up[0]:
            times.insert(0, float(self.time_s[0]))
        if up[-1]:
            times.append(float(self.time_s[-1]))
        return [(a, b) for a, b in zip(times[::2], times[1::2], strict=True) if b > a]

    @cached_property
    def passes(self) -> ResultTable:
        """One row a pass over a station: ``station``, ``rise_s``, ``set_s``, ``max_elevation_deg``, ``min_distance_m``,
        ``sun_elevation_deg`` in its middle."""
        rows: list[tuple[int, float, float, float, float, float]] = []
        for i, station in enumerate(self.stations):
            for rise, fall in self.windows(station.name):
                first, last = np.searchsorted(self.time_s, (rise, fall))
                seen = slice(first, max(first + 1, last))
                sun = float(np.interp((rise + fall) / 2, self.time_s, self.sun_elevation_deg[i]))
                rows.append((i, rise, fall, self.elevation_deg[i, seen].max(), self.distance_m[i, seen].min(), sun))
        names = ("station", "rise_s", "set_s", "max_elevation_deg", "min_distance_m", "sun_elevation_deg")
        columns = {name: np.array([row[k] for row in rows]) for k, name in enumerate(names)}
        columns["station"] = columns["station"].astype(np.int64)
        return ResultTable(columns, {"station": tuple(station.name for station in self.stations)})

    @cached_property
    def table(self) -> ResultTable:
        """One row a station and time at which it sees the satellite: ``station``, ``time_s``, ``elevation_deg``,
        ``azimuth_deg``, ``distance_m``, ``sun_elevation_deg``."""
        station, column = np.nonzero(self.elevation_deg >= self.min_elevation_deg)
        arrays = ("elevation_deg", "azimuth_deg", "distance_m", "sun_elevation_deg")
        columns = {"station": station, "time_s": self.time_s[column]}
        columns |= {name: getattr(self, name)[station, column] for name in arrays}
        return ResultTable(columns, {"station": tuple(known.name for known in self.stations)})


def view(
    orbit: Orbit,
    stations: Sequence[GroundStation],
    *,
    start: datetime | str,
    duration_s: float | str,
    step_s: float | str = 10.0,
    min_elevation_deg: float = 10.0,
    max_age_s: float | str = "30 d",
) -> View:
    """How stations see a satellite over time. Nothing is downloaded: the elements are yours, all else comes with the packages.

    Parameters
    ----------
    orbit : Orbit
        The satellite's.
    stations : sequence of GroundStation
        Of different names.
    start : datetime or str
        Time 0: a datetime with a time zone, or its ISO text ("2026-03-20T18:00:00Z").
    duration_s : float or str
        How long they look.
    step_s : float or str
        From one time to the next.
    min_elevation_deg : float
        Below it the satellite is not used, 0 to 90 degrees.
    max_age_s : float or str
        How far from their epoch the elements are believed.

    Returns
    -------
    View
        Arrays, and the tables of passes.

    Raises
    ------
    SpecError
        Names are not unique, a number is out of range, the elements are too old, or the orbit decays.
    ImportError
        A package of the extra ``satellite`` is missing.

    References
    ----------
    D. A. Vallado et al., "Revisiting Spacetrack Report #3", AIAA 2006-6753: SGP4, its frame, and the sidereal time of 1982.

    Examples
    --------
    >>> import farbell as fb
    >>> orbit = fb.freespace.Orbit(
    ...     "1 25544U 98067A   14020.93268519  .00009878  00000-0  18200-3 0  5082",
    ...     "2 25544  51.6498 109.4756 0003572  55.9686 274.8005 15.49815350868473",
    ... )
    >>> delft = fb.freespace.GroundStation("Delft", 52.0, 4.36)
    >>> seen = fb.freespace.view(orbit, [delft], start="2014-01-21T00:00:00Z", duration_s="3 h")
    >>> seen.elevation_deg.shape
    (1, 1081)
    """
    stations = tuple(stations)
    names = [station.name for station in stations]
    if not names or len(set(names)) < len(names):
        raise SpecError("stations", ", ".join(names) or "none", "at least one, each with a name of its own")
    begin = _utc(start)
    duration, step = seconds(duration_s, "duration_s"), seconds(step_s, "step_s")
    if not step <= duration or duration / step > MOST_TIMES:
        raise SpecError("step_s", f"{step:g} s", f"at most the duration, {duration:g} s, and at most {MOST_TIMES} steps of it")
    least = within(min_elevation_deg, "min_elevation_deg", 0, 90, "an elevation from 0 to 90 degrees")
    oldest = seconds(max_age_s, "max_age_s")
    age = max(abs((begin - orbit.epoch).total_seconds()), abs((begin - orbit.epoch).total_seconds() + duration))
    if age > oldest:
        found = f"a time {age / DAY_S:.1f} d from the epoch of the elements, {orbit.epoch.isoformat(timespec='seconds')}"
        raise SpecError("start", found, f"at most max_age_s = {oldest / DAY_S:g} d: elements grow wrong by kilometres a day")
    time: Array = np.arange(math.floor(duration / step * (1 + 1e-12)) + 1, dtype=np.float64) * step
    position = orbit.positions_m(begin, time)
    angles = [_seen(station, position) for station in stations]
    whole, fraction = _julian(begin, time)
    places = ((station.latitude_deg, station.longitude_deg) for station in stations)
    sun = np.array([sun_elevation_deg(whole + fraction, *place) for place in places])
    elevation, azimuth, distance = (np.array(parts) for parts in zip(*angles, strict=True))
    return View(stations, begin, time, elevation, azimuth, distance, sun, least)


def _seen(station: GroundStation, position_m: Array) -> tuple[Array, Array, Array]:
    """Elevation, azimuth and distance of positions."""
    east, north, up = station.axes @ (position_m - station.position_m).T
    across = np.hypot(east, north)
    return np.degrees(np.arctan2(up, across)), np.degrees(np.arctan2(east, north)) % 360, np.hypot(across, up)


def _utc(start: datetime | str, what: str = "start") -> datetime:
    allowed = 'a time with its zone, as "2026-03-20T18:00:00Z"'
    found = start
    if isinstance(start, str):
        try:
            start = datetime.fromisoformat(start.strip().replace("Z", "+00:00"))
        except ValueError:
            raise SpecError(what, repr(found), allowed) from None
    if not isinstance(start, datetime) or start.tzinfo is None:
        raise SpecError(what, repr(found), allowed)
    return start.astimezone(timezone.utc)
