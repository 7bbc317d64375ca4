"""What is told to who asks those that apply a repository's manifests, and what their word is a proof of."""

from __future__ import annotations

from dataclasses import dataclass
from posixpath import normpath

from unshipped.core.model import Closure, Target
from unshipped.platforms.settings import check_no_nul
from unshipped.sources.clusters._settings import ClusterSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class GitOpsSettings(ClusterSettings):
    """Which cluster is asked, and what lies in the repository for it."""

    manifests: tuple[str, ...] = ()
    """Directories with what is applied, beside the one that is named there: the bases of an overlay, or `.`
    where the repository holds nothing else. Of a target that is made of more, the commit is weak evidence: it
    moves with every commit, whatever of the code runs.
    """

    def __post_init__(self) -> None:
        ClusterSettings.__post_init__(self)
        check_no_nul(*self.manifests)

    def proves(self, target: Target, *applied: str) -> bool:
        """Whether a target is made of what is applied and of nothing else. What is applied from the top of a
        repository may lie beside anything.
        """
        named = {normpath(one).strip("/") for one in applied} - {"", "."}
        places = named | {normpath(one).strip("/") for one in self.manifests}
        return not target.origins or any(_lies(origin.closure, places) for origin in target.origins)


def _lies(closure: Closure, places: set[str]) -> bool:
    return closure.build is None and all(
        any(place in (".", path) or path.startswith(f"{place}/") for place in places)
        for path in closure.paths
    )
