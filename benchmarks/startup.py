"""What a person waits for before anything is looked at."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.bench import BARE, Bench
from benchmarks.race import race
from benchmarks.rows import Goal, Row


def rows(bench: Bench) -> Iterator[Row]:
    """The two options that need no repository."""
    options = ("--version", "--help")
    bare, *times = race(
        [bench.run(BARE), *(bench.run((*bench.program, one)) for one in options)], bench.runs * 2
    )
    for option, ours in zip(options, times, strict=True):
        yield Row(f"`{option}`", "", ours, "an empty interpreter", bare, Goal(6))
