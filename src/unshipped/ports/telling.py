"""What the use cases ask of those who tell people."""

from __future__ import annotations

from typing import Any, Literal, Protocol, Self

from unshipped.core.messages import Message
from unshipped.core.value import Value


class Traits(Value):
    """What a kind of notifier says of itself, by attributes of its class; what it does not say is as here."""

    least: Literal["info", "warning", "critical"] = "info"
    """From which severity on it is told, where the file has no routes."""
    handles: str = ""
    """By which of the names that `people` has for somebody it mentions them: a key, such as `slack`. Empty
    where it mentions nobody; else `people` is a setting of it."""
    routed: bool = True
    """Whether it is told of incidents, where the file has no routes."""
    announces: bool = False
    """Whether it makes something of a rollout as data: then `deploy.announce` may name it."""

    @classmethod
    def of(cls, kind: type[Any]) -> Self:
        """Those of a class."""
        return cls(**{name: getattr(kind, name) for name in cls._fields if hasattr(kind, name)})


class Notifier(Protocol):
    """Says one message to one receiver. Never decides whether it has to be said.

    Its class says of itself what `Traits` has.
    """

    def say(self, message: Message, reference: str) -> str:
        """Say it, and answer what the receiver calls the conversation from now on; empty where it has none.

        `reference` is what it was called before, empty where this begins it. Raises `NotifyError` where
        it was not said, which says whether it can be tried again. Blocks for at most its own `timeout`.
        """
        ...
