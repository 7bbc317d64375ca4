"""Who is mentioned: the authors of changes that wait, as far as it is said what they are called there."""

from __future__ import annotations

from collections.abc import Mapping

from unshipped.core.messages import Message

MOST = 10


def mentioned(message: Message, people: Mapping[str, str] | None) -> tuple[str, ...]:
    """What they are called, each once; nobody where the message is no news to them."""
    if not people or not message.loud or message.resolved:
        return ()
    known = {name.casefold(): handle for name, handle in people.items()}
    authors = (
        change.author.casefold()
        for item in message.items
        if item.fresh and not item.resolved
        for change in item.missing
    )
    return tuple(dict.fromkeys(known[author] for author in authors if author in known))[:MOST]
