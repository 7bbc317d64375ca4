"""What one instruction takes out of the build context: COPY, ADD, and what RUN mounts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from posixpath import normpath
from typing import NamedTuple

from unshipped.core.model import Build
from unshipped.core.patterns import compile_glob, encode, is_glob, literal_base
from unshipped.discovery.images.dockerfile import Step, is_unknown
from unshipped.discovery.images.ignore_file import IgnoreFile
from unshipped.discovery.layout import Mount
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Place

_REMOTE = re.compile(r"^(https?|ftp|git|ssh)://|^git@|\.git(#|$)", re.IGNORECASE)
_MOST_TEXT = 160


class Copy(NamedTuple):
    """One instruction that takes files out of the repository."""

    place: Place
    paths: tuple[str, ...]
    """Patterns of the repository, with git's `:(glob)` meaning."""
    text: str
    """The instruction as it is known to its author: `COPY shared/ /app/shared/`."""
    stage: str


class Taking(NamedTuple):
    """What an instruction takes, and where it puts it."""

    copy: Copy
    mounts: tuple[Mount, ...] = ()
    made_elsewhere: str = ""
    """The stage that it takes files from, in place of the context."""
    missing: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()


def taken(
    snapshot: Snapshot, build: Build, ignore: IgnoreFile, step: Step, stage: str, workdir: str
) -> Iterator[Taking]:
    """What an instruction takes in, from the context or from another stage."""
    instruction = _Instruction(snapshot, build, ignore, step, stage)
    if step.name in ("COPY", "ADD"):
        yield from instruction.copied(workdir)
    elif step.name == "RUN":
        yield from instruction.mounted()


class _Instruction:
    def __init__(self, snapshot: Snapshot, build: Build, ignore: IgnoreFile, step: Step, stage: str) -> None:
        self._snapshot, self._context, self._ignore = snapshot, build.context, ignore
        self._step, self._stage = step, stage
        self._place = Place(build.dockerfile, step.line)

    def copied(self, workdir: str) -> Iterator[Taking]:
        *sources, destination = self._words()
        if where := next(iter(self._step.flags.get("from", ())), ""):
            yield Taking(self._copy(()), made_elsewhere=where, doubts=self._unknown_stage(where))
            return
        sources = [source for source in sources if not _is_elsewhere(source)]
        if not sources:
            return
        known = not is_unknown(destination)
        several = len(sources) > 1 or destination.endswith(("/", "/.")) or destination in (".", "")
        at = _joined(workdir, destination) if known else ""
        yield self._taking(sources, at, into=several, placed=known)

    def mounted(self) -> Iterator[Taking]:
        """`RUN --mount=type=bind,source=…`: read while the image is built, so what it says counts."""
        for mount in self._step.flags.get("mount", ()):
            settings = dict(part.partition("=")[::2] for part in mount.split(","))
            if settings.get("type", "bind") != "bind":
                continue
            if where := settings.get("from", ""):
                yield Taking(self._copy(()), made_elsewhere=where)
            else:
                source = settings.get("source") or settings.get("src") or "."
                yield self._taking([source], "", into=False, placed=False)

    def _words(self) -> list[str]:
        """The sources and the destination; those of the inline files of heredocs are no sources."""
        words = [word for word in self._step.words if not word.startswith("<<")]
        return words or [""]

    def _taking(self, sources: Sequence[str], at: str, *, into: bool, placed: bool) -> Taking:
        paths: list[str] = []
        mounts: list[Mount] = []
        missing: list[str] = []
        doubts: list[Doubt] = []
        for source in sources:
            if is_unknown(source):
                path = self._before_the_unknown(source)
                why = f"{source!r} depends on a variable whose value is not known"
                doubts.append(Doubt(self._place, why, (path or "**",)))
                paths.append(path)
                continue
            paths += self._patterns(source)
            met = self._matches(source) if placed else ()
            mounts += [Mount(self._target(path, at, into), path, self._ignore.left_out) for path in met]
            if not self._is_there(source):
                missing.append(source)
        if not placed and self._step.name != "RUN":
            why = "where it is copied to depends on a variable whose value is not known"
            doubts.append(Doubt(self._place, why))
        listed = tuple(dict.fromkeys(path or "**" for path in paths))
        return Taking(self._copy(listed), tuple(mounts), "", tuple(missing), tuple(doubts))

    def _copy(self, paths: tuple[str, ...]) -> Copy:
        text = self._step.text
        return Copy(
            self._place, paths, text if len(text) <= _MOST_TEXT else text[:_MOST_TEXT] + "…", self._stage
        )

    def _path(self, source: str) -> str:
        """A source as a path of the repository: no source leaves the context."""
        inner = normpath("/" + source.strip()).strip("/")
        return f"{self._context}/{inner}".strip("/") if self._context else inner

    def _patterns(self, source: str) -> list[str]:
        """A source as patterns: also what is not there yet will be copied once it is."""
        path = self._path(source)
        # A directory that a wildcard matches is copied with all that is in it.
        return [path, f"{path}/**"] if is_glob(encode(path)) else self._let_in(path)

    def _matches(self, source: str) -> list[str]:
        """The paths that a source stands for: with a wildcard each file or directory that it matches."""
        path = self._path(source)
        if not is_glob(encode(path)):
            return [path]
        match, depth = compile_glob(encode(path)), path.count("/")
        base = literal_base(encode(path)).decode("utf-8", "surrogateescape")
        met = {"/".join(file.split("/")[: depth + 1]) for file in self._snapshot.below(base)}
        return sorted(one for one in met if match(encode(one)))

    def _let_in(self, path: str) -> list[str]:
        """A path less what an ignore file that keeps everything out does not let in again."""
        only = self._ignore.only()
        if only is None:
            return [path]
        inner = [one for one in only if not path or one == path or one.startswith(path + "/")]
        outer = any(path == one or path.startswith(one + "/") for one in only)
        globs = [one for one in only if is_glob(encode(one))]
        return [path] if outer else list(dict.fromkeys([*inner, *globs]))

    def _is_there(self, source: str) -> bool:
        path = self._path(source)
        if is_glob(encode(path)):
            return bool(self._matches(source))
        real = self._snapshot.real(path)
        if real is None:
            return False
        return real[0] in self._snapshot.entries or self._snapshot.is_directory(real[0])

    def _target(self, path: str, at: str, into: bool) -> str:
        """A directory's content goes to the destination; a file goes into it where it is a directory."""
        real = self._snapshot.real(path)
        if real is not None and self._snapshot.is_directory(real[0]):
            return at
        return _joined(at, path.rpartition("/")[2]) if into else at

    def _before_the_unknown(self, source: str) -> str:
        """The directory that a source lies in, whatever its variable says; the context, if none is sure."""
        known = source.partition("$")[0]
        return self._path(known.rpartition("/")[0])

    def _unknown_stage(self, name: str) -> tuple[Doubt, ...]:
        if not is_unknown(name):
            return ()
        return (Doubt(self._place, f"the stage {name!r} is not known"),)


def _is_elsewhere(source: str) -> bool:
    """Whether a source of ADD lies on another machine."""
    return _REMOTE.search(source) is not None


def _joined(workdir: str, path: str) -> str:
    return normpath(path if path.startswith("/") else f"/{workdir}/{path}").strip("/")
