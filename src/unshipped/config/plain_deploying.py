"""How targets are deployed as plain data and back. What targets share is written once."""

from __future__ import annotations

from datetime import datetime

from unshipped.config.values import Deploying, EngineSpec

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

    from unshipped.core.hours import WorkingHours
    from unshipped.core.recipe import Recipe


def plain_deploying(deploying: Deploying) -> list[Any]:
    """As JSON can hold it."""
    rows: list[Any] = []
    numbers: dict[str, int] = {}
    targets = {}
    for name, recipe in deploying.recipes.items():
        row = _recipe(recipe)
        key = repr(row)
        if key not in numbers:
            numbers[key] = len(rows)
            rows.append(row)
        targets[name] = numbers[key]
    return [rows, targets, deploying.width, list(deploying.engine), deploying.announce]


def read_deploying(data: list[Any]) -> Deploying:
    """What `plain_deploying` wrote."""
    rows, targets, width, engine, announce = data
    recipes = [_read_recipe(row) for row in rows]
    return Deploying(
        {name: recipes[at] for name, at in targets.items()}, width, EngineSpec(*engine), tuple(announce)
    )


def _recipe(recipe: Recipe) -> dict[str, Any]:
    return recipe._asdict() | {
        "by": [recipe.by.kind, recipe.by.options],
        "before": [[name, spec.kind, spec.options] for name, spec in recipe.before],
        "checks": [[name, spec.kind, spec.options] for name, spec in recipe.checks],
        "identity": list(recipe.identity),
        "windows": [_hours(one) for one in recipe.windows],
        "freezes": [
            [one.since.isoformat(), one.until.isoformat(), one.reason, one.by] for one in recipe.freezes
        ],
        "mode": recipe.mode.value,
    }


def _read_recipe(row: dict[str, Any]) -> Recipe:
    from unshipped.core.hours import WorkingHours  # noqa: PLC0415 - most checks deploy nothing
    from unshipped.core.model import SourceSpec  # noqa: PLC0415 - as above
    from unshipped.core.recipe import Identity, Mode, Recipe  # noqa: PLC0415 - as above
    from unshipped.core.windows import Freeze  # noqa: PLC0415 - as above

    read = {
        "by": SourceSpec(*row["by"]),
        "before": tuple((name, SourceSpec(*spec)) for name, *spec in row["before"]),
        "checks": tuple((name, SourceSpec(*spec)) for name, *spec in row["checks"]),
        "identity": Identity(*row["identity"]),
        "windows": tuple(WorkingHours(tuple(days), *rest) for days, *rest in row["windows"]),
        "freezes": tuple(
            Freeze(datetime.fromisoformat(since), datetime.fromisoformat(until), *rest)
            for since, until, *rest in row["freezes"]
        ),
        "mode": Mode(row["mode"]),
        **{name: tuple(row[name]) for name in ("shares", "after", "schedule")},
    }
    return Recipe(**(row | read))


def _hours(hours: WorkingHours) -> list[Any]:
    return [list(hours.days), hours.start, hours.end, hours.zone]
