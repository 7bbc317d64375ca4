"""How something is built, from what a file says of it: only where the repository has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from unshipped.core.model import Build
from unshipped.discovery.finders._names import directory_in
from unshipped.discovery.images.image import image_of
from unshipped.discovery.images.rules import covering
from unshipped.discovery.snapshot import Snapshot

ANY = "*"
"""What stands in an argument or a target for what is not known: whatever it may be counts."""
DOCKERFILES = ("Dockerfile", "dockerfile")
"""What Docker looks for where no file is named: the first that is there."""
_VARIABLE = re.compile(r"\$(\{\{(?:(?!\$\{\{|\}\}).)*+\}\}|\{[^{}]*\}|\w*)")


def image_build(
    snapshot: Snapshot,
    dockerfile: str | None,
    context: str | None,
    target: str = "",
    arguments: Iterable[tuple[str, str]] = (),
) -> Build | None:
    """The build of a Dockerfile in a context, both from the top; None where either is not there. An argument
    or a target may have variables that are not known.
    """
    dockerfile = None if dockerfile is None else _there(snapshot, dockerfile)
    if dockerfile is None or context is None or dockerfile not in snapshot.entries:
        return None
    given = ((name, _VARIABLE.sub(ANY, value)) for name, value in arguments if name)
    return Build(dockerfile, context, ANY if "$" in target else target.strip(), tuple(given))


def _there(snapshot: Snapshot, dockerfile: str) -> str:
    """What Docker takes where that is named, or is what it looks for by itself."""
    directory, _, name = dockerfile.rpartition("/")
    names = DOCKERFILES if name == DOCKERFILES[0] else ()
    return next((at for one in names if (at := beside(directory, one)) in snapshot.entries), dockerfile)


def beside(directory: str, name: str = "Dockerfile") -> str:
    """The path of a file in a directory."""
    return f"{directory}/{name}".lstrip("/")


def directory_build(snapshot: Snapshot, directory: str | None) -> Build | None:
    """What is deployed of a directory: the image of its Dockerfile, or the directory as it is."""
    if directory is None:
        return None
    return image_build(snapshot, beside(directory), directory) or Build(source=directory)


def lent(
    snapshot: Snapshot,
    contexts: Iterable[str],
    bases: Sequence[str],
    other: str,
    build_of: Callable[[str], Build | None],
) -> Iterator[str]:
    """What a build is given beside its context: directories, as they are named from one of the bases, and
    what the images of others are made of, whose names follow on the word `other`.
    """
    for where in contexts:
        if where.startswith(other):
            made = build_of(where.removeprefix(other))
            yield from image_of(snapshot, made).paths if made else ()
        elif "://" not in where:
            found = [one for base in bases if (one := directory_in(snapshot, base, where)) is not None]
            yield from covering(found[0]) if found else ()
