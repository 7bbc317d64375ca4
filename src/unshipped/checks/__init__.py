"""Who probes what serves: one small file a kind, imported when its kind is first used.

A new kind is one file, one line in `KINDS`, one entry in `tests/checks/benches.py`. Another package adds its
own through the entry point group `unshipped.checks`, without a change here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from unshipped.kinds import Kinds

if TYPE_CHECKING:
    from unshipped.ports.deploying import Check

KINDS: dict[str, str] = {
    "http": "unshipped.checks.http:HttpCheck",
    "command": "unshipped.checks.command:CommandCheck",
    "prometheus": "unshipped.checks.prometheus:PrometheusCheck",
    "log": "unshipped.checks.log:LogCheck",
}
"""Kind -> where its class is, `module:Class`."""

GROUP = "unshipped.checks"
"""The entry point group of kinds that other packages bring. A name in `KINDS` wins over one of these."""


def every() -> Kinds:
    """Every kind there is: those of the table, and those that other packages bring."""
    return Kinds("check", KINDS, GROUP)


def kind(name: str) -> type[Check]:
    """The class of a kind. Raises `UsageError` where there is no such kind, or it cannot be loaded."""
    found: type[Check] = every().load(name)
    return found
