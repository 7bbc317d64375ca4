"""Which closures does a changed path belong to? Asked for thousands of closures and paths at once.

A set of closures is an int: bit `i` stands for closure `i`. Joining and cutting a thousand closures is
then one machine operation on a few words, and the answer for a directory is computed once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from unshipped.core.closures.patterns import Match, compile_glob, encode, is_glob, literal_base
from unshipped.core.model import Closure


def members(mask: int) -> Iterator[int]:
    """The indices in a set of closures, ascending."""
    digits = bin(mask)[:1:-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)


def roots(closures: Iterable[Closure]) -> list[bytes]:
    """The roots of a map of these closures, for who does not need the map yet."""
    return _roots(map(encode, {pattern for closure in closures for pattern in closure.paths}))


class PathMap:
    """Closures, arranged by directory."""

    def __init__(self, closures: Sequence[Closure]) -> None:
        plain = _by_pattern([closure.paths for closure in closures])
        ignored = _by_pattern([closure.ignore for closure in closures])
        globs = [
            (literal_base(pattern), compile_glob(pattern), plain.get(pattern, 0), ignored.get(pattern, 0))
            for pattern in {**plain, **ignored}
            if is_glob(pattern)
        ]
        self._arrange(plain, ignored, globs)

    def extended(self, extra: Sequence[Iterable[bytes]]) -> PathMap:
        """The same with further plain paths: `extra[i]` are those of closure `i`."""
        plain = dict(self._plain)
        for index, paths in enumerate(extra):
            for path in paths:
                plain[path] = plain.get(path, 0) | 1 << index
        made = PathMap(())
        made._arrange(plain, self._ignored, self._globs)
        return made

    def _arrange(
        self,
        plain: dict[bytes, int],
        ignored: dict[bytes, int],
        globs: list[tuple[bytes, Match, int, int]],
    ) -> None:
        self._plain, self._ignored, self._globs = plain, ignored, globs
        self._has_files = {p.rpartition(b"/")[0] for p in (*plain, *ignored)}
        self._directories: dict[bytes, _Directory] = {}
        self._files: dict[bytes, int] = {}

    def of(self, path: bytes) -> int:
        """The closures that a file belongs to."""
        known = self._files.get(path)
        return self._find(path) if known is None else known

    def union(self, paths: Sequence[bytes]) -> int:
        """The closures that any of many files belongs to."""
        mask = 0
        for path in paths:
            mask |= self.of(path)
        return mask

    def roots(self) -> list[bytes]:
        """Directories and files outside which no closure has anything; `[b""]` for the whole tree."""
        return _roots(self._plain)

    def _find(self, path: bytes) -> int:
        """The same, of a file that nobody asked about before. Files of one directory are mostly alike."""
        name = path.rpartition(b"/")[0]
        directory = self._directories.get(name) or self._look_up(name)
        found = directory.answer if directory.uniform else self._of_file(path, directory)
        self._files[path] = found
        return found

    def _look_up(self, name: bytes) -> _Directory:
        chosen, cut = self._plain.get(b"", 0), self._ignored.get(b"", 0)
        part = name
        while part:
            chosen |= self._plain.get(part, 0)
            cut |= self._ignored.get(part, 0)
            part = part.rpartition(b"/")[0]
        globs = [g for g in self._globs if not g[0] or name == g[0] or name.startswith(g[0] + b"/")]
        found = _Directory(chosen, cut, globs, uniform=not globs and name not in self._has_files)
        self._directories[name] = found
        return found

    def _of_file(self, path: bytes, directory: _Directory) -> int:
        chosen = directory.chosen | self._plain.get(path, 0)
        cut = directory.cut | self._ignored.get(path, 0)
        for _base, match, chooses, cuts in directory.globs:
            if (chooses & ~chosen or cuts & ~cut) and match(path):
                chosen |= chooses
                cut |= cuts
        return chosen & ~cut


def _by_pattern(listed: Sequence[Sequence[str]]) -> dict[bytes, int]:
    """For each pattern, the closures that list it. Thousands share few: each is read once."""
    masks: dict[str, int] = {}
    for index, patterns in enumerate(listed):
        bit = 1 << index
        for pattern in patterns:
            masks[pattern] = masks.get(pattern, 0) | bit
    found: dict[bytes, int] = {}
    for pattern, mask in masks.items():
        encoded = encode(pattern)
        found[encoded] = found.get(encoded, 0) | mask
    return found


class _Directory:
    """What holds for every file straight in one directory."""

    __slots__ = ("answer", "chosen", "cut", "globs", "uniform")

    def __init__(
        self, chosen: int, cut: int, globs: list[tuple[bytes, Match, int, int]], *, uniform: bool
    ) -> None:
        self.chosen = chosen
        self.cut = cut
        self.globs = globs
        self.uniform = uniform
        self.answer = chosen & ~cut


def _roots(patterns: Iterable[bytes]) -> list[bytes]:
    found = {literal_base(pattern) if is_glob(pattern) else pattern for pattern in patterns}
    return [b""] if b"" in found else sorted(_outermost(found))


def _outermost(paths: set[bytes]) -> Iterator[bytes]:
    for path in paths:
        parent = path.rpartition(b"/")[0]
        while parent and parent not in paths:
            parent = parent.rpartition(b"/")[0]
        if not parent:
            yield path
