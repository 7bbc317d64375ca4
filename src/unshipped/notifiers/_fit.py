"""A message cut until it fits: every receiver has a size past which it takes nothing at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from unshipped.core.messages import Message
from unshipped.notifiers._sheet import smaller

_Made = TypeVar("_Made")


def fitted(
    message: Message, make: Callable[[Message], _Made], size: Callable[[_Made], int], most: int
) -> _Made:
    """What is made of as much of the message as fits. Of the smallest there is, whatever its size."""
    made = make(message)
    for less in smaller(message):
        made = make(less)
        if size(made) <= most:
            break
    return made
