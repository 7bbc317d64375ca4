"""What else runs where a target was found, told even where the target itself cannot say what it runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from unshipped.core.roster import Roster
from unshipped.errors import SourceError


@contextmanager
def beside(roster: Roster | None) -> Iterator[None]:
    """A failure in here takes the roster along: or others would list the target and nobody would know it."""
    try:
        yield
    except SourceError as error:
        error.roster = roster
        raise
