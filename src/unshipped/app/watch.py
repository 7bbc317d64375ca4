"""One round of the watch: look at a share of the fleet, and write down what follows from it.

It can be asked for again and again, by any scheduler and by several at once: a share is looked at once for
a moment, and what was seen later is never overwritten by what was seen before. Several configurations may
share a log: what another one looks at is neither looked at for it nor over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from zlib import crc32

from unshipped.app.around import by_target, under_way
from unshipped.app.drill import DRILL
from unshipped.app.verdicts import held, moving
from unshipped.core.alerting import Route
from unshipped.core.holds import with_placed
from unshipped.core.logged.arrival import first_seen
from unshipped.core.logged.journal import Round
from unshipped.core.logged.observations import Observation, Standing, observed
from unshipped.core.model import Drift, Flag, Problem, Report, Severity, State, Target, Verdict
from unshipped.core.policy import judge
from unshipped.core.rules import RESTS, Rules
from unshipped.core.value import Value
from unshipped.core.watching import Entries, Situation, follow
from unshipped.errors import GitError, UsageError
from unshipped.ports.keeping import Turn
from unshipped.ports.rolling import Book

_SKEW = timedelta(minutes=1)
"""So far the clocks of several machines may lie apart."""

Look = Callable[[Sequence[Target], Mapping[str, Sequence[str]]], Report]
"""Looks at some targets, and judges them; beside them, what they served before, by their names."""


_Seen = tuple[Observation, Verdict | None]
"""What was seen of a target, and the verdict that says so; none where nothing could be looked at."""

_PARTS = 10
"""A repository with less than that part of a share's targets is looked at by one share."""


class Shard(Value):
    """One of several equal shares of the fleet, from 1 on."""

    number: int = 1
    of: int = 1

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def part(self, targets: Sequence[Target]) -> list[Target]:
        """The targets in this share: all environments of a service, and where a repository holds few of the
        fleet's targets, all of that: so that it is fetched and read by one share and not by each.
        """
        held = Counter(map(_repository, targets))
        few = len(targets) / self.of / _PARTS

        def whose(target: Target) -> str:
            repository = _repository(target)
            return repository if held[repository] <= few else target.service

        return [one for one in targets if crc32(whose(one).encode()) % self.of == self.number - 1]


def _repository(target: Target) -> str:
    return target.origins[0].repository if target.origins else ""


class Watched(Value):
    """What is watched, and by which rules."""

    targets: Sequence[Target]
    look: Look
    rules: Rules = Rules()
    routes: tuple[Route, ...] = ()
    web: Callable[[str], str] = lambda _: ""
    """The page of a repository, by its name."""
    fresh: bool = False
    """Whether each look brings the repositories up to date first."""


class Checked(Value):
    """A round, and what followed from it."""

    round: Round
    entries: Entries = Entries()
    before: bool = False
    """Whether it had been done before: then nothing was looked at now."""
    ahead: datetime | None = None
    """A look in the log that the clock has not reached yet: until then nothing new is found."""

    @property
    def worst(self) -> Severity:
        """How bad the worst is that somebody should do something about."""
        troubled = [one.seen.severity for one in self.entries.standings if not one.seen.quiet]
        return max(troubled, default=Severity.NONE)

    @property
    def unsure(self) -> bool:
        """Whether a target could not be determined. What is retired may be gone."""
        seen = [one.seen for one in self.entries.standings]
        return any(not one.conclusive and Flag.RETIRED not in one.flags for one in seen)


def shard(text: str) -> Shard:
    """A share as it is written: `2/8`. Raises `UsageError`."""
    number, _, of = text.partition("/")
    if number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of) <= 10_000:
        return Shard(int(number), int(of))
    raise UsageError(f"{text!r} is no share of the fleet", "write one like 1/4: the first of four")


def check(
    store: Book,
    watched: Watched,
    share: Shard,
    slot: datetime,
    *,
    now: datetime,
    clock: Callable[[], float],
) -> Checked:
    """The round of a share for a moment: done now, or as it was done before. `clock` measures how long it
    takes, in seconds. Raises `StoreError` where it cannot be written down.
    """
    part = share.part(watched.targets)
    with store.turn() as turn:
        ahead = _ahead(turn.newest(), now)
        known = turn.done(str(share), slot)
    if known:
        names = [one.name for one in part]
        left = _left_out(known, names, store.standings(names))
        part = [one for one in part if one.name in left]
        if not part:
            return Checked(known, before=True, ahead=ahead)
    fetched = store.last_round(str(share)) if watched.fresh else None
    began = clock()
    seen, error = _seen(store, part, watched, now)
    done = Round(
        shard=str(share),
        slot=slot,
        at=now,
        seconds=clock() - began,
        declared=len(watched.targets),
        checked=len(seen),
        conclusive=sum(one.conclusive for one, _ in seen),
        troubled=0,
        error=error,
    )
    return _written(store, watched, seen, done, now, fetched)._replace(ahead=ahead)


_AT_ONCE = 2_000
"""The targets of one turn: who waits for it gives up after 30 seconds."""


def _written(
    store: Book, watched: Watched, seen: Sequence[_Seen], done: Round, now: datetime, fetched: Round | None
) -> Checked:
    """Write down what follows from a round, in as many turns as it takes; the last one finishes it, and ends
    what is declared no longer: all that is open has to be read for that. The round before had `fetched`.
    """
    names = [target.name for target in watched.targets]
    entries = Entries()
    for start in range(0, max(len(seen), 1), _AT_ONCE):
        some, last = seen[start : start + _AT_ONCE], start + _AT_ONCE >= len(seen)
        looked = [one.target for one, _ in some]
        with store.turn() as turn:
            situation = turn.situation(looked, now, whole=last)
            other = turn.done(done.shard, done.slot)
            if other and not _left_out(other, looked, situation.standings):
                return Checked(other, before=True)
            dated = _dated(some, _determined(store, some, situation), now, fetched)
            troubled = sum(not one.quiet and one.severity > Severity.NONE for one in dated)
            done = done._replace(troubled=done.troubled + troubled)
            declared = [*names, *_elsewhere(turn, situation, names, now)]
            found = follow(situation, dated, watched.rules, watched.routes, now, declared=declared)
            turn.write(found)
            if last and not other:
                turn.finish(done)
        entries = entries.and_also(found)
    return Checked(done, entries)


_FEW = 20
"""So many targets are asked for by their names; of more the past of the whole fleet is read at once."""


def _left_out(done: Round, names: Sequence[str], standings: Mapping[str, Standing]) -> set[str]:
    """Those of the targets that a finished round did not look at: it was one of another configuration."""
    return {name for name in names if name not in standings or standings[name].checked_at < done.at}


def _elsewhere(turn: Turn, situation: Situation, names: Sequence[str], now: datetime) -> list[str]:
    """Of the targets that are not declared here and of which something is open those that another
    configuration looks at: not in one round with what is declared, and not long ago.
    """
    others = {one.target for one in situation.incidents if one.open} - {*names, DRILL}
    if not others:
        return []
    here = {one.checked_at for one in situation.standings.values()}
    stood = turn.situation(sorted(others), now, whole=False).standings
    return [
        name for name, one in stood.items() if one.checked_at not in here and now - one.checked_at < RESTS
    ]


def _ahead(newest: datetime | None, now: datetime) -> datetime | None:
    return newest if newest and newest > now + _SKEW else None


def look_again(store: Book, watched: Watched, names: Collection[str], now: datetime) -> Entries:
    """Look at some targets between two rounds, because something was done to them. Raises `StoreError`."""
    asked = [one for one in watched.targets if one.name in names]
    seen, _ = _seen(store, asked, watched, now)
    with store.turn() as turn:
        situation = turn.situation([one.target for one, _ in seen], now)
        dated = _dated(seen, _determined(store, seen, situation), now)
        # None of what is open is over by that, and of what is not looked at another one tells.
        open_for = [one.target for one in situation.incidents]
        entries = follow(situation, dated, watched.rules, watched.routes, now, declared=open_for)
        turn.write(entries)
    return entries


def _served(store: Book, targets: Sequence[Target]) -> Mapping[str, Sequence[str]]:
    """What the log knows them to have served; of several origins it does not know which of them did."""
    return store.served([one.name for one in targets if len(one.origins) < 2])


def _seen(store: Book, targets: Sequence[Target], watched: Watched, now: datetime) -> tuple[list[_Seen], str]:
    """What was seen of each target; where nothing could be looked at at all, that of each, and why. Which
    holds there are is asked once all is seen: one that was placed meanwhile counts. Which rollouts are under
    way is asked before: one that ends meanwhile may end behind the look.
    """
    if not targets:
        return [], ""
    deploys = under_way(store.rollouts(open_only=True), now)
    try:
        report = watched.look(targets, _served(store, targets))
    except GitError as error:
        targets, problem = with_placed(targets, by_target(store.holds(now)), now), error.problem()
        return [(unreadable(target, problem, now), None) for target in targets], error.message
    placed = by_target(store.holds(now))
    pages: Mapping[str, str] = {
        name: watched.web(name) for name in {origin.repository for one in targets for origin in one.origins}
    }
    return [
        (observed(one, now, described=described(one.drift.target), web=_page(one.drift.target, pages)), one)
        for one in (moving(held(one, placed, now), deploys, now) for one in report.verdicts)
    ], ""


def _determined(store: Book, seen: Sequence[_Seen], situation: Situation) -> Mapping[str, Standing]:
    """How each target stood when it could last be determined: what is unknown lists nothing that waits."""
    found = dict(situation.standings)
    lost = {
        one.target: found[one.target].conclusive_at
        for one, _ in seen
        if one.conclusive and one.target in found and not found[one.target].seen.conclusive
    }
    for at in filter(None, set(lost.values())):
        names = [name for name, last in lost.items() if last == at]
        stood = [
            one
            for name in (names if len(names) <= _FEW else [""])
            for one in store.stretches(since=at, until=at, target=name)
        ]
        found |= {one.seen.target: one for one in stood if lost.get(one.seen.target) == at}
    return found


def _dated(
    seen: Sequence[_Seen], standings: Mapping[str, Standing], now: datetime, fetched: Round | None = None
) -> list[Observation]:
    """With what has a date that cannot be right waiting since the log saw it first. Only a round brings up to
    date what should serve: a look between two of them may have seen an old branch.
    """
    up_to_date = fetched.at if fetched and not fetched.error else None

    def dated(one: Observation, verdict: Verdict | None) -> Observation:
        stood = standings.get(one.target)
        fresh = up_to_date if stood and stood.seen.map == one.map else None
        found = verdict and first_seen(verdict, stood, now, fresh=fresh)
        if found is None or found is verdict:
            return one
        return observed(found, one.at, described=one.map, web=one.web)

    return [dated(*one) for one in seen]


def _page(target: Target, pages: Mapping[str, str]) -> str:
    return pages.get(target.origins[0].repository, "") if target.origins else ""


def unreadable(target: Target, problem: Problem, now: datetime) -> Observation:
    """What is seen of a target where nothing could be looked at."""
    verdict = judge(Drift(target, State.UNKNOWN, problem=problem), target.policy, now)
    return observed(verdict, now, described=described(target))._replace(source="git")


def described(target: Target) -> str:
    """Names what a target is said to be made of."""
    said = repr([(origin.repository, origin.closure) for origin in target.origins])
    return sha256(said.encode("utf-8", "surrogateescape")).hexdigest()[:16]
