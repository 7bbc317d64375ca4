"""Docker or Podman compose: one service of a project, made anew with the commit's image by its digest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from unshipped.deployers._images import check_image, missing, pinned
from unshipped.deployers._programs import Program, followed, run
from unshipped.deployers._step import check_share, check_timeout, untouched
from unshipped.http.checks import check_url
from unshipped.platforms.orders import fill, variables
from unshipped.platforms.settings import check_no_nul
from unshipped.ports.deploying import Order, Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeDeployer:
    """Runs `docker compose up` for one service and waits until it is healthy. The file of the project says
    `image: ${UNSHIPPED_IMAGE}` there, the commit's image by its digest; `UNSHIPPED_COMMIT` is set, too.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    relative: ClassVar[str] = "state"
    EXAMPLE: ClassVar[dict[str, Any]] = {"image": "registry.example.com/shop/{service}:{commit}"}

    image: str
    """The image of a commit. `{service}`, `{environment}` and `{commit}` are replaced, here and in all that
    follows."""

    service: str = "{service}"
    """Name of the service in the file of the project."""

    project: str = ""
    """Name of the project; by default what compose makes of its folder."""

    files: tuple[str, ...] = ()
    """Files of the project; by default those that compose finds."""

    cwd: str = ""
    """Folder of the project; by default where the configuration lies."""

    program: Literal["docker", "podman", "podman-compose"] = "docker"
    """Whose compose it is: `docker compose`, `podman compose`, or the program `podman-compose`."""

    wait: bool = True
    """Whether it is waited for until it runs and is healthy; `podman compose` may not know how."""

    registry: str = ""
    """Where the image's registry is asked, where that is not where the image says."""

    timeout: float = 600.0
    """Seconds for one step."""

    grace: float = 10.0
    """Seconds between being asked to end (SIGTERM) and being ended (SIGKILL)."""

    state: str = ""
    """Folder where it is kept what runs, relative to the configuration file; empty:
    `~/.local/state/unshipped/commands`."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        check_image(self.image)
        check_no_nul(self.service, self.project, self.cwd, *self.files)
        if self.registry:
            check_url(self.registry)

    @property
    def shares(self) -> bool:
        return False

    def bring(self, order: Order, progress: Progress) -> None:
        check_share(self, order)
        compose = [self.program] if self.program == "podman-compose" else [self.program, "compose"]
        words = [*compose, *(f"--file={fill(file, order)}" for file in self.files)]
        words += [f"--project-name={fill(self.project, order)}"] if self.project else []
        words += ["up", "--detach", "--no-deps", *(["--wait"] if self.wait else [])]
        program = Program(
            words=[*words, fill(self.service, order)],
            key=order.key,
            timeout=self.timeout,
            grace=self.grace,
            cwd=fill(self.cwd, order),
            state=self.state,
        )
        ended = followed(program, progress)
        if ended is None:
            with untouched():
                image = pinned(self.image, order, self.registry)
            progress.say(f"compose: {image}")
            variable = {**variables(order), "UNSHIPPED_IMAGE": image}
            ended = run(replace(program, variables=variable), progress)
        ended.check(" ".join(compose), self.timeout)

    def shift(self, order: Order, progress: Progress) -> None:
        check_share(self, order)
        self.bring(order, progress)

    def still_has(self, service: str, environment: str, commit: str) -> str:
        return missing(self.image, Order("", 0, service, environment, commit), self.registry)
