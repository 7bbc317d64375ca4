"""The commands for a person who does not believe us: git has to give the same count."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from tests.support.repo import ENV, Repo
from unshipped.core.history.reproduce import commands, pathspecs
from unshipped.core.model import Closure
from unshipped.core.paths import PathMap

FILES = (
    "api/app.py",
    "api/README.md",
    "api/docs/x.txt",
    "a b/it's.py",
    "shared/x.py",
    ":odd/x",
    "web/[id]/x.py",
)

CLOSURES = [
    (Closure(("api",)), ["api"]),
    (Closure(("",)), [":(top)"]),
    (Closure(("**/*.py",)), [":(glob)**/*.py"]),
    (Closure((":odd",)), [":(literal):odd"]),
    (Closure(("a b/it's.py",)), ["a b/it's.py"]),
    (Closure((r"web/\[id\]/**",)), [r":(glob)web/\[id\]/**"]),
    (
        Closure(("api", "shared"), ignore=("**/*.md", "api/docs")),
        ["api", "shared", ":(exclude,glob)**/*.md", ":(exclude,literal)api/docs"],
    ),
]


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A folder with a space in its name; after the first commit, one commit for each file."""
    repo = Repo.init(tmp_path_factory.mktemp("reproduce") / "the repo")
    repo.commit(dict.fromkeys(FILES, "1"))
    repo.commits([{name: "2"} for name in FILES])
    return repo


def printed(command: str, folder: Path) -> str:
    """What a command prints that a person pasted into a shell."""
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, env=ENV, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.parametrize(("closure", "specs"), CLOSURES)
def test_git_counts_what_the_closure_holds(repo: Repo, closure: Closure, specs: list[str]) -> None:
    assert pathspecs(closure) == specs
    base, tip = repo.id(f"main~{len(FILES)}"), repo.id("main")
    _, _, counting = commands(str(repo.path), base, tip, specs)
    held = [name for name in FILES if PathMap([closure]).of(name.encode())]
    assert printed(counting, repo.path.parent) == f"{len(held)}\n"
    assert held


def test_what_links_lead_to_is_counted_literally(repo: Repo) -> None:
    specs = pathspecs(Closure(("api/app.py",)), ["web/[id]"])
    assert specs == ["api/app.py", ":(literal)web/[id]"]
    _, _, counting = commands(".", repo.id(f"main~{len(FILES)}"), repo.id("main"), specs)
    assert printed(counting, repo.path) == "2\n"


def test_the_commands_are_whole() -> None:
    old, new, paths = "a" * 12, "b" * 12, "api ':(glob)*.py'"
    assert commands("the repo", "a" * 40, "b" * 40, ["api", ":(glob)*.py"]) == (
        f"git -C 'the repo' diff --no-renames --stat {old} {new} -- {paths}",
        f"git -C 'the repo' log --first-parent -m --no-renames --oneline --name-only {old}..{new}",
        f"git -C 'the repo' rev-list --count --full-history --no-merges {old}..{new} -- {paths}",
    )


@pytest.mark.parametrize("here", ["", "."])
def test_the_repository_at_hand_is_not_named(here: str) -> None:
    assert all(shlex.split(command)[1] != "-C" for command in commands(here, "a", "b", []))
