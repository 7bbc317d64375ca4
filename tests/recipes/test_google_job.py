"""The set-up script for Cloud Run and Cloud Scheduler, against a gcloud that takes down what it is told."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT
from tests.recipes.program import RECIPES, StandIn, known_to_gcloud
from tests.support.examples import NIGHTLY
from unshipped.schedule import Schedule

SETUP = RECIPES / "google-cloud-run-job/setup.sh"
IMAGE = f"europe-west1-docker.pkg.dev/shop/tools/unshipped@sha256:{'0' * 64}"
SETTINGS = {"PROJECT": "shop", "REGION": "europe-west1", "IMAGE": IMAGE}
READS = {"list", "get-iam-policy", "access"}
SECRETS = ("unshipped-database", "unshipped-heartbeat")


class Google:
    """A project with the secrets that a person made, and the script that is run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.config = folder, folder / "unshipped.yaml"
        shutil.copy(RECIPES / "google-cloud-run-job/unshipped.yaml", self.config)
        program = folder / "gcloud"
        program.write_text(
            f"#!{sys.executable} -IS\n" + (ROOT / "tests/recipes/gcloud.py").read_text(encoding="utf-8"),
            encoding="utf-8",
        )
        program.chmod(0o755)
        self._write({"secrets": {name: {} for name in SECRETS}})

    def _write(self, made: object) -> None:
        (self.folder / "made.json").write_text(json.dumps(made), encoding="utf-8")

    def made(self) -> dict[str, dict[str, dict[str, str]]]:
        found: dict[str, dict[str, dict[str, str]]] = json.loads((self.folder / "made.json").read_text())
        return found

    def set_up(self, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": f"{self.folder}:{os.environ['PATH']}", **SETTINGS, **settings}
        command = ["bash", "-e", "-u", "-o", "pipefail", str(SETUP), str(self.config)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def calls(self) -> list[list[str]]:
        """What was asked since the last time this was called."""
        kept = self.folder / "calls.jsonl"
        found = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
        kept.unlink(missing_ok=True)
        return found

    def changes(self) -> list[str]:
        plain = [[word for word in call if not word.startswith("--")] for call in self.calls()]
        return [" ".join(words) for words in plain if not READS & set(words)]


@pytest.fixture
def google(tmp_path: Path) -> Google:
    return Google(tmp_path)


def test_a_second_run_changes_nothing(google):
    assert google.set_up().returncode == 0
    assert len(google.changes()) == 13
    done = google.set_up()
    assert (done.returncode, done.stderr) == (0, "")
    assert google.changes() == []


def test_a_change_changes_what_differs_and_nothing_else(google):
    google.set_up()
    google.changes()
    google.set_up(TASKS="4")
    assert google.changes() == ["run jobs deploy unshipped-watch"]
    google.set_up(TASKS="4", SCHEDULE="0 8,10,12,14,16 * * *", ZONE="America/Los_Angeles")
    assert google.changes() == ["scheduler jobs update http unshipped-watch"]
    google.config.write_text("services: {}\n")
    google.set_up(TASKS="4", SCHEDULE="0 8,10,12,14,16 * * *", ZONE="America/Los_Angeles")
    assert google.changes() == ["secrets versions add unshipped-watch-config"]


def test_nobody_may_do_more_than_has_a_reason(google):
    google.set_up()
    looks = "serviceAccount:unshipped-watch@shop.iam.gserviceaccount.com"
    starts = "serviceAccount:unshipped-watch-schedule@shop.iam.gserviceaccount.com"
    reads_secret = [["roles/secretmanager.secretAccessor", looks]]
    assert google.made()["bound"] == {
        "shop": [["roles/run.viewer", looks]],
        "unshipped-watch-config": reads_secret,
        "unshipped-database": reads_secret,
        "unshipped-heartbeat": reads_secret,
        "unshipped-watch": [["roles/run.invoker", starts]],
    }


COMMANDS = (
    "services list", "services enable", "iam service-accounts list", "iam service-accounts create",
    "secrets list", "secrets create", "projects get-iam-policy", "projects add-iam-policy-binding",
    "run jobs list", "run jobs deploy", "run jobs get-iam-policy", "scheduler jobs list",
    "scheduler jobs create http",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS if NIGHTLY else COMMANDS[::4])
def test_a_gcloud_that_fails_stops_it_and_is_named(google, command):
    done = google.set_up(FAIL=command)
    assert done.returncode == 1
    assert f"setup.sh: this failed: gcloud {' '.join(command.split()[:3])}" in done.stderr
    assert "PERMISSION_DENIED" in done.stderr, "what gcloud said is not swallowed"
    assert " ".join(google.calls()[-1]).removeprefix("--project=shop --quiet ").startswith(command)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["secrets create", "run jobs deploy", "scheduler jobs create http"])
def test_it_goes_on_from_where_it_was_stopped(google, command):
    google.set_up(FAIL=command)
    assert google.set_up().returncode == 0
    google.calls()
    google.set_up()
    assert google.changes() == []


def test_a_secret_that_is_missing_stops_it_before_anything_is_made(google):
    done = google.set_up(SECRETS="UNSHIPPED_DATABASE=unshipped-database SLACK_TOKEN=slack")
    assert (done.returncode, google.changes()) == (1, [])
    assert "there is no secret slack" in done.stderr


def test_a_tag_is_refused_since_it_moves(google):
    done = google.set_up(IMAGE="europe-west1-docker.pkg.dev/shop/tools/unshipped:latest")
    assert (done.returncode, google.calls()) == (1, [])


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_that_is_missing_is_named(google, setting):
    done = google.set_up(**{setting: ""})
    assert done.returncode != 0
    assert setting in done.stderr


def test_the_job_looks_at_the_share_of_its_task(google, tmp_path):
    google.set_up(TASKS="4")
    words = google.made()["jobs"]["unshipped-watch"]["--args"].removeprefix("^|^").split("|")
    assert words[0] == "--"
    program = StandIn(tmp_path / "program")
    tasks = {"CLOUD_RUN_TASK_INDEX": "1", "CLOUD_RUN_TASK_COUNT": "4"}
    subprocess.run(words[1:], env=program.environment | tasks, check=True, capture_output=True)
    first, call = program.calls()
    assert first.words == ("db", "migrate")
    assert call.words == ("watch", "--once", "--slot", "schedule", "--shard", "2/4")


def test_the_schedules_that_it_offers_are_due():
    text = SETUP.read_text(encoding="utf-8")
    offered = [shlex.split(line)[0] for line in text.splitlines() if line.startswith("SCHEDULE=")]
    assert offered == ["SCHEDULE=${SCHEDULE:-*/10"]
    Schedule(["*/10 * * * *"], "UTC")
    assert '# Five times a day: SCHEDULE="0 8,10,12,14,16 * * *" ZONE=America/Los_Angeles' in text
    Schedule(["0 8,10,12,14,16 * * *"], "America/Los_Angeles")


def test_shellcheck_has_nothing_to_say():
    done = subprocess.run(
        [Path(sys.executable).with_name("shellcheck"), SETUP], capture_output=True, text=True, check=False
    )
    assert done.stdout == ""


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("gcloud"), reason="not installed: gcloud")
def test_the_real_gcloud_knows_every_command_and_flag(google, tmp_path):
    google.set_up()
    google.set_up(SCHEDULE="0 * * * *")
    google.config.write_text("services: {}\n")
    google.set_up()
    # Without `--project` and `--quiet`, which it has in front: the linter takes what follows as their value.
    calls = {shlex.join(["gcloud", *call[2:]]) for call in google.calls()}
    assert len(calls) >= len(COMMANDS)
    assert known_to_gcloud(sorted(calls), tmp_path) == {}
