"""The daily digest: what is open now, and what happened since yesterday."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from unshipped.core import words
from unshipped.core.counting.figures import Span, Spread, spread
from unshipped.core.counting.summary import Section, Summary
from unshipped.core.counting.waits import waits
from unshipped.core.incidents import Incident
from unshipped.core.logged.deploys import Deploy, deploys
from unshipped.core.logged.journal import Kept
from unshipped.core.logged.observations import Standing
from unshipped.core.logged.past import VOUCHES, Past
from unshipped.core.messages import headline, stands
from unshipped.core.model import Flag
from unshipped.core.texts.listing import more
from unshipped.core.value import Value

DAY = timedelta(days=1)
_MOST_LISTED = 20


class Digest(Value):
    """What is worth knowing in the morning."""

    span: Span
    open: tuple[Incident, ...]
    """The worst first, then the oldest."""
    opened: tuple[str, ...]
    resolved: tuple[Incident, ...]
    waits: Spread
    deploys: tuple[Deploy, ...]
    standings: Mapping[str, Standing]
    unseen: tuple[str, ...]
    """Targets that are declared and were never looked at."""
    holds: tuple[Kept, ...] = ()
    """What keeps a target as it is: what a person has to look at first."""
    stopped: frozenset[str] = frozenset()
    """The targets that a rollout holds because nobody knows whether it serves."""

    @property
    def unknown(self) -> tuple[str, ...]:
        """Targets that could not be determined when they were looked at last."""
        stands = self.standings.values()
        unsure = (one for one in stands if not one.seen.conclusive and Flag.RETIRED not in one.seen.flags)
        return tuple(sorted(one.seen.target for one in unsure))

    @property
    def looked_at(self) -> datetime | None:
        """When the target was looked at that nobody has looked at for longest."""
        return min((one.checked_at for one in self.standings.values()), default=None)


def digest(
    past: Past,
    standings: Mapping[str, Standing],
    now: datetime,
    declared: Iterable[str] = (),
    holds: Iterable[Kept] = (),
    stopped: Collection[str] = (),
) -> Digest:
    """The digest of the day before that moment. `declared` are the targets that should be looked at."""
    span = Span(now - DAY, now)
    still = sorted(
        (one for one in past.incidents if one.open), key=lambda one: (-one.severity, one.opened_at, one.id)
    )
    over = sorted(
        (one for one in past.incidents if span.holds(one.resolved_at)), key=lambda one: (one.target, one.id)
    )
    return Digest(
        span=span,
        open=tuple(still),
        opened=tuple(sorted(one.id for one in past.incidents if span.holds(one.opened_at))),
        resolved=tuple(over),
        waits=spread((one.id, one.seconds) for one in waits(past) if span.holds(one.live_at)),
        deploys=tuple(one for one in deploys(past) if span.holds(one.at)),
        standings=standings,
        unseen=tuple(sorted(set(declared) - standings.keys())),
        holds=tuple(sorted(holds, key=lambda one: (one.target not in stopped, one.target, one.since))),
        stopped=frozenset(stopped),
    )


def doubts(standings: Mapping[str, Standing], declared: Iterable[str], now: datetime) -> tuple[str, ...]:
    """What keeps it from being known that nothing is to be done; empty where nothing does."""
    found = digest(Past(now), standings, now, declared)
    lines = [*_named("never looked at", found.unseen), *_named("unknown at the last look", found.unknown)]
    if found.looked_at and now - found.looked_at > VOUCHES:
        lines.append(f"last looked at up to {words.age((now - found.looked_at).total_seconds())} ago")
    return tuple(lines)


def summary(found: Digest) -> Summary:
    """The digest in sentences."""
    over = [f"{one.target}: {headline(one, None, found.span.until)}" for one in found.resolved]
    return Summary(
        title=f"What is not live, {words.moment(found.span.until)}",
        headline=_headline(found),
        sections=(
            Section("Open", lines=_open(found)),
            Section("Held", lines=_held(found)),
            Section("Since yesterday", lines=_since(found)),
            Section("Resolved", lines=_cut(over)),
            Section("The watch itself", lines=_looked(found)),
        ),
    )


def _headline(found: Digest) -> str:
    if not found.standings:
        return "Nothing was ever looked at: there is nothing to tell."
    halfway = f"{words.count(len(found.stopped), 'rollout')} stopped halfway, and a person has to look"
    if found.open:
        worst = found.open[0].severity.word
        opened = f"{words.count(len(found.open), 'incident')} open, the worst {worst}"
        return f"{opened}; {halfway}." if found.stopped else f"{opened}."
    targets = words.count(len(found.standings) + len(found.unseen), "target")
    if found.stopped:
        return f"{targets}: {halfway}."
    if held := len({one.target for one in found.holds}):
        targets += f", {held:,} of them held"
    if unsure := len(found.unknown) + len(found.unseen):
        return f"{targets}: how {unsure:,} of them {'stands' if unsure == 1 else 'stand'} is not known."
    if found.looked_at and found.span.until - found.looked_at > VOUCHES:
        since = words.age((found.span.until - found.looked_at).total_seconds())
        return f"{targets}, and nothing was to be done when last looked at, up to {since} ago."
    return f"{targets}, and nothing is to be done."


def _open(found: Digest) -> tuple[str, ...]:
    lines = []
    for one in found.open:
        standing = found.standings.get(one.target)
        known = f" ({one.acknowledged_by} knows of it)" if one.acknowledged_by else ""
        matter = headline(one, standing and standing.seen, found.span.until)
        lines.append(f"{one.severity.word}: {one.target}, {matter}{known}")
    return _cut(lines)


def _held(found: Digest) -> tuple[str, ...]:
    """Who holds what, why, since when and until when, and how far behind it is meanwhile."""
    now, lines = found.span.until, []
    for one in found.holds:
        standing = found.standings.get(one.target)
        matter = f", {stands(standing.seen, now)}" if standing else ""
        # One of the configuration has no id, and began nobody knows when.
        since = f" for {words.age((now - one.since).total_seconds())}" if one.id else ""
        lines.append(f"{one.target}{matter}, held{since}: {words.hold(one.hold, ended=False)}")
    return _cut(lines)


def _since(found: Digest) -> tuple[str, ...]:
    mean, back = found.waits.mean, sum(one.back for one in found.deploys)
    lines = [
        f"{words.count(len(found.opened), 'incident')} opened, {len(found.resolved):,} resolved",
        words.count(len(found.deploys), "deploy")
        + (f", {words.count(back, 'rollback')} among them" if back else ""),
    ]
    if mean is not None:
        lines.append(f"{words.count(found.waits.n, 'landing')} went live, after {words.age(mean)} on average")
    return tuple(lines)


def _looked(found: Digest) -> tuple[str, ...]:
    """When every target could last be determined: what nobody looks at is never fine."""
    stands = found.standings.values()
    never = sorted(one.seen.target for one in stands if one.conclusive_at is None)
    unknown = [one for one in found.unknown if one not in never]
    old = sorted((one.conclusive_at, one.seen.target) for one in stands if one.conclusive_at)
    told = {"never looked at": found.unseen, "never determined": never, "unknown at the last look": unknown}
    lines = [line for what, targets in told.items() for line in _named(what, targets)]
    if old:
        when, target = old[0]
        since = words.age(max(0.0, (found.span.until - when).total_seconds()))
        lines.append(f"the oldest conclusive look is {since} old: {target}")
    return tuple(lines)


def _named(what: str, targets: Sequence[str]) -> tuple[str, ...]:
    return (f"{what}: {', '.join(_cut(targets))}",) if targets else ()


def _cut(lines: Sequence[str]) -> tuple[str, ...]:
    rest = len(lines) - _MOST_LISTED
    return (*lines[:_MOST_LISTED], more(rest)) if rest > 0 else tuple(lines)
