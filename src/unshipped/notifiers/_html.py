"""A message as HTML for mail: styles stand in the elements, and nothing is loaded from anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from unshipped.core.messages import Link, Message
from unshipped.core.texts.harmless import page
from unshipped.notifiers._marks import colour
from unshipped.notifiers._sheet import Line, Part, Span, sheet

_FONT = "font-family:-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;font-size:14px;line-height:1.5"
_CODE = "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:13px"
_GREY = "color:#6e7781"
_COMMAND = f"{_CODE};background:#f6f8fa;color:#1f2328;padding:8px 12px;border-radius:6px;margin:8px 0 0"
_BUTTON = (
    "display:inline-block;padding:6px 14px;margin:0 8px 0 0;border:1px solid #8b949e;border-radius:6px;"
    "text-decoration:none;color:#0969da"
)


def html(message: Message, buttons: tuple[Link, ...] = ()) -> str:
    """A whole document."""
    made = sheet(message)
    parts = [
        f'<h1 style="font-size:18px;margin:0 0 8px">{escape(made.title)}</h1>',
        *(f'<p style="margin:0 0 8px">{_line(line)}</p>' for line in made.lead),
        *("".join(_part(part)) for part in made.parts),
        *([f'<p style="{_GREY}">{escape(made.further)}</p>'] if made.further else []),
        *(["<p>" + "".join(map(_button, buttons)) + "</p>"] if buttons else []),
    ]
    return (
        '<!doctype html><html><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(made.title)}</title></head>"
        f'<body style="margin:0;padding:16px"><div style="{_FONT};max-width:640px;'
        f'border-left:4px solid #{colour(message):06x};padding:4px 0 4px 16px">'
        + "\n".join(parts)
        + "</div></body></html>\n"
    )


def _part(part: Part) -> Iterator[str]:
    yield '<div style="margin:16px 0">'
    if part.head:
        yield f'<div style="margin:0 0 4px">{_line(part.head)}</div>'
    rows = "".join(
        f'<tr><td style="{_GREY};padding:0 16px 2px 0;white-space:nowrap;vertical-align:top">{label}</td>'
        f'<td style="padding:0 0 2px">{_line(line)}</td></tr>'
        for label, line in part.facts
    )
    yield (
        f'<table role="presentation" style="border-collapse:collapse;{_FONT}">{rows}</table>' if rows else ""
    )
    if part.changes:
        listed = "".join(f'<li style="margin:2px 0">{_line(line)}</li>' for line in part.changes)
        more = f'<li style="list-style:none">{escape(part.more)}</li>' if part.more else ""
        yield f'<ul style="margin:8px 0;padding:0 0 0 20px">{listed}{more}</ul>'
    if part.command:
        yield f'<div style="{_COMMAND}">{escape(part.command)}</div>'
    yield "</div>"


def _line(line: Line) -> str:
    return "".join(map(_span, line))


def _span(span: Span) -> str:
    made = escape(span.text)
    if span.code:
        made = f'<span style="{_CODE}">{made}</span>'
    if span.strong:
        made = f"<strong>{made}</strong>"
    if page(span.address):
        made = f'<a href="{escape(span.address)}">{made}</a>'
    return made


def _button(link: Link) -> str:
    return f'<a style="{_BUTTON}" href="{escape(link.address)}">{escape(link.text)}</a>'
