"""Passes of a satellite as windows and changes of a link of a scenario."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from farbell._core import Change, Failure, Fiber, Given, Scenario, SpecError
from farbell._nearest import nearest
from farbell.freespace._checks import Array, seconds
from farbell.freespace.geometry import time_of_flight_s
from farbell.freespace.links import Downlink, PairSource, Uplink
from farbell.freespace.orbits import View
from farbell.topology.repeaters import link_name

__all__ = ["with_passes"]


def with_passes(
    scenario: Scenario,
    link: str,
    seen: View,
    paths: Mapping[str, Downlink | Uplink],
    source: PairSource,
    *,
    step_s: float | str,
) -> Scenario:
    """The scenario with a link that is there while a satellite passes, and gets better and worse with its distance.

    With one path the link joins the station and the satellite, which are nodes, and the sender keeps the other photon. With
    two, a double downlink, it joins the two stations, and the satellite is the source between them.

    A note in the scenario names the simplification ``stepped_passes``: within ``step_s`` the link stays as it is on average.
    Messages go over the link's fibre whether or not the satellite is in view.

    Parameters
    ----------
    scenario : Scenario
        Time 0 is the start of the view. The link in it says whom it joins and, by its fibre, how long messages take.
    link : str
        Its name.
    seen : View
        As of :func:`farbell.freespace.view`, at least as long as the scenario.
    paths : mapping
        Name of a station -> its path to or from the satellite; one, or two downlinks.
    source : PairSource
        What makes the pairs.
    step_s : float or str
        How coarse the steps are.

    Returns
    -------
    Scenario
        With the windows as a failure named "LINK out of view", and `changes` of the link in each.

    Raises
    ------
    SpecError
        The scenario has no such link, or it has changes or drift; the view is shorter than the scenario; no pass is in it.

    Examples
    --------
    >>> import farbell as fb
    >>> orbit = fb.freespace.Orbit(
    ...     "1 25544U 98067A   14020.93268519  .00009878  00000-0  18200-3 0  5082",
    ...     "2 25544  51.6498 109.4756 0003572  55.9686 274.8005 15.49815350868473",
    ... )
    >>> delft = fb.freespace.GroundStation("Delft", 52.0, 4.36)
    >>> seen = fb.freespace.view(orbit, [delft], start="2014-01-21T00:00:00Z", duration_s="3 h")
    >>> down = fb.freespace.Downlink(
    ...     beam=fb.freespace.Beam(wavelength_m="810 nm", waist_radius_m="10 cm"),
    ...     receiver=fb.freespace.Receiver(aperture_diameter_m=1.0),
    ... )
    >>> base = fb.chain(2, length_m="1000 km", duration_s="3 h")
    >>> source = fb.freespace.PairSource(attempt_rate_hz=1e3, pair_probability=0.01)
    >>> scenario = fb.freespace.with_passes(base, "n0--n1", seen, {"Delft": down}, source, step_s="60 s")
    >>> scenario.failures[0].name, len(scenario.changes) > 4
    ('n0--n1 out of view', True)
    """
    at = _index(scenario, link)
    _check_paths(paths)
    step, spacing, end = seconds(step_s, "step_s"), float(seen.time_s[1]), scenario.duration_s
    if step < spacing:
        raise SpecError("step_s", f"{step:g} s", f"at least the step of the view, {spacing:g} s")
    if seen.time_s[-1] + spacing * 1e-9 < end:
        raise SpecError("seen/duration_s", f"{seen.time_s[-1]:g} s", f"at least the duration of the scenario, {end:g} s")
    windows = _windows(seen, list(paths), end)
    steps = [(float(a), min(float(a) + step, until)) for begin, until in windows for a in np.arange(begin, until, step)]
    generations = _generations(seen, paths, source, scenario.links[at].fiber, steps)
    changes = [Change(at_s=begin, link=link, generation=made) for (begin, _), made in zip(steps, generations, strict=True)]
    edges = [0.0, *(time for window in windows for time in window), end]
    down = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a]
    note = (
        f"stepped_passes: {link} follows the passes of its satellite in steps of {step:g} s, each with its mean rate and "
        f"fidelity; time 0 is {seen.start.isoformat(timespec='seconds')}."
    )
    links = list(scenario.links)
    links[at] = links[at].replace(generation=generations[0])
    return scenario.replace(
        links=links,
        changes=[*scenario.changes, *changes],
        failures=[*scenario.failures, *([Failure(name=f"{link} out of view", links=[link], down=down)] if down else [])],
        notes=[*scenario.notes, note],
    )


def _index(scenario: Scenario, link: str) -> int:
    names = [link_name(each) for each in scenario.links]
    if link not in names:
        raise SpecError("link", repr(link), f"a link of the scenario: {', '.join(names[:20])}", nearest(link, names))
    at = names.index(link)
    if scenario.links[at].drift is not None or any(change.link == link for change in scenario.changes):
        raise SpecError("link", repr(link), "a link without drift and without changes: passes are its changes")
    return at


def _check_paths(paths: Mapping[str, Any]) -> None:
    if not 1 <= len(paths) <= 2:
        raise SpecError("paths", f"{len(paths)} stations", "one, or the two of a double downlink")
    for name, path in paths.items():
        allowed: tuple[type, ...] = (Downlink, Uplink) if len(paths) == 1 else (Downlink,)
        if not isinstance(path, allowed):
            words = "a Downlink or an Uplink" if len(paths) == 1 else "a Downlink: both photons come from the satellite"
            raise SpecError(f"paths/{name}", type(path).__name__, words)


def _windows(seen: View, stations: list[str], end: float) -> list[tuple[float, float]]:
    """Those that begin in the scenario, of which there must be one."""
    windows = [(a, min(b, end)) for a, b in seen.windows(*stations) if a < end]
    if not windows:
        rows = [seen.row(name) for name in stations]
        best = np.min(seen.elevation_deg[rows], axis=0)[seen.time_s <= end].max()
        low = f"a satellite that stands at most {best:.1f} deg high over {' and '.join(stations)} in {end:g} s"
        raise SpecError("seen", low, f"one that rises to {seen.min_elevation_deg:g} deg, the min_elevation_deg of the view")
    return windows


def _generations(
    seen: View, paths: Mapping[str, Downlink | Uplink], source: PairSource, fiber: Fiber, steps: list[tuple[float, float]]
) -> list[Given]:
    """What the link is on average in each step, looked at as often as the view is."""
    spacing = float(seen.time_s[1])
    parts = [np.arange(0.5, count := math.ceil((b - a) / spacing * (1 - 1e-9))) / count * (b - a) + a for a, b in steps]
    counts = np.array([len(times) for times in parts])
    values = _values(seen, paths, source, fiber, np.concatenate(parts))
    success, right, delay = (np.add.reduceat(each, np.cumsum(counts) - counts) / counts for each in values)
    fidelity = np.divide(right, success, out=np.full(success.shape, source.fidelity), where=success > 0)
    one_arm = len(paths) == 1
    return [source._given(float(p), float(f), float(d), one_arm) for p, f, d in zip(success, fidelity, delay, strict=True)]


def _values(
    seen: View, paths: Mapping[str, Downlink | Uplink], source: PairSource, fiber: Fiber, time_s: Array
) -> tuple[Array, Array, Array]:
    """At some times: success, the same times fidelity, and herald delay."""
    arms, flights = [], []
    for name, path in paths.items():
        row = seen.row(name)
        angle, distance, sun = (
            np.interp(time_s, seen.time_s, values[row])
            for values in (seen.elevation_deg, seen.distance_m, seen.sun_elevation_deg)
        )
        # What is interpolated between steps may lie a hair below the horizon where the window starts there.
        arms.append(path.arm(np.clip(angle, 0, 90), distance, sun))
        flights.append(time_of_flight_s(distance))
    success, fidelity = source.pairs(*arms)
    # One path: there and back. Two: the later arrival, then the word from station to station.
    delay = 2 * flights[0] if len(flights) == 1 else np.maximum(*flights) + fiber.length_m / fiber.speed_m_per_s
    return success, success * fidelity, np.asarray(delay)
