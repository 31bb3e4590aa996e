"""Programs that a scenario names by where they are: imported only from modules that the caller allows."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from farbell._core import Scenario, SpecError
from farbell.topology.network import nearest

__all__ = ["imported"]


def imported(scenario: Scenario, allow: Sequence[str]) -> dict[str, list[Any]]:
    """Node -> the programs that the scenario names for it, made with their parameters.

    Nothing is imported before every program is known to be in a module of `allow`.

    Raises
    ------
    SpecError
        If a program's module is not allowed, does not exist or has no such name, or the program cannot be made.
    """
    if isinstance(allow, str) or not all(isinstance(module, str) for module in allow):
        raise SpecError("allow", repr(allow), "a list of names of modules")
    for i, spec in enumerate(scenario.programs):
        module, colon, name = spec.program.partition(":")
        path = f"/programs/{i}/program"
        if not (module and colon and name.isidentifier()):
            raise SpecError(path, repr(spec.program), '"module:name", such as "my_protocols:Alice"')
        if module not in allow:
            raise SpecError(
                path,
                repr(spec.program),
                "programs of modules that you allow by name, since a program is code that runs: "
                f'fb.run(..., allow=["{module}"]), or farbell run --allow {module}',
                nearest(module, list(allow)),
            )
    found: dict[str, list[Any]] = {}
    for i, spec in enumerate(scenario.programs):
        found.setdefault(spec.node, []).append(_made(spec, f"/programs/{i}"))
    return found


def _made(spec: Any, path: str) -> Any:
    module_name, _, name = spec.program.partition(":")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise SpecError(
            f"{path}/program", f"module {module_name!r}, which cannot be imported ({error})", "modules that can"
        ) from error
    if not hasattr(module, name):
        raise SpecError(f"{path}/program", repr(spec.program), f"names in {module_name}", nearest(name, dir(module)))
    program = getattr(module, name)
    arguments = {parameter.name: parameter.value for parameter in spec.parameters}
    if not isinstance(program, type):
        if arguments:
            raise SpecError(f"{path}/parameters", ", ".join(arguments), f"none, since {spec.program} is no class")
        return program
    try:
        return program(**arguments)
    except TypeError as error:
        raise SpecError(f"{path}/parameters", f"{arguments or 'none'} ({error})", f"arguments of {spec.program}") from error


def search_here() -> None:
    """Modules of the working folder can be imported, as with ``python -m``: for the command line."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
