"""The script that a team has already: run as it is, once, and ended whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.deployers.watching import BEFORE, COMMIT, ORDER, Watching
from unshipped.deployers.command import CommandDeployer
from unshipped.errors import DeployError

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def script(folder: Path, text: str, name: str = "deploy.sh") -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def deployer(folder: Path, text: str, **settings: Any) -> CommandDeployer:
    return CommandDeployer(command=(script(folder, text), "{service}"), **{"grace": 0.5, **settings})


def refusal(made: CommandDeployer, watching: Watching | None = None) -> DeployError:
    with pytest.raises(DeployError) as caught:
        made.bring(ORDER, watching or Watching())
    return caught.value


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(true: Any, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_a_script_is_given_its_words_and_its_variables(home: Path):
    told = home / "told"
    made = deployer(home, f'echo "$1 $UNSHIPPED_SERVICE $UNSHIPPED_ENVIRONMENT $UNSHIPPED_COMMIT" > {told}')
    made.bring(ORDER, Watching())
    assert told.read_text() == f"api api production {COMMIT}\n"


def test_its_words_are_read_by_no_shell(home: Path):
    order = ORDER._replace(service="api; touch gone $(touch gone)")
    deployer(home, f'printf %s "$1" > {home / "told"}', cwd=str(home)).bring(order, Watching())
    assert (home / "told").read_text() == order.service
    assert not (home / "gone").exists()


def test_a_text_for_a_shell_has_values_in_variables_only(home: Path):
    told = home / "told"
    made = CommandDeployer(shell=f'printf "%s|%s" "$UNSHIPPED_SERVICE" "$UNSHIPPED_BEFORE" > {told}')
    made.bring(ORDER._replace(service="$(touch gone)"), Watching())
    assert told.read_text() == f"$(touch gone)|{BEFORE}"
    with pytest.raises(ValueError, match="nothing is replaced"):
        CommandDeployer(shell="./deploy {service}")


def test_a_text_in_place_of_words_is_refused():
    with pytest.raises(ValueError, match="list of words"):
        CommandDeployer(command="./deploy.sh {service}")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="either"):
        CommandDeployer()


def test_its_output_is_said_while_it_runs(home: Path):
    go = home / "go"
    heard: list[str] = []

    class Live(Watching):
        def say(self, line: str) -> None:
            super().say(line)
            heard.append(line)
            go.touch()

    deployer(home, f"echo first; while [ ! -e {go} ]; do sleep 0.05; done; echo second").bring(ORDER, Live())
    assert heard == ["first", "second"]


def test_it_asks_and_nobody_answers(home: Path):
    watching = Watching()
    deployer(home, 'read answer || echo "nobody"; (: < /dev/tty) 2>/dev/null || echo "no terminal"').bring(
        ORDER, watching
    )
    assert watching.lines == ["nobody", "no terminal"]


def test_colours_and_control_characters_are_not_passed_on(home: Path):
    watching = Watching()
    deployer(home, r"printf '\033[31mred\033[0m\007 x\n50%%\r100%%\n\377\n'").bring(ORDER, watching)
    assert watching.lines == ["red\\x07 x", "50%", "100%", "\N{REPLACEMENT CHARACTER}"]


def test_how_it_ends_is_said_with_its_last_line(home: Path):
    error = refusal(deployer(home, 'echo "quota exceeded" >&2; exit 3'))
    assert error.certain and error.message.endswith("deploy.sh exited with 3: quota exceeded")


def test_what_is_not_there_is_certain(home: Path):
    error = refusal(CommandDeployer(command=("./no-such-program", "{service}")))
    assert error.certain and error.message == (
        "command ./no-such-program cannot be started: No such file or directory"
    )


def test_a_signal_from_somebody_else_says_nothing(home: Path):
    error = refusal(deployer(home, "kill -9 $$"))
    assert not error.certain and "signal 9" in error.message


def test_a_program_that_ignores_the_request_to_end_is_ended_with_all_that_it_started(home: Path):
    pids = home / "pids"
    text = f"""trap '' TERM
sleep 300 & echo $! >> {pids}
setsid sh -c 'trap "" TERM; echo $$ >> {pids}; sleep 300' &
echo $$ >> {pids}
while true; do sleep 1; done"""
    began = time.monotonic()
    error = refusal(deployer(home, text), Watching(patience=1))
    assert not error.certain and "was cancelled" in error.message
    assert time.monotonic() - began < 30
    numbers = [int(line) for line in pids.read_text().split()]
    assert len(numbers) == 3
    until(lambda: not any(map(is_alive, numbers)))


def test_a_program_that_hangs_is_ended_after_its_time(home: Path):
    error = refusal(deployer(home, "sleep 300", timeout=1))
    assert not error.certain and "did not end within 1 s and was ended" in error.message


def test_a_service_that_it_leaves_running_is_left_alone(home: Path):
    pid = home / "pid"
    began = time.monotonic()
    deployer(home, f"sleep 60 & echo $! > {pid}; echo started").bring(ORDER, Watching())
    number = int(pid.read_text())
    try:
        assert is_alive(number) and time.monotonic() - began < 30
    finally:
        os.kill(number, signal.SIGKILL)


def test_a_gigabyte_of_output_is_no_problem(home: Path):
    watching = Watching()
    made = deployer(home, 'echo first; yes "0123456789012345678901234567890" | head -c 1000000000; echo last')
    made.bring(ORDER, watching)
    assert watching.lines[0] == "first" and watching.lines[-1] == "last"
    assert any("bytes are left out here" in line for line in watching.lines)
    assert len(watching.text) < 3_000_000
    kept = sum(path.stat().st_size for path in (home / "state").rglob("*") if path.is_file())
    assert kept < 3_000_000


def test_a_line_without_end_is_cut(home: Path):
    watching = Watching()
    deployer(home, "head -c 5000000 /dev/zero | tr '\\0' a").bring(ORDER, watching)
    assert max(map(len, watching.lines)) <= 2000


def test_no_secret_of_the_environment_is_repeated(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DEPLOY_TOKEN", "hunter2-hunter2")
    watching = Watching()
    error = refusal(deployer(home, 'echo "using $DEPLOY_TOKEN"; exit 1'), watching)
    assert watching.lines == ["using ***"] and error.message.endswith("using ***")


def test_asked_twice_for_the_same_order_it_runs_once(home: Path):
    made = deployer(home, f"echo x >> {home / 'runs'}; echo done")
    for _ in range(2):
        made.bring(ORDER, Watching())
    assert (home / "runs").read_text() == "x\n"
    made.bring(ORDER._replace(number=1), Watching())
    made.bring(ORDER._replace(rollout="rollout-2"), Watching())
    for _ in range(2):
        made.bring(ORDER._replace(made="2026-02-05 16:37:00+00:00"), Watching())  # that of another log
    assert (home / "runs").read_text() == "x\n" * 4


def test_two_who_ask_at_once_follow_one_run(home: Path):
    made = deployer(home, f"echo x >> {home / 'runs'}; sleep 0.5; echo done")
    watching = [Watching(), Watching(), Watching()]
    threads = [threading.Thread(target=made.bring, args=(ORDER, one)) for one in watching]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (home / "runs").read_text() == "x\n"


ASKING = """
import json, sys
from tests.deployers.watching import ORDER, Watching
from unshipped.deployers.command import CommandDeployer
class Aloud(Watching):
    def say(self, line): print(line, flush=True)
CommandDeployer(**json.loads(sys.argv[1])).bring(ORDER, Aloud())
print("over", flush=True)
"""


def asking(made: CommandDeployer) -> subprocess.Popen[str]:
    """Another process that asks for the same."""
    settings = json.dumps({"command": list(made.command)})
    return subprocess.Popen(
        [sys.executable, "-c", ASKING, settings],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )


def test_whoever_takes_up_a_killed_process_finds_its_program_running(home: Path):
    go, runs = home / "go", home / "runs"
    made = deployer(
        home, f"echo x >> {runs}; echo first; while [ ! -e {go} ]; do sleep 0.05; done; echo second"
    )
    with asking(made) as first:
        assert first.stdout and first.stdout.readline() == "first\n"
        first.kill()
    go.touch()
    watching = Watching()
    made.bring(ORDER, watching)
    assert runs.read_text() == "x\n"
    assert watching.lines[-1] == "second"


def test_whoever_takes_up_a_killed_process_learns_how_its_program_ended(home: Path):
    go, runs = home / "go", home / "runs"
    made = deployer(
        home, f"echo x >> {runs}; echo first; while [ ! -e {go} ]; do sleep 0.05; done; echo no; exit 7"
    )
    with asking(made) as first:
        assert first.stdout and first.stdout.readline() == "first\n"
        first.kill()
    go.touch()
    until(lambda: list((home / "state").rglob("end")))
    error = refusal(made)
    assert error.certain and "exited with 7: no" in error.message
    assert runs.read_text() == "x\n"


def supervisors(folder: Path) -> list[int]:
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = place.read_bytes().split(b"\0")
        except OSError:
            continue
        if any(word.startswith(str(folder).encode()) for word in words) and any(
            word.endswith(b"_supervisor.py") for word in words
        ):
            found.append(int(place.parent.name))
    return found


def test_where_the_supervisor_is_killed_too_nothing_runs_beside_the_next_attempt(home: Path):
    runs, go = home / "runs", home / "go"
    made = deployer(home, f"echo $$ >> {runs}; echo first; while [ ! -e {go} ]; do sleep 0.05; done")
    with asking(made) as first:
        assert first.stdout and first.stdout.readline() == "first\n"
        first.kill()
    (one,) = supervisors(home / "state")
    os.kill(one, signal.SIGKILL)
    until(lambda: not is_alive(one))
    go.touch()
    watching = Watching()
    made.bring(ORDER, watching)
    numbers = [int(line) for line in runs.read_text().split()]
    assert len(numbers) == 2 and not any(map(is_alive, numbers))
    assert "an earlier attempt lost its supervisor" in watching.lines[0]


def test_where_the_supervisor_is_killed_under_us_nobody_knows(home: Path):
    pid = home / "pid"
    made = deployer(home, f"echo $$ > {pid}; echo first; sleep 300")

    class Cruel(Watching):
        def say(self, line: str) -> None:
            for one in supervisors(home / "state"):
                os.kill(one, signal.SIGKILL)

    error = refusal(made, Cruel())
    assert not error.certain and "ended together with its supervisor" in error.message
    until(lambda: not is_alive(int(pid.read_text())))


def test_its_state_is_for_nobody_else_and_is_forgotten_in_time(home: Path):
    made = deployer(home, "echo done")
    made.bring(ORDER, Watching())
    (old,) = (home / "state/unshipped/commands").iterdir()
    assert old.stat().st_mode & 0o077 == 0
    os.utime(old / "end", (1, 1))
    made.bring(ORDER._replace(number=1), Watching())
    assert not old.exists()


def test_a_state_that_cannot_be_kept_is_said(home: Path):
    (home / "file").write_text("")
    error = refusal(deployer(home, "echo done", state=str(home / "file")))
    assert error.early and "cannot be kept track of" in error.message


def test_whether_it_can_still_be_brought_is_asked_of_a_program(home: Path):
    text = 'case $1 in eb7c*) exit 0;; 0c2a*) echo "image was cleaned away"; exit 1;; esac; exit 9'
    available = (script(home, text, "available.sh"), "{commit}")
    made = deployer(home, "exit 0", available=available)
    assert made.still_has("api", "production", COMMIT) == ""
    assert made.still_has("api", "production", BEFORE) == "image was cleaned away"
    with pytest.raises(DeployError, match="exited with 9"):
        made.still_has("api", "production", "f" * 40)
    assert deployer(home, "exit 0").still_has("api", "production", BEFORE) == ""


def test_it_gives_shares_where_a_program_does(home: Path):
    share = (script(home, f'echo "$1 $UNSHIPPED_SHARE" > {home / "share"}', "share.sh"), "{share}")
    made = deployer(home, "exit 0", share=share)
    assert made.shares and not deployer(home, "exit 0").shares
    made.shift(ORDER._replace(number=2, share=0.25), Watching())
    assert (home / "share").read_text() == "0.25 0.25\n"
