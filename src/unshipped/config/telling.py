"""Who is told of what: `receivers:`, `routes:` and `people:`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from unshipped.config.document import Finding, Path
from unshipped.config.fields import AsWritten, Name, Text, refusal
from unshipped.config.hours import HoursSetting, working_hours
from unshipped.config.scalars import raw
from unshipped.config.strict import Strict
from unshipped.config.values import Config, RouteSpec, Telling
from unshipped.config.wording import quoted, suggestion
from unshipped.core.model import Severity, SourceSpec
from unshipped.core.names import fits
from unshipped.errors import UnshippedError
from unshipped.ports.telling import Traits

Grade = Annotated[Literal["info", "warning", "critical"], AsWritten]
Kind = Annotated[Literal["drift", "unknown"], AsWritten]


class RouteSetting(Strict):
    """Which incidents some receivers hear of: those that every setting fits. Names may be globs."""

    to: Annotated[tuple[Name, ...], Field(min_length=1)]
    """The receivers, by their names under `receivers`."""
    least: Annotated[Grade, Field(alias="from")] = "info"
    """From which severity on."""
    services: tuple[Text, ...] = ()
    """Only these services."""
    environments: tuple[Text, ...] = ()
    """Only these environments."""
    owners: tuple[Text, ...] = ()
    """Only what these look after."""
    kinds: tuple[Kind, ...] = ()
    """Only incidents of these kinds: drift, or what could not be determined."""
    hours: HoursSetting | None = None
    """Only in these hours. What is still so when they begin is told then; that it is over, to whoever heard
    of it, and how a rollout ended is told at once.
    """


def _called(value: object, info: ValidationInfo) -> object:
    """What one person is called, by where: each kind of notifier that mentions people says how."""
    kinds: Mapping[str, Any] = (info.context or {}).get("notifiers", {})
    if not isinstance(value, dict):
        return value
    known = {where: kind for kind in kinds.values() if (where := Traits.of(kind).handles)}
    for key, written in value.items():
        where, handle = str(raw(key)), raw(written)
        if where not in known:
            text = f"nobody is mentioned at {quoted(where)}{suggestion(where, known, 'there are')}"
            raise PydanticCustomError("refused", "{text}", {"text": text})
        if isinstance(handle, str):
            _accepted(known[where], handle)
    return value


def _accepted(kind: Any, handle: str) -> None:
    try:
        kind(**{**kind.EXAMPLE, "people": {"this author": handle}})
    except (ValueError, UnshippedError) as error:
        raise refusal(str(error).removeprefix("people: ")) from None


People = dict[Text, Annotated[dict[Text, Text], Field(min_length=1), BeforeValidator(_called)]]


def check(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Routes and reports that lead to a receiver that is not there."""
    receivers = data.get("receivers")
    known = receivers if isinstance(receivers, dict) else {}
    for group in ("routes", "reports"):
        for at, leading in _entries(data.get(group)):
            names = leading.get("to") if isinstance(leading, dict) else None
            for place, written in enumerate(names if isinstance(names, list) else ()):
                name = raw(written)
                if isinstance(name, str) and name not in known:
                    ending = (
                        suggestion(name, known, "declared") if known else "; declare it under `receivers:`"
                    )
                    yield Finding((group, at, "to", place), f"unknown receiver {quoted(name)}{ending}")


def unheard(config: Config, notifiers: Mapping[str, type]) -> Iterator[Finding]:
    """Routes and reports that lead to a receiver which can make nothing of them."""
    led: list[tuple[Path, tuple[str, ...]]] = [
        (("reports", "week"), config.reports.week.to),
        (("reports", "day"), config.reports.day.to),
    ]
    led += [(("routes", at), route.receivers) for at, route in enumerate(config.telling.routes)]
    for path, names in led:
        for at, name in enumerate(names):
            if not Traits.of(notifiers[config.telling.receivers[name].kind]).routed:
                message = f"{quoted(name)} is told of rollouts alone; name it in `deploy.announce`"
                yield Finding((*path, "to", at), message)


def unmet(config: Config) -> Iterator[str]:
    """What routes ask for that no target has, in a sentence each: by that they lead nobody to anything."""
    had = {
        "service": {target.service for target in config.targets},
        "environment": {target.environment for target in config.targets},
        "owner": {target.owner for target in config.targets if target.owner},
    }
    for at, route in enumerate(config.telling.routes):
        asked = (("service", route.services), ("environment", route.environments), ("owner", route.owners))
        for what, globs in asked:
            for glob in globs:
                if not any(fits((name, (glob,))) for name in had[what]):
                    meant = suggestion(glob, sorted(had[what]), "there are") if had[what] else ""
                    yield f"routes[{at}].{what}s: no {what} fits {quoted(glob)}{meant}"


def untold(config: Config) -> tuple[str, ...]:
    """The targets that no route fits: of their drift nobody is told, however bad it is."""
    routes = [route for route in config.telling.routes if not route.kinds or "drift" in route.kinds]
    return tuple(
        target.name
        for target in config.targets
        if config.telling.routes
        and not target.retired
        and not any(
            fits(
                (target.service, route.services),
                (target.environment, route.environments),
                (target.owner, route.owners),
            )
            for route in routes
        )
    )


def _entries(group: object) -> Iterable[tuple[Any, Any]]:
    if isinstance(group, dict):
        return group.items()
    return enumerate(group) if isinstance(group, list) else ()


def telling(
    receivers: Mapping[str, SourceSpec],
    routes: Sequence[RouteSetting],
    people: Mapping[str, Mapping[str, str]],
    notifiers: Mapping[str, type],
) -> Telling:
    """The settings as values."""
    made = tuple(map(_route, routes)) or tuple(
        RouteSpec((name,), int(Severity[traits.least.upper()]))
        for name, spec in receivers.items()
        if (traits := Traits.of(notifiers[spec.kind])).routed
    )
    return Telling(dict(receivers), made, {name: dict(called) for name, called in people.items()})


def _route(setting: RouteSetting) -> RouteSpec:
    return RouteSpec(
        setting.to,
        int(Severity[setting.least.upper()]),
        setting.services,
        setting.environments,
        setting.owners,
        setting.kinds,
        working_hours(setting.hours) if setting.hours else None,
    )
