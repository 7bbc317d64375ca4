"""Names and places that several finders share."""

from __future__ import annotations

import re

from unshipped.core.patterns import encode, is_glob
from unshipped.discovery.snapshot import Snapshot, inside

_NOT_OURS = {"node_modules", "vendor", "testdata", "fixtures", "third_party", ".venv", "site-packages"}
_NOT_RUN = {
    *("docs", "doc", "archive", "archived", "examples", "example", "deprecated", "legacy", "samples"),
    *("test", "tests", "testing", "e2e", "playground", "sandbox", ".devcontainer", ".gitpod"),
}


def slug(text: str) -> str:
    """A name that a service may have."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")[:100]


def is_ours(path: str) -> bool:
    """Whether a file belongs to the repository's own code, and not to what it carries along."""
    return _NOT_OURS.isdisjoint(path.split("/"))


def is_run(path: str) -> bool:
    """Whether a file lies where what is really run lies, and no documentation or archive does."""
    return is_ours(path) and not any(part.lower() in _NOT_RUN for part in path.split("/")[:-1])


def unversioned(image: str) -> str:
    """An image's name without tag and digest."""
    name = image.partition("@")[0]
    head, _, last = name.rpartition("/")
    return f"{head}/{last.partition(':')[0]}".strip("/")


def directory_in(snapshot: Snapshot, base: str, relative: str) -> str | None:
    """A directory of the repository as it is named from another; None where there is none."""
    found = inside(base, relative or ".")
    return (
        found if found is not None and not is_glob(encode(found)) and snapshot.is_directory(found) else None
    )
