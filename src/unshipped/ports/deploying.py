"""What a rollout asks of those who bring revisions to serve, and of those who probe what serves.

Any step may be asked for a second time: the process that carried it out may have died before it wrote down
how it went. Whoever is asked again for the same order finds what was begun, or does it again without harm.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Protocol

from unshipped.core.rollout import Went
from unshipped.core.value import Value


class Order(Value):
    """One step of a rollout, for one target."""

    rollout: str
    """The rollout it belongs to: with `number` the same for every attempt at the same step."""
    number: int
    service: str
    environment: str
    commit: str
    """The full id of the commit that is brought, or given traffic."""
    share: float = 1.0
    """How much of the traffic is that commit's once it is done; 0 brings it without any."""
    before: str = ""
    """The commit that has the rest of the traffic; empty where it is not known."""
    made: str = ""
    """When the rollout was planned: of two logs that watch the same, or of one that was begun anew, rollouts
    may have the same id."""
    back: bool = False
    """Whether this rollout brought what is `before`, and takes it back."""

    @property
    def key(self) -> str:
        """The same for every attempt at this step, and for no other step of any rollout."""
        when = f"-{sha256(self.made.encode()).hexdigest()[:8]}" if self.made else ""
        return f"{self.rollout}-{self.number}{when}"


class Progress(Protocol):
    """The way back to whoever watches a step while it runs."""

    def say(self, line: str) -> None:
        """One line of output, as it comes: kept with the rollout, with secrets masked."""
        ...

    def cancelled(self) -> bool:
        """Whether somebody wants it ended: asked at least once a second."""
        ...


class Deployer(Protocol):
    """Brings a revision to serve. Never reads for a verdict; holds credentials that no source has."""

    @property
    def shares(self) -> bool:
        """Whether it can give a revision a part of the traffic."""
        ...

    def bring(self, order: Order, progress: Progress) -> None:
        """Bring the commit to where it runs, with all of the traffic, or with none where the share is 0.

        Raises `DeployError`, which says whether it failed or nobody knows. Blocks for at most its `timeout`.
        """
        ...

    def shift(self, order: Order, progress: Progress) -> None:
        """Give it that share of the traffic. Only asked where `shares`; raises like `bring`."""
        ...

    def still_has(self, service: str, environment: str, commit: str) -> str:
        """Why the commit can not be brought again, or the empty text where it can: a way back is proven
        before it is needed. Changes nothing. Raises `DeployError` where it can not say.
        """
        ...


class Probed(Value):
    """What a check saw."""

    went: Went
    detail: str
    """What was asked, what came, what was expected: in one line."""


class Check(Protocol):
    """Probes one thing. Every failure to probe is an answer: `could-not-run` is no success."""

    def probe(self, order: Order, progress: Progress) -> Probed:
        """Blocks for at most its own `timeout`. Raises nothing."""
        ...
