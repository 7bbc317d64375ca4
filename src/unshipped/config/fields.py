"""The kinds of value that settings hold, each with its check and its place in the JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, Strict, WithJsonSchema
from pydantic_core import PydanticCustomError

from unshipped.config import durations
from unshipped.config.scalars import natural, raw
from unshipped.config.wording import met, quoted, suggestion
from unshipped.core.closures.patterns import is_glob

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
_DAY, _TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}", r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
MOMENT = rf"^{_DAY}[Tt ]{_TIME}([Zz]|[+-][0-9]{{2}}:[0-9]{{2}})$"
TIME = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
PATTERN = r"^(?![/!:])(?!\.\./)(?!\.\.$)(?!.*/\.\./)(?!.*/\.\.$).+$"
REF = r"^(?!-)(?!.*\.\.)(?!.*@\{)[^\s~^:?*\[\\]+$"
TAG = r"^(?!-)(?!.*\.\.)(?!.*@\{)[^\s~^:\\]+$"
OBJECT = r"^(https?://[^\s/?#@]+/[^\s?#]+|(gs|s3)://[^\s/?#]+/[^\s?#]+)$"
"""An address without a query, which may hold a credential."""
WORD = ["string", "number", "boolean"]
"""The types of a text in the JSON Schema: an editor takes `0123456` and `true` for something else."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LONE_BACKSLASH = re.compile(r"\\[^*?\[\]\\!:{}-]|\\$")


def refusal(message: str) -> PydanticCustomError:
    """An error whose message is a finished sentence."""
    return PydanticCustomError("refused", "{text}", {"text": message})


def words(value: object) -> object:
    """A text as it was written, whatever YAML takes it for."""
    written = raw(value)
    if isinstance(written, str) and _CONTROL.search(written):
        raise refusal("the text holds a control character")
    return written


def _some_text(text: str) -> str:
    if not text.strip():
        raise refusal("the text is empty")
    return text


def _matching(expression: str, sentence: str) -> Callable[[str], str]:
    pattern = re.compile(expression)

    def check(text: str) -> str:
        if pattern.fullmatch(text) is None:
            raise refusal(f"{quoted(text)} {sentence}")
        return text

    return check


def normal_pattern(text: str) -> str:
    """A pattern of the repository without `./` at its front and `/` at its end; `.` is everything."""
    if objection := _objection(text):
        raise refusal(f"{quoted(text)} {objection}" if text.strip() else objection)
    parts = [part for part in text.split("/") if part not in ("", ".")]
    return "/".join(parts) or "**"


def normal_path(text: str) -> str:
    """A path of the repository, from its top; the top itself is empty."""
    normal = normal_pattern(text)
    if is_glob(normal.encode()) and normal != "**":
        raise refusal(f"{quoted(text)} is a pattern; one path is expected")
    return "" if normal == "**" else normal


def _objection(text: str) -> str:
    if not text.strip():
        return "the pattern is empty"
    if text.startswith("/"):
        return "is absolute; a pattern is relative to the top of the repository"
    if text.startswith("!"):
        return "negates; subtract paths under `ignore`"
    if text.startswith(":"):
        return "is a pathspec with magic; write a path or a glob"
    if ".." in text.split("/"):
        return "leaves the repository with `..`"
    return "has a backslash; folders are separated by `/`" if _LONE_BACKSLASH.search(text) else ""


def _text_for(value: object, parse: Callable[[str], Any]) -> Any:
    written = words(value)
    if not isinstance(written, str):
        raise PydanticCustomError("string_type", "text")
    return parse(written)


def _seconds(value: object) -> float:
    plain = natural(value)
    if isinstance(plain, str) or (isinstance(plain, int) and not isinstance(plain, bool)):
        try:
            return durations.seconds(plain)
        except ValueError as error:
            raise refusal(str(error)) from None
    raise refusal(f"a duration such as `15m`, or whole seconds, is expected, not {met(value)}")


def _moment(text: str) -> datetime:
    if re.fullmatch(MOMENT, text) is None:
        if re.fullmatch(MOMENT, f"{text}Z"):
            raise refusal(f"{quoted(text)} has no time zone; write {quoted(text + 'Z')} if it is UTC")
        raise refusal(f"{quoted(text)} is no moment; write one like `2026-02-07T00:00:00Z`")
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise refusal(f"{quoted(text)} is not in the calendar") from None


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        close = suggestion(text, available_timezones())
        ending = close if close.startswith(",") else "; write one like `Europe/Berlin` or `UTC`"
        raise refusal(f"{quoted(text)} is no time zone of the IANA list{ending}") from None
    return text


def _minutes(text: str) -> int:
    if re.fullmatch(TIME, text) is None:
        raise refusal(f"{quoted(text)} is no time of day; write one like `09:00`")
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _number(value: object) -> object:
    """To Python `True` is 1; here it is not."""
    read = natural(value)
    return raw(value) if isinstance(read, bool) else read


def _nothing_is_empty(value: object) -> object:
    return {} if value is None else value


def _string(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern})


def _word(pattern: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": WORD, "pattern": pattern, **more})


Words = BeforeValidator(words)
AsWritten = BeforeValidator(raw)
AsRead = BeforeValidator(natural)
Version = Annotated[Literal[1], BeforeValidator(_number)]
OrEmpty = BeforeValidator(_nothing_is_empty)

Literally = Annotated[str, AsWritten]
"""A text that its source judges."""
Text = Annotated[str, AfterValidator(_some_text), Words, _word(r"\S")]
Name = Annotated[
    str,
    AfterValidator(_matching(NAME, "is no name: letters, digits, `.`, `_` and `-`, a letter or digit first")),
    Words,
    _word(NAME, minimum=0),
]
Pattern = Annotated[str, AfterValidator(normal_pattern), Words, _word(PATTERN)]
ObjectAddress = Annotated[
    str,
    AfterValidator(
        _matching(OBJECT, "is no address of an object: `https://…`, `gs://…` or `s3://…`, without a query")
    ),
    Words,
    _string(OBJECT),
]
PathText = Annotated[str, AfterValidator(normal_path), Words, _word(PATTERN)]
Ref = Annotated[
    str, AfterValidator(_matching(REF, "cannot name a branch, tag or commit")), Words, _word(REF, minimum=0)
]
TagPattern = Annotated[
    str, AfterValidator(_matching(TAG, "cannot be a pattern for tags")), Words, _word(TAG, minimum=0)
]
Duration = Annotated[
    float,
    BeforeValidator(_seconds),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": durations.LONGEST},
                {"type": "string", "pattern": durations.PATTERN},
            ]
        }
    ),
]
Moment = Annotated[datetime, BeforeValidator(lambda value: _text_for(value, _moment)), _string(MOMENT)]
TimeOfDay = Annotated[int, BeforeValidator(lambda value: _text_for(value, _minutes)), _string(TIME)]
Zone = Annotated[str, AfterValidator(_zone), Words, _string(r"\S")]
Whole = Annotated[int, Strict(), AsRead]
Natural = Annotated[int, Strict(), Field(ge=0), AsRead]
Positive = Annotated[int, Strict(), Field(ge=1), AsRead]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False), AsRead]
Switch = Annotated[bool, Strict(), AsRead]
