"""Maps that exist already: the paths for which a pipeline runs that deploys one service."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from unshipped.discovery.documents import Table, at, documents, table, tables, texts
from unshipped.discovery.finders._patterns import imported
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Found, Place

_WORKFLOW = re.compile(r"^\.github/workflows/[^/]+\.ya?ml$")
_GITLAB = re.compile(r"(^|/)[\w.-]*gitlab-ci\.ya?ml$")


def find(snapshot: Snapshot, found: Sequence[Found]) -> Iterator[Found]:
    """The paths of each workflow of GitHub and job of GitLab to which exactly one service among those found
    belongs; of several it says nothing about any one.
    """
    for path in {one.place.path: None for one in found if one.runs_on}:
        mine = [one for one in found if one.place.path == path and one.runs_on and one.name]
        if _WORKFLOW.match(path):
            push = table(at(_top(snapshot, path), "on", "push"))
            patterns = texts(push.get("paths"))
            yield from _map(mine, patterns, Place(path, push.lines.get("paths", 0)), repeats=True)
        elif _GITLAB.search(path):
            for start, end, job in _jobs(_top(snapshot, path)):
                inner = [one for one in mine if start <= one.place.line < end]
                yield from _map(inner, _changes(job), Place(path, start), repeats=False)


def _top(snapshot: Snapshot, path: str) -> Table:
    return table(next(iter(documents(snapshot, path)), None))


def _map(
    deployed: Sequence[Found], patterns: Sequence[str], place: Place, *, repeats: bool
) -> Iterator[Found]:
    one = next(iter(deployed), None)
    maps = imported(patterns, repeats=repeats)
    if one and maps.paths and len({other.name for other in deployed}) == 1:
        yield Found(one.name, place, one.build, one.image, maps.paths, ignore=maps.ignore)


def _jobs(top: Table) -> Iterator[tuple[int, int, Table]]:
    """The jobs of a file of GitLab, with the lines between which they stand."""
    starts = sorted(top.lines.items(), key=lambda entry: entry[1])
    for at_, (name, start) in enumerate(starts):
        end = starts[at_ + 1][1] if at_ + 1 < len(starts) else 1 << 31
        yield start, end, table(top.get(name))


def _changes(job: Table) -> list[str]:
    """The paths of `rules` and of the older `only`."""
    found = [at(rule, "changes") for rule in tables(job.get("rules"))] + [at(job, "only", "changes")]
    return [text for one in found for text in texts(at(one, "paths") if isinstance(one, dict) else one)]
