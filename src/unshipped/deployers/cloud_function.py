"""Cloud Functions: built from the source that lies in a bucket for each commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from unshipped.core.texts.foreign import shown
from unshipped.deployers._google import GoogleSettings, asking
from unshipped.deployers._step import Waiting, check_share, untouched
from unshipped.errors import DeployError
from unshipped.http.checks import check_url
from unshipped.platforms import steps
from unshipped.platforms.api import Api, segment
from unshipped.platforms.fetch import RefusedError
from unshipped.platforms.orders import fill
from unshipped.ports.deploying import Order, Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudFunctionDeployer(GoogleSettings):
    """Gives a function of the second generation the source of a commit, an archive in Cloud Storage, and
    waits until it was built and serves. Needs `roles/cloudfunctions.developer`, to read the bucket, and
    `roles/iam.serviceAccountUser` on the function's account.
    """

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "project": "shop",
        "region": "europe-west1",
        "source": "gs://shop-builds/{service}/{commit}.zip",
    }

    source: str
    """The archive of a commit, `gs://BUCKET/OBJECT`. `{service}`, `{environment}` and `{commit}` are
    replaced."""

    function: str = "{service}"
    """Name of the function. Placeholders are replaced."""

    storage: str = "https://storage.googleapis.com"
    """Where the interface of Cloud Storage is."""

    def __post_init__(self) -> None:
        GoogleSettings.__post_init__(self)
        check_url(self.storage)
        bucket, _, name = self.source.removeprefix("gs://").partition("/")
        if not self.source.startswith("gs://") or not bucket or "{commit}" not in name:
            raise ValueError("source is gs://BUCKET/OBJECT, whose object names the {commit}")

    @property
    def shares(self) -> bool:
        return False

    def bring(self, order: Order, progress: Progress) -> None:
        check_share(self, order)
        name = fill(self.function, order)
        waiting = Waiting(f"Cloud Function {shown(name)}", self.timeout, progress)
        path = f"/v2/{self.place(order)}/functions/{segment(name)}"
        bucket, _, archive = fill(self.source, order).removeprefix("gs://").partition("/")
        with waiting.looking():
            api = asking(self.endpoint or "https://cloudfunctions.googleapis.com")
            if gone := self.still_has(order.service, order.environment, order.commit):
                raise DeployError(gone)
            found = api.again().get(path)
            if steps.text(found, "environment") == "GEN_1":
                raise DeployError(f"{waiting.whose} is of the first generation, which cannot be deployed so")
        labels = {**steps.texts(found, "labels"), self.label: order.commit}
        source = {"storageSource": {"bucket": bucket, "object": archive}}
        if not _is_of(found, labels, archive):
            progress.say(f"{waiting.whose}: gs://{bucket}/{archive}")
            made = {"labels": labels, "buildConfig": {"source": source}}
            with waiting.changing():
                api.again().send("PATCH", path, made, {"updateMask": "labels,buildConfig.source"})
        waiting.until(lambda: _unfinished(api, path, labels, archive))

    def shift(self, order: Order, progress: Progress) -> None:
        check_share(self, order)
        self.bring(order, progress)

    def still_has(self, service: str, environment: str, commit: str) -> str:
        order = Order("", 0, service, environment, commit)
        bucket, _, archive = fill(self.source, order).removeprefix("gs://").partition("/")
        api = asking(self.storage)
        with untouched():
            try:
                api.get(f"/storage/v1/b/{segment(bucket)}/o/{segment(archive)}")
            except RefusedError as error:
                if error.status == 404:
                    return f"there is no gs://{bucket}/{archive}"
                raise
        return ""


def _is_of(function: object, labels: dict[str, str], archive: str) -> bool:
    """Whether that source is the one that was given last, and did not fail."""
    given = steps.text(function, "buildConfig", "source", "storageSource", "object")
    state = steps.text(function, "state")
    return given == archive and labels == steps.texts(function, "labels") and state != "FAILED"


def _unfinished(api: Api, path: str, labels: dict[str, str], archive: str) -> str:
    found = api.again().get(path)
    state = steps.text(found, "state")
    if state == "FAILED":
        said = " ".join(steps.text(row, "message") for row in steps.rows(found, "stateMessages"))
        raise DeployError(f"it was not built, or does not start{f': {shown(said)}' if said else ''}")
    if state == "ACTIVE" and _is_of(found, labels, archive):
        return ""
    return "it to be built and to serve"
