"""What should serve: the commit that a rule leads to."""

from __future__ import annotations

import re
from collections.abc import Mapping

from unshipped.core.model import Code, Expected, Problem, Rule
from unshipped.core.value import Value
from unshipped.git.freshness import seen_at
from unshipped.git.names import HEX, REF, commit_of, first_of, resolve
from unshipped.git.process import lines, run

_REMOTE_HEAD = "refs/remotes/origin/HEAD"
_USUAL_REMOTE = ("refs/remotes/origin/main", "refs/remotes/origin/master")
_USUAL = ("refs/heads/main", "refs/heads/master")
_OWN_DEFAULT = "the default branch of this repository; it has no remote"


def expected(git_dir: str, rule: Rule, *, shallow: bool = False, bare: bool = False) -> Expected | Problem:
    """The commit that should serve by a rule, or why that cannot be said."""
    if rule.kind in ("revision", "pin"):
        return _named(git_dir, rule, shallow)
    if rule.kind == "tag":
        return _newest_tag(git_dir, rule)
    if rule.kind == "branch":
        return _branch(git_dir, rule.value)
    return _default_branch(git_dir, bare)


def _named(git_dir: str, rule: Rule, shallow: bool) -> Expected | Problem:
    text = rule.value
    if not re.fullmatch(HEX, text) and re.fullmatch(REF, text) and ".." not in text:
        full = [text] if text.startswith(("refs/", "HEAD")) else []
        named = [*full, f"refs/heads/{text}", f"refs/tags/{text}", f"refs/remotes/{text}"]
        _, commit = first_of(git_dir, named)
        if commit:
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
    name = next(iter(lines(out)), "")
    commit = commit_of(git_dir, name) if name else ""
    if not commit:
        return Problem(Code.EXPECTED_UNRESOLVED, f"no tag matches {rule.value!r}", "git fetch --tags")
    return Expected(commit, name.removeprefix("refs/tags/"), f"newest tag that matches {rule.value}")


def _branch(git_dir: str, name: str) -> Expected | Problem:
    places = [f"refs/remotes/origin/{name}", f"refs/remotes/{name}", f"refs/heads/{name}"]
    ref, commit = first_of(git_dir, places)
    if commit:
        return Expected(commit, _short(ref), f"branch {name}", seen_at(git_dir, ref, commit))
    return Problem(
        Code.EXPECTED_UNRESOLVED, f"no branch {name!r}, neither here nor on origin", "git fetch origin"
    )


def _default_branch(git_dir: str, bare: bool) -> Expected | Problem:
    """The remote's default branch; without a remote, this repository's."""
    here = _heads(git_dir)
    remote = here.get(_REMOTE_HEAD)
    for ref in (remote.symbolic if remote else "", *_USUAL_REMOTE):
        if head := here.get(ref) or (remote if remote and ref == remote.symbolic else None):
            as_of = seen_at(git_dir, ref, head.commit)
            return Expected(head.commit, _short(ref), "the remote's default branch", as_of)
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


class _Head(Value):
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
    rows = (line.split("\0") for line in lines(out))
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
