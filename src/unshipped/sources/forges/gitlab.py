"""GitLab's deployments to an environment: the one that succeeded last, and what was tried since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from unshipped.core.model import Code, Reading, Remark, Sign, Target
from unshipped.errors import SourceError
from unshipped.http.checks import check_url
from unshipped.platforms import steps
from unshipped.platforms.api import Api, segment
from unshipped.platforms.settings import check_timeout, fill
from unshipped.ports import Look
from unshipped.secrets import Reference, check_reference
from unshipped.sources.forges import _forge
from unshipped.sources.shared import hearing
from unshipped.sources.shared.parse import revision, shown

_HINT = "a token needs the scope read_api and the role Reporter in that project, and no more"
_FEW = "50"
_TRIED = frozenset({"running", "failed", "canceled"})
"""Others were not begun: a pipeline writes them down, also for a job that waits to be started by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GitlabSource:
    """Asks GitLab which deployment to an environment succeeded last, by when it finished.

    What a pipeline wrote of itself is a claim about an attempt, so it is weak.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}

    project: str
    """Path or number of the project, `GROUP/NAME`. `{service}` and `{environment}` are replaced, here and in
    the next."""

    environment: str = "{environment}"
    """Name of the environment at GitLab, such as `{environment}/{service}`."""

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
        project, environment = fill(self.project, target), fill(self.environment, target)
        whose = f"{shown(project)}, environment {shown(environment)}"
        path = f"/api/v4/projects/{segment(project)}"
        api = _forge.gitlab(self.endpoint, self.timeout, self.token)
        known = dict(_named(api, path, environment))
        if environment not in known:
            raise SourceError(Code.NOT_FOUND, f"{whose} does not exist", _HINT)
        if steps.text(known[environment], "state") == "stopped":
            raise SourceError(Code.NO_REVISION, f"{whose} is stopped")
        live = _finished(api, path, environment)
        if not live:
            raise SourceError(Code.NO_REVISION, f"{whose} has no deployment that succeeded")
        who = _who(live)
        part = hearing.Part(environment, since=steps.moment(live, "created_at"))
        said = hearing.word(part, revision(steps.text(live, "sha"), f"{whose}, {who}"), who, weak=True)
        newest = _deployments(api, path, environment, {"order_by": "id", "per_page": _FEW})
        return Reading((said,), tuple(_remarks(live, newest)))


def _named(api: Api, path: str, environment: str) -> Iterator[tuple[str, steps.Table]]:
    for row in _forge.rows(api, f"{path}/environments", {"name": environment}, _HINT):
        yield steps.text(row, "name"), row


def _deployments(api: Api, path: str, environment: str, query: dict[str, str]) -> Iterator[steps.Table]:
    asked = {"environment": environment, "sort": "desc", **query}
    return _forge.rows(api, f"{path}/deployments", asked, _HINT)


def _finished(api: Api, path: str, environment: str) -> steps.Table:
    """The one that succeeded last; nothing where none did."""
    query = {"status": "success", "order_by": "finished_at", "per_page": "1"}
    return next(_deployments(api, path, environment, query), {})


def _who(deployment: steps.Table) -> str:
    return f"deployment {steps.number(deployment, 'iid'):.0f}"


def _remarks(live: steps.Table, listed: Iterable[steps.Table]) -> Iterator[Remark]:
    """What was tried after that which is live, the newest of it; and what waits for an approval."""
    later = [one for one in listed if steps.number(one, "iid") > steps.number(live, "iid")]
    for one in [one for one in later if steps.text(one, "status") in _TRIED][:1]:
        sign = Sign.CONVERGING if one["status"] == "running" else Sign.LATEST_NOT_READY
        since = steps.moment(one, "updated_at") if sign is Sign.CONVERGING else None
        yield Remark(sign, f"{_told(one)} is {one['status']}", since)
    for one in [one for one in later if one.get("status") == "blocked"][:1]:
        yield Remark(Sign.LATEST_WITHOUT_TRAFFIC, f"{_told(one)} waits for an approval")


def _told(deployment: steps.Table) -> str:
    return f"{_who(deployment)} of {shown(steps.text(deployment, 'sha'))[:12]}"
