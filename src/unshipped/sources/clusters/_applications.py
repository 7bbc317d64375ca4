"""What an application of Argo CD says: the commit that it is in sync with, else the one synced last."""

from __future__ import annotations

from collections.abc import Iterator

from unshipped.core.history.addresses import identity
from unshipped.core.model import Code, Remark, Revision, Sign
from unshipped.errors import SourceError
from unshipped.platforms import steps
from unshipped.platforms.settings import without_user
from unshipped.sources.shared.parse import revision, shown


def said(found: object, name: str, repository: str) -> tuple[list[Revision], list[str]]:
    """The words of an application, and the directories that it applies. Raises `SourceError` where it says
    nothing.

    In sync, it is what it was compared with. Out of sync, that is what it shall become, and what it is was
    synced last, unless somebody changed it by hand since: that is weak, and so is what is not healthy.
    """
    whose = f"application {shown(name)}"
    synced = steps.text(found, "status", "sync", "status") == "Synced"
    healthy = steps.text(found, "status", "health", "status") == "Healthy"
    sync, history = steps.at(found, "status", "sync"), steps.rows(found, "status", "history")
    if not synced and not history:
        raise SourceError(Code.NO_REVISION, f"{whose} was never synced")
    told: object = sync if synced else history[-1]
    made_of = steps.at(sync, "comparedTo") if synced else told
    words, paths = [], []
    for at, address, path in _sources(made_of, repository, whose):
        revisions = steps.at(told, "revisions")
        listed = revisions[at] if isinstance(revisions, list) and at < len(revisions) else ""
        text = listed if listed and isinstance(listed, str) else steps.text(told, "revision")
        paths.append(path)
        words.append(
            revision(text, whose)._replace(
                part=name,
                repository=address,
                said_by="in sync" if synced else "synced last",
                weak=not (synced and healthy),
                since=None if synced else steps.moment(told, "deployedAt"),
            )
        )
    return words, paths


def _sources(made_of: object, repository: str, whose: str) -> list[tuple[int, str, str]]:
    """Which of its sources count, the address of their repository, and the directory in it."""
    several = steps.at(made_of, "sources")
    rows = several if several and isinstance(several, list) else [steps.at(made_of, "source")]
    every = [
        (at, without_user(steps.text(row, "repoURL")), steps.text(row, "path"))
        for at, row in enumerate(rows)
        if _of_git(row)
    ]
    asked = [one for one in every if not repository or identity(one[1]) == identity(repository)]
    if not asked:
        which = f"is not made of {shown(repository)}" if every else "is made of no git repository"
        raise SourceError(Code.NO_REVISION, f"{whose} {which}")
    if len({identity(url) for _, url, _ in asked}) > 1:
        message = f"{whose} is made of several repositories: {', '.join(shown(url) for _, url, _ in asked)}"
        raise SourceError(Code.NO_REVISION, message, "`repository` says which one counts")
    return asked


def _of_git(row: object) -> bool:
    """Whether it is a repository of git: packed charts and artifacts have versions of their own."""
    address = steps.text(row, "repoURL")
    return bool(address) and not address.startswith("oci://") and not steps.text(row, "chart")


def remarks(found: object) -> Iterator[Remark]:
    """How it stands."""
    phase = steps.text(found, "status", "operationState", "phase")
    why = steps.text(found, "status", "operationState", "message")
    if phase == "Running":
        yield _under_way(found, "a sync is under way", "operationState", "startedAt")
    elif phase in ("Failed", "Error"):
        yield Remark(Sign.LATEST_NOT_READY, f"the last sync failed: {shown(why)}")
    health = steps.text(found, "status", "health", "status")
    if health == "Progressing":
        yield _under_way(found, "what was synced is not healthy yet", "health", "lastTransitionTime")
    elif health == "Suspended":
        yield Remark(Sign.LATEST_WITHOUT_TRAFFIC, "something of it is suspended or paused")
    elif health != "Healthy":
        yield Remark(Sign.LATEST_NOT_READY, f"its health is {shown(health) or 'not known'}")


def _under_way(found: object, what: str, *way: str) -> Remark:
    """What could be so for good, as where a load balancer never comes, has to say since when it is."""
    began = steps.moment(found, "status", *way)
    return Remark(Sign.CONVERGING if began else Sign.LATEST_NOT_READY, what, began)
