"""Sources lie in families: a module of one is a kind, or says with an underscore that it is none."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from unshipped.sources import KINDS

SOURCES = Path(__file__).parents[2] / "src" / "unshipped" / "sources"
BELOW = {"shared", "registry"}
"""What every family may use. That no family uses another one is an import contract."""

PLACES = {place.partition(":")[0] for place in KINDS.values()}


def kinds() -> set[str]:
    """Every module of a family that does not say that it is no kind."""
    return {
        f"unshipped.sources.{path.parent.name}.{path.stem}"
        for path in SOURCES.glob("*/*.py")
        if path.parent.name not in BELOW and not path.stem.startswith("_")
    }


def imported(text: str) -> set[str]:
    """Every module that a module imports, or may be importing by name from a package."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Import(names=names):
                found |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(module), names=names):
                found |= {module, *(f"{module}.{alias.name}" for alias in names)}
    return found


def test_a_module_of_a_family_is_a_kind_of_the_table():
    assert kinds() == PLACES


@pytest.mark.parametrize(
    "path", sorted(SOURCES.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCES))
)
def test_no_source_is_imported_but_through_the_table(path):
    assert imported(path.read_text(encoding="utf-8")) & PLACES == set()


@pytest.mark.parametrize(
    "text",
    [
        "import unshipped.sources.plain.http",
        "from unshipped.sources.plain import http",
        "from unshipped.sources.plain.http import HttpSource",
        "def read():\n    from unshipped.sources.plain import http, file",
    ],
)
def test_an_import_of_a_source_is_found(text):
    assert imported(text) & PLACES


def test_every_family_says_what_it_is():
    families = sorted(path.parent for path in SOURCES.glob("*/__init__.py"))
    assert families
    assert [
        one.name for one in families if not ast.get_docstring(ast.parse((one / "__init__.py").read_text()))
    ] == []
