"""A service that two repositories feed: as one it is refused, with what to do; as two it is deployed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.deploying.shop import SOURCES, Ran
from tests.support.repo import Repo

DEPLOY = """\
repositories: {main: {path: code}, models: {path: models}}
environments: {production: {expected: {branch: main}}}
deploy:
  by: {deployer: command, shell: 'printf %s "$UNSHIPPED_COMMIT" > "serves/$UNSHIPPED_SERVICE"', state: state}
  identity: {within: 5s, every: 1s, times: 1}
  engine: {kind: local}
services:
"""
ONE = """\
  api:
    origins:
      - {repository: main, paths: [api], deployed: {source: file, path: serves/api}}
      - {repository: models, paths: [api], deployed: {source: file, path: serves/api-models}}
"""
TWO = """\
  api: {paths: [api], deployed: {source: file, path: serves/api}, deploy: {after: [api-models]}}
  api-models: {repository: models, paths: [api], deployed: {source: file, path: serves/api-models}}
"""


def run(folder: Path, *words: str) -> Ran:
    done = subprocess.run(
        [sys.executable, "-m", "unshipped", *words, "--config", str(folder / "unshipped.yaml")],
        env=os.environ
        | {"PYTHONPATH": str(SOURCES), "UNSHIPPED_USER": "ana", "UNSHIPPED_CACHE_DIR": str(folder / "cache")},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def test_as_one_it_is_refused_with_the_way_round_and_as_two_each_is_proven(tmp_path: Path):
    (tmp_path / "serves").mkdir()
    tips = {}
    for name, service in (("code", "api"), ("models", "api-models")):
        repo = Repo.init(tmp_path / name)
        (tmp_path / "serves" / service).write_text(repo.commit({"api/x": "1"}))
        tips[service] = repo.commit({"api/x": "2"})
    config = tmp_path / "unshipped.yaml"
    config.write_text(DEPLOY + ONE)
    for words in (("deploy", "api"), ("deploy", "api", "--plan"), ("deploy", "--affected")):
        refused = run(tmp_path, *words)
        assert refused.code == 1, refused
        assert "no deploy brings several commits at once: declare each repository's part as" in refused.out
    asked = run(tmp_path, "smoke")
    assert asked.code == 3 and "? identity  could not run: it is fed by several" in asked.out
    config.write_text(DEPLOY + TWO)
    assert run(tmp_path, "deploy", "--affected").code == 0
    assert {name: (tmp_path / "serves" / name).read_text() for name in tips} == tips
    assert run(tmp_path, "check").code == 0
