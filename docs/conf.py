"""The documentation as a site: `python -m sphinx -W --keep-going docs build-docs`, after `pip install ".[docs]"`."""

from __future__ import annotations

import re
from importlib.metadata import version as installed_version
from typing import Any

from sphinx.application import Sphinx

project = "Farbell"
author = "The Farbell developers"
version = release = installed_version("farbell")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
root_doc = "index"
# Links to headings, such as reference/scenario.md#memory, as GitHub makes them.
myst_heading_anchors = 3

# `name` in a docstring is code.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_numpy_docstring = True
napoleon_google_docstring = False
# Attributes are documented where they are defined as properties.
napoleon_use_ivar = True

html_theme = "furo"
html_title = f"Farbell {release}"
html_show_sphinx = False
html_copy_source = False

# Pages are written to be read on their own, too: the sidebar's table of contents is added here, not in index.md.
CONTENTS = """
```{toctree}
:hidden:
:caption: Guide
:glob:
guide/first_network
guide/*
```
```{toctree}
:hidden:
:caption: Reference
:glob:
reference/*
```
```{toctree}
:hidden:
:caption: Physics
:glob:
physics/protocol
physics/*
physics/channels/*
```
```{toctree}
:hidden:
:caption: Farbell itself
:glob:
architecture
decisions/*
changelog
```
"""


def add_contents(_app: Sphinx, page: str, source: list[str]) -> None:
    if page == root_doc:
        source[0] += CONTENTS


def escape_bars(_app: Sphinx, _what: str, _name: str, _value: Any, _options: Any, lines: list[str]) -> None:
    """Kets such as |0> are meant as they stand; to reStructuredText a bar is the start of a substitution."""
    lines[:] = [re.sub(r"(``.*?``)|\|", lambda found: found[1] or r"\|", line) for line in lines]


def setup(app: Sphinx) -> None:
    app.connect("source-read", add_contents)
    app.connect("autodoc-process-docstring", escape_bars)


# Names of attributes that several classes have, in docstrings: a guess at a link, not a dead one.
suppress_warnings = ["ref.python"]
