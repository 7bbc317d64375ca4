"""Whether a commit that the tip lacks landed there as another one: by a squash of its branch, or picked."""

from __future__ import annotations

from collections.abc import Iterator

from unshipped.errors import GitError
from unshipped.git import changes
from unshipped.git.landings import Landings
from unshipped.git.names import commits_of
from unshipped.git.process import lines, run

_MOST_HEADS = 32
_HEADS = ("for-each-ref", "--sort=-creatordate", f"--count={_MOST_HEADS}", "--format=%(refname)")
_PATCH = ("--no-ext-diff", "--no-textconv", "--no-renames", "--ignore-submodules=none", "--binary")


def landed_as(git_dir: str, tip: str, commit: str) -> tuple[str, str] | None:
    """The newest landing that makes the very change of the commit, or of a whole branch that has it, and the
    end of what it brought; None where nothing proves that. The same change is the same content at the same
    paths before and after, or the same patch. Raises `GitError`.
    """
    for base, old, new in _wholes(git_dir, tip, commit):
        whole = changes.parse(changes.between(git_dir, old, new, [b""]))
        alike: list[list[str]] = []
        for row, raw in Landings(git_dir, tip, f"^{base}") if whole.paths else ():
            landed = changes.parse(raw)
            if landed == whole:
                return new, row[1]
            if landed.paths == whole.paths and len(row) > 2:
                alike.append(row)
        patch = _patch(git_dir, old, new) if alike else b""
        for _, landing, parent, *_ in alike if patch else ():
            if _patch(git_dir, parent, landing) == patch:
                return new, landing
    return None


def _wholes(git_dir: str, tip: str, commit: str) -> Iterator[tuple[str, str, str]]:
    """Where each branch that has the commit parts from the tip, and between which two commits lies what may
    have landed as one: the branch, or the commit alone.
    """
    bases = {head: _base(git_dir, tip, head) for head in [*_heads(git_dir, commit), commit]}
    yield from ((base, base, head) for head, base in bases.items() if base)
    parent = run(["rev-list", "--parents", "--max-count=1", commit], git_dir=git_dir).decode().split()[1:2]
    if parent and bases[commit]:
        yield bases[commit], parent[0], commit


def _heads(git_dir: str, commit: str) -> list[str]:
    """The branches that have the commit; whatever else is kept under a name, such as a tag, too."""
    named = lines(run([*_HEADS, "--contains", commit], git_dir=git_dir))
    return list(dict.fromkeys(commits_of(git_dir, named).values()))


def _base(git_dir: str, tip: str, head: str) -> str:
    return run(["merge-base", tip, head], git_dir=git_dir, accept=(0, 1)).decode("ascii").strip()


def _patch(git_dir: str, old: str, new: str) -> bytes:
    """The id of the patch between two commits; nothing where that has binary files, which it leaves out."""
    try:
        text = run(["diff-tree", "-p", *_PATCH, old, new], git_dir=git_dir)
    except GitError:  # a partial clone without the content
        return b""
    if b"\nGIT binary patch\n" in text:
        return b""
    return run(["patch-id", "--stable"], git_dir=git_dir, stdin=text).partition(b" ")[0]
