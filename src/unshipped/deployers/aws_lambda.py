"""AWS Lambda: a version of the commit's image, and the alias that calls it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from unshipped.core.texts.foreign import shown
from unshipped.deployers._aws import AwsSettings
from unshipped.deployers._images import missing, pinned
from unshipped.deployers._step import Waiting, untouched
from unshipped.errors import DeployError
from unshipped.platforms import steps
from unshipped.platforms.orders import fill
from unshipped.ports.deploying import Order, Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaDeployer(AwsSettings):
    """Gives a function the commit's image by its digest, publishes a version that says which commit it is of,
    and has an alias call it. A version of the same commit is used again: that is the way back. Needs
    `lambda:GetAlias`, `lambda:GetFunction`, `lambda:ListVersionsByFunction`, `lambda:UpdateFunctionCode`,
    `lambda:PublishVersion`, `lambda:UpdateAlias`, and `lambda:UpdateFunctionConfiguration` for a commit whose
    image is that of the newest version.
    """

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "region": "eu-west-1",
        "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/{service}:{commit}",
    }

    function: str = "{service}"
    """Name of the function. `{service}` and `{environment}` are replaced, here and in the next."""

    alias: str = "live"
    """The alias that callers use."""

    @property
    def shares(self) -> bool:
        return True

    def bring(self, order: Order, progress: Progress) -> None:
        name = fill(self.function, order)
        waiting = Waiting(f"function {shown(name)}", self.timeout, progress)
        with waiting.looking():
            ask = self.asking("lambda", order)
            version = _version(ask, name, order.commit)
            image = "" if version else pinned(self.image, order, self.registry)
        if not version:
            version = self._publish(ask, name, image, order, waiting)
        waiting.until(lambda: _unready(ask, name, version))
        if order.share:
            self._call(ask, name, version, order, waiting)

    def shift(self, order: Order, progress: Progress) -> None:
        name = fill(self.function, order)
        waiting = Waiting(f"function {shown(name)}", self.timeout, progress)
        with waiting.looking():
            ask = self.asking("lambda", order)
            version = _version(ask, name, order.commit)
        if not version:
            raise DeployError(f"{waiting.whose} has no version of {order.commit[:9]}")
        self._call(ask, name, version, order, waiting)

    def still_has(self, service: str, environment: str, commit: str) -> str:
        order = Order("", 0, service, environment, commit)
        with untouched():
            if _version(self.asking("lambda", order), fill(self.function, order), commit):
                return ""
        return missing(self.image, order, self.registry)

    def _publish(self, ask: Callable[..., Any], name: str, image: str, order: Order, waiting: Waiting) -> str:
        waiting.progress.say(f"{waiting.whose}: {image}")
        with waiting.changing():
            given = ask("update_function_code", FunctionName=name, ImageUri=image)
        waiting.until(lambda: _unready(ask, name, "$LATEST"))
        version = _published(ask, name, given, order, waiting)
        if not version:
            with waiting.changing():
                ask("update_function_configuration", FunctionName=name, Description=f"unshipped {order.key}")
            waiting.until(lambda: _unready(ask, name, "$LATEST"))
            version = _published(ask, name, given, order, waiting)
        if not version:
            raise DeployError(
                f"{waiting.whose}: Lambda published no version of {order.commit[:9]} that works"
            )
        return version

    def _call(self, ask: Callable[..., Any], name: str, version: str, order: Order, waiting: Waiting) -> None:
        """Have the alias call a version with that share, and another one with the rest."""
        alias = {"FunctionName": name, "Name": fill(self.alias, order)}
        with waiting.looking():
            now = ask("get_alias", **alias)
            before = order.before and _version(ask, name, order.before)
        known = steps.at(now, "RoutingConfig", "AdditionalVersionWeights")
        weights = known if isinstance(known, dict) else {}
        others = [one for one in (steps.text(now, "FunctionVersion"), *weights) if one != version]
        wanted: tuple[str, dict[str, float]] = (version, {})
        if order.share < 1:
            if not others:
                raise DeployError(f"{waiting.whose}: nothing is there to have the rest of the traffic")
            rest = before if before in others else others[0]  # what has no calls now gets none
            wanted = (rest, {version: round(order.share, 4)})
        if (steps.text(now, "FunctionVersion"), weights) != wanted:
            waiting.progress.say(f"version {version}: {order.share:.0%} of the calls")
            routing = {"AdditionalVersionWeights": wanted[1]}
            with waiting.changing():
                ask("update_alias", **alias, FunctionVersion=wanted[0], RoutingConfig=routing)


def _published(ask: Callable[..., Any], name: str, given: object, order: Order, waiting: Waiting) -> str:
    """A version of the code that was given, for this commit. Empty where Lambda answers with the newest one
    that is there, of another commit or failed, since code and settings are those of that.
    """
    with waiting.changing():  # the sum sees to it that nobody else's code is published under this commit
        sha = steps.text(given, "CodeSha256")
        made = ask("publish_version", FunctionName=name, Description=order.commit, CodeSha256=sha)
    own = steps.text(made, "Description") == order.commit and steps.text(made, "State") != "Failed"
    return steps.text(made, "Version") if own else ""


def _version(ask: Callable[..., Any], name: str, commit: str) -> str:
    """The newest version that says that it is of that commit, and did not fail."""
    found: list[str] = []
    marker: dict[str, str] = {}
    while True:
        page = ask("list_versions_by_function", FunctionName=name, **marker)
        own = [row for row in steps.rows(page, "Versions") if row.get("Description") == commit]
        found += [steps.text(row, "Version") for row in own if row.get("Version") != "$LATEST"]
        if not (more := steps.text(page, "NextMarker")):
            break
        marker = {"Marker": more}
    return next((one for one in reversed(found) if "Failed" not in _states(ask, name, one)[0]), "")


def _states(ask: Callable[..., Any], name: str, version: str) -> tuple[set[str], str]:
    """How far a version is, and what is said of it."""
    said = steps.at(ask("get_function", FunctionName=name, Qualifier=version), "Configuration")
    why = steps.text(said, "StateReason") or steps.text(said, "LastUpdateStatusReason")
    return {steps.text(said, "State"), steps.text(said, "LastUpdateStatus")}, why


def _unready(ask: Callable[..., Any], name: str, version: str) -> str:
    """What a version waits for. Raises `DeployError` where it will not come."""
    states, why = _states(ask, name, version)
    if "Failed" in states:
        raise DeployError(f"version {version} failed{f': {shown(why)}' if why else ''}")
    return f"version {version} to be ready" if states & {"Pending", "InProgress"} else ""
