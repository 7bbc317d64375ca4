"""Text into a `Document`: one YAML document, read event by event so that nothing in it can run away.

Words are resolved by `scalars`, not by PyYAML, whose YAML 1.1 reads `0123456` as octal and `no` as false.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from unshipped.config.document import Document, Flaw, Place
from unshipped.config.tree import Refused, Tree
from unshipped.config.values import MOST_BYTES

_START = Place(1, 1)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COMMENT = "close it, and quote a text that begins with `#`: the rest of that line is a comment"
_HINTS = {
    "while scanning a tag": "to subtract paths use `ignore`, and quote a text that begins with `!`",
    "while scanning an alias": "quote a pattern that begins with `*`",
    "mapping values are not allowed in this context": "quote a text that holds `: `, or mend the indentation",
    "found character that cannot start any token": "quote a text that begins with `@`, `%` or a backtick",
    "did not find expected key": "mend the indentation, or quote a text that begins with `{` or `[`",
    "did not find expected ',' or ']'": _COMMENT,
    "did not find expected ',' or '}'": _COMMENT,
    "found unknown escape character": "in double quotes a backslash escapes: write single quotes",
}


def read(text: str | bytes) -> Document:
    """The document of a text. Raises `Refused` where it cannot be read any further."""
    decoded = _decoded(text) if isinstance(text, bytes) else text
    _inspect(decoded)
    tree = Tree()
    try:
        for event in _events(decoded):
            tree.take(event)
    except yaml.MarkedYAMLError as error:
        raise _syntax(error, decoded) from None
    except yaml.YAMLError as error:
        raise Refused(Flaw(_START, (), f"not valid YAML: {error}")) from None
    return tree.document()


def _events(text: str) -> Iterator[yaml.Event]:
    events: Iterator[yaml.Event] = yaml.parse(text, Loader=_LOADER)
    return events


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused(Flaw(_START, (), "the file is UTF-16; save it as UTF-8"))
    _limit(len(raw))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        message = f"the file is not UTF-8: byte 0x{raw[error.start]:02x} here is no character"
        raise Refused(Flaw(_place(before, len(before)), (), message)) from None


def _inspect(text: str) -> None:
    _limit(len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass")))
    if text.startswith("\ufeff"):
        raise Refused(Flaw(_START, (), "the file begins with a byte order mark; save it as UTF-8 without"))
    if found := _UNPRINTABLE.search(text):
        message = f"the file holds the character U+{ord(found.group()):04X}, which YAML does not allow"
        raise Refused(Flaw(_place(text, found.start()), (), message))


def _limit(size: int) -> None:
    if size > MOST_BYTES:
        message = f"the file has more than {MOST_BYTES:,} bytes: that is no configuration"
        raise Refused(Flaw(_START, (), message))


def _place(text: str, index: int) -> Place:
    before = text[:index].replace("\r\n", "\n")
    return Place(before.count("\n") + 1, len(before) - before.rfind("\n"))


def _syntax(error: yaml.MarkedYAMLError, text: str) -> Refused:
    mark = error.problem_mark or error.context_mark
    place = Place(mark.line + 1, mark.column + 1) if mark else _START
    line = text.splitlines()[mark.line] if mark and mark.line < len(text.splitlines()) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return Refused(Flaw(place, (), "the line is indented with a tab; YAML indents with spaces"))
    return Refused(Flaw(place, (), f"not valid YAML: {error.problem}{_context(error)}{_hint(error)}"))


def _context(error: yaml.MarkedYAMLError) -> str:
    if not error.context or not error.context_mark:
        return ""
    return f", {error.context} that begins on line {error.context_mark.line + 1}"


def _hint(error: yaml.MarkedYAMLError) -> str:
    hint = _HINTS.get(error.context or "") or _HINTS.get(error.problem or "")
    return f"; {hint}" if hint else ""
