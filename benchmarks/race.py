"""Whole processes against each other, in turn: what one of them needs compared with the other."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

Command = Sequence[str | Path]
FEWEST = 3


def _nothing() -> None:
    """Nothing has to be put in order before a run."""


@dataclass(frozen=True)
class Runner:
    """What is run and timed: commands one after the other, with nothing in between."""

    commands: Sequence[Command]
    env: Mapping[str, str]
    cwd: Path = Path()
    before: Callable[[], None] = _nothing
    """Puts the world in order before each run; not timed."""
    scale: float = 1.0
    """What a run's time is multiplied by: for a sample of a longer run."""

    def run(self) -> tuple[float, float]:
        """Seconds of one run by the clock, and of the processor."""
        self.before()
        os.chdir(self.cwd)
        clock, processor = _run(self.commands, self.env)
        return clock * self.scale, processor * self.scale


@dataclass
class Times:
    """Seconds of each run."""

    runs: list[float] = field(default_factory=list)
    """By the clock."""
    processor: list[float] = field(default_factory=list)
    """Of the processor: the process with all its children, which other programs disturb far less."""

    @property
    def median(self) -> float:
        return median(self.runs)

    @property
    def least(self) -> float:
        return min(self.runs)


class RunError(Exception):
    """A command that was to be measured left with an error."""


def race(runners: Sequence[Runner], runs: int, budget: float = 60.0) -> list[Times]:
    """Let each run in turn (A B A B …), so that what disturbs the machine disturbs all of them.

    The first round warms the caches and does not count. Ends after `runs` rounds, or when the budget of
    seconds is spent and every one ran at least three times.
    """
    home = Path.cwd()
    times = [Times() for _ in runners]
    try:
        begun = perf_counter()
        for turn in range(runs + 1):
            for runner, time in zip(runners, times, strict=True):
                clock, processor = runner.run()
                if turn or runs == 1:
                    time.runs.append(clock)
                    time.processor.append(processor)
            if turn >= FEWEST and perf_counter() - begun > budget:
                break
    finally:
        os.chdir(home)
    return times


def _run(commands: Sequence[Command], env: Mapping[str, str]) -> tuple[float, float]:
    """Seconds from the start of the first command to the end of the last, and of the processor."""
    ready = [_ready(command, env) for command in commands]
    processor = 0.0
    begun = perf_counter()
    for program, arguments in ready:
        child = os.posix_spawn(program, arguments, env, file_actions=_QUIET)
        _, status, used = os.wait4(child, 0)
        if status:
            raise RunError(f"exit {os.waitstatus_to_exitcode(status)}: {' '.join(arguments)[:400]}")
        processor += used.ru_utime + used.ru_stime
    return perf_counter() - begun, processor


def _ready(command: Command, env: Mapping[str, str]) -> tuple[str, list[str]]:
    arguments = [str(argument) for argument in command]
    program = shutil.which(arguments[0], path=env.get("PATH"))
    if program is None:
        raise RunError(f"{arguments[0]} is not installed")
    return program, arguments


_QUIET = [
    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
    (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
]
