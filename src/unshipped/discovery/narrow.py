"""What an image takes in, whole or narrowed to what the programs that it starts really reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from unshipped.core.closures.patterns import encode, is_glob
from unshipped.core.model import Build, Closure
from unshipped.core.paths import PathMap
from unshipped.discovery.images.built import Program
from unshipped.discovery.images.copies import Copy
from unshipped.discovery.images.image import Image
from unshipped.discovery.index import SOURCES, suffix
from unshipped.discovery.languages.go.packages import sources
from unshipped.discovery.layout import Layout
from unshipped.discovery.reach import Analyses, Reached, reach
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.taken import Taken, copied, whole
from unshipped.discovery.values import Doubt, Place, Reason
from unshipped.discovery.without import without_packages

_MANIFESTS = frozenset(
    {
        *("requirements.txt", "requirements-lock.txt", "constraints.txt", "pyproject.toml", "setup.py"),
        *("setup.cfg", "poetry.lock", "uv.lock", "Pipfile", "Pipfile.lock", "pdm.lock", ".python-version"),
        *("package.json", "package-lock.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", "yarn.lock"),
        *("tsconfig.json", "tsconfig.base.json", "nx.json", "turbo.json", "bun.lockb", "bun.lock"),
        *(".yarnrc", ".yarnrc.yml", ".pnpmfile.cjs", "bunfig.toml"),
        *(".npmrc", ".nvmrc", "go.mod", "go.sum", "go.work", "go.work.sum", "Cargo.toml", "Cargo.lock"),
        *("Gemfile", "Gemfile.lock", "composer.json", "composer.lock", "pom.xml", "build.gradle"),
        *("build.gradle.kts", "Makefile"),
    }
)
"""Files that say which libraries are installed, or how: they count for all that lies below them."""


def narrowed(snapshot: Snapshot, image: Image, build: Build, analyses: Analyses) -> Taken:
    """What of it is reached. Where that cannot be told, all of it, with the reason."""
    asked = image.words | {stem for path in build.entries for stem in _stems(path)}
    programs = _compiled(image, build)
    if not programs:
        entries = _named(image.layout, build.entries) if build.entries else image.entries
        if why := _unreadable(image, entries, analyses, declared=bool(build.entries)):
            taken = None if build.entries else without_packages(snapshot, image, analyses)
            if taken:
                return taken
            everything = whole(image)
            place = Place(image.builds[0] if image.builds else build.source)
            doubt = Doubt(place, why, tuple(everything.reasons))
            doubts = (*image.unsure, doubt, *image.built.doubts)
            return Taken(everything.reasons, doubts, asked=asked, widened=image.built.looked)
        programs = [Program(image.layout, entries, (*image.copies, *image.passed))]
    walks = [reach(one.layout, one.entries, analyses, runs_here=one.runs_here) for one in programs]
    doubts = tuple(dict.fromkeys(doubt for one in walks for doubt in one.doubts))
    inputs, words = _all(one.inputs for one in walks), asked | _all(one.asked for one in walks)
    watched = image.built.looked | _all(one.watched for one in walks)
    if any(one.everything for one in walks):
        return Taken(whole(image).reasons, doubts, inputs, words, watched)
    reasons = {path: reason for one in walks for path, reason in one.files.items()}
    for path, reason in (*_beside(snapshot, image, programs, walks, analyses), *_mentioned(snapshot, image)):
        reasons.setdefault(path, reason)
        watched |= {path} if path not in snapshot.entries else set()
    files, widened = _all(one.files for one in walks), _all(one.widened for one in walks)
    return Taken(reasons, doubts, inputs, words, watched | widened, files)


def _all(sets: Iterable[Iterable[str]]) -> frozenset[str]:
    return frozenset(path for each in sets for path in each)


def _beside(
    snapshot: Snapshot,
    image: Image,
    programs: Sequence[Program],
    walks: Sequence[Reached],
    analyses: Analyses,
) -> Iterator[tuple[str, Reason]]:
    """What counts beside the files that programs reach."""
    for program, walk in zip(programs, walks, strict=True):
        if program.runs_here:
            read = frozenset(s for path in walk.inputs for s in analyses.suffixes(path))
            yield from _not_narrowed(snapshot, program.copies, read, image)
            yield from _manifests(snapshot, program.layout, walk.files)
        yield from copied(program.passed).items()
    narrow = {copy for program in (*programs, *image.built.programs) for copy in program.copies}
    yield from copied(copy for copy in image.copies if copy not in narrow).items()


def _compiled(image: Image, build: Build) -> Sequence[Program]:
    """The programs that are compiled for an image, or those that the configuration names."""
    built = image.built
    if not build.entries:
        return built.programs
    named = [
        one._replace(entries=_named(one.layout, build.entries)) for one in (*built.programs, *built.others)
    ]
    return [one for one in named if one.entries and all(file.endswith(".go") for file in one.entries)]


def _named(layout: Layout, entries: Sequence[str]) -> tuple[str, ...]:
    """Where entries of the configuration lie: each a file, or a directory that is a package."""
    places = [[one for at in layout.places(path) for one in _files(layout, at)] for path in entries]
    # One that is not there may have started anything: what is left of them says too little.
    return tuple(place for found in places for place in found) if all(places) else ()


def _files(layout: Layout, at: str) -> list[str]:
    return [at] if layout.find(at) else sources(layout, at)


def _stems(path: str) -> Iterator[str]:
    """What a file or its package would be asked for by."""
    directory, _, name = path.rpartition("/")
    yield name.partition(".")[0]
    yield directory.rpartition("/")[2]


def _unreadable(image: Image, entries: tuple[str, ...], analyses: Analyses, *, declared: bool) -> str:
    """Why an image cannot be narrowed; empty where it can."""
    if all(map(_is_read, entries)):
        return "what is started is not known, so all that is copied counts (`entries` can name it)"
    if image.compiled:
        return "it is not known where all of its files come to lie, so all that is copied counts"
    for entry in entries:
        found = image.layout.find(entry)
        if found and analyses.language(found.path) is None and not _is_read(found.path):
            return f"{found.path} is started and may start anything, so all that is copied counts"
    started = {analyses.language(found.path) for at in entries if (found := image.layout.find(at))}
    if not declared and len(started - {None}) > 1:
        return "what is started is written in several languages, so all that is copied counts"
    return ""


def _is_read(path: str) -> bool:
    """Whether all that an entry starts is among the entries too: the scripts of a package were read."""
    return path.rpartition("/")[2] == "package.json"


def _not_narrowed(
    snapshot: Snapshot, copies: Iterable[Copy], read: frozenset[str], image: Image
) -> Iterator[tuple[str, Reason]]:
    """What is copied by name, or holds no source that imports could narrow. `read` are the suffixes of the
    languages that the programs are written in: whatever else turns other source into something, nobody knows.
    """
    let_in = PathMap([Closure(("",), image.ignore)])
    for copy in copies:
        reason = Reason(copy.place.path, copy.place.line, copy.text)
        for path in copy.paths:
            top = "" if path == "**" else path
            has_source, unread = _sources(snapshot, top, read)
            if top in snapshot.entries or is_glob(encode(top)) or not has_source:
                yield path, reason
            else:
                for file in (one for one in unread if let_in.of(encode(one))):
                    yield file, reason._replace(how=f"{copy.text} (its imports are not read)")


def _sources(snapshot: Snapshot, directory: str, read: frozenset[str]) -> tuple[bool, list[str]]:
    """Whether a directory has source, and the source whose imports are not read."""
    known = snapshot.memo.setdefault("sources", {})
    if (directory, read) not in known:
        sources = [path for path in snapshot.below(directory) if suffix(path) in SOURCES]
        known[directory, read] = bool(sources), [path for path in sources if suffix(path) not in read]
    found: tuple[bool, list[str]] = known[directory, read]
    return found


def _mentioned(snapshot: Snapshot, image: Image) -> Iterator[tuple[str, Reason]]:
    """What the texts of the Dockerfile name: the file, or the data of the directory."""
    for one in image.mentions:
        reason = Reason(image.builds[0], one.line, "names it")
        found = image.layout.find(one.at)
        for path in (found.path, *found.links) if found else ():
            yield path, reason
        for directory in () if found else image.layout.directories(one.at):
            for path in snapshot.below(directory):
                if one.is_argument or suffix(path) not in SOURCES:
                    yield path, reason


def _manifests(
    snapshot: Snapshot, layout: Layout, files: Mapping[str, Reason]
) -> Iterator[tuple[str, Reason]]:
    """The files that say which libraries are installed, above what is reached."""
    directories: dict[str, str] = {}
    for path in files:
        above = path.rpartition("/")[0]
        while above not in directories:
            directories[above] = path
            above = above.rpartition("/")[0]
    for directory, path in directories.items():
        for name in snapshot.names(directory):
            found = f"{directory}/{name}".strip("/")
            if name in _MANIFESTS and layout.places(found):
                yield found, Reason(path, 0, "says what is installed beside it")
