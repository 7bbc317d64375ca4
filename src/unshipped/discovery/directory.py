"""A directory that is deployed as it is: a function, or what a buildpack is given."""

from __future__ import annotations

from unshipped.core.model import Build
from unshipped.discovery.images.copies import Copy
from unshipped.discovery.images.image import Image
from unshipped.discovery.layout import Layout, Mount
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Place

_CONVENTIONS = ("main.py", "app.py", "function_app.py", "index.js", "index.mjs", "function.js", "index.ts")


def directory_of(snapshot: Snapshot, build: Build) -> Image | None:
    """What is deployed of a directory; None where there is none."""
    if not snapshot.below(build.source):
        return None
    layout = Layout(snapshot, [Mount("", build.source)])
    entries = tuple(name for name in _CONVENTIONS if layout.find(name))
    words = frozenset(name.partition(".")[0] for name in _CONVENTIONS)
    copy = Copy(Place(build.source), (build.source or "**",), "the directory that is deployed", "")
    return Image((copy,), layout, (), entries, words)
