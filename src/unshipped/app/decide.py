"""What people decide about incidents and targets, written down with who and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from unshipped.carried.rule import tidy
from unshipped.core.alerting import Route, Silence
from unshipped.core.holds import lasts
from unshipped.core.incidents import Incident, Outcome, acknowledge, silence
from unshipped.core.logged.journal import Action, Kept
from unshipped.core.model import Target
from unshipped.core.names import fits
from unshipped.core.watching import told
from unshipped.core.windows import Lock
from unshipped.errors import UsageError
from unshipped.ports.keeping import Store
from unshipped.ports.rolling import Book

WEB, COMMAND = "web", "command"
"""The doors by which somebody comes."""
_MOST_NAMED = 12


def keep(store: Store, made: Kept, door: str = COMMAND) -> None:
    """A target stays as it is."""
    target = f"{made.service}/{made.environment}"
    store.acted(Action(made.since, made.hold.by, "hold", target, made.hold.reason, door))
    store.hold(made)


def held(kept: Iterable[Kept], targets: Iterable[Target], now: datetime) -> list[Kept]:
    """What is held: by people in the log, and by the configuration."""
    declared = [
        Kept("", one.service, one.environment, one.hold, now)
        for one in targets
        if one.hold and lasts(one.hold, now)
    ]
    return [*declared, *kept]


def let_go(
    store: Store, service: str, environment: str, by: str, now: datetime, door: str = COMMAND
) -> list[Kept]:
    """It need not stay so any more. Answers the holds that ended."""
    store.acted(Action(now, by, "unhold", f"{service}/{environment}", door=door))
    return store.unhold(service, environment, by, now)


def lock_up(book: Book, made: Lock, targets: Sequence[Target], door: str = COMMAND) -> None:
    """Nothing is deployed to some targets. Raises `UsageError` for a name that none of them has: whoever
    locks by a wrong one believes that nothing is deployed.
    """
    for one in _each_name(made):
        if not any(falls_on(one, target) for target in targets):
            raise UsageError(*_nothing(one, targets))
    book.acted(Action(made.since, made.by, "lock", locked(made), made.reason, door))
    book.lock(made)


def unlock(book: Book, identity: str, by: str, now: datetime, door: str = COMMAND) -> Lock | None:
    """What was locked may be deployed again. None where no lock of that id holds."""
    book.acted(Action(now, by, "unlock", identity, door=door))
    return book.unlock(identity, by, now)


def _each_name(made: Lock) -> Iterator[Lock]:
    """The same for each of its names alone."""
    yield from (made._replace(services=(glob,)) for glob in made.services)
    yield from (made._replace(services=(), environments=(glob,)) for glob in made.environments)


def _nothing(made: Lock, targets: Sequence[Target]) -> tuple[str, str]:
    """That a lock of one name falls on nothing, and which names there are."""
    where = f" in {', '.join(map(repr, made.environments))}" if made.services and made.environments else ""
    what, glob = ("service", made.services[0]) if made.services else ("environment", made.environments[0])
    names = sorted({target.service if made.services else target.environment for target in targets})
    listed = tidy(", ".join(names[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else ""))
    return f"no {what} fits {glob!r}{where}: nothing is locked", f"the {what}s are {listed}"


def falls_on(lock: Lock, target: Target) -> bool:
    """Whether nothing is deployed there by that lock."""
    return fits((target.service, lock.services), (target.environment, lock.environments))


def locked(one: Lock) -> str:
    """What a lock falls on, in words."""
    where = f" in {', '.join(one.environments)}" if one.environments else ""
    return f"{', '.join(one.services) or 'every service'}{where}"


def speak_again(store: Store, identity: str, by: str, now: datetime, door: str = COMMAND) -> Silence | None:
    """A silence is over. None where none of that id holds."""
    store.acted(Action(now, by, "unsilence", identity, door=door))
    return store.unsilence(identity, now)


def take_note(
    store: Store,
    targets: Sequence[str],
    routes: tuple[Route, ...],
    by: str,
    now: datetime,
    *,
    reason: str = "",
    door: str = COMMAND,
    ids: Collection[str] = (),
) -> list[Incident]:
    """Somebody knows of what is open for these targets; with `ids` of these incidents alone. Answers those
    that nobody had known of.
    """
    wanted = frozenset(targets)
    store.acted(Action(now, by, "acknowledge", ", ".join(targets), reason, door))
    with store.turn() as turn:
        situation = turn.situation(targets, now)
        outcomes = [
            acknowledge(one, by, now, reason)
            for one in situation.incidents
            if one.open and one.target in wanted and (not ids or one.id in ids) and not one.acknowledged_by
        ]
        turn.write(told(situation, outcomes, routes, now))
    return [incident for incident, _ in outcomes]


def keep_quiet(
    store: Store, made: Silence, routes: tuple[Route, ...], now: datetime, *, door: str = COMMAND
) -> list[Incident]:
    """Nobody is told of what the silence is for. Answers the open incidents that it falls on."""
    store.acted(Action(now, made.by, "silence", made.id, made.reason, door))
    store.silence(made)
    with store.turn() as turn:
        situation = turn.situation((), now)  # of no target: what is open, and nothing that is over
        outcomes: list[Outcome] = [
            silence(one, made.by, now, made.reason) for one in situation.incidents if made.holds(one, now)
        ]
        turn.write(told(situation, outcomes, routes, now))
    return [incident for incident, _ in outcomes]
