"""Is this change live? For each target: live, waiting, taken back, not merged, or not concerned."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

from unshipped.app.observe import OpenRepository
from unshipped.core import words
from unshipped.core.history.standing import NOT_CONCERNED, Evidence, Place, Standing, place
from unshipped.core.model import Closure, Code, Flag, Problem, Question, Report, Served, Verdict
from unshipped.core.signals import FLAGS
from unshipped.core.value import Value
from unshipped.errors import GitError, UntoldError, UsageError

TYPE_CHECKING = False

if TYPE_CHECKING:
    from unshipped.ports import Commits

_OF_THE_MAP = frozenset({Code.DEAD_PATTERN, Code.EMPTY_CLOSURE})
_WHOLE = frozenset({Place.LIVE, Place.CANCELLED})
"""What has to hold for every revision that serves."""
_ONE_OF_SEVERAL = "one of several revisions that serve has it; what the others are is not in the log"
_UNDONE = "it landed as part of {}, and a later change of its branch took it back"
_NUMBER = re.compile(r"[#!]?(\d{1,6})\Z|[#!](\d+)\Z")


class Found(Value):
    """A change, and where it stands in every target."""

    commit: str
    title: str
    page: str
    standings: tuple[Standing, ...]


def find_change(report: Report, repositories: OpenRepository, text: str) -> tuple[str, str]:
    """(repository, commit) of what a person named: a commit, a tag, or a pull request's number.

    Every repository that feeds a checked target is asked; `UsageError` where none knows it, or several have
    a pull request of that number; `UntoldError` where none has it of the branches that are known.
    """
    tips = {
        (d.origin.repository, d.expected.commit)
        for v in _parts(report)
        if (d := v.drift).origin and d.expected
    }
    if (number := _pull_request(text)) is not None:
        unseen = (v.drift.problem for v in _parts(report) if v.drift.problem and not v.drift.expected)
        return _by_number(tips, repositories, number, next(unseen, None))
    hint = "git fetch --all --tags"
    names = {v.drift.origin.repository for v in _parts(report) if v.drift.origin}
    for name in sorted(names):
        try:
            return name, repositories(name).revisions([text])[0]
        except UsageError as error:
            if len(names) == 1:
                raise
            hint = error.hint
    raise UsageError(f"no commit {text[:80]!r} in any checked repository", hint)


def _pull_request(text: str) -> int | None:
    """The number of the pull request that a text names, if it names one."""
    found = _NUMBER.match(text)
    return int(found[1] or found[2]) if found else None


def _by_number(
    tips: Iterable[tuple[str, str]], repositories: OpenRepository, number: int, lost: Problem | None
) -> tuple[str, str]:
    """The landing of a pull request. Each repository counts its own: where several have one of that number,
    which is meant has to be said. `lost` says why a branch is not known that may have it.
    """
    found: dict[str, str] = {}
    for name, tip in sorted(tips):
        if name not in found and (landed := repositories(name).by_pull_request(tip, number)):
            found[name] = landed[0]
    if len(set(found.values())) > 1:
        named = ", ".join(f"{commit[:12]} of {name}" for name, commit in found.items())
        raise UsageError(f"several repositories have a pull request {number}", f"name the commit: {named}")
    if found:
        return next(iter(found.items()))
    if lost:
        raise UntoldError(
            f"pull request {number} is on no branch that is known, and not all are: {lost.message}", lost.hint
        )
    raise UsageError(
        f"no change on the expected branches names pull request {number}",
        f"its title has to, as in 'Sort orders (#{number})', or GitLab's words in the body of a merge; "
        "a shallow clone lacks older ones",
    )


def where(
    report: Report, repositories: OpenRepository, repository: str, commit: str, now: datetime, text: str = ""
) -> list[Standing]:
    """The standing of one commit of a repository in every target of the report, concerned ones first. Where
    the text that a person named it by is the number of a pull request, each branch has a landing of its own.
    """
    number = _pull_request(text)

    def looked(tip: str, verdicts: Sequence[Verdict]) -> list[Standing]:
        opened = repositories(repository)
        own = [] if number is None else opened.by_pull_request(tip, number)
        if not own or own[0] == commit:
            return _landed(verdicts, opened, tip, commit, now)
        # A backport that had to be made to fit has another patch.
        found = _standings(verdicts, opened, tip, own[0], now)
        return [_as(one, own[0]) if one.place is not Place.NOT_APPLICABLE else one for one in found]

    parts = _parts(report)
    mine = [v for v in parts if v.drift.origin and v.drift.origin.repository == repository]
    standings = [_elsewhere(v) for v in parts if v not in mine]
    untold = [v for v in mine if not v.drift.facts]
    standings += _read(untold, lambda: _untold(untold, repositories, repository, commit))
    asked: dict[str, list[Verdict]] = {}
    for verdict in mine:
        if verdict.drift.facts and verdict.drift.expected and verdict.drift.worst:
            asked.setdefault(verdict.drift.expected.commit, []).append(verdict)
    for tip, verdicts in asked.items():
        standings += _read(verdicts, partial(looked, tip, verdicts))
    by_target: dict[str, Standing] = {}
    for standing in sorted(standings, key=lambda one: _RANK[one.place]):
        by_target[standing.target.name] = standing
    return sorted(by_target.values(), key=lambda one: (list(Place).index(one.place), one.target.name))


def _read(verdicts: Sequence[Verdict], look: Callable[[], list[Standing]]) -> list[Standing]:
    """What a look at history says of each; where it cannot be read, that nobody knows, and why."""
    try:
        found = look()
    except GitError as error:
        found = [Standing(v.drift.target, Place.UNKNOWN, error.in_one_line) for v in verdicts]
    return [_noted(one, verdict) for one, verdict in zip(found, verdicts, strict=True)]


def _parts(report: Report) -> list[Verdict]:
    """Every part of every target: a target may have several origins, and only one of them is its worst."""
    return [part for verdict in report.verdicts for part in (verdict, *verdict.others)]


def _as(one: Standing, landing: str) -> Standing:
    return one._replace(reason=f"it landed as {landing[:12]}: {one.reason}")


def _landed(
    verdicts: Sequence[Verdict], opened: Commits, tip: str, commit: str, now: datetime
) -> list[Standing]:
    """The standing of a commit; where its change landed as another one, as by a squash, that of this one."""
    found = _standings(verdicts, opened, tip, commit, now)
    places = [at for at, one in enumerate(found) if one.place is Place.UNMERGED]
    landed = opened.landed_as(tip, commit) if places else None
    if not landed:
        return found
    end, landing = landed
    asked = [verdicts[at] for at in places]
    questions = [Question(_closure(verdict), end) for verdict in asked]
    kept = opened.standing(end, questions, commit, now=now)
    others = _standings(asked, opened, tip, landing, now)
    for at, evidence, other in zip(places, kept, others, strict=True):
        if evidence.undone or other.place is Place.NOT_APPLICABLE:
            found[at] = found[at]._replace(place=Place.CANCELLED, reason=_UNDONE.format(landing[:12]))
        else:
            found[at] = _as(other, landing)
    return found


def _standings(
    verdicts: Sequence[Verdict], opened: Commits, tip: str, commit: str, now: datetime
) -> list[Standing]:
    """One standing for each target: live only where every revision that serves has the change."""
    pairs = [(at, served) for at, verdict in enumerate(verdicts) for served in verdict.drift.served]
    questions = [Question(_closure(verdicts[at]), served.commit) for at, served in pairs]
    evidence = opened.standing(tip, questions, commit, now=now)
    by_target: dict[int, list[tuple[Served, Evidence]]] = {}
    for (at, served), one in zip(pairs, evidence, strict=True):
        by_target.setdefault(at, []).append((served, one))
    return [_worst(verdicts[at], several) for at, several in by_target.items()]


def _closure(verdict: Verdict) -> Closure:
    origin = verdict.drift.origin
    return origin.closure if origin else Closure(())


def _worst(verdict: Verdict, several: Sequence[tuple[Served, Evidence]]) -> Standing:
    served, evidence = max(several, key=lambda pair: _RANK[place(pair[1])[0]])
    found, reason = place(evidence)
    if found in _WHOLE and Flag.SPLIT in verdict.flags and len(verdict.drift.served) == 1:
        found, reason = Place.UNKNOWN, _ONE_OF_SEVERAL
    since = evidence.landed_at if found is Place.WAITING else None
    return Standing(verdict.drift.target, found, reason, served.commit, since)


_RANK: Mapping[Place, int] = {
    Place.NOT_APPLICABLE: 0,
    Place.LIVE: 1,
    Place.CANCELLED: 2,
    Place.WAITING: 3,
    Place.UNMERGED: 4,
    Place.UNKNOWN: 5,
}


_BEARS: Mapping[Flag, frozenset[Place]] = {
    Flag.UNPROVEN: frozenset(Place) - {Place.UNKNOWN, Place.NOT_APPLICABLE},
    Flag.HELD: frozenset({Place.WAITING}),
    Flag.ROLLED_BACK: frozenset({Place.WAITING}),
    Flag.PENDING: frozenset({Place.WAITING}),
}
"""Where a flag says something about the change."""


def _untold(
    verdicts: Sequence[Verdict], repositories: OpenRepository, repository: str, commit: str
) -> list[Standing]:
    """Targets of which nothing is known: still a change that does not touch them is none of theirs, where
    the map says what touches them.
    """
    if not verdicts:
        return []
    touched = repositories(repository).touches(commit, [_closure(v) for v in verdicts])
    return [
        Standing(v.drift.target, Place.UNKNOWN, words.problem(v.drift))
        if touching or (v.drift.problem and v.drift.problem.code in _OF_THE_MAP)
        else Standing(v.drift.target, *NOT_CONCERNED)
        for v, touching in zip(verdicts, touched, strict=True)
    ]


def _noted(one: Standing, verdict: Verdict) -> Standing:
    """With the flags of what is concerned, and in words those that bear on the answer. What is retired says
    so everywhere: nothing is brought there any more.
    """
    if one.place is Place.NOT_APPLICABLE:
        return one
    told = [_flagged(flag, verdict) for flag in verdict.flags if one.place in _BEARS.get(flag, ())]
    reason = "; ".join((one.reason, *told))
    reason = f"{reason} (retired)" if one.target.retired else reason
    return one._replace(reason=reason, flags=verdict.flags)


def _flagged(flag: Flag, verdict: Verdict) -> str:
    """A flag with its reason, as far as that is known: the log remembers flags alone."""
    hold = verdict.drift.target.hold
    if flag is Flag.HELD and hold:
        return words.hold(hold, ended=False)
    name = flag.value.replace("_", " ")
    why = "; ".join(one.message for one in verdict.drift.remarks if FLAGS.get(one.sign) is flag)
    return f"{name}: {why}" if why else name


def _elsewhere(verdict: Verdict) -> Standing:
    return Standing(verdict.drift.target, Place.NOT_APPLICABLE, "another repository feeds it")
