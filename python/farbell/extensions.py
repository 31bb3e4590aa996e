"""Protocols in C++ that were built outside of Farbell."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from farbell import _core
from farbell._core import ByPrograms, Protocol, Scenario, SpecError
from farbell._numbers import real
from farbell.programs.binding import joined

__all__ = ["cmake_dir", "include_dir", "load_protocol", "with_demands_of_links"]

# Libraries of this process: where -> what the file was, and its SHA-256.
_LOADED: dict[str, tuple[tuple[int, int, int], str]] = {}


def include_dir() -> str:
    """The folder of the C++ headers that a protocol is built with.

    Returns
    -------
    str
        For the compiler's option ``-I``.

    Examples
    --------
    >>> import farbell as fb
    >>> from pathlib import Path
    >>> (Path(fb.include_dir()) / "farbell/protocols/extension.hpp").exists()
    True
    """
    return str(Path(__file__).parent / "include")


def cmake_dir() -> str:
    """The folder in which CMake's ``find_package(farbell)`` finds the headers.

    Returns
    -------
    str
        For ``cmake -D farbell_DIR=...``; ``python -m farbell --cmake-dir`` prints it.

    Examples
    --------
    >>> import farbell as fb
    >>> from pathlib import Path
    >>> (Path(fb.cmake_dir()) / "farbellConfig.cmake").exists()
    True
    """
    return str(Path(__file__).parent / "cmake")


def load_protocol(path: str | os.PathLike[str], name: str | None = None, **parameters: float) -> Protocol:
    """Loads a protocol in C++ from a library that was built with Farbell's headers: code that runs, so load what you trust.

    Parameters
    ----------
    path : str or path
        The library.
    name : str, optional
        Which of its protocols; left out: its only one.
    **parameters : float
        Numbers that the protocol takes, in the units that it says.

    Returns
    -------
    Protocol
        For the `hooks` or the `programs` of :func:`run`.

    Raises
    ------
    SpecError
        If the library cannot be loaded, was built with other headers, or was built anew since this process loaded it; or
        has no such protocol, or this one no such parameter.

    Examples
    --------
    >>> import farbell as fb
    >>> try:
    ...     fb.load_protocol("patience.so", factor=0.2)
    ... except fb.SpecError as error:
    ...     print(error.allowed)
    a file
    """
    if not isinstance(path, (str, os.PathLike)):
        raise SpecError("path", repr(path), "a file")
    file = Path(path).absolute()
    if not file.is_file():
        raise SpecError("path", repr(str(path)), "a file")
    # The loader keeps a library for as long as the process lives, and would hand out the old code.
    found = file.stat()
    state = (found.st_ino, found.st_size, found.st_mtime_ns)
    if str(file) not in _LOADED:
        _LOADED[str(file)] = state, hashlib.sha256(file.read_bytes()).hexdigest()
    if _LOADED[str(file)][0] != state:
        raise SpecError("path", f"{str(path)!r}, which was built anew since it was loaded", "the same file, or a new Python")
    # Flags are parameters that are 0 or 1.
    given = {key: int(value) if isinstance(value, bool) else value for key, value in parameters.items()}
    numbers = {key: real(value, f"parameters/{key}") for key, value in given.items()}
    return _core.load_protocol(str(file), name, numbers)


def provenance_of_protocols(hooks: Mapping[str, Protocol], programs: Protocol | None) -> dict[str, dict[str, Any]]:
    """What takes which decision, and what nodes do: name, parameters, and the library with its SHA-256."""
    used = {**hooks, **({} if programs is None else {"programs": programs})}
    return {
        place: {
            "name": protocol.name,
            "parameters": protocol.parameters,
            "library": Path(protocol.path).name,
            "sha256": _LOADED[protocol.path][1],
        }
        for place, protocol in used.items()
    }


def with_demands_of_links(scenario: Scenario, protocol: Protocol) -> Scenario:
    """The scenario in which a protocol is what nodes do: if it has no demands by programs, each two that a link joins get one.

    Raises
    ------
    SpecError
        If the protocol is not about what nodes do, or the scenario has programs itself.
    """
    if not protocol.runs_nodes:
        raise SpecError("programs", repr(protocol), "a protocol of nodes; this one takes decisions: hooks=...")
    if scenario.programs:
        raise SpecError("programs", repr(protocol), "none, since the scenario names programs itself")
    if any(isinstance(demand.traffic, ByPrograms) for demand in scenario.demands):
        return scenario
    pairs: dict[frozenset[str], tuple[str, str]] = {}
    for link in scenario.links:
        pairs.setdefault(frozenset((link.node_a, link.node_b)), (link.node_a, link.node_b))
    return joined(scenario, list(pairs.values()))
