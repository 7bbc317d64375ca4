"""Everything that is known about one target, and how to see it for oneself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from unshipped.app.observe import OpenRepository
from unshipped.core.closures.evidence import Why, why
from unshipped.core.history.reproduce import commands, pathspecs
from unshipped.core.model import Change, Closure, Expected, Facts, Origin, Question, Served, Verdict
from unshipped.core.value import Value
from unshipped.ports import Repository

_EVERYTHING = 1_000_000
_MOST_SPECS = 1_000
_MOST_OWN = 20


class Counted(Value):
    """A change with the reason why each of its paths counts."""

    change: Change
    paths: tuple[Why, ...]


class Own(Value):
    """A commit of production's own, as a person knows it."""

    commit: str
    subject: str
    author: str


class Explanation(Value):
    """The missing changes, what was left out and why, and the git commands that show the same."""

    verdict: Verdict
    changes: tuple[Counted, ...] = ()
    ignored: tuple[Counted, ...] = ()
    """Landings that touch the closure only where `ignore` takes it out."""
    elsewhere: int = 0
    """Undeployed landings that touch nothing of the closure."""
    ahead: tuple[Own, ...] = ()
    """The newest commits that only production has."""
    already: tuple[Own, ...] = ()
    """The newest of production's commits that the branch has as another commit."""
    links: tuple[tuple[str, str], ...] = ()
    """(link, what it leads to)."""
    reproduce: tuple[str, ...] = ()


def explain(verdict: Verdict, repositories: OpenRepository, place: str, now: datetime) -> Explanation:
    """The explanation of a verdict. `place` is the repository's path, for the commands."""
    drift = verdict.drift
    if not (drift.origin and drift.expected and drift.worst):
        return Explanation(verdict)
    return _explained(verdict, drift.origin, drift.expected, drift.worst, repositories, place, now)


def _explained(
    verdict: Verdict,
    origin: Origin,
    expected: Expected,
    served: Served,
    repositories: OpenRepository,
    place: str,
    now: datetime,
) -> Explanation:
    repository = repositories(origin.repository)
    [closure] = repository.united([expected.commit, served.commit], [origin.closure])
    led = repository.led(expected.commit, closure)
    closures = [origin.closure, Closure(closure.paths, optional=closure.paths), Closure(("",))]
    answers = repository.measure(
        expected.commit,
        [Question(one, served.commit) for one in closures],
        now=now,
        limit=_EVERYTHING,
        commits=True,
    )
    mine, unfiltered, whole = (_landings(answer) for answer in answers)
    counted = {change.commit for change in mine}
    others = _counted([change for change in unfiltered if change.commit not in counted], closure, led)
    # A closure that is derived may not have held then what it holds now: nothing was ignored of that.
    ignored = tuple(one for one in others if any(path.ignored_by for path in one.paths))
    specs = pathspecs(closure, sorted(led))
    return Explanation(
        verdict,
        changes=_counted(mine, closure, led),
        ignored=ignored,
        elsewhere=len(whole) - len(mine) - len(ignored),
        ahead=_own(repository, verdict.drift.facts.ahead) if verdict.drift.facts else (),
        already=_own(repository, verdict.drift.facts.landed_elsewhere) if verdict.drift.facts else (),
        links=tuple(sorted((link, behind) for behind, link in led.items())),
        reproduce=commands(place, served.commit, expected.commit, specs) if len(specs) <= _MOST_SPECS else (),
    )


def _own(repository: Repository, commits: Sequence[str]) -> tuple[Own, ...]:
    shown = commits[:_MOST_OWN]
    titles = repository.titles(shown) if shown else ()
    return tuple(Own(commit, *title) for commit, title in zip(shown, titles, strict=True))


def _landings(answer: object) -> tuple[Change, ...]:
    return answer.listed if isinstance(answer, Facts) else ()


def _counted(changes: Sequence[Change], closure: Closure, led: dict[str, str]) -> tuple[Counted, ...]:
    return tuple(Counted(one, tuple(why(closure, path, led) for path in one.paths)) for one in changes)
