"""A week of a real repository, looked at by the schedule: how soon a drift is found, and how quiet it is.

Changes land and deploys happen at times that a seed decides; git alone says what is behind. The watch must
find every drift within one interval and its grace, and must say nothing that is not one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from tests.support.repo import Repo, git
from tests.support.stored import notices, steps
from unshipped.app.observe import observe
from unshipped.app.watch import Shard, Watched, check
from unshipped.cache import Cache
from unshipped.core.alerting import Route
from unshipped.core.incidents import Transition
from unshipped.core.model import Closure, Origin, Policy, Report, Rule, SourceSpec, Target
from unshipped.git.repository import Repository
from unshipped.schedule import Schedule
from unshipped.sources.bare import BareCommit
from unshipped.stores.memory import MemoryStore

SERVICES = ("api", "worker", "mail")
MONDAY = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
SCHEDULE = Schedule(["*/10 * * * *"])
INTERVAL, MINUTES = timedelta(minutes=10), timedelta(minutes=2)
GRACE = timedelta(seconds=Policy().grace)
CLOSURES = {name: Closure((name, "shared"), ("**/*.md",)) for name in SERVICES}


@dataclass
class Week:
    """What lands and what is deployed, minute by minute; and the repository as it is then."""

    repo: Repo
    random: Random
    live: dict[str, str] = field(default_factory=dict)
    tip: str = ""
    known: dict[tuple[str, str, str], datetime | None] = field(default_factory=dict)

    def begin(self) -> None:
        self.tip = self.repo.commit({f"{name}/main.py": "0" for name in (*SERVICES, "shared")}, at=MONDAY)
        self.live = dict.fromkeys(SERVICES, self.tip)

    def happen(self, now: datetime) -> None:
        """In an hour some change lands now and then, and somebody deploys what they think of."""
        chance = self.random.random()
        if chance < 0.05:
            place = self.random.choice([*SERVICES, "shared", "docs", "api/README.md"])
            path = place if place.endswith(".md") else f"{place}/main.py"
            self.tip = self.repo.commit({path: str(self.random.random())}, at=now)
        elif chance < 0.09:
            self.live[self.random.choice(SERVICES)] = self.tip

    def target(self, name: str) -> Target:
        source = SourceSpec("static", {"commit": self.live[name]})
        return Target(name, "production", (Origin("main", CLOSURES[name], Rule(), (source,)),))

    def behind_since(self, name: str) -> datetime | None:
        """When the oldest change landed that is missing; None where none is."""
        asked = (name, self.live[name], self.tip)
        if asked not in self.known:
            self.known[asked] = self.landed(*asked)
        return self.known[asked]

    def landed(self, name: str, live: str, tip: str) -> datetime | None:
        """What git itself says: when the oldest change of a service landed between two commits."""
        paths = [name, "shared", ":(exclude,glob)**/*.md"]
        if not git(self.repo.path, "diff", "--name-only", live, tip, "--", *paths):
            return None
        times = git(
            self.repo.path, "log", "--format=%ct", "--reverse", f"{live}..{tip}", "--", *paths
        ).split()
        return datetime.fromtimestamp(int(times[0]), UTC)


def look(week: Week, store: MemoryStore, now: datetime) -> None:
    repository = Repository(week.repo.path, Cache(week.repo.path.with_name("cache")))
    targets = [week.target(name) for name in SERVICES]

    def seen(chosen: Sequence[Target], before: Mapping[str, Sequence[str]]) -> Report:
        return observe(
            chosen,
            lambda _: repository,
            lambda one, *_: BareCommit(week.live[one.service]),
            now=now,
            declared=len(targets),
            limit=20,
            before=before,
        )

    watched = Watched(targets, seen, routes=(Route(("chat",)),))
    check(store, watched, Shard(), now, now=now, clock=lambda: 0.0)


@pytest.mark.slow
def test_every_drift_of_a_week_is_found_within_an_interval_and_its_grace_and_nothing_else_is(tmp_path: Path):
    week, store = Week(Repo.init(tmp_path / "repo"), Random(5)), MemoryStore()
    week.begin()
    now, end = MONDAY, MONDAY + timedelta(days=4)
    due = SCHEDULE.next(now)
    truth: dict[str, list[tuple[datetime, datetime | None]]] = {name: [] for name in SERVICES}
    while now < end:
        week.happen(now)
        if now >= due:
            look(week, store, now)
            due = SCHEDULE.next(now)
            for name in SERVICES:
                truth[name].append((now, week.behind_since(name)))
        now += MINUTES

    assert len(steps(store)) > 40, "a week in which something happens"
    for name in SERVICES:
        for at, since in truth[name]:
            if since is None:
                assert not is_open(store, name, at), f"{name} is in sync at {at}"
            elif at - since >= GRACE:
                assert is_open(store, name, at), f"{name} has been behind since {since} at {at}"
        openings = [one.at for one in steps_of(store, name) if one.step.value == "opened"]
        assert openings
        for opened in openings:
            since = next(since for at, since in truth[name] if at == opened)
            assert since and opened - since <= GRACE + INTERVAL + MINUTES
    loud = [one for one in notices(store) if one.loud]
    assert len(loud) <= len(steps(store))


def steps_of(store: MemoryStore, service: str) -> list[Transition]:
    return [one for one in steps(store) if f":{service}/" in one.incident]


def is_open(store: MemoryStore, service: str, at: datetime) -> bool:
    before = [one.step.value for one in steps_of(store, service) if one.at <= at]
    return bool(before) and before[-1] != "resolved"
