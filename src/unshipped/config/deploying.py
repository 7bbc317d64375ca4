"""How what is merged comes to serve: `deploy:`, of the file, an environment, a service, or a placement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, WithJsonSchema, model_validator

from unshipped.config.document import Document, Finding, Path
from unshipped.config.engines import EngineSetting, engine
from unshipped.config.fields import (
    AsWritten,
    Duration,
    Moment,
    Name,
    Number,
    Positive,
    Switch,
    Text,
    Zone,
    refusal,
)
from unshipped.config.hours import HoursSetting, working_hours
from unshipped.config.kinds import CheckKind, DeployerKind
from unshipped.config.scalars import raw
from unshipped.config.strict import Strict
from unshipped.config.values import Config, Deploying, EngineSpec
from unshipped.config.watching import Crons
from unshipped.config.wording import quoted, suggestion
from unshipped.core.recipe import Identity, Mode, Recipe
from unshipped.core.windows import Freeze
from unshipped.ports.telling import Traits

_SHARE = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
_AS_WRITTEN = ("by", "bake", "rollback", "after", "schedule", "zone", "wait", "promote")


def _growing(shares: tuple[float, ...]) -> tuple[float, ...]:
    if not all(one < other for one, other in pairwise((0.0, *shares, 1.0))):
        raise refusal("the shares lie between 0 and 1, and each is greater than the one before it")
    return shares


Shares = Annotated[tuple[Annotated[Number, WithJsonSchema(_SHARE)], ...], AfterValidator(_growing)]


class IdentitySetting(Strict):
    """How it is proven that what serves is what was deployed: its sources are asked."""

    within: Duration = Identity().within
    """For how long after the deploy it may still be something else."""
    every: Duration = Identity().every
    """How often it is looked."""
    times: Positive = Identity().times
    """So many looks in a row have to see it: what comes and goes does not serve."""


class FreezeSetting(Strict):
    """A time in which nothing is deployed, whatever a window says."""

    since: Moment
    """When it begins, with a time zone."""
    until: Moment
    """When it ends."""
    reason: Text
    """Why."""
    by: Text
    """Who decided it."""

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.since >= self.until:
            raise refusal("`until` is not later than `since`")
        return self


class DeploySetting(Strict):
    """How something is deployed. What is not set here is taken from the `deploy` below: that of the service,
    of the environment, of the file.
    """

    by: DeployerKind | None = None
    """Who brings a revision to serve, and how."""
    before: dict[Name, CheckKind] | None = None
    """What is probed before anything is touched, by name, such as whether the commit passed its tests."""
    checks: dict[Name, CheckKind] | None = None
    """What is probed once it serves, by name, besides the checks that are declared below."""
    identity: IdentitySetting | None = None
    """How it is proven that what serves is what was deployed."""
    canary: Shares | None = None
    """The shares of the traffic that it is given one after the other, before all of it, such as `[0.1]`."""
    bake: Duration | None = None
    """For how long it has to stay well, at each share, before it is proven."""
    rollback: Switch | None = None
    """Whether it is rolled back by itself where it fails."""
    after: tuple[Name, ...] | None = None
    """Services that are deployed before it, where they wait too."""
    windows: tuple[HoursSetting, ...] | None = None
    """When it may be deployed; without any, always."""
    freezes: tuple[FreezeSetting, ...] | None = None
    """When it may not, besides the freezes that are declared below."""
    mode: Annotated[Literal["off", "preview", "approve", "auto"], AsWritten] | None = None
    """What happens by itself once something waits: nothing, it is said what would be deployed, it is asked
    for and somebody approves it, or it is deployed."""
    approval: Annotated[Literal["anyone", "another"], AsWritten] | None = None
    """Who may approve what somebody asks for. `anyone`: also they themselves, and only what was asked for
    with approval waits. `another`: somebody else, and every deploy that a person asks for waits for that."""
    schedule: Crons | None = None
    """When what waits is deployed by itself: cron expressions. Without it, as soon as it is seen to wait."""
    zone: Zone | None = None
    """The time zone of the schedule."""
    wait: Duration | None = None
    """How long a change waits before it is deployed by itself."""
    promote: Name | None = None
    """The environment whose proven revision is deployed here, in place of the one that should serve."""


class DeployFileSetting(DeploySetting):
    """How everything is deployed that does not say it otherwise, and what keeps rollouts going."""

    width: Positive = Deploying().width
    """How many rollouts may be under way at once."""
    engine: EngineSetting | None = None
    """What keeps them going, whatever dies in between."""
    announce: tuple[Name, ...] = ()
    """Receivers that are told of each rollout as data, when it begins and when it ended: of the kinds
    `webhook` and `github-deployment`."""


def recipe(*layers: DeploySetting | None) -> Recipe | None:
    """The layers laid over each other, the lowest first; None where nothing says who deploys it."""
    found: dict[str, Any] = {}
    for layer in layers:
        if layer:
            _lay(found, layer)
    return Recipe(**found) if "by" in found else None


def _lay(found: dict[str, Any], layer: DeploySetting) -> None:
    said = {name: value for name in _AS_WRITTEN if (value := getattr(layer, name)) is not None}
    for name in ("before", "checks"):
        if (probes := getattr(layer, name)) is not None:
            said[name] = tuple((dict(found.get(name, ())) | probes).items())
    if layer.identity is not None:
        said["identity"] = Identity(layer.identity.within, layer.identity.every, layer.identity.times)
    if layer.canary is not None:
        said["shares"] = layer.canary
    if layer.mode is not None:
        said["mode"] = Mode(layer.mode)
    if layer.approval is not None:
        said["another"] = layer.approval == "another"
    found.update(said, **_times(found, layer))


def _times(found: Mapping[str, Any], layer: DeploySetting) -> dict[str, Any]:
    """When it may be deployed: windows replace those below, freezes add to them."""
    times: dict[str, Any] = {}
    if layer.windows is not None:
        times["windows"] = tuple(map(working_hours, layer.windows))
    if layer.freezes is not None:
        made = tuple(Freeze(one.since, one.until, one.reason, one.by) for one in layer.freezes)
        times["freezes"] = (*found.get("freezes", ()), *made)
    return times


def deploying(setting: DeployFileSetting | None, recipes: Mapping[str, Recipe]) -> Deploying:
    """The setting of the file as values."""
    if setting is None:
        return Deploying(recipes)
    return Deploying(recipes, setting.width, engine(setting.engine, EngineSpec()), setting.announce)


def check(data: Mapping[str, Any], notifiers: Mapping[str, type]) -> Iterator[Finding]:
    """Names of services and environments that are not there."""
    services, environments = _mapping(data.get("services")), _mapping(data.get("environments"))
    for path, setting in _settings(data):
        for at, item in enumerate(_listed(setting.get("after"))):
            name = raw(item)
            if isinstance(name, str) and services and name not in services:
                meant = suggestion(name, services, "declared")
                yield Finding((*path, "after", at), f"unknown service {quoted(name)}{meant}")
        name = raw(setting.get("promote"))
        if isinstance(name, str) and environments and name not in environments:
            meant = suggestion(name, environments, "declared")
            yield Finding((*path, "promote"), f"unknown environment {quoted(name)}{meant}")
    yield from _announcing(data, notifiers)


def circles(config: Config, document: Document) -> Iterator[Finding]:
    """Services of one environment each of which waits for another one: none of them ever begins."""
    orders: dict[str, dict[str, tuple[str, ...]]] = {}
    for target in config.targets:
        if made := config.deploying.recipes.get(target.name):
            orders.setdefault(target.environment, {})[target.service] = made.after
    for environment, order in orders.items():
        for service in order:
            if (circle := _circle(service, order)) and min(circle) == service:
                place = ("services", service, "environments", environment, "deploy", "after")
                message = f"the order leads in a circle: {' after '.join((*circle, service))}"
                yield Finding(document.actual(place), message)


def _announcing(data: Mapping[str, Any], notifiers: Mapping[str, type]) -> Iterator[Finding]:
    """Receivers that are not there, or that can make nothing of data."""
    receivers = _mapping(data.get("receivers"))
    for at, item in enumerate(_listed(_mapping(data.get("deploy")).get("announce"))):
        name, path = raw(item), ("deploy", "announce", at)
        if isinstance(name, str) and name not in receivers:
            meant = (
                suggestion(name, receivers, "declared") if receivers else "; declare it under `receivers:`"
            )
            yield Finding(path, f"unknown receiver {quoted(name)}{meant}")
        elif isinstance(name, str):
            kind = raw(_mapping(receivers[name]).get("notifier"))
            if isinstance(kind, str) and kind in notifiers and not Traits.of(notifiers[kind]).announces:
                able = " and ".join(one for one, made in notifiers.items() if Traits.of(made).announces)
                yield Finding(path, f"{quoted(name)} is told in sentences; data is for {able}")


def _settings(data: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every `deploy` of a file, with its place."""
    yield ("deploy",), _mapping(data.get("deploy"))
    for name, place in _mapping(data.get("environments")).items():
        yield ("environments", name, "deploy"), _mapping(_mapping(place).get("deploy"))
    for name, service in _mapping(data.get("services")).items():
        yield ("services", name, "deploy"), _mapping(_mapping(service).get("deploy"))
        for environment, special in _mapping(_mapping(service).get("environments")).items():
            path = ("services", name, "environments", environment, "deploy")
            yield path, _mapping(_mapping(special).get("deploy"))


def _circle(service: str, order: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The way from a service back to itself, if there is one."""
    ways: list[tuple[str, ...]] = [(service,)]
    seen = set()
    while ways:
        way = ways.pop()
        for name in order.get(way[-1], ()):
            if name == service:
                return way
            if name not in seen:
                seen.add(name)
                ways.append((*way, name))
    return ()


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
