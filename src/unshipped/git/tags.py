"""Which tags there are, on which commits, since when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from unshipped.core.model import Rule
from unshipped.git.commits import LAST_SECOND
from unshipped.git.expected import newest_first
from unshipped.git.names import commits_of
from unshipped.git.process import lines, run
from unshipped.ports import Tag

_FORMAT = "%(refname)%00%(creatordate:unix)"


def tags(git_dir: str, pattern: str) -> list[Tag]:
    """The tags whose names fit a glob, the oldest first. What is tagged and is no commit is left out."""
    return [
        tag
        for tag in _listed(git_dir, ["for-each-ref", "--sort=creatordate"], "refs/tags")
        if fnmatchcase(tag.name, pattern)
    ]


def newest_tags(git_dir: str, rule: Rule) -> list[Tag]:
    """The tags that fit a rule, each by the time when it was made, where it was the newest one then."""
    ranked = _listed(git_dir, newest_first(rule), f"refs/tags/{rule.value}")
    rank = {tag.name: at for at, tag in enumerate(ranked)}
    newest: list[Tag] = []
    for tag in sorted(ranked, key=lambda one: (one.at, -rank[one.name])):
        if not newest or rank[tag.name] < rank[newest[-1].name]:
            newest.append(tag)
    return newest


def _listed(git_dir: str, ask: Sequence[str], pattern: str) -> list[Tag]:
    out = run([*ask, f"--format={_FORMAT}", pattern], git_dir=git_dir)
    made = dict(line.split("\0") for line in lines(out))
    commits = commits_of(git_dir, made)
    return [
        Tag(name.removeprefix("refs/tags/"), commits[name], datetime.fromtimestamp(int(seconds), UTC))
        for name, seconds in made.items()
        if seconds and int(seconds) <= LAST_SECOND and name in commits
    ]
