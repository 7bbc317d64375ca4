"""The wheels, built once for all who look at them: in whichever process of the tests they do."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"unshipped": ROOT, "unshipped-gate": ROOT / "gate"}


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of the tests have: who writes there holds it alone."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def alone(shared: Path) -> Iterator[None]:
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def wheels(shared: Path) -> dict[str, Path]:
    """By the name of the package."""
    found = {}
    with alone(shared):
        for name, place in PACKAGES.items():
            folder = shared / name
            if not [*folder.glob("*.whl")]:
                build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
                subprocess.run(build, cwd=place, check=True, capture_output=True)
            [found[name]] = folder.glob("*.whl")
    return found
