"""How something is built, from what a file says of it: only where the repository has it."""

from __future__ import annotations

from collections.abc import Iterable

from unshipped.core.model import Build
from unshipped.discovery.snapshot import Snapshot


def image_build(
    snapshot: Snapshot,
    dockerfile: str | None,
    context: str | None,
    target: str = "",
    arguments: Iterable[tuple[str, str]] = (),
) -> Build | None:
    """The build of a Dockerfile in a context, both from the top; None where either is not there."""
    if dockerfile is None or context is None or dockerfile not in snapshot.entries:
        return None
    given = ((name, value) for name, value in arguments if name and "$" not in value)
    return Build(dockerfile, context, target, tuple(given))


def beside(directory: str, name: str = "Dockerfile") -> str:
    """The path of a file in a directory."""
    return f"{directory}/{name}".lstrip("/")


def directory_build(snapshot: Snapshot, directory: str | None) -> Build | None:
    """What is deployed of a directory: the image of its Dockerfile, or the directory as it is."""
    if directory is None:
        return None
    return image_build(snapshot, beside(directory), directory) or Build(source=directory)
