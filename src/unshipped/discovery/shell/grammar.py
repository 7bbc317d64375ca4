"""Shell text as a syntax tree."""

from __future__ import annotations

from functools import cache
from time import thread_time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Point

_LONGEST = 400_000
_CHUNK = 1024
_READINGS = 40
"""How often the parser may look at each part of a text: an ordinary one is looked at once or twice, one that
is made to be ambiguous thousands of times.
"""
_SECONDS = 2.0
"""The most that a text may take, of this thread's own work: the largest ordinary one takes a tenth of one."""
_PIPES = 8_000
"""The most pipes: of one that long that does not end, the parser goes over all for each part, and cannot be
told to end meanwhile. These many take it a second or two.
"""


def tree(source: bytes) -> Node | None:
    """The root of the tree; None where a text is too large, or too tangled to be parsed in good time."""
    if len(source) > _LONGEST or source.count(b"|") > _PIPES:
        return None
    left = _READINGS * (len(source) // _CHUNK + 5)

    def part(offset: int, _point: Point) -> bytes:
        nonlocal left
        left -= 1
        return source[offset : offset + _CHUNK] if left > 0 else b""

    parser, until = _parser(), thread_time() + _SECONDS
    try:
        parsed = parser.parse(part, progress_callback=lambda _at, _wrong: thread_time() > until)
    except ValueError:  # it was told to end
        parser.reset()
        return None
    return parsed.root_node if left > 0 else None


@cache
def _parser() -> Parser:
    # Loading the grammar takes a while: only what reads shell text pays for it.
    import tree_sitter_bash  # noqa: PLC0415
    from tree_sitter import Language, Parser  # noqa: PLC0415

    return Parser(Language(tree_sitter_bash.language()))
