"""The watch on the command line: a round, what people decide, and what is written down of it."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import configure, start
from tests.sources.served import body, serving
from tests.support.repo import Repo
from tests.support.run import run, service
from unshipped.core.logged.rolling import Ended, Rollout
from unshipped.core.rollout import End, Outcome, Plan, way
from unshipped.core.windows import Asked
from unshipped.engine.heartbeat import beat
from unshipped.stores.opening import open_file


def asked(folder: Path, *arguments: str, code: int = 0) -> str:
    done = run([*arguments, "--config", "unshipped.yaml", "--repo", "repo"], folder)
    assert done.code == code, done.stderr
    return done.stdout


def document(folder: Path, *arguments: str, code: int = 0) -> Any:
    return json.loads(asked(folder, *arguments, "--format", "json", code=code))


def test_a_round_opens_an_incident_that_people_can_see_know_of_and_end(repo: Repo, folder: Path):
    told = asked(folder, "watch", "--once", "--no-fetch")
    assert "2 of 2 targets looked at, all determined, 1 needs somebody" in told
    assert "opened  api/production" in told
    (incident,) = document(folder, "incidents")["incidents"]
    assert (incident["service"], incident["open"], incident["kind"]) == ("api", True, "drift")
    assert "api/production: drift since" in asked(folder, "ack", "api", "--by", "ana", "--reason", "on it")
    assert document(folder, "incidents")["incidents"][0]["acknowledged_by"] == "ana"
    assert asked(folder, "ack", "api") == "Nothing is open that nobody knew of.\n"
    configure(
        folder, {"api": service(["api"], repo.id("main")), "worker": service(["worker"], repo.id("main"))}
    )
    assert "resolved  api/production" in asked(folder, "watch", "--once", "--no-fetch")
    assert asked(folder, "incidents") == "Nothing is open.\n"
    (over,) = document(folder, "incidents", "--since", "1d")["incidents"]
    assert over["ending"] == "deployed"
    events = [one["what"] for one in document(folder, "history", "api")["events"]]
    assert sorted(events) == ["acknowledged", "behind", "in sync", "opened", "resolved"]


def test_what_goes_back_is_flagged_for_as_long_as_it_serves(repo: Repo, folder: Path):
    """The log remembers it, though the source knows no past; a look at what is new forgets nothing."""
    newest, older, oldest = (repo.id(f"main~{number}") for number in (0, 1, 3))
    for live, back in ((newest, False), (oldest, True), (oldest, True), (older, True), (newest, False)):
        configure(folder, {"api": service(["api"], live)})
        asked(folder, "watch", "--once", "--no-fetch")
        with closing(sqlite3.connect(folder / ".unshipped/log.db")) as log, log:
            ((flags,),) = log.execute("SELECT flags FROM stretches WHERE latest").fetchall()
        log.close()
        assert ("rolled_back" in flags) is back, live


def test_a_check_beside_the_log_says_the_age_that_the_watch_says(repo: Repo, folder: Path):
    """A change that was pushed late waits since it came, and not since it was written."""
    asked(folder, "watch", "--once", "--no-fetch")
    (api, _) = document(folder, "check", code=1)["targets"]
    oldest = api["oldest"]["commit"]
    came = datetime.fromisoformat(api["behind_since"]) + timedelta(seconds=1)
    for waiting, since in (
        ([{"commit": oldest, "landed_at": came.isoformat()}], f"{came:%Y-%m-%dT%H:%M:%SZ}"),
        ([{"commit": oldest}], api["behind_since"]),
    ):
        with closing(sqlite3.connect(folder / ".unshipped/log.db")) as log, log:
            log.execute("UPDATE stretches SET waiting = ? WHERE latest", [json.dumps(waiting)])
        (found, _) = document(folder, "check", code=1)["targets"]
        assert (found["behind_since"], found["oldest"]["landed_at"]) == (since, since)


def test_a_check_beside_the_log_says_so_too_after_a_look_that_saw_nothing(repo: Repo, folder: Path):
    asked(folder, "watch", "--once", "--no-fetch")
    written = (folder / "unshipped.yaml").read_text()
    (api, _) = document(folder, "check", code=1)["targets"]
    came = datetime.fromisoformat(api["behind_since"]) + timedelta(seconds=1)
    with closing(sqlite3.connect(folder / ".unshipped/log.db")) as log, log:
        (text,) = log.execute("SELECT waiting FROM stretches WHERE service = 'api'").fetchone()
        waiting = json.loads(text)
        waiting[-1]["landed_at"] = came.isoformat()
        log.execute("UPDATE stretches SET waiting = ? WHERE service = 'api'", [json.dumps(waiting)])
    configure(folder, {"api": service(["api"], "f" * 40), "worker": service(["worker"], "f" * 40)})
    asked(folder, "watch", "--once", "--no-fetch", code=3)
    (folder / "unshipped.yaml").write_text(written)
    (found, _) = document(folder, "check", code=1)["targets"]
    assert found["behind_since"] == f"{came:%Y-%m-%dT%H:%M:%SZ}"


def test_a_moment_is_looked_at_once(repo: Repo, folder: Path):
    at = ["watch", "--once", "--no-fetch", "--slot", "2026-02-05T16:00:00Z"]
    assert document(folder, *at)["done_before"] is False
    again = document(folder, *at)
    assert (again["done_before"], again["transitions"], again["slot"]) == (True, [], "2026-02-05T16:00:00Z")
    assert "was looked at for 2026-02-05 16:00:00 UTC already" in asked(folder, *at)


def test_a_clock_that_was_set_back_is_said_and_the_round_has_failed(repo: Repo, folder: Path):
    asked(folder, "watch", "--once", "--no-fetch", "--now", "2026-02-05T16:37:00Z")
    back = ["watch", "--once", "--no-fetch", "--now", "2026-02-05T14:37:00Z", "--config", "unshipped.yaml"]
    done = run([*back, "--repo", "repo"], folder)
    assert done.code == 3
    assert "the clock is 2 h behind the log, which has a look of 2026-02-05 16:37:00 UTC" in done.stderr
    told = json.loads(run([*back, "--repo", "repo", "--format", "json"], folder).stdout)
    assert told["clock_behind_until"] == "2026-02-05T16:37:00Z"


def test_a_round_can_be_for_the_newest_moment_of_the_schedule(repo: Repo, folder: Path):
    found = document(
        folder, "watch", "--once", "--no-fetch", "--slot", "schedule", "--now", "2026-02-05T16:37:00Z"
    )
    assert found["slot"] == "2026-02-05T16:30:00Z"


def test_the_shares_of_a_fleet_together_are_all_of_it(repo: Repo, folder: Path):
    found = [
        document(folder, "watch", "--once", "--no-fetch", "--shard", f"{n}/2")["checked"] for n in (1, 2)
    ]
    assert sum(found) == 2


def test_a_share_to_which_nothing_falls_has_nothing_to_do_and_says_so(repo: Repo, folder: Path):
    shares = {n: document(folder, "watch", "--once", "--no-fetch", "--shard", f"{n}/9") for n in range(1, 10)}
    idle = [n for n, found in shares.items() if not found["checked"]]
    assert len(idle) >= 7
    told = asked(folder, "watch", "--once", "--no-fetch", "--shard", f"{idle[0]}/9", code=0)
    assert f"none of 2 targets falls to share {idle[0]}/9: nothing to look at" in told


def test_each_share_tells_a_heartbeat_of_its_own(repo: Repo, folder: Path):
    with serving(body("ok")) as served:
        config = json.loads((folder / "unshipped.yaml").read_text())
        config["watch"] = {"heartbeat": served.url("/ping/share-{share}")}
        (folder / "unshipped.yaml").write_text(json.dumps(config))
        for number in range(1, 10):
            asked(folder, "watch", "--once", "--no-fetch", "--shard", f"{number}/9")
        assert [one.line.split()[1] for one in served.asked] == [f"/ping/share-{n}" for n in range(1, 10)]


@pytest.mark.parametrize("at", ["/key/watch", "/key/watch/"])
def test_a_round_that_failed_is_no_fine_one_where_the_address_of_the_heartbeat_has_a_query(at: str):
    with serving(body("ok")) as served:
        assert beat(served.url(f"{at}?create=1"), fine=False, text="…") == ""
        assert [one.line.split()[1] for one in served.asked] == ["/key/watch/fail?create=1"]


@pytest.mark.parametrize("named", ["by the file", "by an option"])
def test_where_no_metrics_can_be_written_the_round_is_one_all_the_same(folder: Path, named: str):
    with serving(body("ok")) as outside:
        config = json.loads((folder / "unshipped.yaml").read_text())
        config["watch"] = {"heartbeat": outside.url("/ping")}
        options = ["--metrics", "missing/metrics.prom"]
        if named == "by the file":
            config["watch"]["metrics"], options = "missing/metrics.prom", []
        (folder / "unshipped.yaml").write_text(json.dumps(config))
        round_ = ["watch", "--once", "--no-fetch", *options, "--config", "unshipped.yaml", "--repo", "repo"]
        done = run(round_, folder)
        assert (done.code, "opened  api/production" in done.stdout) == (3, True)
        assert "no metrics are written: missing/metrics.prom cannot be written" in done.stderr
        assert [one.line.split()[1] for one in outside.asked] == ["/ping"]


def test_who_is_not_told_yet_is_named_in_the_rounds_between_two_attempts_too(repo: Repo, folder: Path):
    with serving(body("", status=403)) as chat, serving(body("ok")) as outside:
        config = json.loads((folder / "unshipped.yaml").read_text())
        config["watch"] = {"heartbeat": outside.url("/ping")}
        config["receivers"] = {"chat": {"notifier": "webhook", "url": chat.url("/hook"), "private": True}}
        (folder / "unshipped.yaml").write_text(json.dumps(config))
        first = document(folder, "watch", "--once", "--no-fetch", code=3)
        again = document(folder, "watch", "--once", "--no-fetch", code=3)
        assert "not told: chat: " in asked(folder, "watch", "--once", "--no-fetch", code=3)
        assert [one.line.split()[1] for one in outside.asked] == ["/ping/fail"] * 3
        assert len(chat.asked) == 1
    assert (again["deliveries"], first["deliveries"]) == ([], again["untold"])


def test_finding_drift_is_no_failure_unless_it_is_said_to_be_one(repo: Repo, folder: Path):
    asked(folder, "watch", "--once", "--no-fetch", code=0)
    asked(folder, "watch", "--once", "--no-fetch", "--fail-on", "info", code=1)


def test_a_round_that_judges_says_that_not_all_could_be_determined(repo: Repo, folder: Path):
    declared = {"api": service(["api"], repo.id("main~3")), "worker": service(["worker"], "f" * 40)}
    configure(folder, declared)
    asked(folder, "watch", "--once", "--no-fetch", code=0)
    for severity in ("info", "critical"):
        asked(folder, "watch", "--once", "--no-fetch", "--fail-on", severity, code=3)
        asked(folder, "check", "--fail-on", severity, code=3)
    configure(folder, declared | {"worker": declared["worker"] | {"retired": True}})
    asked(folder, "watch", "--once", "--no-fetch", "--fail-on", "critical", code=1)


def test_where_nothing_can_be_determined_the_round_has_failed(repo: Repo, folder: Path):
    configure(folder, {"api": service(["api"], "f" * 40)})
    told = asked(folder, "watch", "--once", "--no-fetch", code=3)
    assert told.splitlines()[1:] == ["Next: unshipped status"]
    assert "is not in this repository" in asked(folder, "status", code=3)


def test_what_cannot_be_fetched_is_unknown_and_not_fine(repo: Repo, folder: Path):
    repo.git("remote", "add", "origin", "no/such/place")
    found = document(folder, "watch", "--once", code=3)
    assert (found["conclusive"], found["checked"]) == (0, 2)
    assert document(folder, "watch", "--once", "--no-fetch")["conclusive"] == 2


def test_a_repository_without_a_remote_has_nothing_to_fetch(repo: Repo, folder: Path):
    assert document(folder, "watch", "--once")["conclusive"] == 2


def test_a_hold_keeps_a_service_as_it_is_until_it_is_ended(repo: Repo, folder: Path):
    asked(folder, "watch", "--once", "--no-fetch")
    held = asked(folder, "hold", "api", "--reason", "the migration runs", "--for", "2d", "--by", "ana")
    assert held.startswith("api/production: hold by ana until ")
    assert asked(folder, "hold") == held
    [target] = document(folder, "check", "api")["targets"]
    assert target["flags"] == ["held"]
    assert "behind (held)" in asked(folder, "check", "api")
    assert "(held)" in asked(folder, "status", "api")
    assert "resolved  api/production" in asked(folder, "watch", "--once", "--no-fetch")
    assert asked(folder, "unhold", "api", "--by", "ben").startswith("ended: api/production: hold (ended)")
    assert asked(folder, "unhold", "api") == "Nothing of these is held in the log.\n"
    assert asked(folder, "hold") == "Nothing is held in the log.\n"
    assert "reopened  api/production" in asked(folder, "watch", "--once", "--no-fetch")


def test_what_is_being_rolled_out_is_shown_and_excused(repo: Repo, folder: Path):
    assert asked(folder, "check", "api", code=1)
    live, tip, now = repo.id("main~3"), repo.id("main"), datetime.now(UTC)
    log = open_file(folder / ".unshipped/log.db")
    try:
        log.wish(Asked("r1", "api", "production", tip, "ana", now))
        assert asked(folder, "check", "api", code=1), "it waits"
        plan = Plan("r1", "api", "production", tip, live, live, way(tip, ()))
        assert log.begin(Rollout(plan, now), width=1)
        [target] = document(folder, "check", "api")["targets"]
        assert (target["state"], target["flags"]) == ("behind", ["pending"])
        assert f"rollout r1 to {tip[:9]} is under way" in target["reasons"]
        assert "(pending)" in asked(folder, "status", "api")
        assert "is under way" in asked(folder, "explain", "api")
        assert "none needs anybody" in asked(folder, "watch", "--once", "--no-fetch")
        assert asked(folder, "check", "api", "--now", "2026-02-05T16:37:00Z", code=1), "it had not begun then"
        later = (now + timedelta(minutes=61)).isoformat()
        assert "excuses no longer" in asked(folder, "explain", "api", "--now", later, code=1)
        log.end(Ended("r1", Outcome(End.REFUSED, "nothing was touched"), now))
        assert asked(folder, "check", "api", code=1)
    finally:
        log.close()


@pytest.mark.parametrize(
    "decided",
    [
        ["hold", "api", "--reason", "the migration"],
        ["hold"],
        ["unhold", "api"],
        ["ack", "api"],
        ["silence", "api", "--for", "2h", "--reason", "moving"],
        ["silence"],
        ["db", "prune"],
    ],
)
def test_where_no_watch_reads_what_is_written_that_is_said(repo: Repo, folder: Path, decided: list[str]):
    where = ["--config", "unshipped.yaml", "--repo", "repo"]
    alone = run([*decided, *where], folder)
    assert alone.code == 0
    assert "one that runs elsewhere does not know of this\nhint: run this where the watch" in alone.stderr
    asked(folder, "watch", "--once", "--no-fetch")
    assert run([*decided, *where], folder).stderr == ""


def test_a_silence_has_a_reason_and_an_end_and_can_be_ended(repo: Repo, folder: Path):
    made = asked(folder, "silence", "ap*", "--for", "2h", "--reason", "moving", "--by", "ana")
    assert asked(folder, "silence") == made
    assert "ended: ap*" in asked(folder, "silence", "--end", made.split()[0])
    assert asked(folder, "silence") == "No silence holds.\n"


def test_what_is_silenced_is_shown_as_open_and_silenced(repo: Repo, folder: Path):
    asked(folder, "watch", "--once", "--no-fetch")
    assert "silenced" not in asked(folder, "incidents")
    made = asked(folder, "silence", "ap*", "--for", "2h", "--reason", "moving", "--by", "ana")
    assert re.search("opened .*, silenced by ana until 20", asked(folder, "incidents"))
    assert silence_of(folder)["by"] == "ana"
    asked(folder, "silence", "--end", made.split()[0])
    assert "silenced" not in asked(folder, "incidents")
    assert silence_of(folder) is None


def test_who_asks_for_the_incidents_of_nothing_is_told_so(repo: Repo, folder: Path):
    where = ["--config", "unshipped.yaml", "--repo", "repo"]
    done = run(["incidents", "wroker", *where], folder)
    assert (done.code, done.stdout) == (2, "")
    assert "no service 'wroker'; did you mean 'worker'?" in done.stderr
    asked(folder, "watch", "--once", "--no-fetch")
    configure(folder, {"worker": service(["worker"], repo.id("main"))})
    asked(folder, "watch", "--once", "--no-fetch")
    assert "api/production" in asked(folder, "incidents", "api", "--since", "1d")  # it was declared once


def silence_of(folder: Path) -> Any:
    """What the first incident says of its silence, as data."""
    return json.loads(asked(folder, "incidents", "--format", "json"))["incidents"][0]["silence"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["hold", "api"], "a hold has a reason"),
        (["hold", "nobody", "--reason", "x"], "no service 'nobody'"),
        (["hold", "api", "--reason", "x", "--until", "2020-01-01T00:00:00Z"], "ended already"),
        (
            ["hold", "api", "--reason", "x", "--for", "2d", "--until", "2099-01-01T00:00:00Z"],
            "give one of the two",
        ),
        (["hold", "api", "--reason", "x" * 1001], "longer than 1000 characters"),
        (["hold", "api", "--reason", "a\x1b[31m"], "control characters"),
        (["silence", "api", "--reason", "x"], "a silence has an end"),
        (["silence", "api", "--for", "2h"], "a silence has a reason"),
        (["silence", "--end", "nothing"], "no silence 'nothing' holds"),
        (
            ["silence", "wroker", "--for", "2h", "--reason", "x"],
            "no service 'wroker'; did you mean 'worker'?",
        ),
        (["silence", "ip*", "--for", "2h", "--reason", "x"], "no service 'ip*'"),
        (["silence", "-e", "prod", "--for", "2h", "--reason", "x"], "did you mean 'production'?"),
        (["silence", "--owner", "nobody", "--for", "2h", "--reason", "x"], "no owner 'nobody'"),
        (["silence", "api", "--for", "soon", "--reason", "x"], "no length of time"),
        (["watch", "--once", "--shard", "3/2"], "no share of the fleet"),
        (["watch", "--once", "--slot", "tomorrow"], "no ISO 8601 time"),
        (["ack"], "required: SERVICE"),
    ],
)
def test_what_is_asked_wrongly_is_answered_in_one_line(
    repo: Repo, folder: Path, arguments: list[str], message: str
):
    done = run([*arguments, "--config", "unshipped.yaml", "--repo", "repo"], folder)
    assert (done.code, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_the_log_beside_a_configuration_is_nothing_to_commit(repo: Repo, folder: Path):
    asked(folder, "watch", "--once", "--no-fetch")
    assert (folder / ".unshipped" / ".gitignore").read_text() == "log.db*\n.gitignore\n"


def test_a_drill_that_nobody_hears_has_failed(repo: Repo, folder: Path):
    assert "no route leads to a receiver" in asked(folder, "drill", code=3)


@pytest.mark.parametrize("command", ["serve", "watch"])
def test_it_looks_by_the_schedule_and_stops_when_told(command: str, repo: Repo, folder: Path):
    running = start([command, "--config", "unshipped.yaml", "--repo", "repo", "--no-fetch"], folder)
    log = folder / ".unshipped" / "log.db"
    until = time.monotonic() + 60
    while _rounds(log) == 0 and time.monotonic() < until:
        time.sleep(0.1)
    running.send_signal(signal.SIGTERM)
    _, said = running.communicate(timeout=30)
    assert running.returncode == 0, said
    assert _rounds(log) == 1, "the newest moment of the schedule is made up for, once"
    assert "1 needs somebody" in said.decode()


def _rounds(log: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{log}?mode=ro", uri=True)) as connection, connection:
            return int(connection.execute("SELECT count(*) FROM rounds").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
