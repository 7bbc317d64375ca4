"""What the commands share that carry rollouts out: keep them going, show what happens, say how it ended."""

from __future__ import annotations

import gc
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from types import FrameType
from typing import Any, Self

from unshipped.app.cancel import cancel
from unshipped.app.take_up import take_up
from unshipped.cli.output import aside
from unshipped.cli.terminal import safe
from unshipped.core import words
from unshipped.core.exits import DRIFT, FINE, NOTHING, UNKNOWN
from unshipped.core.logged.rolling import Fate, Rollout, Taken, Wish
from unshipped.core.rollout import End, Plan, Result, Step, Went
from unshipped.core.value import Value
from unshipped.errors import AdriftError, StoreError, UsageError
from unshipped.ports.rolling import Book, Engine
from unshipped.wiring.deploying import Foreman, Keeper

_LOOK_EVERY = 0.5
"""As often as output is written down; that a rollout has ended is heard at once."""
_TAKE_UP_EVERY = 2.0
_PATIENCE = 30.0
"""A log that is away for so many seconds, as where its server is started anew, ends nothing."""
MARKS = {Went.PASSED: "✓", Went.FAILED: "✗", Went.COULD_NOT: "?", Went.NOT_BEGUN: "✗"}
_BAD = "is known to be bad"

ENDS = """\
exit codes:
  0  every target is proven to serve what was asked for, or did so already
  1  a target was rolled back, or nothing was touched because something spoke against it
  2  wrong usage or configuration
  3  a target stopped halfway or still waits, or the log went away meanwhile
  4  no target was meant
"""


class Settled(Value):
    """What became of one wish."""

    wish: Wish
    rollout: Rollout | None
    held: bool = False
    """Whether somebody, or a rollout, holds its target in the log."""

    @property
    def code(self) -> int:
        outcome = self.rollout.outcome if self.rollout else None
        if outcome:
            return {End.PROVEN: FINE, End.STOPPED: UNKNOWN}.get(outcome.end, DRIFT)
        if self.wish.fate is Fate.SAME:
            return FINE
        return DRIFT if self.wish.fate in (Fate.DROPPED, Fate.REPLACED) else UNKNOWN

    @property
    def told(self) -> str:
        """How it stands, in a sentence."""
        if self.rollout and self.rollout.outcome:
            return f"{self.rollout.outcome.end.value}: {self.rollout.outcome.reason}"
        if self.rollout:
            return "under way"
        if self.wish.fate:
            return f"not begun: {self.wish.why}"
        return f"waits: {self.wish.waits or 'nobody has looked at it yet'}"

    @property
    def next(self) -> str:
        """What a person does who has to look."""
        asked, outcome = self.wish.asked, self.rollout.outcome if self.rollout else None
        if outcome and outcome.end is End.PROVEN and self.held:
            return f"unshipped unhold {asked.service} -e {asked.environment}, once what is wrong is mended"
        if outcome:
            return f"unshipped rollouts {asked.id}" if outcome.holds else ""
        if self.wish.fate and _BAD in self.wish.why:
            return "merge what mends it, or step over that with --despite bad --reason TEXT"
        if self.wish.fate or self.rollout:
            return ""
        if asked.unapproved:
            return f"unshipped approve {asked.id}"
        return (
            f"unshipped cancel {asked.id}, or leave it: `unshipped serve` and `resume` begin it once it may"
        )


def exit_code(found: Sequence[Settled]) -> int:
    """The worst of them."""
    return max((one.code for one in found), default=NOTHING)


def carry(
    book: Book,
    take: Callable[[], Engine | None],
    foreman: Foreman,
    ids: Sequence[str],
    *,
    by: str,
    clock: Callable[[], datetime],
) -> list[Settled]:
    """Keep going what is begun and begin what may begin, until those have ended or wait for something else.
    `take` answers what keeps it going, as soon as no other process does. The first interruption cancels them
    in the name of `by`, the second leaves at once; without a name the first one does.
    """
    gc.enable()  # it may go on for hours, unlike most commands
    show, interrupted = Show(book, alone=len(ids) == 1), _Interruptions(heard=bool(by))
    engine, looked, busy, lost, over = None, -_TAKE_UP_EVERY, 0.0, 0.0, dict[str, Settled]()
    with interrupted:
        while True:
            foreman.ended.clear()
            try:
                if time.monotonic() - looked >= _TAKE_UP_EVERY:
                    engine = _begin(book, foreman, take, lambda: settled(book, ids, clock()))
                    looked = time.monotonic()
                opened = book.rollouts(open_only=True)
                _start(engine, opened)
                fresh = settled(book, [identity for identity in ids if identity not in over], clock())
                show.look([one.rollout for one in fresh if one.rollout])
                if interrupted.unheeded:
                    _cancel(book, fresh, by, clock())
                    interrupted.heeded = True
            except StoreError as error:
                lost = _missed(error, lost)
                continue
            lost, busy = 0.0, time.monotonic() if opened else busy
            over |= {one.wish.asked.id: one for one in fresh if _over(one)}
            if all(_over(one) for one in fresh):
                return [over[identity] for identity in ids if identity in over]
            if show.ended:
                looked = -_TAKE_UP_EVERY  # somebody may have waited for it
                continue
            if all(one.wish.waits or _over(one) for one in fresh) and _stays(engine, looked, busy):
                found = over | {one.wish.asked.id: one for one in fresh}
                return [found[identity] for identity in ids if identity in found]
            foreman.ended.wait(_LOOK_EVERY)


def let_go(keeper: Keeper, foreman: Foreman, *, shared: bool) -> None:
    """Begin no further step. Where the log is `shared` with other machines, end what is under way here for
    others: it may be ended with this machine, as in a job of a CI host. An interruption leaves it.
    """
    keeper.close()
    with suppress(KeyboardInterrupt):
        if shared and foreman.busy:
            aside("what else is under way here is ended first; Ctrl-C leaves it to others")
        while shared and foreman.busy:
            time.sleep(_LOOK_EVERY)


def _begin(
    book: Book,
    foreman: Foreman,
    take: Callable[[], Engine | None],
    followed: Callable[[], Sequence[Settled]],
) -> Engine | None:
    """Begin what may begin, where this process keeps it going: nothing while the configuration is wrong. What
    is under way ends before that is told; where all that is `followed` has ended, how it did is told.
    """
    engine = take()
    try:
        if engine:
            take_up(foreman.crew())
    except UsageError:
        if not book.rollouts(open_only=True) and not _ended(followed()):
            raise
    return engine


def _start(engine: Engine | None, opened: Sequence[Rollout]) -> None:
    for rollout in opened if engine else ():
        engine.start(rollout.id)  # type: ignore[union-attr]


def _missed(error: StoreError, since: float) -> float:
    """Since when the log does not answer: told once, and raised where that stays so."""
    if since and time.monotonic() - since > _PATIENCE:
        hint = "once the log answers, `unshipped resume` goes on with it"
        raise AdriftError(f"{error.message}; nobody knows how far it came", hint)
    if not since:
        aside(f"{safe(error.message)}; it is tried again for {_PATIENCE:g} s")
    time.sleep(_LOOK_EVERY)
    return since or time.monotonic()


def settled(book: Book, ids: Sequence[str], now: datetime) -> list[Settled]:
    """How each of them stands."""
    wishes = {one.asked.id: one for one in book.wishes(ids=list(ids))}
    rollouts = {one.id: one for one in book.rollouts(ids=list(ids))}
    held = {one.target for one in book.holds(now)} if rollouts else set()
    found = [one for identity in ids if (one := wishes.get(identity))]
    return [Settled(one, rollouts.get(one.asked.id), held=one.asked.target in held) for one in found]


def _ended(found: Sequence[Settled]) -> bool:
    """Whether there is something to tell, and nothing more will come."""
    return bool(found) and all(map(_over, found))


def _over(one: Settled) -> bool:
    return not one.rollout.open if one.rollout else one.wish.fate is not None


def _stays(engine: Engine | None, looked: float, busy: float) -> bool:
    """Whether it was looked at since the last rollout was under way: then it waits for something that does
    not end here. Another process that keeps them going looks as often; one that leaves has to be followed.
    """
    return looked > busy if engine else time.monotonic() > busy + 2 * _TAKE_UP_EVERY


def _cancel(book: Book, found: Sequence[Settled], by: str, now: datetime) -> None:
    told = {cancel(book, one.wish.asked.id, by, "interrupted", now) for one in found if not _over(one)}
    follows = ", ".join(sorted(told - {""}) or ["it has ended"])
    aside(f"cancelling: {follows}; once more leaves at once")


class _Interruptions:
    """The first one is noticed, the second one interrupts. Where none is to be heard, the first one does."""

    def __init__(self, *, heard: bool) -> None:
        self._seen, self.heeded = not heard, not heard
        self._before: Any = None

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._heard)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    @property
    def unheeded(self) -> bool:
        """Whether there was one, and what it asks for is not written down yet."""
        return self._seen and not self.heeded

    def _heard(self, _number: int, _frame: FrameType | None) -> None:
        if self._seen:
            raise KeyboardInterrupt
        self._seen = True


class Show:
    """Tells standard error what happens, each thing once."""

    def __init__(self, book: Book, *, alone: bool = False) -> None:
        self._book, self._alone = book, alone
        self._steps: dict[str, int] = {}
        self._lines: dict[str, int] = {}
        self._done: set[str] = set()
        self.ended = False
        """Whether one of them ended since it was looked before."""

    def look(self, rollouts: Sequence[Rollout]) -> None:
        """Tell what is new of these."""
        self.ended = False
        for rollout in rollouts:
            if rollout.id in self._done:
                continue
            if rollout.id not in self._steps:
                self._steps[rollout.id] = 0
                self._say(rollout, f"rollout {rollout.id}: {headline(rollout.plan)}")
            self._look(rollout)
            if rollout.outcome:
                self._done.add(rollout.id)
                self.ended = True
                if not self._alone:  # of one the answer says it
                    self._say(rollout, f"{rollout.outcome.end.value}: {rollout.outcome.reason}")

    def _look(self, rollout: Rollout) -> None:
        """Each step's output, and then how it went."""
        told: list[tuple[int, int, str]] = []
        steps = self._book.steps(rollout.id)
        for line in self._book.output(rollout.id, after=self._lines.get(rollout.id, 0)):
            self._lines[rollout.id] = line.seq
            told += [(line.number, 0, f"  │ {text}") for text in line.text.splitlines()]
        for taken in steps:
            if taken.result and taken.number >= self._steps[rollout.id]:
                self._steps[rollout.id] = taken.number + 1
                told.append((taken.number, 1, _went(rollout.plan, taken, taken.result)))
        for _, _, text in sorted(told, key=lambda one: one[:2]):
            self._say(rollout, text)

    def _say(self, rollout: Rollout, text: str) -> None:
        aside(f"{safe(rollout.target)}  {safe(text)}")


def _went(plan: Plan, taken: Taken, result: Result) -> str:
    way, back = (*plan.steps, *plan.back), "back: " * (taken.number >= len(plan.steps))
    took = (result.at - taken.begun_at).total_seconds()
    detail = f": {result.detail}" if result.detail else ""
    return f"{MARKS[result.went]} {back}{step(way[taken.number])} ({took:.1f} s){detail}"


def headline(plan: Plan) -> str:
    """What it does, in one line."""
    before = f"{plan.live[:9]} → " if plan.live else ""
    ships = f", {words.count(len(plan.ships), 'change')}" if plan.ships else ""
    return f"{'back to ' * plan.rollback}{before * (not plan.rollback)}{plan.commit[:9]}{ships}"


def step(one: Step) -> str:
    """A step without its commit, which the headline has."""
    return str(one).replace(f" {one.commit[:9]}", "")


def summary(found: Sequence[Settled]) -> str:
    """How it ended, a line a target."""
    widest = max((len(one.wish.asked.target) for one in found), default=0)
    lines = [f"{safe(one.wish.asked.target):<{widest}}  {safe(one.told)}\n" for one in found]
    return "".join(lines) + next((f"Next: {safe(what)}\n" for one in found if (what := one.next)), "")


def as_json(found: Sequence[Settled]) -> dict[str, Any]:
    """The same for machines."""
    return {"schema_version": 1, "targets": [_row(one) for one in found]}


def _row(one: Settled) -> dict[str, Any]:
    asked, rollout = one.wish.asked, one.rollout
    outcome = rollout.outcome if rollout else None
    return {
        "service": asked.service,
        "environment": asked.environment,
        "commit": asked.commit,
        "id": asked.id,
        "batch": asked.batch or None,
        "by": asked.by,
        "state": outcome.end.value
        if outcome
        else "under-way"
        if rollout
        else one.wish.fate.value
        if one.wish.fate
        else "waits",
        "reason": outcome.reason if outcome else one.wish.why or one.wish.waits or None,
        "begun_at": words.stamp(rollout.begun_at) if rollout else None,
        "ended_at": words.stamp(rollout.ended_at) if rollout and rollout.ended_at else None,
    }
