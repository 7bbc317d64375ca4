"""A rollout of which nobody knows whether it serves well: it is said wherever somebody looks."""

from __future__ import annotations

from pathlib import Path

from tests.deploying.test_several_repositories import run
from tests.support.repo import Repo

CONFIG = """\
repositories: {main: {path: code}}
environments: {production: {expected: {branch: main}, deployed: {source: file, path: serves}}}
deploy:
  by: {deployer: command, shell: 'printf %s "$UNSHIPPED_COMMIT" > serves', state: state}
  checks: {smoke: {check: command, command: [sh, -c, "exit 75"], attempts: 1}}
  identity: {within: 5s, every: 1s, times: 1}
  engine: {kind: local}
services: {api: {paths: [api]}}
"""


def test_the_digest_says_first_that_it_stopped_halfway(tmp_path: Path):
    repo = Repo.init(tmp_path / "code")
    (tmp_path / "serves").write_text(repo.commit({"api/x": "1"}))
    repo.commit({"api/x": "2"})
    (tmp_path / "unshipped.yaml").write_text(CONFIG)
    stopped = run(tmp_path, "deploy", "api")
    assert stopped.code == 3 and "stopped: check smoke" in stopped.out, stopped
    assert run(tmp_path, "watch", "--once", "--no-fetch").code == 0
    told = run(tmp_path, "digest").out
    assert "1 target: 1 rollout stopped halfway, and a person has to look." in told
