"""Policies laid over each other: the file's, the tier's, the service's, the environment's."""

from __future__ import annotations

from typing import Any

from unshipped.config.durations import spelled
from unshipped.config.hours import working_hours
from unshipped.config.schema import LevelSetting, PolicySetting
from unshipped.core.model import Level, Policy, Severity


def overlaid(below: Policy, setting: PolicySetting | None) -> Policy:
    """The policy below with what the setting says about it."""
    if setting is None:
        return below
    changed: dict[str, Any] = {
        name: value for name in ("grace", "by") if (value := getattr(setting, name)) is not None
    }
    for name in ("ahead", "unknown", "unproven", "settings"):
        if grade := getattr(setting, name):
            changed[name] = Severity[grade.upper()]
    for name in ("warning", "critical"):
        changed[name] = _level(getattr(below, name), getattr(setting, name))
    if setting.working_hours is not None:
        changed["working_hours"] = working_hours(setting.working_hours) if setting.working_hours else None
    return below._replace(**changed)


def _level(below: Level, setting: LevelSetting | None) -> Level:
    if setting is None:
        return below
    changes = below.changes if setting.changes is None else setting.changes
    return Level(changes, below.age if setting.age is None else setting.age)


def disorder(policy: Policy) -> str:
    """Why more drift could lower the severity, or an empty text where it cannot."""
    warning, critical = policy.warning, policy.critical
    if critical.changes < warning.changes:
        first, second = f"{critical.changes} changes", f"{warning.changes}"
    elif critical.age < warning.age:
        first, second = spelled(critical.age), spelled(warning.age)
    else:
        return ""
    return f"critical from {first} lies below warning from {second}: more drift may never lower the severity"
