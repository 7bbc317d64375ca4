"""Which files the programs that are started really reach, breadth first, each with what brings it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from unshipped.cache import Cache
from unshipped.core.value import Value
from unshipped.discovery.index import SOURCES, WORD, data_beside, named, quoted, suffix
from unshipped.discovery.languages.asks import (
    Ask,
    Asks,
    Data,
    Language,
    Lead,
    Lost,
    Nowhere,
    Root,
    Setting,
    Step,
)
from unshipped.discovery.languages.javascript.text import placed, puts_together
from unshipped.discovery.layout import Layout, Located
from unshipped.discovery.snapshot import Entry, Snapshot
from unshipped.discovery.values import Doubt, Place, Reason

_MOST_ROUNDS = 12
_COMPUTED = "?"
_DATA = "data"
_MOST_KEPT = 100_000


class Reached(Value):
    """Everything that is reached, and what the answer hangs on."""

    files: Mapping[str, Reason]
    doubts: tuple[Doubt, ...]
    inputs: frozenset[str]
    """The source files that were read."""
    asked: frozenset[str]
    """Every word that stands in something asked for: a file of that name may change the answer."""
    widened: frozenset[str] = frozenset()
    """The directories of the repository below which everything counts, since something there is asked for
    that cannot be known."""
    watched: frozenset[str] = frozenset()
    """The directories of the repository below which a file that comes or goes may change the answer."""

    @property
    def everything(self) -> bool:
        """Whether anything at all may be reached. The walk ends where that is found."""
        return "" in self.widened


class Analyses:
    """What source files ask for, by their content: read once, whichever service reaches them."""

    def __init__(self, languages: Sequence[Language], cache: Cache | None = None) -> None:
        self._by_suffix = {suffix: one for one in languages for suffix in one.suffixes}
        self._languages: dict[str, Language | None] = {}
        self._cache = cache or Cache(None)
        self._key = self._cache.key("asks")
        loaded = self._cache.load("asks", self._key)
        self._kept: dict[str, Any] = loaded if isinstance(loaded, dict) else {}
        self._saved = len(self._kept)
        self._known: dict[str, Asks] = {}
        self._words: dict[str, frozenset[str]] = {}
        self._quoted: dict[str, tuple[str, ...] | None] = {}

    @property
    def languages(self) -> frozenset[Language]:
        """Every language that is read."""
        return frozenset(self._by_suffix.values())

    def language(self, path: str) -> Language | None:
        """Who reads a file; None where nobody does."""
        if path not in self._languages:
            dot = path.rfind(".")
            self._languages[path] = self._by_suffix.get(path[dot:]) if dot > path.rfind("/") else None
        return self._languages[path]

    def suffixes(self, path: str) -> Sequence[str]:
        """The suffixes of the language that a file is written in; none where nobody reads it."""
        language = self.language(path)
        return language.suffixes if language else ()

    def knows(self, entry: Entry, path: str) -> bool:
        """Whether a file was read before."""
        return _key(entry, path) in self._kept

    def of(self, snapshot: Snapshot, path: str) -> Asks | None:
        """What a source file asks for; None where its content cannot be had."""
        language = self.language(path)
        if language is None:
            return Asks()
        key = _key(snapshot.entries[path], path)
        if key not in self._known:
            if key in self._kept:
                self._known[key] = _read(self._kept[key])
            else:
                content = snapshot.content(path)
                if content is None:
                    return None
                self._known[key] = language.asks(path, content)
                self._kept[key] = _plain(self._known[key])
        return self._known[key]

    def keep(self) -> None:
        """Remember what was read, for the next run."""
        if len(self._kept) > self._saved and len(self._kept) <= _MOST_KEPT:
            self._saved = len(self._kept)
            self._cache.save("asks", self._key, self._kept)

    def quoted(self, snapshot: Snapshot) -> Callable[[Located], tuple[str, ...] | None]:
        """What stands in quotes in the files of a tree and may be a name or a path; None where a file cannot
        be read.
        """

        def texts(located: Located) -> tuple[str, ...] | None:
            blob = snapshot.entries[located.path].blob
            if blob not in self._quoted:
                content = snapshot.content(located.path)
                self._quoted[blob] = None if content is None else quoted(content)
            return self._quoted[blob]

        return texts

    def computed(self, snapshot: Snapshot) -> Callable[[Located], Sequence[Ask] | None]:
        """The paths that the scripts of a tree put together when they run; None where that cannot be told."""

        def paths(located: Located) -> Sequence[Ask] | None:
            language = self.language(located.path)
            content = snapshot.content(located.path) if language else b""
            if language is None or content is None or not puts_together(content):
                return () if content is not None else None
            return placed(self.of(snapshot, located.path) or Asks())

        return paths

    def words(self, snapshot: Snapshot, path: str, asks: Asks) -> frozenset[str]:
        """The words of what a file asks for."""
        blob = snapshot.entries[path].blob
        if blob not in self._words:
            texts = (text for ask in asks.asked for text in (ask.what, *ask.names))
            self._words[blob] = frozenset(word for text in texts for word in WORD.split(text) if word)
        return self._words[blob]


def _key(entry: Entry, path: str) -> str:
    return f"{entry.blob}{path[path.rfind('.') :]}"


def _plain(asks: Asks) -> Any:
    return [[[*ask] for ask in asks.asked], [[*one] for one in asks.unknown]]


def _read(plain: Any) -> Asks:
    asked, unknown = plain
    return Asks(
        tuple(Ask(what, line, tuple(names), kind) for what, line, names, kind in asked),
        tuple((line, why) for line, why in unknown),
    )


def reach(layout: Layout, entries: Sequence[str], analyses: Analyses, *, runs_here: bool = True) -> Reached:
    """Walk from the files that are started. What one part of a program adds to the places in which modules
    are looked for holds for all of it, so the walk begins anew until nothing is added any more. A program
    that is compiled here and runs elsewhere cannot read what lies beside its sources.
    """
    roots = list(dict.fromkeys([*_beside(layout, entries), *layout.search]))
    for _round in range(_MOST_ROUNDS):
        walk = _Walk(layout, entries, analyses, tuple(roots), runs_here=runs_here)
        walk.run()
        added = [root for root in walk.added() if root not in roots]
        if not added:
            break
        roots += added
    else:
        walk.give_up(roots[-1])
    return walk.reached()


def _beside(layout: Layout, entries: Sequence[str]) -> Iterator[str]:
    """The directories that the files lie in, behind their links and by their names."""
    for entry in entries:
        if (found := layout.find(entry)) and found.links:
            yield from (place.rpartition("/")[0] for place in layout.places(found.path))
        yield entry.rpartition("/")[0]


class _Walk:
    def __init__(
        self,
        layout: Layout,
        entries: Sequence[str],
        analyses: Analyses,
        roots: Sequence[str],
        *,
        runs_here: bool,
    ) -> None:
        self._layout, self._analyses, self._roots, self._runs_here = layout, analyses, roots, runs_here
        self._snapshot = layout.snapshot
        self._files: dict[str, Reason] = {}
        self._doubts: list[Doubt] = []
        self._more_roots: dict[str, None] = {}
        self._nowhere: set[str] = set()
        self._computed = layout.anywhere
        self._widened: set[str] = set()
        self._watched: set[str] = set()
        self._visited: set[str] = set()
        self._furnished: set[tuple[str, Language]] = set()
        self._listed: set[str] = set()
        self._words: set[str] = set()
        self._inputs: set[str] = set()
        self._languages: set[Language | None] = set()
        """Those of what is started: what another one has is data to it."""
        self._level: list[tuple[str, Located]] = []
        for entry in entries:
            if found := layout.find(entry):
                self._languages.add(analyses.language(found.path))
                self._take(entry, found, Reason("", 0, "entry point"))

    def run(self) -> None:
        while self._level and "" not in self._widened:
            level, self._level = self._level, []
            # What is data counts whatever is in it: a partial clone may not even have it.
            self._snapshot.load_around(one.path for _, one in level if self._is_to_read(one.path))
            for at, located in level:
                self._visit(at, located.path)

    def _is_to_read(self, path: str) -> bool:
        return self._analyses.language(path) is not None and not self._analyses.knows(
            self._snapshot.entries[path], path
        )

    def added(self) -> Iterator[str]:
        """Further places to look in: those that the program names and, where it computes one, every place
        that has what was looked for in vain.
        """
        yield from self._more_roots
        if self._computed:
            for path in (path for name in sorted(self._nowhere) for path in named(self._snapshot, name)):
                yield from (place.rpartition("/")[0] for place in self._layout.places(path))

    def give_up(self, root: str) -> None:
        """Places to look in lead to further ones, and those to further ones, without an end."""
        last = next(reversed(self._files), self._layout.search[0])
        why = f"modules are looked for in ever more places, the last of them {root or 'the top'}"
        self._doubts.append(Doubt(Place(last), why))
        self._widened.add("")

    def reached(self) -> Reached:
        return Reached(
            self._files,
            tuple(dict.fromkeys(self._doubts)),
            frozenset(self._inputs),
            frozenset(self._words),
            frozenset(self._widened),
            frozenset(self._watched | self._listed),
        )

    def _take(self, at: str, located: Located, reason: Reason) -> None:
        for link in located.links:
            self._files.setdefault(link, reason)
            reason = Reason(link, 0, "symbolic link")
        if located.path not in self._files:
            self._files[located.path] = reason
        if at not in self._visited:
            self._visited.add(at)
            self._level.append((at, located))

    def _visit(self, at: str, path: str) -> None:
        language = self._analyses.language(path)
        if language is None or language not in self._languages:
            return
        self._inputs.add(path)
        asks = self._analyses.of(self._snapshot, path)
        if asks is None:
            self._lose(at, path, Lost(0, "it is too large to be read", ""))
            return
        if self._runs_here:
            self._data_beside(path, language)
        else:
            asks = asks._replace(asked=tuple(ask for ask in asks.asked if ask.kind != _DATA))
        self._words |= self._analyses.words(self._snapshot, path, asks)
        self._computed = self._computed or any(a.kind == "path" and a.what == _COMPUTED for a in asks.asked)
        for step in language.leads(at, asks, self._layout, self._roots):
            self._follow(step, at, path)

    def _follow(self, step: Step, at: str, path: str) -> None:
        """Where a file leads, by one thing that it asks for."""
        if isinstance(step, Lead):
            self._take(step.at, step.found, Reason(path, step.line, step.how))
        elif isinstance(step, Lost):
            self._lose(at, path, step)
        elif isinstance(step, Data):
            self._list(path, step)
        elif isinstance(step, Root):
            self._more_roots[step.directory] = None
        elif isinstance(step, Nowhere):
            self._nowhere.add(step.name)
            self._words.add(step.name)
        elif isinstance(step, Setting):
            self._take(step.at, step.found, Reason(path, 0, step.how))
            self._inputs.add(step.found.path)
        else:
            self._watch(step.directory, path)

    def _watch(self, directory: str, path: str) -> None:
        """Look after a directory, or after what would hold it; also after that of the file that asks for it,
        which may have been put there by its name.
        """
        self._watched.add(path.rpartition("/")[0])
        while directory and not self._layout.directories(directory):
            directory = directory.rpartition("/")[0]
        self._watched.update(self._layout.directories(directory))

    def _data_beside(self, path: str, language: Language) -> None:
        """What lies beside a module and is no source may be read by it: it counts."""
        directory = path.rpartition("/")[0]
        if (directory, language) in self._furnished:
            return
        self._furnished.add((directory, language))
        own = tuple(one for one in language.suffixes if one in SOURCES)
        for other in data_beside(self._snapshot, directory, own):
            for place in self._layout.places(other):
                if found := self._layout.find(place):
                    self._take(place, found, Reason(path, 0, "lies beside it and may be read by it"))

    def _list(self, path: str, data: Data) -> None:
        """A directory that is named may be read as a whole."""
        directories = self._layout.directories(data.directory)
        if self._listed.issuperset(directories):
            return
        self._listed.update(directories)
        for other in self._layout.below(data.directory):
            if suffix(other) not in SOURCES and (found := self._layout.find(other)):
                self._take(other, found, Reason(path, data.line, data.how))

    def _lose(self, at: str, path: str, lost: Lost) -> None:
        """Something may be anything below a directory: all of it counts, and is walked."""
        directories = self._layout.directories(lost.below) if lost.below else [""]
        self._doubts.append(Doubt(Place(path, lost.line), lost.why, tuple(directories)))
        new = [one for one in directories if one not in self._widened]
        self._widened.update(directories)
        if not new or "" in new:
            return
        for other in self._layout.below(lost.below):
            if found := self._layout.find(other):
                self._take(other, found, Reason(path, lost.line, lost.why))
