"""A settled ledger, turned into facts. Titles are read for what is shown and for nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

from unshipped.core.history.ledger import Landing, Ledger
from unshipped.core.history.times import AHEAD
from unshipped.core.model import Change, Code, Facts, Problem
from unshipped.errors import GitError
from unshipped.git.commits import Title, describe, equivalent
from unshipped.git.coverage import Coverage
from unshipped.git.memory import NOT_COMPARED
from unshipped.git.process import DEEPEN

_SHALLOW = Problem(
    Code.SHALLOW_HISTORY,
    "the clone is shallow and its history ends too early",
    DEEPEN,
)
_NOT_COUNTED = "single commits were not counted: the clone is shallow"
_SAME = Facts(differs=False, changes=0, cancelled=0, behind=None, notes=(_NOT_COUNTED,))
_GONE = "its source is gone: mend `paths` if it moved, else take it down and declare it `retired`"


class Answers:
    """The facts about every closure of a ledger; at most `limit` changes are listed for each."""

    def __init__(
        self, git_dir: str, ledger: Ledger, coverage: Coverage, now: datetime, limit: int, commits: bool
    ) -> None:
        self._git_dir, self._ledger, self._coverage = git_dir, ledger, coverage
        self._counted = commits or bool(ledger.off_chain)
        self._listed = ledger.newest(limit)
        self._same: dict[str, frozenset[str] | None] = {}
        self._made: dict[Change, Change] = {}
        self._landed_at = ledger.landed_at(now.timestamp())
        self._to_come = now.timestamp() + AHEAD
        self._landed: dict[tuple[int, float], Change] = {}
        shown = {landing.commit for listed in self._listed for landing in listed}
        named = (ledger.graph.commits[at] for at in shown)
        self._titles = describe(git_dir, named) if limit else {}

    def _landing(self, at: int, closure: int) -> Change:
        """When a landing landed, with its title where it is shown: made once for all that see it so."""
        seconds = self._landed_at(closure, at)
        if (at, seconds) not in self._landed:
            commit = self._ledger.graph.commits[at]
            title = self._titles.get(commit, Title())
            self._landed[at, seconds] = Change(
                commit,
                datetime.fromtimestamp(seconds, UTC),
                title.subject,
                title.author,
                pull_request=title.pull_request,
                undated=self._ledger.graph.times[at] > self._to_come,
            )
        return self._landed[at, seconds]

    def answer(self, at: int) -> Facts | Problem:
        """What history says about one closure."""
        if problem := self._coverage.problems.get(at):
            return problem
        tally, counted = self._ledger.tally(at), self._counts(at)
        cut_short = self._ledger.cut_short >> at & 1
        # Above what serves as a landing, every landing is at hand: there the cut took single commits alone.
        # And what is cut on the way to something else counts as the first commit there: as if it made all.
        if cut_short and self._ledger.off_chain >> at & 1:
            return _SHALLOW if tally.differs else _SAME
        ahead, elsewhere, notes = self._ahead(at)
        if tally.changes and at in self._coverage.gone:  # what never landed is not gone
            notes = (_GONE, *notes)
        if self._counted and not counted:
            notes = (*notes, _NOT_COUNTED)
        return Facts(
            differs=tally.differs,
            changes=tally.changes,
            cancelled=tally.cancelled,
            behind=tally.behind if counted else None,
            ahead=ahead,
            landed_elsewhere=elsewhere,
            oldest=None if tally.oldest is None else self._landing(tally.oldest, at),
            listed=tuple([self._change(at, landing) for landing in self._listed[at]]),
            notes=notes,
        )

    def _counts(self, at: int) -> bool:
        """Whether a closure's single commits are known: how many a branch has that is cut, nobody knows."""
        return self._counted and not self._ledger.uncounted >> at & 1

    def _change(self, at: int, landing: Landing) -> Change:
        ledger, landed = self._ledger, self._landing(landing.commit, at)
        change = Change(
            landed.commit,
            landed.landed_at,
            landed.subject,
            landed.author,
            tuple(ledger.paths_of(landing.commit, at)),
            not landing.effective >> at & 1,
            tuple(ledger.commits_of(landing.commit, at)) if self._counts(at) else (),
            landed.pull_request,
            landed.undated,
        )
        # What touches a shared folder is the same change for a thousand closures: it is held once.
        return self._made.setdefault(change, change)

    def _ahead(self, at: int) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Production's own commits, those of them that the branch has as another commit, and a note."""
        own = self._ledger.ahead(at) if self._ledger.off_chain >> at & 1 else []
        if not own:
            return (), (), ()
        same = self._equivalent(self._ledger.deployed[at])
        if same is None:
            return tuple(own), (), (NOT_COMPARED,)
        return tuple(c for c in own if c not in same), tuple(c for c in own if c in same), ()

    def _equivalent(self, deployed: str) -> frozenset[str] | None:
        if deployed not in self._same:
            try:
                self._same[deployed] = equivalent(self._git_dir, self._ledger.graph.tip, deployed)
            except GitError:
                self._same[deployed] = None
        return self._same[deployed]
