"""Text that somebody else wrote, made fit for a message."""

from __future__ import annotations

LONGEST = 200


def shown(text: str, longest: int = LONGEST) -> str:
    """Foreign text for a message: what does not print is escaped, and what is too long is cut."""
    escaped = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
        for letter in text[:longest]
    )
    return escaped if len(escaped) <= longest else escaped[: longest - 1] + "…"
