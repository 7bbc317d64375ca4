"""Names that their owner declared: branches and tags, here and on remotes; and where the remotes are."""

from __future__ import annotations

import re

from unshipped.core.model import Code, Problem
from unshipped.errors import GitError
from unshipped.git.names import REF, first_of
from unshipped.git.process import lines, run


def follow(git_dir: str, ref: str) -> str | Problem:
    """The commit that a branch, a remote's branch or a tag points at now."""
    full = [ref] if ref.startswith("refs/") else []
    _, commit = first_of(git_dir, [*full, f"refs/remotes/{ref}", f"refs/heads/{ref}", f"refs/tags/{ref}"])
    if commit:
        return commit
    return Problem(Code.NOT_FOUND, f"no branch or tag {ref!r} in this repository", "git fetch --all --tags")


def follow_remote(git_dir: str, remote: str, ref: str, seconds: float) -> str | Problem:
    """The commit that a branch or tag of a remote points at now, asked over the network."""
    if remote.startswith("-") or not re.fullmatch(REF, ref):
        return Problem(Code.BAD_REVISION, f"{remote!r} {ref!r} is no remote and branch")
    names = (
        [ref]
        if ref.startswith("refs/")
        else [f"refs/heads/{ref}", f"refs/tags/{ref}", f"refs/tags/{ref}^{{}}"]
    )
    try:
        out = run(["ls-remote", "--", remote, *names], git_dir=git_dir, network=True, seconds=seconds)
    except GitError as error:
        code = Code.SOURCE_TIMEOUT if "did not finish" in error.message else Code.SOURCE_ERROR
        return Problem(code, error.message, error.hint)
    rows = (line.partition("\t") for line in lines(out))
    found = {name: commit for commit, _, name in rows}
    for name in (f"{names[-1]}", *names):
        if commit := found.get(name):
            return commit
    return Problem(Code.NOT_FOUND, f"{remote} has no branch or tag {ref!r}")


def addresses(git_dir: str) -> frozenset[str]:
    """The addresses of all remotes."""
    out = run(["config", "--null", "--get-regexp", r"^remote\..*\.url$"], git_dir=git_dir, accept=(0, 1))
    entries = out.decode("utf-8", "surrogateescape").split("\0")
    return frozenset(entry.partition("\n")[2] for entry in entries if entry)
