"""The reusable action, and the whole workflow as the host's runner runs it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.pipelines.test_ci import BIN, StandIn, tool
from tests.support.repo import Repo
from unshipped.pipelines import writing

ACTION = Path(__file__).parents[2] / "action.yml"
NOTHING = "runs: {using: composite, steps: [{run: 'true', shell: bash}]}\n"


def action() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    return found


def test_it_follows_the_schema_that_the_host_publishes():
    done = tool("check-jsonschema", "--builtin-schema", "vendor.github-actions", ACTION)
    assert done.returncode == 0, done.stdout


def test_the_auditor_has_nothing_to_say():
    done = tool("zizmor", "--offline", "--no-progress", "--quiet", ACTION)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("code", "allow", "left"), [(0, "", 0), (1, "", 1), (1, "1", 0), (3, "1", 3), (11, "1", 11)]
)
def test_it_leaves_as_the_command_did_unless_that_is_allowed(
    code: int, allow: str, left: int, tmp_path: Path
):
    [step] = action()["runs"]["steps"]
    stand_in = StandIn(tmp_path, deploys=code)
    output = tmp_path / "output"
    variables = {
        "COMMAND": "deploy api  --plan",
        "FROM": "here",
        "ALLOW": allow,
        "GITHUB_OUTPUT": str(output),
    }
    assert stand_in.bash(step["run"], **variables).returncode == left
    assert stand_in.calls() == ["deploy api --plan"]
    assert output.read_text() == f"code={code}\n"


def test_it_installs_itself_and_reads_a_command_of_several_lines(tmp_path: Path):
    """At GitHub a default is read before it is known where the action lies: only a step learns that."""
    [step] = action()["runs"]["steps"]
    stand_in = StandIn(tmp_path)
    pip = tmp_path / "bin" / "python"
    pip.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/installed\n')
    given = {name: one.get("default", "") for name, one in action()["inputs"].items()}
    assert not any("${{" in one for one in given.values())
    variables = {
        "COMMAND": "check --format github\n  --fail-on critical\n",
        "FROM": given["from"],
        "ALLOW": given["allow"],
        "GITHUB_ACTION_PATH": "/actions/unshipped",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
    }
    done = stand_in.bash(step["run"], **variables)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "installed").read_text().endswith(" /actions/unshipped\n")
    assert stand_in.calls() == ["check --format github --fail-on critical"]


@pytest.mark.slow
@pytest.mark.parametrize(("code", "deploys"), [(0, 0), (0, 1), (3, 0)])
def test_the_whole_workflow_runs(code: int, deploys: int, tmp_path: Path):
    """With act, on this machine, and with actions that do nothing in place of those of the workflow."""
    text = writing.text("github", "main")
    repo = Repo.init(tmp_path / "shop")
    repo.commit({writing.PLACES["github"]: text, "api/main.py": ""}, message="Deploy")
    repo.checkout()
    local = []
    for owner, name, commit in set(re.findall(r"uses: ([\w-]+)/([\w-]+)@([0-9a-f]{40})", text)):
        stand_in = tmp_path / "actions" / name / "action.yml"
        stand_in.parent.mkdir(parents=True, exist_ok=True)
        stand_in.write_text(f"name: {name}\n{NOTHING}", encoding="utf-8")
        local.append(f"--local-repository={owner}/{name}@{commit}={stand_in.parent}")
    program = StandIn(tmp_path / "program", code=code, deploys=deploys)
    path = f"{tmp_path}/program/bin:{os.environ['PATH']}"
    done = subprocess.run(
        [
            str(BIN / "act"),
            "push",
            "--platform=ubuntu-latest=-self-hosted",
            "--action-offline-mode",
            *local,
        ],
        cwd=repo.path,
        env=os.environ | {"HOME": str(tmp_path), "PATH": path},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode == 0) is (code == 0 and deploys == 0), done.stdout + done.stderr
    plan, deploy = program.calls()
    assert plan == "ci plan --format github-matrix"
    assert deploy.startswith("deploy api --reason workflow run")
