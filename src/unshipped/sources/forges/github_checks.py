"""GitHub's checks: the newest commit of a branch that has passed them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from unshipped.core.model import Code, Reading, Target
from unshipped.errors import SourceError
from unshipped.http.checks import check_url
from unshipped.platforms import steps
from unshipped.platforms.api import Api, segment
from unshipped.platforms.settings import check_timeout, fill
from unshipped.ports import Look
from unshipped.secrets import Reference, check_reference
from unshipped.sources.forges import _forge
from unshipped.sources.forges._green import Green, newest_green, reading
from unshipped.sources.shared.parse import shown

_HINT = "a token needs to read contents, checks and commit statuses of that repository, and no more"
_MOST_PAGES, _PAGE = 5, 100
_PASSED = "success"
_NEITHER = ("neutral", "skipped")
"""What speaks neither for a commit nor against it. Anything else, and nothing yet, is against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GithubChecksSource:
    """Asks GitHub for the newest landing of a branch that has passed its checks, for `expected`.

    Check runs and commit statuses count alike. What was skipped speaks for nothing.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    wished: ClassVar[bool] = True

    repository: str
    """`OWNER/NAME`. `{service}` and `{environment}` are replaced, here and in the next two."""

    branch: str = ""
    """The branch; empty: the default branch of the repository."""

    checks: tuple[str, ...] = ()
    """The names of checks that have to have passed; without any, every check that a commit has."""

    token: Reference | None = None
    """Who asks: `{env: NAME}` or `{file: PATH}`. Without it `GITHUB_TOKEN`, or nobody."""

    timeout: float = 20.0
    """Seconds for everything together."""

    endpoint: str = "https://api.github.com"
    """Where the interface is: `https://HOST/api/v3` for GitHub Enterprise Server."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        check_url(self.endpoint)
        check_reference(self.token or "")
        if not re.fullmatch(r"[\w.{}-]+/[\w.{}-]+", self.repository):
            raise ValueError("repository is OWNER/NAME")

    def read(self, target: Target, look: Look) -> Reading:
        owner, _, name = fill(self.repository, target).partition("/")
        branch, wanted = fill(self.branch, target), [fill(one, target) for one in self.checks]
        place = f"/repos/{segment(owner)}/{segment(name)}/commits"
        api = _forge.github(self.endpoint, self.timeout, self.token)

        def found() -> Green:
            return newest_green(
                _chain(api, place, branch), lambda commit: _is_green(api, place, commit, wanted)
            )

        whose = f"{shown(owner)}/{shown(name)}, {shown(branch) or 'its default branch'}"
        return reading(look.once((repr(self), place, branch, *wanted), found), whose)


def _chain(api: Api, place: str, branch: str) -> Iterator[str]:
    """The newest commits of a branch, along the first parents."""
    asked = {"per_page": str(_PAGE)} | ({"sha": branch} if branch else {})
    rows = {steps.text(row, "sha"): row for row in _forge.rows(api, place, asked, _HINT)}
    commit = next(iter(rows), "")
    while commit in rows:
        yield commit
        parents = steps.rows(rows[commit], "parents")
        commit = steps.text(parents[0], "sha") if parents else ""


def _is_green(api: Api, place: str, commit: str, wanted: Sequence[str]) -> bool:
    """Whether a commit has passed: all that is asked for; else all that it has, and at least one."""
    said = list(_said(api, f"{place}/{segment(commit)}"))
    if wanted:
        return all({one for name, one in said if name == asked} == {_PASSED} for asked in wanted)
    answers = {one for _, one in said}
    return _PASSED in answers and answers <= {_PASSED, *_NEITHER}


def _said(api: Api, commit: str) -> Iterator[tuple[str, str]]:
    """The name of each check and what it says: of one that has not ended, nothing."""
    for run in _every(api, f"{commit}/check-runs", "check_runs"):
        yield steps.text(run, "name"), steps.text(run, "conclusion")
    for status in _every(api, f"{commit}/status", "statuses"):
        yield steps.text(status, "context"), steps.text(status, "state")


def _every(api: Api, path: str, key: str) -> Iterator[steps.Table]:
    for page in range(1, _MOST_PAGES + 1):
        asked = {"per_page": str(_PAGE), "page": str(page)}
        rows = steps.rows(_forge.table(api, path, asked, _HINT), key)
        yield from rows
        if len(rows) < _PAGE:
            return
    whose = shown(f"{api.base}{path}")
    raise SourceError(Code.SOURCE_ERROR, f"{whose} lists more than {_MOST_PAGES * _PAGE} checks")
