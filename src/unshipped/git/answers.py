"""A settled ledger, turned into facts. Titles are read for what is shown and for nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

from unshipped.core.history.ledger import Landing, Ledger
from unshipped.core.history.subjects import pull_request
from unshipped.core.model import Change, Code, Facts, Problem
from unshipped.errors import GitError
from unshipped.git.commits import describe, equivalent
from unshipped.git.coverage import Coverage

_SHALLOW = Problem(
    Code.SHALLOW_HISTORY,
    "the clone is shallow and its history ends before the deployed commit",
    "git fetch --unshallow (in CI: fetch-depth: 0)",
)
_NOT_COMPARED = "patches were not compared: this partial clone lacks their content"


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
        self._times = ledger.landed_at(now.timestamp())
        self._landed: dict[int, Change] = {}
        if limit:
            self._name({landing.commit for listed in self._listed for landing in listed})

    def _name(self, shown: set[int]) -> None:
        """Give titles and authors to the landings that are shown."""
        titles = describe(self._git_dir, (self._ledger.graph.commits[at] for at in shown))
        for at in shown:
            landed = self._landing(at)
            subject, author = titles.get(landed.commit, ("", ""))
            number = pull_request(subject)
            self._landed[at] = landed._replace(subject=subject, author=author, pull_request=number)

    def _landing(self, at: int) -> Change:
        """When a landing landed, for whatever closure: made once."""
        if at not in self._landed:
            when = datetime.fromtimestamp(self._times[at], UTC)
            self._landed[at] = Change(self._ledger.graph.commits[at], when)
        return self._landed[at]

    def answer(self, at: int) -> Facts | Problem:
        """What history says about one closure."""
        if problem := self._coverage.problems.get(at):
            return problem
        tally = self._ledger.tally(at)
        if tally.differs and self._ledger.cut_short >> at & 1:
            return _SHALLOW
        ahead, elsewhere, notes = self._ahead(at)
        return Facts(
            differs=tally.differs,
            changes=tally.changes,
            cancelled=tally.cancelled,
            behind=tally.behind if self._counted else None,
            ahead=ahead,
            landed_elsewhere=elsewhere,
            oldest=None if tally.oldest is None else self._landing(tally.oldest),
            listed=tuple([self._change(at, landing) for landing in self._listed[at]]),
            notes=notes,
        )

    def _change(self, at: int, landing: Landing) -> Change:
        ledger, landed = self._ledger, self._landing(landing.commit)
        change = Change(
            landed.commit,
            landed.landed_at,
            landed.subject,
            landed.author,
            tuple(ledger.paths_of(landing.commit, at)),
            not landing.effective >> at & 1,
            tuple(ledger.commits_of(landing.commit, at)) if self._counted else (),
            landed.pull_request,
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
            return tuple(own), (), (_NOT_COMPARED,)
        return tuple(c for c in own if c not in same), tuple(c for c in own if c in same), ()

    def _equivalent(self, deployed: str) -> frozenset[str] | None:
        if deployed not in self._same:
            try:
                self._same[deployed] = equivalent(self._git_dir, self._ledger.graph.tip, deployed)
            except GitError:
                self._same[deployed] = None
        return self._same[deployed]
