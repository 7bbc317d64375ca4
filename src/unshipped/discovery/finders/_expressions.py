"""What workflows fill in: `${{ … }}`, and the combinations of a matrix."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any

from unshipped.discovery.documents import Table, table, tables

Context = Mapping[str, str]
"""What is known, by the name that an expression has for it: `matrix.service`, `env.REGISTRY`."""

_MOST_COMBINATIONS = 256
_EXPRESSION = re.compile(r"\$\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}")
_FORMAT = re.compile(
    r"\$\{\{(?:(?!\}\}).){0,300}?\bformat\(\s*'([^']*)'\s*,([\w\s.,-]*)\)(?:\s*\|\|\s*'')?\s*\}\}"
)
"""An expression that comes to what `format` puts together, at least on a condition."""
_SLOT = re.compile(r"\{(\d{1,2})\}")


def filled(value: Any, context: Context) -> str:
    """A text with the expressions that are known; the others stay. Empty where there is no text."""
    if not isinstance(value, str):
        return ""
    return _EXPRESSION.sub(lambda found: context.get(found[1], found[0]), _FORMAT.sub(_formatted, value))


def _formatted(found: re.Match[str]) -> str:
    """What `format` puts together, with the expressions that it fills in."""
    slots = {str(at): f"${{{{ {one.strip()} }}}}" for at, one in enumerate(found[2].split(","))}
    return _SLOT.sub(lambda slot: slots.get(slot[1], slot[0]), found[1])


def flat(prefix: str, value: Any, context: Context) -> Iterator[tuple[str, str]]:
    """A value and everything in it, by the names that expressions have for them."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from flat(f"{prefix}.{name}", one, context)
    elif isinstance(value, str):
        yield prefix, filled(value, context)


def combinations(strategy: Any, context: Context) -> Iterator[Context]:
    """The contexts of a job, one for each combination of its matrix."""
    matrix = table(table(strategy).get("matrix"))
    axes = {
        name: values
        for name, values in matrix.items()
        if isinstance(values, list) and name not in ("include", "exclude")
    }
    found = [
        dict(zip(axes, values, strict=True)) for values in islice(product(*axes.values()), _MOST_COMBINATIONS)
    ]
    found = [one for one in found if not any(_agrees(one, out) for out in tables(matrix.get("exclude")))]
    for more in tables(matrix.get("include"))[:_MOST_COMBINATIONS]:
        found = _included(found, more, axes)
    for one in found or [{}]:
        yield {**context, **dict(flat("matrix", one, context))}


def _agrees(combination: Mapping[str, Any], other: Table) -> bool:
    return bool(other) and all(combination.get(name) == value for name, value in other.items())


def _included(found: list[dict[str, Any]], more: Table, axes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """An entry of `include` adds to the combinations that it does not contradict, or is one by itself."""
    said = {name: value for name, value in more.items() if name in axes}
    meant = [one for one in found if one and all(one.get(name) == value for name, value in said.items())]
    if not axes or not meant:
        return [*(one for one in found if one), dict(more)]
    return [{**one, **more} if one in meant else one for one in found]
