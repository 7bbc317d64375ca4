"""From names to commits: what a source said, and what should serve."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from unshipped.core.model import Code, Expected, Problem, Rule
from unshipped.errors import GitError
from unshipped.git.process import run

_REMOTE_HEAD = "refs/remotes/origin/HEAD"
_USUAL_REMOTE = ("refs/remotes/origin/main", "refs/remotes/origin/master")
_USUAL = ("refs/heads/main", "refs/heads/master")
_OWN_DEFAULT = "the default branch of this repository; it has no remote"
_HEX = r"[0-9a-fA-F]{7,64}"
_TAG = r"[A-Za-z0-9][A-Za-z0-9._+/-]{0,199}"
_REF = r"[A-Za-z0-9_@][^\x00-\x20\x7f~^:?*\[\\]{0,999}"


def resolve(git_dir: str, texts: Iterable[str], *, shallow: bool = False) -> dict[str, str | Problem]:
    """The full commit id of each text, or why there is none. A text is a commit id or a tag.

    Nothing that is neither ever reaches git: ids go in by standard input, names only below `refs/tags/`.
    """
    asked = {text: _question(text) for text in dict.fromkeys(texts)}
    questions = [question for question in asked.values() if isinstance(question, str)]
    answers = dict(zip(questions, _batch(git_dir, questions), strict=True))
    found: dict[str, str | Problem] = {}
    for text, question in asked.items():
        if isinstance(question, Problem):
            found[text] = question
        elif re.fullmatch(_HEX, text):
            found[text] = _identity(git_dir, text.lower(), answers[question], shallow)
        else:
            found[text] = answers[question] or _bad(text, "no commit id, and no tag of that name")
    return found


def _question(text: str) -> str | Problem:
    if re.fullmatch(_HEX, text):
        return f"{text.lower()}^{{commit}}"
    if re.fullmatch(_TAG, text) and ".." not in text:
        return f"refs/tags/{text}^{{commit}}"
    if re.fullmatch(r"[0-9a-fA-F]{1,6}", text):
        return _bad(text, "too short: a commit id has at least 7 characters")
    return _bad(text, "not a commit id")


def _bad(text: str, why: str) -> Problem:
    shown = text if len(text) <= 60 else text[:57] + "…"
    return Problem(
        Code.BAD_REVISION, f"{shown!r} is {why}" if why.startswith(("not", "no ")) else f"{shown!r}: {why}"
    )


def _batch(git_dir: str, questions: list[str]) -> list[str]:
    """The commit id for each question, or an empty text."""
    if not questions:
        return []
    out = run(
        ["cat-file", "--buffer", "--batch-check=%(objecttype) %(objectname)"],
        git_dir=git_dir,
        stdin="\n".join(questions).encode() + b"\n",
    )
    lines = out.decode("utf-8", "replace").splitlines()
    return [line[7:] if line.startswith("commit ") else "" for line in lines]


def _identity(git_dir: str, text: str, answer: str, shallow: bool) -> str | Problem:
    # A branch or tag may be called like an abbreviated id, and git prefers the name.
    if answer.startswith(text):
        return answer
    if len(text) >= 40 and answer:
        return answer  # the id of an annotated tag, peeled
    candidates = _commits_starting(git_dir, text)
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        named = ", ".join(candidate[:12] for candidate in candidates[:4])
        return Problem(
            Code.AMBIGUOUS_REVISION, f"{text} could be any of {named}", "give more characters of the id"
        )
    if shallow:
        return Problem(
            Code.SHALLOW_HISTORY,
            f"{text[:12]} is not in this shallow clone",
            "git fetch --unshallow (in CI: fetch-depth: 0)",
        )
    return Problem(
        Code.UNRESOLVED_REVISION,
        f"{text[:12]} is no commit of this repository",
        "git fetch --all --tags; if history was rewritten, deploy again",
    )


def _commits_starting(git_dir: str, prefix: str) -> list[str]:
    try:
        out = run(["rev-parse", f"--disambiguate={prefix}"], git_dir=git_dir)
    except GitError:
        return []
    objects = out.decode("ascii").split()
    return sorted(set(filter(None, _batch(git_dir, [f"{name}^{{commit}}" for name in objects]))))


def expected(git_dir: str, rule: Rule, *, shallow: bool = False, bare: bool = False) -> Expected | Problem:
    """The commit that should serve by a rule, or why that cannot be said."""
    if rule.kind in ("revision", "pin"):
        return _named(git_dir, rule, shallow)
    if rule.kind == "tag":
        return _newest_tag(git_dir, rule)
    if rule.kind == "branch":
        return _branch(git_dir, rule.value)
    return _default_branch(git_dir, bare)


def follow(git_dir: str, ref: str) -> str | Problem:
    """The commit that a branch, a remote's branch or a tag points at now."""
    for name in (ref, f"refs/remotes/{ref}", f"refs/heads/{ref}", f"refs/tags/{ref}"):
        if name.startswith("refs/") and (commit := commit_of(git_dir, name)):
            return commit
    return Problem(Code.NOT_FOUND, f"no branch or tag {ref!r} in this repository", "git fetch --all --tags")


def follow_remote(git_dir: str, remote: str, ref: str, seconds: float) -> str | Problem:
    """The commit that a branch or tag of a remote points at now, asked over the network."""
    if remote.startswith("-") or not re.fullmatch(_REF, ref):
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
    lines = (line.partition("\t") for line in out.decode("utf-8", "replace").splitlines())
    found = {name: commit for commit, _, name in lines}
    for name in (f"{names[-1]}", *names):
        if commit := found.get(name):
            return commit
    return Problem(Code.NOT_FOUND, f"{remote} has no branch or tag {ref!r}")


def addresses(git_dir: str) -> frozenset[str]:
    """The addresses of all remotes."""
    out = run(["config", "--null", "--get-regexp", r"^remote\..*\.url$"], git_dir=git_dir, accept=(0, 1))
    entries = out.decode("utf-8", "surrogateescape").split("\0")
    return frozenset(entry.partition("\n")[2] for entry in entries if entry)


def commit_of(git_dir: str, name: str) -> str:
    """The commit that a full reference name leads to, or an empty text."""
    if not re.fullmatch(_REF, name) or ".." in name:
        return ""
    return _batch(git_dir, [f"{name}^{{commit}}"])[0]


def _named(git_dir: str, rule: Rule, shallow: bool) -> Expected | Problem:
    text = rule.value
    if not re.fullmatch(_HEX, text) and re.fullmatch(_REF, text) and ".." not in text:
        for name in (text, f"refs/heads/{text}", f"refs/tags/{text}", f"refs/remotes/{text}"):
            if name.startswith(("refs/", "HEAD")) and (commit := commit_of(git_dir, name)):
                return Expected(commit, text, f"{rule.kind} {text}")
    answer = resolve(git_dir, [text], shallow=shallow)[text]
    if isinstance(answer, Problem):
        return Problem(Code.EXPECTED_UNRESOLVED, f"expected revision: {answer.message}", answer.hint)
    return Expected(answer, text, f"{rule.kind} {text}")


def _newest_tag(git_dir: str, rule: Rule) -> Expected | Problem:
    sort = "-version:refname" if rule.order == "version" else "-creatordate"
    out = run(
        ["for-each-ref", f"--sort={sort}", "--count=1", "--format=%(refname)", f"refs/tags/{rule.value}"],
        git_dir=git_dir,
    )
    name = out.decode("utf-8", "surrogateescape").strip()
    commit = commit_of(git_dir, name) if name else ""
    if not commit:
        return Problem(Code.EXPECTED_UNRESOLVED, f"no tag matches {rule.value!r}", "git fetch --tags")
    return Expected(commit, name.removeprefix("refs/tags/"), f"newest tag that matches {rule.value}")


def _branch(git_dir: str, name: str) -> Expected | Problem:
    for ref in (f"refs/remotes/origin/{name}", f"refs/remotes/{name}", f"refs/heads/{name}"):
        if commit := commit_of(git_dir, ref):
            return Expected(commit, _short(ref), f"branch {name}", _fetched(git_dir, ref))
    return Problem(
        Code.EXPECTED_UNRESOLVED, f"no branch {name!r}, neither here nor on origin", "git fetch origin"
    )


def _default_branch(git_dir: str, bare: bool) -> Expected | Problem:
    """The remote's default branch; without a remote, this repository's."""
    here = _heads(git_dir)
    remote = here.get(_REMOTE_HEAD)
    for ref in (remote.symbolic if remote else "", *_USUAL_REMOTE):
        if head := here.get(ref) or (remote if remote and ref == remote.symbolic else None):
            return Expected(head.commit, _short(ref), "the remote's default branch", _fetched(git_dir, ref))
    return _local_default(git_dir, here, bare)


def _local_default(git_dir: str, here: Mapping[str, _Head], bare: bool) -> Expected | Problem:
    # HEAD names the default branch of a bare repository; in a checkout it is what somebody works on.
    usual = next((ref for ref in _USUAL if ref in here), "")
    if usual and not bare:
        return Expected(here[usual].commit, _short(usual), _OWN_DEFAULT)
    commit, ref = _head(git_dir)
    if commit and ref != "HEAD":
        return Expected(commit, _short(ref), _OWN_DEFAULT)
    if usual:
        return Expected(here[usual].commit, _short(usual), _OWN_DEFAULT)
    if commit:
        return Expected(commit, "HEAD", "the checked out commit; there is no branch")
    return Problem(
        Code.EXPECTED_UNRESOLVED, "the repository has no commits yet", "commit something, or fetch"
    )


class _Head(NamedTuple):
    commit: str
    symbolic: str


def _heads(git_dir: str) -> dict[str, _Head]:
    """The references that may name a default branch, asked with one call."""
    out = run(
        [
            "for-each-ref",
            "--format=%(refname)%00%(objectname)%00%(symref)",
            _REMOTE_HEAD,
            *_USUAL_REMOTE,
            *_USUAL,
        ],
        git_dir=git_dir,
    )
    rows = (line.split("\0") for line in out.decode("utf-8", "surrogateescape").splitlines())
    return {name: _Head(commit, symbolic) for name, commit, symbolic in rows}


def _head(git_dir: str) -> tuple[str, str]:
    """The commit of HEAD and the branch that it names (`HEAD` where it is detached); empty where unborn."""
    out = run(
        ["rev-parse", "--quiet", "HEAD", "--symbolic-full-name", "HEAD"], git_dir=git_dir, accept=(0, 128)
    )
    lines = out.decode("utf-8", "surrogateescape").split()
    return (lines[0], lines[1]) if len(lines) == 2 else ("", "")


def _short(ref: str) -> str:
    return ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")


def _fetched(git_dir: str, ref: str) -> datetime | None:
    """When the remote was last fetched: this clone's idea of its branch is as old as that."""
    if not ref.startswith("refs/remotes/"):
        return None
    try:
        modified = (Path(git_dir) / "FETCH_HEAD").stat().st_mtime
    except OSError:
        return None
    return datetime.fromtimestamp(modified, UTC)
