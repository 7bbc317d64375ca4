"""The demo and the picture show what the program says."""

from __future__ import annotations

import importlib
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.docs.pages import ROOT
from tests.support.run import SOURCES

DEMO = ROOT / "examples/demo/run.py"


def demo(temporary: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "PYTHONPATH": str(SOURCES), "TMPDIR": str(temporary), "COLUMNS": "100", "LC_ALL": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    command = [sys.executable, str(DEMO), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_the_demo_shows_every_verdict_and_leaves_nothing_behind(tmp_path):
    started = time.monotonic()
    done = demo(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    states = {"worker": "behind", "search": "unknown", "mail": "diverged", "api": "behind"}
    for service, state in states.items():
        assert re.search(rf"(?m)^[■▲●?]  {service} +{state} ", done.stdout), done.stdout
    assert "2 in sync: billing, site" in done.stdout
    assert "waiting 14 h 3 min (critical past 12 h)" in done.stdout
    assert "shared/money.py  counts by shared" in done.stdout
    assert "✓ api/production     live" in done.stdout
    assert "Exit code 3" in done.stdout
    assert re.search(r"(?m)^worker/production  proven: \w{9} is proven to serve$", done.stdout), done.stdout
    assert "1 in sync: worker" in done.stdout
    assert "unshipped check --deployed COMMIT" in done.stdout
    assert list(tmp_path.iterdir()) == []
    assert time.monotonic() - started < 30, "a demo takes seconds"


def test_every_command_of_the_demo_is_shown_before_its_output(tmp_path):
    commands = [line for line in demo(tmp_path).stdout.splitlines() if line.startswith("$ ")]
    assert [command.split()[:2] for command in commands] == [["$", "unshipped"]] * 5
    assert [command.split()[2] for command in commands] == ["check", "explain", "where", "deploy", "check"]


@pytest.mark.slow
def test_the_demo_keeps_the_repository_and_stops_the_services_where_asked(tmp_path):
    done = demo(tmp_path, "--keep")
    kept = re.search(r"(?m)^Kept: (\S+)", done.stdout)
    assert kept and Path(kept[1], "unshipped.yaml").is_file()
    text = Path(kept[1], "unshipped.yaml").read_text(encoding="utf-8")
    for port in re.findall(r"127\.0\.0\.1:(\d+)", text):
        with socket.socket() as attempt:
            assert attempt.connect_ex(("127.0.0.1", int(port))) != 0


def test_the_demo_says_what_is_missing_where_the_package_is_not_installed(tmp_path):
    command = [sys.executable, "-S", "-E", str(DEMO)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False)
    assert done.returncode == 1
    assert "unshipped is not installed" in done.stderr


def test_the_picture_of_the_readme_is_up_to_date():
    drawn = importlib.import_module("docs.make_picture")
    old, new = drawn.PICTURE.read_text(encoding="utf-8"), drawn.picture(drawn.answer())
    assert old == new, "run docs/make_picture.py"


def test_the_picture_is_light_and_readable_in_both_modes():
    text = (ROOT / "docs/images/check.svg").read_text(encoding="utf-8")
    assert len(text) < 10_000
    assert "prefers-color-scheme: dark" in text
