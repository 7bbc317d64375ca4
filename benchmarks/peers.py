"""Which packages do three commits affect: against Nx and Turborepo, which must find the same ones."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.git import git
from benchmarks.race import Command, Runner, race
from benchmarks.rows import Goal, Note, Row
from benchmarks.workspace import Workspace, make


def rows(bench: Bench) -> Iterator[Row | Note]:
    """Nx with its daemon and without; Turborepo as npm installs it, and its program alone."""
    if shutil.which("npm") is None:
        yield Note("`affected`", "npm workspace", "skipped: npm is not installed")
        return
    made = make(bench.folder, bench.packages)
    base = git(made.path, "rev-parse", "HEAD~3").strip()
    ours = _ours(bench, made, base)
    theirs = _theirs(bench, made.path, base)
    _agree(ours, [runner for _, runner, _ in theirs])
    daemon = next(runner for name, runner, _ in theirs if "with its daemon" in name)
    try:
        first = replace(ours, before=bench.forget_said)
        times = race([first, ours, *(runner for _, runner, _ in theirs)], bench.runs, budget=180)
    finally:
        stop = [str(made.path / "node_modules" / ".bin" / "nx"), "daemon", "--stop"]
        subprocess.run(stop, cwd=made.path, env=daemon.env, capture_output=True, check=False)
    asked = {"asked for the first time": times[0], "asked again": times[1]}
    for (name, _, limit), time in zip(theirs, times[2:], strict=True):
        goal = Goal(limit, at_least=True)
        for how, needed in asked.items():
            yield Row(
                f"`affected`, {bench.packages} packages, {how}", "npm workspace", needed, name, time, goal
            )


def _ours(bench: Bench, made: Workspace, base: str) -> Runner:
    config = made.write(bench.folder / "workspace.yaml", base)
    told = ("--repo", made.path, "--config", config, "--format=names")
    return bench.run((*bench.program, "affected", base, "HEAD", *told), cwd=made.path)


def _theirs(bench: Bench, place: Path, base: str) -> list[tuple[str, Runner, float | None]]:
    nx = (
        place / "node_modules" / ".bin" / "nx",
        "show",
        "projects",
        "--affected",
        f"--base={base}",
        "--head=HEAD",
    )
    turbo, bare = place / "node_modules" / ".bin" / "turbo", _bare(place)
    listed, planned = ("ls", "--affected", "--output=json"), ("run", "build", "--dry=json", "--affected")
    quiet = {"NX_NO_CLOUD": "true", "TURBO_TELEMETRY_DISABLED": "1", "DO_NOT_TRACK": "1", "CI": "1"}
    env = bench.env | quiet | {"TURBO_SCM_BASE": base, "TURBO_SCM_HEAD": "HEAD"}

    def runner(command: Command, **more: str) -> Runner:
        return Runner([command], env | more, place)

    return [
        ("nx, without a daemon", runner(nx, NX_DAEMON="false"), 30),
        ("nx, with its daemon", runner(nx, NX_DAEMON="true"), 30),
        ("turbo ls --affected", runner((turbo, *listed)), 5),
        ("turbo run build --dry --affected", runner((turbo, *planned)), 5),
        ("turbo ls, without node", runner((bare, *listed)), None),
        ("turbo run, without node", runner((bare, *planned)), None),
    ]


def _bare(place: Path) -> Path:
    """Turborepo's program itself, without the script that npm installs to start it."""
    return next(path for path in place.glob("node_modules/@turbo/*/bin/turbo"))


def _agree(ours: Runner, theirs: list[Runner]) -> None:
    expected = _found(ours)
    if not expected:
        raise SystemExit("the three commits affect nothing")
    for runner in theirs:
        if (found := _found(runner)) != expected:
            raise SystemExit(f"{runner.commands[0]}: {sorted(found ^ expected)} differ")
    print(f"all of them find the same {len(expected)} packages", file=sys.stderr, flush=True)


def _found(runner: Runner) -> set[str]:
    command = [str(argument) for argument in runner.commands[0]]
    done = subprocess.run(
        command, cwd=runner.cwd, env=runner.env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{command}: {done.stderr}")
    if "run" in command:
        return {task["package"] for task in json.loads(done.stdout)["tasks"]}
    return set(re.findall(r"package\d+", done.stdout))
