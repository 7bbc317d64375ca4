"""Argo CD: a sync to the commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from unshipped.core.texts.foreign import shown
from unshipped.deployers._step import Waiting, check_share, check_timeout, untouched
from unshipped.errors import DeployError
from unshipped.http.checks import check_url
from unshipped.platforms import steps
from unshipped.platforms.api import REQUEST, Api, segment
from unshipped.platforms.fetch import RefusedError
from unshipped.platforms.orders import fill
from unshipped.platforms.settings import check_no_nul, token
from unshipped.ports.deploying import Order, Progress
from unshipped.secrets import Reference, check_reference

_WHOSE = "unshipped"
"""The name under which a sync says whose it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgocdDeployer:
    """Asks Argo CD to sync an application to the commit, where the code and its manifests are one repository,
    and waits until it is healthy. One that syncs by itself is refused: it would undo a way back. The token
    needs `applications, get` and `applications, sync`.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    EXAMPLE: ClassVar[dict[str, Any]] = {
        "url": "https://argocd.example.com",
        "token": {"env": "ARGOCD_TOKEN"},
    }

    url: str
    """Address of Argo CD."""

    token: Reference
    """Who asks: `{env: NAME}` or `{file: PATH}`."""

    application: str = "{service}"
    """Name of the application. `{service}` and `{environment}` are replaced, here and in the next."""

    namespace: str = ""
    """Where the application is, where that is not Argo CD's own."""

    prune: bool = False
    """Whether what the commit has no longer is taken away."""

    timeout: float = 900.0
    """Seconds for one step."""

    ca_file: str = ""
    """File with the certificate authorities (PEM) to trust in place of the system's."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        check_url(self.url)
        check_reference(self.token)
        check_no_nul(self.ca_file)

    @property
    def shares(self) -> bool:
        return False

    def bring(self, order: Order, progress: Progress) -> None:
        check_share(self, order)
        name = fill(self.application, order)
        waiting = Waiting(f"application {shown(name)}", self.timeout, progress)
        path, query = f"/api/v1/applications/{segment(name)}", self._query(order)
        with waiting.looking():
            api = self._api()
            found = api.again().get(path, query)
            if steps.at(found, "spec", "syncPolicy", "automated") is not None:
                message = f"{waiting.whose} syncs by itself, which would undo a way back"
                hint = "take `syncPolicy.automated` out of it, or let Argo CD deploy alone"
                raise DeployError(message, hint)
        if not _asked(found, order):
            with waiting.looking():
                waiting.until(lambda: self._occupied(api, path, query, order))
            progress.say(f"{waiting.whose}: {order.commit}")
            made = {
                "revision": order.commit,
                "prune": self.prune,
                "infos": [{"name": _WHOSE, "value": order.key}],
                "appNamespace": query.get("appNamespace", ""),
            }
            with waiting.changing():
                api.again().send("POST", f"{path}/sync", {key: one for key, one in made.items() if one != ""})
        waiting.until(lambda: _unfinished(_looked_at(api, path, query), order.commit))

    def shift(self, order: Order, progress: Progress) -> None:
        check_share(self, order)
        self.bring(order, progress)

    def still_has(self, service: str, environment: str, commit: str) -> str:
        order = Order("", 0, service, environment, commit)
        name = fill(self.application, order)
        path = f"/api/v1/applications/{segment(name)}/revisions/{segment(commit)}/metadata"
        with untouched():
            try:
                self._api().get(path, self._query(order))
            except RefusedError as error:
                if error.status in (400, 404):
                    return f"Argo CD finds no commit {commit[:9]} in the repository of {shown(name)}"
                raise
        return ""

    def _occupied(self, api: Api, path: str, query: dict[str, str], order: Order) -> str:
        """What sync is under way: Argo CD refuses a second one. That of what this rollout brought is ended
        where it is taken back, and one to what serves anyway, or is to, is let end; any other one is
        somebody else's deploy.
        """
        found = api.again().get(path, query)
        last = steps.at(found, "status", "operationState")
        running = steps.text(last, "phase") in ("Running", "Terminating")
        under_way = found if steps.at(found, "operation") is not None else last if running else None
        if under_way is None:
            return ""
        to = steps.text(under_way, "operation", "sync", "revision")
        if to not in (order.before or order.commit, order.commit):
            what = f"a sync{f' to {shown(to[:9])}' if to else ''} is under way, which somebody else began"
            raise DeployError(what, early=True)
        if order.back and to == order.before and steps.text(last, "phase") == "Running":
            self._end(api, path, query)
        return f"the sync to {to[:9]} to end"

    def _end(self, api: Api, path: str, query: dict[str, str]) -> None:
        try:
            api.again().send("DELETE", f"{path}/operation", query=query)
        except RefusedError as error:
            if error.status in (401, 403):
                raise DeployError(error.message, error.hint) from None
            raise  # it has ended meanwhile: that is looked at again

    def _query(self, order: Order) -> dict[str, str]:
        return {"appNamespace": fill(self.namespace, order)} if self.namespace else {}

    def _api(self) -> Api:
        headers = {"Authorization": f"Bearer {token(self.token, '')}"}
        return Api(base=self.url.rstrip("/"), timeout=REQUEST, headers=headers, ca_file=self.ca_file)


def _asked(found: object, order: Order) -> bool:
    """Whether the last sync is that of this order, and did not fail; or one that is asked for now is. One to
    the same commit may be long ago, or of a part of it, and something else was brought by hand since.
    """
    last = steps.at(found, "status", "operationState")
    under_way = steps.text(last, "phase") in ("Running", "Succeeded")
    rows = steps.rows(found, "operation", "info")
    rows += steps.rows(last, "operation", "info") if under_way else []
    return {"name": _WHOSE, "value": order.key} in rows


def _looked_at(api: Api, path: str, query: dict[str, str]) -> object:
    """The application; asked to look anew where it did not since its sync has ended."""
    found = api.again().get(path, query)
    return api.again().get(path, {**query, "refresh": "normal"}) if _outdated(found) else found


def _outdated(found: object) -> bool:
    """Whether the health is that from before the sync: its end is written down before it is looked at."""
    ended = steps.moment(found, "status", "operationState", "finishedAt")
    looked = steps.moment(found, "status", "reconciledAt")
    return ended is not None and (looked is None or looked < ended)


def _unfinished(found: object, commit: str) -> str:
    if steps.at(found, "operation") is not None:
        return "its sync to begin"
    last = steps.at(found, "status", "operationState")
    to = steps.text(last, "operation", "sync", "revision") or steps.text(last, "syncResult", "revision")
    phase, why = steps.text(last, "phase"), shown(steps.text(last, "message"))
    if to != commit:
        raise DeployError("somebody synced it to something else meanwhile", certain=False)
    if phase in ("Failed", "Error"):
        raise DeployError(f"the sync {phase.lower()}{f': {why}' if why else ''}")
    if phase != "Succeeded":
        return "its sync to end"
    if _outdated(found):
        return "its health to be looked at after the sync"
    health = steps.text(found, "status", "health", "status")
    if health == "Degraded":
        raise DeployError(f"it is degraded: {shown(steps.text(found, 'status', 'health', 'message'))}")
    return "" if health in ("Healthy", "") else f"it to be healthy, which is {shown(health)}"
