"""pydantic's errors as sentences, each at the place of the document that it is about."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from unshipped.config.document import Document, Finding, Path
from unshipped.config.wording import closest, kind, listed, met, quoted

_CONTAINERS = {
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type"), "a list"),
    **dict.fromkeys(("dict_type", "mapping_type", "model_type", "model_attributes_type"), "a mapping"),
    "string_type": "text",
    "none_required": "nothing",
}
_WORDS = {
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), "a whole number"),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), "a number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "`true` or `false`"),
}
_MISMATCHES = {**_CONTAINERS, **_WORDS}
_ALLOWED = re.compile(r"'((?:[^'\\]|\\.)*)'|([^\s',]+)")


def findings(error: ValidationError, document: Document) -> list[Finding]:
    """What is wrong, one finding a place: where a value may be of several types, what it comes nearest to."""
    places: dict[Path, list[ErrorDetails]] = defaultdict(list)
    for line in error.errors(include_url=False):
        path = document.actual(line["loc"])
        # pydantic counts only the entries that are right; here a list is too short where nothing is in it.
        if line["type"] != "too_short" or document.at(path) in ([], {}):
            places[path].append(line)
    found: list[Finding] = []
    for path, lines in places.items():
        certain = [line for line in lines if not _is_mismatch(line)]
        if certain:
            found += dict.fromkeys(_certain(path, line) for line in certain)
        elif not any(len(other) > len(path) and other[: len(path)] == path for other in places):
            found.append(Finding(path, _mismatch(lines, document.at(path))))
    return found


def _is_mismatch(line: ErrorDetails) -> bool:
    return line["type"] in _MISMATCHES or line["type"] == "literal_error"


def _certain(path: Path, line: ErrorDetails) -> Finding:
    on_key = line["type"] in ("unknown", "absent") or line["loc"][-1:] == ("[key]",)
    return Finding(path, _sentence(line), on_key=on_key, inside=line["type"] == "unknown")


def _sentence(line: ErrorDetails) -> str:
    context: dict[str, Any] = line.get("ctx", {})
    if "text" in context:
        return str(context["text"])
    if line["type"] in ("too_short", "string_too_short"):
        return "at least one entry is expected"
    if line["type"] == "greater_than_equal":
        return f"at least {context['ge']} is expected, not {met(line['input'])}"
    return str(context.get("error") or line["msg"])


def _mismatch(lines: list[ErrorDetails], value: object) -> str:
    """The value is of another type than all that are allowed."""
    if all(line["type"] == "literal_error" for line in lines):
        return _not_allowed(lines, value)
    expected = [*dict.fromkeys(_noun(line) for line in lines)]
    if "text" in expected and "a mapping" in expected:
        expected.sort(key=lambda noun: noun != "text")
    # Where no word is expected, the one that stands there may be a secret: it is not repeated.
    words = any(line["type"] not in _CONTAINERS for line in lines)
    found = met(value) if words else kind(value)
    hint = _around(value) if expected == ["a list"] and found == "a single value" else ""
    return f"{' or '.join(expected)} is expected, not {found}{hint}"


def _around(value: object) -> str:
    """How a single value is made a list. What a shell would take apart is no single entry of one."""
    several = isinstance(value, str) and re.search(r"[\s,]", value)
    return "; write each of its parts by itself in `[…, …]`" if several else "; write `[…]` around it"


def _noun(line: ErrorDetails) -> str:
    if line["type"] == "literal_error":
        return " or ".join(quoted(word.lower()) for word in _allowed(line))
    return _MISMATCHES[line["type"]]


def _not_allowed(lines: list[ErrorDetails], value: object) -> str:
    allowed = [word for line in lines for word in _allowed(line)]
    written = met(value)
    if value in allowed:
        return f"{written} is not allowed; write it without quotes"
    if close := closest(value, allowed) if isinstance(value, str) else "":
        return f"{written} is not allowed, did you mean {quoted(close)}?"
    return f"{written} is not allowed; it is {'one of ' if len(allowed) > 1 else ''}{listed(allowed)}"


def _allowed(line: ErrorDetails) -> list[str]:
    expected = str(line.get("ctx", {}).get("expected", ""))
    return [text or word for text, word in _ALLOWED.findall(expected) if (text or word) != "or"]
