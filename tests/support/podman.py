"""Podman with images, containers and a socket of a test's own, where there is one: a fixture."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

CONF = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
netns = "host"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
"""


@dataclass(frozen=True)
class Podman:
    """One engine. What is asked of it while it is not able to work skips the test."""

    folder: Path

    @property
    def stored(self) -> list[str]:
        """Where everything of it is kept."""
        return [
            "--root",
            f"{self.folder}/images",
            "--runroot",
            f"{self.folder}/run",
            "--storage-driver",
            "vfs",
        ]

    def environment(self, registry: str = "") -> dict[str, str]:
        """For who calls podman without being told where everything is kept; `registry` has no certificate."""
        storage, registries = self.folder / "storage.conf", self.folder / "registries.conf"
        kept = {"driver": "vfs", "graphroot": self.folder / "images", "runroot": self.folder / "run"}
        storage.write_text("[storage]\n" + "".join(f'{name} = "{value}"\n' for name, value in kept.items()))
        registries.write_text(f'[[registry]]\nlocation = "{registry}"\ninsecure = true\n')
        return {"CONTAINERS_STORAGE_CONF": str(storage), "CONTAINERS_REGISTRIES_CONF": str(registries)}

    @property
    def socket(self) -> Path:
        return self.folder / "p.sock"

    def __call__(self, *words: str) -> None:
        done = subprocess.run(["podman", *self.stored, *words], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"podman does not work here: {done.stderr.strip()[-200:]}")


@pytest.fixture
def podman(monkeypatch: pytest.MonkeyPatch) -> Iterator[Podman]:
    """An engine, ended with the test, and all that it runs."""
    if missing := [name for name in ("podman", "runc") if not shutil.which(name)]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    # What a socket and podman's own folders may be called has a limit.
    with TemporaryDirectory(ignore_cleanup_errors=True) as made:
        call = Podman(Path(made))
        (call.folder / "containers.conf").write_text(CONF)
        monkeypatch.setenv("CONTAINERS_CONF", str(call.folder / "containers.conf"))
        monkeypatch.setenv("HOME", made)
        service = ["podman", *call.stored, "system", "service", "-t", "0", f"unix://{call.socket}"]
        with subprocess.Popen(service, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            try:
                for _ in range(100):
                    if call.socket.exists():
                        break
                    time.sleep(0.1)
                yield call
            finally:
                call("rm", "--all", "--force", "--time", "0")
                running.terminate()
