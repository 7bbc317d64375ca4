"""Which tags there are, on which commits, since when."""

from __future__ import annotations

from datetime import UTC, datetime
from fnmatch import fnmatchcase

from unshipped.git.process import run
from unshipped.ports import Tag

_FORMAT = "%(refname:lstrip=2)%00%(objectname)%00%(*objectname)%00%(creatordate:unix)"


def tags(git_dir: str, pattern: str) -> list[Tag]:
    """The tags whose names fit a glob, the oldest first. What is tagged and is no commit is left out."""
    out = run(["for-each-ref", "--sort=creatordate", f"--format={_FORMAT}", "refs/tags"], git_dir=git_dir)
    found = []
    for line in out.decode("utf-8", "surrogateescape").splitlines():
        name, own, pointed, seconds = line.split("\0")
        if seconds and fnmatchcase(name, pattern):
            found.append(Tag(name, pointed or own, datetime.fromtimestamp(int(seconds), UTC)))
    return found
