"""What `deploy --all-stale` deploys, and what it says of the others."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.repo import Repo
from tests.support.run import run, service


def test_what_is_no_part_of_it_and_not_in_sync_is_named(repo: Repo, folder: Path):
    deploy = {"by": {"deployer": "command", "command": ["true"]}}
    services = {"api": service(["api"], "f" * 40), "worker": service(["worker"], repo.id("main"))}
    (folder / "unshipped.yaml").write_text(json.dumps({"services": services, "deploy": deploy}))
    done = run(["deploy", "--all-stale", "--config=unshipped.yaml", "--repo=repo"], folder)
    assert (done.code, done.stdout) == (4, "Nothing waits.\n")
    assert done.stderr == ("api/production is left as it is: unknown: the commit is not in this repository\n")
