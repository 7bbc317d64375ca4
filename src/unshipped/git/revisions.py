"""What a person typed on the command line: any name that git knows."""

from __future__ import annotations

from unshipped.core.subjects import pull_request
from unshipped.errors import GitError, UsageError
from unshipped.git.process import run


def revision(git_dir: str, text: str) -> str:
    """The commit that a revision expression names. Raises `UsageError` where there is none.

    The text comes from the person who runs the command, so that `HEAD~3` is as good as an id; still it can
    never be taken for an option.
    """
    try:
        out = run(
            ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{text}^{{commit}}"], git_dir=git_dir
        )
    except (GitError, ValueError) as error:
        shown = text if len(text) <= 80 else text[:77] + "…"
        raise UsageError(f"no commit {shown!r} in this repository", "git fetch --all --tags") from error
    return out.decode("ascii").strip()


def by_pull_request(git_dir: str, tip: str, number: int) -> list[str]:
    """The landings whose title names that pull request, newest first."""
    out = run(
        [
            "rev-list",
            "--first-parent",
            "--fixed-strings",
            f"--grep={number}",
            "--encoding=UTF-8",
            "--format=%x00%H%x00%s%x00",
            tip,
        ],
        git_dir=git_dir,
    )
    fields = out.decode("utf-8", "replace").split("\0")
    named = zip(fields[1::3], fields[2::3], strict=False)
    return [commit for commit, subject in named if pull_request(subject) == number]
