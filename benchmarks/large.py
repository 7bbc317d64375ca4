"""Ten thousand services and a million commits: time, and the memory of the Python process alone."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.fleet import Given, fleet
from benchmarks.history import HUGE, generate
from benchmarks.race import Command, race
from benchmarks.rows import Goal, Note, Row

SERVICES = 10_000
_MEGABYTES = 100

# The peak of a process counts since its own start only here; `ru_maxrss` begins with its parent's.
_PEAK = """
import resource, sys
from unshipped.cli.main import main
try:
    main()
finally:
    try:
        peak = [line for line in open("/proc/self/status") if line.startswith("VmHWM")][0].split()[1]
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(peak, file=sys.stderr)
"""


def rows(bench: Bench) -> Iterator[Row | Note]:
    """Made once, which takes minutes; then as fast as any other."""
    given = Given(HUGE.name, generate(HUGE, bench.folder), most=HUGE.files)
    made = fleet(given, SERVICES)
    for form in ("text", "json"):
        command = bench.check(made, f"--format={form}")
        bench.prove(bench.check(made))
        ours = bench.run(command, before=bench.forget_git)
        floor, times = race([bench.run(made.floor), ours], bench.runs)
        measured = f"cold, {form}, {SERVICES:,} services"
        yield Row(measured, given.name, times, "git log of the range", floor, Goal(5))
        peak = _megabytes(bench, command)
        yield Note(
            f"{measured}, memory", given.name, f"{peak:.0f} MB", f"< {_MEGABYTES} MB", peak < _MEGABYTES
        )


def _megabytes(bench: Bench, command: Command) -> float:
    bench.forget_git()
    arguments = [str(one) for one in command[len(bench.program) :]]
    done = subprocess.run(
        [bench.python, "-c", _PEAK, *arguments], env=bench.env, capture_output=True, text=True, check=True
    )
    return int(done.stderr.split()[-1]) / 1000
