"""Whether names are among those that are meant."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase


def fits(*parts: tuple[str, Sequence[str]]) -> bool:
    """Whether each name fits one of its globs; where there is none, every name does."""
    return all(not globs or any(fnmatchcase(name, glob) for glob in globs) for name, globs in parts)
