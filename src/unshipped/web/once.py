"""What is sent again, since no answer came, is done once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from unshipped.web.answers import RefusalError


class Decision(Protocol):
    """What somebody decided, by the name that it has."""

    @property
    def id(self) -> str: ...


Decided = TypeVar("Decided", bound=Decision)


def identity(given: str | None) -> str:
    """The name that whoever asks gave it, or one of its own."""
    return given or uuid.uuid4().hex[:8]


def once(
    made: Decided,
    kept: Callable[[], Iterable[Decided]],
    place: Callable[[Decided], object],
    about: Callable[[Decided], object],
) -> Decided:
    """What is kept under that id: what was made, or the same from before. Raises `RefusalError` where that is
    about something else, or over by now.
    """

    def known() -> Decided | None:
        return next((one for one in kept() if one.id == made.id), None)

    found = known()
    if found is None:
        place(made)
        found = known()
    if found is None:
        raise RefusalError(409, "this was placed before, and has ended", "another id places it anew")
    if about(found) != about(made):
        raise RefusalError(409, "something else has this id already", "each decision has an id of its own")
    return found
