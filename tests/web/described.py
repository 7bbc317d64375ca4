"""Holds every answer against the description: nothing is answered that is not described."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from tests.core.watched import START
from unshipped.stores.memory import MemoryStore
from unshipped.web.access import Anybody
from unshipped.web.answers import PROBLEM
from unshipped.web.app import application
from unshipped.web.ground import Ground

Json = dict[str, Any]


_NO_PROGRAMS = ("/assets/", "/log", "/embed", "/badge", "/incidents/", "/targets/")
"""What browsers ask for, and no program."""


class Described(TestClient):
    """A client that trusts no answer."""

    def request(self, method: str, url: Any, **more: Any) -> Any:
        answer = super().request(method, url, **more)
        if method == "HEAD":  # as that of the same address by GET, without what it holds
            return answer
        objections = wrong(_description(), method.lower(), str(url), answer)
        assert objections == [], f"{method} {url} is not as described"
        return answer


@cache
def _description() -> Json:
    return application(Ground(MemoryStore(), Anybody(), lambda: START)).openapi()


def wrong(description: Json, method: str, url: str, answer: Any) -> list[str]:
    """What is not as described."""
    operation = _operation(description, method, url.partition("?")[0])
    if url.endswith("openapi.json") or url == "/" or url.startswith(_NO_PROGRAMS):
        return []
    if operation is None:
        return [] if answer.status_code in (404, 405) else ["it is not described"]
    described = operation["responses"].get(str(answer.status_code)) or operation["responses"]["default"]
    if answer.status_code in (304, 421) or not answer.content:
        return []
    kind = answer.headers["content-type"].partition(";")[0]
    if answer.status_code >= 400 and kind != PROBLEM:
        return [f"an error is {kind}"]
    schema = described.get("content", {}).get(kind, {}).get("schema")
    if schema is None:
        return [f"{kind} is not described"]
    if not kind.endswith("json"):
        return []
    whole = exact({**schema, "components": description["components"]})
    return [
        f"{one.json_path}: {one.message}" for one in Draft202012Validator(whole).iter_errors(answer.json())
    ]


def exact(schema: Any) -> Any:
    """The schema, with nothing allowed that it does not name."""
    if isinstance(schema, list):
        return [exact(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: exact(one) for name, one in schema.items()}
    if isinstance(made.get("properties"), dict) and "title" in made:
        made.setdefault("additionalProperties", False)
    return made


def _operation(description: Json, method: str, path: str) -> Json | None:
    fitting = [one for one in description["paths"] if _pattern(one).fullmatch(path)]
    exactly = sorted(fitting, key=lambda one: (one.count("{"), -len(one)))
    found: Json | None = next(
        (described[method] for one in exactly if method in (described := description["paths"][one])), None
    )
    return found


@cache
def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\})", path)
    greedy = "identity"
    return re.compile(
        "".join(
            (".+" if greedy in part else "[^/]+") if part.startswith("{") else re.escape(part)
            for part in parts
        )
    )
