"""What a configuration says, as values. The warm path reads these: standard library and core only."""

# Annotations are no texts here, as in `core/model`: each would be compiled in every check.
from collections.abc import Mapping

from unshipped.core.hours import WorkingHours
from unshipped.core.logged.retention import Retention
from unshipped.core.model import Severity, SourceSpec, Target
from unshipped.core.rules import Rules
from unshipped.core.value import Value

TYPE_CHECKING = False

if TYPE_CHECKING:
    from unshipped.core.alerting import Route
    from unshipped.core.gating import Guard
    from unshipped.core.recipe import Recipe
    from unshipped.secrets import Reference


MOST_BYTES = 4 * 1024 * 1024
"""A larger file is no configuration: nobody reads more of it."""


class RepositorySpec(Value):
    """One repository that services are built from: where it lies, and where it can be cloned from."""

    name: str
    path: str
    """A checkout, a bare repository or a worktree, relative to the configuration file. May be empty."""
    url: str = ""


class EngineSpec(Value):
    """What keeps things going, and where it is."""

    kind: str = "dbos"
    address: str = "127.0.0.1:7233"
    namespace: str = "default"
    queue: str = "unshipped"
    key: "str | Reference" = ""


class Watch(Value):
    """When the fleet is looked at, and when what is seen is an incident."""

    schedule: tuple[str, ...] = ("*/10 * * * *",)
    """Cron expressions."""
    zone: str = "UTC"
    jitter: float = 0.0
    fetch: bool = True
    rules: Rules = Rules()
    heartbeat: "str | Reference" = ""
    """Whom to tell after each round; empty for nobody."""
    verdicts: str = ""
    """The file of verdicts that is written after each round; empty for none."""
    metrics: str = ""
    """A file for Prometheus that each round writes, relative to the configuration file; empty for none."""
    engine: EngineSpec = EngineSpec("clock", queue="unshipped-watch")
    """What begins the rounds of `serve`."""


class Keeping(Value):
    """Where the log lies, and for how long what is in it is kept."""

    path: str = ".unshipped/log.db"
    """A file of SQLite, relative to the configuration file; of no matter where there is a url."""
    url: "str | Reference" = ""
    """A PostgreSQL database."""
    retention: Retention = Retention()


class Deploying(Value):
    """How targets are deployed."""

    recipes: Mapping[str, "Recipe"] = {}
    """By the name of the target; of those that are deployed from here."""
    width: int = 4
    """How many rollouts may be under way at once."""
    engine: EngineSpec = EngineSpec()
    announce: tuple[str, ...] = ()
    """Receivers that are told of each rollout as data."""


class Regular(Value):
    """A report that is written by itself."""

    to: tuple[str, ...]
    """The receivers; without any, nobody writes it."""
    at: tuple[str, ...]
    """Cron expressions, in the time zone of the watch."""


class Reports(Value):
    """What is written by itself."""

    week: Regular = Regular((), ("0 9 * * 1",))
    day: Regular = Regular((), ("0 9 * * *",))


class RouteSpec(Value):
    """Which incidents which receivers hear of, as `unshipped.core.alerting.Route` says it."""

    receivers: tuple[str, ...]
    least: int = 1
    """From which severity on."""
    services: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    hours: WorkingHours | None = None


class Telling(Value):
    """Who is told of what, and what people are called there."""

    receivers: Mapping[str, SourceSpec] = {}
    """By name: a kind of notifier and its options."""
    routes: tuple[RouteSpec, ...] = ()
    people: Mapping[str, Mapping[str, str]] = {}
    """By author: what they are called, by where."""


class Config(Value):
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
    store: Keeping = Keeping()
    guards: "tuple[Guard, ...]" = ()
    """The gates, in the order of the file."""
    deploys: str = ""
    """The command that deploys, with `{service}` and `{environment}` in their places."""
    telling: Telling = Telling()
    deploying: Deploying = Deploying()
    reports: Reports = Reports()

    @property
    def routes(self) -> "tuple[Route, ...]":
        """Which incidents which receivers hear of."""
        from unshipped.core.alerting import Matcher, Route  # noqa: PLC0415 - a check tells nobody
        from unshipped.core.incidents import Kind  # noqa: PLC0415 - as above

        return tuple(
            Route(
                one.receivers,
                Severity(one.least),
                Matcher(one.services, one.environments, one.owners),
                tuple(map(Kind, one.kinds)),
                one.hours,
            )
            for one in self.telling.routes
        )

    @property
    def unreached(self) -> tuple[str, ...]:
        """The receivers to which nothing leads: no route, no report, no rollout."""
        reached = {name for route in self.telling.routes for name in route.receivers}
        reached |= {*self.deploying.announce, *self.reports.week.to, *self.reports.day.to}
        return tuple(name for name in self.telling.receivers if name not in reached)
