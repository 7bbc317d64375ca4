"""What every test shares: an environment without the person who runs it."""

from __future__ import annotations

import gc
import os
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from unshipped.locking import only_one

KEPT = {"UNSHIPPED_TRIPLES", "UNSHIPPED_SEED", "UNSHIPPED_COMMAND"}
"""How much to test, from where, and which command: settings of the tests, not of the product."""

# Who is started with `&` ignores an interrupt, and so would all that the tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

MEMORY, ROOM = "/dev/shm", 8 << 30


def pytest_configure() -> None:
    """What tests write goes to memory, where that has room and lets programs start: git writes a lot."""
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return
    found = os.statvfs(MEMORY)
    if found.f_bavail * found.f_frsize > ROOM and not found.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = tempfile.tempdir = MEMORY


def pytest_collection_finish() -> None:
    """Twelve thousand tests are nobody's garbage: not to be gone through again and again."""
    gc.freeze()


@pytest.fixture(scope="session")
def once(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Callable[[str, Callable[[Path], None]], Path]:
    """A folder that one process of the tests fills for all of them."""
    base = tmp_path_factory.getbasetemp()

    def filled(name: str, fill: Callable[[Path], None]) -> Path:
        folder = (base if worker_id == "master" else base.parent) / name
        folder.mkdir(exist_ok=True)
        with only_one(folder / "lock", 300):
            if not (folder / "ready").exists():
                fill(folder)
                (folder / "ready").touch()
        return folder

    return filled


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of git, no settings file of git and no setting of the product reaches a test."""
    for name in list(os.environ):
        if name.startswith("GIT_") or (name.startswith("UNSHIPPED_") and name not in KEPT):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
