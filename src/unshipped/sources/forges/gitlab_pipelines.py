"""GitLab's pipelines: the newest commit of a branch whose pipeline has passed."""

from __future__ import annotations

from collections.abc import Iterator
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

_HINT = "a token needs the scope read_api and the role Reporter in that project, and no more"
_MOST_PAGES, _PAGE = 2, "100"


@dataclass(frozen=True, slots=True, kw_only=True)
class GitlabPipelinesSource:
    """Asks GitLab for the newest landing of a branch whose pipeline has passed, for `expected`.

    Of several pipelines of a commit the newest one counts.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    wished: ClassVar[bool] = True

    project: str
    """Path or number of the project, `GROUP/NAME`. `{service}` and `{environment}` are replaced, here and in
    the next."""

    branch: str = ""
    """The branch; empty: the default branch of the project."""

    token: Reference | None = None
    """Who asks: `{env: NAME}` or `{file: PATH}`. Without it `GITLAB_TOKEN`, or nobody."""

    timeout: float = 20.0
    """Seconds for everything together."""

    endpoint: str = "https://gitlab.com"
    """Address of the installation."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        check_url(self.endpoint)
        check_reference(self.token or "")

    def read(self, target: Target, look: Look) -> Reading:
        project, branch = fill(self.project, target), fill(self.branch, target)
        path = f"/api/v4/projects/{segment(project)}"
        api = _forge.gitlab(self.endpoint, self.timeout, self.token)

        def found() -> Green:
            name = branch or _default(api, path)
            passed = {commit for commit, state in _states(api, path, name).items() if state == "success"}
            return newest_green(_chain(api, path, name), passed.__contains__)

        whose = f"{shown(project)}, {shown(branch) or 'its default branch'}"
        return reading(look.once((repr(self), path, branch), found), whose)


def _default(api: Api, path: str) -> str:
    if found := steps.text(_forge.table(api, path, {}, _HINT), "default_branch"):
        return found
    whose = shown(f"{api.base}{path}")
    raise SourceError(Code.NO_REVISION, f"{whose} has no default branch", "name one as `branch`")


def _chain(api: Api, path: str, branch: str) -> Iterator[str]:
    """The newest commits of a branch, along the first parents."""
    asked = {"ref_name": branch, "first_parent": "true", "per_page": _PAGE}
    for row in _forge.rows(api, f"{path}/repository/commits", asked, _HINT):
        yield steps.text(row, "id")


def _states(api: Api, path: str, branch: str) -> dict[str, str]:
    """How the newest pipeline of each commit stands."""
    asked = {"ref": branch, "order_by": "id", "sort": "desc", "per_page": _PAGE}
    found: dict[str, str] = {}
    for row in _forge.rows(api, f"{path}/pipelines", asked, _HINT, _MOST_PAGES):
        found.setdefault(steps.text(row, "sha"), steps.text(row, "status"))
    return found
