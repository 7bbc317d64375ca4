"""What no single setting can know: names that must exist, settings that need or exclude each other.

These look at the data as it stands, so that they find their problems also where others were found.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from unshipped.config import deploying, telling
from unshipped.config.document import Finding, Path
from unshipped.config.policies import disorder, overlaid
from unshipped.config.scalars import raw
from unshipped.config.schema import REPLACED_BY_ORIGINS, PolicySetting
from unshipped.config.values import Config
from unshipped.config.wording import listed, quoted, suggestion
from unshipped.core.model import DECLARED, IMAGE, IMPORTS, Policy

REPOSITORY, ENVIRONMENT = "main", "production"
"""What is there where nothing is declared."""

_NOTHING = "nothing is set here; give a value, quoted where it begins with `#`, or leave the setting out"
_NO_SOURCE = "no source says what serves{}; add `deployed:`"


def check(data: Mapping[str, Any], notifiers: Mapping[str, type]) -> Iterator[Finding]:
    """Every such problem of a file."""
    yield from _nothings(data, ())
    yield from _Names(data).problems()
    yield from _policies(data)
    yield from telling.check(data)
    yield from deploying.check(data, notifiers)


def unguarded(config: Config) -> Iterator[Finding]:
    """Services that a gate guards where they do not run: nothing is known of them there, ever."""
    places: dict[str, list[str]] = {}
    for target in config.targets:
        places.setdefault(target.service, []).append(target.environment)
    for guard in config.guards:
        for index, service in enumerate(guard.services):
            there = places.get(service, [])
            if there and guard.environment not in there:
                message = f"{quoted(service)} does not run in {quoted(guard.environment)}"
                path = ("gates", guard.gate.name, "services", index)
                yield Finding(path, f"{message}; it runs in {listed(there)}")


def mapping(value: object) -> dict[str, Any]:
    """The value if it is a mapping, else an empty one: whatever else it is was found already."""
    return value if isinstance(value, dict) else {}


def _items(value: object) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _nothings(value: object, path: Path) -> Iterator[Finding]:
    """Settings that are there and hold nothing. An environment may: to name it says enough."""
    for key, item in _items(value):
        if item is not None:
            yield from _nothings(item, (*path, key))
        elif not (len(path) in (1, 3) and path[-1] == "environments" and isinstance(key, str)):
            yield Finding((*path, key), _NOTHING)


class _Names:
    """What the file declares, and who refers to it."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.services = mapping(data.get("services"))
        self.environments = mapping(data.get("environments")) or {ENVIRONMENT: {}}
        self.repositories = mapping(data.get("repositories")) or {REPOSITORY: {}}
        self.tiers = mapping(data.get("criticality"))
        self.gates = mapping(data.get("gates"))

    def problems(self) -> Iterator[Finding]:
        for name, service in self.services.items():
            if isinstance(service, dict):
                yield from self._service(("services", name), service)
        for name, gate in self.gates.items():
            yield from self._gate(("gates", name), mapping(gate))

    def _gate(self, path: Path, gate: dict[str, Any]) -> Iterator[Finding]:
        """A gate guards services that there are, in an environment that there is."""
        yield from _known("environment", (*path, "environment"), gate, self.environments)
        listed = gate.get("services")
        seen = set()
        for index, item in enumerate(listed if isinstance(listed, list) else ()):
            place, service = (*path, "services", index), raw(item)
            if not isinstance(service, str):
                continue
            if self.services and service not in self.services:
                meant = suggestion(service, self.services, "declared")
                yield Finding(place, f"unknown service {quoted(service)}{meant}")
            elif service in seen:
                yield Finding(place, f"{quoted(service)} is listed twice")
            seen.add(service)

    def _service(self, path: Path, service: dict[str, Any]) -> Iterator[Finding]:
        yield from _known("criticality", (*path, "criticality"), service, self.tiers)
        yield from self._code(path, service)
        yield from self._places(path, service)

    def _code(self, path: Path, service: dict[str, Any]) -> Iterator[Finding]:
        """Where the service's code is: its own paths, or origins that have theirs."""
        if "origins" not in service:
            yield from _code(path, service)
            yield from _known("repository", (*path, "repository"), service, self.repositories)
            return
        for name in REPLACED_BY_ORIGINS:
            if name in service:
                message = f"{quoted(name)} belongs inside each of the `origins`"
                yield Finding((*path, name), message, on_key=True)
        for index, origin in _items(service["origins"]):
            place = (*path, "origins", index)
            yield from _known("repository", (*place, "repository"), mapping(origin), self.repositories)
            yield from _code(place, mapping(origin))

    def _places(self, path: Path, service: dict[str, Any]) -> Iterator[Finding]:
        """Where the service runs, and whether anything says what serves there."""
        places = service.get("environments")
        if not places:
            if not any(self._read(environment, {}, service) for environment in self.environments):
                yield from _unread(path, service)
            return
        seen = set()
        for key, item in _items(places):
            name = raw(key if isinstance(places, dict) else item)
            place = (*path, "environments", key)
            if isinstance(name, str):
                yield from self._place(place, name, mapping(item), service)
                if name in seen:
                    yield Finding(place, f"{quoted(name)} is listed twice")
                seen.add(name)

    def _place(
        self, path: Path, name: str, entry: dict[str, Any], service: dict[str, Any]
    ) -> Iterator[Finding]:
        if name not in self.environments:
            message = f"unknown environment {quoted(name)}{suggestion(name, self.environments, 'declared')}"
            yield Finding(path, message, on_key=True)
        elif not self._read(name, entry, service):
            yield Finding(path, _NO_SOURCE.format(f" in {quoted(name)}"), on_key=True)

    def _read(self, environment: str, entry: dict[str, Any], service: dict[str, Any]) -> bool:
        return (
            "deployed" in entry
            or "deployed" in mapping(self.environments[environment])
            or (_all_read(service["origins"]) if "origins" in service else "deployed" in service)
        )


def _code(path: Path, holder: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether anything says which code it is."""
    mode = raw(holder.get("closure"))
    if mode in (IMAGE, IMPORTS) and "build" not in holder:
        yield Finding((*path, "closure"), f"`{mode}` is derived from a build; add `build:`")
    elif mode == DECLARED and "paths" not in holder:
        yield Finding((*path, "closure"), "`declared` means the `paths` alone; add `paths:`")
    elif not {"paths", "path", "build"} & holder.keys():
        yield Finding(path, "`paths` is missing", on_key=True)


def _all_read(origins: object) -> bool:
    """Whether each of the origins says itself how it is read."""
    return all("deployed" in mapping(origin) for _, origin in _items(origins))


def _unread(path: Path, service: dict[str, Any]) -> Iterator[Finding]:
    """Where the source is missing: at the service, or at those of its origins that have none."""
    message = _NO_SOURCE.format("")
    if "origins" not in service:
        yield Finding(path, message, on_key=True)
    for index, origin in _items(service.get("origins")):
        if "deployed" not in mapping(origin):
            yield Finding((*path, "origins", index), message)


def _known(what: str, path: Path, holder: Mapping[Any, Any], names: Mapping[str, Any]) -> Iterator[Finding]:
    name = raw(holder.get(path[-1]))
    if isinstance(name, str) and name not in names:
        ending = suggestion(name, names, "declared") if names else f"; declare it under `{what}:`"
        yield Finding(path, f"unknown {what} {quoted(name)}{ending}")


def _policies(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Every policy, as it is once it lies over those below it."""
    base = yield from _layer(Policy(), data.get("policy"), ("policy",))
    tiers = {}
    for name, tier in mapping(data.get("criticality")).items():
        tiers[name] = yield from _layer(base, tier, ("criticality", name))
    for name, entry in mapping(data.get("services")).items():
        path, service = ("services", name), mapping(entry)
        below = tiers.get(str(raw(service.get("criticality"))), base)
        own = yield from _layer(below, service.get("policy"), (*path, "policy"))
        for place, item in mapping(service.get("environments")).items():
            yield from _layer(own, mapping(item).get("policy"), (*path, "environments", place, "policy"))


def _layer(below: Policy, setting: object, path: Path) -> Generator[Finding, None, Policy]:
    """The policy with one more layer. Only who puts it into disorder hears of it."""
    try:
        policy = overlaid(below, PolicySetting.model_validate(setting) if setting else None)
    except ValidationError:
        return below
    message = disorder(policy)
    if message and not disorder(below):
        guilty = [name for name in ("critical", "warning") if name in mapping(setting)]
        yield Finding((*path, *guilty[:1]), message)
    return policy
