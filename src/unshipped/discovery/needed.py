"""All that some things need, and that these need."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")


def needed(begin: Iterable[Item], needs: Callable[[Item], Iterable[Item]]) -> set[Item]:
    """Some things, with whatever these need, each asked once."""
    waiting, found = [*begin], set[Item]()
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += needs(one)
    return found
