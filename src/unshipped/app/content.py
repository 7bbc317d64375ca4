"""The proof by content: a signal that brings the files that run, held against the commit that it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from unshipped.core.content import Files, Likeness, compare
from unshipped.core.model import Closure, Code, Problem, Remark, Sign, Signal
from unshipped.core.signals import key
from unshipped.core.texts.listing import some
from unshipped.core.words import count

if TYPE_CHECKING:
    from unshipped.ports import Repository

_NAMED = 3
"""How many files are named that differ."""
_BESIDE = frozenset(["", "md", "rst", "txt", "json", "toml", "yaml", "yml", "lock", "cfg", "ini", "xml"])
"""Endings of what lies beside a program and proves nothing of it: it is told of it, or it is made with it."""


def proven(
    signal: Signal, commits: Mapping[str, str | Problem], closure: Closure, repository: Repository
) -> Signal:
    """The signal with what its files prove: a word that they bear out is strong; a commit that they are not
    of is a problem.
    """
    named = {commits[key(revision)] for revision in signal.revisions if revision.share > 0}
    if signal.files is None or signal.problem or len(named) != 1:
        return signal
    [commit] = named
    if isinstance(commit, Problem):
        return signal
    [here] = repository.united([commit], [closure])
    committed = repository.contents(commit, here)
    verdict = judged(signal.files, committed, commit)
    if isinstance(verdict, Problem):
        return signal._replace(problem=verdict)
    borne_out = verdict.sign is Sign.CONTENT_SAME
    revisions = tuple(revision._replace(weak=False) for revision in signal.revisions)
    return signal._replace(
        revisions=revisions if borne_out else signal.revisions, remarks=(*signal.remarks, verdict)
    )


def judged(files: Files, committed: Mapping[str, str], commit: str) -> Remark | Problem:
    """Whether the files that run are those of a commit: that they are, that they are not, or why it cannot
    be told.
    """
    if len({len(one) for one in (*files.ids.values(), *committed.values())}) > 1:
        why = "the ids of the files that run are of another kind than those of the repository"
        return Remark(Sign.CONTENT_UNKNOWN, why)
    likeness = compare(files.ids, committed)
    if likeness.different:
        hint = "build without the layer cache and deploy again"
        return Problem(Code.CONTENT_DIFFERS, _differs(likeness, commit), hint)
    if files.left_out:
        why = f"{count(files.left_out, 'file')} of those that run could not be read"
        return Remark(Sign.CONTENT_UNKNOWN, why)
    if not likeness.same:
        return Remark(Sign.CONTENT_UNKNOWN, f"no file that runs has a counterpart in {commit[:12]}")
    if likeness.missing:
        return Remark(Sign.CONTENT_UNKNOWN, _misses(likeness, commit))
    programs = {path: blob for path, blob in committed.items() if _ending(path) not in _BESIDE}
    if programs and not compare(files.ids, programs).same:
        return Remark(Sign.CONTENT_UNKNOWN, _beside(likeness, commit))
    return Remark(Sign.CONTENT_SAME, _same(likeness, commit))


def _beside(likeness: Likeness, commit: str) -> str:
    others = f"the same, byte for byte: {count(likeness.same, 'other')}"
    return f"no file of {commit[:12]} that a program is written in has a counterpart; {others}"


def _ending(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name[1:] else ""


def _differs(likeness: Likeness, commit: str) -> str:
    named = some([f"{runs} ({path})" if runs != path else runs for runs, path in likeness.different], _NAMED)
    gone = f"; not there at all: {some(likeness.missing, _NAMED)}" if likeness.missing else ""
    return f"{count(len(likeness.different), 'file')} of {commit[:12]} run with other content: {named}{gone}"


def _misses(likeness: Likeness, commit: str) -> str:
    same = f"{count(likeness.same, 'file')} that run are byte for byte those of {commit[:12]}"
    why = "what runs is older than these, or they are left out on purpose"
    return f"{same}; not there beside them: {some(likeness.missing, _NAMED)}; {why}"


def _same(likeness: Likeness, commit: str) -> str:
    rest = f"; {count(likeness.strange, 'other file')} beside them" if likeness.strange else ""
    absent = f"; {likeness.absent:,} of its files do not run" if likeness.absent else ""
    return f"{count(likeness.same, 'file')} that run are byte for byte those of {commit[:12]}{absent}{rest}"
