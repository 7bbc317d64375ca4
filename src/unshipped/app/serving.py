"""What each target serves: everything that its sources said, resolved in its repository and weighed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from unshipped.core.model import Code, Origin, Problem, Signal, Target
from unshipped.core.signals import Serving, combine, key
from unshipped.errors import GitError

if TYPE_CHECKING:
    from unshipped.ports import Repository

Part = tuple[Target, Origin]
"""One origin of one target: what is measured; the worst of a target's parts is its drift."""


class _Known(NamedTuple):
    """What a repository knows about the names that sources gave."""

    commits: Mapping[str, str | Problem]
    made: Mapping[str, datetime]
    """When commits were made: of those that are held against the age of what runs them."""
    addresses: frozenset[str]
    """Where its code comes from; empty where nobody asked."""


def served(
    parts: Sequence[Part],
    opened: Mapping[str, Repository | Problem],
    signals: Sequence[tuple[Signal, ...]],
    before: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> list[Serving]:
    """What each part serves, with every name resolved by one call for each repository. `before` has the
    commits that targets are known to have served, newest first, beside what their sources remember.
    """
    if before:
        signals = [
            tuple(signal._replace(past=(*signal.past, *before.get(target.name, ()))) for signal in said)
            for (target, _), said in zip(parts, signals, strict=True)
        ]
    by_repository: dict[str, list[Signal]] = {}
    for (_, origin), said in zip(parts, signals, strict=True):
        by_repository.setdefault(origin.repository, []).extend(said)
    known = {name: _known(opened[name], said) for name, said in by_repository.items()}
    found = [
        _weighed(said, known[origin.repository], origin, opened[origin.repository])
        for (_, origin), said in zip(parts, signals, strict=True)
    ]
    if any(target.settings for target, _ in parts):
        from unshipped.app.settings import noticed  # noqa: PLC0415 - few targets declare their settings

        return noticed(parts, signals, found)
    return found


def _known(repository: Repository | Problem, said: Sequence[Signal]) -> _Known:
    revisions = [revision for signal in said for revision in signal.revisions]
    if isinstance(repository, Problem):
        return _Known(dict.fromkeys(map(key, revisions), repository), {}, frozenset())
    past = (text for signal in said for text in signal.past)
    commits = repository.resolve((*map(key, revisions), *past))
    aged = {commits[key(revision)] for revision in revisions if revision.since}
    made = repository.made([one for one in aged if not isinstance(one, Problem)]) if aged else {}
    says_where = any(revision.repository for revision in revisions)
    return _Known(commits, made, repository.addresses() if says_where else frozenset())


def _weighed(
    said: Sequence[Signal], known: _Known, origin: Origin, repository: Repository | Problem
) -> Serving:
    own = [_of_another(signal, known.addresses) for signal in said] if known.addresses else said
    if not isinstance(repository, Problem) and any(signal.files for signal in own):
        from unshipped.app.content import proven  # noqa: PLC0415 - few sources see the files that run

        own = [proven(signal, known.commits, origin.closure, repository) for signal in own]
    serving = combine(own, known.commits, known.made)
    past = [text for signal in said for text in signal.past]
    if isinstance(repository, Problem) or not past:
        return serving
    from unshipped.core.regression import regressed  # noqa: PLC0415 - few sources remember what served before

    commits = (known.commits[text] for text in past)
    try:
        return regressed(serving, (one for one in commits if isinstance(one, str)), repository.holds)
    except GitError:  # what served before is not worth the answer for all that serves now
        return serving


def _of_another(signal: Signal, addresses: frozenset[str]) -> Signal:
    """The signal, as a problem where it says that its code comes from another repository."""
    from unshipped.core.addresses import is_among  # noqa: PLC0415 - few sources say where code is from

    for revision in signal.revisions:
        if revision.repository and not is_among(revision.repository, addresses):
            message = f"{signal.source} says the code comes from {revision.repository}"
            problem = Problem(Code.OTHER_REPOSITORY, message, "check the source's address")
            return signal._replace(problem=problem)
    return signal
