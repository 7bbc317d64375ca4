"""GitHub and GitLab as their interfaces show deployments: the fields, filters and pages that are used.

Checked by hand against GitHub's description of its interface (version 2022-11-28), GitLab's pages on
deployments and environments, and the types that GitLab's client library `@gitbeaker/core` (43.8) has of them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

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
) -> dict[str, Any]:
    """One deployment of GitHub's, with what was said of it; a success where nothing is given."""
    said = statuses or (("success", "12:05"),)
    place = f"https://api.github.com/repos/shop/main/deployments/{number}"
    return {
        "url": place,
        "id": number,
        "node_id": f"MDEw{number}",
        "sha": sha,
        "ref": "main",
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


def page(handler: BaseHTTPRequestHandler, rows: Sequence[Any], query: dict[str, str], size: int) -> None:
    number, own = int(query.get("page", "1")), min(size, int(query.get("per_page", "30")))
    further = urlencode({**query, "page": number + 1})
    place = "https://elsewhere.example/x"
    link: dict[str, Any] = {"Link": f'<{place}?{further}>; rel="next", <{place}>; rel="last"'}
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
        "environment": {"id": 9, "name": "production", "external_url": "https://shop.example"},
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
        own = [one for one in deployments if one["status"] == query.get("status", one["status"])]
        time = query["order_by"] == "finished_at"
        own.sort(key=lambda one: one["deployable"]["finished_at"] if time else one["id"], reverse=True)
        return page(handler, own, query, 100)

    return answer
