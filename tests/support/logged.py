"""A watch that also writes everything into a real log, in the order in which it happens."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.core.recorded import Recorded
from tests.core.watched import NEW, OLD, at, behind, in_sync, unknown
from unshipped.core.logged.journal import Delivery, Outcome
from unshipped.core.watching import Entries
from unshipped.ports.keeping import Store
from unshipped.stores.memory import MemoryStore
from unshipped.stores.opening import open_file

DAY = 1440


@dataclass
class Logged(Recorded):
    """What is kept here and what the log has must count the same."""

    store: Store = field(default_factory=MemoryStore)

    def _keep(self, entries: Entries) -> Entries:
        kept = super()._keep(entries)
        with self.store.turn() as turn:
            turn.write(entries)
            if self.rounds:
                last = self.rounds[-1]
                if not turn.done(last.shard, last.slot):
                    turn.finish(last)
        for notice in entries.notices:
            [claim] = self.store.claim("test", notice.at, lease=60, most=1)
            self.store.record(claim, Delivery(claim.notice.id, 1, notice.at, Outcome.SENT))
        return kept

    def deployed(self, minutes: float, commit: str, service: str = "worker", **others: str) -> None:
        super().deployed(minutes, commit, service, **others)
        self.store.deployed(self.deployments[-1])


def two_weeks(story: Recorded) -> None:
    """From Thursday on: drifts of worker that deploys end, one of api that stays, and a site that is unknown
    for an hour.
    """
    running = OLD
    for day in (1, 8, 10):
        late = behind(since=day * DAY - 10, deployed=running, landing=f"{day:040x}")
        story.look(day * DAY - 20, in_sync(deployed=running), in_sync("api", NEW), in_sync("site"))
        for minute in range(0, 60, 10):
            story.look(day * DAY + minute, late, in_sync("api", NEW), unknown("site"))
        running = f"{day:040x}"
        story.look(day * DAY + 60, in_sync(deployed=running), in_sync("api", NEW), in_sync("site"))
        story.deployed(day * DAY + 55, running, by="Ana")
    story.look(
        11 * DAY, in_sync(deployed=running), behind("api", since=11 * DAY - 60, deployed=NEW), in_sync("site")
    )


def log_in(folder: Path) -> Logged:
    """Two weeks in the log that the commands read."""
    place = folder / ".unshipped" / "log.db"
    place.parent.mkdir()
    story = Logged(store=open_file(place))
    two_weeks(story)
    story.store.close()
    return story


END = at(14 * DAY)
