"""Generated files are committed, and fresh."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import jsonschema
import pytest

from house.generate import ROOT, generated

FILES = generated()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_generated_files_are_fresh(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == FILES[path], (
        f"{path.relative_to(ROOT)} is stale: run `python tests/house/generate.py` and commit what it writes"
    )


def test_stub_is_python() -> None:
    ast.parse(FILES[ROOT / "python/farbell/_core.pyi"])


def test_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(FILES[ROOT / "python/farbell/scenario.schema.json"]))
