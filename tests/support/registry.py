"""A real registry of a test's own, Debian's `docker-registry`, where there is one: a fixture."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[str]:
    if not shutil.which("docker-registry"):
        pytest.skip("not installed: docker-registry")
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{probe.getsockname()[1]}"
    config = tmp_path / "registry.yml"
    config.write_text(
        f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {tmp_path}/store}}}}\n"
        f"http: {{addr: '{place}'}}\nlog: {{level: error, accesslog: {{disabled: true}}}}\n"
    )
    quiet = subprocess.DEVNULL
    with subprocess.Popen(["docker-registry", "serve", str(config)], stdout=quiet, stderr=quiet) as running:
        try:
            answers(place)
            yield place
        finally:
            running.terminate()


def answers(place: str) -> None:
    host, _, port = place.partition(":")
    for _ in range(100):
        with suppress(OSError), socket.create_connection((host, int(port)), 1):
            return
        time.sleep(0.1)
    pytest.skip("the registry does not start here")
