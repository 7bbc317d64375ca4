"""A checkout as a person has it, with git told nothing of the machine that the tests run on."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.forked import forked
from tests.support.repo import ENV
from tests.support.run import SOURCES


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
        answered, out, err = forked(arguments, self.folder, self.env | env, timeout=60)
        said = (out + err).decode()
        assert code is None or answered == code, said
        return said

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


@pytest.fixture(scope="session")
def programs(tmp_path_factory):
    """Where programs are, but for one called `unshipped`: a hook is to find the one that installed it."""
    folders = []
    for folder in map(Path, ENV["PATH"].split(os.pathsep)):
        beside = folder
        if (folder / "unshipped").exists():
            beside = tmp_path_factory.mktemp("programs")
            for program in folder.iterdir():
                if program.name != "unshipped":
                    (beside / program.name).symlink_to(program)
        folders.append(str(beside))
    return os.pathsep.join(folders)


@pytest.fixture(scope="session")
def laid(tmp_path_factory, programs):
    """Somebody at home in a repository, from which everybody's is copied."""
    place = tmp_path_factory.mktemp("laid")
    found = Person(place / "repo", environment(place, programs))
    found.folder.mkdir()
    found.git("init", "--quiet", "-b", "main")
    for name in ("api/app.py", "worker/job.py", "shared/util.py", "docs/a.md"):
        (found.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (found.folder / name).write_text("1\n")
    found.git("add", "-A")
    found.git("commit", "--quiet", "-m", "First")
    live = found.git("rev-parse", "HEAD").strip()
    (found.folder / "unshipped.yaml").write_text(
        "services:\n"
        f"  api: {{paths: [api, shared], deployed: {live}}}\n"
        f"  worker: {{paths: [worker, shared], ignore: ['**/*.md'], deployed: {live}}}\n"
        'hook: {deploy: "make deploy SERVICE={service} ENVIRONMENT={environment}"}\n'
    )
    found.git("add", "-A")
    found.git("commit", "--quiet", "-m", "Say what there is")
    return found.folder


def environment(place: Path, programs: str) -> dict[str, str]:
    home = place / "home"
    home.mkdir()
    env = {name: value for name, value in ENV.items() if not name.endswith("_DATE")}
    env |= {"HOME": str(home), "PYTHONPATH": str(SOURCES), "UNSHIPPED_CACHE_DIR": str(place / "cache")}
    return env | {"GIT_CONFIG_GLOBAL": str(home / ".gitconfig"), "PATH": programs}


@pytest.fixture
def person(tmp_path, laid, programs):
    """In a repository with services `api` and `worker`, which runs its first commit, and no hook."""
    folder = shutil.copytree(laid, tmp_path / "repo", symlinks=True)
    return Person(folder, environment(tmp_path, programs))


@pytest.fixture
def reminded(person):
    """The same, with the hooks in place and a look that was had."""
    person.unshipped("hook", "install")
    person.unshipped("check", code=None)
    return person
