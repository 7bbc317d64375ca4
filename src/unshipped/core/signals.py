"""From what sources said to what serves: agreement, disagreement, silence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from unshipped.core.model import Code, Flag, Problem, Revision, Served, Signal

DIRTY = "built from a tree with uncommitted changes: what runs is in no commit"


class Serving(NamedTuple):
    """What serves, with what weakens the proof; or the problem that keeps it from being known."""

    served: tuple[Served, ...] = ()
    problem: Problem | None = None
    flags: tuple[Flag, ...] = ()
    notes: tuple[str, ...] = ()


def key(revision: Revision) -> str:
    """How a revision is looked up among resolved ones."""
    return revision.text or f"{revision.remote}\0{revision.ref}"


def combine(signals: Sequence[Signal], resolved: Mapping[str, str | Problem]) -> Serving:
    """One answer from all signals of one target.

    Signals that name different commits conflict. One that could not answer beside one that did leaves the
    answer standing, unproven. A revision that no commit can be found for is a problem of the whole.
    """
    if len(signals) == 1 and len(signals[0].revisions) == 1 and not signals[0].problem:
        only = signals[0].revisions[0]
        if only.share > 0:
            return _alone(signals[0].source, only, resolved)
    spoke: list[tuple[str, tuple[Served, ...]]] = []
    failed: list[tuple[str, Problem]] = []
    for signal in signals:
        answer = _served(signal, resolved)
        if isinstance(answer, Problem):
            failed.append((signal.source, answer))
        else:
            spoke.append((signal.source, answer))
    if not spoke:
        problem = failed[0][1] if failed else Problem(Code.NO_REVISION, "no source is declared")
        return Serving(problem=problem)
    if len({frozenset(one.commit for one in answer) for _, answer in spoke}) > 1:
        return Serving(problem=_conflict(spoke))
    return _agreed(spoke, failed)


def _alone(source: str, revision: Revision, resolved: Mapping[str, str | Problem]) -> Serving:
    """The commonest case by far: one source, one revision."""
    commit = resolved[key(revision)]
    if isinstance(commit, Problem):
        return Serving(problem=commit)
    said = ((source, revision.text or revision.ref),)
    served = (Served(commit, revision.share, said, revision.dirty),)
    return Serving(served, flags=(Flag.UNPROVEN,), notes=(DIRTY,)) if revision.dirty else Serving(served)


def _served(signal: Signal, resolved: Mapping[str, str | Problem]) -> tuple[Served, ...] | Problem:
    if signal.problem:
        return signal.problem
    shares: dict[str, Served] = {}
    for revision in signal.revisions:
        if revision.share <= 0:
            continue
        commit = resolved[key(revision)]
        if isinstance(commit, Problem):
            return commit
        said = (signal.source, revision.text or revision.ref)
        before = shares.get(commit)
        share, words = (before.share, before.signals) if before else (0.0, ())
        dirty = revision.dirty or (before is not None and before.dirty)
        shares[commit] = Served(commit, share + revision.share, (*words, said), dirty)
    if not shares:
        return Problem(Code.NO_REVISION, f"{signal.source} names no revision that serves")
    return tuple(shares.values())


def _conflict(spoke: Sequence[tuple[str, tuple[Served, ...]]]) -> Problem:
    words = "; ".join(f"{source} says {', '.join(s.commit[:12] for s in answer)}" for source, answer in spoke)
    return Problem(Code.CONFLICTING_SIGNALS, words, "find out which one lies before you trust any of them")


def _agreed(
    spoke: Sequence[tuple[str, tuple[Served, ...]]], failed: Sequence[tuple[str, Problem]]
) -> Serving:
    first = spoke[0][1]
    heard = {served.commit: list(served.signals) for served in first}
    dirty = {served.commit for _, answer in spoke for served in answer if served.dirty}
    for _, answer in spoke[1:]:
        for served in answer:
            heard[served.commit].extend(served.signals)
    agreed = tuple(Served(s.commit, s.share, tuple(heard[s.commit]), s.commit in dirty) for s in first)
    flags = [Flag.SPLIT] if len(agreed) > 1 else []
    notes = [f"{source} did not answer: {problem.message}" for source, problem in failed]
    if dirty:
        notes.append(DIRTY)
    if failed or dirty:
        flags.append(Flag.UNPROVEN)
    return Serving(agreed, flags=tuple(flags), notes=tuple(notes))
