from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from tests.support.reading import read
from unshipped.core.model import Code, Revision
from unshipped.errors import SourceError
from unshipped.platforms.process import run
from unshipped.sources.plain.command import CommandSource


def shell(script: str, timeout: float = 10.0) -> CommandSource:
    return CommandSource(command=("sh", "-c", script), timeout=timeout)


def problem(source: CommandSource) -> tuple[Code, str]:
    with pytest.raises(SourceError) as caught:
        read(source)
    return caught.value.problem.code, caught.value.message


def test_no_shell_reads_the_words():
    assert read(CommandSource(command=("echo", "$(id)"))) == (Revision("$(id)"),)


def test_a_command_in_one_text_is_refused():
    with pytest.raises(ValueError, match="list of words"):
        CommandSource(command="git rev-parse HEAD")  # type: ignore[arg-type]


@pytest.mark.parametrize("words", [(), ("",), ("a\0b",)])
def test_words_that_cannot_be_run_are_refused(words: tuple[str, ...]):
    with pytest.raises(ValueError):
        CommandSource(command=words)


@pytest.mark.parametrize("timeout", [0, -1, 601, float("nan"), float("inf")])
def test_a_timeout_that_cannot_be_waited_for_is_refused(timeout: float):
    with pytest.raises(ValueError, match="seconds"):
        CommandSource(command=("true",), timeout=timeout)


def test_a_failure_shows_the_exit_code_and_the_last_line_of_the_errors():
    code, message = problem(shell("echo one >&2; echo 'no such app' >&2; echo >&2; exit 3"))
    assert (code, message) == (Code.SOURCE_ERROR, "command sh exited with 3: no such app")


def test_a_failure_without_a_word_shows_the_exit_code():
    assert problem(shell("exit 4")) == (Code.SOURCE_ERROR, "command sh exited with 4")


def test_a_failure_outranks_what_was_printed():
    assert problem(shell("echo eb7ce85b; exit 1"))[0] is Code.SOURCE_ERROR


def test_a_signal_is_named():
    assert problem(shell("kill -9 $$")) == (Code.SOURCE_ERROR, "command sh was ended by signal 9")


def test_hostile_errors_are_escaped_and_cut():
    _, message = problem(shell(r"printf '\033[2J\007\342\200\256%0900d' 7 >&2; exit 1"))
    assert message.startswith(r"command sh exited with 1: \x1b[2J\x07\u202e000")
    assert message.isprintable()
    assert len(message) < 240


def test_a_secret_in_the_errors_is_repeated_to_nobody(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DEPLOY_TOKEN", "hunter2-hunter2")
    _, message = problem(
        shell(f'echo "401 for https://ci:$DEPLOY_TOKEN@host ghp_{"0123456789" * 4}" >&2; exit 1')
    )
    assert "401 for" in message and "hunter2" not in message and "ghp_0123" not in message


def test_many_errors_do_not_block():
    began = time.monotonic()
    assert read(shell("yes no | head -c 5000000 >&2; echo eb7ce85b")) == (Revision("eb7ce85b"),)
    assert time.monotonic() - began < 5


def test_only_the_end_of_the_errors_is_kept():
    words = ["sh", "-c", "yes no | head -c 5000000 >&2; echo the end >&2"]
    errors = run(words, cwd="", timeout=10, limit=10).errors
    assert errors.endswith(b"the end\n")
    assert len(errors) < 5000


def test_endless_output_is_killed():
    began = time.monotonic()
    code, message = problem(CommandSource(command=("yes",), timeout=30))
    assert (code, message) == (Code.BAD_REVISION, "command yes is longer than 64 KiB, which no version is")
    assert time.monotonic() - began < 5


def test_endless_errors_end_with_the_timeout():
    assert problem(shell("yes >&2", timeout=0.4))[0] is Code.SOURCE_TIMEOUT


def test_a_program_that_is_not_there_is_named():
    code, message = problem(CommandSource(command=("no-such-program-here", "--secret")))
    assert code is Code.SOURCE_ERROR
    assert message.startswith("command no-such-program-here was not found")


def test_a_program_that_may_not_run_is_named(tmp_path: Path):
    script = tmp_path / "script"
    script.write_text("echo eb7ce85b")
    assert problem(CommandSource(command=(str(script),))) == (
        Code.SOURCE_ERROR,
        f"command {script} cannot be started: Permission denied",
    )


def test_a_folder_that_is_not_there_is_named():
    code, message = problem(CommandSource(command=("true",), cwd="/no/such/folder"))
    assert (code, message) == (
        Code.SOURCE_ERROR,
        "command true cannot run in /no/such/folder: No such file or directory",
    )


def test_it_runs_in_its_folder(tmp_path: Path):
    (tmp_path / "REVISION").write_text("eb7ce85b\n")
    assert read(CommandSource(command=("cat", "REVISION"), cwd=str(tmp_path))) == (Revision("eb7ce85b"),)


def test_its_standard_input_is_empty():
    assert read(shell("cat; echo eb7ce85b", timeout=5)) == (Revision("eb7ce85b"),)


def test_what_a_git_hook_sets_is_kept_from_it(monkeypatch: pytest.MonkeyPatch):
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX", "GIT_QUARANTINE_PATH"):
        monkeypatch.setenv(name, "of-the-hook")
    monkeypatch.setenv("GIT_SSH_COMMAND", "ssh-of-mine")
    monkeypatch.setenv("GIT_ASKPASS", "ask-me")
    program = (
        "import os; print('+'.join(sorted(k for k in os.environ if k[:4] == 'GIT_' and 'CONFIG' not in k)))"
    )
    (seen,) = read(CommandSource(command=(sys.executable, "-c", program)))
    assert seen.text == "GIT_ASKPASS+GIT_SSH_COMMAND"


@pytest.mark.parametrize("ending", ["wait", "exit 0"], ids=["and waits", "and leaves"])
def test_a_late_command_and_its_children_are_really_gone(tmp_path: Path, ending: str):
    beat = tmp_path / "beat"
    child = f"while :; do echo x >>{beat}; sleep 0.02; done"
    assert problem(shell(f"({child}) & ({child}) & {ending}", timeout=0.5))[0] is Code.SOURCE_TIMEOUT
    time.sleep(0.1)
    size = beat.stat().st_size
    assert size > 0
    time.sleep(0.3)
    assert beat.stat().st_size == size


def test_a_child_that_ran_away_does_not_hold_it_up(tmp_path: Path):
    program = "import subprocess; subprocess.Popen(['sleep', '9'], start_new_session=True); print('eb7ce85b')"
    began = time.monotonic()
    assert (
        problem(CommandSource(command=(sys.executable, "-c", program), timeout=0.8))[0] is Code.SOURCE_TIMEOUT
    )
    assert time.monotonic() - began < 6


def test_json_is_read_with_and_without_a_pointer(tmp_path: Path):
    (tmp_path / "a.json").write_text(json.dumps([{"sha": "eb7ce85b"}]))
    (tmp_path / "b.json").write_text(json.dumps({"sha": "eb7ce85b"}))
    assert (
        read(CommandSource(command=("cat", str(tmp_path / "a.json")), pointer="/0/sha"))[0].text == "eb7ce85b"
    )
    assert read(CommandSource(command=("cat", str(tmp_path / "b.json"))))[0].text == "eb7ce85b"
