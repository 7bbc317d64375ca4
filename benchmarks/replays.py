"""A year of history, replayed, against one pass of git over the same year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from benchmarks.bench import Bench
from benchmarks.fleet import fleet
from benchmarks.git import FLOOR, git
from benchmarks.race import race
from benchmarks.rows import Goal, Row

_SERVICES = 46
_DAYS = 365


def rows(bench: Bench) -> Iterator[Row]:
    """Every service as if it were deployed on weekdays at ten; nothing of git is remembered."""
    for given in bench.given:
        made = fleet(given, min(_SERVICES, bench.sizes[-1]))
        config = made.write(bench.folder / "replayed.yaml")
        newest = int(git(given.path, "log", "-1", "--format=%ct", "HEAD"))
        now = datetime.fromtimestamp(newest, UTC).isoformat()
        since = newest - timedelta(days=_DAYS).total_seconds()
        log = ("git", "-C", given.path, *FLOOR, f"--since={since:.0f}", "HEAD")
        place = ("--repo", given.path, "--config", config)
        told = (f"--since={_DAYS}d", f"--now={now}", "--format=json", "--output=/dev/null")
        ours = bench.run((*bench.program, "replay", *place, *told), before=bench.forget_git)
        times = race([bench.run(log), ours], bench.runs)
        landings = git(given.path, "rev-list", "--count", "--first-parent", f"--since={since:.0f}", "HEAD")
        named = f"replay, a year of {int(landings):,} landings, {len(made.services)} services"
        yield Row(named, given.name, times[1], "git log of the range", times[0], Goal(None))
