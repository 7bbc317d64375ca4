"""Shell text as a syntax tree."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Point

_LONGEST = 400_000
_CHUNK = 1024
_READINGS = 40
"""How often the parser may look at each part of a text: an ordinary one is looked at once or twice, one that
is made to be ambiguous thousands of times.
"""


def tree(source: bytes) -> Node | None:
    """The root of the tree; None where a text is too large, or too tangled to be parsed in good time."""
    if len(source) > _LONGEST:
        return None
    left = _READINGS * (len(source) // _CHUNK + 5)

    def part(offset: int, _point: Point) -> bytes:
        nonlocal left
        left -= 1
        return source[offset : offset + _CHUNK] if left > 0 else b""

    parsed = _parser().parse(part)
    return parsed.root_node if left > 0 else None


@cache
def _parser() -> Parser:
    # Loading the grammar takes a while: only what reads shell text pays for it.
    import tree_sitter_bash  # noqa: PLC0415
    from tree_sitter import Language, Parser  # noqa: PLC0415

    return Parser(Language(tree_sitter_bash.language()))
