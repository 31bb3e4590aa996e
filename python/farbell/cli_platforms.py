"""Commands about published hardware: `platforms`, `platforms show`, `platforms compare`."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Annotated, Any

import typer

import farbell as fb
from farbell._shell import RUN_FAILED, exit_codes, fail, json_or_text

app = typer.Typer(rich_markup_mode=None, help="Published hardware: list it, show it, compare it.")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def plain(value: Any) -> Any:
    """What JSON can hold: infinities and what is not there are null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def rows_of(table: fb.ResultTable) -> list[dict[str, Any]]:
    return [{name: plain(value) for name, value in row.items()} for row in table.rows()]


@app.callback(invoke_without_command=True)
def listing(
    context: typer.Context,
    kind: Annotated[str | None, typer.Option(help="Only those of a kind: NV, ion, atom, detector, ...")] = None,
    as_json: Json = False,
) -> None:
    """List the presets."""
    if context.invoked_subcommand is not None:
        return
    with exit_codes():
        table = fb.platforms(kind=kind)
        print(json.dumps({"platforms": rows_of(table)}, indent=1) if as_json else table)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Name of a preset.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Show every parameter of a preset with its unit, source, year and how sure it is."""
    with exit_codes():
        found = fb.platform(name)
        if not as_json:
            print(found)
            return
        said = {
            "name": found.name,
            "kind": found.kind,
            "maturity": found.maturity,
            "about": found.about,
            "scheme": found.scheme or None,
            "cannot": found.cannot or None,
            "parameters": [
                {
                    "name": p.name,
                    "value": p.value,
                    "unit": p.unit,
                    "confidence": p.confidence,
                    "remark": p.remark,
                    "from": [f"{row.platform}/{row.parameter}" for row in p.rows],
                    "sources": list(dict.fromkeys(row.source for row in p.rows)),
                    "year": p.year,
                }
                for p in found.parameters
            ],
            "assumptions": list(found.assumptions),
            "published": [vars(row) for row in found.published],
        }
        print(json.dumps(said, indent=1, allow_nan=False))


@app.command()
def compare(
    names: Annotated[
        list[str] | None, typer.Argument(help="Presets; default: all whose links can be simulated.", show_default=False)
    ] = None,
    length: Annotated[str, typer.Option(help='Length of the link, "50 km" or metres.')] = "50 km",
    target_fidelity: Annotated[float, typer.Option(help="Wanted when both ends know of the pair.")] = 0.9,
    points: Annotated[int, typer.Option(help="How many lengths, evenly up to that one.")] = 1,
    out: Annotated[Path | None, typer.Option(help="File for a figure: .png, .pdf or .svg.")] = None,
    as_json: Json = False,
) -> None:
    """Rate and fidelity of one link of each preset, beside coherence time, gate speed and maturity."""
    with exit_codes():
        # A figure is of lengths.
        count = 10 if out is not None and points == 1 else points
        found = fb.design.compare_platforms(
            names or None, length_m=json_or_text(length), target_fidelity=target_fidelity, points=count
        )
        if out is not None:
            try:
                found.overview().savefig(out)
            except ImportError as error:
                fail(RUN_FAILED, str(error))
            except ValueError as error:
                raise fb.SpecError("--out", repr(str(out)), f"a file for a figure: {error}") from None
        if as_json:
            said = {"length_m": found.length_m, "target_fidelity": found.target_fidelity, "links": rows_of(found.table)}
            print(json.dumps(said, indent=1, allow_nan=False))
        else:
            print(found)
