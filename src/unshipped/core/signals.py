"""From what sources said to what serves: agreement, disagreement, silence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from unshipped.core.model import Code, Flag, Problem, Remark, Revision, Served, Sign, Signal
from unshipped.core.value import Value

DIRTY = "built from a tree with uncommitted changes: what runs is in no commit"

FLAGS = {
    Sign.SPOKEN_AGAINST: Flag.UNPROVEN,
    Sign.WEAK_EVIDENCE: Flag.UNPROVEN,
    Sign.SILENT_SOURCE: Flag.UNPROVEN,
    Sign.MOVING_TAG: Flag.UNPROVEN,
    Sign.DIRTY_BUILD: Flag.UNPROVEN,
    Sign.COMMIT_AFTER_DEPLOY: Flag.UNPROVEN,
    Sign.CONTENT_UNKNOWN: Flag.UNPROVEN,
    Sign.CONVERGING: Flag.PENDING,
    Sign.ROLLED_BACK: Flag.ROLLED_BACK,
}
"""What a sign says of the whole. One that is not here is told, and changes nothing."""

_CLOCKS = timedelta(minutes=5)
"""By how much the clocks of a build and of a platform may differ."""
_UNANSWERED = frozenset({Code.SOURCE_ERROR, Code.SOURCE_TIMEOUT, Code.SOURCE_DENIED, Code.NOT_FOUND})


class Serving(Value):
    """What serves, with what was noticed on the way; or the problem that keeps it from being known."""

    served: tuple[Served, ...] = ()
    problem: Problem | None = None
    flags: tuple[Flag, ...] = ()
    remarks: tuple[Remark, ...] = ()


class _Heard(Value):
    """One signal, understood."""

    signal: Signal
    served: tuple[Served, ...]
    weak: bool
    remarks: tuple[Remark, ...]


def key(revision: Revision) -> str:
    """How a revision is looked up among resolved ones."""
    return revision.text or f"{revision.remote}\0{revision.ref}"


def combine(
    signals: Sequence[Signal],
    resolved: Mapping[str, str | Problem],
    made: Mapping[str, datetime] | None = None,
) -> Serving:
    """One answer from all signals of one target. `made` has the times of commits, where they are known.

    | what is said                                        | the answer                                    |
    |-----------------------------------------------------|-----------------------------------------------|
    | all name the same commits                           | these                                         |
    | strong words name different ones                    | `conflicting-signals`                         |
    | a strong word against weak ones                     | the strong one, unproven                      |
    | weak words alone that agree                         | what they say, unproven                       |
    | weak words alone that differ                        | `conflicting-signals`                         |
    | one names all that another does, and more           | it: traffic is split, and both saw some of it |
    | one source answers, one does not                    | what the one says, unproven                   |
    | the files that run are not those of the commit      | `content-differs`, whatever else is said      |
    | no commit can be found for what is said             | that problem                                  |
    """
    if (only := _only(signals)) and not isinstance(commit := resolved[key(only)], Problem):
        said = (_speaker(signals[0].source, only), only.text or only.ref)
        return Serving((Served(commit, only.share, (said,)),))
    heard: list[_Heard] = []
    failed: list[tuple[str, Problem]] = []
    for signal in signals:
        answer = _hear(signal, resolved, made or {})
        if isinstance(answer, Problem):
            failed.append((signal.source, answer))
        else:
            heard.append(answer)
    refuted = [problem for _, problem in failed if problem.code is Code.CONTENT_DIFFERS]
    if refuted or not heard:
        problems = refuted or [problem for _, problem in failed]
        problem = problems[0] if problems else Problem(Code.NO_REVISION, "no source is declared")
        return Serving(problem=problem, remarks=tuple(one for signal in signals for one in signal.remarks))
    believed = sorted([one for one in heard if not one.weak] or heard, key=lambda one: -len(_commits(one)))
    if any(not _commits(one) <= _commits(believed[0]) for one in believed):
        words = ((one.signal.source, _named(one)) for one in heard if one in believed)
        return Serving(problem=_conflict(words), remarks=tuple(r for one in believed for r in one.remarks))
    return _agreed(believed, heard, failed)


def _only(signals: Sequence[Signal]) -> Revision | None:
    """The commonest case by far: one source that says one thing plainly."""
    if len(signals) != 1 or len(signals[0].revisions) != 1 or signals[0].problem or signals[0].remarks:
        return None
    only = signals[0].revisions[0]
    plain = only.share > 0 and not only.dirty and not only.weak and only.since is None
    return only if plain else None


def _hear(
    signal: Signal, resolved: Mapping[str, str | Problem], made: Mapping[str, datetime]
) -> _Heard | Problem:
    if signal.problem:
        return signal.problem
    parts: dict[str, list[Revision]] = {}
    for at, revision in enumerate(signal.revisions):
        if revision.share > 0:
            # What names no part speaks of something of its own: a share of the traffic.
            parts.setdefault(revision.part or f"\0{at}", []).append(revision)
    shares: dict[str, Served] = {}
    remarks = list(signal.remarks)
    weak = any(all(word.weak for word in words) for words in parts.values())
    for words in parts.values():
        found = _part(signal.source, words, resolved)
        if isinstance(found, Problem):
            return found
        served, against = found
        remarks += [*against, *_too_young(served.commit, words, made)]
        shares[served.commit] = _added(shares.get(served.commit), served)
    if not shares:
        return Problem(Code.NO_REVISION, f"{signal.source} names no revision that serves")
    if weak:
        remarks.append(Remark(Sign.WEAK_EVIDENCE, _only_weak(signal)))
    if any(one.dirty for one in shares.values()):
        remarks.append(Remark(Sign.DIRTY_BUILD, DIRTY))
    return _Heard(signal, tuple(shares.values()), weak, tuple(remarks))


def _part(
    source: str, words: Sequence[Revision], resolved: Mapping[str, str | Problem]
) -> tuple[Served, list[Remark]] | Problem:
    """What one part runs, by everything that is said of it; and what speaks against that."""
    believed = [word for word in words if not word.weak] or list(words)
    known = [word for word in believed if not isinstance(resolved[key(word)], Problem)]
    if not known:
        problem = resolved[key(believed[0])]
        return problem if isinstance(problem, Problem) else Problem(Code.NO_REVISION, source)
    commits: dict[str, Revision] = {}
    for word in known:
        commits.setdefault(str(resolved[key(word)]), word)
    if len(commits) > 1:
        return _conflict((_speaker(source, word), commit[:12]) for commit, word in commits.items())
    [commit] = commits
    said = tuple((_speaker(source, word), word.text or word.ref) for word in known)
    dirty = any(word.dirty for word in words)
    against = [
        Remark(Sign.SPOKEN_AGAINST, f"{_speaker(source, word)} says {word.text or word.ref} instead")
        for word in words
        if resolved[key(word)] != commit
    ]
    return Served(commit, max(word.share for word in words), said, dirty), against


def _too_young(commit: str, words: Sequence[Revision], made: Mapping[str, datetime]) -> list[Remark]:
    """A commit that is younger than what is said to run it."""
    since = min((word.since for word in words if word.since), default=None)
    when = made.get(commit)
    if since is None or when is None or when - since <= _CLOCKS:
        return []
    message = f"{words[0].part or 'what runs'} is older than {commit[:12]}, the commit that it is said to be"
    return [Remark(Sign.COMMIT_AFTER_DEPLOY, message)]


def _added(before: Served | None, served: Served) -> Served:
    if before is None:
        return served
    signals = tuple(dict.fromkeys((*before.signals, *served.signals)))
    return Served(served.commit, before.share + served.share, signals, before.dirty or served.dirty)


def _agreed(
    believed: Sequence[_Heard], heard: Sequence[_Heard], failed: Sequence[tuple[str, Problem]]
) -> Serving:
    commits = _commits(believed[0])
    agreeing = [one for one in heard if _commits(one) <= commits]
    words: dict[str, list[tuple[str, str]]] = {commit: [] for commit in commits}
    dirty = {served.commit for one in agreeing for served in one.served if served.dirty}
    for served in (served for one in agreeing for served in one.served):
        words[served.commit].extend(served.signals)
    agreed = tuple(
        Served(one.commit, one.share, tuple(words[one.commit]), one.commit in dirty)
        for one in believed[0].served
    )
    # What one source doubts, a strong one that does not doubt it has settled; but what was written down when
    # it was deployed cannot know that a tag was moved since.
    strong = [one for one in agreeing if not one.weak]
    settled = {
        sign
        for sign in (Sign.WEAK_EVIDENCE, Sign.MOVING_TAG)
        for one in strong
        if all(remark.sign is not sign for remark in one.remarks)
        and not (sign is Sign.MOVING_TAG and one.signal.written)
    }
    remarks = [remark for one in agreeing for remark in one.remarks if remark.sign not in settled]
    remarks += [
        Remark(Sign.SPOKEN_AGAINST, f"{one.signal.source} says {_named(one)} instead")
        for one in heard
        if one not in agreeing
    ]
    remarks += [
        Remark(Sign.SILENT_SOURCE, f"{source} {_failing(problem)}: {problem.message}")
        for source, problem in failed
    ]
    remarks = list(dict.fromkeys(remarks))
    flags = [Flag.SPLIT] if len(agreed) > 1 else []
    flags += dict.fromkeys(FLAGS[remark.sign] for remark in remarks if remark.sign in FLAGS)
    return Serving(agreed, flags=tuple(flags), remarks=tuple(remarks))


def _conflict(words: Iterable[tuple[str, str]]) -> Problem:
    message = "; ".join(f"{who} says {what}" for who, what in words)
    return Problem(Code.CONFLICTING_SIGNALS, message, "find out which one lies before you trust any of them")


def _failing(problem: Problem) -> str:
    return "did not answer" if problem.code in _UNANSWERED else "is of no help"


def _commits(heard: _Heard) -> frozenset[str]:
    return frozenset(served.commit for served in heard.served)


def _named(heard: _Heard) -> str:
    return ", ".join(served.commit[:12] for served in heard.served)


def _speaker(source: str, word: Revision) -> str:
    return f"{source}, {word.said_by}" if word.said_by else source


def _only_weak(signal: Signal) -> str:
    speakers = dict.fromkeys(word.said_by or "its word" for word in signal.revisions if word.weak)
    return f"nothing but {' and '.join(speakers)} says so, which may be true of something else than what runs"
