"""Which services a range of commits touches."""

from __future__ import annotations

from collections.abc import Sequence

from unshipped.core.model import Closure, Target
from unshipped.core.value import Value

TYPE_CHECKING = False

if TYPE_CHECKING:
    from unshipped.app.observe import OpenRepository


class Affected(Value):
    """One service whose closure differs, with the paths that do."""

    service: str
    paths: tuple[str, ...]


def affected(
    targets: Sequence[Target], repositories: OpenRepository, repository: str, old: str, new: str
) -> list[Affected]:
    """The services fed by a repository whose closure differs between two of its commits, by name."""
    closures: dict[tuple[str, Closure], None] = {}
    for target in targets:
        for origin in target.origins:
            if origin.repository == repository and not target.retired:
                closures[target.service, origin.closure] = None
    opened = repositories(repository)
    before, after = opened.revisions([old, new])
    found = opened.affected(before, after, [closure for _, closure in closures])
    paths: dict[str, set[str]] = {}
    for (service, _), changed in zip(closures, found, strict=True):
        paths.setdefault(service, set()).update(changed)
    return [Affected(service, tuple(sorted(paths[service]))) for service in sorted(paths) if paths[service]]
