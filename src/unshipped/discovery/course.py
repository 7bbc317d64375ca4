"""Closures through history: derived once, and again only where a commit can have changed the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property

from unshipped.core.closures.patterns import Match, compile_glob, encode, is_glob
from unshipped.core.model import IMPORTS, Build, Closure
from unshipped.core.paths import PathMap
from unshipped.discovery.derive import derive, recipe_of
from unshipped.discovery.index import SOURCES, WORD, suffix
from unshipped.discovery.kept import Kept
from unshipped.discovery.languages.asks import Asks
from unshipped.discovery.reach import Analyses
from unshipped.discovery.snapshot import LINK, Entry, Snapshot, above
from unshipped.discovery.values import Derived
from unshipped.ports import ReadBlobs

_OF_DIRECTORIES = ("__init__", "__main__", "index", "_index")
"""Names of files that are asked for by the name of their directory."""


class Course:
    """Many closures in one tree, and in the trees before it, one commit at a time."""

    def __init__(
        self,
        entries: Callable[[], Mapping[str, tuple[str, str]]],
        read: ReadBlobs,
        closures: Sequence[Closure],
        analyses: Analyses,
        kept: Kept | None = None,
        tree: str = "",
    ) -> None:
        self._entries, self._read = entries, read
        self._asked, self._analyses, self._kept = closures, analyses, kept
        known = kept.load(tree, closures) if kept and tree else None
        self._held: dict[int, _Held] = {}
        self._derived = self._anew() if known is None else known
        if known is None:
            self.keep(tree)

    def _anew(self) -> list[Derived | None]:
        self._snapshot.load(path for closure in self._asked for path in recipe_of(closure.build))
        return [derive(self._snapshot, closure, self._analyses) for closure in self._asked]

    @cached_property
    def _snapshot(self) -> Snapshot:
        """The tree: not looked at where everything is known of it."""
        return Snapshot({path: Entry(*entry) for path, entry in self._entries().items()}, self._read)

    def closures(self) -> list[Closure | None]:
        """The closures as paths, in order; None where what one is derived from is not in the tree."""
        return [one.closure if one else None for one in self._derived]

    def foresee(self, steps: Sequence[Mapping[str, tuple[str, str] | None]]) -> None:
        """What will be undone, all of it: what has to be read for that is read in one go."""
        read = {path for one in self._derived if one for path in (*one.inputs, *one.recipe)}
        blobs = {
            entry[1]
            for undone in steps
            for path, entry in undone.items()
            if entry and path in read and not self._analyses.knows(Entry(*entry), path)
        }
        self._snapshot.load_blobs(blobs)

    def keep(self, tree: str = "") -> None:
        """Remember what was read on the way, for the next time, and the closures, if the tree is named."""
        self._analyses.keep()
        if self._kept and tree:
            self._kept.save(tree, self._asked, self._derived)

    def back(self, undone: Mapping[str, tuple[str, str] | None]) -> dict[int, Closure | None]:
        """One commit back. Answers what changed by it."""
        step = _Step(self._snapshot, undone, self._analyses)
        affected = [at for at in range(len(self._asked)) if self._concerns(step, at)]
        self._snapshot.put({path: Entry(*entry) if entry else None for path, entry in undone.items()})
        changed: dict[int, Closure | None] = {}
        for at in affected:
            before = self._derived[at]
            self._held.pop(at, None)
            now = self._derived[at] = derive(self._snapshot, self._asked[at], self._analyses)
            if (now and now.closure) != (before and before.closure):
                changed[at] = now.closure if now else None
        return changed

    def _concerns(self, step: _Step, at: int) -> bool:
        closure, derived = self._asked[at], self._derived[at]
        if derived is None:
            return step.provides(closure.build)
        if at not in self._held:
            self._held[at] = _Held(derived)
        return step.concerns(closure, self._held[at])


class _Held:
    """What a service takes in, as each step asks for it."""

    def __init__(self, derived: Derived) -> None:
        self.derived = derived
        self._outer = derived.outer or derived.closure
        self.outer = frozenset(self._outer.paths)

    @cached_property
    def paths(self) -> PathMap:
        """All that it can reach."""
        return PathMap([self._outer])

    @cached_property
    def homes(self) -> frozenset[str]:
        """The directories of the modules that are reached: data that lies there counts."""
        return frozenset(path.rpartition("/")[0] for path in self.derived.inputs)

    @cached_property
    def globs(self) -> list[Match]:
        """The patterns that it takes in, but for the one that everything fits."""
        patterns = (one for one in (*self.derived.reasons, *self.derived.awaited) if one != "**")
        return [compile_glob(encode(one)) for one in patterns if is_glob(encode(one))]

    @cached_property
    def ways(self) -> frozenset[str]:
        """Every path of it: a link on the way to one leads to what it takes in."""
        derived = self.derived
        return self.outer | derived.reasons.keys() | derived.recipe | derived.awaited


class _Step:
    """One commit, as it is undone: what of it may change which closure."""

    def __init__(
        self, snapshot: Snapshot, undone: Mapping[str, tuple[str, str] | None], analyses: Analyses
    ) -> None:
        self._snapshot, self._undone, self._analyses = snapshot, undone, analyses
        entries = snapshot.entries
        self._links = [
            path
            for path, entry in undone.items()
            if LINK in ((entry or ("",))[0], entries[path].mode if path in entries else "")
        ]
        self._moved = {path for path, entry in undone.items() if (entry is None) == (path in entries)}
        names = {path.rpartition("/")[2] for path in undone}
        self._set = {one for one in analyses.languages if any(map(one.is_setting, names))}
        """The languages of which a file that says where names lead was another one."""
        self._known: dict[str, bool] = {}
        self._moving: dict[str, bool] = {}
        self._bare: dict[tuple[str, frozenset[str]], bool] = {}

    def provides(self, build: Build | None) -> bool:
        """Whether something comes that a closure can be derived from."""
        return any(_is_needed(build, path) for path in self._moved)

    def concerns(self, closure: Closure, held: _Held) -> bool:
        """Whether a closure may be another one before this commit."""
        derived = held.derived
        if self._links and self._leads_elsewhere(closure.build or Build(), held):
            return True
        if not self._undone.keys().isdisjoint(derived.recipe):
            return True
        if closure.build and closure.build.source and self._empties(closure.build.source):
            return True
        if self._moved and self._goes_missing(held):
            return True
        if closure.mode != IMPORTS:
            return False
        asks = any(self._asks_other(path) for path in self._undone.keys() & derived.inputs)
        return asks or self._sets_other(derived) or self._resolves_other(held)

    def _leads_elsewhere(self, build: Build, held: _Held) -> bool:
        """Whether a link that a service holds, or that lies on the way to what it holds, was another one."""
        ways = (build.dockerfile, build.context, build.source, *held.ways)
        return any(
            held.paths.of(encode(link)) or any(way == link or way.startswith(f"{link}/") for way in ways)
            for link in self._links
        )

    def _goes_missing(self, held: _Held) -> bool:
        """Whether all of something that is copied may come or go, or what counts where something is missing:
        what lies beside it, and for an image without any source everything.
        """
        derived = held.derived
        return any(
            path in derived.reasons
            or self._moves_with(path, derived)
            or any(match(encode(path)) for match in held.globs)
            or any(_covers(one, path) or self._moves_around(one) for one in derived.awaited)
            or (bool(derived.awaited) and self._alone(path, held))
            for path in self._moved
        )

    def _moves_around(self, path: str) -> bool:
        """Whether a directory comes or goes in which something is missing."""
        directory = path.rpartition("/")[0]
        while directory and not self._moves(directory):
            directory = directory.rpartition("/")[0]
        return bool(directory)

    def _moves_with(self, path: str, derived: Derived) -> bool:
        """Whether a directory comes or goes with a file that counts as a whole."""
        directory = path.rpartition("/")[0]
        while directory and self._moves(directory):
            if directory in derived.reasons:
                return True
            directory = directory.rpartition("/")[0]
        return False

    def _sets_other(self, derived: Derived) -> bool:
        """Whether a file changed that says where the names lead that are asked for. Where nothing was read,
        what is started was not found: any language may come to say it.
        """
        if not self._set:
            return False
        languages = {one for path in derived.inputs if (one := self._analyses.language(path))}
        return not self._set.isdisjoint(languages or self._analyses.languages)

    def _resolves_other(self, held: _Held) -> bool:
        """Whether a file came or went that may be reached, or counts without that."""
        derived = held.derived
        if any(self._alone(path, held) for path in self._moved):
            return True
        if any(self._is_data_without(path, held.homes) for path in self._moved):
            return True
        moved = {path for path in self._moved if held.paths.of(encode(path))}
        if not moved:
            return False
        read = {one for path in derived.inputs for one in self._analyses.suffixes(path)}
        return any(
            _is_unread(path, read)
            or self._directory_asked(path, derived)
            or _may_resolve(path, derived, held.homes)
            for path in moved
        )

    def _directory_asked(self, path: str, derived: Derived) -> bool:
        """Whether a directory comes or goes with a file, and one of its name is asked for."""
        directory = path.rpartition("/")[0]
        while directory and self._moves(directory):
            directory, _, name = directory.rpartition("/")
            if _stem(name) in derived.asked:
                return True
        return False

    def _moves(self, directory: str) -> bool:
        """Whether a directory is there only before, or only after this commit."""
        if directory not in self._moving:
            came = {path for path in self._moved if path.startswith(directory + "/")}
            self._moving[directory] = bool(came) and came.issuperset(self._snapshot.below(directory))
        return self._moving[directory]

    def _empties(self, directory: str) -> bool:
        """Whether a directory was not there before this commit."""
        came = {path for path in self._moved if _covers(directory, path.rpartition("/")[0])}
        return bool(came) and came.issuperset(self._snapshot.below(directory))

    def _alone(self, path: str, held: _Held) -> bool:
        """Whether what is copied as a whole has no other source than what comes or goes: without any it is
        not narrowed.
        """
        if suffix(path) not in SOURCES:
            return False
        return any(self._has_no_other(one) for one in (*above(path), "") if (one or "**") in held.outer)

    def _is_data_without(self, path: str, homes: AbstractSet[str]) -> bool:
        """Whether a directory beside a module has no other source of the language of what comes or goes:
        without any, all that lies there is data of that module.
        """
        if suffix(path) not in SOURCES:
            return False
        own = SOURCES.intersection(self._analyses.suffixes(path))
        beside = (one for one in above(path) if one.rpartition("/")[0] in homes)
        return any(self._has_no_other(one, own) and self._comes_or_goes(one, own) for one in beside)

    def _comes_or_goes(self, directory: str, suffixes: frozenset[str]) -> bool:
        """Whether none of the source of a directory that comes takes the place of some that goes."""
        moved = (one for one in self._moved if suffix(one) in suffixes and _covers(directory, one))
        return len({self._undone[one] is None for one in moved}) == 1

    def _has_no_other(self, directory: str, suffixes: frozenset[str] = SOURCES) -> bool:
        if (directory, suffixes) not in self._bare:
            others = (one for one in self._snapshot.below(directory) if one not in self._moved)
            self._bare[directory, suffixes] = not any(suffix(one) in suffixes for one in others)
        return self._bare[directory, suffixes]

    def _asks_other(self, path: str) -> bool:
        """Whether a source file asked for something else before."""
        if path not in self._known:
            before = self._undone[path]
            # What no language reads says where names lead: any change of it counts.
            unread = self._analyses.language(path) is None
            self._known[path] = (
                unread
                or before is None
                or self._asks(Entry(*before), path) != self._asks(self._snapshot.entries[path], path)
            )
        return self._known[path]

    def _asks(self, entry: Entry, path: str) -> object:
        alone = self._snapshot.alone(path, entry)
        asks = self._analyses.of(alone, path)
        return _unplaced(asks) if asks else None


def _unplaced(asks: Asks) -> object:
    """What is asked for, wherever it stands in the file."""
    return {ask._replace(line=0) for ask in asks.asked}, {why for _, why in asks.unknown}


def _is_needed(build: Build | None, path: str) -> bool:
    """Whether a closure can be derived once there is such a file."""
    if build is None:
        return False
    return path == build.dockerfile if build.dockerfile else _covers(build.source, path)


def _is_unread(path: str, read: AbstractSet[str]) -> bool:
    """Whether a file counts wherever it is copied: source of a language that is not read."""
    return suffix(path) in SOURCES and suffix(path) not in read


def _may_resolve(path: str, derived: Derived, homes: AbstractSet[str]) -> bool:
    """Whether a file that comes or goes may be one that is asked for, or lies beside one that asks."""
    directory, _, name = path.rpartition("/")
    if path in derived.reasons or path in derived.inputs or _is_within(directory, derived.widened):
        return True
    stem = _stem(name)
    if suffix(name) not in SOURCES:
        # A file, or one of the directories on the way to it, may be what is asked for.
        return any(_stem(part) in derived.asked for part in path.split("/")) or _is_within(directory, homes)
    if stem in _OF_DIRECTORIES and any(_covers(directory, one) for one in homes):
        return True
    # Where a package is its directory, whatever begins one that is asked for.
    return stem in derived.asked or (directory not in homes and _words(directory) <= derived.asked)


def _stem(name: str) -> str:
    """The first word of a file's name: what an import has of it."""
    return next((word for word in WORD.split(name) if word), "")


def _words(directory: str) -> set[str]:
    """What a package in a directory is asked for by; the empty word for the top."""
    return set(WORD.split(directory.rpartition("/")[2]))


def _is_within(directory: str, others: AbstractSet[str]) -> bool:
    """Whether a directory is one of others, or lies below one."""
    while directory and directory not in others:
        directory = directory.rpartition("/")[0]
    return directory in others


def _covers(directory: str, other: str) -> bool:
    return not directory or other == directory or other.startswith(directory + "/")
