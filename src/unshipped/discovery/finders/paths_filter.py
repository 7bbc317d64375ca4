"""Maps that exist already: the filters of a workflow."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from unshipped.discovery.documents import documents, table, texts
from unshipped.discovery.finders._names import slug
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Found, Place


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """Each filter of `dorny/paths-filter`, inline or in a file, as a service with paths."""
    for path in snapshot.below(".github"):
        if not path.endswith((".yml", ".yaml")):
            continue
        text = snapshot.text(path) or ""
        if "paths-filter" not in text:
            continue
        for document in documents(snapshot, path):
            for job in table(table(document).get("jobs")).values():
                steps = table(job).get("steps")
                for step in steps if isinstance(steps, list) else ():
                    given = table(table(step).get("with"))
                    if "paths-filter" in str(table(step).get("uses")) and isinstance(
                        given.get("filters"), str
                    ):
                        yield from _filters(snapshot, path, given.lines["filters"], given["filters"])


def _filters(snapshot: Snapshot, path: str, line: int, text: str) -> Iterator[Found]:
    if text.strip() in snapshot.entries:
        path, line = text.strip(), 0
        read = next(documents(snapshot, path), None)
    else:
        try:
            read = yaml.load(text, Loader=yaml.CSafeLoader)
        except (yaml.YAMLError, RecursionError, ValueError):
            return
    for name, patterns in read.items() if isinstance(read, dict) else ():
        listed = [one for one in texts(patterns) if one]
        chosen = tuple(one.removesuffix("/**") for one in listed if not one.startswith("!"))
        if chosen and isinstance(name, str):
            ignored = tuple(one[1:] for one in listed if one.startswith("!"))
            yield Found(slug(name), Place(path, line), paths=chosen, ignore=ignored)
