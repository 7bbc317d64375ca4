"""The files that say how an image is built, and the directory that its build is given."""

from __future__ import annotations

from unshipped.core.model import Build
from unshipped.discovery.images.rules import covering
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Place


def text_of(snapshot: Snapshot, path: str) -> str | None:
    """A file as text, links followed; its bytes are kept, so that paths in it are those of the tree."""
    real = snapshot.real(path)
    content = snapshot.content(real[0]) if real else None
    if content is None or b"\0" in content:
        return None
    return content.decode("utf-8", "surrogateescape")


def file_of(snapshot: Snapshot, path: str) -> tuple[str, ...]:
    """The links that lead to a file, and last where it really lies, or would."""
    real = snapshot.real(path)
    return (*real[1], real[0]) if real else (path,)


def context_of(snapshot: Snapshot, build: Build) -> tuple[str, tuple[Doubt, ...]]:
    """The directory of the repository that a build is given. Where the tree has none of that name, it is
    the nearest one above, and that is said.
    """
    path = inside("", build.context.rstrip("/"))
    real = snapshot.real(path) if path is not None else None
    found = real[0] if real else ""
    if real and snapshot.is_directory(found):
        return found, ()
    while not snapshot.is_directory(found):
        found = found.rpartition("/")[0]
    why = f"its context {build.context!r} is no directory of the repository"
    return found, (Doubt(Place(build.dockerfile), why, tuple(covering(found))),)
