"""Every example runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest
import yaml

from tests.docs.consoles import Session, session
from tests.docs.pages import ROOT, blocks, pages
from tests.docs.platforms import pointed
from tests.support.repo import git

EXAMPLES = ROOT / "examples"
CONFIGURATIONS = sorted(EXAMPLES.rglob("unshipped.yaml"))


def in_shop(here: Session, example: Path) -> None:
    """The example in the shop, with the branch that a deployment would have moved."""
    shutil.copytree(example, here.world.folder, dirs_exist_ok=True)
    here.write("unshipped.yaml", (example / "unshipped.yaml").read_text(encoding="utf-8"))
    git(here.world.folder, "branch", "-q", "deployed/production/api", "9a1a841")


def cloned(here: Session) -> dict[str, str]:
    """What lets git take the shop from where it lies, instead of from the address that an example gives."""
    address = f"http://127.0.0.1:{here.port}/git.example.com/shop.git"
    here_instead = f"url.{here.world.folder.parent / 'origin'}.insteadOf"
    return {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": here_instead, "GIT_CONFIG_VALUE_0": address}


@pytest.mark.parametrize("path", CONFIGURATIONS, ids=lambda path: path.parent.name)
def test_every_example_finds_what_serves(path):
    with session("shop") as here, ExitStack() as stack:
        in_shop(here, path.parent)
        text, environment = pointed(path.read_text(encoding="utf-8"), stack, here.world.folder)
        here.write("unshipped.yaml", text)
        here.env |= environment | cloned(here)
        said = here.run("unshipped check --format json")
        states = {f"{t['service']}/{t['environment']}": t["state"] for t in json.loads(said)["targets"]}
    assert states["api/production"] == "behind"
    assert "unknown" not in states.values()


def test_there_is_an_example_of_every_kind_of_source():
    from unshipped.sources import KINDS

    text = "".join(path.read_text(encoding="utf-8") for path in CONFIGURATIONS)
    assert [kind for kind in KINDS if f"source: {kind}" not in text and kind != "static"] == []


def test_the_service_of_the_http_example_answers_with_the_commit_it_was_started_from():
    command = [sys.executable, str(EXAMPLES / "http/service.py"), "0"]
    environment = os.environ | {"GIT_COMMIT": "9a1a841"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as service:
        try:
            assert service.stdout
            with urlopen(service.stdout.readline().strip(), timeout=10) as answer:
                assert json.load(answer) == {"commit": "9a1a841"}
        finally:
            service.kill()


# ---------------------------------------------------------------- workflows


def scripts(value: object) -> list[str]:
    """Every script of a workflow that checks."""
    if isinstance(value, dict):
        return [found for part in value.values() for found in scripts(part)]
    if isinstance(value, list):
        return [found for part in value for found in scripts(part)]
    return [value] if isinstance(value, str) and "unshipped check" in value else []


def steps() -> dict[str, str]:
    texts = {str(p.relative_to(ROOT)): p.read_text(encoding="utf-8") for p in EXAMPLES.glob("ci/*.yml")}
    texts |= {b.place: b.text for page in pages() for b in blocks(page) if b.language == "yaml"}
    return {place: found for place, text in texts.items() for found in scripts(yaml.safe_load(text))}


@pytest.mark.parametrize("script", steps().values(), ids=steps().keys())
@pytest.mark.parametrize(("code", "step"), [(0, 0), (1, 0), (2, 2), (3, 3), (4, 4)])
def test_a_step_of_a_workflow_tells_drift_from_a_failure_to_look(script, code, step, tmp_path):
    program = tmp_path / "unshipped"
    program.write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
    program.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    # As GitHub runs a step that names `bash` or nothing.
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == step
    assert ("drift" in done.stdout) is (code == 1)


def test_there_are_workflows_to_run():
    assert len(steps()) >= 5


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("ci/*.yml")), ids=lambda path: path.name)
def test_a_workflow_has_the_history(path):
    text = path.read_text(encoding="utf-8")
    assert "fetch-depth: 0" in text or 'GIT_DEPTH: "0"' in text


def test_the_readme_names_every_kind_of_source():
    from unshipped.sources import KINDS

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f"`{kind}`" not in text] == []


def test_the_example_of_a_deploy_deploys():
    with session("shop") as here:
        in_shop(here, EXAMPLES / "deploy")
        here.env |= {"XDG_STATE_HOME": str(here.world.folder.parent / "state")}
        here.run("unshipped deploy api --reason 'to try it'")
        said = json.loads(here.run("unshipped check api --format json"))
    assert [target["state"] for target in said["targets"]] == ["in_sync"]
