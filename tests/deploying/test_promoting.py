"""What is promoted from another environment, for all services at once: one without proof keeps no other."""

from __future__ import annotations

from pathlib import Path

from tests.deploying.test_several_repositories import run
from tests.support.repo import Repo

CONFIG = """\
repositories: {main: {path: code}}
environments:
  staging: {expected: {branch: main}, deployed: {source: file, path: "serves/staging-{service}"}}
  production:
    expected: {branch: main}
    deployed: {source: file, path: "serves/production-{service}"}
    deploy: {promote: staging}
deploy:
  by:
    deployer: command
    shell: 'printf %s "$UNSHIPPED_COMMIT" > "serves/$UNSHIPPED_ENVIRONMENT-$UNSHIPPED_SERVICE"'
    state: state
  identity: {within: 5s, every: 1s, times: 1}
  engine: {kind: local}
services:
  api: {paths: [api]}
  worker: {paths: [worker]}
"""
WHY = "worker/production is left as it is: no rollout from here has proven anything in worker/staging"


def test_a_service_of_which_nothing_is_proven_there_keeps_no_other_from_its_deploy(tmp_path: Path):
    repo, serves = Repo.init(tmp_path / "code"), tmp_path / "serves"
    old = repo.commit({"api/x": "1", "worker/x": "1"})
    new = repo.commit({"api/x": "2"})
    serves.mkdir()
    for name in ("staging-api", "staging-worker", "production-api", "production-worker"):
        (serves / name).write_text(old)
    (tmp_path / "unshipped.yaml").write_text(CONFIG)
    refused = run(tmp_path, "deploy", "--affected", "-e", "production")
    assert (refused.code, refused.out) == (2, "") and "has proven anything in api/staging" in refused.err
    assert run(tmp_path, "deploy", "--affected").code == 0
    asked = run(tmp_path, "smoke", "-e", "production", "--within", "1s")
    assert asked.code == 3 and "api/production\n  ✗ identity" in asked.out and WHY in asked.err
    planned = run(tmp_path, "deploy", "--affected", "-e", "production", "--plan")
    assert (planned.code, planned.out.count("would begin now")) == (3, 1) and WHY in planned.err
    done = run(tmp_path, "deploy", "--all-stale", "-e", "production")
    assert (done.code, (serves / "production-api").read_text()) == (0, new), done
