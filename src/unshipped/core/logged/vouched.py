"""What the last look is worth now: one that is too old, or that was never taken, proves nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from unshipped.core import words
from unshipped.core.logged.observations import Observation, Standing
from unshipped.core.messages import stands
from unshipped.core.model import Code, Flag, Severity, State, Target

NEVER = datetime.min.replace(tzinfo=UTC)
"""When it was looked at what never was."""
_SKEW = timedelta(minutes=5)


def vouched(one: Standing, target: Target, due: datetime | None, now: datetime) -> Standing:
    """How it stands as far as that is known now. `due` is the newest moment for which somebody should have
    looked by now, where there is one.
    """
    ahead = one.checked_at - now
    if ahead <= _SKEW and (due is None or one.checked_at >= due):
        return one
    if ahead > _SKEW:
        why = f"it was looked at {words.age(ahead.total_seconds())} from now: a clock is wrong"
    else:
        why = f"nobody has looked for {words.age(-ahead.total_seconds())}"
    then = one.seen if one.seen.conclusive else None
    reasons = (why, f"then it was {stands(then, one.checked_at)}") if then else (why, *one.seen.reasons)
    since = min(one.checked_at, now) if then else one.since
    return one._replace(seen=_unknown(one.seen, target, reasons), since=since)


def unseen(target: Target) -> Standing:
    """How it stands where nobody has ever looked."""
    where, flags = (target.service, target.environment), (Flag.RETIRED,) if target.retired else ()
    seen = Observation(*where, NEVER, State.UNKNOWN, target.policy.unknown, flags, owner=target.owner)
    return Standing(_unknown(seen, target, ("it was never looked at",)), NEVER, NEVER, None)


def _unknown(seen: Observation, target: Target, reasons: tuple[str, ...]) -> Observation:
    """What was counted then counts no more; what ran then is still the newest that is known."""
    retired = Flag.RETIRED in seen.flags
    severity = seen.severity if retired else max(seen.severity, target.policy.unknown)
    return seen._replace(
        state=State.UNKNOWN,
        code=Code.STALE_OBSERVATION,
        severity=severity,
        quiet=retired or severity is Severity.NONE,
        flags=tuple(flag for flag in seen.flags if flag is not Flag.PENDING),
        reasons=reasons,
        changes=None,
        behind=None,
        ahead=None,
        cancelled=None,
        behind_since=None,
    )
