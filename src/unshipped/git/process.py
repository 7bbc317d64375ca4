"""Run one git command, the same way everywhere."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence

from unshipped.errors import GitError, GitTimeoutError, MissingObjectsError
from unshipped.git.child import MOST, Child, looking_from

DEEPEN = "git fetch --unshallow (in CI: fetch-depth: 0)"
"""What helps where a shallow clone ends too early."""
SECONDS = 600.0
_MOVED = "not a git repository: "
_LEADS_NOWHERE = "gitfile does not point to a valid repository: "  # the same, said by git 2.55
_DAMAGED = ("inflate", "corrupt", "bad object", "not a tree object", "unable to read", "is empty")
FSCK = "git fsck says what is damaged; a new clone mends it"
IN_THE_WAY = "exists; cannot create"
_PRUNE = "git fetch --prune: a branch that the remote has no longer stands where another one's folder would"
_NOT_HERE = ("promisor", "unable to read tree", "not a tree object", "unable to read sha1", "bad tree object")


def run(
    arguments: Sequence[str],
    *,
    git_dir: str = "",
    stdin: bytes = b"",
    network: bool = False,
    seconds: float = SECONDS,
    accept: tuple[int, ...] = (0,),
) -> bytes:
    """Standard output of `git ARGUMENTS`. Raises `GitError` with the command and what git printed."""
    child = Child(arguments, git_dir=git_dir, stdin=stdin, network=network)
    try:
        out = child.answer(seconds)
    except TimeoutError as error:
        child.end(kill=True)
        raise GitTimeoutError(f"git did not finish within {seconds:g} s: {_shown(arguments)}") from error
    except OverflowError:
        child.end(kill=True)
        raise endless(_shown(arguments)) from None
    except BaseException:
        child.end(kill=True)
        raise
    said = child.end()
    if child.code not in accept:
        raise refusal(f"git {_shown(arguments)}: {first_line(said) or f'exit {child.code}'}", git_dir)
    return out


def endless(what: str) -> GitError:
    """What git would print is more than any repository has."""
    hint = "git ls-tree -d HEAD: is there a directory that holds itself again and again?"
    return GitError(f"git prints more than {MOST >> 20} MB: {what}", hint)


def refusal(message: str, git_dir: str) -> GitError:
    """What git complained of: in a partial clone, what it says of damage means that something is not here."""
    if git_dir and any(sign in message for sign in _NOT_HERE):
        promised = ["config", "--get-regexp", r"^remote\..*\.promisor$"]
        if run(promised, git_dir=git_dir, accept=(0, 1)):
            what = "this partial clone lacks directories or files that have to be compared"
            return MissingObjectsError(what, "git fetch --refetch --filter=blob:none, or use a full clone")
    if IN_THE_WAY in message:
        return GitError(message, _PRUNE)
    return GitError(message, FSCK if any(sign in message for sign in _DAMAGED) else "")


def lines(out: bytes) -> list[str]:
    """What git printed, line by line. A name may hold what Python takes for the end of a line, or a blank."""
    return out.decode("utf-8", "surrogateescape").split("\n")[:-1]


def discover(path: str) -> list[str]:
    """What `git rev-parse` says of the repository that holds `path`.

    Answers git directory, common directory, and whether it is bare. Raises `GitError` where there is none
    or git refuses it (another owner).
    """
    if not os.path.isdir(path):
        from unshipped.core.texts.masking import masked  # noqa: PLC0415 - an address may hold a secret

        raise GitError(f"{masked(path, ())} is not a directory", "name a repository with --repo DIR")
    try:
        out = run(
            [
                *looking_from(path),
                "rev-parse",
                "--absolute-git-dir",
                "--is-bare-repository",
                "--git-common-dir",
            ]
        )
    except GitError as error:
        raise _explained(path, error) from error
    # A path may hold a line break; what stands between the two is one word.
    lines = out.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n")
    at = next(at for at, line in enumerate(lines) if line in ("true", "false"))
    return ["\n".join(lines[:at]), "\n".join(lines[at + 1 :]), lines[at]]


def common_dir(git_dir: str) -> str:
    """What a worktree's directory shares with all others; of any other repository the directory itself."""
    with contextlib.suppress(OSError), open(os.path.join(git_dir, "commondir"), "rb") as file:
        return os.path.join(git_dir, os.fsdecode(file.read()).removesuffix("\n"))
    return git_dir


def _explained(path: str, error: GitError) -> GitError:
    if "dubious ownership" in error.message:
        return GitError(
            f"{path} belongs to another user, and git refuses to read it",
            f"if you trust it: git config --global --add safe.directory {os.path.realpath(path)}",
        )
    if moved := _moved(error.message):
        return GitError(
            f"{path} is a worktree of a repository that does not lie where it lay: there is no {moved}",
            f"git worktree repair {os.path.realpath(path)}, in the repository where it lies now",
        )
    if "safe.bareRepository" in error.message:
        return GitError(
            f"{path} is in a bare repository, and git takes one only where it is named (safe.bareRepository)",
            f"--repo {os.path.realpath(path)}",
        )
    if "not a git repository" in error.message:
        return GitError(f"{_named(path)} is not a git repository", "name one with --repo DIR")
    return error


def _moved(message: str) -> str:
    """Where a worktree looks for its repository in vain, by what git complains of."""
    if file := message.partition(_LEADS_NOWHERE)[2]:
        with contextlib.suppress(OSError), open(file, "rb") as opened:
            return os.fsdecode(opened.read()).removeprefix("gitdir: ").strip()
    return message.partition(_MOVED)[2]


def _shown(arguments: Sequence[str]) -> str:
    return " ".join(arguments[:6]) + (" …" if len(arguments) > 6 else "")


def first_line(stderr: bytes) -> str:
    """What git complains of, without what it advises."""
    said = [line for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    fatal = [line for line in said if line.startswith(("fatal:", "error:"))]
    plain = [line for line in said if not line.startswith(("hint:", "warning:", "From "))]
    return "".join(c if c.isprintable() else "?" for c in (fatal or plain or said or [""])[0])[:300]


def _named(path: str) -> str:
    """A directory as it was named; the one that nobody named by where it is."""
    return os.path.realpath(path) if path == "." else path
