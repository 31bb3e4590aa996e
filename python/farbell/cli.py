"""The command `farbell`: from a scenario's name or file to a table, a folder of results and a report.

Exit codes: 0 done; 1 the run failed, reached a limit or was stopped by a deadlock; 2 the scenario or the command line is
wrong; 3 a demand got nothing (with `--require-delivery`); 4 a file could not be read or written; 5 the results are not as
expected (with `--check`), or a bound forbids the target of `bounds`; 130 interrupted, with what was finished saved.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

import farbell as fb
from farbell import _core, cli_limits, cli_netqasm, cli_passes, cli_platforms, cli_route, cli_serve, cli_studies
from farbell._interrupts import held_interrupts
from farbell._shell import (
    BAD_INPUT,
    INTERRUPTED,
    IO_FAILED,
    NOT_AS_EXPECTED,
    NOTHING_DELIVERED,
    RUN_FAILED,
    exit_codes,
    fail,
    load,
)

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Simulate quantum networks: rates and fidelities that follow from the physics.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
new = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Write a scenario file to start from.")
app.add_typer(new, name="new")
app.add_typer(cli_netqasm.app, name="netqasm")
app.add_typer(cli_platforms.app, name="platforms")
app.add_typer(cli_route.app, name="route")


def free_folder(out: Path | None, scenario: fb.Scenario) -> Path:
    """Makes the folder of results before the run, so that a folder that cannot be written costs no run."""
    if out is not None:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            fail(BAD_INPUT, f"{out} exists and is not an empty folder; name another with --out")
        out.mkdir(parents=True, exist_ok=True)
        return out
    words = "".join(c if c.isalnum() or c in "-_." else "-" for c in scenario.name).strip("-.") or "scenario"
    stem = f"{words}-{scenario.seed}"
    number = 1
    while True:
        folder = Path("farbell-runs") / (stem if number == 1 else f"{stem}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            number += 1
        else:
            return folder


def version(wanted: bool) -> None:
    if wanted:
        print(f"farbell {fb.__version__}")
        raise typer.Exit


def cmake_folder(wanted: bool) -> None:
    if wanted:
        print(fb.cmake_dir())
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Print the version and exit.")
    ] = False,
    _cmake_dir: Annotated[
        bool,
        typer.Option(
            "--cmake-dir", callback=cmake_folder, is_eager=True, help="Print where find_package(farbell) looks, and exit."
        ),
    ] = False,
) -> None:
    """The options before a command."""


Allowed = Annotated[
    list[str] | None,
    typer.Option(
        "--allow", metavar="MODULE", help="Let programs that the scenario names be imported from it; may be repeated."
    ),
]


@app.command()
def run(
    scenario: Annotated[str, typer.Argument(help="Name of an example, or a scenario file.", show_default=False)],
    seed: Annotated[int | None, typer.Option(help="Use this seed instead of the scenario's.")] = None,
    replicas: Annotated[int, typer.Option(min=1, help="Independent repetitions.")] = 1,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads for replicas; default: one a core.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the results; default: farbell-runs/NAME-SEED.")] = None,
    record: Annotated[str | None, typer.Option(help="What to keep: rows or summary.")] = None,
    failing: Annotated[
        list[str] | None,
        typer.Option("--fail", metavar="NAME", help="A node or link that is down the whole run; may be repeated."),
    ] = None,
    allow: Allowed = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
    report: Annotated[bool, typer.Option(help="Write the HTML report.")] = True,
    max_events: Annotated[int | None, typer.Option(min=1, help="Stop a replica after this many events.")] = None,
    max_wall: Annotated[float | None, typer.Option(help="Stop after this many seconds of real time.")] = None,
    require_delivery: Annotated[
        bool, typer.Option("--require-delivery", help="Exit with code 3 if a demand got nothing.")
    ] = False,
    check: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Compare with the expectations in a file; exit with code 5 if any is not met."),
    ] = None,
    write_check: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write (or replace) a file of expectations for --check.")
    ] = None,
) -> None:
    """Run a scenario: a table per demand, and a folder with Parquet tables, the scenario and an HTML report."""
    from farbell import _show
    from farbell.deadlocks import deadlock_lines
    from farbell.expectations import expectations_text, read_expectations

    with exit_codes():
        changes: dict[str, Any] = {"seed": seed, "record": record}
        chosen = load(scenario).replace(**{name: value for name, value in changes.items() if value is not None})
        if failing:
            chosen = fb.without(chosen, *failing)
        model = fb.compile(chosen)
        if check is not None:
            # A file that is wrong costs no run.
            read_expectations(check, model.demand_names, model.ghz_demand_names)
        if max_wall is not None and not max_wall > 0:
            raise fb.SpecError("--max-wall", f"{max_wall:g}", "a number of seconds above 0")
        if allow:
            from farbell.programs.imports import search_here

            search_here()
        folder = free_folder(out, chosen)
        talk = not (quiet or as_json)
        if talk:
            print(_show.scenario_text(chosen), flush=True)
        with held_interrupts() as interrupts:
            try:
                results = fb.run(
                    model,
                    replicas=replicas,
                    threads=threads,
                    max_events=max_events,
                    max_wall_s=max_wall,
                    progress=talk and sys.stderr.isatty(),
                    allow=allow or (),
                )
            except fb.Interrupted as stop:
                results = stop.partial
            checked = None if check is None else results.check(check)
            if as_json:
                print(json.dumps(_show.results_json(results, folder, checked), indent=2, allow_nan=False))
            elif talk:
                print(_show.results_text(results))
            missing = save(results, folder, report)
        if talk:
            print(f"Results: {folder}")
        if missing and not quiet:
            print(f"farbell: {missing}", file=sys.stderr if as_json else sys.stdout)
        if interrupts.pressed:
            marked = ", marked partial" if results.partial else ", all of it"
            fail(INTERRUPTED, f"interrupted; what was finished is in {folder}{marked}")
        if "deadlock" in results.replicas["ended"]:
            what = "\n".join(deadlock_lines(results))
            fail(RUN_FAILED, f"a deadlock ended the run; what was finished is in {folder}, marked partial\n{what}")
        if results.partial:
            fail(RUN_FAILED, f"a limit ended the run early; what was finished is in {folder}, marked partial")
        if write_check is not None:
            write_check.write_text(expectations_text(results.expectations()), encoding="utf-8")
            if talk:
                print(f"Expectations: {write_check}")
        if require_delivery and not all(row["pairs"] for row in results.summary().rows()):
            fail(NOTHING_DELIVERED, "a demand got no pair")
        if require_delivery and not all(row["states"] for row in results.ghz_summary().rows()):
            fail(NOTHING_DELIVERED, "a GHZ demand got no state")
        if checked is not None:
            differ = checked[checked["verdict"] == "differs"]
            if talk:
                print(_show.check_text(checked, str(check), results))
            elif len(differ):
                print(_show.check_table(differ), file=sys.stderr)
            if len(differ):
                fail(NOT_AS_EXPECTED, f"{len(differ)} of {len(checked)} expectations in {check} are not met")


def save(results: fb.Results, folder: Path, report: bool) -> str:
    """Writes the folder; returns what is missing, and why."""
    try:
        results.save(folder, report=False)
        if report:
            results.write_report(folder / "report.html")
    except ImportError as error:
        return str(error)
    except OSError as error:
        tables = ", ".join(readable_tables(folder)) or "none"
        fail(IO_FAILED, f"{folder} is incomplete: {error.strerror or error}; tables that can be read: {tables}")
    return ""


def readable_tables(folder: Path) -> list[str]:
    import pyarrow
    import pyarrow.parquet

    names = []
    for path in sorted(folder.glob("*.parquet")):
        with contextlib.suppress(OSError, pyarrow.ArrowInvalid):
            pyarrow.parquet.read_metadata(path)
            names.append(path.stem)
    return names


for command in (
    cli_studies.sweep,
    cli_studies.scale,
    cli_studies.require,
    cli_limits.bounds,
    cli_limits.place,
    cli_passes.passes,
    cli_serve.serve,
):
    app.command()(command)


@app.command()
def validate(
    files: Annotated[list[Path], typer.Argument(help="Scenario files.", show_default=False)],
) -> None:
    """Check scenario files, down to routes and reachable fidelities, without running them."""
    from farbell import _show

    wrong = 0
    for file in files:
        try:
            scenario = load(str(file))
            fb.compile(scenario)
        except fb.SpecError as error:
            wrong += 1
            # Errors in reading name their file.
            print(error if str(error).startswith(f"{file}: ") else f"{file}: {error}", file=sys.stderr)
        except OSError as error:
            fail(IO_FAILED, f"{file}: {error.strerror or error}")
        else:
            print(f"{file}: ok, {_show.sizes_text(scenario)}")
    if wrong:
        raise typer.Exit(BAD_INPUT)


def write(scenario: fb.Scenario, path: Path | None) -> None:
    text = scenario.to_json()
    if path is None:
        print(text)
        return
    with path.open("x", encoding="utf-8") as file:
        file.write(text + "\n")
    from farbell import _show

    print(f"{path}: {_show.sizes_text(scenario)}")


@app.command()
def examples(
    write_to: Annotated[
        tuple[str, Path] | None, typer.Option("--write", metavar="NAME PATH", help="Write an example to a file.")
    ] = None,
) -> None:
    """List the examples that come with farbell."""
    with exit_codes():
        if write_to is not None:
            name, path = write_to
            write(fb.example(name), path)
            return
        names = fb.examples()
        width = max(map(len, names))
        for name, description in names.items():
            print(f"{name.ljust(width)}  {description}")


@app.command()
def schema(
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write; default: standard output.")] = None,
) -> None:
    """Print the JSON Schema of scenario files, for editors and other programs."""
    text = _core.scenario_schema()
    with exit_codes():
        if out is None:
            print(text, end="")
        else:
            out.write_text(text, encoding="utf-8")
            print(out)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="A folder of results.", show_default=False)],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Where to; default: report.html in the folder.")] = None,
) -> None:
    """Write the HTML report of a folder of results again."""
    with exit_codes():
        results = fb.load_results(folder)
        try:
            print(results.write_report(out or folder / "report.html"))
        except ImportError as error:
            fail(RUN_FAILED, str(error))


@app.command()
def explain(
    folder: Annotated[Path, typer.Argument(help="A folder of results.", show_default=False)],
    request: Annotated[int, typer.Option(min=0, help="Number of the request.", show_default=False)],
    demand: Annotated[str | None, typer.Option(help="Name of the demand, if there are several.")] = None,
    replica: Annotated[int, typer.Option(min=0, help="Number of the replica.")] = 0,
    window: Annotated[
        tuple[float, float] | None, typer.Option(metavar="FROM UNTIL", help="Seconds of simulated time to tell of.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    svg: Annotated[Path | None, typer.Option(help="Write a space-time diagram to this file.")] = None,
    messages_svg: Annotated[Path | None, typer.Option(help="Write a message sequence diagram to this file.")] = None,
    allow: Allowed = None,
) -> None:
    """Tell what happened to one request: replays the replica from its seed."""
    with exit_codes():
        results = fb.load_results(folder)
        if allow:
            from farbell.programs.imports import search_here

            search_here()
            results = results.with_code(allow=allow)
        told = results.explain(request=request, demand=demand, replica=replica, window_s=window)
        print(json.dumps(told.to_dict(), indent=1, allow_nan=False) if as_json else told)
        for path, draw in ((svg, fb.plot.space_time), (messages_svg, fb.plot.message_sequence)):
            if path is not None:
                draw(results, request=request, demand=demand, replica=replica, window_s=window).save(path)
                print(f"Picture: {path}", file=sys.stderr)


Output = Annotated[Path | None, typer.Option("--out", "-o", help="File to write; default: standard output.")]
Length = Annotated[str, typer.Option("--length", help='Length of every fibre, "20 km" or metres.')]
Duration = Annotated[str, typer.Option("--duration", help='Simulated time, "10 s" or seconds.')]
Seed = Annotated[int, typer.Option("--seed", help="Root of every random stream.")]
Side = Annotated[str, typer.Option("--side", help='Side of the square on which the nodes lie, "100 km" or metres.')]
LayoutSeed = Annotated[int, typer.Option("--layout-seed", help="Decides the places and the links of a random network.")]
SpanLimit = Annotated[
    str | None, typer.Option("--span-limit", help='Put repeaters on longer fibres, at equal spans: "50 km" or metres.')
]

PlatformName = Annotated[str | None, typer.Option("--platform", help="Hardware of all nodes: a name that `platforms` lists.")]


def plain_or_text(quantity: str) -> float | str:
    """A bare number is in SI units; anything else is left to the parser of quantities."""
    try:
        return float(quantity)
    except ValueError:
        return quantity


def quantities(**texts: str | None) -> dict[str, Any]:
    """Lengths, times and names of the command line, those that were given, as a builder takes them."""
    return {name: plain_or_text(text) for name, text in texts.items() if text is not None}


def pair_of_names(text: str) -> tuple[str, str]:
    node_a, colon, node_b = text.partition(":")
    if not colon:
        raise fb.SpecError("--demand", repr(text), "two names of nodes with a colon between them")
    return node_a, node_b


@new.command("chain")
def new_chain(
    nodes: Annotated[int, typer.Option(help="Nodes, both ends included.")] = 5,
    length: Length = "20 km",
    span_limit: SpanLimit = None,
    platform: PlatformName = None,
    duration: Duration = "10 s",
    seed: Seed = 0,
    out: Output = None,
) -> None:
    """Repeaters in a row; one demand between both ends."""
    with exit_codes():
        given = quantities(length_m=length, duration_s=duration, span_limit_m=span_limit, platform=platform)
        write(fb.chain(nodes, seed=seed, **given), out)


@new.command("ring")
def new_ring(
    nodes: Annotated[int, typer.Option(help="Nodes on the ring.")] = 6,
    length: Length = "20 km",
    span_limit: SpanLimit = None,
    platform: PlatformName = None,
    duration: Duration = "10 s",
    seed: Seed = 0,
    out: Output = None,
) -> None:
    """A closed chain; one demand half-way round."""
    with exit_codes():
        given = quantities(length_m=length, duration_s=duration, span_limit_m=span_limit, platform=platform)
        write(fb.ring(nodes, seed=seed, **given), out)


@new.command("star")
def new_star(
    leaves: Annotated[int, typer.Option(help="Leaves round the hub.")] = 6,
    length: Length = "20 km",
    span_limit: SpanLimit = None,
    platform: PlatformName = None,
    duration: Duration = "10 s",
    seed: Seed = 0,
    out: Output = None,
) -> None:
    """A hub with leaves; demands between neighbouring leaves."""
    with exit_codes():
        given = quantities(length_m=length, duration_s=duration, span_limit_m=span_limit, platform=platform)
        write(fb.star(leaves, seed=seed, **given), out)


@new.command("grid")
def new_grid(
    rows: Annotated[int, typer.Option(help="Rows of nodes.")] = 6,
    columns: Annotated[int, typer.Option(help="Columns of nodes.")] = 6,
    length: Length = "20 km",
    span_limit: SpanLimit = None,
    platform: PlatformName = None,
    duration: Duration = "10 s",
    seed: Seed = 0,
    out: Output = None,
) -> None:
    """A square lattice; one demand from corner to corner."""
    with exit_codes():
        given = quantities(length_m=length, duration_s=duration, span_limit_m=span_limit, platform=platform)
        write(fb.grid(rows, columns, seed=seed, **given), out)


@new.command("torus")
def new_torus(
    rows: Annotated[int, typer.Option(help="Rows of nodes.")] = 6,
    columns: Annotated[int, typer.Option(help="Columns of nodes.")] = 6,
    length: Length = "20 km",
    span_limit: SpanLimit = None,
    platform: PlatformName = None,
    duration: Duration = "10 s",
    seed: Seed = 0,
    out: Output = None,
) -> None:
    """A square lattice without edges; one demand half-way round."""
    with exit_codes():
        given = quantities(length_m=length, duration_s=duration, span_limit_m=span_limit, platform=platform)
        write(fb.torus(rows, columns, seed=seed, **given), out)


@new.command("waxman")
def new_waxman(
    nodes: Annotated[int, typer.Option(help="Number of nodes.")] = 50,
    alpha: Annotated[float, typer.Option(help="How far links reach.")] = 0.2,
    beta: Annotated[float, typer.Option(help="Probability of a link of no length.")] = 0.4,
    side: Side = "100 km",
    layout_seed: LayoutSeed = 0,
    span_limit: SpanLimit = None,
    platform: PlatformName = None,
    duration: Duration = "10 s",
    seed: Seed = 0,
    out: Output = None,
) -> None:
    """Nodes at random places, near ones linked more often; one demand from the first to the furthest."""
    with exit_codes():
        given = quantities(side_m=side, duration_s=duration, span_limit_m=span_limit, platform=platform)
        write(fb.waxman(nodes, alpha=alpha, beta=beta, layout_seed=layout_seed, seed=seed, **given), out)


@new.command("random-geometric")
def new_random_geometric(
    nodes: Annotated[int, typer.Option(help="Number of nodes.")] = 50,
    radius: Annotated[str, typer.Option(help='Nodes at most so far apart are linked, "25 km" or metres.')] = "25 km",
    side: Side = "100 km",
    layout_seed: LayoutSeed = 0,
    span_limit: SpanLimit = None,
    platform: PlatformName = None,
    duration: Duration = "10 s",
    seed: Seed = 0,
    out: Output = None,
) -> None:
    """Nodes at random places, linked up to a distance; one demand from the first to the furthest."""
    with exit_codes():
        given = quantities(radius_m=radius, side_m=side, duration_s=duration, span_limit_m=span_limit, platform=platform)
        write(fb.random_geometric(nodes, layout_seed=layout_seed, seed=seed, **given), out)


@new.command("metro-backbone")
def new_metro_backbone(
    hubs: Annotated[int, typer.Option(help="Hubs on the backbone.")] = 4,
    metro_nodes: Annotated[int, typer.Option(help="Nodes at each hub.")] = 4,
    backbone: Annotated[str, typer.Option(help="ring or mesh.")] = "ring",
    metro: Annotated[str, typer.Option(help="star or ring.")] = "star",
    backbone_length: Annotated[str, typer.Option(help='Fibre between neighbouring hubs, "100 km" or metres.')] = "100 km",
    metro_length: Annotated[str, typer.Option(help='Length of every metro fibre, "10 km" or metres.')] = "10 km",
    span_limit: SpanLimit = None,
    platform: PlatformName = None,
    duration: Duration = "10 s",
    seed: Seed = 0,
    out: Output = None,
) -> None:
    """A backbone of hubs with a metro network at each; one demand across."""
    with exit_codes():
        given = quantities(
            backbone_length_m=backbone_length,
            metro_length_m=metro_length,
            duration_s=duration,
            span_limit_m=span_limit,
            platform=platform,
        )
        shapes: dict[str, Any] = {"backbone": backbone, "metro": metro}
        write(fb.metro_backbone(hubs, metro_nodes, seed=seed, **shapes, **given), out)


@new.command("graphml")
def new_graphml(
    file: Annotated[Path, typer.Argument(help="A GraphML file.", show_default=False)],
    demand: Annotated[
        list[str] | None, typer.Option("--demand", metavar="A:B", help="Who asks for pairs with whom; repeatable.")
    ] = None,
    length_attribute: Annotated[str | None, typer.Option(help="Edge attribute with the length.")] = None,
    detour_factor: Annotated[
        float | None, typer.Option(help="Fibre length over great-circle distance, for edges without a length.")
    ] = None,
    drop_unplaced: Annotated[bool, typer.Option("--drop-unplaced", help="Leave out nodes without coordinates.")] = False,
    span_limit: SpanLimit = None,
    platform: PlatformName = None,
    duration: Duration = "10 s",
    seed: Seed = 0,
    out: Output = None,
) -> None:
    """A network from a map in GraphML, such as those of the Internet Topology Zoo."""
    with exit_codes():
        scenario = fb.from_graphml(
            file,
            demands=[pair_of_names(pair) for pair in demand or ()],
            length_attribute=length_attribute,
            detour_factor=detour_factor,
            drop_unplaced=drop_unplaced,
            seed=seed,
            **quantities(duration_s=duration, span_limit_m=span_limit, platform=platform),
        )
        write(scenario, out)


def main() -> None:
    """Entry point of the console script."""
    app(prog_name="farbell")
