"""The function, under the real functions framework."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.docs.pages import ROOT, blocks
from tests.recipes.program import ANSWER, CODES, RECIPES, StandIn, known_to_gcloud

EVENT = {
    "ce-specversion": "1.0",
    "ce-type": "google.cloud.pubsub.topic.v1.messagePublished",
    "ce-source": "//pubsub.googleapis.com/projects/shop/topics/watch",
    "ce-id": "1",
    "content-type": "application/json",
}


@contextmanager
def framework(folder: Path, target: str, signature: str, environment: dict[str, str]) -> Iterator[str]:
    """The framework, which serves the function of a folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "functions_framework", f"--target={target}", f"--signature-type={signature}",
        "--source=main.py", "--host=127.0.0.1", f"--port={port}",
    ]  # fmt: skip
    log = folder / "log"
    world = {"PATH": os.environ["PATH"], "HOME": str(folder), **environment}
    with log.open("w") as output, subprocess.Popen(
        command, cwd=folder, env=world, stdout=output, stderr=output, start_new_session=True
    ) as server:  # fmt: skip
        try:
            for _ in range(300):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                assert server.poll() is None, log.read_text()
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}/"
        finally:
            os.killpg(server.pid, 15)


def ask(address: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    request = Request(address, data=b"{}", headers=headers or {}, method="POST")
    try:
        with urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("google-function/main.py", "google-cloud-run-job/unshipped.yaml"):
        shutil.copy(RECIPES / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize("code", CODES)
def test_a_request_is_answered_with_200_where_it_looked_and_with_500_where_it_could_not(folder, code):
    program = StandIn(folder / "program", code)
    with framework(folder, "watch", "http", program.environment) as address:
        status, text = ask(address)
    assert status == (200 if code == 0 else 500)
    assert json.loads(text) == ANSWER
    [call] = program.calls()
    assert call.words[:-1] == ("watch", "--once", "--slot", "schedule", "--format", "json", "--config")
    assert call.option("--config") == str(folder / "unshipped.yaml")


@pytest.mark.parametrize("code", [0, 3])
def test_an_event_fails_only_where_it_could_not_look(folder, code):
    program = StandIn(folder / "program", code)
    with framework(folder, "watch_event", "cloudevent", program.environment) as address:
        status, _ = ask(address, EVENT)
    assert status == (200 if code == 0 else 500)
    assert len(program.calls()) == 1
    assert json.dumps(ANSWER) in (folder / "log").read_text(), "the result is in the log"


def test_a_configuration_that_is_wrong_is_told_in_json_without_standard_output(folder):
    program = StandIn(folder / "program", 2, said="")
    with framework(folder, "watch", "http", program.environment) as address:
        status, text = ask(address)
    assert (status, json.loads(text)) == (500, {"error": "unshipped left with 2: see the log"})


def test_a_round_that_takes_too_long_is_a_failure_that_says_so(folder):
    program = StandIn(folder / "program", 0)
    program.environment["ROUND_SECONDS"] = "0.01"
    with framework(folder, "watch", "http", program.environment) as address:
        status, text = ask(address)
    assert (status, json.loads(text)) == (500, {"error": "the round was not done within 0.01 s"})


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("gcloud"), reason="not installed: gcloud")
def test_the_real_gcloud_knows_the_command_that_deploys_it(tmp_path):
    page = ROOT / "docs/guides/watch-on-a-schedule.md"
    [block] = [one.text for one in blocks(page) if one.text.startswith("gcloud ")]
    command = block.replace("\\\n", " ")
    assert known_to_gcloud([command], tmp_path) == {}
    assert known_to_gcloud([command.replace("--entry-point", "--entrypoint")], tmp_path) != {}
