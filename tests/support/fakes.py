"""Ports fulfilled from memory: a repository and a source that answer what they were told to.

history = FakeRepository(tips={Rule(): TIP}, commits={"aaaaaaa": A}, facts={(("api",), A): facts})
observe(targets, {"main": history}.__getitem__, lambda *_: FakeSource("aaaaaaa"), now=NOW, declared=1)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from unshipped.core.history.standing import Evidence
from unshipped.core.model import (
    Closure,
    Code,
    Expected,
    Facts,
    Problem,
    Question,
    Reading,
    Revision,
    Rule,
    Target,
)
from unshipped.errors import UsageError

Paths = tuple[str, ...]
"""The patterns of a closure: by them it is known here."""

IN_SYNC = Facts(differs=False, changes=0, cancelled=0, behind=0)
UNTOUCHED = Evidence(False, in_deployed=False, in_expected=False, same_content=False, still_differs=False)


@dataclass
class FakeRepository:
    """What was not told is in sync, untouched, or not there."""

    tips: Mapping[Rule, Expected | Problem] = field(default_factory=dict)
    commits: Mapping[str, str] = field(default_factory=dict)
    """What a commit is called, by any name."""
    refs: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(remote, name)."""
    times: Mapping[str, datetime] = field(default_factory=dict)
    """When a commit was made."""
    remotes: frozenset[str] = frozenset()
    ancestors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What is in the history of a commit."""
    facts: Mapping[tuple[Paths, str], Facts | Problem] = field(default_factory=dict)
    """By closure and deployed commit."""
    pull_requests: Mapping[int, list[str]] = field(default_factory=dict)
    evidence: Mapping[tuple[Paths, str, str], Evidence] = field(default_factory=dict)
    """By closure, deployed commit and the commit in question."""
    changed: Mapping[tuple[Paths, str, str], list[str]] = field(default_factory=dict)
    """By closure and two commits."""
    touching: Mapping[str, set[Paths]] = field(default_factory=dict)
    links: Mapping[Paths, dict[str, str]] = field(default_factory=dict)
    trees: Mapping[str, dict[str, str]] = field(default_factory=dict)
    """The files of a commit: path -> id."""
    broken: Exception | None = None
    """What measuring raises."""
    measured: list[str] = field(default_factory=list)
    """The tips that it was asked to measure against."""
    begun: list[str] = field(default_factory=list)
    """Those that it was told of beforehand, until it was told to stop."""

    def expected(self, rule: Rule) -> Expected | Problem:
        return self.tips.get(rule, Problem(Code.EXPECTED_UNRESOLVED, f"no {rule.kind} {rule.value}".strip()))

    def begin(self, tip: str, closures: Sequence[Closure]) -> None:
        self.begun.append(tip)

    def stop(self) -> None:
        self.begun.clear()

    def resolve(self, texts: Iterable[str]) -> dict[str, str | Problem]:
        return {text: self._resolved(text) for text in texts}

    def _resolved(self, text: str) -> str | Problem:
        if text in self.commits:
            return self.commits[text]
        return Problem(Code.UNRESOLVED_REVISION, f"{text} is not in this repository")

    def follow(self, ref: str, remote: str, seconds: float) -> str | Problem:
        return self.refs.get((remote, ref), Problem(Code.NOT_FOUND, f"no {ref} at {remote or 'this end'}"))

    def made(self, commits: Iterable[str]) -> dict[str, datetime]:
        return {commit: self.times[commit] for commit in commits if commit in self.times}

    def holding(self, pairs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        return frozenset(pair for pair in pairs if pair[1] in self.ancestors.get(pair[0], ()))

    def addresses(self) -> frozenset[str]:
        return self.remotes

    def measure(
        self, tip: str, questions: Sequence[Question], *, now: datetime, limit: int, commits: bool
    ) -> list[Facts | Problem]:
        self.measured.append(tip)
        if self.broken:
            raise self.broken
        return [self.facts.get((one.closure.paths, one.deployed), IN_SYNC) for one in questions]

    def revisions(self, texts: Sequence[str]) -> list[str]:
        for text in texts:
            if text not in self.commits:
                raise UsageError(f"no commit {text!r}")
        return [self.commits[text] for text in texts]

    def by_pull_request(self, tip: str, number: int) -> list[str]:
        return self.pull_requests.get(number, [])

    def standing(
        self, tip: str, questions: Sequence[Question], commit: str, *, now: datetime
    ) -> list[Evidence]:
        asked = [(one.closure.paths, one.deployed, commit) for one in questions]
        return [self.evidence.get(one, UNTOUCHED) for one in asked]

    def landed_as(self, tip: str, commit: str) -> tuple[str, str] | None:
        return None

    def touches(self, commit: str, closures: Sequence[Closure]) -> list[bool]:
        return [one.paths in self.touching.get(commit, set()) for one in closures]

    def title(self, commit: str) -> str:
        return f"Title of {commit[:7]}"

    def titles(self, commits: Sequence[str]) -> list[tuple[str, str]]:
        return [(self.title(commit), "Ana") for commit in commits]

    def affected(self, old: str, new: str, closures: Sequence[Closure]) -> list[list[str] | Problem]:
        return [self.changed.get((one.paths, old, new), []) for one in closures]

    def united(self, commits: Sequence[str], closures: Sequence[Closure]) -> list[Closure]:
        return list(closures)

    def contents(self, commit: str, closure: Closure) -> dict[str, str]:
        return self.trees.get(commit, {})

    def led(self, tip: str, closure: Closure) -> dict[str, str]:
        return self.links.get(closure.paths, {})


class FakeSource:
    """Answers revisions, given as such or as text; raises an error; or does what a function does."""

    def __init__(self, *answers: str | Revision | Exception | Callable[[], object]) -> None:
        self.answers = answers

    def read(self, target: Target, look: Look) -> Reading:
        revisions = []
        for answer in self.answers:
            if isinstance(answer, Exception):
                raise answer
            if callable(answer):
                answer()
            else:
                revisions.append(answer if isinstance(answer, Revision) else Revision(answer))
        return Reading(tuple(revisions))


class Written(FakeSource):
    """What stands in the configuration."""

    at_once = written = True


if TYPE_CHECKING:  # the type checker sees to it that the ports are fulfilled
    from unshipped.ports import Look, Repository, Source

    _repository: Repository = FakeRepository()
    _source: Source = FakeSource()
