"""Say what has to be said: take notices from the outbox, say each, write down how that went."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from unshipped.core.alerting import Notice, Topic
from unshipped.core.logged.journal import Claim, Delivery, Outcome
from unshipped.core.messages import Message, compose
from unshipped.core.texts.telling import concerned
from unshipped.errors import NotifyError, UnshippedError
from unshipped.ports.rolling import Book
from unshipped.ports.telling import Notifier

LEASE = 120.0
"""For how many seconds a notice is one speaker's; longer than any notifier may take."""
AT_ONCE = 16
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 900.0
GIVE_UP_AFTER = 3 * 86400.0
"""How long, in seconds, a receiver that cannot be reached is tried for."""

Clock = Callable[[], datetime]


def tell(
    store: Book, notifier: Callable[[str], Notifier], *, by: str, clock: Clock, most: int = 1000
) -> list[Delivery]:
    """Say everything that is due, at most that many notices, and answer how each attempt ended.

    Each receiver is told one thing after the other, and several are told at once. `by` names who speaks,
    unlike anybody else. Raises `StoreError` where the outbox cannot be read.
    """
    attempts: list[Delivery] = []

    def speak(claim: Claim) -> None:
        while True:
            attempts.append(_say(store, notifier, claim, clock))
            claims = store.claim(by, clock(), lease=LEASE, most=1) if len(attempts) < most else []
            if not claims:
                return
            claim = claims[0]

    with ThreadPoolExecutor(AT_ONCE, "unshipped-tell") as speakers:
        claims = store.claim(by, clock(), lease=LEASE, most=min(AT_ONCE, most))
        for _ in speakers.map(speak, claims):
            pass
    return attempts


def _say(store: Book, notifier: Callable[[str], Notifier], claim: Claim, clock: Clock) -> Delivery:
    reference, again = claim.reference, None
    try:
        message = _message(store, claim)
        reference = notifier(claim.notice.receiver).say(message, claim.reference)
        outcome, detail = Outcome.SENT, ""
    except NotifyError as error:
        again = _again_at(claim, error, clock())
        outcome, detail = Outcome.FAILED if again else Outcome.GAVE_UP, _with_hint(error)
    except UnshippedError as error:  # the receiver is not declared any more, or its secret is missing
        again = _again_at(claim, NotifyError(error.message, final=True), clock())
        outcome, detail = Outcome.FAILED if again else Outcome.GAVE_UP, _with_hint(error)
    except Exception as error:  # a notifier of a third party must not take the others down with it
        again = _again_at(claim, NotifyError(""), clock())
        outcome, detail = Outcome.FAILED if again else Outcome.GAVE_UP, type(error).__name__
    delivery = Delivery(claim.notice.id, claim.attempt, clock(), outcome, detail)
    store.record(claim, delivery, reference=reference, again_at=again)
    return delivery


def _with_hint(error: UnshippedError) -> str:
    return f"{error.message}: {error.hint}" if error.hint else error.message


def _message(store: Book, claim: Claim) -> Message:
    """What the notice says by now: of its conversation, what this receiver was told of."""
    notice = claim.notice
    if notice.topic is not Topic.INCIDENTS:
        return compose(notice, (), {}, _authors(store, notice))
    incidents = store.incidents(ids=claim.heard)
    return compose(notice, incidents, store.standings([one.target for one in incidents]))


def _authors(store: Book, notice: Notice) -> tuple[str, ...]:
    """Whose changes went out and came back, or stopped halfway, where it is about that."""
    if notice.topic is not Topic.ROLLOUT:
        return ()
    found = store.rollouts(ids=[notice.id.rpartition("/")[2]])
    return concerned(found[0].plan, found[0].outcome) if found else ()


def _again_at(claim: Claim, error: NotifyError, now: datetime) -> datetime | None:
    """When to try again; None where it has been tried for long enough."""
    if (now - claim.notice.at).total_seconds() > GIVE_UP_AFTER:
        return None
    pause = (
        LONGEST_PAUSE if error.final else min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(claim.attempt - 1, 10))
    )
    return now + timedelta(seconds=max(pause, error.again_after or 0))


def failed(attempts: Sequence[Delivery]) -> list[Delivery]:
    """Those that reached nobody."""
    return [one for one in attempts if one.outcome is not Outcome.SENT]
