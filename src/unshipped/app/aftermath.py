"""What follows from the end of a rollout: the hold, the deployments in the log, and who is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from unshipped.app.announce import announced
from unshipped.app.crew import Crew
from unshipped.app.reconcile import BY
from unshipped.core.alerting import Notice, Topic
from unshipped.core.logged.deployments import Deployment
from unshipped.core.logged.deploys import PRODUCT
from unshipped.core.logged.journal import Kept
from unshipped.core.logged.rolling import Ended, Rollout, Taken
from unshipped.core.model import Hold, Severity
from unshipped.core.names import fits
from unshipped.core.rollout import Do, End, Outcome, Plan, Went
from unshipped.core.texts.announcing import ended
from unshipped.core.texts.telling import body, title
from unshipped.ports.rolling import Book

_GRADES = {
    End.PROVEN: Severity.INFO,
    End.REFUSED: Severity.WARNING,
    End.ROLLED_BACK: Severity.CRITICAL,
    End.STOPPED: Severity.CRITICAL,
}
"""How bad an end is: whom a route tells of it."""
_JUST, _LONGEST, _MOST = timedelta(minutes=10), timedelta(days=1), 200


def aftermath(crew: Crew, rollout: Rollout, outcome: Outcome, steps: Sequence[Taken]) -> Ended:
    """The end, with all that follows from it."""
    now, plan = crew.clock(), rollout.plan
    served = tuple(_deployments(plan, steps))
    told = announced(ended(plan, outcome, served), crew.announce, now) if touched(plan, steps) else ()
    return Ended(
        rollout.id,
        outcome,
        now,
        hold=_hold(plan, outcome, now) if outcome.holds else None,
        deployments=served,
        notices=(*_notices(crew, plan, outcome, steps, now), *told),
    )


def touched(plan: Plan, steps: Sequence[Taken]) -> bool:
    """Whether it began to touch anything."""
    return any(plan.steps[one.number].do is Do.DEPLOY for one in steps if one.number < len(plan.steps))


def unseen(book: Book, now: datetime) -> set[str]:
    """The targets that nobody has looked at since a rollout of them ended, a little while ago."""
    ended = {
        one.target: one.ended_at
        for one in reversed(book.rollouts(since=now - _LONGEST, most=_MOST))
        if one.ended_at and now - one.ended_at < _JUST
    }
    if not ended:
        return set()
    looked = {name: one.checked_at for name, one in book.standings(ended).items()}
    return {name for name, at in ended.items() if name not in looked or looked[name] <= at}


def hold_name(rollout: str) -> str:
    """What the hold is called that the end of a rollout leaves; that of who asked for a way back has another
    name.
    """
    return f"{rollout}-end"


def _hold(plan: Plan, outcome: Outcome, now: datetime) -> Kept:
    """Nothing is deployed over it by itself. It is named after the rollout, so that there is one of it."""
    word = "rolled back" if outcome.end is End.ROLLED_BACK else "stopped"
    hold = Hold(f"rollout {plan.id} was {word}: {outcome.reason}", PRODUCT)
    return Kept(hold_name(plan.id), plan.service, plan.environment, hold, now)


def _deployments(plan: Plan, steps: Sequence[Taken]) -> Iterator[Deployment]:
    """What served when: also what served only until it was rolled back."""
    way = dict(enumerate((*plan.steps, *plan.back)))
    told: set[tuple[str, bool]] = set()
    for taken in steps:
        step, result = way[taken.number], taken.result
        if step.do is not Do.VERIFY or step.share < 1 or result is None or result.went is not Went.PASSED:
            continue
        back = plan.rollback or taken.number >= len(plan.steps)
        if (step.commit, back) in told:  # it was proven again after it had to stay well for a time
            continue
        told.add((step.commit, back))
        kind = "rolledback" if back else "upgraded" if plan.live else "deployed"
        by = f"{PRODUCT}/{plan.by.removeprefix(f'{PRODUCT}/')}"
        yield Deployment(plan.service, plan.environment, step.commit, result.at, kind, by)


def _matter(plan: Plan, outcome: Outcome, steps: Sequence[Taken]) -> str:
    """What is told once: of what is asked for by itself, again and again, that the same refuses it. A check
    may put it in other words each time.
    """
    if outcome.end is not End.REFUSED or plan.by != BY:
        return f"rollout/{plan.id}"
    refused = {
        plan.steps[one.number].do for one in steps if one.result and one.result.went is not Went.PASSED
    }
    why = outcome.reason.partition(":")[0] if Do.CHECK in refused else outcome.reason
    what = f"{plan.target} {plan.commit} {why}"
    return f"refused/{sha256(what.encode()).hexdigest()[:16]}"


def _notices(
    crew: Crew, plan: Plan, outcome: Outcome, steps: Sequence[Taken], now: datetime
) -> Iterator[Notice]:
    """One for each receiver that a route leads to."""
    owner = crew.targets[plan.target].owner if plan.target in crew.targets else ""
    matter, told = _matter(plan, outcome, steps), set()
    for route in crew.routes:
        match = route.match
        names = (
            (plan.service, match.services),
            (plan.environment, match.environments),
            (owner, match.owners),
        )
        if route.kinds or route.least > _GRADES[outcome.end] or not fits(*names):
            continue
        for receiver in route.receivers:
            if receiver not in told:
                told.add(receiver)
                yield Notice(
                    id=f"{receiver}/{matter}",
                    receiver=receiver,
                    topic=Topic.ROLLOUT,
                    at=now,
                    why=title(plan, outcome),
                    loud=outcome.end is not End.PROVEN,
                    body=body(plan, outcome),
                )
