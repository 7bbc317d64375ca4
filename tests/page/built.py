"""The sources of the page, with what they are built by."""

from __future__ import annotations

import fcntl
import subprocess
from pathlib import Path

from tests.docs.pages import ROOT

FRONTEND = ROOT / "frontend"
HOST = ROOT / "examples/embed"


def run(*command: str, folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"


def set_up(target: str) -> None:
    """Once, whoever comes first: several processes run tests at the same time."""
    with (ROOT / ".venv/.npm").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run("make", target, folder=ROOT)
