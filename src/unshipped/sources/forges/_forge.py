"""What the interfaces of GitHub and GitLab have in common: who asks, pages, and how often one may ask."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from unshipped.core.model import Code
from unshipped.errors import SourceError
from unshipped.platforms import steps
from unshipped.platforms.api import Api, document
from unshipped.platforms.fetch import RefusedError
from unshipped.sources.shared.parse import shown

_NEXT = re.compile(r'<([^<>]*)>\s*;[^<>]*\brel="?next\b')


def rows(api: Api, path: str, query: Mapping[str, str], hint: str, most: int = 1) -> Iterator[steps.Table]:
    """The objects of a list, from at most so many pages. Raises `SourceError`."""
    asked = dict(query)
    for _page in range(most):
        try:
            answer = api.answer(path, asked)
        except RefusedError as error:
            raise _explained(error, hint) from None
        whose = shown(f"{api.base}{path}")
        page = document(answer, whose)
        if not isinstance(page, list):
            raise SourceError(Code.SOURCE_ERROR, f"{whose} answered something else than a list")
        yield from steps.rows({"page": page}, "page")
        further = _NEXT.search(answer.headers.get("Link", ""))
        if not further:
            return
        # Only what the next page is asked by is taken over: the token goes nowhere else.
        asked = dict(parse_qsl(urlsplit(further[1]).query))


def _explained(error: RefusedError, hint: str) -> SourceError:
    """A refusal, told apart: too often is not the same as not at all."""
    limits = {name.lower().removeprefix("x-"): value for name, value in error.headers.items()}
    often = "retry-after" in limits or limits.get("ratelimit-remaining") == "0"
    if error.status not in (403, 429) or not often:
        return SourceError(error.problem.code, error.message, hint)
    message = f"{error.message}: it was asked too often"
    reset = limits.get("ratelimit-reset", "")
    if reset.isascii() and reset.isdecimal() and len(reset) < 11:
        again = datetime.fromtimestamp(int(reset), UTC)
        message += f", and answers again from {again:%Y-%m-%d %H:%M:%S} UTC on"
    return SourceError(Code.SOURCE_ERROR, message, "a token of your own is allowed more")
