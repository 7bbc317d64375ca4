"""Killed at every step of observe, claim, send and record: nothing is lost, and each receiver is told at most
one thing twice for each crash.

A life does one round in which one incident opens, one gets worse and one is over, and tells two receivers of
them. It is killed at its first point, at its second, and so on to its last; then another life goes on.

Each run takes a share of the points; all of them are `UNSHIPPED_EVERY_POINT=1 pytest
tests/stores/test_killed.py`, whose figures stand in `docs/guides/watch.md`.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.notifiers.doubles import saying
from tests.sources.served import serving
from tests.stores.worker import opened
from tests.support.mortal import Life, Live, Lived, later, mortals
from tests.support.repo import Repo, hour

FIRST, SECOND = hour(2), hour(14)
ROUND = ("watch", "--once", "--no-fetch", "--repo", "repo", "--config", "after.yaml")
AT_SECOND = (*ROUND, "--slot", SECOND.isoformat())
STEPS = {
    ("worker", "opened"),
    ("site", "opened"),
    ("worker", "escalated"),
    ("site", "resolved"),
    ("api", "opened"),
}
RECEIVERS = ("/first", "/second")
SPARE = 1 if os.environ.get("UNSHIPPED_EVERY_POINT") else 16
"""Of so many points one is tried."""
log = logging.getLogger(__name__)


@dataclass
class Post:
    """What arrived at two receivers; while it is away they answer 503."""

    arrived: list[tuple[str, str, Any]] = field(default_factory=list)
    away: bool = False

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        if self.away:
            return saying({}, 503)(handler)
        document = json.loads(handler.sent)  # type: ignore[attr-defined]
        self.arrived.append((handler.path, handler.headers["Webhook-Id"], document["data"]))
        return saying({})(handler)

    def heard(self, receiver: str) -> set[tuple[str, str]]:
        """Which steps of which services a receiver was told of."""
        return {
            (target["service"], target["step"])
            for path, _, data in self.arrived
            if path == receiver
            for target in data["targets"]
            if target["news"]
        }

    def repeated(self, receiver: str) -> int:
        """How many messages came once more than they had to."""
        counts = Counter(name for path, name, _ in self.arrived if path == receiver)
        return sum(counts.values()) - len(counts)


@dataclass
class World:
    """A repository, a log in which the first round is written down, and the receivers of it."""

    folder: Path
    live: Live
    post: Post
    server: Any = None
    prepared: str = ""
    address: str = ""
    baseline: list[tuple[str, str, Any]] = field(default_factory=list)

    def begin(self) -> None:
        """As it was before the second round."""
        self.post.arrived[:] = self.baseline
        if self.server:
            self.address = self.server.url(self.server.create(self.prepared))
        else:
            shutil.rmtree(self.folder / ".unshipped", ignore_errors=True)
            shutil.copytree(self.folder / "prepared", self.folder / ".unshipped")
            self.address = str(self.folder / ".unshipped/log.db")

    def lives(self, *lives: Life) -> list[Lived]:
        if not self.server:
            return self.live(*lives)
        return self.live(*(Life(**{**vars(one), "env": {"LOG_URL": self.address}}) for one in lives))

    def goes_on(self, **by: float) -> Lived:
        """Another life for the same moment, when the claims of those before have run out."""
        (lived,) = self.lives(Life(AT_SECOND, later(SECOND, **(by or {"minutes": 5}))))
        return lived

    def check(self, crashes: int, where: str = "") -> int:
        """Nothing is lost, written down twice, or told more often than it may. Answers the repetitions."""
        log = opened(self.address)
        try:
            written = Counter(
                (one.incident.split(":")[1].split("/")[0], one.step.value)
                for one in log.transitions([one.id for one in log.incidents()])
            )
            assert set(written) == STEPS, where
            assert set(written.values()) == {1}, where
            assert log.undelivered() == [], where
        finally:
            log.close()
        for receiver in RECEIVERS:
            assert self.post.heard(receiver) == STEPS, (where, receiver)
            assert self.post.repeated(receiver) <= crashes, (where, receiver)
        if self.server:
            self.server.execute(f"DROP DATABASE {self.address.rpartition('/')[2]} WITH (FORCE)")
        return sum(map(self.post.repeated, RECEIVERS))


def configured(folder: Path, url: str, repo: Repo, *, database: bool) -> None:
    """`before.yaml` and `after.yaml`: what is deployed is all that differs."""
    live, main = repo.id("live"), repo.id("main")
    receivers = {
        path.strip("/"): {"notifier": "webhook", "url": f"{url}{path}", "private": True, "timeout": 60}
        for path in RECEIVERS
    }
    common: dict[str, Any] = {"receivers": receivers}
    if database:
        common["store"] = {"url": {"env": "LOG_URL"}}
    for name, site in (("before", live), ("after", main)):
        deployed = {"api": live, "worker": live, "site": site}
        services = {one: {"paths": [one], "deployed": commit} for one, commit in deployed.items()}
        (folder / f"{name}.yaml").write_text(json.dumps({"services": services, **common}))


def made_repository(path: Path) -> Repo:
    repo = Repo.init(path)
    repo.commit({f"{name}/app.py": "1\n" for name in ("api", "worker", "site")}, at=hour(0))
    repo.git("branch", "live", "main")
    repo.commit({"worker/app.py": "2\n", "site/app.py": "2\n"}, at=hour(1))
    return repo


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One for all: whoever uses it lets it begin anew."""
    post, folder = Post(), tmp_path_factory.mktemp("world")
    repo = made_repository(folder / "repo")
    with serving(post) as served, mortals(folder) as live:
        made = World(folder, live, post)
        configured(folder, served.url(""), repo, database=request.param == "postgresql")
        if request.param == "postgresql":
            made.server = request.getfixturevalue("server")
            made.prepared = made.server.create(request.getfixturevalue("template"))
            made.address = made.server.url(made.prepared)
        first = [*ROUND[:-1], "before.yaml"]
        (lived,) = made.lives(Life(first, FIRST.isoformat()))
        assert lived.code == 0, lived.output
        repo.commit({"api/app.py": "2\n"}, at=hour(13))
        made.baseline = list(post.arrived)
        if not made.server:
            (folder / ".unshipped").rename(folder / "prepared")
        yield made


def points_of(world: World, watchers: int = 1) -> int:
    """How many points a life has that nobody kills."""
    world.begin()
    lived = world.lives(*[Life(AT_SECOND, SECOND.isoformat())] * watchers)
    assert all(one.code == 0 for one in lived), lived
    world.check(crashes=0)
    return max(one.points for one in lived)


@pytest.mark.slow
@pytest.mark.parametrize(("watchers", "every"), [(1, 1), (2, 4), (5, 10)])
def test_whoever_is_killed_at_whatever_point_everything_arrives(world: World, watchers: int, every: int):
    points, crashes, repeated = points_of(world), 0, 0
    every *= SPARE
    for point in range(1 + watchers, points + 1, every):
        world.begin()
        lived = world.lives(*[Life(AT_SECOND, SECOND.isoformat(), dies_at=point)] * watchers)
        killed = sum(one.killed for one in lived)
        assert world.goes_on().code == 0
        repeated += world.check(killed, f"killed at {point} of {points}")
        crashes += killed
    assert crashes >= points // every - 1
    assert repeated <= len(RECEIVERS) * crashes
    log.info("%d watchers, %d points: %d crashes, %d repeated", watchers, points, crashes, repeated)


@pytest.mark.slow
def test_serve_is_killed_at_its_points(world: World):
    world.begin()
    lasting = ("serve", *ROUND[2:])
    (lived,) = world.lives(Life(lasting, SECOND.isoformat(), seconds=8))
    assert lived.code == 0, lived.output
    world.check(crashes=0)
    for point in range(1, 41, 5 * SPARE):
        world.begin()
        (lived,) = world.lives(Life(lasting, SECOND.isoformat(), dies_at=point, seconds=20))
        assert lived.killed, lived.output
        assert world.goes_on().code == 0
        world.check(1, f"killed at {point}")


@pytest.mark.slow
@pytest.mark.parametrize("hours", [-0.5, 0.5, -24])
def test_the_clock_is_stepped_after_a_crash(world: World, hours: int):
    points = points_of(world)
    for point in range(1, points + 1, 12 * SPARE):
        world.begin()
        world.lives(Life(AT_SECOND, SECOND.isoformat(), dies_at=point))
        for by in ({"hours": hours}, {"minutes": 10}):
            now = later(SECOND, **by)
            world.lives(Life((*ROUND, "--slot", now), now))
        world.check(1 + (hours > 0), f"killed at {point} of {points}, then {hours} hours")


@pytest.mark.slow
def test_receivers_are_away_for_an_hour(world: World):
    world.begin()
    world.post.away = True
    for minutes in range(0, 61, 5 * SPARE):
        assert world.goes_on(minutes=minutes, seconds=1).code in (0, 3)
    assert world.post.arrived == world.baseline
    world.post.away = False
    assert world.goes_on(minutes=76).code == 0
    assert world.check(crashes=0) == 0


@pytest.mark.slow
def test_the_database_is_away_for_a_while(world: World):
    if not world.server:
        pytest.skip("a file does not go away by itself")
    points = points_of(world)
    for point in range(2, points + 1, 6 * SPARE):
        world.begin()
        with ThreadPoolExecutor() as beside:
            life = beside.submit(world.lives, Life(AT_SECOND, SECOND.isoformat(), waits_at=point))
            until((world.folder / "waiting").exists)
            world.server.stop()
            (world.folder / "go").touch()
            (lived,) = life.result(60)
        for name in ("waiting", "go"):
            (world.folder / name).unlink()
        assert "bug" not in lived.output
        world.server.start()
        assert world.goes_on().code == 0
        world.check(1, f"away at {point} of {points}")


@pytest.mark.slow
def test_the_disk_is_full(world: World):
    if world.server:
        pytest.skip("the disk of a server is its own")
    failed = 0
    for pages in range(1, 60, 2 * SPARE):
        world.begin()
        (lived,) = world.lives(Life(AT_SECOND, SECOND.isoformat(), largest=4096 * pages))
        failed += lived.code != 0
        assert lived.code == 0 or "disk" in lived.output
        assert world.goes_on().code == 0
        world.check(lived.code != 0, f"{pages} pages")
    assert failed > 1


def test_the_harness_kills(world: World):
    world.begin()
    (lived,) = world.lives(Life(AT_SECOND, SECOND.isoformat(), dies_at=1))
    assert lived.code == -signal.SIGKILL
    assert world.post.arrived == world.baseline
    world.post.arrived.append(("/first", "made up", {"targets": []}))
    with pytest.raises(AssertionError):
        world.check(crashes=0)


def until(done: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)
