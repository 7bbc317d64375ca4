"""What an image takes in, whole or narrowed to what the programs that it starts really reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from unshipped.core.model import Build
from unshipped.core.patterns import encode, is_glob
from unshipped.discovery.images.image import Image
from unshipped.discovery.index import SOURCES, suffix
from unshipped.discovery.layout import Layout
from unshipped.discovery.reach import Analyses, reach
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Place, Reason

_MANIFESTS = frozenset(
    {
        *("requirements.txt", "requirements-lock.txt", "constraints.txt", "pyproject.toml", "setup.py"),
        *("setup.cfg", "poetry.lock", "uv.lock", "Pipfile", "Pipfile.lock", "pdm.lock", ".python-version"),
        *(
            "package.json",
            "package-lock.json",
            "pnpm-lock.yaml",
            "pnpm-workspace.yaml",
            "yarn.lock",
            ".npmrc",
        ),
        *("tsconfig.json", "tsconfig.base.json", "nx.json", "turbo.json", "bun.lockb", "bun.lock", ".nvmrc"),
        *(
            "go.mod",
            "go.sum",
            "go.work",
            "go.work.sum",
            "Cargo.toml",
            "Cargo.lock",
            "Gemfile",
            "Gemfile.lock",
        ),
        *("Gemfile", "Gemfile.lock", ".npmrc"),
        *("composer.json", "composer.lock", "pom.xml", "build.gradle", "build.gradle.kts", "Makefile"),
    }
)
"""Files that say which libraries are installed, or how: they count for all that lies below them."""


class Taken(NamedTuple):
    """Which paths count and why, and what the answer hangs on."""

    reasons: Mapping[str, Reason]
    doubts: tuple[Doubt, ...] = ()
    inputs: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    widened: frozenset[str] = frozenset()
    reached: frozenset[str] = frozenset()
    """Those of the paths that are there because something asks for them."""


def whole(image: Image) -> Taken:
    """Everything that the image takes in."""
    reasons: dict[str, Reason] = {}
    for copy in image.copies:
        for path in copy.paths:
            reasons.setdefault(path, Reason(copy.place.path, copy.place.line, copy.text))
    return Taken(reasons)


def narrowed(snapshot: Snapshot, image: Image, build: Build, analyses: Analyses) -> Taken:
    """What of it is reached. Where that cannot be told, all of it, with the reason."""
    entries = _entries(image, build)
    asked = image.words | {stem for path in build.entries for stem in _stems(path)}
    if why := _unreadable(image, entries, analyses):
        everything = whole(image)
        place = Place(image.builds[0] if image.builds else build.source)
        return everything._replace(doubts=(Doubt(place, why, tuple(everything.reasons)),), asked=asked)
    reached = reach(image.layout, entries, analyses)
    if reached.everything:
        return whole(image)._replace(doubts=reached.doubts, inputs=reached.inputs, asked=asked)
    reasons = dict(reached.files)
    bare = set(reached.widened)
    for path, reason in _not_narrowed(snapshot, image, analyses):
        reasons.setdefault(path, reason)
        bare |= {path} if path not in snapshot.entries else set()
    for path, reason in _manifests(snapshot, image.layout, reached.files):
        reasons.setdefault(path, reason)
    files = frozenset(reached.files)
    return Taken(reasons, reached.doubts, reached.inputs, reached.asked | asked, frozenset(bare), files)


def _entries(image: Image, build: Build) -> tuple[str, ...]:
    """Where the files that are started lie: those that the configuration names, or the command."""
    if not build.entries:
        return image.entries
    places = [[one for one in image.layout.places(path) if image.layout.find(one)] for path in build.entries]
    # One that is not there may have started anything: what is left of them says too little.
    return tuple(place for found in places for place in found) if all(places) else ()


def _stems(path: str) -> Iterator[str]:
    """What a file or its package would be asked for by."""
    directory, _, name = path.rpartition("/")
    yield name.partition(".")[0]
    yield directory.rpartition("/")[2]


def _unreadable(image: Image, entries: tuple[str, ...], analyses: Analyses) -> str:
    """Why an image cannot be narrowed; empty where it can."""
    if not entries:
        return "what is started is not known, so all that is copied counts (`entries` can name it)"
    if image.compiled:
        return "it is not known where all of its files come to lie, so all that is copied counts"
    for entry in entries:
        found = image.layout.find(entry)
        if found and analyses.language(found.path) is None:
            return f"{found.path} is started and may start anything, so all that is copied counts"
    return ""


def _not_narrowed(snapshot: Snapshot, image: Image, analyses: Analyses) -> Iterator[tuple[str, Reason]]:
    """What is copied by name, or holds no source that imports could narrow."""
    for copy in image.copies:
        reason = Reason(copy.place.path, copy.place.line, copy.text)
        for path in copy.paths:
            top = "" if path == "**" else path
            read, unread = _sources(snapshot, top, analyses)
            if top in snapshot.entries or is_glob(encode(top)) or not (read or unread):
                yield path, reason
            else:
                for file in unread:
                    yield file, reason._replace(how=f"{copy.text} (its imports are not read)")


def _sources(snapshot: Snapshot, directory: str, analyses: Analyses) -> tuple[bool, list[str]]:
    """Whether a directory has source whose imports are read, and the source whose imports are not."""
    known = snapshot.memo.setdefault("sources", {})
    if directory not in known:
        sources = [path for path in snapshot.below(directory) if suffix(path) in SOURCES]
        unread = [path for path in sources if analyses.language(path) is None]
        known[directory] = len(unread) < len(sources), unread
    found: tuple[bool, list[str]] = known[directory]
    return found


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
