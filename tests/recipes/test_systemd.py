"""The units: verified by systemd's own tool, and their calendar held against the product's schedule."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from configparser import RawConfigParser
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.recipes.program import RECIPES, StandIn
from unshipped.schedule import Schedule

FOLDER = RECIPES / "systemd"
UNITS = sorted(path.name for path in FOLDER.iterdir())
SERVICES = [name for name in UNITS if name.endswith(".service")]
PROGRAM = "/opt/unshipped/bin/unshipped"
CALENDARS = {
    "*-*-* *:00/10:00 UTC": ("*/10 * * * *", "UTC"),
    "*-*-* 08,10,12,14,16:00:00 America/Los_Angeles": ("0 8,10,12,14,16 * * *", "America/Los_Angeles"),
}
"""What the timer says and offers, and how the configuration says it."""
CHANGES = (datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
"""Days on which the clocks are changed there."""

real = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="not installed: systemd-analyze")


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"TZ": "UTC", "LC_ALL": "C.UTF-8"}
    command = ["systemd-analyze", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def setting(unit: str, section: str, name: str) -> str:
    parser = RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(FOLDER / unit, encoding="utf-8")
    return parser[section][name]


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units, with a program that is there."""
    for name in UNITS:
        text = (FOLDER / name).read_text(encoding="utf-8").replace(PROGRAM, "/bin/true")
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@real
def test_systemd_has_nothing_to_say(installed):
    done = analyze("verify", "--man=no", *(str(installed / name) for name in UNITS))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@real
def test_systemd_finds_a_setting_that_does_not_exist(installed):
    unit = installed / "unshipped.service"
    unit.write_text(unit.read_text().replace("Restart=always", "Restart=evermore"))
    assert "evermore" in analyze("verify", "--man=no", str(unit)).stderr


@real
@pytest.mark.parametrize("unit", SERVICES)
def test_systemd_finds_little_that_is_exposed(unit, installed):
    done = analyze("security", "--offline=true", "--threshold=20", str(installed / unit))
    assert done.returncode == 0, done.stdout[-200:]


@real
@pytest.mark.parametrize("day", CHANGES, ids=str)
@pytest.mark.parametrize("calendar", CALENDARS)
def test_the_timer_is_due_when_the_schedule_is(calendar, day):
    assert calendar in (FOLDER / "unshipped-watch.timer").read_text(encoding="utf-8")
    text, zone = CALENDARS[calendar]
    base = f"--base-time={day:%Y-%m-%d %H:%M:%S} UTC"
    said = analyze("calendar", base, "--iterations=30", calendar).stdout
    due = re.findall(r"(?:elapse|#\d+): \w+ (\d+-\d+-\d+ \d+:\d+:\d+) UTC", said)
    schedule, moment, expected = Schedule([text], zone), day - timedelta(seconds=1), []
    for _ in range(31):
        moment = schedule.next(moment)
        expected.append(f"{moment:%Y-%m-%d %H:%M:%S}")
    # systemd leaves out the moment that it starts from.
    assert due == [one for one in expected if one != f"{day:%Y-%m-%d %H:%M:%S}"][:30]


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("unshipped-watch.service", ("watch", "--once", "--slot", "schedule")),
        ("unshipped.service", ("serve",)),
    ],
)
def test_a_unit_starts_what_it_says(unit, words, tmp_path):
    program, *rest = shlex.split(setting(unit, "Service", "ExecStart"))
    assert program == PROGRAM
    stand_in = StandIn(tmp_path)
    subprocess.run(["unshipped", *rest], env=stand_in.environment, check=True, capture_output=True)
    [call] = stand_in.calls()
    assert call.words == (*words, "--config", "/etc/unshipped/unshipped.yaml")


def test_who_stops_the_service_stops_nothing_that_it_started():
    """Otherwise every process of the unit is told to end: git in a round, a deploy with its supervisor."""
    assert setting("unshipped.service", "Service", "KillMode") == "process"


def test_a_round_that_was_missed_is_caught_up():
    assert setting("unshipped-watch.timer", "Timer", "Persistent") == "true"


@pytest.mark.parametrize("unit", SERVICES)
def test_no_secret_stands_in_a_unit(unit):
    assert setting(unit, "Service", "EnvironmentFile") == "/etc/unshipped/secrets.env"
