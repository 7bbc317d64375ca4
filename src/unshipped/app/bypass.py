"""Let work through all the same: written down, announced, and over by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Protocol

from unshipped.app.decide import COMMAND
from unshipped.carried.rule import flaw, tidy
from unshipped.core.alerting import Notice, Topic
from unshipped.core.gating import Bypass
from unshipped.core.logged.journal import Action
from unshipped.core.texts.harmless import markdown
from unshipped.core.words import age, moment
from unshipped.errors import UsageError
from unshipped.gate.values import Bypassing
from unshipped.ports.keeping import Desk


class Counter(Protocol):
    """Where a bypass is written down and announced: of a record, that part."""

    def bypass(self, bypass: Bypass) -> None: ...

    def bypasses(self, now: datetime) -> list[Bypass]: ...

    def acted(self, action: Action) -> None: ...

    def add(self, notices: Sequence[Notice]) -> None: ...


def give(
    bypassing: Bypassing,
    gate: str,
    services: Sequence[str],
    counter: Counter,
    now: datetime,
    *,
    identity: Callable[[], str],
    receivers: Sequence[str] = (),
    told_at: datetime | None = None,
    door: str = COMMAND,
) -> list[Bypass]:
    """Let these services through one gate from `now` on; it may be told later. Raises `UsageError` where a
    reason, a person or an end lacks.
    """
    by, reason = tidy(bypassing.by, 100), tidy(bypassing.reason)
    if wrong := flaw(by, reason, bypassing.seconds):
        raise UsageError(wrong, "--reason TEXT, --by WHO, --for 4h")
    until = now + timedelta(seconds=bypassing.seconds)
    given = [Bypass(identity(), gate, service, by, reason, now, until) for service in services]
    known = {one.id for one in counter.bypasses(now)}  # who heard no answer may ask again: it is given once
    for bypass in given:
        if bypass.id not in known:
            counter.acted(Action(told_at or now, by, "bypass", bypass.service, reason, door))
        counter.bypass(bypass)
    counter.add([_notice(bypass, receiver, told_at or now) for bypass in given for receiver in receivers])
    return given


def revoke(identity: str, by: str, counter: Desk, now: datetime, door: str = COMMAND) -> Bypass:
    """End a bypass now. Raises `UsageError` where none of that id holds."""
    counter.acted(Action(now, tidy(by, 100), "revoke", tidy(identity, 60), door=door))
    if (found := counter.revoke(identity, tidy(by, 100), now)) is None:
        raise UsageError(f"no bypass {tidy(identity, 60)!r} holds", "unshipped bypass list")
    return found


def told(bypass: Bypass, now: datetime) -> str:
    """A bypass in one sentence."""
    gate = f"gate {bypass.gate}" if bypass.gate else "every gate"
    left = age((bypass.until - now).total_seconds()) if now < bypass.until else "over"
    end = f"until {moment(bypass.until)} ({left})"
    return f"{bypass.service} passes {gate} {end}, by {bypass.by}: {bypass.reason}"


def ids(name: str) -> Callable[[], str]:
    """The ids of one bypass, a further one for each further service."""
    if not re.fullmatch(r"[0-9a-f]{12,32}", name):
        raise UsageError("that is no id of a bypass")
    numbers = count()
    return lambda: f"{name}-{number}" if (number := next(numbers)) else name


def _notice(bypass: Bypass, receiver: str, at: datetime) -> Notice:
    return Notice(
        id=f"bypass-{bypass.id}-{receiver}",
        receiver=receiver,
        topic=Topic.BYPASS,
        at=at,
        group=f"bypass-{bypass.id}",
        why="somebody let work through a gate",
        body=markdown(told(bypass, at)),
    )
