"""What is known of commits that lie beside a branch, such as a release branch has: they are judged as a check
does it, for each moment at which the answer can be another one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from unshipped.core.counting.figures import Span
from unshipped.core.history.regression import Pair
from unshipped.core.model import Facts, Problem, Question
from unshipped.core.replaying.record import Deployed, Line, Part
from unshipped.ports import Archive

_MOST_LISTED = 20
_MOST_BEFORE = 20
_Key = tuple[str, str, int]


def beside(
    line: Line, parts: Sequence[Part], deploys: Sequence[Deployed], archive: Archive, span: Span
) -> dict[_Key, Facts | Problem]:
    """What a check says wherever what should have served, or what served, lies beside the branch."""
    places = {one.commit for one in line.chronicle.landings}
    wanted = dict.fromkeys(key for part in parts for key in _pairs(line, part, deploys, span))
    apart = [key for key in wanted if not places.issuperset(key[:2])]
    known = archive.resolve({commit for key in apart for commit in key[:2]}) if apart else {}
    asked: dict[str, list[_Key]] = {}
    for key in apart:
        if all(isinstance(known[commit], str) for commit in key[:2]):
            asked.setdefault(key[0], []).append(key)
    closures = {part.reach: part.origin.closure for part in parts}
    found: dict[_Key, Facts | Problem] = {}
    for tip, keys in asked.items():
        questions = [
            Question(closures[at]._replace(optional=closures[at].paths), served) for _, served, at in keys
        ]
        answers = archive.measure(tip, questions, now=span.until, limit=_MOST_LISTED, commits=False)
        found |= zip(keys, answers, strict=True)
    return found


def _pairs(line: Line, part: Part, deploys: Sequence[Deployed], span: Span) -> Iterator[_Key]:
    """What should have served and what served, whenever one of the two became another one."""
    own = sorted((one for one in deploys if one.target == part.target.name), key=lambda one: one.at)
    moments = [one.at for one in own]
    tips = _tips(line, part.reach)
    times = [at for at, _ in tips]
    for (since, until), one in zip(pairwise([*moments, span.until]), own, strict=True):
        first = max(bisect_right(times, since) - 1, 0)
        for _, tip in tips[first : bisect_right(times, until)]:
            yield tip, one.commit, part.reach


def _tips(line: Line, reach: int) -> list[tuple[datetime, str]]:
    """What should have served from when on, as far as it makes a difference for a closure."""
    if line.heads is not None:
        return [(head.at, head.commit) for head in line.heads]
    found = line.chronicle.reaches[reach]
    landings = line.chronicle.landings
    places = sorted({0, *found.starts, *(touch.place for touch in found.touches)})
    return [(landings[place].at, landings[place].commit) for place in places]


def holding(
    line: Line, parts: Sequence[Part], deploys: Sequence[Deployed], archive: Archive
) -> frozenset[Pair]:
    """Of the commits that targets served, as far as they lie beside a branch: which have which in their
    history.
    """
    names = {part.target.name for part in parts}
    away = {served for _, served, _ in line.beside}
    pairs = {
        (later, one)
        for name in names
        for later, one in _before([dep.commit for dep in deploys if dep.target == name])
        if later in away or one in away
    }
    known = archive.resolve({commit for pair in pairs for commit in pair}) if pairs else {}
    asked = [pair for pair in pairs if all(isinstance(known[commit], str) for commit in pair)]
    return archive.holding(asked) if asked else frozenset()


def _before(commits: Sequence[str]) -> Iterable[Pair]:
    """Each commit that served, behind each of those that did so before."""
    for at, commit in enumerate(commits):
        for before in set(commits[max(0, at - _MOST_BEFORE) : at]) - {commit}:
            yield before, commit
