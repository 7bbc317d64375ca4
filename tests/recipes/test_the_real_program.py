"""Every command of the recipes, with the program itself instead of its stand-in: a round in the shop."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from signal import SIGTERM

import pytest
import yaml

from tests.deploying.shop import catches
from tests.docs.consoles import Session, session
from tests.docs.test_examples import cloned
from tests.recipes.program import RECIPES, needs_the_real_one, script
from tests.recipes.test_google_function import ask, framework
from tests.support.servers import temporal
from tests.support.waiting import until

pytestmark = [needs_the_real_one, pytest.mark.slow]

__all__ = ["temporal"]
CONFIG = RECIPES / "unshipped.yaml"
INSTALLED = ("/opt/unshipped/bin/unshipped", "/etc/unshipped/unshipped.yaml")
SECRETS = "set -a; . /etc/unshipped/secrets.env; "


def text(name: str) -> str:
    return (RECIPES / name).read_text(encoding="utf-8")


def step(name: str) -> str:
    """The step of a workflow that starts a round."""
    steps = yaml.safe_load(text(name))["jobs"]["watch"]["steps"]
    return next(str(one["run"]) for one in steps if "unshipped watch" in one.get("run", ""))


def found(pattern: str, name: str) -> str:
    match = re.search(pattern, text(name), re.MULTILINE)
    assert match, name
    return match[1]


COMMANDS = {
    "Cloud Run": found("^ROUND='(.*)'$", "google-cloud-run-job/setup.sh"),
    "a pod": shlex.join(
        ["unshipped", *yaml.safe_load(found(r"args: (\[.*\])", "kubernetes/once/cronjob.yaml"))]
    ),
    "systemd": found("^ExecStart=(.*)$", "systemd/unshipped-watch.service"),
    "cron": found("^(?:[0-9*/]+ ){5}unshipped (.*)$", "cron/unshipped").replace(SECRETS, ""),
    "GitHub Actions": step("github-actions/unshipped-watch.yml"),
    "GitLab": str(yaml.safe_load(text("gitlab/unshipped-watch.yml"))["unshipped-watch"]["script"][0]),
}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Session]:
    """The shop with the configuration of the recipes, and the program on the path."""
    with session("shop") as here:
        configuration = CONFIG.read_text(encoding="utf-8").replace("/var/lib/unshipped", str(tmp_path))
        here.write("unshipped.yaml", configuration)
        script(tmp_path / "bin/unshipped", f'exec {sys.executable} -m unshipped "$@"')
        here.env |= cloned(here) | {
            "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
            "UNSHIPPED_HEARTBEAT": f"http://127.0.0.1:{here.port}/heartbeat",
            "CLOUD_RUN_TASK_INDEX": "0",
            "CLOUD_RUN_TASK_COUNT": "1",
        }
        yield here


def placed(command: str, here: Session) -> str:
    program, config = INSTALLED
    return command.replace(program, "unshipped").replace(config, str(here.world.folder / "unshipped.yaml"))


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_round_is_done(command, shop):
    words = ["bash", "-e", "-o", "pipefail", "-c", placed(command, shop)]
    done = subprocess.run(
        words, cwd=shop.world.folder, env=shop.env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "unshipped left with" not in done.stdout


def test_the_function_answers_with_what_the_round_did(shop):
    folder = shop.world.folder
    shutil.copy(RECIPES / "google-function/main.py", folder)
    with framework(folder, "watch", "http", shop.env) as address:
        status, answer = ask(address)
    assert (status, json.loads(answer)["checked"]) == (200, 2)


def test_the_watch_goes_on_until_it_is_told_to_stop(shop):
    command = shlex.split(placed(found("^ExecStart=(.*)$", "systemd/unshipped.service"), shop))
    with subprocess.Popen(
        command, cwd=shop.world.folder, env=shop.env, stderr=subprocess.PIPE, text=True
    ) as watch:
        until(lambda: catches(watch.pid, SIGTERM), 60, "the start")
        assert watch.poll() is None
        watch.send_signal(SIGTERM)
        _, said = watch.communicate(timeout=60)
    assert watch.returncode == 0, said


def test_a_schedule_of_temporal_begins_the_rounds(shop, temporal):
    recipe = yaml.safe_load(text("temporal/unshipped.yaml"))
    recipe["store"] = {"path": ".unshipped/log.db"}
    recipe["watch"] |= {"schedule": "*/5 * * * * *"}
    recipe["watch"]["engine"]["address"] = temporal.address
    shop.write("unshipped.yaml", yaml.safe_dump(recipe))
    command = ["unshipped", "serve"]
    with subprocess.Popen(
        command, cwd=shop.world.folder, env=shop.env, stderr=subprocess.PIPE, text=True
    ) as watch:
        assert watch.stderr
        looked = (line for line in watch.stderr if "2 of 2 targets looked at" in line)
        first = next(watch.stderr)
        assert next(looked) and next(looked)
        watch.send_signal(SIGTERM)
        rest = watch.communicate(timeout=60)[1]
    assert watch.returncode == 0, rest
    assert "watching 2 targets by Temporal, */5 * * * * *" in first
