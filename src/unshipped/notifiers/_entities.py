"""A body in Markdown in which the texts of others are made harmless by entities, for whoever knows none."""

from __future__ import annotations

import re
from html import unescape

_ENTITY = re.compile(r"&(?:amp|lt|gt|#\d{2,4});")
_GAP = "\u200b"


def plain(body: str) -> str:
    """For a place where nothing is markup."""
    return _ENTITY.sub(lambda found: _char(found[0]).replace(_GAP, ""), body)


def backslashed(body: str) -> str:
    """For Markdown in which a backslash makes any character plain, and an entity is only itself."""
    return _ENTITY.sub(lambda found: _backslashed(_char(found[0])), body)


def _backslashed(char: str) -> str:
    return char if char == _GAP or len(char) > 1 else f"\\{char}"


def _char(entity: str) -> str:
    """The one that it stands for; itself where that could do something."""
    made = unescape(entity)
    return made if made.isprintable() or made == _GAP else entity
