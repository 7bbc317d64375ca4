"""Repositories made to measure, the same ones every time: linear or with many merges, small or huge."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.git import fast_import, git

_BEGUN = 1_700_000_000
_CHANGED = (1, 1, 2, 3, 5, 10)
"""Files of one change: as many as in repositories of this kind, on average."""
_SWEPT = 36
_SHARED = ("shared/log.txt", "shared/net.txt", "versions.lock")


@dataclass(frozen=True)
class Shape:
    """What a generated repository looks like: `groups` x `members` directories of `files` files."""

    name: str
    commits: int
    groups: int
    members: int
    files: int
    merges: float = 0.0
    """How many of the landings are merges of a branch of one to three commits."""
    sweeps: float = 0.02
    """How many of the commits change files all over the repository."""
    inside: str = "src/main/"
    """The way from a directory to its files."""
    apart: int = 600
    """Seconds between two commits."""
    packed: bool = True


LINEAR = Shape("generated, linear", 6_000, 15, 10, 20)
MERGES = Shape("generated, merges", 6_000, 15, 10, 20, merges=1.0)
TINY = Shape("generated, tiny", 120, 3, 4, 3, merges=0.3)
HUGE = Shape(
    "generated, 1,000,000 commits",
    1_000_000,
    100,
    100,
    2,
    merges=0.18,
    sweeps=0,
    inside="",
    apart=60,
    packed=False,
)


def generate(shape: Shape, folder: Path) -> Path:
    """The bare repository of a shape; made once."""
    place = folder / shape.name.replace(", ", "-").replace(",", "").replace(" ", "-")
    if not (place / "ready").exists():
        print(f"making the repository {place.name}", file=sys.stderr, flush=True)
        place.mkdir(parents=True, exist_ok=True)
        git(place, "init", "--quiet", "--bare", "--initial-branch=main")
        fast_import(place, _stream(shape))
        git(place, "update-ref", "-d", "refs/heads/side")
        if shape.packed:
            git(place, "repack", "-a", "-d", "-q")
        (place / "ready").touch()
    return place


def _stream(shape: Shape) -> Iterator[bytes]:
    """All commits: the first one adds every file, each further one changes some."""
    random = Random(shape.name)
    yield _commit("main", 1, _BEGUN, (), [_file(path, 0) for path in _paths(shape)])
    mark, tip, recent = 1, 1, deque([1], maxlen=20)
    while mark < shape.commits:
        side: list[bytes] = []
        merged = 0
        if random.random() < shape.merges:
            merged = random.choice(recent)
            for _ in range(random.choice((1, 1, 1, 2, 3))):
                mark += 1
                changes = _changes(shape, random, mark)
                side += changes
                yield _commit("side", mark, _time(shape, mark), (merged,), changes)
                merged = mark
        mark += 1
        parents = (tip, merged) if merged else (tip,)
        yield _commit("main", mark, _time(shape, mark), parents, side or _changes(shape, random, mark))
        tip = mark
        recent.append(tip)


def _paths(shape: Shape) -> Iterator[str]:
    yield from _SHARED
    for group in range(shape.groups):
        for member in range(shape.members):
            for file in range(shape.files):
                yield _path(shape, group, member, file)


def _path(shape: Shape, group: int, member: int, file: int) -> str:
    return f"group{group:02}/service{member:02}/{shape.inside}file{file:02}.txt"


def _changes(shape: Shape, random: Random, number: int) -> list[bytes]:
    """A few files of one directory; once in a while a shared file as well, or files everywhere."""
    if random.random() < shape.sweeps:
        return [_file(path, number) for path in random.sample(list(_paths(shape)), _SWEPT)]
    group, member = random.randrange(shape.groups), random.randrange(shape.members)
    files = random.sample(range(shape.files), min(shape.files, random.choice(_CHANGED)))
    changed = [_path(shape, group, member, file) for file in files]
    if random.random() < 0.03:
        changed.append(random.choice(_SHARED))
    return [_file(path, number) for path in changed]


def _file(path: str, number: int) -> bytes:
    content = f"{path} as commit {number} left it\n".encode()
    return b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content)


def _commit(branch: str, mark: int, time: int, parents: tuple[int, ...], changes: list[bytes]) -> bytes:
    title = f"Change number {mark} (#{mark})".encode()
    lines = [
        f"commit refs/heads/{branch}\nmark :{mark}\ncommitter Ana <ana@example.com> {time} +0000\n".encode(),
        b"data %d\n%s\n" % (len(title), title),
        *(f"{'merge' if at else 'from'} :{parent}\n".encode() for at, parent in enumerate(parents)),
        *changes,
    ]
    return b"".join(lines) + b"\n"


def _time(shape: Shape, mark: int) -> int:
    return _BEGUN + mark * shape.apart
