"""The settings of `unshipped.yaml`, as models. The descriptions are the reference that editors show."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from unshipped.config.configured import ConfiguredSetting
from unshipped.config.deploying import DeployFileSetting, DeploySetting
from unshipped.config.expected import Expected
from unshipped.config.fields import (
    AsRead,
    AsWritten,
    Duration,
    Literally,
    Moment,
    Name,
    Natural,
    OrEmpty,
    PathText,
    Pattern,
    Positive,
    Switch,
    Text,
    Version,
    refusal,
)
from unshipped.config.generator import nullable_entries
from unshipped.config.hours import HoursSetting
from unshipped.config.keeping import StoreSetting
from unshipped.config.kinds import Deployed, Receiver
from unshipped.config.reporting import ReportsSetting
from unshipped.config.strict import Strict
from unshipped.config.telling import People, RouteSetting
from unshipped.config.watching import WatchSetting

Grade = Annotated[Literal["none", "info", "warning", "critical"], AsWritten]
Mode = Annotated[Literal["declared", "image", "imports"], AsWritten]
GateMode = Annotated[Literal["off", "observe", "warn", "enforce"], AsWritten]
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|[\w.-]+@[\w.-]+:")
REPLACED_BY_ORIGINS = ("paths", "build", "ignore", "closure", "repository", "deployed", "expected")


class Repository(Strict):
    """A repository that services are built from."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["path"]}, {"required": ["url"]}]})

    path: Text = ""
    """A checkout, a bare repository or a worktree, relative to this file."""
    url: Text = ""
    """Where it can be cloned from. Without a `path` it is cloned once, and fetched when asked to."""

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not self.path and not self.url:
            raise refusal("a repository has a `path` or a `url`")
        if _ADDRESS.match(self.path):  # it may hold a secret
            raise refusal("its `path` is an address; write it as `url`")
        return self


class Environment(Strict):
    """A place where services run, such as production, and what holds for all that runs there."""

    expected: Expected | None = None
    """What should serve here; without it the tip of the remote's default branch."""
    deployed: Deployed | None = None
    """How to read what serves here, for every service that does not say so itself."""
    deploy: DeploySetting | None = None
    """How everything is deployed here, laid over the `deploy` of the file."""


class LevelSetting(Strict):
    """From where on a severity holds."""

    changes: Positive | None = None
    """From so many undeployed changes on."""
    age: Duration | None = None
    """From this age on, or past it: the time since the oldest undeployed change landed."""


class PolicySetting(Strict):
    """How bad a drift is. What is not set here is taken from the policy below."""

    grace: Duration | None = None
    """How long a change may wait before anything is done about it."""
    by: Annotated[Literal["count", "age", "both"], AsWritten] | None = None
    """What decides: the number of changes, their age, or the worse of both."""
    warning: LevelSetting | None = None
    """From where on a drift is a warning."""
    critical: LevelSetting | None = None
    """From where on a drift is critical; never below `warning`."""
    ahead: Grade | None = None
    """How bad it is that production runs code which the expected branch lacks."""
    unknown: Grade | None = None
    """How bad it is that a target could not be determined."""
    unproven: Grade | None = None
    """How bad it is that a target seems to be in sync on weak evidence only."""
    settings: Grade | None = None
    """How bad it is that a setting is not what was declared."""
    working_hours: HoursSetting | Annotated[Literal[False], AsRead] | None = None
    """When the age clock runs. `false` lets it run always, where the policy below says otherwise."""


class HoldSetting(Strict):
    """A decision that a service stays as it is."""

    reason: Text
    """Why."""
    by: Text
    """Who decided it."""
    until: Moment | None = None
    """When it ends, with a time zone, such as `2026-02-07T00:00:00Z`; without it, when it is taken out."""


class PathSetting(Strict):
    """A pattern with more to say than its text."""

    path: Pattern
    """A file, a directory or a glob, relative to the top of the repository."""
    optional: Switch = False
    """Whether the pattern may match nothing without being called dead."""


Patterns = Annotated[tuple[Pattern | PathSetting, ...], Field(min_length=1)]


class BuildSetting(Strict):
    """How the service's artefact is made: what else belongs to it is read from here, for each commit."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["dockerfile"]}, {"required": ["source"]}]}
    )

    dockerfile: PathText = ""
    """The Dockerfile, from the top of the repository."""
    context: PathText = ""
    """The directory that is given to the image build, from the top of the repository."""
    target: Text = ""
    """The stage that is built, `*` where it may be any; without it the last one."""
    arguments: dict[Text, Literally] = Field(default_factory=dict)
    """Build arguments by name, where what is copied depends on them; `*` stands for any value."""
    source: PathText = ""
    """Without a Dockerfile: the directory that is deployed as it is, as for a function or a buildpack."""
    entries: Annotated[tuple[PathText, ...], Field(min_length=1)] = ()
    """The files that are started, or the directories of Go packages, where nothing else says which."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if ("dockerfile" in self.model_fields_set) == ("source" in self.model_fields_set):
            raise refusal("a build has either a `dockerfile` or a `source`")
        for name in ("context", "target", "arguments"):
            if "source" in self.model_fields_set and name in self.model_fields_set:
                raise refusal(f"`{name}` goes with `dockerfile`, not with `source`")
        return self


Building = (
    Annotated[PathText, Field(description="The Dockerfile; the build is given the whole repository.")]
    | BuildSetting
)


class OriginSetting(Strict):
    """One of several repositories that feed a service."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["paths"]}, {"required": ["build"]}]})

    repository: Name | None = None
    """Its name under `repositories`."""
    paths: Patterns = ()
    """Which of its paths end up in the service."""
    build: Building | None = None
    """How the service's artefact is made: a Dockerfile, or a directory that is deployed as it is."""
    closure: Mode | None = None
    """Whether `build` brings further paths: `declared` none, `image` all that it takes in, `imports`
    that of it which the programs that are started really reach. Without it, `image` where there is one."""
    ignore: tuple[Pattern, ...] = ()
    """Patterns that are subtracted from `paths`."""
    deployed: Deployed | None = None
    """How to read which of its commits serves; without it, as the environment says."""
    expected: Expected | None = None
    """Which of its commits should serve; without it, as the environment says."""


class PlacementSetting(Strict):
    """What is special about a service in one environment."""

    deployed: Deployed | None = None
    """How to read what serves in this environment."""
    expected: Expected | None = None
    """What should serve in this environment."""
    hold: HoldSetting | None = None
    """Keeps the service as it is in this environment."""
    policy: PolicySetting | None = None
    """How bad a drift is in this environment, laid over the policy of the service."""
    settings: ConfiguredSetting | None = None
    """What it is set to in this environment, laid over the settings of the service."""
    deploy: DeploySetting | None = None
    """How it is deployed in this environment, laid over the `deploy` of the service."""


Placements = (
    Annotated[tuple[Name, ...], Field(min_length=1, json_schema_extra={"uniqueItems": True})]
    | Annotated[
        dict[Name, Annotated[PlacementSetting, OrEmpty]],
        Field(min_length=1, json_schema_extra=nullable_entries),
    ]
)


class Service(Strict):
    """Something that is deployed by itself, and the paths that end up in it."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [{"required": [name]} for name in ("paths", "build", "origins")],
            "not": {"anyOf": [{"required": ["origins", name]} for name in REPLACED_BY_ORIGINS]},
        }
    )

    paths: Patterns = ()
    """Files, directories and globs of the repository that end up in the service."""
    build: Building | None = None
    """How the service's artefact is made: a Dockerfile, or a directory that is deployed as it is."""
    closure: Mode | None = None
    """Whether `build` brings further paths: `declared` none, `image` all that it takes in, `imports`
    that of it which the programs that are started really reach. Without it, `image` where there is one."""
    ignore: tuple[Pattern, ...] = ()
    """Patterns that are subtracted from `paths`, besides the file's own `ignore`."""
    repository: Name | None = None
    """The repository that it is built from, by its name under `repositories`."""
    deployed: Deployed | None = None
    """How to read what serves: a commit id, a source, or a list of sources that must agree."""
    expected: Expected | None = None
    """What should serve; without it, as the environment says."""
    origins: Annotated[tuple[OriginSetting, ...], Field(min_length=1)] = ()
    """Several repositories that feed the service, in place of one."""
    environments: Placements | None = None
    """Where it runs: a list of names, or a mapping that says what is special there."""
    owner: Text = ""
    """Who looks after it."""
    criticality: Name | None = None
    """How much depends on it, by the name of a tier under `criticality`."""
    policy: PolicySetting | None = None
    """How bad a drift of this service is, laid over the tier's policy."""
    settings: ConfiguredSetting | None = None
    """What it is set to where it runs: variables, labels, instances, image, objects."""
    deploy: DeploySetting | None = None
    """How it is deployed, laid over the `deploy` of the environment."""
    hold: HoldSetting | None = None
    """Keeps the service as it is, in every environment."""
    retired: Switch = False
    """Whether it was taken out of service. It never alerts; that it still serves is reported."""


class UncoveredSetting(Strict):
    """What may belong to no service."""

    allow: tuple[Pattern, ...] = ()
    """Patterns for files that no service needs: `unshipped doctor` names every other one."""


class UnmappedSetting(Strict):
    """What may run and be in no map."""

    allow: tuple[Pattern, ...] = ()
    """Names of services, or globs for them: `unshipped check` names every other one."""


class GateSetting(Strict):
    """What work asks before it runs: whether it may, with what is deployed."""

    services: Annotated[tuple[Name, ...], Field(min_length=1, json_schema_extra={"uniqueItems": True})]
    """The services that the work runs with."""
    environment: Name | None = None
    """Where they run; without it, in the first environment."""
    mode: GateMode = "observe"
    """How much it means: `off`, `observe` (it only counts what it would have stopped), `warn`, `enforce`."""
    max_behind: Natural | None = None
    """More commits behind than that block."""
    max_age: Duration | None = None
    """A change that waits for longer than that blocks."""
    severity: Annotated[Literal["info", "warning", "critical"], AsWritten] = "critical"
    """Without `max_behind` and `max_age`: from this severity on it blocks."""
    on_unknown: Annotated[Literal["allow", "warn", "block"], AsWritten] = "warn"
    """What is answered where it could not be determined how a service stands, or not of late."""
    max_verdict_age: Annotated[Duration, Field(json_schema_extra={"default": "1h"})] = 3600.0
    """What was looked at longer ago counts as unknown."""
    promote_after: Duration | None = None
    """After so long without a wrong block, `observe` becomes `warn`, and after as long again `enforce`."""


class HookSetting(Strict):
    """What the reminder says after a commit: see `unshipped hook`."""

    deploy: Text = ""
    """The command that deploys, with `{service}` and `{environment}` in their places."""


class File(Strict):
    """What `unshipped.yaml` declares."""

    version: Version = 1
    """The version of this format."""
    repositories: dict[Name, Repository] = Field(default_factory=dict, min_length=1)
    """The repositories, by name; without it one named `main`, the checkout that holds this file."""
    environments: dict[Name, Annotated[Environment, OrEmpty]] = Field(
        default_factory=dict, min_length=1, json_schema_extra=nullable_entries
    )
    """Where services run, by name; without it one named `production`. The first one is the default."""
    policy: PolicySetting | None = None
    """How bad a drift is, for every service."""
    criticality: dict[Name, PolicySetting] = Field(default_factory=dict)
    """Tiers by name, each a partial policy laid over `policy`."""
    ignore: tuple[Pattern, ...] = ()
    """Patterns that are subtracted from every service."""
    uncovered: UncoveredSetting | None = None
    """Which files need not belong to any service."""
    unmapped: UnmappedSetting | None = None
    """Which services may run beside those that are declared here."""
    receivers: dict[Name, Receiver] = Field(default_factory=dict)
    """Who is told, by name: a chat, an address of mail, an interface."""
    routes: tuple[RouteSetting, ...] = ()
    """Which incidents are told to which receivers. Without any, each receiver hears of what its kind is for:
    a chat from `info` on, mail and issues from `warning`, what wakes people from `critical`."""
    people: People = Field(default_factory=dict)
    """Authors who want to be mentioned when changes of theirs wait, by their name in commits, each with what
    they are called at `slack`, `discord`, `teams`, `github` or by `email`."""
    watch: WatchSetting | None = None
    """When the fleet is looked at, and when what is seen is an incident."""
    store: StoreSetting | None = None
    """Where the log lies, and for how long what is in it is kept."""
    reports: ReportsSetting | None = None
    """Reports that `unshipped serve` writes by itself."""
    gates: dict[Name, GateSetting] = Field(default_factory=dict)
    """Gates by name: what work asks before it runs."""
    hook: HookSetting | None = None
    """What the reminder after a commit says."""
    deploy: DeployFileSetting | None = None
    """How what is merged comes to serve."""
    services: dict[Name, Service]
    """What is deployed, by name."""
