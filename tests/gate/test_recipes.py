"""What the examples show, run as it would be run: real programs, a real server, real exit codes."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.gate.places import TOKEN, desk, now, record, serving, standing
from tests.support.run import SOURCES
from unshipped.app.gate_api import gate_request
from unshipped.gate import DeploymentDriftError

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "gate"
ACTION = yaml.safe_load((ROOT / "gate" / "action.yml").read_text())


def environment(server: str = "", **more: str) -> dict[str, str]:
    asked = {"UNSHIPPED_SERVER": server, "UNSHIPPED_TOKEN": TOKEN, "UNSHIPPED_GATE_DEADLINE": "20"}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCES), "USER": "ana"} | asked | more


def program(folder: Path, code: int | None = None, says: str = "block\n  worker: stale") -> str:
    """A folder with a program called unshipped: the real one, or one that leaves with that code."""
    folder.mkdir(exist_ok=True)
    path = folder / "unshipped"
    does = (
        f'exec "{sys.executable}" -m unshipped "$@"' if code is None else f"printf '{says}\\n'; exit {code}"
    )
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


# ---------------------------------------------------------------- a plain worker


def coordinator(server: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXAMPLES / "coordinator.py"), *arguments]
    return subprocess.run(command, env=environment(server), capture_output=True, text=True, check=False)


def test_the_coordinator_refuses_while_the_worker_is_behind():
    kept = record(standing(behind=4))
    with serving(kept) as server:
        done = coordinator(server)
    assert (done.returncode, done.stdout) == (1, "")
    assert "4 commits behind (at most 3)" in done.stderr
    assert [one.asked_by for one in kept.asked] == ["coordinator"]


def test_the_coordinator_goes_on_when_somebody_says_why():
    kept = record(standing(behind=4))
    with serving(kept) as server:
        assert coordinator(server, "--skip-drift-check").returncode == 1
        done = coordinator(server, "--skip-drift-check", "--reason", "the fix is in here")
        assert done.returncode == 0
        assert coordinator(server).returncode == 0  # it holds for a while, and is listed
    assert [one.reason for one in kept.given.values()] == ["the fix is in here"]
    assert len(kept.notices) == 1


# ---------------------------------------------------------------- a service of FastAPI


def service() -> Any:
    spec = importlib.util.spec_from_file_location("gate_service", EXAMPLES / "service.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.app


async def posted(app: Any) -> tuple[int, Any]:
    """What the application answers to an order."""
    sent: list[dict[str, Any]] = []
    scope = {"type": "http", "method": "POST", "path": "/orders", "query_string": b"", "headers": []}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope | {"http_version": "1.1", "scheme": "http", "server": ("x", 80)}, receive, send)
    return sent[0]["status"], json.loads(b"".join(one.get("body", b"") for one in sent[1:]))


@pytest.fixture
def asks(monkeypatch):
    def there(server: str) -> None:
        for name, value in environment(server, UNSHIPPED_SERVICE="api", GIT_COMMIT="a" * 40).items():
            monkeypatch.setenv(name, value)

    return there


@pytest.mark.parametrize(("behind", "status"), [(4, 503), (3, 200)])
def test_a_service_takes_no_order_while_the_worker_is_behind(asks, behind, status):
    with serving(record(standing(behind=behind))) as server:
        asks(server)
        found, document = asyncio.run(posted(service()))
    assert found == status
    assert status == 200 or "4 commits behind" in document["detail"]


@pytest.mark.parametrize(("behind", "starts"), [(21, False), (20, True)])
def test_a_service_that_is_stale_itself_does_not_start(asks, behind, starts):
    async def start() -> None:
        app = service()
        async with app.router.lifespan_context(app):
            pass

    with serving(record(standing("api", behind))) as server:
        asks(server)
        if starts:
            asyncio.run(start())
        else:
            with pytest.raises(DeploymentDriftError, match="21 commits behind"):
                asyncio.run(start())


# ---------------------------------------------------------------- before a job


def before(path: str, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = environment(PATH=path, **more)
    whole = [str(EXAMPLES / "pre_job.sh"), "batches", *command]
    return subprocess.run(whole, env=env, capture_output=True, text=True, check=False, cwd=EXAMPLES)


@pytest.mark.parametrize(("code", "step"), [(0, 7), (1, 1), (2, 2), (3, 3)])
def test_a_job_runs_only_if_its_gate_lets_it(tmp_path, code, step):
    done = before(program(tmp_path, code), "sh", "-c", "echo ran; exit 7")
    assert done.returncode == step
    assert ("ran" in done.stdout) is (code == 0)


@pytest.mark.parametrize("code", [1, 3])
def test_airflow_can_skip_what_is_stopped(tmp_path, code):
    assert before(program(tmp_path, code), "true", BLOCKED_EXIT_CODE="99").returncode == 99


def test_before_a_job_the_real_program_asks_the_real_server(tmp_path):
    path = program(tmp_path)
    for behind, code in ((4, 1), (0, 0)):
        with serving(record(standing(behind=behind))) as server:
            assert before(path, "true", UNSHIPPED_SERVER=server).returncode == code


def test_a_workflow_reads_what_the_server_writes():
    steps = yaml.safe_load((EXAMPLES / "cloud-workflows.yaml").read_text())["main"]["steps"]
    [decide] = [one["decide"] for one in steps if "decide" in one]
    _, document = gate_request("GET", "/api/v1/gate?gate=batches", b"", desk(record(standing())), now())
    assert decide["switch"][0]["condition"] == '${gate.body.answer == "block"}'
    assert document["answer"] == "block"
    raised = decide["switch"][0]["raise"]  # a text or a map: Workflows raises nothing else, such as a list
    assert raised == {"message": "the gate says block", "reasons": "${gate.body.reasons}"}
    assert document["reasons"]


# ---------------------------------------------------------------- the Action


def acted(folder: Path, path: str, **inputs: str) -> tuple[int, str, str]:
    """Its step as GitHub runs it: the exit code, the output, and what it hands on."""
    [step] = [one for one in ACTION["runs"]["steps"] if one["name"] == "Ask"]
    handed = folder / "outputs"
    handed.touch()
    env = {name: inputs.get(name, "") for name in step["env"]} | {"PURPOSE": inputs.get("PURPOSE", "work")}
    env |= {"PATH": path, "GITHUB_OUTPUT": str(handed), "PYTHONPATH": str(SOURCES)}
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]]
    done = subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr, handed.read_text()


@pytest.mark.parametrize(
    ("code", "says", "note"),
    [
        (0, "allow", ""),
        (0, "warn\n  worker: it was never looked at", "::warning::the gate warns:   worker: it was never"),
        (1, "block\n  worker: stale", "::error::the gate says block:   worker: stale"),
        (3, "block\n  worker: unknown", "::error::the gate says block"),
        (2, "", ""),
    ],
)
def test_the_action_ends_as_the_gate_says(tmp_path, code, says, note):
    left, said, handed = acted(tmp_path, program(tmp_path / "bin", code, says), GATE="batches")
    assert left == code
    assert note in said
    assert ("::" in said) is bool(note)
    assert handed == f"answer={says.split(chr(10))[0]}\n"


def test_the_action_asks_the_real_server(tmp_path):
    with serving(record(standing())) as server:
        left, said, _ = acted(
            tmp_path,
            program(tmp_path / "bin"),
            SERVICES="worker",
            ARGUMENTS="--max-behind 3",
            UNSHIPPED_SERVER=server,
            UNSHIPPED_TOKEN=TOKEN,
            UNSHIPPED_USER="ana",
        )
    assert left == 1
    assert "4 commits behind (at most 3)" in said


@pytest.mark.parametrize(("given", "installed"), [(None, "/actions/x/gate/.."), ("a.whl", "a.whl")])
def test_the_action_installs_what_it_lies_in(tmp_path, given, installed):
    """At GitHub a default is read before it is known where the action lies: only a step learns that."""
    [step] = [one for one in ACTION["runs"]["steps"] if one["name"] == "Install"]
    defaults = {name: one["default"] for name, one in ACTION["inputs"].items()}
    assert not any("${{" in one for one in defaults.values())
    pip = tmp_path / "python3"
    pip.write_text('#!/bin/sh\necho "$@"\n')
    pip.chmod(0o755)
    env = {"INSTALL": given or defaults["install"], "GITHUB_ACTION_PATH": "/actions/x/gate"}
    env |= {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert done.stdout == f"-m pip install --quiet {installed}\n"


def test_the_action_leaves_what_is_checked_out_as_it_is(tmp_path):
    (tmp_path / "answer.txt").write_text("42\n")
    acted(tmp_path, program(tmp_path / "bin", 0, "allow"), GATE="batches")
    assert (tmp_path / "answer.txt").read_text() == "42\n"


def test_the_action_takes_no_input_into_a_script():
    """What somebody else may have written comes as a variable: in a script it would be run."""
    assert [step for step in ACTION["runs"]["steps"] if "${{" in step["run"]] == []
    assert {step["shell"] for step in ACTION["runs"]["steps"]} == {"bash"}
