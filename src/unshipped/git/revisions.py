"""What a person typed on the command line: any name that git knows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from unshipped.errors import UsageError
from unshipped.git.borrowed import BRING_BACK, gone
from unshipped.git.commits import numbered
from unshipped.git.default_branch import broken_head
from unshipped.git.names import commits_starting
from unshipped.git.process import DEEPEN, FSCK, lines, run

_BLANKS = " \t\r\n"


def revisions(git_dir: str, texts: Sequence[str], *, shallow: bool = False) -> list[str]:
    """The commits that revision expressions name. Raises `UsageError` for the first that names none.

    The texts come from the person who runs the command, so that `HEAD~3` is as good as an id. They go in by
    standard input and can never be taken for options. Blanks around them are what a pipe or a file left.
    """
    texts = [text.strip(_BLANKS) for text in texts]
    asked = [text for text in texts if "\n" not in text and "\0" not in text]
    out = run(
        ["cat-file", "--buffer", "--batch-check=%(objectname)"],
        git_dir=git_dir,
        stdin="".join(f"{text}^{{commit}}\n" for text in asked).encode("utf-8", "surrogateescape"),
    )
    said = iter(lines(out))
    answers = [next(said) if text in asked else "" for text in texts]
    for text, answer in zip(texts, answers, strict=True):
        if " " in answer or not answer:
            raise _unnamed(git_dir, text, shallow)
    return answers


def _unnamed(git_dir: str, text: str, shallow: bool) -> UsageError:
    """Why a text names no commit, and what helps: no fetch brings what is cut off, or empty."""
    shown = text if len(text) <= 80 else text[:77] + "…"
    if re.fullmatch("[0-9a-fA-F]{4,64}", text) and commits_starting(git_dir, text):
        return UsageError(f"{shown!r} could be any of several commits", "give more characters of the id")
    if not text:
        return UsageError("no commit '' in this repository", "nothing was named: is a variable empty?")
    if place := gone(git_dir):
        lost = f"{shown!r} cannot be read: objects are borrowed from {place}, which is not there"
        return UsageError(lost, BRING_BACK)
    if text == "HEAD" and (ref := broken_head(git_dir)):
        return UsageError(f"no commit 'HEAD' in this repository: what {ref} names cannot be read", FSCK)
    if text == "HEAD":
        return UsageError(
            "no commit 'HEAD' in this repository: nothing was committed on the branch that it names",
            "commit first, or name a commit that is there",
        )
    if shallow:
        return UsageError(f"no commit {shown!r} in this shallow clone", DEEPEN)
    return UsageError(f"no commit {shown!r} in this repository", "git fetch --all --tags")


def by_pull_request(git_dir: str, tip: str, number: int) -> list[str]:
    """The landings whose message names that pull request, newest first."""
    out = run(
        [
            "rev-list",
            "--first-parent",
            "--fixed-strings",
            f"--grep={number}",
            "--encoding=UTF-8",
            "--format=%x00%H%x00%s%x00%P%x00%b%x00",
            tip,
        ],
        git_dir=git_dir,
    )
    fields = out.decode("utf-8", "replace").split("\0")
    named = zip(*(fields[at::5] for at in range(1, 5)), strict=False)
    return [commit for commit, *message in named if numbered(*message) == number]
