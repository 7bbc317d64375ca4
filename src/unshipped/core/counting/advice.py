"""What is noisiest, and what to change so that it is not: each recommendation with its arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from unshipped.core import words
from unshipped.core.counting.figures import Span, spread
from unshipped.core.incidents import ACTIONABLE, Ending, Incident, Kind, Step
from unshipped.core.logged.past import Past
from unshipped.core.value import Value

FEW = 4
"""Of fewer incidents than that nothing is concluded."""
_SHORT = 1800
_LONGEST_GRACE = 4 * 3600
_STEP = 300


class Advice(Value):
    """One thing to change."""

    about: str
    """A target, or a kind of source."""
    why: str
    do: str
    ids: tuple[str, ...]
    """The incidents that would be spared."""


def advise(past: Past, span: Span) -> tuple[Advice, ...]:
    """What to change, the noisiest first: what most incidents of that time are about."""
    over = [one for one in past.incidents if span.holds(one.opened_at) and not one.open and not one.baseline]
    known = {one.incident for one in past.transitions if one.step is Step.ACKNOWLEDGED}
    found = [*_graces(over, known), *_unknowns(over, known), *_repeating(over, known)]
    return tuple(sorted(found, key=lambda one: (-len(one.ids), one.about, one.do)))


def _graces(over: Iterable[Incident], known: set[str]) -> Iterator[Advice]:
    """Drifts that were over before anybody could have done anything: a longer grace would have waited."""
    for target, own in _grouped((one.target, one) for one in over if one.kind is Kind.DRIFT and one.since):
        limit = _limit(own, known)
        if limit is None or limit > _LONGEST_GRACE:
            continue
        spared = [one for one in own if _reached(one) < limit]
        rest = len(own) - len(spared)
        yield Advice(
            about=target,
            why=_brief(own, spared),
            do=f"raise its grace to {words.age(limit)}: {len(spared)} of {len(own)} would not have opened"
            + (f", the other {rest} would have been told of later" if rest else ""),
            ids=_ids(spared),
        )


def _unknowns(over: Iterable[Incident], known: set[str]) -> Iterator[Advice]:
    for cause, own in _grouped((one.cause, one) for one in over if one.kind is Kind.UNKNOWN and one.since):
        limit = _limit(own, known)
        if limit is None:
            continue
        _, code, source = [*cause.split(":", 2), "", ""][:3]
        spared = [one for one in own if _reached(one) < limit]
        yield Advice(
            about=source or "unknown",
            why=f"{code or 'unknown'}: {_brief(own, spared)}",
            do=f"let it last {words.age(limit)} before it is an incident: "
            f"{len(spared)} of {len(own)} would not have opened; or find out why it cannot be determined",
            ids=_ids(spared),
        )


def _repeating(over: Iterable[Incident], known: set[str]) -> Iterator[Advice]:
    """Drifts that a deploy ended each time, after more than a moment: nobody had to be told."""
    for target, own in _grouped((one.target, one) for one in over if one.kind is Kind.DRIFT):
        late = [one for one in own if one.ending is Ending.DEPLOYED and not _short(one, known)]
        if len(late) >= FEW:
            mean = spread((one.id, _lasted(one)) for one in late).mean or 0.0
            yield Advice(
                about=target,
                why=f"{len(late)} of {words.count(len(own), 'incident')} ended with a deploy, "
                f"after {words.age(mean)} on average",
                do="deploy it when a change lands",
                ids=_ids(late),
            )


def _limit(own: Sequence[Incident], known: set[str]) -> float | None:
    """How long to wait, in whole five minutes, so that most of those that were over soon would not have
    opened; None where those are not the most, or where there is too little to conclude from.
    """
    brief = [one for one in own if _short(one, known)]
    if len(own) < FEW or len(brief) * 2 <= len(own):
        return None
    reached = spread((one.id, _reached(one)) for one in brief).p90 or 0.0
    limit = (int(reached) // _STEP + 1) * _STEP
    return limit if sum(_reached(one) < limit for one in own) * 2 > len(own) else None


def _brief(own: Sequence[Incident], spared: Sequence[Incident]) -> str:
    longest = words.age(max(map(_lasted, spared)))
    helped = sum(one.ending in ACTIONABLE for one in spared)
    how = "all by themselves" if not helped else f"{len(spared) - helped} by themselves, {helped} by a deploy"
    how = how if helped < len(spared) else "by a deploy that was on its way"
    return f"{len(spared)} of {len(own)} incidents were over within {longest}, {how}"


def _short(one: Incident, known: set[str]) -> bool:
    return _lasted(one) <= _SHORT and one.id not in known


def _lasted(one: Incident) -> float:
    return ((one.resolved_at or one.opened_at) - one.opened_at).total_seconds()


def _reached(one: Incident) -> float:
    """How long what it is about had been so when it was over."""
    return ((one.resolved_at or one.opened_at) - (one.since or one.opened_at)).total_seconds()


def _ids(some: Iterable[Incident]) -> tuple[str, ...]:
    return tuple(sorted(one.id for one in some))


def _grouped(named: Iterable[tuple[str, Incident]]) -> list[tuple[str, list[Incident]]]:
    groups: dict[str, list[Incident]] = {}
    for name, incident in sorted(named, key=lambda one: (one[0], one[1].id)):
        groups.setdefault(name, []).append(incident)
    return list(groups.items())
