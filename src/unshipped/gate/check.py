"""The question as a program asks it: a call, a decorator, a context manager, and a check at the start."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

from unshipped.carried.rule import USUAL_BYPASS, Answer, Mode, Purpose, flaw, tidy
from unshipped.gate.asking import USUAL_DEADLINE, Flight, Where, begin, end, unknown
from unshipped.gate.values import Bypassing, Decision, DeploymentDriftError, Question, seconds

if TYPE_CHECKING:
    from datetime import timedelta
    from typing import Unpack

Called = TypeVar("Called", bound=Callable[..., Any])

COMMITS = ("UNSHIPPED_COMMIT", "GIT_COMMIT", "COMMIT_SHA", "BUILD_COMMIT", "GIT_SHA", "SOURCE_VERSION")
"""Where a build leaves the commit that it was made from."""


class Options(TypedDict, total=False):
    """What may be said beside the services."""

    gate: str
    """A gate of `unshipped.yaml`, with its settings; what is given here as well goes before them."""
    environment: str
    max_behind: int
    """More commits than that block."""
    max_age: float | str | timedelta
    """A longer wait blocks: `"6h"`."""
    mode: str
    """`observe`, `warn`, `enforce` or `off`."""
    on_unknown: str
    """`allow`, `warn` or `block`: what is answered where nobody knows."""
    max_verdict_age: float | str | timedelta
    """What was looked at longer ago counts as unknown."""
    purpose: str
    """`work`, `deploy`, `rollback` or `emergency`: neither of the last two is ever stopped."""
    deploys: str
    """For `deploy`: the target that is deployed, `service/environment`."""
    skip: bool
    """Let it through all the same. Needs a `reason`; is recorded, announced, and ends."""
    reason: str
    skip_for: float | str | timedelta
    """For how long: at most a day, four hours without it."""
    by: str
    """Who asks."""
    where: Where
    """Whom to ask. Without it, as the environment says."""


def check_deployment_drift(*services: str, **options: Unpack[Options]) -> Decision:
    """Whether work may run with what is deployed. Raises `DeploymentDriftError` where it may not."""
    return _meant(_ask(services, options))


async def check_deployment_drift_async(*services: str, **options: Unpack[Options]) -> Decision:
    """The same, while other tasks go on."""
    return _meant(await _ask_async(services, options))


class deployment_gate:  # noqa: N801 - it is used like a function
    """Work behind a gate: a decorator and a context manager, for functions and coroutines.

    with deployment_gate("worker", max_behind=3): ...

    @deployment_gate("worker", max_behind=3)
    async def create_batches(): ...
    """

    def __init__(self, *services: str, **options: Unpack[Options]) -> None:
        self._services, self._options = services, options

    def __enter__(self) -> Decision:
        return check_deployment_drift(*self._services, **self._options)

    def __exit__(self, *_: object) -> None: ...

    async def __aenter__(self) -> Decision:
        return await check_deployment_drift_async(*self._services, **self._options)

    async def __aexit__(self, *_: object) -> None: ...

    def __call__(self, function: Called) -> Called:
        from functools import wraps
        from inspect import iscoroutinefunction

        if iscoroutinefunction(function):

            @wraps(function)
            async def behind(*arguments: Any, **named: Any) -> Any:
                async with self:
                    return await function(*arguments, **named)

            return behind  # type: ignore[return-value]

        @wraps(function)
        def before(*arguments: Any, **named: Any) -> Any:
            with self:
                return function(*arguments, **named)

        return before  # type: ignore[return-value]


def check_own_drift(service: str = "", commit: str = "", **options: Unpack[Options]) -> Decision:
    """Whether this service itself is stale, asked when it starts. Raises `DeploymentDriftError` where it is.

    A verdict on another commit says nothing of this process: what was deployed a moment ago is not stale
    because what it replaced was. Without a `commit` here or in the environment none can stop the start.
    """
    service = service or os.environ.get("UNSHIPPED_SERVICE", "") or os.environ.get("K_SERVICE", "")
    commit = (commit or next((os.environ[one] for one in COMMITS if os.environ.get(one)), "")).lower()
    if not service:
        why = "this service does not know its own name: set UNSHIPPED_SERVICE"
        return _meant(unknown(question_of((), options), why, _now()))
    found = _ask((service,), options)
    serves = next(iter(found.deployed), "")
    if len(commit) >= 7 and serves and not serves.startswith(commit) and not commit.startswith(serves):
        why = f"the verdict is on {serves[:12]}, and this is {tidy(commit[:12])}"
        return _meant(unknown(question_of((service,), options), why, _now()))
    if len(commit) < 7 and found.blocked:
        why = "which commit this is cannot be told: set GIT_COMMIT"
        found = found._replace(answer="warn", reasons=(*found.reasons, why))
    return _meant(found)


def _meant(decision: Decision) -> Decision:
    if decision.answer == "warn" or decision.bypass:
        from logging import getLogger  # an answer that allows is not told

        getLogger("unshipped.gate").warning("%s: %s", decision.gate, decision)
    if decision.blocked:
        raise DeploymentDriftError(decision)
    return decision


def _ask(services: tuple[str, ...], options: Options) -> Decision:
    question, where, bypassing, objection = _asked(services, options)
    if objection:
        return _noted(_wait(question, where, None), objection)
    return passed(_wait(question, where, bypassing), bypassing)


def _wait(question: Question, where: Where, bypassing: Bypassing | None) -> Decision:
    begun = begin(question, where, bypassing, _now())
    if isinstance(begun, Decision):
        return begun
    begun.landed.wait(where.deadline)
    return end(question, where, begun, bypassing, _now())


async def _ask_async(services: tuple[str, ...], options: Options) -> Decision:
    question, where, bypassing, objection = _asked(services, options)
    if objection:
        return _noted(await _wait_async(question, where, None), objection)
    return passed(await _wait_async(question, where, bypassing), bypassing)


async def _wait_async(question: Question, where: Where, bypassing: Bypassing | None) -> Decision:
    begun = begin(question, where, bypassing, _now())
    if isinstance(begun, Decision):
        return begun
    await _landed(begun, where.deadline)
    return end(question, where, begun, bypassing, _now())


async def _landed(flight: Flight, most: float) -> None:
    """Until it landed, or for so many seconds. Neither an executor nor another thread is held up."""
    from asyncio import sleep
    from time import monotonic

    begun, step = monotonic(), 0.0005
    while not flight.landed.is_set() and (left := begun + most - monotonic()) > 0:
        await sleep(min(step, left))
        step = min(step * 2, 0.01)


def _noted(decision: Decision, objection: str) -> Decision:
    return decision._replace(reasons=(*decision.reasons, f"not skipped: {objection}"))


def passed(decision: Decision, bypassing: Bypassing | None) -> Decision:
    """Somebody decided to go on: that nobody could write it down is told and does not stop them."""
    if bypassing is None or decision.bypass or not decision.blocked:
        return decision
    why = f"let through by {bypassing.by}: {bypassing.reason} (recorded here only)"
    return decision._replace(answer="allow", bypass="unrecorded", reasons=(*decision.reasons, why))


def _asked(services: tuple[str, ...], options: Options) -> tuple[Question, Where, Bypassing | None, str]:
    question = question_of(services, options)
    where = options.get("where") or surroundings()
    if not options.get("skip"):
        return question, where, None, ""
    reason, by = tidy(str(options.get("reason") or "")), question.by or _person()
    length = seconds(options.get("skip_for"), "skip_for")
    bypassing = Bypassing(reason, by, USUAL_BYPASS if length is None else length)
    return question, where, bypassing, flaw(bypassing.by, bypassing.reason, bypassing.seconds)


def question_of(services: tuple[str, ...], options: Options) -> Question:
    """Raises `ValueError` for what no gate could be: a mistake of the program that asks."""
    for name, words in _WORDS.items():
        value = options.get(name)
        if value and value not in words:
            raise ValueError(f"{name} is one of {', '.join(words)}, not {tidy(repr(value), 60)}")
    behind: Any = options.get("max_behind")
    if behind is not None and (isinstance(behind, bool) or not isinstance(behind, int) or behind < 0):
        raise ValueError(f"max_behind is a whole number from 0 on, not {tidy(repr(behind), 60)}")
    return Question(
        services,
        options.get("gate", ""),
        options.get("environment", ""),
        behind,
        seconds(options.get("max_age"), "max_age"),
        options.get("mode", ""),
        options.get("on_unknown", ""),
        seconds(options.get("max_verdict_age"), "max_verdict_age"),
        options.get("purpose", "work"),
        options.get("deploys", ""),
        tidy(options.get("by", ""), 100),
    )


_WORDS = {
    "mode": tuple(mode.value for mode in Mode),
    "on_unknown": tuple(answer.word for answer in Answer),
    "purpose": tuple(purpose.value for purpose in Purpose),
}


def surroundings() -> Where:
    """Whom to ask, as the environment says."""
    read = os.environ.get
    return Where(
        read("UNSHIPPED_SERVER", ""),
        read("UNSHIPPED_TOKEN", ""),
        read("UNSHIPPED_VERDICTS", ""),
        read("UNSHIPPED_VERDICTS_KEY", ""),
        read("UNSHIPPED_CONFIG", ""),
        _deadline(read("UNSHIPPED_GATE_DEADLINE", "")),
    )


def _deadline(text: str) -> float:
    try:
        return min(60.0, max(0.001, float(text)))
    except ValueError:
        return USUAL_DEADLINE


def _person() -> str:
    return tidy(os.environ.get("UNSHIPPED_BY", "") or os.environ.get("USER", ""), 100)


def _now() -> datetime:
    return datetime.now(UTC)
