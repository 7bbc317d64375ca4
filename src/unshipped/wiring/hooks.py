"""What the reminder watches: the services that are made of one repository, with all their paths."""

from __future__ import annotations

import contextlib
import os

from unshipped.core.hooks import FOLDER
from unshipped.core.model import Closure, Expected, Report
from unshipped.errors import GitError, UsageError
from unshipped.wiring import Fleet

TYPE_CHECKING = False

if TYPE_CHECKING:
    from unshipped.hook.compiled import Served, Watched


def watched_here(fleet: Fleet, common: str) -> tuple[list[Watched], Served]:
    """The services of that repository, each in its first environment with every origin that lies here, and
    the branches that serve.

    Raises `GitError` where the commit that is checked out cannot be read.
    """
    from unshipped.git.derived import is_derived
    from unshipped.hook.compiled import Served, Watched

    asked: dict[str, list[tuple[str, Closure]]] = {}
    tips: dict[str, None] = {}
    repositories = [name for name in fleet.config.repositories if _is_here(fleet, name, common)]
    for target in fleet.config.targets:
        origins = [origin for origin in target.origins if origin.repository in repositories]
        if not origins or target.retired:
            continue
        for origin in origins:
            tip = fleet.repository(origin.repository).expected(origin.rule)
            if isinstance(tip, Expected):
                tips[tip.ref] = None
        asked.setdefault(target.service, [(target.environment, one.closure) for one in origins])
    if not asked:
        return [], Served((), ())
    repository = fleet.repository(repositories[0])
    [head] = repository.revisions(["HEAD"])
    parts = [(service, *part) for service, made_of in asked.items() for part in made_of]
    found = repository.spread(head, [closure for _, _, closure in parts])
    watched = [
        Watched(service, environment, spread, is_derived(closure))
        for (service, environment, closure), spread in zip(parts, found, strict=True)
    ]
    remotes = repository.remotes()
    apart = [(ref, *ref.partition("/")[::2]) for ref in tips]
    branches = [branch if remote in remotes else ref for ref, remote, branch in apart]
    on = [remote for _, remote, _ in apart]
    return watched, Served(branches, on if remotes.issuperset(on) else ())


def keep_for_the_hook(fleet: Fleet, report: Report) -> None:
    """Let the reminder know what was seen, where it is installed. Where it cannot be kept, it is not."""
    names = {origin.repository for one in report.verdicts for origin in one.drift.target.origins}
    for name in names:
        with contextlib.suppress(GitError, UsageError):
            folder = os.path.join(fleet.repository(name).common_dir, FOLDER)
            if os.path.isdir(folder):
                _keep(folder, report)


def _keep(folder: str, report: Report) -> None:
    import json
    from pathlib import Path

    from unshipped.app.documents import verdicts
    from unshipped.app.verdict_file import put
    from unshipped.core.logged.observations import observed, stands
    from unshipped.hook.known import VERDICTS, added

    path = Path(folder, VERDICTS)
    seen = [stands(None, observed(one, report.checked_at)) for one in report.verdicts]
    found = added(path, verdicts(seen, (), (), report.checked_at))
    put(path, json.dumps(found, separators=(",", ":")).encode() + b"\n")


def _is_here(fleet: Fleet, name: str, common: str) -> bool:
    try:
        return fleet.repository(name).common_dir == common
    except GitError:
        return False
