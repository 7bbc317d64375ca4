"""The queue: which wishes may begin now, and why the others wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import permutations

from unshipped.app.around import around, by_target
from unshipped.app.bad import marked, why_bad
from unshipped.app.crew import Crew
from unshipped.app.planning import PAST, Prospect, prospects
from unshipped.core.logged.rolling import Fate, Rollout, Wish
from unshipped.core.model import Hold
from unshipped.core.rollout import End
from unshipped.core.value import Value
from unshipped.core.windows import FULL, Asked, Ground, Lock, Wait, may_begin, newest, opens
from unshipped.errors import GitError


class Board(Value):
    """What the log says about the whole queue."""

    wishes: tuple[Wish, ...]
    opened: tuple[Rollout, ...]
    locks: tuple[Lock, ...]
    holds: Mapping[str, Hold]
    batches: Mapping[str, tuple[Rollout, ...]]
    """What was begun of each batch that waits."""
    dropped: Mapping[str, tuple[Asked, ...]]
    """What was taken out of each of them, and does not serve either."""

    def running(self, target: str) -> str:
        return next((one.id for one in self.opened if one.target == target), "")


def take_up(crew: Crew) -> list[str]:
    """Begin what may begin. Answers the rollouts that were begun; each has to be carried out by somebody.

    Any number of processes may do this at once: of each target one rollout is begun.
    """
    now = crew.clock()
    mine = crew.targets.keys() & crew.recipes.keys()  # what is not deployed from here is somebody else's
    waiting = [one for one in crew.book.wishes() if one.asked.target in mine]
    if not waiting:
        return []
    waiting = _not_bad(crew, waiting, now)
    asked_for = [one.asked for one in waiting]
    chosen, superfluous = newest(asked_for, _holding(crew, asked_for))
    for one in superfluous:
        crew.book.drop(one.id, "something newer was asked for", now, Fate.REPLACED)
    said = {one.asked.id: one.waits for one in waiting}
    dropped = {one.id for one in superfluous}
    board = board_of(crew, [one for one in waiting if one.asked.id not in dropped], now)
    reasons: dict[str, str] = {}
    ready = []
    for asked in chosen:
        wait = _spoiled(crew, asked, board) or may_begin(asked, _ground(crew, asked, board, Ground()), now)
        if wait is None:
            ready.append(asked)
        else:
            _keep_waiting(crew, asked, wait, reasons, now)
    begun = _begun(crew, ready, board, reasons, now)
    crew.book.waits({identity: reason for identity, reason in reasons.items() if said[identity] != reason})
    return begun


def _begun(
    crew: Crew, ready: Sequence[Asked], board: Board, reasons: dict[str, str], now: datetime
) -> list[str]:
    """Begin as many of these as there is room for: the sources of the others are not asked in vain."""
    begun: list[str] = []
    while ready and (room := crew.width - len(board.opened) - len(begun)) > 0:
        first, ready = ready[:room], ready[room:]
        for found in prospects(crew, first, now):
            wait = found.wait or may_begin(found.asked, _ground(crew, found.asked, board, found.ground), now)
            if wait:
                _keep_waiting(crew, found.asked, wait, reasons, now)
            elif found.plan and crew.book.begin(Rollout(found.plan, now, found.asked.batch), crew.width):
                begun.append(found.plan.id)
            else:
                reasons[found.asked.id] = FULL
    reasons |= dict.fromkeys((one.id for one in ready), FULL)
    return begun


def _not_bad(crew: Crew, waiting: Sequence[Wish], now: datetime) -> list[Wish]:
    """Those whose commit is not known to be bad. The others are dropped before one of them is chosen in the
    place of a good one, or waits for the end of the hold that it has brought about. Of those that can begin
    the plan says it.
    """
    held, targets = by_target(crew.book.holds(now)), Counter(one.asked.target for one in waiting)
    asked = {target for target, many in targets.items() if many > 1 or target in held}
    pasts = crew.book.pasts(asked, PAST) if asked else {}
    found = []
    for one in waiting:
        why = _bad(crew, one, pasts.get(one.asked.target, ()), now)
        if why and (wait := may_begin(one.asked, Ground(bad=why), now)) and wait.final:
            crew.book.drop(one.asked.id, wait.reason, now)
        else:
            found.append(one)
    return found


def _bad(crew: Crew, wish: Wish, past: Sequence[Rollout], now: datetime) -> str:
    """Why its commit is. Its history is looked at once; whether it was rolled back meanwhile, each time."""
    if wish.waits or not past:
        return marked(wish.asked.commit, past, now)
    origin = crew.targets[wish.asked.target].origins[0]
    try:
        return why_bad(crew.repository(origin.repository), origin, wish.asked.commit, past, now)
    except GitError:  # the plan says why
        return ""


def _holding(crew: Crew, wishes: Sequence[Asked]) -> set[tuple[str, str]]:
    """Which commits of one target hold another one that is asked for as well."""
    commits: dict[str, set[str]] = {}
    for one in wishes:
        commits.setdefault(one.target, set()).add(one.commit)
    found: set[tuple[str, str]] = set()
    for target, several in commits.items():
        if len(several) > 1:
            with suppress(GitError):  # then the wish that came last counts
                repository = crew.repository(crew.targets[target].origins[0].repository)
                found |= repository.holding(permutations(several, 2))
    return found


def preview(crew: Crew, wishes: Sequence[Asked], now: datetime) -> list[Prospect]:
    """What would be begun, and what would wait and why: as `take_up` decides it, without beginning."""
    board = board_of(crew, [*crew.book.wishes(), *map(Wish, wishes)], now)
    found = [
        one._replace(
            wait=may_begin(one.asked, _ground(crew, one.asked, board, one.ground, preview=True), now)
        )
        if one.wait is None
        else one
        for one in prospects(crew, wishes, now)
    ]
    gone = {one.asked.id for one in found if one.wait and one.wait.final}
    left = board._replace(wishes=tuple(one for one in board.wishes if one.asked.id not in gone))
    return [one._replace(after=tuple(_before(crew, one.asked, left))) for one in found]


def _before(crew: Crew, asked: Asked, board: Board) -> Iterator[str]:
    """The services that go before it, as far as they are not through yet."""
    recipe = crew.recipes.get(asked.target)
    for service in recipe.after if recipe and not asked.rollback else ():
        target = f"{service}/{asked.environment}"
        if board.running(target) or any(one.asked.target == target for one in board.wishes):
            yield service


def board_of(crew: Crew, wishes: Sequence[Wish], now: datetime) -> Board:
    """What the log says now."""
    batches = {one.asked.batch for one in wishes if one.asked.batch}
    return Board(
        wishes=tuple(wishes),
        opened=tuple(crew.book.rollouts(open_only=True)),
        locks=tuple(crew.book.locks(now)),
        holds=by_target(crew.book.holds(now)),
        batches={batch: tuple(crew.book.rollouts(batch=batch)) for batch in batches},
        dropped={batch: _dropped(crew.book.wishes(batch=batch)) for batch in batches},
    )


def _dropped(wishes: Sequence[Wish]) -> tuple[Asked, ...]:
    return tuple(one.asked for one in wishes if one.fate is Fate.DROPPED)


def opening(crew: Crew, wishes: Sequence[Wish], now: datetime) -> dict[str, datetime]:
    """By the id of a wish: when what ends by itself and keeps it back will have ended."""
    board = board_of(crew, wishes, now)
    moments = {
        one.asked.id: opens(one.asked, _ground(crew, one.asked, board, Ground()), now) for one in wishes
    }
    return {identity: moment for identity, moment in moments.items() if moment}


def keeping(crew: Crew, wishes: Sequence[Wish], now: datetime) -> dict[str, str]:
    """By the id of a wish: what of the log and the configuration keeps it back by now, if anything."""
    board = board_of(crew, wishes, now)
    waits = {
        one.asked.id: may_begin(one.asked, _ground(crew, one.asked, board, Ground()), now) for one in wishes
    }
    return {identity: wait.reason for identity, wait in waits.items() if wait}


def _ground(crew: Crew, asked: Asked, board: Board, known: Ground, *, preview: bool = False) -> Ground:
    """What decides, with what the log and the configuration say."""
    recipe = crew.recipes.get(asked.target)
    return around(crew, asked.target, board.locks, board.holds, known)._replace(
        running=board.running(asked.target),
        first="" if preview else _first(crew, asked, board),
        full=not preview and len(board.opened) >= crew.width,
        another=recipe.another if recipe else False,
    )


def _first(crew: Crew, asked: Asked, board: Board) -> str:
    """What goes before it and is not through yet."""
    for service in _before(crew, asked, board):
        if rollout := board.running(f"{service}/{asked.environment}"):
            return f"{service} goes first: its rollout {rollout} is under way"
        return f"{service} goes first, and waits itself"
    return ""


def _spoiled(crew: Crew, asked: Asked, board: Board) -> Wait | None:
    """Why it is of no use any more: another one of its batch did not end well, or what goes first was taken
    out of it.
    """
    recipe = crew.recipes.get(asked.target)
    for other in board.dropped.get(asked.batch, ()):
        if recipe and other.environment == asked.environment and other.service in recipe.after:
            return Wait(f"{other.target} was not begun, which goes first", final=True)
    for rollout in board.batches.get(asked.batch, ()):
        if rollout.outcome is None or rollout.outcome.end is End.PROVEN:
            continue
        told = f"{rollout.target} was {rollout.outcome.end.value}"
        if recipe and rollout.plan.environment == asked.environment and rollout.plan.service in recipe.after:
            return Wait(f"{told}, which goes first", final=True)
        if not asked.go_on:
            return Wait(f"{told}, and the batch stops there", final=True)
    return None


def _keep_waiting(crew: Crew, asked: Asked, wait: Wait, reasons: dict[str, str], now: datetime) -> None:
    if wait.final:
        crew.book.drop(asked.id, wait.reason, now, Fate.SAME if wait.same else Fate.DROPPED)
    else:
        reasons[asked.id] = wait.reason
