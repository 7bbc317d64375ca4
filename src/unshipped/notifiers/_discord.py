"""A message in Discord's Markdown, within what one embed may hold."""

from __future__ import annotations

import re

from unshipped.core.messages import Message
from unshipped.notifiers._entities import backslashed
from unshipped.notifiers._sheet import Line, Part, Span, sheet

_MARKUP = re.compile(r"([\\`*_\[\]()<>#+\-|~:@])")


def escaped(text: str) -> str:
    """A text in which nothing is markup, a link or a mention."""
    return _MARKUP.sub(r"\\\1", text).replace("\\@", "@\u200b").replace("://", ":/\u200b/")


def described(message: Message) -> str:
    """Everything but the title."""
    made = sheet(message)
    paragraphs = ["\n".join(map(line, made.lead))] if made.lead else []
    paragraphs += ["\n".join(_part(part)) for part in made.parts]
    paragraphs += [escaped(made.further)] if made.further else []
    paragraphs += [backslashed(made.body)] if made.body else []
    return "\n\n".join(paragraphs)


def line(spans: Line) -> str:
    """One line."""
    return "".join(map(_span, spans))


def _part(part: Part) -> list[str]:
    found = [line(part.head)] if part.head else []
    found += [f"**{label}** {line(spans)}" for label, spans in part.facts]
    found += [f"- {line(spans)}" for spans in part.changes]
    found += [escaped(part.more)] if part.more else []
    return found + ([f"`{part.command.replace('`', '')}`"] if part.command else [])


def _span(span: Span) -> str:
    text = escaped(span.text)
    if span.address.startswith(("https://", "http://")) and ")" not in span.address:
        return f"[{text}](<{span.address}>)"
    return f"**{text}**" if span.strong else text
