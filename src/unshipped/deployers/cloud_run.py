"""Cloud Run: a revision by digest that gets no traffic, and then so much of it as it should have."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, ClassVar

from unshipped.core.texts.foreign import shown
from unshipped.deployers._google import GoogleSettings, asking, short
from unshipped.deployers._images import check_image, missing, pinned
from unshipped.deployers._step import Waiting
from unshipped.errors import DeployError
from unshipped.http.checks import check_url
from unshipped.platforms import steps
from unshipped.platforms.api import Api, segment
from unshipped.platforms.orders import fill
from unshipped.ports.deploying import Order, Progress

_TO_REVISION = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
_TO_LATEST = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudRunDeployer(GoogleSettings):
    """Makes a revision of the commit's image, without traffic, and gives it traffic once it is ready.

    A revision of the same commit and image that is still there is used again: that is the way back. Needs
    `roles/run.developer`, `roles/iam.serviceAccountUser` on the service's account, and to read the image.
    """

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "project": "shop",
        "region": "europe-west1",
        "image": "europe-docker.pkg.dev/shop/main/{service}:{commit}",
    }

    image: str
    """The image of a commit. `{service}`, `{environment}` and `{commit}` are replaced."""

    service: str = "{service}"
    """Name of the service in Cloud Run. Placeholders are replaced."""

    container: str = ""
    """Name of the container that gets the image, of a service with several."""

    registry: str = ""
    """Where the image's registry is asked, where that is not where the image says."""

    def __post_init__(self) -> None:
        GoogleSettings.__post_init__(self)
        check_image(self.image)
        if self.registry:
            check_url(self.registry)

    @property
    def shares(self) -> bool:
        return True

    def bring(self, order: Order, progress: Progress) -> None:
        waiting = Waiting(f"Cloud Run, {shown(fill(self.service, order))}", self.timeout, progress)
        with waiting.looking():
            here = self._here(order)
            image = pinned(self.image, order, self.registry)
            service = here.service()
            name = here.made_of(order.commit, image, self.label)
        if not name:
            name = _name(fill(self.service, order), order)
            if short(steps.text(service, "template", "revision")) != name:
                with waiting.looking():
                    made = self._made(service, name, image, order)
                progress.say(f"{name}: {image}")
                with waiting.changing():
                    here.change(service, made, "template,traffic")
            waiting.until(lambda: here.unready(name))
        if order.share:
            self._give(here, name, order, waiting)

    def shift(self, order: Order, progress: Progress) -> None:
        waiting = Waiting(f"Cloud Run, {shown(fill(self.service, order))}", self.timeout, progress)
        with waiting.looking():
            here = self._here(order)
            name = here.made_of(order.commit, "", self.label)
        if not name:
            raise DeployError(f"{waiting.whose} has no revision of {order.commit[:9]} that is ready")
        self._give(here, name, order, waiting)

    def still_has(self, service: str, environment: str, commit: str) -> str:
        return missing(self.image, Order("", 0, service, environment, commit), self.registry)

    def _here(self, order: Order) -> _Service:
        path = f"/v2/{self.place(order)}/services/{segment(fill(self.service, order))}"
        return _Service(asking(self.endpoint or "https://run.googleapis.com"), path)

    def _made(self, service: steps.Table, name: str, image: str, order: Order) -> steps.Table:
        """The service with a template for the revision, and its traffic where it is."""
        template = dict(service.get("template") or {})
        containers = [dict(one) for one in steps.rows(template, "containers")]
        named = (
            [one for one in containers if one.get("name") == self.container] if self.container else containers
        )
        if len(named) != 1:
            raise DeployError(f"the service has {len(containers)} containers: `container` names the one")
        named[0]["image"] = image
        labels = {**steps.texts(template, "labels"), self.label: order.commit}
        made = {**template, "revision": name, "containers": containers, "labels": labels}
        return {"template": made, "traffic": list(_traffic(service))}

    def _give(self, here: _Service, name: str, order: Order, waiting: Waiting) -> None:
        with waiting.looking():
            service = here.service()
            rest = here.rest(service, name, order.before, self.label)
        percent = max(round(order.share * 100), 1)
        tags = [
            {key: value for key, value in row.items() if key != "percent"}
            for row in _traffic(service)
            if row.get("tag")
        ]
        wanted: list[steps.Table] = [{"type": _TO_REVISION, "revision": name, "percent": percent}]
        if percent < 100:
            if not rest:
                raise DeployError(
                    f"{waiting.whose}: nothing is there that could have the rest of the traffic"
                )
            wanted.append({"type": _TO_REVISION, "revision": rest, "percent": 100 - percent})
        elif short(steps.text(service, "latestCreatedRevision")) == name:
            wanted = [{"type": _TO_LATEST, "percent": 100}]  # what is deployed by hand gets traffic again
        labels = steps.texts(service, "labels")
        if percent == 100 and self.label in labels:
            labels[self.label] = order.commit
        if here.shares(service).get(name, 0) != percent or sum(here.shares(service).values()) != 100:
            waiting.progress.say(f"{name}: {percent} % of the traffic")
            with waiting.changing():
                here.change(service, {"traffic": [*wanted, *tags], "labels": labels}, "traffic,labels")
        waiting.until(lambda: here.without(name, percent))


class _Service:
    """One service of Cloud Run."""

    def __init__(self, api: Api, path: str) -> None:
        self._api, self._path = api, path

    def service(self) -> steps.Table:
        found = self._api.again().get(self._path)
        return found if isinstance(found, dict) else {}

    def change(self, service: steps.Table, made: steps.Table, mask: str) -> None:
        """Change it, unless somebody else did meanwhile."""
        etag = {"etag": service["etag"]} if service.get("etag") else {}
        said = self._api.again().send("PATCH", self._path, {**made, **etag}, {"updateMask": mask})
        if error := steps.text(said, "error", "message"):
            raise DeployError(f"Cloud Run refused it: {shown(error)}")

    def revisions(self) -> list[steps.Table]:
        """Those that are still there, newest first."""

        def more(page: object) -> dict[str, str]:
            token = steps.text(page, "nextPageToken")
            return {"pageToken": token} if token else {}

        pages = self._api.again().pages(f"{self._path}/revisions", {"pageSize": "100"}, more)
        found = [row for page in pages for row in steps.rows(page, "revisions")]
        return sorted(found, key=lambda row: steps.text(row, "createTime"), reverse=True)

    def made_of(self, commit: str, image: str, label: str) -> str:
        """The newest revision that is ready and says that it is of that commit, and of that image."""
        for row in self.revisions():
            images = {steps.text(one, "image") for one in steps.rows(row, "containers")}
            if (
                steps.text(row, "labels", label) == commit
                and _state(row)[0]
                and (not image or image in images)
            ):
                return short(steps.text(row, "name"))
        return ""

    def unready(self, name: str) -> str:
        """What a revision is waiting for. Raises `DeployError` where it will not become ready."""
        rows = [row for row in self.revisions() if short(steps.text(row, "name")) == name]
        ready, why = _state(rows[0]) if rows else (None, "")
        if ready is False:
            raise DeployError(f"{name} did not become ready{f': {shown(why)}' if why else ''}")
        return "" if ready else f"{name} to become ready"

    def rest(self, service: steps.Table, name: str, before: str, label: str) -> str:
        """What has the rest of the traffic: of what has any now the revision of a commit, else what has the
        most. Somebody may have deployed another one meanwhile, and what has none may be broken.
        """
        now = {one: percent for one, percent in self.shares(service).items() if one != name}
        labels = {
            short(steps.text(row, "name")): steps.text(row, "labels", label) for row in self.revisions()
        }
        of_before = [one for one in now if before and labels.get(one) == before]
        return of_before[0] if of_before else max(now, key=lambda one: now[one], default="")

    def shares(self, service: steps.Table) -> dict[str, int]:
        found: dict[str, int] = {}
        for row in _traffic(service):
            if percent := int(steps.number(row, "percent")):
                found[row["revision"]] = found.get(row["revision"], 0) + percent
        return found

    def without(self, name: str, percent: int) -> str:
        """What is waited for until a revision has so much of the traffic."""
        service = self.service()
        now = self.shares(service).get(name, 0)
        if now == percent and service.get("reconciling") is not True:
            return ""
        return f"{name} to get {percent} % of the traffic"


def _traffic(service: steps.Table) -> list[steps.Table]:
    """Who has traffic now, each by the name of its revision, and what has a tag."""
    rows = []
    for row in steps.rows(service, "trafficStatuses"):
        name = short(steps.text(row, "revision") or steps.text(service, "latestReadyRevision"))
        kept = {key: row[key] for key in ("percent", "tag") if row.get(key)}
        rows.append({"type": _TO_REVISION, "revision": name, **kept})
    return rows


def _state(revision: steps.Table) -> tuple[bool | None, str]:
    """Whether a revision is ready, or that nobody knows yet; and what is said of it."""
    for condition in steps.rows(revision, "conditions"):
        if condition.get("type") == "Ready":
            states = {"CONDITION_SUCCEEDED": True, "CONDITION_FAILED": False}
            return states.get(steps.text(condition, "state")), steps.text(condition, "message")
    return None, ""


def _name(service: str, order: Order) -> str:
    """The same for every attempt at one step."""
    return f"{service[:49]}-{sha256(order.key.encode()).hexdigest()[:8]}"
