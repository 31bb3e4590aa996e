"""The command `passes`: when stations see a satellite."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import farbell as fb
from farbell._shell import RUN_FAILED, exit_codes, fail

if TYPE_CHECKING:
    from farbell.freespace import GroundStation


def passes(
    elements: Annotated[Path, typer.Argument(help="A file with two-line elements of one orbit.", show_default=False)],
    station: Annotated[
        list[str],
        typer.Option(metavar="NAME,LATITUDE,LONGITUDE[,ALTITUDE_M]", help="In degrees; repeatable.", show_default=False),
    ],
    start: Annotated[str, typer.Option(metavar="TIME", help="With its zone: 2026-03-20T18:00:00Z.", show_default=False)],
    duration: Annotated[str, typer.Option(help="How long they look.")] = "1 d",
    step: Annotated[str, typer.Option(help="From one time to the next.")] = "10 s",
    min_elevation: Annotated[float, typer.Option(help="Below it the satellite is not used, in degrees.")] = 10.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """When stations see a satellite: rise, set, greatest elevation, and how high the Sun stands."""
    from farbell import _show

    with exit_codes():
        stations = [station_of(text) for text in station]
        try:
            orbit = fb.freespace.Orbit.from_tle(elements.read_text(encoding="utf-8", errors="replace"))
            seen = fb.freespace.view(
                orbit, stations, start=start, duration_s=duration, step_s=step, min_elevation_deg=min_elevation
            )
        except ImportError as error:
            fail(RUN_FAILED, str(error))
        if as_json:
            print(json.dumps({"start": seen.start.isoformat(), "passes": _show.plain_rows(seen.passes)}, indent=2))
        else:
            print(_show.passes_text(seen))


def station_of(text: str) -> GroundStation:
    """`Delft,52.0,4.36` or `Delft,52.0,4.36,20`."""
    name, *rest = (part.strip() for part in text.split(","))
    try:
        numbers = [float(part) for part in rest]
    except ValueError:
        numbers = []
    if len(numbers) not in (2, 3):
        raise fb.SpecError("--station", repr(text), "a name, degrees north and east, metres if you like: Delft,52,4.36")
    return fb.freespace.GroundStation(name, *numbers)
