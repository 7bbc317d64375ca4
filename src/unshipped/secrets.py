"""Values that must not stand in a configuration's text: read from the environment or from a file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from unshipped.core.model import Code
from unshipped.errors import SourceError

if sys.version_info >= (3, 12):
    from typing import TypedDict
else:  # pydantic, which checks these in a configuration, takes no other before 3.12
    from typing_extensions import TypedDict

_LONGEST = 64 * 1024
_SCHEMES = frozenset({"bearer", "basic", "token", "apikey"})
"""What stands before a credential in a header, and a space behind it: YAML drops that without quotes."""


class Reference(TypedDict, total=False):
    """Where a value is to be read from. Exactly one of `env` and `file`."""

    __pydantic_config__ = {"extra": "forbid", "use_attribute_docstrings": True}  # type: ignore[misc]  # noqa: RUF012

    env: str
    """Name of an environment variable; its text without a trailing newline is the value."""
    file: str
    """Path of a file, from where the program runs; the text without the trailing newline is the value."""
    prefix: str
    """Text put before the value, such as `Bearer `."""


def check_reference(*settings: str | Reference) -> None:
    """Raises `ValueError` where one of the settings is a reference that does not say from where, or runs into
    what it puts before.
    """
    for setting in settings:
        if not isinstance(setting, str) and setting.get("prefix", "").lower() in _SCHEMES:
            raise ValueError('a prefix needs its own space at its end, in quotes: prefix: "Bearer "')
        if not isinstance(setting, str) and bool(setting.get("env")) == bool(setting.get("file")):
            raise ValueError("a reference is {env: NAME} or {file: PATH}: exactly one of the two")


def named(setting: str | Reference) -> str:
    """A reference as messages show it, never its value. Empty for a value that is written out."""
    if isinstance(setting, str):
        return ""
    name = setting.get("env", "")
    return f"environment variable {name}" if name else f"file {setting.get('file', '')}"


def text_of(setting: str | Reference) -> str:
    """The value of a setting, written out or referenced. Raises `SourceError` as `reveal` does."""
    return setting if isinstance(setting, str) else reveal(setting)


def reveal(reference: Reference) -> str:
    """The referenced value. Raises `SourceError` that names the reference, never the value."""
    value = _from_environment(reference) if reference.get("env") else _from_file(reference)
    if not value.strip():
        raise SourceError(Code.SOURCE_DENIED, f"{named(reference)} is empty")
    return reference.get("prefix", "") + value


def _from_environment(reference: Reference) -> str:
    name = reference["env"]
    if name not in os.environ:
        hint = f"set {name} where the check runs"
        raise SourceError(Code.SOURCE_DENIED, f"environment variable {name} is not set", hint)
    return os.environ[name].rstrip("\r\n")


def _from_file(reference: Reference) -> str:
    try:
        with Path(reference.get("file", "")).open(encoding="utf-8") as file:
            text = file.read(_LONGEST + 1)
    except OSError as error:
        message = f"{named(reference)} cannot be read: {error.strerror}"
        raise SourceError(Code.SOURCE_DENIED, message) from None
    except ValueError:
        raise SourceError(Code.SOURCE_ERROR, f"{named(reference)} is no text in UTF-8") from None
    if len(text) > _LONGEST:
        raise SourceError(Code.SOURCE_ERROR, f"{named(reference)} is longer than {_LONGEST // 1024} KiB")
    return text.rstrip("\r\n")
