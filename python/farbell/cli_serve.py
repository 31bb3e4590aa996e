"""The command `serve`: a run behind a REST interface."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import farbell as fb
from farbell._interrupts import held_interrupts
from farbell._shell import BAD_INPUT, INTERRUPTED, RUN_FAILED, exit_codes, fail, load


def serve(
    scenario: Annotated[str, typer.Argument(help="Name of an example, or a scenario file.", show_default=False)],
    host: Annotated[
        str, typer.Option(help="Address to listen at; other machines reach only what is not loopback.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0: any that is free.")] = 8765,
    token: Annotated[
        str | None, typer.Option(help="Token of every request; default: FARBELL_TOKEN, or a new one that is printed.")
    ] = None,
    lease: Annotated[
        float, typer.Option(help="Seconds for which a controller may be silent before another can take over.")
    ] = 60.0,
    pace: Annotated[
        float | None, typer.Option(help="Simulated seconds in a second of real time; default: they pass by request only.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Use this seed instead of the scenario's.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the results; default: they are not kept.")] = None,
) -> None:
    """Hold a run, and let other programs steer it over HTTP: look, advance, route, fail, ask."""
    with exit_codes():
        for name, value in (("--lease", lease), ("--pace", pace)):
            if value is not None and not 0 < value < 1e9:
                raise fb.SpecError(name, f"{value:g}", "a number above 0")
        try:
            from farbell.serve import server
        except ImportError as error:
            fail(RUN_FAILED, str(error))
        word, is_new = server.token_of(token)
        if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
            fail(BAD_INPUT, f"{out} exists and is not an empty folder; name another with --out")
        with fb.live(load(scenario), seed=seed) as run:
            try:
                held = server.Server(run, word, lease, pace)
            except ImportError as error:
                fail(RUN_FAILED, str(error))
            if out is not None:
                out.mkdir(parents=True, exist_ok=True)
            with server.listening(host, port) as listener:
                server.warn_of_others(host)
                print(f"Serving {run.scenario.name or 'unnamed'}, {run.duration_s:g} s, at {server.url_of(listener)}")
                print(f"Token: {word if is_new else 'as given'}", flush=True)
                interrupted = held.serve(listener)
            with held_interrupts():
                reached = f"{run.time_s:g} of {run.duration_s:g} s were simulated"
                kept = "nothing was kept: there was no --out"
                if out is not None:
                    results = run.results()
                    results.save(out, report=False)
                    kept = f"the results are in {out}{', marked partial' if results.partial else ''}"
        if interrupted:
            fail(INTERRUPTED, f"interrupted; {reached}, {kept}")
        print(f"Ended: {reached}, {kept}")
