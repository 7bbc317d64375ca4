"""The tree of one commit, as the rooms of discovery look at it: without a checkout."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from posixpath import normpath
from typing import Any

from unshipped.core.value import Value
from unshipped.errors import GitError
from unshipped.ports import MOST_BYTES, ReadBlobs

__all__ = ["LINK", "MOST_BYTES", "SUBMODULE", "Entry", "Snapshot", "inside"]

LINK = "120000"
SUBMODULE = "160000"
_MOST_HOPS = 40
_AHEAD = 48
"""How many paths before and behind one that is read are looked at for what to read with it."""


class Entry(Value):
    """One file of a tree: git's mode, and the id of its content."""

    mode: str
    blob: str


class Snapshot:
    """Files by path."""

    def __init__(self, entries: dict[str, Entry], read: ReadBlobs) -> None:
        self.entries, self._read = entries, read
        self._sorted: list[str] | None = None
        self._known: dict[str, bytes | None] = {}
        self._reads_ahead = True
        self._links: set[str] | None = None
        self._names: dict[str, list[str]] | None = None
        self.memo: dict[Any, Any] = {}
        """What others work out once about the whole tree: see `index`."""
        self.followed: dict[Any, Mapping[bytes, bytes]] = {}
        """Where the links of a closure lead: true until a link is another one."""

    def files(self) -> list[str]:
        """Every path, sorted."""
        if self._sorted is None:
            self._sorted = sorted(self.entries)
        return self._sorted

    def below(self, directory: str) -> list[str]:
        """The files below a directory, sorted; every file for the top."""
        if not directory:
            return self.files()
        files = self.files()
        # "0" is the character after "/".
        return files[bisect_left(files, directory + "/") : bisect_left(files, directory + "0")]

    def names(self, directory: str) -> list[str]:
        """The names of the files straight in a directory."""
        if self._names is None:
            self._names = {}
            for path in self.entries:
                parent, _, name = path.rpartition("/")
                self._names.setdefault(parent, []).append(name)
        return self._names.get(directory, [])

    def is_directory(self, path: str) -> bool:
        """Whether a directory lies at the path; links are not followed."""
        if not path:
            return True
        files = self.files()
        at = bisect_left(files, path + "/")
        return at < len(files) and files[at].startswith(path + "/")

    def has(self, path: str) -> bool:
        """Whether a file or a directory really lies at a path, its links followed."""
        real = self.real(path)
        return real is not None and (real[0] in self.entries or self.is_directory(real[0]))

    def put(self, changes: Mapping[str, Entry | None]) -> None:
        """Make this the tree that has these entries in place of its own; None takes a file away."""
        for path, entry in changes.items():
            before = self.entries.get(path)
            if entry is None:
                self.entries.pop(path, None)
            else:
                self.entries[path] = entry
            if LINK in (before and before.mode, entry and entry.mode):
                self._links = None
                self.memo.clear()
                self.followed.clear()
            if (before is None) != (entry is None):
                self._came_or_went(path)

    def _came_or_went(self, path: str) -> None:
        self.memo.clear()
        parent, _, name = path.rpartition("/")
        here = path in self.entries
        if self._sorted is not None:
            at = bisect_left(self._sorted, path)
            if here:
                self._sorted.insert(at, path)
            elif at < len(self._sorted) and self._sorted[at] == path:
                self._sorted.pop(at)
        if self._names is not None:
            names = self._names.setdefault(parent, [])
            if here:
                names.append(name)
            elif name in names:
                names.remove(name)

    def alone(self, path: str, entry: Entry) -> Snapshot:
        """A tree that has nothing but one file; what was read before is shared."""
        made = Snapshot({path: entry}, self._read)
        made._known = self._known
        return made

    def load(self, paths: Iterable[str]) -> None:
        """Read many files in one go: whoever will ask for them one by one asks here first."""
        found = (self.entries.get(path) for path in paths)
        self.load_blobs({entry.blob for entry in found if entry and entry.mode != SUBMODULE})

    def load_around(self, paths: Iterable[str]) -> None:
        """The same; where one of them was not read yet, also those of its kind that are next to it: who asks
        for one hardly ever asks for it alone, and to ask once more costs more than to read more.
        """
        wanted = [path for path in paths if (one := self.entries.get(path)) and one.blob not in self._known]
        if self._reads_ahead and wanted:
            try:
                self.load({other for path in wanted for other in self._next_to(path)})
            except GitError:  # a partial clone may lack what nobody asks for
                self._reads_ahead = False
        self.load(wanted)

    def _next_to(self, path: str) -> Iterator[str]:
        files, kind = self.files(), path[path.rfind(".") :]
        at = bisect_left(files, path)
        return (one for one in files[max(0, at - _AHEAD) : at + _AHEAD] if one.endswith(kind))

    def load_blobs(self, blobs: set[str]) -> None:
        """The same, by the ids of their content."""
        if missing := {blob for blob in blobs if blob not in self._known}:
            self._known.update(self._read(missing))

    def content(self, path: str) -> bytes | None:
        """The bytes of a file; None where there is none, it is not here, or it is too large to be text."""
        entry = self.entries.get(path)
        if entry is None or entry.mode == SUBMODULE:
            return None
        if entry.blob not in self._known:
            self.load([path])
        return self._known.get(entry.blob)

    def text(self, path: str) -> str | None:
        """A file as text, or None where it has no content or is binary."""
        content = self.content(path)
        if content is None or b"\0" in content:
            return None
        return content.decode("utf-8", "replace")

    def real(self, path: str) -> tuple[str, tuple[str, ...]] | None:
        """Where a path really lies, and the links passed on the way; None where a link leads nowhere,
        in a circle, or out of the repository. The path need not exist.
        """
        passed: list[str] = []
        for _hop in range(_MOST_HOPS):
            link = self._first_link(path)
            if link is None:
                return path, tuple(passed)
            passed.append(link)
            target = self._target(link)
            if target is None:
                return None
            path = (target + path[len(link) :]).strip("/")
        return None

    def _first_link(self, path: str) -> str | None:
        if self._links is None:
            self._links = {path for path, entry in self.entries.items() if entry.mode == LINK}
        if not self._links:
            return None
        at = path.find("/")
        while at >= 0:
            if path[:at] in self._links:
                return path[:at]
            at = path.find("/", at + 1)
        return path if path in self._links else None

    def _target(self, link: str) -> str | None:
        content = self.content(link)
        if content is None:
            return None
        return inside(link.rpartition("/")[0], content.decode("utf-8", "surrogateescape"))


def above(path: str) -> list[str]:
    """The directories that a path lies in, the outermost first."""
    return [path[:at] for at, char in enumerate(path) if char == "/"]


def inside(directory: str, relative: str) -> str | None:
    """A relative path taken from a directory of the repository; None where it is absolute or leads out."""
    if relative.startswith("/"):
        return None
    joined = normpath(f"{directory}/{relative}" if directory else relative or ".")
    if joined == ".." or joined.startswith("../"):
        return None
    return "" if joined == "." else joined
