"""The newest commit of a branch that is green, by what a forge says of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

from unshipped.core.model import Code, Reading
from unshipped.core.value import Value
from unshipped.core.words import count
from unshipped.errors import SourceError
from unshipped.sources.shared.parse import revision

_MOST = 30
"""So many landings are asked about: of a branch on which more are red, somebody has to look."""


class Green(Value):
    """The newest landing that is green; empty where none is. And those above it, which are not."""

    commit: str
    above: tuple[str, ...]


def newest_green(chain: Iterable[str], is_green: Callable[[str], bool]) -> Green:
    """The first of the newest commits, newest first, that is green."""
    above: list[str] = []
    for commit in islice(chain, _MOST):
        if is_green(commit):
            return Green(commit, tuple(above))
        above.append(commit)
    return Green("", tuple(above))


def reading(found: Green, whose: str) -> Reading:
    """What a source says that found that. Raises `SourceError` where there is none."""
    if not found.commit:
        message = f"{whose}: none of the newest landings has passed its checks"
        raise SourceError(Code.NO_REVISION, message, "look at the checks of the branch, or choose others")
    said = revision(found.commit, whose)
    if found.above:
        newer = f"{count(len(found.above), 'newer landing')} not green, since {found.above[-1][:9]}"
        said = said._replace(said_by=newer)
    return Reading((said,))
