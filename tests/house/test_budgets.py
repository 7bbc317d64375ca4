"""Files and functions stay small. A file that is over its budget asks two questions: split it by question."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median

from unshipped.sources import KINDS

PACKAGE = Path(__file__).parents[2] / "src" / "unshipped"

LINES_OF_A_MODULE = 400
LINES_OF_THE_MEDIAN_MODULE = 150
LINES_OF_A_FUNCTION = 60
LINES_OF_A_SOURCE = 120
LINES_OF_CORE = 9260
"""Every decision of the five layers and of the replay: two evenings, and a cup of tea for what tells
"in sync" from what nothing proves."""


def sizes(folder: Path) -> dict[str, int]:
    """Lines of every module below the folder that holds any code."""
    return {
        str(path.relative_to(PACKAGE)): lines
        for path in sorted(folder.rglob("*.py"))
        if (lines := len(path.read_text(encoding="utf-8").splitlines()))
    }


def over(budget: int, measured: dict[str, int]) -> dict[str, int]:
    return {name: lines for name, lines in measured.items() if lines > budget}


def functions(path: Path) -> dict[str, int]:
    """Lines of every function of a module, from its `def` on: decorators declare, they do nothing."""
    return {
        f"{path.relative_to(PACKAGE)}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    }


def test_no_module_is_too_long():
    assert over(LINES_OF_A_MODULE, sizes(PACKAGE)) == {}


def test_most_modules_are_short():
    assert median(sizes(PACKAGE).values()) <= LINES_OF_THE_MEDIAN_MODULE


def test_no_function_is_too_long():
    found = {name: lines for path in PACKAGE.rglob("*.py") for name, lines in functions(path).items()}
    assert over(LINES_OF_A_FUNCTION, found) == {}


def test_a_source_is_one_small_file():
    kinds = {place.partition(":")[0].replace(".", "/") for place in KINDS.values()}
    found = {
        name: lines for name, lines in sizes(PACKAGE / "sources").items() if f"unshipped/{name[:-3]}" in kinds
    }
    assert len(found) == len(kinds)
    assert over(LINES_OF_A_SOURCE, found) == {}


def test_core_stays_small_enough_to_read_in_an_evening():
    assert sum(sizes(PACKAGE / "core").values()) <= LINES_OF_CORE
