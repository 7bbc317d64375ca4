"""When `unshipped serve` does what has a schedule: by the configuration as it is now."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from unshipped.config.values import Config
from unshipped.errors import UnshippedError
from unshipped.schedule import Schedule
from unshipped.wiring import Fleet
from unshipped.wiring.latest import Latest


class Current:
    """The moments of a schedule that somebody may change meanwhile. While the file is wrong, the ones before
    it hold. Raises `UsageError` where there were none yet.
    """

    def __init__(self, anew: Callable[[], Fleet], read: Callable[[Config], Schedule]) -> None:
        self._config, self._read = Latest(anew), read
        self._known = read(self._config())

    def next(self, after: datetime) -> datetime:
        """The first moment after that one."""
        return self._now().next(after)

    def latest(self, now: datetime) -> datetime | None:
        """The newest moment that is not after `now`."""
        return self._now().latest(now)

    def _now(self) -> Schedule:
        with suppress(UnshippedError):
            self._known = self._read(self._config())
        return self._known
