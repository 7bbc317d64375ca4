"""Containers of Docker or Podman: those that run, what their images are, and what they were started with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

from unshipped.core.model import Code, Reading, Revision, Target
from unshipped.errors import SourceError
from unshipped.platforms import steps
from unshipped.platforms.api import Api, segment
from unshipped.platforms.settings import check_no_nul, check_timeout, fill
from unshipped.ports import Look
from unshipped.sources.containers import _configured, _containers, _engine
from unshipped.sources.registry import images
from unshipped.sources.registry.digests import Registries
from unshipped.sources.shared import hearing
from unshipped.sources.shared.parse import shown
from unshipped.sources.shared.rosters import beside

_HINT = "let the build pass --label org.opencontainers.image.revision=$(git rev-parse HEAD)"


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerSource:
    """Asks the Docker Engine, or Podman's service of the same interface: all containers in one list, then
    each that runs and its image. Who may ask could also start containers: let it ask where it runs.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}

    service: str = "{service}"
    """Name of the container, or of the service in Compose or Swarm that it belongs to. `{service}` and
    `{environment}` are replaced, here and in the next."""

    where: dict[str, str] = field(default_factory=dict)
    """Labels that its containers have besides, such as `com.docker.compose.project: shop-{environment}`."""

    host: str = ""
    """Where to ask, `unix:///…`, `tcp://…` or `https://…`; empty: `DOCKER_HOST`, else the usual sockets."""

    labels: tuple[str, ...] = ()
    """Labels that name the commit, in place of the usual ones."""

    variables: tuple[str, ...] = ()
    """Environment variables that name the commit, in place of the usual ones."""

    registry: bool = False
    """Whether to ask the registry, too, which commit the image that runs was built from, by its digest. Who
    asks is whoever `docker login` remembers there."""

    timeout: float = 10.0
    """Seconds for everything together."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        check_no_nul(self.host)
        if self.host:
            _engine.place(self.host)

    def read(self, target: Target, look: Look) -> Reading:
        name = fill(self.service, target)
        host = self.host or _engine.usual()
        api = _engine.asked(host, self.timeout)
        listed = look.once(("docker", host), lambda: _engine.listed(api))
        wanted = {label: fill(value, target) for label, value in self.where.items()}
        own = [row for row in listed if _containers.belongs(row, name, wanted)]
        roster = _containers.roster(host, name, own, listed, wanted)
        with beside(roster):
            found = self._read(api, look, f"{shown(host)}, {shown(name)}", own, len(listed))
            return found._replace(roster=roster)

    def _read(self, api: Api, look: Look, whose: str, own: list[steps.Table], among: int) -> Reading:
        running = [row for row in own if _containers.runs(row)]
        if not own:
            raise SourceError(Code.NOT_FOUND, f"{whose}: no container of that name among {among}")
        if not running:
            raise SourceError(Code.NO_REVISION, f"{whose}: none of {len(own)} containers runs")
        containers = [api.get(f"/containers/{segment(steps.text(row, 'Id'))}/json") for row in running]
        registries = Registries(look, api.end, wanted=self.registry)
        said = [self._said(api, registries, one, 1 / len(containers)) for one in containers]
        tasks = partial(look.once, ("swarm", api.base, self.host), lambda: _engine.tasks(api))
        heard = hearing.heard(_containers.on_this_node(said, running, tasks), whose, _HINT)
        settings = tuple(_configured.of_container(_name(one), one) for one in containers)
        return Reading(heard, (*_containers.unwell(containers), *registries.remarks), settings=settings)

    def _said(
        self, api: Api, registries: Registries, container: object, share: float
    ) -> tuple[hearing.Part, list[Revision]]:
        part = hearing.Part(_name(container), share, steps.moment(container, "Created"))
        image = api.get(f"/images/{segment(steps.text(container, 'Image'))}/json")
        name = steps.text(container, "Config", "Image")
        own = list(self._words(part, container, image))
        built = {word.text for word in self._of_image(part, image)}.intersection(word.text for word in own)
        return part, registries.beside(part, own, _containers.digests(image, name), "" if built else name)

    def _of_image(self, part: hearing.Part, image: object) -> Iterator[Revision]:
        """What the image itself says, whatever its containers are started with."""
        yield from images.of_labels(part, steps.texts(image, "Config", "Labels"), self.labels)
        yield from hearing.of_variables(part, _configured.variables(image), self.variables)

    def _words(self, part: hearing.Part, container: object, image: object) -> Iterator[Revision]:
        """What the image has, a container has too: only what it was given besides is a word of its own."""
        built, started = (steps.texts(one, "Config", "Labels") for one in (image, container))
        of_image = list(images.of_labels(part, built, self.labels))
        yield from (word._replace(said_by=f"{word.said_by} of the image") for word in of_image)
        yield from images.of_labels(part, dict(started.items() - built.items()), self.labels)
        yield from hearing.of_variables(part, _configured.variables(container), self.variables)
        yield from hearing.of_image(part, steps.text(container, "Config", "Image"))


def _name(container: object) -> str:
    return steps.text(container, "Name").lstrip("/") or steps.text(container, "Id")[:12]
