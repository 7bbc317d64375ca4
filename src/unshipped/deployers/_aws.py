"""Amazon Web Services, asked by somebody who may change what runs there."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from unshipped.deployers._images import check_image
from unshipped.deployers._step import check_timeout
from unshipped.http.checks import check_url
from unshipped.platforms.api import REQUEST
from unshipped.platforms.aws import asking
from unshipped.platforms.orders import fill
from unshipped.ports.deploying import Order

if TYPE_CHECKING:
    from unshipped.platforms.by_botocore import Aws

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsSettings:
    """Where in AWS something is deployed, and which image."""

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}

    region: str
    """Where it runs, such as `eu-west-1`. `{service}` and `{environment}` are replaced."""

    image: str
    """The image of a commit. `{service}`, `{environment}` and `{commit}` are replaced. Who asks the registry
    is whoever `docker login` remembers there."""

    profile: str = ""
    """Profile of the AWS configuration, if it is not that of the environment. Placeholders are replaced."""

    registry: str = ""
    """Where the image's registry is asked, where that is not where the image says."""

    timeout: float = 900.0
    """Seconds for one step."""

    endpoint: str = ""
    """Where the interface is, where it is not the region's own."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        check_image(self.image)
        for address in filter(None, (self.endpoint, self.registry)):
            check_url(address)

    def asking(self, service: str, order: Order) -> Callable[..., Any]:
        """Asks for an operation by its name, each time with all of the time of a request."""
        region, profile, kept = fill(self.region, order), fill(self.profile, order), _Kept()

        def ask(operation: str, **parameters: object) -> Any:
            found: Aws = asking(service, region, profile, self.endpoint, REQUEST, kept)
            return found.ask(operation, **parameters)

        return ask


class _Kept:
    """The client of one step: made once."""

    def __init__(self) -> None:
        self._made: dict[Hashable, Any] = {}

    def once(self, key: Hashable, ask: Callable[[], _Answer]) -> _Answer:
        if key not in self._made:
            self._made[key] = ask()
        found: _Answer = self._made[key]
        return found
