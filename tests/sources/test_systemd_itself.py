"""Units of systemd, by systemd itself: a manager of its own in a mount namespace, which needs root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.sources.doubles import systemctl
from tests.support.reading import reading
from unshipped.core.model import Code, Sign
from unshipped.errors import SourceError
from unshipped.sources.plain._systemctl import _PROPERTIES
from unshipped.sources.plain.systemd import SystemdSource

MANAGER = Path("/lib/systemd/systemd")
NEEDED = ("unshare", "nsenter", "systemctl")
A, B = "a1" * 20, "b2" * 20
BEGIN = """
set -e
mount -t tmpfs none /run
mkdir -p /run/systemd/system /run/home/systemd
ln -s /run/home/systemd/private /run/systemd/private
cp -r "$1" /run/home/units
export HOME=/run/home XDG_RUNTIME_DIR=/run/home SYSTEMD_UNIT_PATH=/run/home/units:
exec /lib/systemd/systemd --user --unit=begun.target
"""
"""The door that a manager of one user has is put where that of the whole machine would be."""
UNITS = {
    "begun.target": "[Unit]\n",
    "api.service": f"[Service]\nEnvironment=COMMIT_SHA={A} 'NAME=two words'\nExecStart=/bin/sleep 60\n",
    "api.service.d/10-more.conf": "[Service]\nEnvironment=LEVEL=info\n",
    "worker.service": "[Service]\nWorkingDirectory={folder}\nExecStart=/bin/sleep 60\n",
    "failing.service": "[Service]\nWorkingDirectory={folder}\nExecStart=/bin/false\n"
    "Restart=always\nRestartSec=60\n",
    "idle.service": "[Service]\nExecStart=/bin/sleep 60\n",
}


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ...]]:
    """What leads to the machine; its units were started, but for `idle`."""
    if (
        sys.platform != "linux"
        or os.geteuid() != 0
        or not MANAGER.exists()
        or not all(map(shutil.which, NEEDED))
    ):
        pytest.skip("needs root and Debian's systemd")
    folder = tmp_path_factory.mktemp("systemd")
    folder.chmod(0o755)
    (folder / "REVISION").write_text(f"{B}\n")
    for name, text in UNITS.items():
        place = folder / "units" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text.format(folder=folder) if "{folder}" in text else text)
    time.sleep(1.1)  # a unit is older than its process by a whole second, which is all that is written of it
    command = [
        "unshare",
        "--mount",
        "--propagation",
        "private",
        "sh",
        "-c",
        BEGIN,
        "sh",
        str(folder / "units"),
    ]
    with (folder / "log").open("wb") as log:
        manager = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    lead = ("nsenter", "--mount", "--target", str(manager.pid))
    try:
        _started(lead, manager, folder / "log")
        yield lead
    finally:
        manager.terminate()
        try:
            manager.wait(10)
        except subprocess.TimeoutExpired:
            manager.kill()
            manager.wait(10)


def _started(lead: tuple[str, ...], manager: subprocess.Popen[bytes], log: Path) -> None:
    wanted = ["start", "api.service", "worker.service", "failing.service"]
    for _ in range(100):
        done = subprocess.run([*lead, "systemctl", *wanted], capture_output=True, check=False, timeout=20)
        if done.returncode == 0:
            return
        if manager.poll() is not None:
            pytest.skip(f"systemd does not run here: {log.read_text(errors='replace')[-300:]}")
        time.sleep(0.1)
    pytest.skip(f"systemd does not answer here: {done.stderr.decode()[-300:]}")


def asked(machine: tuple[str, ...], unit: str) -> SystemdSource:
    return SystemdSource(unit=unit, command=machine)


def test_the_variables_of_what_runs_are_heard(machine: tuple[str, ...]):
    found = reading(asked(machine, "api.service"))
    [said] = found.revisions
    assert (said.text, said.said_by, said.weak) == (A, "variable COMMIT_SHA", False)
    assert said.since and datetime.now(UTC) - timedelta(minutes=5) < said.since <= datetime.now(UTC)
    assert found.remarks == ()


def test_the_file_beside_the_code_is_heard(machine: tuple[str, ...]):
    [said] = reading(asked(machine, "worker.service")).revisions
    assert (said.text, said.weak) == (B, False)
    assert said.said_by.endswith("/REVISION")


def test_what_is_started_again_and_again_is_told(machine: tuple[str, ...]):
    found = reading(asked(machine, "failing.service"))
    assert [one.sign for one in found.remarks] == [Sign.UNHEALTHY]


@pytest.mark.parametrize(
    ("unit", "code"), [("gone.service", Code.NOT_FOUND), ("idle.service", Code.NO_REVISION)]
)
def test_what_does_not_run_has_a_reason(machine: tuple[str, ...], unit: str, code: Code):
    with pytest.raises(SourceError) as caught:
        reading(asked(machine, unit))
    assert caught.value.problem.code is code


def test_the_double_says_of_a_unit_what_systemd_says(machine: tuple[str, ...]):
    """Every property that is asked for, and of what is not known the same values."""
    words = ["systemctl", "show", "--timestamp=utc", f"--property={','.join(_PROPERTIES)}", "--"]

    def shown(unit: str) -> dict[str, str]:
        done = subprocess.run([*machine, *words, unit], capture_output=True, check=True, timeout=20)
        return dict(line.split("=", 1) for line in done.stdout.decode().splitlines())

    assert shown("api.service").keys() >= systemctl.unit().keys() - {"DropInPaths"}
    assert shown("api.service")["DropInPaths"].endswith("/api.service.d/10-more.conf")
    assert shown("gone.service").items() >= systemctl.NOT_FOUND.items()
