"""GitLab's deployments to an environment: the one that succeeded last, and what was tried since."""

from __future__ import annotations

from collections.abc import Iterator
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
        live = _newest(api, path, environment, {"status": "success", "order_by": "finished_at"})
        if not live:
            raise SourceError(Code.NO_REVISION, f"{whose} has no deployment that succeeded")
        who = _who(live)
        part = hearing.Part(environment, since=steps.moment(live, "created_at"))
        said = hearing.word(part, revision(steps.text(live, "sha"), f"{whose}, {who}"), who, weak=True)
        return Reading((said,), tuple(_remarks(live, _newest(api, path, environment, {"order_by": "id"}))))


def _named(api: Api, path: str, environment: str) -> Iterator[tuple[str, steps.Table]]:
    for row in _forge.rows(api, f"{path}/environments", {"name": environment}, _HINT):
        yield steps.text(row, "name"), row


def _newest(api: Api, path: str, environment: str, query: dict[str, str]) -> steps.Table:
    """The first of a list of deployments; nothing where there is none."""
    asked = {"environment": environment, "sort": "desc", "per_page": "1", **query}
    return next(_forge.rows(api, f"{path}/deployments", asked, _HINT), {})


def _who(deployment: steps.Table) -> str:
    return f"deployment {steps.number(deployment, 'iid'):.0f}"


def _remarks(live: steps.Table, latest: steps.Table) -> Iterator[Remark]:
    """What was tried after that which is live."""
    if steps.number(latest, "iid") <= steps.number(live, "iid"):
        return
    state = steps.text(latest, "status")
    message = f"{_who(latest)} of {shown(steps.text(latest, 'sha'))[:12]} is {shown(state)}"
    if state in ("created", "running", "blocked"):
        yield Remark(Sign.CONVERGING, message, steps.moment(latest, "created_at"))
    elif state in ("failed", "canceled"):
        yield Remark(Sign.LATEST_NOT_READY, message)
