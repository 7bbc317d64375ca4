"""Maps that exist already: the filters of a workflow."""

from __future__ import annotations

from collections.abc import Iterator

from unshipped.discovery.documents import Table, documents, parsed, table, tables, texts
from unshipped.discovery.finders._names import slug
from unshipped.discovery.finders._patterns import imported
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Found, Place


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """Each filter of `dorny/paths-filter`, inline or in a file, as a service with paths."""
    for path in snapshot.below(".github"):
        if not path.endswith((".yml", ".yaml")) or "paths-filter" not in (snapshot.text(path) or ""):
            continue
        for document in documents(snapshot, path):
            top = table(document)
            for job in [table(top.get("runs")), *map(table, table(top.get("jobs")).values())]:
                for step in tables(job.get("steps")):
                    if "paths-filter" in str(step.get("uses")):
                        yield from _filters(snapshot, path, table(step.get("with")))


def _filters(snapshot: Snapshot, path: str, given: Table) -> Iterator[Found]:
    text, line = given.get("filters"), given.lines.get("filters", 0)
    if not isinstance(text, str):
        return
    file = inside("", text.strip()) if "\n" not in text.strip() else None
    if file and file in snapshot.entries:
        path, line = file, 0
        read = table(next(iter(documents(snapshot, path)), None))
    else:
        read = table(parsed(text))
    takes_all = given.get("predicate-quantifier") == "every"
    for name, patterns in read.items():
        found = imported(_listed(patterns))
        if found.paths and slug(name):
            place = Place(path, line or read.lines.get(name, 0))
            # Without `every` a file counts where any pattern matches, and `!` matches all other files.
            ignore = found.ignore if takes_all else ()
            yield Found(slug(name), place, paths=found.paths, ignore=ignore, is_weak=True)


def _listed(patterns: object) -> Iterator[str]:
    """The patterns of a filter, some of which may be told apart by what happened to the file."""
    for one in patterns if isinstance(patterns, list) else [patterns]:
        if isinstance(one, dict):
            for listed in one.values():
                yield from texts(listed)
        elif isinstance(one, list):
            yield from _listed(one)
        else:
            yield from texts(one)
