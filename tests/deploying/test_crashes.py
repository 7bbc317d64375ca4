"""Whoever carries a rollout out is killed, at every point: the next one goes on, nothing is done by halves.

The points are counted by `crashing.py`. Here each engine takes a share of them; all of them at once are
`UNSHIPPED_EVERY_POINT=1 pytest tests/deploying/test_crashes.py`, whose figures stand in
`docs/decisions/0015-rollouts-in-the-log.md`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PROGRAM = Path(__file__).with_name("crashing.py")
ROOT = Path(__file__).parents[2]
EVERY = bool(os.environ.get("UNSHIPPED_EVERY_POINT"))
STORIES = [
    ("local", "bad", "1/16"),
    ("local", "good", "2/16"),
    ("dbos-sqlite", "bad", "3/20"),
    ("dbos-postgresql", "bad", "6/32"),
    ("temporal", "bad", "4/32"),
]


@pytest.mark.parametrize(("engine", "story", "share"), STORIES)
def test_whoever_dies_wherever_it_ends_as_it_should(engine: str, story: str, share: str, request, tmp_path):
    place = "-"
    if engine == "temporal":
        place = request.getfixturevalue("temporal").address
    if engine == "dbos-postgresql":
        server, template = request.getfixturevalue("server"), request.getfixturevalue("template")
        place = server.url(server.create(template))
    arguments = [engine, str(tmp_path), place, story, "4", "1/1" if EVERY else share]
    done = subprocess.run(
        [sys.executable, str(PROGRAM), *arguments],
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])  # the client of Temporal warns on standard output
    sys.stdout.write(f"{found}\n")
    assert found["wrong"] == {}
    assert found["killed"] >= (50 if EVERY else 3)
