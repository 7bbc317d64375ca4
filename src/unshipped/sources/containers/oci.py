"""An image in a registry: what its labels, its annotations and its build's attestation say that it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unshipped.core.model import Code, Reading, Revision, Target
from unshipped.errors import SourceError
from unshipped.http.checks import check_url
from unshipped.platforms.logins import Login, remembered
from unshipped.platforms.registry import Image, Registry
from unshipped.platforms.registry import image as parsed
from unshipped.platforms.settings import check_no_nul, check_timeout, fill
from unshipped.ports import Look
from unshipped.secrets import Reference, check_reference, text_of
from unshipped.sources.registry import images
from unshipped.sources.shared import hearing
from unshipped.sources.shared.parse import shown

_HINT = "let the build pass --label org.opencontainers.image.revision=$(git rev-parse HEAD)"


@dataclass(frozen=True, slots=True, kw_only=True)
class OciSource:
    """Asks a container registry which commit an image was built from.

    All that is said here is weak: a registry knows what was pushed, not what was pulled and started. Who asks
    is nobody, then whoever `docker login` or `podman login` remembers.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}

    image: str
    """The image, such as `registry.example.com/shop/{service}:{environment}`, or with `@sha256:…`.
    `{service}` and `{environment}` are replaced."""

    platform: str = ""
    """Which of several platforms runs, such as `linux/amd64`; empty: all are read, and must agree."""

    labels: tuple[str, ...] = ()
    """Labels and annotations that name the commit, in place of the usual ones."""

    username: str | Reference = ""
    """Who asks, in place of whoever is logged in."""

    password: Reference | None = None
    """The password or token that goes with it: `{env: NAME}` or `{file: PATH}`."""

    timeout: float = 20.0
    """Seconds for everything together."""

    endpoint: str = ""
    """Where the registry is, if not at `https://` and the first part of the image: a mirror."""

    ca_file: str = ""
    """File with the certificate authorities (PEM) to trust in place of the system's."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        check_no_nul(self.ca_file)
        check_reference(self.username, self.password or "")
        if bool(self.username) != bool(self.password):
            raise ValueError("username and password go together")
        if self.endpoint:
            check_url(self.endpoint)
        parsed(self.image.replace("{service}", "a").replace("{environment}", "a"))

    def read(self, target: Target, look: Look) -> Reading:
        reference = fill(self.image, target)
        try:
            image = parsed(reference)
        except ValueError:
            raise SourceError(Code.SOURCE_ERROR, f"{shown(reference)} is no reference of an image") from None
        found = look.once((repr(self), image), lambda: self._found(image))
        if not found:
            raise SourceError(Code.NO_REVISION, f"{image} says nowhere which commit it is", _HINT)
        return Reading(tuple(word._replace(weak=True) for word in found))

    def _found(self, image: Image) -> tuple[Revision, ...]:
        registry = Registry(
            image, self.timeout, lambda seconds: self._login(image, seconds), self.endpoint, self.ca_file
        )
        return images.words(registry, hearing.Part(str(image)), self.platform, self.labels)

    def _login(self, image: Image, seconds: float) -> Login | None:
        if self.password:
            return Login(text_of(self.username), text_of(self.password))
        # What is remembered for one registry is not told to a mirror of it.
        host = self.endpoint.partition("://")[2].partition("/")[0] if self.endpoint else image.registry
        return remembered(host, image.name, seconds)
