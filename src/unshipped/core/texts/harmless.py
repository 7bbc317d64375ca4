"""Text from outside, made harmless: what it says stays readable, and it does nothing."""

from __future__ import annotations

import re

# As entities, because those mean the same in a table, in a list and inside HTML.
_ENTITIES = {ord(char): f"&#{ord(char)};" for char in "\\`*[]~|$^"} | str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
)
_UNDERSCORE = r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"
_CALL = r"(?<=[@#!])(?=\w)|(?<=\bGH)(?=-\d)|(?<=:)(?=//)|(?<=\bwww)(?=\.)"
_GAP = "\u200b"


def visible(text: str) -> str:
    """Everything that could move the cursor, recolour or reorder the text is made visible."""
    return text if text.isprintable() else "".join(c if c.isprintable() else _visible(c) for c in text)


def _visible(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")


def page(address: str) -> str:
    """An address that may be led to: a page of the web; empty for anything else."""
    return address if address.isprintable() and address.startswith(("https://", "http://")) else ""


def link(text: str, address: str) -> str:
    """As a link in Markdown; as plain text where the address is none that may be led to."""
    known = page(address).translate({ord("<"): "%3C", ord(">"): "%3E", ord("\\"): "%5C"})
    return f"[{markdown(text)}](<{known}>)" if known else markdown(text)


def markdown(text: str) -> str:
    """As plain text in Markdown: no mark-up, no link, no mention, no line break, nothing invisible."""
    called = re.sub(_CALL, _GAP, visible(text), flags=re.IGNORECASE)
    return re.sub(_UNDERSCORE, "&#95;", called.translate(_ENTITIES)).replace(_GAP, "&#8203;")
