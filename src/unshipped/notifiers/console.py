"""Standard error or standard output: for a first look, and for whatever collects what programs print."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from unshipped.core.messages import Message
from unshipped.errors import NotifyError
from unshipped.notifiers._text import text


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleNotifier:
    """Prints the message as plain text, the small ones too."""

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    EXAMPLE: ClassVar[dict[str, Any]] = {}

    stream: Literal["stderr", "stdout"] = "stderr"
    """Where to print."""

    def say(self, message: Message, reference: str) -> str:
        stream = sys.stderr if self.stream == "stderr" else sys.stdout
        try:
            encoding = stream.encoding or "utf-8"
            stream.write(text(message).encode(encoding, "replace").decode(encoding) + "\n")
            stream.flush()
        except (OSError, ValueError, AttributeError):
            raise NotifyError(f"{self.stream} cannot be written") from None
        return reference

    def preview(self, message: Message) -> str:
        """The text."""
        return text(message)
