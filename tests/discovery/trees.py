"""Snapshots made from text: what a test says a repository holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha1
from textwrap import dedent
from typing import Any, NamedTuple

from hypothesis import strategies as st

from unshipped.discovery.snapshot import LINK, MOST_BYTES, Entry, Snapshot

PLAIN = "100644"


class Link(NamedTuple):
    """A symbolic link, and what it says."""

    text: str


Files = dict[str, str | bytes | Link]
Contents = Mapping[str, st.SearchStrategy[Any]]


def histories(paths: Contents, always: Contents | None = None) -> st.SearchStrategy[list[Files]]:
    """A tree, and what a few changes at a time make of it. Any of `paths` may be there; what is `always` is."""
    needed = dict(always or {})
    contents = {**{path: st.none() | content for path, content in paths.items()}, **needed}
    change = st.sampled_from(sorted(contents)).flatmap(lambda one: st.tuples(st.just(one), contents[one]))
    steps = st.lists(st.lists(change, min_size=1, max_size=3), min_size=1, max_size=5)
    return st.builds(_trees, st.fixed_dictionaries(needed, optional=dict(paths)), steps)


def _trees(files: Files, steps: list[list[tuple[str, str | bytes | Link | None]]]) -> list[Files]:
    trees = [files]
    for changes in steps:
        after = {**trees[-1], **dict(changes)}
        trees.append({path: text for path, text in after.items() if text is not None})
    return trees


def tree(files: Mapping[str, str | bytes | Link]) -> Snapshot:
    """A snapshot of files by path; text is dedented."""
    entries, blobs = {}, {}
    for path, content in files.items():
        raw = _raw(content)
        blob = sha1(raw).hexdigest()
        entries[path] = Entry(LINK if isinstance(content, Link) else PLAIN, blob)
        blobs[blob] = raw

    def read(wanted: Iterable[str]) -> dict[str, bytes | None]:
        return {one: blobs[one] if len(blobs[one]) <= MOST_BYTES else None for one in wanted}

    return Snapshot(entries, read)


def _raw(content: str | bytes | Link) -> bytes:
    if isinstance(content, bytes):
        return content
    text = content.text if isinstance(content, Link) else dedent(content)
    return text.encode("utf-8", "surrogateescape")
