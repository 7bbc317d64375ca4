"""GitHub Actions: a workflow that deploys, and the run of it that was asked for."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar

from unshipped.core.texts.foreign import shown
from unshipped.deployers._step import Waiting, check_share, check_timeout, untouched
from unshipped.errors import DeployError
from unshipped.http.checks import check_url
from unshipped.platforms import steps
from unshipped.platforms.api import REQUEST, Api, segment
from unshipped.platforms.fetch import RefusedError
from unshipped.platforms.orders import fill
from unshipped.platforms.settings import token
from unshipped.ports.deploying import Order, Progress
from unshipped.secrets import Reference, check_reference

_ENDING = 60.0
"""Seconds for a run to be listed where its start was not answered, and for one to be listed and to have ended
where nobody waits for it any more.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GithubDeployer:
    """Starts a workflow by `workflow_dispatch` and waits for its run, which is ended where the step is. The
    workflow has an input `order` and `run-name: ${{ inputs.order }}`, by which its run is known. The token
    needs to write actions of the repository, and to read its contents.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    EXAMPLE: ClassVar[dict[str, Any]] = {
        "repository": "acme/shop",
        "workflow": "deploy.yml",
        "token": {"env": "GITHUB_TOKEN"},
    }

    repository: str
    """`OWNER/NAME`. `{service}` and `{environment}` are replaced, here and in the next two."""

    workflow: str
    """File of the workflow below `.github/workflows`."""

    token: Reference
    """Who asks: `{env: NAME}` or `{file: PATH}`."""

    ref: str = "main"
    """The branch or tag whose workflow is run; what it deploys is told in its inputs."""

    inputs: dict[str, str] = field(default_factory=lambda: {"service": "{service}", "commit": "{commit}"})
    """The inputs besides `order`. `{service}`, `{environment}` and `{commit}` are replaced."""

    timeout: float = 1800.0
    """Seconds for one step."""

    endpoint: str = "https://api.github.com"
    """Where the interface is: `https://HOST/api/v3` for GitHub Enterprise Server."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        check_url(self.endpoint)
        check_reference(self.token)
        if not re.fullmatch(r"[\w.{}-]+/[\w.{}-]+", self.repository):
            raise ValueError("repository is OWNER/NAME")

    @property
    def shares(self) -> bool:
        return False

    def bring(self, order: Order, progress: Progress) -> None:
        check_share(self, order)
        key, file = order.key, fill(self.workflow, order)
        waiting = Waiting(f"workflow {shown(file)}", self.timeout, progress)
        path = f"{self._repository(order)}/actions/workflows/{segment(file)}"
        with waiting.looking():
            api = self._api()
            run = _run(api, path, key)
        try:
            if not run:
                self._begin(api, order, path, waiting)
            waiting.until(lambda: _unfinished(_run(api, path, key)), pause=5)
        except DeployError as error:
            if not error.certain:
                self._end(api, order, path, Waiting(waiting.whose, _ENDING, _Deaf(progress)))
            raise

    def shift(self, order: Order, progress: Progress) -> None:
        check_share(self, order)
        self.bring(order, progress)

    def still_has(self, service: str, environment: str, commit: str) -> str:
        order = Order("", 0, service, environment, commit)
        with untouched():
            try:
                self._api().get(f"{self._repository(order)}/commits/{segment(commit)}")
            except RefusedError as error:
                if error.status in (404, 422):
                    return f"{shown(fill(self.repository, order))} has no commit {commit[:9]}"
                raise
        return ""

    def _begin(self, api: Api, order: Order, path: str, waiting: Waiting) -> None:
        """Start a run. Where the answer is lost there may be one all the same: it is looked for."""
        inputs = {name: fill(value, order) for name, value in self.inputs.items()}
        try:
            with waiting.changing():
                waiting.progress.say(f"{waiting.whose}: started as {order.key}")
                asked = {"ref": fill(self.ref, order), "inputs": {**inputs, "order": order.key}}
                api.again().send("POST", f"{path}/dispatches", asked)
        except DeployError as error:
            if error.certain or error.early:
                raise
            waiting.progress.say(error.message)
            listed = Waiting(waiting.whose, _ENDING, waiting.progress)
            listed.until(lambda: "" if _run(api, path, order.key) else "its run to begin")

    def _end(self, api: Api, order: Order, path: str, waiting: Waiting) -> None:
        """Nobody waits for its run any more: it is not to deploy behind anybody's back, also where GitHub
        lists it only later.
        """
        asked = False

        def left() -> str:
            nonlocal asked
            run = _run(api, path, order.key)
            if not run:
                return "its run to begin, so that it can be ended"
            if run.get("status") == "completed":
                return ""
            if not asked:
                number = f"{steps.number(run, 'id'):.0f}"
                api.again().send("POST", f"{self._repository(order)}/actions/runs/{number}/cancel")
                asked = True
            return "its run to end"

        with suppress(DeployError):  # what was waited for in vain before says more
            waiting.until(left)

    def _repository(self, order: Order) -> str:
        owner, _, name = fill(self.repository, order).partition("/")
        return f"/repos/{segment(owner)}/{segment(name)}"

    def _api(self) -> Api:
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token(self.token, '')}",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        return Api(base=self.endpoint.rstrip("/"), timeout=REQUEST, headers=headers)


@dataclass(frozen=True, slots=True)
class _Deaf:
    """Whoever ends what is under way is not to be ended by the same wish."""

    progress: Progress

    def say(self, line: str) -> None:
        self.progress.say(line)

    def cancelled(self) -> bool:
        return False


def _run(api: Api, path: str, key: str) -> steps.Table:
    """The run by that name, among the newest hundred; nothing where it is not there yet."""
    found = api.again().get(f"{path}/runs", {"event": "workflow_dispatch", "per_page": "100"})
    return next((row for row in steps.rows(found, "workflow_runs") if row.get("display_title") == key), {})


def _unfinished(run: steps.Table) -> str:
    if not run:
        return "its run to begin"
    if run.get("status") != "completed":
        return f"its run, which is {shown(steps.text(run, 'status'))}"
    conclusion = steps.text(run, "conclusion")
    if conclusion != "success":
        where = shown(steps.text(run, "html_url"))
        certain = conclusion not in ("cancelled", "timed_out")
        raise DeployError(f"its run ended as {shown(conclusion)}: {where}", certain=certain)
    return ""
