"""Whether a commit is known to be bad: it was rolled back, or it holds what was and not what mends it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from unshipped.core.logged.rolling import Rollout
from unshipped.core.model import Change, Expected, Facts, Origin, Question
from unshipped.core.rollout import End
from unshipped.core.words import day
from unshipped.ports import Repository

_MOST = 1000


def rolled_back(past: Sequence[Rollout]) -> dict[str, Rollout]:
    """The commits that went out and came back, each with the rollout by which. One that was proven after that
    is not among them. Newest rollout first: by the order of the log, as clocks differ. Where nobody knew what
    served, as where it was down, a way back takes back what the rollout before it had left.
    """
    found: dict[str, Rollout] = {}
    for at, rollout in reversed(list(enumerate(past))):
        end = rollout.outcome.end if rollout.outcome else None
        if end is End.ROLLED_BACK and not rollout.plan.rollback:
            found[rollout.plan.commit] = rollout
        elif end is End.PROVEN:
            if rollout.plan.rollback and (was := rollout.plan.live or left(past[at + 1 :])):
                found[was] = rollout
            found.pop(rollout.plan.commit, None)
    return found


def left(past: Sequence[Rollout]) -> str:
    """What serves by what is written down of these, the newest first. A way back that stopped is asked for
    once more.
    """
    for one in past:
        if one.outcome and not (one.plan.rollback and one.outcome.end is End.STOPPED):
            return one.plan.good if one.outcome.end is End.ROLLED_BACK else one.plan.commit
    return ""


def why_bad(
    repository: Repository, origin: Origin, commit: str, past: Sequence[Rollout], now: datetime
) -> str:
    """Why it is; empty where nothing is known against it."""
    if told := marked(commit, past, now):
        return told
    for bad, rollout in rolled_back(past).items():
        told = _told(bad, rollout, now)
        if holds(repository, commit, bad):
            facts = _facts(repository, origin, commit, bad, now)
            if facts and not facts.differs:
                return f"{told}, and this has the same content"
            if (revert := _revert(repository, origin, bad, now)) and not holds(repository, commit, revert):
                return f"{told}, and it lacks {revert[:9]}, which takes that back"
    return ""


def marked(commit: str, past: Sequence[Rollout], now: datetime) -> str:
    """Why that very commit is, without a look at its history."""
    rollout = rolled_back(past).get(commit)
    return _told(commit, rollout, now) if rollout else ""


def _told(bad: str, rollout: Rollout, now: datetime) -> str:
    """With whoever cancelled it: then nothing but that person spoke against the commit."""
    why = f": {rollout.cancel_reason}" if rollout.cancel_reason else ""
    by = f" (cancelled by {rollout.cancelled_by}{why})" if rollout.cancelled_by else ""
    return f"{bad[:9]} was rolled back on {day(rollout.ended_at or now)}{by}"


def holds(repository: Repository, commit: str, ancestor: str) -> bool:
    """Whether a commit has another one in its history."""
    return bool(repository.holding([(commit, ancestor)]))


def _revert(repository: Repository, origin: Origin, bad: str, now: datetime) -> str:
    """The landing on the expected branch that takes the bad one back, by what it is called."""
    tip = repository.expected(origin.rule)
    if not isinstance(tip, Expected) or not holds(repository, tip.commit, bad):
        return ""
    title, facts = repository.title(bad), _facts(repository, origin, tip.commit, bad, now)
    return next((one.commit for one in facts.listed if _reverts(one, title)), "") if facts else ""


def _reverts(change: Change, title: str) -> bool:
    """As `git revert` names it, and a forge after it: `Revert "TITLE"`."""
    return bool(title) and change.subject.startswith(f'Revert "{title}"')


def _facts(repository: Repository, origin: Origin, tip: str, since: str, now: datetime) -> Facts | None:
    [found] = repository.measure(tip, [Question(origin.closure, since)], now=now, limit=_MOST, commits=False)
    return found if isinstance(found, Facts) else None
