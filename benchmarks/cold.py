"""A check that remembers nothing, against one pass of git over the same range."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from benchmarks.bench import Bench
from benchmarks.fleet import fleet
from benchmarks.race import race
from benchmarks.rows import Goal, Note, Row

_GOAL, _MEDIAN = 2.5, 1.8
_AGAINST = "git log of the range"


def rows(bench: Bench) -> Iterator[Row | Note]:
    """Text and JSON, with the parsed configuration kept; and the first run ever."""
    count = bench.sizes[-1]
    measured: list[Row] = []
    for given in bench.given:
        made = fleet(given, count)
        text, machine = bench.check(made), bench.check(made, "--format=json")
        bench.prove(text)
        times = race(
            [
                bench.run(made.floor),
                bench.run(text, before=bench.forget_git),
                bench.run(machine, before=bench.forget_git),
                bench.run(text, before=bench.forget),
            ],
            bench.runs,
        )
        floor, *ours = times
        names = ("cold, text", "cold, json", "first run ever, text")
        goals = (Goal(_GOAL), Goal(_GOAL), None)
        for name, time, goal in zip(names, ours, goals, strict=True):
            row = Row(f"{name}, {count:,} services", given.name, time, _AGAINST, floor, goal)
            measured += [row] if goal else []
            yield row
    for name in ("cold, text", "cold, json"):
        ratio = median(row.ratio for row in measured if row.measured.startswith(name))
        yield Note(f"{name}, median", "all of these", f"{ratio:.2f}x", f"≤ {_MEDIAN}x", ratio <= _MEDIAN)
