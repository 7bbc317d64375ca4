"""Snapshots made from text: what a test says a repository holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha1
from textwrap import dedent
from typing import NamedTuple

from unshipped.discovery.snapshot import LINK, MOST_BYTES, Entry, Snapshot

PLAIN = "100644"


class Link(NamedTuple):
    """A symbolic link, and what it says."""

    text: str


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
