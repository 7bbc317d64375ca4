"""What every kind of AWS can be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from unshipped.core.model import Target
from unshipped.http.checks import check_url
from unshipped.platforms.aws import asking
from unshipped.platforms.settings import check_timeout, fill
from unshipped.ports import Look

if TYPE_CHECKING:
    from unshipped.platforms.by_botocore import Aws


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsSettings:
    """Where in AWS something runs, who asks, and what of it names the commit."""

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}

    region: str
    """Where it runs, such as `eu-west-1`. `{service}` and `{environment}` are replaced."""

    profile: str = ""
    """Profile of the AWS configuration, if it is not that of the environment. Placeholders are replaced."""

    labels: tuple[str, ...] = ()
    """Tags and Docker labels that name the commit, in place of the usual ones."""

    variables: tuple[str, ...] = ()
    """Environment variables that name the commit, in place of the usual ones."""

    registry: bool = False
    """Whether to ask the registry, too, which commit the image that runs was built from, by its digest. Who
    asks is whoever `docker login` remembers there."""

    timeout: float = 20.0
    """Seconds for everything together."""

    endpoint: str = ""
    """Where the interface is, where it is not the region's own."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        if self.endpoint:
            check_url(self.endpoint)

    def asking(self, service: str, target: Target, look: Look) -> Aws:
        """The interface of a service of AWS. Raises `SourceError`."""
        region, profile = fill(self.region, target), fill(self.profile, target)
        return asking(service, region, profile, self.endpoint, self.timeout, look)
