"""What `affected` answered before, for whoever asks the same again.

Which services differ follows from two commits, from what the configuration says, and from this program. Where
these are what they were, so is the answer: neither the grammar of the command nor the map has to be loaded.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence

from unshipped.cache import Cache, default_directory
from unshipped.core.value import Value
from unshipped.git.child import Child, looking_from
from unshipped.nearest import find

_ROOM = "said"
_SECONDS = 10.0
"""Whoever has waited so long for git is answered the long way, and told what is wrong."""


class Basis(Value):
    """What an answer rests on."""

    config: str | None
    repo: str | None
    """Where to look, in the words of who asked."""
    path: str
    """Which configuration that is: what it says of places is relative to it."""
    text: bytes
    """What it says."""
    place: str
    """Where the repository lies."""
    names: Sequence[str]
    commits: Sequence[str]
    """Which commits these names stand for there."""

    def holds(self) -> bool:
        """Whether all of it is as it was. Raises `UsageError` where two configurations could be meant."""
        path = self.config or find(self.repo or ".")
        return (path, _read(path)) == (self.path, self.text) and _are(self.place, self.names, self.commits)


def said(arguments: Sequence[str]) -> str | None:
    """What was answered to the same arguments in the same place; None where that has to be found out."""
    if "--no-cache" in arguments:
        return None
    cache = Cache(default_directory())
    # Another state of this very version, as when it runs from its sources, may have written it otherwise.
    with contextlib.suppress(TypeError, ValueError):
        answer, basis = cache.load(_ROOM, _key(cache, arguments)) or (None, ())
        return answer if basis and Basis(*basis).holds() else None
    return None


def keep(cache: Cache, arguments: Sequence[str], answer: str, basis: Basis) -> None:
    """Keep an answer for who asks so again."""
    cache.save(_ROOM, _key(cache, arguments), (answer, tuple(basis)))


def _key(cache: Cache, arguments: Sequence[str]) -> bytes:
    runner = os.environ.get("GITHUB_ACTIONS", "")  # the only part of the environment that shows in the text
    return cache.key("said", runner, os.getcwd(), *arguments)


def _read(path: str) -> bytes | None:
    if not os.path.isfile(path):  # a pipe says it once: to whoever finds out the long way
        return None
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def _are(place: str, names: Sequence[str], commits: Sequence[str]) -> bool:
    """Whether the names stand for these commits now."""
    asked = "".join(f"{name}^{{commit}}\n" for name in names).encode("utf-8", "surrogateescape")
    git = Child([*looking_from(place), "cat-file", "--batch-check=%(objectname)"], stdin=asked)
    try:
        return git.answer(_SECONDS) == "".join(f"{commit}\n" for commit in commits).encode()
    except TimeoutError:
        return False
    finally:
        git.end(kill=True)
