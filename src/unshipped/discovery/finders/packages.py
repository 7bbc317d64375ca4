"""Directories that a script puts together before it deploys them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from unshipped.core.value import Value
from unshipped.discovery.finders._homes import Homes
from unshipped.discovery.shell import Command, place
from unshipped.discovery.values import Put

_WITH_VALUE = {"--exclude", "--include", "--exclude-from", "--filter", "-e", "--chmod", "-x", "-m"}
COPIERS = frozenset({"cp", "rsync", "mv", "zip", "ln"})
_COPIES = re.compile(rf"\b({'|'.join(COPIERS)})\b")
_MOST = 2000
_DEEPEST = 5


class Package(Value):
    """What a directory holds that is deployed."""

    source: str | None
    """The directory of the repository that it is, or that its program is taken from."""
    paths: tuple[str, ...] = ()
    """What else of the repository is put into it."""
    dockerfile: str = ""
    """The Dockerfile that is copied into it."""
    is_partial: bool = False
    """Whether something is put into it of which it is not known what it is."""


class _Copy(Value):
    into: str
    taken: str
    contents: bool
    """Whether it is what lies in the directory that is copied, and not the directory."""


class Packages:
    """What was copied where, command after command."""

    def __init__(self, homes: Homes) -> None:
        self._homes = homes
        self._copies: dict[_Copy, None] = {}
        self._waiting: list[Callable[[], Iterable[Command]]] = []

    def wait(self, text: object, read: Callable[[], Iterable[Command]]) -> None:
        """Notice what the commands of a text copy, which are read once somebody asks."""
        if isinstance(text, str) and _COPIES.search(text):
            self._waiting.append(read)

    def take(self, command: Command) -> None:
        """Notice a command that copies."""
        program = command.words[0].rpartition("/")[2] if command.words else ""
        if program not in COPIERS or len(self._copies) >= _MOST:
            return
        words = plain(command)
        into = command.value("-t", "--target-directory")
        if into:
            words = [*(word for word in words if word != into), into]
        if program == "zip":
            words = [*words[1:], *words[:1]]
        for taken in words[:-1]:
            contents = (
                taken.endswith(("/.", "/*")) or taken == "." or (program == "rsync" and taken.endswith("/"))
            )
            bare = taken.removesuffix("/*").removesuffix("/.") or "/"
            self._copies[
                _Copy(place(command.directory, words[-1]), place(command.directory, bare), contents)
            ] = None

    def package(self, where: str) -> Package:
        """What lies at a place that is deployed."""
        real = self._homes.directory(where)
        main, dockerfile, paths, partial = real, "", list[str](), False
        for copy, path in self._into(where):
            if path is None:
                partial = True
            elif _lands(copy, path) == f"{where}/Dockerfile":
                dockerfile = path
            elif main is None and copy.into == where and (home := self._program(copy, path)):
                main = home
            else:
                paths.append(path)
        if main is None and not dockerfile:
            paths = []  # a part of a service is none
        left = tuple(one for one in dict.fromkeys(paths) if not _below(one, main))
        return Package(main, left, dockerfile, partial and real is None)

    def layers(self, where: str, names: Sequence[str]) -> list[tuple[str, str]]:
        """The directories that are copied to be one place, each over those before it, which have a file of
        one of the names; each with that file.
        """
        found: dict[str, str] = {}
        for copy, path in self._into(where):
            files = (f"{path}/{name}" for name in names) if copy.into == where else ()
            if path and (file := next((one for one in files if one in self._homes.snapshot.entries), "")):
                found.setdefault(path, file)
        return list(found.items())

    def put(self, context: str, where: str) -> tuple[Put, ...]:
        """What is copied into the context of an image, which is that place."""
        while self._waiting:
            for command in self._waiting.pop(0)():
                self.take(command)
        found = dict[Put, None]()
        for copy, path in self._into(where):
            at = f"{context}/{copy.into[len(where) :].strip('/')}".strip("/")
            places = (at, f"{at}/{copy.taken.rpartition('/')[2]}".strip("/"))
            if source := path or self._homes.path(copy.taken, bool):
                found[Put(places, source)] = None
        return tuple(found)

    def _program(self, copy: _Copy, path: str) -> str:
        """The directory whose program becomes that of the package."""
        if copy.contents:
            return path
        return path.rpartition("/")[0] if path in self._homes.snapshot.entries else ""

    def _into(self, where: str, depth: int = 0) -> Iterator[tuple[_Copy, str | None]]:
        """What is copied into a place, and the path of the repository that it is."""
        for copy in self._copies:
            if copy.into != where and not copy.into.startswith(f"{where}/"):
                continue
            path = self._path(copy.taken)
            if (
                path is None
                and depth < _DEEPEST
                and any(_below(one.into, copy.taken) for one in self._copies)
            ):
                for inner, found in self._into(copy.taken, depth + 1):
                    yield inner._replace(into=copy.into if inner.into == copy.taken else inner.into), found
            else:
                yield copy, path

    def _path(self, taken: str) -> str | None:
        head, _, last = taken.rpartition("/")
        if any(sign in last for sign in "*?["):
            taken = head
        path = self._homes.path(taken, lambda path: bool(path) and self._homes.snapshot.has(path))
        return path or None


def _lands(copy: _Copy, path: str) -> str:
    """Where a copied file lies then."""
    name = path.rpartition("/")[2]
    return (
        f"{copy.into}/{name}" if name == "Dockerfile" and not copy.into.endswith("/Dockerfile") else copy.into
    )


def plain(command: Command) -> list[str]:
    """The words of a command that are no options."""
    words = command.words
    return [
        word
        for at, word in enumerate(words)
        if at and not word.startswith("-") and words[at - 1] not in _WITH_VALUE
    ]


def _below(path: str, directory: str | None) -> bool:
    if directory == "":
        return True
    return directory is not None and (path == directory or path.startswith(f"{directory}/"))
