"""Commands that ask what a network allows: `bounds` and `place`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast

import typer

import farbell as fb
from farbell._shell import NOT_AS_EXPECTED, RUN_FAILED, exit_codes, fail, json_or_text, load, numbers_of

_Value = TypeVar("_Value")


def bounds(
    network: Annotated[str, typer.Argument(help="An example, a scenario file, or a folder of results.", show_default=False)],
    target: Annotated[
        str | None,
        typer.Option(
            metavar="NAME=VALUE,...", help="Can it be met? rate=1,fidelity=0.8. Exit with code 5 if a bound forbids it."
        ),
    ] = None,
    demand: Annotated[str | None, typer.Option(help="The demand that is to meet it; default: each.")] = None,
    together: Annotated[
        str | None,
        typer.Option(metavar="total|fair", help="Also what all demands get at the same time, in all or at least each."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """What no protocol can beat: the most that each demand can get, and by what it is limited."""
    from farbell import _show
    from farbell.design import Target

    with exit_codes():
        if demand is not None and target is None:
            raise fb.SpecError("--demand", repr(demand), "a --target that it is to meet")
        wanted = Target.of(numbers_of("--target", target))
        results = fb.load_results(network) if (Path(network) / "provenance.json").exists() else None
        model = fb.compile(load(network) if results is None else results.scenario)
        tables = (
            {"demands": fb.bounds.demand_bounds(model), "ghz_demands": fb.bounds.ghz_demand_bounds(model)}
            if results is None
            else {"demands": results.bounds(), "ghz_demands": results.ghz_bounds()}
        )
        asked = {"rate_hz": wanted.rate_hz, "fidelity": wanted.fidelity}
        over = None if target is None else fb.bounds.forbidding_bound(model, asked, demand=demand)
        try:
            # What is none of both throughput() refuses.
            most = None if together is None else fb.bounds.capacities(model).throughput(objective=cast(Any, together))
        except ImportError as error:
            fail(RUN_FAILED, str(error))
        if as_json:
            print(_show.bounds_json(tables, most, over))
        else:
            print(_show.bounds_text(tables, most))
        if over is not None:
            fail(NOT_AS_EXPECTED, f"{wanted} cannot be met: {over}")
        if target is not None and not as_json:
            print(f"\nNo bound forbids {wanted}; whether it is reached a run says.")


def place(
    network: Annotated[str, typer.Argument(help="An example or a scenario file: the fibres.", show_default=False)],
    ends: Annotated[str, typer.Option(metavar="A,B,...", help="Nodes, each two of which are to be joined; or pairs, A:B,C:D.")],
    target: Annotated[
        str | None,
        typer.Option(metavar="NAME=VALUE,...", help="What each pair is to reach: rate=1,fidelity=0.8. It is simulated."),
    ] = None,
    span: Annotated[
        str | None, typer.Option(help='Instead of a target the longest span: "80 km" or metres. Nothing is simulated.')
    ] = None,
    max_repeaters: Annotated[int | None, typer.Option(help="Most repeaters on a path.")] = None,
    paths: Annotated[int, typer.Option(help="Paths of each pair that share no repeater.")] = 1,
    capacity: Annotated[
        int | None, typer.Option(help="Most paths through a repeater; default, with a target: by its slots.")
    ] = None,
    locations: Annotated[
        str | None, typer.Option(metavar="A,B,...", help="Where repeaters may stand; default: anywhere.")
    ] = None,
    memory: Annotated[str | None, typer.Option(help="Which memory of the file, if it has several.")] = None,
    slots: Annotated[int | None, typer.Option(help="Memory slots of a node, instead of the file's.")] = None,
    duration: Annotated[str, typer.Option(help='Simulated time of each replica, "10 s" or seconds.')] = "10 s",
    replicas: Annotated[
        int, typer.Option(help="Independent repetitions, doubled up to eight times as many while in doubt.")
    ] = 4,
    seed: Annotated[int, typer.Option(help="Root of every random stream.")] = 0,
    greedy: Annotated[
        bool, typer.Option("--greedy", help="The heuristic for large maps, instead of the exact programme.")
    ] = False,
    time_limit: Annotated[float | None, typer.Option(help="Seconds that each search of the exact programme may take.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the placed network, and what was tried as Parquet.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as one JSON object.")] = False,
) -> None:
    """Where do repeaters have to stand? The fewest for a target, simulated, or for a longest span.

    Memory, generation, station and fibre are those of the file, where they must be alike. `farbell new graphml` makes a
    scenario of a GraphML file.
    """
    import sys

    from farbell import _show

    with exit_codes():
        if (target is None) == (span is None):
            raise fb.SpecError("--target", "both or neither of --target and --span", "one of them")
        map_ = load(network)
        hardware = hardware_of(map_, memory, slots)
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)  # a folder that cannot be written costs no run
        asked: dict[str, Any] = {
            "ends": ends_of(ends),
            "max_repeaters": max_repeaters,
            "disjoint_paths": paths,
            "capacity": capacity,
            "locations": names_of(locations) if locations is not None else None,
            "method": "greedy" if greedy else "exact",
            "time_limit_s": time_limit,
        }
        run: dict[str, Any] = {"duration_s": json_or_text(duration), "seed": seed}
        try:
            if span is not None:
                placement = fb.placement(map_, max_span_m=json_or_text(span), **asked)
                answer, scenario = None, placement.scenario(**hardware, **run)
            else:
                answer = fb.placement_for_target(
                    map_,
                    target=numbers_of("--target", target),
                    replicas=replicas,
                    max_replicas=8 * replicas,
                    progress=sys.stderr.isatty(),
                    **asked,
                    **hardware,
                    **run,
                )
                placement, scenario = answer.placement, answer.scenario
        except (ImportError, TimeoutError) as error:
            fail(RUN_FAILED, str(error))
        if out is not None:
            from farbell.storage import write_table

            if answer is not None:
                write_table(answer.tried, out / "tried.parquet")
            (out / "scenario.json").write_text(scenario.to_json() + "\n", encoding="utf-8")
        print(_show.placement_json(placement, answer) if as_json else _show.placement_text(placement, answer))


def names_of(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def ends_of(text: str) -> list[str] | list[tuple[str, str]]:
    names = names_of(text)
    if not any(":" in name for name in names):
        return names
    pairs = [tuple(end.strip() for end in name.split(":")) for name in names]
    if any(len(pair) != 2 for pair in pairs):
        raise fb.SpecError("--ends", repr(text), "names, or pairs of names with a colon between them: A:B,C:D")
    return cast(list[tuple[str, str]], pairs)


def hardware_of(scenario: fb.Scenario, memory: str | None, slots: int | None) -> dict[str, Any]:
    """Arguments of :func:`farbell.chain` that give nodes and links like those of a scenario."""
    names = {kept.name: kept for kept in scenario.memories}
    used = list(dict.fromkeys(node.memory for node in scenario.nodes))
    if memory is None and len(used) != 1:
        raise fb.SpecError("--memory", "none", f"one of {', '.join(names)}: nodes have different ones")
    if memory is not None and memory not in names:
        raise fb.SpecError("--memory", repr(memory), f"one of {', '.join(names)}")
    chosen = names[memory or used[0]]
    places = ("name", "memory", "latitude_deg", "longitude_deg", "x_m", "y_m")
    if any(node != fb.Node(**{name: getattr(node, name) for name in places}) for node in scenario.nodes):
        raise fb.SpecError("nodes", "nodes with settings of their own", "nodes that have but a memory and a place")
    plain = ("length_m", "attenuation_db_per_km", "speed_m_per_s")
    if any(link.fiber != fb.Fiber(**{name: getattr(link.fiber, name) for name in plain}) for link in scenario.links):
        raise fb.SpecError(
            "links/*/fiber", "fibres with settings of their own", "fibres that have but a length, an attenuation and a speed"
        )
    generation = alike("links/*/generation", (link.generation for link in scenario.links))
    attenuation = alike("links/*/fiber/attenuation_db_per_km", (link.fiber.attenuation_db_per_km for link in scenario.links))
    speed = alike("links/*/fiber/speed_m_per_s", (link.fiber.speed_m_per_s for link in scenario.links))
    station = next((s for s in scenario.stations if s.name == getattr(generation, "station", "")), None)
    return {
        "memory": chosen if slots is None else chosen.replace(slots=slots),
        "generation": generation,
        "attenuation_db_per_km": attenuation,
        "speed_m_per_s": speed,
        **({"station": station} if station is not None else {}),
    }


def alike(path: str, values: Iterable[_Value]) -> _Value:
    first, *others = values
    if any(other != first for other in others):
        raise fb.SpecError(path, "values that differ", "the same for all, as a new link gets it, too")
    return first
