"""JSON as tools let people write it: with comments, and with commas at the end of lists."""

from __future__ import annotations

import json
import re
from typing import Any

_TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*+"?|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_TRAILING = re.compile(r'("(?:\\.|[^"\\\n])*+"?)|,(?=\s*[}\]])', re.DOTALL)


def read(text: str, **options: Any) -> Any:
    """The value, with the options of `json.loads`. Raises `JSONDecodeError` at the line of the fault, and
    `RecursionError` where it is nested too deep.
    """
    text = text.removeprefix("\ufeff")
    try:
        return json.loads(text, **options)
    except json.JSONDecodeError:
        bare = _TRAILING.sub(lambda one: one[1] or "", _TOKEN.sub(_uncommented, text))
    return json.loads(bare, **options)


def _uncommented(token: re.Match[str]) -> str:
    return token[0] if token[0].startswith('"') else " " + "\n" * token[0].count("\n")
