"""Which targets `deploy`, `rollback`, `smoke` and `ci plan` take for meant where no environment is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.repo import Repo
from tests.support.run import run

WHERE = ["--config=unshipped.yaml", "--repo=repo"]


@pytest.fixture
def places(repo: Repo, folder: Path) -> Path:
    """`api` in production and staging, `worker` in staging alone, where both are behind."""
    old, live = repo.id("main"), repo.commit({"api/app.py": "2", "worker/job.py": "2"})
    services = {
        "api": {
            "paths": ["api"],
            "environments": {"production": {"deployed": live}, "staging": {"deployed": old}},
        },
        "worker": {"paths": ["worker"], "environments": {"staging": {"deployed": old}}},
    }
    deploy = {"by": {"deployer": "command", "command": ["true"]}}
    written = {"environments": {"production": {}, "staging": {}}, "services": services, "deploy": deploy}
    (folder / "unshipped.yaml").write_text(json.dumps(written))
    return folder


@pytest.mark.parametrize("command", ["deploy --plan", "rollback --reason x", "smoke"])
def test_a_service_that_is_named_is_never_left_out_in_silence(command: str, places: Path):
    name, *options = command.split()
    done = run([name, "api", "worker", *options, *WHERE], places)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr == "error: worker is not in production\nhint: it is in staging: -e staging\n"


def test_the_plan_of_a_pipeline_is_for_where_its_deploys_go(places: Path):
    assert run(["ci", "plan", *WHERE], places).stdout == ""
    done = run(["ci", "plan", "-e", "staging", *WHERE], places)
    assert (done.code, done.stdout) == (0, "api\nworker\n")
