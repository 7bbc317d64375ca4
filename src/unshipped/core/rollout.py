"""How a revision comes to serve, step by step: what is next, from what happened so far.

A rollout ends in exactly one way: it is proven to serve, it was rolled back and is held, or a person has to
look. Deciding asks nothing of the world; whoever drives it carries out one step at a time and writes down
how it went, so that it can be taken up again after any crash.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

from unshipped.core.model import Change
from unshipped.core.value import Value


class Do(str, Enum):
    """What a step does."""

    READY = "ready"
    """Look once more before anything is touched: whether all is still as it was when the plan was made."""
    DEPLOY = "deploy"
    """Bring the revision to where it runs; with a share, without any traffic yet."""
    SHIFT = "shift"
    """Give it so much of the traffic."""
    VERIFY = "verify"
    """Prove that it is what serves, on every share of the traffic that it was given."""
    CHECK = "check"
    """Probe one thing."""
    BAKE = "bake"
    """Wait, so that what fails slowly can fail."""


class Step(Value):
    """One step of a plan: small enough to be done again where nobody knows whether it was done."""

    do: Do
    commit: str
    """The revision that it brings, or proves."""
    name: str = ""
    """Which check, or which deployer."""
    share: float = 1.0
    """How much of the traffic is that revision's, once the step has passed."""
    seconds: float = 0.0
    """For `bake`: how long."""

    def __str__(self) -> str:
        share = f" at {self.share:.0%}" if self.share < 1 else ""
        length = f" for {self.seconds:g} s" if self.seconds else ""
        return f"{self.do.value}{f' {self.name}' if self.name else ''} {self.commit[:9]}{share}{length}"


class Plan(Value):
    """What is going to happen, all of it, before anything does."""

    id: str
    service: str
    environment: str
    commit: str
    """What is to serve."""
    live: str
    """What served when it was made; empty where that is not known."""
    good: str
    """What it can be rolled back to: the last revision that passed, and that is still there. May be empty."""
    steps: tuple[Step, ...]
    back: tuple[Step, ...] = ()
    """The way back, if it comes to that."""
    rollback: bool = False
    """Whether it is itself a way back: then there is none behind it."""
    ships: tuple[Change, ...] = ()
    """The changes that go live with it."""
    by: str = ""
    reason: str = ""
    made_at: datetime | None = None
    made_of: str = ""
    """Names what was declared of the target then: another text is another way of deploying it."""
    notes: tuple[str, ...] = ()
    """What a person should know before it begins: why there is no way back, what is overridden."""

    @property
    def target(self) -> str:
        return f"{self.service}/{self.environment}"


class Went(str, Enum):
    """How a step ended."""

    PASSED = "passed"
    FAILED = "failed"
    """A definite no."""
    COULD_NOT = "could-not-run"
    """Nobody knows: that is no failure of the revision, and no success."""
    NOT_BEGUN = "not-begun"
    """It failed before anything was asked for: it changed nothing."""


class Result(Value):
    """How one step of a plan went."""

    number: int
    """Which one, from 0 on; those of the way back follow those of the way there."""
    went: Went
    at: datetime
    detail: str = ""


class End(str, Enum):
    """How a rollout ended."""

    PROVEN = "proven"
    ROLLED_BACK = "rolled-back"
    STOPPED = "stopped"
    """A person has to look: the target is held as it is."""
    REFUSED = "refused"
    """Nothing was touched."""


class Outcome(Value):
    """The end, with its reason."""

    end: End
    reason: str

    @property
    def holds(self) -> bool:
        """Whether the target is held, so that nothing is deployed over it without a person."""
        return self.end in (End.ROLLED_BACK, End.STOPPED)


class Next(Value):
    """The step that is to be carried out now."""

    number: int
    step: Step
    back: bool = False


def next_step(plan: Plan, results: Sequence[Result]) -> Next | Outcome:
    """What is next, or how it ended. The results may come in any order; of a step the first one counts."""
    known: dict[int, Result] = {}
    for result in results:
        known.setdefault(result.number, result)
    for number, step in enumerate(plan.steps):
        how = known.get(number)
        if how is None:
            return Next(number, step)
        if how.went is not Went.PASSED:
            return _after(plan, number, how, known)
    return Outcome(End.PROVEN, f"{plan.commit[:9]} is proven to serve")


def _after(plan: Plan, number: int, result: Result, known: dict[int, Result]) -> Next | Outcome:
    """What follows a step that did not pass."""
    failed = _said(plan.steps[number], result)
    done = plan.steps[: number if result.went is Went.NOT_BEGUN else number + 1]
    if not any(step.do is Do.DEPLOY for step in done):
        return Outcome(End.REFUSED, f"{failed}; nothing was touched")
    if result.went is not Went.FAILED:
        what = "is well" if plan.steps[number].do is Do.CHECK else "serves"
        return Outcome(End.STOPPED, f"{failed}; nobody knows whether it {what}")
    if plan.rollback:
        return Outcome(End.STOPPED, f"{failed}; a rollback is never rolled back")
    if not plan.back:
        return Outcome(End.STOPPED, f"{failed}; there is no earlier revision to go back to")
    return _back(plan, failed, known)


def _back(plan: Plan, failed: str, known: dict[int, Result]) -> Next | Outcome:
    for number, step in enumerate(plan.back, len(plan.steps)):
        result = known.get(number)
        if result is None:
            return Next(number, step, back=True)
        if result.went is not Went.PASSED:
            return Outcome(End.STOPPED, f"{failed}; and on the way back {_said(step, result)}")
    return Outcome(End.ROLLED_BACK, f"{failed}; {plan.good[:9]} serves again")


def _said(step: Step, result: Result) -> str:
    word = "could not run" if result.went is Went.COULD_NOT else "failed"
    return f"{step} {word}{f': {result.detail}' if result.detail else ''}"


def way(
    commit: str, checks: Sequence[str], *, shares: Sequence[float] = (), bake: float = 0
) -> tuple[Step, ...]:
    """The steps that bring a revision to serve: share by share where there are several, each proven and
    checked before the next, and identity always before health: after a wait both anew.
    """
    grown = [*(share for share in shares if 0 < share < 1), 1.0]
    steps = [Step(Do.DEPLOY, commit, share=0.0 if len(grown) > 1 else 1.0)]
    for share in grown:
        if len(grown) > 1:
            steps.append(Step(Do.SHIFT, commit, share=share))
        steps.append(Step(Do.VERIFY, commit, share=share))
        steps += [Step(Do.CHECK, commit, name=name, share=share) for name in checks]
        if bake:
            steps.append(Step(Do.BAKE, commit, share=share, seconds=bake))
            steps.append(Step(Do.VERIFY, commit, share=share))
            steps += [Step(Do.CHECK, commit, name=name, share=share) for name in checks]
    return tuple(steps)
