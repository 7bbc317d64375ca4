"""Whether the git that is installed knows what is asked of it."""

from __future__ import annotations

import re

from unshipped.errors import GitError
from unshipped.git.process import run

OLDEST = (2, 30)
_VERSION = re.compile(rb"git version (\d+)\.(\d+)")


def objection() -> str:
    """Why the git that is installed will not do; empty where it will."""
    try:
        said = _VERSION.match(run(["--version"]))
    except GitError as error:
        return error.message
    found = (int(said[1]), int(said[2])) if said else OLDEST
    if found >= OLDEST:
        return ""
    return f"git {found[0]}.{found[1]} is older than {OLDEST[0]}.{OLDEST[1]}, the oldest that is tested"
