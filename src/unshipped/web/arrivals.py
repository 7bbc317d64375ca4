"""When what serves came to serve: read once for each commit, and anew where more is told of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from unshipped.core.logged.deployments import Deployment
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
        self._told: dict[str, list[Deployment]] = {}
        """What was told of the deployments of each target, and how far the log had come with that."""
        self._heard = 0

    def of(self, standings: Iterable[Standing], now: datetime, heard: int) -> dict[str, Deploy]:
        """The deploy that brought what serves now. `heard` is how far the log has come with what is told of
        deployments: that may be told after it was seen. Raises `StoreError`.
        """
        since = now - _BACK
        if heard != self._heard:
            self._hear(since)
            self._heard = heard
        serving = {one.seen.target: one.seen.deployed for one in standings}
        news = [name for name, commit in serving.items() if self._known.get(name, ("", None))[0] != commit]
        for name, arrived in self._read(news, since, now).items():
            matches = arrived is not None and arrived.commit == serving[name]
            self._known[name] = (serving[name], arrived if matches else None)
        return {
            name: found
            for name, commit in serving.items()
            if (known := self._known.get(name)) and (found := known[1]) and known[0] == commit
        }

    def _hear(self, since: datetime) -> None:
        """What is known of a target is over where something else is told of it."""
        told: dict[str, list[Deployment]] = {}
        for one in self._store.deployments(since=since):
            told.setdefault(f"{one.service}/{one.environment}", []).append(one)
        for name in told.keys() | self._told.keys():
            if told.get(name) != self._told.get(name):
                self._known.pop(name, None)
        self._told = told

    def _read(self, names: list[str], since: datetime, now: datetime) -> dict[str, Deploy | None]:
        if not names:
            return {}
        targets = names if len(names) <= _FEW else [""]
        stretches = [
            one for target in targets for one in self._store.stretches(since=since, until=now, target=target)
        ]
        told = tuple(one for name in names for one in self._told.get(name, ()))
        last = {one.target: one for one in deploys(Past(since, stretches=tuple(stretches), deployments=told))}
        return {name: last.get(name) for name in names}
