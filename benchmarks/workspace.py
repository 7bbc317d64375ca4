"""An npm workspace of many packages that depend on each other, with three commits to ask about."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.git import git, world

VERSIONS = {"nx": "24.0.6", "turbo": "2.11.11"}
_FILES = 9
_CHANGED = 3


@dataclass(frozen=True)
class Workspace:
    """Where it lies, and what each package depends on, directly."""

    path: Path
    needs: dict[str, tuple[str, ...]]

    def closure(self, package: str) -> list[str]:
        """A package and all that it is built from."""
        found: dict[str, None] = {}
        waiting = [package]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found[one] = None
                waiting += self.needs[one]
        return list(found)

    def write(self, path: Path, deployed: str) -> Path:
        """The configuration: a service for each package, made of its whole closure."""
        lines = ["services:"]
        for package in self.needs:
            paths = ", ".join(f"packages/{one}" for one in self.closure(package))
            lines += [f"  {package}:", f"    paths: [{paths}]", f"    deployed: {deployed}"]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path


def make(folder: Path, packages: int) -> Workspace:
    """The workspace with nx and turbo installed into it; made once."""
    made = Workspace(folder / f"workspace-{packages}", _needs(packages))
    if not (made.path / ".git" / "ready").exists():
        print(f"making an npm workspace of {packages} packages", file=sys.stderr, flush=True)
        shutil.rmtree(made.path, ignore_errors=True)
        _write(made)
        _npm(made.path)
        _commits(made)
        (made.path / ".git" / "ready").touch()
    return made


def _needs(packages: int) -> dict[str, tuple[str, ...]]:
    """Up to three packages out of the forty that come before each one; never a circle."""
    random = Random(packages)
    names = [f"package{at:03}" for at in range(packages)]
    return {
        name: tuple(random.sample(names[max(0, at - 40) : at], min(at, random.randrange(3))))
        for at, name in enumerate(names)
    }


def _write(made: Workspace) -> None:
    root = {
        "name": "workspace",
        "private": True,
        "workspaces": ["packages/*"],
        "packageManager": "npm@10.9.0",
    }
    _json(made.path / "package.json", {**root, "devDependencies": VERSIONS})
    _json(made.path / "turbo.json", {"tasks": {"build": {}}})
    _json(made.path / "nx.json", {"defaultBase": "main", "analytics": False})
    (made.path / ".gitignore").write_text("node_modules/\n.nx/\n.turbo/\n", encoding="utf-8")
    for package, needs in made.needs.items():
        about = {"name": package, "version": "1.0.0", "private": True, "scripts": {"build": "true"}}
        _json(
            made.path / "packages" / package / "package.json",
            {**about, "dependencies": dict.fromkeys(needs, "*")},
        )
        for at in range(_FILES):
            file = made.path / "packages" / package / "src" / f"file{at}.js"
            file.parent.mkdir(exist_ok=True)
            file.write_text(f"export const name = '{package} {at}';\n", encoding="utf-8")


def _json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def _npm(place: Path) -> None:
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"npm install failed:\n{done.stdout}\n{done.stderr}")


def _commits(made: Workspace) -> None:
    """Everything; then one package changed in each of three commits."""
    git(made.path, "init", "--quiet", "--initial-branch=main")
    for name, value in (("user.name", "Ana"), ("user.email", "ana@example.com"), ("gc.auto", "0")):
        git(made.path, "config", name, value)
    _commit(made.path, "Everything")
    packages = sorted(made.needs)
    for package in Random(7).sample(packages[len(packages) // 4 :], _CHANGED):
        (made.path / "packages" / package / "src" / "file0.js").write_text("export {};\n", encoding="utf-8")
        _commit(made.path, f"Change {package}")
    git(made.path, "repack", "-a", "-d", "-q")


def _commit(place: Path, title: str) -> None:
    git(place, "add", "--all")
    subprocess.run(["git", "commit", "--quiet", "-m", title], cwd=place, env=world(), check=True)
