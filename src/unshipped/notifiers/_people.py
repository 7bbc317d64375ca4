"""Who is mentioned: authors of what waits or came back, as far as it is said what they are called there."""

from __future__ import annotations

import re
from collections.abc import Mapping

from unshipped.core.messages import Message
from unshipped.core.people import ADDRESS

MOST = 10
FORMS = {
    "slack": (r"[UW][A-Z0-9]{2,30}", "the id of a user, such as U024BE7LH"),
    "discord": (r"[0-9]{15,20}", "the id of a user, such as 80351110224678912"),
    "teams": (r"[^\s@<>]+@[^\s@<>]+", "the address that they sign in with"),
    "github": (r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})", "the name of a user"),
    "email": (ADDRESS, "an address"),
}
"""What people are called at a receiver: the form of it, and how that is said."""


def mentioned(message: Message, people: Mapping[str, str] | None) -> tuple[str, ...]:
    """What they are called, each once; nobody where the message is no news to them."""
    if not people or not message.loud or message.resolved:
        return ()
    known = {name.casefold(): handle for name, handle in people.items()}
    waiting = (
        change.author for item in message.items if item.fresh and not item.resolved for change in item.missing
    )
    authors = [author.casefold() for author in (*message.authors, *waiting)]
    return tuple(dict.fromkeys(known[author] for author in authors if author in known))[:MOST]


def check_people(people: Mapping[str, str] | None, where: str) -> None:
    """Raises `ValueError` where somebody cannot be called so there: `@name` would do nothing."""
    form, words = FORMS[where]
    for name, handle in (people or {}).items():
        if not re.fullmatch(form, handle):
            raise ValueError(f"people: {name} is called there by {words}")
