"""From what a source said to a commit: ids and tags, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable

from unshipped.core.model import Code, Problem
from unshipped.errors import GitError
from unshipped.git.borrowed import BRING_BACK, gone
from unshipped.git.process import DEEPEN, lines, run

HEX = r"[0-9a-fA-F]{7,64}"
REF = r"(?!-)[^\x00-\x20\x7f~^:?*\[\\]{1,1000}"
_WHOLE = (40, 64)
_TAG = r"[A-Za-z0-9@][A-Za-z0-9@._+/-]{0,199}"


def resolve(git_dir: str, texts: Iterable[str], *, shallow: bool = False) -> dict[str, str | Problem]:
    """The full commit id of each text, or why there is none. A text is a commit id or a tag.

    Nothing that is neither ever reaches git: ids go in by standard input, names only below `refs/tags/`.
    """
    asked = {text: text if is_whole(text) else _question(text) for text in dict.fromkeys(texts)}
    questions = [question for question in asked.values() if isinstance(question, str)]
    answers = dict(zip(questions, _batch(git_dir, questions), strict=True))
    found: dict[str, str | Problem] = {}
    for text, question in asked.items():
        if isinstance(question, Problem):
            found[text] = question
        elif answers[question] == text:
            found[text] = text
        elif re.fullmatch(HEX, text):
            found[text] = _identity(git_dir, text, answers[question], shallow)
        else:
            found[text] = answers[question] or _no_tag(text)
    return found


def is_whole(text: str) -> bool:
    """Whether it is a commit id as git writes it: nearly every one is."""
    return len(text) in _WHOLE and not text.strip("0123456789abcdef")


def _question(text: str) -> str | Problem:
    if re.fullmatch(HEX, text):
        # To peel a whole id is to read and to hash the commit: four times the work.
        return text.lower() + ("" if len(text) in _WHOLE else "^{commit}")
    if re.fullmatch(_TAG, text) and ".." not in text:
        return f"refs/tags/{text}^{{commit}}"
    return _bad(text, "not a commit id")


def _no_tag(text: str) -> Problem:
    if re.fullmatch(r"[0-9a-fA-F]{1,6}", text):
        return Problem(
            Code.BAD_REVISION,
            f"{text!r} is no tag, and too short for a commit id",
            "give at least 7 characters of the id",
        )
    hint = "git fetch --tags, where it is a tag; a branch is read by the source `ref`"
    return _bad(text, "no commit id, and no tag of that name")._replace(hint=hint)


def _bad(text: str, why: str) -> Problem:
    shown = text if len(text) <= 60 else text[:57] + "…"
    return Problem(Code.BAD_REVISION, f"{shown!r} is {why}")


def _batch(git_dir: str, questions: list[str]) -> list[str]:
    """The commit id for each question, or an empty text. An annotated tag is followed to its commit."""
    if not questions:
        return []
    out = run(
        ["cat-file", "--buffer", "--batch-check=%(objecttype) %(objectname)"],
        git_dir=git_dir,
        stdin="".join(f"{question}\n" for question in questions).encode("utf-8", "surrogateescape"),
    )
    said = lines(out)
    tags = [question for question, line in zip(questions, said, strict=True) if line.startswith("tag ")]
    peeled = dict(zip(tags, _batch(git_dir, [f"{tag}^{{commit}}" for tag in tags]), strict=True))
    return [
        line[7:] if line.startswith("commit ") else peeled.get(question, "")
        for question, line in zip(questions, said, strict=True)
    ]


def _identity(git_dir: str, asked: str, answer: str, shallow: bool) -> str | Problem:
    text = asked.lower()
    # A branch or tag may be called like an abbreviated id, and git prefers the name.
    if answer.startswith(text):
        return answer
    if len(text) >= 40 and answer:
        return answer  # the id of an annotated tag, peeled
    candidates = commits_starting(git_dir, text)
    if len(candidates) == 1:
        return candidates[0]
    # A release may be named by its day: 20260205 is eight digits of an id as well.
    if not candidates and len(text) < 40 and (tagged := commit_of(git_dir, f"refs/tags/{asked}")):
        return tagged
    if candidates:
        named = ", ".join(candidate[:12] for candidate in candidates[:4])
        return Problem(
            Code.AMBIGUOUS_REVISION, f"{text} could be any of {named}", "give more characters of the id"
        )
    if place := gone(git_dir):
        lost = f"{text[:12]} may lie in {place}, which objects are borrowed from and which is not there"
        return Problem(Code.MISSING_OBJECTS, lost, BRING_BACK)
    if shallow:
        return Problem(
            Code.SHALLOW_HISTORY,
            f"{text[:12]} is not in this shallow clone",
            DEEPEN,
        )
    fetch = f"git fetch origin {text}" if is_whole(text) else "git fetch --all --tags"
    return Problem(
        Code.UNRESOLVED_REVISION,
        f"{text[:12]} is no commit of this repository",
        f"{fetch}; if the remote has no such commit, deploy again",
    )


def commits_starting(git_dir: str, prefix: str) -> list[str]:
    """The commits whose ids begin like that."""
    try:
        out = run(["rev-parse", f"--disambiguate={prefix}"], git_dir=git_dir)
    except GitError:
        return []
    objects = out.decode("ascii").split()
    return sorted(set(filter(None, _batch(git_dir, [f"{name}^{{commit}}" for name in objects]))))


def commit_of(git_dir: str, name: str) -> str:
    """The commit that a full reference name leads to, or an empty text."""
    return first_of(git_dir, [name])[1]


def first_of(git_dir: str, names: Iterable[str]) -> tuple[str, str]:
    """The first of several full reference names that leads to a commit, and that commit.

    Both are empty where none does.
    """
    return next(iter(commits_of(git_dir, names).items()), ("", ""))


def one_of(git_dir: str, names: Iterable[str]) -> str | Problem:
    """The commit that several full reference names lead to, as far as there are any; empty where none is. A
    branch and a tag may be called the same.
    """
    found = commits_of(git_dir, names)
    if len(set(found.values())) <= 1:
        return next(iter(found.values()), "")
    return Problem(
        Code.AMBIGUOUS_REVISION,
        f"{' and '.join(found)} are different commits",
        "write the whole name of the one that is meant",
    )


def commits_of(git_dir: str, names: Iterable[str]) -> dict[str, str]:
    """The names that lead to a commit, each with it. git is asked once for all of them."""
    asked = [name for name in names if re.fullmatch(REF, name) and ".." not in name]
    commits = _batch(git_dir, [f"{name}^{{commit}}" for name in asked])
    return {name: commit for name, commit in zip(asked, commits, strict=True) if commit}
