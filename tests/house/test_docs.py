"""Documentation runs: docstring examples of every public name, and the Python snippets of the guides and the README."""

from __future__ import annotations

import doctest
import inspect
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import farbell as fb

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "guide").glob("*.md"))]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def public_names(module: ModuleType = fb) -> Iterator[tuple[str, object]]:
    """Each public class and function once, `analysis.plob_bound` for one in a public submodule."""
    for name in module.__all__:
        value = getattr(module, name)
        label = f"{module.__name__}.{name}".removeprefix("farbell.")
        if isinstance(value, ModuleType):
            yield from public_names(value)
        elif inspect.isclass(value) or callable(value):
            yield label, value


NAMES = dict(public_names())


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Examples that write files write them here; figures are drawn without a screen."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


@pytest.mark.parametrize("label", NAMES)
def test_every_public_name_has_an_example_that_runs(label: str) -> None:
    doc = inspect.getdoc(NAMES[label]) or ""
    test = doctest.DocTestParser().get_doctest(doc, {"fb": fb}, label, None, 0)
    assert test.examples, f"{label} has no example in its docstring"
    report: list[str] = []
    doctest.DocTestRunner(optionflags=FLAGS).run(test, out=report.append)
    assert not report, "".join(report)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_snippets_of_a_page_run_in_order(page: Path) -> None:
    snippets = re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    namespace: dict[str, object] = {}
    for number, snippet in enumerate(snippets):
        exec(compile(snippet, f"{page.name}, snippet {number + 1}", "exec"), namespace)


def test_links_between_pages_lead_somewhere() -> None:
    dead = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        prose = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose):
            if "://" not in target and not (page.parent / target).exists():
                dead.append(f"{page.relative_to(ROOT)}: {target}")
    assert not dead


def commands() -> Iterator[str]:
    """Lines of the guides and the README that are commands of ours."""
    for page in PAGES:
        blocks = re.findall(r"^(?:    |)farbell .*$", page.read_text(encoding="utf-8"), re.MULTILINE)
        yield from dict.fromkeys(line.strip() for line in blocks)


@pytest.mark.parametrize("line", list(dict.fromkeys(commands())))
def test_commands_have_the_options_that_pages_name(line: str) -> None:
    import typer

    from farbell.cli import app

    group = typer.main.get_command(app)
    words = shlex.split(line, comments=True)[1:]
    while hasattr(group, "get_command"):
        name, *words = words
        group = group.get_command(None, name)
        assert group is not None, f"no command {name}"
    group.make_context(name, words)
