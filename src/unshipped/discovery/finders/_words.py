"""The words of a command that a file gives as a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?-([^${}]*))?\}|(\w+))")


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with the variables that are known, `$NAME`, `${NAME}` and `${NAME:-otherwise}`; the others
    stay as they are.
    """

    def value(found: re.Match[str]) -> str:
        otherwise = found[0] if found[2] is None else found[2]
        return values.get(found[1] or found[3]) or otherwise

    return _VARIABLE.sub(value, text)


def option(words: Sequence[str], *names: str) -> str:
    """The value of an option, in either way of writing it; empty where it is not given."""
    return next(iter(options(words, *names)), "")


def options(words: Sequence[str], *names: str) -> Iterable[str]:
    """The values of an option that may be given several times."""
    for at, word in enumerate(words):
        name, is_given, value = word.partition("=")
        if name in names:
            yield value if is_given else next(iter(words[at + 1 : at + 2]), "")
