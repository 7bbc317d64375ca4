"""The newest commit of a branch that is green, by what a forge says of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

from unshipped.core.model import Code, Reading
from unshipped.errors import SourceError
from unshipped.sources.shared.parse import revision

_MOST = 30
"""So many landings are asked about: of a branch on which more are red, somebody has to look."""


def newest_green(chain: Iterable[str], is_green: Callable[[str], bool]) -> str:
    """The first of the newest commits, newest first, that is green; empty where none is."""
    return next(filter(is_green, islice(chain, _MOST)), "")


def reading(commit: str, whose: str) -> Reading:
    """What a source says that found that commit. Raises `SourceError` where it found none."""
    if not commit:
        message = f"{whose}: none of the newest landings has passed its checks"
        raise SourceError(Code.NO_REVISION, message, "look at the checks of the branch, or choose others")
    return Reading((revision(commit, whose),))
