"""A check that was asked before: nothing moved since, or one commit landed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench import BARE, Bench
from benchmarks.fleet import Fleet, fleet
from benchmarks.git import borrow, fast_import, git
from benchmarks.race import race
from benchmarks.rows import Goal, Row


def rows(bench: Bench) -> Iterator[Row]:
    """On clones: the given repositories are left as they are."""
    for given in bench.given:
        made = fleet(given, bench.sizes[-1])
        clone = borrow(given.path, bench.folder / "moving" / given.name.replace("/", "+").replace(", ", "-"))
        git(clone, "update-ref", "HEAD", made.tip)
        yield _unchanged(bench, made, clone)
        yield _one_commit(bench, made, clone)


def _unchanged(bench: Bench, made: Fleet, clone: Path) -> Row:
    command = bench.look(clone, made.write(bench.folder / "warm.yaml"))
    bench.forget()
    bench.prove(command)
    bare, ours = race([bench.run(BARE), bench.run(command)], max(bench.runs, 2))
    measured = f"nothing moved, {len(made.services):,} services"
    return Row(measured, made.given.name, ours, "an empty interpreter", bare, Goal(10))


def _one_commit(bench: Bench, made: Fleet, clone: Path) -> Row:
    """Each run begins with what was remembered before the commit landed."""
    kept = bench.folder / "kept"
    before = bench.look(clone, made.write(bench.folder / "warm.yaml"))
    bench.forget()
    bench.run(before).run()
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(bench.cache, kept)
    _land(made, clone)
    command = bench.look(clone, bench.folder / "warm.yaml")
    bench.prove(command)

    def restore() -> None:
        bench.forget()
        shutil.copytree(kept, bench.cache)

    bare, ours = race([bench.run(BARE), bench.run(command, before=restore)], bench.runs)
    measured = f"one new commit, {len(made.services):,} services"
    return Row(measured, made.given.name, ours, "an empty interpreter", bare, Goal(15))


def _land(made: Fleet, clone: Path) -> None:
    """One more commit on the branch, in the directory of one service."""
    branch = git(clone, "symbolic-ref", "HEAD").strip()
    when = int(git(clone, "log", "-1", "--format=%ct", "HEAD")) + 60
    path = f"{made.services[0].paths[0]}/one-more-file.txt"
    fast_import(
        clone,
        [
            f"commit {branch}\ncommitter Ana <ana@example.com> {when} +0000\ndata 8\nOne more\n".encode(),
            f'from {branch}^0\nM 100644 inline "{path}"\ndata 4\nnew\n\n'.encode(),
        ],
    )
