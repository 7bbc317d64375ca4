"""A message as plain text: for mail, for terminals, and for whatever knows no form of its own."""

from __future__ import annotations

from collections.abc import Iterator

from unshipped.core.messages import Message
from unshipped.notifiers._entities import plain as unescaped
from unshipped.notifiers._sheet import Line, Part, plain, sheet

_WIDEST = 12


def text(message: Message, *, titled: bool = True) -> str:
    """All of it, in lines."""
    made = sheet(message)
    paragraphs = [made.title] if titled else []
    if made.lead:
        paragraphs.append("\n".join(_addressed(line) for line in made.lead))
    paragraphs += ["\n".join(_part(part)) for part in made.parts]
    paragraphs += [one for one in (made.further, unescaped(made.body)) if one]
    return "\n\n".join(paragraphs) + "\n"


def _part(part: Part) -> Iterator[str]:
    if part.head:
        yield plain(part.head)
    for label, line in part.facts:
        yield f"  {label:<{_WIDEST}}{_addressed(line)}"
    for line in part.changes:
        yield f"  - {plain(line)}"
        if page := _address(line):
            yield f"    {page}"
    if part.more:
        yield f"  {part.more}"
    if part.command:
        yield f"  {'next':<{_WIDEST}}{part.command}"


def _addressed(line: Line) -> str:
    """The line, with the last page that it leads to."""
    page = _address(line)
    return f"{plain(line)}  {page}" if page else plain(line)


def _address(line: Line) -> str:
    return next((span.address for span in reversed(line) if span.address), "")
