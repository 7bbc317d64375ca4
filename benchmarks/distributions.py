"""What a fleet is drawn from: `python -m benchmarks.distributions NAME=PATH…` measures repositories.

For each repository: the services that `init` proposes; landings a day over the last year of its default
branch; files of a landing; the services that a landing touches; files and patterns of a service's image, as
derived from the newest tree. What was measured stands in `fleet_kinds`; a fleet is drawn from it.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.git import git
from unshipped.cache import Cache
from unshipped.core.closures.patterns import encode
from unshipped.core.model import IMAGE, Closure
from unshipped.core.paths import PathMap, members
from unshipped.discovery.course import Course
from unshipped.discovery.languages.table import LANGUAGES
from unshipped.discovery.propose import Proposed, propose
from unshipped.discovery.reach import Analyses
from unshipped.discovery.snapshot import Entry, Snapshot
from unshipped.git.blobs import read_blobs
from unshipped.git.derived import list_entries
from unshipped.git.repository import Repository

_SAMPLE = 400
"""So many landings, evenly over the year, say how many files and services one touches."""


def measured(place: Path) -> str:
    """One row of the table."""
    repository = Repository(place, Cache(None))
    newest = int(git(place, "log", "-1", "--format=%ct", "HEAD"))
    year = git(
        place, "log", "--first-parent", f"--since={newest - 365 * 86400}", "--format=%H %ct", "HEAD"
    ).split("\n")[:-1]
    chosen = [line.split()[0] for line in year[:: max(1, len(year) // _SAMPLE)]]
    touched = [_files(place, commit) for commit in chosen]
    entries = list_entries(repository.git_dir, git(place, "rev-parse", "HEAD").strip())
    tree = Snapshot({p: Entry(*e) for p, e in entries.items()}, lambda b: read_blobs(repository.git_dir, b))
    services = propose(tree).services
    closures = _closures(repository, entries, services)
    paths = PathMap(closures)
    sizes = Counter(at for path in entries for at in members(paths.of(encode(path))))
    reach = [paths.union(files).bit_count() for files in touched]
    cells = [
        str(len(services)),
        f"{len(year) / 365:.1f}",
        f"{_in_hours(year):.0%}",
        _deciles([len(files) for files in touched]),
        f"{sum(one > 0 for one in reach) / len(reach):.0%}",
        f"{sum(reach) / max(1, sum(one > 0 for one in reach)):.1f}",
        _deciles([sizes[at] for at in range(len(closures))]),
        _deciles([len(one.paths) for one in closures]),
    ]
    return f"| {' | '.join(cells)} |"


def _files(place: Path, commit: str) -> list[bytes]:
    raw = git(place, "diff-tree", "-r", "--name-only", "-z", "--no-renames", "--root", "-m",
              "--first-parent", "--no-commit-id", commit)  # fmt: skip
    return [encode(path) for path in dict.fromkeys(raw.split("\0")[:-1])]


def _closures(
    repository: Repository, entries: dict[str, tuple[str, str]], services: Sequence[Proposed]
) -> list[Closure]:
    asked = [
        Closure(one.paths, one.ignore, build=one.build, mode=IMAGE)
        if one.build
        else Closure(one.paths, one.ignore)
        for one in services
    ]
    course = Course(
        lambda: entries, lambda blobs: read_blobs(repository.git_dir, blobs), asked, Analyses(LANGUAGES)
    )
    return [one or Closure(()) for one in course.closures()]


def _in_hours(year: Iterable[str]) -> float:
    """The share that landed on a weekday between 8 and 20 o'clock, UTC."""
    times = [datetime.fromtimestamp(int(line.split()[1]), UTC) for line in year]
    return sum(one.weekday() < 5 and 8 <= one.hour < 20 for one in times) / max(1, len(times))


def _deciles(values: Sequence[int]) -> str:
    """The 10th, 30th, 50th, 70th, 90th of a hundred, and the largest."""
    ordered = sorted(values) or [0]
    at = [ordered[min(len(ordered) - 1, len(ordered) * share // 100)] for share in (10, 30, 50, 70, 90)]
    return " ".join(map(str, [*at, ordered[-1]]))


def main() -> None:
    heads = ("repository", "services", "landings a day", "8 to 20 h", "files of a landing", "touch a service",
             "services then", "files of a service", "patterns")  # fmt: skip
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for word in sys.argv[1:]:
        name, _, path = word.rpartition("=")
        print(f"| {name or Path(path).name} {measured(Path(path))}", flush=True)


if __name__ == "__main__":
    main()
