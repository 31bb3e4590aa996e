"""Names and files keep the house's habits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import farbell as fb

ROOT = Path(__file__).parents[2]
TEXT = {".cc", ".hpp", ".py", ".pyi", ".md", ".toml", ".txt", ".json", ".ipynb"}
UNIT_SUFFIXES = ("_s", "_m", "_hz", "_db_per_km", "_m_per_s", "_deg")
QUANTITY_WORDS = re.compile(r"(^|_)(delay|time|length|duration|period|rate|attenuation|speed|window|latitude|longitude)(_|$)")


def project_files() -> list[Path]:
    folders = ("cpp", "docs", "notebooks", "python", "tests")
    found = [*ROOT.glob("*"), *(path for folder in folders for path in (ROOT / folder).rglob("*"))]
    return sorted(path for path in found if path.suffix in TEXT and path.is_file() and "__pycache__" not in path.parts)


def spec_classes() -> list[type]:
    return [value for value in map(fb.__dict__.get, fb.__all__) if isinstance(value, type) and hasattr(value, "to_json")]


@pytest.mark.parametrize("spec", spec_classes(), ids=lambda spec: spec.__name__)
def test_quantities_have_their_unit_in_the_name(spec: type) -> None:
    names = [name for name, value in vars(spec).items() if isinstance(value, property)]
    routers = {fb.GreedyRouter, fb.MultipathGlobalRouter, fb.MultipathLocalRouter, fb.ShortestRouter}
    assert names or spec in {fb.Asap, fb.ByPrograms, fb.Doubling, fb.EnsembleLight, fb.IdealControl, fb.Sequential} | routers
    assert [name for name in names if QUANTITY_WORDS.search(name) and not name.endswith(UNIT_SUFFIXES)] == []


def test_nothing_is_left_for_later() -> None:
    # In quotes it is a product of Paulis.
    marks = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "(?<![\"'])XX" + "X"]) + r"\b")
    found = []
    for path in project_files():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if marks.search(line) and path.suffix != ".json":
                found.append(f"{path.relative_to(ROOT)}:{number}")
    assert not found


def test_lines_end_where_their_text_ends() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in project_files()
        if not path.name.startswith("LICENSE")
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
        if line != line.rstrip()
    ]
    assert not found


def test_source_files_hold_one_idea() -> None:
    sources = [path for path in project_files() if path.suffix in {".cc", ".hpp", ".py"}]
    assert [str(path.relative_to(ROOT)) for path in sources if len(path.read_text(encoding="utf-8").splitlines()) > 700] == []
