"""The oracle's model shares nothing with the product: it may import the standard library, numpy and itself."""

import ast
import sys
from pathlib import Path

import pytest

MODEL = sorted(path for path in Path(__file__).parent.glob("*.py") if not path.name.startswith("test_"))
ALLOWED = {*sys.stdlib_module_names, "numpy"}


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module
        elif isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else node.attr
            assert name not in {"__import__", "import_module", "exec", "eval"}


@pytest.mark.parametrize("path", MODEL, ids=lambda path: path.stem)
def test_model_imports_nothing_from_farbell(path):
    foreign = [name for name in imported(ast.parse(path.read_text())) if name.split(".")[0] not in ALLOWED]
    assert foreign == []


def test_the_check_sees_an_import():
    with pytest.raises(AssertionError):
        list(imported(ast.parse("__import__('farbell')")))
    assert list(imported(ast.parse("from farbell import run"))) == ["farbell"]
