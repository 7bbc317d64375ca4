"""Jobs of GitLab: with what they extend, once for each member of their matrix."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any

from unshipped.discovery.documents import Table, table, tables, texts
from unshipped.discovery.finders._words import filled
from unshipped.discovery.shell import unknown
from unshipped.discovery.shell.words import LONGEST

_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
_MOST_WAYS = 50
_NESTED = 10
_DEEPEST = 11
"""As many as GitLab follows."""


def jobs(top: Table) -> Iterator[Table]:
    """Each way in which a job of a file runs; what others extend may be one, too."""
    known: dict[str, Table] = {}
    for name in top:
        job = _whole(top, name, known, 0)
        for chosen in _ways(job):
            yield _over(job, Table({"variables": Table(chosen)})) if chosen else job


def _whole(top: Table, name: str, known: dict[str, Table], depth: int) -> Table:
    """A job with what it extends; `known` are those that were put together before."""
    if name not in known:
        own, found = table(top.get(name)), Table()
        known[name] = own  # a circle ends here
        for above in texts(own.get("extends")) if depth < _DEEPEST else ():
            found = _over(found, _whole(top, above, known, depth + 1))
        known[name] = _over(found, own) if found else own
    return known[name]


def _over(below: Table, above: Table) -> Table:
    """Of two tables the upper one; what are tables in both stand side by side, and lists do not."""
    both: dict[str, Any] = {
        key: _over(table(below[key]), table(value))
        for key, value in above.items()
        if isinstance(value, dict) and isinstance(below.get(key), dict)
    }
    found = Table({**below, **above, **both})
    found.lines = {**below.lines, **above.lines}
    return found


def _ways(job: Table) -> Iterator[dict[str, str]]:
    """The variables of each member of its matrix."""
    matrix = tables(table(job.get("parallel")).get("matrix"))
    members = (
        dict(zip(one, chosen, strict=True)) for one in matrix for chosen in product(*map(texts, one.values()))
    )
    yield from [*islice(members, _MOST_WAYS)] or [{}]


def expanded(variables: Table, values: Mapping[str, str]) -> dict[str, str]:
    """The variables of a job or a file, each with those that it names; a mark for those that nobody knows."""
    said = {name: table(value).get("value", value) for name, value in variables.items()}
    given = {name: value for name, value in said.items() if isinstance(value, str)}
    return {name: _expanded(name, {**values, **given}) for name in given}


def _expanded(name: str, values: Mapping[str, str]) -> str:
    text, others = values[name], {other: value for other, value in values.items() if other != name}
    for _ in range(_NESTED):
        made = filled(text, others)
        if made == text or len(made) > LONGEST:
            break
        text = made
    return _VARIABLE.sub(lambda found: unknown(f"${found[1]}", "environment"), text)
