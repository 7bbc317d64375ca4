"""What counts of an image, and what the answer hangs on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from unshipped.core.value import Value
from unshipped.discovery.images.copies import Copy
from unshipped.discovery.images.image import Image
from unshipped.discovery.values import Doubt, Reason


class Taken(Value):
    """Which paths count and why, and what the answer hangs on."""

    reasons: Mapping[str, Reason]
    doubts: tuple[Doubt, ...] = ()
    inputs: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    widened: frozenset[str] = frozenset()
    reached: frozenset[str] = frozenset()
    """Those of the paths that are there because something asks for them."""
    texts: frozenset[str] = frozenset()
    """Files of which any change may change the answer."""


def whole(image: Image) -> Taken:
    """Everything that the image takes in."""
    return Taken(copied(image.copies))


def copied(copies: Iterable[Copy]) -> dict[str, Reason]:
    """The paths of copies, each with the first that takes it."""
    reasons: dict[str, Reason] = {}
    for copy in copies:
        for path in copy.paths:
            reasons.setdefault(path, Reason(copy.place.path, copy.place.line, copy.text))
    return reasons
