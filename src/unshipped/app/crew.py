"""Whoever carries rollouts out: what is declared, the log, and those who touch the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256

from unshipped.app.expecting import MakeSource
from unshipped.app.observe import OpenRepository
from unshipped.core.alerting import Route
from unshipped.core.model import Target
from unshipped.core.recipe import Recipe
from unshipped.core.value import Value
from unshipped.errors import UsageError
from unshipped.ports.deploying import Check, Deployer
from unshipped.ports.rolling import Book


class Crew(Value):
    """All that the use cases of rollouts are given."""

    book: Book
    targets: Mapping[str, Target]
    """By name: `api/production`."""
    recipes: Mapping[str, Recipe]
    """Of those targets that are deployed from here."""
    repository: OpenRepository
    source: MakeSource
    deployer: Callable[[Recipe], Deployer]
    check: Callable[[Recipe, str], Check]
    clock: Callable[[], datetime]
    pause: Callable[[float], None]
    """Wait for so many seconds."""
    by: str
    """Names this process, unlike any other."""
    knew: Callable[[str, str], tuple[Target, Recipe] | None]
    """That way of deploying that target, where this process knows it, or knew it."""
    routes: tuple[Route, ...] = ()
    announce: tuple[str, ...] = ()
    """Receivers that are programs: they are told of each rollout as data."""
    secrets: tuple[str, ...] = ()
    """What is not to be seen in any output."""
    width: int = 4
    """How many rollouts may be under way at once."""
    echo: Callable[[str, int, str], None] = lambda *_: None
    """Who watches: is told the rollout, the step, and a piece of its output."""

    def recipe(self, name: str) -> Recipe:
        """How that target is deployed. Raises `UsageError` where that is not declared."""
        if name not in self.recipes:
            raise UsageError(f"{name} is not deployed from here", "say how under `deploy:`")
        return self.recipes[name]


def digest(recipe: Recipe) -> str:
    """Names what is carried out: of two recipes that deploy and prove alike the same text."""
    said = repr(
        (
            recipe.by,
            recipe.before,
            recipe.checks,
            recipe.identity,
            recipe.shares,
            recipe.bake,
            recipe.rollback,
        )
    )
    return sha256(said.encode("utf-8", "surrogateescape")).hexdigest()[:16]
