"""Questions of single people to repositories and sources: one at a time, however many ask."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime

from unshipped.app.around import frozen
from unshipped.app.explain import Explanation, explain
from unshipped.app.observe import observe
from unshipped.app.remembered import report
from unshipped.app.where import Found, find_change, where
from unshipped.core.history.web import commit_page
from unshipped.core.logged.observations import Standing
from unshipped.core.model import Target
from unshipped.errors import UsageError
from unshipped.wiring import Fleet
from unshipped.wiring.watching import page


class Asking:
    """Opens the fleet for each question, so that it is the one of the configuration as it is now."""

    def __init__(self, fleet: Callable[[], Fleet]) -> None:
        self._fleet = fleet
        self._one = threading.Lock()

    def explain(self, target: str, now: datetime) -> Explanation:
        """Look at one target, and say why it is in its state."""
        with self._one:
            fleet = self._fleet()
            declared = [one for one in fleet.config.targets if one.name == target]
            chosen = frozen(declared, fleet.config.deploying.recipes, now)
            if not chosen:
                raise UsageError(f"no target {target} is declared")
            seen = observe(
                chosen,
                fleet.repository,
                fleet.source,
                now=now,
                declared=len(fleet.config.targets),
                make_object=fleet.beside,
            )
            return explain(seen.verdicts[0], fleet.repository, ".", now)

    def where(self, text: str, standings: Mapping[str, Standing], now: datetime) -> Found:
        """Where a change stands, by what was seen last."""
        with self._one:
            fleet = self._fleet()
            known = report(_living(fleet.config.targets), standings, now)
            repository, commit = find_change(known, fleet.repository, text)
            found = where(known, fleet.repository, repository, commit, now, text)
            title = fleet.repository(repository).title(commit)
            return Found(commit, title, commit_page(page(fleet, repository), commit), tuple(found))


def _living(targets: tuple[Target, ...]) -> tuple[Target, ...]:
    return tuple(one for one in targets if not one.retired)
