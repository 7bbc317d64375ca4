from __future__ import annotations

from pathlib import Path

import pytest

from tests.formats.reports import HOSTILE, fleet, hostile, of, report, style, target, unknown
from unshipped.cli.formats import markdown_
from unshipped.cli.formats.github_ import SUMMARY_LIMIT, append_summary, write
from unshipped.cli.formats.text_ import write as write_text
from unshipped.core.model import Hold, Report

KNOWN = {"error", "warning", "notice", "add-mask", "debug", "group", "endgroup", "stop-commands"}
WORST = "7 changes behind for 2 d 2 h"
Command = tuple[str, dict[str, str], str]


def unescaped(text: str, extra: str = "") -> str:
    for char in f"\r\n{extra}%":
        text = text.replace(f"%{ord(char):02X}", char)
    return text


def executed(output: str) -> list[Command]:
    """What the runner of GitHub Actions would do with a log: both spellings of a command, and its pauses."""
    commands: list[Command] = []
    resume = ""
    for line in output.split("\n"):
        text = line.lstrip()
        start = text[2:].partition("::")[0] if text.startswith("::") and "::" in text[2:] else ""
        name, _, properties = start.partition(" ")
        if not name and "##[" in text and "]" in text.partition("##[")[2]:
            name = text.partition("##[")[2].partition("]")[0].split(" ")[0]
        if resume:
            resume = "" if name == resume else resume
        elif name in KNOWN:
            data = text[2:].partition("::")[2]
            pairs = dict(pair.split("=", 1) for pair in properties.split(",") if "=" in pair)
            commands.append(
                (name, {key: unescaped(value, ":,") for key, value in pairs.items()}, unescaped(data))
            )
            resume = data if name == "stop-commands" else ""
    assert not resume, "commands are never taken up again"
    return [command for command in commands if command[0] != "stop-commands"]


def annotated(checked: Report, config: str = "unshipped.yaml") -> list[Command]:
    return executed(write(checked, style(config=config)))


def test_the_worst_is_an_error_at_the_line_of_the_service():
    assert annotated(fleet())[0] == (
        "error",
        {"file": "unshipped.yaml", "line": "12", "title": "worker/production: behind"},
        f"{WORST}\n7 changes behind (critical from 6)\nwaiting 2 d 2 h (critical past 12 h)",
    )


def test_a_kind_follows_the_severity_and_what_is_held_or_in_its_grace_is_a_notice():
    assert [(name, properties["title"].split("/")[0]) for name, properties, _ in annotated(fleet())] == [
        ("error", "worker"),
        ("warning", "search"),
        ("warning", "billing"),
        ("warning", "web"),
        ("notice", "mail"),
        ("notice", "jobs"),
        ("notice", "cron"),
    ]


def test_only_the_worst_ten_of_each_kind_are_annotated():
    changes = [7] * 15 + [3] * 15 + [1] * 15
    found = annotated(report(*(of(target(f"s{at}"), number) for at, number in enumerate(changes))))
    assert [properties["title"].split("/")[0] for _, properties, _ in found] == [
        f"s{at}" for start in (0, 15, 30) for at in range(start, start + 10)
    ]


def test_without_a_configuration_no_file_is_named():
    assert [set(properties) for _, properties, _ in annotated(report(of(target(), 3)), "")] == [{"title"}]


def test_the_table_follows_as_plain_text():
    assert write_text(fleet(), style(160)) in write(fleet(), style(60))


@pytest.mark.parametrize("attack", HOSTILE)
def test_text_from_outside_is_never_a_command(attack):
    found = annotated(hostile(HOSTILE[attack]))
    assert [name for name, *_ in found] == ["warning", "notice", "notice"]
    assert [set(properties) for _, properties, _ in found] == [{"file", "line", "title"}] * 3


@pytest.mark.parametrize("text", ["100%", "a:b", "a,b", "%0A::error::x", "a,file=b", "::"])
def test_a_name_comes_through_escaping_and_back(text):
    [(_, properties, _)] = annotated(report(of(target(text), 3)))
    assert properties["title"] == f"{text}/production: behind"


def test_an_unknown_target_that_is_held_is_still_a_warning():
    assert annotated(report(unknown(target(hold=Hold("x", "Ana")))))[0][0] == "warning"


def test_writing_touches_no_summary(tmp_path, monkeypatch):
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    write(fleet(), style())
    assert not summary.exists()


def test_the_summary_is_appended_to_what_is_there(tmp_path, monkeypatch):
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    append_summary(fleet(), style())
    assert summary.read_text() == f"before\n{markdown_.write(fleet(), style())}\n"


def test_outside_of_actions_there_is_no_summary(monkeypatch):
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    append_summary(fleet(), style())


def test_a_summary_is_never_made_larger_than_what_is_shown(tmp_path, monkeypatch, capsys):
    summary = tmp_path / "summary.md"
    summary.write_bytes(b"x" * (SUMMARY_LIMIT - 10))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    append_summary(fleet(), style())
    assert summary.stat().st_size == SUMMARY_LIMIT - 10
    assert capsys.readouterr().err == "the step summary was not written: it is full\n"


def test_a_summary_that_cannot_be_written_is_said_and_does_not_stop_the_check(
    tmp_path: Path, monkeypatch, capsys
):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    append_summary(fleet(), style())
    assert capsys.readouterr().err == "the step summary was not written: Is a directory\n"
