"""One pattern of the map: git's `:(glob)` pathspec, matched against a whole path.

A pattern without special characters means that file, or everything below that directory. `*` and `?` stop
at a slash, `**` between slashes crosses them, `[…]` never matches a slash. Unlike in `.gitignore`, a
directory that a glob matches does not cover what lies below it: write `dir/**`. The rules are those of
git's `wildmatch.c` with WM_PATHNAME; the tests hold them against git itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_SPECIAL = re.compile(rb"[*?\[\\]")
_POSIX = {
    b"alnum": b"0-9A-Za-z",
    b"alpha": b"A-Za-z",
    b"blank": rb" \t",
    b"cntrl": rb"\x00-\x1f\x7f",
    b"digit": b"0-9",
    b"graph": rb"\x21-\x7e",
    b"lower": b"a-z",
    b"print": rb"\x20-\x7e",
    b"punct": rb"\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e",
    b"space": rb" \t\n\r\f\v",
    b"upper": b"A-Z",
    b"xdigit": b"0-9A-Fa-f",
}

Match = Callable[[bytes], object]


def encode(pattern: str) -> bytes:
    """The bytes that git stores for a path written in text; a trailing slash says nothing more."""
    return pattern.encode("utf-8", "surrogateescape").rstrip(b"/")


def decode(path: bytes) -> str:
    """A path as text; bytes that are no UTF-8 are kept as lone surrogates, and `encode` gives them back."""
    return path.decode("utf-8", "surrogateescape")


def is_glob(pattern: bytes) -> bool:
    """Whether the pattern has a character with a special meaning."""
    return _SPECIAL.search(pattern) is not None


def literal_base(pattern: bytes) -> bytes:
    """The longest directory that every match of a glob lies in; empty for the root."""
    return pattern[: _first_special(pattern)].rpartition(b"/")[0]


def _first_special(pattern: bytes) -> int:
    special = _SPECIAL.search(pattern)
    return special.start() if special else len(pattern)


def compile_glob(pattern: bytes) -> Match:
    """A function that says whether a glob matches a whole path."""
    body = _translate(pattern)
    if body is None:
        return lambda _path: None
    return re.compile(body + rb"\Z", re.DOTALL).match


def _translate(pattern: bytes) -> bytes | None:
    """The regular expression of a glob, or None for one that can never match, such as `a[b`."""
    out, at = [], 0
    while at < len(pattern):
        char = pattern[at : at + 1]
        if char == b"*":
            piece, at = _stars(pattern, at)
        elif char == b"[":
            bracket = _bracket(pattern, at)
            if bracket is None:
                return None
            piece, at = bracket
        elif char == b"?":
            piece, at = b"[^/]", at + 1
        elif char == b"\\":
            if at + 1 == len(pattern):
                return None
            piece, at = re.escape(pattern[at + 1 : at + 2]), at + 2
        else:
            piece, at = re.escape(char), at + 1
        out.append(piece)
    return b"".join(out)


def _stars(pattern: bytes, at: int) -> tuple[bytes, int]:
    end = at
    while pattern[end : end + 1] == b"*":
        end += 1
    # git compares the literal start of a pattern apart and hands the rest to wildmatch, so that the first
    # special character always stands "at the start".
    starts_part = at == _first_special(pattern) or pattern[at - 1 : at] == b"/"
    if end - at < 2 or not starts_part:
        return b"[^/]*", end
    if end == len(pattern):
        return b".*", end
    if pattern[end : end + 1] == b"/":
        return b"(?:.*/)?", end + 1
    return b"[^/]*", end


def _bracket(pattern: bytes, at: int) -> tuple[bytes, int] | None:
    """The character class that starts at `at`, and where it ends; None where it is not closed."""
    at += 1
    negated = pattern[at : at + 1] in (b"!", b"^")
    at += negated
    out, first = [], True
    while True:
        char = pattern[at : at + 1]
        if not char:
            return None
        if char == b"]" and not first:
            break
        first = False
        if pattern[at : at + 2] == b"[:":
            name, colon, _ = pattern[at + 2 :].partition(b":]")
            if colon:
                if name not in _POSIX:
                    return None
                out.append(_POSIX[name])
                at += len(name) + 4
                continue
        low, at = _member(pattern, at)
        if pattern[at : at + 1] == b"-" and pattern[at + 1 : at + 2] not in (b"", b"]"):
            high, at = _member(pattern, at + 1)
            if low <= high:
                out.append(re.escape(low) + b"-" + re.escape(high))
            else:  # git compares the first character by itself before it sees that a range begins
                out.append(re.escape(low))
        else:
            out.append(re.escape(low))
    return _class(b"".join(out), negated), at + 1


def _member(pattern: bytes, at: int) -> tuple[bytes, int]:
    if pattern[at : at + 1] == b"\\":
        at += 1
    return pattern[at : at + 1], at + 1


def _class(members: bytes, negated: bool) -> bytes:
    if not members:
        return b"[^/]" if negated else b"(?!)"
    return b"(?!/)[" + (b"^" if negated else b"") + members + b"]"
