"""A run that is stopped in the middle leaves nothing behind: no half file, no process, no traceback."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.program import AT, ask, configure, redirected, start, temporary, world
from tests.support.repo import Repo
from tests.support.run import service
from unshipped.cli import main

CHECK = ["check", "--repo=repo", "--config=unshipped.yaml", AT]
PATIENCE = 20.0


def until(condition: Callable[[], object], seconds: float = PATIENCE) -> bool:
    limit = time.monotonic() + seconds
    while not condition() and time.monotonic() < limit:
        time.sleep(0.01)
    return bool(condition())


def runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def interrupt(child: subprocess.Popen[bytes], *, group: bool) -> tuple[int, str, str]:
    """What Ctrl-C on a terminal does (the whole group), or a signal to the program alone."""
    (os.killpg if group else os.kill)(child.pid, signal.SIGINT)
    try:
        stdout, stderr = child.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        pytest.fail(f"it goes on: {child.communicate()}")
    return child.returncode, stdout.decode(), stderr.decode()


def slow(folder: Path, *, at: str) -> dict[str, str]:
    """A git that says where it runs in the file `started`, and sleeps, at that command of its own."""
    tools = folder / "tools"
    tools.mkdir()
    real = shutil.which("git")
    text = f'#!/bin/sh\ncase " $* " in *" {at} "*) echo $$ > new; mv new started; exec sleep 20;;'
    (tools / "git").write_text(f'{text} esac\nexec {real} "$@"\n')
    (tools / "git").chmod(0o755)
    return {"PATH": f"{tools}:{world(folder)['PATH']}"}


def started(folder: Path) -> int:
    assert until((folder / "started").exists)
    return int((folder / "started").read_text())


def ended(pid: int) -> bool:
    """Whether a process ended by itself; it is ended here where it did not."""
    gone = until(lambda: not runs(pid), 2.0)
    if not gone:
        os.kill(pid, signal.SIGKILL)
    return gone


@pytest.fixture
def waiting(folder: Path, repo: Repo) -> Path:
    """A source that is asked and does not answer: `api` by a program."""
    script = folder / "revision.sh"
    script.write_text("#!/bin/sh\necho $$ > started.new\nmv started.new started\nexec sleep 20\n")
    script.chmod(0o755)
    source = {"source": "command", "command": ["./revision.sh"], "timeout": 30}
    live = service(["worker"], repo.id("main~3"))
    configure(folder, {"api": {"paths": ["api"], "deployed": source}, "worker": live})
    return folder


TOO_EARLY = (-2, "", "")
"""The interpreter itself was still starting, and the signal did what it does to every program."""


@pytest.mark.parametrize("group", [True, False], ids=["the group", "the program"])
def test_an_interrupted_run_says_so_in_one_line(waiting: Path, group: bool) -> None:
    (waiting / "out.json").write_text("old")
    child = start([*CHECK, "--format=json", "--output=out.json"], waiting)
    pid = started(waiting)
    try:
        assert interrupt(child, group=group) == (130, "", "interrupted\n")
        assert (waiting / "out.json").read_text() == "old"
        assert temporary(waiting) == []
    finally:
        if runs(pid):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("group", [True, False], ids=["the group", "the program"])
def test_an_interrupted_run_ends_the_programs_that_it_started(waiting: Path, group: bool) -> None:
    child = start(CHECK, waiting)
    pid = started(waiting)
    interrupt(child, group=group)
    assert ended(pid)


_SLOWLY_BEGUN = """
import subprocess, time
from unshipped.cli import main

class Popen(subprocess.Popen):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        time.sleep(1)

subprocess.Popen = Popen
main.program()
"""


def test_an_interrupted_run_ends_a_program_that_it_is_just_starting(waiting: Path) -> None:
    child = start(CHECK, waiting, command=[sys.executable, "-c", _SLOWLY_BEGUN])
    pid = started(waiting)
    assert interrupt(child, group=True) == (130, "", "interrupted\n")
    assert ended(pid)


@pytest.mark.parametrize("at", ["rev-parse", "for-each-ref", "rev-list", "diff-tree", "ls-tree"])
def test_an_interrupt_while_git_works_leaves_nothing(folder: Path, at: str) -> None:
    child = start([*CHECK, "--format=json", "--output=out.json"], folder, env=slow(folder, at=at))
    pid = started(folder)
    assert interrupt(child, group=True) == (130, "", "interrupted\n")
    assert ended(pid)
    assert not (folder / "out.json").exists() and temporary(folder) == []
    assert ask(folder, "--format=json", cache=folder / "cache").stdout == ask(folder, "--format=json").stdout


def test_an_interrupt_at_any_moment_leaves_a_cache_that_answers(folder: Path, repo: Repo) -> None:
    repo.commits([{"api/app.py": f"{number}", f"api/{number % 50}": "1"} for number in range(3000)])
    fresh = ask(folder, "--format=json")
    marker = folder / "cache" / "config"
    for delay in (0, 0.02, 0.05, 0.08, 0.12):
        shutil.rmtree(folder / "cache", ignore_errors=True)
        child = start([*CHECK, "--format=json", "--output=out.json"], folder)
        assert until(marker.exists)
        time.sleep(delay)
        code, stdout, stderr = interrupt(child, group=True)
        assert (code, stdout, stderr) in {(130, "", "interrupted\n"), (fresh.code, "", ""), TOO_EARLY}
        if (folder / "out.json").exists():
            assert (folder / "out.json").read_text() == fresh.stdout
        assert temporary(folder) == []
        assert ask(folder, "--format=json", cache=folder / "cache").stdout == fresh.stdout


_TAKEN_APART = """
import os, signal, time
from unshipped.cli import main

class Value:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.01)

def dispatch(arguments):
    Value()
    time.sleep(60)

main.dispatch = dispatch
main.program()
"""


def test_an_interrupt_while_a_value_is_taken_apart_is_not_lost(folder: Path) -> None:
    code = [sys.executable, "-c", _TAKEN_APART]
    done = subprocess.run(code, env=world(folder), capture_output=True, check=False, timeout=PATIENCE)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"interrupted\n")


def test_what_trips_over_an_interrupt_is_no_bug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def half_done(_arguments: object) -> int:
        kept: dict[str, int] = {}
        try:
            raise KeyboardInterrupt
        finally:
            del kept["what was to be put back"]

    monkeypatch.setattr(main, "dispatch", half_done)
    with pytest.raises(SystemExit) as leaving:
        main.main([])
    assert (leaving.value.code, *capsys.readouterr()) == (130, "", "interrupted\n")


# ---------------------------------------------------------------- a reader that leaves

NO_ERRORS = "2>&-"
LONG = [["schema"], ["completion", "bash"], ["check", "--help"]]


@pytest.mark.parametrize(
    "arguments", [*LONG, ["--help"], CHECK, ["explain", "api", *CHECK[1:]]], ids=lambda a: a[0]
)
def test_a_reader_that_leaves_early_is_no_error(folder: Path, arguments: list[str]) -> None:
    child = start(arguments, folder)
    assert child.stdout and child.stderr
    child.stdout.close()
    assert child.stderr.read() == b""
    child.stderr.close()
    assert child.wait(timeout=PATIENCE) == 141


def test_head_has_its_line(folder: Path) -> None:
    done = redirected(["schema"], folder, "| head -1")
    assert (done.code, done.stdout, done.stderr) == (0, "{\n", "")


# ---------------------------------------------------------------- streams that cannot be written


@pytest.mark.parametrize("arguments", [["--version"], CHECK], ids=lambda a: a[0])
def test_a_short_answer_to_a_full_disk_is_one_clear_error(folder: Path, arguments: list[str]) -> None:
    done = redirected(arguments, folder, "> /dev/full")
    assert done.stderr == "error: standard output cannot be written: No space left on device\n"
    assert done.code == 2


def test_a_version_that_is_not_held_back_is_one_clear_error_too(folder: Path) -> None:
    done = redirected(["--version"], folder, "export PYTHONUNBUFFERED=1; > /dev/full")
    assert done.stderr == "error: standard output cannot be written: No space left on device\n"
    assert done.code == 2


@pytest.mark.parametrize("command", ["check", "validate", "status --deployed HEAD", "hook status"])
def test_a_directory_that_was_removed_is_one_clear_error(folder: Path, command: str) -> None:
    done = redirected(command.split(), folder, "mkdir gone; cd gone; rmdir ../gone; ")
    assert done.code == 2 and "bug" not in done.stderr
    assert "current directory is not there" in done.stderr or "current working directory" in done.stderr


@pytest.mark.parametrize("arguments", LONG[:2], ids=lambda a: a[0])
def test_a_long_answer_to_a_full_disk_is_one_clear_error(folder: Path, arguments: list[str]) -> None:
    done = redirected(arguments, folder, "> /dev/full")
    assert done.stderr == "error: standard output cannot be written: No space left on device\n"
    assert done.code == 2


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["check", "--help"], CHECK], ids=" ".join)
def test_a_closed_standard_output_is_one_clear_error(folder: Path, arguments: list[str]) -> None:
    done = redirected(arguments, folder, ">&-")
    assert done.code == 2 and "Traceback" not in done.stderr and "bug" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize("arguments", [["nope"], ["check", "--repo=gone"]], ids=" ".join)
def test_an_error_that_nobody_can_read_keeps_its_exit_code(
    folder: Path, arguments: list[str], redirection: str
) -> None:
    assert redirected(arguments, folder, redirection).code == 2


@pytest.mark.parametrize("redirection", [NO_ERRORS, "2>/dev/full", "<&-"])
def test_an_answer_needs_no_other_stream(folder: Path, redirection: str) -> None:
    done = redirected(CHECK, folder, redirection)
    assert (done.code, done.stdout) == (1, ask(folder).stdout)


@pytest.mark.parametrize("redirection", [NO_ERRORS, "2>/dev/full"])
def test_a_gate_answers_whoever_hears_what_it_says_beside_its_answer(folder: Path, redirection: str) -> None:
    asked = ["gate", "api", "--repo=repo", "--config=unshipped.yaml", AT, "--format=json"]
    done = redirected([*asked, "--skip-drift-check", "--reason=the fix", "--by=ana"], folder, redirection)
    assert done.code == 0
    assert json.loads(done.stdout)["answer"] == "allow"


# ---------------------------------------------------------------- --output


def test_an_output_is_what_would_have_been_printed(folder: Path) -> None:
    (folder / "out.json").write_text("old and longer than nothing" * 10_000)
    fresh = ask(folder, "--format=json")
    done = ask(folder, "--format=json", "--output=out.json")
    assert (done.code, done.stdout, done.stderr) == (fresh.code, "", "")
    assert (folder / "out.json").read_text() == fresh.stdout
    assert temporary(folder) == []


LOOP = "loop/out.json"
TARGETS = ["gone/out.json", "repo", "unshipped.yaml/out.json", "/proc/out.json", LOOP, "x" * 300]


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target[:24])
def test_an_output_that_cannot_be_written_is_named(folder: Path, target: str) -> None:
    (folder / "loop").symlink_to("loop")
    before = (folder / "unshipped.yaml").read_bytes()
    done = ask(folder, "--format=json", f"--output={target}")
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {target} cannot be written: ") and done.stderr.count("\n") == 1
    assert (folder / "unshipped.yaml").read_bytes() == before and temporary(folder) == []


def test_an_output_for_which_there_is_no_room_leaves_the_old_one(folder: Path) -> None:
    (folder / "out.json").write_text("old")
    done = redirected([*CHECK, "--format=json", "--output=out.json"], folder, "ulimit -f 1;")
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr == "error: out.json cannot be written: File too large\n"
    assert (folder / "out.json").read_text() == "old" and temporary(folder) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_output_in_a_directory_that_may_not_be_written_is_named(folder: Path) -> None:
    (folder / "closed").mkdir(mode=0o500)
    done = ask(folder, "--output=closed/out.json")
    assert (done.code, done.stdout) == (2, "") and "closed/out.json cannot be written" in done.stderr


def test_a_read_only_output_is_replaced_whole_or_left(folder: Path) -> None:
    (folder / "out.json").write_text("old")
    (folder / "out.json").chmod(0o400)
    done = ask(folder, "--format=json", "--output=out.json")
    text = (folder / "out.json").read_text()
    assert text == "old" if done.code == 2 else json.loads(text)


def test_an_output_keeps_who_may_read_it(folder: Path) -> None:
    (folder / "out.json").write_text("old")
    (folder / "out.json").chmod(0o600)
    ask(folder, "--format=json", "--output=out.json")
    assert stat.S_IMODE((folder / "out.json").stat().st_mode) == 0o600


def test_an_output_through_a_link_is_written_where_the_link_leads(folder: Path) -> None:
    (folder / "real.json").write_text("old")
    (folder / "out.json").symlink_to("real.json")
    ask(folder, "--format=json", "--output=out.json")
    assert (folder / "out.json").is_symlink() and json.loads((folder / "real.json").read_text())


def test_an_output_that_is_no_file_is_never_replaced(folder: Path) -> None:
    os.mkfifo(folder / "out.json")
    reader = os.open(folder / "out.json", os.O_RDONLY | os.O_NONBLOCK)
    ask(folder, "--format=json", "--output=out.json")
    os.close(reader)
    assert (folder / "out.json").is_fifo()


@pytest.mark.parametrize("place", ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output_may_be_named_as_a_file(folder: Path, place: str) -> None:
    printed = ask(folder).stdout
    assert redirected([*CHECK, f"--output={place}"], folder, "| cat").stdout == printed
    redirected([*CHECK, f"--output={place}"], folder, "echo first > log; >> log")
    assert (folder / "log").read_text() == f"first\n{printed}"


def test_an_output_may_be_the_input_of_another_program(folder: Path) -> None:
    done = redirected([*CHECK, "--output=/dev/fd/3"], folder, "3>&1 >/dev/null | cat")
    assert done.stdout == ask(folder).stdout
