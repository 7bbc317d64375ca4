"""What every deployer keeps to: a step has an end, hears who wants it ended, and says what is certain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep

from unshipped.errors import DeployError, SourceError
from unshipped.ports.deploying import Deployer, Order, Progress

LONGEST = 86400
"""The longest `timeout`, in seconds."""

_GLANCE = 0.2
_LATER = frozenset({408, 425, 429})
"""Refusals that say nothing of the revision."""
_TOO_OFTEN = 429
"""Whoever is asked too often takes nothing up."""


def check_timeout(seconds: float) -> None:
    """Raises `ValueError` where the number is no time that can be waited for."""
    if not 0 < seconds <= LONGEST:
        raise ValueError(f"timeout is a number of seconds, more than 0 and at most {LONGEST}")


def check_share(deployer: Deployer, order: Order) -> None:
    """Raises `DeployError` where a share is wanted of one that gives all of the traffic, or nothing."""
    if order.share != 1 and not deployer.shares:
        name = type(deployer).__name__.removesuffix("Deployer").lower()
        message = f"{name} can give no share of the traffic: {order.share:.0%} was asked for"
        raise DeployError(message, "take the shares out of the rollout of this service", early=True)


@contextmanager
def untouched() -> Iterator[None]:
    """Nothing was changed yet: whatever fails here, it is certain that the revision does not serve, unless
    an earlier attempt brought it.
    """
    try:
        yield
    except (SourceError, DeployError) as error:
        raise DeployError(error.message, error.hint, early=True) from None


@contextmanager
def changing() -> Iterator[None]:
    """A change is asked for: only a refusal is certain."""
    try:
        yield
    except SourceError as error:
        raise DeployError(error.message, error.hint, certain=_refused(error)) from None


def _refused(error: SourceError) -> bool:
    return 400 <= error.status < 500 and error.status not in _LATER


class Waiting:
    """The time of one step, and whether anything was asked for in it. Whoever waits in it learns that it is
    over, or that somebody wants it ended.
    """

    def __init__(self, whose: str, timeout: float, progress: Progress) -> None:
        self.whose, self.timeout, self.progress = whose, timeout, progress
        self._end = monotonic() + timeout
        self._told = ""
        self._sent = False

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Nothing is changed here. What fails before anything was asked for is `untouched`; behind that, not
        to be answered says nothing of what was asked for.
        """
        if not self._sent:
            with untouched():
                yield
            return
        try:
            yield
        except SourceError as error:
            raise DeployError(error.message, error.hint, certain=False) from None

    @contextmanager
    def changing(self) -> Iterator[None]:
        """A change is asked for: only a refusal is certain. Where the first one is refused, nothing was
        touched: it may be that somebody else deploys right now, or that it is asked for too often. Nothing is
        begun only to be ended: where somebody wants that, it is not asked for.
        """
        if self.progress.cancelled():
            message = f"{self.whose}: cancelled before it was asked for"
            raise DeployError(message, certain=False, early=not self._sent)
        first, self._sent = not self._sent, True
        try:
            yield
        except SourceError as error:
            certain = _refused(error)
            early = first and (certain or error.status == _TOO_OFTEN)
            raise DeployError(error.message, error.hint, certain=certain, early=early) from None

    def until(self, done: Callable[[], str], pause: float = 2.0) -> None:
        """Look until nothing is waited for any more. `done` says for what, and raises where it failed.

        Not to be answered once is no failure: what was asked for goes on without us.
        """
        while waits := self._looked(done):
            self._tell(waits)
            self._rest(pause, waits)

    def _looked(self, done: Callable[[], str]) -> str:
        try:
            return done()
        except SourceError as error:
            return f"an answer ({error.message})"

    def _tell(self, waits: str) -> None:
        if waits != self._told:
            self._told = waits
            self.progress.say(f"{self.whose}: waiting for {waits}")

    def _rest(self, pause: float, waits: str) -> None:
        again = monotonic() + pause
        while True:
            if self.progress.cancelled():
                raise DeployError(f"{self.whose}: cancelled while waiting for {waits}", certain=False)
            if monotonic() >= self._end:
                message = f"{self.whose}: still waiting for {waits} after {self.timeout:g} s"
                raise DeployError(message, certain=False)
            if monotonic() >= again:
                return
            sleep(_GLANCE)
