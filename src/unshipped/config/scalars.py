"""What an unquoted word of YAML means, by the core schema of YAML 1.2. The raw text is never lost.

Commit ids look like numbers (`0123456`, `12e4567`) and branches like switches (`no`, `on`). Whether a
word is text is therefore decided by the setting that it stands for, and both readings are kept until then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,40}|0o[0-7]{1,40}|0x[0-9a-fA-F]{1,40}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,40}|[0-9]{1,40}(\.[0-9]{0,40})?)([eE][-+]?[0-9]{1,40})?")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_NUMERIC = frozenset("-+.0123456789")


@dataclass(frozen=True, slots=True)
class Scalar:
    """An unquoted word that YAML takes for a number or a switch: as it was written, and as it is read."""

    raw: str
    value: bool | int | float


def resolve(text: str) -> str | Scalar | None:
    """The meaning of an unquoted word: text, a `Scalar`, or nothing."""
    if text in _WORDS:
        value = _WORDS[text]
        return None if value is None else Scalar(text, value)
    if text[0] not in _NUMERIC:
        return text
    number = _number(text)
    return text if number is None else Scalar(text, number)


def _number(text: str) -> int | float | None:
    if _INTEGER.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return float(text.replace(".", "").lower()) if _SPECIAL.fullmatch(text) else None


def raw(value: object) -> object:
    """The word as it was written, where it was one."""
    return value.raw if isinstance(value, Scalar) else value


def natural(value: object) -> object:
    """The word as YAML reads it."""
    return value.value if isinstance(value, Scalar) else value


def plain(value: object) -> object:
    """A whole value as YAML reads it."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return natural(value)
