"""The question as a program asks it: a call, a decorator, a context manager, and a check at the start."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # as checkers of types know it; `typing` itself takes longer than all the rest
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any, TypeVar, Unpack

    from unshipped.gate.values import Decision
    from unshipped.gate.words import Options

    Called = TypeVar("Called", bound=Callable[..., Any])

COMMITS = ("UNSHIPPED_COMMIT", "GIT_COMMIT", "COMMIT_SHA", "BUILD_COMMIT", "GIT_SHA", "SOURCE_VERSION")
"""Where a build leaves the commit that it was made from."""


class DeploymentDriftError(RuntimeError):
    """Work must not run with what is deployed. `decision` says why."""

    def __init__(self, decision: Decision | str) -> None:
        if isinstance(decision, str):  # as a queue of tasks makes it again, which keeps the words alone
            from unshipped.gate.values import Decision as Made

            super().__init__(decision)
            self.decision = Made("block", "block", "enforce", "", (decision,))
        else:
            super().__init__(f"{decision.gate or 'the gate'} says {decision}")
            self.decision = decision

    def __reduce__(self) -> tuple[type[DeploymentDriftError], tuple[Decision]]:
        return type(self), (self.decision,)


def check_deployment_drift(*services: str, **options: Unpack[Options]) -> Decision:
    """Whether work may run with what is deployed. Raises `DeploymentDriftError` where it may not."""
    return _meant(_questions().ask(services, options))


async def check_deployment_drift_async(*services: str, **options: Unpack[Options]) -> Decision:
    """The same, while other tasks go on."""
    return _meant(await _questions().ask_async(services, options))


def _questions() -> ModuleType:
    """What a question needs beside its words: loaded with the first one."""
    from unshipped.gate import questions

    return questions


class deployment_gate:  # noqa: N801 - it is used like a function
    """Work behind a gate: a decorator and a context manager, for functions, coroutines and what they yield.

    with deployment_gate("worker", max_behind=3): ...

    @deployment_gate("worker", max_behind=3)
    async def create_batches(): ...
    """

    def __init__(self, *services: str, **options: Unpack[Options]) -> None:
        if any(map(callable, services)):  # what it was put over would never run
            raise ValueError("a gate is asked about services: @deployment_gate('worker')")
        self._services, self._options = services, options

    def __enter__(self) -> Decision:
        return check_deployment_drift(*self._services, **self._options)

    def __exit__(self, *_: object) -> None: ...

    async def __aenter__(self) -> Decision:
        return await check_deployment_drift_async(*self._services, **self._options)

    async def __aexit__(self, *_: object) -> None: ...

    def __call__(self, function: Called) -> Called:
        from functools import wraps
        from inspect import isasyncgenfunction, iscoroutinefunction

        if isasyncgenfunction(function):
            return self._stream(function)
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

    def _stream(self, function: Called) -> Called:
        """An asynchronous generator: asked before its first value, and handed on with all that it is sent."""
        from functools import wraps

        @wraps(function)
        async def stream(*arguments: Any, **named: Any) -> Any:
            async with self:
                made = function(*arguments, **named)
            try:
                value = await anext(made)
                while True:
                    try:
                        sent = yield value
                    except GeneratorExit:
                        raise
                    except BaseException as error:  # it is the generator's, which may go on after it
                        value = await made.athrow(error)
                    else:
                        value = await made.asend(sent)
            except StopAsyncIteration:
                return
            finally:
                await made.aclose()

        return stream  # type: ignore[return-value]


def check_own_drift(service: str = "", commit: str = "", **options: Unpack[Options]) -> Decision:
    """Whether this service itself is stale, asked when it starts. Raises `DeploymentDriftError` where it is.

    A verdict on another commit says nothing of this process: what was deployed a moment ago is not stale
    because what it replaced was. Without a `commit` here or in the environment none can stop the start.
    """
    service = service or os.environ.get("UNSHIPPED_SERVICE", "") or os.environ.get("K_SERVICE", "")
    commit = (commit or next((os.environ[one] for one in COMMITS if os.environ.get(one)), "")).lower()
    return _meant(_questions().ask_of_itself(service, commit, options))


def _meant(decision: Decision) -> Decision:
    if decision.answer == "warn" or decision.bypass:
        from logging import getLogger  # an answer that allows is not told

        getLogger("unshipped.gate").warning("%s: %s", decision.gate, decision)
    if decision.blocked:
        raise DeploymentDriftError(decision)
    return decision
