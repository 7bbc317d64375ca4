"""One comment on a pull request or a merge request, kept up to date."""

from __future__ import annotations

import re
from collections.abc import Mapping

from unshipped.errors import SourceError, UsageError
from unshipped.pipelines.preview import MARK
from unshipped.platforms import steps
from unshipped.platforms.api import REQUEST, Api, segment

_PULL = re.compile(r"refs/pull/([0-9]+)/")


def post(host: str, environ: Mapping[str, str], text: str) -> str:
    """Post it, or write it into the comment that there is. Answers what was done. Raises `UsageError`.

    A run for a fork may not write: that is no failure, and said.
    """
    api, path, words = (_github if host == "github" else _gitlab)(environ)
    try:
        for page in _pages(api, path):
            for row in page:
                if steps.text(row, "body").startswith(MARK):
                    place = words[1].format(row.get("id"))
                    api.again().send(words[0], place, {"body": text})
                    return "the comment is up to date"
        api.again().send("POST", path, {"body": text})
    except SourceError as error:
        if error.status == 403:
            return "the comment may not be written from here, as from a fork"
        raise UsageError(error.message, error.hint) from None
    return "commented"


def _pages(api: Api, path: str) -> list[list[steps.Table]]:
    """The comments, a hundred at a time."""
    found: list[list[steps.Table]] = []
    for number in range(1, 51):
        page = steps.rows({"all": api.again().get(path, {"per_page": "100", "page": str(number)})}, "all")
        found.append(page)
        if len(page) < 100:
            break
    return found


def _github(environ: Mapping[str, str]) -> tuple[Api, str, tuple[str, str]]:
    repository, token = _needed(environ, "GITHUB_REPOSITORY"), _needed(environ, "GITHUB_TOKEN")
    number = _PULL.match(environ.get("GITHUB_REF", ""))
    if not number:
        raise UsageError("GITHUB_REF names no pull request: this is for a run of `pull_request`")
    owner, _, name = repository.partition("/")
    base = f"/repos/{segment(owner)}/{segment(name)}/issues"
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
    api = Api(
        base=environ.get("GITHUB_API_URL") or "https://api.github.com", timeout=REQUEST, headers=headers
    )
    return api, f"{base}/{number[1]}/comments", ("PATCH", f"{base}/comments/{{}}")


def _gitlab(environ: Mapping[str, str]) -> tuple[Api, str, tuple[str, str]]:
    project, number = _needed(environ, "CI_PROJECT_ID"), _needed(environ, "CI_MERGE_REQUEST_IID")
    headers = {"PRIVATE-TOKEN": _needed(environ, "UNSHIPPED_GITLAB_TOKEN")}
    path = f"/projects/{segment(project)}/merge_requests/{segment(number)}/notes"
    api = Api(base=_needed(environ, "CI_API_V4_URL"), timeout=REQUEST, headers=headers)
    return api, path, ("PUT", f"{path}/{{}}")


def _needed(environ: Mapping[str, str], name: str) -> str:
    if not (found := environ.get(name, "").rstrip("\r\n")):
        raise UsageError(f"the environment variable {name} is not set", "it is, in a job of the host")
    return found
