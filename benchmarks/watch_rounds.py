"""Rounds of the watch in one process, as `serve` does them: `watch_rounds.py REPOSITORY CONFIG ROUNDS` prints
for each the seconds of the processor, those of the clock, and the megabytes that the process had at most.
"""

import gc
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from unshipped.app.watch import Shard, check
from unshipped.cli.options import open_from
from unshipped.wiring.watching import watching

_BEGIN = datetime(2036, 2, 5, 16, 37, tzinfo=UTC)


def main(repository: str, config: str, rounds: str) -> None:
    """The first one finds everything, each later one what the one before it found."""
    gc.enable()  # as `serve` does
    with open_from(repository, config, no_cache=False).store() as store:
        for number in range(int(rounds)):
            fleet, now = open_from(repository, config, no_cache=False), _BEGIN + number * _APART
            before, began = sum(os.times()[:4]), time.monotonic()
            done = check(
                store, watching(fleet, now, fetch=False), Shard(), now, now=now, clock=time.monotonic
            )
            spent = sum(os.times()[:4]) - before, time.monotonic() - began
            assert done.round.conclusive == done.round.declared, done.round
            print(*spent, _peak(), flush=True)


_APART = timedelta(minutes=10)


def _peak() -> float:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    [peak] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(peak.split()[1]) / 1000


if __name__ == "__main__":
    main(*sys.argv[1:])
