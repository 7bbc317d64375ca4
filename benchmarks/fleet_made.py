"""A fleet of thousands of repositories, the same for the same seed: each has the figures of one that was
measured.

Repositories of one kind share the objects of a few histories, and differ in their tips, in the services that
they hold and in what those run: to git each is a repository of its own.
"""

from __future__ import annotations

import bisect
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property, partial
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.fleet_kinds import Kind
from benchmarks.git import fast_import, git

FIRST_LOOK = datetime(2026, 2, 5, 13, 0, tzinfo=UTC)
"""A Thursday."""
_BEGUN = FIRST_LOOK - timedelta(days=21)
_UNTIL = FIRST_LOOK + timedelta(days=1)
_VARIANTS = 4
"""So many histories of each kind."""


class Habit(NamedTuple):
    """How a service is deployed. No repository tells: these are assumptions."""

    share: float
    name: str


AUTO, DAILY, WEEKLY = Habit(0.7, "15 minutes after each landing"), Habit(0.2, "daily"), Habit(0.1, "weekly")


class Service(NamedTuple):
    name: str
    paths: tuple[str, ...]
    habit: Habit
    at: int
    """Which directory of the history is its own."""


class Landed(NamedTuple):
    at: datetime
    commit: str
    touched: frozenset[int]


class History(NamedTuple):
    """The objects that some repositories share, and what landed when."""

    place: Path
    landings: tuple[Landed, ...]

    def tip(self, now: datetime) -> str:
        """The newest landing of a moment."""
        return self.landings[self._before(now) - 1].commit

    def serving(self, service: Service, now: datetime) -> str:
        """What runs then, by the habit of those who deploy it."""
        if service.habit is AUTO:
            known = self.landings[1 : self._before(now - timedelta(minutes=15))]
            newest = next((one for one in reversed(known) if service.at in one.touched), self.landings[0])
            return newest.commit
        day = now.replace(hour=10, minute=0)
        day -= timedelta(days=day > now)
        days = day.weekday() if service.habit is WEEKLY else max(0, day.weekday() - 4)
        return self.tip(day - timedelta(days=days))

    def _before(self, now: datetime) -> int:
        return bisect.bisect_right(self.landings, now, key=lambda one: one.at)


class Repository(NamedTuple):
    name: str
    history: History
    services: tuple[Service, ...]
    owner: str

    def put(self, folder: Path, now: datetime) -> bool:
        """Make it what it was then. Answers whether it has moved by that."""
        git_dir, tip = folder / self.name, f"{self.history.tip(now)}\n"
        main = git_dir / "refs/heads/main"
        if not git_dir.exists():
            (git_dir / "objects" / "info").mkdir(parents=True)
            main.parent.mkdir(parents=True)
            (git_dir / "HEAD").write_text("ref: refs/heads/main\n")
            (git_dir / "config").write_text(_CONFIG)
            (git_dir / "objects/info/alternates").write_text(f"{self.history.place / 'objects'}\n")
        elif main.read_text() == tip:
            return False
        main.write_text(tip)
        return True


_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"


class Made:
    """The fleet of a seed."""

    def __init__(
        self, folder: Path, kinds: Sequence[Kind], services: int, teams: int = 200, seed: int = 1
    ) -> None:
        self.folder, self._kinds, self._services, self._teams = folder, kinds, services, teams
        self._seed = seed

    @cached_property
    def repositories(self) -> list[Repository]:
        random, made, held = Random(self._seed), list[Repository](), 0
        history = cache(partial(_history, self.folder))  # few repositories need few of them
        while held < self._services:
            kind = random.choice(self._kinds)
            count = min(kind.services, self._services - held)
            name = f"r{len(made):05}"
            services = tuple(_service(name, at, kind, random) for at in range(count))
            owner = f"team-{random.randrange(self._teams):03}"
            made.append(Repository(name, history(kind, random.randrange(_VARIANTS)), services, owner))
            held += count
        return made

    def put(self, now: datetime) -> int:
        """Bring every repository to that moment. Answers how many of them have moved by that."""
        place = self.folder / "repositories"
        return sum(one.put(place, now) for one in self.repositories)


def _service(repository: str, at: int, kind: Kind, random: Random) -> Service:
    patterns = random.choice(kind.patterns)
    shared = tuple(f"shared/{random.randrange(40):02}" for _ in range(patterns - 1))
    [habit] = random.choices((AUTO, DAILY, WEEKLY), [one.share for one in (AUTO, DAILY, WEEKLY)])
    return Service(f"{repository}-s{at:03}", (f"s{at:03}", *dict.fromkeys(shared)), habit, at)


def _history(folder: Path, kind: Kind, variant: int) -> History:
    """Three weeks of landings, and the day on which the fleet is looked at."""
    random = Random(f"{kind.name} {variant}")
    place = folder / "histories" / f"{kind.name.replace('/', '-')}-{variant}"
    times = [_BEGUN, *_times(kind, random)]
    touched = [frozenset[int](), *(_touched(kind, random) for _ in times[1:])]
    if not (place / "ready").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        git(place, "init", "--quiet", "--bare", "--initial-branch=main")
        fast_import(place, _stream(kind, times, touched, random))
        (place / "ready").touch()
    commits = git(place, "rev-list", "--reverse", "main").split()
    return History(place, tuple(Landed(*one) for one in zip(times, commits, touched, strict=True)))


def _times(kind: Kind, random: Random) -> list[datetime]:
    """So many a day on average, most of them in working hours where that was so."""
    days, found = (_UNTIL - _BEGUN).days, []
    weekdays = [day for day in range(days) if (_BEGUN + timedelta(days=day)).weekday() < 5]
    for _ in range(round(kind.landings * days)):
        if random.random() < kind.by_day:
            day = (_BEGUN + timedelta(days=random.choice(weekdays))).replace(hour=8)
            found.append(day + timedelta(seconds=random.randrange(12 * 3600)))
        else:
            found.append(_BEGUN + timedelta(seconds=random.randrange(days * 86400)))
    return sorted(one.replace(microsecond=0) for one in found if _BEGUN < one < _UNTIL)


def _touched(kind: Kind, random: Random) -> frozenset[int]:
    if random.random() >= kind.touching:
        return frozenset()
    many = min(kind.services, 1 + int(random.expovariate(1 / max(kind.reach - 1, 1e-9))))
    return frozenset(random.sample(range(kind.services), many))


def _stream(
    kind: Kind, times: Sequence[datetime], touched: Sequence[frozenset[int]], random: Random
) -> Iterator[bytes]:
    paths = [f"s{at:03}/main.py" for at in range(kind.services)]
    yield _commit(times[0], "Begin", [*paths, "docs/index.md", *(f"shared/{at:02}/a.py" for at in range(40))])
    for number, (at, services) in enumerate(zip(times[1:], touched[1:], strict=True), 1):
        files = max(random.choice(kind.files), 1)
        inside = [
            f"s{one:03}/f{file}.py" for one in sorted(services) for file in range(-(-files // len(services)))
        ]
        yield _commit(
            at, f"Change number {number} (#{number})", inside or [f"docs/{file}.md" for file in range(files)]
        )


def _commit(at: datetime, title: str, paths: Sequence[str]) -> bytes:
    seconds = int(at.timestamp())
    lines = [f"commit refs/heads/main\ncommitter Ana <ana@example.com> {seconds} +0000\n"]
    lines += [f"data {len(title)}\n{title}\n"]
    for path in paths:
        content = f"{path} at {seconds}\n"
        lines += [f"M 100644 inline {path}\ndata {len(content)}\n{content}\n"]
    return "".join(lines).encode() + b"\n"
