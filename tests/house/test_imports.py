"""`import farbell` loads numpy and the core; everything heavier waits until it is used."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = [
    "pandas",
    "polars",
    "xarray",
    "pyarrow",
    "matplotlib",
    "plotly",
    "networkx",
    "distributed",
    "sqlite3",
    "typer",
    "rich",
    "tqdm",
    "scipy",
    "qutip",
    "stim",
    "netqasm",
    "yaml",
    "skyfield",
    "sgp4",
    "gymnasium",
]


def loaded_after(statement: str) -> set[str]:
    code = f"import sys, json; {statement}; print(json.dumps(sorted(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(result.stdout.splitlines()[-1]))


@pytest.mark.parametrize("statement", ["import farbell", "import farbell; farbell.example('surfnet')"])
def test_import_loads_nothing_heavy(statement: str) -> None:
    assert loaded_after(statement).isdisjoint(HEAVY)


def test_the_command_line_loads_tables_and_plots_late() -> None:
    assert loaded_after("import farbell.cli").isdisjoint(set(HEAVY) - {"typer", "rich"})


def test_no_extra_is_needed_to_import_every_module() -> None:
    blocked = [
        "pandas",
        "polars",
        "xarray",
        "matplotlib",
        "plotly",
        "networkx",
        "qutip",
        "scipy",
        "stim",
        "distributed",
        "netqasm",
        "skyfield",
        "sgp4",
        "gymnasium",
    ]
    # They subclass what is in the extra, and are imported when they are used.
    left_out = (
        "__main__",
        *("netqasm.controller", "netqasm.party", "netqasm.sdk"),
        *("envs.batch", "envs.routing", "envs.single", "envs.swapping"),
    )
    code = (
        f"import sys, pkgutil, importlib; sys.modules.update({dict.fromkeys(blocked)!r}); import farbell\n"
        "for module in pkgutil.walk_packages(farbell.__path__, 'farbell.'):\n"
        f"    if not module.name.endswith({left_out!r}): importlib.import_module(module.name)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
