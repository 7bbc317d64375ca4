"""A `Config` as plain data and back: how a configuration that was read once is kept.

What targets share is written once and referred to by number. Reading builds the values directly: ten
thousand targets in some tens of milliseconds, with neither YAML nor pydantic.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime

from unshipped.config.plain_deploying import plain_deploying, read_deploying
from unshipped.config.values import (
    Config,
    EngineSpec,
    Keeping,
    Regular,
    Reports,
    RepositorySpec,
    RouteSpec,
    Telling,
    Watch,
)
from unshipped.core.hours import WorkingHours
from unshipped.core.logged.retention import Retention
from unshipped.core.model import (
    DECLARED,
    Build,
    Closure,
    Hold,
    Level,
    Origin,
    Policy,
    Rule,
    Severity,
    SourceSpec,
    Target,
)
from unshipped.core.rules import Rules

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

    from unshipped.core.gating import Guard
    from unshipped.core.settings import Expectation
    from unshipped.secrets import Reference


class _Table:
    """Values by number, each written once. `name` makes them comparable where they are not of themselves."""

    def __init__(self, write: Callable[[Any], Any], name: Callable[[Any], Hashable] = lambda v: v) -> None:
        self.rows: list[Any] = []
        self._write, self._name = write, name
        self._numbers: dict[Hashable, int] = {}

    def number(self, value: object) -> int:
        number = self._numbers.setdefault(self._name(value), len(self.rows))
        if number == len(self.rows):
            self.rows.append(self._write(value))
        return number


def to_plain(config: Config) -> dict[str, Any]:
    """The configuration as JSON can hold it."""
    policies, rules, closures = _Table(_policy), _Table(_rule), _Table(_closure)
    sources = _Table(_source, id)

    def origin(value: Origin) -> list[Any]:
        numbers = [sources.number(spec) for spec in value.sources]
        told = [sources.number(value.told_by)] if value.told_by else []
        return [value.repository, closures.number(value.closure), rules.number(value.rule), numbers, *told]

    def target(value: Target) -> list[Any]:
        origins, policy = [origin(entry) for entry in value.origins], policies.number(value.policy)
        rest = [value.retired, value.owner, value.criticality, value.line]
        settings = [list(one) for one in value.settings]
        return [value.service, value.environment, origins, policy, _hold(value.hold), *rest, settings]

    return {
        "repositories": [[spec.name, spec.path, spec.url] for spec in config.repositories.values()],
        "default": config.default_repository,
        "uncovered": list(config.uncovered),
        "unmapped": list(config.unmapped),
        "watch": _watch(config.watch),
        "store": [config.store.path, config.store.url, list(config.store.retention)],
        "guards": [_guard(guard) for guard in config.guards],
        "deploys": config.deploys,
        "telling": _telling(config.telling),
        "deploying": plain_deploying(config.deploying),
        "reports": [[list(one.to), list(one.at)] for one in config.reports],
        "targets": [target(value) for value in config.targets],
        "policies": policies.rows,
        "rules": rules.rows,
        "closures": closures.rows,
        "sources": sources.rows,
    }


def from_plain(data: dict[str, Any]) -> Config:
    """The configuration that `to_plain` wrote."""
    repositories = {row[0]: RepositorySpec(*row) for row in data["repositories"]}
    return Config(
        repositories=repositories,
        targets=_targets(data),
        default_repository=data["default"],
        uncovered=tuple(data["uncovered"]),
        unmapped=tuple(data["unmapped"]),
        watch=_read_watch(data["watch"]),
        store=_read_store(*data["store"]),
        guards=_read_guards(data["guards"]),
        deploys=data["deploys"],
        telling=_read_telling(data["telling"]),
        deploying=read_deploying(data["deploying"]),
        reports=Reports(*(Regular(tuple(to), tuple(at)) for to, at in data["reports"])),
    )


def _guard(guard: Guard) -> list[Any]:
    name, mode, *limits = guard.gate
    return [[name, mode.value, *limits], list(guard.services), guard.environment, guard.promote_after]


def _read_guards(rows: list[Any]) -> tuple[Guard, ...]:
    if not rows:  # most checks have no gate, and then need to know nothing of them
        return ()
    from unshipped.core.gating import Answer, Gate, Guard, Mode  # noqa: PLC0415

    def gate(row: list[Any]) -> Gate:
        name, mode, behind, age, severity, on_unknown, verdict_age = row
        return Gate(name, Mode(mode), behind, age, Severity(severity), Answer(on_unknown), verdict_age)

    return tuple([Guard(gate(row), tuple(services), *rest) for row, services, *rest in rows])


def _targets(data: dict[str, Any]) -> tuple[Target, ...]:
    policies = [_read_policy(row) for row in data["policies"]]
    rules = [Rule(*row) for row in data["rules"]]
    closures = [_read_closure(row) for row in data["closures"]]
    sources = [SourceSpec(*row) for row in data["sources"]]
    found = []
    for service, environment, rows, policy, hold, *rest, listed in data["targets"]:
        origins = tuple(
            [
                Origin(
                    repository,
                    closures[closure],
                    rules[rule],
                    tuple([sources[n] for n in numbers]),
                    *[sources[n] for n in told],
                )
                for repository, closure, rule, numbers, *told in rows
            ]
        )
        held = hold and _read_hold(hold)
        rest.append(_read_settings(listed) if listed else ())
        found.append(Target(service, environment, origins, policies[policy], held, *rest))
    return tuple(found)


def _read_settings(rows: list[Any]) -> tuple[Expectation, ...]:
    from unshipped.core.settings import Expectation  # noqa: PLC0415 - few targets declare their settings

    return tuple([Expectation(*row) for row in rows])


def _policy(policy: Policy) -> list[Any]:
    hours = policy.working_hours
    return [
        [policy.warning.changes, policy.warning.age],
        [policy.critical.changes, policy.critical.age],
        policy.by,
        policy.grace,
        int(policy.ahead),
        int(policy.unknown),
        int(policy.unproven),
        _hours(hours),
        int(policy.settings),
    ]


def _read_policy(row: list[Any]) -> Policy:
    warning, critical, by, grace, ahead, unknown, unproven, hours, settings = row
    return Policy(
        Level(*warning),
        Level(*critical),
        by,
        grace,
        Severity(ahead),
        Severity(unknown),
        Severity(unproven),
        _read_hours(hours),
        Severity(settings),
    )


def _rule(rule: Rule) -> list[str]:
    return [rule.kind, rule.value, rule.order]


def _closure(closure: Closure) -> list[Any]:
    listed = [list(closure.paths), list(closure.ignore), list(closure.optional)]
    if closure.build is None and closure.mode == DECLARED:
        return listed
    return [*listed, closure.build and list(closure.build), closure.mode]


def _read_closure(row: list[Any]) -> Closure:
    paths, ignore, optional, *derived = row
    closure = Closure(tuple(paths), tuple(ignore), tuple(optional))
    if not derived:
        return closure
    build, mode = derived
    return closure._replace(build=build and _read_build(build), mode=mode)


def _read_build(row: list[Any]) -> Build:
    dockerfile, context, target, arguments, source, entries = row
    pairs = tuple((name, value) for name, value in arguments)
    return Build(dockerfile, context, target, pairs, source, tuple(entries))


def _source(spec: SourceSpec) -> list[Any]:
    return [spec.kind, spec.options]


def _hold(hold: Hold | None) -> list[Any] | None:
    return [hold.reason, hold.by, hold.until and hold.until.isoformat()] if hold else None


def _read_hold(row: list[Any]) -> Hold:
    reason, by, until = row
    return Hold(reason, by, until and datetime.fromisoformat(until))


def _watch(watch: Watch) -> list[Any]:
    rest = [watch.zone, watch.jitter, watch.fetch, list(watch.rules), watch.heartbeat]
    return [list(watch.schedule), *rest, watch.verdicts, watch.metrics, list(watch.engine)]


def _read_watch(row: list[Any]) -> Watch:
    schedule, zone, jitter, fetch, rules, heartbeat, verdicts, metrics, engine = row
    files = (verdicts, metrics)
    return Watch(tuple(schedule), zone, jitter, fetch, Rules(*rules), heartbeat, *files, EngineSpec(*engine))


def _read_store(path: str, url: str | Reference, retention: list[float]) -> Keeping:
    return Keeping(path, url, Retention(*retention))


def _hours(hours: WorkingHours | None) -> list[Any] | None:
    return [list(hours.days), hours.start, hours.end, hours.zone] if hours else None


def _read_hours(row: list[Any] | None) -> WorkingHours | None:
    return WorkingHours(tuple(row[0]), *row[1:]) if row else None


def _telling(telling: Telling) -> list[Any]:
    receivers = {name: _source(spec) for name, spec in telling.receivers.items()}
    return [receivers, list(map(_route, telling.routes)), telling.people]


def _read_telling(data: list[Any]) -> Telling:
    receivers, routes, people = data
    return Telling(
        {name: SourceSpec(*row) for name, row in receivers.items()},
        tuple(_read_route(*row) for row in routes),
        people,
    )


def _route(route: RouteSpec) -> list[Any]:
    listed = (route.receivers, route.services, route.environments, route.owners, route.kinds)
    return [route.least, _hours(route.hours), *map(list, listed)]


def _read_route(least: int, hours: list[Any] | None, receivers: list[str], *rest: list[str]) -> RouteSpec:
    services, environments, owners, kinds = map(tuple, rest)
    return RouteSpec(tuple(receivers), least, services, environments, owners, kinds, _read_hours(hours))
