"""Helm: an upgrade of a release, with the commit's image by its digest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from unshipped.core.texts.foreign import shown
from unshipped.deployers._images import check_image, missing, pinned
from unshipped.deployers._programs import Program, followed, run
from unshipped.deployers._step import check_share, check_timeout, untouched
from unshipped.errors import DeployError
from unshipped.http.checks import check_url
from unshipped.platforms.orders import fill, variables
from unshipped.platforms.settings import check_no_nul
from unshipped.ports.deploying import Order, Progress

_SPARE = 10
"""Seconds that helm ends earlier than it has to: it says better than we could what it waited for."""
_OCCUPIED = "another operation (install/upgrade/rollback) is in progress"
"""With these words helm refuses, and has asked for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelmDeployer:
    """Runs `helm upgrade` with the values of the release that there is, but for those that say the image, and
    waits until what it made is ready. Rolling back is left to the rollout: it is an upgrade, too.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    relative: ClassVar[str] = "state"
    EXAMPLE: ClassVar[dict[str, Any]] = {
        "chart": "./charts/{service}",
        "image": "registry.example.com/shop/{service}:{commit}",
        "values": {"image.digest": "{digest}"},
    }

    chart: str
    """The chart: a folder or an address. `{service}`, `{environment}` and `{commit}` are replaced, here and
    in all that follows."""

    image: str
    """The image of a commit."""

    values: dict[str, str]
    """The values that say the image, such as `image.digest: "{digest}"`. `{image}` is the whole of it."""

    release: str = "{service}"
    """Name of the release."""

    namespace: str = ""
    """Where it is; by default where the context says."""

    context: str = ""
    """Context of the kubeconfig; by default the current one."""

    files: tuple[str, ...] = ()
    """Files with values, as `--values` takes them."""

    program: str = "helm"
    """The program."""

    cwd: str = ""
    """Directory to run in; by default where the configuration lies."""

    registry: str = ""
    """Where the image's registry is asked, where that is not where the image says."""

    timeout: float = 900.0
    """Seconds for one step."""

    grace: float = 10.0
    """Seconds between being asked to end (SIGTERM) and being ended (SIGKILL)."""

    state: str = ""
    """Folder where it is kept what runs, relative to the configuration file; empty:
    `~/.local/state/unshipped/commands`."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        check_image(self.image)
        check_no_nul(self.chart, self.release, self.namespace, self.context, self.program, self.cwd)
        if not any("{digest}" in value or "{image}" in value for value in self.values.values()):
            raise ValueError("values say the image: one of them holds {digest} or {image}")
        if self.registry:
            check_url(self.registry)

    @property
    def shares(self) -> bool:
        return False

    def bring(self, order: Order, progress: Progress) -> None:
        check_share(self, order)
        program = Program(
            words=(),
            key=order.key,
            timeout=self.timeout,
            grace=self.grace,
            cwd=fill(self.cwd, order),
            variables=variables(order),
            state=self.state,
        )
        ended = followed(program, progress)
        if ended is None:
            with untouched():
                image = pinned(self.image, order, self.registry)
            progress.say(f"helm: {image}")
            ended = run(replace(program, words=self._words(image, order)), progress)
        if ended.code and _OCCUPIED in ended.last:
            release = shown(fill(self.release, order))
            left = f"one that was cut off leaves it so, until `helm rollback {release}`"
            raise DeployError(f"release {release}: {_OCCUPIED}; {left}", early=True)
        ended.check(f"{shown(self.program)} upgrade", self.timeout)

    def shift(self, order: Order, progress: Progress) -> None:
        check_share(self, order)
        self.bring(order, progress)

    def still_has(self, service: str, environment: str, commit: str) -> str:
        return missing(self.image, Order("", 0, service, environment, commit), self.registry)

    def _words(self, image: str, order: Order) -> list[str]:
        named = {"{image}": image, "{digest}": image.partition("@")[2]}
        words = [self.program, "upgrade", fill(self.release, order), fill(self.chart, order)]
        words += ["--reuse-values", "--wait", f"--timeout={max(self.timeout - _SPARE, 1):.0f}s"]
        words += [f"--description=unshipped: {order.commit}"]
        words += [f"--values={fill(file, order)}" for file in self.files]
        for key, value in self.values.items():
            text = fill(value, order)
            for place, one in named.items():
                text = text.replace(place, one)
            escaped = text.replace(",", "\\,")
            words.append(f"--set-string={key}={escaped}")
        if self.namespace:
            words.append(f"--namespace={fill(self.namespace, order)}")
        if self.context:
            words.append(f"--kube-context={fill(self.context, order)}")
        return words
