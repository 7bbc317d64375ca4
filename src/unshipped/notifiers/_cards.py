"""A message as an Adaptive Card. Foreign text stands in runs of rich text only, which have no markup."""

from __future__ import annotations

from typing import Any

from unshipped.core.messages import Link, Message
from unshipped.notifiers._entities import plain
from unshipped.notifiers._marks import mark
from unshipped.notifiers._sheet import Line, Part, Sheet, Span, sheet

Element = dict[str, Any]


def card(message: Message, buttons: tuple[Link, ...], people: tuple[str, ...]) -> Element:
    """What stands in the message of a channel."""
    made = sheet(message)
    body = [_lines((Span(f"{mark(message)} {made.title}", strong=True),), size="large"), *_said(made)]
    card: Element = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.4",
        "fallbackText": made.title,
        "body": body,
        "msteams": {"width": "Full"},
    }
    if people:
        body.append({"type": "TextBlock", "text": " ".join(map(_at, people)), "wrap": True})
        card["msteams"]["entities"] = [_entity(one) for one in people]
    if buttons:
        card["actions"] = [
            {"type": "Action.OpenUrl", "title": one.text, "url": one.address} for one in buttons
        ]
    return card


def _said(made: Sheet) -> list[Element]:
    found = [_lines(line) for line in made.lead]
    for part in made.parts:
        found += _part(part)
    found += [_lines((Span(made.further),))] if made.further else []
    return found + [_lines((Span(line),), close=True) for line in plain(made.body).split("\n") if line]


def _part(part: Part) -> list[Element]:
    found = [_lines(part.head)] if part.head else []
    found += [_lines((Span(f"{label}: ", strong=True), *line), close=True) for label, line in part.facts]
    found += [_lines((Span("• "), *line), close=at > 0) for at, line in enumerate(part.changes)]
    found += [_lines((Span(part.more),), close=True)] if part.more else []
    return found + ([_lines((Span(part.command, code=True),))] if part.command else [])


def _lines(line: Line, *, size: str = "default", close: bool = False) -> Element:
    runs = [_run(span, size) for span in line if span.text]
    return {"type": "RichTextBlock", "inlines": runs, **({"spacing": "none"} if close else {})}


def _run(span: Span, size: str) -> Element:
    made: Element = {"type": "TextRun", "text": span.text}
    if size != "default":
        made["size"] = size
    if span.strong:
        made["weight"] = "bolder"
    if span.code:
        made["fontType"] = "monospace"
    if span.address.startswith(("https://", "http://")):
        made["selectAction"] = _open(span.address)
    return made


def _open(address: str) -> Element:
    return {"type": "Action.OpenUrl", "url": address}


def _at(person: str) -> str:
    return f"<at>{person}</at>"


def _entity(person: str) -> Element:
    return {"type": "mention", "text": _at(person), "mentioned": {"id": person, "name": person}}
