"""A fleet with a month behind it: landings, deploys, a rollback, a hold, sources that failed.

Made of the same values as a real log, so that the page shows what only time brings: hours stale, incidents
that came and went, a week's report.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from typing import NamedTuple

from unshipped.config.values import Config
from unshipped.core import words
from unshipped.core.logged.deployments import Deployment
from unshipped.core.logged.journal import Kept, Round
from unshipped.core.logged.observations import Observation
from unshipped.core.model import (
    Change,
    Closure,
    Code,
    Flag,
    Hold,
    Origin,
    Policy,
    Rule,
    Severity,
    State,
    Target,
)
from unshipped.core.policy import severity_of
from unshipped.core.rules import Rules
from unshipped.core.watching import follow
from unshipped.stores.memory import MemoryStore

DAYS, STEP = 30, timedelta(hours=1)
LATELY = timedelta(minutes=1)
WEB = "https://github.com/acme/shop"
SUBJECTS = (
    "Keep prices in cents",
    "Retry a receipt that bounced",
    "Round half a cent to even",
    "Read the rate from the table",
    "Tell the buyer why a card was refused",
    "Drop the old queue",
    "Log the order with its id",
    "Ask for the address once",
)


class Service(NamedTuple):
    """What happens to one target, in hours before now."""

    name: str
    environment: str = "production"
    owner: str = ""
    landings: Sequence[float] = ()
    deploys: Sequence[float] = ()
    back: float = 0.0
    """The deploy that was a rollback, if one was."""
    blind: tuple[float, float] = (0, 0)
    held: tuple[float, float] = (0, 0)


FLEET = (
    Service(
        "worker",
        owner="payments",
        landings=(640, 430, 300, 299, 170, 169, 98, 20, 9, 8, 7, 1),
        deploys=(600, 400, 290, 160, 90),
    ),
    Service(
        "api",
        owner="storefront",
        landings=(500, 410, 320, 210, 120, 60, 2.2, 1.1),
        deploys=(498, 405, 310, 200, 118, 55),
    ),
    Service("search", owner="storefront", landings=(400, 220, 30), deploys=(390, 200), blind=(7, 0)),
    Service("mail", owner="growth", landings=(520, 260, 50, 4), deploys=(500, 230, 44)),
    Service(
        "billing",
        owner="payments",
        landings=(560, 340, 180, 40, 26),
        deploys=(540, 330, 150, 36, 30),
        back=30,
        held=(30, -20),
    ),
    Service("site", owner="growth", landings=(610, 480, 350, 100, 12), deploys=(608, 470, 344, 97, 11.5)),
    Service("imports", owner="data", landings=(450, 250, 75), deploys=(440, 240, 70), blind=(180, 140)),
    Service("ranking", owner="data", landings=(380, 190, 88), deploys=(300, 186, 84)),
    Service("ledger", owner="payments", landings=(360, 0.1), deploys=(355,)),
    *(
        Service(name, "staging", owner, (200, 100, 50), (199, 99, 49))
        for name, owner in (("worker", "payments"), ("api", "storefront"), ("site", "growth"))
    ),
    *(
        Service(name, owner="platform", landings=(300,), deploys=(290,))
        for name in ("auth", "images", "exports", "notifications", "pricing", "returns")
    ),
)


def sha(text: str) -> str:
    return sha1(text.encode(), usedforsecurity=False).hexdigest()


def target(one: Service) -> Target:
    closure = Closure((one.name, "shared"))
    return Target(one.name, one.environment, (Origin("main", closure, Rule(), ()),), owner=one.owner)


CONFIG = Config({}, tuple(target(one) for one in FLEET), "main")


def written(now: datetime, fleet: Sequence[Service] = FLEET) -> MemoryStore:
    """The log at that moment."""
    store = MemoryStore()
    moments = list(_moments(now))
    for at in moments:
        seen = [_seen(one, now, at) for one in fleet]
        with store.turn() as turn:
            turn.write(follow(turn.situation([one.target for one in seen], at), seen, Rules(), (), at))
            sure = sum(one.conclusive for one in seen)
            turn.finish(Round("1/1", at, at, 1.2, len(seen), len(seen), sure))
    for one in fleet:
        for hours in one.deploys:
            kind = "rolledback" if hours == one.back else "upgraded"
            commit = _serving(one, hours)
            store.deployed(
                Deployment(one.name, one.environment, commit, now - timedelta(hours=hours), kind, "ana")
            )
        if one.held[0]:
            since, until = (now - timedelta(hours=hours) for hours in one.held)
            store.hold(
                Kept("h1", one.name, one.environment, Hold("prices come out wrong", "ana", until), since)
            )
    return store


_made: list[tuple[datetime, MemoryStore]] = []


def of_now() -> MemoryStore:
    """The log at this moment, for a test to change: a copy of one that was written lately."""
    now = datetime.now(UTC)
    if not _made or now - _made[0][0] > LATELY:
        _made[:] = [(now, written(now))]
    tables = vars(_made[0][1].tables).items()
    copy = MemoryStore()
    vars(copy.tables).update({name: dict(it) if isinstance(it, dict) else it for name, it in tables})
    return copy


def _moments(now: datetime) -> Iterator[datetime]:
    at = now - timedelta(days=DAYS)
    while at < now - timedelta(minutes=4):
        yield at
        at += STEP
    yield now - timedelta(minutes=4)


def _serving(one: Service, hours: float) -> str:
    """The commit that serves so many hours before now: the newest landing of before its deploy."""
    done = [each for each in one.deploys if each >= hours]
    last = min(done, default=1e9)
    if last == one.back:
        last = min(each for each in one.deploys if each > last)
    landed = [each for each in one.landings if each >= last]
    return sha(f"{one.name} {min(landed, default=0)}")


def _seen(one: Service, now: datetime, at: datetime) -> Observation:
    hours = (now - at).total_seconds() / 3600
    landed = [each for each in one.landings if each >= hours]
    serving = _serving(one, hours)
    expected = sha(f"{one.name} {min(landed, default=0)}")
    seen = Observation(
        one.name,
        one.environment,
        at,
        State.IN_SYNC,
        Severity.NONE,
        quiet=True,
        reasons=("same content as expected",),
        deployed=serving,
        expected=expected,
        changes=0,
        ahead=0,
        owner=one.owner,
        source="http",
        web=WEB,
    )
    if one.blind[0] >= hours >= one.blind[1] and one.blind[0]:
        return seen._replace(
            state=State.UNKNOWN,
            severity=Severity.WARNING,
            code=Code.SOURCE_DENIED,
            quiet=False,
            deployed="",
            changes=None,
            reasons=("the source refused to answer: http status 403 of https://search.example.com",),
        )
    missing = [
        each for each in landed if sha(f"{one.name} {each}") != serving and each < _landing(one, serving)
    ]
    if not missing:
        return seen
    return _behind(one, seen, missing, now, hours)


def _landing(one: Service, commit: str) -> float:
    return next((each for each in one.landings if sha(f"{one.name} {each}") == commit), 1e9)


def _behind(
    one: Service, seen: Observation, missing: list[float], now: datetime, hours: float
) -> Observation:
    age = (max(missing) - hours) * 3600
    severity = severity_of(len(missing), age, Policy())
    flags = (
        (Flag.HELD,)
        if one.held[0] >= hours > one.held[1] and one.held[0]
        else (Flag.PENDING,)
        if age < 900
        else ()
    )
    diverged = one.name == "mail"
    return seen._replace(
        state=State.DIVERGED if diverged else State.BEHIND,
        severity=severity,
        flags=(*flags, *((Flag.ROLLED_BACK,) if one.back else ())),
        quiet=bool(flags),
        changes=len(missing),
        behind=len(missing),
        ahead=1 if diverged else 0,
        behind_since=now - timedelta(hours=max(missing)),
        reasons=words.missing(len(missing), age, Policy(), severity),
        waiting=tuple(
            Change(
                sha(f"{one.name} {each}"),
                now - timedelta(hours=each),
                SUBJECTS[int(each) % len(SUBJECTS)],
                ("Ana", "Ben")[int(each) % 2],
                paths=(f"{one.name}/main.py", "shared/money.py")[: 1 + int(each) % 2],
                pull_request=int(each) + 100,
            )
            for each in sorted(missing)
        ),
    )
