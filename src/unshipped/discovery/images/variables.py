"""The variables of a Dockerfile: `$NAME`, `${NAME:-default}` and what else a builder fills in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from e2b_dockerfile_utils import ShellLex

_UNKNOWN = re.compile(r"\$(\{|[A-Za-z_])")
_DEFAULT = re.compile(r"\$\{(\w+):?([-+])([^${}]*)\}")
_REPLACES = re.compile(r"\$\{\w*[/#%]")
_NAMED = re.compile(r"\$(?:\{(\w+)(?::?-([^${}]*))?\}|([A-Za-z_]\w*))")
_LONGEST = 4000


def is_unknown(word: str) -> bool:
    """Whether a word still has a variable whose value is not known."""
    return _UNKNOWN.search(word) is not None


def filled(word: str, variables: Mapping[str, str], escape: str) -> str:
    """A word without quotes and escapes, and with the variables whose values are known."""
    # Replacing within a value is left alone: its pattern may be made to be matched without end.
    if len(word) > _LONGEST or _REPLACES.search(word):
        return word
    try:
        result = ShellLex(escape, env=variables, skip_unset_env=True).process_word(word)
    except (ValueError, RecursionError):
        return word
    result = _defaulted(result, variables)
    return result if len(result) <= _LONGEST else word


def _defaulted(word: str, variables: Mapping[str, str]) -> str:
    """`${NAME:-default}` of a variable that is not set is its default."""

    def value(found: re.Match[str]) -> str:
        if found[1] in variables:
            return found[0]
        return found[3] if found[2] == "-" else ""

    return _DEFAULT.sub(value, word)


def expanded(text: str, variables: Mapping[str, str]) -> str:
    """A text of many words, its quotes kept, with the variables whose values are known."""

    def value(found: re.Match[str]) -> str:
        known = variables.get(found[1] or found[3])
        if known:
            return known
        if found[2] is not None:
            return str(found[2])
        return found[0] if known is None else ""

    return _NAMED.sub(value, text)
