"""How often is each way of drawing a map wrong? Replayed over the landings of a real repository.

    python -m benchmarks.precision /path/to/repository [--since 2026-02-05T00:00:00Z]

For every landing and every service: would it be called touched, and was it? What it was is asked of git, and
of the lines of Dockerfiles as `grep` finds them: not of the code that is measured.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from e2b_dockerfile_utils import PatternMatcher

from benchmarks.git import git
from unshipped.cache import Cache
from unshipped.core.closures.patterns import decode
from unshipped.core.model import IMAGE, IMPORTS, Closure
from unshipped.core.paths import PathMap, members
from unshipped.discovery.course import Course
from unshipped.discovery.languages.table import LANGUAGES
from unshipped.discovery.propose import Proposed, propose
from unshipped.discovery.reach import Analyses
from unshipped.discovery.snapshot import Entry, Snapshot
from unshipped.git import changes
from unshipped.git.blobs import read_blobs
from unshipped.git.derived import list_entries, undone
from unshipped.git.repository import Repository

_COPY = re.compile(r"^COPY\s+(?!--from)(?:--\S+\s+)*(\S.*)$", re.MULTILINE | re.IGNORECASE)


class Walked(NamedTuple):
    """One landing: what it changed, and what its parent had there."""

    paths: list[bytes]
    undone: dict[str, tuple[str, str] | None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--since", default="2026-02-05T00:00:00Z")
    options = parser.parse_args()
    repository = Repository(options.repository, Cache(None))
    commits = git(
        options.repository, "rev-list", "--first-parent", f"--since={options.since}", "HEAD"
    ).split()
    print(table(replay(repository, commits)))


def replay(repository: Repository, commits: Sequence[str]) -> dict[str, Counter[str]]:
    """For each way, how often it was right, called falsely, and missed."""
    entries = list_entries(repository.git_dir, commits[0])
    now = Snapshot({p: Entry(*e) for p, e in entries.items()}, lambda b: read_blobs(repository.git_dir, b))
    services = [one for one in propose(now).services if one.build]
    own = PathMap(_own(services))
    ways = {"path and links": _own(services)}
    ways |= {mode: [Closure((), build=one.build, mode=mode) for one in services] for mode in (IMAGE, IMPORTS)}
    courses = {name: _course(repository, commits[0], closures) for name, closures in ways.items()}
    truth = _Truth(now, services)
    scores: dict[str, Counter[str]] = {name: Counter() for name in ("HEAD only", "path only", *ways)}
    walked = list(_walk(repository, commits))
    for course in courses.values():
        course.foresee([one.undone for one in walked])
    for landing in walked:
        real = truth.touched(landing)
        now.put({path: Entry(*entry) if entry else None for path, entry in landing.undone.items()})
        real |= truth.touched(landing)
        _score(scores["HEAD only"], (1 << len(services)) - 1, real, len(services))
        _score(scores["path only"], own.union(landing.paths), real, len(services))
        for name, course in courses.items():
            before = PathMap([one or Closure(()) for one in course.closures()])
            course.back(landing.undone)
            after = PathMap([one or Closure(()) for one in course.closures()])
            called = before.union(landing.paths) | after.union(landing.paths)
            _score(scores[name], called, real, len(services))
    return scores


def _own(services: Sequence[Proposed]) -> list[Closure]:
    """The map that a person writes first: the directory of the service."""
    homes = [one.build.source or one.build.dockerfile.rpartition("/")[0] for one in services if one.build]
    return [Closure((home or "**",)) for home in homes]


def _course(repository: Repository, commit: str, closures: Sequence[Closure]) -> Course:
    entries = list_entries(repository.git_dir, commit)
    plain = Analyses(LANGUAGES)
    return Course(lambda: entries, lambda blobs: read_blobs(repository.git_dir, blobs), closures, plain)


def _walk(repository: Repository, commits: Sequence[str]) -> Iterator[Walked]:
    edges = list(pairwise(commits))
    raw = changes.edges(repository.git_dir, edges, [b""])
    for commit, _ in edges:
        difference = changes.parse(raw[commit])
        yield Walked(difference.paths, undone(difference))


class _Truth:
    """What ends up in each service, by the lines of its Dockerfile and by the links of its directory."""

    def __init__(self, tree: Snapshot, services: Sequence[Proposed]) -> None:
        self._tree, self._services = tree, services
        self._matchers: dict[str, PatternMatcher] = {}
        self._known: dict[tuple[str, str], bool] = {}

    def touched(self, landing: Walked) -> int:
        held = [self._held(one) for one in self._services]
        return sum(
            1 << at
            for at, paths in enumerate(held)
            if any(_below(path, paths) and not self._ignored(at, path) for path in map(decode, landing.paths))
        )

    def _ignored(self, at: int, path: str) -> bool:
        """Whether the builder leaves a path out: asked of the matcher that was ported from it."""
        build = self._services[at].build
        if build is None or build.source or path == build.dockerfile or path.endswith(".dockerignore"):
            return False
        context = f"{build.context}/" if build.context else ""
        text = self._tree.text(f"{context}.dockerignore") or ""
        if text not in self._matchers:
            self._matchers[text] = PatternMatcher(text.splitlines())
        key = (text, path)
        if key not in self._known:
            self._known[key] = self._matchers[text].matches(path.removeprefix(context))
        return self._known[key]

    def _held(self, service: Proposed) -> set[str]:
        build = service.build
        if build is None:
            return set()
        if build.source:
            found = {build.source}
        else:
            text = self._tree.text(build.dockerfile) or ""
            sources = [word for line in _COPY.findall(text) for word in line.split()[:-1]]
            context = f"{build.context}/" if build.context else ""
            found = {build.dockerfile, *(f"{context}{one.strip('./')}".strip("/") or "" for one in sources)}
        for top in sorted(found):
            for path in self._tree.below(top):
                if self._tree.entries[path].mode == "120000" and (real := self._tree.real(path)):
                    found.add(real[0])
        return found


def _below(path: str, directories: set[str]) -> bool:
    return "" in directories or any(path == one or path.startswith(one + "/") for one in directories)


def _score(score: Counter[str], called: int, real: int, size: int) -> None:
    for name, mask in (("right", called & real), ("false", called & ~real), ("missed", real & ~called)):
        score[name] += sum(1 for _ in members(mask))
    score["pairs"] += size


def table(scores: dict[str, Counter[str]]) -> str:
    lines = ["| map | called | false alarms | missed |", "|---|---|---|---|"]
    for name, score in scores.items():
        called, real = score["right"] + score["false"], score["right"] + score["missed"]
        false = f"{score['false']:,} ({score['false'] / max(called, 1):.0%})"
        lines.append(
            f"| {name} | {called:,} | {false} | {score['missed']:,} ({score['missed'] / max(real, 1):.0%}) |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
