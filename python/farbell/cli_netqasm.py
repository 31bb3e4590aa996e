"""Commands for applications of other tools: `netqasm run`."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import farbell as fb
from farbell._shell import BAD_INPUT, INTERRUPTED, RUN_FAILED, exit_codes, fail, json_or_text, load

if TYPE_CHECKING:
    from farbell.netqasm import Outcome

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Run applications of the NetQASM SDK.")


@app.callback()
def root() -> None:
    """So that `run` is a command of its own."""


@app.command()
def run(
    appdir: Annotated[
        Path, typer.Argument(help="The application's folder, with a file app_ROLE.py a role.", show_default=False)
    ],
    network: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="A scenario with the roles' nodes; default: network.yaml of the folder, or ideal links."
        ),
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--input", metavar="ROLE.NAME=VALUE", help="An argument of a role's main(), as JSON or text; repeatable."),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Use this seed instead of the scenario's.")] = None,
    replicas: Annotated[int, typer.Option("--replicas", "--num", min=1, help="Independent repetitions.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for Farbell's tables; default: they are not kept.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object; what the application prints goes to stderr.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing but errors, nor what the application prints.")
    ] = False,
    max_wall: Annotated[float | None, typer.Option(help="Stop a replica after this many seconds of real time.")] = None,
) -> None:
    """Run an application, unchanged: what each role returns, and Farbell's tables."""
    with exit_codes():
        if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
            fail(BAD_INPUT, f"{out} exists and is not an empty folder; name another with --out")
        try:
            from farbell import netqasm

            scenario = None if network is None else load(network)
            application = netqasm.load(appdir, network=scenario, inputs=inputs_of(given or []))
            with elsewhere(as_json, quiet):
                outcome = netqasm.run(application, seed=seed, replicas=replicas, max_wall_s=max_wall, out=out)
        except ImportError as error:
            fail(RUN_FAILED, str(error))
        except fb.RunError as error:
            partial = getattr(error, "partial", None)
            if partial is not None:
                tell(partial, out, as_json, quiet)
            raise
        except fb.Interrupted as stop:
            tell(stop.partial, out, as_json, quiet)
            fail(INTERRUPTED, "interrupted")
        tell(outcome, out, as_json, quiet)
        if outcome.results.partial:
            fail(RUN_FAILED, "a limit ended the run early")


def inputs_of(texts: list[str]) -> dict[str, dict[str, Any]]:
    """`alice.phi=0.5` as {"alice": {"phi": 0.5}}."""
    found: dict[str, dict[str, Any]] = {}
    for text in texts:
        path, equals, value = text.partition("=")
        role, dot, name = path.partition(".")
        if not (equals and dot and role and name):
            raise fb.SpecError("--input", repr(text), "a role, an argument of its main() and a value: alice.phi=0.5")
        if name in found.setdefault(role, {}):
            raise fb.SpecError("--input", f"{path} twice", "each argument once")
        found[role][name] = json_or_text(value)
    return found


@contextlib.contextmanager
def elsewhere(as_json: bool, quiet: bool) -> Any:
    """Where what an application prints goes: standard output is for what this command prints."""
    if quiet:
        with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
            yield
    elif as_json:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    else:
        yield


def tell(outcome: Outcome, out: Path | None, as_json: bool, quiet: bool) -> None:
    from farbell import _show

    results = outcome.results
    if as_json:
        told = {"returned": outcome.to_json(), "records": _show.plain_rows(results.records), **_show.results_json(results, out)}
        print(json.dumps(told, indent=2, allow_nan=False))
    elif not quiet:
        print(_show.returned_text(outcome))
        print(_show.pairs_text(results))
        if out is not None:
            print(f"Results: {out}")
