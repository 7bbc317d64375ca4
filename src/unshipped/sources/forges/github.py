"""GitHub's Deployments: the newest that succeeded, by when it did; and what was tried since."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import ClassVar

from unshipped.core.model import Code, Reading, Target
from unshipped.errors import SourceError
from unshipped.http.checks import check_url
from unshipped.platforms import steps
from unshipped.platforms.api import segment
from unshipped.platforms.settings import check_timeout, fill
from unshipped.ports import Look
from unshipped.secrets import Reference, check_reference
from unshipped.sources.forges import _forge
from unshipped.sources.forges._deployments import attempts, payload, remarks, succeeded
from unshipped.sources.shared import hearing
from unshipped.sources.shared.parse import revision, shown

_HINT = "a token needs to read deployments of that repository, and no more"
_INACTIVE = (
    "a newer deployment of anything to that environment makes others inactive, unless it is sent with "
    "`auto_inactive: false`: give each service an environment of its own"
)
_WAITING = "`concurrency` of a workflow keeps few of them: one that waits for an approval, and one behind it"
_MOST_PAGES, _PAGE = 5, 100
_MOST = _MOST_PAGES * _PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class GithubSource:
    """Asks GitHub which deployment to an environment succeeded last, by the time of its status.

    What a workflow wrote of itself is a claim about an attempt, so it is weak.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}

    repository: str
    """`OWNER/NAME`. `{service}` and `{environment}` are replaced, here and in the next four."""

    environment: str = "{environment}"
    """Name of the environment at GitHub, such as `{service}-{environment}`."""

    task: str = ""
    """The task that a deployment is of, such as `deploy:{service}`; empty: any."""

    ref: str = ""
    """The branch or tag that was deployed; empty: any."""

    payload: dict[str, str] = field(default_factory=dict)
    """What the payload of a deployment holds, such as `service: "{service}"`."""

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
        environment = fill(self.environment, target)
        path = f"/repos/{segment(owner)}/{segment(name)}/deployments"
        query = {"environment": environment, "task": fill(self.task, target), "ref": fill(self.ref, target)}
        asked = {"per_page": str(_PAGE), **{key: value for key, value in query.items() if value}}
        api = _forge.github(self.endpoint, self.timeout, self.token)
        listed = look.once(
            (repr(self), path, *asked.items()), lambda: [*_forge.rows(api, path, asked, _HINT, _MOST_PAGES)]
        )
        wanted = {key: fill(value, target) for key, value in self.payload.items()}
        own = [row for row in listed if wanted.items() <= payload(row).items()]
        whose = f"{shown(owner)}/{shown(name)}, environment {shown(environment)}"
        if not own and len(listed) >= _MOST:
            message = (
                f"{whose} has no such deployment among the newest {len(listed)}, and older ones are not read"
            )
            raise SourceError(Code.SOURCE_ERROR, message, "`environment`, `task` or `ref` can choose fewer")
        if not own:
            raise SourceError(Code.NOT_FOUND, f"{whose} has no such deployment", _HINT)
        numbers = tuple(str(row.get("id")) for row in own)
        tried = look.once((repr(self), path, numbers), lambda: attempts(api, path, own, _HINT))
        live = succeeded(tried)
        if live is None:
            message = f"{whose}: none of the newest {len(tried)} deployments stands as a success"
            hint = _INACTIVE if any(one.state == "inactive" for one in tried) else ""
            if len(tried) < len(own):
                message += f", and of {len(own)} no more are looked into"
                raise SourceError(Code.SOURCE_ERROR, message, hint or _WAITING)
            raise SourceError(Code.NO_REVISION, message, hint)
        said = revision(steps.text(live.deployment, "sha"), f"{whose}, {live.name}")
        part = hearing.Part(environment, since=steps.moment(live.deployment, "created_at"))
        return Reading((hearing.word(part, said, live.name, weak=True),), tuple(remarks(live, tried)))
