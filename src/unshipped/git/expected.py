"""What should serve: the commit that a rule leads to."""

from __future__ import annotations

import re

from unshipped.core.model import Code, Expected, Problem, Rule
from unshipped.git.default_branch import default_branch
from unshipped.git.freshness import seen_at
from unshipped.git.names import HEX, commit_of, first_of, one_of, resolve
from unshipped.git.process import lines, run

_BEFORE = ("dev", "snapshot", "SNAPSHOT", "alpha", "beta", "pre", "rc", "RC")
"""What a version is called before it is released, the earliest first."""


def expected(git_dir: str, rule: Rule, *, shallow: bool = False, bare: bool = False) -> Expected | Problem:
    """The commit that should serve by a rule, or why that cannot be said."""
    if rule.kind in ("revision", "pin"):
        return _named(git_dir, rule, shallow)
    if rule.kind == "tag":
        return _newest_tag(git_dir, rule)
    if rule.kind == "branch":
        return _branch(git_dir, rule.value)
    return default_branch(git_dir, bare)


def _named(git_dir: str, rule: Rule, shallow: bool) -> Expected | Problem:
    text = rule.value
    is_id = re.fullmatch(HEX, text)
    answer: str | Problem = "" if is_id else _by_name(git_dir, text)
    answer = answer or resolve(git_dir, [text], shallow=shallow)[text]
    if is_id and isinstance(answer, Problem):
        answer = _by_name(git_dir, text) or answer
    if isinstance(answer, Problem):
        message, hint = answer.message, answer.hint
        if answer.code is Code.BAD_REVISION and not re.fullmatch("[0-9a-fA-F]*", text):
            message = f"{text[:60]!r} is no branch, no tag and no commit here"
            hint = "git fetch --all --tags, or mend the name"
        return Problem(Code.EXPECTED_UNRESOLVED, f"expected revision: {message}", hint)
    return Expected(answer, text, f"{rule.kind} {text}")


def _by_name(git_dir: str, text: str) -> str | Problem:
    """The commit of a branch or tag; empty where there is none of that name."""
    if text.startswith(("refs/", "HEAD")) and (commit := commit_of(git_dir, text)):
        return commit
    return one_of(git_dir, [f"refs/{kind}/{text}" for kind in ("heads", "tags", "remotes")])


def newest_first(rule: Rule) -> list[str]:
    """How git is asked for the tags of a rule in its order. By version, what is called a release before it is
    one comes before it: git itself takes `v2-rc1` for newer than `v2`.
    """
    if rule.order != "version":
        return ["for-each-ref", "--sort=-creatordate"]
    suffixes = [f"versionsort.suffix={apart}{word}" for word in _BEFORE for apart in ("-", ".", "")]
    return [*(part for one in suffixes for part in ("-c", one)), "for-each-ref", "--sort=-version:refname"]


def _newest_tag(git_dir: str, rule: Rule) -> Expected | Problem:
    out = run([*newest_first(rule), "--format=%(refname)", f"refs/tags/{rule.value}"], git_dir=git_dir)
    names = lines(out)
    name, commit = first_of(git_dir, names[:1])
    if not commit:  # a tag may stand for a file
        name, commit = first_of(git_dir, names)
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


def _short(ref: str) -> str:
    return ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")
