"""What every check keeps to: it has an end, hears who wants it ended, asks again, and raises nothing."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep

from unshipped.core.rollout import Went
from unshipped.core.texts.foreign import shown
from unshipped.errors import SourceError
from unshipped.platforms.orders import masked
from unshipped.ports.deploying import Probed, Progress

LONGEST = 3600
"""The longest `timeout`, in seconds."""
MOST_ATTEMPTS = 100
_GLANCE = 0.2
_LONGEST_DETAIL = 400


def check_timeout(seconds: float) -> None:
    """Raises `ValueError` where the number is no time that can be waited for."""
    if not 0 < seconds <= LONGEST:
        raise ValueError(f"timeout is a number of seconds, more than 0 and at most {LONGEST}")


def passed(detail: str) -> Probed:
    return Probed(Went.PASSED, detail)


def failed(detail: str) -> Probed:
    return Probed(Went.FAILED, detail)


def could_not(detail: str) -> Probed:
    return Probed(Went.COULD_NOT, detail)


class Probing:
    """The time of one probe."""

    def __init__(self, timeout: float, progress: Progress) -> None:
        self._end, self._progress = monotonic() + timeout, progress
        self._attempts = 1
        """How many there may still be."""

    @property
    def left(self) -> float:
        """Seconds that are left; never none at all, so that whoever is asked says that it was late."""
        return max(self._end - monotonic(), 0.05)

    @property
    def share(self) -> float:
        """Seconds of one attempt: those that may follow have as many."""
        return max(self.left / self._attempts, min(self.left, 1.0))

    def over(self) -> bool:
        """Whether it has to end: nothing is left, or somebody wants it ended."""
        return monotonic() >= self._end or self._progress.cancelled()

    def rest(self, seconds: float) -> None:
        """Wait, but not longer than there is time."""
        again = monotonic() + seconds
        while monotonic() < again and not self.over():
            sleep(min(_GLANCE, max(again - monotonic(), 0)))

    def until_passed(self, ask: Callable[[], Probed], *, attempts: int = 1, pause: float = 0) -> Probed:
        """How it went in the end. What did not pass is asked again, as often as it may."""
        for attempt in range(1, attempts + 1):
            self._attempts = attempts - attempt + 1
            said = _asked(ask)
            if said.went is Went.PASSED or attempt == attempts:
                break
            self._progress.say(f"attempt {attempt} of {attempts}: {said.detail}")
            self.rest(pause)
            if self.over():
                break
        if self._progress.cancelled() and said.went is not Went.PASSED:
            said = could_not(f"cancelled; before that: {said.detail}")
        times = f" (attempt {attempt} of {attempts})" if attempts > 1 else ""
        return said._replace(detail=said.detail + times)


def _asked(ask: Callable[[], Probed]) -> Probed:
    try:
        said = ask()
    except SourceError as error:
        said = could_not(error.message)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong in here is no word about what serves
        said = could_not(f"a mistake in the check itself: {type(error).__name__}")
    return said._replace(detail=shown(masked(said.detail), _LONGEST_DETAIL))
