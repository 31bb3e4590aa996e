"""Commands about routes: `route compare`, `route fair`."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Annotated, Any, cast

import typer

import farbell as fb
from farbell._shell import RUN_FAILED, exit_codes, fail, load
from farbell.analysis.fair_rates import FAIRNESS, Fairness
from farbell.cli_platforms import plain, rows_of
from farbell.storage import write_table

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Routers, compared on the same demands; fair shares of these."
)


@app.command()
def compare(
    scenario: Annotated[str, typer.Argument(help="Name of an example, or a scenario file.", show_default=False)],
    routers: Annotated[
        str | None, typer.Option(metavar="KIND,KIND,...", help="Kinds of routing, and routers of rounds; default: all.")
    ] = None,
    round_s: Annotated[str | None, typer.Option(metavar="TIME", help="For routers of rounds: length of a round.")] = None,
    attempt_s: Annotated[str | None, typer.Option(metavar="TIME", help="How long links attempt in a round.")] = None,
    channels: Annotated[int, typer.Option(min=1, help="Lanes that a link may have in a round.")] = 1,
    replicas: Annotated[int, typer.Option(min=1, help="Independent repetitions.")] = 1,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads for replicas; default: one a core.")] = None,
    seed: Annotated[int | None, typer.Option(help="Use this seed instead of the scenario's.")] = None,
    out: Annotated[Path | None, typer.Option(help="File for a figure: .png, .pdf or .svg.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """The same demands under each router: rates, fidelity, latency, fairness, messages and CPU time, beside the bounds.

    Kinds of routing run with circuits. Routers of rounds (q_cast, q_pass, multipath_local, multipath_global, ghz_fusion,
    shortest_in_rounds, greedy_in_rounds) run in the rounds given here, else in those of the scenario, else in rounds that
    fit its links.
    """
    with exit_codes():
        names = None if routers is None else [name.strip() for name in routers.split(",")]
        try:
            rounds = _rounds(round_s, attempt_s, channels)
            found = fb.routing.compare(load(scenario), names, rounds=rounds, replicas=replicas, threads=threads, seed=seed)
        except fb.SpecError as error:
            path = {"routers": "--routers", "/round_s": "--round-s", "/attempt_s": "--attempt-s"}.get(error.path, error.path)
            raise fb.SpecError(path, error.found, error.allowed, error.nearest) from None
        if out is not None:
            try:
                found.overview().savefig(out)
            except ImportError as error:
                fail(RUN_FAILED, str(error))
            except ValueError as error:
                raise fb.SpecError("--out", repr(str(out)), f"a file for a figure: {error}") from None
        if as_json:
            said: dict[str, Any] = {
                "scenario": found.title,
                "routers": rows_of(found.table),
                "demands": rows_of(found.demands),
                "min_cut_hz": plain(found.min_cut_hz),
                "throughput_bound_hz": plain(found.throughput_bound_hz),
                "notes": list(found.notes),
            }
            print(json.dumps(said, indent=1, allow_nan=False))
        else:
            print(found)


def _rounds(round_s: str | None, attempt_s: str | None, channels: int) -> fb.Rounds | None:
    if round_s is None and attempt_s is None:
        if channels != 1:
            raise fb.SpecError("--channels", str(channels), "1 without --round-s and --attempt-s")
        return None
    if round_s is None or attempt_s is None:
        missing = "--round-s" if round_s is None else "--attempt-s"
        raise fb.SpecError(missing, "nothing", "a time: a round has both")
    return fb.Rounds(router=fb.QCastRouter(), round_s=round_s, attempt_s=attempt_s, channels=channels)


@app.command()
def fair(
    scenario: Annotated[str, typer.Argument(help="Name of an example, or a scenario file.", show_default=False)],
    fairness: Annotated[str, typer.Option(metavar="|".join(FAIRNESS), help="What counts as fair.")] = FAIRNESS[0],
    out: Annotated[Path | None, typer.Option(help="File for the table: .json, .csv or .parquet.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """What each demand may have, along its preferred route, so that all are treated fairly.

    proportional: no change helps some by a larger share than it costs others. max_min: the worst served gets as much as can
    be, then the next. A demand's weight counts.
    """
    with exit_codes():
        if out is not None and out.suffix not in (".json", ".csv", ".parquet"):
            raise fb.SpecError("--out", repr(str(out)), "a file that ends with .json, .csv or .parquet")
        try:
            found = fb.routing.fair_rates(load(scenario), cast(Fairness, fairness))
        except fb.SpecError as error:
            path = "--fairness" if error.path == "kind" else error.path
            raise fb.SpecError(path, error.found, error.allowed, error.nearest) from None
        said = json.dumps({"fairness": found.kind, "demands": rows_of(found.table)}, indent=1, allow_nan=False)
        if out is not None and out.suffix == ".json":
            out.write_text(said + "\n", encoding="utf-8")
        elif out is not None and out.suffix == ".csv":
            with out.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, found.table.columns)
                writer.writeheader()
                writer.writerows(rows_of(found.table))
        elif out is not None:
            write_table(found.table, out)
        print(said if as_json else found.table)
