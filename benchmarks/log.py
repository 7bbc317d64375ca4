"""What a look costs the log: the processor, for a turn in which nothing moved."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.bench import Bench
from benchmarks.rows import Note

_TURN = Path(__file__).with_name("log_turn.py")
_GOALS = {1_000: 0.1, 10_000: 1.0}
"""Seconds, by how many targets are looked at."""


def rows(bench: Bench) -> Iterator[Note]:
    """A thousand targets, then ten thousand."""
    for targets, goal in _GOALS.items():
        file = bench.folder / f"log-{targets}.db"
        for old in bench.folder.glob(f"{file.name}*"):
            old.unlink()
        command: list[str | Path] = [bench.python, _TURN, file, str(targets), str(bench.runs)]
        done = subprocess.run(command, env=bench.env, capture_output=True, text=True, check=True)
        times = [float(line) for line in done.stdout.split()]
        figure = f"{median(times) * 1000:,.0f} ms ({min(times) * 1000:,.0f})"
        met = median(times) < goal
        yield Note(
            "log, nothing moved, processor", f"{targets:,} targets", figure, f"< {goal * 1000:,.0f} ms", met
        )
