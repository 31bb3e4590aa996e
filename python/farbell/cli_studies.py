"""Commands that run a scenario many times: `sweep`, `scale` and `require`."""

from __future__ import annotations

import inspect
import json
import math
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

import farbell as fb
from farbell._shell import INTERRUPTED, RUN_FAILED, exit_codes, fail, json_or_text, kept_in, load, numbers_of
from farbell.topology.network import nearest


def sweep(
    scenario: Annotated[str, typer.Argument(help="Name of an example, or a scenario file.", show_default=False)],
    vary: Annotated[
        list[str], typer.Option(metavar="PATH=VALUES", help="A field and its values, 'memories/*/t2_s=10 ms,1 s'; repeatable.")
    ],
    replicas: Annotated[int | None, typer.Option(min=1, help="Independent repetitions of each point; default: 1.")] = None,
    max_relative_error: Annotated[
        float | None, typer.Option(help="Repeat each point until the 95 % intervals of its rates are this narrow.")
    ] = None,
    max_replicas: Annotated[int | None, typer.Option(min=1, help="Most repetitions then; default: 1000.")] = None,
    store: Annotated[
        Path | None, typer.Option(help="File that keeps what is finished; a run that was stopped goes on.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Points at a time; default: one a core.")] = None,
    executor: Annotated[str, typer.Option(help="thread, process or dask.")] = "thread",
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try points again that failed before.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables as Parquet.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Run a scenario at all combinations of values: a table with a row a point and demand."""
    from farbell import _show

    with exit_codes():
        varied = [path_and_values(text) for text in vary]
        for i, (path, _) in enumerate(varied):
            if path in dict(varied[:i]):
                raise fb.SpecError("--vary", f"{path} twice", "each path once, with all its values")
        chosen = fb.sweep(load(scenario), dict(varied))
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)  # a folder that cannot be written costs no run
        interrupted = False
        try:
            study = chosen.run(
                store,
                executor=executor,
                workers=workers,
                replicas=replicas,
                max_relative_error=max_relative_error,
                max_replicas=max_replicas,
                retry_failed=retry_failed,
                progress=sys.stderr.isatty() and not quiet,
            )
        except fb.Interrupted as stop:
            study, interrupted = stop.partial, True
        except ImportError as error:
            fail(RUN_FAILED, str(error))
        if out is not None:
            study.to_parquet(out)
        if as_json:
            print(json.dumps(_show.study_json(study), indent=2, allow_nan=False))
        elif not quiet:
            print(_show.study_text(study))
        if interrupted:
            fail(INTERRUPTED, f"interrupted{kept_in(store)}")
        if len(study.errors):
            fail(RUN_FAILED, f"{len(study.errors)} of {len(study)} points failed: {study.errors['error'][0]}")


def path_and_values(text: str) -> tuple[str, list[Any]]:
    """`memories/*/t2_s=10 ms,1` as a path and its values: a JSON list, or texts between commas that may be JSON."""
    path, equals, values = text.partition("=")
    if not (path and equals):
        raise fb.SpecError("--vary", repr(text), "a path and its values: 'memories/*/t2_s=10 ms,1 s'")
    if values.startswith("["):
        try:
            listed = json.loads(values)
        except ValueError as error:
            raise fb.SpecError("--vary", repr(values), f"a list in JSON ({error})") from None
        return path, listed
    return path, [json_or_text(value.strip()) for value in values.split(",")]


def scale(
    network: Annotated[
        str,
        typer.Argument(help="chain, ring, star, grid, torus; an example; a scenario file.", show_default=False),
    ],
    vary: Annotated[
        str,
        typer.Option(
            metavar="NAME=SIZES",
            help="What grows, by doubling (4..1024), by steps (4..20:4) or as listed (4,6,9). "
            "Of a shape: nodes, or an argument such as rows, length_m. Of a file: demands (its first so many), length_factor, "
            "or a path: memories/*/slots.",
        ),
    ],
    target: Annotated[
        str | None, typer.Option(metavar="NAME=VALUE,...", help="What to reach: rate=1,fidelity=0.8.", show_default=False)
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="NAME=VALUE",
            help="Another argument of the shape, 'length_m=20 km'; runs are of 4 s, 2 s of them warm-up.",
        ),
    ] = None,
    replicas: Annotated[int, typer.Option(min=2, help="Independent repetitions of each size.")] = 16,
    prices: Annotated[
        str | None,
        typer.Option(
            metavar="NAME=PRICE,...", help="Of nodes, links, memory_slots, fiber_km: what it costs.", show_default=False
        ),
    ] = None,
    limits: Annotated[bool, typer.Option(help="Ask what limits it where it breaks, or at its largest.")] = True,
    store: Annotated[Path | None, typer.Option(help="File that keeps what is finished; the same command goes on.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables as Parquet, and the plots.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as one JSON object.")] = False,
) -> None:
    """Does it scale? Run a network at growing sizes: what it delivers, where it breaks, and what limits it."""
    from farbell import _show

    with exit_codes(store):
        name, sizes = sizes_of(vary)
        shape = of_nodes(network) if network in SHAPES else None
        fixed = {key: json_or_text(value) for key, value in map(named_value, given or [])}
        if shape is not None:
            for option, argument in [("--vary", name), *(("--with", argument) for argument in fixed)]:
                check_argument(option, argument, network)
        if shape is not None and not {"duration_s", "warm_up_s"} & {*fixed, name}:
            fixed |= RUN_OF_A_SHAPE
        if fixed and shape is None:
            raise fb.SpecError("--with", given[0] if given else "", f"a shape to go with it: {', '.join(SHAPES)}")
        answer = fb.scale(
            load(network) if shape is None else shape,
            {name: sizes},
            target=numbers_of("--target", target),
            replicas=replicas,
            limits=limits,
            prices=numbers_of("--prices", prices),
            store=store,
            progress=sys.stderr.isatty(),
            **fixed,
        )
        if out is not None:
            tables = {"sizes": answer.table, "exponents": answer.exponents}
            drawn = {"sizes": lambda: answer.overview()[0]}
            if answer.limits is not None:
                tables["limits"], drawn["limits"] = answer.limits.table, answer.limits.plot
            write_answer(out, tables, drawn)
        print(_show.scaling_json(answer) if as_json else _show.scaling_text(answer))


def require(
    scenario: Annotated[str, typer.Argument(help="Name of an example, or a scenario file.", show_default=False)],
    target: Annotated[str, typer.Option(metavar="NAME=VALUE,...", help="What to reach: rate=1,fidelity=0.8.")],
    improve: Annotated[str, typer.Option(metavar="NAME,...", help="What may get better: names of fields, or paths.")],
    most: Annotated[float, typer.Option(help="The largest factor that is tried.")] = 1000.0,
    replicas: Annotated[int, typer.Option(min=1, help="Independent repetitions of each candidate.")] = 8,
    generations: Annotated[int, typer.Option(min=1, help="Of the search, at most.")] = 40,
    seed: Annotated[int | None, typer.Option(help="In place of the scenario's.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Candidates at a time; default: one a core.")] = None,
    store: Annotated[Path | None, typer.Option(help="File that keeps what was tried; the same command goes on.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the improved scenario, and what was tried, also drawn.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as one JSON object.")] = False,
) -> None:
    """What must improve? The least improvement of hardware that reaches a target."""
    from farbell import _show

    with exit_codes(store):
        answer = fb.requirements(
            load(scenario),
            target=numbers_of("--target", target),
            improve=[name.strip() for name in improve.split(",") if name.strip()],
            most=most,
            replicas=replicas,
            generations=generations,
            seed=seed,
            workers=workers,
            store=store,
            progress=sys.stderr.isatty(),
        )
        if out is not None:
            write_answer(out, {"required": answer.table, "tried": answer.tried}, {"tried": answer.plot})
            (out / "scenario.json").write_text(answer.scenario.to_json() + "\n", encoding="utf-8")
        print(_show.requirements_json(answer) if as_json else _show.requirements_text(answer))


#: Functions of `farbell` that make a network of a size.
SHAPES = ("chain", "ring", "star", "grid", "torus")


#: Long enough that rates of some hundred nodes are not too low because their first pair takes a while.
RUN_OF_A_SHAPE = {"duration_s": 4.0, "warm_up_s": 2.0}


def of_nodes(shape: str) -> Callable[..., fb.Scenario]:
    """A shape that can be asked for by its number of `nodes`, too: a lattice is as square as that allows."""
    made: Callable[..., fb.Scenario] = getattr(fb, shape)

    @wraps(made)
    def sized(*, nodes: int | None = None, **arguments: Any) -> fb.Scenario:
        if nodes is None:
            return made(**arguments)
        if shape in ("chain", "ring"):
            return made(nodes, **arguments)
        if shape == "star":
            return made(leaves=nodes - 1, **arguments)
        fewest = 2 if shape == "grid" else 3
        rows = next((r for r in range(math.isqrt(max(nodes, 0)), fewest - 1, -1) if nodes % r == 0), None)
        if rows is None:
            allowed = f"a number of nodes that makes a {shape}: rows times columns, {fewest} or more each"
            raise fb.SpecError("nodes", str(nodes), allowed)
        return made(rows=rows, columns=nodes // rows, **arguments)

    return sized


def check_argument(option: str, name: str, shape: str) -> None:
    """Whether a shape can be made with it: an argument, a field of the scenario, or a path."""
    of_shape = [argument for argument in inspect.signature(getattr(fb, shape)).parameters if argument != "options"]
    sizes = [*dict.fromkeys(["nodes", *of_shape]), "width", "attenuation_db_per_km", "speed_m_per_s", "span_limit_m"]
    known = [*sizes, "traffic", "station", *inspect.signature(fb.Scenario).parameters]
    if "/" not in name and name not in known:
        allowed = f"for {shape}: {', '.join(sizes)}, a field of the scenario, or a path such as memories/*/slots"
        raise fb.SpecError(option, repr(name), allowed, nearest(name, known))


def named_value(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise fb.SpecError("--with", repr(text), "a name and its value: 'length_m=20 km'")
    return name.strip(), value.strip()


def sizes_of(text: str) -> tuple[str, list[float]]:
    """`nodes=4..1024` doubles, `nodes=4..20:4` adds, `nodes=4,6,9` lists."""
    name, _, values = text.partition("=")
    try:
        if ".." not in values:
            return name, [number(value) for value in values.split(",")]
        ends, _, step = values.partition(":")
        low, high = (number(value) for value in ends.split(".."))
        if not (0 < low <= high) or (step and not number(step) > 0):
            raise ValueError
        sizes = [low]
        while (following := sizes[-1] + number(step) if step else 2 * sizes[-1]) <= high:
            sizes.append(following)
    except ValueError:
        raise fb.SpecError("--vary", repr(text), "a name and its sizes: nodes=4..1024, nodes=4..20:4 or nodes=4,6,9") from None
    return name, sizes


def number(text: str) -> float:
    """A whole number stays one."""
    try:
        return int(text)
    except ValueError:
        return float(text)


def write_answer(folder: Path, tables: Mapping[str, fb.ResultTable], drawn: Mapping[str, Callable[[], Any]]) -> None:
    """Tables as Parquet, and figures as PNG where there is matplotlib."""
    from farbell.storage import write_table

    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        write_table(table, folder / f"{name}.parquet")
    try:
        for name, draw in drawn.items():
            draw().figure.savefig(folder / f"{name}.png", dpi=110)
    except ImportError as error:
        print(f"farbell: no figures: {error}", file=sys.stderr)
