"""A `Config` as plain data and back: how a configuration that was read once is kept.

What targets share is written once and referred to by number. Reading builds the values directly: ten
thousand targets in some tens of milliseconds, with neither YAML nor pydantic.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from unshipped.config.values import Config, RepositorySpec
from unshipped.core.model import (
    Closure,
    Hold,
    Level,
    Origin,
    Policy,
    Rule,
    Severity,
    SourceSpec,
    Target,
    WorkingHours,
)


class _Table:
    """Values by number, each once. Values are told apart by identity: equal ones may be written twice."""

    def __init__(self, write: Callable[[Any], Any]) -> None:
        self.rows: list[Any] = []
        self._write = write
        self._numbers: dict[int, int] = {}

    def number(self, value: object) -> int:
        if id(value) not in self._numbers:
            self._numbers[id(value)] = len(self.rows)
            self.rows.append(self._write(value))
        return self._numbers[id(value)]


def to_plain(config: Config) -> dict[str, Any]:
    """The configuration as JSON can hold it."""
    policies, rules, sources = _Table(_policy), _Table(_rule), _Table(_source)

    def origin(value: Origin) -> list[Any]:
        closure = value.closure
        return [
            value.repository,
            [list(closure.paths), list(closure.ignore), list(closure.optional)],
            rules.number(value.rule),
            [sources.number(spec) for spec in value.sources],
        ]

    targets = [
        [
            target.service,
            target.environment,
            [origin(entry) for entry in target.origins],
            policies.number(target.policy),
            _hold(target.hold),
            target.retired,
            target.owner,
            target.criticality,
            target.line,
        ]
        for target in config.targets
    ]
    return {
        "repositories": [[spec.name, spec.path, spec.url] for spec in config.repositories.values()],
        "default": config.default_repository,
        "policies": policies.rows,
        "rules": rules.rows,
        "sources": sources.rows,
        "targets": targets,
    }


def from_plain(data: dict[str, Any]) -> Config:
    """The configuration that `to_plain` wrote."""
    policies = [_read_policy(row) for row in data["policies"]]
    rules = [Rule(*row) for row in data["rules"]]
    sources = [SourceSpec(*row) for row in data["sources"]]

    def origin(row: list[Any]) -> Origin:
        repository, (paths, ignore, optional), rule, specs = row
        closure = Closure(tuple(paths), tuple(ignore), tuple(optional))
        return Origin(repository, closure, rules[rule], tuple([sources[spec] for spec in specs]))

    targets = tuple(
        [
            Target(
                service,
                environment,
                tuple([origin(row) for row in origins]),
                policies[policy],
                hold and _read_hold(hold),
                *rest,
            )
            for service, environment, origins, policy, hold, *rest in data["targets"]
        ]
    )
    repositories = {row[0]: RepositorySpec(*row) for row in data["repositories"]}
    return Config(repositories, targets, data["default"])


def _policy(policy: Policy) -> list[Any]:
    hours = policy.working_hours
    return [
        [policy.warning.changes, policy.warning.age],
        [policy.critical.changes, policy.critical.age],
        policy.by,
        policy.grace,
        int(policy.ahead),
        int(policy.unknown),
        hours and [list(hours.days), hours.start, hours.end, hours.zone],
    ]


def _read_policy(row: list[Any]) -> Policy:
    warning, critical, by, grace, ahead, unknown, hours = row
    return Policy(
        Level(*warning),
        Level(*critical),
        by,
        grace,
        Severity(ahead),
        Severity(unknown),
        hours and WorkingHours(tuple(hours[0]), *hours[1:]),
    )


def _rule(rule: Rule) -> list[str]:
    return [rule.kind, rule.value, rule.order]


def _source(spec: SourceSpec) -> list[Any]:
    return [spec.kind, spec.options]


def _hold(hold: Hold | None) -> list[Any] | None:
    return hold and [hold.reason, hold.by, hold.until and hold.until.isoformat()]


def _read_hold(row: list[Any]) -> Hold:
    reason, by, until = row
    return Hold(reason, by, until and datetime.fromisoformat(until))
