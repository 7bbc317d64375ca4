"""Models of settings into the values of the core, once nothing is wrong any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from unshipped.config import deploying, keeping, reporting, telling, watching
from unshipped.config.checks import ENVIRONMENT, REPOSITORY
from unshipped.config.configured import expectations
from unshipped.config.document import Document
from unshipped.config.expected import CHOICES, ExpectedSetting
from unshipped.config.kinds import STATIC
from unshipped.config.policies import overlaid
from unshipped.config.schema import (
    BuildSetting,
    Environment,
    File,
    GateSetting,
    HoldSetting,
    OriginSetting,
    PathSetting,
    PlacementSetting,
    Service,
)
from unshipped.config.values import Config, RepositorySpec
from unshipped.core.gating import Answer, Gate, Guard
from unshipped.core.gating import Mode as GateMode
from unshipped.core.model import (
    DECLARED,
    IMAGE,
    Build,
    Closure,
    Hold,
    Origin,
    Policy,
    Rule,
    Severity,
    SourceSpec,
    Target,
)
from unshipped.core.recipe import Recipe

_EMPTY = PlacementSetting()


def build(file: File, document: Document, notifiers: Mapping[str, type]) -> Config:
    """The configuration of a file that is in order."""
    repositories = {
        name: RepositorySpec(name, entry.path, entry.url) for name, entry in file.repositories.items()
    } or {REPOSITORY: RepositorySpec(REPOSITORY, ".")}
    default = REPOSITORY if REPOSITORY in repositories else next(iter(repositories))
    builder = _Builder(file, document, default)
    targets = tuple(target for name in file.services for target in builder.targets(name))
    uncovered = file.uncovered.allow if file.uncovered else ()
    unmapped = file.unmapped.allow if file.unmapped else ()
    return Config(
        repositories=repositories,
        targets=targets,
        default_repository=default,
        uncovered=uncovered,
        unmapped=unmapped,
        watch=watching.watch(file.watch),
        store=keeping.keeping(file.store),
        guards=tuple(_guard(name, setting, builder.environment) for name, setting in file.gates.items()),
        deploys=file.hook.deploy if file.hook else "",
        telling=telling.telling(file.receivers, file.routes, file.people, notifiers),
        deploying=deploying.deploying(file.deploy, builder.recipes(targets)),
        reports=reporting.reports(file.reports),
    )


_Expecting = tuple[Rule, SourceSpec | None]
"""By which rule something should serve, and who is asked in its place."""


@dataclass(frozen=True, slots=True)
class _Code:
    """One repository's share of a service."""

    repository: str
    closure: Closure
    expected: _Expecting | None
    deployed: tuple[SourceSpec, ...] | None


class _Builder:
    def __init__(self, file: File, document: Document, repository: str) -> None:
        self._file, self._document, self._repository = file, document, repository
        self._base = overlaid(Policy(), file.policy)
        self._tiers = {name: overlaid(self._base, tier) for name, tier in file.criticality.items()}
        self._environments = file.environments or {ENVIRONMENT: Environment()}
        self.environment = next(iter(self._environments))
        self._expecting = {name: _expecting(place.expected) for name, place in self._environments.items()}

    def targets(self, name: str) -> Iterable[Target]:
        """One service in each of its environments."""
        service = self._file.services[name]
        codes = self._codes(service)
        policy = overlaid(self._tiers.get(service.criticality or "", self._base), service.policy)
        hold = _hold(service.hold)
        for environment, special in self._placements(service, codes).items():
            yield Target(
                service=name,
                environment=environment,
                origins=tuple(self._origin(code, environment, special) for code in codes),
                policy=overlaid(policy, special.policy),
                hold=_hold(special.hold) or hold,
                retired=service.retired,
                owner=service.owner,
                criticality=service.criticality or "",
                line=self._line(name, environment),
                settings=expectations(service.settings, special.settings),
            )

    def recipes(self, targets: Iterable[Target]) -> dict[str, Recipe]:
        """How each of them is deployed: of those that are."""
        found = {}
        for target in targets:
            service = self._file.services[target.service]
            special = service.environments
            placement = special.get(target.environment, _EMPTY) if isinstance(special, dict) else _EMPTY
            below = self._environments[target.environment].deploy
            made = deploying.recipe(self._file.deploy, below, service.deploy, placement.deploy)
            if made and not target.retired:
                own = any(one and one.after is not None for one in (service.deploy, placement.deploy))
                # What everything goes after, by the file or the environment, goes after nothing of itself.
                after = made.after if own else tuple(one for one in made.after if one != target.service)
                found[target.name] = made._replace(after=after)
        return found

    def _codes(self, service: Service) -> list[_Code]:
        return [
            _Code(
                entry.repository or self._repository,
                self._closure(entry),
                _expecting(entry.expected),
                entry.deployed,
            )
            for entry in service.origins or (service,)
        ]

    def _closure(self, entry: Service | OriginSetting) -> Closure:
        settings = [PathSetting(path=path) if isinstance(path, str) else path for path in entry.paths]
        needed = {setting.path for setting in settings if not setting.optional}
        return Closure(
            paths=_once(setting.path for setting in settings),
            ignore=_once((*self._file.ignore, *entry.ignore)),
            optional=_once(setting.path for setting in settings if setting.path not in needed),
            build=_build(entry.build),
            mode=entry.closure or (IMAGE if entry.build is not None else DECLARED),
        )

    def _placements(self, service: Service, codes: list[_Code]) -> Mapping[str, PlacementSetting]:
        """Where it runs. One written commit cannot serve everywhere: alone, it is the first environment's."""
        if isinstance(service.environments, dict):
            return service.environments
        if service.environments:
            return dict.fromkeys(service.environments, _EMPTY)
        known = all(code.deployed for code in codes)
        found = [name for name, place in self._environments.items() if known or place.deployed]
        written = any(spec.kind == STATIC for code in codes for spec in code.deployed or ())
        return dict.fromkeys(found[:1] if written else found, _EMPTY)

    def _origin(self, code: _Code, environment: str, special: PlacementSetting) -> Origin:
        own = _expecting(special.expected) or code.expected or self._expecting[environment]
        rule, told_by = own or (Rule(), None)
        sources = special.deployed or code.deployed or self._environments[environment].deployed or ()
        return Origin(code.repository, code.closure, rule, sources, told_by)

    def _line(self, service: str, environment: str) -> int:
        path = self._document.actual(("services", service, "environments", environment))
        places = [self._document.place(part, on_key=True).line for part in (path[:2], path)]
        # What stands above the service was merged into it: an alias refers to what came before.
        return max(places) if len(path) == 4 else places[0]


def _build(setting: str | BuildSetting | None) -> Build | None:
    if setting is None or isinstance(setting, str):
        return None if setting is None else Build(dockerfile=setting)
    arguments = tuple(setting.arguments.items())
    return Build(
        setting.dockerfile, setting.context, setting.target, arguments, setting.source, setting.entries
    )


def _expecting(setting: ExpectedSetting | SourceSpec | None) -> _Expecting | None:
    if setting is None:
        return None
    if isinstance(setting, SourceSpec):
        return Rule(), setting
    kind = next(name for name in CHOICES if getattr(setting, name) is not None)
    return Rule(kind, getattr(setting, kind), setting.order or "version"), None


def _hold(setting: HoldSetting | None) -> Hold | None:
    return Hold(setting.reason, setting.by, setting.until) if setting else None


def _guard(name: str, setting: GateSetting, environment: str) -> Guard:
    gate = Gate(
        name,
        GateMode(setting.mode),
        setting.max_behind,
        setting.max_age,
        Severity[setting.severity.upper()],
        Answer[setting.on_unknown.upper()],
        setting.max_verdict_age,
    )
    return Guard(gate, setting.services, setting.environment or environment, setting.promote_after)


def _once(patterns: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(patterns))
