"""A map of services held against its repositories and its sources: what `doctor` and `init` look at."""

from __future__ import annotations

from collections.abc import Iterator

from unshipped.app.look import OneLook
from unshipped.app.read import Ask, read_one
from unshipped.cache import Cache
from unshipped.core.model import Origin, Problem, Rule, SourceSpec, Target
from unshipped.discovery.doctor import ERROR, WARNING, Finding, examine
from unshipped.discovery.propose import Proposal, propose
from unshipped.errors import GitError, SourceError
from unshipped.git.blobs import MissingBlobsError
from unshipped.git.process import DEEPEN
from unshipped.git.repository import Repository
from unshipped.git.version import objection
from unshipped.wiring import Fleet, snapshot


def findings(fleet: Fleet) -> list[Finding]:
    """What is wrong with the map, held against the commit that should serve by default."""
    if why := objection():
        return [Finding("git-version", ERROR, "", why, advice="install git 2.30 or newer")]
    found: list[Finding] = []
    used = dict.fromkeys(origin.repository for target in fleet.config.targets for origin in target.origins)
    for name in used:
        found += _shallow(fleet.repository(name))
        try:
            tree = fleet.snapshot(name, _expected(fleet.repository(name)))
            found += examine(tree, fleet.config.targets, name, fleet.config.uncovered, fleet.analyses())
        except MissingBlobsError as error:
            whose = f"repository {name}: " * (len(used) > 1)
            found.append(Finding("missing-objects", ERROR, "", whose + error.message, advice=error.hint))
    fleet.analyses().keep()
    return found


def _expected(repository: Repository) -> str:
    expected = repository.expected(Rule())
    if isinstance(expected, Problem):
        raise GitError(expected.message, expected.hint)
    return expected.commit


def _shallow(repository: Repository) -> Iterator[Finding]:
    if repository.shallow:
        message = "the clone is shallow: what serves may lie before its history"
        yield Finding("shallow-clone", WARNING, "", message, advice=DEEPEN)


def unreadable(fleet: Fleet, *, ask: bool) -> list[Finding]:
    """The sources that cannot be asked, each once for a service. With `ask` they are asked; else it is only
    looked whether they have what they need here: secrets, files, programs, addresses.
    """
    found: dict[tuple[str, str], Finding] = {}
    for target in fleet.config.targets:
        for origin in target.origins if not target.retired else ():
            for spec in filter(None, (*origin.sources, origin.told_by)):
                problem = _objection(fleet, target, origin, spec, ask=ask)
                if problem:
                    message = f"its source {spec.kind} cannot be asked: {problem.message}"
                    one = Finding("unreadable-source", WARNING, target.service, message, advice=problem.hint)
                    found.setdefault((target.service, message), one)
    return list(found.values())


def _objection(
    fleet: Fleet, target: Target, origin: Origin, spec: SourceSpec, *, ask: bool
) -> Problem | None:
    """Why a source cannot be asked. One of another package need not be able to tell without being asked."""
    source = fleet.source(target, origin, spec)
    if ask:
        repository = fleet.repository(origin.repository)
        return read_one(Ask(target, origin, spec.kind, source, repository), OneLook()).problem
    ready = getattr(source, "ready", None)
    try:
        if ready:
            ready(target)
    except SourceError as error:
        return error.problem
    return None


def proposal(path: str, revision: str) -> Proposal:
    """The services that a repository says it has, at one commit. Raises `GitError` and `UsageError`."""
    repository = Repository(path, Cache(None))
    [commit] = repository.revisions([revision])
    return propose(snapshot(repository, commit))
