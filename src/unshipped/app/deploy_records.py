"""What is known of the deployments of a time, from wherever it was written down; or as a habit would have
made them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from unshipped.core.counting.figures import Span
from unshipped.core.logged.deploys import deploys
from unshipped.core.logged.past import Past
from unshipped.core.model import Problem, Target
from unshipped.core.names import fits
from unshipped.core.replaying.record import Deployed, Line, Part
from unshipped.core.value import Value
from unshipped.errors import UsageError
from unshipped.ports import Archive

_SERVICE = "{service}"
_AT = ("deployed_at", "created_at", "time", "at")
_COMMIT = ("commit", "sha")
_TASK = "deploy:"
_DONE = ("", "success", "active", "inactive")
"""What a state says of a deployment that took place: `active` is the word of GitHub's GraphQL."""
_COLUMNS = "the columns are service, environment, commit and deployed_at"


class Told(Value):
    """What a record tells."""

    deployed: list[Deployed]
    strangers: tuple[str, ...] = ()
    """What rows of it name that no target is called, once for each row."""
    undone: tuple[str, ...] = ()
    """The states of its rows that deployed nothing, once for each row."""


def of_log(past: Past, targets: Sequence[Target], declared: Sequence[Target]) -> Told:
    """What was seen to serve, from the first look on, and what somebody said was deployed."""
    names = {target.name for target in targets}
    known = {target.name for target in declared}
    first = [
        Deployed(name, stretch.seen.deployed, stretch.since)
        for name, course in past.courses.items()
        for stretch in [one for one in course if one.seen.deployed][:1]
    ]
    later = [Deployed(one.target, one.commit, one.at, one.by) for one in deploys(past)]
    found = [*first, *later]
    strangers = tuple(one.target for one in found if one.target not in known)
    return Told([one for one in found if one.target in names], strangers)


def of_tags(pattern: str, targets: Sequence[Target], repository: Callable[[str], Archive]) -> list[Deployed]:
    """Each tag that fits deploys the services of its repository; with `{service}` in it, the one it names."""
    found = []
    for target in targets:
        for name in dict.fromkeys(origin.repository for origin in target.origins):
            glob = pattern.replace(_SERVICE, target.service)
            found += [
                Deployed(target.name, tag.commit, tag.at, tag.name) for tag in repository(name).tags(glob)
            ]
    return found


def of_text(text: str, where: str, targets: Sequence[Target], declared: Sequence[Target]) -> Told:
    """A table with a heading, or JSON: an array of objects, or one on each line, such as the interface of
    GitHub answers for deployments. Raises `UsageError` with the line that cannot be read.
    """
    rows = _objects(text, where) if text.lstrip()[:1] in ("[", "{") else _table(text)
    found: list[Deployed] = []
    strangers, undone = [], []
    for number, row in rows:
        if (state := _state(row)) not in _DONE:
            undone.append(state)
            continue
        found += _deployed(row, f"{where}:{number}", targets)
        if not any(_fits(row, target) for target in declared):
            strangers.append("/".join(part for part in _place(row) if part) or "a row without a service")
    return Told(found, tuple(strangers), tuple(undone))


def of_habit(
    moments: Callable[[datetime], datetime], parts: Sequence[Part], lines: Sequence[Line], span: Span
) -> list[Deployed]:
    """Every target as if it were deployed at each of these moments, and in order when the time begins."""
    times = [span.since]
    while (following := moments(times[-1])) < span.until:
        times.append(following)
    tips = [[line.tip(time) for time in times] for line in lines]
    first = {part.target.name: part.line for part in reversed(parts)}
    found = []
    for name, line in first.items():
        steps = zip(pairwise(["", *tips[line]]), times, strict=True)
        found += [
            Deployed(name, commit, time) for (before, commit), time in steps if commit not in ("", before)
        ]
    return found


def resolved(
    found: Iterable[Deployed], parts: Sequence[Part], repository: Callable[[str], Archive]
) -> list[Deployed]:
    """The same with full commit ids, as far as their repositories know them."""
    deployments = list(found)
    homes = {part.target.name: part.origin.repository for part in reversed(parts)}
    known: dict[str, Mapping[str, str | Problem]] = {
        home: repository(home).resolve({one.commit for one in deployments if homes.get(one.target) == home})
        for home in dict.fromkeys(homes.values())
    }
    return [
        one._replace(
            commit=commit if isinstance(commit := known[homes[one.target]][one.commit], str) else one.commit
        )
        for one in deployments
        if one.target in homes
    ]


def _objects(text: str, where: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    lines = [text] if text.lstrip().startswith("[") else text.splitlines()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{where}:{number}: no JSON: {error}", _COLUMNS) from None
        for row in value if isinstance(value, list) else [value]:
            if not isinstance(row, dict):
                raise UsageError(f"{where}:{number}: {row!r:.40} is no deployment", _COLUMNS)
            yield number, row


def _table(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(text.splitlines())
    for row in reader:
        yield reader.line_num, row


def _deployed(row: Mapping[str, Any], where: str, targets: Sequence[Target]) -> Iterator[Deployed]:
    commit = next((str(row[name]) for name in _COMMIT if row.get(name)), "")
    if not commit:
        raise UsageError(f"{where}: it names no commit", _COLUMNS)
    when = _when(next((row[name] for name in _AT if row.get(name)), None), where)
    for target in targets:
        if _fits(row, target):
            yield Deployed(target.name, commit, when, _by(row))


def _place(row: Mapping[str, Any]) -> tuple[str, str]:
    task = str(row.get("task") or "")  # as GitHub has it, and `github-deployment` writes it
    named = task.removeprefix(_TASK) if task.startswith(_TASK) else ""
    return str(row.get("service") or named), str(row.get("environment") or "")


def _state(row: Mapping[str, Any]) -> str:
    """How it ended, where the row says it: by itself, or by the newest of its statuses."""
    given = row.get("statuses")
    statuses = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    # GitHub tells the newest first, and `max` keeps the first of those with one second.
    newest = max(statuses, key=lambda one: str(one.get("created_at") or ""), default={})
    return str(row.get("state") or newest.get("state") or "").lower()


def _fits(row: Mapping[str, Any], target: Target) -> bool:
    service, environment = ((one,) if one else () for one in _place(row))
    return fits((target.service, service), (target.environment, environment))


def _by(row: Mapping[str, Any]) -> str:
    creator = row.get("creator")  # as GitHub has it
    login = creator.get("login") if isinstance(creator, dict) else ""
    return str(row.get("by") or login or "")


def _when(value: object, where: str) -> datetime:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        raise UsageError(f"{where}: {value!r} is no time, such as 2026-02-05T16:37:00Z", _COLUMNS) from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def since_long(span: Span) -> Span:
    """The time that is read for it: what served when it began may have been deployed long before."""
    return Span(span.since - timedelta(days=366), span.until)
