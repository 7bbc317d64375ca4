"""How often somebody may ask for what costs something: so much at once, and so much more as time goes by."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable

from unshipped.core.value import Value

_MOST_KNOWN = 10_000


class Rate(Value):
    """So many at once, and one more after so many seconds."""

    burst: int
    seconds: float


WRITES, LOOKS, STRANGERS = Rate(30, 1.0), Rate(10, 2.0), Rate(20, 3.0)
"""What is written; what asks sources or history; who is not known."""
LOGINS = Rate(200, 0.2)
"""The way to the provider or back: a whole company comes by one address, and in the same hour."""


class Limits:
    """Counts for each of them. Who has not been heard of for longest is forgotten first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def wait(self, key: Hashable, rate: Rate, now: float) -> float:
        """0 where it may be done now, and it is counted; else after how many seconds. `now` in seconds."""
        with self._lock:
            left, then = self._known.pop(key, (float(rate.burst), now))
            left = min(float(rate.burst), left + (now - then) / rate.seconds)
            done = left >= 1
            self._known[key] = (left - done, now)
            if len(self._known) > _MOST_KNOWN:
                self._known.popitem(last=False)
            return 0.0 if done else (1 - left) * rate.seconds
