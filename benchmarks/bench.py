"""What every benchmark is given: the installed command, its pinned world, and how often to run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fleet import Fleet, Given
from benchmarks.git import SETTINGS, git
from benchmarks.install import INTERPRETER
from benchmarks.race import Command, Runner


@dataclass(frozen=True)
class Bench:
    """The settings of one run of the benchmarks."""

    folder: Path
    program: tuple[str | Path, ...]
    """The command that is measured."""
    python: Path
    """The interpreter that the command runs in."""
    given: tuple[Given, ...]
    runs: int
    sizes: tuple[int, ...] = (10, 100, 1000)
    """Numbers of services; the last one is the fleet of most rows."""
    packages: int = 500
    """How large the npm workspace is."""

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    @property
    def env(self) -> dict[str, str]:
        """Nothing of the person's environment but where programs are."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        place = {"HOME": str(home), "PATH": os.environ["PATH"], "UNSHIPPED_CACHE_DIR": str(self.cache)}
        return SETTINGS | place

    def run(self, *commands: Command, **settings: object) -> Runner:
        """Something to be timed."""
        return Runner(commands, self.env, **settings)  # type: ignore[arg-type]

    def check(self, fleet: Fleet, *options: str, repository: Path | None = None) -> Command:
        """The command that checks a fleet, at the tip that the fleet was made for."""
        where = repository or fleet.given.path
        config = fleet.write(self.folder / f"{len(fleet.services)}.yaml")
        return self.look(where, config, "--expected", fleet.tip, *options)

    def look(self, repository: Path, config: Path, *options: str) -> Command:
        """The command that checks a repository; its exit code says only whether it could run."""
        now = f"{git(repository, 'log', '-1', '--format=%cI', 'HEAD').strip()}"
        told = ("--now", now, "--exit-zero", *options)
        return (*self.program, "check", "--repo", repository, "--config", config, *told)

    def forget(self) -> None:
        """A first run ever: nothing is remembered."""
        shutil.rmtree(self.cache, ignore_errors=True)

    def forget_git(self) -> None:
        """Nothing of git is remembered, and no answer; the parsed configuration is."""
        for room in self.cache.glob("*"):
            if room.name != "config":
                shutil.rmtree(room)

    def forget_said(self) -> None:
        """`affected` was not asked the same before; what it read is remembered."""
        shutil.rmtree(self.cache / "said", ignore_errors=True)

    def prove(self, command: Command) -> dict[str, int]:
        """The summary of a check whose every target could be judged: what is not is not worth timing."""
        done = subprocess.run(
            [*map(str, command), "--format=json"], env=self.env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"the check failed:\n{done.stderr}")
        summary: dict[str, int] = json.loads(done.stdout)["summary"]
        if summary["unknown"]:
            raise SystemExit(f"some targets could not be judged: {summary}")
        return summary


BARE: Command = (INTERPRETER, "-S", "-E", "-c", "pass")
"""An interpreter that does nothing: the least that any program in Python can cost."""
