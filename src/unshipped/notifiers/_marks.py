"""What stands before a title in a chat: seen from afar, and never without the word beside it."""

from __future__ import annotations

from unshipped.core.alerting import Topic
from unshipped.core.messages import Message
from unshipped.core.model import Severity

_MARKS = {Severity.NONE: "⚪", Severity.INFO: "🔵", Severity.WARNING: "🟠", Severity.CRITICAL: "🔴"}
COLOURS = {
    Severity.NONE: 0x8B949E,
    Severity.INFO: 0x2F81F7,
    Severity.WARNING: 0xD29922,
    Severity.CRITICAL: 0xDA3633,
}
GREEN = 0x2DA44E


def mark(message: Message) -> str:
    """One sign."""
    if message.topic is not Topic.INCIDENTS:
        return "📋"
    return "✅" if message.resolved else _MARKS[message.severity]


def colour(message: Message) -> int:
    """One colour, as a number of 24 bits."""
    return GREEN if message.resolved else COLOURS[message.severity]
