"""Ask git something while a benchmark is made ready. Nothing here is timed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

FLOOR = ("log", "--first-parent", "-m", "--raw", "-r", "-z", "--no-renames", "--format=%H")
"""One pass over what a range of landings changed: the least that any answer about it can cost."""

SETTINGS = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C.UTF-8",
}


def git(repository: Path, *arguments: str | Path, stdin: bytes = b"") -> str:
    """What git prints. A failure shows what it said."""
    command = ["git", "-C", str(repository), *map(str, arguments)]
    done = subprocess.run(command, input=stdin, capture_output=True, env=world(), check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)[:400]}\n{done.stderr.decode('utf-8', 'replace')}")
    return done.stdout.decode("utf-8", "surrogateescape")


def fast_import(repository: Path, stream: Iterable[bytes]) -> None:
    """Make commits from a stream of `git fast-import`."""
    command = ["git", "-C", str(repository), "fast-import", "--quiet", "--force"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, env=world())
    assert child.stdin is not None
    with child.stdin as pipe:
        pipe.writelines(stream)
    if child.wait():
        raise SystemExit(f"git fast-import failed in {repository}")


def borrow(repository: Path, place: Path) -> Path:
    """A bare clone that reads the objects of the given repository and leaves it as it is."""
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        git(repository, "clone", "--quiet", "--bare", "--shared", ".", place.resolve())
    return place


def world() -> dict[str, str]:
    """The caller's environment, less what misleads git."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | SETTINGS
