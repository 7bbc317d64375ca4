"""The same check on another kind of clone: without file contents, or with a commit-graph."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.fleet import Fleet, Given, fleet
from benchmarks.git import borrow, git
from benchmarks.race import Times, race
from benchmarks.rows import Row


def partial(bench: Bench) -> Iterator[Row]:
    """A partial clone (`--filter=blob:none`) and a full one: trees are all that a check reads."""
    for given in bench.given:
        made = fleet(given, bench.sizes[-1])
        whole, without = _clone(bench, given), _clone(bench, given, "--filter=blob:none")
        times = _raced(bench, made, whole, without)
        yield Row(_measured(made) + ", partial clone", given.name, times[1], "full clone", times[0])


def graph(bench: Bench) -> Iterator[Row]:
    """With a commit-graph and without one, in clones that differ in nothing else."""
    for given in bench.given:
        made = fleet(given, bench.sizes[-1])
        plain = borrow(given.path, _place(bench, given, "plain"))
        with_graph = borrow(given.path, _place(bench, given, "graph"))
        git(with_graph, "commit-graph", "write", "--reachable")
        for form in ("text", "json"):
            times = _raced(bench, made, plain, with_graph, f"--format={form}")
            measured = f"cold, {form}, {len(made.services):,} services, commit-graph"
            yield Row(measured, given.name, times[1], "without", times[0])


def _raced(bench: Bench, made: Fleet, first: Path, second: Path, *options: str) -> list[Times]:
    commands = [bench.check(made, *options, repository=place) for place in (first, second)]
    for command in commands:
        bench.prove(command)
    return race([bench.run(command, before=bench.forget_git) for command in commands], bench.runs)


def _measured(made: Fleet) -> str:
    return f"cold, text, {len(made.services):,} services"


def _clone(bench: Bench, given: Given, *options: str) -> Path:
    """A clone as a server would hand it out, packed for what it holds."""
    place = _place(bench, given, "partial" if options else "full")
    if not (place / "ready").exists():
        shutil.rmtree(place, ignore_errors=True)
        print(f"cloning {given.name} {' '.join(options)}", file=sys.stderr, flush=True)
        server = "git -c uploadpack.allowFilter=true upload-pack"
        told = ("--quiet", "--bare", "--single-branch", "--no-tags", f"--upload-pack={server}", *options)
        place.parent.mkdir(parents=True, exist_ok=True)
        git(bench.folder, "clone", *told, given.path.resolve().as_uri(), place.resolve())
        (place / "ready").touch()
    return place


def _place(bench: Bench, given: Given, kind: str) -> Path:
    return bench.folder / kind / given.name.replace("/", "+").replace(", ", "-")
