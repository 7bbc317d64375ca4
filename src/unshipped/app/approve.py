"""Somebody approves of what waits for that: whether they may, written down before it is done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from unshipped.core.logged.journal import Action
from unshipped.core.logged.rolling import Wish
from unshipped.core.recipe import Recipe
from unshipped.core.value import Value
from unshipped.core.windows import Despite, may_not_approve
from unshipped.ports.rolling import Book


class Refusal(Value):
    """Why nothing was approved."""

    reason: str
    hint: str = ""
    """What to do about it; empty where it is too late for anything."""


def approve(
    book: Book, recipes: Mapping[str, Recipe], identity: str, by: str, now: datetime, door: str
) -> Wish | Refusal:
    """The wish, approved."""
    wish = next(iter(book.wishes(ids=[identity])), None)
    if wish is None or wish.fate is not None:
        return _refused(book, identity, by, now, door, Refusal("it does not wait any more"))
    if why := why_not(wish, recipes, by):
        return _refused(book, identity, by, now, door, Refusal(why, _way_round(wish)))
    book.acted(Action(now, by, "approve", identity, door=door))
    found = book.approve(identity, by, now)
    late = Refusal("it has just begun, or was taken out")
    return found or _refused(book, identity, by, now, door, late)


def why_not(wish: Wish, recipes: Mapping[str, Recipe], by: str) -> str:
    """Why they may not approve it; empty where they may."""
    recipe = recipes.get(wish.asked.target)
    return may_not_approve(wish.asked, by, recipe.another if recipe else False)


def _way_round(wish: Wish) -> str:
    asked = wish.asked
    again = f"unshipped deploy {asked.service} -e {asked.environment} --to {asked.commit[:12]}"
    return (
        f"let anybody else who may deploy {asked.service} approve it; where that cannot wait: "
        f"{again} --despite {Despite.UNAPPROVED.value} --reason TEXT"
    )


def _refused(book: Book, identity: str, by: str, now: datetime, door: str, refusal: Refusal) -> Refusal:
    """That somebody wanted it is written down."""
    book.acted(Action(now, by, "approve", identity, f"refused: {refusal.reason}", door))
    return refusal
