"""Builds what is in this folder against the package that is installed, as its users would."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import farbell as fb

__all__ = ["built", "compiled", "said"]

WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wno-sign-conversion", "-Wshadow", "-Werror")


def built(folder: Path, *libraries: str) -> Path:
    """The folder, in which there are these libraries now."""
    definitions = {
        "farbell_DIR": fb.cmake_dir(),
        "FOR_TESTS": "ON",
        "CMAKE_CXX_FLAGS": " ".join(WARNINGS),
        "CMAKE_NO_SYSTEM_FROM_IMPORTED": "ON",  # the headers are to give no warnings, too
    }
    options = ["-G", "Ninja", *(f"-D{name}={value}" for name, value in definitions.items())]
    for command in (
        ["cmake", "-S", str(Path(__file__).parent), "-B", str(folder), *options],
        ["cmake", "--build", str(folder), "--target", *libraries],
    ):
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


def compiled(source: str, folder: Path) -> Path:
    """A library of one source, without CMake."""
    library = folder / "own.so"
    assert not said(source, folder, "-shared", "-fPIC", "-o", str(library))
    return library


def said(source: str, folder: Path, *options: str) -> str:
    """What the compiler says of a source."""
    (folder / "own.cc").write_text("#include <farbell/apps/extension.hpp>\nusing namespace farbell;\n" + source)
    compiler = os.environ.get("CXX", "c++").split()
    command = [*compiler, "-std=c++20", "-I", fb.include_dir(), *(options or ["-fsyntax-only"]), str(folder / "own.cc")]
    return subprocess.run(command, capture_output=True, text=True).stderr
