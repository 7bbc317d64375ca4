"""Runs the product as a person would: `unshipped check`, in a process and a world of its own.

    run = check(repo.path, {"api": service(["api", "shared"], deployed)}, expected="main", now=hour(8))
    run.code, run.target("api")["behind"]

`UNSHIPPED_COMMAND` names another command to hold to the same tests: an installed program, another build.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.support.forked import forked
from tests.support.repo import ENV, hour

SOURCES = Path(__file__).parents[2] / "src"
NOW = hour(7.5)
"""The end of a working day on which the stories of `repo` began."""

Json = dict[str, Any]


@dataclass(frozen=True)
class CompletedRun:
    """What a command answered. `json` is nothing where standard output holds nothing."""

    code: int
    json: Json
    stdout: str
    stderr: str

    def target(self, service: str) -> Json:
        found = [target for target in self.json.get("targets", []) if target["service"] == service]
        assert len(found) == 1, f"{len(found)} targets for {service}: {self}"
        target: Json = found[0]
        return target

    def said(self) -> str:
        return self.stdout + self.stderr


def service(paths: Sequence[str], deployed: str, ignore: Sequence[str] = ()) -> Json:
    """One service of the smallest configuration."""
    return {"paths": list(paths), "deployed": deployed} | ({"ignore": list(ignore)} if ignore else {})


def check(
    repo_path: Path,
    services: Mapping[str, Json],
    *,
    expected: str | None = "main",
    now: datetime = NOW,
    form: str = "json",
    env: Mapping[str, str] | None = None,
    cache: Path | None = None,
    timeout: float = 120,
    **options: Any,
) -> CompletedRun:
    """Writes an `unshipped.yaml` and checks it. Options are flags: `max_changes=5` is `--max-changes 5`.

    Nothing is remembered from one run to the next, unless both are given the same `cache`.
    """
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "unshipped.yaml")
        # JSON is YAML, and leaves no doubt about what is a text.
        config.write_text(json.dumps({"services": services}, ensure_ascii=False), encoding="utf-8")
        named: dict[str, object] = {"repo": repo_path, "config": config, "expected": expected}
        named |= {"now": stamp(now), "format": form, **options}
        known = {"UNSHIPPED_CACHE_DIR": str(cache)} if cache else {}
        return run(["check", *flags(named)], Path(folder), env=known | dict(env or {}), timeout=timeout)


def verdict(
    repo_path: Path,
    deployed: str,
    paths: Sequence[str] = ("api",),
    ignore: Sequence[str] = (),
    **options: Any,
) -> Json:
    """The verdict on one service."""
    return check(repo_path, {"api": service(paths, deployed, ignore)}, **options).target("api")


def counts(target: Json) -> tuple[str, int, int, int, int]:
    """A verdict in short: state, behind, changes behind, cancelled, ahead."""
    return (
        target["state"],
        target["behind"],
        target["changes_behind"],
        target["cancelled"],
        target["ahead"],
    )


def run(
    arguments: Sequence[str],
    folder: Path,
    *,
    env: Mapping[str, str] | None = None,
    timeout: float = 120,
    terminal: str = "",
) -> CompletedRun:
    """One command, with nothing of the person's environment but where programs are, on a terminal or none."""
    world = ENV | {
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(SOURCES),
        "PYTHONWARNINGS": "error",
        "UNSHIPPED_CACHE_DIR": str(folder / "cache"),
    }
    code, out, err = _answer(arguments, folder, world | dict(env or {}), timeout, terminal)
    stdout, stderr = (text.decode("utf-8", "replace") for text in (out, err))
    is_json = "--format=json" in arguments and stdout.strip()
    return CompletedRun(code, json.loads(stdout) if is_json else {}, stdout, stderr)


def _answer(
    arguments: Sequence[str], folder: Path, env: Mapping[str, str], timeout: float, terminal: str
) -> tuple[int, bytes, bytes]:
    command = shlex.split(os.environ.get("UNSHIPPED_COMMAND", ""))
    if not command:
        return forked(arguments, folder, env, timeout, terminal)
    with Path(terminal or os.devnull).open("r+b", buffering=0) as given:
        out = given if terminal else subprocess.PIPE
        done = subprocess.run(
            [*command, *arguments],
            cwd=folder, env=env, stdin=given, stdout=out, stderr=out, timeout=timeout, check=False,
        )  # fmt: skip
    return done.returncode, done.stdout or b"", done.stderr or b""


def flags(named: Mapping[str, object]) -> list[str]:
    """`--key=value` for every setting that is there: a value may start with a dash."""
    return [f"--{key.replace('_', '-')}={value}" for key, value in named.items() if value is not None]


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
