"""Configuration into running objects: the only room that knows concrete classes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from unshipped import sources
from unshipped.cache import Cache, default_directory
from unshipped.config.values import MOST_BYTES, Config, RepositorySpec
from unshipped.core.model import Closure, Origin, Rule, SourceSpec, Target
from unshipped.errors import FetchError, GitError, UsageError
from unshipped.git.repository import Repository
from unshipped.nearest import find
from unshipped.sources.bare import BareCommit

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

    from unshipped.core.settings import Expectation
    from unshipped.discovery.reach import Analyses
    from unshipped.discovery.snapshot import Snapshot
    from unshipped.ports import Course, ReadBlobs, Source
    from unshipped.ports.rolling import Book
    from unshipped.ports.telling import Notifier
    from unshipped.stores.database import Database

MOST_COMMITS = 20_000
"""So far back an author is looked for."""


_FETCHES = 8
"""So many repositories are fetched at once: most of a fetch is waiting for the remote."""


class Fleet:
    """A configuration, ready to be asked: opens each repository once, makes each source when needed.

    `path` is the configuration file, or None where there is none, and `text` what stood in it. `override` is
    the repository given on the command line: it replaces the path of the default one.
    """

    def __init__(
        self, config: Config, path: str | None, override: str | None, cache: Cache, text: bytes = b""
    ) -> None:
        self.config, self.path, self.override, self.cache, self.text = config, path, override, cache, text
        self._opened: dict[str, Repository] = {}
        self._found: dict[str, Sequence[str]] = {}
        self._analyses: Analyses | None = None
        self._stale: dict[str, GitError] = {}
        self._notifiers: dict[str, Notifier] = {}

    def again(self) -> Fleet:
        """The same fleet, with nothing opened yet; where its repositories lie is known."""
        made = Fleet(self.config, self.path, self.override, self.cache, self.text)
        made._found = self._found
        return made

    def repository(self, name: str) -> Repository:
        """The repository of that name. Raises `GitError` where it cannot be read."""
        if failure := self._stale.get(name):
            raise failure
        if name not in self._opened:
            derive = partial(self._derive, name)
            made = Repository(self.place(name), self.cache, derive, self._found.get(name))
            self._found[name] = made.found
            self._opened[name] = made
        return self._opened[name]

    def _derive(
        self,
        name: str,
        entries: Callable[[], Mapping[str, tuple[str, str]]],
        read: ReadBlobs,
        closures: Sequence[Closure],
        tree: str,
    ) -> Course:
        from unshipped.discovery.course import Course
        from unshipped.discovery.kept import Kept

        return Course(entries, read, closures, self.analyses(), Kept(self.cache.part(name)), tree)

    def analyses(self) -> Analyses:
        """What source files ask for, as far as it is known."""
        from unshipped.discovery.languages.table import LANGUAGES
        from unshipped.discovery.reach import Analyses

        if self._analyses is None:
            self._analyses = Analyses(LANGUAGES, self.cache)
        return self._analyses

    def snapshot(self, repository: str, commit: str) -> Snapshot:
        """The files of one commit. Raises `GitError`."""
        return snapshot(self.repository(repository), commit)

    def place(self, name: str) -> str:
        """Where that repository lies."""
        return self._place(self.config.repositories[name])

    def source(self, _target: Target, _origin: Origin, spec: SourceSpec) -> Source:
        """The source that the configuration declares."""
        commit = spec.options.get("commit")
        if spec.kind == "static" and isinstance(commit, str):
            return BareCommit(commit)
        kind: Any = sources.kind(spec.kind)
        made: Source = kind(**self._placed(kind, spec.options))
        return made

    def beside(self, declared: Expectation) -> Source:
        """What tells which object lies in a declared place."""
        return sources.beside(declared.place, declared.measure, declared.headers)

    def notifier(self, name: str) -> Notifier:
        """The receiver of that name. Raises `UsageError` where the configuration declares none."""
        from unshipped.wiring.telling import receiver

        if name not in self._notifiers:
            self._notifiers[name] = receiver(self.config.telling, name, self._authors)
        return self._notifiers[name]

    def _authors(self) -> Iterator[tuple[str, str]]:
        """Whoever made the newest commits; of a repository that cannot be read nobody is known."""
        for name in _repositories(self.config.targets):
            with contextlib.suppress(GitError):
                yield from self.repository(name).authors(MOST_COMMITS)

    def fetch(self, targets: Iterable[Target]) -> list[GitError]:
        """Bring their repositories up to date, several at once, each by itself: one that cannot be fetched
        cannot be read from now on. What has no remote is up to date. Answers why some are not.
        """
        from concurrent.futures import ThreadPoolExecutor

        def fetched(name: str) -> None:
            try:
                if self.repository(name).addresses():
                    self._fetch(name)
            except GitError as error:
                self._stale[name] = FetchError(error.message, error.hint)

        with ThreadPoolExecutor(_FETCHES, "unshipped-fetch") as several:
            for _ in several.map(fetched, _repositories(targets)):
                pass
        return list(self._stale.values())

    @contextmanager
    def store(self) -> Iterator[Book]:
        """The log of this configuration. Raises `StoreError` where it cannot be opened."""
        store = self.open_store()
        try:
            yield store
        finally:
            store.close()

    def metrics_file(self) -> str | None:
        """Where each round writes its metrics, if anywhere."""
        named = self.config.watch.metrics
        return self.file(named) if named else None

    def log_file(self) -> str:
        """Where the log lies, where it is a file."""
        return self.file(self.config.store.path)

    def open_store(self) -> Book:
        """The same, for as long as the process lives."""
        from unshipped.wiring.keeping import open_log

        return open_log(self.config.store, self.log_file())

    @contextmanager
    def database(self, *, new: bool = False) -> Iterator[Database]:
        """The database of the log, of whatever version; with `new` a file need not be there yet. Raises
        `StoreError`.
        """
        from unshipped.wiring.keeping import open_database

        database = open_database(self.config.store, self.log_file(), new=new)
        try:
            yield database
        finally:
            database.close()

    def _fetch(self, name: str) -> None:
        from pathlib import Path

        from unshipped.git.mirror import refresh

        repository = self.repository(name)
        place = Path(repository.path)
        if place.parent == Path(mirrors()):
            refresh(place)
            repository.asks_remote = True
        else:
            repository.fetch()

    def _place(self, spec: RepositorySpec) -> str:
        if self.override and spec.name == self.config.default_repository:
            return self.override
        if spec.path:
            return self.file(spec.path)
        from pathlib import Path

        from unshipped.git.mirror import mirror

        return str(mirror(spec.url, Path(mirrors())))

    def file(self, path: str) -> str:
        """A path of the configuration: relative to its file."""
        folder = os.path.dirname(self.path) if self.path else ""
        return folder if folder and path == "." else os.path.join(folder, path)

    def _placed(self, kind: Any, options: Mapping[str, object]) -> Mapping[str, object]:
        relative = getattr(kind, "relative", "")
        return {**options, relative: self.file(str(options.get(relative, ".")))} if relative else options


def _repositories(targets: Iterable[Target]) -> Iterable[str]:
    return dict.fromkeys(origin.repository for target in targets for origin in target.origins)


def mirrors() -> str:
    """Where repositories lie that are given by an address: `UNSHIPPED_MIRRORS`, or beside the cache."""
    chosen = os.environ.get("UNSHIPPED_MIRRORS")
    return chosen or os.path.join(default_directory(), "mirrors")


def snapshot(repository: Repository, commit: str) -> Snapshot:
    """The files of one commit, for what reads a repository without a checkout."""
    from unshipped.discovery.snapshot import Entry, Snapshot

    entries, read = repository.files(commit)
    return Snapshot({path: Entry(*entry) for path, entry in entries.items()}, read)


def open_fleet(config: str | None, repository: str | None, cache: Cache) -> Fleet:
    """The fleet that a configuration file declares: the given one, or the nearest `unshipped.yaml`."""
    path = config or find(repository or ".")
    text = read_text(path)
    return Fleet(_parsed(text, path, cache), path, repository, cache, text)


def single(name: str, deployed: str, paths: tuple[str, ...], repository: str | None, cache: Cache) -> Fleet:
    """A fleet of one service, without a configuration file."""
    source = SourceSpec("static", {"commit": deployed})
    origin = Origin("main", Closure(paths), Rule(), (source,))
    target = Target(name, "production", (origin,))
    config = Config({"main": RepositorySpec("main", ".")}, (target,), "main")
    return Fleet(config, None, repository, cache)


def read_config(path: str, cache: Cache) -> Config:
    """The parsed configuration of a file."""
    return _parsed(read_text(path), path, cache)


def _parsed(text: bytes, path: str, cache: Cache) -> Config:
    """What a text declares; taken from the cache where that very text was read before."""
    key = cache.key("config", text)
    if (known := cache.load("config", key)) is not None:
        from unshipped.config.plain import from_plain

        # Another state of this very version, as when it runs from its sources, may have written it otherwise.
        with contextlib.suppress(KeyError, TypeError, ValueError):
            return from_plain(known)
    from unshipped.config import load
    from unshipped.config.plain import to_plain

    config = load(text, path, *every_kind())
    cache.save("config", key, to_plain(config))
    return config


def read_text(path: str) -> bytes:
    """The bytes of a configuration file, a few more than it may have at most. Raises `UsageError`."""
    try:
        with open(path, "rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error


def source_kinds() -> Mapping[str, type]:
    """Every kind of source with its class: what the configuration is validated against."""
    return sources.every()


def notifier_kinds() -> Mapping[str, type]:
    """Every kind of notifier with its class, likewise."""
    from unshipped import notifiers

    return notifiers.every()


def every_kind() -> tuple[Mapping[str, type], ...]:
    """Every kind of what has kinds, in the order in which the configuration takes them."""
    from unshipped import checks, deployers

    return source_kinds(), notifier_kinds(), deployers.every(), checks.every()
