"""Turns of the log in which nothing moved: `log_turn.py FILE TARGETS RUNS` prints the seconds of the
processor that each took.
"""

import gc
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from unshipped.core.logged.observations import Observation
from unshipped.core.model import Change, Severity, State
from unshipped.core.rules import Rules
from unshipped.core.watching import follow
from unshipped.stores.opening import open_file

_BEGIN = datetime(2026, 2, 5, 16, 37, tzinfo=UTC)


def main(file: str, targets: str, runs: str) -> None:
    """Half of the targets wait for two changes; each look finds what the one before it found."""
    gc.disable()  # as the program does
    store = open_file(Path(file))
    for number in range(int(runs) + 1):
        now = _BEGIN + timedelta(minutes=10 * number)
        seen = [_seen(target, now) for target in range(int(targets))]
        names = [one.target for one in seen]
        began = time.process_time()
        with store.turn() as turn:
            situation = turn.situation(names, now)
            turn.write(follow(situation, seen, Rules(), (), now, declared=names))
        if number:  # the first one writes every row
            print(time.process_time() - began)
    store.close()


def _seen(number: int, now: datetime) -> Observation:
    waits = number % 2 == 0
    changes = [Change(f"{at:040x}", _BEGIN - timedelta(hours=9 - at), "Keep prices", "Ben") for at in (1, 0)]
    return Observation(
        service=f"s{number}",
        environment="production",
        at=now,
        state=State.BEHIND if waits else State.IN_SYNC,
        severity=Severity.WARNING if waits else Severity.NONE,
        quiet=not waits,
        reasons=("waiting 9 h",) if waits else (),
        deployed="a" * 40,
        expected="b" * 40,
        changes=2 * waits,
        behind=2 * waits,
        ahead=0,
        cancelled=0,
        behind_since=changes[-1].landed_at if waits else None,
        waiting=tuple(changes) if waits else (),
        source="http",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
