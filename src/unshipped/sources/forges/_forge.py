"""What the interfaces of GitHub and GitLab have in common: who asks, pages, and how often one may ask."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from unshipped.core.model import Code
from unshipped.errors import SourceError
from unshipped.http.exchange import Answer
from unshipped.platforms import steps
from unshipped.platforms.api import Api, document
from unshipped.platforms.fetch import RefusedError
from unshipped.platforms.settings import token
from unshipped.secrets import Reference
from unshipped.sources.shared.parse import shown

_NEXT = re.compile(r'<([^<>]*)>\s*;[^<>]*\brel="?next\b')


def rows(api: Api, path: str, query: Mapping[str, str], hint: str, most: int = 1) -> Iterator[steps.Table]:
    """The objects of a list, from at most so many pages. Raises `SourceError`."""
    asked = dict(query)
    for _page in range(most):
        answer = _answer(api, path, asked, hint)
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


def table(api: Api, path: str, query: Mapping[str, str], hint: str) -> steps.Table:
    """The object at a path. Raises `SourceError`."""
    whose = shown(f"{api.base}{path}")
    found = document(_answer(api, path, query, hint), whose)
    if not isinstance(found, dict):
        raise SourceError(Code.SOURCE_ERROR, f"{whose} answered something else than an object")
    return found


def _answer(api: Api, path: str, query: Mapping[str, str], hint: str) -> Answer:
    try:
        return api.answer(path, query)
    except RefusedError as error:
        raise _explained(error, hint) from None


def github(endpoint: str, timeout: float, who: Reference | None) -> Api:
    """The interface of GitHub, asked by whoever is referenced, else by `GITHUB_TOKEN`, or by nobody."""
    headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
    if found := token(who, os.environ.get("GITHUB_TOKEN", "")):
        headers["Authorization"] = f"Bearer {found}"
    return Api(base=endpoint.rstrip("/"), timeout=timeout, headers=headers)


def gitlab(endpoint: str, timeout: float, who: Reference | None) -> Api:
    """The interface of GitLab, likewise, with `GITLAB_TOKEN`."""
    found = token(who, os.environ.get("GITLAB_TOKEN", ""))
    return Api(base=endpoint.rstrip("/"), timeout=timeout, headers={"PRIVATE-TOKEN": found} if found else {})


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
