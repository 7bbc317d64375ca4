"""Which revision should serve: as a rule of the repository says, or as a source tells that is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from unshipped.app.read import Ask, read_all
from unshipped.app.serving import Part
from unshipped.core.model import (
    Code,
    Expected,
    Flag,
    Origin,
    Problem,
    Remark,
    Rule,
    Sign,
    Signal,
    SourceSpec,
    Target,
)
from unshipped.core.signals import FLAGS, combine, key

TYPE_CHECKING = False

if TYPE_CHECKING:
    from unshipped.ports import Repository, Source

MakeSource = Callable[[Target, Origin, SourceSpec], "Source"]


def expected(
    parts: Sequence[Part],
    opened: Mapping[str, Repository | Problem],
    sources: MakeSource,
    override: Rule | None = None,
) -> list[Expected | Problem]:
    """The commit that should serve, of each part. A rule is asked for once for each repository; who tells of
    several is asked at once. `override` is what a person asked for in place of all of that.
    """
    answers: dict[tuple[str, Rule], Expected | Problem] = {}

    def by(rule: Rule, name: str) -> Expected | Problem:
        if (name, rule) not in answers:
            repository = opened[name]
            answers[name, rule] = repository if isinstance(repository, Problem) else repository.expected(rule)
        return answers[name, rule]

    asks = {} if override else dict(_asks(parts, opened, sources))
    told = dict(zip(asks, read_all(list(asks.values())), strict=True)) if asks else {}
    found = []
    for at, (_, origin) in enumerate(parts):
        rule = _rule(told[at]) if at in told else override or origin.rule
        one = rule if isinstance(rule, Problem) else by(rule, origin.repository)
        if at in told and isinstance(one, Expected):
            name = one.commit[:9] if one.commit.startswith(one.ref.lower()) else one.ref
            one = one._replace(ref=name, why=_why(told[at]), doubts=_doubts(told[at], one.commit))
        found.append(one)
    return found


def _asks(
    parts: Sequence[Part], opened: Mapping[str, Repository | Problem], sources: MakeSource
) -> list[tuple[int, Ask]]:
    return [
        (at, Ask(target, origin, spec.kind, sources(target, origin, spec), opened[origin.repository]))
        for at, (target, origin) in enumerate(parts)
        if (spec := origin.told_by)
    ]


def _rule(signal: Signal) -> Rule | Problem:
    """The revision that a source tells of. It has to be one, and one that anybody could deploy."""
    if signal.problem:
        message = f"{signal.source} does not tell what should serve: {signal.problem.message}"
        return Problem(Code.EXPECTED_UNRESOLVED, message, signal.problem.hint)
    if any(revision.dirty for revision in signal.revisions):
        message = f"{signal.source} tells of a tree with uncommitted changes, which nobody else has"
        return Problem(Code.EXPECTED_UNRESOLVED, message)
    names = {key(revision) for revision in signal.revisions}
    if len(names) > 1:
        message = f"{signal.source} tells of {len(names)} revisions, and not which of them should serve"
        return Problem(Code.EXPECTED_UNRESOLVED, message)
    return Rule("pin", names.pop())


def _why(signal: Signal) -> str:
    said = next((one.said_by for one in signal.revisions if one.said_by), "")
    return f"as {signal.source} tells" + (f": {said}" if said else "")


def _doubts(signal: Signal, commit: str) -> tuple[Remark, ...]:
    """Why what a source tells proves nothing: by what makes a word of what serves prove nothing, and where
    what was to serve there failed.
    """
    weighed = combine([signal], {key(revision): commit for revision in signal.revisions})
    return tuple(
        one._replace(message=f"what should serve is told by {signal.source} alone")
        if one.sign is Sign.WEAK_EVIDENCE
        else one._replace(message=f"what should serve is in doubt: {one.message}")
        for one in weighed.remarks
        if FLAGS.get(one.sign) is Flag.UNPROVEN or one.sign is Sign.LATEST_NOT_READY
    )
