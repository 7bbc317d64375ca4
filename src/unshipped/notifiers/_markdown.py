"""A message as Markdown of GitHub's kind."""

from __future__ import annotations

from collections.abc import Iterator

from unshipped.core.messages import Link, Message
from unshipped.core.texts.harmless import link, markdown, page
from unshipped.notifiers._sheet import Line, Part, Span, sheet


def written(message: Message, buttons: tuple[Link, ...] = ()) -> str:
    """Everything but the title."""
    made = sheet(message)
    paragraphs = [line(one) for one in made.lead]
    paragraphs += ["\n".join(_part(part)) for part in made.parts]
    paragraphs += [markdown(made.further)] if made.further else []
    paragraphs += [made.body] if made.body else []
    paragraphs += [" · ".join(f"[{one.text}]({one.address})" for one in buttons)] if buttons else []
    return "\n\n".join(paragraphs) + "\n"


def line(spans: Line) -> str:
    """One line."""
    return "".join(map(_span, spans))


def _part(part: Part) -> Iterator[str]:
    if part.head:
        yield f"### {line(part.head)}\n"
    for label, spans in part.facts:
        yield f"- **{label}** {line(spans)}"
    if part.changes:
        yield "\nMissing changes:\n"
        yield from (f"1. {line(spans)}" for spans in part.changes)
    if part.more:
        yield f"\n{markdown(part.more)}"
    if part.command:
        yield f"\n```sh\n{part.command.replace('`', '')}\n```"


def _span(span: Span) -> str:
    linked = link(span.text, span.address)
    return f"**{linked}**" if span.strong and not page(span.address) else linked
