"""Run one git command, the same way everywhere."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from unshipped.errors import GitError

# What a hook or a caller's shell may set and what would make git look at another repository or another
# set of objects than the one that was asked for. Configuration given by GIT_CONFIG_COUNT stays: it is how
# a machine declares `safe.directory`.
_DROPPED = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_QUARANTINE_PATH",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_GRAFT_FILE",
    "GIT_REPLACE_REF_BASE",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "GIT_EXTERNAL_DIFF",
    "GIT_DIFF_OPTS",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
)
_ALWAYS = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_PAGER": "cat",
    "GIT_FLUSH": "0",  # rev-list would otherwise write its answer line by line
}
# A partial clone would fetch what it lacks, one object at a time. GIT_NO_LAZY_FETCH stops that from git
# 2.44 on; with no protocol allowed, older versions cannot do it either.
_LOCAL = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": ""}
# Settings that plumbing heeds and that would change an answer: its encoding, or its order.
_GIT = ("git", "-c", "i18n.logOutputEncoding=UTF-8", "-c", f"diff.orderFile={os.devnull}")
SECONDS = 600.0


def environment(*, network: bool = False) -> dict[str, str]:
    """The environment of a git child: the caller's, less what would mislead it."""
    kept = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    return kept | _ALWAYS | ({} if network else _LOCAL)


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
    command = [*_GIT, *(["--git-dir", git_dir] if git_dir else []), *arguments]
    try:
        done = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            env=environment(network=network),
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError as error:
        raise GitError("git is not installed, or not on PATH", "install git 2.30 or newer") from error
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git did not finish within {seconds:g} s: {_shown(arguments)}") from error
    if done.returncode not in accept:
        raise GitError(f"git {_shown(arguments)}: {_first_line(done.stderr) or f'exit {done.returncode}'}")
    return done.stdout


def spawn(
    arguments: Sequence[str], *, git_dir: str, stdin: IO[bytes] | None = None, stdout: IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    """A running local git, for work that is split over processes or read in part.

    Without `stdin` it is told nothing; without `stdout` its answer is read from a pipe.
    """
    return subprocess.Popen(
        [*_GIT, "--git-dir", git_dir, *arguments],
        stdin=stdin or subprocess.DEVNULL,
        stdout=stdout or subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )


def discover(path: Path) -> list[str]:
    """What `git rev-parse` says of the repository that holds `path`.

    Answers git directory, common directory, whether it is bare, and whether it is shallow. Raises
    `GitError` where there is none or git refuses it (another owner).
    """
    if not path.is_dir():
        raise GitError(f"{path} is not a directory", "name a repository with --repo DIR")
    try:
        out = run(
            [
                "-C",
                str(path),
                "rev-parse",
                "--absolute-git-dir",
                "--git-common-dir",
                "--is-bare-repository",
                "--is-shallow-repository",
            ]
        )
    except GitError as error:
        raise _explained(path, error) from error
    return out.decode("utf-8", "surrogateescape").splitlines()


def _explained(path: Path, error: GitError) -> GitError:
    if "dubious ownership" in error.message:
        return GitError(
            f"{path} belongs to another user, and git refuses to read it",
            f"if you trust it: git config --global --add safe.directory {path.resolve()}",
        )
    if "not a git repository" in error.message:
        return GitError(f"{path} is not a git repository", "name one with --repo DIR")
    return error


def _shown(arguments: Sequence[str]) -> str:
    return " ".join(arguments[:6]) + (" …" if len(arguments) > 6 else "")


def _first_line(stderr: bytes) -> str:
    lines = [line for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    return "".join(c if c.isprintable() else "?" for c in (fatal or lines or [""])[0])[:300]
