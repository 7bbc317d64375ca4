"""Programs with the gate in them, as processes of their own: a worker of Celery, a service of FastAPI."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.gate.places import TOKEN, record, serving, standing
from tests.support.run import SOURCES

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[2] / "examples" / "gate"
# Not `filesystem://`: its worker may take a message that is not written yet, and loses it.
_SETTINGS = """
from pathlib import Path
folder = Path({folder!r})
broker_url = f"sqla+sqlite:///{{folder}}/queue"
result_backend = (folder / "results").as_uri()
broker_connection_retry_on_startup = True
"""
_ASK = """
from tasks import create_batches
found = create_batches.delay(3)
try:
    print(found.get(timeout=80, interval=0.05))
except Exception as error:
    print(type(error).__name__, error)
"""


@contextlib.contextmanager
def running(command: list[str], env: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until(found: Callable[[], bool], folder: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, (folder / "log").read_text()
        time.sleep(0.05)


def environment(server: str, folder: Path, **more: str) -> dict[str, str]:
    asked = {"UNSHIPPED_SERVER": server, "UNSHIPPED_TOKEN": TOKEN, "UNSHIPPED_GATE_DEADLINE": "20"}
    paths = os.pathsep.join(map(str, (SOURCES, EXAMPLES, folder)))
    return (
        {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": paths,
            "HOME": str(folder),
            "CELERY_CONFIG_MODULE": "celeryconfig",
        }
        | asked
        | more
    )


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    (tmp_path / "results").mkdir()
    (tmp_path / "celeryconfig.py").write_text(_SETTINGS.format(folder=str(tmp_path)))
    return tmp_path


def create_batches(env: dict[str, str], folder: Path) -> str:
    """What became of a task that another program asks for."""
    command = [sys.executable, "-c", _ASK]
    done = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=90, check=True
    )
    return done.stdout.strip()


def celery(*more: str) -> list[str]:
    quiet = ["--pool=solo", "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=INFO"]
    return [sys.executable, "-m", "celery", "-A", "tasks", "worker", *quiet, *more]


def test_a_task_of_celery_runs_once_the_worker_is_current(settings: Path):
    kept = record(standing(behind=3))
    with serving(kept) as server:
        env = environment(server, settings, BATCHES_RETRY_AFTER="0.2")
        with running(celery(), env, settings):
            until(lambda: "ready" in (settings / "log").read_text(), settings)
            assert create_batches(env, settings) == "3 batches"
            kept.known["worker/production"] = standing(behind=4)
            time.sleep(5.1)  # an answer that allows is kept for five seconds
            stopped = "DeploymentDriftError worker says block: worker: 4 commits behind (at most 3)"
            assert create_batches(env, settings) == stopped
    said = {one.answer.word for one in kept.asked}
    assert said == {"allow", "block"}
    assert {one.asked_by for one in kept.asked} == {"batches"}


def test_a_service_of_fastapi_refuses_an_order_while_the_worker_is_stale(tmp_path: Path):
    kept = record(standing("api", 0), standing(behind=4))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]

    def ordered() -> tuple[int, object]:
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/orders", method="POST")
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def listens() -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return False

    with serving(kept) as server:
        env = environment(server, tmp_path, UNSHIPPED_SERVICE="api", GIT_COMMIT="a" * 40)
        command = [sys.executable, "-m", "uvicorn", "service:app", f"--port={port}"]
        with running(command, env, tmp_path):
            until(listens, tmp_path)
            assert ordered()[0] == 503
            kept.known["worker/production"] = standing(behind=0)
            time.sleep(5.1)  # an answer is kept for five seconds
            assert ordered() == (200, {"gate": "allow"})
