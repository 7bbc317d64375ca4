"""A command line that is plain, read without argparse.

To load argparse, and to let it build a grammar, takes an eighth of a small check in which nothing moved. What
can be read in one way only is read here; whatever else there is, a mistake among it, is left to argparse.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unshipped.cli.grammar import Argument, OptionError, Options

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any


class _NotPlainError(Exception):
    """It takes argparse to read this, or to say what is wrong with it."""


def read(declared: Sequence[Argument], words: Sequence[str]) -> Options | None:
    """What the words say; None where they are not plain."""
    try:
        given, loose = _apart(declared, words)
        given |= {place.dest: _placed(place, loose) for place in declared if not place.is_option}
        left = {one.dest: _default(one) for one in declared if one.dest not in given}
    except (_NotPlainError, OptionError, TypeError, ValueError):
        return None
    return None if loose else Options(**left, **given)


def _apart(declared: Sequence[Argument], words: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """The values of the options that are given, and the words that belong to none."""
    named = {name: one for one in declared if one.is_option for name in one.names}
    given: dict[str, Any] = {}
    loose: list[str] = []
    left = iter(words)
    for word in left:
        if not _is_dashed(word):
            loose.append(word)
            continue
        name, says, text = word.partition("=") if word.startswith("--") else (word, "", "")
        if not (option := named.get(name)):
            raise _NotPlainError
        given[option.dest] = _given(option, text if says else None, left, given)
    return given, loose


def _given(option: Argument, text: str | None, left: Iterator[str], given: dict[str, Any]) -> Any:
    """The value of an option, with the next word where it needs one."""
    action = option.settings.get("action", "store")
    if action == "store_true" and text is None:
        return True
    if action not in ("store", "append") or "nargs" in option.settings:
        raise _NotPlainError
    if text is None:
        text = next(left, None)
    if text is None or _is_dashed(text):
        raise _NotPlainError
    value = _value(option, text)
    if action == "store":
        return value
    return [*given.get(option.dest, option.settings.get("default") or ()), value]


def _placed(place: Argument, loose: list[str]) -> Any:
    """The value of an argument without a name: its share of the words, which it takes away."""
    nargs = place.settings.get("nargs")
    if nargs in ("*", "+") and (loose or nargs == "*"):
        taken, loose[:] = [_value(place, word) for word in loose], []
        return taken or place.settings.get("default") or []
    if nargs in (None, "?") and loose:
        return _value(place, loose.pop(0))
    if nargs == "?":
        return _default(place)
    raise _NotPlainError


def _value(one: Argument, text: str) -> Any:
    value = one.settings.get("type", str)(text)
    if value not in one.settings.get("choices", (value,)):
        raise _NotPlainError
    return value


def _default(one: Argument) -> Any:
    """What stands where nothing is given: a text is understood as if somebody had given it."""
    if one.settings.get("required"):
        raise _NotPlainError
    default = one.settings.get("default", False if one.settings.get("action") == "store_true" else None)
    return one.settings.get("type", str)(default) if isinstance(default, str) else default


def _is_dashed(word: str) -> bool:
    """Whether it is an option, or might be taken for one."""
    return word.startswith("-") and word != "-"
