"""Are the files that run those of a commit? Compared by what is in them, wherever an image has put them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from unshipped.core.value import Value


class Files(Value):
    """The files that really are where a target runs."""

    ids: Mapping[str, str]
    """Path there -> git blob id."""
    left_out: int = 0
    """How many could not be read."""


class Likeness(Value):
    """What a comparison of files found."""

    same: int
    """How many files that run are, byte for byte, in the commit."""
    different: tuple[tuple[str, str], ...] = ()
    """The others that have a counterpart there: the file that runs, and the one of the repository."""
    strange: int = 0
    """How many that run have none: generated ones, those of libraries."""
    absent: int = 0
    """How many of the commit's files do not run: what an image leaves out."""


def compare(running: Mapping[str, str], committed: Mapping[str, str]) -> Likeness:
    """Hold the ids of files that run against those of a commit, by path each.

    An image puts files elsewhere, so the counterpart of a file is the one whose path has most in common with
    its own, from the name upwards.
    """
    by_end: dict[str, list[str]] = {}
    for path in committed:
        for end in _ends(path):
            by_end.setdefault(end, []).append(path)
    found: dict[str, int] = {}
    others: list[tuple[str, list[str], int]] = []
    strange = 0
    for path, blob in running.items():
        end = next((one for one in _ends(path) if one in by_end), "")
        if not end:
            strange += 1
        elif equal := [one for one in by_end[end] if committed[one] == blob]:
            found |= {one: max(len(end), found.get(one, 0)) for one in equal}
        else:
            others.append((path, by_end[end], len(end)))
    different = []
    for path, nearest, length in others:
        # One that runs elsewhere, under a path that is as much its own, is the counterpart of no other file.
        left = [one for one in nearest if found.get(one, 0) < length]
        if left:
            different.append((path, left[0]))
        else:
            strange += 1
    absent = len(committed.keys() - found.keys() - {one for _, one in different})
    return Likeness(len(running) - strange - len(different), tuple(different), strange, absent)


def _ends(path: str) -> Iterator[str]:
    """A path, then less and less of it from the front: `a/b/c`, `b/c`, `c`."""
    while path:
        yield path
        path = path.partition("/")[2]
