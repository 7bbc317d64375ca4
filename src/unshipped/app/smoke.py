"""Whether what serves now is what should, and whether that is well: asked without deploying anything."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from unshipped.app.crew import Crew
from unshipped.app.planning import Already, already
from unshipped.app.proof import origin_of, probe, prove
from unshipped.core.rollout import Do, Step, Went
from unshipped.core.value import Value
from unshipped.core.windows import Asked
from unshipped.ports.deploying import Order, Probed

IDENTITY = "identity"
"""The name of the first answer: whether it is the intended revision that serves."""
_AT_ONCE = 16
_ENDED = Probed(Went.COULD_NOT, "it was interrupted")


class Smoked(Value):
    """What one target answered."""

    asked: Asked
    live: str
    """The commit that serves; empty where that is not known, or where several do."""
    answers: tuple[tuple[str, Probed], ...]
    """Identity first, then every check in the order in which it is declared."""


class _Watching(Value):
    """Hears what a check says on its way, and that somebody wants it ended."""

    target: str
    told: Callable[[str, str], None]
    over: threading.Event

    def say(self, line: str) -> None:
        self.told(self.target, line)

    def cancelled(self) -> bool:
        return self.over.is_set()


def smoke(
    crew: Crew, wishes: Sequence[Asked], now: datetime, *, within: float, told: Callable[[str, str], None]
) -> list[Smoked]:
    """The answers of each. So many seconds may pass until the intended revision serves."""
    over = threading.Event()
    found = already(crew, wishes, now)
    with ThreadPoolExecutor(_AT_ONCE, "unshipped-smoke") as threads:
        try:
            return list(
                threads.map(
                    lambda asked, seen: _smoked(
                        crew, asked, seen, within, _Watching(asked.target, told, over)
                    ),
                    wishes,
                    found,
                )
            )
        finally:
            over.set()


def _smoked(crew: Crew, asked: Asked, seen: Already, within: float, watching: _Watching) -> Smoked:
    commit = seen.live if seen.same else asked.commit
    identity = _identity(crew, asked, seen, commit, within, watching)
    live = commit if identity.went is Went.PASSED else seen.live
    rest = _rest(crew, asked, live or asked.commit, watching)
    return Smoked(asked, live, ((IDENTITY, identity), *rest))


def _identity(
    crew: Crew, asked: Asked, seen: Already, commit: str, within: float, watching: _Watching
) -> Probed:
    target = crew.targets[asked.target]
    if isinstance(why := origin_of(target), str):
        return Probed(Went.COULD_NOT, why)
    patience = crew.recipe(asked.target).identity._replace(within=within)
    found = prove(crew, target, Step(Do.VERIFY, commit), "", patience, watching) or _ENDED
    if found.went is Went.PASSED and commit != asked.commit:
        return found._replace(detail=f"{found.detail}, with the content of {asked.commit[:9]}")
    if found.went is Went.FAILED and seen.problem:
        return Probed(Went.COULD_NOT, f"{found.detail}; it cannot be compared: {seen.problem}")
    if found.went is Went.FAILED:
        return found._replace(detail=f"{found.detail}, and {asked.commit[:9]} should")
    return found


def _rest(crew: Crew, asked: Asked, commit: str, watching: _Watching) -> Iterator[tuple[str, Probed]]:
    """The declared checks, of the commit that serves: also where it is another one than it should be."""
    recipe = crew.recipe(asked.target)
    for number, (name, _) in enumerate(recipe.checks):
        order = Order(asked.id, number, asked.service, asked.environment, commit)
        yield name, probe(crew, recipe, order, name, watching) or _ENDED
