"""Write the committed files that are made from the installed package: run `python tests/house/generate.py` after a change.

- `python/farbell/_core.pyi`: types of the compiled module, from its docstrings
- `python/farbell/scenario.schema.json`: JSON Schema of scenario files
- `docs/reference/scenario.md`: the parameters of every spec
- `docs/reference/platforms.md`: the presets, what their fields are made of, and every published value
- `docs/reference/openapi.json`: the REST interface of `farbell serve`
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import GetSetDescriptorType, MemberDescriptorType, ModuleType, WrapperDescriptorType
from typing import Any

import farbell._core as core
from farbell.presets import Platform, platform, platforms
from farbell.serve.app import document

ROOT = Path(__file__).parents[2]

# Types that pybind11 leaves bare, written out for strict type checkers.
BARE = {"dict": "dict[str, Any]", "list": "list[Any]", "tuple": "tuple[Any, ...]"}
# Names that the stub takes from elsewhere.
NAMES = {
    "collections.abc": ["Callable", "Iterable", "Iterator", "Mapping", "Sequence"],
    "typing": ["Annotated", "Any", "Literal", "SupportsFloat", "SupportsIndex", "SupportsInt", "final", "overload"],
}
CONSTANTS = {
    "__version__": "str",
    "compiler": "str",
    "program_gates": "dict[str, tuple[int, int, int]]",
    "step_infos": "tuple[str, ...]",
}
LINE_LENGTH = 120
# Classes that Python code derives from.
BASES = {
    *("PauliFramesState", "StabilizerState"),
    *("ProgramHost", "ProgramNode", "ProgramOperation", "ProgramPair", "ProgramProcess", "ProgramQubit"),
}
# Python calls these with any object.
COMPARISONS = {"__eq__", "__ne__"}


def generated() -> dict[Path, str]:
    """Text of every generated file."""
    return {
        ROOT / "python/farbell/_core.pyi": stub(core),
        ROOT / "python/farbell/scenario.schema.json": core.scenario_schema(),
        ROOT / "docs/reference/scenario.md": core.parameter_tables(),
        ROOT / "docs/reference/platforms.md": platform_tables(),
        ROOT / "docs/reference/openapi.json": json.dumps(document(), indent=1) + "\n",
    }


def stub(module: ModuleType) -> str:
    """The module as a stub file: constants, classes and functions in the order in which they were defined."""
    constants, classes, functions = [], [], []
    for name, member in vars(module).items():
        if isinstance(member, type):
            classes.append("\n".join(class_lines(member, module.__name__)))
        elif callable(member):
            functions.append("\n".join(function_lines(name, member, module.__name__)))
        elif name in CONSTANTS:
            constants.append(f"{name}: {CONSTANTS[name]}")
    body = "\n\n".join(["\n".join(constants), *classes, *functions]) + "\n"
    return "\n".join([f'"""{module.__doc__}"""', "", *imports(body), "", body])


def imports(body: str) -> Iterator[str]:
    for package, names in NAMES.items():
        used = [name for name in names if re.search(rf"(?<![\w.]){name}\b", body)]
        if used:
            yield f"from {package} import {', '.join(used)}"
    yield ""
    for package in ("numpy", "numpy.typing"):
        if re.search(rf"\b{re.escape(package)}\.", body):
            yield f"import {package}"


def class_lines(cls: type, module: str) -> Iterator[str]:
    base = cls.__base__
    bases = (
        "" if base is None or base.__module__ != "builtins" or base is object or "pybind" in base.__name__ else base.__name__
    )
    if not issubclass(cls, BaseException) and cls.__name__ not in BASES:
        yield "@final"
    yield f"class {cls.__name__}({bases}):" if bases else f"class {cls.__name__}:"
    yield from indented(doc_lines(cls.__doc__))
    for name, annotation in vars(cls).get("__annotations__", {}).items():
        yield f"    {name}: {inspect.formatannotation(annotation)}"
    for name, member in vars(cls).items():
        if isinstance(member, property):
            yield "    @property"
            result = signatures(member.fget.__doc__ or "", module)[0][1]
            yield from indented(definition(name, "self", result, doc_lines(member.__doc__)))
        elif name in vars(cls).get("__annotations__", {}):
            continue
        elif isinstance(member, (GetSetDescriptorType, MemberDescriptorType)) and not name.startswith("__"):
            yield from field_lines(name, member, module)
        elif name == "__init__" and isinstance(member, WrapperDescriptorType):  # likewise; it says nothing of its arguments
            yield "    def __init__(self, *args: Any) -> None: ..."
        elif wanted(name, member):
            static = isinstance(member, staticmethod)
            yield from indented(function_lines(name, getattr(cls, name), module, cls, static))
        elif isinstance(member, cls):
            yield f"    {name}: {cls.__name__}"
    for name in sorted(COMPARISONS & set(vars(cls))):
        yield f"    def {name}(self, other: object, /) -> bool: ..."
    if vars(cls).get("__hash__"):
        yield "    def __hash__(self) -> int: ..."


def field_lines(name: str, field: GetSetDescriptorType | MemberDescriptorType, module: str) -> Iterator[str]:
    """A field of a class that is written with CPython alone, whose docstring begins with its signature."""
    _, result, doc = signatures(field.__doc__ or "", module)[0]
    yield f"    {name}: {result}"
    yield from indented(doc_lines(doc))


def wanted(name: str, member: object) -> bool:
    if name in {"__new__", "__getstate__", "__setstate__", "__hash__", *COMPARISONS} or name.startswith("_pybind11"):
        return False
    if isinstance(member, WrapperDescriptorType):  # what every class has
        return False
    return callable(member) or isinstance(member, staticmethod)


def function_lines(name: str, function: Any, module: str, cls: type | None = None, static: bool = False) -> Iterator[str]:
    if inspect.isfunction(function):  # written in Python, with its own annotations
        yield f"def {name}{inspect.signature(function)}: ..."
        return
    if name == "__init__" and cls is not None and getattr(function, "__text_signature__", None):
        yield from definition(name, init_parameters(cls), "None", [])
        return
    try:
        found = signatures(function.__doc__ or "", module)
    except ValueError as error:
        raise ValueError(f"{cls.__name__ if cls else module}.{name}: {error}") from error
    for parameters, result, doc in found:
        if static:
            yield "@staticmethod"
        if len(found) > 1:
            yield "@overload"
        if cls is not None and not static:
            parameters = re.sub(r"^(self|arg0)(: [^,]*)?", "self", parameters)
        yield from definition(name, parameters, result, doc_lines(doc))


def definition(name: str, parameters: str, result: str, doc: list[str]) -> Iterator[str]:
    """A function without a body, a line a parameter where they do not fit on one."""
    end = f") -> {result}:" + ("" if doc else " ...")
    line = f"def {name}({parameters}{end}"
    if len(line) <= LINE_LENGTH - 4:
        yield line
    else:
        yield f"def {name}("
        yield from indented(f"{parameter}," for parameter in split_parameters(parameters))
        yield end
    yield from indented(doc)


def init_parameters(cls: type) -> str:
    """The parameters of a spec: names and defaults from `__init__`, types from the class's docstring."""
    types = dict(re.findall(r"^(\w+) : (.+)$", cls.__doc__ or "", flags=re.MULTILINE))
    known = inspect.signature(cls).parameters.values()
    parts = ["self", "*"] if known else ["self"]
    for parameter in known:
        default = "" if parameter.default is inspect.Parameter.empty else f" = {parameter.default!r}".replace("Ellipsis", "...")
        parts.append(f"{parameter.name}: {types[parameter.name]}{default}")
    return ", ".join(parts)


def signatures(doc: str, module: str) -> list[tuple[str, str, str]]:
    """(parameters, result, description) of each overload in a docstring of pybind11's."""
    parts = re.split(r"^\d+\. (?=\w+\()", doc, flags=re.MULTILINE)[1:] if "Overloaded function." in doc else [doc]
    return [signature(part, module) for part in parts]


def signature(text: str, module: str) -> tuple[str, str, str]:
    line, _, description = text.partition("\n")
    match = re.fullmatch(r"\w*\((.*)\) -> (.+)", line)
    if match is None:
        raise ValueError(f"no signature in the docstring {text!r}")
    parameters = ", ".join(parameter(part, module) for part in split_parameters(match[1]))
    return parameters, type_text(match[2], module), description.strip()


def split_parameters(text: str) -> Iterator[str]:
    """Split at the commas that stand in no brackets."""
    depth, start = 0, 0
    for i, c in enumerate(text):
        depth += (c in "([{") - (c in ")]}")
        if c == "," and depth == 0:
            yield text[start:i].strip()
            start = i + 1
    if text[start:].strip():
        yield text[start:].strip()


def parameter(text: str, module: str) -> str:
    declaration, equals, default = text.partition(" = ")
    name, colon, annotation = declaration.partition(": ")
    if equals:
        default = default if is_literal(default) else "..."
    return name + colon + (type_text(annotation, module) if colon else "") + (f" = {default}" if equals else "")


def is_literal(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return False
    return True


def type_text(text: str, module: str) -> str:
    text = re.sub(rf"(?<![\w.])({re.escape(module)}|typing|collections\.abc)\.", "", text)
    for bare, full in BARE.items():
        text = re.sub(rf"(?<![\w.]){bare}(?!\w|\[)", full, text)
    return text


def doc_lines(doc: str | None) -> list[str]:
    text = textwrap.dedent(inspect.cleandoc(doc or "")).strip()
    if not text:
        return []
    quoted = text.replace("\\", "\\\\").replace('"""', r'\"""')
    end = "\n" if "\n" in quoted or quoted.endswith('"') else ""
    return f'"""{quoted}{end}"""'.splitlines()


def indented(lines: Any) -> Iterator[str]:
    for line in lines:
        yield f"    {line}" if line else ""


PLATFORMS = """# Platforms

Generated by `python tests/house/generate.py`. The guide [Choosing a platform](../guide/choosing_a_platform.md) uses them.

"How sure": `verified` (read in the source), `secondary` (read in a work that cites it), `derived` (converted from
published values), `assumed` (no value published, or one of another device). The unit 1 is that of plain numbers.

## All presets
"""


def markdown_table(headers: list[str], rows: list[list[str]]) -> list[str]:
    cells = [[cell.replace("|", "\\|") for cell in row] for row in [headers, ["---"] * len(headers), *rows]]
    return [f"| {' | '.join(row)} |" for row in cells]


def platform_lines(found: Platform) -> Iterator[str]:
    """A platform: the fields of its specs, and the published values."""
    yield from ("", f"## {found.name}", "", f"{found.kind}, {found.maturity}. {found.about}", "")
    if found.cannot:
        yield from (f"No link can be simulated yet: {found.cannot}.", "")
    else:
        rows = [
            [f"`{p.name}`", p.text, p.sureness, ", ".join(f"`{r.platform}/{r.parameter}`" for r in p.rows), p.remark]
            for p in found.parameters
        ]
        yield from (f"Links: `{found.scheme}`.", "")
        yield from markdown_table(["field", "value", "how sure", "from", "rule or reason"], rows)
        yield from ("", *(f"- {text}" for text in found.assumptions), "")
    if found.published:
        rows = [
            [f"`{r.parameter}`", str(r.value), r.unit, r.confidence, f"{r.source}, {r.year}", r.note] for r in found.published
        ]
        yield from markdown_table(["published", "value", "unit", "how sure", "source", "note"], rows)


def platform_tables() -> str:
    rows = [[str(value) for value in row.values()] for row in platforms().rows()]
    lines = [PLATFORMS, *markdown_table(list(platforms().columns), rows)]
    for row in rows:
        lines += platform_lines(platform(row[0]))
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    for path, text in generated().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
