"""A message in Slack's Block Kit. Foreign text stands in rich text only, which has no markup to escape."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from unshipped import __version__
from unshipped.core.messages import Link, Message
from unshipped.notifiers._entities import backslashed
from unshipped.notifiers._fit import fitted
from unshipped.notifiers._marks import mark
from unshipped.notifiers._sheet import Line, Part, Sheet, Span, sheet, told

Block = dict[str, Any]

MOST_CHARACTERS = 12_000
"""Of all blocks together. Slack refuses somewhat more than 13,000, which nothing documents."""
HEADER, BODY = 150, 11_000


def body(message: Message, buttons: tuple[Link, ...] = (), people: tuple[str, ...] = ()) -> dict[str, Any]:
    """`text`, which phones and screen readers show, and `blocks`."""
    blocks = fitted(message, lambda less: blocks_of(less, buttons, people), _size, MOST_CHARACTERS)
    return {"text": escaped(sheet(message).title), "blocks": blocks}


def escaped(text: str) -> str:
    """A text in which nothing is markup: no link, no mention, no `<!channel>`."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def rich(*parts: Block) -> Block:
    """One block of rich text."""
    return {"type": "rich_text", "elements": list(parts)}


def section(elements: Iterable[Block]) -> Block:
    """Running text within a block of rich text."""
    return {"type": "rich_text_section", "elements": list(elements)}


def spans(line: Line) -> list[Block]:
    """A line as the elements of rich text."""
    return [_span(one) for one in line if one.text]


def blocks_of(message: Message, buttons: tuple[Link, ...], people: tuple[str, ...]) -> list[Block]:
    """The blocks of a message, whatever their size."""
    made = sheet(message)
    return [
        {"type": "header", "text": _plain(f"{mark(message)} {told(made.title, HEADER - 4)}")},
        *_said(made),
        *([rich(section(_mentions(people)))] if people else []),
        *([{"type": "actions", "elements": [_button(one) for one in buttons]}] if buttons else []),
        {"type": "context", "elements": [_plain(_foot(message))]},
    ]


def _said(made: Sheet) -> list[Block]:
    if made.body:
        return [{"type": "markdown", "text": escaped(backslashed(made.body))[:BODY]}]
    lines = [element for line in made.lead for element in (*spans(line), _text("\n"))]
    found = [rich(section(lines[:-1]))] if lines else []
    found += [rich(*_part(part)) for part in made.parts]
    return [*found, rich(section([_text(made.further)]))] if made.further else found


def _part(part: Part) -> list[Block]:
    lines = [*spans(part.head)]
    for label, line in part.facts:
        lines += [_text("\n" * bool(lines) + f"{label}  ", bold=True), *spans(line)]
    changes = [section(spans(line)) for line in part.changes]
    changes += [section([_text(part.more)])] if part.more else []
    made = [section(lines)]
    if changes:
        made.append({"type": "rich_text_list", "style": "bullet", "elements": changes})
    if part.command:
        made.append({"type": "rich_text_preformatted", "elements": [_text(part.command)]})
    return made


def _mentions(people: tuple[str, ...]) -> list[Block]:
    named = [{"type": "user", "user_id": one} for one in people]
    return [part for one in named for part in (one, _text(" "))] + [_text("your changes wait")]


def _span(span: Span) -> Block:
    style = {name: True for name, on in (("bold", span.strong), ("code", span.code)) if on}
    made = {"type": "link", "url": span.address} if span.address else {"type": "text"}
    return {**made, "text": span.text} | ({"style": style} if style else {})


def _text(text: str, *, bold: bool = False) -> Block:
    return _span(Span(text, strong=bold))


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def _button(link: Link) -> Block:
    """One that leads to a page; or one whose press comes back with the conversation that it is about."""
    leads = "url" if "://" in link.address else "value"
    return {"type": "button", "text": _plain(link.text), leads: link.address, "action_id": link.text.lower()}


def _foot(message: Message) -> str:
    about = f"{message.group}, " if message.group else ""
    return told(f"{about}unshipped {__version__}", 200)


def _size(blocks: list[Block]) -> int:
    return len(json.dumps(blocks, ensure_ascii=False))
