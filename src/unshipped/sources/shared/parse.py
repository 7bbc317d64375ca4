"""What was read -> a revision, or the reason why it is none. What is not plainly a revision is refused.

No message quotes what was read: it may be hostile, and it may repeat a secret back.
"""

from __future__ import annotations

import json
import re

from unshipped.core.model import Code, Revision
from unshipped.core.texts.foreign import shown as shown  # noqa: PLC0414 - sources take it from here
from unshipped.errors import SourceError
from unshipped.platforms.steps import pointed

LIMIT = 64 * 1024
"""The most bytes that an answer may have. Whoever reads stops after one more than this."""

LONGEST = 200
"""The most characters that a revision may have."""

KEYS = ("commit", "revision", "sha", "git_sha")
"""Where a JSON object carries its revision, best first. `commit` is Dockerflow's."""

_NOTHING = frozenset({"", "null", "none", "undefined", "unknown"})
"""What a build bakes in that was told nothing."""

_EXPRESSION = re.compile(r"[~^:?*\[\\]|\.\.|@\{|^@$|^(.+_)?HEAD$")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_WEB = re.compile(r"(https?://)([^/@\s]*@)?(\S{1,500})")


def parse(body: bytes, whose: str, pointer: str = "", limit: int = LIMIT) -> Revision:
    """The revision in an answer: at `pointer`, under one of `KEYS` of a JSON object, or the whole text.

    `whose` begins the message of the `SourceError` that is raised where there is none.
    """
    text = _decode(body, whose, limit).strip()
    if text.startswith("<"):
        raise SourceError(Code.NO_REVISION, f"{whose} answered with a page, not a version")
    if not text or not (pointer or text.startswith(("{", "[", '"'))):
        return revision(text, whose)
    document = _load(text, whose)
    if pointer:
        return _from_value(pointed(document, pointer), f"{whose} at {pointer}")
    return _from_document(document, whose)


def revision(text: str, whose: str) -> Revision:
    """The revision that a text is, with `-dirty` taken off and remembered. Raises `SourceError`."""
    token = text.strip()
    if _COMMIT.fullmatch(token):
        return Revision(token)
    clean = token.removesuffix("-dirty")
    if clean.lower() in _NOTHING:
        raise SourceError(Code.NO_REVISION, f"{whose} carries no commit id")
    if objection := objection_to(clean):
        raise SourceError(Code.BAD_REVISION, f"{whose} is no commit id or tag: it {objection}")
    return Revision(text=clean, dirty=clean != token)


def objection_to(token: str) -> str:
    """Why a text cannot name one revision, as the end of a sentence; empty where it can."""
    if len(token) > LONGEST:
        return f"is longer than {LONGEST} characters"
    if token.startswith("-"):
        return "starts with a dash"
    if any(letter.isspace() or not letter.isprintable() for letter in token):
        return "holds white space or control characters"
    if _EXPRESSION.search(token):
        return "is an expression of git's, not a name"
    return ""


def _decode(body: bytes, whose: str, limit: int) -> str:
    if len(body) > limit:
        message = f"{whose} is longer than {limit // 1024} KiB, which no version is"
        raise SourceError(Code.BAD_REVISION, message)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceError(Code.BAD_REVISION, f"{whose} is no text in UTF-8") from None


def _load(text: str, whose: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        # Cut short or garbled on its way: the source failed, which is another thing than carrying no commit.
        raise SourceError(Code.SOURCE_ERROR, f"{whose} answered with text that is no whole JSON") from None


def _from_document(document: object, whose: str) -> Revision:
    if not isinstance(document, dict):
        return _from_value(document, whose)
    found = next((document[key] for key in KEYS if document.get(key) not in (None, "")), None)
    return _from_value(found, whose)._replace(repository=repository(document.get("source")))


def _from_value(value: object, whose: str) -> Revision:
    if value is None:
        hint = f"the keys that are looked for are {', '.join(KEYS)}; `pointer` names another place"
        raise SourceError(Code.NO_REVISION, f"{whose} carries no commit id", hint)
    if not isinstance(value, str):
        raise SourceError(Code.BAD_REVISION, f"{whose} holds JSON of type {type(value).__name__}, not a text")
    return revision(value, whose)


def repository(value: object) -> str:
    """The web address of a repository that a value is, without a user; empty where it is none."""
    match = _WEB.fullmatch(value) if isinstance(value, str) and value.isprintable() else None
    return match[1] + match[3] if match else ""
