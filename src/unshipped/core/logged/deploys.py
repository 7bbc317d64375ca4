"""When other code began to serve: as it was seen, and as somebody said it.

Seen is a deploy where what serves is another commit than at the look before. It happened somewhere
between the two looks. What was deployed and replaced between two looks is known only where it was recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from unshipped.core.logged.deployments import Deployment
from unshipped.core.logged.past import Course, Past
from unshipped.core.model import Flag
from unshipped.core.value import Value

PRODUCT = "unshipped"
"""Who a deployment is by that this product made; after a slash may stand which part of it."""

_NEAR = timedelta(hours=1)
_is_commit = re.compile("[0-9a-f]{7,64}").fullmatch


class Deploy(Value):
    """From then on, that commit served."""

    target: str
    commit: str
    at: datetime
    """When it was first seen to serve; where it was not seen, when it is said to have been deployed."""
    after: datetime | None = None
    """When what served before was last seen."""
    before: str = ""
    """What served before."""
    back: bool = False
    """Whether it was a rollback: said to be one, or to a commit that had served before."""
    by: str = ""
    recorded: bool = False
    seen: bool = True

    @property
    def id(self) -> str:
        return f"deploy:{self.target}:{self.at:%Y%m%dT%H%M%SZ}"

    @property
    def by_hand(self) -> bool:
        """Whether this product did not make it."""
        return self.by.partition("/")[0] != PRODUCT


def deploys(past: Past) -> tuple[Deploy, ...]:
    """Every deploy that is known of, the oldest first."""
    said: dict[str, list[Deployment]] = {}
    for one in past.deployments:
        if not one.removed:
            said.setdefault(f"{one.service}/{one.environment}", []).append(one)
    found: list[Deploy] = []
    for target in sorted(past.courses.keys() | said):
        course, rows = past.courses.get(target, ()), sorted(said.get(target, ()), key=lambda one: one.when)
        found += _merged(target, _seen(target, course), rows)
    return tuple(sorted(found, key=lambda one: (one.at, one.target, one.commit)))


def _seen(target: str, course: Course) -> list[Deploy]:
    found: list[Deploy] = []
    served: set[str] = set()
    last = None
    for stretch in course:
        seen = stretch.seen
        if not (seen.conclusive and seen.deployed):
            continue
        if last and seen.deployed != last.seen.deployed:
            is_back, was_back = (Flag.ROLLED_BACK in one.flags for one in (seen, last.seen))
            # Whoever leaves what was gone back to goes forward, also to what had served before.
            back = is_back > was_back or (seen.deployed in served and is_back >= was_back)
            found.append(
                Deploy(target, seen.deployed, stretch.since, last.checked_at, last.seen.deployed, back)
            )
        served.update(stretch.served)
        last = stretch
    return found


def _merged(target: str, seen: list[Deploy], rows: Iterable[Deployment]) -> Iterator[Deploy]:
    """What was seen, with who did it where somebody said so; and what was said and not seen. Of what was seen
    one run of rows tells: the nearest one, and of those between its two looks the last.
    """
    runs = _runs(rows, seen)
    fitting = [
        (min(_far(row, one) for row in run), number, at)
        for number, run in enumerate(runs)
        for at, one in enumerate(seen)
        if any(_tells_of(row, one) for row in run)
    ]
    told: dict[int, int] = {}
    for _, number, at in sorted(fitting, key=lambda one: (one[0], -one[1])):
        if number not in told and at not in told.values():
            told[number] = at
    yield from (one for at, one in enumerate(seen) if at not in told.values())
    for number, run in enumerate(runs):
        commit = next((row.commit for row in run if _is_commit(row.commit)), run[0].commit)
        unseen = Deploy(target, commit, run[0].when, seen=False)
        yield _said(seen[told[number]] if number in told else unseen, run)


def _said(one: Deploy, run: Sequence[Deployment]) -> Deploy:
    return one._replace(
        back=one.back or any(row.kind == "rolledback" for row in run),
        by=next((row.by for row in run if row.by), ""),
        recorded=True,
    )


def _runs(rows: Iterable[Deployment], seen: Sequence[Deploy]) -> list[list[Deployment]]:
    """Several may tell of one deploy, who deployed and who saw it, until somebody tells of another commit, or
    a look sees one.
    """
    runs: list[list[Deployment]] = []
    for row in rows:
        if runs and _goes_on(runs[-1], row, seen):
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def _goes_on(run: Sequence[Deployment], row: Deployment, seen: Sequence[Deploy]) -> bool:
    if not all(_alike(row, one, seen) for one in run):
        return False
    if row.when - run[-1].when <= _NEAR:
        return True
    return any(_tells_of(row, one) and _tells_of(run[-1], one) for one in seen)


def _alike(row: Deployment, other: Deployment, seen: Sequence[Deploy]) -> bool:
    """Whether both may be of one commit: a tag may name any, and another tag names another one."""
    if not _is_commit(row.commit) and not _is_commit(other.commit):
        return row.commit == other.commit
    one, two = _commit(row, seen), _commit(other, seen)
    return one.startswith(two) or two.startswith(one)


def _commit(row: Deployment, seen: Sequence[Deploy]) -> str:
    """Which commit it tells of: a tag that of the deploy that was seen nearest; empty where none was near."""
    if _is_commit(row.commit):
        return row.commit
    near = min(seen, key=lambda one: _far(row, one), default=None)
    return near.commit if near and _far(row, near) <= _NEAR else ""


def _far(row: Deployment, deploy: Deploy) -> timedelta:
    """How far from the time between the two looks it is said to have been."""
    return max((deploy.after or deploy.at) - row.when, row.when - deploy.at, timedelta(0))


def _tells_of(row: Deployment, deploy: Deploy) -> bool:
    return (deploy.commit.startswith(row.commit) or not _is_commit(row.commit)) and _far(row, deploy) <= _NEAR
