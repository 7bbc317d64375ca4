"""Colour where somebody looks, the width of what they look at, and nothing hostile on its way there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import AT, configure, on_a_terminal
from tests.support.examples import NIGHTLY
from tests.support.repo import Repo, link
from tests.support.run import run, service
from unshipped.cli.output import inert

WHERE = ["--repo=repo", "--config=unshipped.yaml", AT]
OURS = re.compile(r"\x1b\[(?:0|1|3[1-4]|90)m")
COMMANDS = [["check"], ["status"], ["explain", "api"], ["where", "HEAD"]]
PIPED: dict[str, tuple[list[str], dict[str, str], bool]] = {
    "not a terminal": ([], {}, False),
    "never": (["--color=never"], {}, False),
    "always": (["--color=always"], {}, True),
    "always, in spite of NO_COLOR": (["--color=always"], {"NO_COLOR": "1"}, True),
    "always, in spite of TERM": (["--color=always"], {"TERM": "dumb"}, True),
}
SEEN: dict[str, tuple[list[str], dict[str, str], bool]] = {
    "a terminal": ([], {"TERM": "xterm"}, True),
    "an empty NO_COLOR": ([], {"TERM": "xterm", "NO_COLOR": ""}, True),
    "NO_COLOR": ([], {"TERM": "xterm", "NO_COLOR": "1"}, False),
    "a dumb terminal": ([], {"TERM": "dumb"}, False),
    "never": (["--color=never"], {"TERM": "xterm"}, False),
    "auto": (["--color=auto"], {"TERM": "xterm"}, True),
}


def crossed(settings: Mapping[str, tuple[list[str], dict[str, str], bool]]) -> list[Any]:
    """Every setting with one of the commands, and each night with all of them."""
    return [
        pytest.param(command, *setting, id=f"{name}-{command[0]}")
        for at, (name, setting) in enumerate(settings.items())
        for command in (COMMANDS if NIGHTLY else [COMMANDS[at % len(COMMANDS)]])
    ]


@pytest.mark.parametrize(("command", "more", "env", "coloured"), crossed(PIPED))
def test_a_pipe_gets_colour_only_when_it_is_asked_for(
    folder: Path, command: list[str], more: list[str], env: dict[str, str], coloured: bool
) -> None:
    assert ("\x1b[" in run([*command, *WHERE, *more], folder, env=env).stdout) is coloured


@pytest.mark.parametrize(("command", "more", "env", "coloured"), crossed(SEEN))
def test_a_terminal_gets_colour_unless_it_is_refused(
    folder: Path, command: list[str], more: list[str], env: dict[str, str], coloured: bool
) -> None:
    assert ("\x1b[" in on_a_terminal([*command, *WHERE, *more], folder, env=env)) is coloured


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_colour_carries_no_meaning_alone(folder: Path, command: list[str]) -> None:
    plain = on_a_terminal([*command, *WHERE, "--color=never"], folder)
    painted = OURS.sub("", on_a_terminal([*command, *WHERE, "--color=always"], folder))
    assert [line.rstrip() for line in painted.splitlines()] == plain.splitlines()


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_file_is_no_terminal_wherever_the_command_is_given(folder: Path, form: str) -> None:
    piped = run(["check", *WHERE, f"--format={form}"], folder).stdout
    told = ["check", *WHERE, f"--format={form}", "--output=out"]
    assert on_a_terminal(told, folder, columns=60, env={"TERM": "xterm"}) == ""
    assert (folder / "out").read_text() == piped


@pytest.mark.parametrize("form", ["json", "sarif", "junit"])
def test_what_machines_read_is_never_coloured(folder: Path, form: str) -> None:
    assert "\x1b" not in run(["check", *WHERE, f"--format={form}", "--color=always"], folder).stdout


@pytest.mark.parametrize("columns", [200, 80, 40])
def test_a_table_is_as_wide_as_its_terminal(folder: Path, repo: Repo, columns: int) -> None:
    live = repo.id("main~3")
    long = {f"{'a-service-with-a-long-name'}-{number}": service(["api"], live) for number in range(2)}
    configure(folder, {"api": service(["api"], live), **long, "gone": service(["gone/" * 20 + "x"], live)})
    shown = on_a_terminal(["check", *WHERE, "--color=never"], folder, columns=columns)
    table = shown.partition("\n\n")[0].splitlines()
    assert len(table) > 4
    assert max(map(len, table)) <= columns
    if columns == 200:
        assert max(map(len, table)) > 100


# ---------------------------------------------------------------- hostile texts

HOSTILE = {
    "colour": "\x1b[31mred",
    "the title of the window": "\x1b]0;pwned\x07",
    "an empty screen": "\x1b[2J\x1b[H",
    "eight bits": "\x9b31mred",
    "right to left": "\u202egnp.exe",
    "an isolate": "\u2067abc\u2069",
    "a carriage return": "fine\rwrong",
    "backspaces": "fine\b\b\b\bevil",
    "nothing to see": "zero\u200bwidth\ufeff",
    "a line separator": "one\u2028two",
}


def harmless(text: str) -> bool:
    return all(char.isprintable() or char == "\n" for char in OURS.sub("", text))


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_of_a_commit_never_reaches_the_terminal(
    folder: Path, repo: Repo, hostile: str
) -> None:
    repo.branch("x")
    repo.commit(
        {"api/app.py": "2", f"api/{hostile}\nnext.py": "1"},
        message=f"{hostile} title\nsecond line\n\n{hostile}",
        author=f"Mal {hostile} <mal@example.org>",
    )
    for command in ([*command, *WHERE, "--color=always"] for command in COMMANDS):
        assert harmless(on_a_terminal(command, folder)), command
    affected = on_a_terminal(["affected", "HEAD~1", *WHERE[:2]], folder)
    assert harmless(affected) and "api" in affected
    for command in ([*COMMANDS[2], *WHERE], [*COMMANDS[3], *WHERE]):
        plain = on_a_terminal([*command, "--color=never"], folder)
        assert "\x1b" not in plain and "title" in plain


def test_a_hostile_name_on_the_command_line_never_reaches_the_terminal(folder: Path) -> None:
    for hostile in HOSTILE.values():
        for command in (["check", f"--repo={hostile}"], [hostile], ["where", hostile, *WHERE]):
            assert harmless(on_a_terminal(command, folder)), command


TO_A_RUNNER = ["::add-mask::api", "  ::stop-commands::x", "a ##[add-mask]api"]


@pytest.mark.parametrize("title", TO_A_RUNNER)
@pytest.mark.parametrize("command", [["explain", "api"], ["where", "HEAD"]], ids=lambda command: command[0])
def test_a_title_or_an_author_is_no_command_to_a_runner(
    repo: Repo, folder: Path, command: list[str], title: str
) -> None:
    repo.commit({"api/app.py": "newest\n"}, message=title, author=f"{title} <ana@example.com>")
    said = run([*command, *WHERE], folder, env={"GITHUB_ACTIONS": "true"}).stdout
    assert title.strip()[-6:] in said
    assert not re.search(r"^\s*::|##\[", said, re.MULTILINE)
    assert re.search(r"::|##\[", run([*command, *WHERE], folder, env={"GITHUB_ACTIONS": ""}).stdout)


@pytest.mark.parametrize("command", [["affected", "HEAD~1"], ["doctor"], ["validate", "--strict"]])
def test_the_name_of_a_file_is_no_command_to_a_runner(repo: Repo, folder: Path, command: list[str]) -> None:
    repo.commit({"api/##[stop-commands]x": link("gone")})
    cache = {"UNSHIPPED_CACHE_DIR": str(folder / "cache")}
    for runner, said in (("", "##["), ("true", "##\u200b[")):
        done = run([*command, *WHERE[:2]], folder, env=cache | {"GITHUB_ACTIONS": runner})
        assert f"{said}stop-commands]x" in done.stdout


@pytest.mark.parametrize("text", TO_A_RUNNER)
def test_what_a_source_says_is_no_command_to_a_runner(folder: Path, text: str) -> None:
    (folder / "wrong.yaml").write_text(
        "services:\n  api: {paths: [api], deployed: {source: command, command: "
        f"[sh, -c, 'echo \"{'a ' * 45}{text}\" >&2; exit 1']}}}}\n"
    )
    runner = {"GITHUB_ACTIONS": "true", "COLUMNS": "100"}
    said = run(["check", *WHERE[:1], "--config=wrong.yaml"], folder, env=runner).stdout
    assert "failed" in said or "exited" in said
    assert not re.search(r"^\s*::|##\[", said, re.MULTILINE)


def test_a_name_that_is_not_known_is_no_command_to_a_runner(folder: Path) -> None:
    said = run(["where", "##[add-mask]x", *WHERE], folder, env={"GITHUB_ACTIONS": "true"})
    assert said.code == 2 and "##\u200b[add-mask]x" in said.stderr


def test_a_plan_is_no_command_to_a_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = "worker\n  ::error::x\nstd::vector\n"
    assert inert(plan) == plan
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert inert(plan) == "worker\n  :\u200b:error::x\nstd::vector\n"
