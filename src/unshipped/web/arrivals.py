"""When what serves came to serve: read from the log once for each commit, and remembered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from unshipped.core.logged.deploys import Deploy, deploys
from unshipped.core.logged.observations import Standing
from unshipped.core.logged.past import Past
from unshipped.ports.keeping import Store

_BACK = timedelta(days=30)
_FEW = 20


class Arrivals:
    """The last deploy of each target, where it is known."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[str, Deploy | None]] = {}

    def of(self, standings: Iterable[Standing], now: datetime) -> dict[str, Deploy]:
        """The deploy that brought what serves now. Raises `StoreError`."""
        serving = {one.seen.target: one.seen.deployed for one in standings}
        news = [name for name, commit in serving.items() if self._known.get(name, ("", None))[0] != commit]
        for name, arrived in self._read(news, now).items():
            matches = arrived is not None and arrived.commit == serving[name]
            self._known[name] = (serving[name], arrived if matches else None)
        return {
            name: found
            for name, commit in serving.items()
            if (known := self._known.get(name)) and (found := known[1]) and known[0] == commit
        }

    def _read(self, names: list[str], now: datetime) -> dict[str, Deploy | None]:
        if not names:
            return {}
        since = now - _BACK
        targets = names if len(names) <= _FEW else [""]
        stretches = [
            one for target in targets for one in self._store.stretches(since=since, until=now, target=target)
        ]
        past = Past(
            since, stretches=tuple(stretches), deployments=tuple(self._store.deployments(since=since))
        )
        last = {one.target: one for one in deploys(past)}
        return {name: last.get(name) for name in names}
