"""What the commands share: exit codes, errors as messages, and texts of the command line as values."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import typer

import farbell as fb

RUN_FAILED = 1
BAD_INPUT = 2
NOTHING_DELIVERED = 3
IO_FAILED = 4
NOT_AS_EXPECTED = 5
INTERRUPTED = 130


def fail(code: int, message: str) -> NoReturn:
    print(f"farbell: {message}", file=sys.stderr)
    raise typer.Exit(code)


@contextlib.contextmanager
def exit_codes(store: Path | None = None) -> Iterator[None]:
    """Turns what can go wrong into a message and an exit code; `store` is where an interrupted command goes on."""
    try:
        yield
        sys.stdout.flush()
    except KeyboardInterrupt:
        fail(INTERRUPTED, f"interrupted{kept_in(store)}")
    except fb.SpecError as error:
        fail(BAD_INPUT, str(error))
    except fb.RunError as error:
        fail(RUN_FAILED, str(error))
    except fb.InternalError as error:
        fail(RUN_FAILED, f"a bug in farbell, please report it: {error}")
    except BrokenPipeError:
        discard_output()
        raise typer.Exit(0) from None
    except OSError as error:
        discard_output()
        where = f"{error.filename}: " if error.filename else ""
        fail(IO_FAILED, f"{where}{error.strerror or error}")


def kept_in(store: Path | None) -> str:
    """What a message of an interruption says of a store."""
    return "" if store is None else f"; what was finished is in {store}, and the same command goes on"


def discard_output() -> None:
    """Standard output may be what failed: Python's own flush at exit must not fail on it again."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def load(name_or_file: str) -> fb.Scenario:
    """A scenario from a file, or an example of that name."""
    path = Path(name_or_file)
    # Not only plain files: a pipe is one, too. A folder may have the name of an example.
    if path.suffix == ".json" or (path.exists() and not path.is_dir()):
        return fb.load(path)
    return fb.example(name_or_file)


def json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def numbers_of(option: str, text: str | None) -> dict[str, float]:
    """`rate=1,fidelity=0.8` as a mapping; what it may name is checked where it is used."""
    found: dict[str, float] = {}
    for part in (text or "").split(","):
        if not part.strip():
            continue
        name, _, value = part.partition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            raise fb.SpecError(option, repr(part), "names and numbers: name=1,other=0.8") from None
    return found
