"""The ladder holds: a module uses only what stands below it, and each third-party package has one home."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORE = ROOT / "cpp" / "farbell"
PACKAGE = ROOT / "python" / "farbell"

# The one list, bottom first.
CORE_FLOORS = ["base", "engine", "state", "hardware", "protocols", "network", "apps", "simulation"]
PYTHON_FLOORS = [
    ["_core", "_extras", "_interrupts"],
    ["_numbers", "_nearest", "_improvement"],
    ["channels", "table", "describe"],
    ["presets"],
    ["photons", "heralds"],
    ["states", "hardware", "in_force", "analysis", "layout", "svg", "decoupling", "pulses"],
    ["topology", "bounds", "trace", "storage", "use_over_time", "kept_file", "routes_view"],
    ["record", "route_search", "placing", "programs", "freespace"],
    ["availability", "background", "extensions", "hooks", "program_story", "saved", "stack", "switching"],
    ["examples", "hook_calls", "summary", "ghz", "deadlocks", "time_shares", "what_if", "devices"],
    ["device_words"],
    ["scenario"],
    ["views", "bound_shares", "replay", "explanation", "expectations"],
    ["round_story"],
    ["explain"],
    ["diagram_window"],
    ["diagrams"],
    ["figures"],
    ["report"],
    ["results"],
    ["loading"],
    ["running", "plot"],
    ["live_run"],
    ["serve", "envs"],
    ["studies"],
    ["design", "routing"],
    ["__init__"],
    ["programs.examples"],
    ["netqasm"],
    ["_show"],
    ["_shell"],
    ["cli_limits", "cli_studies", "cli_netqasm", "cli_passes", "cli_platforms", "cli_serve"],
    ["cli_route"],
    ["cli"],
    ["__main__"],
]

# Where a third-party header may be included.
HEADER_HOMES = {
    "Eigen/": {"state", "hardware"},
    "nlohmann/": {"simulation"},
    "xtensor": {"simulation"},
    "pybind11/": set(),
    "Python.h": set(),
}
# Names that only the stated C++ files inside a home may include: core headers stay quick to compile.
INTERNAL_JSON_HEADERS = 1


def includes(path: Path) -> Iterator[tuple[str, str]]:
    """(kind, header) for each include, kind being `"` or `<`."""
    yield from re.findall(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', path.read_text(), re.MULTILINE)


def core_files() -> list[Path]:
    return sorted([*CORE.rglob("*.hpp"), *CORE.rglob("*.cc")])


def test_every_core_folder_is_a_floor() -> None:
    assert {p.name for p in CORE.iterdir() if p.is_dir()} == set(CORE_FLOORS)
    declared = re.search(r"foreach\(floor ([a-z ]+)\)", (ROOT / "cpp" / "CMakeLists.txt").read_text())
    assert declared is not None
    assert declared.group(1).split() == CORE_FLOORS


def test_core_includes_point_downwards() -> None:
    upward = []
    for path in core_files():
        own = CORE_FLOORS.index(path.relative_to(CORE).parts[0])
        for _, header in includes(path):
            if header.startswith("farbell/") and CORE_FLOORS.index(header.split("/")[1]) > own:
                upward.append(f"{path.relative_to(ROOT)} includes {header}")
            assert not header.startswith(".."), f"{path.relative_to(ROOT)}: include {header} from the root instead"
    assert not upward


def test_core_includes_have_no_circles() -> None:
    edges = {str(p.relative_to(ROOT / "cpp")): [h for _, h in includes(p) if h.startswith("farbell/")] for p in core_files()}
    done: set[str] = set()

    def visit(header: str, trail: tuple[str, ...]) -> None:
        assert header not in trail, " -> ".join([*trail, header])
        if header not in done:
            for below in edges.get(header, []):
                visit(below, (*trail, header))
            done.add(header)

    for header in edges:
        visit(header, ())


def test_third_party_headers_stay_at_home() -> None:
    strays = [
        f"{path.relative_to(ROOT)} includes {header}"
        for path in core_files()
        for _, header in includes(path)
        for prefix, homes in HEADER_HOMES.items()
        if header.startswith(prefix) and path.relative_to(CORE).parts[0] not in homes
    ]
    assert not strays


def test_json_is_no_part_of_the_core_headers() -> None:
    headers = [p for p in core_files() if p.suffix == ".hpp" and any(h.startswith("nlohmann/") for _, h in includes(p))]
    assert len(headers) <= INTERNAL_JSON_HEADERS, headers


def imported_modules(path: Path) -> Iterator[str]:
    """The modules of this package that a file imports, anywhere in it, by first name (`results`, `_core`)."""
    package = path.relative_to(PACKAGE).parts[:-1]
    siblings = {p.stem if p.is_file() else p.name for p in PACKAGE.iterdir()}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names if alias.name.split(".")[0] == "farbell"]
            yield from (name.split(".")[1] if "." in name else "__init__" for name in names)
        elif isinstance(node, ast.ImportFrom):
            base = [] if node.level == 0 else ["farbell", *package[: len(package) + 1 - node.level]]
            full = [*base, *(node.module.split(".") if node.module else [])]
            if full[:1] != ["farbell"]:
                continue
            if len(full) > 1:
                yield full[1].split(".")[0]
            else:
                for alias in node.names:
                    yield alias.name if alias.name in siblings or alias.name == "_core" else "__init__"


def test_python_imports_point_downwards() -> None:
    floor_of = {name: i for i, names in enumerate(PYTHON_FLOORS) for name in names}
    upward = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).parts
        # What programs ship as examples is written as users write.
        own = "programs.examples" if parts[:2] == ("programs", "examples") else parts[0].removesuffix(".py")
        assert own in floor_of, f"{path.relative_to(ROOT)} stands on no floor of the ladder"
        for name in imported_modules(path):
            if name != own and floor_of[name] >= floor_of[own]:
                upward.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not upward
