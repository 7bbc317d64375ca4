"""When other code began to serve: as it was seen, and as somebody said it.

Seen is a deploy where what serves is another commit than at the look before. It happened somewhere
between the two looks. What was deployed and replaced between two looks is known only where it was recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from unshipped.core.logged.deployments import Deployment
from unshipped.core.logged.past import Course, Past
from unshipped.core.model import Flag
from unshipped.core.value import Value

PRODUCT = "unshipped"
"""Who a deployment is by that this product made; after a slash may stand which part of it."""

_NEAR = timedelta(hours=1)
_COMMIT = re.compile("[0-9a-f]{7,64}")


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


def _merged(target: str, seen: list[Deploy], rows: Iterable[Deployment]) -> list[Deploy]:
    """What was seen, with who did it where somebody said so; and what was said and not seen."""
    found, unseen = list(seen), []
    for row in rows:
        back = row.kind == "rolledback"
        fitting = [at for at, one in enumerate(found) if _tells_of(row, one)]
        if fitting:  # several may tell of one deploy: whoever deployed, and whoever saw it
            at = next((at for at in fitting if not found[at].recorded), fitting[0])
            one = found[at]
            found[at] = one._replace(by=one.by or row.by, recorded=True, back=one.back or back)
        else:
            unseen.append(
                Deploy(target, row.commit, row.when, back=back, by=row.by, recorded=True, seen=False)
            )
    return [*found, *unseen]


def _tells_of(row: Deployment, deploy: Deploy) -> bool:
    if deploy.after is None or not deploy.after - _NEAR <= row.when <= deploy.at + _NEAR:
        return False
    return deploy.commit.startswith(row.commit) or not _COMMIT.fullmatch(row.commit)
