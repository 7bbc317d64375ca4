"""A crew that deploys into a dictionary: what serves is what was brought, unless a story says otherwise.

world = World(tmp_path)
new = world.land("api/app.py")
world.ask("api", new)
world.carry()
assert world.ends() == {"api": End.PROVEN}
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.repo import Repo
from unshipped.app.crew import Crew
from unshipped.app.ours import Known
from unshipped.app.roll_out import advance
from unshipped.app.take_up import take_up
from unshipped.cache import Cache
from unshipped.core.alerting import Route
from unshipped.core.model import Closure, Code, Origin, Reading, Revision, Rule, SourceSpec, Target
from unshipped.core.recipe import Identity, Recipe
from unshipped.core.rollout import Outcome, Went
from unshipped.core.windows import Asked
from unshipped.errors import DeployError, SourceError
from unshipped.git.repository import Repository
from unshipped.ports.deploying import Order, Probed, Progress
from unshipped.ports.rolling import Book
from unshipped.stores.memory import MemoryStore

BEGIN = datetime(2026, 2, 5, 12, 0, tzinfo=UTC)
BY = SourceSpec("fake", {})
RECIPE = Recipe(BY, checks=(("health", BY),), identity=Identity(within=4, every=2, times=1))


@dataclass
class World:
    """Services `api` and `worker` with a shared folder, what serves of each, and a clock that is moved."""

    folder: Path
    book: Book = field(default_factory=MemoryStore)
    now: datetime = BEGIN
    serves: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    """By service: commits with their shares."""
    brought: list[Order] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    """Revisions that cannot be brought again."""
    shares: bool = True
    bring: Callable[[Order, Progress], None] | None = None
    """What bringing does in place of what it should."""
    shift: Callable[[Order, Progress], None] | None = None
    """The same of giving traffic."""
    probe: Callable[[Order, Progress], Probed] | None = None
    silent: str = ""
    """Why nothing says what serves."""
    since: datetime | None = None
    """Since when it is said to serve."""

    def __post_init__(self) -> None:
        self.repo = Repo.init(self.folder / "repo")
        self.old = self.repo.commit({"api/app.py": "1", "worker/main.py": "1", "shared/money.py": "1"})
        self.targets = {f"{name}/production": _target(name) for name in ("api", "worker")}
        self.recipes = dict.fromkeys(self.targets, RECIPE)
        self.routes: tuple[Route, ...] = ()
        self.announce: tuple[str, ...] = ()
        self.width = 4
        self.known = Known()
        self._ids, self._texts = itertools.count(1), itertools.count(2)
        self.serves = {"api": [(self.old, 1.0)], "worker": [(self.old, 1.0)]}

    # ------------------------------------------------------------ what happens

    def land(self, *paths: str, message: str = "Keep prices in cents (#9)") -> str:
        """A change of these files lands on main."""
        return self.repo.commit({path: str(next(self._texts)) for path in paths}, message=message)

    def wish(self, service: str, commit: str, **more) -> Asked:
        """A wish that is not asked for yet."""
        return Asked(f"w{next(self._ids)}", service, "production", commit, "ana", self.now)._replace(**more)

    def ask(self, service: str, commit: str, **more) -> Asked:
        asked = self.wish(service, commit, **more)
        self.book.wish(asked)
        return asked

    def carry(self, most: int = 500) -> None:
        """Take up and carry out until nothing happens any more by itself."""
        crew = self.crew()
        for _ in range(most):
            take_up(crew)
            pauses = [advance(crew, one.id) for one in self.book.rollouts(open_only=True)]
            if not any(pause is not None for pause in pauses) and not take_up(crew):
                return
            self.now += timedelta(seconds=max((pause or 0 for pause in pauses), default=0))
        raise AssertionError("it goes on for ever")

    def ends(self) -> dict[str, Outcome | None]:
        """How the newest rollout of each service ended."""
        return {one.plan.service: one.outcome for one in reversed(self.book.rollouts())}

    def end(self, service: str = "api") -> Outcome:
        outcome = self.ends()[service]
        assert outcome
        return outcome

    # ------------------------------------------------------------ the ports

    def crew(self, by: str = "one") -> Crew:
        repository = Repository(self.folder / "repo", Cache(None))
        self.known.learn(self.targets.values(), self.recipes)
        return Crew(
            book=self.book,
            targets=self.targets,
            recipes=self.recipes,
            repository=lambda _: repository,
            source=lambda target, *_: _Source(self, target.service),
            deployer=lambda _: _Deployer(self),
            check=lambda _, name: _Check(self, name),
            clock=lambda: self.now,
            pause=self._pause,
            by=by,
            knew=self.known,
            routes=self.routes,
            announce=self.announce,
            width=self.width,
        )

    def _pause(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def _target(service: str) -> Target:
    closure = Closure((service, "shared"))
    origin = Origin("main", closure, Rule("branch", "main"), (SourceSpec("fake", {}),))
    return Target(service, "production", (origin,), owner="Ana")


@dataclass
class _Source:
    world: World
    service: str

    def read(self, target: Target, look: object) -> Reading:
        if self.world.silent:
            raise SourceError(Code.SOURCE_TIMEOUT, self.world.silent)
        serves, since = self.world.serves[self.service], self.world.since
        return Reading(tuple(Revision(commit, share, since=since) for commit, share in serves))


@dataclass
class _Deployer:
    world: World

    @property
    def shares(self) -> bool:
        return self.world.shares

    def bring(self, order: Order, progress: Progress) -> None:
        self.world.brought.append(order)
        if self.world.bring:
            self.world.bring(order, progress)
        elif order.share:
            self.world.serves[order.service] = [(order.commit, 1.0)]

    def shift(self, order: Order, progress: Progress) -> None:
        self.world.brought.append(order)
        rest = [(order.before, 1 - order.share)] if order.share < 1 else []
        if self.world.shift:
            self.world.shift(order, progress)
        else:
            self.world.serves[order.service] = [(order.commit, order.share), *rest]

    def still_has(self, service: str, environment: str, commit: str) -> str:
        if commit == "unreachable":
            raise DeployError("the registry does not answer")
        return "its image was cleaned away" if commit in self.world.gone else ""


@dataclass
class _Check:
    world: World
    name: str

    def probe(self, order: Order, progress: Progress) -> Probed:
        if self.world.probe:
            return self.world.probe(order, progress)
        return Probed(Went.PASSED, "200")


def failing(commit: str, went: Went = Went.FAILED) -> Callable[[Order, Progress], Probed]:
    """A check that does not pass for one commit."""
    return lambda order, _: Probed(went if order.commit == commit else Went.PASSED, "500 in place of 200")
