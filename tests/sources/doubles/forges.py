"""GitHub and GitLab as their interfaces show deployments: the fields, filters and pages that are used.

Checked by hand against GitHub's description of its interface (version 2022-11-28), GitLab's pages on
deployments and environments, and the types that GitLab's client library `@gitbeaker/core` (43.8) has of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler
from itertools import zip_longest
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from tests.sources.served import Answer, body

Status = tuple[str, str]
"""A state, and the time of day when it was said."""


def at(time: str) -> str:
    return f"2026-02-05T{time}:00Z"


def deployment(
    sha: Any,
    *statuses: Status,
    number: int = 1,
    made: str = "12:00",
    environment: str = "production",
    task: str = "deploy",
    payload: Any = "",
    ref: str = "main",
) -> dict[str, Any]:
    """One deployment of GitHub's, with what was said of it; a success where nothing is given."""
    said = statuses or (("success", "12:05"),)
    place = f"https://api.github.com/repos/shop/main/deployments/{number}"
    return {
        "url": place,
        "id": number,
        "node_id": f"MDEw{number}",
        "sha": sha,
        "ref": ref,
        "task": task,
        "payload": payload,
        "environment": environment,
        "original_environment": environment,
        "description": None,
        "creator": None,
        "created_at": at(made),
        "updated_at": at(max(when for _, when in said)) if said != (("", ""),) else at(made),
        "statuses_url": f"{place}/statuses",
        "repository_url": "https://api.github.com/repos/shop/main",
        "transient_environment": False,
        "production_environment": True,
        "$statuses": [
            {
                "url": f"{place}/statuses/{index}",
                "id": index,
                "node_id": f"MDE{index}",
                "state": state,
                "creator": None,
                "description": "",
                "environment": environment,
                "created_at": at(when),
                "updated_at": at(when),
                "deployment_url": place,
                "repository_url": "https://api.github.com/repos/shop/main",
            }
            for index, (state, when) in enumerate(said)
            if state
        ],
    }


def github(deployments: Sequence[dict[str, Any]], size: int = 100) -> Answer:
    """Answers for the repository `shop/main`, newest first, in pages of at most that size."""
    place = "/repos/shop/main/deployments"

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked = urlsplit(handler.path)
        query = dict(parse_qsl(asked.query))
        for one in deployments:
            if asked.path == f"{place}/{one.get('id')}/statuses":
                return page(handler, one["$statuses"], query, size)
        if asked.path != place:
            return body('{"message": "Not Found"}', 404)(handler)
        wanted = {key: query[key] for key in ("environment", "task", "ref") if key in query}
        own = [one for one in deployments if wanted.items() <= one.items()]
        shown = [{key: value for key, value in one.items() if key != "$statuses"} for one in own]
        return page(handler, shown[::-1], query, size)

    return answer


Check = tuple[str, str | None]
"""The name of a check, and what it ended with; None while it runs."""


class Commit(NamedTuple):
    """A commit of a branch, with what was checked of it."""

    sha: Any
    checks: Sequence[Check] = ()
    statuses: Sequence[Check] = ()
    parents: Sequence[str] | None = None
    """Without any said, the next one of the list."""


def checked(commits: Sequence[Commit], size: int = 100, branch: str = "main") -> Answer:
    """GitHub's checks of the commits of one branch of `shop/main`, newest first."""
    place = "/repos/shop/main/commits"

    def listed() -> Iterator[dict[str, Any]]:
        for one, below in zip_longest(commits, commits[1:]):
            parents = one.parents if one.parents is not None else [below.sha] if below else []
            yield {"sha": one.sha, "commit": {"message": "x"}, "parents": [{"sha": sha} for sha in parents]}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked = urlsplit(handler.path)
        query = dict(parse_qsl(asked.query))
        if asked.path == place and query.get("sha", branch) == branch:
            return page(handler, list(listed()), query, size)
        for one in commits:
            at = f"{place}/{quote(str(one.sha), safe='')}"
            if asked.path == f"{at}/check-runs":
                runs = [
                    {"name": name, "status": "completed" if ended else "in_progress", "conclusion": ended}
                    for name, ended in one.checks
                ]
                return among(handler, "check_runs", runs, query)
            if asked.path == f"{at}/status":
                said = [{"context": name, "state": state or "pending"} for name, state in one.statuses]
                return among(handler, "statuses", said, query)
        return body('{"message": "Not Found"}', 404)(handler)

    return answer


def among(handler: BaseHTTPRequestHandler, key: str, rows: Sequence[Any], query: dict[str, str]) -> None:
    """A page of a list that is one field of an object."""
    number, size = int(query["page"]), int(query["per_page"])
    found = {"total_count": len(rows), key: rows[(number - 1) * size : number * size]}
    body(json.dumps(found), kind="application/json")(handler)


def piped(commits: Sequence[Any], pipelines: Sequence[tuple[Any, str]], branch: str = "main") -> Answer:
    """GitLab's pipelines of one branch of `shop/main`: both newest first."""
    place = "/api/v4/projects/shop/main"

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked = urlsplit(handler.path)
        query = dict(parse_qsl(asked.query))
        path = unquote(asked.path)
        if path == place:
            return body(json.dumps({"id": 3, "default_branch": branch}), kind="application/json")(handler)
        if path == f"{place}/repository/commits" and query.get("first_parent") == "true":
            own = commits if query.get("ref_name") == branch else []
            return page(handler, [{"id": sha, "parent_ids": []} for sha in own], query, 100)
        if path == f"{place}/pipelines" and query.get("sort") == "desc":
            rows = [{"id": 90 - at, "sha": sha, "status": state} for at, (sha, state) in enumerate(pipelines)]
            return page(handler, rows if query.get("ref") == branch else [], query, 100)
        return body('{"message": "404 Not Found"}', 404)(handler)

    return answer


def page(handler: BaseHTTPRequestHandler, rows: Sequence[Any], query: dict[str, str], size: int) -> None:
    number, own = int(query.get("page", "1")), min(size, int(query.get("per_page", "30")))
    further = urlencode({**query, "page": number + 1})
    place = "https://elsewhere.example/x"
    back = f'<{place}?{urlencode({**query, "page": number - 1})}>; rel="prev", ' if number > 1 else ""
    link: dict[str, Any] = {"Link": f'{back}<{place}?{further}>; rel="next", <{place}>; rel="last"'}
    more = link if len(rows) > number * own else {}
    body(json.dumps(rows[(number - 1) * own : number * own]), kind="application/json", **more)(handler)


def finished(
    sha: Any,
    status: str = "success",
    *,
    number: int = 1,
    when: str = "12:05",
    environment: str = "production",
) -> dict[str, Any]:
    """One deployment of GitLab's."""
    return {
        "id": 40 + number,
        "iid": number,
        "ref": "main",
        "sha": sha,
        "created_at": at("12:00"),
        "updated_at": at(when),
        "status": status,
        "user": {"username": "ana"},
        "environment": {"id": 9, "name": environment, "external_url": "https://shop.example"},
        "deployable": {"finished_at": at(when), "status": status},
    }


def gitlab(
    deployments: Sequence[dict[str, Any]], state: str = "available", name: str = "production"
) -> Answer:
    """Answers for the project `shop/main` with one environment."""
    place = "/api/v4/projects/shop/main"

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked = urlsplit(handler.path)
        query = dict(parse_qsl(asked.query))
        path = unquote(asked.path)
        if path == f"{place}/environments":
            rows = [{"id": 9, "name": name, "slug": name, "state": state}]
            return page(handler, [row for row in rows if row["name"] == query.get("name")], query, 100)
        if path != f"{place}/deployments" or query.get("sort") != "desc":
            return body('{"message": "404 Project Not Found"}', 404)(handler)
        own = [
            one
            for one in deployments
            if one["status"] == query.get("status", one["status"])
            and query.get("environment") in (None, one["environment"]["name"])
        ]
        time = query["order_by"] == "finished_at"
        own.sort(key=lambda one: one["deployable"]["finished_at"] if time else one["id"], reverse=True)
        return page(handler, own, query, 100)

    return answer
