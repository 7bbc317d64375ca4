"""`unshipped db`: the log of a folder, looked after from the command line."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.program import AT
from tests.sources.served import serving
from tests.stores.bigquery_double import Double
from tests.support.run import CompletedRun, run
from unshipped.stores.extracts import EXTRACTS

PLACE = ".unshipped/log.db"


def db(folder: Path, *arguments: str, **env: str) -> CompletedRun:
    return run(["db", *arguments], folder, env=env)


@pytest.fixture
def watched(folder: Path) -> Path:
    """The folder, once it was looked at."""
    done = run(["watch", "--once", "--no-fetch", AT, "--config=unshipped.yaml", "--repo=repo"], folder)
    assert done.code in (0, 1), done.stderr
    return folder


def test_a_new_log_is_made_once(folder: Path):
    done = db(folder, "migrate")
    assert (done.code, done.stdout) == (0, f"The log in {folder / PLACE} is new, of version 0003.\n")
    assert "there is nothing to do" in db(folder, "migrate").stdout


@pytest.mark.parametrize("arguments", [["check"], ["backup", "copy.db"], ["export"]])
def test_where_no_log_is_nothing_is_made(folder: Path, arguments: list[str]):
    done = db(folder, *arguments)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: there is no log in {folder / PLACE} yet\nhint: unshipped watch")
    assert not (folder / ".unshipped").exists()


def test_a_sound_log_is_counted(watched: Path):
    done = db(watched, "check")
    assert done.code == 0
    assert "  stretches              2\n" in done.stdout
    assert done.stdout.endswith("It is sound.\n")


def test_a_log_that_contradicts_itself_fails_the_check(watched: Path):
    with closing(sqlite3.connect(watched / PLACE)) as log, log:
        log.execute("DELETE FROM stretches")
        log.execute("INSERT INTO transitions VALUES ('nobody', 1, 'opened', '2026-02-05', 0, 1, '[]', '')")
    log.close()
    done = db(watched, "check")
    assert done.code == 1
    assert "problem: transitions: a row refers to none of incidents\n" in done.stdout


def test_a_log_is_copied_while_it_is_there(watched: Path):
    done = db(watched, "backup", "copy.db")
    assert (done.code, done.stderr) == (0, "")
    with closing(sqlite3.connect(watched / "copy.db")) as copy:
        assert copy.execute("SELECT count(*) FROM stretches").fetchone() == (2,)
    assert (
        db(watched, "backup", "copy.db").stderr
        == "error: copy.db is there already\nhint: name another file\n"
    )


def test_what_was_kept_for_long_enough_is_taken_out(watched: Path):
    assert db(watched, "prune", AT).stdout == "Nothing was kept for too long.\n"
    assert db(watched, "prune", "--now=2036-01-01").stdout == "Taken out: 1 of rounds.\n"
    assert db(watched, "check").code == 0


def test_the_log_is_written_as_text(watched: Path):
    rows = list(csv.DictReader(io.StringIO(db(watched, "export", "--format=csv").stdout)))
    assert sorted(row["service"] for row in rows) == ["api", "worker"]
    lines = db(watched, "export").stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [row["id"] for row in rows]
    assert db(watched, "export", "--since=2036-01-01").stdout == ""
    done = db(watched, "export", "--output=log.ndjson")
    assert (done.code, done.stdout) == (0, "")
    assert (watched / "log.ndjson").read_text().splitlines() == lines


def test_each_table_of_the_log_is_written_for_others(watched: Path):
    extracts = ("incidents", "transitions", "deliveries", "decisions", "deployments")
    for name in extracts:
        done = db(watched, "export", "--table", name, "--format=csv")
        assert (done.code, done.stderr) == (0, "")
        head = done.stdout.splitlines()[0].split(",")
        assert head == [field.name for field in EXTRACTS[name].fields]
    assert tuple(EXTRACTS) == extracts
    plain = db(watched, "export", "--table", "drift").stdout
    assert plain == db(watched, "export").stdout != ""


def test_the_log_is_written_as_parquet(watched: Path):
    done = db(watched, "export", "--format=parquet", "--output=log.parquet")
    assert (done.code, done.stderr) == (0, "")
    assert (watched / "log.parquet").read_bytes()[:4] == b"PAR1"


def test_the_log_is_sent_to_bigquery_once(watched: Path):
    there = Double()
    there.who = None
    with serving(there) as served:
        first, second = (
            db(watched, "export", "--bigquery=shop.ops", BIGQUERY_EMULATOR_HOST=served.url(""))
            for _ in range(2)
        )
    assert (first.code, first.stderr) == (0, "")
    assert first.stdout == "Sent to shop.ops.deployment_drift_log: 2 rows.\n"
    assert second.stdout == "Sent to shop.ops.deployment_drift_log: 0 rows.\n"
    assert len(there.rows) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["backup"], "backup takes a FILE"),
        (["check", "copy.db"], "backup takes a FILE, and nothing else does"),
        (["prune", "--format=csv"], "--format goes with export"),
        (["export", "--format=parquet"], "parquet is no text"),
        (["export", "--bigquery=shop.ops", "--format=csv"], "no other option goes with it"),
        (["export", "--bigquery=shop"], "'shop' names no data set"),
        (["export", "--bigquery=Shop/../x.ops"], "names no data set"),
        (["vacuum"], "invalid choice: 'vacuum'"),
        ([], "the following arguments are required: what"),
    ],
)
def test_what_does_not_fit_is_said(watched: Path, arguments: list[str], message: str):
    done = db(watched, *arguments)
    assert (done.code, done.stdout) == (2, "")
    assert message in done.stderr


def test_a_secret_that_is_missing_is_named(folder: Path):
    config = json.loads((folder / "unshipped.yaml").read_text())
    config["store"] = {"url": {"env": "LOG_URL"}}
    (folder / "unshipped.yaml").write_text(json.dumps(config))
    done = db(folder, "check")
    assert done.code == 2
    assert "the address of the log cannot be read: environment variable LOG_URL is not set" in done.stderr
    hidden = "postgresql://ana:tr0ub4dor@127.0.0.1:1/log"
    done = db(folder, "check", LOG_URL=hidden)
    assert (done.code, "tr0ub4dor" in done.stderr) == (2, False)
    assert "PostgreSQL at 127.0.0.1, database log" in done.stderr


def test_the_log_of_the_default_place_is_not_committed(watched: Path):
    assert (watched / ".unshipped" / ".gitignore").read_text() == "log.db*\n.gitignore\n"
