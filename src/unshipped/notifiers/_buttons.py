"""Where the buttons of a message lead: pages of the server, which ask once more before they do anything."""

from __future__ import annotations

from urllib.parse import quote

from unshipped.core.messages import Link, Message


def buttons(message: Message, server: str) -> tuple[Link, ...]:
    """What can be done about an open conversation; nothing where no server is known."""
    if not server or message.resolved or not message.group:
        return ()
    place = f"{server.rstrip('/')}/incidents/{quote(message.group, safe='')}"
    made = [Link("Acknowledge", f"{place}?act=acknowledge"), Link("Silence", f"{place}?act=silence")]
    still = [one for one in message.items if not one.resolved]
    if len(still) == 1 and not message.further and still[0].missing:
        target = f"{quote(still[0].service, safe='')}/{quote(still[0].environment, safe='')}"
        made.append(Link("Deploy", f"{server.rstrip('/')}/targets/{target}?act=deploy"))
    return tuple(made)


def pressable(message: Message) -> tuple[Link, ...]:
    """What can be done about an open conversation where the press of a button comes back: no address, but
    which conversation it is about.
    """
    if message.resolved or not message.group:
        return ()
    return (Link("Acknowledge", message.group), Link("Silence", message.group))
