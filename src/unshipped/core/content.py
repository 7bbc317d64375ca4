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
    missing: tuple[str, ...] = ()
    """Those beside which others of their kind run, or of whose name one runs elsewhere: it may be older."""


def compare(running: Mapping[str, str], committed: Mapping[str, str]) -> Likeness:
    """Hold the ids of files that run against those of a commit, by path each.

    An image puts files elsewhere, so the counterpart of a file is the one whose path has most in common with
    its own, from the name upwards. Only what is equal or runs in no folder is known by its name alone.
    """
    by_end: dict[str, list[str]] = {}
    for path in committed:
        for end in _ends(path):
            by_end.setdefault(end, []).append(path)
    found, same = dict[str, int](), 0
    others: list[tuple[str, list[str], int]] = []
    beside, names = set[str](), set[str]()
    for path, blob in running.items():
        end = next((one for one in _ends(path) if one in by_end), "")
        if equal := [one for one in by_end.get(end, ()) if committed[one] == blob]:
            same += 1
            found |= {one: max(len(end), found.get(one, 0)) for one in equal}
            beside.update(map(_kind, equal if len(equal) == 1 else ()))
        elif "/" in path and "/" not in end:
            names.add(end)
        elif end:
            others.append((path, by_end[end], len(end)))
    # One that runs elsewhere, under a path that is as much its own, is the counterpart of no other file.
    free = ((path, [one for one in near if found.get(one, 0) < length]) for path, near, length in others)
    different = tuple((path, left[0]) for path, left in free if left)
    absent = committed.keys() - found.keys() - {one for _, one in different}
    missing = (one for one in absent if _kind(one) in beside - {""} or one.rpartition("/")[2] in names)
    strange = len(running) - same - len(different)
    return Likeness(same, different, strange, len(absent), tuple(sorted(missing)))


def _kind(path: str) -> str:
    """The folder and the ending of a file, such as `api/*.py`; empty where its name has no ending."""
    folder, name = path.rpartition("/")[::2]
    return f"{folder}/*.{name.rpartition('.')[2]}" if "." in name[1:] else ""


def _ends(path: str) -> Iterator[str]:
    """A path, then less and less of it from the front: `a/b/c`, `b/c`, `c`."""
    while path:
        yield path
        path = path.partition("/")[2]
