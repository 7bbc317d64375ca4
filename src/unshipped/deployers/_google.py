"""Google Cloud, asked by somebody who may change what runs there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unshipped import google
from unshipped.deployers._step import check_timeout
from unshipped.errors import DeployError
from unshipped.http.checks import check_url
from unshipped.platforms.api import REQUEST, Api, segment
from unshipped.platforms.orders import fill
from unshipped.ports.deploying import Order

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleSettings:
    """Where in Google Cloud something is deployed."""

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}

    project: str
    """Id of the project. `{service}` and `{environment}` are replaced."""

    region: str
    """Where it runs, such as `us-west2`. Placeholders are replaced."""

    label: str = "commit-sha"
    """The label that says which commit runs."""

    timeout: float = 900.0
    """Seconds for one step."""

    endpoint: str = ""
    """Where the interface is, where it is not Google's own."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        if self.endpoint:
            check_url(self.endpoint)

    def place(self, order: Order) -> str:
        project, region = fill(self.project, order), fill(self.region, order)
        return f"projects/{segment(project)}/locations/{segment(region)}"


def asking(endpoint: str) -> Api:
    """An interface of Google Cloud, with who asks. Raises `DeployError`."""
    try:
        headers = google.headers(_SCOPE, REQUEST)
    except google.GoogleError as error:
        raise DeployError(error.message, error.hint) from None
    return Api(base=endpoint.rstrip("/"), timeout=REQUEST, headers=headers)


def short(name: str) -> str:
    return name.rpartition("/")[2]
