"""What a configuration says, as values. The warm path reads these: standard library and core only."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from unshipped.core.model import Target
from unshipped.core.retention import Retention
from unshipped.core.rules import Rules

if TYPE_CHECKING:
    from unshipped.core.alerting import Route
    from unshipped.core.gating import Guard
    from unshipped.secrets import Reference


class RepositorySpec(NamedTuple):
    """One repository that services are built from: where it lies, and where it can be cloned from."""

    name: str
    path: str
    """A checkout, a bare repository or a worktree, relative to the configuration file. May be empty."""
    url: str = ""


class Watch(NamedTuple):
    """When the fleet is looked at, and when what is seen is an incident."""

    schedule: tuple[str, ...] = ("*/10 * * * *",)
    """Cron expressions."""
    zone: str = "UTC"
    jitter: float = 0.0
    fetch: bool = True
    rules: Rules = Rules()
    heartbeat: str | Reference = ""
    """Whom to tell after each round; empty for nobody."""


class Keeping(NamedTuple):
    """Where the log lies, and for how long what is in it is kept."""

    path: str = ".unshipped/log.db"
    """A file of SQLite, relative to the configuration file; of no matter where there is a url."""
    url: str | Reference = ""
    """A PostgreSQL database."""
    retention: Retention = Retention()


class Config(NamedTuple):
    """Everything that `unshipped.yaml` declares."""

    repositories: dict[str, RepositorySpec]
    targets: tuple[Target, ...]
    """In the order of the file; the environments of a service in theirs."""
    default_repository: str
    """`main` where there is one of that name, else the first declared."""
    uncovered: tuple[str, ...] = ()
    """Patterns for files that may belong to no service."""
    unmapped: tuple[str, ...] = ()
    """Names, or globs for names, of what may run and be in no map."""
    watch: Watch = Watch()
    routes: tuple[Route, ...] = ()
    """Which incidents which receivers hear of."""
    store: Keeping = Keeping()
    guards: tuple[Guard, ...] = ()
    """The gates, in the order of the file."""
    deploys: str = ""
    """The command that deploys, with `{service}` and `{environment}` in their places."""
