"""What a Go file asks for. All imports of a file stand before its first declaration, so no more than that is
parsed: the rest may name files, which is looked for as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from unshipped.discovery.languages.asks import Ask, Asks

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

EMBED, DATA, CGO = "embed", "data", "cgo"
"""Kinds of asking beside an import: files that the compiler takes in, a file that a text names, and a path
that the C compiler is given.
"""
_PACKAGE = re.compile(rb"(?:\xef\xbb\xbf)?(?>\s+|//[^\n]*|/\*(?s:.*?)\*/)*+package\b")
_DECLARATION = re.compile(rb"^(?:func|type|var|const)\b", re.MULTILINE)
_EMBED = re.compile(rb"^[ \t]*//go:embed[ \t]+([^\r\n]+)", re.MULTILINE)
_PATTERN = re.compile(r'"((?:[^"\\]|\\.)*)"|`([^`]*)`|(\S+)')
_ENDING = re.compile(rb"(\.[A-Za-z][A-Za-z0-9]{0,9})([\"`])")
_DATA = re.compile(rb"(?!https?:)[\w@./*-]+")
_LONGEST = 200
_C_PATH = re.compile(rb"(\$\{SRCDIR\}/[^\s'\"]*|(?:(?<=[\s\"'=])|(?<=-[IL]))\.\.?/[^\s'\"]*)")


def asks(source: bytes) -> Asks:
    """What a file asks for. Never raises."""
    if b"\0" in source or not _PACKAGE.match(source):
        return Asks((), ((0, "it does not parse as Go: no package clause begins it"),))
    first = _DECLARATION.search(source)
    head = source[: first.start()] if first else source
    root = _parser().parse(head).root_node
    if root.has_error and first:
        # What looked like a declaration may have stood in a comment.
        head, root = source, _parser().parse(source).root_node
    if root.has_error:
        return Asks((), ((_wrong(root), "it does not parse as Go"),))
    imports = list(_imports(root))
    unknown = tuple((one.line, "a plugin may be any file") for one in imports if one.what == "plugin")
    c = _c_paths(head) if any(one.what == "C" for one in imports) else ()
    named = _named(source, 0 if head is source else len(head))
    return Asks(tuple(dict.fromkeys([*imports, *c, *embedded(source), *named])), unknown)


@cache
def _parser() -> Parser:
    # Where no Go is read, nobody waits for its grammar.
    import tree_sitter_go  # noqa: PLC0415
    from tree_sitter import Language, Parser  # noqa: PLC0415

    return Parser(Language(tree_sitter_go.language()))


def _wrong(root: Node) -> int:
    """The line of the first thing that does not parse."""
    return next((node.start_point[0] + 1 for node in root.children if node.has_error), 0)


def _imports(root: Node) -> Iterator[Ask]:
    for declaration in root.children:
        if declaration.type != "import_declaration":
            continue
        waiting = list(declaration.named_children)
        for node in waiting:
            if node.type == "import_spec_list":
                waiting += node.named_children
            elif node.type == "import_spec" and (path := node.child_by_field_name("path")) and path.text:
                yield Ask(_text(path.text[1:-1]), path.start_point[0] + 1)


def embedded(source: bytes) -> Iterator[Ask]:
    """The patterns of `//go:embed`. One that stands in a text and not in a comment counts too."""
    if b"//go:embed" not in source:
        return
    for line, found in _found(_EMBED, source):
        for one in _PATTERN.finditer(_text(found[1])):
            pattern = one[1] or one[2] or one[3] or ""
            yield Ask(pattern.removeprefix("all:"), line, (), EMBED)


def _named(source: bytes, start: int) -> Iterator[Ask]:
    """The texts that may name a file. Few texts end as a file's name does, so that is looked for first."""
    for line, found in _found(_ENDING, source, start):
        begin = source.rfind(found[2], max(start, found.start() - _LONGEST), found.start()) + 1
        text = source[begin : found.end(1)]
        if begin and _DATA.fullmatch(text):
            yield Ask(_text(text), line, (), DATA)


def _c_paths(head: bytes) -> Iterator[Ask]:
    """What `#cgo` and `#include` lines name outside of the package: `-I${SRCDIR}/../include`."""
    for line, found in _found(_C_PATH, head):
        yield Ask(_text(found[1]).replace("${SRCDIR}", "."), line, (), CGO)


def _found(
    pattern: re.Pattern[bytes], source: bytes, start: int = 0
) -> Iterator[tuple[int, re.Match[bytes]]]:
    """What a pattern finds, with its line."""
    line, counted = 1, 0
    for found in pattern.finditer(source, start):
        line += source.count(b"\n", counted, found.start(1))
        counted = found.start(1)
        yield line, found


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
