"""What the use cases ask of those who tell people."""

from __future__ import annotations

from typing import Protocol

from unshipped.core.messages import Message


class Notifier(Protocol):
    """Says one message to one receiver. Never decides whether it has to be said."""

    def say(self, message: Message, reference: str) -> str:
        """Say it, and answer what the receiver calls the conversation from now on; empty where it has none.

        `reference` is what it was called before, empty where this begins it. Raises `NotifyError` where
        it was not said, which says whether it can be tried again. Blocks for at most its own `timeout`.
        """
        ...
