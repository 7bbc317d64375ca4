"""Names that their owner declared: branches and tags, here and on remotes; and where the remotes are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from unshipped.core.model import Code, Problem
from unshipped.errors import GitError, GitTimeoutError
from unshipped.git.names import REF, commit_of, one_of
from unshipped.git.process import lines, run

_MOST_BROUGHT, _BRING_SECONDS = 8, 30.0


def follow(git_dir: str, ref: str) -> str | Problem:
    """The commit that a branch, a remote's branch or a tag points at now."""
    whole = commit_of(git_dir, ref) if ref.startswith("refs/") else ""
    found = whole or one_of(git_dir, [f"refs/{kind}/{ref}" for kind in ("remotes", "heads", "tags")])
    if found:
        return found
    return Problem(Code.NOT_FOUND, f"no branch or tag {ref!r} in this repository", "git fetch --all --tags")


def follow_remote(git_dir: str, remote: str, ref: str, seconds: float) -> str | Problem:
    """The commit that a branch or tag of a remote points at now, asked over the network."""
    if remote.startswith("-") or not re.fullmatch(REF, ref):
        return Problem(Code.BAD_REVISION, f"{remote!r} {ref!r} is no remote and branch")
    whole = [ref] if ref.startswith("refs/") else [f"refs/heads/{ref}", f"refs/tags/{ref}"]
    names = [name for one in whole for name in (one, f"{one}^{{}}")]
    try:
        out = run(["ls-remote", "--", remote, *names], git_dir=git_dir, network=True, seconds=seconds)
    except GitError as error:
        code = Code.SOURCE_TIMEOUT if isinstance(error, GitTimeoutError) else Code.SOURCE_ERROR
        return Problem(code, error.message, error.hint)
    rows = (line.partition("\t") for line in lines(out))
    found = {name: commit for commit, _, name in rows}
    # What stands behind an annotated tag comes after it, by the same name.
    commits = {name.removesuffix("^{}"): found[name] for name in names if name in found}
    if len(set(commits.values())) > 1:
        return Problem(
            Code.AMBIGUOUS_REVISION,
            f"{remote} has a branch and a tag {ref!r}, and they are different commits",
            f"refs/heads/{ref} or refs/tags/{ref}",
        )
    if commits:
        return next(iter(commits.values()))
    return Problem(Code.NOT_FOUND, f"{remote} has no branch or tag {ref!r}")


def fetched_from(git_dir: str) -> tuple[str, str]:
    """The remote that counts, `origin` (empty where there are only others), and where its branches are put.

    Raises `GitError` where a fetch would bring nothing: `git clone --bare` does not say where to.
    """
    asked = ["config", "--name-only", "--get-regexp", r"^remote\..*\.(url|fetch|mirror)$"]
    names = lines(run(asked, git_dir=git_dir, accept=(0, 1)))
    remote = "origin" if "remote.origin.url" in names else ""
    if f"remote.{remote}.mirror" in names:
        return remote, "refs/heads/"
    if any(name.endswith(".fetch") for name in names if not remote or name == "remote.origin.fetch"):
        return remote, f"refs/remotes/{remote and 'origin/'}"
    shown = remote or "REMOTE"
    raise GitError(
        "a fetch brings no branch: the clone does not say where to put them (git clone --bare does not)",
        f"git config remote.{shown}.fetch '+refs/heads/*:refs/remotes/{shown}/*'",
    )


def bring(git_dir: str, commits: Iterable[str]) -> None:
    """Ask the remote for commits to which none of its branches leads any more: a forge keeps what a pull
    request had. What it does not give stays away.
    """
    remotes = lines(run(["remote"], git_dir=git_dir))
    remote = "origin" if "origin" in remotes else next(iter(remotes), "")
    for commit in islice(commits, _MOST_BROUGHT if remote else 0):
        ask = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", remote, commit]
        try:
            run(ask, git_dir=git_dir, network=True, seconds=_BRING_SECONDS)
        except GitTimeoutError:
            return
        except GitError:
            continue


def addresses(git_dir: str) -> frozenset[str]:
    """The addresses of all remotes."""
    out = run(["config", "--null", "--get-regexp", r"^remote\..*\.url$"], git_dir=git_dir, accept=(0, 1))
    entries = out.decode("utf-8", "surrogateescape").split("\0")
    return frozenset(entry.partition("\n")[2] for entry in entries if entry)
