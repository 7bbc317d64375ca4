"""The four figures of DORA, as far as what runs can tell them: the definitions say what they lack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unshipped.core.counting.figures import Ratio, Span, Spread, ratio, spread
from unshipped.core.counting.waits import waits
from unshipped.core.logged.deploys import Deploy, deploys
from unshipped.core.logged.past import Past, known
from unshipped.core.value import Value


class Dora(Value):
    """Deployment frequency, lead time for changes, change failure rate, time to restore."""

    span: Span
    known: float
    """For how long, in seconds, it was known what serves; added up over all targets."""
    deployed: tuple[str, ...]
    """Deploys that are no rollbacks."""
    lead_time: Spread
    """From merged to live, by target and landing."""
    failures: Ratio
    """Rollbacks, of the deploys that are none."""
    restored_after: Spread
    """For how long what was rolled back had served, by the rollback."""

    @property
    def a_day(self) -> float | None:
        """None where nobody knows whether anything was deployed."""
        weekly = self.span.a_week(len(self.deployed)) if self.deployed or self.known else None
        return None if weekly is None else weekly / 7


def dora(past: Past, span: Span) -> Dora:
    """The figures of that time."""
    every = deploys(past)
    within = [one for one in every if span.holds(one.at)]
    forward = tuple(one.id for one in within if not one.back)
    return Dora(
        span=span,
        known=sum(known(course, past.whole(span)) for course in past.courses.values()),
        deployed=forward,
        lead_time=spread((one.id, one.seconds) for one in waits(past) if span.holds(one.live_at)),
        failures=ratio((one.id for one in within if one.back), forward),
        restored_after=spread(_restored(within, every)),
    )


def _restored(within: Sequence[Deploy], every: Sequence[Deploy]) -> Iterator[tuple[str, float]]:
    """Where it was not seen when the bad revision began to serve, nothing is said."""
    for rollback in within:
        if not rollback.back:
            continue
        began = [one.at for one in every if one.target == rollback.target and one.at < rollback.at]
        if began:
            yield rollback.id, (rollback.at - began[-1]).total_seconds()
