"""One worker of the fleet: `fleet_worker.py` is told what it watches, and then of one moment after the other.

It does what `unshipped watch` does, with the same parts; only what clouds and receivers say is made up.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple
from zlib import crc32

from benchmarks.fleet_kinds import KINDS
from benchmarks.fleet_made import Made, Repository, Service
from unshipped.app.tell import tell
from unshipped.app.watch import Checked, check, shard
from unshipped.cache import Cache
from unshipped.config.values import Config, RepositorySpec, RouteSpec, Telling
from unshipped.core.logged.journal import Outcome
from unshipped.core.messages import Message
from unshipped.core.model import Closure, Code, Origin, Reading, Revision, Rule, SourceSpec, Target
from unshipped.errors import SourceError
from unshipped.ports import Look, Source
from unshipped.stores.opening import open_url
from unshipped.wiring import Fleet
from unshipped.wiring.watching import watching

_SILENT = 0.002
"""The share of sources that do not answer in a round."""


class Cloud(NamedTuple):
    """What a platform would say of one service."""

    repository: Repository
    service: Service
    now: datetime

    def read(self, target: Target, _look: Look) -> Reading:
        if crc32(f"{target.service} {self.now}".encode()) % 10_000 < _SILENT * 10_000:
            raise SourceError(Code.SOURCE_TIMEOUT, "no answer within 10 s")
        return Reading((Revision(self.repository.history.serving(self.service, self.now)),))


class Watched(Fleet):
    """The fleet as the program opens it, with clouds that are made up."""

    now: datetime
    clouds: dict[str, tuple[Repository, Service]]

    def source(self, target: Target, _origin: Origin, _spec: SourceSpec) -> Source:
        return Cloud(*self.clouds[target.service], self.now)


class Receiver:
    """Hears everything, and says nothing."""

    def say(self, _message: Message, _reference: str) -> str:
        return "heard"


def config(made: Made, folder: Path) -> Config:
    """What an `unshipped.yaml` of this fleet would say: each team hears of what it owns, and of what is
    critical a central receiver as well.
    """
    spec, rule = (SourceSpec("cloud-run", {}),), Rule("branch", "main")
    targets = tuple(
        Target(
            service.name,
            "production",
            (Origin(one.name, Closure(service.paths), rule, spec),),
            owner=one.owner,
        )
        for one in made.repositories
        for service in one.services
    )
    teams = sorted({one.owner for one in made.repositories})
    routes = [RouteSpec((team,), owners=(team,)) for team in teams] + [RouteSpec(("central",), least=3)]
    repositories = {
        one.name: RepositorySpec(one.name, str(folder / "repositories" / one.name))
        for one in made.repositories
    }
    return Config(repositories, targets, made.repositories[0].name, telling=Telling(routes=tuple(routes)))


def main() -> None:
    told = json.loads(sys.stdin.readline())
    folder, spawned = Path(told["folder"]), _counted()
    made = Made(folder, KINDS, told["services"])
    declared, share = config(made, folder), shard(told["share"])
    clouds = {service.name: (one, service) for one in made.repositories for service in one.services}
    store, cache = open_url(told["url"]), Cache(folder / "cache")
    _say(ready=True, memory=_memory())
    for line in sys.stdin:
        asked = json.loads(line)
        now = datetime.fromisoformat(asked["now"])
        fleet = Watched(declared, None, None, cache)
        fleet.now, fleet.clouds = now, clouds
        before, began, spawns = _cpu(), monotonic(), spawned()
        if asked["what"] == "look":
            done = check(store, watching(fleet, now, fetch=False), share, now, now=now, clock=monotonic)
            turns = monotonic() - began - done.round.seconds
            found = _found(done) | {"turns": turns}
        else:
            attempts = tell(store, lambda _: Receiver(), by=str(os.getpid()), clock=_clock(now), most=10**9)
            found = {"told": sum(one.outcome is Outcome.SENT for one in attempts)}
        used = [after - then for after, then in zip(_cpu(), before, strict=True)]
        _say(
            **found,
            took=monotonic() - began,
            cpu=used[0],
            git=used[1],
            spawned=spawned() - spawns,
            memory=_memory(),
        )
        del fleet
        gc.collect()
    store.close()


def _found(done: Checked) -> dict[str, Any]:
    """What a round came to, in numbers."""
    told, entries = done.round, done.entries
    numbers = {name: getattr(told, name) for name in ("checked", "conclusive", "troubled", "error")}
    return numbers | {"notices": len(entries.notices), "incidents": len(entries.incidents)}


def _clock(now: datetime) -> Callable[[], datetime]:
    return lambda: now


def _counted() -> Callable[[], int]:
    """How many processes were started."""
    made, start = [0], os.posix_spawnp

    def counting(*words: Any, **more: Any) -> int:
        made[0] += 1
        return start(*words, **more)

    os.posix_spawnp = counting
    return lambda: made[0]


def _cpu() -> tuple[float, float]:
    used = os.times()
    return used.user + used.system, used.children_user + used.children_system


def _memory() -> int:
    """The most that this process had at once, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _say(**found: Any) -> None:
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
