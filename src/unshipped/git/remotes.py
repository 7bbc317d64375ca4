"""Remotes: where they are, what they have by a name, and what is fetched of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from pathlib import Path

from unshipped.core.model import Code, Problem
from unshipped.errors import GitError, GitTimeoutError
from unshipped.git.freshness import fetched_commits
from unshipped.git.names import REF, commit_of, one_of
from unshipped.git.process import IN_THE_WAY, common_dir, lines, run
from unshipped.locking import only_one

# Which commit of a submodule is meant is known without it, and it may lie where nobody here may look.
_FETCH = ("fetch", "--quiet", "--no-recurse-submodules")
_MOST_BROUGHT, _BRING_SECONDS = 8, 30.0
_RACED = ("cannot lock ref", ".lock': File exists")
_PAUSES = (0.1, 0.3, 1.0, 3.0)
"""Seconds after which a fetch is tried again that lost a race."""


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
    keys = {
        key
        for owner, _, key in (name.rpartition(".") for name in names)
        if owner == "remote.origin" or not remote
    }
    if "mirror" in keys:
        return remote, "refs/heads/"
    if "fetch" in keys:
        return remote, f"refs/remotes/{remote and 'origin/'}"
    shown = remote or "REMOTE"
    raise GitError(
        "a fetch brings no branch: the clone does not say where to put them (git clone --bare does not)",
        f"git config remote.{shown}.fetch '+refs/heads/*:refs/remotes/{shown}/*'",
    )


def fetch(git_dir: str, remote: str, seconds: float) -> frozenset[str]:
    """Bring remote-tracking branches and tags up to date; answers at which commits there are branches. Raises
    `GitError`.

    Many may ask for it at the same moment, as jobs that begin at the same minute: one after the other, since
    git refuses whoever loses a race for a branch, and what it found stands in one file. Somebody's own git
    may be in between; then it is tried again.
    """
    # Imported late: most who look fetch nothing, and it takes as long as to look.
    from tenacity import Retrying, retry_if_exception, stop_after_attempt  # noqa: PLC0415
    from tenacity.wait import wait_chain, wait_fixed  # noqa: PLC0415

    asked = [*_FETCH, "--tags", "--force", remote]
    with _in_turn(git_dir, seconds):
        for attempt in Retrying(
            retry=retry_if_exception(_lost_a_race),
            wait=wait_chain(*map(wait_fixed, _PAUSES)),
            stop=stop_after_attempt(1 + len(_PAUSES)),
            reraise=True,
        ):
            with attempt:
                run(asked, git_dir=git_dir, network=True, seconds=seconds)
        return fetched_commits(git_dir)


def _lost_a_race(error: BaseException) -> bool:
    if not isinstance(error, GitError) or IN_THE_WAY in error.message:
        return False
    return any(sign in error.message for sign in _RACED)


@contextmanager
def _in_turn(git_dir: str, seconds: float) -> Iterator[None]:
    """Where no file can be made, git says why there is nothing to be fetched into."""
    with ExitStack() as stack:
        with suppress(OSError):
            stack.enter_context(only_one(Path(common_dir(git_dir), "unshipped-fetch.lock"), seconds))
        yield


def bring(git_dir: str, commits: Iterable[str]) -> None:
    """Ask the remote for commits to which none of its branches leads any more: a forge keeps what a pull
    request had. What it does not give stays away.
    """
    remotes = lines(run(["remote"], git_dir=git_dir))
    remote = "origin" if "origin" in remotes else next(iter(remotes), "")
    for commit in islice(commits, _MOST_BROUGHT if remote else 0):
        ask = [*_FETCH, "--no-tags", "--no-write-fetch-head", remote, commit]
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
