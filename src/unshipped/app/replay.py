"""Gather what happened in a time: branches, closures along them, deployments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from unshipped.app.beside import beside, holding
from unshipped.app.deploy_records import of_habit, resolved
from unshipped.core.counting.figures import Span
from unshipped.core.history.regression import Pair
from unshipped.core.history.retrace import Chronicle
from unshipped.core.model import Expected, Origin, Rule, Target
from unshipped.core.replaying.record import Deployed, Head, Line, Part, Record
from unshipped.errors import UsageError
from unshipped.ports import Archive, Tag

Repositories = Callable[[str], Archive]
Moments = Callable[[datetime], datetime]
_Asked = tuple[str, Rule]


def gather(
    targets: Sequence[Target],
    repository: Repositories,
    span: Span,
    found: Iterable[Deployed],
    *,
    now: datetime,
) -> Record:
    """What happened, with deployments that are known. Raises `GitError` and `UsageError`."""
    parts, lines = _parts(targets)
    known = [one for one in resolved(found, parts, repository) if one.at < span.until]
    commits = {one.commit for one in known}
    return _judged(
        Record(span, _lines(parts, lines, repository, span, commits, now), parts, tuple(known)),
        lines,
        repository,
    )


def gather_habit(
    targets: Sequence[Target], repository: Repositories, span: Span, moments: Moments, *, now: datetime
) -> Record:
    """What happened, as if every service were deployed at those moments."""
    parts, asked = _parts(targets)
    lines = _lines(parts, asked, repository, span, (), now)
    record = Record(span, lines, parts, tuple(of_habit(moments, parts, lines, span)))
    return _judged(record, asked, repository)


def _judged(record: Record, asked: Sequence[_Asked], repository: Repositories) -> Record:
    """With what is known of commits that lie beside their branch."""
    lines = list(record.lines)
    pairs: frozenset[Pair] = frozenset()
    for number, (name, _) in enumerate(asked):
        parts = [part for part in record.parts if part.line == number]
        found = beside(lines[number], parts, record.deploys, repository(name), record.span)
        lines[number] = lines[number]._replace(beside=found)
        if found:
            pairs |= holding(lines[number], parts, record.deploys, repository(name))
    return record._replace(lines=tuple(lines), holding=pairs)


def _parts(targets: Sequence[Target]) -> tuple[tuple[Part, ...], list[_Asked]]:
    """Every origin with its line: one for each repository and rule."""
    lines: dict[_Asked, int] = {}
    sizes: dict[int, int] = {}
    parts = []
    for target in targets:
        for origin in target.origins:
            line = lines.setdefault((origin.repository, _branch(origin)), len(lines))
            parts.append(Part(target, origin, line, sizes.get(line, 0)))
            sizes[line] = sizes.get(line, 0) + 1
    return tuple(parts), list(lines)


def _branch(origin: Origin) -> Rule:
    """What should have served is replayed along a branch, or by its tags: a pin says nothing of the past."""
    return origin.rule if origin.rule.kind in ("branch", "tag") else Rule()


def _lines(
    parts: Sequence[Part],
    asked: Sequence[_Asked],
    repository: Repositories,
    span: Span,
    commits: Iterable[str],
    now: datetime,
) -> tuple[Line, ...]:
    wanted = set(commits)
    lines = []
    for number, (name, rule) in enumerate(asked):
        by_tags = rule.kind == "tag"
        tip = repository(name).expected(Rule() if by_tags else rule)
        if not isinstance(tip, Expected):
            raise UsageError(tip.message, tip.hint)
        tags = _newest(repository(name).newest_tags(rule), span) if by_tags else []
        closures = [part.origin.closure for part in parts if part.line == number]
        reached = wanted | {tag.commit for tag in tags}
        found = repository(name).chronicle(tip.commit, span.since, reached, closures, now=now)
        lines.append(_tagged(rule, tags, found) if by_tags else Line(tip.ref, tip.why, found))
    return tuple(lines)


def _newest(tags: Sequence[Tag], span: Span) -> list[Tag]:
    """Those of that time, and the one that was the newest when it began."""
    before = [tag for tag in tags if tag.at <= span.since]
    return [*before[-1:], *(tag for tag in tags if span.since < tag.at < span.until)]


def _tagged(rule: Rule, tags: Sequence[Tag], chronicle: Chronicle) -> Line:
    """A branch of which what is tagged should have served."""
    places = {landed.commit: place for place, landed in enumerate(chronicle.landings)}
    heads = tuple(Head(tag.at, tag.name, places.get(tag.commit), tag.commit) for tag in tags)
    return Line(rule.value, f"newest tag that matches {rule.value}", chronicle, heads)
