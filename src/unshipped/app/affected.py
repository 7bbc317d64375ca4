"""Which services a range of commits touches."""

from __future__ import annotations

from collections.abc import Sequence

from unshipped.core.model import Closure, Problem, Target
from unshipped.core.value import Value

TYPE_CHECKING = False

if TYPE_CHECKING:
    from unshipped.ports import Commits


class Affected(Value):
    """One service whose closure differs, with the paths that do; or of which that cannot be told."""

    service: str
    paths: tuple[str, ...]
    problem: Problem | None = None


def affected(
    targets: Sequence[Target], opened: Commits, repository: str, old: str, new: str
) -> list[Affected]:
    """The services fed by a repository whose closure differs between two of its commits, given by their ids;
    in the order of their names, with those of which that cannot be told.
    """
    closures: dict[tuple[str, Closure], None] = {}
    for target in targets:
        for origin in target.origins:
            if origin.repository == repository and not target.retired:
                closures[target.service, origin.closure] = None
    found = opened.affected(old, new, [closure for _, closure in closures])
    paths: dict[str, set[str]] = {}
    problems: dict[str, Problem] = {}
    for (service, _), changed in zip(closures, found, strict=True):
        if isinstance(changed, Problem):
            problems.setdefault(service, changed)
        else:
            paths.setdefault(service, set()).update(changed)
    differing = [Affected(service, tuple(sorted(changed))) for service, changed in paths.items() if changed]
    known = {one.service for one in differing}
    untold = [Affected(service, (), why) for service, why in problems.items() if service not in known]
    return sorted([*differing, *untold], key=lambda one: one.service)
