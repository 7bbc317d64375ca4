"""`unshipped gate` and `unshipped bypass`: exit codes, what is recorded, and what is asked instead."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.gate.places import TOKEN, record, serving, standing
from tests.support.repo import Repo, hour
from tests.support.run import NOW, SOURCES, run, service, stamp
from unshipped.gate import DeploymentDriftError, Where, check_deployment_drift
from unshipped.gate.spool import left as left_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The worker is four changes behind for many hours; the api is live; a gate guards either."""
    repo = Repo.init(tmp_path / "repo")
    live = repo.commit({"api/app.py": "1\n", "worker/job.py": "1\n"})
    for number in range(4):
        repo.commit({"worker/job.py": f"new {number}\n"}, message=f"Change {number}", at=hour(number))
    gates = {
        "batches": {"services": ["worker"], "mode": "enforce", "max_behind": 3},
        "reports": {"services": ["worker"], "max_behind": 3},
        "orders": {"services": ["api"], "mode": "enforce", "on_unknown": "block"},
    }
    services = {
        "api": service(["api"], live),
        "worker": service(["worker"], live),
        "gone": service(["worker"], "f" * 40),
    }
    (repo.path / "unshipped.yaml").write_text(json.dumps({"services": services, "gates": gates}))
    return repo.path


def gate(folder: Path, *arguments: str, at: Any = NOW, command: str = "gate", **env: str):
    return run([command, *arguments, f"--now={stamp(at)}"], folder, env={"USER": "ana", **env})


@pytest.mark.parametrize(
    ("arguments", "code", "answer"),
    [
        (["worker", "--max-behind=3"], 1, "block"),
        (["worker", "--max-behind=4"], 0, "allow"),
        (["worker"], 0, "allow"),
        (["api"], 0, "allow"),
        (["api", "worker", "--max-age=1h"], 1, "block"),
        (["worker", "--max-behind=3", "--mode=warn"], 0, "warn (mode warn: it would be block)"),
        (["worker", "--max-behind=3", "--mode=observe"], 0, "allow (mode observe: it would be block)"),
        (["worker", "--max-behind=3", "--purpose=rollback"], 0, "allow"),
        (["worker", "--max-behind=3", "--purpose=deploy", "--deploys=worker/production"], 0, "allow"),
        (["gone"], 0, "warn"),
        (["gone", "--on-unknown=block"], 3, "block"),
        (["gone", "worker", "--on-unknown=block"], 3, "block"),
        (["--gate=batches"], 1, "block"),
        (["--gate=reports"], 0, "allow (mode observe: it would be block)"),
        (["--gate=orders"], 0, "allow"),
    ],
)
def test_the_exit_code_says_whether_work_may_run(folder, arguments, code, answer):
    done = gate(folder, *arguments)
    assert (done.code, done.stdout.splitlines()[0]) == (code, answer)
    assert gate(folder, *arguments, "--format=json").code == code


def test_it_says_how_old_what_it_answers_by_is_and_what_the_gate_means(folder):
    gate(folder, "--once", at=NOW - timedelta(seconds=46), command="watch")
    told = gate(folder, "--gate=batches").stdout.splitlines()
    how = "  production: looked at 46 s ago; mode enforce"
    assert told == ["block", how, "  worker: 4 commits behind (at most 3)"]
    told = gate(folder, "--gate=orders", "--server=http://127.0.0.1:9").stdout.splitlines()
    assert told[1] == "  not all was looked at; mode enforce"


def test_it_says_how_old_the_branch_is_that_it_answered_by(folder, tmp_path):
    clone = Repo(folder).clone(tmp_path / "clone")
    clone.git("fetch")
    (clone.path / "unshipped.yaml").write_text((folder / "unshipped.yaml").read_text())
    done = gate(clone.path, "api")
    assert (done.code, done.stdout.splitlines()[0]) == (0, "allow")
    assert done.stderr.startswith("origin/main as last fetched,"), done.stderr


def test_where_the_remote_is_away_its_own_rule_answers(folder):
    (folder / "verdicts.json").write_text("as it was")
    Repo(folder).git("remote", "add", "origin", str(folder / "nowhere"))
    for arguments, code, answer in (
        (["--gate=reports"], 0, "allow (mode observe: it would be warn)"),
        (["--gate=orders"], 3, "block"),
        (["worker", "--on-unknown=allow"], 0, "allow"),
        (["--gate=orders", "--skip-drift-check", "--reason=x"], 0, "allow (mode enforce: it would be block)"),
    ):
        done = gate(folder, *arguments, "--fetch")
        assert (done.code, done.stdout.splitlines()[0]) == (code, answer)
        assert "git fetch" in done.stdout
    assert gate(folder, "--fetch", "--write=verdicts.json").code == 3
    assert (folder / "verdicts.json").read_text() == "as it was"


def test_without_limits_a_gate_blocks_what_is_critical(folder):
    assert gate(folder, "worker", at=NOW + timedelta(hours=13)).code == 1


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ([], "name a service"),
        (["wroker"], "no service 'wroker'"),
        (["--gate=other"], "no gate 'other'"),
        (["worker", "-e", "moon"], "worker does not run in 'moon'"),
        (["worker", "--max-age=soon"], "no length of time"),
        (["worker", "--max-behind=-1"], "whole number"),
        (["worker", "--reason=x"], "--reason goes with --skip-drift-check"),
        (["worker", "--skip-drift-check"], "a bypass needs a reason"),
        (["worker", "--skip-drift-check", "--reason=x", "--for=2d"], "a bypass lasts at most 1 d"),
        (["worker", "--skip-drift-check", "--reason=x", "--for=0s"], "for no time is over at once"),
        (["report"], "there is no record"),
    ],
)
def test_what_cannot_be_meant_is_an_error_of_its_own(folder, arguments, hint):
    done = gate(folder, *arguments)
    assert done.code == 2
    assert hint in done.stderr


def test_a_service_that_is_named_twice_is_asked_once_and_let_through_once(folder):
    asked = json.loads(gate(folder, "worker", "api", "worker", "--format=json").stdout)
    assert [one["service"] for one in asked["targets"]] == ["worker", "api"]
    given = gate(folder, "worker", "worker", "--skip-drift-check", "--reason=the fix is in here")
    assert len([line for line in given.stderr.splitlines() if "worker passes" in line]) == 1


def test_a_bypass_is_recorded_lets_pass_is_listed_ends_and_can_be_revoked(folder):
    reason = "the fix\x1b[31m is in here " + "x" * 10_000
    given = gate(folder, "--gate=batches", "--skip-drift-check", f"--reason={reason}", "--for=2h")
    assert given.code == 0
    assert "worker passes gate batches until" in given.stderr
    assert "\x1b" not in given.stderr + given.stdout
    listed = gate(folder, command="bypass").stdout
    assert "by ana: the fix [31m is in here" in listed
    assert gate(folder, "--gate=batches").code == 0
    assert gate(folder, "worker", "--max-behind=3").code == 1  # another gate
    assert gate(folder, "--gate=batches", at=NOW + timedelta(hours=2)).code == 1
    assert gate(folder, "revoke", "none", command="bypass").code == 2
    assert "revoked" in gate(folder, "revoke", listed.split()[0], command="bypass").stdout
    assert gate(folder, "--gate=batches").code == 1
    assert gate(folder, command="bypass").stdout == "No bypass holds.\n"


LET = "allow (mode enforce: it would be block)"


@pytest.mark.parametrize("away", ["no server", "no log"])
@pytest.mark.parametrize(
    ("arguments", "code", "answer"),
    [
        (["--gate=batches"], 1, "block"),
        (["--gate=batches", "--purpose=rollback"], 0, "allow"),
        (["--gate=batches", "--purpose=emergency"], 0, "allow"),
        (["--gate=reports"], 0, "allow (mode observe: it would be block)"),
        (["--gate=batches", "--skip-drift-check", "--reason=the log is away"], 0, LET),
    ],
)
def test_a_log_that_is_away_stops_nothing_that_the_rule_does_not(folder, away, arguments, code, answer):
    spool = folder / "spool"
    without_a_log(folder, away)
    done = gate(folder, *arguments, UNSHIPPED_SPOOL=str(spool))
    assert (done.code, done.stdout.splitlines()[0]) == (code, answer)
    left = list(left_in(str(spool))) if spool.exists() else []
    if "--skip-drift-check" in arguments:
        assert f"the bypass is left in {spool}" in done.stderr
        assert [document["bypass"]["reason"] for _, document in left] == ["the log is away"]
    else:
        assert "this answer is written down nowhere" in done.stderr
        assert left == []


def without_a_log(folder: Path, away: str) -> None:
    settings, log = folder / "unshipped.yaml", folder / ".unshipped" / "log.db"
    if away == "no server":
        document = json.loads(settings.read_text())
        settings.write_text(json.dumps({**document, "store": {"url": "postgresql://ana@127.0.0.1:9/log"}}))
    else:
        log.parent.mkdir()
        log.write_text("a letter to Ben")


def test_a_bypass_that_is_left_is_taken_in_for_its_own_configuration_alone(folder, tmp_path):
    spool, settings, other = folder / "spool", folder / "unshipped.yaml", tmp_path / "other"
    shutil.copytree(folder, other)  # another project of the same person, with a gate of that name
    env, declared = {"UNSHIPPED_SPOOL": str(spool)}, settings.read_text()
    without_a_log(folder, "no server")
    gate(folder, "--gate=batches", "--skip-drift-check", "--reason=the log is away", **env)
    passed = gate(other, "--gate=batches", "--skip-drift-check", "--reason=here is one", **env)
    assert "given before" not in passed.stderr and len(list(spool.iterdir())) == 1
    settings.write_text(declared)
    back = gate(folder, "--gate=batches", "--skip-drift-check", "--reason=here is one again", **env)
    assert "given before, written down now: worker passes gate batches" in back.stderr
    assert list(spool.iterdir()) == []


def test_a_file_of_verdicts_is_not_written_without_the_log_that_has_the_bypasses(folder):
    without_a_log(folder, "no log")
    assert gate(folder, "--write=verdicts.json").code == 2
    assert not (folder / "verdicts.json").exists()


def test_a_bypass_is_given_once_by_its_name(folder):
    for _ in range(2):
        asked = ["--gate=batches", "--skip-drift-check", "--reason=twice", "--bypass-id=0123456789ab"]
        assert gate(folder, *asked).code == 0
    assert gate(folder, command="bypass").stdout.count("twice") == 1
    assert gate(folder, *asked[:-1], "--bypass-id=../../etc").code == 2


def test_the_report_says_what_enforcing_would_have_done(folder):
    gate(folder, "--gate=batches", "--skip-drift-check", "--reason=x", "--for=1h")
    gate(folder, "--gate=batches", at=NOW + timedelta(hours=1))
    done = gate(folder, "report", at=NOW + timedelta(hours=3))
    assert done.stdout.splitlines()[1].startswith("  1 block if enforced: 0 right, 0 wrong, 1 open")
    document = json.loads(gate(folder, "report", "--format=json", at=NOW + timedelta(days=2)).stdout)
    assert [one["judgement"] for one in document["gates"][0]["blocks"]] == ["wrong"]
    assert document["caused"] == []


def test_a_block_was_right_where_the_watch_saw_the_deploy_that_nobody_recorded(folder):
    gate(folder, "--once", at=NOW - timedelta(minutes=10), command="watch")
    assert gate(folder, "--gate=batches").code == 1
    config = json.loads((folder / "unshipped.yaml").read_text())
    config["services"]["worker"]["deployed"] = Repo(folder).id("main")
    (folder / "unshipped.yaml").write_text(json.dumps(config))
    gate(folder, "--once", at=NOW + timedelta(hours=1), command="watch")
    document = json.loads(gate(folder, "report", "--format=json", at=NOW + timedelta(days=2)).stdout)
    assert [one["judgement"] for one in document["gates"][0]["blocks"]] == ["right"]


def test_drift_that_a_gate_makes_is_put_down_to_it(folder):
    """The api cannot be deployed because the worker is stale."""
    gate(folder, "api", "--skip-drift-check", "--reason=there is a record from now on")
    deploying = ["--gate=batches", "--purpose=deploy", "--deploys=api/production"]
    assert gate(folder, *deploying).code == 1
    said = gate(folder, "report", at=NOW + timedelta(hours=1)).stdout
    assert "api/production: stale also by the gate batches, which stopped 1 deploy" in said


def test_it_writes_a_file_that_programs_ask(folder):
    place = folder / "verdicts.json"
    command = [sys.executable, "-m", "unshipped", "gate", f"--write={place}"]
    env = {"PYTHONPATH": str(SOURCES), "PATH": "/usr/bin:/bin", "UNSHIPPED_VERDICTS_KEY": "key"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=True)
    assert done.stdout == f"{place}: 3 targets, signed\n"
    there = Where(file=str(place), key="key")
    with pytest.raises(DeploymentDriftError, match="4 commits behind"):
        check_deployment_drift(gate="batches", where=there)
    assert check_deployment_drift("api", where=there).answer == "allow"
    assert check_deployment_drift("gone", where=there).answer == "warn"


def test_a_program_asks_it_where_it_is_installed(folder, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(SOURCES))
    there = Where(config=str(folder / "unshipped.yaml"), deadline=30.0)
    with pytest.raises(DeploymentDriftError, match="4 commits behind") as raised:
        check_deployment_drift("worker", max_behind=3, by="batches", where=there)
    assert raised.value.decision.said_by == "engine"
    found = check_deployment_drift("worker", max_behind=3, skip=True, reason="fix", by="Ana", where=there)
    assert (found.answer, bool(found.bypass)) == ("allow", True)
    assert "the program does not answer: no service" not in str(found)


def test_an_answer_that_comes_too_late_counts_for_the_next_question(folder, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(SOURCES))
    monkeypatch.setattr("unshipped.gate.asking._flights", {})
    there = Where(config=str(folder / "unshipped.yaml"), deadline=0.001)
    assert "no answer within" in str(check_deployment_drift("worker", max_behind=3, where=there))
    monkeypatch.setattr("unshipped.gate.asking.KEPT_FOR", 60.0)
    from unshipped.gate import asking

    [flight] = asking._flights.values()
    assert flight.landed.wait(30)
    with pytest.raises(DeploymentDriftError):
        check_deployment_drift("worker", max_behind=3, where=there)


def test_a_server_is_asked_where_one_is_named(folder):
    kept = record(standing(behind=4))
    with serving(kept) as server:
        env = {"UNSHIPPED_SERVER": server, "UNSHIPPED_TOKEN": TOKEN}
        assert gate(folder, "worker", "--max-behind=3", **env).code == 1
        passed = gate(folder, "worker", "--max-behind=5", **env)
        assert passed.code == 0 and "\n  production: looked at " in passed.stdout
        given = gate(folder, "worker", "--max-behind=3", "--skip-drift-check", "--reason=x", **env)
        assert given.code == 0
        assert len(kept.given) == 1
        document = json.loads(gate(folder, "worker", "--format=json", **env).stdout)
        assert document["schema_version"] == 1
        here = json.loads(gate(folder, "worker", "--format=json").stdout)
        assert document.keys() >= here.keys() and document["targets"][0].keys() == here["targets"][0].keys()
        assert [document["targets"][0]["service"], document["purpose"]] == ["worker", "work"]
    with serving(record(standing(behind=4), standing("api", looked=9999))) as server:
        env = {"UNSHIPPED_SERVER": server, "UNSHIPPED_TOKEN": TOKEN}
        assert gate(folder, "worker", "api", "--max-behind=3", **env).code == 1
        assert gate(folder, "worker", "api", "--max-behind=3", "--on-unknown=block", **env).code == 3
    away = gate(folder, "worker", "--on-unknown=block", f"--server={server}")
    assert (away.code, away.stdout.splitlines()[0]) == (3, "block")
    away = gate(folder, "worker", "--deploys=api/production", "--format=json", f"--server={server}")
    document = json.loads(away.stdout)
    assert document["deploys"] == "api/production"
    assert [one["service"] for one in document["targets"]] == ["worker"]


def test_a_bypass_that_a_program_left_is_taken_in_by_the_next_command(folder, monkeypatch, tmp_path):
    spool = tmp_path / "spool"
    monkeypatch.setenv("UNSHIPPED_SPOOL", str(spool))
    gate(folder, "--gate=batches", "--skip-drift-check", "--reason=there is a log from now on", "--for=1m")
    away = Where("http://127.0.0.1:9", deadline=5.0)
    asked: Any = {"on_unknown": "block", "skip": True, "reason": "the server is away", "by": "Ana"}
    left = check_deployment_drift("worker", where=away, **asked)
    (spool / "a.json").write_text("{}")
    done = run(["bypass"], folder, env={"UNSHIPPED_SPOOL": str(spool)})
    assert "given before, written down now: worker passes gate worker until" in done.stderr
    assert "a.json is left aside: it is no bypass that somebody gave" in done.stderr
    assert left.bypass in done.stdout
    assert sorted(path.name for path in spool.iterdir()) == ["a.json.refused"]
    assert run(["bypass"], folder, env={"UNSHIPPED_SPOOL": str(spool)}).stderr == ""
