"""A check against what a script would do: one `git rev-list` for each service."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.fleet import Fleet, fleet
from benchmarks.race import Command, race
from benchmarks.rows import Goal, Row

_GOALS = {10: 1, 100: 8, 1000: 50}
_MOST = 100


def rows(bench: Bench) -> Iterator[Row]:
    """By number of services. Of more than a hundred, a hundred are asked and the time is scaled."""
    for given in bench.given:
        for count in bench.sizes:
            made = fleet(given, count)
            asked = made.services[:_MOST]
            scale = count / len(asked)
            ours = bench.run(bench.check(made), before=bench.forget_git)
            theirs = bench.run(*_commands(made), scale=scale)
            floor, times = race([theirs, ours], bench.runs)
            goal = Goal(_GOALS[count], at_least=True) if count in _GOALS else None
            against = f"git rev-list, {len(asked)} times" + (f" x {scale:g}" if scale > 1 else "")
            yield Row(f"cold, text, {count:,} services", given.name, times, against, floor, goal)


def _commands(made: Fleet) -> list[Command]:
    return [
        ("git", "-C", made.given.path, "rev-list", "--count", f"{one.deployed}..{made.tip}", "--", *one.paths)
        for one in made.services[:_MOST]
    ]
