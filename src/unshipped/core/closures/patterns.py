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
_STAR, _DEEP = b"*", b"**"
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
    """The regular expression of a glob, or None for one that can never match, such as `a[b`.

    A pattern comes from whoever writes the map, so matching must not take long whatever it says: all but
    `*` stands for one byte, so that the first place that will do is as good as any later one. It is taken
    for good (`(?>…)`), by each `*` within its part of the path and by each `**` among the parts.
    """
    start = _first_special(pattern)
    parts = _parts(pattern, start)
    if parts is None:
        return None
    runs: list[list[bytes]] = [[]]
    for part in parts:
        if part == [_DEEP]:
            runs.append([])
        else:
            runs[-1].append(_part(part))
    # git compares the literal start of a pattern apart and hands the rest to wildmatch, so that the first
    # special character always stands "at the start".
    out = re.escape(pattern[:start]) + b"/".join(runs[0])
    slash = b"/" if runs[0] else b""
    for run in filter(None, runs[1:-1]):
        out, slash = out + slash + rb"(?>(?:[^/]*/)*?" + b"/".join(run) + rb"(?=/))", b"/"
    if len(runs) == 1:
        return out
    last = rb"(?>(?:[^/]*/)*?" + b"/".join(runs[-1]) + rb"\Z)" if runs[-1] else b".*"
    return out + slash + last


def _parts(pattern: bytes, at: int) -> list[list[bytes]] | None:
    """What stands between the slashes: expressions of one byte each, and stars."""
    parts: list[list[bytes]] = [[]]
    while at < len(pattern):
        found = _piece(pattern, at)
        if found is None:
            return None
        piece, end = found
        if piece != b"/":
            parts[-1].append(piece)
        elif parts[-1] == [_DEEP] and end - at > 1:
            parts += [_STAR], []  # before an escaped slash `**` is at least one directory
        else:
            parts.append([])
        at = end
    return parts


def _piece(pattern: bytes, at: int) -> tuple[bytes, int] | None:
    """The expression of what begins at `at`, and where that ends; None where nothing can match it."""
    char = pattern[at : at + 1]
    if char == b"[":
        return _bracket(pattern, at)
    if char == b"?":
        return b"[^/]", at + 1
    if char == b"*":
        stars = len(pattern) - at - len(pattern[at:].lstrip(b"*"))
        return _DEEP if stars > 1 else _STAR, at + stars
    if char == b"\\":
        return (re.escape(pattern[at + 1 : at + 2]), at + 2) if at + 1 < len(pattern) else None
    return re.escape(char), at + 1


def _part(pieces: list[bytes]) -> bytes:
    """The expression of one part of a path. Two stars that do not stand alone in it are one."""
    chunks: list[bytes] = [b""]
    for piece in pieces:
        if piece in (_STAR, _DEEP):
            chunks.append(b"")
        else:
            chunks[-1] += piece
    first, *rest = chunks
    if not rest:
        return first
    middle = b"".join(b"(?>[^/]*?" + chunk + b")" for chunk in rest[:-1] if chunk)
    return first + middle + (b"(?>[^/]*?" + rest[-1] + rb"(?=/|\Z))" if rest[-1] else b"[^/]*+")


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
