"""A checkout as a person has it, with git told nothing of the machine that the tests run on."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.repo import ENV
from tests.support.run import SOURCES

PROGRAM = [sys.executable, "-m", "unshipped"]


@dataclass
class Person:
    """Somebody at a terminal: what a command prints on either stream is what they see."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def run(self, *command: str, code: int | None = 0, stdin: str = "", **env: str) -> str:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.env | env,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )
        assert code is None or done.returncode == code, done.stdout
        return done.stdout

    def git(self, *arguments: str, code: int | None = 0, **env: str) -> str:
        return self.run("git", *arguments, code=code, **env)

    def unshipped(self, *arguments: str, code: int | None = 0, **env: str) -> str:
        return self.run(*PROGRAM, *arguments, code=code, **env)

    def write(self, **files: str) -> None:
        for name, text in files.items():
            path = self.folder / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit(self, path: str, text: str = "", **env: str) -> str:
        """What is said when that file is committed."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text or f"{place.read_text() if place.exists() else ''}line\n")
        self.git("add", "-A")
        return self.run("git", "commit", "--quiet", "-m", f"Change {path}", code=0, stdin="", **env)

    def at(self, folder: Path) -> Person:
        return Person(folder, self.env)


@pytest.fixture
def person(tmp_path):
    """In a repository with services `api` and `worker`, which runs its first commit, and no hook."""
    home = tmp_path / "home"
    home.mkdir()
    env = {name: value for name, value in ENV.items() if not name.endswith("_DATE")}
    env |= {"HOME": str(home), "PYTHONPATH": str(SOURCES), "UNSHIPPED_CACHE_DIR": str(tmp_path / "cache")}
    env |= {"GIT_CONFIG_GLOBAL": str(home / ".gitconfig")}
    folder = tmp_path / "repo"
    folder.mkdir()
    found = Person(folder, env)
    found.git("init", "--quiet", "-b", "main")
    for name in ("api/app.py", "worker/job.py", "shared/util.py", "docs/a.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("1\n")
    found.git("add", "-A")
    found.git("commit", "--quiet", "-m", "First")
    live = found.git("rev-parse", "HEAD").strip()
    (folder / "unshipped.yaml").write_text(
        "services:\n"
        f"  api: {{paths: [api, shared], deployed: {live}}}\n"
        f"  worker: {{paths: [worker, shared], ignore: ['**/*.md'], deployed: {live}}}\n"
        'hook: {deploy: "make deploy SERVICE={service} ENVIRONMENT={environment}"}\n'
    )
    found.git("add", "-A")
    found.git("commit", "--quiet", "-m", "Say what there is")
    return found


@pytest.fixture
def reminded(person):
    """The same, with the hooks in place and a look that was had."""
    person.unshipped("hook", "install")
    person.unshipped("check", code=None)
    return person
