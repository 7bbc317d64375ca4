"""The line for cron and the job for GitLab: run as cron and GitLab run them."""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.recipes.program import ANSWER, CODES, RECIPES, StandIn
from unshipped.config.values import Keeping
from unshipped.schedule import Schedule

CRONTAB = (RECIPES / "cron/unshipped").read_text(encoding="utf-8")
LINE = re.compile(r"(?m)^((?:\S+ ){5})unshipped (.*)$")
JOB = RECIPES / "gitlab/unshipped-watch.yml"


def by_cron(folder: Path, program: StandIn) -> subprocess.CompletedProcess[str]:
    """The line as cron runs it: through the shell that it names, with what it sets."""
    (folder / "secrets.env").write_text("UNSHIPPED_HEARTBEAT='https://example.com/a b'\n", encoding="utf-8")
    [(_, command)] = LINE.findall(CRONTAB)
    assert "%" not in command, "cron makes a line end of it"
    command = command.replace("/etc/unshipped/secrets.env", f"{folder}/secrets.env")
    environment = dict(re.findall(r"(?m)^(\w+)=(.*)$", CRONTAB))
    environment |= {"PATH": program.environment["PATH"], "HOME": str(folder)}
    return subprocess.run(
        [environment["SHELL"], "-c", command], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(not shutil.which("flock"), reason="not installed: flock")
@pytest.mark.parametrize("code", CODES)
def test_cron_has_something_to_mail_only_where_it_could_not_look(code, tmp_path):
    program = StandIn(tmp_path / "program", code)
    done = by_cron(tmp_path, program)
    assert done.stderr == ""
    said = f"unshipped left with {code}: {json.dumps(ANSWER)}\n"
    assert done.stdout == ("" if code == 0 else said)
    [call] = program.calls()
    assert call.words[:-1] == ("watch", "--once", "--slot", "schedule", "--config")
    assert call.environment["UNSHIPPED_HEARTBEAT"] == "https://example.com/a b"


@pytest.mark.skipif(not shutil.which("flock"), reason="not installed: flock")
def test_a_round_that_still_goes_on_is_left_alone(tmp_path):
    program = StandIn(tmp_path / "program")
    with (tmp_path / "round.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert by_cron(tmp_path, program).stdout == ""
    assert program.calls() == []


def test_the_line_is_due_as_often_as_it_says():
    [(expression, _)] = LINE.findall(CRONTAB)
    Schedule([expression.strip()])


# ---------------------------------------------------------------- GitLab


def job() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(JOB.read_text(encoding="utf-8"))["unshipped-watch"]
    return found


def test_the_job_follows_the_published_schema():
    tool = str(Path(sys.executable).with_name("check-jsonschema"))
    command = [tool, "--builtin-schema", "vendor.gitlab-ci", str(JOB)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("code", CODES)
def test_the_job_leaves_as_the_round_did(code, tmp_path):
    program = StandIn(tmp_path, code)
    [text] = job()["script"]
    environment = program.environment
    # As the runner does: one shell that ends at the first command that fails.
    command = ["bash", "-e", "-o", "pipefail", "-c", text]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code
    [call] = program.calls()
    assert call.words == ("watch", "--once", "--slot", "schedule", "--no-fetch")


def test_the_job_has_the_history_and_no_part_in_a_deployment():
    assert job()["variables"]["GIT_DEPTH"] == "0"
    assert job()["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}]
    assert job()["cache"]["when"] == "always"
    assert job()["cache"]["paths"] == [str(Path(Keeping().path).parent)]
