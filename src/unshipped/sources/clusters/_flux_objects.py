"""What an object of Flux says: what was applied last, from where, and how it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unshipped.core.model import Remark, Sign
from unshipped.platforms import steps
from unshipped.sources.shared.parse import shown

_COMMIT = re.compile(
    r"(?:.*[@/])?(?:sha1:|sha256:)?([0-9a-f]{64}|[0-9a-f]{40})|[^+]*\+([0-9a-f]{7,64})(?:\.\d+)?"
)
"""`main@sha1:…`, `sha1:…`, `main/…` of older versions; or a chart's version that ends with a commit."""


def applied(kind: str, found: object) -> str:
    """The commit, or the version of a chart."""
    if kind == "helmrelease":
        releases = steps.rows(found, "status", "history")
        deployed = next((one for one in releases if steps.text(one, "status") == "deployed"), {})
        said = _version(deployed)
    elif kind == "gitrepository":
        said = steps.text(found, "status", "artifact", "revision")
    else:  # of an artifact that is no repository: the commit that it was made of, and not its own digest
        own = steps.text(found, "spec", "sourceRef", "kind") == "GitRepository"
        said = steps.text(found, "status", "lastApplied" + ("Revision" if own else "OriginRevision"))
    commit = _COMMIT.fullmatch(said)
    return commit[1] or commit[2] if commit else said


def _version(release: steps.Table) -> str:
    """The version of a chart, without what Flux itself appends of the digest of one in a registry."""
    version, _, appended = (said := steps.text(release, "chartVersion")).partition("+")
    digest = steps.text(release, "ociDigest").partition(":")[2]
    return version if appended and digest.startswith(appended) else said


def source_of(kind: str, found: object) -> object:
    """What it names as its source."""
    way = ("chart", "spec", "sourceRef") if kind == "helmrelease" else ("sourceRef",)
    return steps.at(found, "spec", *way)


def place(kind: str, found: object) -> str:
    """The directory that is applied; the name of a chart that is packed is none."""
    way = ("chart", "spec", "chart") if kind == "helmrelease" else ("path",)
    return steps.text(found, "spec", *way)


def is_watched(kind: str, found: object) -> bool:
    """Whether it is ready only once what was applied runs, and not when it was applied."""
    if kind == "helmrelease":
        return True
    return steps.at(found, "spec", "wait") is True or bool(steps.rows(found, "spec", "healthChecks"))


def remarks(found: object, ready: object) -> Iterator[Remark]:
    """How it stands."""
    why = shown(steps.text(ready, "message"))
    if steps.at(found, "spec", "suspend") is True:
        yield Remark(Sign.LATEST_WITHOUT_TRAFFIC, "it is suspended: nothing newer is applied")
    elif steps.text(ready, "status") == "Unknown":  # as long as Flux itself runs, it ends this after a while
        yield Remark(
            Sign.CONVERGING, f"it is being applied: {why}", steps.moment(ready, "lastTransitionTime")
        )
    elif steps.text(ready, "status") != "True":
        yield Remark(Sign.LATEST_NOT_READY, f"it is not ready: {why or 'it does not say why'}")
