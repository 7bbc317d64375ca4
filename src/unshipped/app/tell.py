"""Say what has to be said: take notices from the outbox, say each, write down how that went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from unshipped.core.alerting import Notice, Topic
from unshipped.core.logged.journal import Claim, Delivery, Outcome
from unshipped.core.messages import Message, compose
from unshipped.core.texts.telling import concerned
from unshipped.errors import LapsedError, NotifyError, StoreError, UnshippedError
from unshipped.locking import patiently
from unshipped.ports.rolling import Book
from unshipped.ports.telling import Notifier

LEASE = 120.0
"""For how many seconds a notice is one speaker's; longer than any notifier may take."""
AT_ONCE = 16
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 900.0
GIVE_UP_AFTER = 3 * 86400.0
"""How long, in seconds, a receiver that cannot be reached is tried for."""
AWAY_AFTER = 3
"""A receiver that failed so often in a row is left alone until the next time: each attempt may take a minute,
and whoever has something else to say would wait for all of them."""
PATIENCE = 30.0
"""For so many seconds a log that is away is waited for, once something was said: it would be said again."""
_TOLD_FOR = timedelta(days=1)

Clock = Callable[[], datetime]


def tell(
    store: Book,
    notifier: Callable[[str], Notifier],
    *,
    by: str,
    clock: Clock,
    known: Collection[str] | None = None,
    most: int = 1000,
) -> list[Delivery]:
    """Say everything that is due, at most that many notices, and answer how each attempt ended.

    Each receiver is told one thing after the other, and several are told at once. `by` names who speaks,
    unlike anybody else; `known` are the receivers that it can tell, where others may share the log. Raises
    `StoreError` where the outbox cannot be read.
    """
    attempts: list[Delivery] = []
    failures: Counter[str] = Counter()

    def speak(claim: Claim) -> None:
        while True:
            attempt, busy = _say(store, notifier, claim, clock)
            attempts.append(attempt)
            _count(failures, claim.notice.receiver, attempt, busy=busy)
            if len(attempts) >= most:
                return
            away = [name for name, many in failures.items() if many >= AWAY_AFTER]
            claims = store.claim(by, clock(), lease=LEASE, most=1, away=away, known=known)
            if not claims:
                return
            claim = claims[0]

    with ThreadPoolExecutor(AT_ONCE, "unshipped-tell") as speakers:
        claims = store.claim(by, clock(), lease=LEASE, most=min(AT_ONCE, most), known=known)
        for _ in speakers.map(speak, claims):
            pass
    return attempts


def _count(failures: Counter[str], receiver: str, attempt: Delivery, *, busy: bool) -> None:
    """How often in a row it failed. One that says when to come back is left alone at once."""
    if attempt.outcome is Outcome.SENT:
        failures[receiver] = 0
    else:
        failures[receiver] += AWAY_AFTER if busy else 1


def _say(
    store: Book, notifier: Callable[[str], Notifier], claim: Claim, clock: Clock
) -> tuple[Delivery, bool]:
    """How it went, and whether the receiver has said when to come back."""
    reference, again, busy = claim.reference, None, False
    try:
        message = _message(store, claim, clock())
        reference = notifier(claim.notice.receiver).say(message, claim.reference)
        outcome, detail = Outcome.SENT, ""
    except NotifyError as error:
        again, busy = _again_at(store, claim, error, clock()), error.again_after is not None
        outcome, detail = Outcome.FAILED if again else Outcome.GAVE_UP, error.in_one_line
    except UnshippedError as error:  # the receiver is not declared any more; or nobody can say: log, file
        final = not isinstance(error, StoreError | LapsedError)
        again = _again_at(None if final else store, claim, NotifyError("", final=final), clock())
        outcome, detail = Outcome.FAILED if again else Outcome.GAVE_UP, error.in_one_line
    except Exception as error:  # a notifier of a third party must not take the others down with it
        again = _again_at(store, claim, NotifyError(""), clock())
        outcome, detail = Outcome.FAILED if again else Outcome.GAVE_UP, type(error).__name__
    delivery = Delivery(claim.notice.id, claim.attempt, clock(), outcome, detail)
    _record(store, claim, delivery, reference, again)
    return delivery, busy


def _record(store: Book, claim: Claim, delivery: Delivery, reference: str, again_at: datetime | None) -> None:
    """Write down how it went, also where the log is away for a moment. Raises `StoreError`."""

    def recorded() -> bool:
        try:
            store.record(claim, delivery, reference=reference, again_at=again_at)
        except StoreError:
            return False
        return True

    if not patiently(recorded, PATIENCE):
        store.record(claim, delivery, reference=reference, again_at=again_at)


def _message(store: Book, claim: Claim, now: datetime) -> Message:
    """What the notice says by now: of its conversation, what this receiver was told of."""
    notice = claim.notice
    if notice.topic is not Topic.INCIDENTS:
        return compose(notice, (), {}, now, _authors(store, notice))
    incidents = store.incidents(ids=claim.heard)
    standings = store.standings([one.target for one in incidents])
    return compose(notice, incidents, standings, now)


def _authors(store: Book, notice: Notice) -> tuple[str, ...]:
    """Whose changes went out and came back, or stopped halfway, where it is about that."""
    if notice.topic is not Topic.ROLLOUT:
        return ()
    found = store.rollouts(ids=[notice.id.rpartition("/")[2]])
    return concerned(found[0].plan, found[0].outcome) if found else ()


def _again_at(store: Book | None, claim: Claim, error: NotifyError, now: datetime) -> datetime | None:
    """When to try again; None where it has been tried for long enough. What is still open is not told by
    anything else, so that is tried as long as it is: by whoever has the log, where its receiver is declared.
    """
    late = (now - claim.notice.at).total_seconds() > GIVE_UP_AFTER
    if late and not (store and _is_open(store, claim.notice)):
        return None
    pause = (
        LONGEST_PAUSE if error.final else min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(claim.attempt - 1, 10))
    )
    return now + timedelta(seconds=max(pause, error.again_after or 0))


def _is_open(store: Book, notice: Notice) -> bool:
    """Whether an incident that it tells of is, as far as is known."""
    try:
        return any(one.open for one in store.incidents(ids=[one.incident for one in notice.told]))
    except StoreError:
        return True


def untold(store: Book, receivers: Collection[str], now: datetime) -> list[Delivery]:
    """Of each thing that one of these receivers has not heard, the last attempt: also where the next one is
    not due yet, and for a day where it was given up.
    """
    unsaid = {one.id for one in store.undelivered() if one.receiver in receivers}
    if not unsaid:
        return []
    since = now - timedelta(seconds=GIVE_UP_AFTER) - _TOLD_FOR
    last = {notice.id: one for notice, one in store.deliveries(since=since) if notice.id in unsaid}
    return [one for one in last.values() if one.outcome is not Outcome.GAVE_UP or one.at > now - _TOLD_FOR]


def failed(attempts: Sequence[Delivery]) -> list[Delivery]:
    """Those that reached nobody."""
    return [one for one in attempts if one.outcome is not Outcome.SENT]
