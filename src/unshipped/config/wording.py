"""How values and names are put into the sentences of a problem."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from unshipped.config.scalars import Scalar
from unshipped.core.texts.listing import some

_LONGEST, _MOST = 60, 40
"""Characters of a text that somebody wrote, and names of a list that nobody reads to its end."""


def quoted(text: str) -> str:
    """Foreign text in a message: cut where it is long, escaped where it does not print."""
    cut = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return f"`{printable(cut)}`" if text else "an empty text"


def printable(text: str) -> str:
    """The text with an escape for what does not print: a message never moves the reader's cursor."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def met(value: object) -> str:
    """What stands there, in the reader's words."""
    if isinstance(value, Scalar):
        return quoted(value.raw)
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, int | float):
        return f"`{value}`"
    if isinstance(value, str):
        return f"the text {quoted(value)}" if value else quoted(value)
    return kind(value)


def kind(value: object) -> str:
    """What sort of thing stands there, without saying what it says: it may be a secret."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return "nothing" if value is None else "a single value"


def listed(names: Iterable[str]) -> str:
    """Several names as an enumeration."""
    return ", ".join(quoted(name) for name in names)


def suggestion(word: str, known: Iterable[str], label: str = "known here") -> str:
    """The end of a sentence about an unknown word: what was meant, or all that there is."""
    names = [*dict.fromkeys(known)]
    if close := closest(word, names):
        return f", did you mean {quoted(close)}?"
    return f"; {label}: {some([quoted(name) for name in names], _MOST)}"


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that a misspelt one is most like, or an empty text."""
    spelled = {name.lower(): name for name in known}
    if begun := [name for low, name in spelled.items() if len(word) > 2 and low.startswith(word.lower())]:
        return begun[0]
    found = get_close_matches(word.lower()[:100], spelled, n=1, cutoff=0.6)
    return spelled[found[0]] if found else ""
