"""Whether a commit is known to be bad: it was rolled back, or it holds what was and not what mends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
        # A way back that was asked for ships nothing: whatever brought the commit has what it shipped.
        shipped = {
            each.commit: each.subject for one in past if one.plan.commit == bad for each in one.plan.ships
        }
        held = repository.holding([(commit, landing) for landing in {bad, *shipped}])
        if (commit, bad) in held:
            facts = _facts(repository, origin, commit, bad, now)
            if facts and not facts.differs:
                return f"{told}, and this has the same content"
        reverts = _reverts(repository, origin, bad, shipped, now) if held else {}
        if any(holds(repository, commit, revert) for revert in reverts.values()):
            continue
        for landing, revert in reverts.items():
            if (commit, landing) in held:
                what = "that" if landing == bad else landing[:9]
                return f"{told}, and it lacks {revert[:9]}, which takes {what} back"
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


def _reverts(
    repository: Repository, origin: Origin, bad: str, shipped: Mapping[str, str], now: datetime
) -> dict[str, str]:
    """The bad commit, and what was shipped with it, by the newest landing on the expected branch that takes
    it back: by what that is called. Any of them may be what was bad.
    """
    tip = repository.expected(origin.rule)
    if not isinstance(tip, Expected) or not holds(repository, tip.commit, bad):
        return {}
    facts = _facts(repository, origin, tip.commit, bad, now)
    titles = {**shipped, bad: repository.title(bad)}
    since = facts.listed if facts else ()
    found = {landing: _revert(since, title) for landing, title in titles.items()}
    return {landing: revert for landing, revert in found.items() if revert}


def _revert(since: Sequence[Change], title: str) -> str:
    """As `git revert` names it, and a forge after it: `Revert "TITLE"`."""
    called = f'Revert "{title}"'
    return next((one.commit for one in since if title and one.subject.startswith(called)), "")


def _facts(repository: Repository, origin: Origin, tip: str, since: str, now: datetime) -> Facts | None:
    [found] = repository.measure(tip, [Question(origin.closure, since)], now=now, limit=_MOST, commits=False)
    return found if isinstance(found, Facts) else None
