"""Gather what happened in a time: branches, closures along them, deployments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from unshipped.app.deploy_records import of_habit, resolved
from unshipped.core.figures import Span
from unshipped.core.model import Expected, Origin, Rule, Target
from unshipped.core.replay import Deployed, Line, Part, Record
from unshipped.errors import UsageError
from unshipped.ports import Archive

Repositories = Callable[[str], Archive]
Moments = Callable[[datetime], datetime]


def gather(
    targets: Sequence[Target], repository: Repositories, span: Span, found: Iterable[Deployed]
) -> Record:
    """What happened, with deployments that are known. Raises `GitError` and `UsageError`."""
    parts, lines = _parts(targets)
    known = [one for one in resolved(found, parts, repository) if one.at < span.until]
    commits = {one.commit for one in known}
    return Record(span, _lines(parts, lines, repository, span, commits), parts, tuple(known))


def gather_habit(targets: Sequence[Target], repository: Repositories, span: Span, moments: Moments) -> Record:
    """What happened, as if every service were deployed at those moments."""
    parts, asked = _parts(targets)
    lines = _lines(parts, asked, repository, span, ())
    return Record(span, lines, parts, tuple(of_habit(moments, parts, lines, span)))


_Asked = tuple[str, Rule]


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
    """What should have served is replayed along a branch: tags and pins say nothing of the time before."""
    return origin.rule if origin.rule.kind == "branch" else Rule()


def _lines(
    parts: Sequence[Part],
    asked: Sequence[_Asked],
    repository: Repositories,
    span: Span,
    commits: Iterable[str],
) -> tuple[Line, ...]:
    wanted = set(commits)
    lines = []
    for number, (name, rule) in enumerate(asked):
        tip = repository(name).expected(rule)
        if not isinstance(tip, Expected):
            raise UsageError(tip.message, tip.hint)
        closures = [part.origin.closure for part in parts if part.line == number]
        found = repository(name).chronicle(tip.commit, span.since, wanted, closures)
        lines.append(Line(tip.ref, tip.why, found))
    return tuple(lines)
