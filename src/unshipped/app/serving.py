"""What each target serves: everything that its sources said, resolved in its repository and weighed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from unshipped.core.model import Code, Origin, Problem, Signal, Target
from unshipped.core.signals import Serving, combine, key
from unshipped.core.value import Value

TYPE_CHECKING = False

if TYPE_CHECKING:
    from unshipped.ports import Repository

Part = tuple[Target, Origin]
"""One origin of one target: what is measured; the worst of a target's parts is its drift."""


class _Known(Value):
    """What a repository knows about the names that sources gave."""

    commits: Mapping[str, str | Problem]
    made: Mapping[str, datetime]
    """When commits were made: of those that are held against the age of what runs them."""
    addresses: frozenset[str]
    """Where its code comes from; empty where nobody asked."""
    files: bool = False
    """Whether any source saw the files that run."""


def served(
    parts: Sequence[Part],
    opened: Mapping[str, Repository | Problem],
    signals: Sequence[tuple[Signal, ...]],
    before: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> list[Serving]:
    """What each part serves, with every name resolved by one call for each repository. `before` has the
    commits that targets are known to have served, newest first, beside what their sources remember.
    """
    past = [
        _past(said, before.get(target.name, ()) if before else ())
        for (target, _), said in zip(parts, signals, strict=True)
    ]
    by_repository: dict[str, list[Signal]] = {}
    remembered: dict[str, list[str]] = {}
    for (_, origin), said, texts in zip(parts, signals, past, strict=True):
        by_repository.setdefault(origin.repository, []).extend(said)
        remembered.setdefault(origin.repository, []).extend(texts)
    known = {name: _known(opened[name], said, remembered[name]) for name, said in by_repository.items()}
    found = [
        _weighed(said, known[origin.repository], origin, opened[origin.repository])
        for (_, origin), said in zip(parts, signals, strict=True)
    ]
    if any(past):
        from unshipped.app.went_back import went_back  # noqa: PLC0415 - few know what served before

        commits = [
            [commit for text in texts if isinstance(commit := known[origin.repository].commits[text], str)]
            for (_, origin), texts in zip(parts, past, strict=True)
        ]
        found = went_back(parts, opened, found, commits)
    if any(target.settings for target, _ in parts):
        from unshipped.app.settings import noticed  # noqa: PLC0415 - few targets declare their settings

        return noticed(parts, signals, found)
    return found


def _past(said: Sequence[Signal], known: Sequence[str]) -> tuple[str, ...]:
    """What served before, as far as the sources remember, and as far as it is known otherwise."""
    return tuple([text for signal in said for text in signal.past] + [*known])


def _known(repository: Repository | Problem, said: Sequence[Signal], past: Sequence[str]) -> _Known:
    revisions = [revision for signal in said for revision in signal.revisions]
    names = (*map(key, revisions), *past)
    if isinstance(repository, Problem):
        return _Known(dict.fromkeys(names, repository), {}, frozenset())
    commits = repository.resolve(names)
    aged = {commits[key(revision)] for revision in revisions if revision.since}
    made = repository.made([one for one in aged if not isinstance(one, Problem)]) if aged else {}
    says_where = any(revision.repository for revision in revisions)
    addresses = repository.addresses() if says_where else frozenset()
    return _Known(commits, made, addresses, any(signal.files for signal in said))


def _weighed(
    said: Sequence[Signal], known: _Known, origin: Origin, repository: Repository | Problem
) -> Serving:
    own = [_of_another(signal, known) for signal in said] if known.addresses else said
    if known.files and not isinstance(repository, Problem):
        from unshipped.app.content import proven  # noqa: PLC0415 - few sources see the files that run

        own = [proven(signal, known.commits, origin.closure, repository) for signal in own]
    return combine(own, known.commits, known.made)


def _of_another(signal: Signal, known: _Known) -> Signal:
    """The signal, as a problem where it says that its code comes from another repository. One whose commit is
    here is this one, whatever it is called by now.
    """
    from unshipped.core.history.addresses import is_among  # noqa: PLC0415 - few sources say where code is from

    for revision in signal.revisions:
        found = known.commits[key(revision)]
        is_here = isinstance(found, str) and revision.text and found.startswith(revision.text.lower())
        if revision.repository and not is_here and not is_among(revision.repository, known.addresses):
            message = f"{signal.source} says the code comes from {revision.repository}"
            problem = Problem(Code.OTHER_REPOSITORY, message, "check the source's address")
            return signal._replace(problem=problem)
    return signal
