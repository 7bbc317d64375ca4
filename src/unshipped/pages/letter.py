"""The HTML part of a mail that is not about incidents, from the Markdown of its message.

Mail clients show neither SVG nor most style sheets, and many load no picture. The bars of a report are made
of characters in the text itself, so they show in every client, light or dark, and in the plain part too.
"""

from __future__ import annotations

from html import escape

_PAGE = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark"><title>{title}</title></head>
<body style="font-family: sans-serif; font-size: 14px; line-height: 1.5; max-width: 640px">
<h1 style="font-size: 18px">{title}</h1>
{body}</body></html>
"""


def letter(title: str, body: str) -> str:
    """`body` is Markdown; HTML in it is text like any other."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only a mail needs it

    rendered = MarkdownIt("commonmark", {"html": False}).disable("image").render(body)
    rendered = rendered.replace("<h3>", '<h3 style="font-size: 15px; margin: 20px 0 4px">')
    rendered = rendered.replace("<pre>", '<pre style="font-size: 13px; line-height: 1.3; overflow-x: auto">')
    return _PAGE.format(title=escape(title), body=rendered)
