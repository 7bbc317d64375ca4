"""Which branch is the default one: the remote's; where there is no remote, this repository's."""

from __future__ import annotations

import os
from collections.abc import Mapping

from unshipped.core.model import Code, Expected, Problem
from unshipped.core.value import Value
from unshipped.git.freshness import seen_at
from unshipped.git.process import FSCK, common_dir, lines, run

_REMOTE_HEAD = "refs/remotes/origin/HEAD"
_USUAL_REMOTE = ("refs/remotes/origin/main", "refs/remotes/origin/master")
_USUAL = ("refs/heads/main", "refs/heads/master")
_OWN_DEFAULT = "the default branch of this repository; it holds no branch of a remote"


class _Head(Value):
    commit: str
    symbolic: str


def default_branch(git_dir: str, bare: bool) -> Expected | Problem:
    """The remote's default branch; without a remote, this repository's."""
    here = _heads(git_dir, _REMOTE_HEAD, *_USUAL_REMOTE, *_USUAL)
    told = here.get(_REMOTE_HEAD)
    if told and told.symbolic:  # otherwise somebody fetched a HEAD there, which no later fetch moves
        return _of_remote(git_dir, told.symbolic, told.commit, "the remote's default branch")
    for ref in _USUAL_REMOTE:
        if head := here.get(ref):
            return _of_remote(git_dir, ref, head.commit, "the remote's default branch")
    if others := _heads(git_dir, "refs/remotes"):
        return _of_others(git_dir, others)
    return _own(git_dir, here, bare)


def _of_remote(git_dir: str, ref: str, commit: str, why: str) -> Expected:
    return Expected(commit, _short(ref), why, seen_at(git_dir, ref, commit))


def _of_others(git_dir: str, heads: Mapping[str, _Head]) -> Expected | Problem:
    """The default branch of a remote that has another name than origin, or did not say which one it is."""
    remotes, known = {_remote(ref) for ref in heads}, _known(git_dir)
    if known and not (remotes := remotes & known):  # such as `pull/5/merge`, which a CI host puts there
        return _unfetched()
    if len(remotes) > 1 and "origin" not in remotes:
        return _unknown("there are several remotes, and none of them is called origin", "name the branch")
    remote = "origin" if "origin" in remotes else remotes.pop()
    branches = {
        ref: head.commit for ref, head in heads.items() if _remote(ref) == remote and not head.symbolic
    }
    told = [head.symbolic for head in heads.values() if head.symbolic in branches]
    usual = [f"refs/remotes/{remote}/{name}" for name in ("main", "master")]
    for ref in [*told, *usual]:
        if ref in branches:
            return _of_remote(git_dir, ref, branches[ref], "the remote's default branch")
    if len(branches) == 1:
        [(ref, commit)] = branches.items()
        return _of_remote(git_dir, ref, commit, "the only branch of the remote that is here")
    return _unknown(
        f"it is not known here which branch of {remote} is its default",
        f"git remote set-head {remote} --auto, or name the branch",
    )


def _remote(ref: str) -> str:
    return ref.split("/")[2]


def _known(git_dir: str) -> set[str]:
    """The remotes that are configured, by the first part of their names."""
    return {name.partition("/")[0] for name in lines(run(["remote"], git_dir=git_dir))}


def _unfetched() -> Problem:
    """A CI host fetches what it checks out, such as a tag, and may leave the branches where they are."""
    hint = "fetch it (`fetch-depth: 0`, git fetch origin)"
    return _unknown("no branch of the remote was fetched here", hint)


def _unknown(what: str, hint: str) -> Problem:
    return Problem(Code.EXPECTED_UNRESOLVED, what, f"{hint}: `expected: {{branch: …}}`, or --expected")


def _own(git_dir: str, here: Mapping[str, _Head], bare: bool) -> Expected | Problem:
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
        if not bare and _known(git_dir):
            return _unfetched()
        return Expected(commit, "HEAD", "the checked out commit; there is no branch")
    return _beside_head(git_dir, _heads(git_dir, "refs/heads"))


def _beside_head(git_dir: str, branches: Mapping[str, _Head]) -> Expected | Problem:
    """What there is where HEAD names a branch without commits."""
    if len(branches) == 1:
        [(ref, head)] = branches.items()
        return Expected(
            head.commit, _short(ref), "the only branch of this repository; it holds no branch of a remote"
        )
    if branches:
        return _unknown("HEAD names a branch that has no commits, and others have some", "name the branch")
    if ref := broken_head(git_dir):
        return Problem(Code.EXPECTED_UNRESOLVED, f"what {ref} names cannot be read", FSCK)
    return Problem(
        Code.EXPECTED_UNRESOLVED, "the repository has no commits yet", "commit something, or fetch"
    )


def broken_head(git_dir: str) -> str:
    """The branch that HEAD names, or HEAD, where it is written down and leads to no commit that can be read;
    empty where nothing was committed on it yet.
    """
    with open(os.path.join(git_dir, "HEAD"), encoding="utf-8", errors="replace") as file:
        kind, _, ref = file.read().strip().partition(" ")
    if kind != "ref:":
        return "HEAD"
    named = run(["rev-parse", "--quiet", "--verify", "HEAD"], git_dir=git_dir, accept=(0, 1, 128))
    return ref if named or os.path.exists(os.path.join(common_dir(git_dir), ref)) else ""


def _heads(git_dir: str, *patterns: str) -> dict[str, _Head]:
    """The references that fit, asked with one call."""
    form = "--format=%(refname)%00%(objectname)%00%(symref)"
    rows = (line.split("\0") for line in lines(run(["for-each-ref", form, *patterns], git_dir=git_dir)))
    return {name: _Head(commit, symbolic) for name, commit, symbolic in rows}


def _head(git_dir: str) -> tuple[str, str]:
    """The commit of HEAD and the branch that it names (`HEAD` where it is detached); empty where unborn."""
    out = run(
        ["rev-parse", "--quiet", "HEAD", "--symbolic-full-name", "HEAD"], git_dir=git_dir, accept=(0, 128)
    )
    said = lines(out)
    return (said[0], said[1]) if len(said) == 2 else ("", "")


def _short(ref: str) -> str:
    return ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")
