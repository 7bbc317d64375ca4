"""What every kind of Google Cloud can be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unshipped.core.model import Target
from unshipped.http.checks import check_url
from unshipped.platforms.api import segment
from unshipped.platforms.settings import check_timeout, fill

RUN = "https://run.googleapis.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleSettings:
    """Where in Google Cloud something runs, and what of it names the commit."""

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}

    project: str
    """Id of the project. `{service}` and `{environment}` are replaced."""

    region: str
    """Where it runs, such as `us-west2`. Placeholders are replaced."""

    labels: tuple[str, ...] = ()
    """Labels that name the commit, in place of the usual ones."""

    variables: tuple[str, ...] = ()
    """Environment variables that name the commit, in place of the usual ones."""

    registry: bool = False
    """Whether to ask the registry, too, which commit the image that runs was built from, by its digest. Who
    asks is whoever `docker login` remembers there."""

    timeout: float = 20.0
    """Seconds for everything together."""

    endpoint: str = RUN
    """Where the interface is."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        check_url(self.endpoint)

    def place(self, target: Target) -> str:
        project, region = fill(self.project, target), fill(self.region, target)
        return f"projects/{segment(project)}/locations/{segment(region)}"
