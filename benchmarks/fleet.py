"""Services of a repository: one directory each and what all share, each behind by its own distance."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random

from benchmarks.git import FLOOR, git

SPAN = 2_000
_SHARED = 2


@dataclass(frozen=True)
class Given:
    """A repository that is only read, with the name that the table shows."""

    name: str
    path: Path
    most: int = 0
    """How many files the directory of a service holds at most; without it one in fifty of all files."""

    @cached_property
    def chain(self) -> list[str]:
        """The newest landings, newest first."""
        return git(self.path, "rev-list", "--first-parent", f"--max-count={SPAN + 1}", "HEAD").split()

    @cached_property
    def files(self) -> list[str]:
        return git(self.path, "ls-tree", "-r", "-z", "--name-only", "HEAD").split("\0")[:-1]


@dataclass(frozen=True)
class Service:
    """What is deployed by itself."""

    name: str
    paths: tuple[str, ...]
    deployed: str


@dataclass(frozen=True)
class Fleet:
    """Services of one repository, with the oldest commit that any of them runs."""

    given: Given
    services: tuple[Service, ...]
    base: str

    @property
    def tip(self) -> str:
        return self.given.chain[0]

    @property
    def floor(self) -> tuple[str | Path, ...]:
        """The command of one pass over the range."""
        return ("git", "-C", self.given.path, *FLOOR, f"{self.base}..{self.tip}")

    def write(self, path: Path) -> Path:
        """The configuration, as an `unshipped.yaml`."""
        lines = ["services:"]
        for service in self.services:
            paths = ", ".join(json.dumps(path, ensure_ascii=False) for path in service.paths)
            lines += [f"  {service.name}:", f"    paths: [{paths}]", f"    deployed: {service.deployed}"]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path


def fleet(given: Given, count: int, seed: int = 1) -> Fleet:
    """So many services, what they run drawn evenly from the newest 2,000 landings."""
    random = Random(seed)
    chain, folders = given.chain, _folders(given)
    random.shuffle(folders)
    shared = _shared(given, folders)
    drawn = [random.randrange(1, len(chain)) for _ in range(count)]
    services = tuple(
        Service(f"service-{at:05}", (folders[at % len(folders)], *shared), chain[back])
        for at, back in enumerate(drawn)
    )
    return Fleet(given, services, chain[max(drawn)])


def _folders(given: Given) -> list[str]:
    """Directories that look like services: the largest ones that are small enough."""
    held: Counter[str] = Counter()
    for path in filter(_plain, given.files):
        parts = path.split("/")[:-1]
        held.update("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))
    most = given.most or max(len(given.files) // 50, 4)
    return [folder for folder, count in held.items() if count <= most < held.get(_above(folder), most + 1)]


def _shared(given: Given, folders: list[str]) -> tuple[str, ...]:
    """The files outside all those directories that the range changed most often."""
    inside, held = set(folders), set(filter(_plain, given.files))
    span = f"{given.chain[-1]}..{given.chain[0]}"
    raw = git(
        given.path, "log", "--first-parent", "-m", "--no-renames", "--name-only", "-z", "--format=", span
    )
    changed = Counter(path for path in raw.split("\0") if path in held and not _within(path, inside))
    return tuple(path for path, _ in changed.most_common(_SHARED))


def _within(path: str, folders: set[str]) -> bool:
    while path := _above(path):
        if path in folders:
            return True
    return False


def _above(path: str) -> str:
    return path.rpartition("/")[0]


def _plain(path: str) -> bool:
    """Whether a path can be written as a pattern that means only itself."""
    return not any(mark in path for mark in '*?[]\\{}!:"') and path.isascii() and path.isprintable()
