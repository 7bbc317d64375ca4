"""What one instruction takes out of the build context: COPY, ADD, and what RUN mounts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from posixpath import normpath

from unshipped.core.value import Value
from unshipped.discovery.images.dockerfile import Step
from unshipped.discovery.images.ignore_file import IgnoreFile
from unshipped.discovery.images.sources import Source
from unshipped.discovery.images.stages import Stages, within
from unshipped.discovery.layout import Mount
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Place

_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|[\w.-]+@[\w.-]+:", re.IGNORECASE)
_INLINE = re.compile(r"[0-9]*<<")
_MOST_TEXT = 160


class Copy(Value):
    """One instruction that takes files out of the repository."""

    place: Place
    paths: tuple[str, ...]
    """Patterns of the repository, with git's `:(glob)` meaning."""
    text: str
    """The instruction as it is known to its author: `COPY shared/ /app/shared/`."""
    stage: str


class Taking(Value):
    """What an instruction takes, and where it puts it."""

    copy: Copy
    mounts: tuple[Mount, ...] = ()
    made_elsewhere: str = ""
    """The stage or image that it takes files from, in place of the context."""
    sources: tuple[str, ...] = ()
    """What it takes from there, as it stands in the Dockerfile."""
    at: str | None = None
    """Where it puts that; None where it is not known."""
    missing: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()
    """Where what is missing would lie in the repository: paths and patterns."""
    doubts: tuple[Doubt, ...] = ()
    by_name: bool = True
    """Whether all that it takes from the context are files that it names."""
    placed: bool = True
    """Whether it is known where all of it lies at run time."""
    passing: bool = False
    """Whether it is there only while a RUN runs."""


def behind(stages: Stages, takings: Mapping[int, Sequence[Taking]], top: int) -> Iterator[Taking]:
    """All that a stage and those that it depends on take."""
    waiting, seen = [top], set[int]()
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        waiting += stages.bases(at)
        for one in takings.get(at, ()):
            yield one
            waiting += stages.named(one.made_elsewhere) if one.made_elsewhere else []


class Ground(Value):
    """What every instruction of one build has in common."""

    snapshot: Snapshot
    dockerfile: str
    context: str
    ignore: IgnoreFile


def taken(
    ground: Ground, step: Step, stage: str, workdir: str | None, directories: set[str]
) -> Iterator[Taking]:
    """What an instruction takes in, from the context or from another stage. `directories` are those that the
    image is known to have so far; what it makes is added.
    """
    if step.name in ("COPY", "ADD"):
        yield _Instruction(ground, step, stage, directories).copied(workdir)
    elif step.name == "RUN":
        yield from _Instruction(ground, step, stage, directories).mounted(workdir)


class _Instruction:
    def __init__(self, ground: Ground, step: Step, stage: str, directories: set[str]) -> None:
        self._ground, self._step, self._stage, self._directories = ground, step, stage, directories
        self._place = Place(ground.dockerfile, step.line)

    def copied(self, workdir: str | None) -> Taking:
        *words, destination = self._step.words
        at = within(workdir, destination)
        many = len(words) > 1 or destination.endswith(("/", "/.")) or destination in ("", ".")
        if at is not None and many:
            self._is_directory(at)
        if where := next(iter(self._step.flags.get("from", ())), ""):
            return Taking(self._copy(()), made_elsewhere=where, sources=tuple(words), at=at)
        sources = [word for word in words if not self._is_elsewhere(word)]
        found = self._taking(sources)
        if at is not None:
            return found._replace(mounts=tuple(self._mounts(sources, at, many)))
        why = "where it is copied to depends on a variable whose value is not known"
        doubts = (Doubt(self._place, why),) if sources else ()
        return found._replace(placed=found.placed and not sources, doubts=(*found.doubts, *doubts))

    def mounted(self, workdir: str | None) -> Iterator[Taking]:
        """`RUN --mount=type=bind,source=…`: read while the image is built, so what it says counts. A
        cache may begin with what a stage has.
        """
        for mount in self._step.flags.get("mount", ()):
            settings = {
                name.strip().lower(): value.strip().strip("\"'")
                for name, _, value in (part.partition("=") for part in mount.split(","))
            }
            kind = settings.get("type", "bind").lower()
            if kind not in ("bind", "cache") or (kind == "cache" and not settings.get("from")):
                continue
            source = settings.get("source") or settings.get("src") or "."
            target = settings.get("target") or settings.get("dst") or settings.get("destination") or "."
            at = within(workdir, target)
            if where := settings.get("from", ""):
                yield Taking(self._copy(()), made_elsewhere=where, sources=(source,), at=at)
            else:
                yield self._taking([source])._replace(mounts=self._bound(source, at), passing=True)

    def _taking(self, words: Sequence[str]) -> Taking:
        paths: list[str] = []
        doubts: list[Doubt] = []
        sources, awaited = [self._source(word) for word in words], []
        for source in sources:
            patterns = source.patterns()
            paths += patterns
            if not (patterns and source.is_there()):  # also what is kept out: it is missing once it is gone
                awaited += source.places()
            if source.doubt:
                doubts.append(Doubt(self._place, source.doubt, tuple(patterns)))
        missing = [source for source in sources if not source.is_there()]
        return Taking(
            self._copy(tuple(dict.fromkeys(paths))),
            missing=tuple(source.text for source in missing),
            awaited=tuple(awaited),
            doubts=tuple(doubts),
            by_name=all(source.is_file() for source in sources),
            placed=not doubts,
        )

    def _source(self, word: str) -> Source:
        return Source(self._ground.snapshot, self._ground.context, self._ground.ignore, word)

    def _is_elsewhere(self, word: str) -> bool:
        """Whether a source is no file of the context: an address, or text that stands in the Dockerfile."""
        if self._step.heredocs and _INLINE.match(word):
            return True
        return self._step.name == "ADD" and _REMOTE.match(word) is not None

    def _copy(self, paths: tuple[str, ...]) -> Copy:
        text = readable(self._step.text)
        text = text if len(text) <= _MOST_TEXT else text[:_MOST_TEXT] + "…"
        return Copy(self._place, paths, text, readable(self._stage))

    def _mounts(self, words: Sequence[str], at: str, many: bool) -> Iterator[Mount]:
        for source in map(self._source, words):
            if source.doubt:
                continue
            for path in source.matches(deep="parents" in self._step.flags):
                for target in self._targets(source, path, at, many):
                    yield Mount(target, path, self._ground.ignore.left_out)

    def _bound(self, word: str, at: str | None) -> tuple[Mount, ...]:
        """What a RUN finds at the place where a source is mounted."""
        source = self._source(word)
        if at is None or source.doubt:
            return ()
        return tuple(Mount(at, path, self._ground.ignore.left_out) for path in source.matches(deep=False))

    def _targets(self, source: Source, path: str, at: str, many: bool) -> list[str]:
        """A directory's content goes to the destination; a file goes into it where it is a directory."""
        if "parents" in self._step.flags:
            target = _below(at, source.from_pivot(path))
            self._is_directory(target.rpartition("/")[0])
            return [target]
        snapshot, name = self._ground.snapshot, path.rpartition("/")[2]
        real = snapshot.real(path)
        if real is not None and snapshot.is_directory(real[0]):
            self._is_directory(at)
            return [at]
        if many or at in self._directories:
            return [_below(at, name)]
        self._is_directory(at.rpartition("/")[0])
        # The base image may have a directory there, and then it goes into that.
        return [at] if "." in at.rpartition("/")[2] else [at, _below(at, name)]

    def _is_directory(self, path: str) -> None:
        while path not in self._directories:
            self._directories.add(path)
            path = path.rpartition("/")[0]


def readable(text: str) -> str:
    """Text of the repository as it can be printed, whatever bytes it had."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _below(directory: str, name: str) -> str:
    return normpath(f"/{directory}/{name}").strip("/")
