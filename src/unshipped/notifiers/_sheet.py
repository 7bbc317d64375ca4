"""A message as lines: which sentence stands where, before any form of a receiver's own.

Every text is cut and made printable here. What is still to be done is to escape it for the form.
"""

from __future__ import annotations

from collections.abc import Iterator

from unshipped.core import words
from unshipped.core.alerting import Topic
from unshipped.core.incidents import HOLD_OVER, Step
from unshipped.core.messages import Item, Link, Message, Missing, subject
from unshipped.core.texts.foreign import shown
from unshipped.core.texts.listing import more
from unshipped.core.value import Value

MOST_NAMED = 50
"""How many of the targets are named that are not described."""
_TITLE, _LINE, _SUBJECT, _NAME = 280, 300, 140, 60

STEPS = {
    Step.OPENED: "it began",
    Step.ESCALATED: "it became worse",
    Step.EASED: "it became less",
    Step.ACKNOWLEDGED: "somebody knows of it",
    Step.SILENCED: "it is silenced",
    Step.RESOLVED: "it is over",
    Step.REOPENED: "it came back",
}
"""What happened to an incident, in a few words."""


class Span(Value):
    """A stretch of text that looks the same throughout."""

    text: str
    address: str = ""
    strong: bool = False
    code: bool = False


Line = tuple[Span, ...]


class Part(Value):
    """What is said of one target."""

    head: Line = ()
    """Its name and what is the matter; nothing where the title says it already."""
    facts: tuple[tuple[str, Line], ...] = ()
    changes: tuple[Line, ...] = ()
    more: str = ""
    """How many changes are not listed."""
    command: str = ""


class Sheet(Value):
    """The whole message."""

    title: str
    """One complete sentence."""
    lead: tuple[Line, ...] = ()
    """What holds for all of it: why now, and what they have in common."""
    parts: tuple[Part, ...] = ()
    further: str = ""
    """The targets that are only named."""
    body: str = ""
    """Markdown, for what is not about incidents."""


def wakes(message: Message) -> bool:
    """Whether it is worth waking somebody: that a part is over is not, though the rest goes on."""
    return message.loud and (
        message.topic is not Topic.INCIDENTS or not all(one.resolved for one in message.news)
    )


def sheet(message: Message) -> Sheet:
    """The message as lines."""
    title = told(subject(message), _TITLE)
    if message.topic is not Topic.INCIDENTS:
        return Sheet(title, body=_body(message.body))
    alone = len(message.items) == 1 and not message.further
    return Sheet(
        title=title,
        lead=tuple(_lead(message)),
        parts=tuple(_part(one, alone=alone) for one in message.items),
        further=_further(message.further),
    )


def news(message: Message) -> tuple[Line, ...]:
    """What is new, in one line for each target that it is about: for a conversation that has the rest."""
    fresh = [one for one in message.items if one.fresh]
    lines = tuple(
        (
            Span(told(one.target, _NAME * 2), strong=True),
            Span(told(f": {_happened(one, message)}{one.headline}")),
        )
        for one in fresh
    )
    left = len(message.news) - len(fresh)
    return (*lines, (Span(more(left)),)) if left > 0 else lines


def _happened(item: Item, message: Message) -> str:
    if item.resolved:
        return ""
    alone = len(message.news) == 1  # why it is said is why the first of several is
    freed = alone and message.why == HOLD_OVER and item.step in (Step.OPENED, Step.REOPENED)
    return f"{HOLD_OVER if freed else STEPS[item.step]}; "


def smaller(message: Message) -> Iterator[Message]:
    """The message, and then ever less of it: changes first, then names, then targets."""
    yield message
    for changes in (3, 1, 0):
        yield message._replace(items=tuple(_fewer(one, changes) for one in message.items))
    bare = tuple(_fewer(one, 0)._replace(reasons=one.reasons[:1]) for one in message.items)
    for described in (len(bare), 5, 2, 1, 0):
        names = (*(one.target for one in bare[described:]), *message.further)
        yield message._replace(items=bare[:described], further=names, cause=None)


def told(text: str, most: int = _LINE) -> str:
    """A text from outside, in one line, cut to so many characters."""
    made = shown(text, most)
    return made if len(text) <= most else f"{made[: most - 1]}…"


def plain(line: Line) -> str:
    """The line without any links."""
    return "".join(span.text for span in line)


def _lead(message: Message) -> Iterator[Line]:
    if message.why:
        yield (Span(told(message.why[:1].upper() + message.why[1:] + ".")),)
    if message.cause:
        yield (Span("All of them wait for "), *_change(message.cause))


def _part(item: Item, *, alone: bool) -> Part:
    name = Span(told(item.target, 2 * _NAME), strong=True)
    state = "" if item.resolved else f"{item.severity.word}, "
    return Part(
        head=() if alone else (name, Span(told(f": {state}{item.headline}"))),
        facts=tuple(_facts(item)),
        changes=tuple(_change(one) for one in item.missing),
        more=more(item.more) if item.more > 0 and item.missing else "",
        command=told(item.command),
    )


def _facts(item: Item) -> Iterator[tuple[str, Line]]:
    if item.reasons:
        yield "why", (Span(told("; ".join(item.reasons))),)
    if item.runs.text:
        yield "runs", (_linked(item.runs),)
    if item.should.text and item.should.text != item.runs.text:
        compare = (Span(" ("), _linked(item.compare), Span(")")) if item.compare.address else ()
        yield "should run", (_linked(item.should), *compare)
    if item.since and not item.resolved:
        yield "since", (Span(f"{words.moment(item.since)} ({item.lasting} ago)"),)
    if item.owner:
        yield "owner", (Span(told(item.owner, _NAME)),)
    if item.acknowledged_by:
        yield "known to", (Span(told(item.acknowledged_by, _NAME)),)
    if item.evidence:
        yield "evidence", (Span(told(item.evidence)),)


def _change(one: Missing) -> Line:
    """`6f2c25f5d Keep prices in cents (#9), Ben, 45 min ago`."""
    title, request = told(one.subject, _SUBJECT), one.request
    by = Span(f", {told(one.author, _NAME)}, {one.waiting} ago" if one.author else f", {one.waiting} ago")
    start = (Span(*_linked(one.commit)[:2], code=True), Span(" "))
    if not request.address:
        return (*start, Span(title), by)
    title = title.removesuffix(f" ({request.text})")
    return (*start, Span(f"{title} ("), _linked(request), Span(")"), by)


def _linked(link: Link) -> Span:
    return Span(told(link.text, _NAME), link.address if link.address.isprintable() else "")


def _further(names: tuple[str, ...]) -> str:
    if not names:
        return ""
    listed = ", ".join(told(name, 2 * _NAME) for name in names[:MOST_NAMED])
    left = len(names) - MOST_NAMED
    return f"Also: {listed}{f' {more(left)}' if left > 0 else ''}."


def _body(text: str) -> str:
    """Lines of somebody's words, each printable."""
    return "\n".join(shown(line, 1000) for line in text.replace("\r\n", "\n").split("\n"))


def _fewer(item: Item, most: int) -> Item:
    left_out = max(0, len(item.missing) - most)
    return item._replace(missing=item.missing[:most], more=item.more + left_out)
