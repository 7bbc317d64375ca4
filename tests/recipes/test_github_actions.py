"""The workflow: linted, its step run as GitHub runs it, and the whole of it run with act."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.recipes.program import CODES, RECIPES, StandIn, script
from tests.support.repo import Repo
from unshipped.config.values import Keeping

WORKFLOW = RECIPES / "github-actions/unshipped-watch.yml"
BIN = Path(sys.executable).parent
NOTHING = "runs: {using: composite, steps: [{run: 'true', shell: bash}]}\n"


def tool(*command: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    name, *rest = command
    words = [str(BIN / name), *map(str, rest)]
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False, **options)


def workflow() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    return found


def steps() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = workflow()["jobs"]["watch"]["steps"]
    return found


def looking() -> dict[str, Any]:
    [found] = [step for step in steps() if "unshipped watch" in step.get("run", "")]
    return found


def test_it_follows_the_published_schema():
    done = tool("check-jsonschema", "--builtin-schema", "vendor.github-workflows", WORKFLOW)
    assert done.returncode == 0, done.stdout


def test_the_auditor_of_workflows_has_nothing_to_say():
    done = tool("zizmor", "--offline", "--no-progress", "--quiet", WORKFLOW)
    assert done.returncode == 0, done.stdout


def test_it_may_read_the_history_and_nothing_else():
    assert workflow()["permissions"] == {}
    assert workflow()["jobs"]["watch"]["permissions"] == {"contents": "read"}


def test_every_action_is_pinned_and_says_its_version():
    used = re.findall(r"(?m)uses: (.*)$", WORKFLOW.read_text(encoding="utf-8"))
    assert len(used) == 4
    assert [line for line in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


def test_the_log_is_kept_after_a_failure_too():
    [fetched, kept] = [step for step in steps() if "actions/cache/" in step.get("uses", "")]
    assert fetched["with"]["key"] == kept["with"]["key"]
    assert kept["if"] == "${{ !cancelled() }}"
    assert fetched["with"]["path"] == kept["with"]["path"] == str(Path(Keeping().path).parent)


@pytest.mark.parametrize("code", CODES)
def test_the_step_leaves_as_the_round_did_and_says_why(code, tmp_path):
    program = StandIn(tmp_path, code)
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", looking()["run"]]
    done = subprocess.run(command, env=program.environment, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert ("::error::" in done.stdout) is (code != 0)
    [call] = program.calls()
    assert call.words == ("watch", "--once", "--slot", "schedule", "--no-fetch")


@pytest.mark.slow
@pytest.mark.parametrize("code", [0, 3])
def test_the_whole_workflow_runs(code, tmp_path):
    """With act, on this machine, and with actions that do nothing in place of those of the workflow."""
    place = ".github/workflows/watch.yml"
    repo = Repo.init(tmp_path / "shop")
    repo.commit({place: WORKFLOW.read_text(encoding="utf-8"), "api/main.py": ""}, message="Watch")
    repo.checkout()
    local = []
    for used in {step["uses"] for step in steps() if "uses" in step}:
        whole, _, commit = used.partition("@")
        owner, name, *below = whole.split("/")
        stand_in = tmp_path / "actions" / name
        action = stand_in.joinpath(*below, "action.yml")
        action.parent.mkdir(parents=True, exist_ok=True)
        action.write_text(f"name: {name}\n{NOTHING}", encoding="utf-8")
        local.append(f"--local-repository={owner}/{name}@{commit}={stand_in}")
    program = StandIn(tmp_path / "program", code)
    script(tmp_path / "program/bin/python", 'test "$1 $2 $3" = "-m pip install"')
    done = tool(
        "act", "workflow_dispatch", "--platform=ubuntu-latest=-self-hosted", "--action-offline-mode", *local,
        "--secret=UNSHIPPED_HEARTBEAT=of-the-test",
        cwd=repo.path, env=program.environment | {"HOME": str(tmp_path)},
    )  # fmt: skip
    assert (done.returncode == 0) is (code == 0), done.stdout + done.stderr
    for name in ("Fetch the log", "Keep the log"):
        assert re.search(rf"Success - Main {name}", done.stdout), done.stdout
    [call] = program.calls()
    assert call.environment["UNSHIPPED_HEARTBEAT"] == "of-the-test"
