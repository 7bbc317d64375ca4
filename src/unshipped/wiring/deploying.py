"""Rollouts, put together: who carries them out, and what keeps them going."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from unshipped.app.crew import Crew
from unshipped.app.ours import Known
from unshipped.app.roll_out import advance
from unshipped.cache import default_directory
from unshipped.core.model import SourceSpec
from unshipped.core.recipe import Recipe
from unshipped.core.texts.masking import secrets_of
from unshipped.errors import UnshippedError, UsageError
from unshipped.ports.deploying import Check, Deployer
from unshipped.ports.rolling import Book, Engine
from unshipped.wiring import Fleet

Clock = Callable[[], datetime]
Echo = Callable[[str, int, str], None]
BRISK = 1.0
"""What takes less than so many seconds is followed at once by the next step: engines write down each call."""


def crew(
    fleet: Fleet, book: Book, clock: Clock, echo: Echo = lambda *_: None, known: Known | None = None
) -> Crew:
    """Whoever carries rollouts out, as the configuration says it."""
    from unshipped.wiring.watching import speaker

    config = fleet.config
    if known is None:
        known = Known()
        known.learn(config.targets, config.deploying.recipes)
    return Crew(
        book=book,
        targets={target.name: target for target in config.targets},
        recipes=config.deploying.recipes,
        repository=fleet.repository,
        source=fleet.source,
        deployer=lambda recipe: deployer(fleet, recipe),
        check=lambda recipe, name: check(fleet, recipe, name),
        clock=clock,
        pause=time.sleep,
        by=speaker(),
        knew=known,
        routes=config.routes,
        announce=config.deploying.announce,
        secrets=secrets_of(os.environ),
        width=config.deploying.width,
        echo=echo,
    )


def deployer(fleet: Fleet, recipe: Recipe) -> Deployer:
    """Who brings it, as an object. Raises `UsageError` where that cannot be loaded."""
    from unshipped import deployers

    made: Deployer = _made(deployers.kind(recipe.by.kind), fleet, recipe.by)
    return made


def check(fleet: Fleet, recipe: Recipe, name: str) -> Check:
    """A check of that name, as an object. Raises `UsageError` where that cannot be loaded."""
    from unshipped import checks

    spec = dict((*recipe.before, *recipe.checks))[name]
    made: Check = _made(checks.kind(spec.kind), fleet, spec)
    return made


def _made(kind: Any, fleet: Fleet, spec: SourceSpec) -> Any:
    try:
        return kind(**_placed(fleet, kind, spec.options))
    except ValueError as error:  # a package of another version wants other settings
        raise UsageError(f"{spec.kind} cannot be made: {error}") from None


def _placed(fleet: Fleet, kind: Any, options: Mapping[str, object]) -> Mapping[str, object]:
    """The options, with the directory to run in, and what the class names, relative to the configuration
    file: who runs is somewhere else, and who takes it up as well.
    """
    paths = {name: options[name] for name in (getattr(kind, "relative", ""),) if options.get(name)}
    if "cwd" in getattr(kind, "__dataclass_fields__", {}):
        paths["cwd"] = options.get("cwd", ".")
    return {**options, **{name: os.path.realpath(fleet.file(str(path))) for name, path in paths.items()}}


class Foreman:
    """Carries out one step at a time: what is not begun, by what the configuration says then."""

    def __init__(
        self, anew: Callable[[], Fleet], book: Book, clock: Clock, echo: Echo = lambda *_: None
    ) -> None:
        self._anew, self._book, self._clock, self._echo = anew, book, clock, echo
        self._lock = threading.Lock()
        self._read: tuple[object, Fleet] | None = None
        self._known = Known()
        self.ended = threading.Event()
        """Set whenever a rollout has ended: whoever waits for that need not look again and again."""
        self.busy = 0
        """How many steps are carried out right now."""

    def crew(self) -> Crew:
        """The crew of this moment. A file that was not written to since is not read again. Raises what a
        person can mend where the file is wrong: nothing is begun then.
        """
        with self._lock:
            stamp = _stamp(self._read[1]) if self._read else None
            if self._read is None or self._read[0] != stamp:
                fleet = self._anew()
                self._read = (stamp, fleet)  # as the file was before it was read
                self._known.learn(fleet.config.targets, fleet.config.deploying.recipes)
            return self._by(self._read[1])

    def advance(self, rollout: str) -> float | None:
        """What an engine calls. What is under way comes to its end by the last file that was right."""
        try:
            now = self.crew()
        except UnshippedError:
            if self._read is None:
                raise
            now = self._by(self._read[1])
        with self._lock:
            self.busy += 1
        try:
            pause = advance(now, rollout, BRISK)
        finally:
            with self._lock:
                self.busy -= 1
        if pause is None:
            self.ended.set()
        return pause

    def _by(self, fleet: Fleet) -> Crew:
        return crew(fleet.again(), self._book, self._clock, self._echo, self._known)


def _stamp(fleet: Fleet) -> object:
    """Tells one writing of the configuration from the next."""
    try:
        found = Path(fleet.path).stat() if fleet.path else None
    except OSError:
        return object()  # whoever reads it says what is wrong
    return found and (found.st_mtime_ns, found.st_size, found.st_ino)


class Keeper:
    """Has what keeps rollouts going, once no other process of this machine has it."""

    def __init__(self, anew: Callable[[], Fleet], foreman: Foreman) -> None:
        self._anew, self._foreman = anew, foreman
        self._open = ExitStack()
        self.engine: Engine | None = None

    def take(self) -> Engine | None:
        """It is tried again each time: whoever has it leaves some day, with what is under way."""
        if self.engine is None:
            with ExitStack() as stack:
                self.engine = stack.enter_context(engine(self._anew(), self._foreman))
                if self.engine:
                    self._open = stack.pop_all()
        return self.engine

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go."""
        self._open.close()


@contextmanager
def engine(fleet: Fleet, foreman: Foreman) -> Iterator[Engine | None]:
    """What keeps rollouts going in this process; None where another process of this machine does that. Raises
    `UsageError` where it is not installed, and `StoreError` where it cannot be reached.
    """
    spec = fleet.config.deploying.engine
    if spec.kind == "local":
        from unshipped.engine.local import LocalEngine

        yield from _open(LocalEngine(foreman.advance))
    elif spec.kind == "temporal":
        from unshipped.wiring.temporal import rollouts_by

        yield from _open(rollouts_by(spec, foreman.advance))
    else:
        with _embedded(fleet, foreman) as made:
            yield made


def _open(made: Engine) -> Iterator[Engine]:
    try:
        yield made
    finally:
        made.close()


@contextmanager
def _embedded(fleet: Fleet, foreman: Foreman) -> Iterator[Engine | None]:
    """One process has it of all that have the same configuration here: a second one with the same name would
    begin anew what the first one has begun.
    """
    from unshipped.locking import only_one

    try:
        from unshipped.engine.embedded import EmbeddedEngine
    except ModuleNotFoundError:
        hint = "pip install 'unshipped[deploy]', or set `deploy.engine.kind: local`"
        raise UsageError("this engine needs dbos", hint) from None
    with fleet.database(new=True) as database:
        address = database.engine.url
        if database.file:
            state = f"{database.place}.engine-{_short(os.path.realpath(fleet.path or ''))}"
            address, lock = address.set(database=state), Path(f"{state}.lock")
        else:
            lock = Path(default_directory(), f"engine-{_short(f'{database.place} {fleet.path}')}.lock")
    lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with only_one(lock) as mine:
        if mine:
            executor = _short(f"{socket.gethostname()} {lock.resolve()}")
            place = address.render_as_string(hide_password=False)
            yield from _open(EmbeddedEngine(foreman.advance, place, executor))
        else:
            yield None


def _short(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]
