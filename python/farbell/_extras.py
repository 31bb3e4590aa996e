"""Optional packages: imported when first needed, with the line that installs a missing one."""

from __future__ import annotations

import importlib
from typing import Any

# Package -> the extra of farbell that brings it.
_EXTRAS = {
    "distributed": "dask",
    "fastapi": "serve",
    "gymnasium": "rl",
    "matplotlib": "plot",
    "netqasm": "netqasm",
    "networkx": "graph",
    "pandas": "frames",
    "plotly": "report",
    "polars": "frames",
    "qutip": "states",
    "scipy": "optimize",
    "sgp4": "satellite",
    "skyfield": "satellite",
    "stim": "states",
    "uvicorn": "serve",
    "xarray": "frames",
    "yaml": "netqasm",
}


def require(module: str, purpose: str) -> Any:
    """An optional module.

    Parameters
    ----------
    module : str
        Its name, `matplotlib.pyplot` say.
    purpose : str
        What needs it; the start of the message if it is missing.

    Raises
    ------
    ImportError
        If it is not installed. The message ends with the command that installs it.
    """
    package = module.split(".")[0]
    try:
        return importlib.import_module(module)
    except ImportError as error:
        if error.name is not None and error.name.split(".")[0] != package:
            raise
        hint = f"{purpose} needs {package}: pip install 'farbell[{_EXTRAS[package]}]'"
        raise ImportError(hint, name=package) from None
