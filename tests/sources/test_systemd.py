"""Units of systemd, by a program that says what `systemctl show` says."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from tests.sources.doubles import systemctl
from tests.support.reading import reading
from unshipped.core.model import Code, Reading, Sign
from unshipped.errors import SourceError
from unshipped.sources.plain.systemd import SystemdSource

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is no systemd elsewhere")

A = "a1" * 20
LONG_AGO = "Thu 2026-02-05 12:00:00 UTC"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    return tmp_path / "app"


def read(folder: Path, patch: pytest.MonkeyPatch, properties: dict[str, str], **more: Any) -> Reading:
    systemctl.install(folder.parent, {"api.service": systemctl.unit(**properties)}, patch)
    return reading(SystemdSource(**more))


def words(found: Reading) -> list[tuple[str, str, bool]]:
    return [(one.text, one.said_by, one.weak) for one in found.revisions]


def test_variables_and_the_file_are_heard(folder: Path, monkeypatch: pytest.MonkeyPatch):
    (folder / "REVISION").write_text(f"{A}\n")
    environment = f'LANG=C "NAME=two words" GIT_SHA={A[:7]}'
    found = read(folder, monkeypatch, {"Environment": environment, "WorkingDirectory": str(folder)})
    assert words(found) == [
        (A[:7], "variable GIT_SHA", False),
        (A, f"file {folder}/REVISION", False),
    ]
    first = found.revisions[0]
    assert (first.part, first.since) == ("api.service", datetime(2100, 1, 1, 12, tzinfo=UTC))
    assert found.remarks == ()


def test_a_file_that_is_younger_than_the_process_proves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    (folder / "REVISION").write_text(A)
    os.utime(folder / "REVISION", (0, 0))  # what a copy that keeps times does
    properties = {"WorkingDirectory": f"!{folder}", "ExecMainStartTimestamp": LONG_AGO}
    found = read(folder, monkeypatch, properties)
    assert words(found) == [(A, f"file {folder}/REVISION", True)]
    assert [(one.sign, one.message) for one in found.remarks] == [
        (Sign.COMMIT_AFTER_DEPLOY, "api.service is older than what says so, and runs on with what it loaded")
    ]


def test_a_unit_that_was_written_anew_says_nothing_of_the_process(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    override = folder / "override.conf"
    override.touch()
    properties = {"Environment": f"COMMIT_SHA={A}", "DropInPaths": str(override)}
    assert words(read(folder, monkeypatch, properties)) == [(A, "variable COMMIT_SHA", False)]
    properties["ExecMainStartTimestamp"] = LONG_AGO
    assert words(read(folder, monkeypatch, properties)) == [(A, "variable COMMIT_SHA", True)]
    properties["ExecMainStartTimestamp"] = "n/a"
    assert words(read(folder, monkeypatch, properties)) == [(A, "variable COMMIT_SHA", True)]


def test_one_word_that_is_older_than_the_process_is_enough(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """A unit is written anew for another reason too, and says nothing then; the file lies there as it was."""
    (folder / "REVISION").write_text(A)
    properties = {
        "WorkingDirectory": str(folder),
        "Environment": f"COMMIT={A}",
        "DropInPaths": "/is/not/there",
    }
    found = read(folder, monkeypatch, properties)
    assert [weak for _, _, weak in words(found)] == [True, False]
    assert found.remarks == ()


def test_a_link_that_was_turned_is_younger_than_the_process(folder: Path, monkeypatch: pytest.MonkeyPatch):
    (folder / "REVISION").write_text(A)
    now = datetime.now(UTC) + timedelta(seconds=2)
    current = folder.parent / "current"
    current.symlink_to(folder)
    begun = {"ExecMainStartTimestamp": now.strftime("%a %Y-%m-%d %H:%M:%S UTC")}
    place = {"WorkingDirectory": str(current)}
    assert [weak for _, _, weak in words(read(folder, monkeypatch, begun | place))] == [False]
    begun = {"ExecMainStartTimestamp": LONG_AGO}
    assert [weak for _, _, weak in words(read(folder, monkeypatch, begun | place))] == [True]


def test_a_link_above_the_folder_that_was_turned_is_younger_than_the_process(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    """A release that was prepared before the process started, and turned to after it."""
    (folder / "api").mkdir()
    (folder / "api" / "REVISION").write_text(A)
    current = folder.parent / "current"
    current.symlink_to(folder)
    begun = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    place = {"WorkingDirectory": str(current / "api")}
    properties = place | {"ExecMainStartTimestamp": begun.strftime("%a %Y-%m-%d %H:%M:%S UTC")}
    assert [weak for _, _, weak in words(read(folder, monkeypatch, properties))] == [False]
    while datetime.now(UTC) < begun + timedelta(seconds=1):
        sleep(0.1)
    (folder.parent / "elsewhere").touch()  # a folder on the way may change
    assert [weak for _, _, weak in words(read(folder, monkeypatch, properties))] == [False]
    (folder.parent / "next").symlink_to(folder)
    (folder.parent / "next").rename(current)
    assert [weak for _, _, weak in words(read(folder, monkeypatch, properties))] == [True]


def test_another_machine_is_asked_through_a_command(folder: Path, monkeypatch: pytest.MonkeyPatch):
    (folder / "version.json").write_text(f'{{"commit": "{A}"}}')
    lead = folder / "lead"
    lead.write_text(f'#!/bin/sh\necho "$@" >> {folder}/asked\nshift\nexec sh -c "$*"\n')
    lead.chmod(0o755)
    found = read(
        folder,
        monkeypatch,
        {"WorkingDirectory": str(folder)},
        command=(str(lead), "web-{environment}"),
        file="version.json",
    )
    assert words(found) == [(A, f"file {folder}/version.json", False)]
    asked = (folder / "asked").read_text().splitlines()
    assert asked[0].startswith("web-production systemctl show --timestamp=utc --property=LoadState,")
    assert asked[1] == f"web-production cat -- {folder}/version.json"


@pytest.mark.parametrize(
    ("properties", "code", "words"),
    [
        (systemctl.NOT_FOUND, Code.NOT_FOUND, "not known to systemd"),
        ({"ActiveState": "failed"}, Code.NO_REVISION, "does not run: failed"),
        ({"ActiveState": "inactive"}, Code.NO_REVISION, "does not run: inactive"),
        ({"ActiveState": "maintenance"}, Code.NO_REVISION, "does not run: maintenance"),
        ({"ActiveState": ""}, Code.NO_REVISION, "nothing is said of its state"),
        ({}, Code.NO_REVISION, "says nowhere which commit it is"),
        ({"Environment": 'COMMIT="'}, Code.NO_REVISION, "says nowhere"),
        ({"WorkingDirectory": "/a;touch b"}, Code.SOURCE_ERROR, "no path that can be asked for"),
        ({"WorkingDirectory": "/$(id)"}, Code.SOURCE_ERROR, "no path that can be asked for"),
    ],
)
def test_what_cannot_be_told_has_a_reason(
    folder: Path, monkeypatch: pytest.MonkeyPatch, properties: dict[str, str], code: Code, words: str
):
    with pytest.raises(SourceError) as caught:
        read(folder, monkeypatch, properties)
    assert caught.value.problem.code is code
    assert words in caught.value.message


@pytest.mark.parametrize("state", ["active", "reloading", "refreshing", "activating", "deactivating"])
def test_a_process_runs_whatever_systemd_is_about_to_do_with_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, state: str
):
    """What `systemctl is-active` calls active, and what starts or ends: its process may serve."""
    found = read(folder, monkeypatch, {"Environment": f"COMMIT={A}", "ActiveState": state})
    assert [one.text for one in found.revisions] == [A]


@pytest.mark.parametrize("unit", ["a b", "a;b", "$(id)", "-x", "", "../a"])
def test_a_unit_of_another_name_is_not_asked_for(unit: str):
    with pytest.raises(SourceError, match="no name that systemd gives"):
        reading(SystemdSource(unit=unit))


def test_a_unit_that_starts_again_and_again_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch):
    properties = {"Environment": f"COMMIT={A}", "ActiveState": "activating", "SubState": "auto-restart"}
    assert [one.sign for one in read(folder, monkeypatch, properties).remarks] == [Sign.UNHEALTHY]


@pytest.mark.parametrize("command", ["ssh web-1", ("",), ("a\0b",)])
def test_a_command_that_is_no_list_of_words_is_refused(command: Any):
    with pytest.raises(ValueError):
        SystemdSource(command=command)


def test_what_cannot_be_reached_is_a_source_error():
    with pytest.raises(SourceError, match=r"systemctl show exited with 255: no route") as caught:
        reading(SystemdSource(command=("sh", "-c", "echo no route >&2; exit 255", "sh")))
    assert caught.value.problem.code is Code.SOURCE_ERROR


def test_all_of_it_has_one_limit_of_time(folder: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(SourceError) as caught:
        reading(SystemdSource(command=("sleep", "5"), timeout=0.2))
    assert caught.value.problem.code in (Code.SOURCE_TIMEOUT, Code.SOURCE_ERROR)
