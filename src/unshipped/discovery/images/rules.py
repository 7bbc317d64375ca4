"""One pattern of Docker's, as in `.dockerignore`: what it matches, and how git's `:(glob)` would say it.

The rules are those of moby's `patternmatcher`. A pattern comes from the repository, so matching it must not
take long whatever it says: each `*` is settled at the first place that will do, and never tried again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from posixpath import normpath

from unshipped.core.value import Value

_PIECE = re.compile(r"\*\*|\*|\?|\\.|\[\[\]|\[[!-Z_-z]+\]|[^\\\[\]*?]", re.DOTALL)
_RANGES = re.compile(r"(?:[^-]-[^-]|[^-])+")
_NOT_IN_CLASSES = frozenset("/&|~:^\\")  # other readers of a class may give these a meaning
_SEVERAL = re.compile(r"\?\*?\?")
_SPECIAL = re.compile(r"[*?\[\\]")
_MOST_STARS = 3
"""In one part of a path: whoever reads the pattern later may match it in a slower way."""

Match = Callable[[str], object]


class Rule(Value):
    """One pattern, cleaned as Docker does."""

    text: str
    exception: bool
    match: Match
    """Whether it matches a path itself; what lies below inherits that."""
    expression: str
    """The same as a regular expression, for whoever joins several; empty where it is none."""
    regular: bool
    """Whether git's globs can say the same: each part of it is plain, a glob, or `**`."""

    @property
    def plain(self) -> str | None:
        """The one path that it matches, if it has no wildcard."""
        return None if is_pattern(self.text) else self.text

    @property
    def base(self) -> str:
        """The directory that everything it matches lies in; without wildcards, what it matches."""
        return literal_base(self.text)


def rule_of(line: str) -> Rule | None:
    """The rule of one line; None where it is none, or one that Docker or this reader does not take."""
    text = line.strip()
    exception = text.startswith("!")
    text = clean(text[exception:].strip())
    if not text:
        return None
    expression = _regular(text)
    if expression is not None:
        whole = expression + r"\Z"
        return Rule(text, exception, re.compile(whole).match, whole, regular=True)
    odd = _odd(text)
    return Rule(text, exception, odd, "", regular=False) if odd else None


def clean(pattern: str) -> str:
    """A pattern without needless slashes and dots, taken from the top of the context."""
    if not pattern:
        return ""
    cleaned = normpath(re.sub("/+", "/", pattern))
    return cleaned[1:] if len(cleaned) > 1 and cleaned.startswith("/") else cleaned


def pieces(text: str) -> list[str] | None:
    """The characters, wildcards and classes of a pattern; None where some of it is malformed or unusual."""
    found, at = [], 0
    while at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None or (piece[0].startswith("[") and not _is_simple_class(piece[0])):
            return None
        found.append(piece[0])
        at = piece.end()
    return found


def _is_simple_class(piece: str) -> bool:
    """Whether every reader takes a class for the same characters."""
    inner = piece[1:-1]
    return (
        _NOT_IN_CLASSES.isdisjoint(inner)
        and _RANGES.fullmatch(inner) is not None
        and all(one[0] <= one[-1] for one in re.findall(r".-.|.", inner))
    )


def _regular(text: str) -> str | None:
    """The expression of a pattern whose parts can be told apart; None for any other."""
    groups: list[list[str]] = [[]]
    parts = text.split("/")
    for part in parts:
        if part == "**":
            groups.append([])
            continue
        expression = _part(part)
        if expression is None:
            return None
        groups[-1].append(expression)
    out = "/".join(groups[0])
    slash = "/" if groups[0] else ""
    middle = [group for group in groups[1:-1] if group]
    for group in middle:
        out, slash = f"{out}{slash}(?>(?:[^/\\n]*/)*?{'/'.join(group)}(?=/))", "/"
    if len(groups) == 1:
        return out
    if not groups[-1]:
        return f"{out}{slash}.*"
    return f"{out}{slash}(?>(?:[^/\\n]*/)*?{'/'.join(groups[-1])}\\Z)"


def _part(part: str) -> str | None:
    """The expression of what stands between two slashes."""
    found = pieces(part)
    if found is None or "**" in found or found.count("*") > _MOST_STARS:
        return None
    chunks: list[list[str]] = [[]]
    for piece in found:
        if piece == "*":
            chunks.append([])
        else:
            chunks[-1].append(_expression(piece))
    first, *rest = ("".join(chunk) for chunk in chunks)
    if not rest:
        return first
    middle = "".join(f"(?>[^/]*?{chunk})" for chunk in rest[:-1] if chunk)
    last = f"(?>[^/]*?{rest[-1]}(?=/|\\Z))" if rest[-1] else "[^/]*+"
    return first + middle + last


def _expression(piece: str) -> str:
    if piece == "?":
        return "[^/]"
    if piece.startswith("[") and len(piece) > 1:
        return f"[{_class_members(piece[1:-1])}]"
    return re.escape(piece[-1])


def _class_members(inner: str) -> str:
    ranges = re.findall(r".-.|.", inner, re.DOTALL)
    return "".join(
        f"{re.escape(one[0])}-{re.escape(one[2])}" if len(one) == 3 else re.escape(one) for one in ranges
    )


def _odd(text: str) -> Match | None:
    """`**` in the middle of a part, as moby understands it, where that is all that is odd."""
    found = pieces(text)
    if found is None or found.count("**") > 1 or found.count("*") > 1:
        return None
    if "?" not in found and "*" not in found and not any(len(one) > 2 or one[0] == "\\" for one in found):
        before, _, after = text.partition("**")
        if not before:
            return lambda path: path.endswith(after)
        if not after:
            return lambda path: path.startswith(before)
    out = []
    for at, piece in enumerate(found):
        if piece == "**":
            out.append(".*" if at == len(found) - 1 else "(?:.*/)?")
        elif piece == "*":
            out.append("[^/]*")
        elif piece != "/" or at == 0 or found[at - 1] != "**":
            out.append(_expression(piece))
    return re.compile("".join(out) + r"\Z").match


def narrower(rule: Rule) -> str | None:
    """A glob of git's that matches nothing that the rule does not; None where there is no sure one."""
    if not rule.regular or rule.text in (".", "/") or rule.text.split("/")[0] == "..":
        return None
    if _SEVERAL.search(rule.text):
        return None  # git's `?` is one byte, and a character may have several
    return _glob(rule.text, "?")


def wider(rule: Rule) -> str | None:
    """A glob of git's that matches everything that the rule does; None where none is sure."""
    return _glob(rule.text, "?*") if rule.regular else None


def source_glob(text: str) -> str | None:
    """A glob of git's that matches everything that a source of COPY does; None where none is sure."""
    found = _glob(text, "?*")
    if found is None or any(part.count("*") > _MOST_STARS for part in found.split("/")):
        return None
    return found


def _glob(text: str, one: str) -> str | None:
    found = pieces(text)
    if found is None:
        return None
    out = []
    for piece in found:
        if piece == "?":
            out.append(one)
        elif len(piece) == 3 and piece.startswith("["):
            out.append(literal(piece[1]))
        elif piece.startswith("[!"):
            out.append(f"[{piece[2:-1]}!]")
        else:
            out.append(piece)
    return "".join(out)


def literal(path: str) -> str:
    """A path as a glob that matches nothing else."""
    return _SPECIAL.sub(lambda special: "\\" + special[0], path)


def covering(path: str) -> list[str]:
    """The patterns of a path and of everything below it, whatever characters it has."""
    plain = literal(path)
    return [path or "**"] if plain == path else [plain, f"{plain}/**"]


def is_pattern(text: str) -> bool:
    """Whether a text has a character with a special meaning."""
    return _SPECIAL.search(text) is not None


def literal_base(text: str) -> str:
    """The longest directory before the first wildcard; of a text without one, all of it."""
    parts = text.split("/")
    special = next((at for at, part in enumerate(parts) if is_pattern(part)), len(parts))
    return "/".join(parts[:special])
