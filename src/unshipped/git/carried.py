"""Answers that a newer tip leaves as they are: those of services which nothing that landed since touches."""

from __future__ import annotations

from collections.abc import Sequence

from unshipped.core.closures.links import followed
from unshipped.core.model import Closure, Facts, Problem, Question
from unshipped.core.value import Value
from unshipped.git import changes
from unshipped.git.coverage import Coverage
from unshipped.git.history import Listing
from unshipped.git.memory import Covered, Remembered

_NOTHING = Closure(())


class Carried(Value):
    """What is known of a tip before anything is asked about it."""

    answers: Sequence[Facts | Problem]
    """Those for the tip before it, one for each question."""
    open: int
    """The questions that have to be asked anew, as a set."""
    coverage: Coverage
    until: float
    """The latest time among the commits that all this rests on."""


def carried(
    listing: Listing, questions: Sequence[Question], before: Remembered, covered: Covered
) -> Carried | None:
    """What still holds of the answers for the tip before this one; None where too much happened.

    An answer still holds where no landing since touches the closure: what is deployed is as it was, and so is
    what should serve, path by path. Asked anew is also what a merge may change without touching the closure:
    which commits production alone has, and how many single commits it lacks.
    """
    since = listing.since(before.tip)
    if since is None or not listing.has(question.deployed for question in questions):
        return None
    landed = [changes.parse(raw) for _, raw in since]
    if not all(map(changes.keeps_map, landed)):
        return None
    closures = [question.closure for question in questions]
    open_ = followed(closures, covered.links).paths.union([path for one in landed for path in one.paths])
    rows = [row for row, _ in since]
    merged = any(len(row) > 3 for row in rows)
    for at, answer in enumerate(before.answers):
        if not isinstance(answer, Facts) or answer.ahead or (merged and answer.behind is not None):
            open_ |= 1 << at
    asked = [closure if open_ >> at & 1 else _NOTHING for at, closure in enumerate(closures)]
    paths, led, _ = followed(asked, covered.links)
    coverage = Coverage(paths, led, covered.links, {}, Covered(listing.tip, covered.links))
    return Carried(before.answers, open_, coverage, max([before.until, *(float(row[0]) for row in rows)]))
