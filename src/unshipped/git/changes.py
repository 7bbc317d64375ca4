"""What single commits changed: paths and object ids, from trees alone. No blob is ever read."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from unshipped.core import paths
from unshipped.core.closures.patterns import decode
from unshipped.core.history.difference import Difference
from unshipped.core.model import Closure
from unshipped.git.child import Child, unnamed_file
from unshipped.git.process import run

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import IO

# `--ignore-submodules=none`: a user's setting could hide a submodule pointer. `--no-renames`: rename
# detection reads blobs, and would fetch them one by one in a partial clone.
_COMMAND = (
    "diff-tree",
    "--stdin",
    "--root",
    "--always",
    "-r",
    "-z",
    "--raw",
    "--no-abbrev",
    "--no-renames",
    "--ignore-submodules=none",
    "--format=%x00%H",
)
_LINK = b"120000"
_ENOUGH_TO_SPLIT = 200
# git holds every entry of every tree against each pathspec: from a handful on that takes longer than to
# print all that changed (measured: 4 save up to two thirds of the time, 12 triple it where trees are wide).
_MOST_SPECS = 4
_MANY = 64


def edges(
    git_dir: str, wanted: Sequence[tuple[str, str]], roots: Sequence[bytes], *, jobs: int = 2
) -> dict[str, bytes]:
    """For each (commit, parent), the raw difference under `roots`; an empty parent means a root commit.

    The value is git's own `:modes ids status NUL path NUL …`, empty where nothing changed.
    """
    count = jobs if len(wanted) >= _ENOUGH_TO_SPLIT else 1
    # Contiguous shares keep the delta bases of neighbouring commits in each process's cache.
    size = -(-len(wanted) // count) or 1
    shares = [wanted[at : at + size] for at in range(0, len(wanted), size)]
    outputs = _in_parallel(git_dir, shares, specs(roots))
    found: dict[str, bytes] = {}
    for output in outputs:
        for record in output[1:-1].split(b"\0\0"):
            commit, _, raw = record.partition(b"\0\n")
            found[commit.rstrip(b"\0").decode("ascii")] = raw
    return found


def between(git_dir: str, old: str, new: str, roots: Sequence[bytes]) -> bytes:
    """The raw difference between two commits' trees under `roots`."""
    return edges(git_dir, [(new, old)], roots)[new]


def between_parents(git_dir: str, commit: str, parents: Sequence[str]) -> bytes:
    """The raw difference of a commit to its first parent, or of a root commit to nothing."""
    return edges(git_dir, [(commit, parents[0] if parents else "")], [b""])[commit]


def parse(raw: bytes) -> Difference:
    """A raw difference, its entries and paths apart."""
    fields = raw.split(b"\0") if raw else []
    return Difference(fields[0::2], fields[1::2])


def keeps_map(difference: Difference) -> bool:
    """Whether only files were added, or had their content changed: that leaves every pattern something, and
    turns no link.
    """
    return not any(
        entry.endswith(b" D") or _LINK in (entry[1:7], entry[8:14]) for entry in difference.entries
    )


def roots(closures: Sequence[Closure]) -> list[bytes]:
    """Where all lies that closures hold. So many of them have so many paths that it is the whole tree."""
    return paths.roots(closures) if len(closures) < _MANY else [b""]


def covers(narrow: Sequence[bytes], more: Sequence[bytes]) -> bool:
    """Whether differences that were read under some pathspecs hold everything under `more`."""
    return all(any(root == spec or root.startswith(spec + b"/") for spec in narrow) for root in more)


def specs(roots: Sequence[bytes]) -> list[bytes]:
    """Literal pathspecs that cover all roots, few enough that git matches them fast; none: the whole tree."""
    found = set(roots)
    while len(found) > _MOST_SPECS:
        deepest = max(spec.count(b"/") for spec in found)
        if deepest == 0:
            return []
        found = {s.rpartition(b"/")[0] if s.count(b"/") == deepest else s for s in found}
    return [] if b"" in found else sorted(found)


def _in_parallel(
    git_dir: str, shares: Sequence[Sequence[tuple[str, str]]], narrow: Sequence[bytes]
) -> list[bytes]:
    """The output of one git for each share, all at work at once."""
    command = ["--literal-pathspecs", *_COMMAND, *(["--", *map(decode, narrow)] if narrow else [])]
    asked = [_lines(share) for share in shares]
    try:
        return _through_files(git_dir, command, asked)
    except OSError:  # a full disk: pipes are slower and need none
        return [run(command, git_dir=git_dir, stdin=lines) for lines in asked]


def _lines(share: Sequence[tuple[str, str]]) -> bytes:
    return "".join(f"{commit} {parent}\n" if parent else f"{commit}\n" for commit, parent in share).encode()


def _through_files(git_dir: str, command: Sequence[str], asked: Sequence[bytes]) -> list[bytes]:
    """Through pipes git would wait for this process to read, and that waits for the interpreter's lock
    whenever something else is computed beside it. Raises `OSError` where a git did not get through.
    """
    with ExitStack() as files:
        at_work = []
        for lines in asked:
            questions, answers = (files.enter_context(unnamed_file()) for _ in range(2))
            if questions.write(lines) != len(lines):
                raise OSError("the questions did not fit on the disk")
            questions.seek(0)
            at_work.append((Child(command, git_dir=git_dir, stdin=questions, stdout=answers), answers))
        return [_finished(child, answers) for child, answers in at_work]


def _finished(child: Child, answers: IO[bytes]) -> bytes:
    child.end()
    if child.code:
        raise OSError(f"git diff-tree left with {child.code}")
    answers.seek(0)
    return answers.read()
